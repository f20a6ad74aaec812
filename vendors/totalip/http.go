package totalip

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"ctiagent/cti"
	"ctiagent/vendors/internal/wire"
)

// web asks the HTTP functions of manual 002, 1.1.
type web struct {
	base  *url.URL
	key   string
	wire  *wire.Client
	fails failures
}

func newWeb(o options, fails failures) (*web, error) {
	client, err := wire.New(o.url)
	if err != nil {
		return nil, badOption(optionURL, "must look like http://192.168.0.1")
	}
	return &web{base: o.url, key: o.key, fails: fails, wire: client}, nil
}

func (w *web) close() { w.wire.Close() }

// ask calls a function and answers its text. The error is a *cti.Error that tells whether the wish may have arrived; it
// never holds the address, which carries the key.
func (w *web) ask(ctx context.Context, op, function string, effect cti.Effect, params url.Values) (string, error) {
	u := w.base.JoinPath("api", function)
	q := url.Values{}
	for name, values := range params {
		q[name] = values
	}
	if w.key != "" {
		q.Set("chave", w.key) // manual 002, 1.1.20: once there is a key, every function wants it
	}
	u.RawQuery = q.Encode()
	target := "/" + strings.TrimPrefix(u.RequestURI(), "/") // an address without a path has none to join to
	// Every example of manual 002, 1.1 is an address to open, so even dialling is a GET.
	code, body, err := w.wire.Get(ctx, target, effect == cti.Observe)
	if code == 0 {
		sent := cti.MaybeSent
		if errors.As(err, new(wire.NotSent)) {
			sent = cti.NotSent
		}
		return "", w.fails.transport(op, "the system", sent, err)
	}
	return w.read(op, code, body, err)
}

// read judges the HTTP side of an answer. The manual prints no status codes; refusals come with 200 and a text.
func (w *web) read(op string, code int, body []byte, err error) (string, error) {
	switch {
	case code == http.StatusUnauthorized, code == http.StatusForbidden:
		return "", w.fails.address(cti.Unauthorized, op, fmt.Sprintf("the web server answered %d", code), cti.CertainSent)
	case code == http.StatusNotFound:
		return "", w.fails.address(cti.Unsupported, op, "the web server answered 404: this system has no such function", cti.CertainSent)
	case code >= 300 && code < 500:
		return "", w.fails.address(cti.Unavailable, op, fmt.Sprintf("the web server answered %d instead of the function", code), cti.CertainSent)
	case code != http.StatusOK:
		return "", w.fails.address(cti.Unavailable, op, fmt.Sprintf("the web server answered %d", code), cti.MaybeSent)
	case err != nil:
		return "", w.fails.transport(op, "the system", cti.MaybeSent, err)
	case len(body) > wire.LargestAnswer:
		return "", w.fails.address(cti.Unavailable, op, "the answer is longer than 1 MiB", cti.MaybeSent)
	}
	text := strings.TrimSpace(w.fails.redact(decode(body)))
	if looksLikeHTML(text) {
		return "", w.fails.address(cti.Unavailable, op, "the web server answered a web page instead of the function", cti.CertainSent)
	}
	return text, nil
}

// looksLikeHTML recognises a page by its first character: no answer of the manual begins with a bracket.
func looksLikeHTML(text string) bool { return strings.HasPrefix(text, "<") }
