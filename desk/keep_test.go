package desk_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"ctiagent/cti"
	"ctiagent/desk"

	"github.com/google/go-cmp/cmp"
)

// diary is a journal in memory.
type diary struct {
	mu     sync.Mutex
	calls  []*cti.Call
	agents []cti.AgentState
	asked  []desk.Asked
	fails  error
}

func (j *diary) Call(c *cti.Call) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.calls = append(j.calls, c)
}

func (j *diary) Agent(a cti.Agent) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.agents = append(j.agents, a.State)
}

func (j *diary) Wish(w desk.Asked) {
	j.mu.Lock()
	defer j.mu.Unlock()
	w.At = cti.Time{}
	j.asked = append(j.asked, w)
}

func (j *diary) Calls(_ context.Context, in desk.HistoryIn) ([]*cti.Call, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if in.Cursor != "" {
		return nil, cti.NotFound
	}
	return j.calls[:min(in.Limit, len(j.calls))], j.fails
}

func TestJournalKeepsCallsAgentsAndWishes(t *testing.T) {
	j := new(diary)
	p := newFake("pbx", row(cti.AgentPause), row(cti.CallHold))
	r := begin(t, func(o *desk.Options) { o.Journal = j }, p)
	p.on("agent.pause", func(context.Context, sent) (any, error) { return cti.AgentOut{State: cti.AgentPaused}, nil })
	p.fails("call.hold", cti.Refused, cti.CertainSent)
	r.emit(p, cti.CallFact{Ref: "1", State: cti.Ringing, Direction: cti.Inbound, Number: "1133553434"})
	r.emit(p, cti.CallFact{Ref: "1", State: cti.Connected})
	id := r.desk.State().Calls[0].ID
	if _, err := r.do("call.hold", nil); !errors.Is(err, cti.Refused) {
		t.Fatal(err)
	}
	r.emit(p, cti.CallFact{Ref: "1", State: cti.Ended})
	r.must("agent.pause", nil)
	var states []cti.CallState
	for _, c := range j.calls {
		states = append(states, c.State)
	}
	if d := cmp.Diff(states, []cti.CallState{cti.Connected, cti.Ended}); d != "" {
		t.Errorf("the call (-got +want):\n%s", d)
	}
	want := []desk.Asked{{Method: "call.hold", Call: id, Via: "pbx", Outcome: "refused", Sent: cti.CertainSent}, {Method: "agent.pause", Outcome: desk.AskedDone}}
	if d := cmp.Diff(j.asked, want); d != "" {
		t.Errorf("wishes (-got +want):\n%s", d)
	}
	if n := len(j.agents); n == 0 || j.agents[n-1] != cti.AgentPaused {
		t.Errorf("the agent was %v", j.agents)
	}
}

func TestHistoryComesFromTheJournalPageByPage(t *testing.T) {
	j := new(diary)
	r := begin(t, func(o *desk.Options) { o.Journal = j }, newFake("pbx"))
	h := r.must("history.list", nil).(desk.HistoryOut)
	if h.Calls == nil || len(h.Calls) != 0 || h.Cursor != "" {
		t.Errorf("nothing kept: %+v", h)
	}
	j.calls = []*cti.Call{{ID: "c"}, {ID: "b"}, {ID: "a"}}
	for limit, cursor := range map[int]string{1: "c", 2: "b", 3: "", 0: ""} {
		h := r.must("history.list", map[string]any{"limit": limit}).(desk.HistoryOut)
		if want := limit; want > 0 && len(h.Calls) != want || h.Cursor != cursor {
			t.Errorf("%d calls: %d with the cursor %q", limit, len(h.Calls), h.Cursor)
		}
	}
	_, err := r.do("history.list", map[string]any{"cursor": "gone"})
	wantKind(t, err, cti.BadRequest, "desk.hint.cursor")
	j.fails = errors.New("the disk is gone")
	_, err = r.do("history.list", nil)
	wantKind(t, err, cti.Unavailable, "desk.hint.journal")
}
