package ctitest

import "testing"

func TestReferenceDriverKeepsEveryLaw(t *testing.T) {
	Run(t, Subject{Driver: toyDriver(flaws{}), New: newToySim})
}
