package journal_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"ctiagent/journal"
)

// crashVar names the journal of the program that is killed while it writes.
const crashVar = "CTIAGENT_TEST_CRASH_JOURNAL"

// TestWriterThatIsKilled is that program: it keeps calls one by one and says when one is written. It is no test by itself.
func TestWriterThatIsKilled(t *testing.T) {
	path := os.Getenv(crashVar)
	if path == "" {
		t.Skip("runs under TestKilledAtEachWriteTheJournalKeepsWhatItHad only")
	}
	j := journal.New(journal.Options{Path: path, KeepDays: 36500})
	for i := range 5 {
		j.Call("ana", ended(fmt.Sprint("a", i), i, "1133553434"))
		if got := ids(t, j, journal.Query{Limit: 1}); len(got) == 1 && j.State() == (journal.State{}) {
			fmt.Println("written", got[0])
		}
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	fmt.Println("written all")
}

// writingCalls are the calls of the system by which a file comes to be as it is.
func writingCalls() []string { return []string{"pwrite64", "ftruncate", "fsync", "fdatasync"} }

// watcher is the program that watches another's calls and kills it at one.
func watcher(t *testing.T) string {
	t.Helper()
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Fatal("strace is missing; scripts/deps.sh test installs it")
	}
	if words, err := exec.CommandContext(t.Context(), strace, "-f", "true").CombinedOutput(); err != nil {
		t.Skipf("this system lets nobody watch a program's calls: %v: %s", err, words)
	}
	return strace
}

// killedAt runs a test of this program, killed at the nth call, and answers what it said, and whether it came that far.
func killedAt(t *testing.T, strace, test, env, call string, n int) (said string, killed bool) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), strace, "-f", "-qqq", "-o", os.DevNull, "-e", "trace="+call,
		"-e", fmt.Sprintf("inject=%s:signal=KILL:when=%d", call, n), os.Args[0], "-test.run", "^"+test+"$")
	cmd.Env = append(os.Environ(), env, "GORACE=atexit_sleep_ms=0", "GOMAXPROCS=1")
	out, err := cmd.Output()
	var ended *exec.ExitError
	killed = errors.As(err, &ended) && ended.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL
	if err != nil && !killed {
		t.Fatalf("%s %d: %v: %s", call, n, err, out)
	}
	return string(out), killed
}

// Killed at its first write to the file, its second, and so on to its last, the program leaves a journal that opens, is
// whole and has every call that it said was written.
func TestKilledAtEachWriteTheJournalKeepsWhatItHad(t *testing.T) {
	strace := watcher(t)
	kills := 0
	for _, call := range writingCalls() {
		for n := 1; ; n++ {
			path := filepath.Join(t.TempDir(), "journal.db")
			said, killed := killedAt(t, strace, "TestWriterThatIsKilled", crashVar+"="+path, call, n)
			var want []string
			for _, line := range strings.Split(said, "\n") {
				if id, ok := strings.CutPrefix(line, "written a"); ok {
					if id != "ll" {
						want = append([]string{"a" + id}, want...)
					}
				}
			}
			j := opened(t, journal.Options{Path: path})
			got := ids(t, j, journal.Query{})
			if len(got) < len(want) || strings.Join(got[len(got)-len(want):], " ") != strings.Join(want, " ") {
				t.Errorf("killed at %s %d it has %v, and had written %v", call, n, got, want)
			}
			if err := journal.Check(t.Context(), j); err != nil {
				t.Errorf("killed at %s %d: %v", call, n, err)
			}
			if !killed {
				if !strings.Contains(said, "written all") {
					t.Fatalf("%s %d: not killed and not done: %s", call, n, said)
				}
				break
			}
			kills++
		}
	}
	if kills < 10 {
		t.Errorf("it was killed %d times only", kills)
	}
	t.Logf("killed %d times", kills)
}
