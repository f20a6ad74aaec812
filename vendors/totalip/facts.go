package totalip

import (
	"cmp"

	"ctiagent/cti"
)

// read takes bytes of the event socket.
func (w *watch) read(b []byte) {
	w.cancel(dueFlush)
	w.split.add(b, w.take)
	if n := w.split.takeDropped(); n > 0 {
		w.s.log.Warn("an overlong line on the event socket was dropped", "bytes", n)
	}
	if w.split.waiting() {
		w.after(dueFlush, quietEnd)
	}
	w.arm()
}

// take handles one line. Lines of other extensions are the common case and are let go before they are read whole.
func (w *watch) take(text string) {
	_, rest, ok := tagOf(text)
	if ok {
		if ext, _, ok := cutFirst(rest); ok && ext != w.ext {
			return
		}
	}
	l, err := parseLine(text)
	switch {
	case err != nil: // its words may be a customer's, so the log has none of them
		w.s.log.Debug("a line of the event socket was ignored", "reason", err, "bytes", len(text))
		return
	case l.extension != w.ext || w.ext == "":
		return
	}
	w.s.events.Tell(eventOf(l))
	switch {
	case w.live:
		w.event(l)
	default:
		w.early = append(w.early, l)
		if len(w.early) > mostLive { // the snapshot is not coming, and it will tell better
			w.early = w.early[1:]
		}
	}
}

// event turns a line of the desk's own extension into facts.
func (w *watch) event(l line) {
	book := w.s.book
	switch l.tag {
	case tagActive:
		w.fulfilled(l.phone)
		// Whether the line means that it rings or that somebody answered, manual 002, 1.2.1.1 does not say: "está fazendo
		// uma ligação". It is taken as dialing, and status_ramal decides.
		w.tell(book.named(l.ref, cti.Outbound, l.phone, w.now()), cti.CallFact{State: cti.Dialing, From: w.ext, To: l.phone})
	case tagReceived:
		w.tell(book.named(l.ref, cti.Inbound, l.from, w.now()), cti.CallFact{State: cti.Connected, From: l.from, To: l.to})
	case tagDialer:
		f := cti.CallFact{State: cti.Connected, From: l.phone, To: w.ext, Campaign: l.campaign, Contact: contact(l.param1, l.param2)}
		w.tell(book.named(l.ref, cti.Inbound, l.phone, w.now()), f)
	case tagHangup:
		k := book.byCode(l.ref)
		if k == nil && !book.ended[l.ref] && len(book.live) == 1 && book.live[0].code == "" {
			k = book.live[0] // the one call whose code no line has told
		}
		w.finish(k)
	case tagPreview:
		w.s.contacts.show(customer{number: l.phone, campaign: l.campaign, param1: l.param1})
		w.emit(cti.PreviewFact{Contact: shown(l)})
	case tagCallback:
		w.s.contacts.show(customer{number: l.phone, campaign: l.campaign, param1: l.param1})
		w.emit(cti.CallbackFact{Contact: shown(l)})
	case tagStatus:
		w.s.statusTold()
		w.lines++
		state, reason := w.s.agentOf(l.statusID, l.statusName)
		w.tellAgent(cti.AgentFact{Extension: w.ext, State: state, Reason: reason})
	}
}

// finish ends a call. Why, the line does not say: what was dialled and not answered ends as unknown.
func (w *watch) finish(k *known) {
	if k == nil {
		return
	}
	switch k.state {
	case cti.Connected:
		w.finishAs(k, cti.EndCompleted)
	case cti.Ringing:
		w.finishAs(k, cti.EndNoAnswer)
	default:
		w.finishAs(k, cti.EndUnknown)
	}
}

func (w *watch) finishAs(k *known, why cti.EndReason) {
	w.s.book.end(k)
	w.emit(cti.CallFact{Ref: k.ref, State: cti.Ended, Direction: k.direction, EndReason: why})
}

// tell completes a fact with what the book knows of its call, remembers its state and emits it. A nil call has ended.
func (w *watch) tell(k *known, f cti.CallFact) {
	if k == nil {
		return
	}
	w.emit(w.complete(k, f))
	if old := w.s.book.surplus(); old != nil {
		w.finishAs(old, cti.EndUnknown)
	}
}

func (w *watch) complete(k *known, f cti.CallFact) cti.CallFact {
	f.Ref, f.Direction, f.Number = k.ref, k.direction, k.number
	if k.state == cti.Connected {
		f.State = cti.Connected // a late line does not take an answer back
	}
	k.state = f.State
	who := w.s.contacts.learn(k.ref, customer{code: k.code, number: k.number, campaign: f.Campaign, param1: f.Contact[param1Name]})
	if f.Campaign == "" && who.campaign != "" { // shown before it was dialled
		f.Campaign, f.Contact = who.campaign, map[string]string{param1Name: who.param1}
	}
	return f
}

func (w *watch) tellAgent(a cti.AgentFact) {
	if a != w.agent {
		w.agent = a
		w.emit(a)
	}
}

// snapshot tells everything status_ramal shows; nil is that nothing can be asked. It shows one call, so of several
// calls on one extension all but that one end here as unknown.
func (w *watch) snapshot(st *ExtensionStatus) {
	f := cti.SnapshotFact{}
	var k *known
	if st != nil {
		if st.inCall() {
			k = w.callOf(*st, true)
		} else if st.ringing() && w.s.opts.ringingPoll > 0 && !w.wished() {
			k = w.ringing()
		}
		agent := w.agentIn(*st)
		w.agent = agent
		f.Agent = &agent
	}
	w.s.book.only(k)
	if k != nil {
		f.Calls = []cti.CallFact{w.complete(k, factOf(*st, w.ext))}
		k.seen, k.missing, k.fromSnapshot = true, 0, true
	}
	w.synced = true
	w.emit(f)
}

// look compares an answer of status_ramal with what is known. Without current, a line has told of the agent since it was asked.
func (w *watch) look(st ExtensionStatus, p purpose, current bool) {
	book := w.s.book
	if st.inCall() {
		k := w.callOf(st, false)
		if k == nil {
			return
		}
		k.seen, k.missing = true, 0
		if r := book.ringing(); r != nil && r != k && r.code == "" {
			w.finishAs(r, cti.EndNoAnswer) // the phone does not ring any more, and no line tells of one nobody took
		}
		if f := factOf(st, w.ext); k.state != cti.Connected && k.state != f.State {
			w.tell(k, f)
		}
		return
	}
	switch ringing := book.ringing(); {
	case st.ringing() && ringing == nil && p == forRinging && w.idle():
		w.tell(w.ringing(), factOf(st, w.ext))
	case !st.ringing() && ringing != nil && ringing.code == "":
		w.finishAs(ringing, cti.EndNoAnswer)
	}
	switch p {
	case forDialing:
		w.lookAfterDialing()
	case forSettling:
		// The call of the snapshot is over, and its <H> line came before the system took the connection.
		w.finish(book.find(func(k *known) bool { return k.fromSnapshot }))
	}
	if !current {
		w.again = w.asking[forAgent]
		w.ask(forAgent)
		return
	}
	if p == forAgent {
		w.agent = cti.AgentFact{} // somebody wants to know, also that nothing changed
	}
	w.tellAgent(w.agentIn(st))
}

// lookAfterDialing ends a call that status_ramal has shown and shows no more, twice in a row: its <H> line is lost.
func (w *watch) lookAfterDialing() {
	k := w.s.book.find(func(k *known) bool { return k.state == cti.Dialing && k.seen })
	if k == nil {
		return
	}
	if k.missing++; k.missing > 1 {
		w.finish(k)
	}
}

// callOf finds or opens the call that status_ramal shows; nil is a call that has ended, or one whose code neither this
// answer nor a line has told and that is not to be opened.
func (w *watch) callOf(st ExtensionStatus, open bool) *known {
	book, d := w.s.book, cti.Inbound
	number := cmp.Or(st.From, st.Number)
	if st.Kind == "ativa" {
		d, number = cti.Outbound, st.Number
		w.fulfilled(number)
	}
	if st.Call != "" {
		return book.named(st.Call, d, number, w.now())
	}
	if k := book.byNumber(number); k != nil || !open {
		return k
	}
	return book.mint(d, number, w.now())
}

// ringing is the call of a phone that rings; the look shows neither code nor number.
func (w *watch) ringing() *known {
	if k := w.s.book.ringing(); k != nil {
		return k
	}
	return w.s.book.mint(cti.Inbound, "", w.now())
}

// factOf is what status_ramal says of the call it shows.
func factOf(st ExtensionStatus, ext string) cti.CallFact {
	switch st.Kind {
	case "receptiva":
		return cti.CallFact{State: cti.Connected, From: st.From, To: st.Number, Age: st.age()}
	case "discador":
		return cti.CallFact{State: cti.Connected, From: st.Number, To: ext, Campaign: st.Campaign,
			Contact: contact(st.Param1, st.Param2), Age: st.age()}
	case "ativa":
		f := cti.CallFact{State: cti.Dialing, From: ext, To: st.Number}
		if st.talking() { // manual 002, 1.1.23 does not say when the duration begins; that it runs is taken for an answer
			f.State, f.Inferred, f.Age = cti.Connected, true, st.age()
		}
		return f
	}
	return cti.CallFact{State: cti.Ringing, To: ext}
}

// agentIn is what status_ramal says of the agent. During a call it shows no status; who is in a call is logged in.
func (w *watch) agentIn(st ExtensionStatus) cti.AgentFact {
	a := cti.AgentFact{Extension: w.ext, Name: st.Name}
	if st.inCall() {
		a.State, a.Reason = w.agent.State, w.agent.Reason
		if a.State == "" {
			a.State = cti.AgentReady
		}
		return a
	}
	a.State, a.Reason = w.s.agentOf(st.StatusID, st.Status)
	return a
}

// contact is the two parameters of a mailing, under the names the manual gives them.
func contact(p1, p2 string) map[string]string {
	return map[string]string{param1Name: p1, "parametro2": p2}
}

func shown(l line) cti.ContactShown {
	return cti.ContactShown{Number: l.phone, Campaign: l.campaign, Contact: contact(l.param1, l.param2)}
}
