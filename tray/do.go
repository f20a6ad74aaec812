package tray

import (
	"context"
	"errors"
	"strings"
	"time"

	"ctiagent/cti"
	"ctiagent/localapi/client"
)

// The commands that are more than one method of the service.
const (
	quit              = "tray.quit"
	openPage          = "tray.openPage"
	revokePage        = "tray.revokePage"
	openControl       = "tray.openControl"
	doctor            = "tray.doctor"
	dialClipboard     = "tray.dialClipboard"
	transferClipboard = "tray.transferClipboard"
)

// The methods of the program door that are no verbs.
const (
	originsList   = "origins.list"
	originsRevoke = "origins.revoke"
	controlTicket = "control.ticket"
	doctorRun     = "doctor.run"
)

// doTime bounds what a click begins; a question to the person has its own time.
const doTime = time.Minute

// clicked begins what an item does. Clicks on what is gone, grayed or under way do nothing.
func (t *Tray) clicked(ctx context.Context, id string) {
	it, ok := find(t.view.Menu, id)
	if !ok || it.Disabled || it.Hidden || it.Submenu || it.Separator || t.busy[id] {
		return
	}
	if it.Do.Name == quit {
		go t.opt.Quit()
		return
	}
	link := t.link
	if link == nil {
		return
	}
	t.busy[id] = true
	t.job(ctx, func(ctx context.Context) {
		if err := t.do(ctx, link, it.Do); err != nil && ctx.Err() == nil {
			t.opt.Log.Info("a choice was not carried out", "command", it.Do.Name, "error", err)
			t.tell(ctx, t.say("tray.failed", map[string]any{"What": it.Title}), t.because(err))
		}
		t.post(ctx, func(*State) { delete(t.busy, id) })
	})
}

// find finds an item that can be seen.
func find(items []Item, id string) (Item, bool) {
	for _, it := range items {
		if it.Hidden {
			continue
		}
		if it.ID == id {
			return it, true
		}
		if found, ok := find(it.Items, id); ok && !it.Disabled {
			return found, true
		}
	}
	return Item{}, false
}

// do carries a command out.
func (t *Tray) do(ctx context.Context, c *client.Client, cmd Command) error {
	switch cmd.Name {
	case openPage:
		address, _ := cmd.Params.(string)
		return t.opt.Hand.OpenURL(ctx, address)
	case revokePage:
		if err := t.call(ctx, c, originsRevoke, map[string]any{"origin": cmd.Params}, nil); err != nil {
			return err
		}
		t.Refresh()
		t.tell(ctx, t.say("tray.pages", nil), t.say("tray.page.revoked", map[string]any{"Page": cmd.Params}))
		return nil
	case openControl:
		var out struct {
			URL string `json:"url"`
		}
		if err := t.call(ctx, c, controlTicket, nil, &out); err != nil {
			return err
		}
		return t.opt.Hand.OpenURL(ctx, out.URL)
	case doctor:
		return t.examine(ctx, c)
	case dialClipboard:
		number, err := t.copied(ctx)
		if err != nil {
			return err
		}
		return t.call(ctx, c, cti.CallDial.Name, cti.DialIn{Number: number}, nil)
	case transferClipboard:
		number, err := t.copied(ctx)
		if err != nil {
			return err
		}
		sure, err := t.opt.Hand.Confirm(ctx, t.say("tray.transfer.title", nil), t.say("tray.transfer.question", map[string]any{"Number": number}),
			t.say("tray.transfer.yes", nil), t.say("tray.transfer.no", nil))
		if err != nil || !sure {
			return err
		}
		return t.call(ctx, c, cti.CallTransfer.Name, cti.TransferIn{CallIn: cti.CallIn{Call: cmd.Call}, To: number}, nil)
	case cti.AgentPause.Name:
		if err := t.call(ctx, c, cmd.Name, cmd.Params, nil); err != nil {
			return err
		}
		if in, ok := cmd.Params.(cti.PauseIn); ok && in.When == afterCall { // no event tells of it
			t.tell(ctx, t.say("tray.pause.later", nil), t.say("tray.pause.kept", nil))
		}
		return nil
	case cti.AgentLogin.Name:
		var out fared
		err := t.call(ctx, c, cmd.Name, cmd.Params, &out)
		if err == nil {
			err = out.err()
		}
		if !errors.Is(err, cti.Unauthorized) || t.opt.Hand.OpenURL == nil {
			return err
		}
		// A menu cannot ask for a password; the control page can.
		t.tell(ctx, t.say("tray.login", nil), t.say("tray.login.password", nil))
		return t.do(ctx, c, Command{Name: openControl})
	case cti.AgentLogout.Name:
		var out fared
		if err := t.call(ctx, c, cmd.Name, cmd.Params, &out); err != nil {
			return err
		}
		return out.err()
	}
	return t.call(ctx, c, cmd.Name, cmd.Params, nil)
}

func (t *Tray) call(ctx context.Context, c *client.Client, method string, params, result any) error {
	ctx, cancel := context.WithTimeout(ctx, doTime)
	defer cancel()
	return c.Call(ctx, method, params, result)
}

// sentence is an error whose text is an id of ours.
type sentence string

func (s sentence) Error() string { return string(s) }

// The errors of the tray itself.
const errNoNumber = sentence("tray.clipboard.none")

// copied is the number in the clipboard.
func (t *Tray) copied(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, doTime)
	defer cancel()
	text, err := t.opt.Hand.Clipboard(ctx)
	if err != nil {
		return "", err
	}
	number, ok := dialable(text)
	if !ok {
		return "", errNoNumber
	}
	return number, nil
}

// because is why something failed, and what to do next, in the person's language.
func (t *Tray) because(err error) string {
	var own sentence
	var refused *client.Error
	var e *cti.Error
	switch {
	case errors.As(err, &own):
		return t.say(string(own), nil)
	case errors.As(err, &refused):
		return strings.TrimSpace(clean(refused.Error()) + ". " + refused.Hint())
	case errors.As(err, &e) && e.Driver != "":
		return strings.TrimSpace(clean(e.Message()) + ". " + t.say("error.hint."+string(e.Kind), nil))
	case errors.Is(err, cti.Unavailable), errors.Is(err, context.DeadlineExceeded):
		return t.say("tray.failed.lost", nil)
	}
	return t.say("tray.failed.unknown", map[string]any{"Cause": clean(err.Error())})
}

// fared is how each driver fared with a login or logout.
type fared struct {
	Drivers []struct {
		Driver string   `json:"driver"`
		OK     bool     `json:"ok"`
		Kind   cti.Kind `json:"kind"`
		Error  string   `json:"error"`
	} `json:"drivers"`
}

// err is the first driver's failure; the others' stand in the agent's state.
func (f fared) err() error {
	for _, d := range f.Drivers {
		if !d.OK {
			return &cti.Error{Kind: d.Kind, Driver: d.Driver, Text: d.Error, Sent: cti.MaybeSent}
		}
	}
	return nil
}

// finding is one line of the doctor's report.
type finding struct {
	Status string `json:"status"` // ok, warn, fail
	Detail string `json:"detail"`
	Next   string `json:"next"`
}

// maxFindings is how much of a report a notice holds.
const maxFindings = 4

// examine runs the doctor and tells what is wrong.
func (t *Tray) examine(ctx context.Context, c *client.Client) error {
	var found []finding
	if err := t.call(ctx, c, doctorRun, nil, &found); err != nil {
		return err
	}
	var wrong []string
	for _, f := range found {
		if f.Status != "ok" {
			wrong = append(wrong, strings.TrimSpace(f.Detail+" "+f.Next))
		}
	}
	if len(wrong) == 0 {
		t.tell(ctx, t.say("tray.doctor.title", nil), t.say("tray.doctor.well", map[string]any{"Count": len(found)}))
		return nil
	}
	more := len(wrong) - maxFindings
	if more > 0 {
		wrong = append(wrong[:maxFindings], t.say("tray.doctor.more", map[string]any{"Count": more}))
	}
	t.tell(ctx, t.say("tray.doctor.title", nil), strings.Join(wrong, "\n"))
	return nil
}
