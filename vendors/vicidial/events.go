package vicidial

import (
	"context"
	"crypto/rand"
	"errors"
	"net/url"
	"strings"

	"ctiagent/cti"
)

// The event_type words that say something about calls and the agent: the server's WEBSOCKETS_SUPPORT document, and vicidial.php
// read. The others are taken and mean nothing here.
const (
	eventLoggedIn  = "logged_in"
	eventLoggedOut = "logged_out"
	eventReady     = "state_ready"
	eventPaused    = "state_paused"
	eventDialed    = "call_dialed" // number, type
	eventAnswered  = "call_answered"
	eventDead      = "call_dead"
	eventDispo     = "dispo_set"
)

// What a page may send with one event.
const (
	longestType = 64
	mostFields  = 60
)

// agentEvent takes one event of the agent's page, which the hook in options.php forwards.
func (s *session) agentEvent(_ context.Context, r cti.Req[EventIn]) (None, error) {
	op := AgentEventOfAPage.Name
	agent, e := s.agent(op, r.Target, r.In.Agent)
	switch {
	case e != nil:
		return None{}, e
	case s.opts.road != roadHook:
		return None{}, s.fails.Make(cti.Refused, op, "agent_events in the configuration is "+s.opts.road+", not hook", cti.NotSent, nil)
	case !isMadeOf(r.In.Type, wordChars, 1, longestType):
		return None{}, s.bad(op, "the parameter event_type must be 1 to 64 letters, digits, - and _")
	case len(r.In.Message) > 4*longestText || len(r.In.Lead) > mostFields:
		return None{}, s.bad(op, "the event is larger than one of VICIdial's page can be")
	}
	for name, v := range r.In.Lead {
		if len(name) > longestType || len(v) > 4*longestText {
			return None{}, s.bad(op, "the parameter lead holds a field larger than a column")
		}
	}
	s.book(agent).heard(agent, r.In)
	s.stir()
	return None{}, nil
}

// heard files an event. The page promises no order, so what belongs to a call that is over changes nothing.
func (b *book) heard(agent string, in EventIn) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.agent.ID = agent
	switch in.Type {
	case eventLoggedIn:
		b.agent.State, b.agent.Reason = cti.AgentPaused, ""
	case eventLoggedOut:
		b.endCall()
		b.agent.State, b.agent.Reason = cti.AgentOffline, ""
	case eventReady:
		b.agent.State, b.agent.Reason = cti.AgentReady, ""
	case eventPaused:
		b.agent.State = cti.AgentPaused
	case eventDialed:
		number, _, _ := strings.Cut(strings.TrimSpace(in.Message), " ")
		b.endCall()
		b.call = &call{ref: "page-" + rand.Text(), direction: cti.Outbound, number: phoneOf(number), state: cti.Dialing}
	case eventAnswered:
		b.answered(strings.TrimSpace(in.Message), in.Lead)
	case eventDead:
		if id := strings.TrimSpace(in.Message); b.call != nil && (id == "" || id == b.call.id) {
			b.turn(cti.Wrapup)
			b.agent.State, b.agent.Reason = cti.AgentWrapup, ""
		}
	case eventDispo:
		b.endCall()
	}
}

// answered files the call that the page shows now. With the mutex held.
func (b *book) answered(id string, lead map[string]string) {
	if id == "" || len(id) > longestType || !isCall(id) || b.over(id) {
		return
	}
	if b.call != nil && b.call.id != "" && b.call.id != id {
		b.endCall()
	}
	if b.call == nil {
		b.call = &call{ref: id, direction: directionOf(id)}
	}
	c := b.call
	c.id = id
	if number := phoneOf(lead["phone_number"]); number != "" && c.number == "" {
		c.number = number
	}
	if len(lead) > 0 {
		c.contact, c.lead = shown(lead), lead["lead_id"]
		c.display = strings.TrimSpace(lead["first_name"] + " " + lead["last_name"])
	}
	b.turn(cti.Connected)
}

// phoneOf is a number from outside, if it is one.
func phoneOf(text string) string {
	if !isMadeOf(text, digits+"*#+", 1, 32) {
		return ""
	}
	return text
}

// WebFormName is the path of the Web Form on the receiver door.
const WebFormName = "vicidial/pop"

// openDoor takes the Web Form's visits while Run lasts.
func (s *session) openDoor(ctx context.Context) error {
	_, err := s.host.Receive(ctx, WebFormName, s.pop)
	if err != nil {
		e := cti.AsError(err)
		return s.fails.Make(e.Kind, "agent.state", "the Web Form cannot reach ctiagent: "+e.Text, cti.NotSent, errors.Unwrap(err))
	}
	return nil
}

// pop takes one visit: the query that the Web Form's address was filled with. A visit for another agent is not for this desk.
func (s *session) pop(in cti.Received) (cti.Reply, bool) {
	fields := map[string]string{}
	for name, values := range in.Values {
		if len(values) > 0 && len(name) <= longestType && len(values[0]) <= 4*longestText && len(fields) < mostFields {
			fields[name] = values[0]
		}
	}
	agent := s.host.Desk().Agent
	if agent == "" || !strings.EqualFold(fields["user"], agent) {
		return cti.Reply{}, false
	}
	id := fields["call_id"]
	if isMadeOf(id, wordChars, 1, longestType) {
		b := s.book(agent)
		b.mu.Lock()
		b.agent.ID = agent
		delete(fields, "user")
		delete(fields, "call_id")
		b.answered(id, fields)
		b.mu.Unlock()
		s.stir()
	}
	if s.opts.goTo == "" {
		return cti.Reply{}, true
	}
	to, err := goal(s.opts.goTo, in.Values)
	if err != nil {
		s.log.Warn("the Web Form's window is closed, for its address did not come out", "driver", driverName)
		return cti.Reply{}, true
	}
	return cti.Reply{Location: to}, true
}

// goal fills {field} in an address with what the Web Form sent; values stand encoded, so they cannot leave their place.
func goal(template string, values map[string][]string) (string, error) {
	text, rest := "", template
	for {
		before, after, found := strings.Cut(rest, "{")
		name, behind, ended := strings.Cut(after, "}")
		if text += before; !found {
			break
		}
		if !ended || !isMadeOf(name, "abcdefghijklmnopqrstuvwxyz_"+digits, 1, longestType) {
			return "", errGoal
		}
		if v := values[name]; len(v) > 0 {
			text += url.QueryEscape(v[0])
		}
		rest = behind
	}
	u, err := url.Parse(text)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || strings.Contains(u.Host, "%") {
		return "", errGoal
	}
	// The host must stand in the template itself: a number must not choose where the window goes.
	if base, _, _ := strings.Cut(template, "{"); !strings.HasPrefix(base, u.Scheme+"://"+u.Host) {
		return "", errGoal
	}
	return text, nil
}

var errGoal = errors.New("not an address")
