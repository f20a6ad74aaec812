package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"ctiagent/internal/paths"

	"github.com/chromedp/cdproto/debugger"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// otherBrowser is the extension of another browser of the person: it shows what
// no page shows, and tells what that was.
func otherBrowser(t *testing.T) <-chan string {
	t.Helper()
	c, err := net.Dial("unix", paths.Current().UserSocket())
	if err != nil {
		t.Fatal(err)
	}
	shown, ended := make(chan string, 10), make(chan struct{})
	t.Cleanup(func() { _ = c.Close(); <-ended })
	ready := make(chan struct{})
	go func() {
		defer close(ended)
		lines := bufio.NewScanner(c)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			var m struct {
				ID     json.RawMessage
				Method string
				Params struct{ URL string }
			}
			if json.Unmarshal(lines.Bytes(), &m) != nil {
				return
			}
			switch {
			case string(m.ID) == "2":
				close(ready)
			case m.Method == "desk.pop":
				shown <- m.Params.URL
				_, _ = fmt.Fprintf(c, `{"jsonrpc":"2.0","id":%s,"result":{"shown":true}}`+"\n", m.ID)
			}
		}
	}()
	if _, err := io.WriteString(c, `{"jsonrpc":"2.0","id":1,"method":"desk.watch"}`+"\n"+`{"jsonrpc":"2.0","id":2,"method":"page.focus","params":{"visible":true,"focused":true}}`+"\n"); err != nil {
		t.Fatal(err)
	}
	select {
	case <-ready:
	case <-ended:
		t.Fatal("the program does not know the other browser")
	}
	return shown
}

func TestCallIsShownOnceWhereAPageCannot(t *testing.T) {
	b := startBrowser(t)
	for _, c := range []struct {
		claim string
		test  func(*testing.T, *browser)
	}{
		{"the call of a page that sleeps is shown elsewhere, and not again when it wakes", sleeperWakes},
		{"a page that hangs is told that somebody else showed the call", hangingPageComesLate},
		{"a page that is left while it looks the customer up leaves the call to somebody else", leftPageLeavesTheCall},
	} {
		t.Run(c.claim, func(t *testing.T) { c.test(t, b) })
	}
}

// Whoever waits for a page that sleeps must not wait for long, and a page that
// wakes up must not show what has been shown meanwhile.
func sleeperWakes(t *testing.T, b *browser) {
	s := demoSite(t, b)
	elsewhere := otherBrowser(t)
	tb := s.crm()
	tb.allow("Page entered Back-Forward Cache") // how Chromium names it that it cuts a frozen page's connection
	tb.beside().goes("about:blank").front()
	tb.knows(false)
	tb.freezes()
	call := s.pbx.Ring(demoExtension, helenaCalls, "1130030000")
	s.answers(call.Ref)
	shownElsewhere(t, elsewhere)
	tb.run("thaw", page.SetWebLifecycleState(page.SetWebLifecycleStateStateActive))
	tb.front()
	tb.shows(`#calls [data-state="connected"]`, helenaName)
	tb.answered()
	if got := tb.text(`location.hash`); got == helenaPage {
		t.Error("the page showed the call again when it woke up")
	}

	// The network comes back, and the page looks whether its connection lives.
	asked := len(tb.asked("page.focus"))
	tb.run("leave the network", network.OverrideNetworkState(true, 0, 0, 0))
	tb.until("the page is offline", `!navigator.onLine`)
	s.hangsUp(call.Ref)
	tb.run("come back", network.OverrideNetworkState(false, 0, -1, -1))
	tb.until("the page is online", `navigator.onLine`)
	tb.wait("the page asks whether its connection lives", func() bool { return len(tb.asked("page.focus")) > asked })
	tb.answered()
	tb.shows(`#calls [data-state="ended"]`, helenaName)

	// From now on it is the page that is asked, and that shows the call when it is awake within the time it has.
	tb.knows(true)
	before := len(tb.asked("desk.claimPop"))
	again := s.pbx.Ring(demoExtension, helenaCalls, "1130030000")
	s.answers(again.Ref)
	if tb.claims(before + 1) {
		tb.shows(`section[data-customer="3"]`, helenaName)
	} else {
		shownElsewhere(t, elsewhere)
	}
	s.hangsUp(again.Ref)
	tb.shows(`#calls [data-state="ended"]`, helenaName)
	if asked := len(tb.asked("desk.claimPop")); asked != before+1 || len(elsewhere) != 0 {
		t.Errorf("the page claimed %d times, and the other browser opened %d more addresses", asked-before, len(elsewhere))
	}
}

// claims waits until the page's n-th claim of a pop is answered, and answers
// whether the page shall show it.
func (tb *tab) claims(n int) (taken bool) {
	tb.t.Helper()
	var answer *frame
	tb.wait("the page's claim is answered", func() bool {
		claims := tb.asked("desk.claimPop")
		if len(claims) == n {
			answer = tb.answer(claims[n-1])
		}
		return answer != nil
	})
	return string(answer.Result) == `{"taken":true}`
}

// shownElsewhere waits until the other browser has opened Helena's page.
func shownElsewhere(t *testing.T, elsewhere <-chan string) {
	t.Helper()
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case got := <-elsewhere:
		if !strings.Contains(got, "cliente.html?phone=%2B5521987650103") {
			t.Errorf("the other browser opened %s", got)
		}
	case <-late.C:
		t.Fatal("nobody showed the call")
	}
}

// A page that hangs keeps its connection, and finds the question there when it
// goes on.
func hangingPageComesLate(t *testing.T, b *browser) {
	s := demoSite(t, b)
	elsewhere := otherBrowser(t)
	tb := s.crm()
	tb.front()
	tb.knows(true)
	goOn := tb.hangs()
	call := s.pbx.Ring(demoExtension, helenaCalls, "1130030000")
	s.answers(call.Ref)
	shownElsewhere(t, elsewhere)
	goOn()
	if tb.claims(1) {
		t.Error("the page shall show the call that somebody else showed")
	}
	tb.shows(`#calls [data-state="connected"]`, helenaName)
	if got := tb.text(`location.hash`); got == helenaPage {
		t.Error("the page showed the call again when it went on")
	}
	s.hangsUp(call.Ref)
}

// A page that the person leaves while it looks the customer up shows nothing any
// more, and says so with its last breath.
func leftPageLeavesTheCall(t *testing.T, b *browser) {
	s := demoSite(t, b)
	elsewhere := otherBrowser(t)
	tb := s.crm()
	tb.front()
	tb.knows(true)
	tb.run("look up customers for ever", chromedp.Evaluate(`new Promise((connected) => {
		const cti = CTIAgent.connect({ sameOrigin: true });
		cti.onPop(() => { window.looksUp = true; return new Promise(() => {}); });
		cti.ready(connected);
	}).then(() => 0)`, nil, awaited))
	call := s.pbx.Ring(demoExtension, helenaCalls, "1130030000")
	s.answers(call.Ref)
	tb.until("the page looks the customer up", `window.looksUp`)
	tb.goes("about:blank")
	shownElsewhere(t, elsewhere)
	s.hangsUp(call.Ref)
}

// freezes lets the browser put the page to sleep, and waits until it does.
func (tb *tab) freezes() {
	tb.t.Helper()
	tb.run("let the page tell", chromedp.Evaluate(`document.addEventListener('freeze', () => console.debug('freezes'))`, nil))
	tb.brings("the page freezes", func(event any) bool {
		e, is := event.(*runtime.EventConsoleAPICalled)
		return is && e.Type == runtime.APITypeDebug
	}, page.SetWebLifecycleState(page.SetWebLifecycleStateStateFrozen))
}

// hangs stops the scripts of the page until it shall go on.
func (tb *tab) hangs() (goOn func()) {
	tb.t.Helper()
	tb.brings("the page's scripts stop", func(event any) bool {
		_, is := event.(*debugger.EventPaused)
		return is
	}, chromedp.ActionFunc(func(ctx context.Context) error {
		_, err := debugger.Enable().Do(ctx)
		return err
	}), chromedp.Evaluate(`setTimeout(() => { debugger; }), 0`, nil))
	return func() {
		tb.t.Helper()
		tb.run("let the page go on", debugger.Resume(), debugger.Disable())
	}
}

// brings runs actions and waits until the browser has told of what they bring.
func (tb *tab) brings(what string, is func(event any) bool, actions ...chromedp.Action) {
	tb.t.Helper()
	happened := make(chan struct{}, 1)
	ctx, cancel := context.WithTimeout(tb.ctx, patience)
	defer cancel()
	chromedp.ListenTarget(ctx, func(event any) {
		if is(event) {
			select {
			case happened <- struct{}{}:
			default:
			}
		}
	})
	tb.run(what, actions...)
	select {
	case <-happened:
	case <-ctx.Done():
		tb.t.Fatalf("waited in vain: %s", what)
	}
}

// answered waits until the program has answered the page's last look whether
// the connection lives.
func (tb *tab) answered() {
	tb.t.Helper()
	tb.wait("the connection lives", func() bool {
		asked := tb.asked("page.focus")
		return len(asked) > 0 && tb.answer(asked[len(asked)-1]) != nil
	})
}
