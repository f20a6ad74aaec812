package logging

import (
	"context"
	"fmt"
	"log/slog"
	"strings"

	"ctiagent/internal/secret"
)

// Handler hides secrets and telephone numbers in messages and attributes
// before the next handler sees them.
type Handler struct {
	next        slog.Handler
	redactor    *secret.Redactor
	fullNumbers bool
}

var _ slog.Handler = (*Handler)(nil)

// NewHandler wraps next. redactor may be nil; fullNumbers leaves telephone
// numbers whole.
func NewHandler(next slog.Handler, redactor *secret.Redactor, fullNumbers bool) *Handler {
	return &Handler{next: next, redactor: redactor, fullNumbers: fullNumbers}
}

// Enabled asks the next handler.
func (h *Handler) Enabled(ctx context.Context, level slog.Level) bool {
	return h.next.Enabled(ctx, level)
}

// Handle passes a cleaned copy of the record on.
func (h *Handler) Handle(ctx context.Context, r slog.Record) error {
	clean := slog.NewRecord(r.Time, r.Level, h.text(r.Message), r.PC)
	r.Attrs(func(a slog.Attr) bool {
		clean.AddAttrs(h.attr(a))
		return true
	})
	return h.next.Handle(ctx, clean)
}

// WithAttrs cleans the attributes once, for every record to come.
func (h *Handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	clean := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		clean[i] = h.attr(a)
	}
	return &Handler{next: h.next.WithAttrs(clean), redactor: h.redactor, fullNumbers: h.fullNumbers}
}

// WithGroup opens a group in the next handler.
func (h *Handler) WithGroup(name string) slog.Handler {
	return &Handler{next: h.next.WithGroup(name), redactor: h.redactor, fullNumbers: h.fullNumbers}
}

func (h *Handler) attr(a slog.Attr) slog.Attr {
	a.Value = a.Value.Resolve()
	if a.Equal(slog.Attr{}) {
		return a // handlers leave it out
	}
	if a.Value.Kind() == slog.KindGroup {
		group := a.Value.Group()
		clean := make([]slog.Attr, len(group))
		for i, member := range group {
			clean[i] = h.attr(member)
		}
		return slog.Attr{Key: a.Key, Value: slog.GroupValue(clean...)}
	}
	if secretKey(a.Key) {
		return slog.String(a.Key, "***")
	}
	switch a.Value.Kind() {
	case slog.KindString:
		return slog.String(a.Key, h.text(a.Value.String()))
	case slog.KindAny:
		// Whatever it is, it is written as text: a structure passed on whole
		// could be printed by its fields, past this handler.
		return slog.String(a.Key, h.text(printed(a.Value.Any())))
	default:
		return a
	}
}

// printed answers v as text, also when v's own method panics: a log line must
// not end the program.
func printed(v any) (text string) {
	defer func() {
		if recover() != nil {
			text = fmt.Sprintf("%T that cannot be printed", v)
		}
	}()
	switch v := v.(type) {
	case []byte:
		return string(v)
	case error:
		return v.Error()
	}
	return fmt.Sprintf("%+v", v)
}

func (h *Handler) text(s string) string {
	s = h.redactor.Redact(s)
	if !h.fullNumbers {
		s = secret.MaskNumbers(s)
	}
	return s
}

// secretKey tells whether an attribute is named like a secret: whatever its
// value is, nobody may read it.
func secretKey(key string) bool {
	key = strings.ToLower(key)
	for _, word := range []string{"password", "passwd", "passcode", "senha", "chave", "secret", "token", "authorization", "cookie"} {
		if strings.Contains(key, word) {
			return true
		}
	}
	return key == "pass" || key == "pwd"
}
