//go:build linux

package main

import (
	"errors"
	"strings"
	"testing"

	"ctiagent/cti"
	"ctiagent/internal/vault"
	"ctiagent/localapi/protocol"
)

func TestPasswordsOfASessionWithoutAStore(t *testing.T) {
	h := handOf(t, "")
	h.vault = vault.New(h.env.Getenv)
	ctx := t.Context()
	if _, err := h.Password(ctx, "12"); !errors.Is(err, cti.Unavailable) || !strings.Contains(err.Error(), "no secret store") {
		t.Errorf("nothing is kept: %v", err)
	}
	if where, err := h.KeepPassword(ctx, "12", "x"); where != string(vault.Absent) || err != nil {
		t.Errorf("keep: %s, %v", where, err)
	}
	if got, err := h.Password(ctx, "12"); got != "x" || err != nil {
		t.Errorf("kept: %q, %v", got, err)
	}
	if err := h.ForgetPassword(ctx, "12"); err != nil {
		t.Error(err)
	}
	if _, err := h.KeepPassword(ctx, "12", strings.Repeat("x", 4096)); !errors.Is(err, cti.BadRequest) {
		t.Errorf("one that is too long: %v", err)
	}
}

// The words of the vault stand on the wire.
func TestPlacesOfPasswordsAreThoseOfTheProtocol(t *testing.T) {
	for _, p := range cti.Params(cti.InfoOf(cti.Action[protocol.KeepPasswordOut, cti.None]{}, "").In) {
		if got := strings.Join(p.Values, ","); p.Name == "kept" && got != strings.Join([]string{string(vault.Store), string(vault.Absent), string(vault.Locked)}, ",") {
			t.Errorf("the protocol says %s", got)
		}
	}
}
