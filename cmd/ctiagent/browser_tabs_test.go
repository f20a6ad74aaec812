package main

import (
	"context"
	"testing"

	"ctiagent/internal/paths"
	"ctiagent/localapi/client"
	"ctiagent/localapi/protocol"

	"github.com/chromedp/chromedp"
)

// yesHand is a person who allows every page that asks.
type yesHand struct{ printingHand }

func (yesHand) Ask(_ context.Context, _ string, choices []protocol.Choice) (string, error) {
	return choices[0].ID, nil
}

// stands has somebody sit at the desk until the test ends.
func stands(t *testing.T, h client.Hand) {
	t.Helper()
	c, err := client.Dial(t.Context(), client.Options{Sockets: []string{paths.Current().UserSocket()}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := c.Attach(t.Context(), protocol.AttachIn{}, h); err != nil {
		t.Fatal(err)
	}
}

// The person answers once, in one tab; the other tab of the site, which nobody
// looks at, is connected too without anybody reloading it.
func TestPairingInOneTabConnectsTheOthers(t *testing.T) {
	b := startBrowser(t)
	s := demoSite(t, b)
	stands(t, yesHand{})
	crm := foreign(t, script(s.p.server.Port()))
	behind := s.crmAt(crm.URL)
	behind.inState("unpaired.not_paired")
	tb := behind.beside().goes(crm.URL)
	tb.inState("unpaired.not_paired")
	tb.front()
	tb.run("ask to be allowed", chromedp.Evaluate(`cti.pair(['observe', 'dial']); 0`, nil))
	tb.inState("connected.ok")
	behind.inState("connected.ok")
	behind.run("dial there", chromedp.Evaluate(`document.getElementById('phone').click()`, nil))
	behind.shows("#said", "dials: +5511987650107")
	s.hangsUp(s.theCall().Ref)
	s.dialled(1)
}
