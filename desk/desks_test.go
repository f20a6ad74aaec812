package desk_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/desk"
)

func contains(s, part string) bool { return strings.Contains(s, part) }

var ana, rui = cti.Person{ID: "1000", Name: "ana"}, cti.Person{ID: "1001", Name: "rui"}

// keeper keeps desks on one fake driver for each person.
func keeper(t *testing.T) (*rig, *desk.Desks, map[string]*fake) {
	r := newRig(t)
	fakes := map[string]*fake{}
	s := desk.NewDesks(func(_ context.Context, p cti.Person) (desk.Options, error) {
		f := fakes[p.ID]
		if f == nil {
			return desk.Options{}, cti.Fail(cti.Unavailable, "", "not served")
		}
		return r.options([]*fake{f}, nil), nil
	}, r.clock, nil)
	t.Cleanup(s.Close)
	for _, p := range []cti.Person{ana, rui} {
		fakes[p.ID] = newFake("pbx", row(cti.AgentLogout))
	}
	return r, s, fakes
}

func hold(t *testing.T, r *rig, s *desk.Desks, p cti.Person) (*desk.Desk, func()) {
	t.Helper()
	d, release, err := s.Open(r.ctx, p)
	if err != nil {
		t.Fatal(err)
	}
	return d, release
}

func TestEachPersonHasOneDesk(t *testing.T) {
	r, s, _ := keeper(t)
	a, releaseA := hold(t, r, s, ana)
	again, releaseAgain := hold(t, r, s, ana)
	b, releaseB := hold(t, r, s, rui)
	if a != again || a == b || a.Person() != ana || b.Person() != rui {
		t.Fatal("the desks are mixed up")
	}
	releaseA()
	releaseA() // a second release of one hold is none of the other's
	r.clock.Advance(time.Hour)
	if now, release := hold(t, r, s, ana); now != a {
		t.Fatal("a desk that is held was closed")
	} else {
		release()
	}
	releaseAgain()
	releaseB()
	_, _, err := s.Open(r.ctx, cti.Person{ID: "0"})
	if !errors.Is(err, cti.Unavailable) {
		t.Fatalf("got %v", err)
	}
}

func TestDeskClosesAMinuteAfterItsLastHoldAndLogsTheAgentOut(t *testing.T) {
	r, s, fakes := keeper(t)
	f := fakes[ana.ID]
	d, release := hold(t, r, s, ana)
	run := <-f.runs
	run.emit(cti.AgentFact{State: cti.AgentReady})
	release()
	r.clock.Advance(59 * time.Second)
	if same, release := hold(t, r, s, ana); same != d {
		t.Fatal("the desk closed too early")
	} else {
		r.clock.Advance(time.Minute) // the old timer must not count
		release()
	}
	r.clock.Advance(59 * time.Second)
	farewell, release2 := make(chan struct{}), make(chan struct{})
	f.on("agent.logout", func(context.Context, sent) (any, error) { close(farewell); <-release2; return nil, nil })
	r.clock.Advance(time.Second)
	select {
	case <-farewell:
	case <-r.ctx.Done():
		t.Fatal("the agent was not logged out")
	}
	opened := make(chan *desk.Desk, 1)
	go func() {
		again, release, err := s.Open(r.ctx, ana)
		if err == nil {
			release()
		}
		opened <- again
	}()
	close(release2)
	if again := <-opened; again == nil || again == d {
		t.Fatal("after closing there must be a new desk")
	}
	if f.closed != 1 {
		t.Fatalf("the old session was closed %d times", f.closed)
	}
	wantSent(t, f, "agent.logout")
}

// lateClock keeps what it is asked to do later, and cannot be stopped: a timer
// that fires just as it is stopped.
type lateClock struct {
	cti.Clock
	later []func()
}

func (c *lateClock) AfterFunc(_ time.Duration, f func()) func() bool {
	c.later = append(c.later, f)
	return func() bool { return false }
}

func TestTimerOfAnEarlierReleaseDoesNotCloseTheDesk(t *testing.T) {
	r := newRig(t)
	f := newFake("pbx")
	clock := &lateClock{Clock: r.clock}
	s := desk.NewDesks(func(context.Context, cti.Person) (desk.Options, error) { return r.options([]*fake{f}, nil), nil }, clock, nil)
	t.Cleanup(s.Close)
	d, release := hold(t, r, s, ana)
	release()
	_, release = hold(t, r, s, ana)
	release()
	clock.later[0]()
	same, release := hold(t, r, s, ana)
	if same != d {
		t.Fatal("the old timer closed the desk")
	}
	release()
	clock.later[2]()
	if now, _ := hold(t, r, s, ana); now == d {
		t.Fatal("the timer of the last release closed nothing")
	}
}

func TestCloseOfAllDesksLogsNobodyOut(t *testing.T) {
	r, s, fakes := keeper(t)
	hold(t, r, s, ana)
	_, release := hold(t, r, s, rui)
	release()
	(<-fakes[ana.ID].runs).emit(cti.AgentFact{State: cti.AgentReady})
	<-fakes[rui.ID].runs
	s.Close()
	for _, f := range fakes {
		wantSent(t, f)
		if f.closed != 1 {
			t.Fatalf("a session was closed %d times", f.closed)
		}
	}
	if _, _, err := s.Open(r.ctx, ana); !errors.Is(err, cti.Unavailable) {
		t.Fatalf("got %v", err)
	}
}

func TestOpenDeskIsFoundByItsPersonsName(t *testing.T) {
	r, s, fakes := keeper(t)
	far := cti.Person{ID: "S-1-5-21-7", Name: `CONTOSO\maria`}
	fakes[far.ID] = newFake("pbx", row(cti.AgentLogout))
	a, releaseA := hold(t, r, s, ana)
	_, releaseB := hold(t, r, s, far)
	defer releaseB()
	for name, want := range map[string]cti.Person{"ana": ana, "1000": ana, "ANA": ana, "maria": far, `contoso\maria`: far, "S-1-5-21-7": far} {
		p, d, release, err := s.Find(name)
		if err != nil || p != want || d.Person() != want {
			t.Errorf("%s: %+v, %v", name, p, err)
			continue
		}
		release()
	}
	for _, name := range []string{"rui", "", "contoso", `EVIL\maria`} {
		if _, _, _, err := s.Find(name); !errors.Is(err, cti.NotFound) || !contains(cti.AsError(err).Args["People"], "ana") {
			t.Errorf("%q: %v", name, err)
		}
	}
	// Who looks after a desk keeps it open, and opens none.
	_, found, release, err := s.Find("ana")
	if err != nil || found != a {
		t.Fatal(err)
	}
	releaseA()
	r.clock.Advance(time.Hour)
	if _, _, again, err := s.Find("ana"); err != nil {
		t.Errorf("the desk closed under who looks after it: %v", err)
	} else {
		again()
	}
	release()
}
