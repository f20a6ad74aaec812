package vicidial

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"ctiagent/cti"
)

// everyQueue is the only queue whose calls can be counted: all that could reach the agent.
const everyQueue = "*"

func (s *session) queueStatus(ctx context.Context, r cti.Req[cti.QueueIn]) (cti.QueueStatus, error) {
	op := cti.QueueStatusOf.Name
	if r.In.Queue != everyQueue {
		e := s.fails.Make(cti.NotFound, op, "VICIdial counts all calls that could reach the agent together, as the queue *", cti.NotSent, nil)
		e.Hint = hintQueue
		return cti.QueueStatus{}, e
	}
	v, err := command(ctx, s, CallsInQueue.Name, cellNone, cti.Observe, r.Target, QueuedIn{}, usually[QueuedIn]("value", "DISPLAY"))
	if err != nil {
		return cti.QueueStatus{}, err
	}
	var n Waiting
	fill(&n, v.values, nil)
	return cti.QueueStatus{Queue: everyQueue, Waiting: n.Waiting}, nil
}

// callbackSchedule promises the customer on the screen a call: VICIdial knows callbacks as an outcome only.
func (s *session) callbackSchedule(ctx context.Context, r cti.Req[cti.CallbackIn]) (cti.ID, error) {
	op := cti.CallbackSchedule.Name
	_, c, e := s.live(op, r.Target)
	if e != nil {
		return cti.ID{}, e
	}
	switch {
	case c.number == "" || !strings.HasSuffix(r.In.Number, c.number) && !strings.HasSuffix(c.number, r.In.Number):
		e := s.fails.Make(cti.WrongState, op, "VICIdial promises a call only to the customer on the agent's screen, whose number is another", cti.NotSent, nil)
		e.Hint = hintCallback
		return cti.ID{}, e
	case r.In.Contact != "" && r.In.Contact != c.lead:
		e := s.fails.Make(cti.WrongState, op, "the lead on the agent's screen is another", cti.NotSent, nil)
		e.Hint = hintCallback
		return cti.ID{}, e
	case r.In.Campaign != "":
		return cti.ID{}, s.bad(op, "VICIdial calls back in the agent's campaign; leave campaign out")
	}
	if _, err := s.dispose(ctx, op, r.Target, StatusIn{Value: s.opts.callback, Comments: r.In.Note, Kind: "ANYONE"}, r.In.At); err != nil {
		return cti.ID{}, err
	}
	return cti.ID{ID: c.lead}, nil
}

// leadOf puts a contact into the columns of a lead. Parameters are columns by their names.
func leadOf(in cti.ContactIn) (map[string]string, string) {
	out := map[string]string{}
	first, last, _ := strings.Cut(strings.TrimSpace(in.Name), " ")
	for name, v := range map[string]string{"first_name": first, "last_name": strings.TrimSpace(last)} {
		if v != "" {
			out[name] = v
		}
	}
	switch len(in.Numbers) {
	case 0:
	case 1:
		out["phone_number"] = in.Numbers[0]
	case 2:
		out["phone_number"], out["alt_phone"] = in.Numbers[0], in.Numbers[1]
	default:
		return nil, "a lead has two numbers, phone_number and alt_phone; give a third one as address3 in parameters"
	}
	for name, v := range in.Parameters {
		if !slices.Contains(leadColumns(), name) {
			return nil, "the parameter " + name + " is no column of a lead, such as vendor_lead_code"
		}
		out[name] = v
	}
	return out, ""
}

func (s *session) contactAdd(ctx context.Context, r cti.Req[cti.ContactIn]) (cti.ID, error) {
	op := cti.ContactAdd.Name
	agent, e := s.agent(op, r.Target, "")
	if e != nil {
		return cti.ID{}, e
	}
	columns, wrong := leadOf(r.In)
	switch {
	case wrong != "":
		return cti.ID{}, s.bad(op, wrong)
	case r.In.Campaign != "":
		return cti.ID{}, s.bad(op, "VICIdial adds to the list of the agent's campaign; leave campaign out")
	case r.In.ID != "":
		return cti.ID{}, s.bad(op, "VICIdial numbers its leads; give the CRM's id as vendor_lead_code in parameters")
	case columns["phone_number"] == "":
		return cti.ID{}, s.bad(op, "the parameter numbers is needed")
	}
	f := value("")
	f.Del("value")
	for name, v := range columns {
		if wrong := unfit(name, v); wrong != "" {
			return cti.ID{}, s.bad(op, wrong)
		}
		f.Set(name, v)
	}
	missing(f, "phone_code", s.opts.phoneCode)
	f.Set("agent_user", agent)
	v, e := s.tell(ctx, op, "external_add_lead", cellNone, agent, f)
	if e != nil {
		return cti.ID{}, e
	}
	return cti.ID{ID: v.values["lead_id"]}, nil
}

// contactUpdate writes the lead on the agent's screen, and no other.
func (s *session) contactUpdate(ctx context.Context, r cti.Req[cti.ContactIn]) (cti.ID, error) {
	op := cti.ContactUpdate.Name
	_, c, e := s.live(op, r.Target)
	if e != nil {
		return cti.ID{}, e
	}
	columns, wrong := leadOf(r.In)
	switch {
	case wrong != "":
		return cti.ID{}, s.bad(op, wrong)
	case r.In.Campaign != "":
		return cti.ID{}, s.bad(op, "a lead does not change its campaign; leave campaign out")
	case r.In.ID != "" && r.In.ID != c.lead:
		e := s.fails.Make(cti.WrongState, op, "VICIdial writes only the lead on the agent's screen, which is another", cti.NotSent, nil)
		e.Hint = hintNoLead
		return cti.ID{}, e
	}
	in := UpdateIn{}
	for name, v := range columns {
		if v == "" {
			in.Clear = append(in.Clear, name)
		}
	}
	fill(&in, columns, nil)
	out, e := s.update(ctx, op, r.Target, in)
	if e != nil {
		return cti.ID{}, e
	}
	s.stir()
	return cti.ID{ID: out.Lead}, nil
}

// serverStatus asks the version, which answers without a log-in, and the web server, which not every server lets us.
func (s *session) serverStatus(ctx context.Context, _ cti.Req[cti.None]) ([]cti.ServerStatus, error) {
	op := cti.ServerStatusNow.Name
	v, e := s.ask(ctx, op, "version", nil)
	if e != nil {
		return nil, e
	}
	version := readVersion(v.values["answer"])
	out := cti.ServerStatus{Name: s.opts.url.Hostname(), Status: "VICIdial " + version.Version + ", build " + version.Build}
	web, e := s.ask(ctx, op, "webserver", nil)
	switch {
	case e == nil:
		values := readWebServer(web.values["answer"])
		out.ID = values["host name"]
		out.Name = cmp.Or(values["server name"], out.Name)
		if load := values["system load average"]; load != "" {
			out.Status += ", load " + load
		}
	case e.Kind != cti.Unavailable && e.Kind != cti.Forbidden || e.Sent == cti.NotSent:
		return nil, e
	default: // 500 where PHP is no module of Apache (recorded), or the API user may not
		out.Status += "; of the web server it tells nothing: " + e.Text
	}
	return []cti.ServerStatus{out}, nil
}
