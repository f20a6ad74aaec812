package cti

import (
	"bytes"
	"encoding/json"
	"reflect"
	"time"
)

// wireTime is RFC 3339 in UTC with milliseconds, the only form of a time on
// the local API.
const wireTime = "2006-01-02T15:04:05.000Z07:00"

// Time is an instant as the local API writes it: RFC 3339, UTC, milliseconds.
// The zero Time means "not yet" and is left out of JSON (omitzero).
type Time struct{ time.Time }

// At makes a Time of t, in UTC and cut to whole milliseconds.
func At(t time.Time) Time {
	if t.IsZero() {
		return Time{}
	}
	return Time{t.UTC().Truncate(time.Millisecond)}
}

// String is the wire form, or "" for the zero Time.
func (t Time) String() string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(wireTime)
}

// MarshalJSON writes the wire form in quotes; the zero Time is null.
func (t Time) MarshalJSON() ([]byte, error) {
	if t.IsZero() {
		return []byte("null"), nil
	}
	b := make([]byte, 0, len(wireTime)+2)
	b = append(b, '"')
	b = t.UTC().AppendFormat(b, wireTime)
	return append(b, '"'), nil
}

// UnmarshalJSON reads any RFC 3339 time; null and "" are the zero Time. What is
// no time is a *json.UnmarshalTypeError, so that the field at fault is named.
func (t *Time) UnmarshalJSON(b []byte) error {
	if bytes.Equal(b, []byte("null")) || bytes.Equal(b, []byte(`""`)) {
		*t = Time{}
		return nil
	}
	if len(b) < 2 || b[0] != '"' || b[len(b)-1] != '"' {
		return &json.UnmarshalTypeError{Value: "value", Type: reflect.TypeFor[Time]()}
	}
	p, err := time.Parse(time.RFC3339Nano, string(b[1:len(b)-1]))
	if err != nil {
		return &json.UnmarshalTypeError{Value: "string", Type: reflect.TypeFor[Time]()}
	}
	*t = At(p)
	return nil
}
