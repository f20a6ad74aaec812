package config

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestCallingHoursAreRead(t *testing.T) {
	on := func(days ...time.Weekday) (out [7]bool) {
		for _, d := range days {
			out[d] = true
		}
		return out
	}
	for text, want := range map[string]Window{
		"mon-fri 09:00-21:00":           {Days: on(1, 2, 3, 4, 5), From: 540, To: 1260},
		"sat 10:00-16:00":               {Days: on(6), From: 600, To: 960},
		"+55 daily 00:00-24:00":         {Prefix: "+55", Days: on(0, 1, 2, 3, 4, 5, 6), To: 1440},
		"+5511 sat-mon,wed 8:00-9:0":    {},
		"+5511 sat-mon,wed 08:00-09:01": {Prefix: "+5511", Days: on(6, 0, 1, 3), From: 480, To: 541},
		"mon 21:00-09:00":               {}, // two windows say it: a night belongs to two days
		"mon 09:00-09:00":               {},
		"mon 09:00-24:01":               {},
		"mon 09:00":                     {},
		"seg 09:00-10:00":               {},
		"Mon 09:00-10:00":               {},
		"mon- 09:00-10:00":              {},
		"mon,,tue 09:00-10:00":          {},
		"09:00-10:00":                   {},
		"55 mon 09:00-10:00":            {},
		"+ mon 09:00-10:00":             {},
		"+55* mon 09:00-10:00":          {},
		"mon  09:00-10:00":              {},
		" mon 09:00-10:00":              {},
		"":                              {},
	} {
		got, ok := ParseWindow(text)
		if ok != (want != Window{}) || got != want {
			t.Errorf("%q: %+v, %v, want %+v", text, got, ok, want)
		}
	}
}

func TestCallingHoursOfAFileNameTheWrongEntry(t *testing.T) {
	_, err := Parse("x.toml", []byte("[policy]\ncalling_hours = [\"mon-fri 09:00-21:00\",\n\"sat 9-12\"]\ncalling_hours_for = \"campaign\""))
	var list Errors
	if !errors.As(err, &list) || len(list) != 1 || list[0].ID != "config.hours" || list[0].Key != "policy.calling_hours" {
		t.Fatalf("got %v", err)
	}
	if d := cmp.Diff(list[0].Args["Number"], 2); d != "" {
		t.Error(d)
	}
	complete(t, list[0])
}

// FuzzParseWindow: what is accepted is bounded and reads again as itself.
func FuzzParseWindow(f *testing.F) {
	for _, s := range []string{"mon-fri 09:00-21:00", "+55 daily 00:00-24:00", "sat-mon,wed 08:00-09:01", "+1 sun 23:59-24:00", "mon 9:00-10:00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		w, ok := ParseWindow(s)
		if !ok {
			return
		}
		if w.From < 0 || w.From >= w.To || w.To > 24*60 || w.Days == [7]bool{} || len(w.Prefix) > 16 {
			t.Errorf("%q is %+v", s, w)
		}
		if again, ok := ParseWindow(w.String()); !ok || again != w {
			t.Errorf("%q is %q, which is %+v, %v", s, w, again, ok)
		}
	})
}
