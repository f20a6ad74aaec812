package vicidial

import (
	"testing"

	"ctiagent/cti/ctitest"
)

// The one function beside what is documented is ours: what the agent's page calls.
func TestCatalogueIsWhatTheDocumentsHave(t *testing.T) {
	ctitest.Catalogue(t, Driver(), []string{"001_c3581dc4820e6ee3.txt", "001"}, "agent_event")
}
