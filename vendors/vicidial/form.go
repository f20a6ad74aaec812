package vicidial

import (
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"
)

// longestText bounds every text that is sent, in bytes. No column is longer but comments, which is cut there.
const longestText = 255

// form writes the parameters of a struct under their names. A field tagged wire:"-" is written by its function, and the agent's
// user by whoever knows the desk. The second answer tells what is wrong with a value.
func form(in any) (url.Values, string) {
	out := url.Values{}
	v := reflect.ValueOf(in)
	for _, f := range reflect.VisibleFields(v.Type()) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous || name == "" || name == "agent_user" || f.Tag.Get("wire") == "-" {
			continue
		}
		text := ""
		switch field := v.FieldByIndex(f.Index); field.Kind() {
		case reflect.String:
			text = field.String()
		case reflect.Int:
			if n := field.Int(); n != 0 {
				text = strconv.FormatInt(n, 10)
			}
		default:
			panic("vicidial: the parameter " + name + " has a kind that no form can hold")
		}
		if wrong := unfit(name, text); wrong != "" {
			return nil, wrong
		}
		if text != "" {
			out.Set(name, text)
		}
	}
	return out, ""
}

// unfit says why a text cannot be sent; "" when it can. What the server would delete without a word from a name or a code is
// refused; in the texts of a lead it deletes accents and punctuation where use_non_latin is 0, which nobody can see from here.
func unfit(name, text string) string {
	switch {
	case text == "":
		return ""
	case len(text) > longestText:
		return "the parameter " + name + " must have at most 255 bytes"
	case !utf8.ValidString(text) || strings.ContainsFunc(text, isControl):
		return "the parameter " + name + " must be text without control characters"
	}
	set := ""
	switch name {
	case "lead_id", "phone_code", "outbound_cid", "dial_prefix", "text_size":
		set = digits
	case "rank", "duration":
		set = "-" + digits
	case "value":
		set = wordChars
	case "group_alias", "dial_ingroup", "stage", "qm_dispo_code", "recipient", "field_name", "call_id", "status", "ingroup_choices":
		set = wordChars
	case "phone_number", "alt_phone":
		set = "*#" + digits + letters
	case "callback_datetime", "notification_date":
		set = "-: " + digits
	// These reach the statement as they are, recorded: HTTP 500, or SUCCESS and nothing done.
	case "comments", "vendor_lead_code", "source_id", "vendor_id", "callback_comments":
		if strings.ContainsAny(text, "\"'\\;") {
			return "the parameter " + name + " must not hold \" ' \\ or ;, which break the server's statement"
		}
	}
	// ! parts the values of a command in its cell.
	if strings.Contains(text, "!") && (name == "callback_comments" || name == "vendor_id") {
		return "the parameter " + name + " must not hold !, which parts the values of a command"
	}
	if set != "" && strings.Trim(text, set) != "" {
		return "the parameter " + name + " holds characters that VICIdial deletes; it may have " + strings.NewReplacer(digits, "digits ", letters, "letters ").Replace(set)
	}
	return ""
}

// fill puts named values into a struct: strings and whole numbers by the names in their json tags.
func fill(out any, values map[string]string, notices []string) {
	v := reflect.ValueOf(out).Elem()
	for _, f := range reflect.VisibleFields(v.Type()) {
		if f.Anonymous {
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		field := v.FieldByIndex(f.Index)
		if name == "notices" {
			field.Set(reflect.ValueOf(notices))
			continue
		}
		switch field.Kind() {
		case reflect.String:
			field.SetString(values[name])
		case reflect.Int, reflect.Int64:
			n, _ := strconv.ParseInt(strings.TrimSpace(values[name]), 10, 64) // what is no number is told as 0
			field.SetInt(n)
		}
	}
}
