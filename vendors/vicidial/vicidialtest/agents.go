package vicidialtest

import (
	"maps"
	"slices"
)

// The words of an agent's status in vicidial_live_agents.
const (
	paused = "PAUSED"
	ready  = "READY"  // waits, for outbound calls too
	closer = "CLOSER" // waits for inbound calls only
	queue  = "QUEUE"  // a call is being handed over
	incall = "INCALL"
)

// firstSession is the conference before that of the first agent.
const firstSession = 8600050

// agent is a row of vicidial_live_agents, with what its page knows.
type agent struct {
	Agent
	user       *user
	loggedIn   bool
	session    int
	status     string
	idle       string // READY or CLOSER: what waiting is for this agent
	pauseCode  string
	lead       int
	callID     string
	dispo      bool // the disposition screen is open
	preview    bool // the lead is shown and not dialled
	call       *call
	third      *call
	pressOne   int    // multi_dial_phones calls still out
	audio      string // what plays in the session
	playing    bool
	recordings []Recording
	queued     []string // its manual dial queue, packed dial commands
	cells      map[cell]string
	unread     map[cell]bool
	page       page
}

func newAgent(a Agent, u *user, session int) *agent {
	row := &agent{Agent: a, user: u, session: session, idle: ready, status: a.Status,
		cells: map[cell]string{}, unread: map[cell]bool{}, page: page{seen: map[cell]int64{}}}
	if a.Status != paused {
		row.idle = a.Status
	}
	if a.LoggedOut {
		row.status = ""
		return row
	}
	row.loggedIn, row.page.open, row.page.polls = true, true, settled
	return row
}

func (a *agent) waiting() bool { return a.loggedIn && (a.status == ready || a.status == closer) }

// shown answers the customer's call while it is on the screen, before the disposition.
func (a *agent) onCall() bool { return a.status == incall || a.status == queue }

// AgentState is what the system knows of an agent now.
type AgentState struct {
	Agent
	LoggedIn                        bool
	Status                          string // PAUSED, READY, CLOSER, QUEUE, INCALL
	Sub                             string // real_time_sub_status: DIAL, PREVIEW, PARK, 3-WAY, DEAD, DISPO or empty
	PauseCode                       string
	Lead                            int    // on the screen
	CallID                          string // callerid
	Session                         int
	InGroups                        string
	ThirdParty                      *Call // of a three-way call
	PauseAfterCall, LogoutAfterCall bool
	Recording                       bool
}

// AgentState answers the state of an agent, and whether there is one of that user.
func (s *Server) AgentState(name string) (AgentState, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.agents[name]
	if a == nil {
		return AgentState{}, false
	}
	out := AgentState{Agent: a.Agent, LoggedIn: a.loggedIn, Status: a.status, Sub: a.sub(), PauseCode: a.pauseCode,
		Lead: a.lead, CallID: s.shownCallID(a), Session: a.session, InGroups: a.InGroups,
		PauseAfterCall: a.page.pauseAfter, LogoutAfterCall: a.page.logoutAfter, Recording: a.recording() != nil}
	out.Agent.Status = a.status
	if a.third != nil {
		third := a.third.Call
		out.ThirdParty = &third
	}
	return out, true
}

// sub is real_time_sub_status. Which word wins while a customer is parked beside a third party is not recorded.
func (a *agent) sub() string {
	switch {
	case a.preview:
		return "PREVIEW"
	case a.status == paused && a.lead != 0:
		return "DISPO"
	case a.status != incall || a.call == nil:
		return ""
	case a.call.State == Dialing:
		return "DIAL"
	case a.call.State == Dead:
		return "DEAD"
	case a.call.State == Parked:
		return "PARK"
	case a.third != nil:
		return "3-WAY"
	default:
		return ""
	}
}

func (s *Server) shownCallID(a *agent) string {
	if a.status == paused && !s.opts.KeepCallID {
		return ""
	}
	return a.callID
}

func (w *world) sortedAgents() []*agent {
	var out []*agent
	for _, name := range slices.Sorted(maps.Keys(w.agents)) {
		out = append(out, w.agents[name])
	}
	return out
}

// live answers the row of an agent who is logged in, or nil.
func (w *world) live(name string) *agent {
	if a := w.agents[name]; a != nil && a.loggedIn {
		return a
	}
	return nil
}

// SetStatus lets the agent use the page's own buttons: PAUSED, READY or CLOSER. It panics for another word, for an
// agent who is not logged in, and during a call.
func (s *Server) SetStatus(name, status string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.live(name)
	if a == nil || a.onCall() || !slices.Contains([]string{paused, ready, closer}, status) {
		panic("vicidialtest: the agent " + name + " cannot become " + status)
	}
	if status != paused {
		a.idle = status
	}
	s.setReady(a, status != paused)
	s.noteChange()
}

// setReady lets an agent wait for calls, or pause.
func (s *Server) setReady(a *agent, on bool) {
	if !on {
		a.status = paused
		s.tell(a, eventPaused, paused)
		return
	}
	a.status, a.pauseCode = a.idle, ""
	s.tell(a, eventReady, a.idle)
	s.offerWaiting()
}

// LogIn opens the page of an agent, paused.
func (s *Server) LogIn(name string) {
	s.set(func() {
		old := s.agents[name]
		old.Agent.LoggedOut, old.Agent.Status = false, paused
		s.agents[name] = newAgent(old.Agent, old.user, old.session)
		s.tell(s.agents[name], eventLoggedIn, itoa(old.session)+" "+serverIP+" "+apiVersion+" "+apiBuild+" vicidial.php")
	})
}

// LogOut closes the session of an agent, as the page's own button does. A call of the agent ends.
func (s *Server) LogOut(name string) {
	s.set(func() {
		if a := s.live(name); a != nil {
			s.logOut(a)
		}
	})
}

func (s *Server) logOut(a *agent) {
	s.tell(a, eventLoggedOut, "LOGOUT")
	s.endCall(a.call)
	s.endCall(a.third)
	fresh := newAgent(a.Agent, a.user, a.session)
	*a = *fresh
	a.loggedIn, a.page.open, a.status = false, false, ""
}
