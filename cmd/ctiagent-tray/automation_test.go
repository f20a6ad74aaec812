//go:build linux

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"ctiagent/cti"
	"ctiagent/desktop"
	"ctiagent/desktop/desktoptest"
	"ctiagent/desktop/screen"
	"ctiagent/tray"

	robot "github.com/go-vgo/robotgo/x11"
)

// ownChoices is a person's own file: what is typed when it rings, and the key that dials.
const ownChoices = `
[hotkey]
dial = "ctrl+alt+d"

[[recipe]]
name = "search the caller"
on = "call.ringing"
steps = [
  { wait = "Old CRM", wait_seconds = 60 },
  { focus = "Old CRM" },
  { press = "ctrl+a" },
  { type = "{e164}" },
  { press = "enter" },
]
`

// works makes a session one that people work in: windows that have the keyboard, and the person's own file.
func (s *session) works() *screen.Screen {
	s.Helper()
	folder := filepath.Join(s.dir, "home", ".config", "ctiagent")
	for _, err := range []error{os.MkdirAll(folder, 0o700), os.WriteFile(filepath.Join(folder, "ctiagent.toml"), []byte(ownChoices), 0o600)} {
		if err != nil {
			s.Fatal(err)
		}
	}
	for _, v := range s.env {
		if name, value, _ := strings.Cut(v, "="); name == "DISPLAY" {
			s.Setenv(name, value)
			s.runs(exec.Command("openbox", "--sm-disable"))
			if err := desktoptest.AwaitManager(s.ctx, value); err != nil {
				s.Fatal(err)
			}
		}
	}
	x, err := screen.Open()
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(x.Close)
	return x
}

// TestRingingCallIsTypedIntoTheOldCRM has a program without any interface look for the caller.
func TestRingingCallIsTypedIntoTheOldCRM(t *testing.T) {
	s := newSession(t)
	s.works()
	p := newPanel(s)
	p.appears()
	w := newSite(s)
	w.service()
	crm := exec.Command("yad", "--entry", "--title=Old CRM", "--entry-text=somebody else")
	typed := new(said)
	crm.Stdout = typed
	s.runs(crm)
	s.tray()
	p.takes()
	p.clicks("Log in")
	p.shows("Log out")
	p.must(w.pbx.AwaitEventReader(s.ctx))
	call := w.pbx.Ring("10005", "11987650101", "1130030000")
	p.showsIcon(tray.IconRinging)
	p.must(w.pbx.Answer(call.Ref)) // which is when this PBX says who calls
	ended := make(chan error, 1)
	go func() { ended <- crm.Wait() }() // it ends at Enter
	select {
	case err := <-ended:
		p.must(err)
	case <-s.ctx.Done():
		t.Fatal("nothing was typed into the old CRM")
	}
	if got := typed.String(); got != "+5511987650101\n" {
		t.Errorf("the old CRM got %q", got)
	}
}

// pressed marks a number, presses the key once and answers the question.
func pressed(t *testing.T, answer string) (*panel, *site) {
	t.Helper()
	s := newSession(t)
	x := s.works()
	p := newPanel(s)
	p.appears()
	w := newSite(s)
	b := newBoard(p)
	w.service()
	s.runs(exec.Command("yad", "--entry", "--title=Letter", "--entry-text=(11) 3355-3400"))
	s.tray()
	p.takes()
	p.clicks("Log in")
	p.shows("Log out")
	p.must(desktop.NewRunner(x).Run(s.ctx, desktop.Recipe{Name: "mark", On: cti.EventCallRinging,
		Steps: []desktop.Step{{Wait: "Letter", WaitSeconds: 60}, {Focus: "Letter"}, {Press: desktop.CtrlA}}}, desktop.Values{}))
	for marked := ""; marked != "(11) 3355-3400" && s.ctx.Err() == nil; {
		var err error
		marked, err = x.Selection(s.ctx)
		p.must(err)
	}
	b.presses(answer)
	p.must(robot.KeyTap("d", "ctrl", "alt"))
	if got := b.tells(); got != "The marked number|Dial +551133553400?" {
		t.Errorf("the person was shown %q", got)
	}
	return p, w
}

func TestMarkedNumberIsDialledOnceThePersonAgrees(t *testing.T) {
	p, w := pressed(t, "Dial")
	w.received("discar", 1)
	p.must(w.pbx.Wait(p.ctx, func() bool { return len(w.pbx.Dials()) > 0 }))
	if dials := w.pbx.Dials(); len(dials) != 1 || !strings.HasSuffix(dials[0].Number, "33553400") {
		t.Errorf("the PBX dialled %+v", dials)
	}
}

func TestMarkedNumberIsNotDialledWhenThePersonSaysNo(t *testing.T) {
	p, w := pressed(t, "Cancel")
	p.clicks("Log out")
	w.received("logout", 1)
	if dials := w.pbx.Dials(); len(dials) > 0 {
		t.Errorf("the PBX dialled %+v", dials)
	}
}
