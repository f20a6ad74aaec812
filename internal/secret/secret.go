// Package secret keeps passwords and keys out of everything that is printed.
package secret

import (
	"fmt"
	"io"
	"log/slog"
)

// hidden stands wherever a secret would.
const hidden = "***"

// Value is a secret that every way of printing shows as ***. The zero value is
// the empty secret. Values are immutable.
type Value struct {
	// A pointer, because fmt prints unexported fields without asking their
	// methods: inside another struct it then shows an address, not the secret.
	text *string
}

// New wraps a secret.
func New(s string) Value { return Value{text: &s} }

// Reveal answers the secret itself. Only the code that sends it calls this.
func (v Value) Reveal() string {
	if v.text == nil {
		return ""
	}
	return *v.text
}

// IsZero tells whether the secret is empty.
func (v Value) IsZero() bool { return v.Reveal() == "" }

// Equal tells whether both are the same secret.
func (v Value) Equal(other Value) bool { return v.Reveal() == other.Reveal() }

// String answers ***.
func (v Value) String() string { return hidden }

// GoString answers ***.
func (v Value) GoString() string { return hidden }

// Format writes ***, whatever the verb.
func (v Value) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, hidden) }

// MarshalJSON answers "***".
func (v Value) MarshalJSON() ([]byte, error) { return []byte(`"` + hidden + `"`), nil }

// MarshalText answers ***.
func (v Value) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// LogValue answers ***.
func (v Value) LogValue() slog.Value { return slog.StringValue(hidden) }
