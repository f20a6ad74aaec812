package vicidial

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"ctiagent/cti"
)

func (s *session) version(ctx context.Context, _ cti.Req[cti.None]) (Version, error) {
	v, e := s.ask(ctx, VersionOf.Name, "version", nil)
	if e != nil {
		return Version{}, e
	}
	return readVersion(v.values["answer"]), nil
}

// readVersion reads VERSION: 2.14-82|BUILD: 250122-1010|DATE: 2026-11-20 05:11:45|EPOCH: 1795169505.
func readVersion(text string) (out Version) {
	for part := range strings.SplitSeq(strings.TrimSpace(text), "|") {
		name, value, _ := strings.Cut(part, ": ")
		switch value = strings.TrimSpace(value); name {
		case "VERSION":
			out.Version = value
		case "BUILD":
			out.Build = value
		case "DATE":
			out.Date = value
		case "EPOCH":
			out.Epoch, _ = strconv.ParseInt(value, 10, 64)
		}
	}
	return out
}

func (s *session) webServer(ctx context.Context, _ cti.Req[cti.None]) (WebServer, error) {
	v, e := s.ask(ctx, WebServerOf.Name, "webserver", nil)
	if e != nil {
		return WebServer{}, e
	}
	return WebServer{Values: readWebServer(v.values["answer"])}, nil
}

// readWebServer reads the lines name: value between <PRE> and </PRE>.
func readWebServer(text string) map[string]string {
	out := map[string]string{}
	for l := range strings.Lines(text) {
		if name, value, ok := strings.Cut(strings.TrimSpace(l), ": "); ok && !strings.HasPrefix(name, "<") {
			out[name] = value
		}
	}
	return out
}

// team asks for the user behind a CRM's id. Both functions may name any agent, so no page may ask them.
func (s *session) team(ctx context.Context, op string, in TeamIn) (verdict, error) {
	f, wrong := form(in)
	if wrong != "" {
		return verdict{}, s.bad(op, wrong)
	}
	v, e := s.tell(ctx, op, strings.TrimPrefix(op, driverName+"."), cellNone, "", f)
	if e != nil {
		return v, e
	}
	return v, nil
}

func (s *session) loginLog(ctx context.Context, r cti.Req[TeamIn]) (out User, err error) {
	v, err := s.team(ctx, LoginLog.Name, r.In)
	if err == nil {
		fill(&out, v.values, nil)
	}
	return out, err
}

func (s *session) activeLead(ctx context.Context, r cti.Req[TeamIn]) (out ActiveLead, err error) {
	v, err := s.team(ctx, ActiveLeadOf.Name, r.In)
	if err == nil {
		fill(&out, v.values, nil)
	}
	return out, err
}

func (s *session) notify(ctx context.Context, r cti.Req[NotifyIn]) (out Notified, err error) {
	op := SendNotification.Name
	f, wrong := form(r.In)
	switch {
	case wrong != "":
		return out, s.bad(op, wrong)
	case r.In.Text == "" && r.In.Confetti != "Y":
		return out, s.bad(op, "one of notification_text and show_confetti=Y is needed")
	}
	v, e := s.tell(ctx, op, "send_notification", cellNone, "", f)
	if e != nil {
		return out, e
	}
	fill(&out, v.values, v.notices)
	return out, nil
}

// webphone asks for the address of the agent's webphone. It is kept out of everything but the answer: it carries the
// phone's password.
func (s *session) webphone(ctx context.Context, r cti.Req[WebphoneIn]) (Webphone, error) {
	v, err := command(ctx, s, WebphoneOf.Name, cellNone, WebphoneOf.Effect, r.Target, r.In, usually[WebphoneIn]("value", "DISPLAY"))
	if err != nil {
		return Webphone{}, err
	}
	return Webphone{URL: strings.TrimSpace(v.values["answer"])}, nil
}

func (s *session) record(ctx context.Context, r cti.Req[RecordIn]) (RecordingState, error) {
	return s.recording(ctx, Record.Name, r.Target, r.In)
}

func (s *session) recording(ctx context.Context, op string, t cti.Target, in RecordIn) (out RecordingState, err error) {
	agent, e := s.agent(op, t, in.Agent)
	if e != nil {
		return out, e
	}
	f, wrong := form(in)
	if len(in.Stage) > sizeSuffix {
		wrong = tooLong("the parameter stage", len(in.Stage), sizeSuffix)
	}
	if wrong != "" {
		return out, s.bad(op, wrong)
	}
	f.Set("agent_user", agent)
	var v verdict
	if in.Value == "STATUS" {
		v, e = s.ask(ctx, op, "recording", f)
	} else {
		v, e = s.tell(ctx, op, "recording", cellRecording, agent, f)
	}
	if e != nil {
		return out, e
	}
	fill(&out, v.values, v.notices)
	// STATUS answers with NOTICE. Until the page has begun, the word START_MIDCALL stands where the id will (recorded).
	out.Active = v.reason == "recording active"
	return out, nil
}

// table asks the Non-Agent API for rows, with their columns named: older servers have fewer, and document and server differ.
func (s *session) table(ctx context.Context, op, function string, f url.Values) ([]map[string]string, *cti.Error) {
	f.Set("stage", "tab") // csv is not quoted, and names may hold |
	f.Set("header", "YES")
	v, e := s.look(ctx, op, function, f)
	if e != nil {
		return nil, e
	}
	rows, ok := readTable(v.values["answer"])
	if !ok {
		return nil, s.fails.Strange(op, v.values["answer"])
	}
	return rows, nil
}

// readTable reads rows under their header. A row may be shorter than its header: what the server does not know it leaves out.
func readTable(text string) ([]map[string]string, bool) {
	var names []string
	out := []map[string]string{}
	for l := range strings.Lines(text) {
		fields := strings.Split(strings.TrimRight(l, "\r\n"), "\t")
		switch {
		case len(fields) == 1 && fields[0] == "":
		case names == nil:
			names = fields
		case len(fields) > len(names):
			return nil, false // a tab inside a value: nothing in this row can be trusted
		default:
			row := make(map[string]string, len(names))
			for i, v := range fields {
				row[names[i]] = strings.TrimSpace(v)
			}
			out = append(out, row)
		}
	}
	return out, len(names) > 1 && len(out) > 0
}

// rowOf reads how an agent stands. Two tables have two names for two columns.
func rowOf(m map[string]string) AgentRow {
	var r AgentRow
	fill(&r, m, nil)
	if r.CallID == "" {
		r.CallID = m["call_id"] // as the document calls it
	}
	if r.Sub == "" {
		r.Sub = m["sub_status"]
	}
	return r
}

// status asks how an agent stands; Status is "" when the agent is not logged in.
func (s *session) status(ctx context.Context, op, agent string) (AgentRow, *cti.Error) {
	rows, e := s.table(ctx, op, "agent_status", url.Values{"agent_user": {agent}})
	switch {
	case e != nil && e.Kind == cti.WrongState && e.Hint == hintLogIn:
		return AgentRow{User: agent}, nil
	case e != nil:
		if e.Kind == cti.Forbidden {
			s.mu.Lock()
			s.blind = true
			s.mu.Unlock()
		}
		return AgentRow{}, e
	}
	r := rowOf(rows[0])
	r.User = agent
	return r, nil
}

func (s *session) agentStatus(ctx context.Context, r cti.Req[AgentIn]) (AgentRow, error) {
	op := AgentStatus.Name
	agent, e := s.agent(op, r.Target, r.In.Agent)
	if e != nil {
		return AgentRow{}, e
	}
	rows, e := s.table(ctx, op, "agent_status", url.Values{"agent_user": {agent}})
	if e != nil {
		return AgentRow{}, e
	}
	row := rowOf(rows[0])
	row.User = agent
	return row, nil
}

func (s *session) loggedInAgents(ctx context.Context, r cti.Req[FloorIn]) ([]AgentRow, error) {
	f := url.Values{"show_sub_status": {"YES"}}
	for name, list := range map[string][]string{"campaigns": r.In.Campaigns, "user_groups": r.In.Groups} {
		for _, v := range list {
			if !isMadeOf(v, wordChars, 1, 20) {
				return nil, s.bad(LoggedInAgents.Name, "the parameter "+name+" must hold names of 1 to 20 letters, digits, - and _")
			}
		}
		if len(list) > 0 {
			f.Set(name, strings.Join(list, "|"))
		}
	}
	rows, e := s.table(ctx, LoggedInAgents.Name, "logged_in_agents", f)
	if e != nil {
		return nil, e
	}
	out := make([]AgentRow, len(rows))
	for i, m := range rows {
		out[i] = rowOf(m)
	}
	return out, nil
}

func (s *session) lead(ctx context.Context, op, lead string) (map[string]string, *cti.Error) {
	if !isMadeOf(lead, digits, 1, 10) {
		return nil, s.bad(op, "the parameter lead_id must be a whole number")
	}
	rows, e := s.table(ctx, op, "lead_all_info", url.Values{"lead_id": {lead}})
	if e != nil {
		return nil, e
	}
	return rows[0], nil
}

func (s *session) leadAllInfo(ctx context.Context, r cti.Req[LeadIn]) (Row, error) {
	fields, e := s.lead(ctx, LeadAllInfo.Name, r.In.Lead)
	if e != nil {
		return Row{}, e
	}
	return Row{Fields: fields}, nil
}

func (s *session) leadFieldInfo(ctx context.Context, r cti.Req[FieldIn]) (Value, error) {
	f, wrong := form(r.In)
	if wrong != "" {
		return Value{}, s.bad(LeadFieldInfo.Name, wrong)
	}
	v, e := s.look(ctx, LeadFieldInfo.Name, "lead_field_info", f)
	if e != nil {
		return Value{}, e
	}
	return Value{Value: strings.TrimRight(v.values["answer"], "\r\n")}, nil
}

func (s *session) callIDInfo(ctx context.Context, r cti.Req[CallIDIn]) (Row, error) {
	f, wrong := form(r.In)
	if wrong != "" {
		return Row{}, s.bad(CallIDInfo.Name, wrong)
	}
	f.Set("detail", "YES")
	rows, e := s.table(ctx, CallIDInfo.Name, "callid_info", f)
	if e != nil {
		return Row{}, e
	}
	return Row{Fields: rows[0]}, nil
}
