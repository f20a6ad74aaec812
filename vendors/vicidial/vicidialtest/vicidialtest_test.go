package vicidialtest

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// request sends one request: a GET with the parameters in the address, or a POST with them in the body.
func request(t *testing.T, s *Server, method, path, query string) answer {
	t.Helper()
	address, body := s.URL()+path, io.Reader(nil)
	if method == http.MethodGet {
		address += "?" + query
	} else {
		body = strings.NewReader(query)
	}
	return send(t, method, address, "application/x-www-form-urlencoded", body)
}

func send(t *testing.T, method, address, kind string, body io.Reader) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, body)
	if err != nil {
		t.Fatal(err)
	}
	if body != nil {
		req.Header.Set("Content-Type", kind)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatalf("%s %s: %v", method, address, err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatalf("%s %s: %v", method, address, err)
	}
	return answer{res.StatusCode, res.Header.Get("Content-Type"), string(text)}
}

// site is a system whose clock stands still and whose pages poll by hand.
type site struct {
	*Server
	t     *testing.T
	clock *clock
}

type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func newSite(t *testing.T, o Options) *site {
	t.Helper()
	c := &clock{at: time.Unix(1795170216, 0)}
	o.Now, o.PagePoll = c.Now, -1
	s := &site{New(o), t, c}
	t.Cleanup(s.Close)
	s.AddAgent(Agent{User: "ana", Name: "Ana Souza", Custom3: "CRM-ana", ManualDial: true})
	s.AddAgent(Agent{User: "bruno", Name: "Bruno Lima", Status: "READY", ManualDial: true})
	return s
}

// command sends a function of the agent API by POST, a second after whatever came before.
func (s *site) command(function, agent, rest string) string {
	s.t.Helper()
	s.clock.pass(time.Second)
	return s.inThisSecond(function, agent, rest)
}

func (s *site) inThisSecond(function, agent, rest string) string {
	s.t.Helper()
	return request(s.t, s.Server, http.MethodPost, agentAPIPath, "source=test&user=apiuser&pass=apipass1&function="+function+"&agent_user="+agent+"&"+rest).Body
}

func (s *site) ask(function, rest string) string {
	s.t.Helper()
	return request(s.t, s.Server, http.MethodPost, nonAgentAPIPath, "source=test&user=apiuser&pass=apipass1&function="+function+"&"+rest).Body
}

func (s *site) state(agent string) AgentState {
	s.t.Helper()
	a, ok := s.AgentState(agent)
	if !ok {
		s.t.Fatalf("no agent %s", agent)
	}
	return a
}

// is compares an agent's status and sub status, written "INCALL DIAL".
func (s *site) is(agent, want string) {
	s.t.Helper()
	a := s.state(agent)
	if got := strings.TrimSpace(a.Status + " " + a.Sub); got != want {
		s.t.Errorf("%s is %q, want %q", agent, got, want)
	}
}

func (s *site) says(got, want string) {
	s.t.Helper()
	if got != want {
		s.t.Errorf("answered %q, want %q", got, want)
	}
}

func (s *site) lastFaults() []string {
	r := s.Requests()
	return r[len(r)-1].Faults
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (s *site) acted(agent string) (out []string) {
	for _, a := range s.Acts() {
		if a.Agent == agent {
			out = append(out, a.Command+" "+a.Value)
		}
	}
	return out
}

// await fails the test when something has not happened within ten seconds.
func await(t *testing.T, s *Server, what string, ok func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := s.Wait(ctx, ok); err != nil {
		t.Fatalf("%s has not happened: %v", what, err)
	}
}
