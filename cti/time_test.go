package cti_test

import (
	"encoding/json"
	"testing"
	"time"

	"ctiagent/cti"
)

func TestTimeIsWrittenInUTCWithMilliseconds(t *testing.T) {
	saoPaulo := time.FixedZone("", -3*60*60)
	at := cti.At(time.Date(2026, 11, 20, 10, 59, 33, 120_999_999, saoPaulo))
	b, err := json.Marshal(struct {
		At    cti.Time `json:"at"`
		Never cti.Time `json:"never"`
		Left  cti.Time `json:"left,omitzero"`
	}{At: at})
	if want := `{"at":"2026-11-20T13:59:33.120Z","never":null}`; err != nil || string(b) != want {
		t.Fatalf("got %s, %v, want %s", b, err, want)
	}
	if at.String() != "2026-11-20T13:59:33.120Z" || (cti.Time{}).String() != "" {
		t.Fatalf("got %q and %q", at, cti.Time{})
	}
	if b, err := json.Marshal(cti.At(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))); err != nil || string(b) != `"2026-01-02T03:04:05.000Z"` {
		t.Fatalf("got %s, %v: milliseconds are always written", b, err)
	}
}

func TestTimeReadsAnyRFC3339AndNothingElse(t *testing.T) {
	for text, want := range map[string]string{
		`"2026-11-20T10:59:33.1209-03:00"`: "2026-11-20T13:59:33.120Z",
		`"2026-11-20T13:59:33Z"`:           "2026-11-20T13:59:33.000Z",
		`null`:                             "",
		`""`:                               "",
	} {
		at := cti.At(time.Now())
		if err := json.Unmarshal([]byte(text), &at); err != nil || at.String() != want {
			t.Errorf("%s is %q, %v, want %q", text, at, err, want)
		}
	}
	for _, text := range []string{`"2026-11-20"`, `"2026-11-20 13:59:33"`, `1795183173`, `{}`, `true`, `"soon"`} {
		var at cti.Time
		if err := json.Unmarshal([]byte(text), &at); err == nil {
			t.Errorf("%s is read as %s", text, at)
		}
	}
}

func FuzzTime(f *testing.F) {
	f.Add(`"2026-11-20T13:59:33.120Z"`)
	f.Add(`"2026-11-20T10:59:33-03:00"`)
	f.Add(`"`)
	f.Fuzz(func(t *testing.T, text string) {
		var at cti.Time
		if at.UnmarshalJSON([]byte(text)) != nil {
			return
		}
		b, err := at.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		var again cti.Time
		if err := again.UnmarshalJSON(b); err != nil || !again.Equal(at.Time) {
			t.Fatalf("%s was written as %s and read as %s, %v", text, b, again, err)
		}
	})
}
