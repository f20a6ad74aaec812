package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// patience is how long a test waits for something that is to happen; whatever
// takes longer has failed.
const patience = 20 * time.Second

// needless is the list below the address. It is a page of its own in each window, which no test looks at and which used more
// of the processor than all pages under test.
const needless = "WebUIOmniboxPopup,WebUIOmniboxAimPopup"

// browser is one running Chromium.
type browser struct{ ctx context.Context }

// shared is the Chromium of all tests that want nothing special of theirs: each person has a profile of their own in it. It
// ends with the tests.
var shared struct {
	sync.Mutex
	*browser
	end func() error
}

// startBrowser answers a Chromium without a window: the shared one or, with options, one of its own profile, which ends with
// the test.
func startBrowser(t *testing.T, more ...chromedp.ExecAllocatorOption) *browser {
	t.Helper()
	if len(more) > 0 {
		b, end := launch(t, t.TempDir(), more)
		t.Cleanup(func() {
			if err := end(); err != nil {
				t.Errorf("close the browser: %v", err)
			}
		})
		return b
	}
	shared.Lock()
	defer shared.Unlock()
	if shared.browser != nil && shared.ctx.Err() != nil { // it crashed, which an earlier test has told
		_ = shared.end()
		shared.browser = nil
	}
	if shared.browser == nil {
		dir, err := os.MkdirTemp("", "cti")
		if err != nil {
			t.Fatal(err)
		}
		b, end := launch(t, dir, nil)
		shared.browser, shared.end = b, func() error { return errors.Join(end(), os.RemoveAll(dir)) }
	}
	return shared.browser
}

// closing ends what the tests shared.
type closing struct{ *testing.M }

func (c closing) Run() int {
	code := c.M.Run()
	if shared.browser != nil {
		if err := shared.end(); err != nil {
			fmt.Fprintln(os.Stderr, "close the browser:", err)
			code = max(code, 1)
		}
	}
	return code
}

// launch starts a Chromium.
func launch(t *testing.T, profile string, more []chromedp.ExecAllocatorOption) (b *browser, end func() error) {
	t.Helper()
	var program string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			program = path
			break
		}
	}
	if program == "" {
		t.Fatal("these tests click in a real browser and found none: install chromium (apt-get install chromium), or put chromium, chromium-browser or google-chrome on the PATH")
	}
	options := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(program), chromedp.UserDataDir(profile), chromedp.Env("LANG=C.UTF-8"),
		chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck, chromedp.Flag("headless", "new"), chromedp.Flag("disable-features", needless),
	}
	flags := []string{"disable-gpu", "disable-background-networking", "disable-component-update", "disable-sync", "disable-quic",
		"disable-background-timer-throttling", "disable-breakpad", "disable-dev-shm-usage", "mute-audio"}
	if os.Getuid() == 0 {
		flags = append(flags, "no-sandbox") // Chromium refuses root otherwise
	}
	for _, f := range flags {
		options = append(options, chromedp.Flag(f, true))
	}
	ctx, quit := chromedp.NewExecAllocator(context.Background(), append(options, more...)...)
	// What chromedp has to say is about events that it does not know.
	ctx, leave := chromedp.NewContext(ctx, chromedp.WithErrorf(func(string, ...any) {}))
	end = func() error {
		defer quit()
		defer leave()
		// Asked to close, and not killed, it writes into its profile no more when the profile is removed.
		late, stop := context.WithTimeout(ctx, patience)
		defer stop()
		return chromedp.Cancel(late)
	}
	if err := chromedp.Run(ctx); err != nil {
		quit()
		t.Fatalf("start %s: %v", program, err)
	}
	return &browser{ctx}, end
}

// frame is one WebSocket message of a page.
type frame struct {
	Sent   bool
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Result json.RawMessage `json:"result"`
	Error  *struct {
		Message string `json:"message"`
		Data    struct {
			Kind string `json:"kind"`
		} `json:"data"`
	} `json:"error"`
}

// tab is one tab of the browser. What the page says over its WebSocket is kept,
// and so is everything it complains about on the console, which fails the test
// at its end.
type tab struct {
	t       *testing.T
	b       *browser
	profile cdp.BrowserContextID
	ctx     context.Context
	end     func()

	mu       sync.Mutex
	changed  chan struct{}
	frames   []frame
	problems []string
	allowed  []string
}

// person is somebody with a fresh profile and a window of their own: the
// language chosen and the like are not shared with other tests. The answered
// tab shows nothing yet.
func (b *browser) person(t *testing.T) *tab {
	t.Helper()
	do := cdp.WithExecutor(b.ctx, chromedp.FromContext(b.ctx).Browser)
	profile, err := target.CreateBrowserContext().Do(do)
	if err != nil {
		t.Fatalf("make a profile: %v", err)
	}
	t.Cleanup(func() {
		if err := target.DisposeBrowserContext(profile).Do(do); err != nil {
			t.Errorf("remove a profile: %v", err)
		}
	})
	window, err := target.CreateTarget("about:blank").WithBrowserContextID(profile).WithNewWindow(true).Do(do)
	if err != nil {
		t.Fatalf("open a window: %v", err)
	}
	return b.openTab(t, profile, chromedp.WithTargetID(window))
}

// beside opens another tab in the same window.
func (tb *tab) beside() *tab {
	tb.t.Helper()
	return tb.b.openTab(tb.t, tb.profile, chromedp.WithExistingBrowserContext(tb.profile))
}

func (b *browser) openTab(t *testing.T, profile cdp.BrowserContextID, option chromedp.ContextOption) *tab {
	t.Helper()
	tb := &tab{t: t, b: b, profile: profile, changed: make(chan struct{})}
	tb.ctx, tb.end = chromedp.NewContext(b.ctx, option)
	chromedp.ListenTarget(tb.ctx, tb.heard)
	// Not under a deadline: the first Run's context is the tab's life. The browser has one.
	if err := chromedp.Run(tb.ctx); err != nil {
		t.Fatalf("open a tab: %v", err)
	}
	t.Cleanup(tb.close)
	return tb
}

// close ends the tab and fails the test when the page complained.
func (tb *tab) close() {
	tb.end()
	tb.mu.Lock()
	defer tb.mu.Unlock()
	for _, p := range tb.problems {
		if !slices.ContainsFunc(tb.allowed, func(a string) bool { return strings.Contains(p, a) }) {
			tb.t.Errorf("the page complained: %s", p)
		}
	}
}

// allow lets the page complain with these words.
func (tb *tab) allow(words string) {
	tb.mu.Lock()
	defer tb.mu.Unlock()
	tb.allowed = append(tb.allowed, words)
}

// heard files what the browser tells of the tab.
func (tb *tab) heard(event any) {
	tb.mu.Lock()
	defer tb.mu.Unlock()
	switch e := event.(type) {
	case *network.EventWebSocketFrameSent:
		tb.file(true, e.Response.PayloadData)
	case *network.EventWebSocketFrameReceived:
		tb.file(false, e.Response.PayloadData)
	case *runtime.EventExceptionThrown:
		tb.problems = append(tb.problems, e.ExceptionDetails.Error())
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.APITypeError || e.Type == runtime.APITypeWarning || e.Type == runtime.APITypeAssert {
			var words []string
			for _, a := range e.Args {
				words = append(words, string(a.Value)+a.Description)
			}
			tb.problems = append(tb.problems, "console: "+strings.Join(words, " "))
		}
	case *cdplog.EventEntryAdded:
		if e.Entry.Level == cdplog.LevelError || e.Entry.Level == cdplog.LevelWarning {
			tb.problems = append(tb.problems, fmt.Sprintf("%s: %s %s", e.Entry.Source, e.Entry.Text, e.Entry.URL))
		}
	default:
		return
	}
	close(tb.changed)
	tb.changed = make(chan struct{})
}

func (tb *tab) file(sent bool, text string) {
	f := frame{Sent: sent}
	if err := json.Unmarshal([]byte(text), &f); err != nil {
		tb.problems = append(tb.problems, "a frame that is no JSON: "+text)
		return
	}
	f.Sent = sent
	tb.frames = append(tb.frames, f)
}

// said answers the frames so far for which ok is true.
func (tb *tab) said(ok func(frame) bool) []frame {
	tb.mu.Lock()
	defer tb.mu.Unlock()
	var out []frame
	for _, f := range tb.frames {
		if ok(f) {
			out = append(out, f)
		}
	}
	return out
}

// asked answers the page's requests of a method.
func (tb *tab) asked(method string) []frame {
	return tb.said(func(f frame) bool { return f.Sent && f.Method == method })
}

// told answers what the program told the page under a method: events, requests.
func (tb *tab) told(method string) []frame {
	return tb.said(func(f frame) bool { return !f.Sent && f.Method == method })
}

// answer answers the last frame that answers f, nil while there is none.
func (tb *tab) answer(f frame) *frame {
	all := tb.said(func(a frame) bool { return a.Sent != f.Sent && a.Method == "" && string(a.ID) == string(f.ID) })
	if len(all) == 0 {
		return nil
	}
	return &all[len(all)-1]
}

// wait blocks until ok answers true, which it asks whenever the browser told
// something new about this tab.
func (tb *tab) wait(what string, ok func() bool) {
	tb.t.Helper()
	ctx, cancel := context.WithTimeout(tb.ctx, patience)
	defer cancel()
	for {
		tb.mu.Lock()
		changed := tb.changed
		tb.mu.Unlock()
		if ok() {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			tb.t.Fatalf("waited in vain: %s\n%s", what, tb.looks())
		}
	}
}

// run does what a person would do, or asks the page.
func (tb *tab) run(what string, actions ...chromedp.Action) {
	tb.t.Helper()
	ctx, cancel := context.WithTimeout(tb.ctx, patience)
	defer cancel()
	if err := chromedp.Run(ctx, actions...); err != nil {
		tb.t.Fatalf("%s: %v\n%s", what, err, tb.looks())
	}
}

// until waits until a JavaScript condition of the page is true. It asks by
// interval, because a tab in the background paints no frames.
func (tb *tab) until(what, condition string) {
	tb.t.Helper()
	ctx, cancel := context.WithTimeout(tb.ctx, patience)
	defer cancel()
	err := chromedp.Run(ctx, chromedp.Poll("!!("+condition+")", nil, chromedp.WithPollingInterval(20*time.Millisecond), chromedp.WithPollingTimeout(0)))
	if err != nil {
		tb.t.Fatalf("waited in vain: %s: %v\n%s", what, err, tb.looks())
	}
}

// shows waits until an element that can be seen fits the selector and its text
// holds the words.
func (tb *tab) shows(selector, words string) {
	tb.t.Helper()
	tb.until(fmt.Sprintf("%s with %q in sight", selector, words),
		fmt.Sprintf(`[...document.querySelectorAll(%s)].some((e) => e.checkVisibility() && e.innerText.toLowerCase().includes(%s))`,
			strconv.Quote(selector), strconv.Quote(strings.ToLower(words))))
}

// text asks the page for a string.
func (tb *tab) text(expression string) string {
	tb.t.Helper()
	var out string
	tb.run(expression, chromedp.Evaluate(expression, &out))
	return out
}

// goes opens an address in the tab.
func (tb *tab) goes(address string) *tab {
	tb.t.Helper()
	tb.run("open "+address, chromedp.Navigate(address))
	return tb
}

// front makes this the tab the person looks at.
func (tb *tab) front() {
	tb.t.Helper()
	tb.run("bring the tab to front", chromedp.ActionFunc(func(ctx context.Context) error { return page.BringToFront().Do(ctx) }))
}

// click presses the first element that fits the selector, once it is in sight, where it stands: the page may have put an equal
// one there meanwhile, which a person would not notice either.
func (tb *tab) click(selector string) {
	tb.t.Helper()
	var at struct{ X, Y float64 }
	tb.run("click "+selector, chromedp.Poll(fmt.Sprintf(`(() => {
		const e = document.querySelector(%s);
		if (!e?.checkVisibility()) { return false; }
		e.scrollIntoViewIfNeeded();
		const r = e.getClientRects()[0];
		return r && { X: r.x + r.width / 2, Y: r.y + r.height / 2 };
	})()`, strconv.Quote(selector)), &at, chromedp.WithPollingInterval(20*time.Millisecond), chromedp.WithPollingTimeout(0)),
		chromedp.ActionFunc(func(ctx context.Context) error { return chromedp.Run(ctx, presses(at.X, at.Y, 1)...) }))
}

// looks tells what the tab shows, for a test that failed.
func (tb *tab) looks() string {
	ctx, cancel := context.WithTimeout(tb.ctx, 3*time.Second)
	defer cancel()
	var text string
	if err := chromedp.Run(ctx, chromedp.Evaluate(`location.href + "\n" + document.body.innerText.slice(0, 1500)`, &text)); err != nil {
		return "the page does not tell what it shows: " + err.Error()
	}
	tb.mu.Lock()
	defer tb.mu.Unlock()
	return "the page shows: " + text + "\nit complained: " + strings.Join(tb.problems, "; ")
}
