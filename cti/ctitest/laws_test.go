package ctitest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"ctiagent/cti"
)

func toySubject(f flaws) Subject {
	return Subject{Driver: toyDriver(f), New: newToySim, Speed: 50}
}

func TestReferenceDriverKeepsEveryLaw(t *testing.T) {
	Run(t, toySubject(flaws{}))
}

func TestEverySaboteurIsCaughtByItsLawAndByNoOther(t *testing.T) {
	over := make(chan struct{})
	t.Cleanup(func() { close(over) })
	for _, b := range saboteurs(over) {
		t.Run(b.name, func(t *testing.T) {
			judge(t, b, law{LawLeaks, checkLeaks}) // it counts goroutines, so it runs alone
			t.Parallel()
			for _, l := range laws() {
				if l.name != LawLeaks {
					judge(t, b, l)
				}
			}
		})
	}
}

// judge tries one law on a saboteur: it must complain about its own breaker,
// in the right words, and about nobody else.
func judge(t *testing.T, b saboteur, l law) {
	t.Helper()
	s := toySubject(b.flaws)
	guilty := l.name == b.caught || slices.Contains(b.besides, l.name)
	switch { // what is to fail by waiting may fail soon
	case l.name == b.caught:
		s.Patience = time.Second
	case guilty:
		s.Patience = 100 * time.Millisecond
	}
	found := try(t, func(t testing.TB) { l.check(t, s) })
	switch {
	case guilty && len(found) == 0:
		t.Errorf("the law %q did not catch it", l.name)
	case !guilty && len(found) > 0:
		t.Errorf("the law %q complains too: %s", l.name, found[0])
	case l.name == b.caught && !slices.ContainsFunc(found, func(f string) bool { return strings.Contains(f, b.says) }):
		t.Errorf("the law %q complains of something else than %q:\n%s", l.name, b.says, strings.Join(found, "\n"))
	}
}

func TestEveryLawHasASaboteur(t *testing.T) {
	for _, l := range Laws() {
		if !slices.ContainsFunc(saboteurs(nil), func(b saboteur) bool { return b.caught == l }) {
			t.Errorf("nobody breaks the law %q", l)
		}
	}
}

func TestWaivedLawThatPassesFails(t *testing.T) {
	law := law{LawVerbs, checkVerbs}
	s := toySubject(flaws{})
	s.Waivers = map[Law]string{LawVerbs: "once it did not"}
	found := try(t, func(t testing.TB) { hold(t, law, s) })
	if len(found) != 1 || !strings.Contains(found[0], "(once it did not) but it passes: take the waiver away") {
		t.Errorf("got %q", found)
	}
}

func TestWaivedLawThatFailsIsSkippedWithItsReason(t *testing.T) {
	law := law{LawVerbs, checkVerbs}
	s := toySubject(flaws{driver: func(d *cti.Driver) { d.Omitted = d.Omitted[1:] }})
	s.Waivers = map[Law]string{LawVerbs: "the manual is silent"}
	found := try(t, func(t testing.TB) { hold(t, law, s) })
	if len(found) != 1 || !strings.HasPrefix(found[0], "skipped: waived: the manual is silent; it fails with: ") {
		t.Errorf("got %q", found)
	}
}

func TestWaiverWithoutAReasonFails(t *testing.T) {
	s := toySubject(flaws{})
	s.Waivers = map[Law]string{LawVerbs: ""}
	found := try(t, func(t testing.TB) { hold(t, law{LawVerbs, checkVerbs}, s) })
	if len(found) != 1 || found[0] != "a waiver needs a reason" {
		t.Errorf("got %q", found)
	}
}

func TestLawWithoutCallsFailsAtOnceWhereTheSimulatorShowsNone(t *testing.T) {
	s := toySubject(flaws{})
	with := s.New
	s.New = func(t testing.TB, h *Host) Sim { return callless{with(t, h)} }
	found := try(t, func(t testing.TB) { checkEnds(t, s) })
	if len(found) != 1 || found[0] != "this simulator shows no calls" {
		t.Errorf("got %q", found)
	}
}

type callless struct{ Sim }

func (callless) Ring(string) Call { return nil }

func TestCanaryIsFoundHoweverItIsWritten(t *testing.T) {
	for _, text := range []string{
		"key=" + Canary,
		strings.ToUpper(Canary),
		fmt.Sprintf("%x", Canary),
		// Basic authorization of "user:", "a:", "ab:" and of no name.
		"Basic dXNlcjpjYW5hcnk3UXozMXNlY3JldA==", "YTpjYW5hcnk3UXozMXNlY3JldDo=", "YWI6Y2FuYXJ5N1F6MzFzZWNyZXQ=", "Y2FuYXJ5N1F6MzFzZWNyZXQ=",
	} {
		if !leaks(text) {
			t.Errorf("not found in %q", text)
		}
	}
	if leaks("a canary is a bird") {
		t.Error("a bird is no leak")
	}
}
