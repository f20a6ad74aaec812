package vocom

import (
	"testing"

	"ctiagent/cti/ctitest"
)

func TestCatalogueIsWhatTheDocumentsHave(t *testing.T) {
	ctitest.Catalogue(t, Driver(), []string{"003_03a32ac58052b143.txt", "003"})
}
