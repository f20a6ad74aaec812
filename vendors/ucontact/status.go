package ucontact

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"sort"
	"strconv"
	"strings"

	"ctiagent/cti"
)

// Status is what an agent's phone does, manual 004, "Códigos de estado de los agentes".
type Status int

// The codes of the manual. unseen is ours: the agent is not in the campaign that is looked at.
const (
	unseen      Status = -1
	Unknown     Status = 0
	NotInUse    Status = 1
	InUse       Status = 2
	Busy        Status = 3
	Invalid     Status = 4
	Unavailable Status = 5
	Ringing     Status = 6
	RingInUse   Status = 7
	OnHold      Status = 8
	Wrapup      Status = 9
)

// String is the manual's word for the code; "" for a code it lacks.
func (s Status) String() string {
	words := []string{"UNKNOWN", "NOT_INUSE", "INUSE", "BUSY", "INVALID", "UNAVAILABLE", "RINGING", "RINGINUSE", "ONHOLD", "WRAPUP"}
	if s < 0 || int(s) >= len(words) {
		return ""
	}
	return words[s]
}

// text is a value that the system writes as text, as a number or as null.
type text string

// UnmarshalJSON reads any plain value; what holds others is refused.
func (t *text) UnmarshalJSON(b []byte) error {
	switch {
	case len(b) == 0 || b[0] == '{' || b[0] == '[':
		return errNotPlain
	case b[0] == '"':
		return json.Unmarshal(b, (*string)(t))
	case string(b) == "null":
		*t = ""
	default:
		*t = text(b)
	}
	return nil
}

// whole is an integer that may be written as text; nothing is 0, and what stands behind a decimal point is cut off.
type whole int

// UnmarshalJSON reads 2, "2", "" and null.
func (n *whole) UnmarshalJSON(b []byte) error {
	var t text
	if err := t.UnmarshalJSON(b); err != nil {
		return err
	}
	if t = text(strings.TrimSpace(string(t))); t == "" {
		*n = 0
		return nil
	}
	f, err := strconv.ParseFloat(string(t), 64)
	if err != nil || f != f || f > 1<<53 || f < -1<<53 {
		return errNotNumber
	}
	*n = whole(f)
	return nil
}

var (
	errNotPlain  = errors.New("an object or a list where one value belongs")
	errNotNumber = errors.New("a text where a number belongs")
	errNoAnswer  = errors.New("neither a campaign nor an agent")
)

// CampaignRow is one campaign of campaignstatus.
type CampaignRow struct {
	Campaign       text  `json:"campaign"`
	Availables     whole `json:"availables"`
	NotAvailables  whole `json:"notavailables"`
	Paused         whole `json:"paused"`
	Busy           whole `json:"busy"`
	BusyPaused     whole `json:"busypaused"`
	TotalAgents    whole `json:"totalagents"`
	Logged         whole `json:"logged"`
	OnWrapup       whole `json:"onwrapup"`
	Completed      whole `json:"completed"`
	Abandoned      whole `json:"abandoned"`
	Talked         text  `json:"talked"`
	Hold           text  `json:"hold"`
	AbandonedLevel text  `json:"abandonedlevel"`
	TotalCalls     whole `json:"totalcalls"`
	ACD            whole `json:"acd"`
	ServiceLevel   text  `json:"servicelevel"`
	ServiceLevel2  text  `json:"servicelevel2"`
	Strategy       text  `json:"strategy"`
	LevelThreshold text  `json:"slevelthreshold"`
	WrapupSeconds  whole `json:"wrapup" help:"seconds"`
}

// AgentRow is one agent of a campaign.
type AgentRow struct {
	Queue        text   `json:"queue"`
	Location     text   `json:"location" help:"the agent's phone, such as SIP/1010"`
	Membership   text   `json:"membership"`
	Name         text   `json:"name"`
	Penalty      whole  `json:"penalty"`
	CallsTaken   whole  `json:"callsTaken"`
	LastCall     whole  `json:"lastCall"`
	Status       string `json:"status" values:"UNKNOWN,NOT_INUSE,INUSE,BUSY,INVALID,UNAVAILABLE,RINGING,RINGINUSE,ONHOLD,WRAPUP" help:"the manual's word for statusCode, empty for a code it lacks"`
	StatusCode   Status `json:"statusCode"`
	Paused       bool   `json:"paused"`
	Interface    text   `json:"stateinterface"`
	InCall       whole  `json:"incall"`
	PausedReason string `json:"pausedreason"`
	Server       text   `json:"server"`
}

// CampaignStatus is an answer of campaignstatus: campaigns and, when one was named, its agents, sorted by name and phone.
type CampaignStatus struct {
	Campaigns []CampaignRow `json:"campaigns"`
	Agents    []AgentRow    `json:"agents"`
}

// UnmarshalJSON reads an agent as the system writes it: status is the code.
func (a *AgentRow) UnmarshalJSON(b []byte) error {
	type bare AgentRow
	raw := struct {
		*bare
		Status       whole           `json:"status"`
		Paused       json.RawMessage `json:"paused"`
		PausedReason json.RawMessage `json:"pausedreason"`
	}{bare: (*bare)(a)}
	if err := json.Unmarshal(b, &raw); err != nil {
		return err
	}
	a.StatusCode = Status(raw.Status)
	a.Status = a.StatusCode.String()
	a.Paused = slices.Contains([]string{"true", "1", `"true"`, `"1"`}, string(raw.Paused))
	a.PausedReason = readReason(raw.PausedReason)
	return nil
}

// readReason reads why an agent is paused. The manual prints "" and "[]" for nothing, so a reason is expected with and without
// brackets.
func readReason(raw json.RawMessage) string {
	var list []text
	if json.Unmarshal(raw, &list) != nil {
		var one text
		if json.Unmarshal(raw, &one) != nil {
			return ""
		}
		inner := strings.TrimSpace(string(one))
		if json.Unmarshal([]byte(inner), &list) != nil {
			list = []text{text(strings.TrimSuffix(strings.TrimPrefix(inner, "["), "]"))}
		}
	}
	var out []string
	for _, r := range list {
		if r := strings.TrimSpace(string(r)); r != "" {
			out = append(out, r)
		}
	}
	reason := strings.Join(out, ", ")
	if len(reason) > longestText {
		reason = strings.ToValidUTF8(reason[:longestText], "")
	}
	return reason
}

// readStatus reads campaignstatus: one object by name, of campaigns and of agents' phones.
func readStatus(raw []byte) (out CampaignStatus, err error) {
	rows := map[string]json.RawMessage{}
	if err := json.Unmarshal(raw, &rows); err != nil {
		return out, err
	}
	nameless := 0 // queuesummary ends with a row that is none; so may this
	for _, row := range rows {
		var kind struct {
			Campaign *json.RawMessage `json:"campaign"`
			Location *json.RawMessage `json:"location"`
		}
		if err := json.Unmarshal(row, &kind); err != nil {
			return out, err
		}
		switch {
		case kind.Location != nil:
			var a AgentRow
			err = json.Unmarshal(row, &a)
			out.Agents = append(out.Agents, a)
		case kind.Campaign != nil:
			var c CampaignRow
			err = json.Unmarshal(row, &c)
			out.Campaigns = append(out.Campaigns, c)
		default:
			nameless++
		}
		if err != nil {
			return CampaignStatus{}, err
		}
	}
	if nameless > 0 && nameless == len(rows) {
		return CampaignStatus{}, errNoAnswer
	}
	sort.Slice(out.Campaigns, func(i, j int) bool { return out.Campaigns[i].Campaign < out.Campaigns[j].Campaign })
	sort.Slice(out.Agents, func(i, j int) bool { return out.Agents[i].Location < out.Agents[j].Location })
	return out, nil
}

// campaignStatus asks for the state of all campaigns, or of one with its agents.
func (s *session) campaignStatus(ctx context.Context, op, queue string) (CampaignStatus, error) {
	var raw json.RawMessage
	if err := s.reads(ctx, op, "Supervisor/campaignstatus", url.Values{"queue": {queue}}, &raw); err != nil {
		return CampaignStatus{}, err
	}
	out, err := readStatus(bytes.TrimSpace(raw))
	if err != nil {
		return CampaignStatus{}, s.notUnderstood(op, "campaignstatus", err)
	}
	out.Campaigns, out.Agents = orEmpty(out.Campaigns), orEmpty(out.Agents)
	return out, nil
}

func (s *session) notUnderstood(op, function string, err error) error {
	e := s.fails.Make(cti.Unavailable, op, "the answer of "+function+" was not understood", cti.CertainSent, err)
	e.Hint = hintAddress
	return e
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// lookAt finds a desk's agent in the campaign that is looked at: by the phone, else by the name. Who is in no list may be
// anything, for the manual's sample lists agents who are away, too; then counts what a notification told.
func (s *session) lookAt(ctx context.Context, op string, desk cti.Target) (Status, cti.AgentFact, error) {
	f := cti.AgentFact{ID: desk.Agent, Extension: desk.Extension}
	if told := s.toldAgent(); told != nil {
		f.State, f.Reason = told.State, told.Reason
	}
	if s.opts.status == "" {
		// Only the link is learnt.
		_, err := s.queueSummary(ctx, op)
		return unseen, f, err
	}
	got, err := s.campaignStatus(ctx, op, s.opts.status)
	if err != nil {
		return unseen, f, err
	}
	place := s.opts.tech + "/" + desk.Extension
	for _, fits := range []func(AgentRow) bool{
		func(a AgentRow) bool {
			return desk.Extension != "" && (strings.EqualFold(string(a.Location), place) || strings.EqualFold(string(a.Interface), place))
		},
		func(a AgentRow) bool { return desk.Agent != "" && strings.EqualFold(string(a.Name), desk.Agent) },
	} {
		if i := slices.IndexFunc(got.Agents, fits); i >= 0 {
			a := got.Agents[i]
			f.State, f.Reason = stateOf(a), a.PausedReason
			if f.State != cti.AgentPaused {
				f.Reason = ""
			}
			return a.StatusCode, f, nil
		}
	}
	return unseen, f, nil
}

// stateOf is an agent's state apart from calls; "" when the code does not tell.
func stateOf(a AgentRow) cti.AgentState {
	switch {
	case a.StatusCode == Unavailable || a.StatusCode == Invalid:
		return cti.AgentOffline
	case a.StatusCode == Unknown || a.Status == "":
		return ""
	case a.StatusCode == Wrapup:
		return cti.AgentWrapup
	case a.Paused:
		return cti.AgentPaused
	}
	return cti.AgentReady
}
