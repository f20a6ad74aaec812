package fault

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"ctiagent/cti"
	"ctiagent/vendors/internal/wire"
)

const secret = "p+ss wörd/1"

func TestNoFormOfASecretGetsOut(t *testing.T) {
	m := New("acme", "Acme", secret)
	m.Learn("token-12345")
	echoed := "user=x&pass=p%2Bss+w%C3%B6rd%2F1 p+ss wörd/1 p+ss%20w%C3%B6rd%2F1 token-12345"
	e := m.Make(cti.Refused, "call.dial", echoed, cti.CertainSent, errors.New("get "+echoed))
	for _, text := range []string{e.Text, e.Err.Error(), m.Strange("op", echoed).Text} {
		if strings.Contains(text, "ss") && strings.Contains(text, "rd") || strings.Contains(text, "12345") {
			t.Errorf("%q holds a secret", text)
		}
	}
	if e.Driver != "acme" || e.Title != "Acme" || e.Op != "call.dial" {
		t.Errorf("made by %q %q for %q", e.Driver, e.Title, e.Op)
	}
	if m.Learn("ab"); m.Redact("cab") != "cab" {
		t.Error("a short secret blots out words")
	}
}

func TestTransportTellsWhetherItMayHaveArrived(t *testing.T) {
	m := New("acme", "Acme")
	for _, c := range []struct {
		name      string
		err       error
		kind      cti.Kind
		sent      cti.Sent
		retryable bool
		detail    string
	}{
		{"nothing left", wire.NotSent{Err: io.EOF}, cti.Unavailable, cti.NotSent, true, "vendors.link.unreachable"},
		{"too slow to connect", wire.NotSent{Err: os.ErrDeadlineExceeded}, cti.Timeout, cti.NotSent, true, "vendors.link.timeout"},
		{"too slow to answer", os.ErrDeadlineExceeded, cti.Timeout, cti.MaybeSent, false, "vendors.link.timeout"},
		{"dropped", io.ErrUnexpectedEOF, cti.Unavailable, cti.MaybeSent, false, "vendors.link.broken"},
		{"given up", context.Canceled, cti.Canceled, cti.MaybeSent, false, ""},
	} {
		e := m.Transport("op", "the system", c.err)
		if e.Kind != c.kind || e.Sent != c.sent || e.Retryable != c.retryable || DetailID(e) != c.detail {
			t.Errorf("%s: %v sent=%v retryable=%v %q", c.name, e.Kind, e.Sent, e.Retryable, DetailID(e))
		}
	}
}

func TestWebJudgesEveryKindOfAnswer(t *testing.T) {
	m := New("acme", "Acme", secret)
	for _, c := range []struct {
		name   string
		answer wire.Answer
		err    error
		kind   cti.Kind // "" is none
		sent   cti.Sent
		says   string
	}{
		{"whole", wire.Answer{Status: 200, Body: []byte("OK")}, nil, "", "", ""},
		{"not let in", wire.Answer{Status: 401}, nil, cti.Unauthorized, cti.CertainSent, "401"},
		{"nowhere", wire.Answer{Status: 404}, nil, cti.Unsupported, cti.CertainSent, "404"},
		{"elsewhere", wire.Answer{Status: 302, Location: "http://evil.example/?p=" + secret}, nil, cti.Unavailable, cti.CertainSent, "evil.example,"},
		{"to a path", wire.Answer{Status: 302, Location: "/login"}, nil, cti.Unavailable, cti.CertainSent, "another path"},
		{"refused", wire.Answer{Status: 418}, nil, cti.Unavailable, cti.CertainSent, "418"},
		{"broken inside", wire.Answer{Status: 500}, nil, cti.Unavailable, cti.MaybeSent, "500"},
		{"cut short", wire.Answer{Status: 200}, io.ErrUnexpectedEOF, cti.Unavailable, cti.MaybeSent, "dropped"},
		{"too long", wire.Answer{Status: 200, Body: make([]byte, wire.LargestAnswer+1)}, nil, cti.Unavailable, cti.MaybeSent, "1 MiB"},
		{"none", wire.Answer{}, wire.NotSent{Err: io.EOF}, cti.Unavailable, cti.NotSent, "reached"},
	} {
		e := m.Web("op", c.answer, c.err)
		switch {
		case c.kind == "" && e != nil:
			t.Errorf("%s: %v", c.name, e)
		case c.kind == "":
		case e == nil:
			t.Errorf("%s: no error", c.name)
		case e.Kind != c.kind || e.Sent != c.sent || !strings.Contains(e.Text, c.says) || strings.Contains(e.Text, "rd/1"):
			t.Errorf("%s: %v sent=%v %q", c.name, e.Kind, e.Sent, e.Text)
		}
	}
}

func TestQuoteIsOneBoundedLine(t *testing.T) {
	if got := Quote(" a\r\n\tb\xff "); got != "a b\uFFFD" {
		t.Errorf("got %q", got)
	}
	long := Quote(strings.Repeat("é", LongestQuote))
	if len(long) > LongestQuote+len("…") || !strings.HasSuffix(long, "é…") {
		t.Errorf("got %d bytes ending %q", len(long), long[len(long)-8:])
	}
	if e := New("a", "A").Strange("op", " \n"); e.Kind != cti.Unavailable || e.Sent != cti.MaybeSent {
		t.Errorf("an empty answer: %v", e)
	}
}
