package cti_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"ctiagent/cti"

	"github.com/google/go-cmp/cmp"
)

func TestErrorIsItsKindHoweverDeepItIsWrapped(t *testing.T) {
	cause := errors.New("connection reset")
	err := fmt.Errorf("dial: %w", &cti.Error{Kind: cti.Unavailable, Err: cause})
	if !errors.Is(err, cti.Unavailable) || errors.Is(err, cti.Busy) || !errors.Is(err, cause) {
		t.Fatalf("%v", err)
	}
	if errors.Is(cti.Fail(cti.Busy, "", ""), errors.New("busy")) {
		t.Fatal("an error with the same text is no kind")
	}
}

func TestErrorTellsPagesTheTitleAndLogsTheCauseToo(t *testing.T) {
	for _, c := range []struct {
		err          cti.Error
		message, log string
	}{
		{cti.Error{Kind: cti.NotFound, Op: "call.dial", Driver: "totalip", Title: "Total IP", Text: "RAMAL NAO ENCONTRADO"},
			"Total IP: RAMAL NAO ENCONTRADO", "call.dial: Total IP: RAMAL NAO ENCONTRADO"},
		{cti.Error{Kind: cti.Unavailable, Driver: "totalip", Text: "no answer", Err: errors.New("eof")},
			"totalip: no answer", "totalip: no answer: eof"},
		{cti.Error{Kind: cti.Busy}, "busy", "busy"},
	} {
		if got := c.err.Message(); got != c.message {
			t.Errorf("message %q, want %q", got, c.message)
		}
		if got := c.err.Error(); got != c.log {
			t.Errorf("log line %q, want %q", got, c.log)
		}
	}
}

func TestAsErrorKeepsOursAndHidesTheTextOfOthers(t *testing.T) {
	ours := cti.Fail(cti.Denied, "session.pair", "no")
	if got := cti.AsError(fmt.Errorf("pair: %w", ours)); got != ours {
		t.Errorf("got %+v", got)
	}
	got := cti.AsError(errors.New("key=secret"))
	if got.Kind != cti.InternalError || got.Message() != "something inside ctiagent went wrong" {
		t.Errorf("got %+v", got)
	}
}

func TestOnlyWhatSaysItWasNotSentMayBeTriedElsewhere(t *testing.T) {
	for _, c := range []struct {
		err     error
		reached bool
	}{
		{&cti.Error{}, false},
		{&cti.Error{Sent: cti.NotSent}, false},
		{&cti.Error{Sent: cti.MaybeSent}, true},
		{&cti.Error{Sent: cti.CertainSent}, true},
		{fmt.Errorf("x: %w", &cti.Error{Sent: cti.NotSent}), false},
		{context.Canceled, true},
	} {
		if got := cti.MayHaveReached(c.err); got != c.reached {
			t.Errorf("%#v: %v, want %v", c.err, got, c.reached)
		}
	}
}

func TestKindsAreThoseOfTheLocalAPIInItsOrder(t *testing.T) {
	want := []cti.Kind{"bad_request", "unsupported", "not_found", "wrong_state", "unauthorized", "forbidden", "pairing_required", "denied",
		"refused", "busy", "timeout", "unavailable", "rate_limited", "canceled", "internal"}
	if d := cmp.Diff(cti.Kinds(), want); d != "" {
		t.Error(d)
	}
}
