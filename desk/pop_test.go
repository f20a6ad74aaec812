package desk_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path"
	"strings"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/desk"

	"github.com/google/go-cmp/cmp"
)

func pops(rules ...desk.PopRule) func(*desk.Options) {
	return func(o *desk.Options) { o.Pops = rules }
}

var offered = desk.PopRule{On: "offered", Direction: cti.Inbound, Open: "https://crm.example.com/search?phone={e164}&p1={contact.p1}"}

// told waits for n requests to the hand.
func (r *rig) told(n int) {
	r.t.Helper()
	for range n {
		select {
		case <-r.hand.told:
		case <-r.ctx.Done():
			r.t.Fatal("the hand was not asked")
		}
	}
}

func TestPopOpensTheBrowserOnceForEachCallAndRule(t *testing.T) {
	p := newFake("pbx")
	ended := desk.PopRule{On: "ended", Open: "https://crm.example.com/after/{id}/{contact.none}"}
	connected := desk.PopRule{On: "connected", Direction: cti.Outbound, Open: "https://crm.example.com/out"}
	r := begin(t, pops(offered, ended, connected), p)
	r.emit(p, cti.CallFact{Ref: "1", State: cti.Ringing, Direction: cti.Inbound, Number: "1133553434", Contact: map[string]string{"p1": "a b&c=d/é"}})
	r.told(1)
	id := r.desk.State().Calls[0].ID
	r.emit(p, cti.CallFact{Ref: "1", State: cti.Connected})
	r.emit(p, cti.CallFact{Ref: "1", State: cti.Held})
	r.emit(p, cti.CallFact{Ref: "1", State: cti.Connected})
	r.emit(p, cti.CallFact{Ref: "1", State: cti.Ended})
	r.told(1)
	if left := r.desk.PopsLeft(); left != 8 {
		t.Fatalf("%d pops were begun, want 2", 10-left)
	}
	want := []string{"https://crm.example.com/search?phone=%2B551133553434&p1=a%20b%26c%3Dd%2F%C3%A9", "https://crm.example.com/after/" + id + "/"}
	if d := cmp.Diff(r.hand.opened(), want); d != "" {
		t.Fatalf("opened (-got +want):\n%s", d)
	}
}

func TestPopOfAVendorWithoutRingingComesWhenConnected(t *testing.T) {
	p := newFake("pbx")
	r := begin(t, pops(offered), p)
	r.emit(p, cti.CallFact{Ref: "out", State: cti.Connected, Direction: cti.Outbound, Number: "1133553435"})
	r.emit(p, cti.CallFact{Ref: "1", State: cti.Connected, Direction: cti.Inbound, Number: "1133553434"})
	r.told(1)
	if got := r.hand.opened(); len(got) != 1 || !strings.Contains(got[0], "551133553434") {
		t.Fatalf("opened %v", got)
	}
}

func TestOfferedPopWaitsForTheNumberItShows(t *testing.T) {
	p := newFake("pbx")
	plain := desk.PopRule{On: "offered", Open: "https://crm.example.com/ringing"}
	r := begin(t, pops(offered, plain), p)
	r.emit(p, cti.CallFact{Ref: "1", State: cti.Ringing, Direction: cti.Inbound})
	r.told(1)
	if d := cmp.Diff(r.hand.opened(), []string{"https://crm.example.com/ringing"}); d != "" {
		t.Fatal(d)
	}
	r.emit(p, cti.CallFact{Ref: "1", Number: "1133553434"})
	r.told(1)
	r.emit(p, cti.CallFact{Ref: "1", State: cti.Connected})
	r.emit(p, cti.CallFact{Ref: "1", State: cti.Ended})
	if got := r.hand.opened(); len(got) != 2 || !strings.Contains(got[1], "551133553434") {
		t.Fatalf("opened %v", got)
	}
}

func TestPopIsAskedAboutWhereItsRuleWantsThat(t *testing.T) {
	p := newFake("pbx")
	r := begin(t, pops(desk.PopRule{On: "connected", Open: "https://crm.example.com/?{e164}", Ask: true}), p)
	said := make(chan func() (bool, error), 1)
	r.hand.answers = func() (bool, error) { return (<-said)() }
	call := func(ref, number string, answer func() (bool, error)) {
		said <- answer
		r.emit(p, cti.CallFact{Ref: ref, State: cti.Connected, Direction: cti.Inbound, Number: number})
		r.told(1)
	}
	call("1", "1133553434", func() (bool, error) { return false, nil })
	call("2", "1133553435", func() (bool, error) { return true, nil })
	r.told(1) // it is opened
	call("3", "", func() (bool, error) { return false, cti.Fail(cti.Unavailable, "desktop.ask", "no hand") })
	r.told(1) // nobody can be asked
	if d := cmp.Diff(r.hand.opened(), []string{"https://crm.example.com/?%2B551133553435", "https://crm.example.com/?"}); d != "" {
		t.Errorf("opened (-got +want):\n%s", d)
	}
	if d := cmp.Diff(r.hand.asked, []string{"desk.question.pop +551133553434", "desk.question.pop +551133553435", "desk.question.pop_unknown "}); d != "" {
		t.Errorf("asked (-got +want):\n%s", d)
	}
}

func TestPreviewAndCallbackPopTheirContact(t *testing.T) {
	p := newFake("pbx")
	r := begin(t, pops(desk.PopRule{On: "preview", Open: "https://crm.example.com/p?{e164}&{campaign}"},
		desk.PopRule{On: "callback", Open: "https://crm.example.com/c?{raw}&{contact.p1}"}), p)
	shown := cti.ContactShown{Number: "33553434", Campaign: "9", Contact: map[string]string{"p1": "x"}}
	r.emit(p, cti.PreviewFact{Contact: shown})
	r.told(1)
	r.emit(p, cti.CallbackFact{Contact: shown})
	r.told(1)
	if d := cmp.Diff(r.hand.opened(), []string{"https://crm.example.com/p?%2B551133553434&9", "https://crm.example.com/c?33553434&x"}); d != "" {
		t.Fatal(d)
	}
}

// tab is a page that tells when it is asked.
type tab struct {
	name  string
	asked chan<- string
	shown bool
	err   error
}

func (p tab) pop(ctx context.Context, _ cti.Pop) (bool, error) {
	p.asked <- p.name
	return p.shown, p.err
}

func TestPopGoesToThePageThePersonLooksAt(t *testing.T) {
	for name, c := range map[string]struct {
		focus func(d *desk.Desk)
		want  string
	}{
		"focused": {func(d *desk.Desk) {
			d.FocusPage("a", true, true)
			d.FocusPage("b", true, true)
			d.FocusPage("b", true, false)
		}, "a"},
		"two windows claim it, the later one": {func(d *desk.Desk) { d.FocusPage("b", true, true); d.FocusPage("a", true, true) }, "a"},
		"last focused of the visible ones": {func(d *desk.Desk) {
			d.FocusPage("a", true, true)
			d.FocusPage("a", true, false)
			d.FocusPage("b", true, true)
			d.FocusPage("b", false, false)
			d.FocusPage("c", true, false)
		}, "a"},
		"last focused of the hidden ones": {func(d *desk.Desk) {
			d.FocusPage("a", true, true)
			d.FocusPage("b", true, true)
			d.FocusPage("a", false, false)
			d.FocusPage("b", false, false)
		}, "b"},
		"never focused, the newest": {func(*desk.Desk) {}, "c"},
		"the newest is gone":        {func(d *desk.Desk) { d.RemovePage("c"); d.FocusPage("c", true, true) }, "b"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newFake("pbx")
			r := begin(t, pops(offered), p)
			asked := make(chan string, 10)
			for _, id := range []string{"a", "b", "c"} {
				r.desk.AddPage(id, tab{name: id, asked: asked, shown: true}.pop)
			}
			c.focus(r.desk)
			r.emit(p, inbound)
			select {
			case got := <-asked:
				if got != c.want {
					t.Fatalf("%s popped, want %s", got, c.want)
				}
			case <-r.ctx.Done():
				t.Fatal("no page was asked")
			}
			// A second call's pop proves that the first asked one page only.
			r.emit(p, cti.CallFact{Ref: "2", State: cti.Ringing, Direction: cti.Inbound, Number: "1133553435"})
			<-asked
			if len(asked) != 0 || len(r.hand.opened()) != 0 {
				t.Fatal("more than one page, or the browser too, was asked")
			}
		})
	}
}

func TestPageThatDoesNotShowThePopLeavesItToTheBrowser(t *testing.T) {
	for name, pop := range map[string]func(context.Context, cti.Pop) (bool, error){
		"no":    func(context.Context, cti.Pop) (bool, error) { return false, nil },
		"error": func(context.Context, cti.Pop) (bool, error) { return true, errors.New("gone") },
	} {
		t.Run(name, func(t *testing.T) {
			p := newFake("pbx")
			r := begin(t, pops(offered), p)
			r.desk.AddPage("a", pop)
			r.emit(p, inbound)
			r.told(1)
			if got := r.hand.opened(); len(got) != 1 {
				t.Fatalf("opened %v", got)
			}
		})
	}
	t.Run("silent for three seconds", func(t *testing.T) {
		p := newFake("pbx")
		r := begin(t, pops(offered), p)
		r.desk.AddPage("a", func(ctx context.Context, _ cti.Pop) (bool, error) { <-ctx.Done(); return false, ctx.Err() })
		r.emit(p, inbound)
		if err := r.clock.BlockUntil(r.ctx, 1); err != nil {
			t.Fatal(err)
		}
		r.clock.Advance(3 * time.Second)
		r.told(1)
	})
}

func TestExtensionShowsWhatNoPageShows(t *testing.T) {
	p := newFake("pbx")
	r := begin(t, pops(offered), p)
	asked := make(chan string, 10)
	add := func(f func(string, func(context.Context, cti.Pop) (bool, error)), name string, shown bool) {
		f(name, tab{name: name, asked: asked, shown: shown}.pop)
	}
	call := 0
	// popsAt holds who was asked about one more call.
	popsAt := func(want ...string) {
		t.Helper()
		call++
		r.emit(p, cti.CallFact{Ref: fmt.Sprint(call), State: cti.Ringing, Direction: cti.Inbound, Number: fmt.Sprint(1133553400 + call)})
		for _, name := range want {
			select {
			case got := <-asked:
				if got != name {
					t.Fatalf("call %d: asked %s, want %s", call, got, name)
				}
			case <-r.ctx.Done():
				t.Fatalf("call %d: %s was not asked", call, name)
			}
		}
	}
	add(r.desk.AddExtension, "chromium", true)
	add(r.desk.AddExtension, "firefox", true)
	popsAt("firefox") // the newest
	r.desk.FocusPage("chromium", true, true)
	popsAt("chromium")
	add(r.desk.AddPage, "page", true)
	popsAt("page") // hidden, and yet the customer's own
	add(r.desk.AddPage, "page", false)
	popsAt("page", "chromium")
	r.desk.RemovePage("chromium")
	popsAt("page", "firefox")
	add(r.desk.AddExtension, "firefox", false)
	popsAt("page", "firefox")
	r.told(1) // nobody shows it
	if got := r.hand.opened(); len(got) != 1 || len(asked) != 0 {
		t.Errorf("opened %v besides, and asked %d more", got, len(asked))
	}
}

func TestPopOfAnExtensionsOwnRuleIsTakenOnceAndInsteadOfTheDesks(t *testing.T) {
	p := newFake("pbx")
	connected := desk.PopRule{On: "connected", Open: "https://crm.example.com/call/{id}"}
	ended := desk.PopRule{On: "ended", Open: "https://crm.example.com/after/{id}"}
	r := begin(t, pops(connected, ended), p)
	r.emit(p, cti.CallFact{Ref: "1", State: cti.Ringing, Direction: cti.Inbound, Number: "1133553434"})
	r.emit(p, cti.CallFact{Ref: "2", State: cti.Ringing, Direction: cti.Inbound, Number: "1133553435"})
	calls := r.desk.State().Calls
	taken, popped := calls[0].ID, calls[1].ID
	for i, want := range []bool{true, false, false} {
		if got := r.desk.TakePop(taken); got != want {
			t.Errorf("take %d of a call: %v", i+1, got)
		}
	}
	if r.desk.TakePop("01NONE") || r.desk.TakePop("") {
		t.Error("the pop of no call was taken")
	}
	r.emit(p, cti.CallFact{Ref: "1", State: cti.Connected})
	r.emit(p, cti.CallFact{Ref: "1", State: cti.Ended})
	r.told(1) // the one at the end
	r.emit(p, cti.CallFact{Ref: "2", State: cti.Connected})
	r.told(1)
	if r.desk.TakePop(popped) {
		t.Error("the pop of a call that the desk's own rule showed was taken")
	}
	if r.desk.TakePop(taken) {
		t.Error("the pop of a call that has ended was taken")
	}
	if d := cmp.Diff(r.hand.opened(), []string{"https://crm.example.com/after/" + taken, "https://crm.example.com/call/" + popped}); d != "" {
		t.Errorf("opened (-got +want):\n%s", d)
	}
}

func TestPopThatWasTakenIsForgottenWithItsCall(t *testing.T) {
	for _, rules := range [][]desk.PopRule{nil, {offered}} {
		p := newFake("pbx")
		r := begin(t, pops(rules...), p)
		r.emit(p, cti.CallFact{Ref: "1", State: cti.Ringing, Direction: cti.Inbound})
		if call := r.desk.State().Calls[0].ID; !r.desk.TakePop(call) || r.desk.CallsPopped() != 1 {
			t.Fatal("the pop of a live call was not taken")
		}
		r.emit(p, cti.CallFact{Ref: "1", State: cti.Ended})
		if n := r.desk.CallsPopped(); n != 0 {
			t.Errorf("with %d rules of the desk: %d calls that have ended are remembered", len(rules), n)
		}
	}
}

func TestFloodOfCallsDoesNotFloodTheScreen(t *testing.T) {
	p := newFake("pbx")
	r := begin(t, pops(offered), p)
	for i := range 100 {
		r.emit(p, cti.CallFact{Ref: strings.Repeat("x", i+1), State: cti.Ringing, Direction: cti.Inbound, Number: fmt.Sprint(1130000000 + i)})
	}
	r.told(10)
	if left := r.desk.PopsLeft(); left != 0 {
		t.Fatalf("%d more pops would begin", left)
	}
	r.clock.Advance(time.Second)
	r.emit(p, cti.CallFact{Ref: "last", State: cti.Ringing, Direction: cti.Inbound, Number: "1133553434"})
	r.told(1)
	if got := r.hand.opened(); len(got) != 11 || !strings.Contains(got[10], "551133553434") {
		t.Fatalf("%d pages were opened", len(got))
	}
}

func TestPopRuleThatCannotBeKeptIsRefused(t *testing.T) {
	r := newRig(t)
	for _, rule := range []desk.PopRule{
		{On: "sometimes", Open: "https://crm.example.com/"},
		{On: "offered", Direction: "sideways", Open: "https://crm.example.com/"},
		{On: "offered", Open: "javascript:alert(1)"},
		{On: "offered", Open: "file:///etc/passwd"},
		{On: "offered", Open: "crm.example.com/{e164}"},
		{On: "offered", Open: "https://{display}/"},
		{On: "offered", Open: "https://crm.example.com{raw}"},
		{On: "offered", Open: "https://crm.example.com:{raw}/"},
		{On: "offered", Open: "https://user:pw@crm.example.com/"},
		{On: "offered", Open: "https://crm.example.com/{phone}"},
		{On: "offered", Open: "https://crm.example.com/{contact.}"},
		{On: "offered", Open: "https://crm.example.com/{e164"},
		{On: "offered"},
	} {
		if _, err := desk.New(r.options(nil, pops(rule))); err == nil {
			t.Errorf("the rule %+v was taken", rule)
		}
	}
}

func FuzzPopStaysOnItsHost(f *testing.F) {
	f.Add("https://crm.example.com/a/{display}/b?x={contact.p1}", "..", "a b")
	f.Add("http://h/{raw}", "//evil.example", "\r\n")
	f.Add("https://crm.example.com?{raw}", "\xff@evil", "%2e%2e")
	f.Fuzz(func(t *testing.T, open, a, b string) {
		c := &cti.Call{ID: a, Ref: b, Campaign: a, Queue: b, Remote: cti.Remote{Raw: a, E164: b, Display: a}, Contact: map[string]string{"p1": b}}
		got, err := desk.PopURL(desk.PopRule{On: "offered", Open: open}, c)
		if err != nil || got == "" {
			return
		}
		literal, _, _ := strings.Cut(open, "{")
		want, err := url.Parse(literal)
		if err != nil {
			t.Fatal(err)
		}
		u, err := url.Parse(got)
		if err != nil || u.Scheme != want.Scheme || u.Host != want.Host || u.User != nil || u.Scheme != "http" && u.Scheme != "https" {
			t.Fatalf("%q with %q and %q leads to %q (%v)", open, a, b, got, err)
		}
		if strings.HasPrefix(open, "https://crm.example.com/a/{display}/b") && !strings.HasPrefix(path.Clean(u.Path), "/a/") {
			t.Fatalf("%q left its path: %q", a, got)
		}
	})
}
