package journal_test

import (
	"bytes"
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

// Killed at its first write to the file, its second, and so on to its last, the program leaves a journal that opens, is
// whole and has every call that it said was written.
func TestKilledAtEachWriteTheJournalKeepsWhatItHad(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Fatal("strace is missing; scripts/deps.sh test installs it")
	}
	if words, err := exec.CommandContext(t.Context(), strace, "-f", "true").CombinedOutput(); err != nil {
		t.Skipf("this system lets nobody watch a program's calls: %v: %s", err, words)
	}
	kills := 0
	for _, call := range []string{"pwrite64", "ftruncate", "fsync", "fdatasync"} {
		for n := 1; ; n++ {
			path := filepath.Join(t.TempDir(), "journal.db")
			cmd := exec.CommandContext(t.Context(), strace, "-f", "-qqq", "-o", os.DevNull, "-e", "trace="+call,
				"-e", fmt.Sprintf("inject=%s:signal=KILL:when=%d", call, n), os.Args[0], "-test.run", "^TestWriterThatIsKilled$")
			cmd.Env = append(os.Environ(), crashVar+"="+path, "GORACE=atexit_sleep_ms=0", "GOMAXPROCS=1")
			said, err := cmd.Output()
			var ended *exec.ExitError
			killed := errors.As(err, &ended) && ended.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL
			if err != nil && !killed {
				t.Fatalf("%s %d: %v: %s", call, n, err, said)
			}
			var want []string
			for _, line := range strings.Split(string(said), "\n") {
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
				if !bytes.Contains(said, []byte("written all")) {
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
