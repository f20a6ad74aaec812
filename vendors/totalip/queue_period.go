package totalip

import (
	"slices"
	"strings"

	"ctiagent/cti"
)

const minutesOfDay = 24 * 60

// readPeriod reads horario, which the manual calls "períodos de horas" and shows nowhere: one clock time, which begins an hour,
// or two. It answers minutes since midnight; a period that ends with 59 minutes runs to the next one's start.
func readPeriod(text string) (from, to int, ok bool) {
	if len(text) > 60 {
		return 0, 0, false
	}
	var times []int
	for rest := text; ; {
		i := strings.IndexAny(rest, "0123456789")
		if i < 0 {
			break
		}
		minute, after, fine := readClock(rest[i:])
		if !fine || len(times) == 2 {
			return 0, 0, false
		}
		times, rest = append(times, minute), after
	}
	switch len(times) {
	case 0:
		return 0, 0, false
	case 1:
		from, to = times[0], times[0]+60
	default:
		from, to = times[0], times[1]
		if to%60 == 59 {
			to++
		}
		if to <= from && to == 0 {
			to = minutesOfDay
		}
	}
	return from, to, from < to && from < minutesOfDay && to <= minutesOfDay
}

// readClock reads 9, 09, 9h, 9h30, 09:30 or 09:30:59 at the start of a text and answers what follows.
func readClock(text string) (minute int, rest string, ok bool) {
	hour, rest, ok := readDigits(text, 1, 2)
	if !ok || hour > 24 {
		return 0, "", false
	}
	minute = hour * 60
	for i := 0; i < 2 && rest != "" && strings.ContainsRune(":hH", rune(rest[0])); i++ {
		part, after, fine := readDigits(rest[1:], 2, 2)
		if !fine {
			if rest[0] == ':' || startsWithDigit(rest[1:]) {
				return 0, "", false
			}
			return minute, rest[1:], true // 9h
		}
		if part > 59 {
			return 0, "", false
		}
		if i == 0 {
			minute += part
		}
		rest = after
	}
	return minute, rest, !startsWithDigit(rest)
}

func readDigits(text string, least, most int) (n int, rest string, ok bool) {
	i := 0
	for ; i < len(text) && i < most && text[i] >= '0' && text[i] <= '9'; i++ {
		n = n*10 + int(text[i]-'0')
	}
	return n, text[i:], i >= least && !startsWithDigit(text[i:])
}

func startsWithDigit(text string) bool { return text != "" && text[0] >= '0' && text[0] <= '9' }

func sortByStart(level []cti.QueueLevel) {
	slices.SortStableFunc(level, func(a, b cti.QueueLevel) int { return a.From.Compare(b.From.Time) })
}
