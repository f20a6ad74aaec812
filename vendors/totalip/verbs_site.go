package totalip

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"

	"ctiagent/cti"
	"ctiagent/vendors/internal/fault"
)

// fileOutcome files a status on the configured road.
func (s *session) fileOutcome(ctx context.Context, op string, t cti.Target, in OutcomeIn) error {
	if s.opts.road == roadDatabase {
		_, err := s.dbOutcome(ctx, op, t, DBOutcomeIn{OutcomeIn: in})
		return err
	}
	c := s.checks(op, s.opts.road)
	s.outcome(c, t, in)
	_, err := s.send(ctx, c, s.byOption("set_status_telefones_campanhas", "SETSTATUSTELEFONECAMPANHA"))
	return err
}

// byOption is the name of a wish on the configured road.
func (s *session) byOption(function, command string) string {
	if s.opts.road == roadSocket {
		return command
	}
	return function
}

// setDisposition files the outcome of a call of a campaign. The code is a status of campaigns, by its code or its name. With
// callbackAt the status is filed for that moment, 1002 when no other is said; with another number it takes the two steps of
// manual 002, 1.2.2.3: that number is promised a call, then the one that was reached gets its status. A note has no place in
// Total IP and is not sent.
func (s *session) setDisposition(ctx context.Context, r cti.Req[cti.DispositionIn]) (cti.Stored, error) {
	op := cti.CallSetDisposition.Name
	who := s.customerOf(r.Target)
	if who.campaign == "" || who.param1 == "" {
		e := s.fails.Make(cti.WrongState, op, "the call belongs to no campaign, and only numbers of campaigns have an outcome in Total IP", cti.NotSent, nil)
		e.Hint = hintNoCampaign
		return cti.Stored{}, e
	}
	word := r.In.Code
	if n := len(r.In.Levels); word == "" && n > 0 {
		word = r.In.Levels[n-1]
	}
	other := r.In.CallbackNumber != "" && !cti.SameNumber(r.In.CallbackNumber, who.number)
	switch {
	case other && r.In.CallbackAt.IsZero():
		return cti.Stored{}, s.fails.bad(op, "callbackAt", "is missing: callbackNumber says whom to call back, and nothing when")
	case word == "" && !r.In.CallbackAt.IsZero() && !other:
		word = statusPromise
	case word == "":
		return cti.Stored{}, s.fails.bad(op, "code", "is missing")
	}
	status, err := s.campaignStatus(ctx, op, word)
	if err != nil {
		return cti.Stored{}, err
	}
	in := OutcomeIn{Param1: who.param1, Number: mailingNumber(who.number), Campaign: who.campaign, StatusID: status, At: r.In.CallbackAt, Call: who.code}
	if other {
		promise := in
		promise.Number = mailingNumber(r.In.CallbackNumber)
		promise.StatusID, promise.Call = statusPromise, ""
		in.At = cti.Time{}
		if err := s.fileOutcome(ctx, op, r.Target, promise); err != nil {
			return cti.Stored{}, err
		}
		if err := s.fileOutcome(ctx, op, r.Target, in); err != nil {
			e := *cti.AsError(err)
			e.Text, e.Sent, e.Retryable = "the call is promised, but the outcome was not filed: "+e.Text, cti.CertainSent, false
			return cti.Stored{}, &e
		}
		return cti.Stored{Stored: "sent"}, nil
	}
	if err := s.fileOutcome(ctx, op, r.Target, in); err != nil {
		return cti.Stored{}, err
	}
	return cti.Stored{Stored: "sent"}, nil
}

// campaignStatus is the code of a status that a person calls by code or by name.
func (s *session) campaignStatus(ctx context.Context, op, word string) (string, error) {
	if isDigits(word) {
		return word, nil
	}
	list, err := s.statuses(ctx, op, "status_campanhas")
	if err != nil {
		e := *cti.AsError(err)
		e.Sent = cti.NotSent // only the list was asked for
		return "", &e
	}
	for _, st := range list {
		if plain(st.Name) == plain(word) {
			return st.ID, nil
		}
	}
	e := s.fails.Make(cti.NotFound, op, "no status of campaigns is called "+fault.Quote(word), cti.NotSent, nil)
	e.Hint = hintStatus
	return "", e
}

// callbackSchedule promises a customer a call of this agent: Total IP reminds and does not dial (manual 002, 1.1.15). The
// customer is found by parameter 1; both it and the campaign are those of the last call with the number when left out.
func (s *session) callbackSchedule(ctx context.Context, r cti.Req[cti.CallbackIn]) (cti.ID, error) {
	op := cti.CallbackSchedule.Name
	who := s.customerWith(r.In.Number, r.Target)
	campaign, param1 := cmp.Or(r.In.Campaign, who.campaign), cmp.Or(r.In.Contact, who.param1)
	number := mailingNumber(cmp.Or(who.number, r.In.Number))
	switch {
	case campaign == "":
		return cti.ID{}, s.fails.bad(op, "campaign", "is missing, and no call with this number was seen")
	case param1 == "":
		return cti.ID{}, s.fails.bad(op, "contact", "is missing, and no call with this number was seen")
	case !isDigits(campaign):
		found, err := s.campaign(ctx, op, campaign)
		if err != nil {
			return cti.ID{}, err
		}
		campaign = found.ID
	}
	err := s.fileOutcome(ctx, op, r.Target, OutcomeIn{Param1: param1, Number: number, Campaign: campaign, StatusID: statusPromise, At: r.In.At, Call: who.code})
	if err != nil {
		return cti.ID{}, err
	}
	return cti.ID{Via: s.opts.road}, nil
}

// mailingNumber is a number as mailings have it: their area code stands in a field of its own (manual 002, 1.5), which an event
// may put before the number.
func mailingNumber(text string) string {
	_, number, ok := splitNumber(text)
	if !ok {
		return text
	}
	return number
}

// splitNumber parts a Brazilian number into area code and number, the way mailings have them.
func splitNumber(text string) (area, number string, ok bool) {
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, text)
	if strings.HasPrefix(text, "+55") {
		digits = digits[2:]
	} else if len(digits) > 10 {
		digits = strings.TrimPrefix(digits, "0")
	}
	switch len(digits) {
	case 10, 11:
		return digits[:2], digits[2:], true
	}
	return "", digits, isDigits(digits) && len(digits) < 10
}

// The names under which contact.add and contact.update take what they have no field for.
const (
	paramPriority = "prioridade"
	paramPrefix   = "parametro"
)

// contactAdd imports a customer: the id becomes parameter 1, the name parameter 2. With the parameter prioridade the customer
// is in the campaign already and gets one more number at that place.
func (s *session) contactAdd(ctx context.Context, r cti.Req[cti.ContactIn]) (cti.ID, error) {
	op, in := cti.ContactAdd.Name, r.In
	numbers := []DialerNumber{}
	for i, text := range in.Numbers {
		area, number, ok := splitNumber(text)
		if !ok {
			return cti.ID{}, s.fails.bad(op, fmt.Sprintf("numbers[%d]", i), "must be a number with or without its area code")
		}
		numbers = append(numbers, DialerNumber{Area: area, Number: number})
	}
	priority, more := in.Parameters[paramPriority]
	for name := range in.Parameters {
		if name != paramPriority {
			return cti.ID{}, s.fails.bad(op, "parameters", "may have prioridade only: a new customer's two parameters are id and name")
		}
	}
	if in.ID == "" {
		return cti.ID{}, s.fails.bad(op, "id", "is missing: it becomes parameter 1, by which Total IP finds the customer")
	}
	found, err := s.campaign(ctx, op, in.Campaign)
	if err != nil {
		return cti.ID{}, err
	}
	if more {
		place, err := strconv.Atoi(priority)
		switch {
		case err != nil:
			return cti.ID{}, s.fails.bad(op, "parameters", "must have a number as prioridade")
		case len(numbers) != 1:
			return cti.ID{}, s.fails.bad(op, "numbers", "must have one number when prioridade is given")
		}
		one := InsertNumberIn{CustomerIn{found.ID, 1, in.ID}, place, numbers[0].Area, numbers[0].Number}
		if s.opts.road == roadDatabase {
			_, err = s.dbInsertNumber(ctx, op, DBInsertNumberIn{InsertNumberIn: one})
		} else {
			c := s.checks(op, s.opts.road)
			s.newNumber(c, r.Target, one)
			_, err = s.send(ctx, c, s.byOption("inserir_telefone_campanha", "INSERIRTELEFONECAMPANHA"))
		}
		if err != nil {
			return cti.ID{}, err
		}
		return cti.ID{ID: in.ID, Via: s.opts.road}, nil
	}
	if s.opts.road == roadDatabase {
		all := DBImportIn{Campaign: found.ID, ID1: in.ID, ID2: in.Name}
		for _, n := range numbers {
			all.Numbers = append(all.Numbers, DBNumber{DialerNumber: n})
		}
		if _, err := s.dbImport(ctx, op, all); err != nil {
			return cti.ID{}, err
		}
		return cti.ID{ID: in.ID, Via: roadDatabase}, nil
	}
	out, err := s.imports(ctx, op, ImportIn{Campaign: found.ID, ID1: in.ID, ID2: in.Name, Numbers: numbers})
	if err == nil && out.Numbers < len(numbers) {
		err = s.fails.Make(cti.Refused, op, fmt.Sprintf("the system took %d of %d numbers", out.Numbers, len(numbers)), cti.CertainSent, nil)
	}
	if err != nil {
		return cti.ID{}, err
	}
	return cti.ID{ID: in.ID, Via: roadHTTP}, nil // the command socket imports nothing
}

// contactUpdate changes one parameter of the customer whose parameter 1 is the id: one request changes one.
func (s *session) contactUpdate(ctx context.Context, r cti.Req[cti.ContactIn]) (cti.ID, error) {
	op, in := cti.ContactUpdate.Name, r.In
	if in.ID == "" {
		return cti.ID{}, s.fails.bad(op, "id", "is missing: Total IP finds the customer by parameter 1")
	}
	if len(in.Numbers) > 0 {
		return cti.ID{}, s.fails.bad(op, "numbers", "cannot be changed; contact.add with prioridade adds one")
	}
	change := ChangeCustomerIn{CustomerIn: CustomerIn{Param: 1, Value: in.ID}}
	changes := 0
	if in.Name != "" {
		changes++
		change.NewParam, change.NewValue = 2, in.Name // manual 002, 1.3.1.6 gives the name this place
	}
	for name, value := range in.Parameters {
		changes++
		change.NewParam, _ = strconv.Atoi(strings.TrimPrefix(name, paramPrefix)) // what is no number is refused below as 0
		change.NewValue = value
	}
	switch {
	case changes != 1:
		return cti.ID{}, s.fails.bad(op, "parameters", "must have one change, such as parametro3; Total IP takes one at a time")
	case change.NewParam < 1 || change.NewParam > 99:
		return cti.ID{}, s.fails.bad(op, "parameters", "must be named parametro1, parametro2 and so on")
	}
	found, err := s.campaign(ctx, op, in.Campaign)
	if err != nil {
		return cti.ID{}, err
	}
	change.Campaign = found.ID
	if s.opts.road == roadDatabase {
		_, err = s.dbChange(ctx, op, change)
	} else {
		c := s.checks(op, s.opts.road)
		s.newValue(c, r.Target, change)
		_, err = s.send(ctx, c, s.byOption("alterar_cliente", "ALTERARCLIENTE"))
	}
	if err != nil {
		return cti.ID{}, err
	}
	if change.NewParam == 1 {
		return cti.ID{ID: change.NewValue, Via: s.opts.road}, nil
	}
	return cti.ID{ID: in.ID, Via: s.opts.road}, nil
}

// contactRemove removes one number by its code, never a whole campaign.
func (s *session) contactRemove(ctx context.Context, r cti.Req[cti.ContactIn]) (cti.ID, error) {
	op := cti.ContactRemove.Name
	if !isDigits(r.In.ID) {
		return cti.ID{}, s.fails.bad(op, "id", "must be the code of a number of the campaign")
	}
	via, err := roadHTTP, error(nil) // the command socket removes nothing
	if s.opts.road == roadDatabase {
		via = roadDatabase
		_, err = s.dbRemove(ctx, op, DBRemoveIn{RemoveIn: RemoveIn{Number: r.In.ID}})
	} else {
		_, err = s.removes(ctx, op, RemoveIn{Number: r.In.ID})
	}
	if err != nil {
		return cti.ID{}, err
	}
	return cti.ID{ID: r.In.ID, Via: via}, nil
}

// siteVerbs are the common verbs about customers, queues, campaigns and the site.
func siteVerbs() []cti.Func[*session] {
	return []cti.Func[*session]{
		cti.Row(cti.CallSetDisposition, "002 1.1.15, 1.2.2.2, 1.2.2.3, 1.3.1.17", (*session).setDisposition),
		cti.Row(cti.CallbackSchedule, "002 1.1.15, 1.2.2.2, 1.3.1.17", (*session).callbackSchedule),
		cti.Row(cti.ContactAdd, "002 1.1.16, 1.1.21, 1.3.1.6, 1.3.1.15.1", (*session).contactAdd),
		cti.Row(cti.ContactUpdate, "002 1.1.27, 1.2.2.14, 1.3.1.29", (*session).contactUpdate),
		cti.Row(cti.ContactRemove, "002 1.1.22, 1.3.1.9", (*session).contactRemove),
		cti.Row(cti.QueueList, "002 1.1.14, 1.3.1.23", (*session).queueList),
		cti.Row(cti.CampaignList, "002 1.1.10", (*session).listCampaigns),
		cti.Row(cti.CampaignSetActive, "002 1.1.7, 1.3.1.14", (*session).setActive),
		cti.Row(cti.RecordingGet, "002 1.1.13", (*session).recordingGet),
		cti.Row(cti.ReportCalls, "002 1.1.8, 1.3.1.8", (*session).reportCalls),
		cti.Row(cti.BlacklistAdd, "002 1.3.1.35", (*session).blacklistAdd),
		cti.Row(cti.BlacklistRemove, "002 1.3.1.36", (*session).blacklistRemove),
		cti.Row(cti.ServerStatusNow, "002 1.1.17", (*session).serverStatus),
	}
}
