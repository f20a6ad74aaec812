package catix

import (
	"testing"

	"ctiagent/cti/ctitest"
)

func TestCatalogueIsWhatTheDocumentsHave(t *testing.T) {
	ctitest.Catalogue(t, Driver(), []string{"000_c527feebb240f0d3.txt", "000", "facts/vendors.md A", documentName})
}
