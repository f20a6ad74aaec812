//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"runtime/pprof"
	"strconv"
	"time"

	"ctiagent/cti"
	"ctiagent/desk"
	"ctiagent/dialplan"
	"ctiagent/internal/config"
	"ctiagent/internal/logging"
	"ctiagent/internal/peer"
	"ctiagent/internal/secret"
	"ctiagent/localapi"
	"ctiagent/vendors"
	"ctiagent/web"
)

// patience is how long anything may take that is no measurement.
const patience = 30 * time.Second

// path is the project's own way: the doors, a desk and the Total IP driver,
// put together as the program puts them, against a mock PBX. Every check is in
// it; only the limits are out of reach.
type path struct {
	mock   *mock
	desks  *desk.Desks
	desk   *desk.Desk
	server *localapi.Server
	stop   func()
	pbx    net.Conn // the PBX's end of the event socket
	calls  int      // that were ended, each under a code of its own
}

func raised() config.Limits {
	const out = 1_000_000 // of reach
	l := config.Default().Limits
	l.RequestsPerSecond, l.Burst, l.DialsPerSecond = out, out, out
	l.ConnectionsPerOrigin, l.LiveCalls, l.PendingBytes = out, out, 1<<30
	return l
}

func newPath(ctx context.Context) (p *path, err error) {
	m, err := newMock(ctx)
	if err != nil {
		return nil, err
	}
	// Everything the path starts carries the label, see the flag -profile.
	pprof.Do(ctx, pprof.Labels("side", "path"), func(ctx context.Context) { p, err = startPath(ctx, m) })
	if err != nil {
		m.close()
		return nil, err
	}
	if err := p.ready(ctx); err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

func startPath(ctx context.Context, m *mock) (*path, error) {
	log, _, err := logging.New(logging.Options{Level: slog.LevelInfo, Writer: io.Discard, Redactor: new(secret.Redactor)})
	if err != nil {
		return nil, err
	}
	user, err := peer.Self()
	if err != nil {
		return nil, err
	}
	plan, err := dialplan.New(dialplan.Site{Country: "BR", AreaCode: "11"})
	if err != nil {
		return nil, err
	}
	driver, ok := vendors.Named("totalip")
	if !ok {
		return nil, errors.New("there is no driver totalip")
	}
	limits := raised()
	options := desk.Options{
		Agent: cti.Target{Extension: extension},
		Drivers: []desk.Driver{{Driver: driver, Config: cti.Config{Country: "BR", AreaCode: "11",
			Values: map[string]string{"url": m.url(), "events": m.events.Addr().String(), "key": key}}}},
		Known: vendors.All, Plan: plan, Log: log, Epoch: "bench",
		Limits: desk.Limits{DialsPerSecond: limits.DialsPerSecond, LiveCalls: limits.LiveCalls},
	}
	p := &path{mock: m}
	p.desks = desk.NewDesks(func(_ context.Context, who cti.Person) (desk.Options, error) {
		o := options
		o.Person = who
		return o, nil
	}, cti.RealClock(), log)
	p.server, err = localapi.New(localapi.Options{
		Origins: []string{origin}, Pairing: config.PairingAsk, Limits: limits, Version: "bench",
		OpenDesk: func(ctx context.Context, who cti.Person) (localapi.Desk, func(), error) {
			d, release, err := p.desks.Open(ctx, who)
			if err != nil {
				return nil, nil, err
			}
			return d, release, nil
		},
		Methods: desk.Methods(), Web: web.Files(), Log: log,
	})
	if err != nil {
		return nil, err
	}
	if err := p.server.Listen(); err != nil {
		return nil, err
	}
	var release func()
	if p.desk, release, err = p.desks.Open(ctx, cti.Person{ID: user.ID, Name: user.Name}); err != nil {
		return nil, errors.Join(err, p.server.Close())
	}
	ctx, cancel := context.WithCancel(ctx)
	served := make(chan error, 1)
	go func() { served <- p.server.Serve(ctx) }()
	p.stop = func() {
		cancel()
		if err := <-served; err != nil {
			log.Error("the doors", "error", err) // who measured has noticed already
		}
		release()
		p.desks.Close()
	}
	return p, nil
}

// ready waits until the driver follows the event socket and has taken its last
// look at the phone, after which it asks nothing by itself.
func (p *path) ready(ctx context.Context) (err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if p.pbx, err = p.mock.reader(ctx); err != nil {
		return fmt.Errorf("the driver does not open the event socket: %w", err)
	}
	const looks = 2 // the snapshot, and once more when the PBX has surely taken the connection
	err = until(ctx, func() bool {
		s := p.desk.State()
		return len(s.Drivers) == 1 && s.Drivers[0].Link == cti.LinkConnected && p.mock.looks.Load() >= looks
	})
	if err != nil {
		return fmt.Errorf("the driver does not connect: %w", err)
	}
	return nil
}

// until waits for what has no other way of telling.
func until(ctx context.Context, done func() bool) error {
	t := time.NewTicker(200 * time.Microsecond)
	defer t.Stop()
	for !done() {
		select {
		case <-t.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

func (p *path) addr() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(p.server.Port())) }

func (p *path) close() {
	p.stop()
	p.mock.close()
}

// end lets the PBX tell that these calls were dialled and are over, and waits
// until the desk knows it.
func (p *path) end(ctx context.Context, numbers []string) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var lines []byte
	for _, n := range numbers {
		p.calls++
		lines = fmt.Appendf(lines, "<A><%s><%s><1700000000.%d>\r\n<H><%s><1700000000.%d>\r\n", extension, n, p.calls, extension, p.calls)
	}
	if _, err := p.pbx.Write(lines); err != nil {
		return err
	}
	if err := until(ctx, func() bool { return len(p.desk.State().Calls) == 0 }); err != nil {
		return fmt.Errorf("%d calls do not end: %w", len(p.desk.State().Calls), err)
	}
	return nil
}
