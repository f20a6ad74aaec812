package cti

import (
	"context"
	"log/slog"
	"net/netip"
	"time"
)

// Driver is one vendor's support as data: a static table, listed without a
// session and bound to one by Open.
type Driver struct {
	Name    string // as in the configuration's use = "…"
	Title   string // as people write it
	Options []Option
	// Functions are the descriptions of every row, common verbs included.
	Functions []FuncInfo
	// Omitted are the common verbs this vendor lacks, each with its reason.
	Omitted []Omission
	Numbers NumberStyle
	// Blind says that the driver reports no calls, like a softphone steered by
	// switches: it gets wishes even where the desk knows no call that fits.
	Blind bool
	// Phone says that the driver is the agent's own telephone, on the desk or as
	// a program, and no PBX.
	Phone bool
	// Unverified says that no recording and no real server has confirmed the
	// driver yet.
	Unverified bool
	// FilesBy names the parts of CallFact.Contact without which the driver cannot
	// file what is said about a call. An outbox keeps these and no other.
	FilesBy []string
	Open    func(ctx context.Context, cfg Config, host Host) (Session, error)
	// Check tries what no link tells of, such as a database beside the PBX, and
	// answers in words for people what is wrong with it; tried is false where
	// nothing of the kind is configured. Nil where the vendor has nothing of it.
	Check func(ctx context.Context, cfg Config) (tried bool, err error)
}

// NumberStyle is how a driver wants numbers: as the local network writes them
// when all are false.
type NumberStyle struct {
	AreaWhenLocal bool // the area code also on numbers of the site's own area
	TrunkZero     bool // a leading 0 on every outside number
	CountryCode   bool // the country code on every number
	Plus          bool // a + in front of the country code
}

// Option is one key of a driver's [[driver]] block. It feeds the check of the
// configuration, the control page, the docs and redaction.
type Option struct {
	Name     string
	Kind     OptionKind
	Help     string // one English sentence
	Required bool
	Secret   bool
	Default  string
	Values   []string // the closed set of an enum
}

// OptionKind says how an option's value is checked.
type OptionKind string

// The kinds of option values.
const (
	OptionText    OptionKind = "text"
	OptionURL     OptionKind = "url"     // http or https
	OptionAddress OptionKind = "address" // host:port
	OptionSecret  OptionKind = "secret"  // secret:NAME, file:PATH, env:NAME or plain
	OptionInteger OptionKind = "integer"
	OptionBoolean OptionKind = "boolean"
	OptionEnum    OptionKind = "enum"
)

// Omission is a common verb a vendor lacks, with the reason in one English
// sentence that names document and section.
type Omission struct{ Verb, Reason string }

// Config is a driver's checked configuration: every value is in Options, of
// its kind, with secrets resolved.
type Config struct {
	Country, AreaCode string
	Values            map[string]string
}

// Get is the value of an option, "" when it is not set and has no default.
func (c Config) Get(name string) string { return c.Values[name] }

// Session is a driver at work for one desk.
type Session interface {
	// Actions are the bound rows. They may change while the session runs; an
	// [ActionsFact] says so.
	Actions() *Actions
	// Run reports facts until ctx ends or Close: links at any time, one
	// snapshot before any other fact, a fresh snapshot after every
	// reconnect. It blocks, reconnects by itself, and returns nil when it
	// was asked to stop. emit must not be called after Run returned. Run may
	// be called again after it returned, unless Close was called.
	Run(ctx context.Context, emit func(Fact)) error
	// Close ends Run and frees everything. It may be called twice, also
	// during Run.
	Close() error
}

// Host is what a driver may ask of the program around it.
type Host interface {
	// Desk says whose desk the session serves now. It may change between two
	// calls of Run, and is cheap.
	Desk() Target
	// Launch starts a program at the person's desk, with exactly these
	// arguments; unavailable when nobody's hand is attached.
	Launch(ctx context.Context, program string, args ...string) error
	// Receive opens a path on the receiver door for what the vendor calls,
	// until ctx ends, and answers its URL; unavailable while the door is
	// closed. Name is lower-case words with / between them, such as
	// vicidial/pop. Desks that open the same name are asked one after another
	// until one's handle says that the request is for its desk.
	Receive(ctx context.Context, name string, handle Handle) (url string, err error)
	Clock() Clock
	Log() *slog.Logger
}

// Received is one request on the receiver door. Everything in it comes from
// outside; the door has bounded it and checked the token in its path.
type Received struct {
	From   netip.Addr          // whose connection it is
	Values map[string][]string // of the query and of a form
	Type   string              // media type of Body
	Body   []byte              // of a POST that is no form, 64 KiB at most
}

// Reply is what whoever called the receiver door is shown.
type Reply struct {
	// Location is the http or https address a browser is sent to; "" is a page
	// that closes itself.
	Location string
}

// Handle takes what came on the receiver door; false says that it is for
// another desk. It must not block.
type Handle func(Received) (Reply, bool)

// Clock is time as drivers and desks know it, so that tests own it.
type Clock interface {
	Now() time.Time
	// AfterFunc runs f in its own goroutine once d has passed, unless stop
	// was called before; stop says whether it prevented that.
	AfterFunc(d time.Duration, f func()) (stop func() bool)
}

// RealClock is the system's time.
func RealClock() Clock { return realClock{} }

type realClock struct{}

func (realClock) Now() time.Time { return time.Now() }
func (realClock) AfterFunc(d time.Duration, f func()) func() bool {
	return time.AfterFunc(d, f).Stop
}

// Wait blocks until d has passed on the clock, or ctx ends, whose error it
// then returns.
func Wait(ctx context.Context, c Clock, d time.Duration) error {
	done := make(chan struct{})
	stop := c.AfterFunc(d, func() { close(done) })
	defer stop()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
