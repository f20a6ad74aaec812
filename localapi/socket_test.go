package localapi_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"

	"ctiagent/cti"
	"ctiagent/internal/config"
	"ctiagent/internal/i18n"
	"ctiagent/localapi"
	"ctiagent/localapi/localapitest"
	"ctiagent/localapi/protocol"
)

const greeting = `{"client":"t/1","protocol":1,"language":"pt-BR"}`

func call(id string) cti.Event {
	return cti.Event{Type: cti.EventCallRinging, Call: &cti.Call{ID: id, Direction: cti.Inbound, State: cti.Ringing, Actions: []string{}}}
}

// wantKind checks an answer's error, its code and that it has a hint.
func wantKind(t *testing.T, f localapitest.Frame, code int, kind cti.Kind) {
	t.Helper()
	if f.Error == nil {
		t.Fatalf("got %s, want the error %s", f.Result, kind)
	}
	if f.Error.Code != code || f.Error.Data == nil || f.Error.Data.Kind != kind {
		t.Errorf("got %+v %+v, want %d %s", f.Error, f.Error.Data, code, kind)
		return
	}
	if h := f.Error.Data.Hint; h == "" || strings.HasPrefix(h, "[") || strings.Contains(h, "<no value>") {
		t.Errorf("the hint of %s is %q", kind, h)
	}
}

func result[T any](t *testing.T, f localapitest.Frame) T {
	t.Helper()
	var out T
	if f.Error != nil {
		t.Fatalf("got the error %+v", f.Error)
	}
	if err := json.Unmarshal(f.Result, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// seqs reads n events.
func seqs(t *testing.T, p *localapitest.Page, n int) []uint64 {
	t.Helper()
	var got []uint64
	for len(got) < n {
		f := p.Next()
		if f.Method != protocol.DeskEvent {
			t.Fatalf("got %+v, want an event", f)
		}
		var e cti.Event
		if err := json.Unmarshal(f.Params, &e); err != nil {
			t.Fatal(err)
		}
		got = append(got, e.Seq)
	}
	return got
}

func TestHelloTellsWhatAPageMayDo(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	s.Desk.Serve(cti.InfoOf(cti.CallDial, ""), nil)
	f := s.Dial(t, localapitest.Origin).Ask("session.hello", greeting)
	want := `{"protocol":1,"version":"1.0.0","paired":true,"scopes":["observe","dial","control"],` +
		`"drivers":[{"name":"totalip","title":"Total IP","link":"connected"}],"actions":["call.dial"]}`
	if d := cmp.Diff(string(f.Result), want); d != "" {
		t.Error(d)
	}
}

func TestSubprotocols(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	for asked, want := range map[string]string{"ctiagent.v1": "ctiagent.v1", "": "", "porthole": "porthole", "porthole,ctiagent.v1": "ctiagent.v1", "other": ""} {
		d := websocket.Dialer{}
		if asked != "" {
			d.Subprotocols = strings.Split(asked, ",")
		}
		ws, _, err := d.Dial("ws"+s.URL()[len("http"):]+"v1/ws", map[string][]string{"Origin": {localapitest.Origin}})
		if err != nil {
			t.Fatal(err)
		}
		if ws.Subprotocol() != want {
			t.Errorf("asked %q: got %q, want %q", asked, ws.Subprotocol(), want)
		}
		ws.Close()
	}
}

func TestOtherProtocolVersionCloses(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	p := s.Dial(t, localapitest.Origin)
	wantKind(t, p.Ask("session.hello", `{"client":"t/1","protocol":2}`), protocol.CodeApplication, cti.Unsupported)
	if got := p.Closed(); got != protocol.CloseProtocol {
		t.Errorf("closed with %d, want 4001", got)
	}
}

func TestWatchAnswersBeforeItsEvents(t *testing.T) {
	s := localapitest.NewServer(t, func(o *localapi.Options) { o.Limits.PendingBytes = 64 << 20 })
	s.Desk.SetCalls(&cti.Call{ID: "c0", State: cti.Connected, Direction: cti.Inbound, Actions: []string{}})
	const events, pages = 3000, 8
	stop := make(chan struct{})
	emitted := make(chan struct{})
	go func() {
		defer close(emitted)
		for i := range events {
			select {
			case <-stop:
				return
			default:
				s.Desk.Emit(call(fmt.Sprint(i)))
			}
		}
	}()
	defer func() { close(stop); <-emitted }()
	for range pages { // each watches at another moment of the storm
		p := s.Dial(t, localapitest.Origin)
		first := result[protocol.WatchOut](t, p.Ask("desk.watch", ""))
		if first.Epoch != localapitest.Epoch || first.Reset || len(first.Calls) != 1 {
			t.Fatalf("snapshot %+v", first)
		}
		next := first.Seq
		for next < min(first.Seq+300, events) {
			if got := seqs(t, p, 1)[0]; got != next+1 {
				t.Fatalf("event %d after %d", got, next)
			}
			next++
		}
		p.WS.Close()
	}
}

// eagerDesk has an event in its snapshot that it delivers as well, before the
// snapshot and again after it.
type eagerDesk struct {
	*localapitest.Desk
	mu sync.Mutex
	f  func([]cti.Event)
}

func (d *eagerDesk) Watch(f func([]cti.Event)) (cti.DeskState, func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.f = f
	return d.Desk.Watch(f)
}

func (d *eagerDesk) State() cti.DeskState {
	d.Emit(call("early"))
	return d.Desk.State()
}

func TestEventOfTheSnapshotDoesNotFollowIt(t *testing.T) {
	d := &eagerDesk{Desk: localapitest.NewDesk()}
	s := localapitest.NewServer(t, func(o *localapi.Options) {
		o.OpenDesk = func(context.Context, cti.Person) (localapi.Desk, func(), error) { return d, func() {}, nil }
	})
	p := s.Dial(t, localapitest.Origin)
	if first := result[protocol.WatchOut](t, p.Ask("desk.watch", "")); first.Seq != 1 {
		t.Fatalf("snapshot %+v", first)
	}
	held, _ := d.Since(localapitest.Epoch, 0)
	late := call("late")
	late.Seq = 2
	d.mu.Lock()
	f := d.f
	d.mu.Unlock()
	f(held)               // what the snapshot has
	f(append(held, late)) // and together with what it has not
	if got := seqs(t, p, 1); got[0] != 2 {
		t.Errorf("got event %d, want 2", got[0])
	}
	if f := p.Ask("page.focus", ""); f.Error != nil { // Ask fails on an event in between
		t.Error(f.Error)
	}
}

func TestResumeGivesExactlyWhatWasMissed(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	for i := range 5 {
		s.Desk.Emit(call(fmt.Sprint(i)))
	}
	p := s.Dial(t, localapitest.Origin)
	f := p.Ask("desk.watch", `{"epoch":"E1","after":2}`)
	if d := cmp.Diff(string(f.Result), `{"epoch":"E1","seq":2}`); d != "" {
		t.Error(d)
	}
	s.Desk.Emit(call("5"))
	if d := cmp.Diff(seqs(t, p, 4), []uint64{3, 4, 5, 6}); d != "" {
		t.Error(d)
	}
	// Watching again takes the place of the first watch.
	p.Ask("desk.watch", `{"epoch":"E1","after":6}`)
	s.Desk.Emit(call("6"))
	p.Begin("page.focus", "{}")
	if d := cmp.Diff(seqs(t, p, 1), []uint64{7}); d != "" {
		t.Error(d)
	}
	if f := p.Next(); f.Method != "" {
		t.Errorf("an event twice: %+v", f)
	}
}

func TestResumeOfWhatIsGoneResets(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	for range localapitest.Held + 1 {
		s.Desk.Emit(call("x"))
	}
	for _, params := range []string{`{"epoch":"E1","after":0}`, `{"epoch":"E0","after":1001}`, `{"epoch":"E1","after":9999}`} {
		got := result[protocol.WatchOut](t, s.Dial(t, localapitest.Origin).Ask("desk.watch", params))
		if !got.Reset || got.Seq != localapitest.Held+1 || got.Calls == nil {
			t.Errorf("%s: got %+v, want a snapshot with reset", params, got)
		}
	}
	wantKind(t, s.Dial(t, localapitest.Origin).Ask("desk.watch", `{"after":3}`), protocol.CodeInvalidParams, cti.BadRequest)
}

func TestUnwatchEndsEventsAndTheDesksWatch(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	a, b := s.Dial(t, localapitest.Origin), s.Dial(t, localapitest.Origin)
	a.Ask("desk.watch", "")
	b.Ask("desk.watch", "")
	if got := s.Desk.Watchers(); got != 1 {
		t.Errorf("%d watches of the desk for two pages, want 1", got)
	}
	a.Ask("desk.unwatch", "")
	s.Desk.Emit(call("1"))
	seqs(t, b, 1)
	if f := a.Ask("desk.snapshot", ""); f.Error != nil { // Ask fails on an event in between
		t.Error(f.Error)
	}
	b.Ask("desk.unwatch", "")
	if got := s.Desk.Watchers(); got != 0 {
		t.Errorf("%d watches of the desk and no watcher", got)
	}
}

func TestSlowReaderIsClosedAndOthersAreNot(t *testing.T) {
	s := localapitest.NewServer(t, func(o *localapi.Options) { o.Limits.PendingBytes = 64 << 10 })
	slow, quick := s.Dial(t, localapitest.Origin), s.Dial(t, localapitest.Origin)
	slow.Ask("desk.watch", "")
	quick.Ask("desk.watch", "")
	big := call("big")
	big.Call.Contact = map[string]string{"note": strings.Repeat("x", 60<<10)}
	// Far more than the system's buffers hold (6 MiB for a loopback socket).
	const events = 200
	for i := range events {
		s.Desk.Emit(big)
		if got := seqs(t, quick, 1)[0]; got != uint64(i+1) {
			t.Fatalf("the quick reader got %d, want %d", got, i+1)
		}
	}
	next := uint64(1)
	for {
		f, err := slow.TryNext()
		var closed *websocket.CloseError
		if errors.As(err, &closed) {
			if closed.Code != int(protocol.CloseTooSlow) {
				t.Errorf("closed with %d, want 4008", closed.Code)
			}
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		var e cti.Event
		if err := json.Unmarshal(f.Params, &e); err != nil || e.Seq != next {
			t.Fatalf("the slow reader got %d (%v), want %d", e.Seq, err, next)
		}
		next++
	}
	if next > events {
		t.Error("the slow reader got everything: the test is too small for this system")
	}
	// It comes back where it was.
	again := s.Dial(t, localapitest.Origin)
	again.Ask("desk.watch", fmt.Sprintf(`{"epoch":"E1","after":%d}`, events-1))
	if d := cmp.Diff(seqs(t, again, 1), []uint64{events}); d != "" {
		t.Error(d)
	}
}

func TestBrokenMessages(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	p := s.Dial(t, localapitest.Origin)
	for text, want := range map[string]int{
		`{"jsonrpc":"2.0","id":1,`: protocol.CodeParse,
		`hello`:                    protocol.CodeParse,
		`[{"jsonrpc":"2.0","id":1,"method":"desk.snapshot"}]`:                       protocol.CodeInvalidRequest,
		`{"jsonrpc":"2.0","id":1}`:                                                  protocol.CodeInvalidRequest,
		`{"jsonrpc":"2.0","id":1,"method":"desk.snapshot","params":[]}`:             protocol.CodeInvalidParams,
		`{"jsonrpc":"2.0","id":1,"method":"page.focus","params":{"visible":"yes"}}`: protocol.CodeInvalidParams,
	} {
		p.Send(text)
		wantKind(t, p.Next(), want, cti.BadRequest)
	}
	wantKind(t, p.Ask("no.such", ""), protocol.CodeUnknownMethod, cti.Unsupported)
	// A note gets no answer, not even a wrong one.
	p.Send(`{"jsonrpc":"2.0","method":"no.such"}`)
	p.Send(`{"jsonrpc":"2.0","method":"page.focus","params":{"visible":true}}`)
	if f := p.Ask("desk.snapshot", ""); f.Error != nil {
		t.Error(f.Error)
	}
}

func TestLongMessageIsToldAndClosed(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	fits := `{"jsonrpc":"2.0","id":1,"method":"desk.snapshot","params":{"x":"`
	p := s.Dial(t, localapitest.Origin)
	p.Send(fits + strings.Repeat("x", 64<<10-len(fits)-3) + `"}}`)
	if f := p.Next(); f.Error != nil {
		t.Errorf("64 KiB: %v", f.Error)
	}
	p.Send(strings.Repeat("x", 1<<20))
	wantKind(t, p.Next(), protocol.CodeInvalidParams, cti.BadRequest)
	if got := p.Closed(); got != protocol.CloseTooBig {
		t.Errorf("closed with %d, want 1009", got)
	}
	p = s.Dial(t, localapitest.Origin)
	if err := p.WS.WriteMessage(websocket.BinaryMessage, []byte("{}")); err != nil {
		t.Fatal(err)
	}
	if got := p.Closed(); got != protocol.CloseUnsupported {
		t.Errorf("a binary message: closed with %d, want 1003", got)
	}
}

func TestFloodIsSlowedAndThenClosed(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	p := s.Dial(t, localapitest.Origin)
	for range 40 {
		if f := p.Ask("page.focus", ""); f.Error != nil {
			t.Fatalf("within the burst: %v", f.Error)
		}
	}
	wantKind(t, p.Ask("page.focus", ""), protocol.CodeApplication, cti.RateLimited)
	s.Clock.Advance(time.Second) // twenty more
	for range 20 {
		if f := p.Ask("page.focus", ""); f.Error != nil {
			t.Fatalf("after a second: %v", f.Error)
		}
	}
	for range 201 { // five bursts of refusals are forgiven
		p.Begin("page.focus", "")
	}
	if got := p.Closed(); got != protocol.CloseTooMany {
		t.Errorf("closed with %d, want 4029", got)
	}
}

func TestConnectionsPerOrigin(t *testing.T) {
	s := localapitest.NewServer(t, func(o *localapi.Options) { o.Limits.ConnectionsPerOrigin = 2 })
	first := s.Dial(t, localapitest.Origin)
	s.Dial(t, localapitest.Origin).Ask("desk.watch", "")
	if _, r, err := s.TryDial(localapitest.Origin); err == nil || r.StatusCode != 429 {
		t.Fatalf("a third connection: %v", err)
	}
	first.Ask("desk.watch", "")
	ctx, cancel := context.WithTimeout(t.Context(), localapitest.Patience)
	defer cancel()
	if _, ok := s.Desk.WaitPages(ctx, func(p []localapitest.Tab) bool { return len(p) == 2 }); !ok {
		t.Fatal("no two pages")
	}
	first.WS.Close()
	if _, ok := s.Desk.WaitPages(ctx, func(p []localapitest.Tab) bool { return len(p) == 1 }); !ok {
		t.Fatal("the page did not go")
	}
	for { // the place is free a moment after the page has gone
		ws, _, err := s.TryDial(localapitest.Origin)
		if err == nil {
			ws.Close()
			return
		}
		if ctx.Err() != nil {
			t.Fatalf("the place of a page that left stays taken: %v", err)
		}
	}
}

func TestUnpairedPageMayOnlyGreet(t *testing.T) {
	const stranger = "https://new.example.com"
	s := localapitest.NewServer(t, func(o *localapi.Options) {
		o.Pairing = config.PairingAsk
		o.OpenDesk = func(context.Context, cti.Person) (localapi.Desk, func(), error) {
			t.Error("the desk was opened for a page without rights")
			return nil, nil, cti.Fail(cti.Unavailable, "", "")
		}
	})
	p := s.Dial(t, stranger)
	if d := cmp.Diff(string(p.Ask("session.hello", greeting).Result), `{"protocol":1,"version":"1.0.0","paired":false}`); d != "" {
		t.Error(d)
	}
	for _, m := range []string{"desk.watch", "desk.snapshot", "page.focus", "call.dial", "functions.invoke", "rpc.discover", "no.such", "control.ticket"} {
		wantKind(t, p.Ask(m, ""), protocol.CodeApplication, cti.PairingRequired)
	}
	f := p.Ask("session.pair", "")
	wantKind(t, f, protocol.CodeApplication, cti.Unavailable)
	if want := i18n.T(i18n.PtBR, protocol.HintNobodyToAsk, nil); f.Error.Data.Hint != want {
		t.Errorf("hint %q, want %q", f.Error.Data.Hint, want)
	}
	for range 3 {
		s.Dial(t, stranger).Ask("session.hello", greeting)
	}
	if _, r, err := s.TryDial("https://other.example.com"); err == nil || r.StatusCode != 429 {
		t.Errorf("a fifth unpaired connection: %v", err)
	}
	s.Clock.Advance(60 * time.Second)
	if got := p.Closed(); got != protocol.ClosePolicy {
		t.Errorf("after a minute closed with %d, want 1008", got)
	}
}

func TestPairOfAnAllowedPage(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	f := s.Dial(t, localapitest.Origin).Ask("session.pair", `{"scopes":["observe"]}`)
	if d := cmp.Diff(string(f.Result), `{"paired":true,"scopes":["observe","dial","control"]}`); d != "" {
		t.Error(d)
	}
}

func TestStoppingServiceSaysSo(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	p := s.Dial(t, localapitest.Origin)
	p.Ask("desk.watch", "")
	stopped := make(chan error, 1)
	go func() { stopped <- s.Stop() }()
	if got := p.Closed(); got != protocol.CloseStopping {
		t.Errorf("closed with %d, want 4009", got)
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}

func TestPingAndCloseAreAnswered(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	p := s.Dial(t, localapitest.Origin)
	pong := make(chan string, 1)
	p.WS.SetPongHandler(func(text string) error { pong <- text; return nil })
	if err := p.WS.WriteControl(websocket.PingMessage, []byte("hi"), time.Now().Add(localapitest.Patience)); err != nil {
		t.Fatal(err)
	}
	p.Ask("page.focus", "")
	select {
	case got := <-pong:
		if got != "hi" {
			t.Errorf("pong %q", got)
		}
	default:
		t.Error("no pong before the answer to what came later")
	}
	if err := p.WS.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(1000, ""), time.Now().Add(localapitest.Patience)); err != nil {
		t.Fatal(err)
	}
	if got := p.Closed(); got != protocol.CloseNormal {
		t.Errorf("closed with %d, want 1000", got)
	}
}
