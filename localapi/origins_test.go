package localapi_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"ctiagent/cti"
	"ctiagent/internal/i18n"
	"ctiagent/localapi"
	"ctiagent/localapi/client"
	"ctiagent/localapi/localapitest"
	"ctiagent/localapi/protocol"

	"github.com/google/go-cmp/cmp"
)

// program connects a program of the person's.
func program(t *testing.T, s *localapitest.Server) *client.Client {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), localapitest.Patience)
	defer cancel()
	c, err := client.Dial(ctx, client.Options{Sockets: []string{s.Socket}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// origins are the pages that a program is told of, a line each.
func origins(t *testing.T, c *client.Client, in protocol.OriginsIn) []string {
	t.Helper()
	var list []protocol.Origin
	if err := c.Call(t.Context(), protocol.OriginsList, in, &list); err != nil {
		t.Fatal(err)
	}
	out := []string{}
	for _, o := range list {
		line := o.Origin + " " + o.Source
		for _, s := range o.Scopes {
			line += " " + string(s)
		}
		if o.Blocked {
			line += " blocked"
		}
		out = append(out, line)
	}
	return out
}

func failsAs(t *testing.T, err error, kind cti.Kind) {
	t.Helper()
	if e := cti.AsError(err); err == nil || e.Kind != kind {
		t.Errorf("got %v, want %s", err, kind)
	}
}

func TestRevokedPageLosesItsConnectionsAndMayAskAgain(t *testing.T) {
	s := localapitest.NewServer(t, asksToPair)
	h := newFingers("hand.yes")
	attach(t, s, h)
	page := s.Dial(t, stranger)
	if f := page.Ask(protocol.SessionPair, `{"scopes":["dial","control"]}`); f.Error != nil {
		t.Fatalf("pair: %+v", f.Error)
	}
	second, other := s.Dial(t, stranger), s.Dial(t, localapitest.Origin)
	c := program(t, s)
	configured := localapitest.Origin + " configuration observe dial control"
	if d := cmp.Diff(origins(t, c, protocol.OriginsIn{}), []string{configured, stranger + " person observe dial control"}); d != "" {
		t.Error(d)
	}
	if err := c.Call(t.Context(), protocol.OriginsRevoke, protocol.RevokeIn{Origin: stranger}, nil); err != nil {
		t.Fatal(err)
	}
	for _, p := range []*localapitest.Page{page, second} {
		if got := p.Closed(); got != protocol.ClosePolicy {
			t.Errorf("closed with %d, want %d", got, protocol.ClosePolicy)
		}
	}
	if f := other.Ask(protocol.DeskSnapshot, ""); f.Error != nil {
		t.Errorf("another page: %+v", f.Error)
	}
	if d := cmp.Diff(origins(t, c, protocol.OriginsIn{Blocked: true}), []string{configured}); d != "" {
		t.Error(d)
	}
	again := s.Dial(t, stranger)
	if f := again.Ask(protocol.DeskSnapshot, ""); f.Error == nil || f.Error.Data.Kind != cti.PairingRequired {
		t.Errorf("after revoking: %+v %s", f.Error, f.Result)
	}
	if f := again.Ask(protocol.SessionPair, `{}`); f.Error != nil || string(f.Result) != `{"paired":true,"scopes":["observe","dial"]}` {
		t.Errorf("asked again: %+v %s", f.Error, f.Result)
	}
	failsAs(t, c.Call(t.Context(), protocol.OriginsRevoke, protocol.RevokeIn{Origin: "https://nobody.example.com"}, nil), cti.NotFound)
	failsAs(t, c.Call(t.Context(), protocol.OriginsRevoke, protocol.RevokeIn{Origin: localapitest.Origin}, nil), cti.Forbidden)
}

func TestBlockedPageIsListedWhenAskedForAndForgiven(t *testing.T) {
	s := localapitest.NewServer(t, asksToPair)
	h := newFingers("hand.block")
	attach(t, s, h)
	if f := s.Dial(t, stranger).Ask(protocol.SessionPair, `{}`); f.Error == nil || f.Error.Data.Kind != cti.Denied {
		t.Fatalf("blocked: %+v", f.Error)
	}
	c := program(t, s)
	if got := origins(t, c, protocol.OriginsIn{}); len(got) != 1 {
		t.Errorf("without being asked for it lists %q", got)
	}
	if got := origins(t, c, protocol.OriginsIn{Blocked: true}); len(got) != 2 || got[1] != stranger+" person blocked" {
		t.Errorf("lists %q", got)
	}
	if err := c.Call(t.Context(), protocol.OriginsRevoke, protocol.RevokeIn{Origin: stranger}, nil); err != nil {
		t.Fatal(err)
	}
	h.chooses = "hand.yes"
	if f := s.Dial(t, stranger).Ask(protocol.SessionPair, `{}`); f.Error != nil {
		t.Errorf("a forgiven page may ask: %+v", f.Error)
	}
}

func TestAllowedPageNeedsNoQuestion(t *testing.T) {
	s := localapitest.NewServer(t, asksToPair)
	c := program(t, s)
	var got protocol.Origin
	if err := c.Call(t.Context(), protocol.OriginsAllow, protocol.AllowIn{Origin: stranger, Scopes: []cti.Effect{cti.Dial}}, &got); err != nil || got.Origin != stranger {
		t.Fatalf("got %+v, %v", got, err)
	}
	if f := s.Dial(t, stranger).Ask(protocol.SessionHello, greeting); !strings.Contains(string(f.Result), `"scopes":["observe","dial"]`) {
		t.Errorf("greeted with %s, %+v", f.Result, f.Error)
	}
	for _, bad := range []string{"https://new.example.com/", "HTTPS://NEW.EXAMPLE.COM", "null", "file://", "https://", "chrome-extension://abc", "https://a b", strings.TrimSuffix(s.URL(), "/"), strings.Repeat("h", 300)} {
		failsAs(t, c.Call(t.Context(), protocol.OriginsAllow, protocol.AllowIn{Origin: bad}, nil), cti.BadRequest)
	}
	failsAs(t, c.Call(t.Context(), protocol.OriginsAllow, protocol.AllowIn{Origin: stranger, Scopes: []cti.Effect{cti.Supervise}}, nil), cti.BadRequest)

	closed := program(t, localapitest.NewServer(t, nil)) // pairing off: the configuration alone decides
	failsAs(t, closed.Call(t.Context(), protocol.OriginsAllow, protocol.AllowIn{Origin: stranger}, nil), cti.Forbidden)
}

// The control page has the rights of the person once it has a ticket; no other page has them, and it has none of the
// program's own.
func TestControlPageMayWhatItsSectionsNeed(t *testing.T) {
	s := localapitest.NewServer(t, func(o *localapi.Options) {
		o.ShowConfig = func(context.Context) (any, error) { return map[string]int{"port": 1}, nil }
		o.Doctor = func(_ context.Context, lang i18n.Lang) (any, error) { return string(lang), nil }
	})
	ours := strings.TrimSuffix(s.URL(), "/")
	page := s.Dial(t, ours)
	methods := map[string]string{protocol.OriginsList: `{}`, protocol.OriginsRevoke: `{"origin":"https://x.example.com"}`, protocol.OriginsAllow: `{"origin":"https://x.example.com"}`,
		protocol.ConfigShow: `{}`, protocol.DoctorRun: `{}`, protocol.URIExplain: `{"uri":"tel:1"}`}
	for m, params := range methods {
		wantKind(t, page.Ask(m, params), protocol.CodeApplication, cti.PairingRequired)
	}
	foreign := s.Dial(t, localapitest.Origin)
	for m, params := range methods {
		wantKind(t, foreign.Ask(m, params), protocol.CodeApplication, cti.Forbidden)
	}
	_, ticket, _ := strings.Cut(s.TicketURL(localapitest.Self(t)), "#t=")
	hello, err := json.Marshal(protocol.HelloIn{Client: "control/1", Protocol: 1, Language: "es", Ticket: ticket})
	if err != nil {
		t.Fatal(err)
	}
	if f := page.Ask(protocol.SessionHello, string(hello)); f.Error != nil {
		t.Fatalf("greet: %+v", f.Error)
	}
	for m, want := range map[string]string{protocol.OriginsList: localapitest.Origin, protocol.ConfigShow: `{"port":1}`, protocol.DoctorRun: `"es"`} {
		if f := page.Ask(m, methods[m]); f.Error != nil || !strings.Contains(string(f.Result), want) {
			t.Errorf("%s: %s, %+v", m, f.Result, f.Error)
		}
	}
	if f := page.Ask(protocol.URIExplain, `{"uri":"javascript:alert(1)"}`); f.Error != nil || !strings.Contains(string(f.Result), `"verdict":"refuse"`) || !strings.Contains(string(f.Result), "enlace") {
		t.Errorf("a link: %s, %+v", f.Result, f.Error)
	}
	for _, m := range []string{protocol.ControlTicket, protocol.ReceiverList, protocol.URIOpen, protocol.HandAttach} {
		wantKind(t, page.Ask(m, `{"uri":"tel:1","session":"x"}`), protocol.CodeApplication, cti.Forbidden)
	}
}
