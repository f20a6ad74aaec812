package localapi_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ctiagent/cti"
	"ctiagent/internal/config"
	"ctiagent/localapi"
	"ctiagent/localapi/client"
	"ctiagent/localapi/localapitest"
	"ctiagent/localapi/protocol"
	"ctiagent/uri"
)

// somebody clicks on links, answers questions as the test says and hears what
// went wrong.
type somebody struct {
	fingers
	answers chan string
	asked   chan string
	told    chan string
}

func (p *somebody) Ask(ctx context.Context, question string, _ []protocol.Choice) (string, error) {
	p.asked <- question
	select {
	case choice := <-p.answers:
		return choice, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

func (p *somebody) Notify(_ context.Context, sentence string) error {
	p.told <- sentence
	return nil
}

// linkBench is doors whose links are judged, with the person who clicks.
type linkBench struct {
	*localapitest.Server
	t      *testing.T
	person *somebody
	wishes chan string // "method params" as the desk got them
}

func newLinkBench(t *testing.T, there bool, change func(*localapi.Links)) *linkBench {
	t.Helper()
	b := &linkBench{t: t, person: &somebody{answers: make(chan string), asked: make(chan string, 100), told: make(chan string, 100)}, wishes: make(chan string, 100)}
	b.Server = localapitest.NewServer(t, func(o *localapi.Options) {
		o.Links = localapi.Links{Policy: uri.Policy{Confirm: config.ConfirmRisky, Extension: "10005", Risk: func(n string) uri.Reason {
			if strings.HasPrefix(n, "+") {
				return uri.International
			}
			return ""
		}}}
		if change != nil {
			change(&o.Links)
		}
	})
	if there {
		attach(t, b.Server, b.person)
	}
	for _, info := range cti.Verbs() {
		b.Desk.Serve(info, func(_ context.Context, w cti.Wish) (any, error) {
			b.wishes <- w.Method + " " + string(w.Params)
			return cti.None{}, nil
		})
	}
	return b
}

// program connects as a link handler does.
func (b *linkBench) program() *client.Client {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), localapitest.Patience)
	defer cancel()
	c, err := client.Dial(ctx, client.Options{Sockets: []string{b.Socket}})
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { c.Close() })
	return c
}

// opens clicks on a link in a program of its own, which ends at once.
func (b *linkBench) opens(link string) (uri.Explanation, error) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), localapitest.Patience)
	defer cancel()
	c := b.program()
	defer c.Close()
	var e uri.Explanation
	err := c.Call(ctx, protocol.URIOpen, protocol.URIIn{URI: link, Language: "en_US.UTF-8"}, &e)
	return e, err
}

// done clicks on a link that must be taken.
func (b *linkBench) done(link string) uri.Explanation {
	b.t.Helper()
	e, err := b.opens(link)
	if err != nil {
		b.t.Fatalf("%s: %v", link, err)
	}
	return e
}

// next is what comes next on a channel.
func next(t *testing.T, c <-chan string) string {
	t.Helper()
	select {
	case s := <-c:
		return s
	case <-time.After(localapitest.Patience):
		t.Fatal("waited in vain")
	}
	return ""
}

func (b *linkBench) wish(want string) {
	b.t.Helper()
	if got := next(b.t, b.wishes); got != want {
		b.t.Errorf("the desk got %s, want %s", got, want)
	}
}

// refused is why a link was refused, with the sentence about it.
func refused(t *testing.T, err error) (cti.Kind, string) {
	t.Helper()
	var e *client.Error
	if !errors.As(err, &e) || e.Wire.Data == nil {
		t.Fatalf("got %v, want a refusal", err)
	}
	return e.Wire.Data.Kind, e.Hint()
}

func TestLinkIsAnOrdinaryWishOfTheDesk(t *testing.T) {
	b := newLinkBench(t, false, nil)
	e := b.done("tel:33-55(34)00;ext=12")
	if d := cmp.Diff(e, uri.Explanation{Verdict: uri.Do, Method: "call.dial", Number: "33553400", Reason: uri.Ordinary}); d != "" {
		t.Error(d)
	}
	b.wish(`call.dial {"number":"33553400","data":{"ext":"12"}}`)
	b.done("sip:-desligar")
	b.wish("call.hangup ")
	b.done("sip:-linha=3")
	b.wish(`softphone.line {"line":3}`)
	if w := b.Desk.Wishes()[0]; w.Origin != "" || w.Supervisor || w.Language != "en" {
		t.Errorf("the wish came as %+v", w)
	}
}

func TestExplainedLinkDoesNothing(t *testing.T) {
	b := newLinkBench(t, true, nil)
	var e uri.Explanation
	if err := b.program().Call(t.Context(), protocol.URIExplain, protocol.URIIn{URI: "tel:100"}, &e); err != nil || e.Verdict != uri.Do || e.Number != "100" {
		t.Fatalf("got %+v, %v", e, err)
	}
	b.done("sip:-mudo") // what comes later came alone
	b.wish("call.toggleMute ")
	if n := len(b.Desk.Wishes()); n != 1 {
		t.Errorf("the desk got %d wishes, want one", n)
	}
}

func TestRefusedLinkSaysWhyAndTouchesNothing(t *testing.T) {
	b := newLinkBench(t, true, nil)
	for _, c := range []struct {
		link string
		kind cti.Kind
		says string
	}{
		{"sip:/i:x", cti.BadRequest, "signs that no telephone link has"},
		{"sip:alice@atlanta.com", cti.BadRequest, "no number"},
		{"sip:-exec=calc", cti.BadRequest, "does not do for links"},
		{"sip:-ramal=10005 -senha=1234", cti.Forbidden, "login_links"},
	} {
		_, err := b.opens(c.link)
		if kind, hint := refused(t, err); kind != c.kind || !strings.Contains(hint, c.says) || strings.Contains(hint, "1234") {
			t.Errorf("%s: got %s %q, want %s %q", c.link, kind, hint, c.kind, c.says)
		}
	}
	if len(b.Desk.Wishes()) > 0 || len(b.person.asked) > 0 {
		t.Errorf("the desk got %+v, the person was asked %d times", b.Desk.Wishes(), len(b.person.asked))
	}
}

func TestPasswordOfALoginLinkIsKnownAsASecretFirst(t *testing.T) {
	const canary = "canary-0123"
	hidden := make(chan string, 10)
	for _, allowed := range []bool{false, true} {
		b := newLinkBench(t, true, func(l *localapi.Links) {
			l.Policy.LoginLinks, l.Hide = allowed, func(password string) { hidden <- password }
		})
		e, err := b.opens("sip:-ramal=10005 -senha=" + canary)
		if allowed != (err == nil) {
			t.Fatalf("allowed %v: %v", allowed, err)
		}
		if got := next(t, hidden); got != canary {
			t.Errorf("told of %q", got)
		}
		if shown := fmt.Sprintf("%+v %v", e, err); strings.Contains(shown, canary) {
			t.Errorf("the password is shown: %s", shown)
		}
		if allowed {
			b.wish(`agent.login {"extension":"10005","password":"` + canary + `"}`)
		}
	}
}

func TestRiskyLinkWaitsForTheYes(t *testing.T) {
	b := newLinkBench(t, true, nil)
	if e := b.done("tel:+4930123"); e.Verdict != uri.Confirm || e.Reason != uri.International {
		t.Errorf("answered %+v", e)
	}
	if q := next(t, b.person.asked); q != "A link wants to dial +4930123, in another country. Dial it?" {
		t.Errorf("asked %q", q)
	}
	b.done("tel:+4930123") // a double click asks once
	if _, err := b.opens("tel:+4930124"); !errors.Is(err, cti.RateLimited) {
		t.Errorf("a second question: got %v, want rate_limited", err)
	}
	b.done("sip:-desligar") // what needs no yes does not wait
	b.wish("call.hangup ")
	b.person.answers <- "hand.yes"
	b.wish(`call.dial {"number":"+4930123"}`)

	b.done("tel:+4930125") // the door is free for the next question
	next(t, b.person.asked)
	b.person.answers <- "hand.yes"
	b.wish(`call.dial {"number":"+4930125"}`)
	if n := len(b.person.asked); n != 0 {
		t.Errorf("asked %d times more", n)
	}
}

func TestRiskyLinkDoesNothingAfterANo(t *testing.T) {
	b := newLinkBench(t, true, nil)
	b.done("sip:*21%23")
	if q := next(t, b.person.asked); !strings.Contains(q, "*21#") {
		t.Errorf("asked %q", q)
	}
	b.person.answers <- "hand.no"
	if err := b.Stop(); err != nil { // it waits for what was begun
		t.Fatal(err)
	}
	if len(b.Desk.Wishes()) > 0 || len(b.person.told) > 0 {
		t.Errorf("the desk got %+v, the person heard %d times", b.Desk.Wishes(), len(b.person.told))
	}
}

func TestRiskyLinkIsUnavailableWhileNobodyCanBeAsked(t *testing.T) {
	b := newLinkBench(t, false, func(l *localapi.Links) { l.Policy.Confirm = config.ConfirmAlways })
	for link, says := range map[string]string{"tel:*21%23": "*21#", "tel:100": "100", "sip:-rediscar": "your telephone to dial"} {
		_, err := b.opens(link)
		if kind, hint := refused(t, err); kind != cti.Unavailable || !strings.Contains(hint, says) || !strings.Contains(hint, "ctiagent-tray") {
			t.Errorf("%s: got %s %q", link, kind, hint)
		}
	}
	if n := len(b.Desk.Wishes()); n != 0 {
		t.Errorf("the desk got %d wishes", n)
	}
}

func TestFloodOfLinksIsToldOnce(t *testing.T) {
	b := newLinkBench(t, false, nil)
	taken, told, silent := 0, 0, 0
	flood := func(n int) {
		for range n {
			switch e, err := b.opens("sip:-mudo"); {
			case errors.Is(err, cti.RateLimited):
				told++
				if _, hint := refused(t, err); !strings.Contains(hint, "too fast") {
					t.Errorf("told %q", hint)
				}
			case err != nil:
				t.Fatal(err)
			case e.Verdict == uri.Refuse && e.Reason == uri.Flood:
				silent++
			default:
				taken++
				b.wish("call.toggleMute ")
			}
		}
	}
	flood(60)
	if taken != 20 || told != 1 || silent != 39 {
		t.Errorf("%d were taken, %d told about, %d silent; want 20, 1 and 39", taken, told, silent)
	}
	b.Clock.Advance(5 * time.Second)
	flood(15) // ten have come back, the flood is the same
	if taken != 30 || told != 1 {
		t.Errorf("after a pause %d were taken and %d told about; want 30 and 1", taken, told)
	}
	b.Clock.Advance(time.Minute)
	flood(25)
	if taken != 50 || told != 2 {
		t.Errorf("after a minute %d were taken and %d told about; want 50 and 2", taken, told)
	}
}

// Without a hand only the program that was clicked can tell.
func TestWhatTheDeskRefusesIsAnsweredWhereNobodyIsThere(t *testing.T) {
	b := newLinkBench(t, false, nil)
	failures := make(chan error, 10)
	b.Desk.Serve(cti.InfoOf(cti.CallDial, ""), func(context.Context, cti.Wish) (any, error) { return nil, <-failures })
	failures <- &cti.Error{Kind: cti.NotFound, Driver: "totalip", Title: "Total IP", Text: "RAMAL NAO ENCONTRADO", Sent: cti.CertainSent}
	var refused *client.Error
	if _, err := b.opens("tel:100"); !errors.As(err, &refused) || !errors.Is(err, cti.NotFound) || !strings.Contains(refused.Error(), "RAMAL NAO ENCONTRADO") {
		t.Errorf("answered %v", err)
	}
	failures <- nil
	b.done("tel:100")
}

func TestWhatTheDeskRefusesIsToldThePerson(t *testing.T) {
	b := newLinkBench(t, true, nil)
	failures := make(chan error, 10)
	b.Desk.Serve(cti.InfoOf(cti.CallDial, ""), func(context.Context, cti.Wish) (any, error) { return nil, <-failures })
	failures <- &cti.Error{Kind: cti.NotFound, Driver: "totalip", Title: "Total IP", Text: "RAMAL NAO ENCONTRADO", Sent: cti.CertainSent}
	b.done("tel:100")
	if got := next(t, b.person.told); !strings.HasPrefix(got, "Total IP: RAMAL NAO ENCONTRADO. ") {
		t.Errorf("told %q", got)
	}
	// Many numbers at once are the desk's to slow down: one sentence for all.
	for range 3 {
		failures <- cti.Fail(cti.RateLimited, "call.dial", "too often")
		b.done("tel:100")
	}
	failures <- cti.Fail(cti.Unsupported, "call.dial", "nobody dials")
	b.done("tel:100")
	heard := []string{next(t, b.person.told), next(t, b.person.told)}
	slices.Sort(heard)
	if len(b.person.told) > 0 || heard[0] == heard[1] {
		t.Errorf("told %q and %d more", heard, len(b.person.told))
	}
}

func TestDigitsArriveInTheOrderOfTheClicks(t *testing.T) {
	b := newLinkBench(t, true, nil)
	begun := make(chan struct{})
	goOn := make(chan struct{})
	b.Desk.Serve(cti.InfoOf(cti.SoftphoneStartTransfer, ""), func(context.Context, cti.Wish) (any, error) {
		close(begun)
		<-goOn
		b.wishes <- "transfer"
		return cti.None{}, nil
	})
	b.done("sip:-transferencia")
	<-begun
	for _, d := range "40074" { // manual 002, 1.6.11
		b.done("sip:-digito=" + string(d))
	}
	b.done("sip:-mudo") // no softphone's verb: it does not wait
	b.wish("call.toggleMute ")
	close(goOn)
	b.wish("transfer")
	for _, d := range "40074" {
		b.wish(`softphone.digit {"digit":"` + string(d) + `"}`)
	}
}

func TestPageMayNotOpenLinks(t *testing.T) {
	b := newLinkBench(t, true, nil)
	p := b.Dial(t, localapitest.Origin)
	for _, method := range []string{protocol.URIOpen, protocol.URIExplain} {
		wantKind(t, p.Ask(method, `{"uri":"tel:100"}`), protocol.CodeApplication, cti.Forbidden)
	}
	if n := len(b.Desk.Wishes()); n != 0 {
		t.Errorf("the desk got %d wishes", n)
	}
}
