package cti

import "time"

// joinCalls is how long after a call began, or was answered, another driver's
// call to the same number is taken for the same one.
const joinCalls = 30 * time.Second

// joinable is the call a fact with a new ref is about: first a wish of ours,
// oldest first, then a call another driver told of.
func (f *folding) joinable(c CallFact) *Call {
	for _, k := range f.t.Calls {
		if k.wish != nil && k.RefOf(f.in.Driver) == "" && c.Direction != Inbound && !f.in.At.After(k.wish.joinUntil) && SameNumber(c.Number, k.wish.dialed) {
			return k
		}
	}
	var nameless []*Call
	for _, k := range f.t.Calls {
		switch {
		case k.RefOf(f.in.Driver) != "":
		case f.agentLeg(k, c):
			return k
		case len(k.Refs) == 0 || c.Direction != "" && c.Direction != k.Direction || !f.fresh(k):
		case c.Number == "" || k.Remote.Raw == "":
			nameless = append(nameless, k)
		case SameNumber(c.Number, k.Remote.Raw):
			return k
		}
	}
	// A phone may ring without telling who calls; the only call it can be, it is.
	if len(nameless) == 1 {
		return nameless[0]
	}
	return nil
}

// fresh says whether a call is young enough to be met by another driver: still
// unanswered, or begun or answered a short while ago.
func (f *folding) fresh(k *Call) bool {
	since := k.StartedAt.Time
	if k.AnsweredAt.After(since) {
		since = k.AnsweredAt.Time
	}
	unanswered := k.State == Dialing || k.State == Ringing
	return unanswered && k.wish == nil || f.in.At.Sub(since) <= joinCalls
}

// agentLeg says whether a fact is the agent's own telephone ringing because the
// PBX calls it first: inbound at a driver further down, while a call is being
// dialled, from the number dialled, from the agent's own extension or from
// nobody.
func (f *folding) agentLeg(k *Call, c CallFact) bool {
	upper := k.Via
	if len(k.Refs) > 0 {
		upper = k.Refs[0].Driver
	}
	return c.Direction == Inbound && k.Direction == Outbound && k.State == Dialing && f.in.Driver != upper &&
		f.t.rank(upper) < f.t.rank(f.in.Driver) && f.in.At.Sub(k.StartedAt.Time) <= joinCalls &&
		(c.Number == "" || c.Number == f.t.Agent.Extension || SameNumber(c.Number, k.Remote.Raw) || SameNumber(c.Number, k.To))
}

// isAgentLeg says whether a fact of a joined call is about the agent's leg.
func isAgentLeg(k *Call, c CallFact) bool { return c.Direction == Inbound && k.Direction == Outbound }
