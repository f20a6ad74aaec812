package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"
)

// asked is the message as the service reads it.
type asked struct {
	JSONRPC string `json:"jsonrpc"`
	ID      int    `json:"id"`
	Method  string `json:"method"`
	Params  struct {
		URI      string `json:"uri"`
		Language string `json:"language"`
	} `json:"params"`
}

func decoded(t *testing.T, b []byte) asked {
	t.Helper()
	var m asked
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil {
		t.Fatalf("%s: %v", b, err)
	}
	if bytes.Count(b, []byte("\n")) != 1 || !bytes.HasSuffix(b, []byte("}\n")) {
		t.Fatalf("%q is not one line", b)
	}
	return m
}

// FuzzRequest holds the message to one line of JSON with the very link in it, whatever the link is.
func FuzzRequest(f *testing.F) {
	f.Add("sip:33553400", "pt_BR.UTF-8")
	f.Add("sip:100@pbx\" --x \"\\\n\x00\x7f\u2028é", "\xff")
	f.Add("\",\"method\":\"functions.invoke", "")
	f.Add(strings.Repeat("9", 5000), strings.Repeat("x", 50))
	f.Fuzz(func(t *testing.T, link, language string) {
		m := decoded(t, request(link, language))
		want := []string{link[:min(len(link), maxURI)], language[:min(len(language), 32)]}
		if m.JSONRPC != "2.0" || m.ID != 1 || m.Method != "uri.open" {
			t.Fatalf("%+v", m)
		}
		for i, got := range []string{m.Params.URI, m.Params.Language} {
			if utf8.ValidString(want[i]) && got != want[i] {
				t.Fatalf("got %q, want %q", got, want[i])
			}
			if !utf8.ValidString(want[i]) && !strings.Contains(got, "\uFFFD") {
				t.Fatalf("%q came as %q, which hides that it is no text", want[i], got)
			}
		}
	})
}

func TestAnswersAreRead(t *testing.T) {
	for answer, want := range map[string]error{
		`{"jsonrpc":"2.0","id":1,"result":{"verdict":"do","method":"call.dial","reason":"ordinary"}}`: nil,
		`{"id":1,"result":{"verdict":"confirm"}}`:                                                     nil,
		`{"id":1,"result":{"verdict":"refuse","reason":"flood"}}`:                                     errTold,
	} {
		if err := read([]byte(answer)); !errors.Is(err, want) {
			t.Errorf("%s: got %v, want %v", answer, err, want)
		}
	}
	for answer, want := range map[string]string{
		`{"id":1,"error":{"code":-32000,"message":"no","data":{"kind":"forbidden","hint":"Ask."}}}`: "Ask.",
		`{"id":1,"error":{"code":-32601,"message":"no such method"}}`:                               "no such method",
	} {
		var no *refusal
		if err := read([]byte(answer)); !errors.As(err, &no) || no.sentence() != want {
			t.Errorf("%s: got %v, want a refusal that says %q", answer, err, want)
		}
	}
	for _, answer := range []string{"", "{", "HTTP/1.1 200 OK", `{"id":1}`, `[]`} {
		if err := read([]byte(answer)); err == nil {
			t.Errorf("%q was taken for an answer", answer)
		}
	}
}
