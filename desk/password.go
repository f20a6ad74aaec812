package desk

import (
	"cmp"
	"context"
	"errors"

	"ctiagent/cti"
)

// Passwords are those that the person has chosen to keep in the own session, by
// the name of the agent. Every method fails with unavailable while no program
// stands ready there.
type Passwords interface {
	// Password is the one that is kept, "" for none.
	Password(ctx context.Context, agent string) (string, error)
	// Keep keeps one in the place of what was kept.
	Keep(ctx context.Context, agent, password string) (Kept, error)
	// Forget removes the one that is kept, if there is one.
	Forget(ctx context.Context, agent string) error
}

// Kept says where a password is kept. The words stand on the wire.
type Kept string

// The places of a password: the person's secret store, or, where that is
// missing or locked, the memory of the program in the session until it ends.
const (
	KeptInStore     Kept = "store"
	KeptStoreAbsent Kept = "absent"
	KeptStoreLocked Kept = "locked"
)

// What a login may say of its password.
const (
	rememberYes = "yes"
	rememberNo  = "no"
)

// wallet is the password of one login: the one that was typed, or the one that
// is kept, looked for once and only when a driver wants one.
type wallet struct {
	desk    *Desk
	agent   string // whose: the agent, else the extension
	looked  bool
	kept    string
	refused bool // the one that is kept
}

func (d *Desk) walletOf(in *cti.LoginIn) *wallet {
	if in.Password != "" && d.options.Learn != nil {
		d.options.Learn(in.Password)
	}
	return &wallet{desk: d, agent: cmp.Or(in.Agent, in.Extension)}
}

// again says whether a driver that refused a login without a password is to be
// asked again with the one that is kept. Nothing had been sent.
func (w *wallet) again(ctx context.Context, in *cti.LoginIn, err error) bool {
	var e *cti.Error
	if w == nil || in.Password != "" || !errors.As(err, &e) || e.Hint != cti.HintPassword || e.Sent != cti.NotSent {
		return false
	}
	if !w.looked {
		w.looked = true
		if p := w.desk.options.Passwords; p != nil && w.agent != "" {
			text, err := p.Password(ctx, w.agent)
			if err != nil {
				w.desk.log.Info("no password is at hand", "error", err)
			}
			w.kept = text
			if text != "" && w.desk.options.Learn != nil {
				w.desk.options.Learn(text)
			}
		}
	}
	return w.kept != ""
}

// settle keeps or removes what the person chose to, once the drivers have
// answered. A kept password that a PBX refused is removed, so that nobody is
// locked out by it.
func (w *wallet) settle(ctx context.Context, in *cti.LoginIn, did bool) (kept Kept) {
	p := w.desk.options.Passwords
	if p == nil || w.agent == "" {
		return ""
	}
	var err error
	switch {
	case w.refused, in.Remember == rememberNo:
		err = p.Forget(ctx, w.agent)
	case did && in.Remember == rememberYes && in.Password != "":
		kept, err = p.Keep(ctx, w.agent, in.Password)
	}
	if err != nil {
		w.desk.log.Warn("the agent's password", "error", err)
		return ""
	}
	return kept
}
