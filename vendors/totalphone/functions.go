package totalphone

import (
	"context"

	"ctiagent/cti"
)

// LoginIn opens the program and logs an extension in.
type LoginIn struct {
	Extension string `json:"ramal,omitempty" role:"extension" help:"the desk's own when left out"`
	Password  string `json:"senha,omitempty" secret:"true" help:"the configured one when left out; never accepted from a foreign page"`
}

// DigitIn is one key of the softphone.
type DigitIn struct {
	Digit string `json:"digito" required:"true" values:"0,1,2,3,4,5,6,7,8,9" help:"one digit; in a call it is a tone"`
}

// NumberIn is a number to dial.
type NumberIn struct {
	Number string `json:"numero" required:"true" role:"number" help:"as a person would dial it on the softphone"`
}

// TransferIn hands the call in progress over.
type TransferIn struct {
	To string `json:"ramal,omitempty" role:"number" help:"the extension whose digits follow one by one; none follow when left out"`
}

// LineIn is one line of the softphone.
type LineIn struct {
	Line int `json:"linha" required:"true" help:"1 to 6"`
}

// The vendor's own functions: the switches of manual 002, 1.6.
var (
	Open       = cti.Action[LoginIn, cti.None]{Name: "totalphone.abrir", Title: "Open TotalPhone and log an extension in", Effect: cti.Control}
	Digit      = cti.Action[DigitIn, cti.None]{Name: "totalphone.digito", Title: "Press a digit of TotalPhone", Effect: cti.Control}
	Dial       = cti.Action[cti.None, cti.None]{Name: "totalphone.discar", Title: "Let TotalPhone dial the digits composed so far", Effect: cti.Dial}
	DialNumber = cti.Action[NumberIn, cti.None]{Name: "totalphone.discar_numero", Title: "Let TotalPhone dial a number", Effect: cti.Dial}
	Hangup     = cti.Action[cti.None, cti.None]{Name: "totalphone.desligar", Title: "Let TotalPhone hang up the call in progress", Effect: cti.Control}
	Answer     = cti.Action[cti.None, cti.None]{Name: "totalphone.atender", Title: "Let TotalPhone answer the newest ringing call", Effect: cti.Control}
	Hold       = cti.Action[cti.None, cti.None]{Name: "totalphone.espera", Title: "Toggle hold of the call in progress at TotalPhone", Effect: cti.Control}
	Mute       = cti.Action[cti.None, cti.None]{Name: "totalphone.mudo", Title: "Toggle TotalPhone's mute", Effect: cti.Control}
	AutoAnswer = cti.Action[cti.None, cti.None]{Name: "totalphone.autoanswer", Title: "Toggle TotalPhone's automatic answer", Effect: cti.Control}
	Redial     = cti.Action[cti.None, cti.None]{Name: "totalphone.rediscar", Title: "Let TotalPhone dial the last number again", Effect: cti.Dial}
	Pickup     = cti.Action[cti.None, cti.None]{Name: "totalphone.capturar", Title: "Let TotalPhone pick up a call of the pickup group", Effect: cti.Control}
	Transfer   = cti.Action[TransferIn, cti.None]{Name: "totalphone.transferencia", Title: "Start a transfer at TotalPhone", Effect: cti.Control}
	Line       = cti.Action[LineIn, cti.None]{Name: "totalphone.linha", Title: "Activate a line of TotalPhone", Effect: cti.Control}
	Quit       = cti.Action[cti.None, cti.None]{Name: "totalphone.fechar", Title: "Log out and close TotalPhone", Effect: cti.Control}
	Restart    = cti.Action[cti.None, cti.None]{Name: "totalphone.reiniciar", Title: "Restart TotalPhone", Effect: cti.Control}
)

// none serves an action without parameters and without an answer.
func none(name string, do func(*session, context.Context, string) error) func(*session, context.Context, cti.Req[cti.None]) (cti.None, error) {
	return func(s *session, ctx context.Context, _ cti.Req[cti.None]) (cti.None, error) {
		return cti.None{}, do(s, ctx, name)
	}
}

// functions is every row of TotalPhone.
func functions() []cti.Func[*session] {
	own := func(name string, d deed) func(*session, context.Context, cti.Req[cti.None]) (cti.None, error) {
		return none(name, func(s *session, ctx context.Context, op string) error { return s.do(ctx, op, d, "", "", "") })
	}
	return []cti.Func[*session]{
		cti.Row(cti.CallDial, "002 1.6.3", (*session).callDial),
		cti.Row(cti.CallAnswer, "002 1.6.5", (*session).callAnswer),
		cti.Row(cti.CallHangup, "002 1.6.4", (*session).callHangup),
		cti.Row(cti.CallHold, "002 1.6.6", (*session).callHold),
		cti.Row(cti.CallResume, "002 1.6.6", (*session).callResume),
		cti.Row(cti.CallToggleHold, "002 1.6.6", (*session).callToggleHold),
		cti.Row(cti.CallMute, "002 1.6.7", (*session).callMute),
		cti.Row(cti.CallUnmute, "002 1.6.7", (*session).callUnmute),
		cti.Row(cti.CallToggleMute, "002 1.6.7", (*session).callToggleMute),
		cti.Row(cti.CallTransfer, "002 1.6.11", (*session).callTransfer),
		cti.Row(cti.CallSendDTMF, "002 1.6.2", (*session).callSendDTMF),
		cti.Row(cti.CallRedial, "002 1.6.9", (*session).callRedial),
		cti.Row(cti.CallPickup, "002 1.6.10", (*session).callPickup),
		cti.Row(cti.AgentLogin, "002 1.6.1", (*session).agentLogin),
		cti.Row(cti.AgentLogout, "002 1.6.13", (*session).agentLogout),
		cti.Row(cti.SoftphoneDial, "002 1.6.3", none(cti.SoftphoneDial.Name, (*session).dialComposed)),
		cti.Row(cti.SoftphoneDigit, "002 1.6.2", func(s *session, ctx context.Context, r cti.Req[cti.DigitIn]) (cti.None, error) {
			return cti.None{}, s.digit(ctx, cti.SoftphoneDigit.Name, "digit", r.In.Digit)
		}),
		cti.Row(cti.SoftphoneLine, "002 1.6.12", func(s *session, ctx context.Context, r cti.Req[cti.LineIn]) (cti.None, error) {
			return cti.None{}, s.activate(ctx, cti.SoftphoneLine.Name, "line", r.In.Line)
		}),
		cti.Row(cti.SoftphoneStartTransfer, "002 1.6.11", none(cti.SoftphoneStartTransfer.Name, (*session).startTransfer)),
		cti.Row(cti.SoftphoneToggleAutoAnswer, "002 1.6.8", none(cti.SoftphoneToggleAutoAnswer.Name, (*session).toggleAutoAnswer)),
		cti.Row(cti.SoftphoneQuit, "002 1.6.13", none(cti.SoftphoneQuit.Name, (*session).quit)),
		cti.Row(cti.SoftphoneRestart, "002 1.6.14", none(cti.SoftphoneRestart.Name, (*session).restart)),

		// -ramal=, -senha=.
		cti.Row(Open, "002 1.6.1", func(s *session, ctx context.Context, r cti.Req[LoginIn]) (cti.None, error) {
			return cti.None{}, s.login(ctx, Open.Name, [2]string{"ramal", "senha"}, r.In.Extension, r.Extension, r.In.Password)
		}),
		// -digito=, one of 0-9.
		cti.Row(Digit, "002 1.6.2", func(s *session, ctx context.Context, r cti.Req[DigitIn]) (cti.None, error) {
			return cti.None{}, s.digit(ctx, Digit.Name, "digito", r.In.Digit)
		}),
		// -discar: what was composed digit by digit.
		cti.Row(Dial, "002 1.6.3", none(Dial.Name, (*session).dialComposed)),
		// -discar=.
		cti.Row(DialNumber, "002 1.6.3", func(s *session, ctx context.Context, r cti.Req[NumberIn]) (cti.None, error) {
			_, err := s.dial(ctx, DialNumber.Name, "numero", r.In.Number)
			return cti.None{}, err
		}),
		// -desligar.
		cti.Row(Hangup, "002 1.6.4", own(Hangup.Name, deedHangup)),
		// -atender: of several ringing calls the last one.
		cti.Row(Answer, "002 1.6.5", own(Answer.Name, deedAnswer)),
		// -espera: puts on hold or takes off.
		cti.Row(Hold, "002 1.6.6", own(Hold.Name, deedToggleHold)),
		// -mudo.
		cti.Row(Mute, "002 1.6.7", own(Mute.Name, deedToggleMute)),
		// -autoanswer: the option AA.
		cti.Row(AutoAnswer, "002 1.6.8", none(AutoAnswer.Name, (*session).toggleAutoAnswer)),
		// -rediscar.
		cti.Row(Redial, "002 1.6.9", own(Redial.Name, deedRedial)),
		// -capturar.
		cti.Row(Pickup, "002 1.6.10", own(Pickup.Name, deedPickup)),
		// -transferencia, then -digito= for each digit.
		cti.Row(Transfer, "002 1.6.11", func(s *session, ctx context.Context, r cti.Req[TransferIn]) (cti.None, error) {
			if r.In.To == "" {
				return cti.None{}, s.startTransfer(ctx, Transfer.Name)
			}
			return cti.None{}, s.transfer(ctx, Transfer.Name, "ramal", r.In.To, "", "")
		}),
		// -linha=, 1 to 6.
		cti.Row(Line, "002 1.6.12", func(s *session, ctx context.Context, r cti.Req[LineIn]) (cti.None, error) {
			return cti.None{}, s.activate(ctx, Line.Name, "linha", r.In.Line)
		}),
		// -fechar.
		cti.Row(Quit, "002 1.6.13", none(Quit.Name, (*session).quit)),
		// -reiniciar.
		cti.Row(Restart, "002 1.6.14", none(Restart.Name, (*session).restart)),
	}
}
