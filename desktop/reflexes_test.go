package desktop_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"ctiagent/cti"
	"ctiagent/desktop"
)

func ringing(number string) cti.Event {
	return cti.Event{Type: cti.EventCallRinging, Call: &cti.Call{ID: number, Remote: cti.Remote{Raw: number}}}
}

func TestEventsDoTheirRecipesOneAfterTheOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := crm()
		find := recipe(desktop.Step{Focus: "Old CRM - search"}, desktop.Step{Type: "{number};"})
		ended := find
		ended.Name, ended.On, ended.Steps = "end", cti.EventCallEnded, []desktop.Step{{Focus: "Chat with a customer"}, {Type: "bye"}}
		r := desktop.NewReflexes(desktop.NewRunner(s), []desktop.Recipe{find, ended}, func(r desktop.Recipe, err error) { t.Errorf("%s: %v", r.Name, err) })
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); r.Run(ctx) }()
		r.Event(ringing("1"))
		r.Event(cti.Event{Type: cti.EventCallConnected, Call: &cti.Call{}})
		r.Event(cti.Event{Type: cti.EventAgentChanged, Agent: &cti.Agent{}})
		r.Event(ringing("2"))
		synctest.Wait()
		if got := s.Typed(1); got != "1;2;" {
			t.Errorf("the CRM got %q", got)
		}
		if got := s.Typed(2); got != "" {
			t.Errorf("the chat got %q", got)
		}
		cancel()
		<-done
	})
}

// failure is a recipe that was not done, and why.
type failure struct {
	recipe string
	kind   cti.Kind
}

// failing runs the reflexes of one recipe until the test ends.
func failing(t *testing.T, r desktop.Recipe) (reflexes *desktop.Reflexes, failures chan failure, run func() (stop func())) {
	t.Helper()
	failures = make(chan failure, 20)
	reflexes = desktop.NewReflexes(desktop.NewRunner(crm()), []desktop.Recipe{r}, func(r desktop.Recipe, err error) {
		failures <- failure{r.Name, cti.AsError(err).Kind}
	})
	return reflexes, failures, func() func() {
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); reflexes.Run(ctx) }()
		return func() { cancel(); <-done }
	}
}

func TestRecipeThatIsNotDoneIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, failures, run := failing(t, recipe(desktop.Step{Focus: "nowhere"}, desktop.Step{Type: "{number}"}))
		for range 9 { // nobody runs them yet: eight wait, the ninth does not
			r.Event(ringing("1"))
		}
		if got := <-failures; got != (failure{"find", cti.Busy}) || len(failures) != 0 {
			t.Errorf("got %v and %d more", got, len(failures))
		}
		stop := run()
		for range 8 {
			if got := <-failures; got != (failure{"find", cti.NotFound}) {
				t.Errorf("got %v", got)
			}
		}
		stop()
	})
}

// A PBX says that it rings, and a moment later who calls.
func TestRecipeWaitsForTheNumberOfItsCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := crm()
		find := recipe(desktop.Step{Focus: "Old CRM - search"}, desktop.Step{Type: "{number};"})
		r := desktop.NewReflexes(desktop.NewRunner(s), []desktop.Recipe{find}, func(r desktop.Recipe, err error) { t.Errorf("%s: %v", r.Name, err) })
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); r.Run(ctx) }()
		event := func(kind cti.EventType, id, number string) {
			r.Event(cti.Event{Type: kind, Call: &cti.Call{ID: id, Remote: cti.Remote{Raw: number}}})
		}
		event(cti.EventCallRinging, "a", "")
		event(cti.EventCallRinging, "b", "2")
		event(cti.EventCallUpdated, "c", "3") // rang before anybody looked
		event(cti.EventCallUpdated, "a", "1")
		event(cti.EventCallUpdated, "a", "1")
		event(cti.EventCallConnected, "b", "2")
		synctest.Wait()
		if got := s.Typed(1); got != "2;1;" {
			t.Errorf("the CRM got %q", got)
		}
		cancel()
		<-done
	})
}

func TestCallThatEndsWithoutANumberIsTold(t *testing.T) {
	r, failures, _ := failing(t, recipe(desktop.Step{Focus: "Old CRM - search"}, desktop.Step{Type: "{number}"}))
	r.Event(ringing(""))
	if len(failures) != 0 {
		t.Fatalf("got %v", <-failures)
	}
	r.Event(cti.Event{Type: cti.EventCallEnded, Call: &cti.Call{State: cti.Ended}})
	if got := <-failures; got != (failure{"find", cti.NotFound}) {
		t.Errorf("got %v", got)
	}
}

func TestWishTypesIntoTheWindowThatWasFocused(t *testing.T) {
	s := crm()
	r := desktop.NewRunner(s)
	if err := r.Type(t.Context(), "hello"); err != nil || s.Typed(2) != "hello" {
		t.Errorf("without a wish for a window that with the keyboard is meant: %v, %q", err, s.Typed(2))
	}
	if err := r.Focus(t.Context(), "Old CRM - search"); err != nil {
		t.Fatal(err)
	}
	if err := r.Type(t.Context(), "12"); err != nil {
		t.Fatal(err)
	}
	s.Activate(2)
	if err := r.Type(t.Context(), "34"); !errors.Is(err, cti.WrongState) {
		t.Errorf("got %v", err)
	}
	if crm, chat := s.Typed(1), s.Typed(2); crm != "12" || chat != "hello" {
		t.Errorf("the CRM got %q and the chat %q", crm, chat)
	}
}

func TestWishThatCannotBeIsRefused(t *testing.T) {
	s := crm()
	r := desktop.NewRunner(s)
	for name, c := range map[string]struct {
		err  error
		kind cti.Kind
	}{
		"no such window":  {r.Focus(t.Context(), "CRM"), cti.NotFound},
		"no title":        {r.Focus(t.Context(), ""), cti.NotFound},
		"a title of more": {r.Focus(t.Context(), "a\nb"), cti.BadRequest},
		"an enter":        {r.Type(t.Context(), "a\r"), cti.BadRequest},
	} {
		if !errors.Is(c.err, c.kind) {
			t.Errorf("%s: got %v", name, c.err)
		}
	}
	s.Activate(0)
	if err := r.Type(t.Context(), "a"); !errors.Is(err, cti.WrongState) {
		t.Errorf("no window has the keyboard: got %v", err)
	}
}
