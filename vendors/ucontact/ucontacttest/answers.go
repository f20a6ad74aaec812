package ucontacttest

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"ctiagent/internal/simulator"
)

// formType is what every function wants (manual 004 prints it with each).
const formType = "application/x-www-form-urlencoded; charset=UTF-8"

// The two answers of most functions, text/plain (manual 004 "Result"; facts B5).
const (
	yes = "1"
	no  = "0"
)

// function is one function: the parameters it wants, all of them, and what it does.
type function struct {
	params []string
	open   bool // needs no token
	do     func(s *T, in url.Values) simulator.Answer
}

// functions lists the whole of Integra/resources that is documented.
func (s *T) functions() map[string]function {
	call := []string{"callerid", "agent", "phone", "tech", "context", "outqueue", "destination"}
	base := []string{"filename", "fileb64", "campaign", "cant", "username"}
	return map[string]function{
		"auth/getUserToken": {[]string{"user", "password"}, true, (*T).getUserToken}, // facts B5
		"auth/EndSession":   {[]string{"user", "token"}, false, (*T).endSession},     // facts B5
		"auth/AgentLogin":   {[]string{"agent", "password"}, true, (*T).agentLogin},  // facts B5
		"api/AgentLogoff":   {[]string{"agent", "interface", "message"}, false, (*T).agentLogoff},
		"api/AgentBreak":    {[]string{"agent", "interface", "motive", "message"}, false, (*T).agentBreak}, // facts B5, inferred
		"api/AgentUnBreak":  {[]string{"agent", "interface", "motive", "message"}, false, (*T).agentUnBreak},

		"Agents/AgentCall":         {call, false, (*T).agentCall},
		"Agents/AgentCallwithData": {append(slices.Clone(call), "data", "form"), false, (*T).agentCall},
		"Agents/HangupPhone":       {[]string{"phone"}, false, (*T).hangupPhone},
		"Agents/TagRecord":         {[]string{"phone", "guid", "data"}, false, (*T).tagRecord},
		"api/DispositionCall": {[]string{"campaign", "agent", "callerid", "guid", "l1", "l2", "l3", "d1", "d2", "comment", "schedule",
			"camptoreschedule", "tag"}, false, (*T).disposition},

		"admin/addblack":        {[]string{s.opts.Blacklist}, false, black(true, false)},
		"admin/addblackbulk":    {[]string{s.opts.Blacklist}, false, black(true, true)},
		"admin/deleteblack":     {[]string{s.opts.Blacklist}, false, black(false, false)},
		"admin/deleteblackbulk": {[]string{s.opts.Blacklist}, false, black(false, true)},

		"Cdr/getrecords":     {[]string{"lastrow", "searchLimit", "filter", s.opts.Random}, false, (*T).getRecords},
		"Supervisor/convert": {[]string{"guid", s.opts.Folder}, false, (*T).convert},

		"Dialers/Respool":                  {[]string{"callspool"}, false, (*T).respool},
		"Dialers/ScheduleDialerCall":       {[]string{"callschedule"}, false, (*T).schedule},
		"Dialers/DialerTask":               {[]string{"call"}, false, (*T).dialerTask},
		"Dialers/RemoveContact":            {[]string{"campaign", "number"}, false, (*T).remove},
		"Dialers/RemoveScheduleDialerCall": {[]string{"campaign", "destination", "from", "to"}, false, (*T).removeSchedule},
		"Dialers/uploadbase":               {base, false, (*T).upload},
		"Dialers/uploadbasewithtimezone":   {append(slices.Clone(base), "timezone"), false, (*T).upload},

		"Supervisor/queuesummary":   {nil, false, (*T).queueSummary},
		"Supervisor/campaignstatus": {[]string{"queue"}, false, (*T).campaignStatus},
	}
}

func (s *T) answer(r *simulator.Request) simulator.Answer {
	fault := func(format string, args ...any) { r.Faults = append(r.Faults, fmt.Sprintf(format, args...)) }
	f, known := s.functions()[r.Name]
	if !known || !strings.HasPrefix(r.URI, s.opts.Path+"/Integra/resources/") {
		fault("no such function")
		return simulator.Answer{Status: 404, Type: "text/html", Body: "<html><body>Not Found</body></html>"}
	}
	if r.Method != "POST" || r.Type != formType {
		fault("%s of type %q", r.Method, r.Type)
		return simulator.Answer{Status: 415, Type: "text/html", Body: "<html><body>Unsupported Media Type</body></html>"}
	}
	in, err := url.ParseQuery(string(r.Body))
	if err != nil {
		fault("a body that is no form: %q", r.Body)
		return text(no)
	}
	for name, values := range in {
		if !slices.Contains(f.params, name) || len(values) != 1 {
			fault("the parameter %s is not documented, or stands twice", name)
		}
	}
	for _, name := range f.params {
		if !in.Has(name) {
			fault("the parameter %s is missing", name)
		}
	}
	// Nothing is documented of a token that is not valid; 401 is what its header asks for.
	if token, ok := strings.CutPrefix(r.Auth, "Basic "); !f.open && (!ok || !s.tokens[token]) {
		return simulator.Answer{Status: 401, Type: "text/html", Body: "<html><body>Unauthorized</body></html>"}
	}
	if len(r.Faults) > 0 {
		return text(no)
	}
	a := f.do(s, in)
	if a.Type == "fault" {
		fault("%s", a.Body)
		return text(no)
	}
	return a
}

func text(body string) simulator.Answer {
	return simulator.Answer{Type: "text/plain; charset=UTF-8", Body: body}
}

// refuse is DispositionCall's way to refuse: 400 with a sentence (manual 004, "Respostas de WS").
func refuse(body string) simulator.Answer {
	return simulator.Answer{Status: 400, Type: "text/plain; charset=UTF-8", Body: body}
}

// wrong says that a value is not what the document allows.
func wrong(format string, args ...any) simulator.Answer {
	return simulator.Answer{Type: "fault", Body: fmt.Sprintf(format, args...)}
}

func object(v any) simulator.Answer {
	b, err := json.Marshal(v)
	if err != nil {
		return wrong("%v", err)
	}
	return simulator.Answer{Type: "application/json", Body: string(b)}
}

func yesIf(ok bool) simulator.Answer {
	if ok {
		return text(yes)
	}
	return text(no)
}

// getUserToken: an array whose last element is the token, or the token alone; a wrong password is 200 with 0 (facts B5).
func (s *T) getUserToken(in url.Values) simulator.Answer {
	if in.Get("user") != s.opts.User || in.Get("password") != s.opts.Password {
		return text(no)
	}
	token := s.token(s.opts.User)
	if s.opts.RawToken {
		return text(token)
	}
	return object([]any{s.opts.User, 1, token})
}

func (s *T) endSession(in url.Values) simulator.Answer {
	if in.Get("user") != s.opts.User || !s.tokens[in.Get("token")] {
		return text(no)
	}
	delete(s.tokens, in.Get("token"))
	return text(yes)
}

// agentLogin gives a token and the SIP password away (facts B5).
func (s *T) agentLogin(in url.Values) simulator.Answer {
	a := s.agent(in.Get("agent"))
	if a == nil || in.Get("password") != a.Password {
		return text(no)
	}
	a.LoggedIn, a.Paused, a.Break = true, false, ""
	return object(map[string]any{"agent": a.Name, "extension": a.Extension, "md5secret": s.token(a.Name), "secret": SIPSecret + s.opts.TokenID})
}

// portal finds the agent whom a function of the agent API is about.
func (s *T) portal(in url.Values) *Agent {
	a := s.agent(in.Get("agent"))
	if a == nil || in.Get("interface") != "SIP/"+a.Extension || !a.LoggedIn {
		return nil
	}
	return a
}

func (s *T) agentLogoff(in url.Values) simulator.Answer {
	a := s.portal(in)
	if a != nil {
		a.LoggedIn, a.Paused, a.Break = false, false, ""
	}
	return yesIf(a != nil)
}

func (s *T) agentBreak(in url.Values) simulator.Answer {
	a := s.portal(in)
	if a != nil {
		a.Paused, a.Break = true, in.Get("motive")
	}
	return yesIf(a != nil)
}

func (s *T) agentUnBreak(in url.Values) simulator.Answer {
	a := s.portal(in)
	if a != nil {
		a.Paused, a.Break = false, ""
	}
	return yesIf(a != nil)
}

// agentCall: the answer is the guid, 0 for an error (manual 004, "Realizar Chamadas").
func (s *T) agentCall(in url.Values) simulator.Answer {
	a := s.at(in.Get("phone"))
	switch {
	case in.Get("tech") == "" || in.Get("outqueue") == "" || in.Get("destination") == "":
		return wrong("a call without tech, outqueue or destination: %v", in)
	case strings.Trim(in.Get("destination"), "0123456789*#+") != "":
		return wrong("the destination is no number: %q", in.Get("destination"))
	case in.Has("data") && !json.Valid([]byte(in.Get("data"))):
		return wrong("data is no JSON: %q", in.Get("data"))
	case a == nil || a.Name != in.Get("agent") || !a.LoggedIn || len(s.live(a.Extension)) > 0:
		return text(no)
	}
	return text(s.dial(Call{Extension: a.Extension, Number: in.Get("destination"), Campaign: in.Get("outqueue"), State: AgentLeg}).GUID)
}

// hangupPhone: 1, or 0 for an error (manual 004, "HungUp"). It hangs up whatever the phone has.
func (s *T) hangupPhone(in url.Values) simulator.Answer {
	live := s.live(in.Get("phone"))
	for _, c := range live {
		s.turn(c, Ended)
	}
	return yesIf(len(live) > 0)
}

// tagRecord answers nothing, since it is done later (manual 004, "Tag de gravação").
func (s *T) tagRecord(in url.Values) simulator.Answer {
	for _, c := range s.calls {
		if c.GUID == in.Get("guid") && c.Number == in.Get("phone") {
			c.Tags = append(c.Tags, in.Get("data"))
		}
	}
	return text("")
}

// Levels are the outcomes that are set up.
func Levels() [][3]string { return [][3]string{{"Sale", "Phone", "Plan A"}, {"Callback", "", ""}} }

// disposition answers as manual 004, "Respostas de WS" prints it.
func (s *T) disposition(in url.Values) simulator.Answer {
	for _, p := range [][2]string{{"campaign", "Campanha vazia"}, {"callerid", "Callerid vazio"}, {"guid", "guid vazio"},
		{"agent", "Agente vazio"}, {"l1", "Valor vazio1"}} {
		if in.Get(p[0]) == "" {
			return refuse("Parâmetros errados: " + p[1])
		}
	}
	l := [3]string{in.Get("l1"), in.Get("l2"), in.Get("l3")}
	if !slices.Contains(Levels(), l) {
		return refuse("Disposição não encontrada para o nível1: " + l[0] + ", level2: " + l[1] + ", nível3: " + l[2])
	}
	if when := in.Get("schedule"); l[0] == "Callback" && when == "" {
		return refuse("Parâmetros incorretos: Data da programação vazia.")
	} else if when != "" && !isDate(when) {
		return refuse("El formato de la fecha tiene que ser yyyy-MM-dd HH:mm:ss")
	}
	i := slices.IndexFunc(s.calls, func(c *Call) bool { return c.GUID == in.Get("guid") })
	if i < 0 {
		return text(no)
	}
	s.calls[i].Disposition = strings.Join(l[:], "|")
	if s.opts.PlainDisposition {
		return text(yes)
	}
	return object(map[string]string{"Result": "ok", "txtcode": s.calls[i].Disposition})
}
