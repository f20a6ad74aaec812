package totalip

import (
	"context"
	"testing"

	"ctiagent/cti"
	"ctiagent/vendors/totalip/totaliptest"

	"github.com/google/go-cmp/cmp"
)

// Each line reaches who follows its tag, and lines of other extensions reach nobody.
func TestEventsCanBeFollowed(t *testing.T) {
	b := newBench(t, totaliptest.Options{}, nil)
	ctx, cancel := context.WithCancel(b.ctx)
	defer cancel()
	told := map[string]chan Event{}
	for _, row := range eventRows() {
		out, err := b.session.Actions().Call(ctx, row.Name, desk(), &cti.None{}, nil)
		b.ok(err)
		pieces := make(chan Event, 10)
		told[row.Name] = pieces
		go func() {
			defer close(pieces)
			for e, err := range out.(cti.Feed[Event]) {
				if err == nil {
					pieces <- e
				}
			}
		}()
	}
	b.pbx.Dialer("20010", "1", "x", "y", "1") // of nobody here
	outbound := b.pbx.Dial(lawExtension, "9999999")
	inbound := b.pbx.Ring(lawExtension, "9999999", "88888888")
	b.ok(b.pbx.Answer(inbound.Ref))
	dialer := b.pbx.Dialer(lawExtension, "9999999", "219217305861", "TESTE DO TOTALIP", "10")
	b.pbx.Preview(lawExtension, "9999999", "219217305861", "TESTE DO TOTALIP", "10")
	b.pbx.Callback(lawExtension, "9999999", "219217305861", "TESTE DO TOTALIP", "10")
	b.ok(b.pbx.Hangup(outbound.Ref))
	b.pbx.SetStatus(lawExtension, "4")
	contact := Event{Extension: lawExtension, Number: "9999999", Param1: "219217305861", Param2: "TESTE DO TOTALIP", Campaign: "10"}
	of := func(tag, call string) Event { e := contact; e.Tag, e.Call = tag, call; return e }
	for name, want := range map[string]Event{
		"totalip.A":       {Tag: "A", Extension: lawExtension, Number: "9999999", Call: outbound.Ref},
		"totalip.R":       {Tag: "R", Extension: lawExtension, From: "9999999", Number: "88888888", Call: inbound.Ref},
		"totalip.D":       of("D", dialer.Ref),
		"totalip.PREVIEW": of("PREVIEW", ""),
		"totalip.AGOP":    of("AGOP", ""),
		"totalip.H":       {Tag: "H", Extension: lawExtension, Call: outbound.Ref},
		"totalip.S":       {Tag: "S", Extension: lawExtension, StatusID: "4", StatusName: "Reunião"},
	} {
		select {
		case got := <-told[name]:
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("%s (-want +got)\n%s", name, d)
			}
		case <-b.ctx.Done():
			t.Fatalf("%s told nothing", name)
		}
	}
	b.ok(b.session.Close()) // ends who follows
	for name, pieces := range told {
		for e := range pieces {
			t.Errorf("%s told %+v besides", name, e)
		}
	}
}
