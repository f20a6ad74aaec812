package ucontact

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"ctiagent/cti"
)

// statusPooled is the only status a pooled contact has (manual 004, "CTI": always 1).
const statusPooled = 1

// topPriority is the sample's (manual 004, "Chamada Respool"); 1 is for schedules, so others are above it.
const topPriority = 9999

// Original are the members of the object a contact came with that must stay as they are: the dialer depends on them (manual
// 004, "NÃO MUDAR").
type Original struct {
	Campaign   string `json:"campaign" required:"true"`
	Status     whole  `json:"status,omitempty" help:"always 1"`
	Contact    digits `json:"contact" required:"true" help:"the contact's id"`
	DialerBase string `json:"dialerbase" required:"true" help:"the dialer's list"`
}

// RespoolIn gives a contact back to its dialer with other numbers.
type RespoolIn struct {
	Campaign     string    `json:"campaign" required:"true" help:"must be the original's"`
	Destination  string    `json:"destination" required:"true" role:"number" help:"the number to call first now"`
	DialerBase   string    `json:"dialerbase" required:"true" help:"the dialer's list; must be the original's"`
	Status       whole     `json:"status,omitempty" help:"1; must be the original's"`
	Data         string    `json:"data,omitempty" help:"for the workflow: Par1=Val1:Par2=Val2"`
	Alternatives string    `json:"alternatives,omitempty" help:"more numbers with : between them"`
	Contact      digits    `json:"contact" required:"true" help:"the contact's id; must be the original's"`
	Retries      whole     `json:"retries,omitempty" help:"0 for a number that is new"`
	Priority     whole     `json:"priority,omitempty" help:"2 and up; 9999 when left out"`
	AgentPhone   string    `json:"agentphone,omitempty" role:"extension" help:"for progressive dialers: the agent's extension, the desk's own when left out"`
	Original     *Original `json:"original,omitempty" help:"the CTI object the contact came with; when left out, what the action CTI tells of the agent's call"`
}

// ScheduleIn has a dialer call a number at a time.
type ScheduleIn struct {
	CallDate     string `json:"calldate,omitempty" help:"yyyy-MM-dd HH:mm:ss in the site's time, or RFC 3339; now when left out"`
	Campaign     string `json:"campaign,omitempty" help:"the option campaign when left out"`
	Destination  string `json:"destination" required:"true" role:"number" help:"the number to call"`
	Alternatives string `json:"alternatives,omitempty" help:"more numbers with : between them"`
	AgentPhone   string `json:"agentphone,omitempty" role:"extension" help:"for progressive dialers: the agent's extension, the desk's own when left out"`
	Data         string `json:"data,omitempty" help:"for the workflow: Par1=Val1:Par2=Val2"`
}

// The modes of DialerTask, manual 004, "Ejemplos para cada modo".
const (
	modePriority = "priority" // "Agregar marcador con prioridad 1"
	modeNow      = "now"      // "Crear llamada manual en el momento"
	modeAdd      = "add"      // "Agregar llamada al marcador"
	modeSchedule = "schedule" // "Agendar llamada para marcador"
)

// TaskIn gives a dialer a call to make.
type TaskIn struct {
	Mode         string `json:"mode" required:"true" values:"priority,now,add,schedule" help:"priority: into the dialer before all others; now: a manual call at once; add: into the dialer; schedule: into the dialer for a time"`
	CallDate     string `json:"calldate,omitempty" help:"for schedule: yyyy-MM-dd HH:mm:ss in the site's time, or RFC 3339"`
	Campaign     string `json:"campaign,omitempty" help:"the option campaign when left out"`
	Destination  string `json:"destination" required:"true" role:"number" help:"the number to call"`
	Alternatives string `json:"alternatives,omitempty" help:"more numbers with : between them"`
	Agent        string `json:"agent,omitempty" help:"for progressive dialers: the agent's name or extension"`
	Data         string `json:"data,omitempty" help:"for the workflow: Par1=Val1:Par2=Val2"`
	Source       string `json:"source,omitempty" help:"where the contact comes from"`
}

// RemoveIn names a number in a dialer.
type RemoveIn struct {
	Campaign string `json:"campaign,omitempty" help:"the option campaign when left out"`
	Number   string `json:"number" required:"true" role:"number"`
}

// RemoveScheduleIn names the scheduled calls of a number.
type RemoveScheduleIn struct {
	Campaign    string   `json:"campaign,omitempty" help:"the option campaign when left out"`
	Destination string   `json:"destination" required:"true" role:"number"`
	From        cti.Time `json:"from" required:"true" help:"scheduled at or after"`
	To          cti.Time `json:"to" required:"true" help:"scheduled at or before"`
}

// when reads a moment as pages and programs write it, and writes it in the site's time.
func (s *session) when(op, name, text string) (string, error) {
	text = strings.TrimSpace(text)
	if t, err := time.ParseInLocation(time.DateTime, text, time.Local); err == nil {
		return site(t), nil
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return site(t), nil
	}
	e := s.bad(op, name, "must be a time like 2026-11-20 15:00:00")
	e.Hint = hintSchedule
	return "", e
}

// numbers checks a number and those that stand in for it.
func (s *session) numbers(op, name, number, alternatives string) error {
	if !isNumber(number) {
		return s.bad(op, name, "must be 1 to 32 of 0-9, *, #, + and -")
	}
	if alternatives == "" {
		return nil
	}
	for n := range strings.SplitSeq(alternatives, ":") {
		if !isNumber(n) {
			return s.bad(op, "alternatives", "must be numbers with : between them")
		}
	}
	return nil
}

// gives sends an object to a dialer as one parameter, whose members are texts, numbers and the like.
func (s *session) gives(ctx context.Context, op, function, param string, object any) (Done, error) {
	raw, err := json.Marshal(object)
	var members map[string]any
	if err != nil || json.Unmarshal(raw, &members) != nil {
		return Done{}, s.bad(op, param, "cannot be written")
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if text, ok := members[name].(string); ok && hasControls(text) {
			return Done{}, s.bad(op, name, "must hold no control characters")
		}
	}
	return s.does(ctx, op, function, cti.Control, url.Values{param: {string(raw)}})
}

// pooled is the object as the system wants it (manual 004, "Chamada Respool").
type pooled struct {
	Campaign     string `json:"campaign"`
	Destination  string `json:"destination"`
	DialerBase   string `json:"dialerbase"`
	Status       int    `json:"status"`
	Data         string `json:"data"`
	Alternatives string `json:"alternatives"`
	Contact      digits `json:"contact"`
	Retries      int    `json:"retries"`
	Priority     int    `json:"priority"`
	AgentPhone   string `json:"agentphone"`
}

// giveBack gives a contact back, if nothing has changed in it that must not.
func (s *session) giveBack(ctx context.Context, op string, t cti.Target, in RespoolIn) (Done, error) {
	original := s.originalOf(t, in)
	for _, m := range []struct{ name, now, before string }{
		{"campaign", in.Campaign, original.Campaign},
		{"contact", string(in.Contact), string(original.Contact)},
		{"dialerbase", in.DialerBase, original.DialerBase},
	} {
		if m.now == "" {
			return Done{}, s.bad(op, m.name, "is missing; it must be the one the contact came with")
		}
		if m.before != "" && m.now != m.before {
			return Done{}, s.unchangeable(op, m.name)
		}
	}
	if cmp.Or(in.Status, statusPooled) != cmp.Or(original.Status, statusPooled) || cmp.Or(in.Status, statusPooled) != statusPooled {
		return Done{}, s.unchangeable(op, "status")
	}
	if err := s.numbers(op, "destination", in.Destination, in.Alternatives); err != nil {
		return Done{}, err
	}
	if in.Retries < 0 || in.Priority < 0 || in.Priority == 1 {
		return Done{}, s.bad(op, "priority", "must be 2 or more, for 1 is used by schedules, and retries 0 or more")
	}
	return s.gives(ctx, op, "Dialers/Respool", "callspool", pooled{Campaign: in.Campaign, Destination: in.Destination, DialerBase: in.DialerBase,
		Status: statusPooled, Data: in.Data, Alternatives: in.Alternatives, Contact: in.Contact, Retries: int(in.Retries),
		Priority: int(cmp.Or(in.Priority, topPriority)), AgentPhone: in.AgentPhone})
}

func (s *session) unchangeable(op, name string) error {
	e := s.bad(op, name, "must stay as it came: changing it upsets the dialer")
	e.Hint = hintRespool
	return e
}

// originalOf is the contact as it came: what the caller says it was, else what the driver itself has told of the agent's call,
// also of the last one when that was with this contact. What nobody was told is empty; a portal's page has that from elsewhere,
// and its object goes as it is.
func (s *session) originalOf(t cti.Target, in RespoolIn) Original {
	if in.Original != nil {
		return *in.Original
	}
	o := s.ctiOf(t)
	if o == nil {
		return Original{}
	}
	if _, live, _ := s.book(t).named(t.Ref); !live && o.Contact != in.Contact {
		return Original{}
	}
	return Original{Campaign: o.Campaign, Status: o.Status, Contact: o.Contact, DialerBase: o.DialerBase}
}

func (s *session) respool(ctx context.Context, r cti.Req[RespoolIn]) (Done, error) {
	r.In.AgentPhone = cmp.Or(r.In.AgentPhone, r.Extension)
	return s.giveBack(ctx, Respool.Name, r.Target, r.In)
}

// scheduled is the object as the system wants it (manual 004, "Agendar Chamada").
type scheduled struct {
	CallDate     string `json:"calldate"`
	Campaign     string `json:"campaign"`
	Destination  string `json:"destination"`
	Alternatives string `json:"alternatives"`
	AgentPhone   string `json:"agentphone"`
	Data         string `json:"data"`
}

func (s *session) later(ctx context.Context, op string, in ScheduleIn) (Done, error) {
	date := site(s.host.Clock().Now()) // as a portal's page without a date has it
	if in.CallDate != "" {
		var err error
		if date, err = s.when(op, "calldate", in.CallDate); err != nil {
			return Done{}, err
		}
	}
	campaign, err := s.campaign(op, in.Campaign)
	if err != nil {
		return Done{}, err
	}
	if err := s.numbers(op, "destination", in.Destination, in.Alternatives); err != nil {
		return Done{}, err
	}
	return s.gives(ctx, op, "Dialers/ScheduleDialerCall", "callschedule", scheduled{date, campaign, in.Destination, in.Alternatives, in.AgentPhone, in.Data})
}

func (s *session) schedule(ctx context.Context, r cti.Req[ScheduleIn]) (Done, error) {
	r.In.AgentPhone = cmp.Or(r.In.AgentPhone, r.Extension)
	return s.later(ctx, Schedule.Name, r.In)
}

// task is the object as the system wants it (manual 004, "Tareas Marcadores").
type task struct {
	CallDate     *string `json:"calldate"`
	Campaign     string  `json:"campaign"`
	Destination  string  `json:"destination"`
	Alternatives string  `json:"alternatives"`
	Agent        string  `json:"agent"`
	Data         string  `json:"data"`
	Source       string  `json:"source"`
	Bulk         bool    `json:"bulk"`
	Automatic    bool    `json:"automatic"`
}

func (s *session) gift(ctx context.Context, op string, in TaskIn) (Done, error) {
	campaign, err := s.campaign(op, in.Campaign)
	if err != nil {
		return Done{}, err
	}
	if err := s.numbers(op, "destination", in.Destination, in.Alternatives); err != nil {
		return Done{}, err
	}
	o := task{Campaign: campaign, Destination: in.Destination, Alternatives: in.Alternatives, Agent: in.Agent, Data: in.Data, Source: in.Source}
	switch in.Mode {
	case modePriority:
		o.Automatic = true
	case modeNow:
	case modeAdd, modeSchedule:
		o.Bulk = true
	default:
		return Done{}, s.bad(op, "mode", "must be one of priority, now, add, schedule")
	}
	switch {
	case in.Mode == modeSchedule:
		date, err := s.when(op, "calldate", in.CallDate)
		if err != nil {
			return Done{}, err
		}
		o.CallDate = &date
	case in.CallDate != "":
		return Done{}, s.bad(op, "calldate", "belongs to the mode schedule")
	}
	return s.gives(ctx, op, "Dialers/DialerTask", "call", o)
}

func (s *session) dialerTask(ctx context.Context, r cti.Req[TaskIn]) (Done, error) {
	return s.gift(ctx, DialerTask.Name, r.In)
}

func (s *session) remove(ctx context.Context, op string, in RemoveIn) (Done, error) {
	campaign, err := s.campaign(op, in.Campaign)
	if err != nil {
		return Done{}, err
	}
	if err := s.numbers(op, "number", in.Number, ""); err != nil {
		return Done{}, err
	}
	return s.does(ctx, op, "Dialers/RemoveContact", cti.Supervise, url.Values{"campaign": {campaign}, "number": {in.Number}})
}

func (s *session) removeContact(ctx context.Context, r cti.Req[RemoveIn]) (Done, error) {
	return s.remove(ctx, RemoveContact.Name, r.In)
}

func (s *session) removeSchedule(ctx context.Context, r cti.Req[RemoveScheduleIn]) (Done, error) {
	op := RemoveSchedule.Name
	campaign, err := s.campaign(op, r.In.Campaign)
	if err != nil {
		return Done{}, err
	}
	if err := s.numbers(op, "destination", r.In.Destination, ""); err != nil {
		return Done{}, err
	}
	if r.In.To.Before(r.In.From.Time) {
		e := s.bad(op, "to", "must not be before from")
		e.Hint = hintPeriod
		return Done{}, e
	}
	return s.does(ctx, op, "Dialers/RemoveScheduleDialerCall", cti.Supervise, url.Values{"campaign": {campaign},
		"destination": {r.In.Destination}, "from": {site(r.In.From.Time)}, "to": {site(r.In.To.Time)}})
}
