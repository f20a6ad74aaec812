// Package logging makes the program's logger, which writes no secret and, unless
// asked to, no whole telephone number.
package logging

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"gopkg.in/natefinch/lumberjack.v2"

	"ctiagent/internal/secret"
)

// How much log is kept: enough for a day at a busy desk, little on the disk.
const (
	fileMegabytes = 10
	fileBackups   = 5
	fileDays      = 30
)

// Options says how to log. The zero value writes text at level info to nowhere.
type Options struct {
	// Level is the least level written.
	Level slog.Leveler
	// JSON writes one JSON object a line instead of text.
	JSON bool
	// Writer gets the log when File is empty; nil discards it.
	Writer io.Writer
	// File is the log file, rotated by size. Empty: no file is touched.
	File string
	// Redactor knows the secrets in use; nil: only the usual places are hidden.
	Redactor *secret.Redactor
	// FullNumbers leaves telephone numbers whole.
	FullNumbers bool
}

// New answers a logger, safe for concurrent use, and what closes its file;
// closing is never nil and may be done twice. The error names the file that
// cannot be written.
func New(opts Options) (*slog.Logger, io.Closer, error) {
	var (
		w      = opts.Writer
		closer io.Closer
	)
	switch {
	case opts.File != "":
		if err := writable(opts.File); err != nil {
			return nil, nil, err
		}
		file := &lumberjack.Logger{Filename: opts.File, MaxSize: fileMegabytes, MaxBackups: fileBackups, MaxAge: fileDays}
		w, closer = file, file
	case w == nil:
		return slog.New(slog.DiscardHandler), nothing{}, nil
	default:
		closer = nothing{}
	}
	ho := &slog.HandlerOptions{Level: opts.Level}
	var h slog.Handler = slog.NewTextHandler(w, ho)
	if opts.JSON {
		h = slog.NewJSONHandler(w, ho)
	}
	return slog.New(NewHandler(h, opts.Redactor, opts.FullNumbers)), closer, nil
}

// ParseLevel reads a level of the configuration: debug, info, warn or error.
func ParseLevel(name string) (slog.Level, error) {
	switch strings.ToLower(name) {
	case "debug":
		return slog.LevelDebug, nil
	case "info":
		return slog.LevelInfo, nil
	case "warn":
		return slog.LevelWarn, nil
	case "error":
		return slog.LevelError, nil
	}
	return 0, fmt.Errorf("log level %q is unknown; use debug, info, warn or error", name)
}

// writable tells at once what the rotating writer would tell at the first
// line, when nobody listens any more.
func writable(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return fmt.Errorf("make log directory: %w; name another [log] file", err)
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("open log file: %w; name another [log] file", err)
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("open log file: %w", err)
	}
	return nil
}

type nothing struct{}

func (nothing) Close() error { return nil }
