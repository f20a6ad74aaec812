package secret

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"ctiagent/internal/i18n"
)

const (
	// maxSecret is the longest secret in bytes; a key file is far shorter.
	maxSecret = 64 << 10
	// maxName is the longest name of a secret in bytes.
	maxName = 64
)

// Sources says where Resolve may look.
type Sources struct {
	// File is the store behind secret:NAME, see Store.
	File string
	// Getenv is behind env:NAME.
	Getenv func(string) string
}

// Error says why a secret cannot be had and what to do next. It names the
// place, never the secret.
type Error struct {
	// ID and Args are the sentence, for i18n.T.
	ID   string
	Args map[string]any

	cause error
}

// Error answers the English sentence.
func (e *Error) Error() string { return i18n.T(i18n.En, e.ID, e.Args) }

// Unwrap answers what the system said, or nil.
func (e *Error) Unwrap() error { return e.cause }

// Resolve answers the secret that ref points to: secret:NAME in the store,
// file:PATH, or env:NAME. Anything else is the secret itself, and plain is
// true: the caller warns. The error is an *Error.
func Resolve(ref string, src Sources) (v Value, plain bool, err error) {
	kind, rest, found := strings.Cut(ref, ":")
	if !found {
		kind = ""
	}
	switch kind {
	case "secret":
		v, err = Store{Path: src.File}.Get(rest)
	case "file":
		v, err = fromFile(rest)
	case "env":
		v, err = fromEnv(rest, src.Getenv)
	default:
		if ref == "" {
			return Value{}, false, &Error{ID: "secret.empty"}
		}
		return New(ref), true, nil
	}
	return v, false, err
}

func fromEnv(name string, getenv func(string) string) (Value, error) {
	if !validName(name) {
		return Value{}, &Error{ID: "secret.name"}
	}
	if getenv == nil || getenv(name) == "" {
		return Value{}, &Error{ID: "secret.env", Args: map[string]any{"Name": name}}
	}
	return checked(getenv(name), "env:"+name)
}

func fromFile(path string) (Value, error) {
	if !filepath.IsAbs(path) {
		return Value{}, &Error{ID: "secret.relative"}
	}
	data, err := readPrivate(path, maxSecret)
	if err != nil {
		return Value{}, err
	}
	text := strings.TrimPrefix(string(data), "\ufeff") // Windows editors put a mark first
	text = strings.TrimSuffix(text, "\n")
	text = strings.TrimSuffix(text, "\r")
	return checked(text, "file:"+path)
}

// checked refuses what cannot be a password and would break the line or
// header that it is sent in.
func checked(text, place string) (Value, error) {
	args := map[string]any{"Place": place}
	switch {
	case text == "":
		return Value{}, &Error{ID: "secret.blank", Args: args}
	case len(text) > maxSecret:
		return Value{}, &Error{ID: "secret.long", Args: map[string]any{"Place": place, "Max": maxSecret}}
	case strings.ContainsAny(text, "\r\n\x00"):
		return Value{}, &Error{ID: "secret.lines", Args: args}
	}
	return New(text), nil
}

// ReadPrivate reads a file that only its owner can read, such as a key. The
// error is an *Error, and fs.ErrNotExist where there is none.
func ReadPrivate(path string) ([]byte, error) { return readPrivate(path, maxSecret) }

// readPrivate reads a regular file of at most limit bytes that only its owner
// can read.
func readPrivate(path string, limit int64) ([]byte, error) {
	args := map[string]any{"Path": path}
	// Looked at before opening: opening a pipe would wait for its writer.
	info, err := os.Stat(path)
	if err != nil {
		return nil, fileError(err, args)
	}
	if !info.Mode().IsRegular() {
		return nil, &Error{ID: "secret.file.kind", Args: args}
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fileError(err, args)
	}
	defer func() { _ = f.Close() }()
	// Looked at again: now it is certainly the file that is read.
	if info, err = f.Stat(); err != nil {
		return nil, fileError(err, args)
	}
	if !info.Mode().IsRegular() {
		return nil, &Error{ID: "secret.file.kind", Args: args}
	}
	if openToOthers(info) {
		return nil, &Error{ID: "secret.file.open", Args: args}
	}
	data, err := readAtMost(f, limit)
	if err != nil {
		return nil, fileError(err, args)
	}
	if int64(len(data)) > limit {
		return nil, &Error{ID: "secret.long", Args: map[string]any{"Place": path, "Max": limit}}
	}
	return data, nil
}

func fileError(err error, args map[string]any) *Error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &Error{ID: "secret.file.missing", Args: args, cause: err}
	case errors.Is(err, fs.ErrPermission):
		return &Error{ID: "secret.file.denied", Args: args, cause: err}
	}
	return &Error{ID: "secret.file.read", Args: map[string]any{"Path": args["Path"], "Cause": err.Error()}, cause: err}
}

// validName tells whether name can name a secret. What cannot is not repeated
// in messages: it may be the password, put in the wrong place.
func validName(name string) bool {
	if name == "" || len(name) > maxName {
		return false
	}
	for _, c := range []byte(name) {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_', c == '.':
		default:
			return false
		}
	}
	return true
}
