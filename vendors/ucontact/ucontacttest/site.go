package ucontacttest

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"ctiagent/internal/simulator"
)

// strict reads one object or array with no member that v lacks.
func strict(raw string, v any) error {
	d := json.NewDecoder(strings.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if d.More() {
		return fmt.Errorf("more than one value: %q", raw)
	}
	return nil
}

func isDate(when string) bool {
	_, err := time.Parse(time.DateTime, when)
	return err == nil
}

// blackEntry is manual 004, "Objeto de blacklist".
type blackEntry struct {
	Phone    string `json:"phone"`
	Campaign string `json:"campaign"`
	Username string `json:"username"`
	Company  string `json:"company"`
	JobTitle string `json:"job_title"`
	Name     string `json:"name"`
}

func black(add, bulk bool) func(*T, url.Values) simulator.Answer {
	return func(s *T, in url.Values) simulator.Answer {
		list := make([]blackEntry, 1)
		var err error
		if raw := in.Get(s.opts.Blacklist); bulk {
			err = strict(raw, &list)
		} else {
			err = strict(raw, &list[0])
		}
		if err != nil {
			return wrong("a black list: %v", err)
		}
		for _, e := range list {
			if e.Phone == "" || e.Campaign == "" {
				return text(no)
			}
			if add {
				s.black[e.Phone] = e.Campaign
			} else {
				delete(s.black, e.Phone)
			}
		}
		return text(yes)
	}
}

// pooled is the Respool object of manual 004, "Chamada Respool".
type pooled struct {
	Campaign     string `json:"campaign"`
	Destination  string `json:"destination"`
	DialerBase   string `json:"dialerbase"`
	Status       int    `json:"status"`
	Data         string `json:"data"`
	Alternatives string `json:"alternatives"`
	Contact      int    `json:"contact"`
	Retries      int    `json:"retries"`
	Priority     int    `json:"priority"`
	AgentPhone   string `json:"agentphone"`
}

func (s *T) respool(in url.Values) simulator.Answer {
	var o pooled
	if err := strict(in.Get("callspool"), &o); err != nil {
		return wrong("callspool: %v", err)
	}
	return yesIf(s.take("Respool", in.Get("callspool"), o.Campaign != "" && o.Destination != "" && o.Status == 1))
}

// take files what the dialer was given.
func (s *T) take(function, raw string, ok bool) bool {
	m := map[string]any{}
	if !ok || json.Unmarshal([]byte(raw), &m) != nil {
		return false
	}
	m["function"] = function
	s.pool = append(s.pool, m)
	return true
}

// schedule is manual 004, "Agendar Chamada".
func (s *T) schedule(in url.Values) simulator.Answer {
	var o struct {
		CallDate     string `json:"calldate"`
		Campaign     string `json:"campaign"`
		Destination  string `json:"destination"`
		Alternatives string `json:"alternatives"`
		AgentPhone   string `json:"agentphone"`
		Data         string `json:"data"`
	}
	if err := strict(in.Get("callschedule"), &o); err != nil {
		return wrong("callschedule: %v", err)
	}
	if !isDate(o.CallDate) {
		return wrong("calldate %q", o.CallDate)
	}
	return yesIf(s.take("ScheduleDialerCall", in.Get("callschedule"), o.Campaign != "" && o.Destination != ""))
}

// dialerTask is manual 004, "Tareas Marcadores" with its four modes.
func (s *T) dialerTask(in url.Values) simulator.Answer {
	var o struct {
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
	if err := strict(in.Get("call"), &o); err != nil {
		return wrong("call: %v", err)
	}
	switch {
	case o.CallDate != nil && (!isDate(*o.CallDate) || !o.Bulk):
		return wrong("a date %q that is none, or in another mode than that of schedules", *o.CallDate)
	case o.Bulk && o.Automatic:
		return wrong("bulk and automatic at once is no mode")
	}
	return yesIf(s.take("DialerTask", in.Get("call"), o.Campaign != "" && o.Destination != ""))
}

func (s *T) remove(in url.Values) simulator.Answer {
	return s.drop(in.Get("campaign"), in.Get("number"), func(map[string]any) bool { return true })
}

// removeSchedule is manual 004, "Borrar Agenda del Marcador".
func (s *T) removeSchedule(in url.Values) simulator.Answer {
	from, to := in.Get("from"), in.Get("to")
	if !isDate(from) || !isDate(to) {
		return wrong("from %q to %q", from, to)
	}
	return s.drop(in.Get("campaign"), in.Get("destination"), func(m map[string]any) bool {
		when, _ := m["calldate"].(string)
		return when != "" && when >= from && when <= to
	})
}

func (s *T) drop(campaign, number string, fits func(map[string]any) bool) simulator.Answer {
	if campaign == "" || number == "" {
		return text(no)
	}
	s.pool = slices.DeleteFunc(s.pool, func(m map[string]any) bool {
		return m["campaign"] == campaign && m["destination"] == number && fits(m)
	})
	return text(yes)
}

// upload is manual 004, "Subir Bases": six fields a line, the last two may be empty or missing.
func (s *T) upload(in url.Values) simulator.Answer {
	raw, err := base64.StdEncoding.DecodeString(in.Get("fileb64"))
	if err != nil {
		return wrong("fileb64: %v", err)
	}
	u := Upload{in.Get("filename"), in.Get("campaign"), in.Get("username"), in.Get("timezone"), strings.Split(strings.TrimRight(string(raw), "\n"), "\n")}
	if strconv.Itoa(len(u.Lines)) != in.Get("cant") {
		return wrong("cant is %s, and there are %d lines", in.Get("cant"), len(u.Lines))
	}
	for _, l := range u.Lines {
		f := strings.Split(l, ";")
		if len(f) < 4 || len(f) > 6 || f[0] != u.Campaign || f[1] == "" || strings.ContainsAny(l, "\r\x00") {
			return wrong("a line with another form: %q", l)
		}
	}
	s.uploads = append(s.uploads, u)
	return text(yes)
}

// stamp is what Gson writes into every row of the two reports (manual 004, "Información de Campañas").
func stamp(row map[string]any) map[string]any {
	row["internalActionId"], row["dateReceived"] = "1982468278_6312", "Nov 2, 2018 11:31:42 AM"
	return row
}

func campaigns() []string { return []string{OtherCampaign, DefaultCampaign} }

// queueSummary ends with an element without a queue (manual 004, "Resumen de campañas").
func (s *T) queueSummary(url.Values) simulator.Answer {
	var out []map[string]any
	for _, q := range campaigns() {
		in, free := 0, 0
		for _, a := range s.agents {
			if a.LoggedIn {
				in++
			}
			if s.status(a) == 1 && !a.Paused {
				free++
			}
		}
		waiting := 0
		if q == OtherCampaign {
			waiting = 3
		}
		out = append(out, stamp(map[string]any{"queue": q, "loggedIn": in, "available": free, "callers": waiting, "holdTime": 18, "talkTime": 130, "longestHoldTime": 220}))
	}
	return object(append(out, stamp(map[string]any{})))
}

// campaignStatus: without a queue all campaigns, with one that campaign and its agents (manual 004, "Estado de Campañas").
func (s *T) campaignStatus(in url.Values) simulator.Answer {
	out := map[string]any{}
	for _, q := range campaigns() {
		if in.Get("queue") == "" || in.Get("queue") == q {
			out[q] = map[string]any{"campaign": q, "availables": 1, "notavailables": 1, "paused": 0, "busy": 0, "busypaused": 0,
				"totalagents": len(s.agents), "logged": 1, "onwrapup": 0, "completed": 0, "abandoned": 0, "talked": "00:00:00-0",
				"hold": "00:00:00-0", "abandonedlevel": "0", "totalcalls": 0, "acd": 0, "servicelevel": "0.0", "servicelevel2": "0.0",
				"strategy": "fewestcalls", "slevelthreshold": "15", "wrapup": 0}
		}
	}
	if q := in.Get("queue"); q == "" || out[q] == nil {
		return object(out)
	}
	for _, a := range s.agents {
		reason := "" // printed as [] and as nothing
		if a.Paused {
			reason = "[" + a.Break + "]"
		}
		out["SIP/"+a.Extension] = stamp(map[string]any{"queue": in.Get("queue"), "location": "SIP/" + a.Extension, "membership": "", "name": a.Name,
			"penalty": 0, "callsTaken": 0, "lastCall": 0, "status": s.status(a), "paused": a.Paused, "stateinterface": "SIP/" + a.Extension,
			"incall": 0, "pausedreason": reason, "server": "00:10:12"})
	}
	return object(out)
}

// status is a code of manual 004, "Códigos de estado de los agentes".
func (s *T) status(a *Agent) int {
	busy, rings, held := false, false, false
	for _, c := range s.live(a.Extension) {
		switch c.State {
		case AgentLeg, Ringing:
			rings = true
		case Held:
			held = true
		default:
			busy = true
		}
	}
	switch {
	case !a.LoggedIn:
		return 5
	case busy && rings:
		return 7
	case busy:
		return 2
	case held:
		return 8
	case rings:
		return 6
	case a.Wrapup:
		return 9
	}
	return 1
}

// Post sends a notification as the site's webhooks do, an object of JSON (facts B6), and answers the HTTP status. Its date
// has the minutes where the month belongs, as the samples do.
func (s *T) Post(ctx context.Context, to, event string, fields map[string]any) (int, error) {
	all := map[string]any{"event": event, "date": "2023-48-13 06:48:51"}
	for name, v := range fields {
		all[name] = v
	}
	b, err := json.Marshal(all)
	if err != nil {
		return 0, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(b))
	if err != nil {
		return 0, err
	}
	r.Header.Set("Content-Type", "application/json")
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Do(r)
	if err != nil {
		return 0, err
	}
	return res.StatusCode, res.Body.Close()
}
