package localapi_test

import (
	"context"
	"testing"

	"ctiagent/cti"
	"ctiagent/localapi"
	"ctiagent/localapi/localapitest"
	"ctiagent/localapi/protocol"
)

func TestPopComesBehindTheEventsOfItsCall(t *testing.T) {
	s := localapitest.NewServer(t, func(o *localapi.Options) { o.Limits.RequestsPerSecond, o.Limits.Burst = 1e6, 1e6 })
	p := s.Dial(t, localapitest.Origin)
	p.Ask("session.hello", greeting)
	p.Ask("desk.watch", `{}`)
	ctx, cancel := context.WithTimeout(t.Context(), localapitest.Patience)
	defer cancel()
	pages, ok := s.Desk.WaitPages(ctx, func(p []localapitest.Tab) bool { return len(p) == 1 })
	if !ok {
		t.Fatal("the desk was told of no page")
	}
	for range 500 {
		s.Desk.Emit(call("c"))
		done := make(chan struct{})
		go func() {
			defer close(done)
			_, _ = pages[0].Pop(ctx, cti.Pop{URL: "https://crm.example.com/"}) // the page answers below
		}()
		if f := p.Next(); f.Method != protocol.DeskEvent {
			t.Fatalf("%s came before the event of its call", f.Method)
		}
		f := p.Next()
		if f.Method != protocol.DeskPop {
			t.Fatalf("got %s, want the pop", f.Method)
		}
		p.Send(`{"jsonrpc":"2.0","id":` + string(f.ID) + `,"result":{"shown":true}}`)
		<-done
	}
}
