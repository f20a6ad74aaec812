package totalphone

import (
	"testing"

	"ctiagent/internal/i18n"
)

func TestEverySentenceForThePersonIsThere(t *testing.T) {
	for _, id := range []string{hintHalfway, hintPassword, hintDigits, hintTransfer, hintOutgoing, hintLine, hintHold, hintMute,
		blindID, unlaunchedID, interruptedID} {
		if !i18n.Has(id) {
			t.Errorf("there is no sentence %s", id)
		}
	}
}
