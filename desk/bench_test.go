package desk_test

import (
	"context"
	"strconv"
	"testing"

	"ctiagent/cti"
	"ctiagent/desk"
)

// BenchmarkFactToEvent is the way of one fact from the driver's emit to the
// call of a watcher.
func BenchmarkFactToEvent(b *testing.B) {
	facts := map[string]func(i int) cti.Fact{
		"update": func(i int) cti.Fact { return cti.CallFact{Ref: "1", Queue: strconv.Itoa(i & 1)} },
		// As a PBX that only tells of calls and never of their end.
		"new-call": func(i int) cti.Fact {
			return cti.CallFact{Ref: strconv.Itoa(i), State: cti.Dialing, Direction: cti.Outbound, Number: "33553434"}
		},
		"new-numbers": func(i int) cti.Fact {
			return cti.CallFact{Ref: strconv.Itoa(i), State: cti.Dialing, Direction: cti.Outbound, Number: strconv.Itoa(11900000000 + i)}
		},
	}
	for _, name := range []string{"update", "new-call", "new-numbers"} {
		b.Run(name, func(b *testing.B) {
			f := newFake("pbx", row(cti.CallDial), row(cti.CallHangup))
			d, err := desk.New(desk.Options{Plan: plan(b), Epoch: "e", Drivers: []desk.Driver{{Driver: f.Driver}}})
			if err != nil {
				b.Fatal(err)
			}
			ctx, cancel := context.WithCancel(b.Context())
			done := make(chan error, 1)
			go func() { done <- d.Run(ctx) }()
			r := <-f.runs
			r.emit(cti.CallFact{Ref: "1", State: cti.Dialing, Direction: cti.Outbound, Number: "33553434"})
			events := 0
			_, stop := d.Watch(func(batch []cti.Event) { events += len(batch) })
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				i++
				r.emit(facts[name](i))
			}
			stop()
			cancel()
			if err := <-done; err != nil {
				b.Fatal(err)
			}
			if events < i {
				b.Fatalf("%d events of %d facts", events, i)
			}
		})
	}
}
