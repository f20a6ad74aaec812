package vicidialtest

import (
	"slices"
	"strings"
	"time"
)

// page is the agent's browser page, which polls the cells and presses its own buttons.
type page struct {
	open        bool
	polls       int            // since it was loaded
	seen        map[cell]int64 // the second of the last command handled
	pauseAfter  bool           // "pause after this call" is ticked
	logoutAfter bool
	events      int
	guard       int // polls left in which no further transfer of three kinds is taken
}

// settled is how many polls a page needs before it dials for others; transferGuard how many it takes no second transfer
// or three-way call (source read, vicidial.php).
const (
	settled       = 3
	transferGuard = 3
)

// Act is one thing that an agent's page did because a command told it to.
type Act struct {
	Agent   string
	Command string // the cell's name
	Value   string
}

// Acts answers what the pages did so far, oldest first.
func (s *Server) Acts() []Act {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.acts)
}

// SetPage opens an agent's page, or freezes it: closed, in a throttled tab, or behind a broken link. Commands to a frozen
// page are answered SUCCESS, and nothing happens.
func (s *Server) SetPage(agent string, open bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.agents[agent]; a != nil {
		a.page.open, a.page.polls = open, 0
	}
	s.noteChange()
}

// Tick lets every open page poll once, now.
func (s *Server) Tick() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.sortedAgents() {
		s.poll(a)
	}
	s.noteChange()
}

func (s *Server) pollPages() {
	t := time.NewTicker(s.opts.PagePoll)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			s.Tick()
		case <-s.done:
			return
		}
	}
}

// poll is one poll of one page. Which command a page handles first when several wait is not recorded; the documented
// row of PAUSE, hang up and status works in any order, for a status waits for its screen.
func (s *Server) poll(a *agent) {
	if !a.loggedIn || !a.page.open || s.locked(a.user) {
		return // a locked account freezes its own page: the poll needs the password too
	}
	a.page.polls++
	a.page.guard = max(0, a.page.guard-1)
	clear(a.unread)
	if status, ok := a.cells[cellStatus]; ok && a.dispo {
		s.act(a, cellStatus, status)
		s.dispose(a, status)
	}
	s.pollPause(a)
	if !a.loggedIn {
		return
	}
	if a.cells[cellHangup] == "1" && a.status == incall {
		s.act(a, cellHangup, "1")
		a.wipe(cellHangup)
		s.agentHangsUp(a)
	}
	s.pollCall(a)
	s.pollRest(a)
	s.pollDial(a)
}

func (s *Server) act(a *agent, c cell, value string) {
	s.acts = append(s.acts, Act{Agent: a.User, Command: string(c), Value: value})
}

// take empties a cell and answers what was in it.
func (a *agent) take(c cell) string {
	value := a.cells[c]
	a.wipe(c)
	return value
}

// fresh answers a stamped command that the page has not had yet.
func (a *agent) fresh(c cell) (string, bool) {
	value := a.cells[c]
	at := stamp(c, value)
	if value == "" || at == a.page.seen[c] {
		return "", false
	}
	a.page.seen[c] = at
	return value, true
}

func (s *Server) pollPause(a *agent) {
	packed, ok := a.fresh(cellPause)
	if !ok {
		return
	}
	word, _, _ := strings.Cut(packed, "!")
	busy := a.onCall() || a.dispo
	switch {
	case word == "LOGOUT" && busy:
		a.page.logoutAfter = true
	case word == "LOGOUT":
		s.act(a, cellPause, word)
		s.logOut(a)
		return
	case word == "PAUSE" && a.onCall():
		a.page.pauseAfter = true
	case word == "PAUSE" && a.waiting():
		s.setReady(a, false)
	case word == "RESUME" && !a.waiting() && s.campaigns[a.Campaign].AutoDialLevel > 0:
		if busy || a.preview { // chosen here: the agent waits for calls once the screen is free
			a.page.pauseAfter = false
		} else {
			s.setReady(a, true)
		}
	default:
		return
	}
	s.act(a, cellPause, word)
}

// pollCall handles what changes the call on the screen.
func (s *Server) pollCall(a *agent) {
	if a.cells[cellTransfer] != "" {
		s.pollTransfer(a)
	}
	if value := a.take(cellPark); value != "" && s.park(a, value) {
		s.act(a, cellPark, value)
	}
	if digits := a.take(cellDTMF); digits != "" {
		s.act(a, cellDTMF, digits)
	}
	if lead := a.take(cellLead); lead != "" && a.call != nil {
		s.act(a, cellLead, lead)
		a.lead = number(lead)
		a.call.Lead = a.lead
	}
	s.pollRecording(a)
}

func (s *Server) pollRest(a *agent) {
	if code := a.take(cellPauseCode); code != "" && a.status == paused {
		s.act(a, cellPauseCode, code)
		a.pauseCode = code
	}
	if list := a.take(cellInGroups); list != "" {
		s.act(a, cellInGroups, list)
		a.InGroups = list
		if a.idle = ready; a.take(cellBlended) != "1" {
			a.idle = closer
		}
		if a.waiting() {
			s.setReady(a, true)
		}
	}
	for _, c := range []cell{cellFields, cellTimer} {
		if value := a.take(c); value != "" {
			s.act(a, c, value)
		}
	}
}

func (a *agent) serves(group string) bool {
	return group != "" && slices.Contains(strings.Fields(a.InGroups), group)
}

// pollDial takes a manual dial command, or a queued one.
func (s *Server) pollDial(a *agent) {
	free := !a.onCall() && !a.dispo
	if len(a.cells[cellDial]) > 9 && free && a.page.polls > settled-1 && !s.campaigns[a.Campaign].NoQueuedCalls {
		if packed, ok := a.fresh(cellDial); ok {
			s.dialPacked(a, packed)
		}
		return
	}
	if len(a.queued) > 0 && free && !a.preview && a.status == paused && s.campaigns[a.Campaign].ManualDial == DialQueueAutoCall {
		s.takeQueued(a)
	}
}

// TakeQueued lets the agent dial the first number of the manual dial queue, as a click on the page does. It answers
// false where there is none, or where the agent is not free.
func (s *Server) TakeQueued(agent string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.live(agent)
	if a == nil || len(a.queued) == 0 || a.status != paused || a.lead != 0 {
		return false
	}
	s.takeQueued(a)
	s.noteChange()
	return true
}

func (s *Server) takeQueued(a *agent) {
	packed := a.queued[0]
	a.queued = a.queued[1:]
	s.dialPacked(a, packed)
}

// dialPacked does what a packed dial command says.
func (s *Server) dialPacked(a *agent, packed string) {
	s.act(a, cellDial, packed)
	d := unpackDial(packed)
	switch d.value {
	case "SKIP", "FINISH", "DIALONLY", "ALTDIAL", "ADR3DIAL":
		s.previewAction(a, d.value)
		return
	}
	if a.preview {
		return // a step is pending
	}
	l := s.leadToDial(a, d)
	if l == nil {
		return // MANUALNEXT, and no lead is left
	}
	if d.value == manualNext {
		d.value, d.code = l.PhoneNumber, l.PhoneCode
	}
	if d.preview == "YES" {
		a.preview, a.lead, a.status = true, l.ID, paused
		return
	}
	s.place(a, l.ID, d.code, d.value)
}

func (s *Server) leadToDial(a *agent, d dialCommand) *Lead {
	list := s.campaigns[a.Campaign].ManualList
	if l := s.leads[number(d.lead)]; l != nil {
		return l
	}
	if d.value == manualNext {
		return s.leadBy(func(l *Lead) bool { return l.Status == "NEW" && l.List == list })
	}
	if d.search == "YES" {
		if l := s.leadOfNumber(d.value); l != nil {
			return l
		}
	}
	return s.leads[s.addLead(Lead{PhoneNumber: d.value, PhoneCode: d.code, List: list, VendorLeadCode: d.vendor})]
}

func (s *Server) previewAction(a *agent, action string) {
	if !a.preview {
		return
	}
	l := s.leads[a.lead]
	to := l.PhoneNumber
	switch action {
	case "SKIP", "FINISH":
		a.preview, a.lead = false, 0
		return
	case "ALTDIAL":
		to = l.AltPhone
	case "ADR3DIAL":
		to = l.Address3
	}
	if to == "" {
		return
	}
	s.place(a, l.ID, l.PhoneCode, to)
}
