package journal_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"ctiagent/cti"
	"ctiagent/journal"

	"github.com/google/go-cmp/cmp"
)

// smallVar names a disk that is nearly full.
const smallVar = "CTIAGENT_TEST_SMALL_DISK"

// On a full disk the journal says so and goes on in memory; as soon as there is room, it writes what waited.
func TestFullDiskLosesNothing(t *testing.T) {
	dir := os.Getenv(smallVar)
	if dir == "" {
		onSmallDisk(t)
		return
	}
	j := opened(t, journal.Options{Path: filepath.Join(dir, "journal.db")})
	j.Call("ana", ended("a", 1, "1"))
	ids(t, j, journal.Query{})
	ballast := filepath.Join(dir, "ballast")
	fill(t, ballast)
	var want []string
	for i := 0; j.State().Failing == ""; i++ {
		if i == 1000 {
			t.Fatal("the disk is full, and the journal goes on writing")
		}
		c := ended(fmt.Sprintf("b%04d", i), i+2, "1133553434")
		j.Call("ana", c)
		want = append([]string{c.ID}, want...)
		ids(t, j, journal.Query{Limit: 1}) // until it is written, or cannot be
	}
	if s := j.State(); s.Waiting == 0 || s.Lost != 0 || s.Since.IsZero() {
		t.Errorf("the journal fares %+v", s)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	j.Agent("ana", cti.Agent{State: cti.AgentReady})
	if d := cmp.Diff(ids(t, j, journal.Query{Limit: 2000}), append(want, "a")); d != "" {
		t.Errorf("kept (-got +want):\n%s", d)
	}
	if s := j.State(); s != (journal.State{}) {
		t.Errorf("the journal fares %+v", s)
	}
}

// fill writes a file until nothing fits any more.
func fill(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, n := range []int{64 << 10, 512} {
		for err == nil {
			_, err = f.Write(bytes.Repeat([]byte{'x'}, n))
		}
		err = nil
	}
}

// onSmallDisk runs the test again with a disk of its own, which nobody else sees.
func onSmallDisk(t *testing.T) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("needs root: a small disk is mounted")
	}
	if words, err := exec.CommandContext(t.Context(), "unshare", "--mount", "true").CombinedOutput(); err != nil {
		t.Skipf("this system gives no mounts of one's own: %v: %s", err, words)
	}
	dir := t.TempDir()
	cmd := exec.CommandContext(t.Context(), "unshare", "--mount", "--propagation", "private", "sh", "-c",
		`mount -t tmpfs -o size=1m tmpfs "$0" && exec "$@"`, dir, os.Args[0], "-test.run", "^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), smallVar+"="+dir)
	if words, err := cmd.CombinedOutput(); err != nil || !bytes.Contains(words, []byte("--- PASS: "+t.Name())) {
		t.Errorf("%v\n%s", err, words)
	}
}
