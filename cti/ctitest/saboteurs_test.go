package ctitest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"ctiagent/cti"
)

// saboteur is the reference driver with one flaw.
type saboteur struct {
	name    string
	flaws   flaws
	caught  Law    // the law it breaks
	says    string // what that law complains about
	besides []Law  // other laws that cannot but fail with it
}

// saboteurs are the drivers the laws must catch. over ends what they leave behind.
func saboteurs(over <-chan struct{}) []saboteur {
	return []saboteur{
		{"forgets a verb", flaws{driver: func(d *cti.Driver) { d.Omitted = d.Omitted[1:] }},
			LawVerbs, "is neither served nor omitted", nil},
		{"omits without a reason", flaws{driver: func(d *cti.Driver) { d.Omitted[0].Reason = " " }},
			LawVerbs, "is omitted without a reason", nil},
		{"omits what it serves", flaws{driver: func(d *cti.Driver) { d.Omitted = append(d.Omitted, cti.Omission{Verb: "call.dial", Reason: "no"}) }},
			LawVerbs, "call.dial is served and omitted", []Law{LawUnsupported}},
		{"omits an invention", flaws{driver: func(d *cti.Driver) { d.Omitted = append(d.Omitted, cti.Omission{Verb: "call.sing", Reason: "no"}) }},
			LawVerbs, "call.sing is omitted and is no common verb", nil},
		{"declares what it does not bind", flaws{actions: func(_ *toySession, a *cti.Actions) *cti.Actions { return a.Without("agent.state") }},
			LawDeclared, "agent.state is declared and not bound", []Law{LawCancel, LawPassword, LawOnce}},
		{"binds what it does not declare", flaws{driver: func(d *cti.Driver) {
			d.Omitted = append(d.Omitted, cti.Omission{Verb: d.Functions[4].Name, Reason: "no"})
			d.Functions = d.Functions[:4]
		}},
			LawDeclared, "call.hangup is bound and not declared", []Law{LawUnsupported}},
		{"does not sort its rows", flaws{driver: func(d *cti.Driver) { d.Functions[0], d.Functions[1] = d.Functions[1], d.Functions[0] }},
			LawDeclared, "sort the rows by name", nil},
		{"names no source", flaws{driver: func(d *cti.Driver) { d.Functions[0].Source = "" }},
			LawDeclared, "agent.pause lacks its title or its source", nil},
		{"declares a function and answers unsupported", flaws{request: func(ctx context.Context, name string, send func(context.Context) (string, error)) (string, error) {
			if name == "unpause" {
				return "", cti.Fail(cti.Unsupported, name, "not in this version")
			}
			return send(ctx)
		}}, LawDeclared, "agent.unpause: ", []Law{LawFold, LawCancel, LawOnce}},
		{"asks for rights whenever it is looked at", flaws{actions: func(s *toySession, a *cti.Actions) *cti.Actions {
			_, _ = s.send(context.Background(), "state", "")
			return a
		}}, LawUnsupported, "the PBX heard of it", []Law{LawCancel, LawPassword}},
		{"tells of the agent before its snapshot", flaws{run: func(s *toySession, ctx context.Context, emit func(cti.Fact)) error {
			emit(cti.AgentFact{State: cti.AgentReady})
			return s.doRun(ctx, emit)
		}}, LawSnapshot, "before the snapshot came cti.AgentFact", nil},
		{"has no ref for a call", flaws{facts: onCalls(func(c cti.CallFact, emit func(cti.Fact)) {
			emit(c)
			c.Ref = ""
			emit(c)
		})}, LawRefs, "a call without a ref", []Law{LawEnds}},
		{"renames a call in the middle", flaws{facts: onCalls(func(c cti.CallFact, emit func(cti.Fact)) {
			if c.State == cti.Connected {
				emit(cti.CallFact{Ref: c.Ref, State: cti.Ended})
			}
			if c.State != cti.Ringing {
				c.Ref += "x"
			}
			emit(c)
		})}, LawRefs, "two calls have a third ref", []Law{LawDeclared, LawEnds, LawFold, LawLink, LawOnce}},
		{"ends a call twice", flaws{facts: onCalls(func(c cti.CallFact, emit func(cti.Fact)) {
			emit(c)
			if c.State == cti.Ended {
				emit(c)
			}
		})}, LawEnds, "told after its end", nil},
		{"talks after Run returned", flaws{run: func(s *toySession, ctx context.Context, emit func(cti.Fact)) error {
			err := s.doRun(ctx, emit)
			s.mu.Lock()
			defer s.mu.Unlock()
			s.onClose = func() { emit(cti.LinkFact{State: cti.LinkDisconnected}) }
			return err
		}, close: func(s *toySession) error {
			err := s.doClose()
			s.mu.Lock()
			defer s.mu.Unlock()
			if s.onClose != nil {
				s.onClose()
			}
			return err
		}}, LawSilence, "told after Run returned", nil},
		{"keeps a pause to itself", flaws{facts: func() func(cti.Fact, func(cti.Fact)) {
			return func(f cti.Fact, emit func(cti.Fact)) {
				if _, ok := f.(cti.AgentFact); !ok {
					emit(f)
				}
			}
		}}, LawFold, "after agent.pause: the agent is", nil},
		{"does not hear a cancel", flaws{request: func(ctx context.Context, _ string, send func(context.Context) (string, error)) (string, error) {
			return send(context.WithoutCancel(ctx))
		}}, LawCancel, "canceled, has not returned", nil},
		{"says a canceled wish was not sent", flaws{request: func(ctx context.Context, _ string, send func(context.Context) (string, error)) (string, error) {
			out, err := send(ctx)
			if errors.Is(err, cti.Canceled) {
				err = cti.Fail(cti.Canceled, "", "canceled")
			}
			return out, err
		}}, LawCancel, "says it was not sent", nil},
		{"answers the context's error", flaws{run: func(s *toySession, ctx context.Context, emit func(cti.Fact)) error {
			return errors.Join(s.doRun(ctx, emit), ctx.Err())
		}}, LawCancel, "answered context canceled, want nil", []Law{LawSnapshot, LawSilence, LawFold}},
		{"complains about a second Close", flaws{close: func(s *toySession) error {
			s.mu.Lock()
			closed := s.closed
			s.mu.Unlock()
			if closed {
				return errors.New("closed already")
			}
			return s.doClose()
		}}, LawClose, "closed already", nil},
		{"does not end Run by Close", flaws{close: func(*toySession) error { return nil }},
			LawClose, "Run, its session closed, has not returned", []Law{LawSilence, LawLeaks}},
		{"leaves a timer", flaws{open: func(_ cti.Config, h cti.Host) { h.Clock().AfterFunc(time.Hour, func() {}) }},
			LawLeaks, "timers are left", nil},
		{"leaves a goroutine", flaws{open: func(cti.Config, cti.Host) { go func() { <-over }() }},
			LawLeaks, "found unexpected goroutines", nil},
		{"shows ghosts after a cut", flaws{facts: ghosts},
			LawLink, "waited in vain for the end of the call that ended while the link was cut", nil},
		{"does not tell of a cut", flaws{facts: func() func(cti.Fact, func(cti.Fact)) {
			return func(f cti.Fact, emit func(cti.Fact)) {
				if l, ok := f.(cti.LinkFact); !ok || l.State == cti.LinkConnected {
					emit(f)
				}
			}
		}}, LawLink, "waited in vain for word of the cut link", []Law{LawLeaks, LawOnce, LawSecret}},
		{"loses a call that outlives a cut", flaws{facts: secondSnapshotEmpty},
			LawLink, "went on while the link was cut, and is gone", nil},
		{"tries a wrong password again", flaws{request: again(func(err error) bool { return errors.Is(err, cti.Unauthorized) })},
			LawPassword, "with a wrong password sent", nil},
		{"takes a wrong password for a refusal", flaws{request: func(ctx context.Context, name string, send func(context.Context) (string, error)) (string, error) {
			out, err := send(ctx)
			if errors.Is(err, cti.Unauthorized) {
				err = cti.Fail(cti.Refused, name, "no")
			}
			return out, err
		}}, LawPassword, "want unauthorized", nil},
		{"sends again when the connection died", flaws{request: again(func(err error) bool {
			return cti.MayHaveReached(err) && !errors.Is(err, cti.Canceled) && errors.Is(err, cti.Unavailable)
		})}, LawOnce, "want once", nil},
		{"sends everything twice", flaws{request: func(ctx context.Context, name string, send func(context.Context) (string, error)) (string, error) {
			if name == "dial" {
				_, _ = send(ctx)
			}
			return send(ctx)
		}}, LawOnce, "sent dial 2 times", []Law{LawPassword, LawCancel}},
		{"says a lost wish was not sent", flaws{request: func(ctx context.Context, _ string, send func(context.Context) (string, error)) (string, error) {
			out, err := send(ctx)
			if errors.Is(err, cti.Unavailable) {
				err = cti.Fail(cti.Unavailable, "", "lost")
			}
			return out, err
		}}, LawOnce, "want an error that says it may have been sent", nil},
		{"logs its configuration", flaws{open: func(cfg cti.Config, h cti.Host) { h.Log().Debug("open", "config", fmt.Sprint(cfg.Values)) }},
			LawSecret, "the secret is in the log", nil},
		{"shows its key in an error's cause", flaws{request: func(ctx context.Context, name string, send func(context.Context) (string, error)) (string, error) {
			out, err := send(ctx)
			if err != nil {
				e := *cti.AsError(err)
				e.Err = fmt.Errorf("get http://toy/?key=%s: %w", Canary, err)
				err = &e
			}
			return out, err
		}}, LawSecret, "the secret is in the error of", nil},
		{"shows its key in a fact", flaws{facts: func() func(cti.Fact, func(cti.Fact)) {
			return func(f cti.Fact, emit func(cti.Fact)) {
				if l, ok := f.(cti.LinkFact); ok && l.State != cti.LinkConnected {
					l.Detail = "refused with " + Canary
					f = l
				}
				emit(f)
			}
		}}, LawSecret, "the secret is in a fact", nil},
		{"shows its key in an answer", flaws{request: func(ctx context.Context, name string, send func(context.Context) (string, error)) (string, error) {
			out, err := send(ctx)
			if name == "state" {
				out = Canary
			}
			return out, err
		}}, LawSecret, "the secret is in the answer of agent.state", nil},
		{"shows its key in its description", flaws{driver: func(d *cti.Driver) { d.Options[1].Default = Canary }},
			LawSecret, "the secret is in the driver's description", nil},
	}
}

// onCalls changes single facts about calls.
func onCalls(f func(c cti.CallFact, emit func(cti.Fact))) func() func(cti.Fact, func(cti.Fact)) {
	return func() func(cti.Fact, func(cti.Fact)) {
		return func(fact cti.Fact, emit func(cti.Fact)) {
			if c, ok := fact.(cti.CallFact); ok {
				f(c, emit)
				return
			}
			emit(fact)
		}
	}
}

// again sends once more after some errors.
func again(after func(error) bool) func(context.Context, string, func(context.Context) (string, error)) (string, error) {
	return func(ctx context.Context, _ string, send func(context.Context) (string, error)) (string, error) {
		out, err := send(ctx)
		if err != nil && after(err) {
			return send(ctx)
		}
		return out, err
	}
}

// ghosts adds to every snapshot the calls known before it.
func ghosts() func(cti.Fact, func(cti.Fact)) {
	var (
		mu    sync.Mutex
		known []cti.CallFact
	)
	return func(f cti.Fact, emit func(cti.Fact)) {
		mu.Lock()
		defer mu.Unlock()
		switch f := f.(type) {
		case cti.CallFact:
			known = append(known, f)
			emit(f)
		case cti.SnapshotFact:
			f.Calls = append(f.Calls, known...)
			emit(f)
		default:
			emit(f)
		}
	}
}

// secondSnapshotEmpty knows no calls after a reconnect.
func secondSnapshotEmpty() func(cti.Fact, func(cti.Fact)) {
	var (
		mu   sync.Mutex
		seen bool
	)
	return func(f cti.Fact, emit func(cti.Fact)) {
		mu.Lock()
		defer mu.Unlock()
		if s, ok := f.(cti.SnapshotFact); ok {
			if seen {
				s.Calls = nil
			}
			seen, f = true, s
		}
		emit(f)
	}
}
