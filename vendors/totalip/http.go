package totalip

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"ctiagent/cti"
)

const (
	requestTimeout = 10 * time.Second
	largestAnswer  = 1 << 20
	idlePerHost    = 64 // as many pages may click at once without a new connection each
	// Web servers commonly keep an idle connection for five seconds. Letting go of it earlier keeps a wish from being
	// written into a connection that the other side is closing, where nobody could tell whether it arrived.
	idleTimeout = 4 * time.Second
)

// web asks the HTTP functions of manual 002, 1.1.
type web struct {
	base   *url.URL
	key    string
	client *http.Client
	fails  failures
}

func newWeb(o options, fails failures) *web {
	return &web{base: o.url, key: o.key, fails: fails, client: &http.Client{
		Transport: &http.Transport{ // no Proxy: the system stands in the local network
			DialContext:            (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
			TLSHandshakeTimeout:    5 * time.Second,
			MaxIdleConns:           idlePerHost,
			MaxIdleConnsPerHost:    idlePerHost,
			IdleConnTimeout:        idleTimeout,
			MaxResponseHeaderBytes: 64 << 10,
			DisableCompression:     true,
		},
		// Following would carry the key to wherever the redirect points.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

func (w *web) close() { w.client.CloseIdleConnections() }

// ask calls a function and answers its text. The error is a *cti.Error that tells whether the wish may have arrived; it
// never holds the address, which carries the key.
func (w *web) ask(ctx context.Context, op, function string, effect cti.Effect, params url.Values) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	var connected atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }})

	u := w.base.JoinPath("api", function)
	q := url.Values{}
	for name, values := range params {
		q[name] = values
	}
	if w.key != "" {
		q.Set("chave", w.key) // manual 002, 1.1.20: once there is a key, every function wants it
	}
	u.RawQuery = q.Encode()
	// Every example of manual 002, 1.1 is an address to open, so even dialling is a GET. Go's client sends a GET again
	// when a kept connection dies before the answer; a body that cannot be had twice, empty as it is, forbids that.
	var body io.Reader
	if effect != cti.Observe {
		body = io.NopCloser(strings.NewReader(""))
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), body)
	if err != nil {
		return "", w.fails.make(cti.InternalError, op, "the request could not be built", cti.NotSent, withoutURL(err))
	}
	req.GetBody = nil
	res, err := w.client.Do(req)
	if err != nil {
		sent := cti.NotSent
		if connected.Load() {
			sent = cti.MaybeSent
		}
		return "", w.fails.transport(op, "the system", sent, withoutURL(err))
	}
	defer res.Body.Close()
	return w.read(op, res)
}

// read judges the HTTP side of an answer. The manual prints no status codes; refusals come with 200 and a text.
func (w *web) read(op string, res *http.Response) (string, error) {
	body, err := io.ReadAll(io.LimitReader(res.Body, largestAnswer+1))
	switch code := res.StatusCode; {
	case code == http.StatusUnauthorized, code == http.StatusForbidden:
		return "", w.fails.address(cti.Unauthorized, op, fmt.Sprintf("the web server answered %d", code), cti.CertainSent)
	case code == http.StatusNotFound:
		return "", w.fails.address(cti.Unsupported, op, "the web server answered 404: this system has no such function", cti.CertainSent)
	case code >= 300 && code < 500:
		return "", w.fails.address(cti.Unavailable, op, fmt.Sprintf("the web server answered %d instead of the function", code), cti.CertainSent)
	case code != http.StatusOK:
		return "", w.fails.address(cti.Unavailable, op, fmt.Sprintf("the web server answered %d", code), cti.MaybeSent)
	case err != nil:
		return "", w.fails.transport(op, "the system", cti.MaybeSent, withoutURL(err))
	case len(body) > largestAnswer:
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

// withoutURL takes the cause out of the client's error, whose own text repeats the address.
func withoutURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
