package uri

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// ErrNoHandlers says that this system hands links to no program of this kind. macOS gives them to application bundles only,
// as an event and not as an argument.
var ErrNoHandlers = errors.New("this system gives telephone links to application bundles only")

// Handler is the program that telephone links are handed to, with the link as its one argument.
type Handler struct {
	// Program is the absolute path of ctiagent-open.
	Program string
	// Machine is for every user of the computer, which takes an administrator; else for this user.
	Machine bool

	prefix string // of the computer's folders; the tests have one that is not the computer's
}

// Owner is who really gets the links of a scheme.
type Owner struct {
	Scheme  string `json:"scheme"`
	Owner   string `json:"owner"`             // the program's name as people know it, "" for nobody
	ID      string `json:"id,omitempty"`      // the desktop entry, or on Windows the ProgID
	Command string `json:"command,omitempty"` // what is run
	Ours    bool   `json:"ours"`
	By      By     `json:"by,omitempty"`
}

// By says what made a program the owner of a scheme. The values are wire strings.
type By string

// The ways to own a scheme.
const (
	ByChoice  By = "choice"  // the person chose it, or a program did for the person
	ByUser    By = "user"    // it registered for this user
	ByMachine By = "machine" // it registered for the computer
)

// Register makes the handler the owner of these schemes as far as a program may: where the person has chosen another one,
// that choice stands, and [Handler.Owners] tells. What stood there before comes back with Unregister.
func (h Handler) Register(schemes []string) error {
	if !filepath.IsAbs(h.Program) {
		return errors.New("register the link handler: its path is not absolute")
	}
	if _, err := os.Stat(h.Program); err != nil {
		return fmt.Errorf("register the link handler: %w", err)
	}
	return h.register(schemes)
}

// Unregister takes back what Register did for these schemes. What points at another program by now is left alone.
func (h Handler) Unregister(schemes []string) error { return h.unregister(schemes) }

// Owners answers for each scheme who really gets its links.
func (h Handler) Owners(schemes []string) ([]Owner, error) { return h.owners(schemes) }
