package cti_test

import (
	"testing"
	"time"

	"ctiagent/cti"

	"github.com/google/go-cmp/cmp"
)

func TestOutboxFactCountsAndIsToldEachTime(t *testing.T) {
	at := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	table := cti.NewTable(nil, cti.Agent{})
	for range 2 { // an entry may have changed where their number has not
		now, events := cti.Apply(table, cti.Input{At: at, Fact: cti.OutboxFact{Count: cti.OutboxCount{Waiting: 2, Refused: 1}}})
		want := []cti.Event{{Time: cti.At(at), Type: "outbox.changed", Outbox: &cti.OutboxCount{Waiting: 2, Refused: 1}}}
		if d := cmp.Diff(events, want); d != "" {
			t.Errorf("told (-got +want):\n%s", d)
		}
		if now.Outbox != (cti.OutboxCount{Waiting: 2, Refused: 1}) {
			t.Errorf("the table has %+v", now.Outbox)
		}
		table = now
	}
}
