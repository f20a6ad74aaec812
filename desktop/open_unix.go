//go:build !windows

package desktop

import (
	"os/exec"

	"ctiagent/cti"
	"ctiagent/internal/paths"
)

// open lets the session's own opener choose the browser.
func open(env paths.Env, address string) error {
	if env.GOOS == "darwin" {
		return start(opOpen, "", "/usr/bin/open", address)
	}
	if env.Getenv("DISPLAY") == "" && env.Getenv("WAYLAND_DISPLAY") == "" {
		return &cti.Error{Kind: cti.Unavailable, Op: opOpen, Text: "there is no graphical session", Hint: "desktop.hint.no_desktop"}
	}
	path, err := exec.LookPath("xdg-open")
	if err != nil {
		return &cti.Error{Kind: cti.Unavailable, Op: opOpen, Text: "xdg-open is not installed", Hint: "desktop.hint.xdg_open", Err: err}
	}
	return start(opOpen, "desktop.hint.xdg_open", path, address)
}
