package localapi

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"ctiagent/cti"
	"ctiagent/internal/i18n"
	"ctiagent/internal/peer"
	"ctiagent/localapi/protocol"
)

// ReceiverOptions says where the receiver door is and what opens it.
type ReceiverOptions struct {
	// Port of the door on 127.0.0.1 and [::1]; 0 takes a free one.
	Port int
	// LAN is one address of this computer that telephones reach; the zero
	// value opens none. Its port 0 takes a free one.
	LAN netip.AddrPort
	// Token stands in every path; see NewReceiverToken. Required.
	Token string
	// Language of the closing page for browsers that name none we speak.
	Language string
	// Log is for the administrator; nil discards. It never gets a path.
	Log *slog.Logger
	// Clock is the system's when nil.
	Clock cti.Clock
}

// Receiver is the door that vendors and phones call. It brings facts in: it
// dials nothing and shows nothing of desk or site. Its methods may be called
// concurrently.
type Receiver struct {
	opt     ReceiverOptions
	lang    i18n.Lang
	timeout time.Duration // for a request to come in whole
	gate    *gate
	rates   rates

	near []net.Listener // on loopback
	port int

	ctx    context.Context // ends with the door
	cancel context.CancelFunc
	wg     sync.WaitGroup

	mu      sync.Mutex
	closing bool
	lan     net.Listener // nil while the address is not there
	servers []*http.Server
	opened  map[string][]*opening // by name, in the order they were opened
}

// opening is one desk that waits behind a name.
type opening struct {
	ctx    context.Context //nolint:containedctx // how long the name stays open is what it is
	handle cti.Handle
}

const (
	receiverPath     = "/r/"
	receiverPatience = 10 * time.Second
	// lanRetry is how long after a failure the LAN address is tried again: a
	// notebook gets its address when somebody plugs it in.
	lanRetry = 30 * time.Second
	// minToken is 128 bits in the letters of NewReceiverToken.
	minToken = 26
	maxToken = 128
	maxName  = 64
)

// NewReceiverToken makes a token of 160 random bits in 32 lower-case letters
// and digits: people copy it into phones and dialers, and VICIdial would read
// some other characters as its own.
func NewReceiverToken() string {
	var b [20]byte
	rand.Read(b[:]) // never fails: it ends the program rather than give weak bytes
	return strings.ToLower(base32.StdEncoding.EncodeToString(b[:]))
}

// ValidReceiverToken says whether a token is long enough to be no guess, and
// made of letters and digits only.
func ValidReceiverToken(text string) bool {
	return len(text) >= minToken && len(text) <= maxToken && strings.IndexFunc(text, func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9')
	}) < 0
}

// NewReceiver makes a door that does not listen yet.
func NewReceiver(opt ReceiverOptions) (*Receiver, error) {
	if !ValidReceiverToken(opt.Token) {
		return nil, fmt.Errorf("localapi: the receiver's token must be %d to %d letters and digits", minToken, maxToken)
	}
	if a := opt.LAN.Addr(); a.IsValid() && (a.IsUnspecified() || a.IsMulticast()) {
		return nil, fmt.Errorf("localapi: %s is no address of this computer alone", a)
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if opt.Clock == nil {
		opt.Clock = cti.RealClock()
	}
	r := &Receiver{opt: opt, lang: i18n.Match(opt.Language), timeout: receiverPatience, gate: newGate(), opened: map[string][]*opening{},
		rates: rates{by: map[netip.Addr]*rate.Limiter{}}}
	r.ctx, r.cancel = context.WithCancel(context.Background())
	return r, nil
}

// Listen opens the door on loopback, and on the LAN address if it is there.
// When it fails nothing is open.
func (r *Receiver) Listen() error {
	near, port, err := listenLoopback(r.opt.Port)
	if err != nil {
		return receiverError(r.opt.Port, err)
	}
	r.near, r.port = near, port
	if !r.opt.LAN.IsValid() {
		return nil
	}
	if err := r.listenLAN(); taken(err) {
		for _, l := range near {
			l.Close()
		}
		return receiverError(int(r.opt.LAN.Port()), err)
	} else if err != nil {
		r.opt.Log.Warn("the receiver door waits for its LAN address", "address", r.opt.LAN.String(), "error", err)
	}
	return nil
}

func (r *Receiver) listenLAN() error {
	l, err := listenTCP(r.opt.LAN.String())
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closing {
		l.Close()
		return net.ErrClosed
	}
	r.lan = l
	return nil
}

// ReceiverTaken says that another program has the port of the receiver door.
type ReceiverTaken struct {
	Port int
	Err  error
}

// Error names the port, who holds it, and the way out.
func (e *ReceiverTaken) Error() string {
	holder := peer.PortHolder(e.Port)
	if holder == "" {
		holder = "a program that `" + peer.PortCommand(e.Port) + "` finds"
	}
	return fmt.Sprintf("open the receiver door: port %d is taken by %s; end that program or choose another port under [receiver]: %v", e.Port, holder, e.Err)
}

// Unwrap gives what the system said.
func (e *ReceiverTaken) Unwrap() error { return e.Err }

func receiverError(port int, err error) error {
	if taken(err) {
		return &ReceiverTaken{port, err}
	}
	return fmt.Errorf("open the receiver door: %w", err)
}

// Port is the door's port on loopback, once Listen has succeeded.
func (r *Receiver) Port() int { return r.port }

// Serve answers at the addresses that Listen opened until ctx ends or Close,
// and keeps trying for a LAN address that is not there yet.
func (r *Receiver) Serve(ctx context.Context) error {
	var failed error
	var once sync.Once
	stop := context.AfterFunc(ctx, r.cancel)
	defer stop()
	for _, l := range r.near {
		hosts := []string{hostOf("127.0.0.1", r.port), hostOf("localhost", r.port), hostOf("::1", r.port)}
		r.track(func() {
			if err := r.serveListener(l, hosts); err != nil {
				once.Do(func() { failed = err })
				r.cancel()
			}
		})
	}
	if r.opt.LAN.IsValid() {
		r.track(r.serveLAN)
	}
	<-r.ctx.Done()
	err := r.Close() // waits for who may set failed
	return errors.Join(failed, err)
}

// track runs f in a goroutine that Close waits for, unless Close has begun.
func (r *Receiver) track(f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.closing {
		r.wg.Go(f)
	}
}

// serveLAN serves at the LAN address whenever this computer has it.
func (r *Receiver) serveLAN() {
	for r.ctx.Err() == nil {
		r.mu.Lock()
		l := r.lan
		r.mu.Unlock()
		if l == nil && r.listenLAN() == nil {
			r.opt.Log.Info("the receiver door has its LAN address", "address", r.opt.LAN.String())
			continue
		}
		if l != nil {
			addr := l.Addr().(*net.TCPAddr)
			if err := r.serveListener(l, []string{hostOf(r.opt.LAN.Addr().String(), addr.Port)}); err != nil {
				r.opt.Log.Warn("the receiver door lost its LAN address", "address", r.opt.LAN.String(), "error", err)
			}
			r.mu.Lock()
			r.lan = nil
			r.mu.Unlock()
		}
		if cti.Wait(r.ctx, r.opt.Clock, lanRetry) != nil {
			return
		}
	}
}

func (r *Receiver) serveListener(l net.Listener, hosts []string) error {
	s := &http.Server{
		Handler:           http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) { r.serveHTTP(w, req, hosts) }),
		ReadHeaderTimeout: r.timeout,
		ReadTimeout:       r.timeout,
		WriteTimeout:      r.timeout,
		MaxHeaderBytes:    32 << 10, // a web form of VICIdial carries every field of a lead
		// The library would answer OPTIONS * itself, without the guard.
		DisableGeneralOptionsHandler: true,
		ErrorLog:                     slog.NewLogLogger(r.opt.Log.Handler(), slog.LevelDebug),
	}
	s.SetKeepAlivesEnabled(false) // each caller has one thing to say
	r.mu.Lock()
	if r.closing {
		r.mu.Unlock()
		l.Close()
		return nil
	}
	r.servers = append(r.servers, s)
	r.mu.Unlock()
	err := s.Serve(gated{l, r.gate})
	r.mu.Lock()
	r.servers = slices.DeleteFunc(r.servers, func(o *http.Server) bool { return o == s })
	r.mu.Unlock()
	if errors.Is(err, http.ErrServerClosed) || errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// Close closes the door and waits for what it was told. It may be called
// twice.
func (r *Receiver) Close() error {
	r.mu.Lock()
	r.closing = true
	listeners, servers := slices.Clone(r.near), slices.Clone(r.servers)
	if r.lan != nil {
		listeners = append(listeners, r.lan)
	}
	r.mu.Unlock()
	r.cancel()
	for _, l := range listeners {
		l.Close()
	}
	var err error
	for _, s := range servers {
		err = errors.Join(err, s.Close())
	}
	r.wg.Wait()
	if errors.Is(err, net.ErrClosed) {
		err = nil
	}
	return err
}

// hostOf is a Host as browsers and phones write it: without the default port.
func hostOf(host string, port int) string {
	joined := net.JoinHostPort(host, strconv.Itoa(port))
	if port == 80 {
		return strings.TrimSuffix(joined, ":80")
	}
	return joined
}

// Receive opens a name until ctx ends and answers its address on loopback, as
// [cti.Host] says. Desks that open the same name are asked in the order they
// did so.
func (r *Receiver) Receive(ctx context.Context, name string, handle cti.Handle) (string, error) {
	switch {
	case !validName(name):
		return "", cti.Fail(cti.BadRequest, "", "a path of the receiver door is lower-case words with / between them")
	case r.port == 0 || r.ctx.Err() != nil:
		return "", cti.Fail(cti.Unavailable, "", "the receiver door is closed")
	}
	o := &opening{ctx, handle}
	r.mu.Lock()
	r.opened[name] = append(r.opened[name], o)
	r.mu.Unlock()
	context.AfterFunc(ctx, func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		if left := slices.DeleteFunc(r.opened[name], func(p *opening) bool { return p == o }); len(left) > 0 {
			r.opened[name] = left
		} else {
			delete(r.opened, name)
		}
	})
	return r.nearURL(name), nil
}

// validName says whether a name is lower-case words with / between them.
func validName(name string) bool {
	if len(name) > maxName {
		return false
	}
	for word := range strings.SplitSeq(name, "/") {
		if word == "" || strings.IndexFunc(word, func(c rune) bool { return (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' }) >= 0 {
			return false
		}
	}
	return true
}

func (r *Receiver) nearURL(name string) string {
	return "http://" + hostOf("127.0.0.1", r.port) + receiverPath + r.opt.Token + "/" + name
}

// lanURL is "" while no LAN address is open; with the mutex held.
func (r *Receiver) lanURL(name string) string {
	if r.lan == nil {
		return ""
	}
	return "http://" + hostOf(r.opt.LAN.Addr().String(), r.lan.Addr().(*net.TCPAddr).Port) + receiverPath + r.opt.Token + "/" + name
}

// LANURL is the address of a name for telephones, "" while there is none.
func (r *Receiver) LANURL(name string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.lanURL(name)
}

// State tells an administrator what to enter at dialers and phones. It holds
// the token, so it is for the program door only.
func (r *Receiver) State() protocol.ReceiverOut {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := protocol.ReceiverOut{Open: true, Paths: []protocol.ReceiverPath{}}
	if r.opt.LAN.IsValid() && r.lan == nil {
		out.Waiting = r.opt.LAN.Addr().String()
	}
	for name := range r.opened {
		out.Paths = append(out.Paths, protocol.ReceiverPath{Name: name, URL: r.nearURL(name), LAN: r.lanURL(name)})
	}
	sort.Slice(out.Paths, func(i, j int) bool { return out.Paths[i].Name < out.Paths[j].Name })
	return out
}
