package grandstreamtest

import (
	"cmp"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// function is one program below /cgi-bin/.
type function struct {
	params []string // besides the password, each required unless it ends with ?
	run    func(*Phone, url.Values) answer
}

// answer is what a function says; the CTI guide, "Response format": response and body.
type answer struct {
	Response string `json:"response"`
	Body     any    `json:"body"`
}

// What a phone says besides a list.
func succeeded() answer { return answer{"success", true} }       // CTI guide, "Phone Operations Functions" and "Make Call"
func completed() answer { return answer{"success", "complete"} } // CTI guide, "Response format" and "Send Keys"
func refused() answer   { return answer{"error", false} }        // CTI guide, "Phone Operations Functions"
func unknown() answer   { return answer{"error", "unknown"} }    // CTI guide, "Send Keys"

func functions() map[string]function {
	return map[string]function{
		"api-make_call":       {[]string{"phonenumber", "account?"}, (*Phone).makeCall},
		"api-phone_operation": {[]string{"cmd"}, (*Phone).operate},
		"api-get_line_status": {nil, (*Phone).lineStatus},
		"api-send_key":        {[]string{"keys"}, (*Phone).sendKeys},
	}
}

func (p *Phone) serve(w http.ResponseWriter, r *http.Request) {
	if !p.enter() {
		hangUp(w)
		return
	}
	defer p.running.Done()
	name, cgi := strings.CutPrefix(r.URL.Path, "/cgi-bin/")
	f, exists := functions()[name]
	body, _ := io.ReadAll(io.LimitReader(r.Body, 1024))
	query, bad := url.ParseQuery(r.URL.RawQuery)

	p.mu.Lock()
	password := p.passwordParam(name)
	p.record(Request{Function: name, Method: r.Method, URI: r.RequestURI, Faults: f.faults(r.Method, body, query, bad, password)})
	fault, hanging := p.next(name)
	raw, status, location := p.raw[name], p.status, p.location
	p.mu.Unlock()

	switch fault {
	case hang:
		p.stay(hanging, r.Context().Done())
		fallthrough
	case drop:
		hangUp(w)
		return
	}
	switch {
	case location != "":
		w.Header().Set("Location", location)
		w.WriteHeader(http.StatusFound)
	case status != 0:
		w.WriteHeader(status)
	case raw != nil:
		raw(w, r)
	case !cgi || !exists:
		http.NotFound(w, r)
	default:
		p.answer(w, f, query, password)
	}
}

func (p *Phone) answer(w http.ResponseWriter, f function, query url.Values, password string) {
	p.mu.Lock()
	right := false
	for _, name := range strings.Split(password, "|") {
		right = right || query.Get(name) == p.opts.Password
	}
	var a answer
	switch {
	case right && f.complete(query):
		a = f.run(p, query)
	case right:
		a = answer{"error", "failed"} // CTI guide, "Response format"
	default:
		a = answer{"error", string(ByWord)}
	}
	p.mu.Unlock()
	if !right && p.opts.WrongPassword != ByWord {
		code := http.StatusUnauthorized
		if p.opts.WrongPassword == ByStatus403 {
			code = http.StatusForbidden
		}
		http.Error(w, http.StatusText(code), code)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(a)
}

// passwordParam is the parameter that carries the password: passcode everywhere but in the other dialect of
// api-make_call, which only manual 002, 1.1.20 prints.
func (p *Phone) passwordParam(name string) string {
	if name != "api-make_call" {
		return "passcode"
	}
	if p.opts.Dialect == Either {
		return "password|passcode"
	}
	return string(p.opts.Dialect)
}

func (f function) complete(query url.Values) bool {
	for _, name := range f.params {
		if name, optional := strings.CutSuffix(name, "?"); !optional && query.Get(name) == "" {
			return false
		}
	}
	return true
}

// faults says what the documented syntax does not allow.
func (f function) faults(method string, body []byte, query url.Values, bad error, password string) []string {
	var out []string
	if method != http.MethodGet {
		out = append(out, "method "+method)
	}
	if len(body) > 0 {
		out = append(out, "a body")
	}
	if bad != nil {
		out = append(out, "a broken query")
	}
	for name, values := range query {
		known := slices.Contains(strings.Split(password, "|"), name) || slices.Contains(f.params, name) || slices.Contains(f.params, name+"?")
		if !known {
			out = append(out, "unknown parameter "+name)
		}
		if len(values) > 1 {
			out = append(out, "parameter "+name+" more than once")
		}
	}
	slices.Sort(out)
	return out
}

// makeCall dials. The caller holds p.mu, as for every function below.
func (p *Phone) makeCall(query url.Values) answer {
	number := query.Get("phonenumber")
	if strings.Trim(number, "0123456789*#+") != "" {
		return refused()
	}
	if _, err := p.dial(number); err != nil {
		return refused()
	}
	return succeeded()
}

// operate does what the CTI guide lists under "Phone Operations Functions".
func (p *Phone) operate(query url.Values) answer {
	c, done := p.inFocus(), false
	switch query.Get("cmd") {
	case "endcall": // "End established call"; programs end a dialled one with it, too
		if done = c != nil && c.State != Ringing; done {
			p.end(c)
		}
	case "holdcall": // "Put the established call on Hold"; it toggles
		done = c != nil && p.toggleHold(c)
	case "acceptcall": // "Accept incoming call"
		if c = p.ringing(); c != nil {
			p.connect(c)
			done = true
		}
	case "rejectcall": // "Reject incoming call"
		if c = p.ringing(); c != nil {
			p.end(c)
			done = true
		}
	case "cancel": // "Reject or cancel calls"
		if r := p.ringing(); r != nil {
			c = r
		}
		if done = c != nil && (c.State == Ringing || c.State == Dialing || c.State == Calling); done {
			p.end(c)
		}
	}
	if !done {
		return refused()
	}
	p.tell(c)
	return succeeded()
}

// line is one row of api-get_line_status, CTI guide, "Line Status Function".
type line struct {
	Line         int    `json:"line"`
	State        State  `json:"state"`
	Account      string `json:"acct"`
	RemoteName   string `json:"remotename"`
	RemoteNumber string `json:"remotenumber"`
	Active       int    `json:"active"`
}

func (p *Phone) lineStatus(url.Values) answer {
	rows := make([]line, len(p.lines))
	for i, c := range p.lines {
		rows[i] = line{Line: i + 1, State: "idle"}
		if c == nil {
			continue
		}
		rows[i].State, rows[i].Account = c.State, cmp.Or(p.opts.Extension, "1")
		rows[i].RemoteName, rows[i].RemoteNumber = c.Name, c.Number
		if i == p.active {
			rows[i].Active = 1
		}
	}
	return answer{"success", rows}
}

// hangUp closes the connection without a byte of answer.
func hangUp(w http.ResponseWriter) {
	c, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	_ = c.Close()
}
