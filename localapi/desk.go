package localapi

import (
	"context"

	"ctiagent/cti"
)

// Desk is one agent's working place as the doors need it. All methods may be
// called concurrently.
type Desk interface {
	// State is the snapshot of this moment.
	State() cti.DeskState
	// Watch answers the state and calls f with every batch of events after
	// it: in order, without a gap, never twice at once. f must not block and
	// must not call the desk. After stop has returned, f is not called.
	Watch(f func([]cti.Event)) (state cti.DeskState, stop func())
	// Since answers the events after seq, and whether all of them are still
	// held and the epoch is this one.
	Since(epoch string, after uint64) ([]cti.Event, bool)
	// Method describes a method this desk answers: a common verb, a method
	// of the desk itself, or a vendor's own function.
	Method(name string) (cti.FuncInfo, bool)
	// Verbs are the names of the common verbs its drivers handle now, sorted.
	Verbs() []string
	// Do carries out a wish. What is not Observe goes on when ctx ends.
	Do(ctx context.Context, w cti.Wish) (any, error)
	// AddPage tells of a page that can show a screen pop; pop answers
	// whether the page showed it.
	AddPage(id string, pop func(ctx context.Context, p cti.Pop) (shown bool, err error))
	// ClaimPop says whether a page that is asked to show a screen pop shall
	// still do so: never two pages of one pop.
	ClaimPop(page, claim string) bool
	// AddExtension is AddPage for the extension of a browser, which shows
	// what no page shows.
	AddExtension(id string, pop func(ctx context.Context, p cti.Pop) (shown bool, err error))
	// TakePop says whether an extension shall show the customer of a live
	// call by a rule of its own: once for each call, whoever asks.
	TakePop(call string) bool
	// FocusPage tells which page the person looks at.
	FocusPage(id string, visible, focused bool)
	// RemovePage tells that a page is gone.
	RemovePage(id string)
	// Seat tells who sits at the desk, as far as the person says; while an
	// agent is logged in it changes nothing.
	Seat(who cti.Target)
	Outbox
}

// OpenDesk answers the desk of a person and holds it open until release is
// called, once. It is unavailable for people the program does not serve.
type OpenDesk func(ctx context.Context, p cti.Person) (d Desk, release func(), err error)

// FindDesk answers whose desk stands open under an account's name or id, and holds it open until release is called, once. It
// opens none: an administrator looks after people who are there. errors.Is(err, cti.NotFound) when there is no such desk.
type FindDesk func(name string) (p cti.Person, d Desk, release func(), err error)
