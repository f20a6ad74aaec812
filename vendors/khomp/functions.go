package khomp

import (
	"context"
	"strconv"
	"strings"

	"ctiagent/cti"
	"ctiagent/vendors/internal/fault"
	"ctiagent/vendors/internal/wire"
)

// longestNumber bounds what is dialled, in characters.
const longestNumber = 32

// Done is what the phone says to a request it has taken.
type Done struct {
	Body string `json:"body" help:"the beginning of the phone's answer, which no document explains"`
}

// DialIn asks the phone to dial.
type DialIn struct {
	Number string `json:"DialNumber" required:"true" role:"number" help:"as a person would dial it on the phone"`
	Line   *int   `json:"BlackListAccountID,omitempty" help:"the line that dials, counted from 0, or 127; the configured one when left out"`
}

// KeyIn is one key of the phone.
type KeyIn struct {
	Key string `json:"key" required:"true" values:"F1,X,F_HOLD,F_TRANSFER,F_CONFERENCE,MUTE,SPEAKER,HEADSET,RD,MSG,DNDOn,DNDOff,POUND,0,1,2,3,4,5,6,7,8,9,OK,ENTER,RELEASE,F_CANCEL,VOLUME_UP,VOLUME_DOWN" help:"F1 answers and confirms, X rejects and cancels, F_HOLD and MUTE toggle; from OK on known of another brand's phones only"`
}

// The vendor's own functions.
var (
	Dial   = cti.Action[DialIn, Done]{Name: "khomp.SavePhoneCAllInfoCfg", Title: "Let the phone dial a number", Effect: cti.Dial}
	Hangup = cti.Action[cti.None, Done]{Name: "khomp.SavePhoneCallInfoCfg.Hangup", Title: "Let the phone hang up", Effect: cti.Control}
	Key    = cti.Action[KeyIn, Done]{Name: "khomp.ConfigManApp.com", Title: "Press a key of the phone", Effect: cti.Control}
)

// functions is every row of the driver.
func functions() []cti.Func[*session] {
	const (
		manual   = "002 1.1.20, 1.2.2.15"
		program  = "a program for these phones"
		keys     = program + "; PLANET VIP-1120PT, Active URI"
		inferred = keys + "; that keys may be chained is inferred"
	)
	return []cti.Func[*session]{
		cti.Row(cti.CallDial, manual, (*session).callDial),
		cti.Row(cti.CallHangup, program, (*session).callHangup),
		cti.Row(cti.CallAnswer, program, (*session).callAnswer),
		cti.Row(cti.CallReject, program, (*session).callReject),
		cti.Row(cti.CallToggleHold, program, (*session).callToggleHold),
		cti.Row(cti.CallToggleMute, program, (*session).callToggleMute),
		cti.Row(cti.CallRedial, program, (*session).callRedial),
		cti.Row(cti.CallTransfer, inferred, (*session).callTransfer),
		cti.Row(cti.CallSendDTMF, inferred, (*session).callSendDTMF),

		// DialNumber, Operate=Dail, BlackListAccountID.
		cti.Row(Dial, manual, func(s *session, ctx context.Context, r cti.Req[DialIn]) (Done, error) {
			line := s.opts.line
			if r.In.Line != nil {
				line = *r.In.Line
			}
			return s.dial(ctx, Dial.Name, r.In.Number, line)
		}),
		// Operate=Hangup and nothing else.
		cti.Row(Hangup, program, func(s *session, ctx context.Context, _ cti.Req[cti.None]) (Done, error) {
			return s.hangup(ctx, Hangup.Name)
		}),
		// key.
		cti.Row(Key, keys, func(s *session, ctx context.Context, r cti.Req[KeyIn]) (Done, error) {
			return s.press(ctx, Key.Name, r.In.Key)
		}),
	}
}

// send makes one request, once.
func (s *session) send(ctx context.Context, op, target string) (Done, error) {
	a, err := s.web.Send(ctx, wire.Request{Target: target})
	e := s.judge(op, a, err)
	s.found(e)
	if e != nil {
		return Done{}, e
	}
	return Done{Body: fault.Quote(s.fails.Redact(wire.Text(a.Body)))}, nil
}

// dial sends the manual's literal request: DialNumber, Operate, BlackListAccountID, in this order.
func (s *session) dial(ctx context.Context, op, number string, line int) (Done, error) {
	if !isNumber(number) {
		return Done{}, s.bad(op, "the number must be 1 to 32 of 0-9, *, # and +")
	}
	if line < 0 || line > lastLine {
		return Done{}, s.bad(op, "the parameter BlackListAccountID must be from 0 to "+strconv.Itoa(lastLine))
	}
	s.phone.wish(number, s.host.Clock().Now()) // the phone may tell before it answers
	done, err := s.send(ctx, op, s.opts.path+"?DialNumber="+dialled(number)+"&Operate=Dail&BlackListAccountID="+strconv.Itoa(line))
	if err != nil && cti.AsError(err).Sent != cti.MaybeSent {
		s.phone.forget(number)
	}
	return done, err
}

func (s *session) hangup(ctx context.Context, op string) (Done, error) {
	return s.send(ctx, op, s.opts.path+"?Operate=Hangup")
}

func (s *session) press(ctx context.Context, op string, keys ...string) (Done, error) {
	for _, k := range keys {
		if k == "" || strings.Trim(k, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") != "" {
			return Done{}, s.bad(op, "the parameter key holds something that is no key")
		}
	}
	return s.send(ctx, op, s.opts.keysPath+"?key="+strings.Join(keys, ";"))
}

func (s *session) bad(op, text string) *cti.Error {
	return s.fails.Make(cti.BadRequest, op, text, cti.NotSent, nil)
}

func isNumber(text string) bool {
	return text != "" && len(text) <= longestNumber && strings.Trim(text, "0123456789*#+") == ""
}

// dialled writes a number into a query. A # as it is would end the address.
func dialled(number string) string {
	return strings.NewReplacer("#", "%23", "+", "%2B").Replace(number)
}
