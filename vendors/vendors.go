// Package vendors lists every vendor that ctiagent can work with.
package vendors

//go:generate go test -run TestReferencesAreFresh -update .

import (
	"ctiagent/cti"
	"ctiagent/vendors/catix"
	"ctiagent/vendors/grandstream"
	"ctiagent/vendors/khomp"
	"ctiagent/vendors/totalip"
	"ctiagent/vendors/vocom"
)

// All answers the driver of every vendor, sorted by name.
func All() []cti.Driver {
	return []cti.Driver{
		catix.Driver(),
		grandstream.Driver(),
		khomp.Driver(),
		totalip.Driver(),
		vocom.Driver(),
	}
}
