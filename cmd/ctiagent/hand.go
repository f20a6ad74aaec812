package main

import (
	"context"

	"ctiagent/cti"
	"ctiagent/desk"
	"ctiagent/desktop"
	"ctiagent/internal/i18n"
	"ctiagent/internal/paths"
	"ctiagent/localapi"
)

// handOf is the person's session: this program's own in the foreground, for the
// service that of the program which stands ready there.
func (p *program) handOf(who cti.Person, a *app) desk.Hand {
	if p.shared {
		return sessionHand{p.server.Hand(who)}
	}
	return hand{paths.Current(), a, func() (sessionHand, bool) {
		h := sessionHand{p.server.Hand(who)}
		return h, h.Attached()
	}}
}

// sessionHand is a person's session as a desk needs it.
type sessionHand struct{ localapi.Hand }

// Notify shows the sentence id.
func (h sessionHand) Notify(ctx context.Context, id string, args map[string]string) error {
	return h.Hand.Notify(ctx, h.sentence(id, args))
}

// Confirm asks the question id.
func (h sessionHand) Confirm(ctx context.Context, id string, args map[string]string) (bool, error) {
	return h.Hand.Confirm(ctx, h.sentence(id, args))
}

func (h sessionHand) sentence(id string, args map[string]string) string {
	words := make(map[string]any, len(args))
	for k, v := range args {
		words[k] = v
	}
	return i18n.T(h.Language(), id, words)
}

// hand serves in process, for a ctiagent run in the foreground, the little a
// desk needs of the person's own session.
type hand struct {
	env     paths.Env
	app     *app
	session func() (h sessionHand, attached bool) // the tray's, where there is one
}

// Launch starts a program with exactly these arguments and does not wait for
// it to end.
func (h hand) Launch(_ context.Context, program string, args ...string) error {
	return desktop.Launch(h.env.GOOS, program, args...)
}

// OpenURL opens an http or https address in the person's browser.
func (h hand) OpenURL(ctx context.Context, address string) error {
	return desktop.OpenURL(ctx, h.env, address)
}

// Notify tells the person at the terminal, which is all a foreground program
// has, unless a tray can.
func (h hand) Notify(ctx context.Context, id string, args map[string]string) error {
	if s, attached := h.session(); attached {
		return s.Notify(ctx, id, args)
	}
	return h.app.notice(id, args)
}

// Confirm asks where a tray can.
func (h hand) Confirm(ctx context.Context, id string, args map[string]string) (bool, error) {
	s, _ := h.session()
	return s.Confirm(ctx, id, args)
}

func openBrowser(address string) error {
	return desktop.OpenURL(context.Background(), paths.Current(), address)
}
