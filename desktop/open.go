package desktop

import (
	"context"
	"net/url"
	"os/exec"
	"slices"
	"strings"

	"ctiagent/cti"
	"ctiagent/internal/paths"
)

// What a launch may have.
const (
	maxArgs    = 32
	maxProgram = 1024 // bytes
)

// Launch starts a program of the site with exactly these arguments, without a shell, and does not wait for it to end. A
// path that is not the full one of a program, and arguments with signs one cannot see, are cti.BadRequest; a program that
// cannot be started is cti.Unavailable. goos is the system this runs on.
func Launch(goos, program string, args ...string) error {
	if !isProgram(goos, program) {
		return &cti.Error{Kind: cti.BadRequest, Op: opLaunch, Text: "this is not the full path of a program", Hint: "desktop.hint.program"}
	}
	if len(args) > maxArgs || slices.ContainsFunc(args, func(a string) bool { return CheckText(a) != nil }) {
		return &cti.Error{Kind: cti.BadRequest, Op: opLaunch, Text: "the arguments cannot be handed to a program", Hint: "desktop.hint.text"}
	}
	return start(opLaunch, "desktop.hint.launch", program, args...)
}

// isProgram refuses what the system would look up somewhere, and what it would hand to a shell, which reads arguments in
// its own way.
func isProgram(goos, path string) bool {
	if len(path) > maxProgram || CheckText(path) != nil {
		return false
	}
	if goos != "windows" {
		return strings.HasPrefix(path, "/")
	}
	drive := len(path) > 3 && path[1] == ':' && (path[2] == '\\' || path[2] == '/')
	return (drive || strings.HasPrefix(path, `\\`)) && strings.HasSuffix(strings.ToLower(path), ".exe")
}

func start(op, hint, program string, args ...string) error {
	cmd := exec.Command(program, args...) //nolint:noctx // the program outlives the wish
	if err := cmd.Start(); err != nil {
		return &cti.Error{Kind: cti.Unavailable, Op: op, Text: "the program could not be started", Hint: hint, Err: err}
	}
	go func() { _ = cmd.Wait() }() // reaps the process; how it ends is its own affair
	return nil
}

// maxURL is the longest address in bytes: no browser is held to more.
const maxURL = 8192

// CheckURL refuses every address but those of the web, as cti.BadRequest: who names a page must not choose a program by
// its scheme, nor hide the host behind a name.
func CheckURL(address string) error {
	u, err := url.Parse(address)
	if err != nil || len(address) > maxURL || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
		return &cti.Error{Kind: cti.BadRequest, Op: opOpen, Text: "only http and https addresses are opened", Hint: "desktop.hint.web"}
	}
	return nil
}

// OpenURL opens an address that CheckURL accepts in the person's browser and does not wait for it: cti.Unavailable where
// nothing opens addresses.
func OpenURL(_ context.Context, env paths.Env, address string) error {
	if err := CheckURL(address); err != nil {
		return err
	}
	return open(env, address)
}
