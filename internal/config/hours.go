package config

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Window is a time of the week in which numbers may be called, as
// policy.calling_hours writes it: "+55 mon-fri 09:00-21:00", without the number
// for all of them.
type Window struct {
	// Prefix are the first digits of the numbers, with +; "" for every number.
	Prefix string
	// Days by time.Weekday.
	Days [7]bool
	// From and To are minutes since midnight, From before To, at most 24*60.
	From, To int
}

// The words of policy.calling_hours_for.
const (
	HoursForAll      = "all"
	HoursForCampaign = "campaign"
)

// dayNames are the days as the configuration writes them, by time.Weekday.
func dayNames() []string { return []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"} }

// ParseWindow reads one entry of policy.calling_hours, and answers false for
// what is none.
func ParseWindow(s string) (w Window, ok bool) {
	parts := strings.Split(s, " ")
	if len(parts) == 3 {
		w.Prefix = parts[0]
		digits, plus := strings.CutPrefix(w.Prefix, "+")
		if !plus || digits == "" || len(digits) > 15 || strings.Trim(digits, "0123456789") != "" {
			return Window{}, false
		}
		parts = parts[1:]
	}
	if len(parts) != 2 || !w.days(parts[0]) {
		return Window{}, false
	}
	from, to, found := strings.Cut(parts[1], "-")
	var okFrom, okTo bool
	w.From, okFrom = minutes(from)
	w.To, okTo = minutes(to)
	if !found || !okFrom || !okTo || w.From >= w.To {
		return Window{}, false
	}
	return w, true
}

// days reads "daily", or days and spans of days with commas between them. A
// span may go over the end of the week.
func (w *Window) days(s string) bool {
	if s == "daily" {
		w.Days = [7]bool{true, true, true, true, true, true, true}
		return true
	}
	for one := range strings.SplitSeq(s, ",") {
		first, last, span := strings.Cut(one, "-")
		if !span {
			last = first
		}
		from, to := slices.Index(dayNames(), first), slices.Index(dayNames(), last)
		if from < 0 || to < 0 {
			return false
		}
		for d := from; ; d = (d + 1) % 7 {
			w.Days[d] = true
			if d == to {
				break
			}
		}
	}
	return true
}

// minutes reads a time of the day; 24:00 is the end of it.
func minutes(s string) (int, bool) {
	if s == "24:00" {
		return 24 * 60, true
	}
	t, err := time.Parse("15:04", s)
	if err != nil || len(s) != len("15:04") {
		return 0, false
	}
	return t.Hour()*60 + t.Minute(), true
}

// String is the window as ParseWindow reads it.
func (w Window) String() string {
	var days []string
	for i, is := range w.Days {
		if is {
			days = append(days, dayNames()[i])
		}
	}
	text := fmt.Sprintf("%s %02d:%02d-%02d:%02d", strings.Join(days, ","), w.From/60, w.From%60, w.To/60, w.To%60)
	if w.Prefix != "" {
		text = w.Prefix + " " + text
	}
	return text
}

// window accepts an entry of policy.calling_hours.
func window(s string) (string, *problem) {
	if _, ok := ParseWindow(s); !ok {
		return "", &problem{id: "config.hours", args: map[string]any{"Value": shorten(s)}}
	}
	return s, nil
}
