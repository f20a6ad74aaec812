// Package localapi opens the doors through which pages and programs of this
// computer reach a person's desk, and lets nobody else in.
package localapi

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"ctiagent/cti"
	"ctiagent/internal/config"
	"ctiagent/internal/i18n"
	"ctiagent/internal/peer"
	"ctiagent/internal/stack"
	"ctiagent/localapi/protocol"
)

// Options says what a Server opens and for whom.
type Options struct {
	// Port of the page door on 127.0.0.1 and [::1]; 0 takes a free one.
	Port int
	// TLS opens the page door a second time; nil leaves it at the first.
	TLS *TLSDoor
	// Sockets are the paths of the program door, on Windows its pipes.
	Sockets []string
	// SharedSockets lets every user of the computer connect to Sockets, each
	// to the own desk; else only the user the program runs as.
	SharedSockets bool
	// Origins may observe, dial and control without asking, each written
	// exactly as browsers send it.
	Origins []string
	// Forbidden origins may do nothing, whoever allowed them: nobody is asked
	// about them, and they are told so.
	Forbidden []string
	// Pairing is config.PairingAsk or config.PairingOff; empty is off.
	Pairing string
	// Remembered is the file that keeps what people have said of pages; empty
	// keeps it as long as the program runs.
	Remembered string
	// Limits bounds what callers may ask for; a zero field has its default.
	Limits config.Limits
	// OpenDesk answers whose desk it is. Required.
	OpenDesk OpenDesk
	// FindDesk lets administrators act at the desks of others; nil: nobody
	// does.
	FindDesk FindDesk
	// Version of the program.
	Version string
	// Demo serves the demo CRM, and trusts pages from our own port.
	Demo bool
	// Language of hints for callers that name none: a language tag.
	Language string
	// Supervisors are the people who may change what concerns the site, by
	// account name or ID.
	Supervisors []string
	// Methods are the desk's methods, for the OpenRPC description.
	Methods []cti.FuncInfo
	// Web holds sdk/, control/, wallboard/, demo/, ui/ and i18n/; nil serves no pages.
	Web fs.FS
	// Links says what telephone links may do; the zero value asks for each of
	// them.
	Links Links
	// Choices leaves, of what a person's session says of its person, what the
	// site has not decided itself; nil leaves all of it.
	Choices func(protocol.AttachIn) protocol.AttachIn
	// Extra are methods that only this program adds.
	Extra map[string]Extra
	// ShowConfig answers config.show; nil leaves the method out.
	ShowConfig func(context.Context) (any, error)
	// Doctor answers doctor.run in a language; nil leaves the method out.
	Doctor func(context.Context, i18n.Lang) (any, error)
	// Receiver tells how the receiver door stands; nil says it is closed.
	Receiver func() protocol.ReceiverOut
	// PeerOwner finds the owner of a page's socket; nil asks the system.
	PeerOwner func(local, remote netip.AddrPort) (cti.Person, error)
	// Log is for the administrator; nil discards.
	Log *slog.Logger
	// Clock is the system's when nil.
	Clock cti.Clock
}

// TLSDoor is the page door over TLS: the same paths, guard and limits, under
// https and wss.
type TLSDoor struct {
	// Port on 127.0.0.1 and [::1]; 0 takes a free one.
	Port int
	// Certificate is asked for at each handshake.
	Certificate func(*tls.ClientHelloInfo) (*tls.Certificate, error)
}

// Extra is a method that a program adds to the doors.
type Extra struct {
	Scope cti.Effect
	Do    func(ctx context.Context, params json.RawMessage) (any, error)
}

// Server holds both doors. Its methods may be called concurrently.
type Server struct {
	opt      Options
	lang     i18n.Lang
	methods  map[string]method
	guard    guard
	tickets  tickets
	counts   counts
	links    links
	hands    hands
	pairings pairings
	chunks   sync.Pool // *[]byte of chunkBytes
	shapes   sync.Map  // [2]reflect.Type to shape
	openrpc  func() ([]byte, error)

	pages    []net.Listener // those over TLS among them
	programs []net.Listener
	port     int
	tlsPort  int // 0 while the door is not open over TLS
	http     *http.Server

	ctx      context.Context // ends with the server
	cancel   context.CancelFunc
	lastConn atomic.Uint64
	wg       sync.WaitGroup // serving, connections, and writers that wait for slow ones

	mu      sync.Mutex
	closing bool
	conns   map[*conn]struct{}
	hubs    map[Desk]*hub
}

// New makes a server that does not listen yet.
func New(opt Options) (*Server, error) {
	if opt.OpenDesk == nil {
		return nil, errors.New("localapi: Options.OpenDesk is missing")
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if opt.Clock == nil {
		opt.Clock = cti.RealClock()
	}
	if opt.PeerOwner == nil {
		opt.PeerOwner = systemOwner
	}
	opt.Limits = withDefaults(opt.Limits)
	s := &Server{opt: opt, lang: i18n.Match(opt.Language), conns: map[*conn]struct{}{}, hubs: map[Desk]*hub{}}
	s.methods = s.ownMethods()
	s.openrpc = sync.OnceValues(func() ([]byte, error) { return openRPC(opt.Version, s.catalogue()) })
	s.counts = newCounts(opt.Limits)
	s.tickets = newTickets(opt.Clock)
	s.pairings.log = opt.Log
	if opt.Remembered != "" {
		if err := s.pairings.load(opt.Remembered); err != nil {
			opt.Log.Error("pages", "error", err)
		}
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.http = &http.Server{
		Handler:           http.HandlerFunc(s.serveHTTP),
		ConnContext:       func(ctx context.Context, c net.Conn) context.Context { return withPeer(ctx, s, c) },
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      5 * time.Minute, // a report by POST may take minutes
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    16 << 10,
		// The library would answer OPTIONS * itself, without the guard.
		DisableGeneralOptionsHandler: true,
		ErrorLog:                     slog.NewLogLogger(opt.Log.Handler(), slog.LevelDebug),
	}
	return s, nil
}

func withDefaults(l config.Limits) config.Limits {
	number := func(n *int, otherwise int) {
		if *n <= 0 {
			*n = otherwise
		}
	}
	number(&l.MessageBytes, 64<<10)
	number(&l.Burst, 40)
	number(&l.ConnectionsPerOrigin, 16)
	number(&l.UnpairedConnections, 4)
	number(&l.UnpairedSeconds, 60)
	number(&l.PendingBytes, 1<<20)
	if l.RequestsPerSecond <= 0 {
		l.RequestsPerSecond = 20
	}
	return l
}

func systemOwner(local, remote netip.AddrPort) (cti.Person, error) {
	u, err := peer.OfTCP(local, remote)
	return cti.Person{ID: u.ID, Name: u.Name}, err
}

// Listen opens all doors. When it fails none is open.
func (s *Server) Listen() (err error) {
	defer func() {
		if err != nil {
			s.closeListeners()
		}
	}()
	if err := s.listenPages(); err != nil {
		return err
	}
	s.guard = newGuard(s.port, s.tlsPort, s.opt.Origins, s.opt.Forbidden, s.opt.Pairing == config.PairingAsk)
	for _, path := range s.opt.Sockets {
		l, err := listenPrograms(path, s.opt.SharedSockets)
		if err != nil {
			return err
		}
		s.programs = append(s.programs, l)
	}
	return nil
}

func (s *Server) listenPages() error {
	listeners, port, err := listenLoopback(s.opt.Port)
	if err != nil {
		return portError(port, err)
	}
	s.pages, s.port = listeners, port
	if s.opt.TLS == nil {
		return nil
	}
	if listeners, port, err = listenLoopback(s.opt.TLS.Port); err != nil {
		return portError(port, err)
	}
	// No HTTP/2: a WebSocket begins as HTTP/1.1.
	over := &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}, GetCertificate: s.opt.TLS.Certificate}
	for _, l := range listeners {
		s.pages = append(s.pages, tls.NewListener(l, over))
	}
	s.tlsPort = port
	return nil
}

// listenLoopback takes a port on 127.0.0.1, and on [::1] where the system has
// it; port 0 takes a free one. The port is answered with an error too.
func listenLoopback(want int) ([]net.Listener, int, error) {
	const tries = 10 // a port the system chose for IPv4 may be taken for IPv6
	for try := 1; ; try++ {
		l4, err := listenTCP(net.JoinHostPort("127.0.0.1", strconv.Itoa(want)))
		if err != nil {
			return nil, want, err
		}
		port := l4.Addr().(*net.TCPAddr).Port
		l6, err := listenTCP(net.JoinHostPort("::1", strconv.Itoa(port)))
		switch {
		case err == nil:
			return []net.Listener{l4, l6}, port, nil
		case !taken(err): // this system has no IPv6
			return []net.Listener{l4}, port, nil
		}
		l4.Close()
		if want != 0 || try == tries {
			return nil, port, err
		}
	}
}

func listenTCP(address string) (net.Listener, error) {
	var lc net.ListenConfig
	return lc.Listen(context.Background(), "tcp", address)
}

func portError(port int, err error) error {
	if !taken(err) {
		return fmt.Errorf("open the page door: %w", err)
	}
	if who := peer.PortHolder(port); who != "" {
		return fmt.Errorf("open the page door: port %d is taken by %s; end that program or choose another port under [api]: %w", port, who, err)
	}
	return fmt.Errorf("open the page door: port %d is taken; find out by whom with `%s`, or choose another port under [api]: %w", port, peer.PortCommand(port), err)
}

// Port is the page door's port, once Listen has succeeded.
func (s *Server) Port() int { return s.port }

// TLSPort is the page door's port over TLS, once Listen has succeeded; 0 where
// it is not open.
func (s *Server) TLSPort() int { return s.tlsPort }

// URL is the control page's address, once Listen has succeeded.
func (s *Server) URL() string { return "http://127.0.0.1:" + strconv.Itoa(s.port) + "/" }

// TicketURL is the control page's address with a one-time ticket for the
// person, good for a minute.
func (s *Server) TicketURL(p cti.Person) string { return s.URL() + "#t=" + s.tickets.issue(p) }

// Run is Listen and Serve.
func (s *Server) Run(ctx context.Context) error {
	if err := s.Listen(); err != nil {
		return err
	}
	return s.Serve(ctx)
}

// Serve answers at the doors that Listen opened until ctx ends or Close, and
// then has closed every connection.
func (s *Server) Serve(ctx context.Context) error {
	failed := make(chan error, len(s.pages)+len(s.programs))
	serve := func(l net.Listener, f func(net.Listener) error) bool {
		return s.goTracked(func() {
			stack.Reserve16()
			if err := f(l); err != nil && !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
				failed <- err
			}
		})
	}
	for _, l := range s.pages {
		serve(l, s.http.Serve)
	}
	for _, l := range s.programs {
		serve(l, s.servePrograms)
	}
	var err error
	select {
	case <-ctx.Done():
	case <-s.ctx.Done():
	case err = <-failed:
		err = fmt.Errorf("serve: %w", err)
	}
	return errors.Join(err, s.Close())
}

// goTracked runs f in a goroutine that Close waits for, unless Close has begun.
func (s *Server) goTracked(f func()) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return false
	}
	s.wg.Go(f)
	return true
}

// Close tells every page that the service stops, closes all connections and
// waits for what they began. It may be called twice.
func (s *Server) Close() error {
	s.mu.Lock()
	s.closing = true
	open := make([]*conn, 0, len(s.conns))
	for c := range s.conns {
		open = append(open, c)
	}
	s.mu.Unlock()
	s.closeListeners()
	for _, c := range open {
		s.wg.Go(func() { c.out.close(protocol.CloseStopping) }) // a slow reader holds up only itself
	}
	s.cancel()
	err := s.http.Close()
	s.wg.Wait()
	if errors.Is(err, net.ErrClosed) {
		err = nil
	}
	return err
}

func (s *Server) closeListeners() {
	for _, l := range append(s.pages, s.programs...) {
		l.Close()
	}
}

// add enters a connection into the books; it answers false when the server
// closes.
func (s *Server) add(c *conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return false
	}
	s.conns[c] = struct{}{}
	return true
}

func (s *Server) remove(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, c)
}

// supervisor says whether policy names the person.
func (s *Server) supervisor(p cti.Person) bool {
	for _, name := range s.opt.Supervisors {
		if name != "" && (name == p.Name || name == p.ID) {
			return true
		}
	}
	return false
}

// taken says whether an address is in use.
func taken(err error) bool {
	var sys *os.SyscallError
	return errors.As(err, &sys) && isAddressInUse(sys.Err)
}
