package journal_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"ctiagent/journal"
)

// crashOutboxVar names the journal of the program that is killed while it works with an outbox.
const crashOutboxVar = "CTIAGENT_TEST_CRASH_OUTBOX"

// steps are what the killed program does with its outbox, one after the other, and what is in it after each.
func steps() []struct {
	put, drop, then string
} {
	return []struct{ put, drop, then string }{
		{put: "a:waiting", then: "a:waiting"},
		{put: "b:waiting", then: "a:waiting b:waiting"},
		{put: "a:sending", then: "a:sending b:waiting"},
		{drop: "a", then: "b:waiting"},
		{put: "c:waiting", drop: "b", then: "c:waiting"},
	}
}

// TestOutboxThatIsKilled is that program: it says after each step that it is done. It is no test by itself.
func TestOutboxThatIsKilled(t *testing.T) {
	path := os.Getenv(crashOutboxVar)
	if path == "" {
		t.Skip("runs under TestKilledAtEachWriteTheOutboxIsAsItWasTold and TestOutboxIsOnTheDiskBeforeAnybodyIsTold only")
	}
	j := journal.New(journal.Options{Path: path})
	for i, s := range steps() {
		var put []journal.Waiting
		var drop []string
		if id, _, ok := strings.Cut(s.put, ":"); ok {
			put = append(put, journal.Waiting{ID: id, Forget: 1 << 60, Data: []byte(s.put)})
		}
		if s.drop != "" {
			drop = append(drop, s.drop)
		}
		if err := j.KeepOutbox(t.Context(), "ana", put, drop); err != nil {
			t.Fatal(err)
		}
		fmt.Println("done", i)
	}
	fmt.Println("done all")
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
}

// Killed at any of its writes, the program leaves the outbox as after the last step it told of, or the one after that.
func TestKilledAtEachWriteTheOutboxIsAsItWasTold(t *testing.T) {
	strace := watcher(t)
	kills := 0
	for _, call := range writingCalls() {
		for n := 1; ; n++ {
			path := filepath.Join(t.TempDir(), "journal.db")
			said, killed := killedAt(t, strace, "TestOutboxThatIsKilled", crashOutboxVar+"="+path, call, n)
			told := 0
			for i := range steps() {
				if strings.Contains(said, fmt.Sprintf("done %d\n", i)) {
					told = i + 1
				}
			}
			allowed := []string{""}
			for _, s := range steps() {
				allowed = append(allowed, s.then)
			}
			allowed = allowed[told:min(told+2, len(allowed))]
			j := opened(t, journal.Options{Path: path})
			got := waits(t, j, "ana")
			if got != allowed[0] && got != allowed[len(allowed)-1] {
				t.Errorf("killed at %s %d after %d steps the outbox has %q, want one of %q", call, n, told, got, allowed)
			}
			if err := journal.Check(t.Context(), j); err != nil {
				t.Errorf("killed at %s %d: %v", call, n, err)
			}
			if !killed {
				if !strings.Contains(said, "done all") {
					t.Fatalf("%s %d: not killed and not done: %s", call, n, said)
				}
				break
			}
			kills++
		}
	}
	if kills < 15 {
		t.Errorf("it was killed %d times only", kills)
	}
	t.Logf("killed %d times", kills)
}

// What the computer loses with its current is not what somebody was told of: between the last write to the file and the
// word that a step is done, the system was told to bring it to the disk.
func TestOutboxIsOnTheDiskBeforeAnybodyIsTold(t *testing.T) {
	strace := watcher(t)
	dir := t.TempDir()
	trace := filepath.Join(dir, "trace")
	cmd := exec.CommandContext(t.Context(), strace, "-f", "-qqq", "-o", trace, "-e", "trace=write,pwrite64,fsync,fdatasync", os.Args[0], "-test.run", "^TestOutboxThatIsKilled$")
	cmd.Env = append(os.Environ(), crashOutboxVar+"="+filepath.Join(dir, "journal.db"), "GORACE=atexit_sleep_ms=0", "GOMAXPROCS=1")
	if words, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, words)
	}
	lines, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	say := regexp.MustCompile(`write\(1, "done \d`)
	safe, told := false, 0
	for _, line := range strings.Split(string(lines), "\n") {
		switch {
		case strings.Contains(line, "pwrite64("):
			safe = false
		case strings.Contains(line, "fsync("), strings.Contains(line, "fdatasync("):
			safe = true
		case say.MatchString(line):
			if told++; !safe {
				t.Errorf("before %q the disk had not everything", line)
			}
		}
	}
	if told != len(steps()) {
		t.Errorf("it told of %d steps, want %d:\n%s", told, len(steps()), lines)
	}
}

// On a full disk nobody is told that a wish waits.
func TestFullDiskKeepsNothingInTheOutbox(t *testing.T) {
	dir := os.Getenv(smallVar)
	if dir == "" {
		onSmallDisk(t)
		return
	}
	j := opened(t, journal.Options{Path: filepath.Join(dir, "journal.db")})
	keep := func(id string) error {
		return j.KeepOutbox(t.Context(), "ana", []journal.Waiting{{ID: id, Forget: 1 << 60, Data: []byte(id + strings.Repeat("x", 1000))}}, nil)
	}
	if err := keep("first"); err != nil {
		t.Fatal(err)
	}
	ballast := filepath.Join(dir, "ballast")
	fill(t, ballast)
	var told []string
	for i := 0; ; i++ {
		if i == 1000 {
			t.Fatal("the disk is full, and the outbox goes on taking wishes")
		}
		id := fmt.Sprint("w", i)
		if err := keep(id); err != nil {
			break
		}
		told = append(told, id)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	if err := keep("last"); err != nil {
		t.Fatal(err)
	}
	var got []string
	list, err := j.Outbox(t.Context(), "ana")
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range list {
		got = append(got, w.ID)
	}
	if want := append(append([]string{"first"}, told...), "last"); strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("the outbox has %v, want %v", got, want)
	}
}
