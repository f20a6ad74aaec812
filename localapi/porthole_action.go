package localapi

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"ctiagent/cti"
	"ctiagent/localapi/protocol"
)

// portholeAct is one action of a page that has rights.
type portholeAct struct {
	*conn
	desk  Desk
	frame protocol.PortholeFrame
}

// act carries out an action and answers what the page is told, nil for
// nothing.
func (c *conn) act(ctx context.Context, f protocol.PortholeFrame) (any, error) {
	do := portholeAction(f.Action)
	if do == nil {
		return nil, refusal(cti.Unsupported, f.Action, "there is no action of this name", protocol.HintAction)
	}
	if err := c.paired(ctx, f.Action); err != nil {
		return nil, err
	}
	desk, err := c.open(ctx)
	if err != nil {
		return nil, err
	}
	return do(ctx, portholeAct{c, desk, f})
}

// portholeAction is what an action's name does: the seven that uContact
// documents (manual 004), and ours. Ours answer {action: what the method of the
// local API answers}.
func portholeAction(name string) func(context.Context, portholeAct) (any, error) {
	switch name {
	case "call":
		return dialAction(false)
	case "callWithPhone":
		return dialAction(true)
	case "hangup":
		return silently(callAction(cti.CallHangup.Name))
	case "tag":
		return silently(tagAction)
	case "CTI":
		return ctiAction
	case "respool":
		return silently(respoolAction)
	case "schedule":
		return silently(scheduleAction)

	case "login":
		return answering(loginAction)
	case "logout":
		return answering(plainAction(cti.AgentLogout.Name))
	case "pause":
		return answering(pauseAction)
	case "unpause":
		return answering(plainAction(cti.AgentUnpause.Name))
	case "hold":
		return answering(callAction(cti.CallHold.Name))
	case "resume":
		return answering(callAction(cti.CallResume.Name))
	case "transfer":
		return answering(transferAction)
	case "dtmf":
		return answering(dtmfAction)
	case "mute":
		return answering(muteAction)
	}
	return nil
}

// translated is an action in the local API's words.
type translated func(a portholeAct) (wished, error)

// silently carries out an action for which uContact documents no answer.
func silently(t translated) func(context.Context, portholeAct) (any, error) {
	return func(ctx context.Context, a portholeAct) (any, error) {
		_, err := a.carryOut(ctx, t)
		return nil, err
	}
}

func answering(t translated) func(context.Context, portholeAct) (any, error) {
	return func(ctx context.Context, a portholeAct) (any, error) {
		out, err := a.carryOut(ctx, t)
		if err != nil {
			return nil, err
		}
		return map[string]any{a.frame.Action: out}, nil
	}
}

func (a portholeAct) carryOut(ctx context.Context, t translated) (any, error) {
	w, err := t(a)
	if err != nil {
		return nil, err
	}
	return a.perform(ctx, w)
}

// texts reads members that are text.
func (a portholeAct) texts(to map[string]*string) error {
	for name, text := range to {
		var err error
		if *text, err = a.frame.Text(name); err != nil {
			return err
		}
	}
	return nil
}

// dialAction dials, through the PBX or with the agent's own telephone first.
func dialAction(phoneFirst bool) func(context.Context, portholeAct) (any, error) {
	return func(ctx context.Context, a portholeAct) (any, error) {
		var in cti.DialIn
		if err := a.texts(map[string]*string{"destination": &in.Number, "campaign": &in.Campaign, "callerid": &in.CallerID}); err != nil {
			return nil, err
		}
		out, err := a.perform(ctx, wished{cti.CallDial.Name, in, phoneFirst})
		if err != nil {
			return nil, err
		}
		guid := ""
		if c, ok := out.(*cti.Call); ok && c != nil {
			guid = guidOf(c)
		}
		return map[string]string{"guid": guid}, nil
	}
}

// guidOf is the call in the page's words: the vendor's id, else ours.
func guidOf(c *cti.Call) string {
	if c.Ref != "" {
		return c.Ref
	}
	return c.ID
}

// call is the id of the call that the frame names by its guid, "" when it names
// none. A guid may be ours, given before the vendor had named the call.
func (a portholeAct) call() (cti.CallIn, error) {
	guid, err := a.frame.Text("guid")
	if err != nil || guid == "" {
		return cti.CallIn{}, err
	}
	s := a.desk.State()
	for _, calls := range [][]*cti.Call{s.Calls, s.Recent} {
		for _, c := range calls {
			if c.ID == guid || c.Ref == guid || slices.ContainsFunc(c.Refs, func(r cti.Ref) bool { return r.Ref == guid }) {
				return cti.CallIn{Call: c.ID}, nil
			}
		}
	}
	return cti.CallIn{Call: guid}, nil // which the desk will say it does not know
}

func plainAction(method string) translated {
	return func(portholeAct) (wished, error) { return wished{method: method}, nil }
}

func callAction(method string) translated {
	return func(a portholeAct) (wished, error) {
		in, err := a.call()
		return wished{method: method, params: in}, err
	}
}

func tagAction(a portholeAct) (wished, error) {
	in, err := a.call()
	if err != nil {
		return wished{}, err
	}
	text, err := a.frame.Text("message")
	return wished{method: cti.CallTag.Name, params: cti.TagIn{CallIn: in, Text: text}}, err
}

func loginAction(a portholeAct) (wished, error) {
	var in cti.LoginIn
	err := a.texts(map[string]*string{"agent": &in.Agent, "extension": &in.Extension, "password": &in.Password, "campaign": &in.Campaign})
	return wished{method: cti.AgentLogin.Name, params: in}, err
}

func pauseAction(a portholeAct) (wished, error) {
	var in cti.PauseIn
	err := a.texts(map[string]*string{"reason": &in.Reason, "note": &in.Note, "when": &in.When})
	return wished{method: cti.AgentPause.Name, params: in}, err
}

func transferAction(a portholeAct) (wished, error) {
	call, err := a.call()
	if err != nil {
		return wished{}, err
	}
	in := cti.TransferIn{CallIn: call}
	err = a.texts(map[string]*string{"destination": &in.To, "mode": &in.Mode})
	return wished{method: cti.CallTransfer.Name, params: in}, err
}

func dtmfAction(a portholeAct) (wished, error) {
	call, err := a.call()
	if err != nil {
		return wished{}, err
	}
	in := cti.DTMFIn{CallIn: call}
	in.Digits, err = a.frame.Text("digits")
	return wished{method: cti.CallSendDTMF.Name, params: in}, err
}

// muteAction mutes, or with {"on":false} ends that.
func muteAction(a portholeAct) (wished, error) {
	in, err := a.call()
	if err != nil {
		return wished{}, err
	}
	off, err := a.frame.Off("on")
	method := cti.CallMute.Name
	if off {
		method = cti.CallUnmute.Name
	}
	return wished{method: method, params: in}, err
}

// The functions of uContact that respool and schedule stand for (manual 004),
// with the parameter that holds the object there.
const (
	respoolFunction  = "ucontact.Dialers/Respool"
	respoolParam     = "callspool"
	scheduleFunction = "ucontact.Dialers/ScheduleDialerCall"
	scheduleParam    = "callschedule"
)

// respoolAction puts a contact back to be dialled: by uContact, or as a
// callback that is due now.
func respoolAction(a portholeAct) (wished, error) {
	o, err := a.frame.Object("objetoRespool")
	if err != nil {
		return wished{}, err
	}
	if info, ok := a.desk.Method(respoolFunction); ok {
		return invoked(info, respoolParam, o)
	}
	return a.callback(o, a.srv.opt.Clock.Now())
}

// scheduleAction has a contact dialled at a time.
func scheduleAction(a portholeAct) (wished, error) {
	o, err := a.frame.Object("objectDialer")
	if err != nil {
		return wished{}, err
	}
	text, err := a.frame.Text("callDate")
	if err != nil {
		return wished{}, err
	}
	at, err := dialDate(text, a.srv.opt.Clock.Now())
	if err != nil {
		return wished{}, err
	}
	info, ok := a.desk.Method(scheduleFunction)
	if !ok {
		return a.callback(o, at)
	}
	if text != "" {
		o.Set("calldate", at.Format(time.DateTime))
	}
	return invoked(info, scheduleParam, o)
}

// invoked calls a function of the vendor with an object: as the parameter that
// has its name in the document, else as the parameters themselves.
func invoked(info cti.FuncInfo, param string, o protocol.PortholeFrame) (wished, error) {
	raw, err := o.JSON()
	if err != nil {
		return wished{}, err
	}
	if slices.ContainsFunc(cti.Params(info.In), func(p cti.Param) bool { return p.Name == param }) {
		if raw, err = json.Marshal(map[string]json.RawMessage{param: raw}); err != nil {
			return wished{}, err
		}
	}
	return wished{method: protocol.FunctionsInvoke, params: protocol.InvokeIn{Name: info.Name, Params: raw}}, nil
}

// callback has any vendor promise the call.
func (a portholeAct) callback(o protocol.PortholeFrame, at time.Time) (wished, error) {
	in := cti.CallbackIn{At: cti.At(at)}
	a.frame = o
	err := a.texts(map[string]*string{"destination": &in.Number, "campaign": &in.Campaign, "contact": &in.Contact, "data": &in.Note})
	return wished{method: cti.CallbackSchedule.Name, params: in}, err
}

// dialDate reads a time as uContact's pages write it, in the time zone of this
// computer. None is now.
func dialDate(text string, now time.Time) (time.Time, error) {
	if strings.TrimSpace(text) == "" {
		return now, nil
	}
	for _, layout := range []string{time.DateTime, "2006-01-02 15:04", "2006-01-02T15:04:05", time.RFC3339} {
		if t, err := time.ParseInLocation(layout, strings.TrimSpace(text), time.Local); err == nil {
			return t, nil
		}
	}
	const kind = "time like 2026-11-20 15:00:00"
	return now, &cti.Error{Kind: cti.BadRequest, Text: "the parameter callDate must be of type " + kind,
		Hint: "error.hint.type", Args: map[string]string{"Name": "callDate", "Type": kind}}
}
