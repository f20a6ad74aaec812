package main

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/desk"
	"ctiagent/dialplan"
	"ctiagent/vendors"
	"ctiagent/vendors/totalip/totaliptest"
	"ctiagent/vendors/totalphone/totalphonetest"

	"github.com/google/go-cmp/cmp"
)

// softphoneDesk is a desk with a simulated Total IP and a softphone below it that is really launched. What is done at the
// softphone happens at the PBX, whose extension it is.
type softphoneDesk struct {
	t     *testing.T
	ctx   context.Context
	pbx   *totaliptest.PBX
	phone *totalphonetest.Phone
	desk  *desk.Desk

	mu      sync.Mutex
	changed chan struct{} // closed and replaced with every event
	refs    [totalphonetest.Lines]string
}

const softphoneExtension = "10005"

func newSoftphoneDesk(t *testing.T) *softphoneDesk {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	program, err := totalphonetest.Build(ctx, t.TempDir(), runtime.GOOS)
	if err != nil {
		t.Fatal(err)
	}
	phone, err := totalphonetest.New(totalphonetest.Options{Program: program})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(phone.Close)
	d := &softphoneDesk{t: t, ctx: ctx, phone: phone, pbx: totaliptest.New(totaliptest.Options{}), changed: make(chan struct{})}
	t.Cleanup(d.pbx.Close)
	d.pbx.AddExtension(totaliptest.Extension{Number: softphoneExtension, User: "12", Name: "Ana", LoggedIn: true})
	plan, err := dialplan.New(dialplan.Site{Country: "BR", AreaCode: "11"})
	if err != nil {
		t.Fatal(err)
	}
	d.desk, err = desk.New(desk.Options{Agent: cti.Target{Agent: "12", Extension: softphoneExtension}, Plan: plan, Epoch: "test", Hand: softphoneHand{d},
		Limits: desk.Limits{DialsPerSecond: 100}, Drivers: []desk.Driver{
			d.driver("totalip", map[string]string{"url": d.pbx.URL(), "events": d.pbx.EventsAddr(), "ringing_poll": "1"}),
			d.driver("totalphone", map[string]string{"path": phone.Path(), "pause_ms": "1", "start_ms": "1"}),
		}})
	if err != nil {
		t.Fatal(err)
	}
	_, stop := d.desk.Watch(func([]cti.Event) {
		d.mu.Lock()
		defer d.mu.Unlock()
		close(d.changed)
		d.changed = make(chan struct{})
	})
	t.Cleanup(stop)
	run, end := context.WithCancel(ctx)
	ran := make(chan error, 1)
	go func() { ran <- d.desk.Run(run) }()
	t.Cleanup(func() {
		end()
		if err := <-ran; err != nil {
			t.Error(err)
		}
	})
	d.await("both drivers", func(s cti.DeskState) bool {
		return !slices.ContainsFunc(s.Drivers, func(d cti.DriverState) bool { return d.Link != cti.LinkConnected })
	})
	return d
}

func (d *softphoneDesk) driver(name string, values map[string]string) desk.Driver {
	found, ok := vendors.Named(name)
	if !ok {
		d.t.Fatalf("there is no driver %s", name)
	}
	all := defaults(found)
	for k, v := range values {
		all[k] = v
	}
	return desk.Driver{Driver: found, Config: cti.Config{Country: "BR", AreaCode: "11", Values: all}}
}

// softphoneHand launches the softphone at the agent's desk.
type softphoneHand struct{ d *softphoneDesk }

func (h softphoneHand) Launch(ctx context.Context, program string, args ...string) error {
	if err := h.d.phone.Launch(ctx, program, args...); err != nil {
		return err
	}
	h.d.follow()
	return nil
}

func (softphoneHand) OpenURL(context.Context, string) error                   { return nil }
func (softphoneHand) Notify(context.Context, string, map[string]string) error { return nil }
func (softphoneHand) Confirm(context.Context, string, map[string]string) (bool, error) {
	return false, nil
}

// follow does at the PBX what the softphone's lines show.
func (d *softphoneDesk) follow() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i, line := range d.phone.State().Line {
		ref := d.refs[i]
		switch {
		case line.State == totalphonetest.Idle && ref != "":
			_ = d.pbx.Hangup(ref) // or the other end has
			d.refs[i] = ""
		case line.State == totalphonetest.Dialing && ref == "":
			d.refs[i] = d.pbx.Dial(softphoneExtension, line.Number).Ref
		case line.State == totalphonetest.Connected:
			_ = d.pbx.Answer(ref) // or it is answered already
		}
	}
}

// ring lets a customer call: the PBX, and so the softphone.
func (d *softphoneDesk) ring(number string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.refs[d.phone.Ring(number)-1] = d.pbx.Ring(softphoneExtension, number, "1130030000").Ref
}

func (d *softphoneDesk) await(what string, ok func(cti.DeskState) bool) cti.DeskState {
	d.t.Helper()
	for {
		d.mu.Lock()
		changed := d.changed
		d.mu.Unlock()
		s := d.desk.State()
		if ok(s) {
			return s
		}
		select {
		case <-changed:
		case <-d.ctx.Done():
			d.t.Fatalf("waited in vain for %s; the desk: %+v", what, s)
		}
	}
}

// call waits until the desk's only call stands so; "" is any ref, for a call that rang before Total IP named it.
func (d *softphoneDesk) call(state cti.CallState, ref string) *cti.Call {
	d.t.Helper()
	s := d.await(fmt.Sprintf("one call, %s, that the PBX names %q", state, ref), func(s cti.DeskState) bool {
		return len(s.Calls) == 1 && s.Calls[0].State == state && (ref == "" || s.Calls[0].Ref == ref)
	})
	return s.Calls[0]
}

func (d *softphoneDesk) none() {
	d.t.Helper()
	d.await("no call", func(s cti.DeskState) bool { return len(s.Calls) == 0 })
}

func (d *softphoneDesk) do(w cti.Wish, params map[string]any) any {
	d.t.Helper()
	raw, err := json.Marshal(params)
	if err != nil {
		d.t.Fatal(err)
	}
	w.Params = raw
	out, err := d.desk.Do(d.ctx, w)
	if err != nil {
		d.t.Fatalf("%s: %v", w.Method, err)
	}
	return out
}

func (d *softphoneDesk) launched(want ...string) {
	d.t.Helper()
	if diff := cmp.Diff(d.phone.Launches(), want); diff != "" {
		d.t.Errorf("the launches (-got +want):\n%s", diff)
	}
}

// Total IP has no word for answering and hanging up; the softphone below it has, and the socket tells what came of it.
func TestSoftphoneDoesForTotalIPWhatItCannot(t *testing.T) {
	d := newSoftphoneDesk(t)
	d.ring("1133553434")
	c := d.await("a ringing call", func(s cti.DeskState) bool { return len(s.Calls) == 1 && s.Calls[0].State == cti.Ringing }).Calls[0]
	d.do(cti.Wish{Method: "call.answer"}, map[string]any{"call": c.ID})
	answered := d.call(cti.Connected, "")
	if answered.ID != c.ID || answered.Inferred {
		t.Errorf("the answered call is %+v", answered)
	}
	d.do(cti.Wish{Method: "call.toggleMute"}, map[string]any{"call": c.ID})
	d.do(cti.Wish{Method: "call.transfer"}, map[string]any{"call": c.ID, "to": "40074"})
	d.none()
	if s := d.phone.State(); !s.Muted || !slices.Equal(s.Transfers, []string{"1133553434 > 40074"}) {
		t.Errorf("the softphone is %+v", s)
	}
	d.launched("-atender", "-mudo", "-transferencia", "-digito=4", "-digito=0", "-digito=0", "-digito=7", "-digito=4")
}

// A call that the softphone dials and the socket tells of is one call, and the socket's word counts.
func TestSocketRulesTheSoftphonesCalls(t *testing.T) {
	d := newSoftphoneDesk(t)
	c := d.do(cti.Wish{Method: "call.dial", PhoneFirst: true}, map[string]any{"number": "33553400"}).(*cti.Call)
	if c.Via != "totalphone" {
		t.Errorf("the call goes via %s", c.Via)
	}
	ref := d.pbx.LiveCalls(softphoneExtension)[0].Ref
	if joined := d.call(cti.Dialing, ref); joined.ID != c.ID || joined.RefOf("totalphone") == "" {
		t.Errorf("the call is %+v, known as %v", joined, joined.Refs)
	}
	d.phone.FarAnswer(1)
	if err := d.pbx.Answer(ref); err != nil {
		t.Fatal(err)
	}
	d.call(cti.Connected, ref)
	d.do(cti.Wish{Method: "call.hold"}, map[string]any{"call": c.ID})
	if held := d.call(cti.Held, ref); !held.Inferred {
		t.Error("nobody told of the hold, and it is not marked as inferred")
	}
	d.do(cti.Wish{Method: "call.resume"}, map[string]any{"call": c.ID})
	d.call(cti.Connected, ref)
	// The switch is launched and the program does nothing: the call goes on.
	d.phone.DropAfterRead("-desligar")
	if _, err := d.desk.Do(d.ctx, cti.Wish{Method: "call.hangup", Params: json.RawMessage(`{"call":"` + c.ID + `"}`)}); !cti.MayHaveReached(err) {
		t.Errorf("the answer is %v", err)
	}
	d.call(cti.Connected, ref)
	d.do(cti.Wish{Method: "call.hangup"}, map[string]any{"call": c.ID})
	d.none()
	if ended := d.desk.State().Recent[0]; ended.ID != c.ID || ended.Ref != ref {
		t.Errorf("the ended call is %+v", ended)
	}
	if n := len(d.pbx.Dials()); n != 0 {
		t.Errorf("Total IP was asked to dial %d times", n)
	}
	d.launched("-discar=33553400", "-espera", "-espera", "-desligar", "-desligar")
}

// When Total IP cannot be reached the softphone dials, once, and says itself what became of its call.
func TestSoftphoneDialsWhenTotalIPIsGone(t *testing.T) {
	d := newSoftphoneDesk(t)
	d.pbx.Close()
	d.await("word of the lost link", func(s cti.DeskState) bool { return s.Drivers[0].Link != cti.LinkConnected })
	c := d.do(cti.Wish{Method: "call.dial"}, map[string]any{"number": "33553400"}).(*cti.Call)
	if c.Via != "totalphone" || c.State != cti.Dialing {
		t.Errorf("the call is %+v", c)
	}
	d.do(cti.Wish{Method: "call.hangup"}, nil)
	d.none()
	if ended := d.desk.State().Recent[0]; ended.EndReason != cti.EndCanceled {
		t.Errorf("the ended call is %+v", ended)
	}
	d.launched("-discar=33553400", "-desligar")
}

// A login goes to both, and each says how it fared.
func TestLoginOpensTheSoftphoneToo(t *testing.T) {
	d := newSoftphoneDesk(t)
	out := d.do(cti.Wish{Method: "agent.login"}, map[string]any{"password": "1234"}).(desk.LoginResult)
	if diff := cmp.Diff(out.Drivers, []desk.Fared{{Driver: "totalip", OK: true}, {Driver: "totalphone", OK: true}}); diff != "" {
		t.Errorf("how they fared (-got +want):\n%s", diff)
	}
	if s := d.phone.State(); !s.Running || s.Extension != softphoneExtension {
		t.Errorf("the softphone is %+v", s)
	}
	d.do(cti.Wish{Method: "agent.logout"}, nil)
	if d.phone.State().Running {
		t.Error("the softphone still runs")
	}
	if text := strings.Join(d.phone.Launches(), " "); text != "-ramal=10005 -senha=1234 -fechar" {
		t.Errorf("launched %s", text)
	}
}
