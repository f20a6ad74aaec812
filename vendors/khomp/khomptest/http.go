package khomptest

import (
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// The names of requests, as Requests tells them.
const (
	dail   = "Dail" // the phone's own spelling
	hangup = "Hangup"
	keys   = "key"
)

// nameOf is the name of a request; "" where the phone has no such page.
func (p *Phone) nameOf(path string, query url.Values) string {
	switch path {
	case "/goform/" + p.opts.Path:
		if op := query.Get("Operate"); op == dail || op == hangup {
			return op
		}
	case "/cgi-bin/" + p.opts.KeysPath:
		return keys
	}
	return ""
}

// params are the parameters of a request, each wanted once.
func params(name string) []string {
	switch name {
	case dail: // manual 002, 1.1.20
		return []string{"DialNumber", "Operate", "BlackListAccountID"}
	case hangup: // what a program for these phones sends
		return []string{"Operate"}
	case keys: // likewise
		return []string{"key"}
	}
	return nil
}

func (p *Phone) serve(w http.ResponseWriter, r *http.Request) {
	if !p.enter() {
		hangUp(w)
		return
	}
	defer p.running.Done()
	body, _ := io.ReadAll(io.LimitReader(r.Body, 1024))
	// A semicolon between keys is no separator of parameters here.
	query, bad := url.ParseQuery(strings.ReplaceAll(r.URL.RawQuery, ";", "%3B"))
	name := p.nameOf(r.URL.Path, query)
	user, password, _ := r.BasicAuth()

	p.mu.Lock()
	p.record(Request{Function: name, Method: r.Method, URI: r.RequestURI, Faults: faultsOf(name, r.Method, body, query, bad)})
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
	case user != p.opts.User || password != p.opts.Password:
		w.Header().Set("WWW-Authenticate", `Basic realm="phone"`)
		http.Error(w, "Unauthorized", http.StatusUnauthorized)
	case name == "":
		http.NotFound(w, r)
	default:
		p.do(name, query)
		_, _ = io.WriteString(w, p.opts.Answer)
	}
}

// faultsOf says what the known syntax does not allow.
func faultsOf(name, method string, body []byte, query url.Values, bad error) []string {
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
	wanted := params(name)
	for param, values := range query {
		if name != "" && !slices.Contains(wanted, param) {
			out = append(out, "unknown parameter "+param)
		}
		if len(values) > 1 {
			out = append(out, "parameter "+param+" more than once")
		}
	}
	for _, param := range wanted {
		if query.Get(param) == "" {
			out = append(out, "no "+param)
		}
	}
	if name == keys {
		for _, k := range strings.Split(query.Get("key"), ";") {
			if !slices.Contains(knownKeys(), k) && !isDigits(k) {
				out = append(out, "unknown key "+k)
			}
		}
	}
	slices.Sort(out)
	return out
}

// knownKeys are the keys that a program for these phones presses, and those that PLANET documents for the same Active URI.
func knownKeys() []string {
	return []string{"F1", "X", "F_HOLD", "F_TRANSFER", "F_CONFERENCE", "MUTE", "SPEAKER", "HEADSET", "RD", "MSG", "DNDOn", "DNDOff", "POUND",
		"OK", "ENTER", "RELEASE", "F_CANCEL", "VOLUME_UP", "VOLUME_DOWN"}
}

func isDigits(text string) bool { return text != "" && strings.Trim(text, "0123456789") == "" }

func (p *Phone) do(name string, query url.Values) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch name {
	case dail:
		_, _ = p.dial(query.Get("DialNumber"), query.Get("BlackListAccountID")) // a phone in use does nothing, and says the same
	case hangup:
		if c := p.inFocus(); c != nil {
			p.end(c)
			p.tell(c)
		}
	case keys:
		for _, k := range strings.Split(query.Get("key"), ";") {
			p.press(k)
		}
	}
}

// press does what a person expects of a key. The caller holds p.mu.
func (p *Phone) press(key string) {
	c := p.inFocus()
	digits := key
	if key == "POUND" {
		digits = "#"
	}
	switch {
	case isDigits(key) || key == "POUND":
		if c == nil || p.handing {
			p.typed += digits
			return
		}
		c.Digits += digits
	case key == "ENTER" && p.handing && p.typed != "" && c != nil:
		c.TransferredTo = p.typed
		p.end(c)
	case key == "ENTER" && c == nil && p.typed != "":
		_, _ = p.dial(p.typed, "")
		p.typed = ""
		return
	case key == "F_TRANSFER":
		p.handing, p.typed = c != nil && c.State == Connected, ""
	case key == "F1" && p.ringing() != nil:
		c = p.ringing()
		p.connect(c)
	case key == "X" && p.ringing() != nil:
		c = p.ringing()
		p.end(c)
	case (key == "X" || key == "RELEASE" || key == "F_CANCEL") && c != nil && (c.State == Dialing || key == "RELEASE"):
		p.end(c)
	case key == "F_HOLD" && c != nil && c.State == Connected:
		c.State = OnHold
	case key == "F_HOLD" && c != nil && c.State == OnHold:
		c.State = Connected
	case key == "MUTE" && c != nil:
		c.Muted = !c.Muted
	case key == "RD" && p.last != "":
		_, _ = p.dial(p.last, "")
		return
	}
	if c != nil {
		p.tell(c)
	}
}

// hangUp closes the connection without a byte of answer.
func hangUp(w http.ResponseWriter) {
	c, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	_ = c.Close()
}
