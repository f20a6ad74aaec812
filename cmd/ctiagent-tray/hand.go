package main

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"ctiagent/cti"
	"ctiagent/desktop"
	"ctiagent/desktop/screen"
	"ctiagent/internal/i18n"
	"ctiagent/internal/paths"
	"ctiagent/internal/vault"
	"ctiagent/localapi/client"
	"ctiagent/localapi/protocol"
	"ctiagent/tray"
)

// abilities are what this session can do; a function that is nil is something it cannot.
type abilities struct {
	clipboard func(context.Context) (string, error)
	open      func(ctx context.Context, address string) error
	tell      func(ctx context.Context, title, text string) error
	// choose shows a question until ctx ends and answers the place of the choice, -1 when nobody chose.
	choose func(ctx context.Context, title, question string, choices []string) (int, error)
}

// The name under which the person is told and asked.
const program = "ctiagent"

// confirmTime is how long a question of the tray's own may stand.
const confirmTime = 2 * time.Minute

// hand does in the person's session what the service asks for, and what the person has chosen for their events and keys.
type hand struct {
	abilities
	env     paths.Env
	lang    i18n.Lang
	log     *slog.Logger
	release func()

	vault  *vault.Vault
	screen *screen.Screen // nil without one
	runner *desktop.Runner

	mu   sync.Mutex
	link *client.Client // nil while the service is not reached
}

var _ client.Hand = (*hand)(nil)

// newHand finds out what this session can do. close ends what it holds.
func newHand(env paths.Env, lang i18n.Lang, log *slog.Logger) *hand {
	h := &hand{env: env, lang: lang, log: log, vault: vault.New(env.Getenv)}
	h.abilities, h.release = abilitiesOf(env, log)
	s, err := screen.Open()
	if err != nil {
		log.Warn("nothing can be typed in this session", "error", err)
		return h
	}
	h.screen, h.runner = s, desktop.NewRunner(s)
	if h.clipboard == nil {
		h.clipboard = s.Clipboard
	}
	return h
}

func (h *hand) close() {
	if h.screen != nil {
		h.screen.Close()
	}
	h.release()
}

// forMenu is what the menu needs of it.
func (h *hand) forMenu() tray.Hand {
	out := tray.Hand{Clipboard: h.clipboard, OpenURL: h.open, Notify: h.tell}
	if h.choose != nil {
		out.Confirm = func(ctx context.Context, title, question, yes, no string) (bool, error) {
			ctx, cancel := context.WithTimeout(ctx, confirmTime)
			defer cancel()
			chosen, err := h.choose(ctx, title, question, []string{yes, no})
			return chosen == 0, err
		}
	}
	return out
}

func cannot(op, text, hint string) error {
	return &cti.Error{Kind: cti.Unavailable, Op: op, Text: text, Hint: hint}
}

// Launch starts a program of the site's configuration, which the service knows and this session need not.
func (h *hand) Launch(_ context.Context, program string, args ...string) error {
	return desktop.Launch(h.env.GOOS, program, args...)
}

// OpenURL opens a web address in the person's browser.
func (h *hand) OpenURL(ctx context.Context, address string) error {
	if h.open == nil {
		return cannot(protocol.DesktopOpenURL, "nothing opens addresses in this session", "desktop.hint.xdg_open")
	}
	return h.open(ctx, address)
}

// Type types into the window that has the keyboard, or that Focus has chosen.
func (h *hand) Type(ctx context.Context, text string) error {
	if h.runner == nil {
		return cannot(protocol.DesktopType, "nothing can be typed in this session", "desktop.hint.no_display")
	}
	return h.runner.Type(ctx, text)
}

// Focus brings the window of a title to the front.
func (h *hand) Focus(ctx context.Context, title string) error {
	if h.runner == nil {
		return cannot(protocol.DesktopFocus, "no window is known in this session", "desktop.hint.no_display")
	}
	return h.runner.Focus(ctx, title)
}

// Notify shows a sentence.
func (h *hand) Notify(ctx context.Context, text string) error {
	if h.tell == nil {
		return cannot(protocol.DesktopNotify, "nobody can be told in this session", "desktop.hint.no_notices")
	}
	return h.tell(ctx, program, text)
}

// maxChoices is how many answers a question may have: more are no question.
const maxChoices = 6

// Ask shows a question and answers the id of what was chosen.
func (h *hand) Ask(ctx context.Context, question string, choices []protocol.Choice) (string, error) {
	if h.choose == nil {
		return "", cannot(protocol.DesktopAsk, "nobody can be asked in this session", "desktop.hint.no_notices")
	}
	if len(choices) == 0 || len(choices) > maxChoices {
		return "", cti.Fail(cti.BadRequest, protocol.DesktopAsk, "a question has one to six answers")
	}
	words := make([]string, len(choices))
	for i, c := range choices {
		words[i] = c.Text
	}
	chosen, err := h.choose(ctx, program, question, words)
	if err != nil || chosen < 0 {
		return "", err
	}
	return choices[chosen].ID, nil
}

// say is a sentence in the person's language.
func (h *hand) say(id string, args map[string]any) string { return i18n.T(h.lang, id, args) }

// report tells the person something; where nobody can be told the log has it.
func (h *hand) report(ctx context.Context, title, text string) {
	if h.tell != nil {
		err := h.tell(ctx, title, text)
		if err == nil || ctx.Err() != nil {
			return
		}
		h.log.Warn("nobody could be told", "error", err)
	}
	h.log.Warn(text, "about", title)
}

// because is why something failed and what to do next, in the person's language.
func (h *hand) because(err error) string {
	var refused *client.Error
	if errors.As(err, &refused) {
		return refused.Error() + ". " + refused.Hint()
	}
	e := cti.AsError(err)
	words := map[string]any{}
	for k, v := range e.Args {
		words[k] = v
	}
	return e.Message() + ". " + h.say(cmp.Or(e.Hint, "error.hint."+string(e.Kind)), words)
}
