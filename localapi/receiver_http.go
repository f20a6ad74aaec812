package localapi

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"html"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"ctiagent/cti"
	"ctiagent/internal/i18n"
	"ctiagent/localapi/protocol"
)

const (
	maxReceived   = 64 << 10 // bytes of a body
	maxValues     = 512      // of a query and a form together
	maxValueName  = 256      // bytes
	maxLocation   = 8 << 10  // bytes of an address a browser is sent to
	closingScript = "window.close()"
)

// closingSecurity lets the closing page close itself and nothing else.
func closingSecurity() string {
	sum := sha256.Sum256([]byte(closingScript))
	return "default-src 'none'; script-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}

// serveHTTP answers one request. Whatever is wrong with its host or path gets
// the same answer, which tells nothing.
func (r *Receiver) serveHTTP(w http.ResponseWriter, req *http.Request, hosts []string) {
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Referrer-Policy", "no-referrer") // the path holds the token
	h.Set("Cache-Control", "no-store")
	from := addrOf(req.RemoteAddr)
	if !r.rates.allow(from, r.opt.Clock.Now()) {
		http.Error(w, "too many requests", http.StatusTooManyRequests)
		return
	}
	name, ok := "", req.URL.Host == "" && slices.Contains(hosts, req.Host)
	if ok {
		name, ok = nameIn(req.URL.Path, r.opt.Token)
	}
	waiting := r.waiting(name)
	if !ok || len(waiting) == 0 {
		r.opt.Log.Debug("nothing waits at the receiver door for this request", "from", from.String())
		notThere(w)
		return
	}
	got, status := received(w, req)
	if status == 0 {
		// The caller is gone, or took too long. Who only returned here would
		// answer 200 to half a request when the connection still takes it.
		panic(http.ErrAbortHandler)
	}
	if status != http.StatusOK {
		http.Error(w, http.StatusText(status), status)
		return
	}
	got.From = from
	for _, o := range waiting {
		if reply, mine := r.ask(name, o, got); mine {
			r.reply(w, req, name, reply)
			return
		}
	}
	notThere(w)
}

func notThere(w http.ResponseWriter) { http.Error(w, "not found", http.StatusNotFound) }

// nameIn is the name in a path that has the token. How long it takes tells
// nothing of the token.
func nameIn(path, token string) (string, bool) {
	rest, ok := strings.CutPrefix(path, receiverPath)
	if !ok {
		return "", false
	}
	given, name, _ := strings.Cut(rest, "/")
	a, b := sha256.Sum256([]byte(given)), sha256.Sum256([]byte(token))
	if subtle.ConstantTimeCompare(a[:], b[:]) != 1 || !validName(name) {
		return "", false
	}
	return name, true
}

// waiting are the desks behind a name.
func (r *Receiver) waiting(name string) []*opening {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.opened[name])
}

// ask gives one desk the request. A driver that panics loses this request only.
func (r *Receiver) ask(name string, o *opening, got cti.Received) (reply cti.Reply, mine bool) {
	if o.ctx.Err() != nil {
		return cti.Reply{}, false
	}
	defer func() {
		if p := recover(); p != nil {
			r.opt.Log.Error("a driver panicked on what it received", "name", name, "panic", fmt.Sprint(p))
			reply, mine = cti.Reply{}, false
		}
	}()
	return o.handle(got)
}

// received reads a request; status 0 means that nobody is left to answer.
func received(w http.ResponseWriter, req *http.Request) (got cti.Received, status int) {
	var err error
	if got.Values, err = valuesOf(nil, req.URL.RawQuery); err != nil {
		return got, http.StatusBadRequest
	}
	switch req.Method {
	case http.MethodGet:
		return got, http.StatusOK
	case http.MethodPost:
	default:
		w.Header().Set("Allow", "GET, POST")
		return got, http.StatusMethodNotAllowed
	}
	kind, _, err := mime.ParseMediaType(req.Header.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" && kind != "application/json" {
		return got, http.StatusUnsupportedMediaType
	}
	if req.ContentLength > maxReceived {
		// A caller that is still writing when the connection closes loses the
		// answer, so a body that is not wholly absurd is read to its end.
		_, _ = io.CopyN(io.Discard, req.Body, 4*maxReceived)
		return got, http.StatusRequestEntityTooLarge
	}
	body, err := io.ReadAll(io.LimitReader(req.Body, maxReceived+1))
	switch {
	case err != nil:
		return got, 0
	case len(body) > maxReceived:
		return got, http.StatusRequestEntityTooLarge
	case kind == "application/json":
		if !protocol.Sound(body) {
			return got, http.StatusBadRequest
		}
		got.Type, got.Body = kind, body
		return got, http.StatusOK
	}
	if got.Values, err = valuesOf(got.Values, string(body)); err != nil {
		return got, http.StatusBadRequest
	}
	return got, http.StatusOK
}

var errManyValues = errors.New("too many values")

// valuesOf adds the values of a query or form to those there are. It is more
// patient than the library: how a phone escapes its variables is written
// nowhere, so that what cannot be unescaped stays as it came, and text that is
// no UTF-8 is Latin-1.
func valuesOf(to map[string][]string, text string) (map[string][]string, error) {
	if to == nil {
		to = map[string][]string{}
	}
	count := 0
	for _, all := range to {
		count += len(all)
	}
	for pair := range strings.SplitSeq(text, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		name, value = unescaped(name), unescaped(value)
		if count++; count > maxValues || len(name) > maxValueName {
			return nil, errManyValues
		}
		to[name] = append(to[name], value)
	}
	return to, nil
}

func unescaped(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil {
		text = plain
	}
	if utf8.ValidString(text) {
		return text
	}
	runes := make([]rune, 0, len(text))
	for _, b := range []byte(text) {
		runes = append(runes, rune(b))
	}
	return string(runes)
}

// reply sends a browser on, or shows it a page that closes itself.
func (r *Receiver) reply(w http.ResponseWriter, req *http.Request, name string, reply cti.Reply) {
	h := w.Header()
	if reply.Location != "" {
		if to, ok := webAddress(reply.Location); ok {
			h.Set("Location", to)
			w.WriteHeader(http.StatusSeeOther)
			return
		}
		r.opt.Log.Warn("a driver would send the browser to what is no web address", "name", name)
	}
	lang := r.lang
	if l := req.Header.Get("Accept-Language"); l != "" {
		lang = i18n.Match(l)
	}
	h.Set("Content-Security-Policy", closingSecurity())
	h.Set("Content-Type", "text/html; charset=utf-8")
	// A browser closes only windows that a script has opened, as VICIdial's
	// are; for any other there is a sentence.
	_, _ = fmt.Fprintf(w, "<!doctype html><html lang=%q><meta charset=\"utf-8\"><title>ctiagent</title><p>%s</p><script>%s</script></html>\n",
		string(lang), html.EscapeString(i18n.T(lang, "receiver.close", nil)), closingScript) // the caller may be gone
}

// webAddress is an http or https address as it may stand in a header.
func webAddress(text string) (string, bool) {
	u, err := url.Parse(text)
	if err != nil || len(text) > maxLocation || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
		return "", false
	}
	return u.String(), true
}
