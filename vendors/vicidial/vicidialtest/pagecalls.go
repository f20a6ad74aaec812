package vicidialtest

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// transferStamp is where the epoch stands in a packed transfer command. The order of the other parts is this system's
// own: only the page reads them.
const transferStamp = 4

func (s *Server) pollTransfer(a *agent) {
	parts := strings.Split(a.cells[cellTransfer], "!")
	value, ingroup, phone := parts[0], part(parts, 1), part(parts, 2)
	if value == "LOCAL_CLOSER" || value == "DIAL_WITH_CUSTOMER" || value == "PARK_CUSTOMER_DIAL" {
		if a.page.guard > 0 {
			return // it stays in the cell, and is still there when the guard is over
		}
	}
	packed, ok := a.fresh(cellTransfer)
	a.wipe(cellTransfer)
	if !ok || a.call == nil || a.dispo {
		return
	}
	done := true
	switch value {
	case "LOCAL_CLOSER":
		a.page.guard = transferGuard
		s.toCloser(a, ingroup, phone)
	case "DIAL_WITH_CUSTOMER", "PARK_CUSTOMER_DIAL":
		a.page.guard = transferGuard
		done = s.dialThird(a, value, ingroup, phone)
	case "BLIND_TRANSFER":
		if done = len(phone) > 1 && customerHere(a.call); done {
			s.tell(a, eventBlind, phone)
			s.agentHangsUp(a)
		}
	case "LEAVE_VM":
		s.agentHangsUp(a)
	case "HANGUP_XFER":
		done = a.third != nil
		s.endThird(a)
	case "HANGUP_BOTH":
		s.endThird(a)
		s.agentHangsUp(a)
	case "LEAVE_3WAY_CALL":
		if done = a.third != nil; done {
			s.endThird(a)
			s.agentHangsUp(a)
		}
	}
	if done {
		s.act(a, cellTransfer, packed)
	}
}

func customerHere(c *call) bool { return c.State == Connected || c.State == Parked }

func (s *Server) endThird(a *agent) {
	s.endCall(a.third)
	a.third = nil
}

// dialThird dials a third party beside the customer. A consultative one goes to an in-group.
func (s *Server) dialThird(a *agent, value, ingroup, phone string) bool {
	if a.third != nil || !customerHere(a.call) || phone == "" && ingroup == "" {
		return false
	}
	if value == "PARK_CUSTOMER_DIAL" {
		a.call.State = Parked
	}
	a.third = s.addCall(Call{Agent: a.User, Kind: ThreeWay, State: Dialing, Number: phone, Lead: a.lead, InGroup: ingroup})
	s.tell(a, eventThirdStart, value+" "+phone)
	s.customerAnswers(a.third)
	return true
}

// toCloser sends the customer to an in-group as a new call, and with AGENTDIRECT to one agent.
func (s *Server) toCloser(a *agent, ingroup, phone string) {
	if !customerHere(a.call) {
		return
	}
	s.tell(a, eventLocalCloser, ingroup)
	moved := Call{Kind: Closer, State: Waiting, Number: a.call.Number, Code: a.call.Code, Lead: a.lead, InGroup: ingroup}
	if ingroup == "AGENTDIRECT" && s.agents[phone] != nil {
		moved.Agent = phone
	}
	s.agentHangsUp(a)
	s.addCall(moved)
	s.offerWaiting()
}

// park does one parking command and answers whether the page had anything to do.
func (s *Server) park(a *agent, value string) bool {
	if a.call == nil || a.dispo {
		return false
	}
	move := func(c *call, from, to State) bool {
		if c == nil || c.State != from {
			return false
		}
		c.State = to
		return true
	}
	switch value {
	case "PARK_CUSTOMER", "PARK_IVR_CUSTOMER":
		return move(a.call, Connected, Parked)
	case "GRAB_CUSTOMER", "GRAB_IVR_CUSTOMER":
		return move(a.call, Parked, Connected)
	case "PARK_XFER":
		return move(a.third, Connected, Parked)
	case "GRAB_XFER":
		return move(a.third, Parked, Connected)
	case "SWAP_PARK_CUSTOMER":
		return move(a.call, Connected, Parked) && move(a.third, Parked, Connected)
	case "SWAP_PARK_XFER":
		return move(a.third, Connected, Parked) && move(a.call, Parked, Connected)
	case "HANGUP_XFER_GRAB_CUSTOMER":
		if a.third == nil {
			return false
		}
		s.endThird(a)
		return move(a.call, Parked, Connected)
	}
	return false
}

// Recording is one recording of an agent's session.
type Recording struct {
	ID      int
	File    string
	Started time.Time
	Stopped bool
}

// Recordings answers the recordings an agent's page has made, oldest first.
func (s *Server) Recordings(agent string) []Recording {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.agents[agent]; a != nil {
		return append([]Recording(nil), a.recordings...)
	}
	return nil
}

func (a *agent) recording() *Recording {
	if n := len(a.recordings); n > 0 && !a.recordings[n-1].Stopped {
		return &a.recordings[n-1]
	}
	return nil
}

// pollRecording starts or stops recording. While one runs the cell holds its id, as the page writes it.
func (s *Server) pollRecording(a *agent) {
	value := a.cells[cellRecording]
	suffix, starts := strings.CutPrefix(value, "START")
	switch {
	case starts:
		s.act(a, cellRecording, value)
		s.startRecording(a, suffix)
	case value == "STOP":
		s.act(a, cellRecording, value)
		s.stopRecordings(a)
		a.wipe(cellRecording)
	}
}

func (s *Server) startRecording(a *agent, suffix string) {
	s.lastRecording++
	now := s.opts.Now()
	phone := ""
	if l := s.leads[a.lead]; l != nil {
		phone = l.PhoneNumber
	}
	a.recordings = append(a.recordings, Recording{ID: s.lastRecording, Started: now,
		File: fmt.Sprintf("%s_%s_%s%s", now.In(s.opts.Zone).Format("20060102-150405"), phone, a.User, suffix)})
	a.cells[cellRecording] = strconv.Itoa(s.lastRecording)
}

func (s *Server) stopRecordings(a *agent) {
	for i := range a.recordings {
		a.recordings[i].Stopped = true
	}
}

func part(parts []string, i int) string {
	if i < len(parts) {
		return parts[i]
	}
	return ""
}

// number reads digits; what is none is 0.
func number(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}
