package vicidial

import (
	"context"
	"net/url"
	"strings"
	"time"

	"ctiagent/cti"
)

// countryCode parts a number with + into country code and national number: ITU-T E.164 gives 1 and 7 to themselves, two digits
// to these, and three to all others.
func countryCode(e164 string) (code, national string) {
	const two = " 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98 "
	n := strings.TrimPrefix(e164, "+")
	size := 3
	switch {
	case strings.HasPrefix(n, "1") || strings.HasPrefix(n, "7"):
		size = 1
	case len(n) > 2 && strings.Contains(two, " "+n[:2]+" "):
		size = 2
	}
	if len(n) <= size {
		return "", n
	}
	return n[:size], n[size:]
}

// callDial dials, and answers with the call as soon as the agent's page shows it.
func (s *session) callDial(ctx context.Context, r cti.Req[cti.DialIn]) (cti.CallOut, error) {
	op := cti.CallDial.Name
	agent, e := s.agent(op, r.Target, "")
	if e != nil {
		return cti.CallOut{}, e
	}
	in := DialIn{Value: r.In.Number, CallerID: strings.TrimPrefix(r.In.CallerID, "+")}
	if code, national := countryCode(r.In.E164); r.In.E164 != "" && code != "" && code != s.opts.phoneCode {
		in.Value, in.PhoneCode = national, code
	}
	switch {
	case r.In.Campaign != "":
		return cti.CallOut{}, s.bad(op, "VICIdial dials in the campaign the agent has logged in to; leave campaign out")
	case in.CallerID != "" && !isMadeOf(in.CallerID, digits, 6, 18):
		return cti.CallOut{}, s.bad(op, "callerId must be 6 to 18 digits")
	}
	f, wrong := form(in)
	if wrong == "" {
		wrong = checkDial(s.opts, in, f)
	}
	if wrong != "" {
		return cti.CallOut{}, s.bad(op, wrong)
	}
	before, _ := s.book(agent).now("")
	begun := func(row AgentRow) bool {
		// A campaign that queues takes the number also in a call, and dials it later: there is nothing to wait for.
		return isCall(row.CallID) && row.Status != statusPaused
	}
	row, err := s.order(ctx, op, "external_dial", cellDial, agent, f, begun)
	if err != nil {
		return cti.CallOut{}, err
	}
	c, live := s.book(agent).now("")
	if !live || row.CallID == "" || c.ref == before.ref || !strings.HasPrefix(c.id, "M") {
		return cti.CallOut{}, nil
	}
	return cti.CallOut{Ref: c.ref}, nil
}

// live finds the call a wish is about.
func (s *session) live(op string, t cti.Target, states ...cti.CallState) (agent string, c call, e *cti.Error) {
	if agent, e = s.agent(op, t, ""); e != nil {
		return "", call{}, e
	}
	c, ok := s.book(agent).now(t.Ref)
	fits := len(states) == 0
	for _, state := range states {
		fits = fits || c.state == state
	}
	if !ok || !fits {
		e := s.fails.Make(cti.WrongState, op, "the agent's screen shows no call that this could be done with", cti.NotSent, nil)
		e.Hint = hintCall
		return "", call{}, e
	}
	return agent, c, nil
}

// on does one thing with the call on the screen.
func (s *session) on(ctx context.Context, op, function string, cl cell, t cti.Target, f url.Values, done func(AgentRow) bool, states ...cti.CallState) (cti.CallOut, error) {
	agent, c, e := s.live(op, t, states...)
	if e != nil {
		return cti.CallOut{}, e
	}
	if _, err := s.order(ctx, op, function, cl, agent, f, done); err != nil {
		return cti.CallOut{}, err
	}
	return cti.CallOut{Ref: c.ref}, nil
}

func (s *session) callHangup(ctx context.Context, r cti.Req[cti.CallIn]) (cti.CallOut, error) {
	op := cti.CallHangup.Name
	agent, c, e := s.live(op, r.Target, cti.Dialing, cti.Connected, cti.Held)
	if e != nil {
		return cti.CallOut{}, e
	}
	s.book(agent).gaveUp()
	if _, err := s.order(ctx, op, "external_hangup", cellHangup, agent, value("1"), over(c)); err != nil {
		return cti.CallOut{}, err
	}
	return cti.CallOut{Ref: c.ref}, nil
}

// over says whether nobody is on the line of a call any more.
func over(c call) func(AgentRow) bool {
	return func(row AgentRow) bool {
		return row.Status != statusInCall || row.Sub == subDead || row.CallID != "" && row.CallID != c.id
	}
}

func (s *session) callHold(ctx context.Context, r cti.Req[cti.CallIn]) (cti.CallOut, error) {
	return s.on(ctx, cti.CallHold.Name, "park_call", cellPark, r.Target, value("PARK_CUSTOMER"), parked, cti.Connected)
}

func (s *session) callResume(ctx context.Context, r cti.Req[cti.CallIn]) (cti.CallOut, error) {
	return s.on(ctx, cti.CallResume.Name, "park_call", cellPark, r.Target, value("GRAB_CUSTOMER"), notParked, cti.Held)
}

func parked(row AgentRow) bool { return row.Sub == subPark }

func notParked(row AgentRow) bool { return row.Sub != subPark }

// callTransfer gives the call away blind, or parks the customer and dials a third party.
func (s *session) callTransfer(ctx context.Context, r cti.Req[cti.TransferIn]) (cti.CallOut, error) {
	op := cti.CallTransfer.Name
	if !isMadeOf(r.In.To, digits+"*#", 2, 32) {
		return cti.CallOut{}, s.bad(op, "the parameter to must be 2 to 32 of 0-9, * and #; to an in-group goes vicidial.transfer_conference with LOCAL_CLOSER")
	}
	f := url.Values{"value": {"BLIND_TRANSFER"}, "phone_number": {r.In.To}}
	if r.In.Mode == "attended" {
		f.Set("value", "PARK_CUSTOMER_DIAL")
		return s.on(ctx, op, "transfer_conference", cellTransfer, r.Target, f, parked, cti.Connected, cti.Held)
	}
	_, c, e := s.live(op, r.Target, cti.Connected, cti.Held)
	if e != nil {
		return cti.CallOut{}, e
	}
	return s.on(ctx, op, "transfer_conference", cellTransfer, r.Target, f, over(c), cti.Connected, cti.Held)
}

// callCompleteTransfer leaves customer and third party to themselves. A parked customer is taken back first, for who leaves
// a conference leaves those in it.
func (s *session) callCompleteTransfer(ctx context.Context, r cti.Req[cti.CallIn]) (cti.CallOut, error) {
	op := cti.CallCompleteTransfer.Name
	agent, c, e := s.live(op, r.Target, cti.Connected, cti.Held)
	if e != nil {
		return cti.CallOut{}, e
	}
	if c.state == cti.Held {
		if _, err := s.order(ctx, op, "park_call", cellPark, agent, value("GRAB_CUSTOMER"), notParked); err != nil {
			return cti.CallOut{}, err
		}
	}
	return s.on(ctx, op, "transfer_conference", cellTransfer, r.Target, value("LEAVE_3WAY_CALL"), over(c), cti.Connected, cti.Held)
}

// callCancelTransfer hangs the third party up and takes the customer back. The one command for both is too new for many servers.
func (s *session) callCancelTransfer(ctx context.Context, r cti.Req[cti.CallIn]) (cti.CallOut, error) {
	op := cti.CallCancelTransfer.Name
	agent, c, e := s.live(op, r.Target, cti.Connected, cti.Held)
	if e != nil {
		return cti.CallOut{}, e
	}
	if _, err := s.order(ctx, op, "transfer_conference", cellTransfer, agent, value("HANGUP_XFER"), nil); err != nil {
		return cti.CallOut{}, err
	}
	if c.state != cti.Held {
		return cti.CallOut{Ref: c.ref}, nil
	}
	return s.on(ctx, op, "park_call", cellPark, r.Target, value("GRAB_CUSTOMER"), notParked, cti.Connected, cti.Held)
}

// callConference takes the parked customer to agent and third party.
func (s *session) callConference(ctx context.Context, r cti.Req[cti.CallIn]) (cti.CallOut, error) {
	return s.on(ctx, cti.CallConference.Name, "park_call", cellPark, r.Target, value("GRAB_CUSTOMER"), notParked, cti.Held)
}

func (s *session) callSendDTMF(ctx context.Context, r cti.Req[cti.DTMFIn]) (cti.CallOut, error) {
	op := cti.CallSendDTMF.Name
	sent, ok := tones(r.In.Digits)
	if !ok || strings.ContainsAny(r.In.Digits, "SPQ") {
		return cti.CallOut{}, s.bad(op, "the parameter digits must be 1 to 64 of 0-9, *, # and the comma; VICIdial has no tones A to D")
	}
	return s.on(ctx, op, "send_dtmf", cellDTMF, r.Target, value(sent), nil, cti.Connected)
}

func (s *session) callStartRecording(ctx context.Context, r cti.Req[cti.CallIn]) (cti.CallOut, error) {
	return s.records(ctx, cti.CallStartRecording.Name, r.Target, "START", func(now RecordingState) bool {
		return now.Active && isMadeOf(now.ID, digits, 1, 20)
	})
}

func (s *session) callStopRecording(ctx context.Context, r cti.Req[cti.CallIn]) (cti.CallOut, error) {
	return s.records(ctx, cti.CallStopRecording.Name, r.Target, "STOP", func(now RecordingState) bool { return !now.Active })
}

// records starts or stops a recording and asks until the page has done so.
func (s *session) records(ctx context.Context, op string, t cti.Target, what string, done func(RecordingState) bool) (cti.CallOut, error) {
	_, c, e := s.live(op, t, cti.Connected)
	if e != nil {
		return cti.CallOut{}, e
	}
	if _, err := s.recording(ctx, op, t, RecordIn{Value: what}); err != nil {
		return cti.CallOut{}, err
	}
	clock := s.host.Clock()
	for end := clock.Now().Add(patience); ; {
		now, err := s.recording(ctx, op, t, RecordIn{Value: "STATUS"})
		switch {
		case err != nil:
			e := cti.AsError(err)
			e.Sent = cti.MaybeSent
			return cti.CallOut{}, e
		case done(now):
			return cti.CallOut{Ref: c.ref}, nil
		case !clock.Now().Before(end):
			e := s.fails.Make(cti.Timeout, op, "VICIdial has stored the command, but the agent's page has not carried it out", cti.MaybeSent, nil)
			e.Hint = hintPage
			return cti.CallOut{}, e
		}
		if err := cti.Wait(ctx, clock, peek); err != nil {
			return cti.CallOut{}, s.fails.Transport(op, "the agent's page", err)
		}
	}
}

// callSetDisposition files the outcome. The cell waits until the page's screen for it opens, so it may be said during the call;
// after the customer has hung up the screen opens only when the agent hangs up, too.
func (s *session) callSetDisposition(ctx context.Context, r cti.Req[cti.DispositionIn]) (cti.Stored, error) {
	op := cti.CallSetDisposition.Name
	switch {
	case len(r.In.Levels) > 0:
		return cti.Stored{}, s.bad(op, "VICIdial has statuses without levels; give the status as code")
	case r.In.Code == "":
		return cti.Stored{}, s.bad(op, "the parameter code is needed: a status such as SALE")
	case r.In.CallbackNumber != "":
		return cti.Stored{}, s.bad(op, "VICIdial calls back the number of the lead; leave callbackNumber out")
	case r.In.Note != "" && r.In.CallbackAt.IsZero():
		return cti.Stored{}, s.bad(op, "VICIdial keeps a note with a callback only; leave note out, or give callbackAt")
	}
	return s.dispose(ctx, op, r.Target, StatusIn{Value: r.In.Code, Comments: r.In.Note}, r.In.CallbackAt)
}

func (s *session) dispose(ctx context.Context, op string, t cti.Target, in StatusIn, at cti.Time) (cti.Stored, error) {
	if t.Kept != nil {
		if e := s.lookAgain(ctx, op, t); e != nil {
			return cti.Stored{}, e
		}
	}
	agent, c, e := s.live(op, t)
	if e != nil {
		return cti.Stored{}, e
	}
	if !at.IsZero() {
		zone, e := s.serverZone(ctx, op)
		if e != nil {
			return cti.Stored{}, e
		}
		in.At = at.In(zone).Format(time.DateTime)
	}
	f, wrong := form(in)
	if wrong == "" {
		wrong = checkStatus(s.opts, in, f)
	}
	if wrong != "" {
		return cti.Stored{}, s.bad(op, wrong)
	}
	if c.state != cti.Wrapup {
		_, err := s.order(ctx, op, "external_status", cellStatus, agent, f, nil)
		return cti.Stored{Stored: "sent"}, err
	}
	row, e := s.status(ctx, op, agent)
	if e == nil && row.Sub == subDead || e != nil && e.Kind == cti.Forbidden {
		if _, err := s.order(ctx, op, "external_hangup", cellHangup, agent, value("1"), nil); err != nil {
			return cti.Stored{}, err
		}
	} else if e != nil {
		return cti.Stored{}, e
	}
	closed := func(row AgentRow) bool {
		return row.Lead == "" || row.Lead == "0" || c.lead != "" && row.Lead != c.lead || isCall(row.CallID) && row.CallID != c.id
	}
	if _, err := s.order(ctx, op, "external_status", cellStatus, agent, f, closed); err != nil {
		return cti.Stored{}, err
	}
	return cti.Stored{Stored: "sent"}, nil
}

// lookAgain sees what call is on the agent's screen, for a wish that has waited: the book may be as old, and the cell would take
// the outcome for the next customer's.
func (s *session) lookAgain(ctx context.Context, op string, t cti.Target) *cti.Error {
	agent, e := s.agent(op, t, "")
	if e != nil {
		return e
	}
	book := s.book(agent)
	look := book.look()
	row, e := s.status(ctx, op, agent)
	if e != nil {
		seen := *e
		seen.Sent = cti.NotSent // only the state was asked for
		seen.Retryable = e.Kind == cti.Unavailable || e.Kind == cti.Timeout
		return &seen
	}
	book.saw(row, look)
	s.stir()
	return nil
}

// serverZone is the zone of the server's local times: as configured, else as far as its clock is from ours now, which a
// change to summer time before the callback makes wrong by an hour.
func (s *session) serverZone(ctx context.Context, op string) (*time.Location, *cti.Error) {
	s.mu.Lock()
	zone := s.zone
	s.mu.Unlock()
	if zone != nil {
		return zone, nil
	}
	v, e := s.ask(ctx, op, "version", nil)
	if e != nil {
		return nil, e
	}
	version := readVersion(v.values["answer"])
	local, err := time.Parse(time.DateTime, version.Date)
	if err != nil || version.Epoch == 0 {
		return nil, s.fails.Make(cti.Unavailable, op, "the server's clock was not understood; set time_zone in the configuration", cti.NotSent, err)
	}
	// The server reads its clock twice, so a second may lie between.
	offset := local.Sub(time.Unix(version.Epoch, 0).UTC()).Round(time.Minute)
	zone = time.FixedZone("", int(offset/time.Second))
	s.mu.Lock()
	s.zone = zone
	s.mu.Unlock()
	return zone, nil
}
