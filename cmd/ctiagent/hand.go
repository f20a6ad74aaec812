package main

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"os/exec"

	"ctiagent/cti"
	"ctiagent/desk"
	"ctiagent/internal/i18n"
	"ctiagent/internal/paths"
	"ctiagent/localapi"
)

// handOf is the person's session: this program's own in the foreground, for the
// service that of the program which stands ready there.
func (p *program) handOf(who cti.Person, a *app) desk.Hand {
	lang := i18n.Match(cmp.Or(p.config.Agent.Language, string(a.lang)))
	if p.shared {
		return sessionHand{p.server.Hand(who), lang}
	}
	return hand{paths.Current(), func(id string, args map[string]string) error {
		if h := (sessionHand{p.server.Hand(who), lang}); h.Attached() {
			return h.Notify(context.Background(), id, args)
		}
		return a.notice(id, args)
	}}
}

// sessionHand is a person's session as a desk needs it.
type sessionHand struct {
	localapi.Hand
	lang i18n.Lang
}

// Notify shows the sentence id.
func (h sessionHand) Notify(ctx context.Context, id string, args map[string]string) error {
	words := make(map[string]any, len(args))
	for k, v := range args {
		words[k] = v
	}
	return h.Hand.Notify(ctx, i18n.T(h.lang, id, words))
}

// hand serves in process, for a ctiagent run in the foreground, the little a
// desk needs of the person's own session.
type hand struct {
	env  paths.Env
	tell func(id string, args map[string]string) error
}

// Launch starts a program with exactly these arguments and does not wait for
// it to end.
func (h hand) Launch(_ context.Context, program string, args ...string) error {
	cmd := exec.Command(program, args...) //nolint:noctx // the program outlives the wish
	if err := cmd.Start(); err != nil {
		return &cti.Error{Kind: cti.Unavailable, Text: "the program could not be started", Hint: "cli.hint.launch", Err: err}
	}
	go func() { _ = cmd.Wait() }() // reaps the process; how it ends is its own affair
	return nil
}

// OpenURL opens an http or https address in the person's browser.
func (h hand) OpenURL(_ context.Context, address string) error {
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return cti.Fail(cti.BadRequest, "desktop.openURL", "only http and https addresses are opened")
	}
	program, args, err := opener(h.env)
	if err != nil {
		return err
	}
	return h.Launch(context.Background(), program, append(args, u.String())...)
}

// Notify tells the person at the terminal, which is all a foreground program
// has.
func (h hand) Notify(_ context.Context, id string, args map[string]string) error {
	return h.tell(id, args)
}

// opener is the program that opens an address in the person's browser.
func opener(env paths.Env) (program string, args []string, err error) {
	switch env.GOOS {
	case "windows":
		return "rundll32", []string{"url.dll,FileProtocolHandler"}, nil
	case "darwin":
		return "/usr/bin/open", nil, nil
	}
	if env.Getenv("DISPLAY") == "" && env.Getenv("WAYLAND_DISPLAY") == "" {
		return "", nil, &cti.Error{Kind: cti.Unavailable, Op: "desktop.openURL", Text: "there is no graphical session", Hint: "cli.hint.no_desktop"}
	}
	path, err := exec.LookPath("xdg-open")
	if err != nil {
		return "", nil, &cti.Error{Kind: cti.Unavailable, Op: "desktop.openURL", Text: "xdg-open is not installed", Hint: "cli.hint.xdg_open", Err: fmt.Errorf("look for xdg-open: %w", err)}
	}
	return path, nil, nil
}

func openBrowser(address string) error {
	return hand{env: paths.Current()}.OpenURL(context.Background(), address)
}
