package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ctiagent/cti"
	"ctiagent/desk"
	"ctiagent/internal/config"
	"ctiagent/internal/i18n"
	"ctiagent/internal/secret"
	"ctiagent/vendors"

	"github.com/google/go-cmp/cmp"
)

// library is a driver whose functions answer streams.
type library struct {
	begun  chan struct{} // closed when the stream without an end has begun
	broken chan struct{} // closed when it was given up
	rows   []cti.Func[*library]
}

type shelfRow struct {
	Title string `json:"title"`
	Count int64  `json:"count"`
}

type shelfIn struct {
	Title string `json:"title,omitempty"`
}

func newLibrary() *library {
	l := &library{begun: make(chan struct{}), broken: make(chan struct{})}
	action := func(name string) cti.Action[shelfIn, cti.Stream[shelfRow]] {
		return cti.Action[shelfIn, cti.Stream[shelfRow]]{Name: "library." + name, Effect: cti.Observe}
	}
	l.rows = []cti.Func[*library]{
		cti.Row(cti.RecordingGet, "", (*library).recording),
		cti.Row(action("Shelves/Rows.all"), "", (*library).all),
		cti.Row(action("failing"), "", (*library).failing),
	}
	return l
}

func (l *library) Actions() *cti.Actions { return cti.Bind(l, l.rows) }
func (l *library) Close() error          { return nil }

func (l *library) Run(ctx context.Context, emit func(cti.Fact)) error {
	emit(cti.LinkFact{State: cti.LinkConnected})
	<-ctx.Done()
	return nil
}

// recording answers three pieces, or with the id endless two and then none.
func (l *library) recording(ctx context.Context, r cti.Req[cti.RecordingIn]) (cti.Stream[cti.Chunk], error) {
	if r.In.Recording == "missing" {
		return nil, &cti.Error{Kind: cti.NotFound, Text: "no such recording", Sent: cti.CertainSent}
	}
	return func(yield func(cti.Chunk, error) bool) {
		for _, piece := range []string{"RIFF", "\x00\xff\n"} {
			if !yield(cti.Chunk{Type: "audio/wav", Data: []byte(piece)}, nil) {
				return
			}
		}
		if r.In.Recording == "endless" {
			close(l.begun)
			<-ctx.Done()
			close(l.broken)
			yield(cti.Chunk{}, ctx.Err())
			return
		}
		if r.In.Recording == "torn" {
			yield(cti.Chunk{}, &cti.Error{Kind: cti.Unavailable, Driver: "library", Title: "Library", Text: "the tape tore", Sent: cti.CertainSent})
			return
		}
		yield(cti.Chunk{Data: []byte("end")}, nil)
	}, nil
}

func (l *library) all(_ context.Context, r cti.Req[shelfIn]) (cti.Stream[shelfRow], error) {
	return func(yield func(shelfRow, error) bool) {
		for i := range int64(250) {
			if !yield(shelfRow{r.In.Title, i}, nil) {
				return
			}
		}
	}, nil
}

func (l *library) failing(context.Context, cti.Req[shelfIn]) (cti.Stream[shelfRow], error) {
	return func(yield func(shelfRow, error) bool) {
		_ = yield(shelfRow{"first", 1}, nil) && yield(shelfRow{}, &cti.Error{Kind: cti.Timeout, Driver: "library", Title: "Library", Text: "no answer", Sent: cti.CertainSent})
	}, nil
}

func openLibrary(t *testing.T) *library {
	t.Helper()
	l := newLibrary()
	driver := cti.Driver{Name: "library", Title: "Library", Functions: cti.Infos(l.rows), Open: func(context.Context, cti.Config, cti.Host) (cti.Session, error) { return l, nil }}
	serveProgram(t, func(a *app, cfg config.Config) (*program, error) {
		return a.foreground(cfg, nil, func(*slog.Logger, *secret.Redactor) ([]desk.Driver, error) {
			return []desk.Driver{{Driver: driver}}, nil
		}, nil)
	})
	return l
}

// left are the names in a directory.
func left(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return strings.Join(names, " ")
}

func TestInvokeReadsAStreamToItsEnd(t *testing.T) {
	openLibrary(t)
	code, out, bad := runHere(t, i18n.En, "invoke", "library.Shelves/Rows.all", "title=x")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if code != 0 || len(lines) != 250 || lines[0] != `{"title":"x","count":0}` || lines[249] != `{"title":"x","count":249}` || bad != "" {
		t.Errorf("status %d, %d lines, %s", code, len(lines), bad)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "rows.jsonl")
	code, out, _ = runHere(t, i18n.En, "invoke", "library.Shelves/Rows.all", "--output", file)
	b, err := os.ReadFile(file)
	if err != nil || code != 0 || out != "Written to "+file+". Lines: 250.\n" || strings.Count(string(b), "\n") != 250 || left(t, dir) != "rows.jsonl" {
		t.Errorf("status %d, %q, %v, %d lines in the file, %s", code, out, err, strings.Count(string(b), "\n"), left(t, dir))
	}
}

func TestInvokeWritesARecordingAsItIs(t *testing.T) {
	openLibrary(t)
	const sound = "RIFF\x00\xff\nend"
	dir := t.TempDir()
	file := filepath.Join(dir, "call.wav")
	if err := os.WriteFile(file, []byte("the one before"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, bad := runHere(t, i18n.En, "invoke", "recording.get", "recording=7", "--output", file)
	if b, err := os.ReadFile(file); err != nil || code != 0 || string(b) != sound || out != "Written to "+file+". Bytes: 10.\n" || left(t, dir) != "call.wav" {
		t.Errorf("status %d, %q %q, file %q, %v, %s", code, out, bad, b, err, left(t, dir))
	}
	if code, out, _ := runHere(t, i18n.En, "invoke", "recording.get", "recording=7"); code != 0 || out != sound {
		t.Errorf("status %d, %q", code, out)
	}
	if code, out, _ := runHere(t, i18n.En, "invoke", "recording.get", "recording=7", "--json"); code != 0 || !strings.HasPrefix(out, `{"type":"audio/wav","data":"UklGRg=="}`+"\n") {
		t.Errorf("status %d, %q", code, out)
	}
	if code, out, _ := runHere(t, i18n.En, "invoke", "recording.get", "recording=7", "--json", "--output", file); code != 0 || !strings.Contains(out, `"bytes":10`) {
		t.Errorf("status %d, %q", code, out)
	}
}

func TestInvokeLeavesNoHalfAFile(t *testing.T) {
	openLibrary(t)
	dir := t.TempDir()
	file := filepath.Join(dir, "half")
	for _, c := range []struct{ function, param, says string }{
		{"recording.get", "recording=torn", "the tape tore"}, {"recording.get", "recording=missing", "no such recording"}, {"library.failing", "title=x", "no answer"},
	} {
		code, out, bad := runHere(t, i18n.En, "invoke", c.function, c.param, "--output", file)
		if code != 1 || out != "" || !strings.Contains(bad, c.says) || left(t, dir) != "" {
			t.Errorf("%s: status %d, %q, %q, left %q", c.param, code, out, bad, left(t, dir))
		}
	}
	if code, out, bad := runHere(t, i18n.En, "invoke", "library.failing", "--json"); code != 1 || !strings.HasSuffix(out, `"sent":"yes"}}`+"\n") {
		t.Errorf("status %d, %q %q", code, out, bad)
	}
	for _, wrong := range []string{dir, filepath.Join(dir, "none", "x"), os.DevNull} {
		if code, _, bad := runHere(t, i18n.En, "invoke", "recording.get", "recording=7", "--output", wrong); code != 2 || !strings.Contains(bad, "Name another one") {
			t.Errorf("%s: status %d, %q", wrong, code, bad)
		}
	}
}

func TestInterruptedInvokeGivesItsStreamUp(t *testing.T) {
	l := openLibrary(t)
	dir := t.TempDir()
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	var out, bad bytes.Buffer
	a := newApp(nil, &out, &bad, func(string) string { return "" })
	done := make(chan int, 1)
	go func() {
		done <- a.run(ctx, []string{"invoke", "recording.get", "recording=endless", "--output", filepath.Join(dir, "half.wav")})
	}()
	<-l.begun
	if left(t, dir) == "" || left(t, dir) == "half.wav" {
		t.Errorf("while it is written there is %q", left(t, dir))
	}
	interrupt()
	if code := <-done; code != exitRefused || out.String() != "" || !strings.Contains(bad.String(), "interrupted") || left(t, dir) != "" {
		t.Errorf("status %d, %q %q, left %q", code, out.String(), bad.String(), left(t, dir))
	}
	<-l.broken
}

func TestStructuredParametersAreJSON(t *testing.T) {
	a := newApp(nil, nil, nil, func(string) string { return "" })
	file := filepath.Join(t.TempDir(), "data.json")
	if err := os.WriteFile(file, []byte("{\"k\": \"v\"}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := a.parameters(cti.CallDial.Name, []string{"number=007", "data=@" + file})
	if b, _ := json.Marshal(got); err != nil || string(b) != `{"data":{"k":"v"},"number":"007"}` {
		t.Errorf("got %s, %v", b, err)
	}
	if _, err := a.parameters(cti.CallDial.Name, []string{"number=007", "data=k=v"}); err == nil {
		t.Error("text is taken for an object")
	}
	// A day of a table's times is the whole day, and joins what else is asked for.
	got, err = a.parameters("totalip.db.ligacoes_receptivo", []string{"data=2026-11-20", "ramal=7", `where=[{"column":"id","op":"gt","value":"9"}]`})
	if b, _ := json.Marshal(got); err != nil || string(b) != `{"ramal":"7","where":[{"column":"data","op":"eq","value":"2026-11-20"},{"column":"id","op":"gt","value":"9"}]}` {
		t.Errorf("got %s, %v", b, err)
	}
}

func TestEveryFunctionIsFoundByItsName(t *testing.T) {
	for _, d := range vendors.All() {
		for _, f := range d.Functions {
			if got, ok := functionNamed(f.Name); !ok || got.In != f.In || got.Out != f.Out {
				t.Errorf("%s is not found", f.Name)
			}
		}
	}
	if _, ok := functionNamed("call.dial"); !ok {
		t.Error("a common verb is not found")
	}
	for _, name := range []string{"", ".", "totalip", "totalip.", "avaya.dial", "discar"} {
		if f, ok := functionNamed(name); ok {
			t.Errorf("%q is %s", name, f.Name)
		}
	}
}

func TestAnswersAreKnownByTheirTypes(t *testing.T) {
	rows := cti.InfoOf(cti.Action[cti.None, cti.Stream[shelfRow]]{}, "")
	feed := cti.InfoOf(cti.Action[cti.None, cti.Feed[shelfRow]]{}, "")
	sound := cti.InfoOf(cti.RecordingGet, "")
	plain := cti.InfoOf(cti.Action[cti.None, map[string]string]{}, "")
	unknown := cti.FuncInfo{}
	for name, c := range map[string]struct {
		info                cti.FuncInfo
		sound, feed, stream bool
	}{"rows": {rows, false, false, true}, "feed": {feed, false, true, true}, "sound": {sound, true, false, true}, "plain": {plain, false, false, false}, "unknown": {unknown, false, false, true}} {
		_, stream := streamName(c.info, json.RawMessage(`{"stream":"t1"}`))
		if isRecording(c.info) != c.sound || isFeed(c.info) != c.feed || stream != c.stream {
			t.Errorf("%s: sound %v, feed %v, stream %v", name, isRecording(c.info), isFeed(c.info), stream)
		}
	}
	for _, answer := range []string{`{"stream":""}`, `{"stream":"t1","more":"x"}`, `{"stream":1}`, `[]`, `null`, `"t1"`} {
		if name, ok := streamName(unknown, json.RawMessage(answer)); ok {
			t.Errorf("%s is the stream %s", answer, name)
		}
	}
}

func TestMeterShowsProgressOnATerminalOnly(t *testing.T) {
	var out bytes.Buffer
	a := newApp(nil, &out, &out, func(string) string { return "" })
	if m := a.newMeter(); m != nil {
		t.Error("a meter stands in a pipe")
	}
	m := &meter{app: a}
	m.show(3, 10)
	m.show(4, 0)
	m.clear()
	m.clear()
	got := strings.Split(out.String(), "\r")
	if len(got) != 5 || strings.TrimSpace(got[1]) != "3 of 10" || strings.TrimSpace(got[2]) != "4 so far" || strings.TrimSpace(got[3]) != "" || got[4] != "" {
		t.Errorf("got %q", got)
	}
	var none *meter
	none.show(1, 2)
	none.bar(1, 2)
	none.clear()
}

func TestBarShowsHowMuchIsDone(t *testing.T) {
	var out bytes.Buffer
	m := &meter{app: newApp(nil, &out, &out, func(string) string { return "" })}
	for _, done := range []int64{0, 1, 1, 4, 5} {
		m.bar(done, 4)
	}
	m.bar(1, 0)
	var got []string
	for _, shown := range strings.Split(out.String(), "\r")[1:] {
		got = append(got, strings.TrimSpace(shown))
	}
	want := []string{
		"[........................]   0 %  0 of 4",
		"[######..................]  25 %  1 of 4",
		"[########################] 100 %  4 of 4",
	}
	if d := cmp.Diff(got, want); d != "" {
		t.Error(d)
	}
}

func TestRecordingIsNotThrownAtATerminal(t *testing.T) {
	terminal, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0) // a device of characters too
	if err != nil {
		t.Fatal(err)
	}
	defer terminal.Close()
	o := &outlet{app: newApp(nil, terminal, terminal, func(string) string { return "" }), sound: true}
	var wrong usageError
	if err := o.open(); !errors.As(err, &wrong) || wrong.id != "cli.usage.output" {
		t.Errorf("got %v", err)
	}
}
