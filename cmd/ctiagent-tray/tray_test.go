//go:build linux

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"ctiagent/tray"
)

// TestTrayReachesThePBX clicks through a day of an agent, from the panel's end to the PBX's.
func TestTrayReachesThePBX(t *testing.T) {
	s := newSession(t)
	p := newPanel(s)
	p.appears()
	w := newSite(s)
	s.script("xclip", `echo "(11) 3355-3400"`)
	s.script("xdg-open", `echo "$@" > `+filepath.Join(s.dir, "opened"))
	d := newBoard(p)
	w.service()
	s.tray()
	p.takes()

	p.clicks("Log in")
	w.received("login", 1)
	p.shows("(Ana_Souza · agent 12 · extension 10005)")
	p.clicks("Intervalo de Almoço")
	w.received("set_status", 1)
	p.shows("[x] Intervalo de Almoço")
	p.shows("(Paused: Intervalo de Almoço, for 0 min)") // the items change one after the other
	p.clicks("End the pause")
	w.received("set_unpause", 1)
	p.clicks("Dial the copied number")
	w.received("discar", 1)
	p.must(w.pbx.Wait(s.ctx, func() bool { return len(w.pbx.LiveCalls("10005")) == 1 }))
	if dials := w.pbx.Dials(); len(dials) != 1 || !strings.HasSuffix(dials[0].Number, "33553400") {
		t.Errorf("the PBX dialled %+v", dials)
	}
	p.must(w.pbx.Hangup(w.pbx.LiveCalls("10005")[0].Ref))
	p.shows("+551133553400")
	p.shows("(No call)")
	p.shows("https://crm.example.com")
	p.clicks("Diagnostics")
	if got := d.tells(); !strings.HasPrefix(got, "ctiagent: diagnostics|") {
		t.Errorf("the diagnosis is %q", got)
	}
	p.clicks("Log out")
	w.received("logout", 1)
	p.shows("Log in")
	if got := w.pbx.Received("login") + w.pbx.Received("logout") + w.pbx.Received("set_status"); got != 3 {
		t.Errorf("the PBX got %d of three wishes", got)
	}
}

// TestServiceRestartKeepsTheTray ends the service and starts it again.
func TestServiceRestartKeepsTheTray(t *testing.T) {
	s := newSession(t)
	p := newPanel(s)
	p.appears()
	w := newSite(s)
	s.tray() // before any service
	p.takes()
	p.shows("(ctiagent is not running)")
	stop := w.service()
	p.shows("(Total IP: connected)")
	stop()
	p.shows("(ctiagent is not running)")
	w.service()
	p.shows("(Total IP: connected)")
}

// TestPanelThatComesLateGetsTheIcon starts the tray in a session whose shell is not up yet, and lets the shell crash.
func TestPanelThatComesLateGetsTheIcon(t *testing.T) {
	s := newSession(t)
	p := newPanel(s)
	s.tray()
	for range 2 {
		p.appears()
		p.takes()
		p.shows("(ctiagent is not running)")
		p.disappears()
	}
}

// TestQuitEndsTheProgram chooses the last item, after which nothing is left behind.
func TestQuitEndsTheProgram(t *testing.T) {
	s := newSession(t)
	p := newPanel(s)
	p.appears()
	cmd, said := s.tray()
	p.takes()
	p.clicks("Quit ctiagent")
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("it ended with: %v\n%s", err, said)
		}
	case <-s.ctx.Done():
		t.Fatal("it did not end")
	}
	if left, err := os.ReadDir(filepath.Join(s.dir, "tmp")); err != nil || len(left) > 0 {
		t.Errorf("it left %v, %v", left, err)
	}
}

// TestOneTrayASession starts a second one beside the first.
func TestOneTrayASession(t *testing.T) {
	s := newSession(t)
	p := newPanel(s)
	p.appears()
	s.tray()
	p.takes()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	second := exec.CommandContext(s.ctx, self)
	second.Env = append(append([]string(nil), s.env...), asTray+"=1")
	out, err := second.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "it runs in this session already") {
		t.Errorf("the second tray said %q, %v", out, err)
	}
}

func TestTrayWithoutADisplaySaysSo(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for args, want := range map[string]string{"": "this session has no display", "--help": "takes no options"} {
		cmd := exec.CommandContext(t.Context(), self, strings.Fields(args)...)
		cmd.Env = []string{asTray + "=1", "XDG_RUNTIME_DIR=" + t.TempDir()}
		out, err := cmd.CombinedOutput()
		if err == nil || !strings.Contains(string(out), want) {
			t.Errorf("%q said %q, %v", args, out, err)
		}
	}
}

// TestIconFollowsTheState looks at the file of the icon as a panel does.
func TestIconFollowsTheState(t *testing.T) {
	s := newSession(t)
	p := newPanel(s)
	p.appears()
	w := newSite(s)
	s.tray()
	p.takes()
	p.showsIcon(tray.IconTrouble)
	w.service()
	p.showsIcon(tray.IconOffline)
	p.clicks("Log in")
	p.showsIcon(tray.IconReady)
	p.must(w.pbx.AwaitEventReader(s.ctx))
	w.pbx.Ring("10005", "11987650101", "1130030000")
	p.showsIcon(tray.IconRinging)
}

// showsIcon waits until the item's icon is the file of this state.
func (p *panel) showsIcon(want tray.Icon) {
	p.Helper()
	picture, err := os.ReadFile(filepath.Join("..", "..", "tray", "icons", string(want)+".png"))
	p.must(err)
	for {
		var file string
		if v, err := p.item().GetProperty(itemName + ".IconName"); err == nil {
			_ = v.Store(&file) // another type is no file
		}
		if got, err := os.ReadFile(file); err == nil && string(got) == string(picture) {
			return
		}
		select {
		case <-p.changes:
		case <-p.ctx.Done():
			p.Fatalf("the icon never showed %s", want)
		}
	}
}
