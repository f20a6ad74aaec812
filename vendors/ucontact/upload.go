package ucontact

import (
	"cmp"
	"context"
	"encoding/base64"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"ctiagent/cti"
)

// Datum is one parameter for forms and workflows.
type Datum struct {
	Name  string `json:"name" required:"true"`
	Value string `json:"value"`
}

// Contact is one line of a list.
type Contact struct {
	Number       string   `json:"number" required:"true" help:"the main number"`
	Data         []Datum  `json:"data,omitempty" help:"parameters for forms and workflows"`
	Alternatives []string `json:"alternatives,omitempty" help:"more numbers"`
	Priority     whole    `json:"priority,omitempty" help:"2 and up"`
	AgentPhone   string   `json:"agentphone,omitempty" help:"the extension of the agent who is to have it"`
}

// UploadIn loads a list of contacts.
type UploadIn struct {
	Filename string    `json:"filename" required:"true" help:"the list's name"`
	Campaign string    `json:"campaign,omitempty" help:"the option campaign when left out"`
	Username string    `json:"username,omitempty" help:"who loads it, the option user when left out"`
	Contacts []Contact `json:"contacts" required:"true" help:"50,000 at most"`
}

// UploadZonedIn loads a list of contacts who live in one time zone.
type UploadZonedIn struct {
	UploadIn
	Timezone string `json:"timezone" required:"true" help:"one of the zones that are enabled in uContact"`
}

// mostContacts bounds one list.
const mostContacts = 50_000

// separators cannot stand in a field: the file knows no way to write them otherwise (manual 004, "Formato del archivo").
const separators = ";:=\r\n"

// line writes a contact: campaign;number;name=value:name=value;number:number;priority;phone. The last two are optional. problem
// names what cannot be written, "" when all is well.
func (c Contact) line(campaign string) (line, problem string) {
	if !isNumber(c.Number) {
		return "", "number must be 1 to 32 of 0-9, *, #, + and -"
	}
	data := make([]string, len(c.Data))
	for i, d := range c.Data {
		if d.Name == "" || hasControls(d.Name+d.Value) || strings.ContainsAny(d.Name+d.Value, separators) {
			return "", fmt.Sprintf("data[%d] must hold none of ; : = and no line break", i)
		}
		data[i] = d.Name + "=" + d.Value
	}
	for i, n := range c.Alternatives {
		if !isNumber(n) {
			return "", fmt.Sprintf("alternatives[%d] must be 1 to 32 of 0-9, *, #, + and -", i)
		}
	}
	priority := ""
	switch {
	case c.Priority < 0 || c.Priority == 1:
		return "", "priority must be 2 or more, for 1 is used by schedules"
	case c.Priority > 0:
		priority = strconv.Itoa(int(c.Priority))
	}
	if c.AgentPhone != "" && !isNumber(c.AgentPhone) {
		return "", "agentphone must be an extension"
	}
	fields := []string{campaign, c.Number, strings.Join(data, ":"), strings.Join(c.Alternatives, ":"), priority, c.AgentPhone}
	return strings.Join(fields, ";"), ""
}

// upload writes the file and sends it as Base64.
func (s *session) upload(ctx context.Context, op, function string, in UploadIn, more url.Values) (Done, error) {
	campaign, err := s.campaign(op, in.Campaign)
	if err != nil {
		return Done{}, err
	}
	switch {
	case len(in.Contacts) > mostContacts:
		return Done{}, s.bad(op, "contacts", "must be 50,000 at most; load the rest as another list")
	case hasControls(campaign) || strings.ContainsAny(campaign, ";"):
		return Done{}, s.bad(op, "campaign", "must hold no ; and no line break")
	}
	var file strings.Builder
	for i, c := range in.Contacts {
		line, problem := c.line(campaign)
		if problem != "" {
			return Done{}, s.bad(op, fmt.Sprintf("contacts[%d].%s", i, strings.Fields(problem)[0]), strings.TrimPrefix(problem, strings.Fields(problem)[0]+" "))
		}
		file.WriteString(line + "\n")
	}
	form := url.Values{"filename": {in.Filename}, "fileb64": {base64.StdEncoding.EncodeToString([]byte(file.String()))}, "campaign": {campaign},
		"cant": {strconv.Itoa(len(in.Contacts))}, "username": {cmp.Or(in.Username, s.opts.user)}}
	for name, v := range more {
		form[name] = v
	}
	return s.does(ctx, op, function, cti.Supervise, form)
}

func (s *session) uploadBase(ctx context.Context, r cti.Req[UploadIn]) (Done, error) {
	return s.upload(ctx, UploadBase.Name, "Dialers/uploadbase", r.In, nil)
}

func (s *session) uploadZoned(ctx context.Context, r cti.Req[UploadZonedIn]) (Done, error) {
	return s.upload(ctx, UploadZoned.Name, "Dialers/uploadbasewithtimezone", r.In.UploadIn, url.Values{"timezone": {r.In.Timezone}})
}
