package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"ctiagent/internal/paths"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
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

// Whoever waits for a page that sleeps must not wait for long, and a page that
// wakes up must not show what has been shown meanwhile.
func TestCallOfASleepingPageIsShownElsewhereAndNotAgainWhenItWakes(t *testing.T) {
	b := startBrowser(t)
	s := demoSite(t, b)
	elsewhere := otherBrowser(t)
	tb := s.crm()
	tb.allow("Page entered Back-Forward Cache") // how Chromium names it that it cuts a frozen page's connection
	tb.beside().goes("about:blank").front()
	tb.knows(false)
	tb.run("freeze", page.SetWebLifecycleState(page.SetWebLifecycleStateStateFrozen))
	call := s.pbx.Ring(demoExtension, helenaCalls, "1130030000")
	s.answers(call.Ref)
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

	// From now on it is the page that shows calls, once.
	tb.knows(true)
	pops := len(tb.told("desk.pop"))
	popsAgain := s.pbx.Ring(demoExtension, helenaCalls, "1130030000")
	s.answers(popsAgain.Ref)
	tb.shows(`section[data-customer="3"]`, helenaName)
	s.hangsUp(popsAgain.Ref)
	if got := len(tb.told("desk.pop")) - pops; got != 1 || len(elsewhere) != 0 {
		t.Errorf("the page was asked %d times, and the other browser opened %d more addresses", got, len(elsewhere))
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
