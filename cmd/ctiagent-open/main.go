// Command ctiagent-open is handed the telephone links that people click: it takes exactly one, passes it on to the person's
// ctiagent, and ends.
//
// A link is hostile input, so this program has no options, reads nothing of the link, and puts it nowhere but into one
// message. What it can say, it says on the screen: nobody sees a terminal here.
package main

import (
	"context"
	"errors"
	"os"
	"runtime"

	"ctiagent/internal/i18n"
	"ctiagent/internal/notify"
	"ctiagent/internal/paths"
)

// The exit status.
const (
	exitDone    = 0
	exitRefused = 1
	exitUsage   = 2
	exitNoAgent = 3 // none is running, and none could be started
)

func main() { os.Exit(open(os.Args[1:])) }

func open(args []string) int {
	if len(args) != 1 {
		return tell(exitUsage, "links.open.usage", nil)
	}
	env := environment()
	message := request(args[0], language())
	err := deliver(env, message)
	if errors.Is(err, errAbsent) {
		err = start(env, message)
	}
	return judge(err)
}

// environment is what paths depend on, without looking up an account where the paths do not need its name.
func environment() paths.Env {
	if runtime.GOOS == "windows" {
		return paths.Current()
	}
	return paths.Env{GOOS: runtime.GOOS, Getenv: os.Getenv, UID: os.Getuid(), IsDir: func(path string) bool {
		info, err := os.Stat(path)
		return err == nil && info.IsDir()
	}}
}

// deliver hands the message to the service's program door, else to that of a ctiagent this person runs.
func deliver(env paths.Env, message []byte) error {
	var trouble error
	for _, path := range []string{env.ServiceSocket(), env.UserSocket()} {
		answer, err := exchange(path, message)
		switch {
		case err == nil:
			return read(answer)
		case !errors.Is(err, errAbsent):
			trouble = err
		}
	}
	if trouble != nil {
		return trouble
	}
	return errAbsent
}

// judge tells the person what went wrong, and answers the exit status.
func judge(err error) int {
	var no *refusal
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errTold):
		return exitRefused
	case errors.As(err, &no) && no.starting:
		return say(exitNoAgent, no.sentence())
	case errors.As(err, &no):
		return say(exitRefused, no.sentence())
	case errors.Is(err, errAbsent):
		return tell(exitNoAgent, "links.open.absent", nil)
	}
	return tell(exitNoAgent, "links.open.trouble", map[string]any{"Cause": err.Error()})
}

func tell(status int, id string, args map[string]any) int {
	return say(status, i18n.T(i18n.Match(language()), id, args))
}

// say shows a sentence on the screen, and on standard error for those who have one.
func say(status int, sentence string) int {
	_, _ = os.Stderr.WriteString(sentence + "\n") // often there is none
	if err := notify.Show(context.Background(), "ctiagent", sentence); err != nil {
		_, _ = os.Stderr.WriteString(err.Error() + "\n") // as above
	}
	return status
}
