package cti

import "encoding/json"

// Wish is what somebody asks of a desk: a method of the local API, be it a
// common verb or a vendor's own function, with its JSON parameters.
type Wish struct {
	Method string
	Params json.RawMessage
	// Origin is the exact origin of the page that asks, "" for a program of
	// the person's own.
	Origin string
	// Foreign says that Origin is not our own.
	Foreign bool
	// Language is the person's, a language tag; "" is English.
	Language string
	// Supervisor says that policy lets this person act for other desks. The
	// door has checked it.
	Supervisor bool
	// PhoneFirst asks the agent's own telephone before any other driver, where
	// the desk has one.
	PhoneFirst bool
	// Progress is told of long work; nil when nobody listens.
	Progress func(done, total int64)
}

// Person is an operating-system user: whose desk it is.
type Person struct {
	ID   string // the numeric user id, on Windows the SID
	Name string // the account's name
}
