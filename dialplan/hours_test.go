package dialplan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the table is held to it, wherever the tests run

	"github.com/nyaruka/phonenumbers"
)

// every is a window of some days, from hour to hour.
func every(prefix string, days []time.Weekday, from, to int) Window {
	w := Window{Prefix: prefix, From: from * 60, To: to * 60}
	for _, d := range days {
		w.Days[d] = true
	}
	return w
}

var (
	workdays = []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday}
	daily    = append([]time.Weekday{time.Saturday, time.Sunday}, workdays...)
)

// at is a moment on the clocks of São Paulo, in a week that begins on Monday 2 March 2026.
func at(t *testing.T, day, clock string) time.Time {
	t.Helper()
	days := map[string]int{"mon": 2, "tue": 3, "wed": 4, "thu": 5, "fri": 6, "sat": 7, "sun": 8}
	when, err := time.Parse("2006-01-2 15:04 -0700", fmt.Sprintf("2026-03-%d %s -0300", days[day], clock))
	if err != nil {
		t.Fatal(err)
	}
	return when
}

func TestCallingHoursAreThoseOfTheCalledPlace(t *testing.T) {
	p := saoPaulo(t)
	h := Hours{every("+5521", daily, 8, 18), every("", workdays, 9, 21), every("", []time.Weekday{time.Saturday}, 10, 16)}
	for _, c := range []struct {
		number, day, clock string // the clock of São Paulo
		opens              string // day and clock of São Paulo; "" when it may be called now
	}{
		{"11 98765-4321", "mon", "09:00", ""},
		{"11 98765-4321", "mon", "20:59", ""},
		{"11 98765-4321", "mon", "21:00", "Tue 09:00"},
		{"11 98765-4321", "mon", "08:59", "Mon 09:00"},
		{"11 98765-4321", "fri", "22:00", "Sat 10:00"},
		{"11 98765-4321", "sat", "16:30", "Mon 09:00"},
		{"3355-3400", "sun", "12:00", "Mon 09:00"},
		{"92 98765-4321", "mon", "09:30", "Mon 10:00"}, // Manaus, an hour behind
		{"92 98765-4321", "mon", "21:30", ""},
		{"68 98765-4321", "mon", "10:59", "Mon 11:00"}, // Rio Branco, two hours
		{"68 98765-4321", "mon", "22:59", ""},
		{"97 3355-3400", "mon", "10:30", "Mon 11:00"}, // either of the two
		{"97 3355-3400", "mon", "21:59", ""},
		{"97 3355-3400", "mon", "22:00", "Tue 11:00"},
		{"21 98765-4321", "sun", "08:00", ""}, // the longer prefix counts alone
		{"21 98765-4321", "mon", "20:00", "Tue 08:00"},
		{"+351 21 123 4567", "mon", "06:30", "Mon 07:00"}, // Portugal: the Azores are at 9 o'clock then, at either season
		{"+351 21 123 4567", "mon", "16:59", ""},
		{"+1 671 646 1234", "mon", "20:30", ""},          // Guam, where it is Tuesday
		{"+1 212 555 0123", "mon", "15:59", "Mon 16:00"}, // somewhere from Honolulu to Newfoundland
		{"+1 212 555 0123", "mon", "20:29", ""},
	} {
		closed, is := p.Closed(h, p.Explain(c.number), at(t, c.day, c.clock))
		got := ""
		if is {
			got = closed.Opens.Format("Mon 15:04")
		}
		if is != (c.opens != "") || got != c.opens {
			t.Errorf("%s on %s at %s: closed %v until %q, want %q", c.number, c.day, c.clock, is, got, c.opens)
		}
	}
}

func TestEmergencyNumbersAndServicesHaveNoCallingHours(t *testing.T) {
	p := saoPaulo(t)
	never := Hours{{}}
	for _, number := range []string{"190", "192", "193", "112", "911", "0800 123 4567", "4004-1234", "0300 123 4567", "180", "10005", "*21#", "+800 1234 5678"} {
		e := p.Explain(number)
		if _, closed := p.Closed(never, e, at(t, "sun", "03:00")); closed || e.Kind == KindNotAPhone {
			t.Errorf("%s (%s) is closed: %v", number, e.Kind, closed)
		}
	}
	closed, is := p.Closed(never, p.Explain("11 98765-4321"), at(t, "mon", "12:00"))
	if !is || !closed.Opens.IsZero() || closed.Local.Format("15:04 -0700") != "12:00 -0300" {
		t.Errorf("a window without days: %+v, %v", closed, is)
	}
	if _, is := p.Closed(nil, p.Explain("11 98765-4321"), at(t, "sun", "03:00")); is {
		t.Error("closed without any window")
	}
	if _, is := p.Closed(Hours{every("+5521", daily, 8, 9)}, p.Explain("11 98765-4321"), at(t, "sun", "03:00")); is {
		t.Error("closed by the window of other numbers")
	}
}

func TestEveryAreaOfBrazilHasItsClock(t *testing.T) {
	k := brazil()
	var covered []string
	for _, row := range k.zones {
		covered = append(covered, row.areaCodes...)
		for _, area := range row.areaCodes {
			names, err := phonenumbers.GetTimezonesForPrefix("+55" + area)
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range names {
				switch {
				case slices.Contains([]string{"91", "93", "94"}, area):
					name = "America/Santarem" // the library still has the time that Pará left in 2008
				case area == "97":
					name = "America/Manaus"
				}
				least, most := clockOf(t, name)
				if area == "97" {
					least, _ = clockOf(t, "America/Eirunepe") // the west of Amazonas
				}
				if row.least != least || row.most != most {
					t.Errorf("area %s is at %d to %d minutes, %s is at %d to %d", area, row.least, row.most, name, least, most)
				}
			}
		}
	}
	slices.Sort(covered)
	if want := slices.Sorted(slices.Values(k.areaCodes)); !slices.Equal(covered, want) {
		t.Errorf("areas with a clock: %q, want %q", covered, want)
	}
}

// clockOf are the least and the most minutes that a zone is ahead of UTC in 2026.
func clockOf(t *testing.T, name string) (least, most int) {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	least, most = 24*60, -24*60
	for day := 0; day < 365; day += 5 { // no season is shorter
		_, seconds := time.Date(2026, 1, 1+day, 12, 0, 0, 0, time.UTC).In(loc).Zone()
		least, most = min(least, seconds/60), max(most, seconds/60)
	}
	return least, most
}

func TestClocksOfTheWorldAreThoseOfTheirZones(t *testing.T) {
	rows := map[string]string{}
	for row := range strings.FieldsSeq(clocks) {
		code, span, _ := strings.Cut(row, ":")
		if rows[code] != "" {
			t.Errorf("%s stands twice", code)
		}
		rows[code] = span
	}
	for row := range strings.FieldsSeq(callingCodes) {
		code, _, _ := strings.Cut(row, ":")
		names, err := phonenumbers.GetTimezonesForPrefix("+" + code)
		if err != nil {
			t.Fatal(err)
		}
		least, most := 24*60, -24*60
		for _, name := range names {
			// What has a row of its own, by a longer prefix.
			if name == "Etc/Unknown" || code == "1" && slices.Contains([]string{"Pacific/Guam", "Pacific/Saipan", "Pacific/Pago_Pago"}, name) {
				continue
			}
			lo, hi := clockOf(t, name)
			least, most = min(least, lo), max(most, hi)
		}
		want := ""
		switch {
		case least == most:
			want = strconv.Itoa(least)
		case least < most:
			want = fmt.Sprintf("%d..%d", least, most)
		}
		if rows[code] != want {
			t.Errorf("+%s is at %q minutes, want %q (%s)", code, rows[code], want, names)
		}
		delete(rows, code)
	}
	for code, name := range map[string]string{"1670": "Pacific/Saipan", "1671": "Pacific/Guam", "1684": "Pacific/Pago_Pago", "76": "Asia/Almaty", "77": "Asia/Almaty"} {
		if lo, hi := clockOf(t, name); lo != hi || rows[code] != strconv.Itoa(lo) {
			t.Errorf("+%s is at %q minutes, %s at %d to %d", code, rows[code], name, lo, hi)
		}
		delete(rows, code)
	}
	if len(rows) > 0 {
		t.Errorf("rows of no country: %v", rows)
	}
}

// FuzzClosed: whatever the windows and the number, an answer that says when is
// right about it, and an emergency number passes.
func FuzzClosed(f *testing.F) {
	f.Add("11 98765-4321", "+55", int64(1772442000), uint8(0b0111110), 540, 1260)
	f.Add("+1 212 555 0123", "", int64(-1), uint8(0xff), 0, 1)
	f.Add("190", "", int64(0), uint8(0), 0, 0)
	p, err := New(Site{AreaCode: "11"})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, number, prefix string, seconds int64, days uint8, from, to int) {
		w := Window{Prefix: prefix, From: from, To: to}
		for d := range w.Days {
			w.Days[d] = days&(1<<d) != 0
		}
		e, now := p.Explain(number), time.Unix(seconds%(1<<40), 0)
		closed, is := p.Closed(Hours{w}, e, now)
		if e.Kind == KindEmergency && is {
			t.Fatalf("%q is an emergency number", number)
		}
		if is && !closed.Opens.IsZero() {
			if _, still := p.Closed(Hours{w}, e, closed.Opens); still {
				t.Errorf("%q is closed at %v still", number, closed.Opens)
			}
			if _, before := p.Closed(Hours{w}, e, closed.Opens.Add(-time.Minute)); !before {
				t.Errorf("%q is open before %v", number, closed.Opens)
			}
		}
	})
}
