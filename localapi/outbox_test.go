package localapi_test

import (
	"testing"

	"ctiagent/cti"
	"ctiagent/localapi/localapitest"
	"ctiagent/localapi/protocol"
)

func TestOutboxIsListedSentAgainEditedAndDropped(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	c := program(t, s)
	list := func() (out []cti.OutboxEntry) {
		t.Helper()
		if err := c.Call(t.Context(), protocol.OutboxList, nil, &out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	if got := list(); got == nil || len(got) != 0 {
		t.Errorf("an empty outbox is %#v, want an empty list", got)
	}
	s.Desk.SetOutbox(cti.OutboxEntry{ID: "a", Method: "call.tag", State: cti.OutboxRefused, Text: "x", Number: "+5511987650101"}, cti.OutboxEntry{ID: "b", State: cti.OutboxWaiting})
	if got := list(); len(got) != 2 || got[0].Text != "x" || got[0].Number != "+5511987650101" {
		t.Errorf("listed: %+v", got)
	}
	var e cti.OutboxEntry
	note := "better"
	if err := c.Call(t.Context(), protocol.OutboxEdit, cti.OutboxEdit{ID: "a", Note: &note}, &e); err != nil || e.Note != "better" {
		t.Errorf("edited: %+v, %v", e, err)
	}
	if err := c.Call(t.Context(), protocol.OutboxRetry, protocol.OutboxIn{ID: "a"}, &e); err != nil || e.State != cti.OutboxWaiting {
		t.Errorf("sent again: %+v, %v", e, err)
	}
	if err := c.Call(t.Context(), protocol.OutboxDrop, protocol.OutboxIn{ID: "a"}, nil); err != nil {
		t.Error(err)
	}
	if got := list(); len(got) != 1 || got[0].ID != "b" {
		t.Errorf("after one was dropped: %+v", got)
	}
	failsAs(t, c.Call(t.Context(), protocol.OutboxDrop, protocol.OutboxIn{ID: "a"}, nil), cti.NotFound)
	failsAs(t, c.Call(t.Context(), protocol.OutboxRetry, protocol.OutboxIn{}, nil), cti.BadRequest)
}

// A foreign page, whatever it may do, never sees what waits, by whatever name it asks.
func TestForeignPagesSeeNoOutbox(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	s.Desk.SetOutbox(cti.OutboxEntry{ID: "a", Number: "+5511987650101"})
	p := s.Dial(t, localapitest.Origin)
	p.Ask("session.hello", greeting)
	for _, m := range []string{protocol.OutboxList, protocol.OutboxRetry, protocol.OutboxDrop, protocol.OutboxEdit} {
		if f := p.Ask(m, `{"id":"a"}`); f.Error == nil || f.Error.Data.Kind != cti.Forbidden {
			t.Errorf("%s: %+v, want forbidden", m, f)
		}
		if f := p.Ask("functions.invoke", `{"name":"`+m+`","params":{"id":"a"}}`); f.Error == nil || f.Error.Data.Kind != cti.Unsupported {
			t.Errorf("%s as a function: %+v, want unsupported", m, f)
		}
	}
	if list, err := s.Desk.Outbox(t.Context()); err != nil || len(list) != 1 {
		t.Errorf("the outbox has %v now", list)
	}
}
