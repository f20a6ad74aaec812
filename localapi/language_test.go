package localapi_test

import (
	"context"
	"encoding/json"
	"testing"

	"ctiagent/cti"
	"ctiagent/internal/i18n"
	"ctiagent/localapi/localapitest"
)

func TestLinkDetailSpeaksEachPersonsLanguage(t *testing.T) {
	const id = "error.hint.unavailable" // any sentence there is
	s := localapitest.NewServer(t, nil)
	pages := map[i18n.Lang]*localapitest.Page{}
	for _, lang := range i18n.Langs() {
		p := s.Dial(t, localapitest.Origin)
		p.Ask("session.hello", `{"client":"t/1","protocol":1,"language":"`+string(lang)+`"}`)
		p.Ask("desk.watch", `{}`)
		pages[lang] = p
	}
	s.Desk.Emit(
		cti.Event{Type: cti.EventDriverChanged, Driver: &cti.DriverState{Name: "totalip", Link: cti.LinkDegraded, Detail: "in English", DetailID: id}},
		call("after"),
	)
	for lang, p := range pages {
		var e cti.Event
		if err := json.Unmarshal(p.Next().Params, &e); err != nil {
			t.Fatal(err)
		}
		if want := i18n.T(lang, id, nil); e.Driver == nil || e.Driver.Detail != want {
			t.Errorf("%s reads %+v, want %q", lang, e.Driver, want)
		}
		if got := seqs(t, p, 1); len(got) != 1 || got[0] != e.Seq+1 {
			t.Errorf("%s: then came %v", lang, got)
		}
		late := s.Dial(t, localapitest.Origin)
		late.Ask("session.hello", `{"client":"t/1","protocol":1,"language":"`+string(lang)+`"}`)
		f := late.Ask("desk.watch", `{"epoch":"`+s.Desk.State().Epoch+`","after":0}`)
		if f.Error != nil {
			t.Fatalf("resume: %+v", f.Error)
		}
		if err := json.Unmarshal(late.Next().Params, &e); err != nil {
			t.Fatal(err)
		}
		if want := i18n.T(lang, id, nil); e.Driver == nil || e.Driver.Detail != want {
			t.Errorf("%s resumes with %+v, want %q", lang, e.Driver, want)
		}
	}
}

func TestWatchingPageMayChangeItsLanguage(t *testing.T) {
	const id = "error.hint.unavailable" // any sentence there is
	s := localapitest.NewServer(t, nil)
	p := s.Dial(t, localapitest.Origin)
	p.Ask("session.hello", `{"client":"t/1","protocol":1,"language":"en"}`)
	p.Ask("desk.watch", `{}`)
	p.Ask("session.hello", `{"client":"t/1","protocol":1,"language":"es"}`)
	s.Desk.Emit(cti.Event{Type: cti.EventDriverChanged, Driver: &cti.DriverState{Name: "totalip", DetailID: id}})
	var e cti.Event
	if err := json.Unmarshal(p.Next().Params, &e); err != nil {
		t.Fatal(err)
	}
	if want := i18n.T(i18n.Es, id, nil); e.Driver == nil || e.Driver.Detail != want {
		t.Errorf("the page reads %+v, want %q", e.Driver, want)
	}
}

func TestQueueTellsWhatToDoInEachPersonsLanguage(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	given := cti.QueueStatus{Queue: "Suporte", Missing: []cti.QueueGap{cti.GapOf("level", cti.Fail(cti.Unavailable, "queue.status", "cut"))}}
	s.Desk.Serve(cti.InfoOf(cti.QueueStatusOf, ""), func(context.Context, cti.Wish) (any, error) { return given, nil })
	for _, lang := range i18n.Langs() {
		p := s.Dial(t, localapitest.Origin)
		p.Ask("session.hello", `{"client":"t/1","protocol":1,"language":"`+string(lang)+`"}`)
		got := result[cti.QueueStatus](t, p.Ask("queue.status", `{"queue":"Suporte"}`))
		if g := got.Missing[0]; g.Hint != i18n.T(lang, "error.hint.unavailable", nil) || g.Text != "cut" || !got.Now.Equal(s.Clock.Now()) {
			t.Errorf("%s: %+v", lang, got)
		}
	}
	if given.Missing[0].Hint != "" {
		t.Error("what the desk answered was changed")
	}
}
