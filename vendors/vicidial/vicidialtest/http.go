package vicidialtest

import (
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// The three addresses of the recordings.
const (
	agentAPIPath    = "/agc/api.php"
	nonAgentAPIPath = "/vicidial/non_agent_api.php"
	screenPath      = "/agc/conf_exten_check.php"
)

// largestBody is more than PHP's post_max_size would let a driver need.
const largestBody = 8 << 20

func (s *Server) handler() http.Handler {
	agent, other := functions(), nonAgentFunctions()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.enter() {
			hangUp(w)
			return
		}
		defer s.running.Done()
		s.serve(w, r, agent, other)
	})
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request, agent, other map[string]function) {
	body, err := io.ReadAll(io.LimitReader(r.Body, largestBody))
	if err != nil {
		hangUp(w)
		return
	}
	a := s.read(r, string(body))
	known := agent
	if r.URL.Path == nonAgentAPIPath {
		known = other
	}

	s.mu.Lock()
	defer s.noteLater()
	a.syntaxFaults(r, string(body), known)
	s.requests = append(s.requests, Request{Time: a.now, Method: r.Method, Path: r.URL.Path, Function: a.function,
		Query: r.URL.RawQuery, Body: string(body), Faults: a.faults})
	s.noteChange()
	hanging, dropped := s.hanging[a.function], s.drop[a.function]
	delete(s.hanging, a.function)
	delete(s.drop, a.function)
	if hanging != nil || dropped {
		s.mu.Unlock()
		if hanging != nil {
			close(hanging)
			select {
			case <-r.Context().Done():
			case <-s.done:
			}
		}
		hangUp(w)
		return
	}
	a.answer(r, known)
	filed := &s.requests[len(s.requests)-1]
	filed.Faults, filed.Status, filed.Answer = a.faults, a.status, a.out.String()
	redirect := s.redirect
	s.opts.Log.Debug("request", "function", a.function, "status", a.status, "faults", a.faults)
	s.mu.Unlock()

	if !s.wait(r.Context()) {
		hangUp(w)
		return
	}
	head := w.Header()
	head.Set("Content-Type", "text/html; charset=utf-8") // whatever it is (recorded)
	head.Set("Cache-Control", "no-cache, must-revalidate")
	head.Set("Pragma", "no-cache")
	if redirect != "" {
		head.Set("Location", redirect)
	}
	w.WriteHeader(a.status)
	_, _ = io.WriteString(w, a.out.String())
}

func (s *Server) noteLater() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.noteChange()
}

// read takes a request apart as PHP does: only a form in the body is read (recorded: JSON is not).
func (s *Server) read(r *http.Request, body string) *ask {
	s.mu.Lock()
	defer s.mu.Unlock()
	form := ""
	if isForm(r) {
		form = body
	}
	a := &ask{s: s, p: readParams(r.URL.RawQuery, form), now: s.opts.Now(), status: http.StatusOK}
	a.function = a.v("function")
	a.raw = r.URL.RawQuery
	for pair := range strings.SplitSeq(form, "&") {
		a.raw += "&" + unescape(pair)
	}
	return a
}

func isForm(r *http.Request) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return r.Method == http.MethodPost && err == nil && kind == "application/x-www-form-urlencoded"
}

// answer fills in status and text. The caller holds the lock.
func (a *ask) answer(r *http.Request, known map[string]function) {
	s := a.s
	if words, fixed := s.answers[a.function]; fixed {
		a.out.WriteString(words)
		return
	}
	switch {
	case s.redirect != "":
		a.status = http.StatusFound
		return
	case s.code != 0:
		a.status = s.code
		return
	case s.html:
		a.out.WriteString("<!DOCTYPE html>\n<html><head><title>Login</title></head><body>User and password</body></html>\n")
		return
	}
	switch r.URL.Path {
	case agentAPIPath:
		a.answerAgentAPI(known)
	case nonAgentAPIPath:
		a.answerNonAgentAPI(known)
	case screenPath:
		a.screenPoll()
	default:
		a.status = http.StatusNotFound
	}
	if a.status == http.StatusInternalServerError {
		a.out.Reset() // a broken statement leaves an empty body (recorded)
	}
}

// syntaxFaults notes what the API does not need or does not read. The screen's own poll is not judged.
func (a *ask) syntaxFaults(r *http.Request, body string, known map[string]function) {
	if r.URL.Path == screenPath {
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodPost {
		a.fault("method %s", r.Method)
	}
	if body != "" && !isForm(r) {
		a.fault("a body that is no form")
	}
	if _, err := url.ParseQuery(r.URL.RawQuery); err != nil {
		a.fault("a broken query")
	}
	if _, err := url.ParseQuery(body); err != nil {
		a.fault("a broken body")
	}
	if _, there := a.p.address["pass"]; there {
		a.fault("pass in the address") // there it gets into the logs of web servers and proxies
	}
	for _, name := range a.p.twice {
		a.fault("parameter %s more than once", name)
	}
	f, exists := known[a.function]
	if !exists {
		a.fault("unknown function %q", a.function)
		return
	}
	names := a.p.names()
	for name := range names {
		common := slices.Contains([]string{"source", "user", "pass", "function", "agent_user"}, name)
		if !common && !slices.Contains(f.params, name) && !(f.alt && name == "alt_user") {
			a.fault("unknown parameter %s", name)
		}
	}
	if names["alt_user"] && names["agent_user"] {
		a.fault("alt_user and agent_user together")
	}
	for name := range names {
		sent := strings.ReplaceAll(a.p.get(name), "+", " ")
		if got := a.v(name); got != sent && len(got) < len(sent) && !(a.function == "external_dial" && name == "value") {
			a.fault("%s: %d characters deleted", name, len(sent)-len(got))
		}
	}
	slices.Sort(a.faults)
}

// hangUp closes the connection without a byte of answer.
func hangUp(w http.ResponseWriter) {
	c, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	_ = c.Close()
}
