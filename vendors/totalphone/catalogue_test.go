package totalphone

import (
	"testing"

	"ctiagent/cti/ctitest"
)

func TestCatalogueIsWhatTheDocumentsHave(t *testing.T) {
	ctitest.Catalogue(t, Driver(), []string{"002_b3fa6fb6523bb88f.txt", "002"})
}
