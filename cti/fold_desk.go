package cti

import "slices"

// The desk's own facts: wishes, verbs and time.

func (f *folding) wish(w WishFact) {
	k := &wish{driver: f.in.Driver, dialed: w.Dialed, joinUntil: f.in.At.Add(w.JoinWithin), endAt: f.in.At.Add(w.EndAfter)}
	for _, c := range f.t.Calls {
		if c.ID == w.ID {
			n := *c
			n.Via, n.To, n.wish = f.in.Driver, w.Dialed, k
			f.replace(c, &n, "")
			return
		}
	}
	f.add(&Call{ID: w.ID, Direction: Outbound, State: Dialing, From: w.CallerID, To: w.Dialed,
		Remote: Remote{Raw: w.Raw, E164: w.E164}, Campaign: w.Campaign, Data: w.Data, Via: f.in.Driver,
		StartedAt: At(f.in.At), wish: k})
}

func (f *folding) wishSent(w WishSentFact) {
	c := f.live(w.ID)
	if c == nil || w.Ref == "" || c.RefOf(f.in.Driver) != "" {
		return
	}
	if f.known(w.Ref) != nil || f.endedBefore(w.Ref) {
		return // the ref has its call; a ref names one call only
	}
	n := *c
	f.join(&n, w.Ref)
	n.wish = c.wish // until the driver tells of the call, too
	f.replace(c, &n, "")
}

func (f *folding) wishFailed(w WishFailedFact) {
	c := f.live(w.ID)
	if c == nil || c.wish == nil || w.Open {
		return
	}
	n := *c
	f.end(c, &n, EndFailed)
}

func (f *folding) live(id string) *Call {
	for _, c := range f.t.Calls {
		if c.ID == id {
			return c
		}
	}
	return nil
}

func (f *folding) can(c CanFact) {
	can := make(map[string]bool, len(c.Verbs))
	for _, v := range c.Verbs {
		can[v] = true
	}
	f.t.can, f.rights = can, true
	for _, c := range slices.Clone(f.t.Calls) {
		if !slices.Equal(c.Actions, legal(c, can)) {
			n := *c
			f.replace(c, &n, "")
		}
	}
}

func (f *folding) tick() {
	for _, c := range slices.Clone(f.t.Calls) {
		if c.wish != nil && !f.in.At.Before(c.wish.endAt) {
			n := *c
			f.end(c, &n, EndUnknown)
		}
	}
}

// agent folds what a driver tells of the agent. The driver highest in the
// stack that ever told rules while its link stands.
func (f *folding) agent(a AgentFact) {
	outranked := f.t.agentFrom != "" && f.t.agentFrom != f.in.Driver &&
		f.t.rank(f.t.agentFrom) < f.t.rank(f.in.Driver) && f.t.linkOf(f.t.agentFrom) == LinkConnected
	if outranked && f.in.Driver != "" {
		return
	}
	if !outranked {
		f.t.agentFrom = f.in.Driver
		if a.State != "" {
			f.t.base, f.t.reason = a.State, a.Reason
			f.rights = true
		}
	}
	told := f.t.Agent
	set := func(to *string, from string) {
		// Who sits here is the desk's to say where no driver has said it.
		if from != "" && (!outranked || *to == "") {
			*to = from
		}
	}
	set(&told.ID, a.ID)
	set(&told.Extension, a.Extension)
	set(&told.Name, a.Name)
	if told.ID != f.t.Agent.ID || told.Extension != f.t.Agent.Extension || told.Name != f.t.Agent.Name {
		f.t.Agent = told
		f.renamed = true
	}
}

// settleAgent works out the agent's state from what the PBX told and from the
// calls, and tells of it when it changed.
func (f *folding) settleAgent() {
	a := f.t.Agent
	a.State, a.Reason = f.t.base, f.t.reason
	for _, c := range f.t.Calls {
		switch {
		case c.State == Ringing && c.Direction != Outbound:
			if a.State != AgentOnCall {
				a.State, a.Reason = AgentRinging, ""
			}
		case c.State == Dialing || c.State == Ringing || c.State == Connected || c.State == Held:
			a.State, a.Reason = AgentOnCall, ""
		}
	}
	old := f.t.Agent
	moved := a.State != old.State || a.Reason != old.Reason
	if !moved && !f.renamed && !f.rights {
		return
	}
	a.Actions = legalAgent(f.t.base, f.t.can)
	if !moved && !f.renamed && slices.Equal(a.Actions, old.Actions) {
		return
	}
	if moved || a.Since.IsZero() {
		a.Since = At(f.in.At)
	}
	f.t.Agent = a
	f.emit(Event{Type: EventAgentChanged, Agent: &a})
}
