package main

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"ctiagent/cti"
	"ctiagent/internal/i18n"
	"ctiagent/localapi/client"
	"ctiagent/localapi/protocol"

	"github.com/google/go-cmp/cmp"
)

func TestSentenceKeepsTheVendorsWordsAndLeavesOurEnglishOut(t *testing.T) {
	const hint = "Confira o número."
	wire := func(e cti.Error) *protocol.Error { return protocol.FromCTI(&e, hint) }
	for _, c := range []struct {
		name   string
		error  *protocol.Error
		en, pt string
	}{
		{"the PBX spoke", wire(cti.Error{Kind: cti.NotFound, Driver: "totalip", Title: "Total IP", Text: "RAMAL NAO ENCONTRADO", Sent: cti.CertainSent}),
			"Total IP: RAMAL NAO ENCONTRADO. " + hint, "Total IP: RAMAL NAO ENCONTRADO. " + hint},
		{"the driver spoke", wire(cti.Error{Kind: cti.Unavailable, Driver: "totalip", Title: "Total IP", Text: "the system cannot be reached"}),
			"Total IP: the system cannot be reached. " + hint, "Total IP: " + hint},
		{"the outcome is open", wire(cti.Error{Kind: cti.Unavailable, Driver: "totalip", Title: "Total IP", Text: "it is unknown", Sent: cti.MaybeSent}),
			"Total IP: it is unknown. " + hint, "Total IP: " + hint},
		{"the desk spoke", wire(cti.Error{Kind: cti.BadRequest, Text: "the number is none"}), "The number is none. " + hint, hint},
		{"no hint", &protocol.Error{Code: -32603, Message: "oops"}, "oops", "oops"},
	} {
		if got := sentence(i18n.En, c.error); got != c.en {
			t.Errorf("%s, en: got %q, want %q", c.name, got, c.en)
		}
		if got := sentence(i18n.PtBR, c.error); got != c.pt {
			t.Errorf("%s, pt-BR: got %q, want %q", c.name, got, c.pt)
		}
	}
}

func TestEveryErrorHasItsStatusKindAndHint(t *testing.T) {
	refused := &client.Error{Wire: protocol.FromCTI(cti.Fail(cti.Busy, "call.dial", "busy"), "Espere.")}
	for _, c := range []struct {
		err  error
		code int
		kind cti.Kind
		sent cti.Sent
	}{
		{usage("cli.usage.time", "Value", "x"), exitUsage, cti.BadRequest, cti.NotSent},
		{fmt.Errorf("wrapped: %w", client.ErrNoAgent), exitNoAgent, cti.Unavailable, cti.NotSent},
		{errGone, exitNoAgent, cti.Unavailable, cti.MaybeSent},
		{refused, exitRefused, cti.Busy, cti.NotSent},
		{context.Canceled, exitRefused, cti.Canceled, cti.MaybeSent},
		{unready(errors.New("no room")), exitRefused, cti.Unavailable, cti.NotSent},
		{errors.New("odd"), exitRefused, cti.InternalError, cti.NotSent},
	} {
		a := &app{lang: i18n.PtBR}
		wire, text, code := a.judge(c.err)
		if code != c.code || wire.Data.Kind != c.kind || wire.Data.Sent != c.sent || wire.Data.Hint == "" || text == "" {
			t.Errorf("%v: status %d, %+v, %q", c.err, code, *wire.Data, text)
		}
		if text[0] == '[' || wire.Data.Hint[0] == '[' {
			t.Errorf("%v: a sentence is missing: %q, %q", c.err, text, wire.Data.Hint)
		}
	}
}

func TestEveryCauseOfOurOwnErrorIsTold(t *testing.T) {
	a := &app{lang: i18n.En}
	if _, got, _ := a.judge(unready(errors.New("no room"))); got != "ctiagent cannot start (no room). Mend that and start it again." {
		t.Errorf("got %q", got)
	}
}

func TestJSONIsWantedWhereverItStands(t *testing.T) {
	got := map[string]bool{}
	for _, args := range [][]string{{"--json"}, {"dial", "1", "--frob", "--json"}, {"--json=true"}, {"dial", "--", "--json"}, {"--jsonx"}, nil} {
		got[fmt.Sprint(args)] = wantsJSON(args)
	}
	want := map[string]bool{"[--json]": true, "[dial 1 --frob --json]": true, "[--json=true]": true, "[dial -- --json]": false, "[--jsonx]": false, "[]": false}
	if d := cmp.Diff(got, want); d != "" {
		t.Error(d)
	}
}
