// Package vault keeps an agent's own passwords in the secret store of the
// person's session, and where that is missing or locked in memory until the
// program ends; never in plain text on a disk.
package vault

import (
	"context"
	"errors"
	"os"
	"sync"
	"time"

	"ctiagent/internal/secret"

	"github.com/zalando/go-keyring"
)

// service is the name under which the store shows our passwords to the person.
const service = "ctiagent"

// Longest names and passwords in bytes; Windows' store takes 2,560.
const (
	maxName     = 256
	maxPassword = 1024
)

// patience is how long the store may take: it may ask the person to open it.
const patience = 45 * time.Second

// Where says where a password is kept. The words stand on the wire.
type Where string

// The places: the store, or memory since there is no store or it is locked.
const (
	Store  Where = "store"
	Absent Where = "absent"
	Locked Where = "locked"
)

// The errors of a Vault.
var (
	// ErrNone says that nothing is kept under a name.
	ErrNone = errors.New("no password is kept for this agent")
	// ErrAbsent says that the session has no secret store.
	ErrAbsent = errors.New("this session has no secret store")
	// ErrLocked says that the store is locked and nobody has opened it in time.
	ErrLocked = errors.New("the secret store of this session is locked")
	// ErrSize says that a name or a password cannot be kept.
	ErrSize = errors.New("an agent's name has 1 to 256 bytes, a password 1 to 1024")
)

// Vault is the store of this program's session. Its methods may be called
// concurrently. The zero value is not ready, see New.
type Vault struct {
	getenv func(string) string

	// turn lets one caller at the store. Who waits for the person to open it
	// keeps it, though nobody may wait for the answer any more.
	turn chan struct{}

	mu     sync.Mutex
	memory map[string]secret.Value
}

// New makes the vault of the session whose environment is getenv's. It looks
// at nothing before it is asked.
func New(getenv func(string) string) *Vault {
	return &Vault{getenv: getenv, turn: make(chan struct{}, 1), memory: map[string]secret.Value{}}
}

// Current is the vault of this process's session.
func Current() *Vault { return New(os.Getenv) }

// Find answers what is kept for an agent, else ErrNone, ErrAbsent or ErrLocked.
func (v *Vault) Find(ctx context.Context, agent string) (secret.Value, error) {
	if agent == "" || len(agent) > maxName {
		return secret.Value{}, ErrSize
	}
	v.mu.Lock()
	kept, ok := v.memory[agent]
	v.mu.Unlock()
	if ok {
		return kept, nil
	}
	var text string
	err := v.ask(ctx, func() (err error) {
		text, err = keyring.Get(service, agent)
		return err
	})
	if err != nil {
		return secret.Value{}, err
	}
	if text == "" {
		return secret.Value{}, ErrNone
	}
	return secret.New(text), nil
}

// Keep keeps a password in the place of what was kept for the agent, and says
// where. The error is ErrSize or the context's.
func (v *Vault) Keep(ctx context.Context, agent string, password secret.Value) (Where, error) {
	if agent == "" || len(agent) > maxName || password.IsZero() || len(password.Reveal()) > maxPassword {
		return "", ErrSize
	}
	err := v.ask(ctx, func() error { return keyring.Set(service, agent, password.Reveal()) })
	v.mu.Lock()
	defer v.mu.Unlock()
	switch {
	case err == nil:
		delete(v.memory, agent)
		return Store, nil
	case ctx.Err() != nil:
		return "", ctx.Err()
	case errors.Is(err, ErrLocked):
		v.memory[agent] = password
		return Locked, nil
	}
	v.memory[agent] = password
	return Absent, nil
}

// Forget removes what is kept for an agent, wherever it is. Where nothing is
// kept it does nothing; the error says that the store could not be looked at.
func (v *Vault) Forget(ctx context.Context, agent string) error {
	v.mu.Lock()
	delete(v.memory, agent)
	v.mu.Unlock()
	err := v.ask(ctx, func() error { return keyring.Delete(service, agent) })
	if errors.Is(err, ErrNone) || errors.Is(err, ErrAbsent) {
		return nil
	}
	return err
}

// ask takes a turn at the store.
func (v *Vault) ask(ctx context.Context, do func() error) error {
	if !reachable(v.getenv) {
		return ErrAbsent
	}
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case v.turn <- struct{}{}:
	case <-late.C:
		return ErrLocked // the person has been asked, and has not answered
	case <-ctx.Done():
		return ctx.Err()
	}
	answered := make(chan error, 1)
	go func() {
		defer func() { <-v.turn }()
		answered <- do()
	}()
	select {
	case err := <-answered:
		return judged(err)
	case <-late.C:
		return ErrLocked
	case <-ctx.Done():
		return ctx.Err()
	}
}

// judged tells the errors of the store apart. Its own words are left out: who
// knows what they repeat.
func judged(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, keyring.ErrNotFound):
		return ErrNone
	case locked(err):
		return ErrLocked
	}
	return ErrAbsent
}
