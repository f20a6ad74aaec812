package secret

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"
)

func TestKnownSecretsVanishInEverySpelling(t *testing.T) {
	const s = `p/ä"<&é+=? 1`
	var r Redactor
	r.Add(s)
	inJSON, err := json.Marshal(map[string]string{"x": s})
	if err != nil {
		t.Fatal(err)
	}
	latin, _ := latin1(s)
	texts := map[string]string{
		"itself":         "dial " + s + " now",
		"query":          "GET /?x=" + url.QueryEscape(s) + "&y=1",
		"path":           "GET /" + url.PathEscape(s) + "/y",
		"small escapes":  "GET /?x=" + strings.ToLower(url.QueryEscape("ä")) + " " + lowerEscapes(url.QueryEscape(s)),
		"all escaped":    "x " + escapeAll(s),
		"json":           string(inJSON),
		"go quoted":      fmt.Sprintf("%q", s),
		"go quoted +":    fmt.Sprintf("%+q", s),
		"base64":         base64.StdEncoding.EncodeToString([]byte(s)),
		"base64 url":     base64.RawURLEncoding.EncodeToString([]byte(s)),
		"latin-1":        "x " + latin,
		"latin-1 query":  "x " + url.QueryEscape(latin),
		"html":           "<td>p/ä&#34;&lt;&amp;é+=? 1</td>",
		"base64 of pair": base64.StdEncoding.EncodeToString([]byte("agent12:" + s)),
	}
	for name, text := range texts {
		t.Run(name, func(t *testing.T) {
			got := r.Redact(text)
			if !strings.Contains(got, "***") {
				t.Errorf("got %q", got)
			}
			if strings.Contains(got, s) || strings.Contains(got, url.QueryEscape(s)) || strings.Contains(got, latin) {
				t.Errorf("secret left in %q", got)
			}
		})
	}
}

func TestBase64OfCredentialsShowsNoPasswordAtAnyOffset(t *testing.T) {
	var r Redactor
	r.Add(canary)
	for _, user := range []string{"a", "ab", "abc", "abcd"} {
		got := r.Redact("auth " + base64.StdEncoding.EncodeToString([]byte(user+":"+canary)))
		encoded := strings.TrimPrefix(got, "auth ")
		if !strings.Contains(encoded, "***") {
			t.Errorf("user %q: got %q", user, got)
		}
	}
}

func TestLongerOfTwoSecretsWins(t *testing.T) {
	var r Redactor
	r.Add("abcd")
	r.Add("abcdefgh")
	if got, want := r.Redact("x abcdefgh abcd"), "x *** ***"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestShortSecretHidesOnlyAlone(t *testing.T) {
	var r Redactor
	r.Add("12")
	for text, want := range map[string]string{
		"key 12":     "key ***",
		"12":         "***",
		"(12)":       "(***)",
		"12 12":      "*** ***",
		"at 10:1212": "at 10:1212",
		"1212":       "1212",
		"112 12":     "112 ***",
		"12a":        "12a",
	} {
		if got := r.Redact(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestUsualPlacesAreHiddenWithoutKnowingTheSecret(t *testing.T) {
	tests := []struct{ text, want string }{
		{"GET http://pbx/api/?chave=abc123&ramal=10", "GET http://pbx/api/?chave=***&ramal=10"},
		{"chave_seguranca=abc123&x=1", "chave_seguranca=***&x=1"},
		{"chave_segurança=abc123&x=1", "chave_segurança=***&x=1"},
		{"Password=a;b,c x", "Password=*** x"},
		{"user=6666&pass=1234&function=x", "user=6666&pass=***&function=x"},
		{"sip:-ramal=10 -senha=s3nha", "sip:-ramal=10 -senha=***"},
		{"sip:-ramal%3D10%20-senha%3Ds3nha", "sip:-ramal%3D10%20-senha%3D***"},
		{"/cgi-bin/api?passcode=99", "/cgi-bin/api?passcode=***"},
		{"database_password = \"a b\\\"c\" next", "database_password = \"***\" next"},
		{`{"user":"x","password":"a \"b\" c","n":1}`, `{"user":"x","password":"***","n":1}`},
		{`"{\"senha\":\"abc\",\"n\":1}"`, `"{\"senha\":\"***\",\"n\":1}"`},
		{"password='a b' c", "password='***' c"},
		{"dial http://bob:s3cret@10.0.0.1:80/x", "dial http://bob:***@10.0.0.1:80/x"},
		{"postgres://u:p%40w@h/db", "postgres://u:***@h/db"},
		{"sip:10:s3cret@pbx", "sip:10:***@pbx"},
		{"Authorization: Basic dXNlcjpwYXNz", "Authorization: Basic ***"},
		{"authorization: Digest username=\"u\", response=\"abc\"\r\nHost: x", "authorization: Digest ***\r\nHost: x"},
		{"Cookie: sid=1; b=2", "Cookie: ***"},
		{"got bearer abcdefghijklmnop1234", "got bearer ***"},
		{"SENHA INVALIDA", "SENHA INVALIDA"},
		{"agent 12 at http://pbx:8080/a?x=1 email a@b.c", "agent 12 at http://pbx:8080/a?x=1 email a@b.c"},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			var none *Redactor
			for _, r := range []*Redactor{none, {}} {
				if got := r.Redact(tt.text); got != tt.want {
					t.Errorf("got  %s\nwant %s", got, tt.want)
				}
			}
		})
	}
}

func TestPrintedHeaderShowsNoCredentials(t *testing.T) {
	h := http.Header{"Authorization": {"Basic " + canary}, "X": {"1"}}
	for _, verb := range []string{"%v", "%+v", "%q", "%#v"} {
		if got := (*Redactor)(nil).Redact(fmt.Sprintf(verb, h)); strings.Contains(got, canary) {
			t.Errorf("%s: got %s", verb, got)
		}
	}
}

func TestRedactorForgetsTheOldestWhenFull(t *testing.T) {
	var r Redactor
	for i := range maxKnown + 1 {
		r.Add(fmt.Sprintf("secret-number-%04d!", i))
	}
	if got := r.Redact("secret-number-0000!"); got != "secret-number-0000!" {
		t.Errorf("the oldest is still known: %q", got)
	}
	for _, i := range []int{1, maxKnown} {
		if got := r.Redact(fmt.Sprintf("secret-number-%04d!", i)); got != "***" {
			t.Errorf("%d is not hidden: %q", i, got)
		}
	}
}

func TestRedactorServesManyAtOnce(t *testing.T) {
	var r Redactor
	r.Add(canary)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 20 {
				r.Add(fmt.Sprintf("other-%d-%d", i, j))
				if got := r.Redact("x " + canary); got != "x ***" {
					t.Errorf("got %q", got)
				}
			}
		})
	}
	wg.Wait()
}

func TestMaskNumberKeepsFourDigits(t *testing.T) {
	for number, want := range map[string]string{
		"+5511987654321":  "+*********4321",
		"(11) 98765-4321": "(**) *****-4321",
		"10005":           "*0005",
		"190":             "190",
		"":                "",
		"ramal":           "ramal",
	} {
		if got := MaskNumber(number); got != want {
			t.Errorf("%q: got %q, want %q", number, got, want)
		}
	}
}

func TestMaskNumbersHidesTelephonesOnly(t *testing.T) {
	tests := []struct{ text, want string }{
		{"dial +5511987654321 now", "dial +*********4321 now"},
		{"dial (11) 98765-4321, then", "dial (**) *****-4321, then"},
		{"tel:011987654321.", "tel:********4321."},
		{"%2B5511987654321", "%2B*********4321"},
		{"a5511987654321b", "a*********4321b"},
		{"CPF 123.456.789-09", "CPF ***.***.*89-09"},
		{"ext 10005 port 21470", "ext 10005 port 21470"},
		{"at 2026-11-20T13:59:33.120Z", "at 2026-11-20T13:59:33.120Z"},
		{"2026-11-20 13:59:33 dial 33553434", "2026-11-20 13:59:33 dial ****3434"},
		{"dial 33553434 2026-11-20", "dial ****3434 2026-11-20"},
		{"33553434 10.0.0.5", "****3434 10.0.0.5"},
		{"10.0.0.5:5038", "10.0.0.5:5038"},
		{"from 192.168.100.200 to 192.168.100.201", "from 192.168.100.200 to 192.168.100.201"},
		{"call 1732112345.678 up", "call 1732112345.678 up"},
		{"dial 1933334444. Done", "dial ******4444. Done"},
		{"", ""},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			if got := MaskNumbers(tt.text); got != tt.want {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

func FuzzRedactShowsNoKnownSecret(f *testing.F) {
	f.Add("hunter2!", "before ", " after")
	f.Add("a&b=c", "pass=", "&x")
	f.Add(`q"uote`, `{"senha":"`, `"}`)
	f.Fuzz(func(t *testing.T, s, before, after string) {
		if len(s) < minAnywhere || len(s) > 200 || strings.Contains(s, "*") {
			t.Skip("only whole secrets make the claim")
		}
		var r Redactor
		r.Add(s)
		for _, spelt := range []string{s, url.QueryEscape(s), url.PathEscape(s)} {
			// Only the text around could spell it again.
			if strings.Contains(before+"***"+after, spelt) {
				continue
			}
			got := r.Redact("|" + spelt + "|")
			if strings.Contains(got, spelt) && !strings.Contains("pass=***", spelt) {
				t.Errorf("%q left in %q", spelt, got)
			}
			got = r.Redact(before + spelt + after)
			if utf8.ValidString(before+spelt+after) && !utf8.ValidString(got) {
				t.Errorf("text broken: %q", got)
			}
		}
	})
}

func FuzzMaskNumbersKeepsLengthAndHidesLongRuns(f *testing.F) {
	f.Add("dial +55 (11) 98765-4321 at 2026-11-20 10.0.0.1")
	f.Add("1732112345.678 12345678901234567890")
	f.Fuzz(func(t *testing.T, text string) {
		got := MaskNumbers(text)
		if len(got) != len(text) {
			t.Fatalf("length %d became %d", len(text), len(got))
		}
		run := 0
		for i := range len(got) {
			if run++; !digit(got[i]) {
				run = 0
			}
			// Ten digits and a dot may be a unique id; nothing longer is.
			if run > 11 {
				t.Fatalf("%d digits in a row in %q", run, got)
			}
		}
	})
}
