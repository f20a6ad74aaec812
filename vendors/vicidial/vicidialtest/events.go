package vicidialtest

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// AgentEvent is one call of agent_events(), the function of the agent's page into which an administrator may hook
// ($INSERT_agent_events in options.php). Only an open page makes any.
type AgentEvent struct {
	Agent   string
	Type    string // event_type
	Message string // event_msg
	Counter int    // event_counter, from 1 in every page
	SQLDate string // the server's local time
}

// The types this system makes, with what their messages say (source read, vicidial.php; the message of logged_out is a
// reason).
const (
	eventLoggedIn    = "logged_in" // session, server, version, build, script
	eventLoggedOut   = "logged_out"
	eventReady       = "state_ready"  // READY or CLOSER
	eventPaused      = "state_paused" // PAUSED
	eventDialled     = "call_dialed"  // number, type
	eventAnswered    = "call_answered"
	eventDead        = "call_dead"
	eventThirdStart  = "3way_start" // type, number
	eventThirdAnswer = "3way_answered"
	eventBlind       = "transfer_blind"        // number
	eventLocalCloser = "transfer_local_closer" // in-group
	eventDispo       = "dispo_set"             // status
)

// AgentEvents answers what an agent's page has called agent_events() with so far, oldest first.
func (s *Server) AgentEvents(agent string) (out []AgentEvent) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.events {
		if e.Agent == agent {
			out = append(out, e)
		}
	}
	return out
}

func (s *Server) tell(a *agent, kind, message string) {
	if !a.page.open {
		return
	}
	a.page.events++
	s.events = append(s.events, AgentEvent{Agent: a.User, Type: kind, Message: message, Counter: a.page.events,
		SQLDate: s.opts.Now().In(s.opts.Zone).Format(time.DateTime)})
}

// Pop is one web form that an agent's page has opened, and what came back.
type Pop struct {
	Agent    string
	URL      string
	Status   int // 0 when nobody answered
	Location string
	Body     string
}

// WebForm sets the web form of a campaign and its "Get Call Launch" to WEBFORM: every call that is connected from now
// on makes the agent's open page load the address. It begins with VAR, and --A--field--B-- in it becomes a lead's
// column, or call_id, uniqueid, user, campaign or session_id. Empty ends it.
func (s *Server) WebForm(campaign, address string) {
	s.set(func() { s.campaigns[campaign].webForm = strings.TrimPrefix(address, "VAR") })
}

// Pops answers the web forms that were opened and have come back, or failed to, oldest first.
func (s *Server) Pops() []Pop {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Pop(nil), s.pops...)
}

// popUp opens the web form, as a browser's new window does: a GET that nobody repeats.
func (s *Server) popUp(a *agent, c *call) {
	form := s.campaigns[a.Campaign].webForm
	if form == "" || !a.page.open || s.closed {
		return
	}
	variable := regexp.MustCompile(`--A--([a-z0-9_]+)--B--`)
	address := variable.ReplaceAllStringFunc(form, func(v string) string {
		return url.QueryEscape(s.formValue(a, c, variable.FindStringSubmatch(v)[1]))
	})
	name := a.User
	s.start(func() {
		pop := s.open(address)
		pop.Agent = name
		s.set(func() { s.pops = append(s.pops, pop) })
	})
}

func (s *Server) formValue(a *agent, c *call, field string) string {
	switch field {
	case "call_id":
		return c.Ref
	case "uniqueid":
		return strconv.FormatInt(c.Started.Unix(), 10) + "." + itoa(c.Lead)
	case "user":
		return a.User
	case "campaign":
		return a.Campaign
	case "session_id":
		return itoa(a.session)
	}
	if l := s.leads[c.Lead]; l != nil {
		value, _ := l.column(field)
		return value
	}
	return ""
}

func (s *Server) open(address string) Pop {
	pop := Pop{URL: address}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	s.start(func() {
		select {
		case <-s.done:
			cancel()
		case <-ctx.Done():
		}
	})
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return pop
	}
	browser := http.Client{Transport: &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := browser.Do(req)
	if err != nil {
		return pop
	}
	defer res.Body.Close()
	body, _ := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	pop.Status, pop.Location, pop.Body = res.StatusCode, res.Header.Get("Location"), string(body)
	return pop
}
