package vicidial

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"ctiagent/cti"
	"ctiagent/vendors/internal/wire"
)

// leadColumns are the names update_fields looks for anywhere in a request, and empties where it finds one that was not meant:
// section 6 of what is known of the server.
func leadColumns() []string {
	return []string{"address1", "address2", "address3", "alt_phone", "city", "comments", "country_code", "date_of_birth", "email",
		"first_name", "gender", "gmt_offset_now", "last_name", "middle_initial", "phone_number", "phone_code", "postal_code", "province",
		"security_phrase", "source_id", "state", "title", "vendor_lead_code", "rank", "owner"}
}

// updateFields writes the lead on the agent's screen. The server searches the raw query, and the body decoded, for the names
// of columns, so every byte of every value goes into the query percent-encoded, where it matches nothing, and only the
// log-in into the body.
func (s *session) updateFields(ctx context.Context, r cti.Req[UpdateIn]) (Updated, error) {
	op := UpdateFields.Name
	out, e := s.update(ctx, op, r.Target, r.In)
	if e != nil {
		return Updated{}, e
	}
	s.stir()
	return out, nil
}

func (s *session) update(ctx context.Context, op string, t cti.Target, in UpdateIn) (Updated, *cti.Error) {
	agent, e := s.agent(op, t, in.Agent)
	if e != nil {
		return Updated{}, e
	}
	f, wrong := form(in)
	if wrong != "" {
		e := s.bad(op, wrong)
		e.Hint = hintCharacters
		return Updated{}, e
	}
	columns := leadColumns()
	for _, name := range in.Clear {
		if !slices.Contains(columns, name) || f.Get(name) != "" {
			return Updated{}, s.bad(op, "the parameter clear may name columns of a lead that are not written, such as email")
		}
		f[name] = []string{""}
	}
	if len(f) == 0 {
		return Updated{}, s.bad(op, "at least one field or panel is needed")
	}
	for _, name := range columns {
		if strings.Contains(s.opts.user, name) || strings.Contains(s.opts.password, name) || strings.Contains(s.opts.source, name) {
			return Updated{}, s.fails.Make(cti.Refused, op, "VICIdial would empty the field "+name+", since its name is part of the API user, its password or the source", cti.NotSent, nil)
		}
	}
	target := s.opts.url.Path + agentAPI + "?function=update_fields&agent_user=" + encodeAll(agent)
	sent := map[string]string{}
	for _, name := range slices.Sorted(keys(f)) {
		target += "&" + name + "=" + encodeAll(f.Get(name))
		sent[name] = f.Get(name)
	}
	v, e := s.inTurn(ctx, op, cellFields, agent, "", func() (verdict, *cti.Error) {
		return s.send(ctx, op, "update_fields", wire.Request{Method: http.MethodPost, Target: target}, nil)
	})
	if e != nil {
		return Updated{}, e
	}
	s.book(agent).unlearn()
	return s.updated(op, v, sent)
}

// updated reads what was written, and does not take SUCCESS for it.
func (s *session) updated(op string, v verdict, sent map[string]string) (Updated, *cti.Error) {
	out := Updated{Agent: v.values["agent_user"], Lead: v.values["lead_id"], Stored: map[string]string{}, Notices: Notices{v.notices}}
	if rows := v.values["rows_lead"]; rows != "0" && rows != "1" {
		// -1 is a statement that broke, on PHP before 8.1 (recorded).
		e := s.fails.Make(cti.Refused, op, fmt.Sprintf("VICIdial says SUCCESS and has written %q rows: nothing is stored", rows), cti.CertainSent, nil)
		e.Hint = hintDatabase
		return Updated{}, e
	}
	for name := range strings.SplitSeq(v.values["fields"], ",") {
		if name == "" {
			continue
		}
		if _, asked := sent[name]; !asked {
			return Updated{}, s.fails.Make(cti.Refused, op, "VICIdial has written the field "+name+", too, which nobody asked for", cti.CertainSent, nil)
		}
		out.Fields = append(out.Fields, name)
	}
	for name, value := range sent {
		if !slices.Contains(leadColumns(), name) {
			continue
		}
		stored, told := storedAs(v.values["stored"], name)
		if !told {
			continue
		}
		out.Stored[name] = stored
		if stored != value {
			out.Altered = append(out.Altered, name)
		}
	}
	slices.Sort(out.Altered)
	return out, nil
}

// storedAs finds name="value" in the list the answer ends with. Quotes inside cannot be: they are deleted or refused.
func storedAs(list, name string) (string, bool) {
	for rest := list; ; {
		i := strings.Index(rest, name+`="`)
		if i < 0 {
			return "", false
		}
		if i == 0 || rest[i-1] == ',' {
			value, _, ended := strings.Cut(rest[i+len(name)+2:], `"`)
			return value, ended
		}
		rest = rest[i+1:]
	}
}

// encodeAll writes every byte as %xx.
func encodeAll(text string) string {
	var b strings.Builder
	for i := range len(text) {
		fmt.Fprintf(&b, "%%%02X", text[i])
	}
	return b.String()
}

func keys(f url.Values) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for k := range f {
			if !yield(k) {
				return
			}
		}
	}
}

func (s *session) refreshPanel(ctx context.Context, r cti.Req[PanelsIn]) (Refreshed, error) {
	v, err := command(ctx, s, RefreshPanel.Name, cellFields, RefreshPanel.Effect, r.Target, r.In, func(_ options, _ PanelsIn, f url.Values) string {
		if len(f) == 0 {
			return "at least one panel is needed"
		}
		return ""
	})
	if err != nil {
		return Refreshed{}, err
	}
	out := Refreshed{Agent: v.values["agent_user"], Notices: Notices{v.notices}}
	for name := range strings.SplitSeq(v.values["panels"], ",") {
		if name != "" {
			out.Panels = append(out.Panels, name)
		}
	}
	return out, nil
}

// changeInGroups packs the list as the server reads it: without the leading blank the first name is skipped, and SUCCESS
// answered (recorded).
func (s *session) changeInGroups(ctx context.Context, r cti.Req[InGroupsIn]) (InGroups, error) {
	v, err := command(ctx, s, ChangeInGroups.Name, cellInGroups, ChangeInGroups.Effect, r.Target, r.In, func(_ options, in InGroupsIn, f url.Values) string {
		switch {
		case slices.ContainsFunc(in.Groups, func(g string) bool { return !isMadeOf(g, wordChars, 2, 20) }):
			return "the parameter ingroup_choices must hold in-groups of 2 to 20 letters, digits, - and _"
		case len(in.Groups) == 0 && in.Value != "CHANGE":
			return "the parameter ingroup_choices is needed for " + in.Value
		case len(in.Groups) > 0:
			f.Set("ingroup_choices", " "+strings.Join(in.Groups, " ")+" -")
		default:
			f.Set("ingroup_choices", " -")
		}
		return ""
	})
	if err != nil {
		return InGroups{}, err
	}
	out := InGroups{Agent: v.values["agent_user"], Blended: v.values["blended"], Default: v.values["set_as_default"] != "", Notices: Notices{v.notices}}
	for g := range strings.FieldsSeq(v.values["ingroups"]) {
		if g != "-" {
			out.Groups = append(out.Groups, g)
		}
	}
	return out, nil
}
