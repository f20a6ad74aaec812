package ctitest

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"

	"ctiagent/cti"
)

// Host is a [cti.Host] for tests. It keeps every log line, of every level, and
// every program it was asked to launch. Launching does nothing and works unless
// [Host.OnLaunch] says otherwise; the receiver door is unavailable until
// [Host.OpenReceiver].
type Host struct {
	clock cti.Clock
	log   *slog.Logger

	mu       sync.Mutex
	text     bytes.Buffer
	desk     cti.Target
	launched []Launch
	onLaunch func(context.Context, Launch) error
	base     string // of the receiver door; "" while it is closed
	paths    map[string]cti.Handle
}

// Launch is one program the host was asked to start.
type Launch struct {
	Program string
	Args    []string
}

var _ cti.Host = (*Host)(nil)

// NewHost is a host that lives by the given clock; nil means the system's.
func NewHost(clock cti.Clock) *Host {
	if clock == nil {
		clock = cti.RealClock()
	}
	h := &Host{clock: clock, paths: map[string]cti.Handle{}}
	h.log = slog.New(slog.NewTextHandler((*hostLog)(h), &slog.HandlerOptions{Level: slog.Level(-127)}))
	return h
}

type hostLog Host

func (l *hostLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// SetDesk says whose desk the session serves from now on.
func (h *Host) SetDesk(t cti.Target) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.desk = t
}

// Desk is the target last set.
func (h *Host) Desk() cti.Target {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.desk
}

// OnLaunch makes f answer every launch from now on, after it was recorded.
func (h *Host) OnLaunch(f func(ctx context.Context, l Launch) error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.onLaunch = f
}

// Launch records the program, and answers as OnLaunch wants it.
func (h *Host) Launch(ctx context.Context, program string, args ...string) error {
	l := Launch{Program: program, Args: slices.Clone(args)}
	h.mu.Lock()
	h.launched = append(h.launched, l)
	f := h.onLaunch
	h.mu.Unlock()
	if f == nil {
		return nil
	}
	return f(ctx, l)
}

// Launched are the programs asked for so far, in order.
func (h *Host) Launched() []Launch {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.launched)
}

// OpenReceiver opens the receiver door on a real port until the test ends.
func (h *Host) OpenReceiver(t testing.TB) {
	door := httptest.NewServer(http.HandlerFunc(h.receive))
	t.Cleanup(door.Close)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.base = door.URL + "/"
}

func (h *Host) receive(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	handle := h.paths[strings.TrimPrefix(r.URL.Path, "/")]
	h.mu.Unlock()
	if handle == nil {
		http.NotFound(w, r)
		return
	}
	got, err := received(w, r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	reply, mine := handle(got)
	switch {
	case !mine:
		http.NotFound(w, r)
	case reply.Location != "":
		http.Redirect(w, r, reply.Location, http.StatusSeeOther)
	}
}

func received(w http.ResponseWriter, r *http.Request) (cti.Received, error) {
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return cti.Received{}, err
	}
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	if err := r.ParseForm(); err != nil {
		return cti.Received{}, err
	}
	// A form has been read by now, of anything else this is the whole.
	body, err := io.ReadAll(r.Body)
	return cti.Received{From: from.Addr().Unmap(), Values: maps.Clone(r.Form), Type: r.Header.Get("Content-Type"), Body: body}, err
}

// Receive opens the path name on the receiver door until ctx ends; unavailable
// while the door is closed, bad_request while the name is taken.
func (h *Host) Receive(ctx context.Context, name string, handle cti.Handle) (string, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.base == "" {
		return "", cti.Fail(cti.Unavailable, "", "the receiver door is closed")
	}
	if h.paths[name] != nil {
		return "", cti.Fail(cti.BadRequest, "", "the receiver path "+name+" is taken")
	}
	h.paths[name] = handle
	context.AfterFunc(ctx, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.paths, name)
	})
	return h.base + name, nil
}

// Clock is the clock the host was made with.
func (h *Host) Clock() cti.Clock { return h.clock }

// Log writes where [Host.LogText] reads.
func (h *Host) Log() *slog.Logger { return h.log }

// LogText is everything logged so far.
func (h *Host) LogText() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.text.String()
}
