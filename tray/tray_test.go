package tray

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/cti/ctitest"
	"ctiagent/internal/config"
	"ctiagent/internal/i18n"
	"ctiagent/localapi"
	"ctiagent/localapi/client"
	"ctiagent/localapi/localapitest"
	"ctiagent/localapi/protocol"

	"github.com/google/go-cmp/cmp"
)

// person is a person at a session: what the hand was asked, and how it answers.
type person struct {
	mu                sync.Mutex
	clipboard         string
	sure              bool
	told, opened, was []string
	changed           chan struct{}
}

func (p *person) note(list *[]string, text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	*list = append(*list, text)
	if p.changed != nil {
		close(p.changed)
	}
	p.changed = make(chan struct{})
}

func (p *person) hand() Hand {
	return Hand{
		Clipboard: func(context.Context) (string, error) { p.mu.Lock(); defer p.mu.Unlock(); return p.clipboard, nil },
		OpenURL:   func(_ context.Context, address string) error { p.note(&p.opened, address); return nil },
		Notify:    func(_ context.Context, title, text string) error { p.note(&p.told, title+"|"+text); return nil },
		Confirm: func(_ context.Context, _, question, _, _ string) (bool, error) {
			p.note(&p.was, question)
			return p.sure, nil
		},
	}
}

// bar is a notification area that a test looks at.
type bar struct {
	clicks  chan string
	mu      sync.Mutex
	view    View
	changed chan struct{}
}

func (b *bar) Clicks() <-chan string { return b.clicks }

func (b *bar) Show(v View) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.view = v
	close(b.changed)
	b.changed = make(chan struct{})
}

// scene is a tray at a service.
type scene struct {
	*testing.T
	ctx    context.Context
	server *localapitest.Server
	bar    *bar
	person *person
	clock  *ctitest.Clock
	tray   *Tray
	quit   chan struct{}
}

// newScene starts a tray; prepare, which may be nil, readies the desk before.
func newScene(t *testing.T, prepare func(*localapitest.Server)) *scene {
	t.Helper()
	server := localapitest.NewServer(t, func(o *localapi.Options) {
		o.Pairing = config.PairingAsk
		o.Doctor = func(context.Context, i18n.Lang) (any, error) {
			return []finding{{Status: "ok", Detail: "fine"}, {Status: "fail", Detail: "The PBX is away.", Next: "Call it."}}, nil
		}
	})
	if prepare != nil {
		prepare(server)
	}
	ctx, cancel := context.WithTimeout(t.Context(), localapitest.Patience)
	s := &scene{T: t, ctx: ctx, server: server, person: new(person), clock: ctitest.NewClock(noon), quit: make(chan struct{}),
		bar: &bar{clicks: make(chan string), changed: make(chan struct{})}}
	s.tray = New(Options{Client: client.Options{Sockets: []string{server.Socket}, Language: "en"}, Lang: i18n.En, Hand: s.person.hand(),
		Bar: s.bar, Clock: s.clock, Quit: func() { close(s.quit) }, Log: slog.New(slog.DiscardHandler)})
	done := make(chan struct{})
	go func() { defer close(done); s.tray.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	s.shows("the desk", func(v View) bool { return v.Icon == IconReady }) // from here on it hears of events
	return s
}

// shows waits until the menu fulfils a condition.
func (s *scene) shows(what string, ok func(View) bool) {
	s.Helper()
	for {
		s.bar.mu.Lock()
		v, changed := s.bar.view, s.bar.changed
		s.bar.mu.Unlock()
		if ok(v) {
			return
		}
		select {
		case <-changed:
		case <-s.ctx.Done():
			s.Fatalf("the menu never showed %s:\n%s\n%s", what, v.Icon, drawn(v.Menu))
		}
	}
}

func (s *scene) showsText(text string) {
	s.Helper()
	s.shows(text, func(v View) bool { return strings.Contains(drawn(v.Menu), text) })
}

func (s *scene) click(id string) {
	s.Helper()
	s.shows("an item "+id, func(v View) bool { it, ok := find(v.Menu, id); return ok && !it.Disabled })
	select {
	case s.bar.clicks <- id:
	case <-s.ctx.Done():
		s.Fatalf("nobody took the click on %s", id)
	}
}

// waits waits until the person has been told, asked or shown something.
func (s *scene) waits(list *[]string, want ...string) {
	s.Helper()
	p := s.person
	for {
		p.mu.Lock()
		got := append([]string(nil), *list...)
		if p.changed == nil {
			p.changed = make(chan struct{})
		}
		changed := p.changed
		p.mu.Unlock()
		if len(got) >= len(want) {
			if diff := cmp.Diff(got, want); diff != "" {
				s.Errorf("-got +want\n%s", diff)
			}
			return
		}
		select {
		case <-changed:
		case <-s.ctx.Done():
			s.Fatalf("waited for %q, got %q", want, got)
		}
	}
}

// wishes are those the desk has had, those of the tray's own apart.
func (s *scene) wishes() (out []string) {
	for _, w := range s.server.Desk.Wishes() {
		if w.Method != cti.AgentPauseReasons.Name {
			out = append(out, w.Method+" "+string(w.Params))
		}
	}
	return out
}

// serve makes the desk take verbs, each told on the channel.
func serve(d *localapitest.Desk, answer any, fail error, infos ...cti.FuncInfo) <-chan string {
	took := make(chan string, 16)
	for _, info := range infos {
		d.Serve(info, func(_ context.Context, w cti.Wish) (any, error) {
			took <- w.Method + " " + string(w.Params)
			return answer, fail
		})
	}
	return took
}

func (s *scene) took(from <-chan string, want string) {
	s.Helper()
	select {
	case got := <-from:
		if got != want {
			s.Errorf("the desk was asked %s, want %s", got, want)
		}
	case <-s.ctx.Done():
		s.Fatalf("the desk was never asked %s", want)
	}
}

func reasons(d *localapitest.Desk, list ...cti.PauseReason) {
	serve(d, list, nil, cti.InfoOf(cti.AgentPauseReasons, ""))
}

func TestClicksReachTheDesk(t *testing.T) {
	var took <-chan string
	s := newScene(t, func(server *localapitest.Server) {
		reasons(server.Desk, cti.PauseReason{ID: "6", Name: "Lunch", LimitSeconds: 3600})
		took = serve(server.Desk, cti.Agent{}, nil, cti.InfoOf(cti.AgentLogin, ""), cti.InfoOf(cti.AgentLogout, ""), cti.InfoOf(cti.AgentPause, ""),
			cti.InfoOf(cti.AgentUnpause, ""), cti.InfoOf(cti.CallAnswer, ""), cti.InfoOf(cti.CallDial, ""), cti.InfoOf(cti.CallTransfer, ""))
	})
	agent := func(state cti.AgentState, actions ...string) {
		s.server.Desk.Emit(cti.Event{Type: cti.EventAgentChanged, Agent: &cti.Agent{State: state, Reason: "Lunch", Actions: actions}})
	}
	s.showsText("Ready")
	agent(cti.AgentOffline, "agent.login")
	s.click("login")
	s.took(took, `agent.login {}`)
	agent(cti.AgentReady, "agent.pause", "agent.logout")
	s.click("pause:6")
	s.took(took, `agent.pause {"reason":"6"}`)
	agent(cti.AgentPaused, "agent.unpause", "agent.logout")
	s.showsText("[x] Lunch")
	s.click("unpause")
	s.took(took, `agent.unpause {}`)
	s.click("logout")
	s.took(took, `agent.logout {}`)
	call := mariana()
	s.server.Desk.Emit(cti.Event{Type: cti.EventCallRinging, Call: call})
	s.click("do:call.answer:01C")
	s.took(took, `call.answer {"call":"01C"}`)
	agent(cti.AgentOnCall, "agent.pause", "agent.logout")
	s.click("pause:6")
	s.took(took, `agent.pause {"reason":"6","when":"afterCall"}`)
	s.waits(&s.person.told, "Pause after the call|The pause begins when the call is over.")
	s.person.clipboard, s.person.sure = " (11) 3355-3400\n", true
	s.click("do:call.transfer:01C")
	s.took(took, `call.transfer {"call":"01C","to":"(11) 3355-3400"}`)
	s.waits(&s.person.was, "Transfer the call to (11) 3355-3400?")
	ended := mariana()
	ended.State = cti.Ended
	s.server.Desk.Emit(cti.Event{Type: cti.EventCallEnded, Call: ended})
	s.showsText("No call")
	s.click("dial:+5511987650101")
	s.took(took, `call.dial {"number":"+5511987650101"}`)
	s.click("clipboard")
	s.took(took, `call.dial {"number":"(11) 3355-3400"}`)
}

func TestWhatIsNoNumberStaysInTheClipboard(t *testing.T) {
	s := newScene(t, func(server *localapitest.Server) { serve(server.Desk, nil, nil, cti.InfoOf(cti.CallDial, "")) })
	s.person.clipboard = "senha-secreta-1"
	s.click("clipboard")
	s.waits(&s.person.told, "Not done: Dial the copied number|No number is copied. Copy a telephone number, then choose this again.")
	if got := s.wishes(); len(got) > 0 {
		t.Errorf("the desk was asked %q", got)
	}
}

func TestNoTransfersNothing(t *testing.T) {
	s := newScene(t, func(server *localapitest.Server) { serve(server.Desk, nil, nil, cti.InfoOf(cti.CallTransfer, "")) })
	s.person.clipboard = "10006"
	s.server.Desk.Emit(cti.Event{Type: cti.EventCallRinging, Call: mariana()})
	s.click("do:call.transfer:01C")
	s.waits(&s.person.was, "Transfer the call to 10006?")
	s.shows("the item again", func(v View) bool { it, ok := find(v.Menu, "do:call.transfer:01C"); return ok && !it.Disabled })
	if got := s.wishes(); len(got) > 0 {
		t.Errorf("the desk was asked %q", got)
	}
}

func TestRefusalsAreTold(t *testing.T) {
	var took <-chan string
	s := newScene(t, func(server *localapitest.Server) {
		took = serve(server.Desk, nil, &cti.Error{Kind: cti.Refused, Driver: "totalip", Title: "Total IP", Text: "RAMAL EM USO"}, cti.InfoOf(cti.AgentUnpause, ""))
		serve(server.Desk, fared{Drivers: []struct {
			Driver string   `json:"driver"`
			OK     bool     `json:"ok"`
			Kind   cti.Kind `json:"kind"`
			Error  string   `json:"error"`
		}{{"totalip", true, "", ""}, {"totalphone", false, cti.Unavailable, "not installed"}}}, nil, cti.InfoOf(cti.AgentLogout, ""))
	})
	s.server.Desk.Emit(cti.Event{Type: cti.EventAgentChanged, Agent: &cti.Agent{State: cti.AgentPaused, Actions: []string{"agent.unpause", "agent.logout"}}})
	s.click("unpause")
	s.took(took, `agent.unpause {}`)
	refused := "Not done: End the pause|Total IP: RAMAL EM USO. The telephone system refused; read its message and try again or ask the help desk."
	s.waits(&s.person.told, refused)
	s.click("logout")
	s.waits(&s.person.told, refused, "Not done: Log out|totalphone: not installed. Check that the telephone system can be reached and try again in a moment.")
}

func TestASecondClickDoesNothingTwice(t *testing.T) {
	hold := make(chan struct{})
	var began = make(chan struct{}, 2)
	s := newScene(t, func(server *localapitest.Server) {
		server.Desk.Serve(cti.InfoOf(cti.AgentUnpause, ""), func(context.Context, cti.Wish) (any, error) {
			began <- struct{}{}
			<-hold
			return cti.Agent{}, nil
		})
	})
	s.server.Desk.Emit(cti.Event{Type: cti.EventAgentChanged, Agent: &cti.Agent{State: cti.AgentPaused, Actions: []string{"agent.unpause"}}})
	s.click("unpause")
	<-began
	s.shows("a gray item", func(v View) bool { it, ok := find(v.Menu, "unpause"); return ok && it.Disabled })
	s.bar.clicks <- "unpause"
	s.bar.clicks <- "nothing like it" // taken after the click before it was
	close(hold)
	s.shows("the item again", func(v View) bool { it, ok := find(v.Menu, "unpause"); return ok && !it.Disabled })
	if got := s.wishes(); len(got) != 1 {
		t.Errorf("two clicks made %q", got)
	}
}

func TestControlPageDoctorPagesAndQuit(t *testing.T) {
	s := newScene(t, nil)
	s.click("page:" + localapitest.Origin)
	s.waits(&s.person.opened, localapitest.Origin)
	s.click("doctor")
	s.waits(&s.person.told, "ctiagent: diagnostics|The PBX is away. Call it.")
	s.click("control")
	for deadline := s.ctx.Done(); ; {
		s.person.mu.Lock()
		opened, changed := append([]string(nil), s.person.opened...), s.person.changed
		s.person.mu.Unlock()
		if len(opened) == 2 {
			if !strings.HasPrefix(opened[1], s.server.URL()) || !strings.Contains(opened[1], "#t=") {
				t.Errorf("the control page is at %q", opened[1])
			}
			break
		}
		select {
		case <-changed:
		case <-deadline:
			t.Fatal("the control page was never opened")
		}
	}
	s.click("quit")
	select {
	case <-s.quit:
	case <-s.ctx.Done():
		t.Fatal("the program was not asked to end")
	}
}

// yes is a hand that allows everything.
type yes struct{ client.Hand }

func (yes) Ask(_ context.Context, _ string, choices []protocol.Choice) (string, error) {
	return choices[0].ID, nil
}

// TestPageThatIsAllowedIsListed lets a page ask for rights and the person give them.
func TestPageThatIsAllowedIsListed(t *testing.T) {
	s := newScene(t, nil)
	hand, err := client.Dial(s.ctx, client.Options{Sockets: []string{s.server.Socket}})
	if err != nil {
		t.Fatal(err)
	}
	defer hand.Close()
	if err := hand.Attach(s.ctx, protocol.AttachIn{}, yes{}); err != nil {
		t.Fatal(err)
	}
	const stranger = "https://new.example.com"
	if f := s.server.Dial(t, stranger).Ask(protocol.SessionPair, `{}`); f.Error != nil {
		t.Fatal(f.Error)
	}
	s.tray.Asked()
	s.clock.Advance(settling)
	s.showsText(stranger)

	// And taken back, which the page notices.
	s.click("revoke:" + stranger)
	s.waits(&s.person.told, "Paired pages|"+stranger+" may not use ctiagent any more.")
	s.shows("the menu without the page", func(v View) bool { return !strings.Contains(drawn(v.Menu), stranger) })
	if f := s.server.Dial(t, stranger).Ask(protocol.DeskSnapshot, `{}`); f.Error == nil || f.Error.Data.Kind != cti.PairingRequired {
		t.Errorf("taken back, and the page is answered %+v", f)
	}
}

func TestPageOfTheConfigurationCannotBeTakenBack(t *testing.T) {
	s := newScene(t, nil)
	s.showsText("(Allowed by the configuration)")
	s.bar.clicks <- "revoke:" + localapitest.Origin
	s.bar.clicks <- "nothing like it" // taken after the click before it was
	if got := s.server.Dial(t, localapitest.Origin).Ask(protocol.DeskSnapshot, `{}`); got.Error != nil {
		t.Errorf("the page is answered %+v", got.Error)
	}
}

func TestPauseWarnsOnceAsTimePasses(t *testing.T) {
	s := newScene(t, func(server *localapitest.Server) {
		reasons(server.Desk, cti.PauseReason{ID: "6", Name: "Lunch", LimitSeconds: 180})
	})
	s.showsText("Lunch (up to 3 min)")
	s.server.Desk.Emit(cti.Event{Type: cti.EventAgentChanged, Agent: &cti.Agent{State: cti.AgentPaused, Reason: "Lunch", Since: cti.At(noon), Actions: []string{}}})
	s.showsText("Paused: Lunch, for 0 min of 3 min")
	soon := "Time in pause|The pause Lunch ends in 45 s. Get ready to come back."
	over := "Time in pause|The time of the pause Lunch is over. End the pause, or choose another."
	for _, c := range []struct {
		by    time.Duration
		shown string
		told  []string
	}{
		{time.Minute, "for 1 min of 3 min", nil},
		{time.Minute, "for 2 min of 3 min", nil},
		{15 * time.Second, "for 2 min of 3 min", []string{soon}},
		{45 * time.Second, "for 3 min: over the limit of 3 min", []string{soon, over}},
		{time.Minute, "for 4 min: over the limit of 3 min", []string{soon, over}},
	} {
		if err := s.clock.BlockUntil(s.ctx, 1); err != nil {
			t.Fatal(err)
		}
		s.clock.Advance(c.by)
		s.showsText(c.shown)
		s.waits(&s.person.told, c.told...)
	}
}

// TestServiceRestartIsSurvived ends the service, looks at the tray without it, and starts another at the same socket.
func TestServiceRestartIsSurvived(t *testing.T) {
	s := newScene(t, nil)
	s.showsText("Total IP: connected")
	socket := s.server.Socket
	if err := s.server.Stop(); err != nil {
		t.Fatal(err)
	}
	s.shows("that the service is gone", func(v View) bool { return v.Icon == IconTrouble })
	s.showsText("(ctiagent is not running)")
	if err := s.clock.BlockUntil(s.ctx, 1); err != nil {
		t.Fatal(err)
	}
	localapitest.NewServer(t, func(o *localapi.Options) { o.Sockets = []string{socket} })
	s.clock.Advance(firstPause)
	s.shows("the new service", func(v View) bool { return v.Icon == IconReady })
	s.showsText("Total IP: connected")
}

// TestLostEventsFollowAfterTheLoss cuts the connection, lets something happen meanwhile, and looks whether the tray hears
// of it although the service's snapshot still tells the old.
func TestLostEventsFollowAfterTheLoss(t *testing.T) {
	s := newScene(t, nil)
	s.showsText("Ready")
	var link *client.Client
	got := make(chan struct{})
	s.tray.post(s.ctx, func(*State) { link = s.tray.link; close(got) })
	<-got
	if err := link.Close(); err != nil {
		t.Fatal(err)
	}
	s.shows("that the service is gone", func(v View) bool { return v.Icon == IconTrouble })
	s.server.Desk.Emit(cti.Event{Type: cti.EventAgentChanged, Agent: &cti.Agent{State: cti.AgentWrapup}})
	if err := s.clock.BlockUntil(s.ctx, 1); err != nil {
		t.Fatal(err)
	}
	s.clock.Advance(firstPause)
	s.shows("what happened meanwhile", func(v View) bool { return v.Icon == IconWrapup })
}

func TestBecauseNamesWhatToDo(t *testing.T) {
	tr := New(Options{Lang: i18n.En})
	for _, c := range []struct {
		err  error
		want string
	}{
		{&cti.Error{Kind: cti.Unavailable, Text: "the connection to ctiagent is lost"}, "The connection to ctiagent broke or took too long."},
		{fmt.Errorf("ask: %w", context.DeadlineExceeded), "The connection to ctiagent broke or took too long."},
		{errors.New("xclip: exit status 1"), "xclip: exit status 1. Try again;"},
	} {
		if got := tr.because(c.err); !strings.HasPrefix(got, c.want) {
			t.Errorf("%v is told as %q", c.err, got)
		}
	}
}

func TestLoginThatWantsAPasswordOpensTheControlPage(t *testing.T) {
	s := newScene(t, func(server *localapitest.Server) {
		serve(server.Desk, nil, cti.WantsPassword("ucontact", "uContact"), cti.InfoOf(cti.AgentLogin, ""))
	})
	s.showsText("Ready")
	s.server.Desk.Emit(cti.Event{Type: cti.EventAgentChanged, Agent: &cti.Agent{State: cti.AgentOffline, Actions: []string{"agent.login"}}})
	s.click("login")
	s.waits(&s.person.told, "Log in|Your telephone system wants a password. Type it on the control page, which opens now.")
	for {
		s.person.mu.Lock()
		opened, changed := append([]string(nil), s.person.opened...), s.person.changed
		s.person.mu.Unlock()
		if len(opened) == 1 && strings.HasPrefix(opened[0], s.server.URL()) && strings.Contains(opened[0], "#t=") {
			return
		}
		select {
		case <-changed:
		case <-s.ctx.Done():
			t.Fatalf("opened %q", opened)
		}
	}
}
