package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/cti/ctitest"
	"ctiagent/internal/config"
	"ctiagent/internal/paths"
	"ctiagent/journal"
	"ctiagent/localapi/protocol"

	"github.com/gorilla/websocket"
)

var soakFor = flag.Duration("soak", 10*time.Minute, "how long the agent of the soak works, by the simulated clock")

// What the soak allows to grow by, from the first look at what is used to the last: what caches and pools keep, and no more.
const (
	soakPages      = 5
	soakHeap       = 1 << 20 // bytes
	soakGoroutines = 8
	soakFiles      = 6
	soakJournal    = 1 << 20 // bytes of the journal's file
	soakWritten    = 6 << 20 // bytes of what was written last, which the database moves there when it is a thousand pages
	soakLooks      = 16      // at what is used
)

// soak is one working day of a busy agent.
type soak struct {
	t     *testing.T
	dice  *rand.Rand
	clock *ctitest.Clock
	sim   totalIPDemo
	p     *program
	pages []*soakPage
	state string // folder of the journal

	calls, pauses, reloads, cuts int
}

// used is what the program holds at one moment.
type used struct {
	at                time.Duration
	calls             int
	heap, journal     int64
	goroutines, files int
}

// TestABusyDayUsesNoMoreInTheEndThanInTheMorning lets an agent work with five pages open, which are loaded anew now and then, on
// a link that is cut now and then. make soak is eight hours of it.
func TestABusyDayUsesNoMoreInTheEndThanInTheMorning(t *testing.T) {
	const page = "https://crm.example.com"
	s := &soak{t: t, dice: rand.New(rand.NewPCG(8, 0)), clock: ctitest.NewClock(time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)), sim: newTotalIPDemo()}
	t.Cleanup(s.sim.Close)
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	s.p = serveProgram(t, func(a *app, cfg config.Config) (*program, error) {
		a.timer, a.history = s.clock, journal.Options{KeepDays: 1, MaxBytes: soakJournal}
		return a.foreground(cfg, nil, demoDrivers(cfg, s.sim), nil)
	}, func(c *config.Config) { c.API.Origins, c.Limits.DialsPerSecond, c.Pops = []string{page}, 1000, nil })
	s.state = paths.Current().UserState()
	for range soakPages {
		s.pages = append(s.pages, s.open(page))
	}
	t.Cleanup(func() {
		for _, p := range s.pages {
			p.close()
		}
	})
	s.until("the link", func() bool { return s.desk().Drivers[0].Link == cti.LinkConnected })
	began := s.clock.Now()
	s.work(began.Add(*soakFor / 4)) // caches and pools fill
	looks := []used{s.look(began)}
	for i := range soakLooks {
		s.work(began.Add(*soakFor/4 + *soakFor*3/4*time.Duration(i+1)/soakLooks))
		looks = append(looks, s.look(began))
	}
	s.tell(looks)
}

// work lets calls come and go until the clock shows a time.
func (s *soak) work(end time.Time) {
	for s.clock.Now().Before(end) {
		s.call()
		switch s.dice.IntN(40) {
		case 0:
			s.reload()
		case 1:
			s.cut()
		case 2, 3:
			s.pause()
		}
		s.sim.Forget()
		s.sim.Sweep()
		// The agent breathes, and the PBX is looked at meanwhile.
		for end := s.clock.Now().Add(time.Duration(1+s.dice.IntN(10)) * time.Second); s.clock.Now().Before(end); {
			s.turn()
		}
	}
}

// call is one call, in or out, from its beginning to its end; some end before anybody answers.
func (s *soak) call() {
	s.calls++
	number := fmt.Sprintf("119%08d", 10000000+s.calls)
	if s.dice.IntN(2) == 0 {
		s.must("call.dial", map[string]any{"number": number})
		s.until("the call at the PBX", func() bool { return len(s.sim.LiveCalls(demoExtension)) == 1 })
	} else {
		s.check(s.sim.ring(number))
		s.until("the ringing", func() bool { return s.shows(cti.Ringing) })
	}
	if s.dice.IntN(5) > 0 {
		for _, c := range s.sim.LiveCalls(demoExtension) {
			s.check(s.sim.PBX.Answer(c.Ref))
		}
		s.until("the answer", func() bool { return s.shows(cti.Connected) })
	}
	for _, c := range s.sim.LiveCalls(demoExtension) {
		s.check(s.sim.PBX.Hangup(c.Ref))
	}
	s.until("the end of the call", func() bool { return len(s.desk().Calls) == 0 })
}

func (s *soak) pause() {
	s.pauses++
	s.must("agent.pause", map[string]any{})
	s.must("agent.unpause", map[string]any{})
}

// reload loads one page anew.
func (s *soak) reload() {
	s.reloads++
	i := s.dice.IntN(len(s.pages))
	s.pages[i].close()
	s.pages[i] = s.open(s.pages[i].origin)
}

func (s *soak) cut() {
	s.cuts++
	s.sim.cutLink()
	s.until("word of the cut", func() bool { return s.desk().Drivers[0].Link != cti.LinkConnected })
	s.sim.restoreLink()
	s.until("the link", func() bool { return s.desk().Drivers[0].Link == cti.LinkConnected })
}

// desk is how the desk stands. The program holds it open, so that it is the same one each time.
func (s *soak) desk() cti.DeskState {
	d, release, err := s.p.desks.Open(s.t.Context(), s.p.self)
	s.check(err)
	defer release()
	return d.State()
}

func (s *soak) shows(state cti.CallState) bool {
	calls := s.desk().Calls
	return len(calls) == 1 && calls[0].State == state
}

func (s *soak) check(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// turn lets a moment go by, and the clock on to what waits for it.
func (s *soak) turn() {
	if d, ok := s.clock.Next(); ok {
		s.clock.Advance(min(d, time.Second))
	}
	runtime.Gosched()
}

func (s *soak) until(what string, cond func() bool) {
	s.t.Helper()
	stuck, again := time.NewTimer(patience), time.NewTicker(time.Millisecond)
	defer stuck.Stop()
	defer again.Stop()
	for !cond() {
		select {
		case <-again.C:
			s.turn()
		case <-stuck.C:
			s.t.Fatalf("waited in vain for %s; the desk: %+v", what, s.desk())
		}
	}
}

// must asks for something on a page of its own choice and waits for the answer.
func (s *soak) must(method string, params any) {
	s.t.Helper()
	page := s.pages[s.dice.IntN(len(s.pages))]
	id := page.ask(method, params)
	var answer json.RawMessage
	s.until("the answer to "+method, func() bool {
		select {
		case a := <-page.answers:
			if a.ID == id {
				answer = append(json.RawMessage("x"), a.Error...)
			}
		default:
		}
		return answer != nil
	})
	if len(answer) > 1 {
		s.t.Fatalf("%s: %s", method, answer[1:])
	}
}

// soakPage is a page that reads whatever it is told.
type soakPage struct {
	t       *testing.T
	origin  string
	ws      *websocket.Conn
	last    int
	answers chan soakAnswer
	done    chan struct{}
	events  int // after done
}

type soakAnswer struct {
	ID    int
	Error json.RawMessage
}

func (s *soak) open(origin string) *soakPage {
	s.t.Helper()
	d := websocket.Dialer{Subprotocols: []string{protocol.Subprotocol}, HandshakeTimeout: patience}
	ws, _, err := d.DialContext(s.t.Context(), "ws"+strings.TrimPrefix(s.p.server.URL(), "http")+"v1/ws", http.Header{"Origin": {origin}}) //nolint:bodyclose // the library says that none needs it
	s.check(err)
	p := &soakPage{t: s.t, origin: origin, ws: ws, answers: make(chan soakAnswer, 64), done: make(chan struct{})}
	go func() {
		defer close(p.done)
		for {
			var f struct {
				soakAnswer
				Method string
			}
			if ws.ReadJSON(&f) != nil {
				return
			}
			switch {
			case f.Method != "":
				p.events++
			case f.ID != 0:
				p.answers <- f.soakAnswer
			}
		}
	}()
	id := p.ask("session.hello", map[string]any{"client": "soak"})
	s.until("the hello", func() bool {
		select {
		case a := <-p.answers:
			return a.ID == id
		default:
			return false
		}
	})
	id = p.ask("session.subscribe", map[string]any{})
	s.until("the subscription", func() bool {
		select {
		case a := <-p.answers:
			return a.ID == id
		default:
			return false
		}
	})
	return p
}

func (p *soakPage) ask(method string, params any) int {
	p.t.Helper()
	p.last++
	if err := p.ws.WriteJSON(map[string]any{"jsonrpc": "2.0", "id": p.last, "method": method, "params": params}); err != nil {
		p.t.Fatal(err)
	}
	return p.last
}

func (p *soakPage) close() {
	_ = p.ws.Close()
	<-p.done
}

// look is what the program holds now, with nothing under way.
func (s *soak) look(began time.Time) used {
	s.t.Helper()
	for range 3 {
		runtime.GC()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	u := used{at: s.clock.Now().Sub(began), calls: s.calls, heap: int64(m.HeapAlloc), goroutines: runtime.NumGoroutine()} //nolint:gosec // a heap fits
	files, err := os.ReadDir("/proc/self/fd")
	s.check(err)
	u.files = len(files)
	for _, name := range []string{"journal.db", "journal.db-wal"} {
		if info, err := os.Stat(filepath.Join(s.state, name)); err == nil {
			u.journal += info.Size()
		}
	}
	return u
}

// tell prints the table and holds its end against its beginning.
func (s *soak) tell(looks []used) {
	s.t.Logf("%8s %6s %9s %10s %5s %9s", "time", "calls", "heap KiB", "goroutines", "files", "journal")
	for _, u := range looks {
		s.t.Logf("%8s %6d %9d %10d %5d %9d", u.at.Truncate(time.Second), u.calls, u.heap>>10, u.goroutines, u.files, u.journal)
	}
	s.t.Logf("%d calls, %d pauses, %d pages loaded anew, %d cuts", s.calls, s.pauses, s.reloads, s.cuts)
	first, last := looks[0], looks[len(looks)-1]
	for _, g := range []struct {
		what       string
		grown, may int64
	}{
		{"the heap", last.heap - first.heap, soakHeap},
		{"the number of goroutines", int64(last.goroutines - first.goroutines), soakGoroutines},
		{"the number of open files", int64(last.files - first.files), soakFiles},
	} {
		if g.grown > g.may {
			s.t.Errorf("%s has grown by %d, which is more than %d", g.what, g.grown, g.may)
		}
	}
	if last.journal == 0 || last.journal > soakJournal+soakWritten {
		s.t.Errorf("the journal has %d bytes, it may have %d", last.journal, soakJournal+soakWritten)
	}
}
