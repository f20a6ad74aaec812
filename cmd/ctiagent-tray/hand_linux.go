package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os/exec"

	"ctiagent/desktop"
	"ctiagent/internal/notify"
	"ctiagent/internal/paths"
)

// abilitiesOf finds out what this session can do. release ends what it holds.
func abilitiesOf(env paths.Env, log *slog.Logger) (can abilities, release func()) {
	release = func() {}
	if address := notify.BusAddress(env.Getenv); address == "" {
		log.Warn("this session has no D-Bus: nobody can be told or asked")
	} else {
		n := &notices{address: address}
		can.tell, can.choose, release = n.notify, n.choose, n.close
	}
	if read := clipboardReader(env); read != nil {
		can.clipboard = func(ctx context.Context) (string, error) { return output(ctx, read) }
	}
	if _, err := exec.LookPath("xdg-open"); err == nil {
		can.open = func(ctx context.Context, address string) error { return desktop.OpenURL(ctx, env, address) }
	} else {
		log.Warn("no address can be opened: xdg-open is missing")
	}
	return can, release
}

// sessionName is the system's name of this session.
func sessionName(env paths.Env) string {
	if id := env.Getenv("XDG_SESSION_ID"); id != "" {
		return id
	}
	return display(env)
}

// clipboardReader is the program that prints the clipboard, nil when there is none.
func clipboardReader(env paths.Env) []string {
	readers := [][]string{{"xclip", "-selection", "clipboard", "-o"}, {"xsel", "--clipboard", "--output"}}
	if env.Getenv("WAYLAND_DISPLAY") != "" {
		readers = append([][]string{{"wl-paste", "--no-newline", "--type", "text"}}, readers...)
	}
	for _, r := range readers {
		if path, err := exec.LookPath(r[0]); err == nil {
			return append([]string{path}, r[1:]...)
		}
	}
	return nil
}

// maxClipboard is how much of a clipboard is looked at: a number is short.
const maxClipboard = 4096

// output is the beginning of what a program prints. One that ends badly has printed nothing: an empty clipboard is no
// error to a person.
func output(ctx context.Context, argv []string) (string, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := cmd.Start(); err != nil {
		return "", err
	}
	text, err := io.ReadAll(io.LimitReader(out, maxClipboard))
	if len(text) == maxClipboard {
		cancel() // it would wait for somebody to read the rest
	}
	var ended *exec.ExitError
	if waited := cmd.Wait(); waited != nil && !errors.As(waited, &ended) && !errors.Is(waited, context.Canceled) {
		return "", fmt.Errorf("read the clipboard: %w", waited)
	}
	return string(bytes.ToValidUTF8(text, []byte{'?'})), err
}
