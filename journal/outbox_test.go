package journal_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/cti/ctitest"
	"ctiagent/journal"
)

// waits is what waits in a person's outbox, in order.
func waits(t *testing.T, j *journal.Journal, person string) string {
	t.Helper()
	list, err := j.Outbox(t.Context(), person)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, w := range list {
		out = append(out, string(w.Data))
	}
	return strings.Join(out, " ")
}

func keep(t *testing.T, j *journal.Journal, person string, put []journal.Waiting, drop ...string) {
	t.Helper()
	if err := j.KeepOutbox(t.Context(), person, put, drop); err != nil {
		t.Fatal(err)
	}
}

const never = 1 << 60

func TestOutboxKeepsItsOrderAndEachPersonsOwn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	j := journal.New(journal.Options{Path: path})
	if got := waits(t, j, "ana"); got != "" {
		t.Errorf("an empty journal has %q", got)
	}
	keep(t, j, "ana", []journal.Waiting{{"z", never, []byte("one")}, {"a", never, []byte("two")}})
	keep(t, j, "bia", []journal.Waiting{{"a", never, []byte("hers")}})
	keep(t, j, "ana", []journal.Waiting{{"b", never, []byte("three")}, {"z", never, []byte("one again")}})
	keep(t, j, "ana", nil, "a")
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	j = opened(t, journal.Options{Path: path})
	for person, want := range map[string]string{"ana": "one again three", "bia": "hers", "eva": ""} {
		if got := waits(t, j, person); got != want {
			t.Errorf("%s has %q, want %q", person, got, want)
		}
	}
}

// All of a change is kept, or nothing of it.
func TestOutboxThatCannotBeWrittenSaysSo(t *testing.T) {
	j := journal.New(journal.Options{Path: filepath.Join(t.TempDir(), "journal.db")})
	keep(t, j, "ana", []journal.Waiting{{"a", never, []byte("one")}})
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if err := j.KeepOutbox(t.Context(), "ana", []journal.Waiting{{"b", never, []byte("two")}}, nil); err == nil {
		t.Error("a closed journal has kept a wish")
	}
}

func TestOutboxOfDesksThatOpenNoMoreIsForgotten(t *testing.T) {
	clock := ctitest.NewClock(noon)
	j := opened(t, journal.Options{Clock: clock})
	keep(t, j, "ana", []journal.Waiting{{"a", noon.UnixMilli() - 1, []byte("old")}, {"b", noon.Add(time.Hour).UnixMilli(), []byte("young")}})
	j.Agent("bia", cti.Agent{State: cti.AgentReady}) // the first entry looks at what is too old
	ids(t, j, journal.Query{Person: "bia"})
	if got := waits(t, j, "ana"); got != "young" {
		t.Errorf("the outbox has %q, want the young one", got)
	}
}

// A full file makes room for what is still to be done at history's expense.
func TestOutboxGoesBeforeHistory(t *testing.T) {
	j := opened(t, journal.Options{MaxBytes: 256 << 10})
	for i := range 200 {
		j.Call("ana", ended(strings.Repeat("a", 300)+string(rune('a'+i%26))+string(rune('a'+i/26)), i, "1133553434"))
		if i%20 == 19 {
			ids(t, j, journal.Query{Limit: 1})
		}
	}
	before := len(ids(t, j, journal.Query{Limit: 1000}))
	for i := range 100 {
		keep(t, j, "ana", []journal.Waiting{{strings.Repeat("w", i+1), never, []byte(strings.Repeat("x", 1000))}})
	}
	if after := len(ids(t, j, journal.Query{Limit: 1000})); after >= before {
		t.Errorf("%d calls are left of %d; nothing made room", after, before)
	}
	if got, err := j.Outbox(t.Context(), "ana"); err != nil || len(got) != 100 {
		t.Errorf("%d wishes wait, %v", len(got), err)
	}
}

func TestFirstVersionGetsAnOutboxAndKeepsItsCalls(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	if err := journal.MakeFirst(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	j := opened(t, journal.Options{Path: path})
	j.Call("ana", ended("a", 1, "1133553434"))
	keep(t, j, "ana", []journal.Waiting{{"a", never, []byte("one")}})
	if got := waits(t, j, "ana"); got != "one" || len(ids(t, j, journal.Query{})) != 1 {
		t.Errorf("the outbox has %q", got)
	}
}
