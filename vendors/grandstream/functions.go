package grandstream

import (
	"context"
	"strconv"
	"strings"

	"ctiagent/cti"
	"ctiagent/vendors/internal/fault"
	"ctiagent/vendors/internal/wire"
)

// The programs of the phone.
const (
	programCall  = "api-make_call"
	programPhone = "api-phone_operation"
	programLines = "api-get_line_status"
	programKeys  = "api-send_key"
)

// Bounds of what is sent.
const (
	longestNumber = 32
	mostKeys      = 64
)

// Done is what the phone says to a request it has taken.
type Done struct {
	Body string `json:"body" help:"the phone's own word, of no meaning beyond its success"`
}

// MakeCallIn asks the phone to dial.
type MakeCallIn struct {
	Number  string `json:"phonenumber" required:"true" role:"number" help:"as a person would dial it on the phone"`
	Account *int   `json:"account,omitempty" help:"the phone's account that dials, counted from 0; the configured one when left out"`
}

// OperationIn is one operation of the phone.
type OperationIn struct {
	Command string `json:"cmd" required:"true" values:"endcall,holdcall,acceptcall,rejectcall,cancel" help:"holdcall toggles; each acts on the call in focus or the one that rings"`
}

// KeysIn are keys to press.
type KeysIn struct {
	Keys []string `json:"keys" required:"true" values:"0,1,2,3,4,5,6,7,8,9,STAR,POUND,SEND,OFFHOOK,ONHOOK,OK,LOCK,UNLOCK,UP,DOWN,LEFT,RIGHT,SPEAKER,MUTE,HOLD,TRANSFER,SOFT1,SOFT2,SOFT3,SOFT4,MPK1,MPK2,MPK3,MPK4,MPK5,MPK6,MPK7,MPK8,MPK9,MPK10,MPK11,MPK12,MPK13,MPK14,MPK15,MPK16,MPK17,MPK18,MPK19,MPK20,MPK21,MPK22,MPK23,MPK24" help:"the keys to press one after the other, 64 at most"`
}

// The vendor's own functions.
var (
	MakeCall       = cti.Action[MakeCallIn, Done]{Name: "grandstream.api-make_call", Title: "Let the phone dial a number", Effect: cti.Dial}
	PhoneOperation = cti.Action[OperationIn, Done]{Name: "grandstream.api-phone_operation", Title: "End, hold, accept, reject or cancel a call at the phone", Effect: cti.Control}
	LineStatus     = cti.Action[cti.None, []Line]{Name: "grandstream.api-get_line_status", Title: "Tell what the phone's lines are doing", Effect: cti.Observe}
	SendKeys       = cti.Action[KeysIn, Done]{Name: "grandstream.api-send_key", Title: "Press keys of the phone", Effect: cti.Control}
)

// functions is every row of the driver.
func functions() []cti.Func[*session] {
	const (
		call       = `002 1.1.20, 1.2.2.15`
		operations = `CTI guide, "Phone Operations Functions"`
		keys       = `CTI guide, "Send Keys"`
		inferred   = keys + `; the order of the keys is inferred`
	)
	return []cti.Func[*session]{
		cti.Row(cti.CallDial, call+`; CTI guide, "Make Call"`, (*session).callDial),
		cti.Row(cti.CallAnswer, operations, (*session).callAnswer),
		cti.Row(cti.CallReject, operations, (*session).callReject),
		cti.Row(cti.CallHangup, operations, (*session).callHangup),
		cti.Row(cti.CallHold, operations, (*session).callHold),
		cti.Row(cti.CallResume, operations, (*session).callResume),
		cti.Row(cti.CallToggleMute, keys, (*session).callToggleMute),
		cti.Row(cti.CallSendDTMF, keys, (*session).callSendDTMF),
		cti.Row(cti.CallTransfer, inferred, (*session).callTransfer),

		// phonenumber, account, and the password as the variant wants it.
		cti.Row(MakeCall, call, func(s *session, ctx context.Context, r cti.Req[MakeCallIn]) (Done, error) {
			account := s.opts.account
			if r.In.Account != nil {
				account = *r.In.Account
			}
			return s.dial(ctx, MakeCall.Name, r.In.Number, account)
		}),
		// cmd; names no line.
		cti.Row(PhoneOperation, operations, func(s *session, ctx context.Context, r cti.Req[OperationIn]) (Done, error) {
			return s.operate(ctx, PhoneOperation.Name, r.In.Command)
		}),
		// No parameter; a list of all lines, idle ones included.
		cti.Row(LineStatus, `CTI guide, "Line Status Function"`, func(s *session, ctx context.Context, _ cti.Req[cti.None]) ([]Line, error) {
			list, e := s.lines(ctx, LineStatus.Name)
			if e != nil {
				return nil, e
			}
			return list, nil
		}),
		// keys, with a colon between two, as programs for these phones send them.
		cti.Row(SendKeys, keys, func(s *session, ctx context.Context, r cti.Req[KeysIn]) (Done, error) {
			return s.press(ctx, SendKeys.Name, r.In.Keys)
		}),
	}
}

// did is the answer of a request that was taken.
func (s *session) did(a answer, e *cti.Error) (Done, error) {
	s.stir() // also of one that may have been done
	if e != nil {
		return Done{}, e
	}
	return Done{Body: fault.Quote(s.fails.Redact(a.word()))}, nil
}

// dial asks for a call in the configured dialect, once.
func (s *session) dial(ctx context.Context, op, number string, account int) (Done, error) {
	if !isNumber(number) {
		return Done{}, s.bad(op, "the number must be 1 to 32 of 0-9, *, # and +")
	}
	if account < 0 || account > lastAccount {
		return Done{}, s.bad(op, "the parameter account must be from 0 to "+strconv.Itoa(lastAccount))
	}
	s.phone.expect(clue{direction: cti.Outbound, number: number, wished: true, at: s.host.Clock().Now()})
	var a answer
	var e *cti.Error
	if s.opts.variant == variantPassword {
		// Manual 002, 1.1.20: phonenumber, account, password, in this order.
		a, e = s.ask(ctx, op, programCall, "phonenumber="+dialled(number)+"&account="+strconv.Itoa(account)+"&password="+escape(s.opts.password), wire.Request{})
	} else {
		params := "phonenumber=" + dialled(number)
		if account != 0 {
			params += "&account=" + strconv.Itoa(account) // the guide's example has none; inferred from the other dialect
		}
		a, e = s.guide(ctx, op, programCall, params, wire.Request{})
	}
	if e != nil && e.Sent != cti.MaybeSent {
		s.phone.forget(number)
	}
	return s.did(a, e)
}

func (s *session) operate(ctx context.Context, op, command string) (Done, error) {
	return s.did(s.guide(ctx, op, programPhone, "cmd="+escape(command), wire.Request{}))
}

func (s *session) press(ctx context.Context, op string, keys []string) (Done, error) {
	if len(keys) == 0 || len(keys) > mostKeys {
		return Done{}, s.bad(op, "the parameter keys must name 1 to "+strconv.Itoa(mostKeys)+" keys")
	}
	for _, k := range keys {
		if strings.Trim(k, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != "" || k == "" {
			return Done{}, s.bad(op, "the parameter keys holds something that is no key")
		}
	}
	return s.did(s.guide(ctx, op, programKeys, "keys="+strings.Join(keys, ":"), wire.Request{}))
}

func (s *session) bad(op, text string) *cti.Error {
	return s.fails.Make(cti.BadRequest, op, text, cti.NotSent, nil)
}

func isNumber(text string) bool {
	return text != "" && len(text) <= longestNumber && strings.Trim(text, "0123456789*#+") == ""
}

// dialled writes a number into a query. A # as it is would end the address; the phone reads %23.
func dialled(number string) string {
	return strings.NewReplacer("#", "%23", "+", "%2B").Replace(number)
}
