package tray

import (
	"slices"

	"ctiagent/cti"
)

// State is what the tray knows of the desk. Its zero value is a service that has not been reached.
type State struct {
	// Online says that the service is reached now. What else is known stays when it is lost, for it may be back at once.
	Online  bool
	Desk    cti.DeskState
	Reasons []cti.PauseReason
	Pages   []Page
}

// Page is a web page that may connect.
type Page struct {
	Origin string `json:"origin"`
	// Source is who allows it. What the configuration allows cannot be taken back here.
	Source string `json:"source"`
}

// configured is the source of a page that the configuration allows.
const configured = "configuration"

// Watched takes the answer to a watch: a whole desk, or none where the events since the last one seen are to follow.
func (s *State) Watched(d cti.DeskState) {
	s.Online = true
	if d.Calls == nil && d.Epoch == s.Desk.Epoch {
		return
	}
	s.Desk = d
}

// Apply takes one event. An event that was seen before changes nothing.
func (s *State) Apply(e cti.Event) {
	if e.Seq <= s.Desk.Seq {
		return
	}
	s.Desk.Seq = e.Seq
	switch {
	case e.Call != nil:
		s.call(e.Call)
	case e.Agent != nil:
		s.Desk.Agent = *e.Agent
	case e.Outbox != nil:
		s.Desk.Outbox = *e.Outbox
	case e.Driver != nil:
		if i := slices.IndexFunc(s.Desk.Drivers, func(d cti.DriverState) bool { return d.Name == e.Driver.Name }); i >= 0 {
			s.Desk.Drivers = slices.Clone(s.Desk.Drivers)
			s.Desk.Drivers[i] = *e.Driver
		}
	}
}

// keptRecent is how many ended calls are kept: enough for the numbers of the menu, when some numbers come often.
const keptRecent = 100

func (s *State) call(c *cti.Call) {
	same := func(o *cti.Call) bool { return o.ID == c.ID }
	i := slices.IndexFunc(s.Desk.Calls, same)
	if c.Live() {
		if i < 0 {
			s.Desk.Calls = append(slices.Clip(s.Desk.Calls), c)
			return
		}
		s.Desk.Calls = slices.Clone(s.Desk.Calls)
		s.Desk.Calls[i] = c
		return
	}
	if i >= 0 {
		s.Desk.Calls = slices.Delete(slices.Clone(s.Desk.Calls), i, i+1)
	}
	rest := slices.DeleteFunc(slices.Clone(s.Desk.Recent), same)
	s.Desk.Recent = append([]*cti.Call{c}, rest[:min(len(rest), keptRecent-1)]...)
}
