// Command ctiagent-tray is the tray menu in the person's own session (who sits here, login and pauses, the calls, the way
// to the control page) and the hand by which the service reaches that session.
package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"ctiagent/internal/i18n"
	"ctiagent/internal/logging"
	"ctiagent/internal/paths"
	"ctiagent/localapi/client"
	"ctiagent/tray"
)

// version is set by the linker, which can set a package variable only.
var version = "dev"

// The exit statuses, as the command line has them.
const (
	exitDone  = 0
	exitWrong = 1
	exitUsage = 2
)

// errRunning says that this session has a tray.
var errRunning = errors.New("a tray runs in this session")

func main() { os.Exit(run(os.Args[1:])) }

// run shows the tray until the person or the session ends it. Systray wants to be called from main's goroutine.
func run(args []string) int {
	env := paths.Current()
	lang := language(env)
	say := func(id string, words map[string]any) { complain(i18n.T(lang, id, words)) }
	if len(args) > 0 {
		say("tray.usage", nil)
		return exitUsage
	}
	if !hasDisplay(env) {
		say("tray.no_display", nil)
		return exitWrong
	}
	release, err := alone(env)
	if errors.Is(err, errRunning) {
		say("tray.running", nil)
		return exitDone
	}
	if err == nil {
		defer release()
		err = show(env, lang)
	}
	if err != nil {
		say("tray.cannot", map[string]any{"Cause": err})
		return exitWrong
	}
	return exitDone
}

// show runs the tray of a session that has none.
func show(env paths.Env, lang i18n.Lang) error {
	log, closeLog, err := logging.New(logging.Options{Level: slog.LevelInfo, Writer: os.Stderr})
	if err != nil {
		return err
	}
	defer closeLog.Close()
	bar, err := tray.NewSystray(env.GOOS)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	hand := newHand(env, lang, log)
	defer hand.close()
	service := client.Options{Sockets: []string{env.ServiceSocket(), env.UserSocket()}, Name: "ctiagent-tray/" + version, Language: string(lang)}
	t := tray.New(tray.Options{Client: service, Lang: lang, Hand: hand.forMenu(), Bar: bar, Quit: stop, Log: log})
	if choose := hand.choose; choose != nil {
		hand.choose = func(ctx context.Context, title, question string, choices []string) (int, error) {
			defer t.Asked()
			return choose(ctx, title, question, choices)
		}
	}
	ended := make(chan struct{})
	bar.Run(func() {
		defer close(ended)
		var serving sync.WaitGroup
		serving.Go(func() { hand.serve(ctx, service) })
		t.Run(ctx)
		serving.Wait()
		bar.Quit()
	})
	stop()
	<-ended
	return nil
}
