package ctitest

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"ctiagent/cti"
)

// flaws are the places where a saboteur gets into the toy driver. Each is nil
// in the driver that keeps every law.
type flaws struct {
	driver  func(*cti.Driver)
	open    func(cfg cti.Config, host cti.Host)
	actions func(s *toySession, a *cti.Actions) *cti.Actions
	// request stands between a function and its wire.
	request func(ctx context.Context, name string, send func(context.Context) (string, error)) (string, error)
	// facts stands between the link and the desk; it is made for each session.
	facts func() func(f cti.Fact, emit func(cti.Fact))
	// run and close stand around the session's own.
	run   func(s *toySession, ctx context.Context, emit func(cti.Fact)) error
	close func(s *toySession) error
}

// toyDriver is the reference: a complete small driver for toySim.
func toyDriver(f flaws) cti.Driver {
	d := cti.Driver{Name: "toy", Title: "Toy", Functions: cti.Infos(toyRows()),
		Options: []cti.Option{
			{Name: "address", Kind: cti.OptionAddress, Help: "where the toy listens", Required: true},
			{Name: "key", Kind: cti.OptionSecret, Help: "what opens it", Required: true, Secret: true},
		}}
	for _, v := range cti.Verbs() {
		if !slices.ContainsFunc(d.Functions, func(f cti.FuncInfo) bool { return f.Name == v.Name }) {
			d.Omitted = append(d.Omitted, cti.Omission{Verb: v.Name, Reason: "a toy has no such request"})
		}
	}
	d.Open = func(_ context.Context, cfg cti.Config, host cti.Host) (cti.Session, error) {
		if f.open != nil {
			f.open(cfg, host)
		}
		return newToySession(f, cfg, host), nil
	}
	if f.driver != nil {
		f.driver(&d)
	}
	return d
}

func toyRows() []cti.Func[*toySession] {
	return []cti.Func[*toySession]{
		cti.Row(cti.AgentPause, "toy 1", func(s *toySession, ctx context.Context, r cti.Req[cti.PauseIn]) (cti.AgentOut, error) {
			return s.agent(ctx, "pause", r.In.Reason)
		}),
		cti.Row(cti.AgentStateNow, "toy 2", func(s *toySession, ctx context.Context, _ cti.Req[cti.None]) (cti.AgentOut, error) {
			return s.agent(ctx, "state", "")
		}),
		cti.Row(cti.AgentUnpause, "toy 3", func(s *toySession, ctx context.Context, _ cti.Req[cti.None]) (cti.AgentOut, error) {
			return s.agent(ctx, "unpause", "")
		}),
		cti.Row(cti.CallDial, "toy 4", func(s *toySession, ctx context.Context, r cti.Req[cti.DialIn]) (cti.CallOut, error) {
			ref, err := s.request(ctx, "dial", r.In.Number)
			return cti.CallOut{Ref: ref}, err
		}),
		cti.Row(cti.CallHangup, "toy 5", func(s *toySession, ctx context.Context, r cti.Req[cti.CallIn]) (cti.CallOut, error) {
			_, err := s.request(ctx, "hangup", r.Ref)
			return cti.CallOut{Ref: r.Ref}, err
		}),
	}
}

type toySession struct {
	flaws flaws
	cfg   cti.Config
	host  cti.Host

	mu     sync.Mutex
	closed bool
	ends   map[int]context.CancelFunc // of the running Runs
	runs   int
	done   sync.WaitGroup
	adjust func(cti.Fact, func(cti.Fact))

	onClose func() // a saboteur's
}

func newToySession(f flaws, cfg cti.Config, host cti.Host) *toySession {
	s := &toySession{flaws: f, cfg: cfg, host: host, ends: map[int]context.CancelFunc{}}
	if f.facts != nil {
		s.adjust = f.facts()
	}
	return s
}

func (s *toySession) Actions() *cti.Actions {
	a := cti.Bind(s, toyRows())
	if s.flaws.actions != nil {
		a = s.flaws.actions(s, a)
	}
	return a
}

func (s *toySession) agent(ctx context.Context, name, arg string) (cti.AgentOut, error) {
	state, err := s.request(ctx, name, arg)
	return cti.AgentOut{State: cti.AgentState(state)}, err
}

func (s *toySession) request(ctx context.Context, name, arg string) (string, error) {
	send := func(ctx context.Context) (string, error) { return s.send(ctx, name, arg) }
	if s.flaws.request != nil {
		return s.flaws.request(ctx, name, send)
	}
	return send(ctx)
}

func (s *toySession) dial(ctx context.Context, line string) (net.Conn, *bufio.Scanner, string, error) {
	c, err := (&net.Dialer{}).DialContext(ctx, "tcp", s.cfg.Get("address"))
	if err != nil {
		return nil, nil, "", &cti.Error{Kind: cti.Unavailable, Text: "nobody listens", Err: err}
	}
	stop := context.AfterFunc(ctx, func() { c.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	lines := bufio.NewScanner(c)
	_, err = c.Write([]byte(line + "\n"))
	if err == nil && lines.Scan() {
		return c, lines, lines.Text(), nil
	}
	c.Close()
	kind := cti.Unavailable
	if ctx.Err() != nil {
		kind = cti.Canceled
	}
	return nil, nil, "", &cti.Error{Kind: kind, Text: "no answer came", Sent: cti.MaybeSent, Err: errors.Join(err, lines.Err())}
}

func (s *toySession) send(ctx context.Context, name, arg string) (string, error) {
	c, _, answer, err := s.dial(ctx, name+" "+s.cfg.Get("key")+" "+arg)
	if err != nil {
		return "", err
	}
	c.Close()
	word, rest, _ := strings.Cut(answer, " ")
	if word != "ok" {
		return "", &cti.Error{Kind: cti.Kind(word), Text: answer, Sent: cti.CertainSent}
	}
	return rest, nil
}

func (s *toySession) Run(ctx context.Context, emit func(cti.Fact)) error {
	if s.flaws.run != nil {
		return s.flaws.run(s, ctx, emit)
	}
	return s.doRun(ctx, emit)
}

func (s *toySession) doRun(ctx context.Context, emit func(cti.Fact)) error {
	ctx, cancel := context.WithCancel(ctx)
	s.mu.Lock()
	id := s.runs
	s.runs++
	s.ends[id] = cancel
	if s.closed {
		cancel()
	}
	s.done.Add(1)
	s.mu.Unlock()
	defer s.done.Done()
	defer cancel()
	tell := emit
	if s.adjust != nil {
		tell = func(f cti.Fact) { s.adjust(f, emit) }
	}
	for ctx.Err() == nil {
		s.follow(ctx, tell)
		if ctx.Err() == nil {
			tell(cti.LinkFact{State: cti.LinkDisconnected, Detail: "the toy does not answer"})
			_ = cti.Wait(ctx, s.host.Clock(), time.Second)
		}
	}
	return nil
}

// follow reads the event connection until it breaks.
func (s *toySession) follow(ctx context.Context, emit func(cti.Fact)) {
	c, lines, answer, err := s.dial(ctx, "events "+s.cfg.Get("key"))
	if err != nil {
		return
	}
	stop := context.AfterFunc(ctx, func() { c.Close() })
	defer stop()
	defer c.Close()
	if answer != "ok" {
		s.host.Log().Warn("the toy refuses the link", "answer", answer)
		return
	}
	emit(cti.LinkFact{State: cti.LinkConnected})
	for lines.Scan() {
		var n toyNews
		if json.Unmarshal(lines.Bytes(), &n) != nil || ctx.Err() != nil {
			return
		}
		if n.Snapshot {
			emit(cti.SnapshotFact{Agent: n.Agent, Calls: n.Calls})
			continue
		}
		for _, f := range n.Calls {
			emit(f)
		}
		if n.Agent != nil {
			emit(*n.Agent)
		}
	}
}

func (s *toySession) Close() error {
	if s.flaws.close != nil {
		return s.flaws.close(s)
	}
	return s.doClose()
}

func (s *toySession) doClose() error {
	s.mu.Lock()
	s.closed = true
	for _, end := range s.ends {
		end()
	}
	s.mu.Unlock()
	s.done.Wait()
	return nil
}
