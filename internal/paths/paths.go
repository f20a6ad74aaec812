// Package paths names every file, directory and socket of ctiagent on every
// system it runs on, decided from the system's name and environment alone.
package paths

import (
	"os"
	"os/user"
	"runtime"
	"strconv"
	"strings"
)

// ServiceAccount is the account that the system service runs under where the
// system has accounts for services: its socket is trusted.
const ServiceAccount = "ctiagent"

// Env is what a path depends on. The methods are pure functions of it, except
// EnsureUserSocketDir, so that one system can test the paths of another.
type Env struct {
	// GOOS is the system: "linux", "windows", "darwin". Others count as linux.
	GOOS string
	// Getenv reads an environment variable; "" when unset. Nil: none is set.
	Getenv func(string) string
	// UID is the user's number; -1 on Windows.
	UID int
	// UserName is the user's name, on Windows the user's SID.
	UserName string
	// IsDir tells whether a directory exists. Nil: none does.
	IsDir func(string) bool
}

// Current answers the environment of this process.
func Current() Env {
	e := Env{GOOS: runtime.GOOS, Getenv: os.Getenv, UID: os.Getuid(), IsDir: isDir}
	if u, err := user.Current(); err == nil {
		e.UserName = u.Username
		if e.GOOS == "windows" {
			e.UserName = u.Uid // the SID; names repeat between domains
		}
	}
	return e
}

// MachineConfig is the configuration file of the machine, for the service.
func (e Env) MachineConfig() string { return e.join(e.machineRoot("config"), "ctiagent.toml") }

// UserConfig is the configuration file of the user, for the foreground only;
// "" when the environment names no home.
func (e Env) UserConfig() string { return e.join(e.userRoot("config"), "ctiagent.toml") }

// PolicyDir is the directory whose *.toml files only administrators write.
func (e Env) PolicyDir() string { return e.join(e.machineRoot("config"), "policy.d") }

// LogDir is where the service writes its log files.
func (e Env) LogDir() string { return e.machineRoot("log") }

// StateDir is where the service keeps its data.
func (e Env) StateDir() string { return e.machineRoot("state") }

// ServiceSecrets is the file of the service's own secrets. It must be readable
// by the service alone.
func (e Env) ServiceSecrets() string { return e.join(e.StateDir(), "secrets.json") }

// ServiceCertificate is the file of the certificate that the service shows to
// pages, with its key. It must be readable by the service alone.
func (e Env) ServiceCertificate() string { return e.join(e.StateDir(), "tls.pem") }

// UserCertificate is that of a user who runs ctiagent in the foreground; ""
// when the environment names no home.
func (e Env) UserCertificate() string { return e.join(e.UserState(), "tls.pem") }

// UserState is the directory of the user's own data; "" when the environment
// names no home.
func (e Env) UserState() string { return e.userRoot("state") }

// UserSecrets is the file of the secrets of a user who runs ctiagent in the
// foreground; "" when the environment names no home.
func (e Env) UserSecrets() string { return e.join(e.UserState(), "secrets.json") }

// machineRoot answers the directory of one kind of machine-wide file.
func (e Env) machineRoot(kind string) string {
	switch e.GOOS {
	case "windows":
		root := e.absolute("ProgramData")
		if root == "" {
			root = `C:\ProgramData`
		}
		root = e.join(root, "ctiagent")
		switch kind {
		case "log":
			return e.join(root, "log")
		case "state":
			return e.join(root, "state")
		}
		return root
	case "darwin":
		if kind == "log" {
			return "/Library/Logs/ctiagent"
		}
		if kind == "state" {
			return "/Library/Application Support/ctiagent/state"
		}
		return "/Library/Application Support/ctiagent"
	}
	switch kind {
	case "log":
		return "/var/log/ctiagent"
	case "state":
		return "/var/lib/ctiagent"
	}
	return "/etc/ctiagent"
}

// userRoot answers the directory of one kind of the user's files, or "".
func (e Env) userRoot(kind string) string {
	switch e.GOOS {
	case "windows":
		// State stays on this machine: it must not roam to another one.
		if kind == "state" {
			return e.join(e.absolute("LOCALAPPDATA"), "ctiagent", "state")
		}
		return e.join(e.absolute("APPDATA"), "ctiagent")
	case "darwin":
		if kind == "state" {
			return e.join(e.absolute("HOME"), "Library", "Application Support", "ctiagent", "state")
		}
		return e.join(e.absolute("HOME"), "Library", "Application Support", "ctiagent")
	}
	if kind == "state" {
		if root := e.absolute("XDG_STATE_HOME"); root != "" {
			return e.join(root, "ctiagent")
		}
		return e.join(e.absolute("HOME"), ".local", "state", "ctiagent")
	}
	if root := e.absolute("XDG_CONFIG_HOME"); root != "" {
		return e.join(root, "ctiagent")
	}
	return e.join(e.absolute("HOME"), ".config", "ctiagent")
}

// absolute reads a variable that holds a directory. A relative one is ignored,
// as the XDG base directory rules ask: it would depend on where one stands.
func (e Env) absolute(name string) string {
	if e.Getenv == nil {
		return ""
	}
	v := e.Getenv(name)
	if e.GOOS == "windows" {
		drive := len(v) >= 3 && v[1] == ':' && (v[2] == '\\' || v[2] == '/')
		if drive || strings.HasPrefix(v, `\\`) {
			return strings.TrimRight(v, `\/`)
		}
		return ""
	}
	if !strings.HasPrefix(v, "/") {
		return ""
	}
	if trimmed := strings.TrimRight(v, "/"); trimmed != "" {
		return trimmed
	}
	return "/"
}

// join joins with the separator of e's system; "" when root is "".
func (e Env) join(root string, parts ...string) string {
	if root == "" {
		return ""
	}
	sep := "/"
	if e.GOOS == "windows" {
		sep = `\`
	}
	return strings.TrimSuffix(root, sep) + sep + strings.Join(parts, sep)
}

func (e Env) uid() string { return strconv.Itoa(e.UID) }

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
