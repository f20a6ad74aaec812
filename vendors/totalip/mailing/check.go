package mailing

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"ctiagent/dialplan"
)

// The forms of a schedule, manual 002, 1.5.
const (
	dayForm    = "02-01-2006"
	minuteForm = "15:04"
)

// checker judges one line after the other.
type checker struct {
	Check
	line    int64
	cells   []cell
	numbers []Number        // of all lines of a block
	whole   strings.Builder // numbers behind their area codes, of all lines of a block
	found   []Problem
}

// judge reads a line as a contact, or says everything that is wrong with it. Both are good until the next block.
func (k *checker) judge(number int64, text string) (Contact, []Problem) {
	most := 2 + 2*k.columns() + 2*mostSchedules
	k.line, k.cells, k.found = number, split(k.cells[:0], text, most), nil
	if !strings.ContainsRune(text, separator) {
		k.wrong(cell{text: strings.TrimSpace(text), column: 1}, "", RuleSeparator, nil)
		return Contact{}, k.found
	}
	for i, f := range k.cells {
		if f.rule != "" {
			k.wrong(f, k.name(i), f.rule, map[string]any{"Most": most})
			if f.rule == RuleQuoteOpen {
				return Contact{}, k.found // where the fields behind it begin, nobody knows
			}
		}
	}
	if n := len(k.cells); n < 4 {
		k.wrong(cell{column: 1}, "", RuleFewFields, map[string]any{"Count": n})
		return Contact{}, k.found
	}
	contact := Contact{Param1: k.words(0), Param2: k.words(1)}
	if k.cells[0].text == "" {
		k.wrong(k.cells[0], k.name(0), RuleMissing, nil)
	}
	contact.Numbers = k.contacts()
	slices.SortStableFunc(k.found, func(a, b Problem) int { return a.Column - b.Column })
	if len(k.found) > 0 {
		return Contact{}, k.found
	}
	return contact, nil
}

func (k *checker) wrong(f cell, field string, rule Rule, args map[string]any) {
	value := strings.Clone(shown(f.text)) // else it keeps the text of its whole block
	k.found = append(k.found, Problem{Line: k.line, Column: f.column, Field: field, Rule: rule, Value: value, args: args})
}

// cell is the i-th field; one that the line does not have is empty and stands at its end.
func (k *checker) cell(i int) cell {
	if i < len(k.cells) {
		return k.cells[i]
	}
	return cell{column: k.cells[len(k.cells)-1].column}
}

// name is the i-th field's, in the manual's words.
func (k *checker) name(i int) string {
	pair := (i-2)/2 + 1
	schedule := pair - k.columns()
	switch {
	case i < 2:
		return fmt.Sprintf("parametro%d", i+1)
	case schedule > mostSchedules:
		return ""
	case schedule > 0:
		return fmt.Sprintf("%s%d", [2]string{"data", "hora"}[i%2], schedule)
	}
	return fmt.Sprintf("%s%d", [2]string{"ddd", "telefone"}[i%2], pair)
}

// words are a parameter without accents.
func (k *checker) words(i int) string {
	f := k.cell(i)
	plain, odd := fold(f.text)
	plain = strings.TrimSpace(plain)
	switch {
	case f.rule != "":
	case odd != "":
		f.text = odd
		k.wrong(f, k.name(i), RuleLetter, nil)
	case len(plain) > mostWords:
		k.wrong(f, k.name(i), RuleLong, map[string]any{"Most": mostWords})
	case plain == "" && f.text != "" && i == 0:
		k.wrong(f, k.name(i), RuleMissing, nil)
	}
	return plain
}

// contacts are the telephone numbers of a line with their schedules, without the empty places.
func (k *checker) contacts() []Number {
	from := len(k.numbers)
	bad := len(k.found)
	for n := range k.columns() {
		if 2+2*n >= len(k.cells) {
			break // nothing stands here, nor where its schedule would
		}
		at, told := k.number(n)
		when, scheduled := k.schedule(n)
		switch {
		case told:
			at.At = when
			k.numbers = append(k.numbers, at)
		case scheduled:
			k.wrong(k.cell(k.dateOf(n)), k.name(k.dateOf(n)), RuleScheduleNobody, map[string]any{"Number": k.name(3 + 2*n)})
		}
	}
	out := k.numbers[from:len(k.numbers):len(k.numbers)]
	switch most := k.Road.Numbers; {
	case len(out) == 0 && len(k.found) == bad:
		k.wrong(k.cell(3), k.name(3), RuleNoNumber, nil)
	case len(out) > most:
		k.wrong(cell{column: 1}, "", RuleManyNumbers, map[string]any{"Count": len(out), "Most": most, "Road": k.Road.Name})
	}
	return out
}

// number is the n-th telephone number, and whether anything stands in its place.
func (k *checker) number(n int) (Number, bool) {
	area, number := k.cell(2+2*n), k.cell(3+2*n)
	if area.rule != "" || number.rule != "" {
		return Number{}, true // told already
	}
	if area.text == "" && number.text == "" {
		return Number{}, false
	}
	if isDay(area.text) {
		k.wrong(area, k.name(2+2*n), RuleScheduleEarly, map[string]any{"Columns": k.columns(), "Number": n + 1})
		return Number{}, true
	}
	out := Number{Area: area.text, Number: bare(number.text)}
	if !isDigits(out.Area) {
		out.Area = strings.Trim(out.Area, "()")
	}
	switch {
	case number.text == "":
		k.wrong(area, k.name(2+2*n), RuleNumberMissing, nil)
	case out.Area != "" && (len(out.Area) != 2 || !isDigits(out.Area) || out.Area[0] == '0'):
		k.wrong(area, k.name(2+2*n), RuleArea, nil)
	case !isDigits(out.Number):
		k.wrong(number, k.name(3+2*n), RuleDigits, nil)
	case k.Plan != nil:
		k.dials(out, number, 3+2*n)
	}
	return out, true
}

// dials asks the dial plan whether a number is one that a customer can have.
func (k *checker) dials(n Number, f cell, i int) {
	from := k.whole.Len()
	k.whole.WriteString(n.Area)
	k.whole.WriteString(n.Number)
	e := k.Plan.Read(k.whole.String()[from:])
	switch {
	case e.Kind == dialplan.KindNotAPhone:
		k.wrong(f, k.name(i), RuleNotDialled, map[string]any{"Reason": e.Reason})
	case e.Kind == dialplan.KindMobile || e.Kind == dialplan.KindFixed:
		switch {
		case n.Area == "" && len(n.Number) > len(e.Subscriber):
			k.wrong(f, k.name(i), RuleAreaInNumber, map[string]any{"Area": strings.Clone(e.AreaCode), "Subscriber": strings.Clone(e.Subscriber)})
		case n.Area != "" && (e.AreaCode != n.Area || len(n.Number) > len(e.Subscriber)):
			k.wrong(f, k.name(i), RuleNotDialled, map[string]any{"Reason": "ambiguous"})
		}
	case e.Kind != dialplan.KindTollFree && e.Kind != dialplan.KindShared || n.Area != "":
		k.wrong(f, k.name(i), RuleKind, nil)
	}
}

// dateOf is the place of the n-th number's schedule; behind the last field when it can have none.
func (k *checker) dateOf(n int) int { return 2 + 2*k.columns() + 2*n }

// schedule is when the n-th number is called, and whether anything stands in its place.
func (k *checker) schedule(n int) (time.Time, bool) {
	if n >= mostSchedules {
		return time.Time{}, false
	}
	at := k.dateOf(n)
	if at >= len(k.cells) {
		return time.Time{}, false // most lines have none
	}
	day, minute := k.cell(at), k.cell(at+1)
	if day.rule != "" || minute.rule != "" {
		return time.Time{}, false // told already
	}
	if day.text == "" && minute.text == "" {
		return time.Time{}, false
	}
	if when, ok := momentOf(day.text, minute.text, k.zone()); ok {
		return when, true
	}
	_, noDay := time.Parse(dayForm, day.text)
	_, noMinute := time.Parse(minuteForm, minute.text)
	found := len(k.found)
	switch {
	case day.text == "":
		k.wrong(minute, k.name(at+1), RuleDateMissing, nil)
	case noDay != nil:
		k.wrong(day, k.name(at), RuleDate, nil)
	case minute.text == "":
		k.wrong(day, k.name(at), RuleTimeMissing, nil)
	}
	if minute.text != "" && (noMinute != nil || len(minute.text) != len(minuteForm)) {
		k.wrong(minute, k.name(at+1), RuleTime, nil)
	}
	if len(k.found) == found { // where a clock is put forward, some minutes do not come
		k.wrong(minute, k.name(at+1), RuleTimeGap, map[string]any{"Date": day.text})
	}
	return time.Time{}, true
}

// momentOf is the moment of a day and a minute that are written as they are to be and that come; what is wrong with others, the
// caller finds out.
func momentOf(day, minute string, zone *time.Location) (time.Time, bool) {
	if len(day) != len(dayForm) || day[2] != '-' || day[5] != '-' || len(minute) != len(minuteForm) || minute[2] != ':' {
		return time.Time{}, false
	}
	d, m, y, h, mi := digits(day[:2]), digits(day[3:5]), digits(day[6:]), digits(minute[:2]), digits(minute[3:])
	if d < 0 || m < 0 || y < 0 || h < 0 || mi < 0 {
		return time.Time{}, false
	}
	when := time.Date(y, time.Month(m), d, h, mi, 0, 0, zone)
	year, month, dom := when.Date()
	hour, minutes, _ := when.Clock()
	return when, year == y && month == time.Month(m) && dom == d && hour == h && minutes == mi
}

// digits is the number that text writes with digits alone, -1 for other text.
func digits(text string) int {
	n := 0
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return -1
		}
		n = (10*n + int(text[i]-'0')) % 1e9 // as much as anybody asks for
	}
	return n
}

// isDay tells a schedule's day from an area code.
func isDay(text string) bool {
	if len(text) != len(dayForm) {
		return false
	}
	_, err := time.Parse(dayForm, text)
	return err == nil
}

// bare is a number without the signs people write into it.
func bare(text string) string {
	if isDigits(text) {
		return text
	}
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" -.()", r) {
			return -1
		}
		return r
	}, text)
}

func isDigits(text string) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return text != ""
}
