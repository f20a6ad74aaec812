package ucontact

import (
	"testing"

	"ctiagent/cti/ctitest"
)

func TestCatalogueIsWhatTheDocumentsHave(t *testing.T) {
	ctitest.Catalogue(t, Driver(), []string{"004_b21717d26e245d47.txt", "004", "facts/vendors.md", "facts"})
}
