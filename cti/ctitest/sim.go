package ctitest

import (
	"testing"
	"time"

	"ctiagent/cti"
)

// Subject is a driver with all that the laws need to try it.
type Subject struct {
	Driver cti.Driver
	// New starts a fresh simulator and ends it by t.Cleanup. h is the host
	// that the driver will be opened with: a driver whose wire is the host
	// itself (a softphone by switches, a phone that calls the receiver door)
	// is simulated through h.OnLaunch and h.OpenReceiver.
	New func(t testing.TB, h *Host) Sim
	// Waivers are the laws this driver need not pass, each with its reason. A
	// waived law is tried all the same, and it fails the test when it passes.
	Waivers map[Law]string
	// Patience is how long a law waits for something to happen before it
	// fails; 0 means ten seconds.
	Patience time.Duration
	// Speed is how many times faster than real time the driver's clock runs,
	// so that back-off costs little; 0 means ten. Lower it for a driver that
	// puts the time-outs of its answers on the clock.
	Speed int
}

// Sim is one vendor's simulator as the laws drive it. Its state is one
// consistent PBX: all sessions opened on it see the same. Its methods may be
// called from any goroutine, and each is in force when it returns.
type Sim interface {
	// Config opens the driver with the right credentials. Where the driver
	// takes a secret, that secret contains [Canary].
	Config() cti.Config
	// WrongConfig is Config with a wrong secret, which contains Canary too.
	WrongConfig() cti.Config
	// Target is the desk the laws act for: its agent is logged in, ready, and
	// in no call.
	Target() cti.Target
	// Samples are functions the simulator answers well, at least one that is
	// not Observe, and one Observe where the driver has any. The more there
	// are, the more the laws try.
	Samples() []Sample
	// Requests names every request the simulator has read so far, oldest
	// first, however it was answered: vendor's words without parameters, the
	// same words as Sample.Wire. What the driver only listens to is no
	// request.
	Requests() []string
	// Ring makes a customer call the target, from the number. It answers nil
	// where the vendor shows no calls at all.
	Ring(number string) Call
	// CutLink breaks every link the driver holds open and refuses new ones
	// until RestoreLink; calls at the PBX go on meanwhile.
	CutLink()
	RestoreLink()
	// DropAfterRead makes the simulator read the next request of that name
	// whole and then close the connection without a byte of answer.
	DropAfterRead(wire string)
	// HangAfterRead makes the simulator read the next request of that name
	// whole and then neither answer nor close. read is closed once it has
	// been read. Ending the simulator ends the hanging.
	HangAfterRead(wire string) (read <-chan struct{})
}

// Call is one simulated call. The vendor may first show it when it is answered.
type Call interface {
	Answer() // the agent takes it
	Hangup() // it ends, at either end
}

// Sample is one function with parameters that a fresh simulator accepts.
type Sample struct {
	Name string // of the function
	In   any    // pointer to its parameters; nil means empty ones
	// Wire is the name of the request that does it, as Sim.Requests says it;
	// it is sent exactly once. Requests of other names may go before it.
	Wire string
	// After are the samples, by name, that must be done before, in order.
	After []string
	// OnCall says that it acts on an answered call.
	OnCall bool
	// Open says that it needs no credentials, so a wrong password is no
	// obstacle to it.
	Open bool
}

// Canary is the secret that must never come out of a driver.
const Canary = "canary7Qz31secret"

// Law names a law. The names stand in test output and in waivers.
type Law string

// The laws every driver must pass.
const (
	// LawVerbs: every common verb is served or omitted, not both, and every
	// omission has its reason.
	LawVerbs Law = "every verb is served or omitted with its reason"
	// LawDeclared: what is declared is bound and answered, and nothing else.
	// Rows are sorted by name, unique, and have a title and a source.
	LawDeclared Law = "declared is answered and answered is declared"
	// LawUnsupported: what the driver does not serve is unsupported, and the
	// PBX never hears of it.
	LawUnsupported Law = "unsupported touches no wire"
	// LawSnapshot: nothing but links comes before one snapshot, in every run.
	LawSnapshot Law = "one snapshot comes first"
	// LawRefs: a call has one ref, never empty, never used again.
	LawRefs Law = "a call keeps its ref"
	// LawEnds: a call is told to have ended once, and never told of after.
	LawEnds Law = "a call ends exactly once"
	// LawSilence: no fact after Run returned, whatever made it return.
	LawSilence Law = "nothing comes after Run returned"
	// LawFold: the facts folded are what a later snapshot shows.
	LawFold Law = "folded facts equal a later snapshot"
	// LawCancel: a wish and a run whose context ends return, the wish as
	// canceled, saying whether it may have been sent.
	LawCancel Law = "cancel returns in time"
	// LawClose: Close may come twice, at once, and during Run, which ends.
	LawClose Law = "close may come twice and during run"
	// LawLeaks: after Close neither goroutine nor timer is left.
	LawLeaks Law = "no goroutine and no timer is left"
	// LawLink: a cut link is told; when it is back, so is a fresh snapshot,
	// without calls that ended meanwhile and with those that go on.
	LawLink Law = "a cut link comes back without ghost calls"
	// LawPassword: a wrong password is unauthorized, and not tried again.
	LawPassword Law = "a wrong password is not tried again"
	// LawOnce: what is not Observe reaches the wire at most once, also when
	// the connection dies before the answer, and the error says so.
	LawOnce Law = "a wish reaches the wire at most once"
	// LawSecret: a secret never reaches log, error, fact, answer or
	// description.
	LawSecret Law = "a secret stays secret"
)
