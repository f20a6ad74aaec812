package chaos_test

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"ctiagent/cti"
	"ctiagent/internal/chaos"
	"ctiagent/vendors/totalphone/totalphonetest"

	"go.uber.org/goleak"
)

var (
	runs = flag.Int("runs", 27, "how many seeds to try, spread over the vendors")
	seed = flag.Uint64("seed", 0, "try this seed alone; 0 is all")
	loud = flag.Bool("story", false, "tell what happened in a run that went well, too")
)

// built makes the softphone's program at its first call.
var built func() (string, error)

func TestMain(m *testing.M) {
	dir := ""
	built = sync.OnceValues(func() (path string, err error) {
		if dir, err = os.MkdirTemp("", "fakephone"); err == nil {
			path, err = totalphonetest.Build(context.Background(), dir, runtime.GOOS)
		}
		return path, err
	})
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		_ = os.RemoveAll(dir)
		os.Exit(code)
	}))
}

// networks are the kinds of network by a name.
func networks() map[string][]chaos.Fault {
	return map[string][]chaos.Fault{"gentle": chaos.Gentle(), "broken": chaos.Broken(), "dirty": chaos.Dirty()}
}

// TestDesksSurviveBadNetworks is one run for each seed: a desk with its driver at a vendor's system, wishes and events at
// random, over a network that does what the seed says. A seed names vendor, network and all that happens.
func TestDesksSurviveBadNetworks(t *testing.T) {
	first, last := uint64(1), uint64(*runs)
	if *seed != 0 {
		first, last = *seed, *seed
	}
	for n := first; n <= last; n++ {
		vendor := pick(n, slices.Sorted(maps.Keys(systems())))
		network := pick(n/uint64(len(systems())), []string{"broken", "gentle", "dirty"})
		t.Run(fmt.Sprintf("%s/%s/seed %d", vendor, network, n), func(t *testing.T) {
			survive(t, systems()[vendor], n, network)
		})
	}
}

func pick(n uint64, from []string) string { return from[n%uint64(len(from))] }

func survive(t *testing.T, build func(testing.TB, cti.Clock) *system, n uint64, network string) {
	w := begin(t, build, n, networks()[network])
	w.lossy = network != "gentle"
	defer func() {
		if t.Failed() {
			t.Logf("this run alone: make chaos SEED=%d", n)
		}
	}()
	for range 10 + w.dice.IntN(15) {
		w.step()
		w.breathe(w.dice.IntN(8))
	}
	w.say("the network is whole again")
	dying := 0
	for _, p := range w.proxies {
		dying += p.Heal()
	}
	w.leap = w.leap * 5
	w.until("every wish to be answered", func() bool { return w.pending() == 0 })
	if !w.system.blind {
		w.until("the link", w.linked)
	}
	w.single()
	lied := network == "dirty"
	w.until("the desk to show what the PBX does", func() bool { return w.agrees(lied) })
	w.honest(lied)
	w.work(dying)
	w.until("the link, after work", w.linked)
	w.until("no call to be left", w.clear)
	w.until("the agent as the PBX has it", func() bool {
		at := w.system.agent()
		return at == "" || w.desk.State().Agent.State == at
	})
	w.mu.Lock()
	wrong := w.wrong
	w.mu.Unlock()
	for _, what := range wrong {
		t.Errorf("%s:%s", what, w.told())
	}
	if strings.Contains(w.log.String(), "the driver panicked") {
		t.Errorf("a driver panicked:\n%s", w.log)
	}
	if *loud {
		t.Log(w.told())
	}
}

// step lets one thing happen.
func (w *world) step() {
	calls := w.system.calls()
	what := w.dice.IntN(24)
	switch {
	case what < 6 && len(calls) < w.system.most && w.system.ring != nil && w.system.agent() != cti.AgentOffline && w.pending() == 0:
		number := w.number()
		w.say("%s calls", number)
		w.system.ring(number)
	case what < 10 && len(calls) > 0:
		c := calls[w.dice.IntN(len(calls))]
		w.say("%s is answered", c.number)
		w.system.answer(c.ref)
	case what < 13 && len(calls) > 0:
		c := calls[w.dice.IntN(len(calls))]
		w.say("%s hangs up", c.number)
		w.system.hangup(c.ref)
	case what < 17 && len(calls) < w.system.most && w.pending() == 0:
		w.dial()
	case what == 22 && w.lossy:
		w.say("every connection is cut")
		for _, p := range w.proxies {
			p.CutAll()
		}
	case what == 23 && w.lossy:
		w.restart()
	default:
		verbs := slices.DeleteFunc(slices.Sorted(maps.Keys(w.system.wishes)), func(v string) bool { return !slices.Contains(w.desk.Verbs(), v) })
		if len(verbs) > 0 && w.pending() < 4 {
			verb := verbs[w.dice.IntN(len(verbs))]
			if verb == "agent.logout" && (len(calls) > 0 || w.pending() > 0) {
				return // what a system does with the call of an agent who leaves in the middle of it no document says
			}
			params := w.system.wishes[verb]
			if params == nil {
				params = map[string]any{}
			}
			w.wish(verb, params, nil)
		}
	}
}

// restart is the PBX starting anew: no connection and no call outlives it.
func (w *world) restart() {
	w.say("the PBX restarts")
	w.system.cut()
	for _, c := range w.system.calls() {
		w.system.hangup(c.ref)
	}
	w.breathe(w.dice.IntN(4))
	w.system.restore()
}

// single hangs up the calls that are too many for the vendor to show: a dial may have come through late.
func (w *world) single() {
	for _, c := range w.system.calls()[min(w.system.most, len(w.system.calls())):] {
		w.say("%s is one too many", c.number)
		w.system.hangup(c.ref)
	}
}

// agrees says whether the desk shows the calls of the PBX. Where the network has lied about a call, the desk may have seen it
// end, which it cannot take back; it must not show one that is not there.
func (w *world) agrees(lied bool) bool {
	got, want := w.seen(), w.shown()
	if !lied {
		return slices.Equal(got, want)
	}
	return len(got) <= len(want)
}

// honest holds what the desk said of each dial against what the PBX was asked.
func (w *world) honest(lied bool) {
	w.t.Helper()
	asked := w.system.dials()
	w.mu.Lock()
	defer w.mu.Unlock()
	for number, err := range w.dialed {
		times := 0
		for _, r := range asked {
			if strings.Contains(r, tail(number)) {
				times++
			}
		}
		switch {
		case times > 1:
			w.t.Errorf("the PBX was asked %d times to call %s", times, number)
		case times == 1 && err != nil && !cti.MayHaveReached(err):
			w.t.Errorf("the PBX was asked to call %s, and the answer says it was not: %v", number, err)
		case times == 0 && err == nil && !lied:
			w.t.Errorf("the answer says that %s was called, and the PBX was not asked", number)
		}
	}
}

// work does what an agent does once all is well again: a call out, and one in.
//
// dying is how many connections were cut when the network became whole: each may cost one wish that finds it out.
func (w *world) work(dying int) {
	w.t.Helper()
	w.until("no call to be left before work goes on", w.clear)
	if w.system.agent() == cti.AgentOffline {
		for tries := dying; w.mustWish("agent.login") != nil && tries > 0; tries-- {
			w.until("the link, after a login", w.linked)
		}
		w.until("the agent to be logged in", func() bool { return w.system.agent() != cti.AgentOffline })
	}
	for err := w.mustDial(); err != nil && !refused(err); err = w.mustDial() {
		if dying--; dying < 0 || !cti.MayHaveReached(err) {
			w.t.Fatalf("a dial over a whole network: %v%s", err, w.told())
		}
		w.until("the link, after a dial", w.linked)
		w.until("no call to be left after a dial that got lost", w.clear)
	}
	w.until("the call that was dialled", func() bool { return w.agrees(false) })
	w.until("no call to be left after a dial", w.clear)
	if w.system.ring == nil {
		return
	}
	w.system.ring(w.number())
	for _, c := range w.system.calls() {
		w.system.answer(c.ref)
	}
	w.until("the call that came in", func() bool { return w.agrees(false) })
}

// mustDial dials a number and waits for the answer.
func (w *world) mustDial() error {
	w.t.Helper()
	number := w.dial()
	w.until("the dial to be answered", func() bool { return w.pending() == 0 })
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.dialed[number]
}

// mustWish asks for one of the system's wishes and waits for the answer.
func (w *world) mustWish(method string) (err error) {
	w.t.Helper()
	params := w.system.wishes[method]
	if params == nil {
		params = map[string]any{}
	}
	w.wish(method, params, func(e error) { err = e })
	w.until("the answer to "+method, func() bool { return w.pending() == 0 })
	return err
}

// linked says whether the link is up.
func (w *world) linked() bool {
	return !slices.ContainsFunc(w.desk.State().Drivers, func(d cti.DriverState) bool { return d.Link != cti.LinkConnected })
}

// refused says that a system would not, which is its right: an agent may be in a pause, or logged out.
func refused(err error) bool { return cti.AsError(err).Sent == cti.CertainSent }

// clear hangs up whatever there is, at the PBX and, where nobody tells of that, at the desk; it says whether nothing is left.
func (w *world) clear() bool {
	for _, c := range w.system.calls() {
		w.system.hangup(c.ref)
	}
	left := w.desk.State().Calls
	for _, c := range left {
		if w.system.mute && c.Direction == cti.Outbound && !c.WishPending() && w.pending() == 0 {
			w.wish("call.hangup", map[string]any{"call": c.ID}, nil)
		}
	}
	return len(left) == 0 && len(w.system.calls()) == 0
}
