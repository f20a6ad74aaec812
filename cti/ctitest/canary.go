package ctitest

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// spill looks for the canary in a value, in every way it may be written down.
func spill(t testing.TB, what string, v any) {
	t.Helper()
	if v == nil {
		return
	}
	for _, text := range written(v) {
		if leaks(text) {
			t.Errorf("the secret is in %s: %s", what, text)
			return
		}
	}
}

// written are the ways a value reaches a log or a page. Of an error each cause
// counts too.
func written(v any) []string {
	out := []string{fmt.Sprintf("%v", v), fmt.Sprintf("%+v", v), fmt.Sprintf("%#v", v)}
	if b, err := json.Marshal(v); err == nil {
		out = append(out, string(b))
	}
	err, ok := v.(error)
	if !ok {
		return out
	}
	for _, cause := range causes(err) {
		out = append(out, written(cause)...)
	}
	return out
}

func causes(err error) []error {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		return many.Unwrap()
	}
	if cause := errors.Unwrap(err); cause != nil {
		return []error{cause}
	}
	return nil
}

// leaks says whether the canary is in text: plain, in any case, in hexadecimal
// or inside Base64, as it stands in an Authorization header.
func leaks(text string) bool {
	if strings.Contains(strings.ToLower(text), strings.ToLower(Canary)) ||
		strings.Contains(strings.ToLower(text), fmt.Sprintf("%x", Canary)) {
		return true
	}
	for shift := range 3 {
		code := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat("x", shift) + Canary))
		// The first and the last group depend on what stands around the canary.
		if strings.Contains(text, code[4:len(code)-4]) {
			return true
		}
	}
	return false
}

func joined(values map[string]string) string {
	var b strings.Builder
	for _, v := range values {
		b.WriteString(v + "\n")
	}
	return b.String()
}
