package localapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ctiagent/cti"
	"ctiagent/internal/config"
	"ctiagent/localapi"
	"ctiagent/localapi/localapitest"
	"ctiagent/localapi/protocol"
)

type echoIn struct {
	Text     string `json:"text,omitempty"`
	Password string `json:"password,omitempty" secret:"true"`
}

// action describes a function called name.
func action[Out any](name string, e cti.Effect) cti.FuncInfo {
	return cti.InfoOf(cti.Action[echoIn, Out]{Name: name, Title: "Try", Effect: e}, "")
}

func ok(context.Context, cti.Wish) (any, error) { return cti.None{}, nil }

func TestWishCarriesItsOrigin(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	s.Desk.Serve(cti.InfoOf(cti.CallDial, ""), func(context.Context, cti.Wish) (any, error) {
		return &cti.Call{ID: "c1", State: cti.Dialing, Direction: cti.Outbound, Actions: []string{}}, nil
	})
	p := s.Dial(t, localapitest.Origin)
	if got := result[cti.Call](t, p.Ask("call.dial", `{"number":"33553400"}`)); got.ID != "c1" {
		t.Errorf("answered %+v", got)
	}
	wantKind(t, p.Ask("call.dial", `{}`), protocol.CodeInvalidParams, cti.BadRequest)
	wantKind(t, p.Ask("call.dial", `{"number":7}`), protocol.CodeInvalidParams, cti.BadRequest)
	w := s.Desk.Wishes()[0]
	w.Progress = nil
	if d := cmp.Diff(w, cti.Wish{Method: "call.dial", Params: json.RawMessage(`{"number":"33553400"}`), Origin: localapitest.Origin, Foreign: true, Language: "en"}); d != "" {
		t.Error(d)
	}
}

func TestErrorsAreHintedAndCausesStay(t *testing.T) {
	var log bytes.Buffer
	var mu sync.Mutex
	s := localapitest.NewServer(t, func(o *localapi.Options) {
		o.Log = slog.New(slog.NewTextHandler(lockedWriter{&mu, &log}, nil))
		o.Language = "es"
		o.Limits.Burst = 1000
	})
	p := s.Dial(t, localapitest.Origin)
	for _, k := range cti.Kinds() {
		name := "try." + string(k)
		s.Desk.Serve(action[cti.None](name, cti.Observe), func(context.Context, cti.Wish) (any, error) {
			return nil, &cti.Error{Kind: k, Driver: "totalip", Title: "Total IP", Text: "TEXTO", Err: errors.New("canary cause")}
		})
		code := protocol.CodeApplication
		if k == cti.BadRequest {
			code = protocol.CodeInvalidParams
		}
		f := p.Ask(name, "")
		wantKind(t, f, code, k)
		if f.Error.Message != "Total IP: TEXTO" || f.Error.Data.Op != name || f.Error.Data.Sent != cti.NotSent {
			t.Errorf("%s: %+v %+v", k, f.Error, f.Error.Data)
		}
	}
	s.Desk.Serve(action[cti.None]("try.panic", cti.Observe), func(context.Context, cti.Wish) (any, error) {
		return nil, errors.New("canary cause of something else")
	})
	f := p.Ask("try.panic", "")
	wantKind(t, f, protocol.CodeApplication, cti.InternalError)
	spanish := f.Error.Data.Hint
	raw, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(raw), "canary") {
		t.Errorf("the cause reached the page: %s", raw)
	}
	mu.Lock()
	if !strings.Contains(log.String(), "canary cause of something else") {
		t.Errorf("the cause is not in the log: %s", log.String())
	}
	mu.Unlock()
	p.Ask("session.hello", `{"client":"t/1","protocol":1,"language":"en-GB"}`)
	if english := p.Ask("try.panic", "").Error.Data.Hint; english == spanish {
		t.Errorf("two languages, one hint: %q", english)
	}
	s.Desk.Serve(action[cti.None]("try.hint", cti.Observe), func(context.Context, cti.Wish) (any, error) {
		return nil, &cti.Error{Kind: cti.BadRequest, Hint: "error.hint.values", Args: map[string]string{"Name": "mode", "Values": "blind, attended"}}
	})
	if got, want := p.Ask("try.hint", "").Error.Data.Hint, "Use one of these for mode: blind, attended."; got != want {
		t.Errorf("hint %q, want %q", got, want)
	}
}

type lockedWriter struct {
	mu *sync.Mutex
	b  *bytes.Buffer
}

func (w lockedWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.Write(p)
}

func TestEffectsNeedTheirScope(t *testing.T) {
	self := localapitest.Self(t)
	s := localapitest.NewServer(t, func(o *localapi.Options) {
		o.Supervisors = []string{self.Name}
		o.Pairing = config.PairingAsk
		o.Extra = map[string]localapi.Extra{"demo.ring": {Scope: cti.Control, Do: func(_ context.Context, p json.RawMessage) (any, error) { return p, nil }}}
	})
	for _, e := range []cti.Effect{cti.Observe, cti.Dial, cti.Control, cti.Supervise} {
		s.Desk.Serve(action[cti.None]("totalip."+string(e), e), ok)
	}
	p := s.Dial(t, localapitest.Origin)
	for _, e := range []cti.Effect{cti.Observe, cti.Dial, cti.Control} {
		for _, f := range []localapitest.Frame{p.Ask("totalip."+string(e), ""), p.Ask("functions.invoke", `{"name":"totalip.`+string(e)+`"}`)} {
			if f.Error != nil {
				t.Errorf("%s: %v", e, f.Error)
			}
		}
	}
	// Not even the page of a person who may supervise.
	wantKind(t, p.Ask("totalip.supervise", ""), protocol.CodeApplication, cti.Forbidden)
	wantKind(t, p.Ask("functions.invoke", `{"name":"totalip.supervise","params":{}}`), protocol.CodeApplication, cti.Forbidden)
	wantKind(t, p.Ask("functions.invoke", `{"name":"totalip.no_such"}`), protocol.CodeApplication, cti.Unsupported)
	wantKind(t, p.Ask("functions.invoke", `{}`), protocol.CodeInvalidParams, cti.BadRequest)
	for _, m := range []string{"control.ticket", "origins.list"} {
		wantKind(t, p.Ask(m, ""), protocol.CodeApplication, cti.Forbidden)
	}
	if f := p.Ask("demo.ring", `{"a":1}`); string(f.Result) != `{"a":1}` {
		t.Errorf("the demo's own method: %+v", f)
	}
	before := len(s.Desk.Wishes())
	wantKind(t, p.Ask("totalip.supervise", ""), protocol.CodeApplication, cti.Forbidden)
	if got := len(s.Desk.Wishes()); got != before {
		t.Error("what was forbidden reached the desk")
	}
}

func TestPasswordOfAPageIsRefused(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	s.Desk.Serve(action[cti.None]("agent.try", cti.Control), ok)
	p := s.Dial(t, localapitest.Origin)
	for _, params := range []string{`{"password":"canary"}`, `{"Password":"canary"}`, `{"pa\u0073\u017fword":"canary"}`, `{"password":["canary"]}`} {
		for _, f := range []localapitest.Frame{p.Ask("agent.try", params), p.Ask("functions.invoke", `{"name":"agent.try","params":`+params+`}`)} {
			wantKind(t, f, protocol.CodeApplication, cti.Forbidden)
		}
	}
	for _, params := range []string{`{}`, `{"password":""}`, `{"password":null,"text":"password"}`} {
		if f := p.Ask("agent.try", params); f.Error != nil {
			t.Errorf("%s: %v", params, f.Error)
		}
	}
	if got := len(s.Desk.Wishes()); got != 3 {
		t.Errorf("%d wishes reached the desk, want 3", got)
	}
}

func TestCancelStopsARequest(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	begun := make(chan struct{})
	s.Desk.Serve(action[cti.None]("try.long", cti.Observe), func(ctx context.Context, _ cti.Wish) (any, error) {
		close(begun)
		<-ctx.Done()
		return nil, ctx.Err()
	})
	p := s.Dial(t, localapitest.Origin)
	id := p.Begin("try.long", "")
	<-begun
	twice := `{"jsonrpc":"2.0","id":` + id + `,"method":"try.long"}`
	p.Send(twice)
	wantKind(t, p.Next(), protocol.CodeInvalidParams, cti.BadRequest)
	wantKind(t, p.Ask("rpc.cancel", `{"id":"other"}`), protocol.CodeApplication, cti.NotFound)
	p.Begin("rpc.cancel", `{"id":`+id+`}`)
	answers := map[string]localapitest.Frame{}
	for range 2 {
		f := p.Next()
		answers[string(f.ID)] = f
	}
	wantKind(t, answers[id], protocol.CodeApplication, cti.Canceled)
}

func TestPageThatLeavesCancelsItsRequests(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	begun, ended := make(chan struct{}), make(chan struct{})
	s.Desk.Serve(action[cti.None]("try.long", cti.Observe), func(ctx context.Context, _ cti.Wish) (any, error) {
		close(begun)
		<-ctx.Done()
		close(ended)
		return nil, ctx.Err()
	})
	p := s.Dial(t, localapitest.Origin)
	p.Begin("try.long", "")
	<-begun
	p.WS.Close()
	select {
	case <-ended:
	case <-time.After(localapitest.Patience):
		t.Fatal("the request goes on")
	}
}

func TestTooManyRequestsAtOnceAreBusy(t *testing.T) {
	s := localapitest.NewServer(t, func(o *localapi.Options) { o.Limits.Burst = 1000 })
	free := make(chan struct{})
	s.Desk.Serve(action[cti.None]("try.long", cti.Observe), func(context.Context, cti.Wish) (any, error) { <-free; return cti.None{}, nil })
	p := s.Dial(t, localapitest.Origin)
	for range 32 {
		p.Begin("try.long", "")
	}
	wantKind(t, p.Ask("try.long", ""), protocol.CodeApplication, cti.Busy)
	close(free)
	for range 32 {
		if f := p.Next(); f.Error != nil {
			t.Fatal(f.Error)
		}
	}
}

func TestProgressComesBeforeTheAnswer(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	s.Desk.Serve(action[cti.None]("try.long", cti.Observe), func(_ context.Context, w cti.Wish) (any, error) {
		for i := range int64(1000) { // the test's clock stands: one note, and the last
			w.Progress(i+1, 1000)
		}
		return cti.None{}, nil
	})
	p := s.Dial(t, localapitest.Origin)
	id := p.Begin("try.long", "")
	for _, want := range []string{`{"id":` + id + `,"done":1,"total":1000}`, `{"id":` + id + `,"done":1000,"total":1000}`} {
		f := p.Next()
		if f.Method != protocol.Progress || string(f.Params) != want {
			t.Errorf("got %s %s, want %s", f.Method, f.Params, want)
		}
	}
	if f := p.Next(); string(f.ID) != id || f.Error != nil {
		t.Errorf("got %+v, want the answer", f)
	}
}

// numbers is a stream that fails after its last piece when it shall.
func numbers(n int, failure error, ended chan<- struct{}) func(context.Context, cti.Wish) (any, error) {
	return func(ctx context.Context, _ cti.Wish) (any, error) {
		return cti.Stream[int](func(yield func(int, error) bool) {
			defer close(ended)
			for i := range n {
				if ctx.Err() != nil {
					yield(0, ctx.Err())
					return
				}
				if !yield(i, nil) {
					return
				}
			}
			if failure != nil {
				yield(0, failure)
			}
		}), nil
	}
}

func TestStreamComesInPieces(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	ended := make(chan struct{})
	s.Desk.Serve(action[cti.Stream[int]]("try.stream", cti.Observe), numbers(250, nil, ended))
	p := s.Dial(t, localapitest.Origin)
	name := result[protocol.StreamOut](t, p.Ask("try.stream", "")).Stream
	var got []int
	for _, want := range []int{7, 100, 143} {
		most := fmt.Sprint(want)
		if want == 100 {
			most = "0" // the default
		} else if want == 143 {
			most = "99999"
		}
		out := result[protocol.StreamReadOut](t, p.Ask("stream.read", `{"stream":"`+name+`","max":`+most+`}`))
		if len(out.Items) != want || out.Done != (want == 143) {
			t.Fatalf("%d pieces, done %t; want %d", len(out.Items), out.Done, want)
		}
		for _, i := range out.Items {
			var n int
			if err := json.Unmarshal(i, &n); err != nil {
				t.Fatal(err)
			}
			got = append(got, n)
		}
	}
	for i, n := range got {
		if i != n {
			t.Fatalf("piece %d is %d", i, n)
		}
	}
	<-ended
	wantKind(t, p.Ask("stream.read", `{"stream":"`+name+`"}`), protocol.CodeApplication, cti.NotFound)
}

func TestStreamFailsAfterItsPieces(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	s.Desk.Serve(action[cti.Stream[int]]("try.stream", cti.Observe), numbers(2, cti.Fail(cti.Refused, "", "no more"), make(chan struct{})))
	p := s.Dial(t, localapitest.Origin)
	read := `{"stream":"` + result[protocol.StreamOut](t, p.Ask("try.stream", "")).Stream + `"}`
	if out := result[protocol.StreamReadOut](t, p.Ask("stream.read", read)); len(out.Items) != 2 || out.Done {
		t.Errorf("first %+v", out)
	}
	wantKind(t, p.Ask("stream.read", read), protocol.CodeApplication, cti.Refused)
	wantKind(t, p.Ask("stream.read", read), protocol.CodeApplication, cti.NotFound)
}

func TestStreamsEndWithTheirConnection(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	p := s.Dial(t, localapitest.Origin)
	for i := range 8 {
		ended := make(chan struct{})
		s.Desk.Serve(action[cti.Stream[int]]("try.stream", cti.Observe), numbers(10, nil, ended))
		name := result[protocol.StreamOut](t, p.Ask("try.stream", "")).Stream
		p.Ask("stream.read", `{"stream":"`+name+`","max":1}`)
		if i == 0 {
			p.Ask("stream.close", `{"stream":"`+name+`"}`)
			<-ended
			continue
		}
		defer func() { <-ended }()
	}
	s.Desk.Serve(action[cti.Stream[int]]("try.stream", cti.Observe), numbers(10, nil, make(chan struct{})))
	if f := p.Ask("try.stream", ""); f.Error != nil {
		t.Errorf("an eighth stream: %v", f.Error)
	}
	wantKind(t, p.Ask("try.stream", ""), protocol.CodeApplication, cti.Busy)
	p.WS.Close()
}

func TestPopIsAskedOfThePage(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	ctx, cancel := context.WithTimeout(t.Context(), localapitest.Patience)
	defer cancel()
	p, other := s.Dial(t, localapitest.Origin), s.Dial(t, localapitest.Origin)
	// A page tells of its focus before it watches.
	p.Ask("page.focus", `{"visible":true,"focused":true}`)
	p.Ask("desk.watch", "")
	other.Ask("desk.watch", "")
	pages, found := s.Desk.WaitPages(ctx, func(p []localapitest.Tab) bool { return len(p) == 2 && p[0].Focused })
	if !found || pages[1].Focused {
		t.Fatalf("pages %+v", pages)
	}
	type answer struct {
		shown bool
		err   error
	}
	ask := func(ctx context.Context) chan answer {
		out := make(chan answer, 1)
		go func() {
			shown, err := pages[0].Pop(ctx, cti.Pop{URL: "https://crm.example.com/1"})
			out <- answer{shown, err}
		}()
		return out
	}
	for i, c := range []struct {
		reply string
		want  answer
	}{
		{`"result":{"shown":true}`, answer{shown: true}},
		{`"result":{"shown":false}`, answer{}},
	} {
		got := ask(ctx)
		f := p.Next()
		if want := fmt.Sprintf(`"s%d"`, i+1); f.Method != "desk.pop" || string(f.ID) != want || string(f.Params) != `{"url":"https://crm.example.com/1"}` {
			t.Fatalf("the page is asked %+v", f)
		}
		p.Send(`{"jsonrpc":"2.0","id":` + string(f.ID) + `,` + c.reply + `}`)
		if a := <-got; a != c.want {
			t.Errorf("got %+v, want %+v", a, c.want)
		}
	}
	got := ask(ctx)
	f := p.Next()
	p.Send(`{"jsonrpc":"2.0","id":` + string(f.ID) + `,"error":{"code":-32601,"message":"no"}}`)
	if a := <-got; a.shown || !errors.Is(a.err, cti.Refused) {
		t.Errorf("a page that refuses: %+v", a)
	}
	patience, over := context.WithCancel(ctx)
	got = ask(patience)
	p.Next()
	over()
	if a := <-got; a.shown || a.err == nil {
		t.Errorf("a page that says nothing: %+v", a)
	}
	p.Ask("page.focus", `{"visible":false,"focused":false}`)
	if pages, ok := s.Desk.WaitPages(ctx, func(p []localapitest.Tab) bool { return !p[0].Focused }); !ok {
		t.Errorf("pages %+v", pages)
	}
	p.WS.Close()
	if pages, ok := s.Desk.WaitPages(ctx, func(p []localapitest.Tab) bool { return len(p) == 1 }); !ok {
		t.Errorf("pages %+v", pages)
	}
	if a := <-ask(ctx); a.shown || !errors.Is(a.err, cti.Unavailable) {
		t.Errorf("a page that is gone: %+v", a)
	}
}

func TestControlPageNeedsItsTicket(t *testing.T) {
	self := localapitest.Self(t)
	s := localapitest.NewServer(t, func(o *localapi.Options) { o.Supervisors = []string{self.ID} })
	s.Desk.Serve(action[cti.None]("try.supervise", cti.Supervise), ok)
	ticket := func() string {
		_, text, found := strings.Cut(s.TicketURL(self), "/#t=")
		if !found || len(text) != 43 {
			t.Fatalf("the address of the control page has no ticket of 32 bytes: %q", text)
		}
		return text
	}
	greet := func(p *localapitest.Page, ticket string) localapitest.Frame {
		return p.Ask("session.hello", `{"client":"control","protocol":1,"ticket":"`+ticket+`"}`)
	}
	ours := strings.TrimSuffix(s.URL(), "/")
	p := s.Dial(t, ours)
	if result[protocol.HelloOut](t, greet(p, "")).Paired {
		t.Fatal("our own origin has rights without a ticket")
	}
	wantKind(t, p.Ask("desk.snapshot", ""), protocol.CodeApplication, cti.PairingRequired)
	wantKind(t, greet(p, "x"), protocol.CodeApplication, cti.Forbidden)
	first := ticket()
	hello := result[protocol.HelloOut](t, greet(p, first))
	if d := cmp.Diff(hello.Scopes, []cti.Effect{cti.Observe, cti.Dial, cti.Control, cti.Supervise}); d != "" {
		t.Error(d)
	}
	if f := p.Ask("try.supervise", ""); f.Error != nil || !s.Desk.Wishes()[0].Supervisor || s.Desk.Wishes()[0].Foreign {
		t.Errorf("a supervisor's control page: %+v", f)
	}
	wantKind(t, greet(s.Dial(t, ours), first), protocol.CodeApplication, cti.Forbidden) // a ticket is good once
	s.Clock.Advance(61 * time.Second)                                                   // the page stays paired
	if f := p.Ask("desk.snapshot", ""); f.Error != nil {
		t.Error(f.Error)
	}
	other := s.Dial(t, ours)
	wantKind(t, greet(other, hello.Ticket), protocol.CodeApplication, cti.Forbidden) // good only after the first has gone
	late := ticket()
	s.Clock.Advance(time.Minute)
	again := s.Dial(t, ours)
	wantKind(t, greet(again, late), protocol.CodeApplication, cti.Forbidden)
	wantKind(t, greet(again, strings.SplitN(s.TicketURL(cti.Person{ID: "4242"}), "=", 2)[1]), protocol.CodeApplication, cti.Forbidden)
	// A foreign page has nothing from a ticket it got hold of.
	page := s.Dial(t, localapitest.Origin)
	result[protocol.HelloOut](t, greet(page, ticket()))
	wantKind(t, page.Ask("try.supervise", ""), protocol.CodeApplication, cti.Forbidden)
}

func TestControlPageComesBackWithTheTicketItWasGiven(t *testing.T) {
	s := localapitest.NewServer(t, func(o *localapi.Options) { o.Limits.UnpairedConnections, o.Limits.Burst = 1000, 1000 })
	ours := strings.TrimSuffix(s.URL(), "/")
	greet := func(p *localapitest.Page, ticket string) localapitest.Frame {
		return p.Ask("session.hello", `{"client":"control","protocol":1,"ticket":"`+ticket+`"}`)
	}
	p := s.Dial(t, ours)
	given := result[protocol.HelloOut](t, greet(p, strings.SplitN(s.TicketURL(localapitest.Self(t)), "=", 2)[1])).Ticket
	p.WS.Close()
	again := s.Dial(t, ours)
	ctx, cancel := context.WithTimeout(t.Context(), localapitest.Patience)
	defer cancel()
	for s.Tickets() == 0 { // until the service has seen the first page go
		if ctx.Err() != nil {
			t.Fatal("the ticket is never good")
		}
		runtime.Gosched()
	}
	if f := greet(again, given); f.Error != nil {
		t.Fatal(f.Error)
	}
	if f := again.Ask("desk.snapshot", ""); f.Error != nil {
		t.Error(f.Error)
	}
}

func TestDemoTrustsItsOwnPage(t *testing.T) {
	s := localapitest.NewServer(t, func(o *localapi.Options) { o.Demo = true })
	for _, host := range []string{"127.0.0.1", "localhost", "[::1]"} {
		out := result[protocol.HelloOut](t, s.Dial(t, fmt.Sprintf("http://%s:%d", host, s.Port())).Ask("session.hello", greeting))
		if d := cmp.Diff(out.Scopes, []cti.Effect{cti.Observe, cti.Dial, cti.Control}); d != "" {
			t.Errorf("%s: %s", host, d)
		}
	}
}

func TestPostAnswersTheSameMethods(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	s.Desk.Serve(action[cti.None]("try.ok", cti.Control), ok)
	s.Desk.Serve(action[cti.Stream[int]]("try.stream", cti.Observe), numbers(1, nil, make(chan struct{})))
	send := func(body, origin string) (*http.Response, localapitest.Frame) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL()+"v1/rpc", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Origin", origin)
		a, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer a.Body.Close()
		var f localapitest.Frame
		if a.StatusCode != http.StatusNoContent && a.Header.Get("Content-Type") == "application/json" {
			if err := json.NewDecoder(a.Body).Decode(&f); err != nil {
				t.Fatal(err)
			}
		}
		return a, f
	}
	defer http.DefaultClient.CloseIdleConnections()
	a, f := send(`{"jsonrpc":"2.0","id":1,"method":"try.ok"}`, localapitest.Origin)
	if a.StatusCode != 200 || string(f.Result) != "{}" || a.Header.Get("Access-Control-Allow-Origin") != localapitest.Origin || a.Header.Get("Vary") != "Origin" {
		t.Errorf("got %d %+v %v", a.StatusCode, f, a.Header)
	}
	for _, m := range []string{"desk.watch", "page.focus", "stream.read", "rpc.cancel", "try.stream"} {
		_, f = send(`{"jsonrpc":"2.0","id":1,"method":"`+m+`"}`, localapitest.Origin)
		wantKind(t, f, protocol.CodeApplication, cti.Unsupported)
	}
	if len(s.Desk.Wishes()) != 1 {
		t.Errorf("%d wishes, want 1: a stream nobody can read must not begin", len(s.Desk.Wishes()))
	}
	_, f = send(`{"jsonrpc":"2.0",`, localapitest.Origin)
	wantKind(t, f, protocol.CodeParse, cti.BadRequest)
	if a, _ = send(`{"jsonrpc":"2.0","method":"try.ok"}`, localapitest.Origin); a.StatusCode != http.StatusNoContent {
		t.Errorf("a note: %d", a.StatusCode)
	}
	a, f = send(strings.Repeat("x", 1<<20), localapitest.Origin)
	wantKind(t, f, protocol.CodeInvalidParams, cti.BadRequest)
	if a.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("1 MiB: %d, want 413", a.StatusCode)
	}
	if a, _ := send(`{}`, "https://evil.test"); a.StatusCode != 403 || a.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("a foreign origin: %d %v", a.StatusCode, a.Header)
	}
	if _, f := send(`{"jsonrpc":"2.0","id":1,"method":"try.ok"}`, strings.TrimSuffix(s.URL(), "/")); f.Error == nil || f.Error.Data.Kind != cti.PairingRequired {
		t.Errorf("our own origin by POST: %+v", f)
	}
	for range 40 {
		a, f = send(`{"jsonrpc":"2.0","id":1,"method":"desk.snapshot"}`, localapitest.Origin)
	}
	wantKind(t, f, protocol.CodeApplication, cti.RateLimited)
	if a.StatusCode != http.StatusTooManyRequests {
		t.Errorf("a flood: %d, want 429", a.StatusCode)
	}
}
