package localapi_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"ctiagent/cti"
	"ctiagent/internal/config"
	"ctiagent/internal/i18n"
	"ctiagent/localapi"
	"ctiagent/localapi/client"
	"ctiagent/localapi/localapitest"
	"ctiagent/localapi/protocol"
	"ctiagent/uri"
)

// fingers is a hand that writes down what it does.
type fingers struct {
	did     chan string
	chooses string
	fails   error
}

func newFingers(chooses string) *fingers { return &fingers{make(chan string, 100), chooses, nil} }

func (f *fingers) do(format string, args ...any) error {
	f.did <- fmt.Sprintf(format, args...)
	return f.fails
}

func (f *fingers) Launch(_ context.Context, program string, args ...string) error {
	return f.do("launch %s %q", program, args)
}
func (f *fingers) OpenURL(_ context.Context, url string) error { return f.do("open %s", url) }
func (f *fingers) Type(_ context.Context, text string) error   { return f.do("type %s", text) }
func (f *fingers) Focus(_ context.Context, title string) error { return f.do("focus %s", title) }
func (f *fingers) Notify(_ context.Context, text string) error { return f.do("notify %s", text) }
func (f *fingers) Ask(_ context.Context, question string, choices []protocol.Choice) (string, error) {
	var ids []string
	for _, c := range choices {
		ids = append(ids, c.ID)
	}
	return f.chooses, f.do("ask %s %s", question, strings.Join(ids, ","))
}

// keeper is a hand that keeps passwords.
type keeper struct {
	*fingers
	kept map[string]string
}

func (k keeper) Password(_ context.Context, agent string) (string, error) {
	return k.kept[agent], k.fails
}

func (k keeper) KeepPassword(_ context.Context, agent, password string) (string, error) {
	k.kept[agent] = password
	return "locked", k.fails
}

func (k keeper) ForgetPassword(_ context.Context, agent string) error {
	delete(k.kept, agent)
	return k.fails
}

func TestHandKeepsTheAgentsPassword(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	hand := s.Hand(localapitest.Self(t))
	ctx, cancel := context.WithTimeout(t.Context(), localapitest.Patience)
	defer cancel()
	if _, err := hand.Password(ctx, "12"); !errors.Is(err, cti.Unavailable) {
		t.Errorf("without a hand: %v", err)
	}
	without := attach(t, s, newFingers(""))
	if _, err := hand.Password(ctx, "12"); !errors.Is(err, cti.Unsupported) {
		t.Errorf("a hand that keeps none: %v", err)
	}
	without.Close()
	k := keeper{newFingers(""), map[string]string{}}
	attach(t, s, k)
	if where, err := hand.KeepPassword(ctx, "12", "p&1"); where != "locked" || err != nil {
		t.Fatalf("keep: %s, %v", where, err)
	}
	if got, err := hand.Password(ctx, "12"); got != "p&1" || err != nil {
		t.Fatalf("kept: %q, %v", got, err)
	}
	if got, err := hand.Password(ctx, "13"); got != "" || err != nil {
		t.Fatalf("somebody else's: %q, %v", got, err)
	}
	if err := hand.ForgetPassword(ctx, "12"); err != nil || len(k.kept) != 0 {
		t.Fatalf("forget: %v, %v", err, k.kept)
	}
	k.fails = cti.Fail(cti.Unavailable, "", "this session has no secret store")
	attach(t, s, k)
	if _, err := hand.Password(ctx, "12"); !errors.Is(err, cti.Unavailable) || !strings.Contains(err.Error(), "no secret store") {
		t.Errorf("its error came as %v", err)
	}
}

// attach connects a program as the person's hand.
func attach(t *testing.T, s *localapitest.Server, h client.Hand) *client.Client {
	t.Helper()
	return attachAs(t, s, protocol.AttachIn{Session: "c2"}, h)
}

// attachAs does so with the person's choices.
func attachAs(t *testing.T, s *localapitest.Server, in protocol.AttachIn, h client.Hand) *client.Client {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), localapitest.Patience)
	defer cancel()
	c, err := client.Dial(ctx, client.Options{Sockets: []string{s.Socket}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.Attach(ctx, in, h); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestHandTellsOfItsPerson(t *testing.T) {
	s := localapitest.NewServer(t, func(o *localapi.Options) { o.Links.Policy.Confirm = config.ConfirmRisky })
	f := newFingers("hand.no")
	attachAs(t, s, protocol.AttachIn{Agent: "12", Extension: "10005", Language: "es", Confirm: config.ConfirmAlways}, f)
	if got := s.Desk.Seated(); got != (cti.Target{Agent: "12", Extension: "10005"}) {
		t.Errorf("at the desk sits %+v", got)
	}
	if got := s.Hand(localapitest.Self(t)).Language(); got != i18n.Es {
		t.Errorf("the language is %s", got)
	}
	ctx, cancel := context.WithTimeout(t.Context(), localapitest.Patience)
	defer cancel()
	c, err := client.Dial(ctx, client.Options{Sockets: []string{s.Socket}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	var e uri.Explanation
	if err := c.Call(ctx, protocol.URIOpen, protocol.URIIn{URI: "tel:33553400"}, &e); err != nil || e.Verdict != uri.Confirm {
		t.Fatalf("the person wants to be asked: %+v, %v", e, err)
	}
	select {
	case got := <-f.did:
		if !strings.HasPrefix(got, "ask A link wants to dial 33553400") {
			t.Errorf("asked: %s", got)
		}
	case <-ctx.Done():
		t.Fatal("nobody was asked")
	}
	if err := c.Attach(ctx, protocol.AttachIn{Agent: strings.Repeat("1", 65)}, f); !errors.Is(err, cti.BadRequest) {
		t.Errorf("an agent of 65 digits: %v", err)
	}
	if err := c.Attach(ctx, protocol.AttachIn{Confirm: "sometimes"}, f); !errors.Is(err, cti.BadRequest) {
		t.Errorf("a word nobody knows: %v", err)
	}
}

func TestTheNewestHandDoesWhatTheServiceCannot(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	hand := s.Hand(localapitest.Self(t))
	ctx, cancel := context.WithTimeout(t.Context(), localapitest.Patience)
	defer cancel()
	if err := hand.Notify(ctx, "x"); !errors.Is(err, cti.Unavailable) || hand.Attached() {
		t.Errorf("without a hand: %v", err)
	}
	old, newest := newFingers(""), newFingers("b")
	attach(t, s, old)
	second := attach(t, s, newest)
	for want, do := range map[string]func() error{
		`launch /usr/bin/phone ["-discar" "1"]`: func() error { return hand.Launch(ctx, "/usr/bin/phone", "-discar", "1") },
		"open https://crm.example.com/":         func() error { return hand.OpenURL(ctx, "https://crm.example.com/") },
		"type 33553400":                         func() error { return hand.Type(ctx, "33553400") },
		"focus CRM":                             func() error { return hand.Focus(ctx, "CRM") },
		"notify hello":                          func() error { return hand.Notify(ctx, "hello") },
	} {
		if err := do(); err != nil {
			t.Errorf("%s: %v", want, err)
		}
		if got := next(t, newest.did); got != want {
			t.Errorf("did %s, want %s", got, want)
		}
	}
	chosen, err := hand.Ask(ctx, "which?", protocol.Choice{ID: "a"}, protocol.Choice{ID: "b"})
	if err != nil || chosen != "b" || next(t, newest.did) != "ask which? a,b" {
		t.Errorf("chose %q, %v", chosen, err)
	}
	if _, err := hand.Ask(ctx, "which?", protocol.Choice{ID: "a"}); !errors.Is(err, cti.BadRequest) {
		t.Errorf("what was not offered: %v", err)
	}
	newest.fails = &cti.Error{Kind: cti.NotFound, Text: "no such window"}
	if err := hand.Focus(ctx, "x"); !errors.Is(err, cti.NotFound) || !strings.Contains(err.Error(), "no such window") {
		t.Errorf("its error came as %v", err)
	}
	second.Close()
	for hand.Notify(ctx, "still there?") != nil { // until the service has noticed
		if ctx.Err() != nil {
			t.Fatal("the older hand is not asked")
		}
	}
	if got := next(t, old.did); got != "notify still there?" {
		t.Errorf("the older hand did %s", got)
	}
}

func TestAPageIsNoHand(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	if f := s.Dial(t, localapitest.Origin).Ask(protocol.HandAttach, `{}`); f.Error == nil || f.Error.Data.Kind != cti.Forbidden {
		t.Errorf("a page attached: %+v", f)
	}
}

func asksToPair(o *localapi.Options) { o.Pairing = config.PairingAsk }

const stranger = "https://new.example.com"

func TestPairingAsksThePersonOnce(t *testing.T) {
	s := localapitest.NewServer(t, asksToPair)
	page := s.Dial(t, stranger)
	if f := page.Ask(protocol.SessionPair, `{}`); f.Error == nil || f.Error.Data.Kind != cti.Unavailable {
		t.Fatalf("with nobody to ask: %+v", f)
	}
	h := newFingers("hand.yes")
	attach(t, s, h)
	if f := page.Ask(protocol.SessionPair, `{"scopes":["supervise"]}`); f.Error == nil || f.Error.Data.Kind != cti.BadRequest {
		t.Errorf("supervise: %+v", f)
	}
	if f := page.Ask(protocol.SessionPair, `{"scopes":["dial"]}`); f.Error != nil || string(f.Result) != `{"paired":true,"scopes":["observe","dial"]}` {
		t.Fatalf("allowed: %+v %s", f.Error, f.Result)
	}
	if q := next(t, h.did); !strings.Contains(q, stranger) || !strings.HasSuffix(q, "hand.yes,hand.later,hand.block") {
		t.Errorf("was asked %s", q)
	}
	if f := page.Ask(protocol.DeskSnapshot, `{}`); f.Error != nil {
		t.Errorf("the page sees nothing: %+v", f.Error)
	}
	later := s.Dial(t, stranger)
	if f := later.Ask(protocol.SessionHello, `{"client":"x","protocol":1}`); f.Error != nil || !strings.Contains(string(f.Result), `"paired":true,"scopes":["observe","dial"]`) {
		t.Errorf("another tab of the page: %+v %s", f.Error, f.Result)
	}
	if len(h.did) != 0 {
		t.Errorf("asked again: %s", next(t, h.did))
	}
}

func TestARefusedPageMustWait(t *testing.T) {
	for choice, after := range map[string]cti.Kind{"hand.later": cti.RateLimited, "hand.block": cti.Denied, "": cti.RateLimited} {
		s := localapitest.NewServer(t, asksToPair)
		h := newFingers(choice)
		attach(t, s, h)
		page := s.Dial(t, stranger)
		if f := page.Ask(protocol.SessionPair, `{}`); f.Error == nil || f.Error.Data.Kind != cti.Denied {
			t.Errorf("%q: %+v", choice, f)
		}
		if f := page.Ask(protocol.SessionPair, `{}`); f.Error == nil || f.Error.Data.Kind != after {
			t.Errorf("%q, asked again: %+v", choice, f)
		}
		if f := s.Dial(t, "https://other.example.com").Ask(protocol.SessionPair, `{}`); f.Error == nil || f.Error.Data.Kind != cti.Denied {
			t.Errorf("%q, another page: %+v", choice, f)
		}
		if n := len(h.did); n != 2 {
			t.Errorf("%q: %d questions, want 2", choice, n)
		}
	}
}

func TestALinkAsksThroughTheHand(t *testing.T) {
	for choice, dials := range map[string]bool{"hand.yes": true, "hand.no": false} {
		b := newLinkBench(t, false, nil)
		h := newFingers(choice)
		attach(t, b.Server, h)
		b.done("tel:+12125551212")
		if q := next(t, h.did); !strings.Contains(q, "+12125551212") || !strings.HasSuffix(q, "hand.yes,hand.no") {
			t.Errorf("was asked %s", q)
		}
		if dials {
			if w := next(t, b.wishes); !strings.Contains(w, "+12125551212") {
				t.Errorf("the desk got %s", w)
			}
		}
	}
}

func TestOnlyAdministratorsActAtTheDeskOfSomebodyElse(t *testing.T) {
	hers := localapitest.NewDesk()
	hers.Serve(action[cti.None]("call.hangup", cti.Control), ok)
	asked := make(chan string, 10)
	s := localapitest.NewServer(t, func(o *localapi.Options) {
		o.FindDesk = func(name string) (cti.Person, localapi.Desk, func(), error) {
			asked <- name
			return cti.Person{ID: "4242", Name: "ana"}, hers, func() {}, nil
		}
	})
	c, err := client.Dial(t.Context(), client.Options{Sockets: []string{s.Socket}, Desk: "ana"})
	if os.Getuid() != 0 {
		if !errors.Is(err, cti.Forbidden) || len(asked) != 0 {
			t.Errorf("somebody who is no administrator: %v", err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.Call(t.Context(), "call.hangup", nil, nil); err != nil || len(hers.Wishes()) != 1 || len(s.Desk.Wishes()) != 0 {
		t.Errorf("an administrator hangs up: %v", err)
	}
	failsAs(t, c.Call(t.Context(), protocol.HandAttach, protocol.AttachIn{Session: "s"}, nil), cti.Forbidden)
	failsAs(t, c.Call(t.Context(), protocol.SessionHello, protocol.HelloIn{Desk: "bruno"}, nil), cti.WrongState)
	// A page is nobody's administrator, whoever runs the browser.
	f := s.Dial(t, localapitest.Origin).Ask(protocol.SessionHello, `{"client":"t/1","protocol":1,"desk":"ana"}`)
	wantKind(t, f, protocol.CodeApplication, cti.Forbidden)
}
