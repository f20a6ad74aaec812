// Package paths names every file, directory and socket of ctiagent on every
// system it runs on, decided from the system's name and environment alone.
package paths

// Env is what a path depends on. The methods are pure functions of it, except
// EnsureUserSocketDir, so that one system can test the paths of another.
type Env struct {
	// GOOS is the system: "linux", "windows", "darwin".
	GOOS string
	// Getenv reads an environment variable; "" when unset.
	Getenv func(string) string
	// UID is the user's number; -1 on Windows.
	UID int
	// UserName is the user's name, on Windows the user's SID.
	UserName string
	// IsDir tells whether a directory exists. Nil means that none does.
	IsDir func(string) bool
}

// Current answers the environment of this process.
func Current() Env { return Env{} }

// MachineConfig is the configuration file of the machine.
func (e Env) MachineConfig() string { return "" }

// UserConfig is the configuration file of the user; "" when no home is known.
func (e Env) UserConfig() string { return "" }

// PolicyDir is the directory whose *.toml files only administrators write.
func (e Env) PolicyDir() string { return "" }

// ServiceSocket is the program door of the system service.
func (e Env) ServiceSocket() string { return "" }

// UserSocket is the program door of a ctiagent run in the foreground.
func (e Env) UserSocket() string { return "" }

// EnsureUserSocketDir makes and checks the directory of UserSocket and answers it.
func (e Env) EnsureUserSocketDir() (string, error) { return "", nil }

// LogDir is where the service writes its log files.
func (e Env) LogDir() string { return "" }

// StateDir is where the service keeps its data.
func (e Env) StateDir() string { return "" }

// ServiceSecrets is the file with the service's own secrets.
func (e Env) ServiceSecrets() string { return "" }

// UserState is the directory for the user's own data; "" when no home is known.
func (e Env) UserState() string { return "" }
