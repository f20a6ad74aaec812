package ucontact

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"sort"
	"strings"

	"ctiagent/cti"
)

// dataText writes parameters as dialers want them, Par1=Val1:Par2=Val2. There is no way to write the separators otherwise.
func (s *session) dataText(op, place string, params map[string]string) (string, error) {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(params)) {
		if name == "" || hasControls(name+params[name]) || strings.ContainsAny(name+params[name], separators) {
			return "", s.bad(op, place, "must hold none of ; : = and no line break")
		}
		out = append(out, name+"="+params[name])
	}
	return strings.Join(out, ":"), nil
}

// callbackSchedule has the campaign's dialer call at a time. The agent's own extension goes along, which progressive dialers
// want; the note and the customer's id go to the workflow.
func (s *session) callbackSchedule(ctx context.Context, r cti.Req[cti.CallbackIn]) (cti.ID, error) {
	op := cti.CallbackSchedule.Name
	params := map[string]string{}
	for name, v := range map[string]string{"note": oneLine(r.In.Note), "contact": r.In.Contact} {
		if v != "" {
			params[name] = v
		}
	}
	data, err := s.dataText(op, "note", params)
	if err != nil {
		return cti.ID{}, err
	}
	_, err = s.later(ctx, op, ScheduleIn{CallDate: site(r.In.At.Time), Campaign: r.In.Campaign, Destination: r.In.Number,
		AgentPhone: r.Extension, Data: data})
	return cti.ID{}, err
}

// fieldsOf takes the named parameters out of the rest.
func fieldsOf(all map[string]string, names ...string) (fields, rest map[string]string) {
	fields, rest = map[string]string{}, map[string]string{}
	for name, v := range all {
		if slices.Contains(names, name) {
			fields[name] = v
		} else {
			rest[name] = v
		}
	}
	return fields, rest
}

// main splits the numbers of a contact into the first and the others.
func (s *session) main(op string, numbers []string) (first, others string, err error) {
	if len(numbers) == 0 {
		return "", "", s.bad(op, "numbers", "must hold at least one")
	}
	for i, n := range numbers {
		if !isNumber(n) {
			return "", "", s.bad(op, fmt.Sprintf("numbers[%d]", i), "must be 1 to 32 of 0-9, *, #, + and -")
		}
	}
	return numbers[0], strings.Join(numbers[1:], ":"), nil
}

// contactAdd puts a contact into the campaign's dialer. The parameters agent and source are the system's own, the others go to
// the workflow.
func (s *session) contactAdd(ctx context.Context, r cti.Req[cti.ContactIn]) (cti.ID, error) {
	op := cti.ContactAdd.Name
	number, others, err := s.main(op, r.In.Numbers)
	if err != nil {
		return cti.ID{}, err
	}
	own, rest := fieldsOf(r.In.Parameters, "agent", "source")
	for name, v := range map[string]string{"name": r.In.Name, "id": r.In.ID} {
		if v != "" {
			rest[name] = v
		}
	}
	data, err := s.dataText(op, "parameters", rest)
	if err != nil {
		return cti.ID{}, err
	}
	_, err = s.gift(ctx, op, TaskIn{Mode: modeAdd, Campaign: r.In.Campaign, Destination: number, Alternatives: others, Agent: own["agent"],
		Data: data, Source: own["source"]})
	return cti.ID{}, err
}

// contactUpdate gives a contact back to its dialer. Campaign, id and the parameter dialerbase say which contact it is, so none
// of them can change.
func (s *session) contactUpdate(ctx context.Context, r cti.Req[cti.ContactIn]) (cti.ID, error) {
	op := cti.ContactUpdate.Name
	number, others, err := s.main(op, r.In.Numbers)
	if err != nil {
		return cti.ID{}, err
	}
	own, rest := fieldsOf(r.In.Parameters, "dialerbase", "priority", "retries", "agentphone")
	if r.In.Name != "" {
		rest["name"] = r.In.Name
	}
	campaign, err := s.campaign(op, r.In.Campaign)
	if err != nil {
		return cti.ID{}, err
	}
	if r.In.ID == "" || own["dialerbase"] == "" {
		e := s.bad(op, "id", "and the parameter dialerbase in parameters must say which contact it is")
		e.Hint = hintRespool
		return cti.ID{}, e
	}
	in := RespoolIn{Campaign: campaign, Destination: number, DialerBase: own["dialerbase"], Alternatives: others, Contact: digits(r.In.ID),
		AgentPhone: own["agentphone"], Original: &Original{Campaign: campaign, Contact: digits(r.In.ID), DialerBase: own["dialerbase"]}}
	for name, to := range map[string]*whole{"priority": &in.Priority, "retries": &in.Retries} {
		if json.Unmarshal([]byte(cmp.Or(own[name], "0")), to) != nil {
			return cti.ID{}, s.bad(op, "parameters."+name, "must be a number")
		}
	}
	if in.Data, err = s.dataText(op, "parameters", rest); err != nil {
		return cti.ID{}, err
	}
	if _, err := s.giveBack(ctx, op, r.Target, in); err != nil {
		return cti.ID{}, err
	}
	return cti.ID{ID: r.In.ID}, nil
}

// contactRemove takes one number out of the campaign's dialer.
func (s *session) contactRemove(ctx context.Context, r cti.Req[cti.ContactIn]) (cti.ID, error) {
	op := cti.ContactRemove.Name
	if len(r.In.Numbers) != 1 {
		return cti.ID{}, s.bad(op, "numbers", "must hold exactly one: the system removes by number, one at a time")
	}
	_, err := s.remove(ctx, op, RemoveIn{r.In.Campaign, r.In.Numbers[0]})
	return cti.ID{}, err
}

// mostEntries bounds what one request does to black lists.
const mostEntries = 1000

// black sends an entry, or a list of them, as JSON.
func (s *session) black(ctx context.Context, op, function, place string, what any, entries []BlackEntry) (Done, error) {
	if len(entries) > mostEntries {
		return Done{}, s.bad(op, "blacklist", "must hold 1,000 entries at most")
	}
	for i := range entries {
		if entries[i].Username == "" {
			entries[i].Username = s.opts.user
		}
		if !isNumber(entries[i].Phone) {
			name := "phone"
			if place != "" {
				name = fmt.Sprintf("%s[%d].phone", place, i)
			}
			return Done{}, s.bad(op, name, "must be 1 to 32 of 0-9, *, #, + and -")
		}
		e := entries[i]
		if hasControls(e.Campaign + e.Username + e.Company + e.JobTitle + e.Name) {
			return Done{}, s.bad(op, cmp.Or(place, "blacklist"), "must hold no control characters")
		}
	}
	raw, err := json.Marshal(what)
	if err != nil {
		return Done{}, s.bad(op, "blacklist", "cannot be written")
	}
	return s.does(ctx, op, function, cti.Supervise, url.Values{s.opts.blacklist: {string(raw)}})
}

func blackOne(a cti.Action[BlackEntry, Done], function string) func(*session, context.Context, cti.Req[BlackEntry]) (Done, error) {
	return func(s *session, ctx context.Context, r cti.Req[BlackEntry]) (Done, error) {
		one := []BlackEntry{r.In}
		return s.black(ctx, a.Name, function, "", &one[0], one)
	}
}

func blackMany(a cti.Action[BlackListIn, Done], function string) func(*session, context.Context, cti.Req[BlackListIn]) (Done, error) {
	return func(s *session, ctx context.Context, r cti.Req[BlackListIn]) (Done, error) {
		many := slices.Clone(r.In.Entries)
		return s.black(ctx, a.Name, function, "blacklist", many, many)
	}
}

// listed puts a number on a campaign's black list or takes it off. No document has a list for all campaigns.
func (s *session) listed(ctx context.Context, op, function string, in cti.BlacklistIn) (cti.ID, error) {
	if in.List == "all" {
		return cti.ID{}, s.fails.Make(cti.Unsupported, op, "uContact's black lists belong to one campaign each; name it", cti.NotSent, nil)
	}
	campaign, err := s.campaign(op, in.List)
	if err != nil {
		return cti.ID{}, err
	}
	one := []BlackEntry{{Phone: in.Number, Campaign: campaign}}
	_, err = s.black(ctx, op, function, "", &one[0], one)
	return cti.ID{}, err
}

func (s *session) blacklistAdd(ctx context.Context, r cti.Req[cti.BlacklistIn]) (cti.ID, error) {
	return s.listed(ctx, cti.BlacklistAdd.Name, "admin/addblack", r.In)
}

func (s *session) blacklistRemove(ctx context.Context, r cti.Req[cti.BlacklistIn]) (cti.ID, error) {
	return s.listed(ctx, cti.BlacklistRemove.Name, "admin/deleteblack", r.In)
}

func (s *session) queueList(ctx context.Context, _ cti.Req[cti.None]) ([]cti.Queue, error) {
	rows, err := s.queueSummary(ctx, cti.QueueList.Name)
	out := []cti.Queue{}
	for _, r := range rows {
		out = append(out, cti.Queue{ID: r.Queue, Name: r.Queue})
	}
	return out, err
}

// queueStatus asks for the agents, and for the summary, which alone tells how many wait.
func (s *session) queueStatus(ctx context.Context, r cti.Req[cti.QueueIn]) (cti.QueueStatus, error) {
	op := cti.QueueStatusOf.Name
	got, err := s.campaignStatus(ctx, op, r.In.Queue)
	if err != nil {
		return cti.QueueStatus{}, err
	}
	if !slices.ContainsFunc(got.Campaigns, func(c CampaignRow) bool { return string(c.Campaign) == r.In.Queue }) {
		e := s.fails.Make(cti.NotFound, op, "the system has no such campaign", cti.CertainSent, nil)
		e.Hint = hintCampaign
		return cti.QueueStatus{}, e
	}
	rows, err := s.queueSummary(ctx, op)
	if err != nil {
		return cti.QueueStatus{}, err
	}
	out := cti.QueueStatus{Queue: r.In.Queue, WaitingUnknown: true, Agents: []cti.QueueAgent{}}
	for _, row := range rows {
		if row.Queue == r.In.Queue {
			out.Waiting, out.WaitingUnknown = int(row.Callers), false
		}
	}
	for _, a := range got.Agents {
		out.Agents = append(out.Agents, cti.QueueAgent{Name: string(a.Name), Extension: a.extension(), State: stateOf(a)})
	}
	return out, nil
}

// extension is the phone without its technology: 1010 of SIP/1010.
func (a AgentRow) extension() string {
	_, ext, ok := strings.Cut(string(a.Location), "/")
	if !ok {
		return string(a.Location)
	}
	return ext
}

func (s *session) campaignList(ctx context.Context, _ cti.Req[cti.None]) ([]cti.Campaign, error) {
	got, err := s.campaignStatus(ctx, cti.CampaignList.Name, "")
	// The counts beside each name are those of a queue's day; how far a list is, and whether it is called, they do not tell.
	out, now := []cti.Campaign{}, cti.At(s.host.Clock().Now())
	for _, c := range got.Campaigns {
		out = append(out, cti.Campaign{ID: string(c.Campaign), Name: string(c.Campaign), ReadAt: now})
	}
	return out, err
}

// mostCampaigns bounds how many campaigns are asked for their agents.
const mostCampaigns = 200

// directoryList lists the agents of all campaigns, each once.
func (s *session) directoryList(ctx context.Context, _ cti.Req[cti.None]) ([]cti.DirectoryEntry, error) {
	op := cti.DirectoryList.Name
	all, err := s.campaignStatus(ctx, op, "")
	if err != nil {
		return nil, err
	}
	if len(all.Campaigns) > mostCampaigns {
		e := s.fails.Make(cti.Refused, op, "the system has more than 200 campaigns; ask for one by ucontact.Supervisor/campaignstatus", cti.CertainSent, nil)
		e.Hint = hintCampaign
		return nil, e
	}
	known := map[text]cti.DirectoryEntry{}
	for _, c := range all.Campaigns {
		got, err := s.campaignStatus(ctx, op, string(c.Campaign))
		if err != nil {
			return nil, err
		}
		for _, a := range got.Agents {
			known[a.Location] = cti.DirectoryEntry{ID: string(a.Name), Name: string(a.Name), Extension: a.extension()}
		}
	}
	out := slices.Collect(maps.Values(known))
	sort.Slice(out, func(i, j int) bool {
		return cmp.Or(cmp.Compare(out[i].Name, out[j].Name), cmp.Compare(out[i].Extension, out[j].Extension)) < 0
	})
	return orEmpty(out), nil
}
