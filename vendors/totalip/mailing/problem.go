package mailing

import (
	"maps"
	"strings"
	"unicode"
	"unicode/utf8"

	"ctiagent/internal/i18n"
)

// Rule is what a line breaks. The values are wire strings; the sentence of each is i18n's "mailing.problem.<Rule>".
type Rule string

// The rules of a line.
const (
	RuleSeparator      Rule = "separator"       // no semicolon at all
	RuleFewFields      Rule = "few_fields"      // not even one number
	RuleManyFields     Rule = "many_fields"     // something behind the last schedule
	RuleQuoteOpen      Rule = "quote_open"      // a quote that does not end
	RuleQuote          Rule = "quote"           // a quote inside a field
	RuleSemicolon      Rule = "semicolon"       // a semicolon inside a field
	RuleLetter         Rule = "letter"          // a letter that has no form without accent
	RuleMissing        Rule = "missing"         // parameter 1
	RuleLong           Rule = "long"            // a parameter
	RuleArea           Rule = "area"            // no area code of two digits
	RuleDigits         Rule = "digits"          // a number that is not made of digits
	RuleAreaInNumber   Rule = "area_in_number"  // the area code stands in the number's field
	RuleNotDialled     Rule = "not_dialled"     // the dial plan refuses the number
	RuleKind           Rule = "kind"            // it dials, but is no customer's number
	RuleNumberMissing  Rule = "number_missing"  // an area code alone
	RuleNoNumber       Rule = "no_number"       // nobody to call
	RuleManyNumbers    Rule = "many_numbers"    // more than the road takes
	RuleScheduleEarly  Rule = "schedule_early"  // a date in a number's place
	RuleDate           Rule = "date"            // not DD-MM-AAAA, or no day
	RuleTime           Rule = "time"            // not HH:MM
	RuleDateMissing    Rule = "date_missing"    // a time alone
	RuleTimeMissing    Rule = "time_missing"    // a date alone
	RuleTimeGap        Rule = "time_gap"        // a minute that the clock leaps over
	RuleScheduleNobody Rule = "schedule_nobody" // a schedule without its number
)

// Problem is one thing that is wrong in a line, and where.
type Problem struct {
	Line   int64  `json:"line"`   // from 1
	Column int    `json:"column"` // from 1, in letters
	Field  string `json:"field"`  // parametro1, ddd1, telefone1, data1, hora1, …; "" for the whole line
	Rule   Rule   `json:"rule"`
	Value  string `json:"value"` // what stands there, cut to what one can read

	args map[string]any
}

// mostShown bounds how much of a field a problem repeats, in letters.
const mostShown = 40

func shown(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return utf8.RuneError // a terminal would obey it
	}, text)
	if utf8.RuneCountInString(text) <= mostShown {
		return text
	}
	return string([]rune(text)[:mostShown]) + "…"
}

// In is the problem in a language: what is wrong and what to do about it.
func (p Problem) In(lang i18n.Lang) string {
	args := map[string]any{"Value": p.Value, "Field": p.Field}
	maps.Copy(args, p.args)
	if reason, ok := args["Reason"].(string); ok {
		args["Reason"] = i18n.T(lang, "dialplan.reason."+reason, nil)
	}
	return i18n.T(lang, "mailing.problem."+string(p.Rule), args)
}

// fileRule is why a file cannot be read to its end.
type fileRule string

const (
	fileMixed     fileRule = "mixed"      // two encodings
	fileMixedLine fileRule = "mixed_line" // two encodings in one line
	fileBinary    fileRule = "binary"     // a NUL
	fileBroken    fileRule = "broken"     // UTF-16 that is none
	fileLong      fileRule = "long"       // a line that goes on and on
)

// FileError says that a file is no list, or is written in two ways at once. Nothing behind that place can be read.
type FileError struct {
	Line   int64 // from 1
	Column int   // from 1, in letters

	rule     fileRule
	encoding Encoding // of what came before
	since    int64    // the line that told it, 0 for the beginning of the file
}

// Error answers the English sentence.
func (e *FileError) Error() string { return e.In(i18n.En) }

// In is the error in a language: the place, what is wrong and what to do about it.
func (e *FileError) In(lang i18n.Lang) string {
	return i18n.T(lang, "mailing.file."+string(e.rule), map[string]any{"Line": e.Line, "Column": e.Column,
		"Encoding": string(e.encoding), "Since": max(e.since, 1), "Most": mostLine >> 10})
}
