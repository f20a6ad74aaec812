// Package config reads the configuration, strictly: whatever it does not know
// or cannot use is an error that names file, line, key and what is allowed.
package config

import "net/netip"

// Config is the whole configuration, every value checked.
type Config struct {
	API      API
	Receiver Receiver
	Agent    Agent
	Drivers  []Driver
	Pops     []Pop
	Recipes  []Recipe
	Hotkey   Hotkey
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
	// TLS opens the page door on TLSPort too, with a certificate that
	// `ctiagent tls install` makes.
	TLS     bool
	TLSPort int
}

// Receiver is the door that dialers and telephones call.
type Receiver struct {
	// Enabled opens the door on loopback, for what the agent's browser calls.
	Enabled bool
	// Port is the TCP port on loopback, 1 to 65535.
	Port int
	// LAN is the one address of this computer that telephones reach, with a
	// port or else with Port. Empty: telephones cannot call.
	LAN string
	// Token stands in every path of the door, a reference of package secret or
	// plain text. Empty: one is made at the first start and kept. It is named
	// where many computers must share an address, as in a campaign's web form.
	Token string
}

// LANAddr is LAN as an address, the zero value when there is none.
func (r Receiver) LANAddr() netip.AddrPort {
	if a, err := netip.ParseAddr(r.LAN); err == nil {
		return netip.AddrPortFrom(a, uint16(r.Port))
	}
	a, _ := netip.ParseAddrPort(r.LAN) // checked when it was read
	return a
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
	// Ask asks the person first, where somebody can be asked.
	Ask bool
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
	// CallingHours are windows, each as ParseWindow reads it, in which numbers
	// may be dialled, on the clocks of the place that is called. Empty: always.
	CallingHours []string
	// CallingHoursFor is HoursForAll, or HoursForCampaign for what is dialled
	// for a campaign only.
	CallingHoursFor string
	// ForbidOrigins are pages that may not connect, whoever allowed them, and
	// about which nobody is asked.
	ForbidOrigins []string
	// Forbid names what nobody may dial: premium, international, another kind of
	// number, or digits with * at their end for all that begin so.
	Forbid []string
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
	// ExtensionMinDigits and ExtensionMaxDigits bound the length of an
	// extension; 0 leaves it to the dial plan.
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
func Default() Config {
	return Config{
		API:      API{Port: 21470, Pairing: PairingAsk, TLSPort: 21471},
		Receiver: Receiver{Port: 21472},
		Agent:    Agent{Country: "BR"},
		Links:    Links{Confirm: ConfirmRisky},
		Policy:   Policy{CallingHoursFor: HoursForAll},
		Limits: Limits{
			MessageBytes:         64 << 10,
			RequestsPerSecond:    20,
			Burst:                40,
			DialsPerSecond:       1,
			ConnectionsPerOrigin: 16,
			UnpairedConnections:  4,
			UnpairedSeconds:      60,
			PendingBytes:         1 << 20,
			LiveCalls:            32,
			WishJoinSeconds:      30,
			WishUnknownSeconds:   60,
		},
		Log: Log{Level: "info", Numbers: NumbersMasked},
	}
}
