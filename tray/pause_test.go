package tray

import (
	"strings"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/internal/i18n"
)

// lunch is a pause that has taken so long.
func lunch(limit, past time.Duration) State {
	s := ana()
	s.Reasons = []cti.PauseReason{{ID: "4", Name: "Reunião", LimitSeconds: 60}, {ID: "6", Name: "Almoço", LimitSeconds: int(limit / time.Second)}}
	s.Desk.Agent.State, s.Desk.Agent.Reason, s.Desk.Agent.Since = cti.AgentPaused, "Almoço", cti.At(noon.Add(-past))
	return s
}

func TestPauseWarnsBeforeItsLimit(t *testing.T) {
	for _, c := range []struct {
		limit, past time.Duration
		kind, shown string
		next        time.Duration // until something changes by time alone
	}{
		{15 * time.Minute, 0, "", "há 0 min de 15 min", time.Minute},
		{15 * time.Minute, 13*time.Minute + 50*time.Second, "", "há 13 min de 15 min", 10 * time.Second},
		{15 * time.Minute, 14 * time.Minute, "soon", "há 14 min de 15 min", time.Minute},
		{15 * time.Minute, 15 * time.Minute, "over", "há 15 min: passou do limite de 15 min", time.Minute},
		{15 * time.Minute, 75*time.Minute + 30*time.Second, "over", "há 1 h 15 min: passou do limite de 15 min", 30 * time.Second},
		{40 * time.Second, 10 * time.Second, "", "há 0 min de 40 s", 20 * time.Second},
		{40 * time.Second, 30 * time.Second, "soon", "há 0 min de 40 s", 10 * time.Second},
		{90 * time.Second, time.Second, "", "há 0 min de 1 min 30 s", 59 * time.Second},
		{0, 90 * time.Minute, "", "há 1 h 30 min", time.Minute},
		{0, -time.Minute, "", "há 0 min", time.Minute}, // the clock was set back
	} {
		s := lunch(c.limit, c.past)
		if got := s.warning(noon).kind; got != c.kind {
			t.Errorf("%v of %v warns %q, want %q", c.past, c.limit, got, c.kind)
		}
		if got := s.View(i18n.PtBR, Hand{}, noon).Menu[1].Title; got != "Em pausa: Almoço, "+c.shown {
			t.Errorf("%v of %v shows %q, want %q", c.past, c.limit, got, c.shown)
		}
		if got := s.nextChange(noon).Sub(noon); got != c.next {
			t.Errorf("%v of %v changes next after %v, want %v", c.past, c.limit, got, c.next)
		}
	}
}

// TestNothingTicksWithoutAPause is what keeps an idle tray asleep.
func TestNothingTicksWithoutAPause(t *testing.T) {
	s := ana()
	c := mariana()
	c.State = cti.Connected
	s.Desk.Calls = []*cti.Call{c}
	s.Desk.Agent.State = cti.AgentOnCall
	if next := s.nextChange(noon); !next.IsZero() {
		t.Errorf("a call under way changes at %v", next)
	}
	s = lunch(time.Hour, time.Minute)
	s.Online = false
	if next := s.nextChange(noon); !next.IsZero() {
		t.Errorf("a service that is lost changes at %v", next)
	}
}

func TestWarningsNameThePause(t *testing.T) {
	for _, lang := range i18n.Langs() {
		soon, over := lunch(2*time.Minute, 100*time.Second), lunch(2*time.Minute, 2*time.Minute)
		if got := soon.warning(noon).text(lang); !strings.Contains(got, "Almoço") || !strings.Contains(got, "30 s") {
			t.Errorf("%s: %q names neither pause nor time", lang, got)
		}
		if got := over.warning(noon).text(lang); !strings.Contains(got, "Almoço") {
			t.Errorf("%s: %q does not name the pause", lang, got)
		}
	}
}
