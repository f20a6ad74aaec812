package totalip

import (
	"testing"

	"ctiagent/cti"
	"ctiagent/internal/i18n"
)

func TestEveryLinkDetailOfOursHasItsSentence(t *testing.T) {
	for _, d := range []detail{keyDetail(), eventsUnreachable(), eventsClosed(), noExtension(),
		snapshotDetail(&cti.Error{Kind: cti.Timeout}), snapshotDetail(&cti.Error{Kind: cti.Refused, Hint: hintAddress}), snapshotDetail(&cti.Error{Kind: cti.Unavailable})} {
		if !i18n.Has(d.id) {
			t.Errorf("%q has no sentence %q", d.text, d.id)
		}
	}
	if d := snapshotDetail(&cti.Error{Kind: cti.NotFound, Text: "RAMAL NAO ENCONTRADO", Sent: cti.CertainSent}); d != (detail{text: "RAMAL NAO ENCONTRADO"}) {
		t.Errorf("the system's own words became %+v", d)
	}
}
