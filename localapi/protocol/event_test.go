package protocol

import (
	"encoding/json"
	"math/rand/v2"
	"testing"
	"time"

	"ctiagent/cti"
)

// note is the notification as encoding/json would make it.
type note struct {
	JSONRPC string     `json:"jsonrpc"`
	Method  string     `json:"method"`
	Params  *cti.Event `json:"params"`
}

func sameAsJSON(t *testing.T, e *cti.Event) {
	t.Helper()
	want, err := json.Marshal(note{"2.0", DeskEvent, e})
	if err != nil {
		t.Fatal(err)
	}
	if got := AppendEvent(nil, e); string(got) != string(want) {
		t.Fatalf("event on the wire\n got %s\nwant %s", got, want)
	}
}

func TestEventIsWhatEncodingJSONMakes(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	pieces := []string{"", "a", "José <b> & \"q\"", "\u2028\u2029", "\xff\xfe", "\x00\x1f\b\f\n\r\t\\", "日本", "+5511987654321", "\x7f"}
	text := func() string { return pieces[r.IntN(len(pieces))] + pieces[r.IntN(len(pieces))] }
	flag := func() bool { return r.IntN(2) == 0 }
	instant := func() cti.Time {
		if flag() {
			return cti.Time{}
		}
		return cti.At(time.Unix(r.Int64N(4e9), r.Int64N(1e9)))
	}
	list := func() []string {
		l := make([]string, r.IntN(4))
		for i := range l {
			l[i] = text()
		}
		return l
	}
	fields := func() map[string]string {
		m := map[string]string{}
		for range r.IntN(20) {
			m[text()+text()] = text()
		}
		return m
	}
	for range 3000 {
		e := &cti.Event{Seq: r.Uint64(), Time: instant(), Type: cti.EventType(text())}
		if flag() {
			e.Call = &cti.Call{ID: text(), Ref: text(), Direction: cti.Direction(text()), State: cti.CallState(text()), Inferred: flag(),
				From: text(), To: text(), Remote: cti.Remote{Raw: text(), E164: text(), Display: text()}, Campaign: text(), Queue: text(),
				Contact: fields(), Data: fields(), Via: text(), Muted: flag(), Recording: flag(), Missed: flag(),
				StartedAt: instant(), AnsweredAt: instant(), EndedAt: instant(), EndReason: cti.EndReason(text()), Actions: list()}
		}
		if flag() {
			e.Agent = &cti.Agent{ID: text(), Extension: text(), Name: text(), State: cti.AgentState(text()), Reason: text(), Since: instant(), Actions: list()}
		}
		if flag() {
			e.Driver = &cti.DriverState{Name: text(), Title: text(), Link: cti.LinkState(text()), Since: instant(), Detail: text()}
		}
		if flag() {
			e.Contact = &cti.ContactShown{Number: text(), E164: text(), Campaign: text(), Contact: fields()}
		}
		if flag() {
			e.Outbox = &cti.OutboxCount{Waiting: r.IntN(9), Unconfirmed: r.IntN(9), Refused: r.IntN(9), Expired: r.IntN(9)}
		}
		sameAsJSON(t, e)
	}
	sameAsJSON(t, &cti.Event{Call: &cti.Call{}, Agent: &cti.Agent{}, Driver: &cti.DriverState{}, Contact: &cti.ContactShown{}})
	sameAsJSON(t, &cti.Event{Time: cti.Time{Time: time.Date(12, 1, 2, 3, 4, 5, 6e6, time.UTC)}})
}

func FuzzString(f *testing.F) {
	for _, s := range []string{"", "a", "<&>", "\u2028", "\xc0", "\\\""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		want, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		if got := AppendString(nil, s); string(got) != string(want) {
			t.Fatalf("%q: got %s, want %s", s, got, want)
		}
	})
}

func sampleEvent() *cti.Event {
	now := cti.At(time.Date(2026, 11, 20, 13, 59, 33, 120e6, time.UTC))
	return &cti.Event{Seq: 131, Time: now, Type: cti.EventCallConnected, Call: &cti.Call{ID: "01JD4M5Q6R7S8T9V0W1X2Y3Z4A", Ref: "1732110000.42",
		Direction: cti.Inbound, State: cti.Connected, From: "1132654321", To: "10005", Remote: cti.Remote{Raw: "1132654321", E164: "+551132654321"},
		Campaign: "vendas", Contact: map[string]string{"parametro1": "123", "parametro2": "Maria"}, Via: "totalip",
		StartedAt: now, AnsweredAt: now, Actions: []string{"call.hangup", "call.hold", "call.transfer"}}}
}

func BenchmarkAppendEvent(b *testing.B) {
	e := sampleEvent()
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		buf = AppendEvent(buf[:0], e)
	}
}

func BenchmarkEncodingJSON(b *testing.B) {
	e := sampleEvent()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := json.Marshal(note{"2.0", DeskEvent, e}); err != nil {
			b.Fatal(err)
		}
	}
}
