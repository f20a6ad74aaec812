package desk_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"ctiagent/cti"
)

// sleeper is a page that acts on what it was asked when the schedule says so,
// be it long after its question is over.
type sleeper struct {
	id      string
	asked   *asked // that it has not acted on, or claimed
	claimed bool
	gone    bool
}

type asked struct {
	claim string
	reply chan reply
}

type reply struct {
	shown bool
	err   error
}

func (p *sleeper) pop(ctx context.Context, pop cti.Pop) (bool, error) {
	q := &asked{claim: pop.Claim, reply: make(chan reply, 1)}
	p.asked, p.claimed = q, false
	select {
	case r := <-q.reply:
		return r.shown, r.err
	case <-ctx.Done():
		return false, ctx.Err()
	}
}

var (
	errCut  = errors.New("cut")
	errLate = cti.Fail(cti.Refused, "desk.pop", "too late")
)

// popRun is one run of a screen pop over two pages and an extension.
type popRun struct {
	r     *rig
	pages []*sleeper
	shown []string // who showed it
	lost  bool     // a page took it and went away, or never told
	past  int      // how often time passed
	trace []string
}

func startPopRun(t *testing.T) *popRun {
	p := newFake("pbx")
	x := &popRun{r: begin(t, pops(offered), p)}
	for _, id := range []string{"b", "a"} { // the newest is asked first
		s := &sleeper{id: id}
		x.pages = append(x.pages, s)
		x.r.desk.AddPage(id, s.pop)
	}
	s := &sleeper{id: "extension"}
	x.pages = append(x.pages, s)
	x.r.desk.AddExtension(s.id, s.pop)
	x.r.emit(p, inbound)
	synctest.Wait()
	return x
}

// move is a thing that may happen next.
type move struct {
	name string
	do   func()
}

func (x *popRun) moves() (list []move) {
	for _, p := range x.pages {
		if p.asked == nil || p.gone {
			continue
		}
		answer := func(name string, shows bool, r reply) {
			list = append(list, move{p.id + " " + name, func() {
				if shows {
					x.shown = append(x.shown, p.id)
				}
				if errors.Is(r.err, errCut) {
					p.gone = true
					x.r.desk.RemovePage(p.id)
					x.lost = x.lost || p.claimed && !shows
				}
				p.asked.reply <- r
				p.asked = nil
			}})
		}
		cut := reply{err: errCut}
		answer("is cut", false, cut)
		if p.claimed {
			answer("shows it", true, reply{shown: true})
			answer("shows it and is cut", true, cut)
			answer("shows it not", false, reply{})
			answer("cannot show it", false, reply{err: errLate})
			continue
		}
		answer("says no", false, reply{})
		list = append(list, move{p.id + " claims", func() { x.claims(p) }})
	}
	if x.past < 3 {
		list = append(list, move{"time passes", x.passes})
	}
	return list
}

func (x *popRun) claims(p *sleeper) {
	if p.claimed = x.r.desk.ClaimPop(p.id, p.asked.claim); !p.claimed {
		p.asked.reply <- reply{err: errLate}
		p.asked = nil
	}
}

func (x *popRun) passes() {
	x.past++
	x.r.clock.Advance(3 * time.Second)
}

// step lets the n-th of what may happen now happen, and answers of how many.
func (x *popRun) step(n int) (of int) {
	list := x.moves()
	if len(list) > 0 {
		x.trace = append(x.trace, list[n].name)
		list[n].do()
		synctest.Wait()
	}
	return len(list)
}

// end lets all that sleep wake up, but for pages that took the pop and hang.
func (x *popRun) end() {
	for range 4 {
		x.passes()
		synctest.Wait()
	}
	for _, p := range x.pages {
		if p.asked != nil && !p.claimed && !p.gone {
			if x.claims(p); p.claimed {
				x.shown = append(x.shown, p.id+" long after")
			}
		}
		x.lost = x.lost || p.asked != nil && p.claimed
	}
	x.r.clock.Advance(time.Minute)
	synctest.Wait()
	for range x.r.hand.opened() {
		x.shown = append(x.shown, "browser")
	}
}

// Whatever sleeps, wakes up, is cut or says no, and whenever: the person is
// shown the customer once. Only where a page took it on itself and went away
// without a word nobody shows it.
func TestPopIsShownOnceWhoeverSleepsAndWhenever(t *testing.T) {
	schedules, depth := 0, 5
	for next := []int{}; next != nil; {
		schedules++
		schedule := next
		var of []int
		synctest.Test(t, func(t *testing.T) {
			x := startPopRun(t)
			for i := range depth {
				n := 0
				if i < len(schedule) {
					n = schedule[i]
				}
				k := x.step(n)
				if k == 0 {
					break
				}
				of = append(of, k)
			}
			x.end()
			if want := 1; len(x.shown) != want && !(x.lost && len(x.shown) == 0) {
				t.Errorf("%v showed it when %q", x.shown, x.trace)
			}
		})
		// The next schedule differs in its last step that had another choice.
		schedule = append(schedule, make([]int, len(of))...)[:len(of)]
		next = nil
		for i := len(of) - 1; i >= 0; i-- {
			if schedule[i]+1 < of[i] {
				next = append(append([]int{}, schedule[:i]...), schedule[i]+1)
				break
			}
		}
		if t.Failed() {
			break
		}
	}
	if schedules < 1000 {
		t.Errorf("%d schedules are not all", schedules)
	}
}

// silentFor lets a call come and holds that these pages are asked one after the
// other, each silent, and that the browser opens at last.
func silentFor(r *rig, p *fake, ref string, asked <-chan string, want ...string) {
	r.t.Helper()
	r.emit(p, cti.CallFact{Ref: ref, State: cti.Ringing, Direction: cti.Inbound, Number: "1133553434"})
	for _, name := range want {
		select {
		case got := <-asked:
			if got != name {
				r.t.Fatalf("asked %s, want %s", got, name)
			}
		case <-r.ctx.Done():
			r.t.Fatalf("%s was not asked", name)
		}
		synctest.Wait()
		r.clock.Advance(3 * time.Second)
	}
	r.told(1)
}

func TestPageThatWasSilentIsAskedBehindTheOthersUntilItSpeaks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newFake("pbx")
		r := begin(t, pops(offered), p)
		asked, claim := make(chan string, 10), ""
		for _, id := range []string{"e", "d", "c", "b", "a"} {
			r.desk.AddPage(id, func(ctx context.Context, pop cti.Pop) (bool, error) {
				asked <- id
				claim = pop.Claim
				<-ctx.Done()
				return false, ctx.Err()
			})
		}
		silentFor(r, p, "1", asked, "a", "b", "c") // no more: the person waits
		late := claim
		silentFor(r, p, "2", asked, "d", "e", "a")
		r.desk.FocusPage("c", false, false)
		silentFor(r, p, "3", asked, "c", "a", "b")
		if r.desk.ClaimPop("c", late) || r.desk.ClaimPop("b", claim) {
			t.Error("a pop whose time is over was claimed")
		}
		silentFor(r, p, "4", asked, "b", "c", "a") // awake: they came too late
	})
}

func TestPopIsClaimedOnceAndOnlyByThePageThatIsAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newFake("pbx")
		r := begin(t, pops(offered), p)
		shows := make(chan bool)
		var claims []string
		pop := func(_ context.Context, pop cti.Pop) (bool, error) {
			claims = append(claims, pop.Claim)
			return <-shows, nil
		}
		r.desk.AddPage("b", pop)
		r.desk.AddPage("a", pop)
		r.emit(p, inbound)
		synctest.Wait()
		for _, c := range []struct {
			page, claim string
			want        bool
		}{{"b", claims[0], false}, {"a", "", false}, {"a", claims[0] + "0", false}, {"gone", claims[0], false}, {"a", claims[0], true}, {"a", claims[0], false}} {
			if got := r.desk.ClaimPop(c.page, c.claim); got != c.want {
				t.Errorf("%s claims %q: %t", c.page, c.claim, got)
			}
		}
		r.clock.Advance(20 * time.Second) // it looks the customer up
		synctest.Wait()
		shows <- true
		synctest.Wait()
		if len(claims) != 1 || len(r.hand.opened()) != 0 {
			t.Errorf("%d pages were asked, the browser opened %v", len(claims), r.hand.opened())
		}
	})
}
