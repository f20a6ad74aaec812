package main

import (
	"context"
	"errors"

	"ctiagent/cti"
	"ctiagent/desk"
	"ctiagent/internal/secret"
	"ctiagent/internal/vault"
	"ctiagent/localapi"
)

// passwordsOf are those that a person keeps: in the foreground this program
// asks the own session's store, the service the program that stands ready there.
func (p *program) passwordsOf(who cti.Person) desk.Passwords {
	if p.shared {
		return sessionPasswords{p.server.Hand(who)}
	}
	return ownPasswords{vault.Current()}
}

// sessionPasswords are kept by the program in the person's session.
type sessionPasswords struct{ hand localapi.Hand }

func (s sessionPasswords) Password(ctx context.Context, agent string) (string, error) {
	return s.hand.Password(ctx, agent)
}

func (s sessionPasswords) Keep(ctx context.Context, agent, password string) (desk.Kept, error) {
	where, err := s.hand.KeepPassword(ctx, agent, password)
	return desk.Kept(where), err
}

func (s sessionPasswords) Forget(ctx context.Context, agent string) error {
	return s.hand.ForgetPassword(ctx, agent)
}

// ownPasswords are kept by this program.
type ownPasswords struct{ vault *vault.Vault }

func (o ownPasswords) Password(ctx context.Context, agent string) (string, error) {
	kept, err := o.vault.Find(ctx, agent)
	if errors.Is(err, vault.ErrNone) {
		err = nil
	}
	return kept.Reveal(), err
}

func (o ownPasswords) Keep(ctx context.Context, agent, password string) (desk.Kept, error) {
	where, err := o.vault.Keep(ctx, agent, secret.New(password))
	return desk.Kept(where), err
}

func (o ownPasswords) Forget(ctx context.Context, agent string) error {
	return o.vault.Forget(ctx, agent)
}
