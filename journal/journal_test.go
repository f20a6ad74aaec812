package journal_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/journal"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// ended is a call that began so many minutes after noon.
func ended(id string, minutes int, number string) *cti.Call {
	at := cti.At(noon.Add(time.Duration(minutes) * time.Minute))
	return &cti.Call{ID: id, Direction: cti.Inbound, State: cti.Ended, EndReason: "completed", Remote: cti.Remote{Raw: number}, Ref: "ref-" + id,
		StartedAt: at, EndedAt: at, Actions: []string{}}
}

// opened is a journal that closes with the test.
func opened(t *testing.T, o journal.Options) *journal.Journal {
	t.Helper()
	if o.Path == "" {
		o.Path = filepath.Join(t.TempDir(), "deep", "journal.db")
	}
	if o.KeepDays == 0 {
		o.KeepDays = 36500
	}
	j := journal.New(o)
	t.Cleanup(func() {
		if err := j.Close(); err != nil {
			t.Error(err)
		}
	})
	return j
}

func ids(t *testing.T, j *journal.Journal, q journal.Query) (out []string) {
	t.Helper()
	if q.Person == "" {
		q.Person = "ana"
	}
	calls, err := j.Calls(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range calls {
		out = append(out, c.ID)
	}
	return out
}

func TestCallsComeNewestFirstAndFiltered(t *testing.T) {
	j := opened(t, journal.Options{})
	if got := ids(t, j, journal.Query{}); len(got) != 0 {
		t.Fatalf("an empty journal has %v", got)
	}
	for i, number := range []string{"1133553434", "+551133553434", "1000", "11987654321"} {
		j.Call("ana", ended(fmt.Sprint("a", i), i, number))
	}
	j.Call("bia", ended("b0", 0, "1133553434"))
	at := func(minutes int) cti.Time { return cti.At(noon.Add(time.Duration(minutes) * time.Minute)) }
	for _, c := range []struct {
		what string
		q    journal.Query
		want []string
	}{
		{"all of ana's", journal.Query{}, []string{"a3", "a2", "a1", "a0"}},
		{"bia's", journal.Query{Person: "bia"}, []string{"b0"}},
		{"nobody's", journal.Query{Person: "eva"}, nil},
		{"two", journal.Query{Limit: 2}, []string{"a3", "a2"}},
		{"the next two", journal.Query{Limit: 2, After: "a2"}, []string{"a1", "a0"}},
		{"a number in any spelling", journal.Query{Number: "(11) 3355-3434"}, []string{"a1", "a0"}},
		{"an extension", journal.Query{Number: "1000"}, []string{"a2"}},
		{"part of an extension", journal.Query{Number: "000"}, nil},
		{"from", journal.Query{From: at(2)}, []string{"a3", "a2"}},
		{"to", journal.Query{To: at(2)}, []string{"a1", "a0"}},
	} {
		if d := cmp.Diff(ids(t, j, c.q), c.want); d != "" {
			t.Errorf("%s (-got +want):\n%s", c.what, d)
		}
	}
	if _, err := j.Calls(t.Context(), journal.Query{Person: "bia", After: "a2"}); err == nil || !strings.Contains(err.Error(), "a2") {
		t.Errorf("after somebody else's call: %v", err)
	}
}

func TestCallIsKeptWholeAndOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	j := journal.New(journal.Options{Path: path, KeepDays: 36500})
	want := ended("a", 1, "1133553434")
	want.Contact, want.Campaign, want.Via = map[string]string{"p1": "ação; 'x'"}, "9", "totalip"
	begun := *want
	begun.State, begun.EndReason, begun.EndedAt = cti.Connected, "", cti.Time{}
	j.Call("ana", &begun)
	j.Call("ana", want)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file: %v, %v", info, err)
	}
	got, err := opened(t, journal.Options{Path: path}).Calls(t.Context(), journal.Query{Person: "ana"})
	if err != nil || len(got) != 1 {
		t.Fatalf("%d calls, %v", len(got), err)
	}
	if got[0].Contact["p1"] != "ação; 'x'" || got[0].EndReason != "completed" || got[0].Via != "totalip" || !got[0].StartedAt.Equal(want.StartedAt.Time) {
		t.Errorf("kept %+v", got[0])
	}
}

// A call that was under way when the program ended is one call, whether its desk finds it again or not.
func TestCallOfAnEndedProgramIsFoundAgainOrEndsAsUnknown(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	j := journal.New(journal.Options{Path: path, KeepDays: 36500})
	for _, id := range []string{"lost", "found"} {
		c := ended(id, 1, "1133553434")
		c.State, c.EndReason = cti.Connected, ""
		j.Call("ana", c)
	}
	if got := ids(t, j, journal.Query{}); len(got) != 0 {
		t.Errorf("calls that have not ended: %v", got)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	j = opened(t, journal.Options{Path: path})
	again := ended("found-again", 1, "1133553434")
	again.Ref = "ref-found"
	j.Call("ana", again)
	calls, err := j.Calls(t.Context(), journal.Query{Person: "ana"})
	if err != nil || len(calls) != 2 {
		t.Fatalf("%d calls, %v", len(calls), err)
	}
	for _, c := range calls {
		if want := map[string]cti.EndReason{"lost": cti.EndUnknown, "found-again": "completed"}[c.ID]; c.State != cti.Ended || c.EndReason != want {
			t.Errorf("%s has %s as %q, want %q", c.ID, c.State, c.EndReason, want)
		}
	}
}

func TestOldEntriesGo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	j := journal.New(journal.Options{Path: path, KeepDays: 36500})
	now := time.Now()
	old, young := ended("old", 0, "1"), ended("young", 0, "2")
	old.StartedAt, young.StartedAt = cti.At(now.AddDate(0, 0, -31)), cti.At(now.AddDate(0, 0, -29))
	j.Call("ana", old)
	j.Call("ana", young)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	j = opened(t, journal.Options{Path: path, KeepDays: 30})
	j.Agent("ana", cti.Agent{State: cti.AgentReady})
	if d := cmp.Diff(ids(t, j, journal.Query{}), []string{"young"}); d != "" {
		t.Errorf("kept (-got +want):\n%s", d)
	}
}

func TestLargestFileLosesItsOlderHalf(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	j := opened(t, journal.Options{Path: path, MaxBytes: 256 << 10})
	const many = 1500
	for i := range many {
		j.Call("ana", ended(fmt.Sprintf("a%05d", i), i, "1133553434"))
		if i%500 == 499 {
			ids(t, j, journal.Query{Limit: 1}) // until it is written
		}
	}
	got := ids(t, j, journal.Query{Limit: many})
	if len(got) < 50 || len(got) > many/2 || got[0] != fmt.Sprintf("a%05d", many-1) {
		t.Errorf("%d calls are left, the newest is %s", len(got), got[0])
	}
	if info, err := os.Stat(path); err != nil || info.Size() > 256<<10 {
		t.Errorf("the file: %+v, %v", info, err)
	}
	if s := j.State(); s != (journal.State{}) {
		t.Errorf("the journal fares %+v", s)
	}
}

func TestWhatCannotBeWrittenWaitsAndIsWrittenLater(t *testing.T) {
	dir := t.TempDir()
	inTheWay := filepath.Join(dir, "place")
	if err := os.WriteFile(inTheWay, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	j := opened(t, journal.Options{Path: filepath.Join(inTheWay, "journal.db")})
	j.Call("ana", ended("a", 1, "1"))
	if _, err := j.Calls(t.Context(), journal.Query{Person: "ana"}); err == nil {
		t.Error("there is no file, and yet it was read")
	}
	if s := j.State(); !strings.Contains(s.Failing, "journal's folder") || s.Waiting == 0 || s.Since.IsZero() {
		t.Errorf("the journal fares %+v", s)
	}
	if err := os.Remove(inTheWay); err != nil {
		t.Fatal(err)
	}
	j.Call("ana", ended("b", 2, "2"))
	if d := cmp.Diff(ids(t, j, journal.Query{}), []string{"b", "a"}); d != "" {
		t.Errorf("kept (-got +want):\n%s", d)
	}
	if s := j.State(); s != (journal.State{}) {
		t.Errorf("the journal fares %+v", s)
	}
}

func TestNewerJournalIsLeftAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	if err := journal.MakeNewer(context.Background(), path); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	j := journal.New(journal.Options{Path: path})
	j.Wish("ana", journal.Wish{At: cti.At(noon), Method: "call.dial", Outcome: "ok"})
	if err := j.Close(); err == nil || !strings.Contains(err.Error(), "newer ctiagent") || !strings.Contains(err.Error(), "1 entries") {
		t.Errorf("closed: %v", err)
	}
	if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
		t.Errorf("the newer file was written to: %v", err)
	}
}
