package localapi_test

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ctiagent/localapi"
	"ctiagent/localapi/localapitest"
	"ctiagent/localapi/protocol"

	"github.com/google/go-cmp/cmp"
)

// remembering are the options of a server that remembers pages in a file.
func remembering(file string, log *bytes.Buffer) func(*localapi.Options) {
	return func(o *localapi.Options) {
		asksToPair(o)
		o.Remembered = file
		o.Log = slog.New(slog.NewTextHandler(log, nil))
	}
}

// askedAnew is what a page is answered that asks for rights: what it has, or why it has none.
func askedAnew(t *testing.T, s *localapitest.Server, origin string) string {
	t.Helper()
	f := s.Dial(t, origin).Ask(protocol.SessionPair, `{}`)
	if f.Error != nil {
		return string(f.Error.Data.Kind)
	}
	return string(f.Result)
}

func TestAllowedPageIsRememberedBeyondTheProgram(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state", "pages.json")
	var log bytes.Buffer
	s := localapitest.NewServer(t, remembering(file, &log))
	h := newFingers("hand.yes")
	attach(t, s, h)
	if f := s.Dial(t, stranger).Ask(protocol.SessionPair, `{"scopes":["control"]}`); f.Error != nil {
		t.Fatalf("pair: %+v", f.Error)
	}
	h.chooses = "hand.block"
	const rude = "https://rude.example.com"
	if got := askedAnew(t, s, rude); got != "denied" {
		t.Fatalf("blocked: %s", got)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file: %v, %v", info, err)
	}

	// Nobody is there to be asked, after a restart.
	s = localapitest.NewServer(t, remembering(file, &log))
	if got := askedAnew(t, s, stranger); got != `{"paired":true,"scopes":["observe","control"]}` {
		t.Errorf("the page that was allowed: %s", got)
	}
	attach(t, s, newFingers("hand.yes"))
	if got := askedAnew(t, s, rude); got != "denied" {
		t.Errorf("the page that was blocked: %s", got)
	}
	c := program(t, s)
	if d := cmp.Diff(origins(t, c, protocol.OriginsIn{Blocked: true})[1:], []string{stranger + " person observe control", rude + " person blocked"}); d != "" {
		t.Errorf("pages (-got +want):\n%s", d)
	}
	if err := c.Call(t.Context(), protocol.OriginsRevoke, protocol.RevokeIn{Origin: stranger}, nil); err != nil {
		t.Fatal(err)
	}
	s = localapitest.NewServer(t, remembering(file, &log))
	if got := askedAnew(t, s, stranger); got != "unavailable" {
		t.Errorf("the page whose rights were taken back: %s", got)
	}
	if log.Len() > 0 && strings.Contains(log.String(), "level=ERROR") {
		t.Errorf("the log: %s", log.String())
	}
}

func TestFileOfPagesGivesNoRightItMayNotGive(t *testing.T) {
	person := localapitest.Self(t).ID
	for what, text := range map[string]string{
		"no JSON":           "{",
		"more than JSON":    `{"version":1,"people":{}} {"version":1}`,
		"another version":   `{"version":2,"people":{}}`,
		"an unknown word":   `{"version":1,"people":{},"admins":["x"]}`,
		"a right too many":  `{"version":1,"people":{"` + person + `":{"` + stranger + `":{"scopes":["supervise"]}}}}`,
		"no right at all":   `{"version":1,"people":{"` + person + `":{"` + stranger + `":{"scopes":["fly"]}}}}`,
		"no origin":         `{"version":1,"people":{"` + person + `":{"*":{"scopes":["dial"]}}}}`,
		"an origin's page":  `{"version":1,"people":{"` + person + `":{"` + stranger + `/x":{"scopes":["dial"]}}}}`,
		"nobody":            `{"version":1,"people":{"":{"` + stranger + `":{"scopes":["dial"]}}}}`,
		"more than a mouth": strings.Repeat(" ", 1<<20) + `{"version":1,"people":{}}`,
	} {
		t.Run(what, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "pages.json")
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			var log bytes.Buffer
			s := localapitest.NewServer(t, remembering(file, &log))
			if got := askedAnew(t, s, stranger); got != "unavailable" {
				t.Errorf("the page has rights: %s", got)
			}
			if kept, err := os.ReadFile(file + ".broken"); err != nil || string(kept) != text {
				t.Errorf("the file was not put aside: %v", err)
			}
			if !strings.Contains(log.String(), "level=ERROR") || !strings.Contains(log.String(), "pages.json.broken") {
				t.Errorf("the log: %s", log.String())
			}
		})
	}
}
