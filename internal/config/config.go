// Package config reads the configuration, strictly: whatever it does not know
// or cannot use is an error that names file, line, key and what is allowed.
package config

// Config is the whole configuration, every value checked.
type Config struct {
	API      API
	Agent    Agent
	Drivers  []Driver
	Pops     []Pop
	Links    Links
	Policy   Policy
	Limits   Limits
	Log      Log
	Dialplan Dialplan
}

// API is the page door.
type API struct {
	// Port is the TCP port on loopback, 1 to 65535.
	Port int
	// Origins may connect without asking: scheme://host[:port], lower case.
	Origins []string
	// Pairing is PairingAsk or PairingOff.
	Pairing string
}

// Agent is the person at the desk.
type Agent struct {
	// ID is the agent as the vendor knows this person.
	ID string
	// Extension is the agent's telephone.
	Extension string
	// Country is an ISO 3166 code of two capital letters.
	Country string
	// AreaCode is put before local numbers, digits only.
	AreaCode string
	// Language is a language tag: pt-BR, es or en. Empty: the system's.
	Language string
}

// Driver is one [[driver]] table. Its keys depend on the driver and are checked
// by CheckDrivers.
type Driver struct {
	// Use is the driver's name, such as totalip.
	Use string
	// Values holds every key but use, as TOML gave it: string, int64, float64, bool or []any.
	Values map[string]any
	// File is where the table stands.
	File string
	// Line is the line of the table's header, from 1.
	Line int
	// Lines has the line of each key.
	Lines map[string]int
}

// Pop is one screen-pop rule.
type Pop struct {
	// On is offered, connected, ended, preview or callback.
	On string
	// Direction is inbound, outbound, internal, or empty for any.
	Direction string
	// Open is the address to open, http or https, with {placeholders}.
	Open string
}

// Links says what telephone links may do.
type Links struct {
	// Confirm is ConfirmAlways, ConfirmRisky or ConfirmNever.
	Confirm string
	// LoginLinks allows links that log an agent in.
	LoginLinks bool
}

// Policy is what the site decides.
type Policy struct {
	// Supervisors are the system users who may change what concerns the site.
	Supervisors []string
}

// Limits bounds what pages may ask for.
type Limits struct {
	// MessageBytes is the longest inbound message, in bytes.
	MessageBytes int
	// RequestsPerSecond is the steady rate per connection.
	RequestsPerSecond float64
	// Burst is how many requests may come at once, per connection.
	Burst int
	// DialsPerSecond is the rate of dialling per desk.
	DialsPerSecond float64
	// ConnectionsPerOrigin is how many connections one origin may hold.
	ConnectionsPerOrigin int
	// UnpairedConnections is how many connections may wait for pairing.
	UnpairedConnections int
	// UnpairedSeconds is how long an unpaired connection lives, in seconds.
	UnpairedSeconds int
	// PendingBytes is how much may wait for a slow page, in bytes.
	PendingBytes int
	// LiveCalls is how many calls one desk may have at once.
	LiveCalls int
	// WishJoinSeconds is how long a wish waits for its fact to join, in seconds.
	WishJoinSeconds int
	// WishUnknownSeconds is when a wish without a fact ends as unknown, in seconds.
	WishUnknownSeconds int
}

// Log is the program's log.
type Log struct {
	// Level is debug, info, warn or error.
	Level string
	// File is the log file; empty: none.
	File string
	// Numbers is NumbersMasked or NumbersFull.
	Numbers string
}

// Dialplan is how this site dials.
type Dialplan struct {
	// OutsidePrefix is dialled before outside numbers, digits only.
	OutsidePrefix string
	// ExtensionMinDigits and ExtensionMaxDigits bound the length of an extension.
	ExtensionMinDigits, ExtensionMaxDigits int
}

// The words of Config's closed choices.
const (
	PairingAsk = "ask"
	PairingOff = "off"

	ConfirmAlways = "always"
	ConfirmRisky  = "risky"
	ConfirmNever  = "never"

	NumbersMasked = "masked"
	NumbersFull   = "full"
)

// Default answers the configuration of an empty file.
func Default() Config { return Config{} }

// Parse reads one file's content; name is only for messages. The error is an Errors.
func Parse(name string, data []byte) (Config, error) { return Config{}, nil }

// Source is one place that configuration comes from.
type Source struct {
	// Path is the file, or with Policy the directory.
	Path string
	// Policy marks a directory of *.toml files, merged in name order, that win over every file.
	Policy bool
	// Optional: nothing there is no error.
	Optional bool
	// Data is the content, when it is at hand and Path is only its name.
	Data []byte
}

// Provenance maps a key path such as api.port or driver[0].url to the file it
// comes from. Keys that no file has are absent: they have their default.
type Provenance map[string]string

// Load reads and merges sources. The error is an Errors, or a *fs.PathError
// wrapped with what was being read.
func Load(sources []Source) (Config, Provenance, error) { return Config{}, nil, nil }

// Error is one problem of one key.
type Error struct {
	// File is where the key stands.
	File string
	// Line and Column count from 1; 0 when the key is missing altogether.
	Line, Column int
	// Key is the key's path, such as api.port.
	Key string
	// Message is the English sentence.
	Message string
	// Nearest is the known word nearest to an unknown one, or "".
	Nearest string
	// Allowed lists what is allowed, where that is a list.
	Allowed []string
	// ID and Args are for i18n.T.
	ID   string
	Args map[string]any
}

// Error answers the English sentence with file and line.
func (e *Error) Error() string { return e.Message }

// Errors is every problem found, in the order of the files.
type Errors []*Error

// Error answers one line per problem.
func (e Errors) Error() string { return "" }

// Option is one key of a driver.
type Option struct {
	Name string
	// Kind is one of the Kind constants.
	Kind     string
	Required bool
	// Values are the words of KindEnum.
	Values  []string
	Default string
}

// The kinds of Option.
const (
	KindText    = "text"
	KindURL     = "url"
	KindAddress = "address"
	KindSecret  = "secret"
	KindInteger = "integer"
	KindBoolean = "boolean"
	KindEnum    = "enum"
)

// CheckDrivers checks the keys of every driver against its options. names, when
// given, are all the drivers there are, so that a misspelt one can be named.
func (c *Config) CheckDrivers(options func(use string) (known []Option, ok bool), names ...string) error {
	return nil
}

// Entry is one effective setting.
type Entry struct {
	Key    string `json:"key"`
	Value  any    `json:"value"`
	Source string `json:"source"`
}

// Show lists the effective settings in the order of Config, secrets as ***.
// options may be nil: then no value of a driver is shown.
func Show(c Config, p Provenance, options func(use string) (known []Option, ok bool)) []Entry {
	return nil
}
