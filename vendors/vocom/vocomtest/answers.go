package vocomtest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"ctiagent/internal/simulator"
)

// contentType is what the server says of every answer, errors included, with status 200 (seen in a public server).
const contentType = "text/html; charset=UTF-8"

// The status_type words of manual 003, "Tipos de retornos do status_type".
const (
	paramsFailed         = "params_failed"
	authenticationFailed = "authentication_failed"
	executeFailed        = "execute_failed"
	notFoundFailed       = "not_found_failed"
)

// function is one function: its command word, the keys it wants, and what it does.
type function struct {
	command string
	keys    []string
	do      func(p *PBX, in map[string]string, out map[string]any) (failed string)
}

func functions() map[string]function {
	return map[string]function{
		"agent/login":              {"login", []string{"agent", "branch", "company_id"}, (*PBX).login},
		"agent/logout":             {"logout", []string{"agent", "branch", "company_id"}, (*PBX).logout},
		"agent/get_break_list":     {"break", []string{"agent", "company_id"}, (*PBX).breakList},
		"agent/state_set_break":    {"break", []string{"agent", "break_id", "company_id"}, (*PBX).setBreak},
		"agent/state_return_break": {"break", []string{"agent", "company_id"}, (*PBX).returnBreak},
		"call/call_services":       {"call_services", []string{"agent", "branch", "to", "company_id"}, (*PBX).callServices},
		"call/call_terminate":      {"call_terminate", []string{"agent", "call_id", "company_id"}, (*PBX).terminate},
		"call/call_transfer":       {"call_transfer", []string{"agent", "call_id", "to", "company_id"}, (*PBX).transfer},
		"call/call_hold":           {"call_hold", []string{"agent", "call_id", "company_id"}, (*PBX).hold},
		"call/call_hold_retrieve":  {"call_hold_retrieve", []string{"agent", "call_id", "company_id"}, (*PBX).retrieve},
		"get_agent_list":           {"agent_list", []string{"queue", "company_id"}, (*PBX).agentList},
		"tabs/list_all":            {"list", []string{"date_begin", "date_end", "company_id"}, (*PBX).tabs},
		"dialer/list_all":          {"list", []string{"date_begin", "date_end", "company_id"}, (*PBX).dialer},
	}
}

func (p *PBX) answer(r *simulator.Request) simulator.Answer {
	fault := func(format string, args ...any) { r.Faults = append(r.Faults, fmt.Sprintf(format, args...)) }
	if r.Name == "cti/get-info" {
		return p.info(r, fault)
	}
	f, known := functions()[r.Name]
	if !known {
		return simulator.Answer{Status: 404, Type: "text/html", Body: "<html><body>Not Found</body></html>"}
	}
	if outside := strings.HasSuffix(r.Name, "list_all"); outside == strings.HasPrefix(r.URI, "/interact_cti/") {
		fault("the reports alone stand outside interact_cti, not %s", r.URI)
	}
	if r.Method != "POST" || r.Type != "application/json" || !strings.HasSuffix(r.URI, "/") {
		fault("%s %s of type %q", r.Method, r.URI, r.Type)
	}
	out := map[string]any{"command": f.command, "status": "ok", "status_type": ""}
	in := map[string]string{}
	fail := func(why string) { out["status"], out["status_type"] = "error", why }
	switch {
	case json.Unmarshal(r.Body, &in) != nil:
		fault("a body that is no object of strings: %q", r.Body)
		fail(paramsFailed)
	case !p.lets(r.Auth):
		fail(authenticationFailed)
	case slices.ContainsFunc(f.keys, func(k string) bool { _, ok := in[k]; return !ok }):
		fail(paramsFailed)
	case in["company_id"] != p.opts.Company:
		fail(notFoundFailed)
	default:
		if agent, ok := in["agent"]; ok {
			out["agent"] = agent
		}
		if why := f.do(p, in, out); why != "" {
			fail(why)
		}
	}
	body, _ := json.Marshal(map[string]any{"response": out})
	a := simulator.Answer{Type: contentType, Body: string(body)}
	if r.Name == "call/call_services" {
		a.Delay = p.opts.DialDelay
	}
	return a
}

// lets checks the key: only the password part counts (seen in a public server).
func (p *PBX) lets(auth string) bool {
	raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(auth, "Basic "))
	_, password, _ := strings.Cut(string(raw), ":")
	return err == nil && password == p.opts.Key
}

func (p *PBX) login(in map[string]string, _ map[string]any) string {
	a := p.agent(in["agent"])
	if a == nil {
		return notFoundFailed
	}
	a.LoggedIn, a.Branch, a.Break = true, in["branch"], ""
	return ""
}

func (p *PBX) logout(in map[string]string, _ map[string]any) string {
	a := p.agent(in["agent"])
	if a == nil {
		return notFoundFailed
	}
	a.LoggedIn, a.Break = false, ""
	return ""
}

func (p *PBX) breakList(in map[string]string, out map[string]any) string {
	if p.agent(in["agent"]) == nil {
		return notFoundFailed
	}
	list := []map[string]string{}
	for _, b := range p.breaks {
		list = append(list, map[string]string{"break_id": b.ID, "break_name": b.Name, "break_timeout": b.Timeout, "break_digit": b.Digit})
	}
	out["result"] = list
	return ""
}

func (p *PBX) setBreak(in map[string]string, _ map[string]any) string {
	a := p.agent(in["agent"])
	i := slices.IndexFunc(p.breaks, func(b Break) bool { return b.ID == in["break_id"] })
	switch {
	case a == nil || i < 0:
		return notFoundFailed
	case a.status() != "Available": // seen in a public server
		return executeFailed
	}
	a.Break = p.breaks[i].Name
	return ""
}

func (p *PBX) returnBreak(in map[string]string, _ map[string]any) string {
	a := p.agent(in["agent"])
	switch {
	case a == nil:
		return notFoundFailed
	case a.Break == "":
		return executeFailed
	}
	a.Break = ""
	return ""
}

func (p *PBX) callServices(in map[string]string, out map[string]any) string {
	a := p.agent(in["agent"])
	switch {
	case a == nil || a.Branch != in["branch"]:
		return notFoundFailed
	case p.opts.NoChannel:
		out["status"], out["call_id"] = nil, nil
		return ""
	}
	out["call_id"] = p.dial(in["agent"], in["to"]).ID
	return ""
}

// onCall does something with the call a request names.
func (p *PBX) onCall(in map[string]string, do func(*Call)) string {
	c := p.call(in["call_id"])
	if c == nil || c.Agent != in["agent"] {
		return notFoundFailed
	}
	do(c)
	return ""
}

func (p *PBX) terminate(in map[string]string, _ map[string]any) string {
	return p.onCall(in, func(c *Call) { c.State = Ended })
}

func (p *PBX) transfer(in map[string]string, _ map[string]any) string {
	return p.onCall(in, func(c *Call) { c.State = Ended })
}

func (p *PBX) hold(in map[string]string, _ map[string]any) string {
	return p.onCall(in, func(c *Call) { c.State = Held })
}

func (p *PBX) retrieve(in map[string]string, _ map[string]any) string {
	return p.onCall(in, func(c *Call) {
		if !p.opts.RetrieveFails {
			c.State = Connected
		}
	})
}

func (p *PBX) agentList(in map[string]string, out map[string]any) string {
	if in["queue"] != DefaultQueue {
		return notFoundFailed
	}
	logged, away := map[string]any{}, map[string]any{}
	for i, a := range p.agents {
		row := map[string]string{"name": a.Name, "status": a.status(), "branch": a.Branch, "first_login": "1578679731",
			"answered_count": "13", "answered_duration": "3300", "not_answered_count": "108", "outbound_count": "3", "outbound_duration": "10"}
		if a.LoggedIn {
			logged[count(i)] = row // one counter serves both lists (seen in a public server)
		} else {
			away[count(i)] = row
		}
	}
	out["result"] = map[string]any{"logged_in_agents": p.list(logged), "logged_out_agents": p.list(away)}
	return ""
}

// list writes agents as "" when there are none, else as an array or as an object with numeric keys.
func (p *PBX) list(rows map[string]any) any {
	switch {
	case len(rows) == 0:
		return ""
	case p.opts.ObjectLists:
		return rows
	}
	out := []any{}
	for i := range len(p.agents) {
		if row, ok := rows[count(i)]; ok {
			out = append(out, row)
		}
	}
	return out
}

func (p *PBX) tabs(_ map[string]string, out map[string]any) string {
	rows := []map[string]any{}
	for i := range p.opts.Rows { // manual 003, "Relatório de tabulação"
		rows = append(rows, map[string]any{"direction": "dialer-inbound", "agent": "Teste", "tab_name": "Telefone Ocupado / Não atende",
			"destination": fmt.Sprintf("0888888%04d", i), "mailing_name": "TESTE", "start_epoch": "2020-09-02 18:03:12"})
	}
	out["list"] = rows
	return ""
}

func (p *PBX) dialer(in map[string]string, out map[string]any) string {
	rows := []map[string]any{}
	for i := range p.opts.Rows { // manual 003, "Relatório do discador"
		rows = append(rows, map[string]any{"mailing_name": "BASE1", "mailing_key": count(9998 + i), "destination": "01199999999",
			"date_time_start": in["date_begin"] + ":00", "ringing_duration": "00:00:19", "answer_time": "--:--:--", "queue": nil,
			"agent": nil, "agent_answer_duration": "--:--:--", "hangup_cause": "SUBSCRIBER_ABSENT"})
	}
	out["list"], out["count"] = rows, len(rows)
	return ""
}

// info is the poll that no manual has (seen in a public server): it wants no key.
func (p *PBX) info(r *simulator.Request, fault func(string, ...any)) simulator.Answer {
	var in struct {
		Agent  string `json:"agent"`
		Domain string `json:"domain_uuid"`
	}
	if err := json.Unmarshal(r.Body, &in); err != nil || r.Method != "POST" {
		fault("get-info wants a POST with agent and domain_uuid, not %q", r.Body)
	}
	out := map[string]any{}
	if a := p.agent(in.Agent); a != nil && in.Domain == p.opts.Company {
		state, key, caller := "Waiting", "", ""
		if c := p.calling(a.Name); c != nil {
			key = "row-" + c.ID
			if p.opts.ShowCaller {
				caller = c.Number
			}
			if state = "Receiving"; c.State != Ringing {
				state = "In a queue call"
			}
		}
		if !a.LoggedIn {
			state = "Deslogado"
		}
		out = map[string]any{"agent": a.Name, "extension": a.Branch, "name": a.Name, "uuid": "agent-" + a.Name, "status": a.status(), "state": state,
			"info": []any{}, "key": key, "code": "", "mailing_uuid": "", "dialer_uuid": "", "row_uuid": key, "number2call_field": "", "caller": caller, "popup": ""}
	}
	body, _ := json.Marshal(map[string]any{"response": out})
	return simulator.Answer{Type: contentType, Body: string(body)}
}
