package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ctiagent/cti"
	"ctiagent/localapi/client"
	"ctiagent/localapi/localapitest"
)

// extension is the browser's end of both pipes.
type extension struct {
	t     *testing.T
	in    *io.PipeWriter
	heard chan []byte
	ended chan error
}

// start runs the program as a browser does.
func start(t *testing.T, sockets ...string) *extension {
	t.Helper()
	inR, inW := io.Pipe()
	outR, outW := io.Pipe()
	x := &extension{t: t, in: inW, heard: make(chan []byte, 100), ended: make(chan error, 1)}
	go func() {
		x.ended <- serve(t.Context(), inR, outW, client.Options{Sockets: sockets})
		_ = outW.Close()
	}()
	go func() {
		defer close(x.heard)
		for {
			var head [lengthBytes]byte
			if _, err := io.ReadFull(outR, head[:]); err != nil {
				return
			}
			b := make([]byte, binary.NativeEndian.Uint32(head[:]))
			if _, err := io.ReadFull(outR, b); err != nil {
				return
			}
			x.heard <- b
		}
	}()
	t.Cleanup(func() { _, _ = inW.Close(), outR.Close() })
	return x
}

func (x *extension) says(text string) {
	x.t.Helper()
	if err := writeMessage(x.in, []byte(text)); err != nil {
		x.t.Fatal(err)
	}
}

func (x *extension) hears() string {
	x.t.Helper()
	ctx, cancel := context.WithTimeout(x.t.Context(), localapitest.Patience)
	defer cancel()
	select {
	case b, ok := <-x.heard:
		if !ok {
			x.t.Fatal("the program has ended")
		}
		return string(b)
	case <-ctx.Done():
		x.t.Fatal("nothing was heard")
	}
	return ""
}

func (x *extension) ends() error {
	x.t.Helper()
	ctx, cancel := context.WithTimeout(x.t.Context(), localapitest.Patience)
	defer cancel()
	select {
	case err := <-x.ended:
		return err
	case <-ctx.Done():
		x.t.Fatal("the program did not end")
	}
	return nil
}

func TestExtensionDialsAndFollowsCallsUntilTheBrowserClosesThePipe(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	s.Desk.Serve(cti.InfoOf(cti.CallDial, ""), func(context.Context, cti.Wish) (any, error) { return &cti.Call{ID: "c1", Actions: []string{}}, nil })
	x := start(t, s.Socket)
	if got := x.hears(); got != `{"native":"open"}` {
		t.Fatalf("first heard %s", got)
	}
	x.says(`{"jsonrpc":"2.0","id":1,"method":"session.hello","params":{"client":"extension/1","protocol":1}}`)
	if got := x.hears(); !strings.Contains(got, `"id":1`) || !strings.Contains(got, `"paired":true`) {
		t.Errorf("hello: %s", got)
	}
	x.says(`{"jsonrpc":"2.0","id":2,"method":"desk.watch"}`)
	if got := x.hears(); !strings.Contains(got, `"id":2`) || !strings.Contains(got, `"epoch"`) {
		t.Errorf("watch: %s", got)
	}
	x.says("{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"call.dial\",\n\"params\":{\"number\":\"33553400\"}}")
	if got := x.hears(); !strings.Contains(got, `"id":3`) || !strings.Contains(got, `"c1"`) {
		t.Errorf("dial: %s", got)
	}
	if w := s.Desk.Wishes(); len(w) != 1 || w[0].Supervisor {
		t.Errorf("the desk was asked %+v", w)
	}
	_ = x.in.Close()
	if err := x.ends(); err != nil {
		t.Errorf("ended with %v", err)
	}
}

func TestExtensionTakesPartInScreenPops(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	ctx, cancel := context.WithTimeout(t.Context(), localapitest.Patience)
	defer cancel()
	x := start(t, s.Socket)
	x.hears()
	x.says(`{"jsonrpc":"2.0","id":1,"method":"desk.watch"}`)
	x.hears()
	x.says(`{"jsonrpc":"2.0","id":2,"method":"page.focus","params":{"visible":true,"focused":true}}`)
	x.hears()
	tabs, ok := s.Desk.WaitPages(ctx, func(p []localapitest.Tab) bool { return len(p) == 1 && p[0].Extension && p[0].Focused })
	if !ok {
		t.Fatalf("the desk knows %+v", tabs)
	}
	for reply, want := range map[string]bool{`"result":{"shown":true}`: true, `"result":{"shown":false}`: false, "\"result\":\n{}": false,
		`"result":[]`: false, `"error":{"code":-32601,"message":"no"}`: false} {
		shown := make(chan bool, 1)
		go func() {
			yes, err := tabs[0].Pop(ctx, cti.Pop{URL: "https://crm.example.com/1"})
			shown <- yes && err == nil
		}()
		var asked struct {
			ID     json.RawMessage
			Method string
			Params cti.Pop
		}
		if got := x.hears(); json.Unmarshal([]byte(got), &asked) != nil || asked.Method != "desk.pop" || asked.Params.URL != "https://crm.example.com/1" {
			t.Fatalf("the extension is asked %s", got)
		}
		x.says(`{"jsonrpc":"2.0","id":` + string(asked.ID) + `,` + reply + `}`)
		if got := <-shown; got != want {
			t.Errorf("%s: shown is %v", reply, got)
		}
	}
	for _, method := range []string{`"desk.takePop","params":{"call":"01A"}`, `"desk.claimPop","params":{"claim":"7"}`} {
		for i, want := range []string{`{"taken":true}`, `{"taken":false}`} {
			x.says(`{"jsonrpc":"2.0","id":3,"method":` + method + `}`)
			if got := x.hears(); !strings.Contains(got, want) {
				t.Errorf("%s the time %d: %s", method, i+1, got)
			}
		}
	}
	_ = x.in.Close()
	if tabs, ok := s.Desk.WaitPages(ctx, func(p []localapitest.Tab) bool { return len(p) == 0 }); !ok {
		t.Errorf("the browser is closed and the desk knows %+v", tabs)
	}
}

func TestWithoutAgentTheExtensionIsToldAndTheProgramEnds(t *testing.T) {
	x := start(t, filepath.Join(t.TempDir(), "none"))
	if got := x.hears(); got != `{"native":"absent"}` {
		t.Errorf("heard %s", got)
	}
	if err := x.ends(); err != nil {
		t.Error(err)
	}
}

func TestProgramEndsWithTheService(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	x := start(t, s.Socket)
	x.hears()
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	if err := x.ends(); err != nil {
		t.Errorf("ended with %v", err)
	}
}

func TestExtensionMayNotDoWhatAPageMayNot(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	x := start(t, s.Socket)
	x.hears()
	for _, method := range []string{"origins.allow", "origins.list", "control.ticket", "config.show", "hand.attach", "uri.open", "doctor.run", "outbox.drop",
		"functions.invoke", "campaign.setActive", "session.pair", "rpc.discover", "nonsense"} {
		x.says(`{"jsonrpc":"2.0","id":7,"method":"` + method + `","params":{}}`)
		var m struct {
			ID    int
			Error struct{ Data struct{ Kind, Hint string } }
		}
		got := x.hears()
		if err := json.Unmarshal([]byte(got), &m); err != nil || m.ID != 7 || m.Error.Data.Kind != "forbidden" || m.Error.Data.Hint == "" {
			t.Errorf("%s: %s", method, got)
		}
	}
	for _, params := range []string{`{"agent":"12","password":"canary"}`, `{"agent":"12","PassWord":"canary"}`} {
		x.says(`{"jsonrpc":"2.0","id":8,"method":"agent.login","params":` + params + `}`)
		if got := x.hears(); !strings.Contains(got, "forbidden") || strings.Contains(got, "canary") {
			t.Errorf("%s: %s", params, got)
		}
	}
	for _, text := range []string{`{`, `[]`, `[{"jsonrpc":"2.0","id":1,"method":"agent.state"}]`, `null`, `{"jsonrpc":"2.0","id":1,"method":"agent.state","params":[1]}`} {
		x.says(text)
		if got := x.hears(); !strings.Contains(got, `"error"`) {
			t.Errorf("%s: %s", text, got)
		}
	}
	if w := s.Desk.Wishes(); len(w) > 0 {
		t.Errorf("the desk was asked %+v", w)
	}
}

func TestEveryVerbOfAPageIsLetThroughAndNoOther(t *testing.T) {
	g := newGuard()
	for _, verb := range cti.Verbs() {
		_, may := g.may[verb.Name]
		if want := verb.Effect != cti.Supervise; may != want {
			t.Errorf("%s (%s): let through %v", verb.Name, verb.Effect, may)
		}
	}
	if !slices.Contains(g.may["agent.login"], "password") {
		t.Error("a password would be let through")
	}
}

func TestLongMessageOfTheBrowserEndsTheProgram(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	x := start(t, s.Socket)
	x.hears()
	if _, err := x.in.Write(binary.NativeEndian.AppendUint32(nil, maxIn+1)); err != nil {
		t.Fatal(err)
	}
	if err := x.ends(); !errors.Is(err, errTooLong) {
		t.Errorf("ended with %v", err)
	}
}

func TestAnswerLongerThanTheBrowserTakesIsAnError(t *testing.T) {
	long := `"` + strings.Repeat("x", maxOut) + `"`
	if got := string(tooLong([]byte(`{"jsonrpc":"2.0","id":"a1","result":` + long + `}`))); !strings.HasPrefix(got, `{"jsonrpc":"2.0","id":"a1","error":`) {
		t.Errorf("got %s", got)
	}
	if got := tooLong([]byte(`{"jsonrpc":"2.0","method":"desk.event","params":` + long + `}`)); got != nil {
		t.Errorf("an event: got %s", got)
	}
}

func FuzzReadMessage(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{1, 0, 0})
	f.Add([]byte{2, 0, 0, 0, '{', '}'})
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 'x'})
	f.Fuzz(func(t *testing.T, b []byte) {
		in := bytes.NewReader(b)
		for {
			m, err := readMessage(in)
			if err != nil {
				return
			}
			var again bytes.Buffer
			if err := writeMessage(&again, m); err != nil || len(m) > maxIn {
				t.Fatalf("a message of %d bytes, %v", len(m), err)
			}
			if back, err := readMessage(&again); err != nil || !bytes.Equal(back, m) {
				t.Fatalf("read %q again as %q, %v", m, back, err)
			}
		}
	})
}

func FuzzGuard(f *testing.F) {
	for _, s := range []string{`{"jsonrpc":"2.0","id":1,"method":"call.dial","params":{"number":"1"}}`, `{"jsonrpc":"2.0","method":"agent.state","METHOD":"config.show"}`,
		`{"jsonrpc":"2.0","id":1,"method":"agent.login","params":{"Password":"x","\u0070assword":"y"}}`, `{"jsonrpc":"2.0","id":"\n","method":"call.dial"}`, `{"jsonrpc":"2.0","id":"s1","result":{"shown":true}}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		g := newGuard()
		line, refused := g.pass(b)
		if refused != nil && !json.Valid(refused) {
			t.Fatalf("refused with %q", refused)
		}
		if line == nil {
			return
		}
		var m struct {
			Method string
			Params map[string]any
			Result json.RawMessage
		}
		if bytes.ContainsAny(line, "\r\n") || json.Unmarshal(line, &m) != nil {
			t.Fatalf("the line is %q", line)
		}
		if m.Method == "" && (string(m.Result) == `{"shown":true}` || string(m.Result) == `{"shown":false}`) {
			return
		}
		if _, may := g.may[m.Method]; !may {
			t.Fatalf("%q was let through", line)
		}
		var login cti.LoginIn
		if m.Method == cti.AgentLogin.Name {
			raw, err := json.Marshal(m.Params)
			if err == nil && json.Unmarshal(raw, &login) == nil && login.Password != "" {
				t.Fatalf("%q carries a password", line)
			}
		}
	})
}
