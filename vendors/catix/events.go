package catix

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync"

	"ctiagent/cti"
)

// The events, in the spelling of their titles.
const (
	eventLogin           = "AGENT_LOGIN"
	eventLogoff          = "AGENT_LOGOFF"
	eventComplete        = "AGENT_COMPLETE"
	eventPaused          = "AGENT_PAUSED"
	eventUnpaused        = "AGENT_UNPAUSED"
	eventDialing         = "DIALING"
	eventAnswer          = "ANSWER"
	eventHangup          = "HANGUP"
	eventDialerCall      = "AGENT_RECEIVED_DIALER_CALL"
	eventScheduled       = "SCHEDULED_CALL_COMING"
	eventScheduledAnswer = "SCHEDULED_CALL_ANSWER"
)

// spelled finds an event in the spellings the documents have for it.
func spelled(name string) string {
	switch strings.ToUpper(strings.TrimSpace(name)) {
	case "SCHEDULED_CALL_COMMING":
		return eventScheduled
	case "SCHEDULED_CALL_ASNWER":
		return eventScheduledAnswer
	case "AGENTE_UNPAUSED":
		return eventUnpaused
	case "AGENTE_PAUSED":
		return eventPaused
	}
	return strings.ToUpper(strings.TrimSpace(name))
}

// Event is one event of the desk's agent, its attributes by the names of the document eventos. What an event does not have
// is left out.
type Event struct {
	Name  string `json:"evento"`
	Agent string `json:"agente"`
	attributes
}

type attributes struct {
	Extension     text `json:"ramal-agente,omitempty"`
	PauseID       text `json:"idPausa,omitempty"`
	Pause         text `json:"pausa,omitempty"`
	Description   text `json:"descricao,omitempty"`
	Note          text `json:"obs,omitempty"`
	OriginKind    text `json:"origem-tipo,omitempty" help:"RAMAL, AGENTE or USUARIO"`
	OriginName    text `json:"origem-nome,omitempty"`
	Number        text `json:"numero-discado,omitempty" help:"the caller's number when tipo-ligacao is ENTRANTE"`
	Kind          text `json:"tipo-ligacao,omitempty" help:"SAINTE, ENTRANTE, INTERNA, TRANSFERENCIA, REDIRECIONAMENTO or PREDITIVO"`
	Leg           text `json:"rl,omitempty" help:"names the call"`
	Linked        text `json:"linked-rl,omitempty" help:"groups the legs of a call"`
	ContactID     text `json:"contato-id,omitempty"`
	Document      text `json:"contato-cpfcnpj,omitempty"`
	Contract      text `json:"contato-contrato,omitempty"`
	NumberID      text `json:"numero-contato-id,omitempty"`
	ContactNumber text `json:"numero-contato,omitempty"`
	Campaign      text `json:"campanha-id,omitempty"`
	ScheduleID    text `json:"agendamento-id,omitempty"`
	ScheduleAt    text `json:"agendamento-data-hora,omitempty" help:"dd/MM/yyyy kk:mm:ss, hours from 1 to 24"`
	TargetKind    text `json:"agendamento-destino-tipo,omitempty"`
	TargetID      text `json:"agendamento-destino-tipo-id,omitempty"`
	Reference     text `json:"agendamento-cod-referencia,omitempty"`
	PromisedID    text `json:"numero-agendamento-id,omitempty"`
	Promised      text `json:"numero-agendamento,omitempty"`
}

// legs are rl and linked-rl, each once.
func (a attributes) legs() (out []string) {
	for _, l := range []text{a.Leg, a.Linked} {
		if l != "" && l != "-" && len(l) <= longestText && (len(out) == 0 || out[0] != string(l)) {
			out = append(out, string(l))
		}
	}
	return out
}

// What an outcome is filed by, as events tell it of a customer and the commands want it.
const (
	contactID  = "contato-id"
	numberID   = "numero-contato-id"
	campaignID = "campanha-id"
	scheduleID = "agendamento-id"
)

// contact is what an event tells of a customer, under its own names.
func (a attributes) contact() map[string]string {
	out := map[string]string{}
	for name, v := range map[string]text{contactID: a.ContactID, "contato-cpfcnpj": a.Document, "contato-contrato": a.Contract,
		numberID: a.NumberID, campaignID: a.Campaign, scheduleID: a.ScheduleID, "agendamento-cod-referencia": a.Reference,
		"agendamento-data-hora": a.ScheduleAt} {
		if v != "" {
			out[name] = bounded(string(v))
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

func bounded(s string) string {
	if len(s) > longestText {
		s = strings.ToValidUTF8(s[:longestText], "")
	}
	return s
}

// watch turns the lines of one connection into facts.
type watch struct {
	s     *session
	agent string
	book  *book

	ctx  context.Context // ends with the connection
	link *link
	asks sync.WaitGroup

	mu    sync.Mutex
	emit  func(cti.Fact)
	live  bool // the snapshot was told
	early []Event
	told  map[string]call // by ref: what this connection has told, for others share the book
	last  cti.AgentFact
	heard int  // events about the agent so far
	guess bool // last is a guess: during a call the system does not show how the agent stands
}

func newWatch(ctx context.Context, s *session, l *link, emit func(cti.Fact)) *watch {
	agent := s.host.Desk().Agent
	return &watch{ctx: ctx, s: s, link: l, agent: agent, book: s.shelf.Of(s.opts.address, agent), emit: emit, told: map[string]call{}}
}

// strange notes a line that was not understood; its words may be a customer's, so the log has none of them.
func (w *watch) strange(err error) { w.s.log.Debug("a line of Catix was ignored", "reason", err) }

// take takes one event line.
func (w *watch) take(r reply) {
	e := Event{Name: spelled(r.Info), Agent: word(r.Agent)}
	if len(r.Attributes) > 0 {
		if err := json.Unmarshal(r.Attributes, &e.attributes); err != nil {
			w.strange(err)
			return
		}
	}
	if e.Agent != w.agent || w.agent == "" {
		return
	}
	w.s.events.Tell(e)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.live {
		w.event(e)
		return
	}
	// The snapshot will tell; what comes close before it may be newer.
	if w.early = append(w.early, e); len(w.early) > mostEnded {
		w.early = w.early[1:]
	}
}

// begin tells the snapshot, and then what came meanwhile.
func (w *watch) begin(status *AgentStatus) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.book.mu.Lock()
	snapshot := w.snapshot(status)
	w.book.mu.Unlock()
	w.live = true
	w.emit(snapshot)
	for _, e := range w.early {
		w.event(e)
	}
	w.early = nil
}

// snapshot holds the book against STATUS_AGENTE, which shows at most one call.
func (w *watch) snapshot(status *AgentStatus) cti.SnapshotFact {
	b := w.book
	if status == nil {
		for _, c := range slices.Clone(b.calls) {
			b.end(c)
		}
		return cti.SnapshotFact{}
	}
	state, agent := status.read()
	var kept *call
	if state != "" {
		shown := call{direction: status.direction(), number: status.number(), state: state, campaign: status.part("Campanha")}
		for _, c := range b.calls {
			if kept == nil && (c.number == "" || shown.number == "" || cti.SameNumber(c.number, shown.number)) {
				kept = c
			}
		}
		if kept == nil {
			kept = b.open(nil, shown)
		}
		kept.state = state
	}
	for _, c := range append([]*call{}, b.calls...) {
		if c != kept {
			b.end(c)
		}
	}
	w.guess = state != ""
	agent.ID, agent.Name, agent.Extension = w.agent, status.Name, status.Extension
	w.last = agent
	out := cti.SnapshotFact{Agent: &agent}
	if kept != nil {
		w.told[kept.ref] = *kept
		out.Calls = []cti.CallFact{kept.fact()}
	}
	return out
}

// event turns one event into facts; with w.mu held.
func (w *watch) event(e Event) {
	w.book.mu.Lock()
	defer w.book.mu.Unlock()
	switch e.Name {
	case eventLogin:
		w.tellAgent(cti.AgentReady, "", string(e.Extension))
	case eventLogoff:
		w.tellAgent(cti.AgentOffline, "", "")
	case eventPaused:
		w.tellAgent(cti.AgentPaused, string(e.Pause), "")
	case eventUnpaused, eventComplete:
		if e.Name == eventComplete && w.guess {
			w.askAgain()
			return
		}
		// A call that ends says nothing of an agent who is in a pause, or has left in the middle of it.
		if e.Name == eventUnpaused || w.last.State != cti.AgentPaused && w.last.State != cti.AgentOffline {
			w.tellAgent(cti.AgentReady, "", "")
		}
	case eventDialing:
		w.call(e, call{direction: cti.Outbound, number: string(e.Number), state: cti.Dialing})
	case eventAnswer:
		w.call(e, call{direction: directionOf(string(e.Kind)), number: string(e.Number), state: cti.Connected})
	case eventDialerCall:
		w.call(e, call{direction: cti.Inbound, number: string(e.ContactNumber), state: cti.Connected, campaign: string(e.Campaign), contact: e.contact()})
	case eventScheduledAnswer:
		number := string(e.Promised)
		if number == "" {
			number = string(e.ContactNumber)
		}
		w.call(e, call{direction: cti.Outbound, number: number, state: cti.Connected, contact: e.contact()})
	case eventScheduled:
		w.emit(cti.CallbackFact{Contact: cti.ContactShown{Number: string(e.ContactNumber), Contact: e.contact()}})
	case eventHangup:
		w.hangup(e)
	}
}

// directionOf reads tipo-ligacao. A call of the dialer comes to the agent.
func directionOf(kind string) cti.Direction {
	switch strings.ToUpper(kind) {
	case "ENTRANTE", "PREDITIVO", "TRANSFERENCIA", "REDIRECIONAMENTO":
		return cti.Inbound
	case "INTERNA":
		return cti.Internal
	}
	return cti.Outbound
}

// call files what an event tells of a call, and tells it when it is news.
func (w *watch) call(e Event, told call) {
	told.number, told.campaign = bounded(told.number), bounded(told.campaign)
	legs := e.legs()
	if w.book.ended(legs) {
		return
	}
	c := w.book.find(legs, told.number)
	if c == nil {
		c = w.book.open(legs, told)
	}
	c.join(legs)
	if c.state != cti.Connected {
		c.state = told.state
	}
	if told.contact != nil && c.contact == nil {
		c.contact, c.campaign = told.contact, told.campaign
	}
	if c.number == "" {
		c.number = told.number
	}
	old, known := w.told[c.ref]
	w.told[c.ref] = *c
	if !known || old.state != c.state || old.number != c.number || old.contact == nil && c.contact != nil {
		w.emit(c.fact())
	}
}

// hangup ends a call. Why, the event does not say: what was dialled and not answered ends as unknown.
func (w *watch) hangup(e Event) {
	legs := e.legs()
	if c := w.book.find(legs, string(e.Number)); c != nil {
		c.join(legs)
		if _, known := w.told[c.ref]; known {
			w.told[c.ref] = *c
		}
		w.book.end(c)
	}
	for ref, c := range w.told {
		nameless := len(c.legs) == 0 && (c.number == "" || cti.SameNumber(c.number, string(e.Number)))
		if !nameless && !slices.ContainsFunc(legs, func(l string) bool { return slices.Contains(c.legs, l) }) {
			continue
		}
		delete(w.told, ref)
		why := cti.EndUnknown
		if c.state == cti.Connected {
			why = cti.EndCompleted
		}
		c.state = cti.Ended
		f := c.fact()
		f.EndReason = why
		w.emit(f)
	}
}

// askAgain learns how the agent stands after a call that was there first.
func (w *watch) askAgain() {
	heard := w.heard
	w.asks.Go(func() {
		status, e := w.s.statusOf(w.ctx, w.link, cti.AgentStateNow.Name, w.agent)
		if e != nil || status == nil {
			return // the next call's end asks again
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		// What came meanwhile is newer, and another call hides the agent again.
		if state, agent := status.read(); w.heard == heard && state == "" && agent.State != "" {
			w.tellAgent(agent.State, agent.Reason, "")
		}
	})
}

func (w *watch) tellAgent(state cti.AgentState, reason, extension string) {
	w.heard++
	w.guess = false
	f := cti.AgentFact{ID: w.agent, State: state, Reason: bounded(reason), Extension: bounded(extension)}
	same := w.last.State == f.State && w.last.Reason == f.Reason && (f.Extension == "" || f.Extension == w.last.Extension)
	if w.last.State, w.last.Reason = f.State, f.Reason; f.Extension != "" {
		w.last.Extension = f.Extension
	}
	if !same {
		w.emit(f)
	}
}
