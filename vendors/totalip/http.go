package totalip

import (
	"context"
	"net/url"
	"strings"

	"ctiagent/cti"
	"ctiagent/vendors/internal/wire"
)

// The folders of the HTTP functions: telephony is manual 002, 1.1, e-mail 2.1.
const (
	telephony = "api"
	mail      = "api_mail"
)

// The names under which the key goes. Manual 002, 1.1.20: once there is a key, every function wants it; 1.1.21 alone
// calls it by another name.
const (
	keyName       = "chave"
	importKeyName = "chave_seguranca"
)

// web asks the HTTP functions of manual 002, 1.1 and 2.1.
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

// target is the path and query of a function, with the key.
func (w *web) target(folder, function string, params url.Values) string {
	u := w.base.JoinPath(folder, function)
	q := url.Values{}
	for name, values := range params {
		q[name] = values
	}
	if w.key != "" {
		name := keyName
		if function == "importar_discador" {
			name = importKeyName
		}
		q.Set(name, w.key)
	}
	u.RawQuery = q.Encode()
	return "/" + strings.TrimPrefix(u.RequestURI(), "/") // an address without a path has none to join to
}

// ask calls a function and answers its text. The error is a *cti.Error that tells whether the wish may have arrived; it
// never holds the address, which carries the key.
func (w *web) ask(ctx context.Context, op, function string, effect cti.Effect, params url.Values) (string, error) {
	// Every example of manual 002, 1.1 is an address to open, so even dialling is a GET.
	a, err := w.wire.Send(ctx, wire.Request{Target: w.target(telephony, function, params), Again: effect == cti.Observe})
	if e := w.fails.web(op, a, err); e != nil {
		return "", e
	}
	text := strings.TrimSpace(w.fails.Redact(wire.Text(a.Body)))
	if looksLikeHTML(text) && function != "status_servidores_view" {
		return "", w.fails.page(op)
	}
	return text, nil
}

// open calls a function that only reads and whose answer may be long.
func (w *web) open(ctx context.Context, op, folder, function string, params url.Values) (*wire.Download, error) {
	d, err := w.wire.Open(ctx, wire.Request{Target: w.target(folder, function, params), Again: true})
	if err != nil {
		return nil, w.fails.Transport(op, "the system", err)
	}
	if e := w.fails.web(op, d.Answer(), nil); e != nil {
		_ = d.Close() // nothing more is read of it
		return nil, e
	}
	return d, nil
}

// looksLikeHTML recognises a page by its first character: no answer of the manual begins with a bracket.
func looksLikeHTML(text string) bool { return strings.HasPrefix(text, "<") }
