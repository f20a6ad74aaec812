package vicidialtest

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Kind says who began a call; it is the beginning of its call id.
type Kind string

// The kinds of call this system has.
const (
	Manual   Kind = "M"  // the agent dialled
	Dialler  Kind = "V"  // the dialler reached a contact
	Inbound  Kind = "Y"  // a customer called
	Closer   Kind = "J"  // an agent sent the customer to an in-group
	ThreeWay Kind = "DC" // a third party the agent dialled beside a customer
)

// State is how far a call has come.
type State string

// The life of a call. A manual one begins as dialing; an inbound or dialler's call is offered, or waits first.
const (
	Waiting   State = "waiting"   // in the queue, no agent is free
	Dialing   State = "dialing"   // INCALL and DIAL
	Offered   State = "offered"   // the agent's status is QUEUE
	Connected State = "connected" // INCALL
	Parked    State = "parked"
	Dead      State = "dead" // the customer is gone, the agent's screen still shows the call
	Ended     State = "ended"
)

// Call is one call of the system. Ref is its call id, the callerid of agent_status.
type Call struct {
	Ref        string
	Agent      string // empty while it waits for any agent
	Kind       Kind
	State      State
	Number     string // the customer's, or the third party's
	Code       string // phone_code
	Lead       int
	InGroup    string
	Started    time.Time
	AnsweredAt time.Time
	EndedAt    time.Time
}

type call struct {
	Call
	afterwards bool // AutoHangup has been set for it
}

// Disposition is what was saved when a call was closed.
type Disposition struct {
	Agent, Ref, Status, Callback string
	Lead                         int
}

var errNoCall = errors.New("vicidialtest: no such live call")

// Ring lets a customer call in and answers the call id. A waiting agent is offered the call at once: QUEUE, until
// Answer or AutoConnect. For an agent who is not waiting the call waits. An empty agent is any that serves SALESLINE.
// The customer becomes a lead if no lead has that number. It panics for an agent that is none.
func (s *Server) Ring(name, number string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if name != "" && s.agents[name] == nil {
		panic("vicidialtest: no agent " + name)
	}
	l := s.leadOfNumber(number)
	if l == nil {
		l = s.leads[s.addLead(Lead{PhoneNumber: number, PhoneCode: "55", Status: "INBND", List: "999"})]
	}
	c := s.addCall(Call{Agent: name, Kind: Inbound, State: Waiting, Number: number, Code: l.PhoneCode, Lead: l.ID, InGroup: "SALESLINE"})
	s.offerWaiting()
	s.noteChange()
	return c.Ref
}

// DialerCall hands a contact whom the dialler has reached to an agent and answers the call id. It is Ring for an
// outbound contact. It panics for an agent or a lead that is none.
func (s *Server) DialerCall(name string, lead int) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.leads[lead]
	if l == nil || s.agents[name] == nil {
		panic(fmt.Sprintf("vicidialtest: no agent %s or no lead %d", name, lead))
	}
	c := s.addCall(Call{Agent: name, Kind: Dialler, State: Waiting, Number: l.PhoneNumber, Code: l.PhoneCode, Lead: lead})
	s.offerWaiting()
	s.noteChange()
	return c.Ref
}

// Answer connects an offered call with its agent, or lets a dialled customer or third party answer.
func (s *Server) Answer(ref string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.answerCall(ref)
}

func (s *Server) answerCall(ref string) error {
	c := s.calls[ref]
	if c == nil || (c.State != Offered && c.State != Dialing) {
		return fmt.Errorf("answer %s: %w", ref, errNoCall)
	}
	a := s.agents[c.Agent]
	if c.State == Offered {
		a.status = incall
	}
	c.State, c.AnsweredAt = Connected, s.opts.Now()
	if c.Kind == ThreeWay {
		s.tell(a, eventThirdAnswer, ref)
	} else {
		s.tell(a, eventAnswered, ref)
		s.popUp(a, c)
	}
	s.noteChange()
	if s.autoHangup >= 0 && !c.afterwards {
		c.afterwards = true
		s.after(s.autoHangup, func() { _ = s.hangUp(ref) }) // the agent may have hung up first
	}
	return nil
}

// Hangup lets the customer, or the third party, hang up. The agent's screen shows DEAD until the agent closes the call;
// a call that no agent has taken yet is gone at once.
func (s *Server) Hangup(ref string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.hangUp(ref)
}

func (s *Server) hangUp(ref string) error {
	c := s.calls[ref]
	if c == nil || c.State == Dead || c.State == Ended {
		return fmt.Errorf("hang up %s: %w", ref, errNoCall)
	}
	defer s.noteChange()
	a := s.agents[c.Agent]
	switch {
	case c.Kind == ThreeWay:
		a.third = nil
		s.endCall(c)
	case c.State == Waiting:
		s.endCall(c)
	case c.State == Offered:
		s.endCall(c)
		a.call, a.callID, a.lead = nil, "", 0
		s.setReady(a, true)
	default:
		c.State, c.EndedAt = Dead, s.opts.Now()
		s.tell(a, eventDead, ref)
		s.closeLater(a, c)
	}
	return nil
}

// LiveCalls answers the customers on an agent's line and those who wait for that agent, oldest first.
func (s *Server) LiveCalls(name string) []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Call
	for _, ref := range s.order {
		c := s.calls[ref]
		if c.Agent == name && c.Kind != ThreeWay && c.State != Dead && c.State != Ended {
			out = append(out, c.Call)
		}
	}
	return out
}

// Call answers a call by its id, also when it has ended.
func (s *Server) Call(ref string) (Call, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.calls[ref]
	if c == nil {
		return Call{}, false
	}
	return c.Call, true
}

// Dispositions answers what was saved so far, oldest first.
func (s *Server) Dispositions() []Disposition {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.dispositions)
}

// Dispo lets the agent close the call on the screen with a status: a customer who is still on the line is hung up first.
func (s *Server) Dispo(name, status string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.live(name)
	if a == nil || a.lead == 0 || a.preview || a.status == queue {
		return fmt.Errorf("dispose for %s: %w", name, errNoCall)
	}
	s.agentHangsUp(a)
	s.dispose(a, status)
	s.noteChange()
	return nil
}

// AutoAnswer lets every customer and third party that is dialled from now on answer after d. A negative d ends it.
func (s *Server) AutoAnswer(d time.Duration) { s.set(func() { s.autoAnswer = d }) }

// AutoHangup lets everybody who is connected from now on hang up d later. A negative d ends it.
func (s *Server) AutoHangup(d time.Duration) { s.set(func() { s.autoHangup = d }) }

// AutoConnect lets every call offered from now on be connected after d. A negative d ends it.
func (s *Server) AutoConnect(d time.Duration) { s.set(func() { s.autoConnect = d }) }

// AutoDispo lets agents close every call that is over from now on after d, with the status A. A negative d ends it.
func (s *Server) AutoDispo(d time.Duration) { s.set(func() { s.autoDispo = d }) }

// addCall files a call under a new id of the recorded form: kind, month to second, lead in nine digits.
func (s *Server) addCall(c Call) *call {
	c.Started = s.opts.Now()
	for at := c.Started.In(s.opts.Zone); ; at = at.Add(time.Second) {
		c.Ref = string(c.Kind) + at.Format("0102150405") + fmt.Sprintf("%0*d", 10-len(c.Kind), c.Lead)
		if s.calls[c.Ref] == nil {
			break
		}
	}
	row := &call{Call: c}
	s.calls[c.Ref] = row
	s.order = append(s.order, c.Ref)
	return row
}

// offerWaiting hands the calls that wait to agents who wait.
func (s *Server) offerWaiting() {
	for _, ref := range s.order {
		c := s.calls[ref]
		if c.State != Waiting {
			continue
		}
		for _, a := range s.sortedAgents() {
			if a.waiting() && (c.Agent == a.User || c.Agent == "" && a.serves(c.InGroup)) {
				s.offer(a, c)
				break
			}
		}
	}
}

func (s *Server) offer(a *agent, c *call) {
	c.Agent, c.State = a.User, Offered
	s.newCall(a, c, queue)
	if s.autoConnect >= 0 {
		ref := c.Ref
		s.after(s.autoConnect, func() { _ = s.answerCall(ref) }) // the customer may be gone
	}
}

// newCall puts a call on an agent's screen. Cells of the call before do not outlive that (source read, section on the
// agent's page): hangup, status, pause and dial.
func (s *Server) newCall(a *agent, c *call, status string) {
	a.status, a.call, a.callID, a.lead = status, c, c.Ref, c.Lead
	a.preview, a.pauseCode = false, ""
	a.CallsToday++
	a.wipe(cellHangup, cellStatus, cellPause, cellDial)
	if l := s.leads[c.Lead]; l != nil {
		l.Status, l.User = incall, a.User
		l.CalledCount++
	}
}

// place dials a lead for an agent.
func (s *Server) place(a *agent, lead int, code, number string) {
	c := s.addCall(Call{Agent: a.User, Kind: Manual, State: Dialing, Number: number, Code: code, Lead: lead})
	wasPaused := a.status == paused
	s.newCall(a, c, incall)
	s.tell(a, eventDialled, number+" MANUAL")
	a.page.pauseAfter = wasPaused
	s.customerAnswers(c)
}

func (s *Server) customerAnswers(c *call) {
	if s.autoAnswer >= 0 {
		ref := c.Ref
		s.after(s.autoAnswer, func() { _ = s.answerCall(ref) }) // the agent may have hung up first
	}
}

// endCall ends a call for everybody. It may be nil or over already.
func (s *Server) endCall(c *call) {
	if c == nil || c.State == Ended {
		return
	}
	if c.EndedAt.IsZero() {
		c.EndedAt = s.opts.Now()
	}
	c.State = Ended
}

// agentHangsUp ends the customer's call and opens the disposition screen.
func (s *Server) agentHangsUp(a *agent) {
	if !a.onCall() {
		return
	}
	s.endCall(a.call)
	a.status, a.dispo = paused, true
	s.closeLater(a, a.call)
}

// closeLater lets the agent close the call by himself, where AutoDispo says so.
func (s *Server) closeLater(a *agent, c *call) {
	if s.autoDispo < 0 {
		return
	}
	s.after(s.autoDispo, func() {
		if a.loggedIn && a.call == c && (a.dispo || c.State == Dead) {
			s.agentHangsUp(a)
			s.dispose(a, "A")
		}
	})
}

// dispose saves the disposition and frees the agent. What comes next was neither recorded nor read but for the pause
// that was asked for meanwhile; chosen here is that the agent waits again, or is paused where the call was dialled from
// a pause.
func (s *Server) dispose(a *agent, packed string) {
	status, callback := unpackStatus(packed)
	s.dispositions = append(s.dispositions, Disposition{Agent: a.User, Ref: a.callID, Status: status, Callback: callback, Lead: a.lead})
	if l := s.leads[a.lead]; l != nil {
		l.Status = status
	}
	s.tell(a, eventDispo, status)
	s.endCall(a.third)
	s.stopRecordings(a)
	a.call, a.third, a.callID, a.lead, a.dispo = nil, nil, "", 0, false
	a.wipe(cellHangup, cellStatus, cellFields, cellDTMF, cellTransfer, cellPark, cellRecording)
	stay := a.page.pauseAfter || s.campaigns[a.Campaign].AutoDialLevel == 0
	a.page.pauseAfter = false
	if a.page.logoutAfter {
		s.logOut(a)
		return
	}
	s.setReady(a, !stay)
}
