package paths

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func vars(m map[string]string) func(string) string { return func(k string) string { return m[k] } }

func all(e Env) map[string]string {
	return map[string]string{
		"MachineConfig":  e.MachineConfig(),
		"UserConfig":     e.UserConfig(),
		"PolicyDir":      e.PolicyDir(),
		"ServiceSocket":  e.ServiceSocket(),
		"UserSocket":     e.UserSocket(),
		"LogDir":         e.LogDir(),
		"StateDir":       e.StateDir(),
		"ServiceSecrets": e.ServiceSecrets(),
		"UserState":      e.UserState(),
		"UserSecrets":    e.UserSecrets(),
	}
}

func TestEverySystemHasItsPaths(t *testing.T) {
	tests := []struct {
		name string
		env  Env
		want map[string]string
	}{
		{
			"linux session",
			Env{GOOS: "linux", UID: 1000, UserName: "ana", Getenv: vars(map[string]string{"HOME": "/home/ana", "XDG_RUNTIME_DIR": "/run/user/1000"})},
			map[string]string{
				"MachineConfig":  "/etc/ctiagent/ctiagent.toml",
				"UserConfig":     "/home/ana/.config/ctiagent/ctiagent.toml",
				"PolicyDir":      "/etc/ctiagent/policy.d",
				"ServiceSocket":  "/run/ctiagent/ctiagent.sock",
				"UserSocket":     "/run/user/1000/ctiagent.sock",
				"LogDir":         "/var/log/ctiagent",
				"StateDir":       "/var/lib/ctiagent",
				"ServiceSecrets": "/var/lib/ctiagent/secrets.json",
				"UserState":      "/home/ana/.local/state/ctiagent",
				"UserSecrets":    "/home/ana/.local/state/ctiagent/secrets.json",
			},
		},
		{
			"linux with XDG variables",
			Env{GOOS: "linux", UID: 7, Getenv: vars(map[string]string{"HOME": "/home/ana/", "XDG_CONFIG_HOME": "/cfg/", "XDG_STATE_HOME": "/st", "XDG_RUNTIME_DIR": "/rt/"})},
			map[string]string{
				"MachineConfig":  "/etc/ctiagent/ctiagent.toml",
				"UserConfig":     "/cfg/ctiagent/ctiagent.toml",
				"PolicyDir":      "/etc/ctiagent/policy.d",
				"ServiceSocket":  "/run/ctiagent/ctiagent.sock",
				"UserSocket":     "/rt/ctiagent.sock",
				"LogDir":         "/var/log/ctiagent",
				"StateDir":       "/var/lib/ctiagent",
				"ServiceSecrets": "/var/lib/ctiagent/secrets.json",
				"UserState":      "/st/ctiagent",
				"UserSecrets":    "/st/ctiagent/secrets.json",
			},
		},
		{
			"windows",
			Env{GOOS: "windows", UID: -1, UserName: "S-1-5-21-1", Getenv: vars(map[string]string{
				"ProgramData": `D:\Data\`, "APPDATA": `C:\Users\ana\AppData\Roaming`, "LOCALAPPDATA": `C:\Users\ana\AppData\Local`, "HOME": "/home/ana", "XDG_RUNTIME_DIR": "/run/user/1"})},
			map[string]string{
				"MachineConfig":  `D:\Data\ctiagent\ctiagent.toml`,
				"UserConfig":     `C:\Users\ana\AppData\Roaming\ctiagent\ctiagent.toml`,
				"PolicyDir":      `D:\Data\ctiagent\policy.d`,
				"ServiceSocket":  `\\.\pipe\ctiagent`,
				"UserSocket":     `\\.\pipe\ctiagent-S-1-5-21-1`,
				"LogDir":         `D:\Data\ctiagent\log`,
				"StateDir":       `D:\Data\ctiagent\state`,
				"ServiceSecrets": `D:\Data\ctiagent\state\secrets.json`,
				"UserState":      `C:\Users\ana\AppData\Local\ctiagent\state`,
				"UserSecrets":    `C:\Users\ana\AppData\Local\ctiagent\state\secrets.json`,
			},
		},
		{
			"darwin",
			Env{GOOS: "darwin", UID: 501, Getenv: vars(map[string]string{"HOME": "/Users/ana", "TMPDIR": "/var/folders/x/T/", "XDG_RUNTIME_DIR": "/elsewhere"})},
			map[string]string{
				"MachineConfig":  "/Library/Application Support/ctiagent/ctiagent.toml",
				"UserConfig":     "/Users/ana/Library/Application Support/ctiagent/ctiagent.toml",
				"PolicyDir":      "/Library/Application Support/ctiagent/policy.d",
				"ServiceSocket":  "/var/run/ctiagent/ctiagent.sock",
				"UserSocket":     "/var/folders/x/T/ctiagent-501/ctiagent.sock",
				"LogDir":         "/Library/Logs/ctiagent",
				"StateDir":       "/Library/Application Support/ctiagent/state",
				"ServiceSecrets": "/Library/Application Support/ctiagent/state/secrets.json",
				"UserState":      "/Users/ana/Library/Application Support/ctiagent/state",
				"UserSecrets":    "/Users/ana/Library/Application Support/ctiagent/state/secrets.json",
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(all(tt.env), tt.want); diff != "" {
				t.Errorf("-got +want\n%s", diff)
			}
		})
	}
}

func TestUserSocketWithoutRuntimeDirVariable(t *testing.T) {
	exists := func(want string) func(string) bool { return func(p string) bool { return p == want } }
	tests := []struct {
		name string
		env  Env
		want string
	}{
		{"the session's directory when it exists", Env{GOOS: "linux", UID: 1000, IsDir: exists("/run/user/1000")}, "/run/user/1000/ctiagent.sock"},
		{"another user's directory does not count", Env{GOOS: "linux", UID: 1000, IsDir: exists("/run/user/0")}, "/tmp/ctiagent-1000/ctiagent.sock"},
		{"the temporary directory last", Env{GOOS: "linux", UID: 1000, Getenv: vars(map[string]string{"TMPDIR": "/var/tmp"})}, "/var/tmp/ctiagent-1000/ctiagent.sock"},
		{"a relative variable is ignored", Env{GOOS: "linux", UID: 1000, Getenv: vars(map[string]string{"XDG_RUNTIME_DIR": "run", "TMPDIR": "tmp"})}, "/tmp/ctiagent-1000/ctiagent.sock"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.env.UserSocket(); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestWithoutHomeUserPathsAreEmpty(t *testing.T) {
	for _, goos := range []string{"linux", "windows", "darwin"} {
		e := Env{GOOS: goos, Getenv: vars(map[string]string{"HOME": "relative", "APPDATA": `..\x`, "LOCALAPPDATA": "/unix"})}
		for name, got := range map[string]string{"UserConfig": e.UserConfig(), "UserState": e.UserState(), "UserSecrets": e.UserSecrets()} {
			if got != "" {
				t.Errorf("%s: %s got %q, want empty", goos, name, got)
			}
		}
	}
}

func TestWindowsWithoutProgramDataUsesTheUsualPlace(t *testing.T) {
	if got, want := (Env{GOOS: "windows"}).MachineConfig(), `C:\ProgramData\ctiagent\ctiagent.toml`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestCurrentDescribesThisProcess(t *testing.T) {
	e := Current()
	if e.GOOS != runtime.GOOS || e.UID != os.Getuid() || e.Getenv == nil || e.IsDir == nil {
		t.Errorf("got %+v", e)
	}
	if e.UserName == "" {
		t.Error("user name is empty")
	}
	if !e.IsDir(t.TempDir()) || e.IsDir(filepath.Join(t.TempDir(), "none")) {
		t.Error("IsDir does not tell directories")
	}
}

func needsUnix(t *testing.T) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("socket directories exist on Unix only; run on Linux or macOS")
	}
}

// at answers an Env of this process whose socket directory is dir.
func at(dir string) Env {
	e := Current()
	e.GOOS = "linux"
	e.Getenv = vars(map[string]string{"XDG_RUNTIME_DIR": dir})
	return e
}

func TestSocketDirIsMadePrivate(t *testing.T) {
	needsUnix(t)
	dir := filepath.Join(t.TempDir(), "rt")
	for range 2 { // the second finds what the first made
		got, err := at(dir).EnsureUserSocketDir()
		if err != nil || got != dir {
			t.Fatalf("got %q, %v, want %q", got, err, dir)
		}
	}
	info, err := os.Lstat(dir)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("got mode %v, %v, want 0700", info.Mode(), err)
	}
	if got := filepath.Dir(at(dir).UserSocket()); got != dir {
		t.Errorf("socket lies in %q, want %q", got, dir)
	}
}

func TestSocketDirInTemporaryDirectoryIsMade(t *testing.T) {
	needsUnix(t)
	temp := t.TempDir()
	e := Current()
	e.GOOS = "darwin"
	e.Getenv = vars(map[string]string{"TMPDIR": temp})
	got, err := e.EnsureUserSocketDir()
	if want := filepath.Join(temp, "ctiagent-"+e.uid()); err != nil || got != want {
		t.Fatalf("got %q, %v, want %q", got, err, want)
	}
}

func TestUnsafeSocketDirIsRefused(t *testing.T) {
	needsUnix(t)
	tests := []struct {
		name string
		make func(t *testing.T, dir string) Env
		want string
	}{
		{"symbolic link", func(t *testing.T, dir string) Env {
			if err := os.Symlink(t.TempDir(), dir); err != nil {
				t.Fatal(err)
			}
			return at(dir)
		}, "symbolic link"},
		{"file", func(t *testing.T, dir string) Env {
			if err := os.WriteFile(dir, nil, 0o600); err != nil {
				t.Fatal(err)
			}
			return at(dir)
		}, "not a directory"},
		{"group may enter", func(t *testing.T, dir string) Env { mkdir(t, dir, 0o710); return at(dir) }, "chmod 700"},
		{"world may read", func(t *testing.T, dir string) Env { mkdir(t, dir, 0o704); return at(dir) }, "chmod 700"},
		{"someone else's", func(t *testing.T, dir string) Env {
			mkdir(t, dir, 0o700)
			e := at(dir)
			e.UID++
			return e
		}, "belongs to user"},
		{"parent open to others", func(t *testing.T, dir string) Env {
			if err := os.Chmod(filepath.Dir(dir), 0o777); err != nil {
				t.Fatal(err)
			}
			return at(dir)
		}, "not sticky"},
		{"parent missing", func(t *testing.T, dir string) Env { return at(filepath.Join(dir, "deep")) }, "parent"},
		{"too long for a socket", func(t *testing.T, dir string) Env { return at(dir + strings.Repeat("x", 100)) }, "shorter"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			root, err := os.MkdirTemp("", "p") // short: t.TempDir carries the test's name
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = os.RemoveAll(root) })
			_, err = tt.make(t, filepath.Join(root, "rt")).EnsureUserSocketDir()
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want an error with %q", err, tt.want)
			}
		})
	}
}

func mkdir(t *testing.T, dir string, mode os.FileMode) {
	t.Helper()
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, mode); err != nil {
		t.Fatal(err)
	}
}
