package ucontact

import (
	"cmp"
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"ctiagent/cti"
)

// isNumber says whether a text is a number that may be dialled.
func isNumber(text string) bool {
	return text != "" && len(text) <= 32 && strings.Trim(text, "0123456789*#+-") == "" && strings.ContainsAny(text, "0123456789*#")
}

// isGUID says whether a text may be the system's id of a call. It becomes part of addresses.
func isGUID(text string) bool {
	if len(text) < 6 || len(text) > 64 || text[0] == '.' || strings.Contains(text, "..") || !strings.ContainsAny(text, "0123456789") {
		return false // a word such as Unauthorized is none
	}
	for _, r := range text {
		if (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && r != '-' && r != '_' && r != '.' {
			return false
		}
	}
	return true
}

// dial asks for a call once, with data for the workflow when there is any.
func (s *session) dial(ctx context.Context, op string, t cti.Target, in AgentCallIn, more url.Values) (Called, error) {
	agent, err := s.agent(op, t, in.Agent)
	if err != nil {
		return Called{}, err
	}
	phone, err := s.phone(op, t, in.Phone)
	if err != nil {
		return Called{}, err
	}
	campaign, err := s.campaign(op, in.OutQueue)
	if err != nil {
		return Called{}, err
	}
	if !isNumber(in.Destination) {
		return Called{}, s.bad(op, "destination", "must be 1 to 32 of 0-9, *, #, + and -")
	}
	form := url.Values{"callerid": {cmp.Or(in.CallerID, s.opts.callerID)}, "agent": {agent}, "phone": {phone},
		"tech": {cmp.Or(in.Tech, s.opts.tech)}, "context": {cmp.Or(in.Context, s.opts.context)}, "outqueue": {campaign}, "destination": {in.Destination}}
	function := "Agents/AgentCall"
	if more != nil {
		function = "Agents/AgentCallwithData"
	}
	for name, v := range more {
		form[name] = v
	}
	// The phone may ring before the answer is here, so the book must know of the call first.
	book := s.book(cti.Target{Agent: agent, Extension: phone})
	c := book.begin(call{number: in.Destination, campaign: campaign, callerID: form.Get("callerid"), data: dataOf(more), since: s.host.Clock().Now()})
	text, e := s.ask(ctx, op, function, cti.Dial, form)
	guid := strings.Trim(strings.TrimSpace(text), `"`)
	if e == nil && !isGUID(guid) {
		if e = s.judge(op, text); e == nil {
			e = s.strange(op, text) // a 1 names no call
		}
	}
	if e != nil {
		book.settle(c, "", e.Sent)
		s.stir()
		return Called{}, e
	}
	book.settle(c, guid, "")
	s.stir()
	return Called{GUID: guid}, nil
}

// dataOf reads the data of a call back, as far as it is an object of texts.
func dataOf(more url.Values) map[string]string {
	var out map[string]string
	if json.Unmarshal([]byte(more.Get("data")), &out) != nil {
		return nil
	}
	return out
}

func (s *session) agentCall(ctx context.Context, r cti.Req[AgentCallIn]) (Called, error) {
	return s.dial(ctx, AgentCall.Name, r.Target, r.In, nil)
}

func (s *session) agentCallData(ctx context.Context, r cti.Req[AgentCallDataIn]) (Called, error) {
	return s.dial(ctx, AgentCallData.Name, r.Target, r.In.AgentCallIn, url.Values{"data": {r.In.Data}, "form": {r.In.Form}})
}

func (s *session) callDial(ctx context.Context, r cti.Req[cti.DialIn]) (cti.CallOut, error) {
	in := AgentCallIn{CallerID: r.In.CallerID, OutQueue: r.In.Campaign, Destination: r.In.Number}
	var more url.Values
	if len(r.In.Data) > 0 {
		data, err := json.Marshal(r.In.Data)
		if err != nil {
			return cti.CallOut{}, s.bad(cti.CallDial.Name, "data", "cannot be written")
		}
		more = url.Values{"data": {string(data)}, "form": {""}}
	}
	out, err := s.dial(ctx, cti.CallDial.Name, r.Target, in, more)
	return cti.CallOut{Ref: out.GUID}, err
}

// hangUp hangs a phone up, whichever call it has.
func (s *session) hangUp(ctx context.Context, op string, t cti.Target, in string) (Done, error) {
	phone, err := s.phone(op, t, in)
	if err != nil {
		return Done{}, err
	}
	done, err := s.does(ctx, op, "Agents/HangupPhone", cti.Control, url.Values{"phone": {phone}})
	if err == nil {
		s.book(cti.Target{Agent: t.Agent, Extension: phone}).hangUp()
	}
	s.stir()
	return done, err
}

func (s *session) hangupPhone(ctx context.Context, r cti.Req[PhoneIn]) (Done, error) {
	return s.hangUp(ctx, HangupPhone.Name, r.Target, r.In.Phone)
}

// callHangup hangs up the phone that has the call. One that is over is left alone: the phone may have another.
func (s *session) callHangup(ctx context.Context, r cti.Req[cti.CallIn]) (cti.CallOut, error) {
	op := cti.CallHangup.Name
	if r.Ref != "" {
		if _, live, _ := s.book(r.Target).named(r.Ref); !live {
			e := s.fails.Make(cti.WrongState, op, "the call is over", cti.NotSent, nil)
			e.Hint = hintCall
			return cti.CallOut{}, e
		}
	}
	_, err := s.hangUp(ctx, op, r.Target, "")
	return cti.CallOut{Ref: r.Ref}, err
}

// tag keeps a text with a recording. The answer is empty, since the system does it later (manual 004, "Tag de gravação").
func (s *session) tag(ctx context.Context, op string, t cti.Target, in TagRecordIn) error {
	if !isGUID(in.GUID) {
		return s.bad(op, "guid", "must be the guid that the system gave the call")
	}
	if c, _, ok := s.book(t).named(in.GUID); ok && in.Phone == "" {
		in.Phone = c.number
	}
	if !isNumber(in.Phone) {
		return s.bad(op, "phone", "must be the customer's number")
	}
	text, e := s.ask(ctx, op, "Agents/TagRecord", cti.Control, url.Values{"phone": {in.Phone}, "guid": {in.GUID}, "data": {oneLine(in.Data)}})
	if e == nil && strings.TrimSpace(text) != "" {
		e = s.judge(op, text)
	}
	if e != nil {
		return e
	}
	return nil
}

func (s *session) tagRecord(ctx context.Context, r cti.Req[TagRecordIn]) (cti.None, error) {
	return cti.None{}, s.tag(ctx, TagRecord.Name, r.Target, r.In)
}

// known answers the call a verb is about. Only calls that were dialled here have a guid that the system understands.
func (s *session) known(op string, t cti.Target) (call, error) {
	c, _, ok := s.book(t).named(t.Ref)
	if !ok && t.Kept != nil && t.Ref != "" && !strings.HasPrefix(t.Ref, mintedRef) { // dialled by an earlier run of the program
		return call{ref: t.Ref, guid: true, number: t.Kept.Number, campaign: t.Kept.Campaign}, nil
	}
	if !ok || !c.guid {
		e := s.fails.Make(cti.WrongState, op, "the system names only calls that were dialled here", cti.NotSent, nil)
		e.Hint = hintCall
		return call{}, e
	}
	return c, nil
}

func (s *session) callTag(ctx context.Context, r cti.Req[cti.TagIn]) (cti.None, error) {
	c, err := s.known(cti.CallTag.Name, r.Target)
	if err != nil {
		return cti.None{}, err
	}
	return cti.None{}, s.tag(ctx, cti.CallTag.Name, r.Target, TagRecordIn{Phone: c.number, GUID: c.ref, Data: r.In.Text})
}

// file files an outcome. The answer is an object or 1, a refusal 400 with a sentence (manual 004, "Respostas de WS").
func (s *session) file(ctx context.Context, op string, t cti.Target, in DispositionIn) (Disposition, error) {
	agent, err := s.agent(op, t, in.Agent)
	if err != nil {
		return Disposition{}, err
	}
	campaign, err := s.campaign(op, in.Campaign)
	if err != nil {
		return Disposition{}, err
	}
	form := url.Values{"campaign": {campaign}, "agent": {agent}, "callerid": {in.CallerID}, "guid": {in.GUID}, "l1": {in.Level1},
		"l2": {in.Level2}, "l3": {in.Level3}, "d1": {in.Data1}, "d2": {in.Data2}, "comment": {oneLine(in.Comment)}, "schedule": {""},
		"camptoreschedule": {in.Reschedule}, "tag": {in.Tag}}
	if !in.Schedule.IsZero() {
		form.Set("schedule", site(in.Schedule.Time))
	}
	var said struct {
		Result  text `json:"result"`
		TxtCode text `json:"txtcode"`
	}
	got, e := s.ask(ctx, op, "api/DispositionCall", cti.Control, form)
	if e != nil {
		return Disposition{}, e
	}
	if strings.HasPrefix(strings.TrimSpace(got), "{") && json.Unmarshal([]byte(got), &said) == nil && strings.EqualFold(string(said.Result), statusOK) {
		return Disposition{Result: statusOK, TxtCode: string(said.TxtCode)}, nil
	}
	if e := s.judge(op, got); e != nil {
		return Disposition{}, e
	}
	return Disposition{Result: statusOK}, nil
}

// oneLine writes line breaks of a comment or tag as blanks.
func oneLine(text string) string {
	return strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ", "\t", " ").Replace(text)
}

func (s *session) disposition(ctx context.Context, r cti.Req[DispositionIn]) (Disposition, error) {
	return s.file(ctx, FileOutcome.Name, r.Target, r.In)
}

// callSetDisposition files an outcome by levels, or by a code that is the levels with | between them, as the system writes its
// tags.
func (s *session) callSetDisposition(ctx context.Context, r cti.Req[cti.DispositionIn]) (cti.Stored, error) {
	op := cti.CallSetDisposition.Name
	c, err := s.known(op, r.Target)
	if err != nil {
		return cti.Stored{}, err
	}
	levels := r.In.Levels
	if len(levels) == 0 && r.In.Code != "" {
		levels = strings.Split(r.In.Code, "|")
	}
	if len(levels) == 0 || len(levels) > 3 || levels[0] == "" {
		e := s.bad(op, "levels", "must be one to three")
		e.Hint = hintDisposition
		return cti.Stored{}, e
	}
	if n := r.In.CallbackNumber; n != "" && !cti.SameNumber(n, c.number) {
		return cti.Stored{}, s.bad(op, "callbackNumber", "must be the call's own number, for the system calls no other one back")
	}
	levels = append(slices.Clone(levels), "", "")
	_, err = s.file(ctx, op, r.Target, DispositionIn{Campaign: c.campaign, CallerID: c.number, GUID: c.ref, Level1: levels[0],
		Level2: levels[1], Level3: levels[2], Comment: r.In.Note, Schedule: r.In.CallbackAt})
	if err != nil {
		return cti.Stored{}, err
	}
	return cti.Stored{Stored: "sent"}, nil
}
