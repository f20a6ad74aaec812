package client_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"ctiagent/cti"
	"ctiagent/internal/i18n"
	"ctiagent/localapi"
	"ctiagent/localapi/client"
	"ctiagent/localapi/localapitest"
	"ctiagent/localapi/protocol"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func dial(t *testing.T, s *localapitest.Server) *client.Client {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), localapitest.Patience)
	defer cancel()
	missing := filepath.Join(filepath.Dir(s.Socket), "missing.sock")
	c, err := client.Dial(ctx, client.Options{Sockets: []string{missing, s.Socket}, Language: "pt-BR"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func TestNoAgent(t *testing.T) {
	dir := t.TempDir()
	for _, sockets := range [][]string{nil, {filepath.Join(dir, "none")}, {filepath.Join(dir, "none"), filepath.Join(dir, "neither")}} {
		if _, err := client.Dial(t.Context(), client.Options{Sockets: sockets}); !errors.Is(err, client.ErrNoAgent) {
			t.Errorf("%v: got %v, want ErrNoAgent", sockets, err)
		}
	}
}

func TestCallAnswersAndFails(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	s.Desk.Serve(cti.InfoOf(cti.CallDial, ""), func(_ context.Context, w cti.Wish) (any, error) {
		if strings.Contains(string(w.Params), "999") {
			return nil, &cti.Error{Kind: cti.NotFound, Driver: "totalip", Title: "Total IP", Text: "RAMAL NAO ENCONTRADO", Sent: cti.CertainSent}
		}
		w.Progress(1, 2)
		return &cti.Call{ID: "c1", State: cti.Dialing, Actions: []string{}}, nil
	})
	c := dial(t, s)
	if got := c.Hello(); got.Version != "1.0.0" || !got.Paired || len(got.Scopes) != 3 {
		t.Errorf("hello %+v", got)
	}
	var call cti.Call
	var noted string
	err := c.CallProgress(t.Context(), "call.dial", cti.DialIn{Number: "33553400"}, &call, func(done, total int64) { noted = fmt.Sprint(done, "/", total) })
	if err != nil || call.ID != "c1" || noted != "1/2" {
		t.Errorf("got %+v, %v, progress %q", call, err, noted)
	}
	if w := s.Desk.Wishes()[0]; w.Origin != "" || w.Supervisor {
		t.Errorf("a program's wish: %+v", w)
	}
	err = c.Call(t.Context(), "call.dial", cti.DialIn{Number: "999"}, &call)
	var e *cti.Error
	var full *client.Error
	if !errors.As(err, &e) || !errors.As(err, &full) || !errors.Is(err, cti.NotFound) {
		t.Fatalf("got %v", err)
	}
	want := &cti.Error{Kind: cti.NotFound, Op: "call.dial", Driver: "totalip", Title: "Total IP", Text: "RAMAL NAO ENCONTRADO", Sent: cti.CertainSent}
	if d := cmp.Diff(e, want); d != "" {
		t.Error(d)
	}
	if full.Hint() != i18n.T(i18n.PtBR, "error.hint.not_found", nil) || err.Error() != "Total IP: RAMAL NAO ENCONTRADO" || full.Wire.Code != protocol.CodeApplication {
		t.Errorf("got %q with hint %q and %s", err, full.Hint(), full.Wire)
	}
	if err := c.Call(t.Context(), "no.such", nil, nil); !errors.Is(err, cti.Unsupported) {
		t.Errorf("an unknown method: %v", err)
	}
}

func TestCanceledCallCancelsAtTheService(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	begun, ended := make(chan struct{}), make(chan struct{})
	s.Desk.Serve(cti.InfoOf(cti.QueueList, ""), func(ctx context.Context, _ cti.Wish) (any, error) {
		close(begun)
		<-ctx.Done()
		close(ended)
		return nil, ctx.Err()
	})
	c := dial(t, s)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-begun; cancel() }()
	if err := c.Call(ctx, "queue.list", nil, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	select {
	case <-ended:
	case <-time.After(localapitest.Patience):
		t.Fatal("the service was not told")
	}
	if err := c.Call(t.Context(), "desk.snapshot", nil, nil); err != nil {
		t.Errorf("the connection after a canceled call: %v", err)
	}
}

func TestWatchAndResume(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	emit := func(n int) {
		for range n {
			s.Desk.Emit(cti.Event{Type: cti.EventAgentChanged, Agent: &cti.Agent{State: cti.AgentPaused, Actions: []string{}}})
		}
	}
	emit(3)
	c := dial(t, s)
	state, events, err := c.Watch(t.Context(), "", 0)
	if err != nil || state.Seq != 3 || state.Epoch != localapitest.Epoch || len(state.Drivers) != 1 {
		t.Fatalf("got %+v, %v", state, err)
	}
	emit(100)
	next := uint64(4)
	for e, err := range events {
		if err != nil || e.Seq != next || e.Agent.State != cti.AgentPaused {
			t.Fatalf("got %+v, %v; want %d", e, err, next)
		}
		if next++; next > 103 {
			break
		}
	}
	state, events, err = c.Watch(t.Context(), localapitest.Epoch, 101)
	if err != nil || state.Seq != 101 || state.Drivers != nil {
		t.Fatalf("resumed with %+v, %v", state, err)
	}
	got := []uint64{}
	for e, err := range events {
		if err != nil {
			t.Fatal(err)
		}
		if got = append(got, e.Seq); len(got) == 2 {
			break
		}
	}
	if d := cmp.Diff(got, []uint64{102, 103}); d != "" {
		t.Error(d)
	}
	// The service goes while the client watches.
	stopped := make(chan error, 1)
	go func() { stopped <- s.Stop() }()
	for _, err := range events {
		if !errors.Is(err, cti.Unavailable) {
			t.Errorf("got %v, want unavailable", err)
		}
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
	if err := c.Call(t.Context(), "desk.snapshot", nil, nil); !errors.Is(err, cti.Unavailable) {
		t.Errorf("a call afterwards: %v", err)
	}
}

func TestStream(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	s.Desk.Serve(cti.InfoOf(cti.ReportCalls, ""), func(context.Context, cti.Wish) (any, error) {
		return cti.Stream[cti.ReportCall](func(yield func(cti.ReportCall, error) bool) {
			for i := range 250 {
				if !yield(cti.ReportCall{Fields: map[string]string{"n": fmt.Sprint(i)}}, nil) {
					return
				}
			}
		}), nil
	})
	c := dial(t, s)
	for _, stop := range []int{250, 120} {
		var out protocol.StreamOut
		if err := c.Call(t.Context(), "report.calls", nil, &out); err != nil {
			t.Fatal(err)
		}
		n := 0
		for raw, err := range c.Stream(t.Context(), out.Stream) {
			if want := fmt.Sprintf(`{"fields":{"n":"%d"}}`, n); err != nil || string(raw) != want {
				t.Fatalf("got %s, %v; want %s", raw, err, want)
			}
			if n++; n == stop {
				break
			}
		}
		if n != stop {
			t.Errorf("%d pieces, want %d", n, stop)
		}
	}
}

// TestLongStreamIsReadToItsEnd reads faster than the door lets anybody ask.
func TestLongStreamIsReadToItsEnd(t *testing.T) {
	const rows = 20_000
	s := localapitest.NewServer(t, func(o *localapi.Options) {
		o.Clock = cti.RealClock()
		o.Limits.RequestsPerSecond, o.Limits.Burst = 50, 5
	})
	s.Desk.Serve(cti.InfoOf(cti.ReportCalls, ""), func(context.Context, cti.Wish) (any, error) {
		return cti.Stream[cti.ReportCall](func(yield func(cti.ReportCall, error) bool) {
			for range rows {
				if !yield(cti.ReportCall{}, nil) {
					return
				}
			}
		}), nil
	})
	c := dial(t, s)
	var out protocol.StreamOut
	if err := c.Call(t.Context(), "report.calls", nil, &out); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, err := range c.Stream(t.Context(), out.Stream) {
		if err != nil {
			t.Fatalf("after %d pieces: %v", n, err)
		}
		n++
	}
	if n != rows {
		t.Errorf("%d pieces, want %d", n, rows)
	}
}

func TestFeedHandsOverEachPieceAsItComes(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	read := make(chan struct{}, 1)
	s.Desk.Serve(cti.InfoOf(cti.Action[cti.None, cti.Feed[cti.ID]]{Name: "pbx.A", Effect: cti.Observe}, "manual 1"), func(ctx context.Context, _ cti.Wish) (any, error) {
		return cti.Feed[cti.ID](func(yield func(cti.ID, error) bool) {
			for i := 0; ; i++ {
				if !yield(cti.ID{ID: fmt.Sprint(i)}, nil) {
					return
				}
				select { // the next event comes only once this one was read
				case <-read:
				case <-ctx.Done():
					return
				}
			}
		}), nil
	})
	c := dial(t, s)
	var out protocol.StreamOut
	if err := c.Call(t.Context(), "pbx.A", nil, &out); err != nil {
		t.Fatal(err)
	}
	n := 0
	for raw, err := range c.Stream(t.Context(), out.Stream) {
		if want := fmt.Sprintf(`{"id":"%d"}`, n); err != nil || string(raw) != want {
			t.Fatalf("got %s, %v; want %s", raw, err, want)
		}
		if n++; n == 3 {
			break
		}
		read <- struct{}{}
	}
}

func TestProgramOnlyMethods(t *testing.T) {
	self := localapitest.Self(t)
	s := localapitest.NewServer(t, func(o *localapi.Options) {
		o.Supervisors = []string{self.Name}
		o.ShowConfig = func(context.Context) (any, error) { return map[string]int{"port": 21470}, nil }
		o.Doctor = func(context.Context, i18n.Lang) (any, error) { return nil, cti.Fail(cti.Unavailable, "", "no doctor") }
	})
	s.Desk.Serve(cti.InfoOf(cti.BlacklistAdd, ""), func(context.Context, cti.Wish) (any, error) { return cti.ID{ID: "7"}, nil })
	s.Desk.Serve(cti.InfoOf(cti.AgentLogin, ""), func(context.Context, cti.Wish) (any, error) { return cti.None{}, nil })
	c := dial(t, s)
	var ticket protocol.TicketOut
	if err := c.Call(t.Context(), "control.ticket", nil, &ticket); err != nil || !strings.HasPrefix(ticket.URL, s.URL()+"#t=") {
		t.Errorf("got %+v, %v", ticket, err)
	}
	var origins []protocol.Origin
	if err := c.Call(t.Context(), "origins.list", nil, &origins); err != nil || len(origins) != 1 || origins[0].Origin != localapitest.Origin {
		t.Errorf("got %+v, %v", origins, err)
	}
	var config map[string]int
	if err := c.Call(t.Context(), "config.show", nil, &config); err != nil || config["port"] != 21470 {
		t.Errorf("got %+v, %v", config, err)
	}
	if err := c.Call(t.Context(), "doctor.run", nil, nil); !errors.Is(err, cti.Unavailable) {
		t.Errorf("got %v", err)
	}
	// A supervisor's own program may what no page may, and send a password.
	if err := c.Call(t.Context(), "blacklist.add", cti.BlacklistIn{Number: "1"}, nil); err != nil || !s.Desk.Wishes()[0].Supervisor {
		t.Errorf("supervise: %v", err)
	}
	if err := c.Call(t.Context(), "agent.login", cti.LoginIn{Password: "x"}, nil); err != nil {
		t.Errorf("password: %v", err)
	}
}

func TestProgramWithoutPolicyMayNotSupervise(t *testing.T) {
	s := localapitest.NewServer(t, func(o *localapi.Options) { o.Supervisors = []string{"", "somebody else"} })
	s.Desk.Serve(cti.InfoOf(cti.BlacklistAdd, ""), func(context.Context, cti.Wish) (any, error) { return nil, nil })
	if err := dial(t, s).Call(t.Context(), "blacklist.add", cti.BlacklistIn{Number: "1"}, nil); !errors.Is(err, cti.Forbidden) {
		t.Errorf("got %v", err)
	}
}

func TestRawLines(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	c, err := net.Dial("unix", s.Socket)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(localapitest.Patience)); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(c)
	lines.Buffer(nil, 1<<20)
	ask := func(text string) string {
		t.Helper()
		if _, err := c.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
		if !lines.Scan() {
			t.Fatalf("no answer: %v", lines.Err())
		}
		return lines.Text()
	}
	if got := ask("\n{broken\n"); !strings.Contains(got, `"code":-32700`) {
		t.Errorf("half a message: %s", got)
	}
	if got := ask(`{"jsonrpc":"2.0","id":1,` + `"method":"page.focus"}` + "\n"); got != `{"jsonrpc":"2.0","id":1,"result":{}}` {
		t.Errorf("got %s", got)
	}
	if got := ask(strings.Repeat("x", 70<<10)); !strings.Contains(got, "longer than 65536 bytes") {
		t.Errorf("a long line: %s", got)
	}
	if lines.Scan() {
		t.Errorf("and then %s", lines.Text())
	}
}

func TestSocketIsOurs(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	info, err := os.Stat(s.Socket)
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode().Perm(); got != 0o600 {
		t.Errorf("the socket has mode %o, want 600", got)
	}
	second := func(path string) error {
		o := localapi.Options{Sockets: []string{path}, OpenDesk: func(context.Context, cti.Person) (localapi.Desk, func(), error) { return s.Desk, func() {}, nil }}
		server, err := localapi.New(o)
		if err != nil {
			t.Fatal(err)
		}
		defer server.Close()
		return server.Listen()
	}
	if err := second(s.Socket); err == nil || !strings.Contains(err.Error(), "another ctiagent answers") {
		t.Errorf("a second agent: %v", err)
	}
	// A socket nobody answers at is what a crash leaves behind.
	stale := filepath.Join(filepath.Dir(s.Socket), "stale.sock")
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: stale})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	l.Close()
	if err := second(stale); err != nil {
		t.Errorf("a stale socket: %v", err)
	}
	file := filepath.Join(filepath.Dir(s.Socket), "file")
	if err := os.WriteFile(file, []byte("keep"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := second(file); err == nil {
		t.Error("a file was taken for a socket")
	}
	if data, err := os.ReadFile(file); err != nil || string(data) != "keep" {
		t.Error("the file is gone")
	}
}
