package main

import (
	"context"
	"errors"

	"ctiagent/cti"
	"ctiagent/internal/secret"
	"ctiagent/internal/vault"
	"ctiagent/localapi/client"
	"ctiagent/localapi/protocol"
)

var _ client.Keeper = (*hand)(nil)

// Password is the one that the person has chosen to keep for an agent, "" for none. A store that is missing or locked has
// none either: the person is asked to type it then.
func (h *hand) Password(ctx context.Context, agent string) (string, error) {
	kept, err := h.vault.Find(ctx, agent)
	switch {
	case errors.Is(err, vault.ErrNone):
		return "", nil
	case err != nil:
		return "", unkept(protocol.DesktopPassword, err)
	}
	return kept.Reveal(), nil
}

// KeepPassword keeps an agent's password and says where.
func (h *hand) KeepPassword(ctx context.Context, agent, password string) (string, error) {
	where, err := h.vault.Keep(ctx, agent, secret.New(password))
	if err != nil {
		return "", unkept(protocol.DesktopKeepPassword, err)
	}
	return string(where), nil
}

// ForgetPassword removes what is kept for an agent.
func (h *hand) ForgetPassword(ctx context.Context, agent string) error {
	if err := h.vault.Forget(ctx, agent); err != nil {
		return unkept(protocol.DesktopForgetPassword, err)
	}
	return nil
}

func unkept(op string, err error) error {
	kind := cti.Unavailable
	if errors.Is(err, vault.ErrSize) {
		kind = cti.BadRequest
	}
	return &cti.Error{Kind: kind, Op: op, Text: err.Error(), Hint: cti.HintPassword, Err: err}
}
