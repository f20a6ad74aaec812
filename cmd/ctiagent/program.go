package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"syscall"
	"time"

	"ctiagent/cti"
	"ctiagent/desk"
	"ctiagent/internal/config"
	"ctiagent/internal/i18n"
	"ctiagent/internal/logging"
	"ctiagent/internal/paths"
	"ctiagent/internal/peer"
	"ctiagent/internal/secret"
	"ctiagent/journal"
	"ctiagent/localapi"
	"ctiagent/localapi/client"
	"ctiagent/localapi/protocol"
	"ctiagent/vendors"
	"ctiagent/web"

	"github.com/oklog/ulid/v2"
)

// program is a ctiagent that serves: the doors and the desks behind them.
type program struct {
	config  config.Config
	from    config.Provenance
	drivers []desk.Driver
	demo    map[string]localapi.Extra // nil outside the demo

	self     cti.Person
	shared   bool // the system service: everybody's desk, and no screen of its own
	log      *slog.Logger
	redact   *secret.Redactor
	server   *localapi.Server
	receiver *localapi.Receiver // nil: the receiver door is closed
	desks    *desk.Desks
	journal  *journal.Journal // nil: nothing is kept
}

// foreground makes the program a person runs in a terminal: it serves that
// person's desk and no other.
func (a *app) foreground(cfg config.Config, from config.Provenance, build func(*slog.Logger, *secret.Redactor) ([]desk.Driver, error), demo map[string]localapi.Extra) (*program, error) {
	redact := new(secret.Redactor)
	level, err := logging.ParseLevel(cfg.Log.Level)
	if err != nil {
		return nil, unready(err)
	}
	log, _, err := logging.New(logging.Options{Level: level, Writer: a.err, File: cfg.Log.File, Redactor: redact,
		FullNumbers: cfg.Log.Numbers == config.NumbersFull})
	if err != nil {
		return nil, unready(err)
	}
	user, err := peer.Self()
	if err != nil {
		return nil, unready(fmt.Errorf("find out who runs ctiagent: %w", err))
	}
	p := &program{config: cfg, from: from, demo: demo, self: cti.Person{ID: user.ID, Name: user.Name}, shared: a.service, log: log, redact: redact}
	if p.drivers, err = build(log, redact); err != nil {
		return nil, err
	}
	return p, p.assemble(a)
}

func (p *program) assemble(a *app) error {
	plan, err := newPlan(p.config)
	if err != nil {
		return err
	}
	if p.receiver, err = p.newReceiver(a); err != nil {
		return err
	}
	env := paths.Current()
	if file := p.stateFile("journal.db"); file != "" {
		p.journal = journal.New(journal.Options{Path: file, KeepDays: a.history.KeepDays, MaxBytes: a.history.MaxBytes, Clock: a.timer, Log: p.log})
	}
	options := desk.Options{
		Agent:   cti.Target{Agent: p.config.Agent.ID, Extension: p.config.Agent.Extension},
		Drivers: p.drivers, Known: vendors.All, Plan: plan, Clock: a.timer, Log: p.log,
		Epoch: ulid.Make().String(), Forbid: bans(p.config), Hours: hours(p.config),
		Limits: desk.Limits{DialsPerSecond: p.config.Limits.DialsPerSecond, LiveCalls: p.config.Limits.LiveCalls,
			WishJoin:    time.Duration(p.config.Limits.WishJoinSeconds) * time.Second,
			WishUnknown: time.Duration(p.config.Limits.WishUnknownSeconds) * time.Second},
	}
	if p.receiver != nil {
		options.Receive = p.receive
	}
	p.desks = desk.NewDesks(func(_ context.Context, who cti.Person) (desk.Options, error) {
		o := options
		o.Person, o.Pops, o.Hand, o.Journal, o.Outbox = who, p.popRules(), p.handOf(who, a), p.journalOf(who), p.outboxOf(who)
		o.Passwords, o.Learn = p.passwordsOf(who), p.redact.Add
		return o, nil
	}, a.timer, p.log)
	sockets := []string{env.ServiceSocket()}
	if !p.shared {
		sockets = []string{env.UserSocket()}
		if _, err := env.EnsureUserSocketDir(); err != nil {
			return unready(err)
		}
	}
	p.server, err = localapi.New(localapi.Options{
		TLS:   p.tlsDoor(),
		Clock: a.timer,
		Port:  p.config.API.Port, Sockets: sockets, SharedSockets: p.shared,
		Origins: p.config.API.Origins, Forbidden: p.config.Policy.ForbidOrigins, Pairing: p.config.API.Pairing, Remembered: p.stateFile("pages.json"),
		Limits:   p.config.Limits,
		Choices:  func(in protocol.AttachIn) protocol.AttachIn { return undecided(p.from, in) },
		OpenDesk: p.open, FindDesk: p.find, Version: version, Demo: p.demo != nil, Extra: p.demo,
		Language: cmp.Or(p.config.Agent.Language, string(a.lang)), Supervisors: p.config.Policy.Supervisors,
		Methods: desk.Methods(), Web: web.Files(), Log: p.log, Receiver: p.receiverState, Links: p.links(plan),
		ShowConfig: func(context.Context) (any, error) { return config.Show(p.config, p.from, driverOptions), nil },
		Doctor: func(ctx context.Context, lang i18n.Lang) (any, error) {
			its := *a
			its.lang = lang
			return append(its.examine(ctx, p.config, nil, p.diagnosed(ctx, &its, p.state(ctx)), nil), its.managed(p.config, p.from)...), nil
		},
	})
	return err
}

// open answers the desk of the person who runs the program, and of nobody
// else; the service everybody's but its own and the administrator's, at whose
// desk nobody sits.
func (p *program) open(ctx context.Context, who cti.Person) (localapi.Desk, func(), error) {
	switch {
	case p.shared && (who.ID == p.self.ID || peer.IsSystem(who.ID)):
		return nil, nil, &cti.Error{Kind: cti.Forbidden, Text: "the service keeps no desk for " + who.Name, Hint: "cli.hint.no_desk"}
	case !p.shared && who.ID != p.self.ID:
		return nil, nil, &cti.Error{Kind: cti.Forbidden, Text: "this ctiagent serves " + p.self.Name + " only", Hint: "cli.hint.other_person"}
	}
	d, release, err := p.desks.Open(ctx, who)
	if err != nil {
		return nil, nil, err
	}
	return d, release, nil
}

// find answers the desk that stands open under a name, for administrators.
func (p *program) find(name string) (cti.Person, localapi.Desk, func(), error) {
	who, d, release, err := p.desks.Find(name)
	if err != nil {
		return who, nil, nil, err
	}
	return who, d, release, nil
}

// serve opens the doors, calls ready, and serves until ctx ends. The desk of
// the person stays open meanwhile.
func (p *program) serve(ctx context.Context, ready func() error) (err error) {
	if p.journal != nil {
		defer func() {
			if err := p.journal.Close(); err != nil {
				p.log.Error("the journal", "error", err)
			}
		}()
	}
	defer p.desks.Close()
	if err := p.server.Listen(); err != nil {
		return p.closed(ctx, err)
	}
	closeReceiver, err := p.receives(ctx)
	if err != nil {
		return errors.Join(err, p.server.Close())
	}
	defer func() { err = errors.Join(err, closeReceiver()) }()
	defer p.keepCertificate(ctx)()
	if !p.shared {
		_, release, err := p.desks.Open(ctx, p.self)
		if err != nil {
			return errors.Join(err, p.server.Close())
		}
		defer release()
	}
	if err := ready(); err != nil {
		return errors.Join(err, p.server.Close())
	}
	// The server waits for what callers began; a silent PBX must not hold it up.
	stop := context.AfterFunc(ctx, p.desks.Close)
	defer stop()
	return p.server.Serve(ctx)
}

// state is how the person's desk stands; the service has none of its own.
func (p *program) state(ctx context.Context) cti.DeskState {
	if p.shared {
		return cti.DeskState{}
	}
	d, release, err := p.desks.Open(ctx, p.self)
	if err != nil {
		return cti.DeskState{}
	}
	defer release()
	return d.State()
}

// popRules are the pop rules of the configuration. Those of a demo on a free
// port learn here which port that is.
func (p *program) popRules() []desk.PopRule {
	var out []desk.PopRule
	for _, r := range p.config.Pops {
		if page, ok := strings.CutPrefix(r.Open, "http://127.0.0.1:0/"); ok {
			r.Open = p.server.URL() + page
		}
		out = append(out, desk.PopRule{On: r.On, Direction: cti.Direction(r.Direction), Open: r.Open, Ask: r.Ask})
	}
	return out
}

// unready is an error of getting ready, with what to do.
func unready(err error) error {
	return problem(cti.Unavailable, "ctiagent cannot start", "cli.hint.start", map[string]string{"Cause": err.Error()}, err)
}

// closed tells why the doors could not be opened: this person's other ctiagent,
// somebody else's program on the port, or what the system says.
func (p *program) closed(ctx context.Context, err error) error {
	socket, port := paths.Current().UserSocket(), p.config.API.Port
	if c, dialErr := client.Dial(ctx, client.Options{Sockets: []string{socket}}); dialErr == nil {
		hangUp(c)
		return problem(cti.Busy, "a ctiagent of yours is running already", "cli.hint.running", map[string]string{"Socket": socket}, err)
	}
	who := peer.PortHolder(port)
	if who == "" && !errors.Is(err, syscall.EADDRINUSE) {
		return unready(err)
	}
	args := map[string]string{"Port": strconv.Itoa(port), "Holder": who}
	if who == "" {
		args["Command"] = peer.PortCommand(port)
		return problem(cti.Busy, "the port is taken", "cli.hint.port_taken.unknown", args, err)
	}
	return problem(cti.Busy, "the port is taken by "+who, "cli.hint.port_taken", args, err)
}

// notice tells the person at this terminal a sentence.
func (a *app) notice(id string, args map[string]string) error {
	words := make(map[string]any, len(args))
	for k, v := range args {
		words[k] = v
	}
	_, err := fmt.Fprintln(a.err, a.t(id, words))
	return err
}
