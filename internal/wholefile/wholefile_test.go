package wholefile_test

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"ctiagent/internal/wholefile"
)

func TestFileIsReplacedWholeOrNotAtAll(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	holds := func(want string) {
		t.Helper()
		if got, err := os.ReadFile(path); err != nil || string(got) != want {
			t.Errorf("the file holds %q, %v; want %q", got, err, want)
		}
		if all, err := os.ReadDir(filepath.Dir(path)); err != nil || len(all) != 1 {
			t.Errorf("beside it stand %v, %v", all, err)
		}
	}
	if err := wholefile.Write(path, []byte("old"), 0o600, nil); err != nil {
		t.Fatal(err)
	}
	holds("old")
	no := errors.New("no")
	if err := wholefile.Write(path, []byte("new"), 0o600, func(*os.File) error { return no }); !errors.Is(err, no) {
		t.Errorf("got %v", err)
	}
	holds("old")
	if err := wholefile.Write(path, []byte("new"), 0o644, nil); err != nil {
		t.Fatal(err)
	}
	holds("new")
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o644 {
		t.Errorf("the file: %v, %v", info, err)
	}
	if err := wholefile.Write(filepath.Join(path, "below"), nil, 0o600, nil); err == nil {
		t.Error("a file has no files")
	}
}
