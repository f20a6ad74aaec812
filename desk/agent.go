package desk

import (
	"cmp"
	"context"
	"errors"

	"ctiagent/cti"
)

// LoginResult is the answer to agent.login and agent.logout: the agent, and
// how each driver fared.
type LoginResult struct {
	Agent   cti.Agent `json:"agent"`
	Drivers []Fared   `json:"drivers"`
	// Kept is empty for a login that keeps nothing.
	Kept Kept `json:"kept,omitempty" values:"store,absent,locked" help:"where the password is kept: in the person's secret store, or only until the program in the session ends, since the store is absent or locked"`
}

// Fared is what became of a wish that went to every driver.
type Fared struct {
	Driver string   `json:"driver"`
	OK     bool     `json:"ok"`
	Error  string   `json:"error,omitempty" help:"what the driver said, in its own words"`
	Kind   cti.Kind `json:"kind,omitempty"`
}

// login logs the agent in at every driver. As soon as one did it, the desk is
// the new agent's, and the drivers begin anew for the new extension.
func (d *Desk) login(ctx context.Context, k *wish) (any, error) {
	in := k.in.(*cti.LoginIn)
	if in.Agent == "" {
		in.Agent = k.target.Agent
	}
	if in.Extension == "" {
		in.Extension = k.target.Extension
	}
	k.target.Agent, k.target.Extension = in.Agent, in.Extension
	k.wallet = d.walletOf(in)
	result, err := d.everywhere(ctx, k, func() {
		old := d.target.Swap(&cti.Target{Agent: in.Agent, Extension: in.Extension})
		changed := old.Agent != in.Agent || old.Extension != in.Extension
		for _, l := range d.links {
			if changed || l.resting() {
				l.restart()
			}
		}
	})
	kept := k.wallet.settle(ctx, in, err == nil)
	if err != nil {
		return nil, err
	}
	result.Kept = kept
	return result, nil
}

// Seat tells who sits at the desk, as far as the person says. What is known of
// who is logged in stays, and so does what the person leaves empty.
func (d *Desk) Seat(who cti.Target) {
	old := *d.target.Load()
	now := cti.Target{Agent: cmp.Or(who.Agent, old.Agent), Extension: cmp.Or(who.Extension, old.Extension)}
	if now == old {
		return
	}
	d.mu.Lock()
	if at := d.table.Agent; at.State != cti.AgentOffline && old != (cti.Target{}) {
		// A telephone system that told of the extension first may not know whose it is; nothing else changes.
		now = cti.Target{Agent: cmp.Or(old.Agent, at.ID, who.Agent), Extension: cmp.Or(old.Extension, at.Extension, who.Extension)}
		if now == old {
			d.mu.Unlock()
			return
		}
	}
	d.target.Store(&now)
	d.foldLocked("", cti.AgentFact{ID: now.Agent, Extension: now.Extension})
	d.mu.Unlock()
	for _, l := range d.links {
		l.restart()
	}
}

func (d *Desk) logout(ctx context.Context, k *wish) (any, error) {
	d.forgetPause()
	result, err := d.everywhere(ctx, k, d.outbox.dropAgents)
	if err != nil {
		return nil, err
	}
	return result, nil
}

// everywhere takes a wish to every driver that serves it, in stack order, and
// fails when none did it. done runs once, after the last driver, when one did.
func (d *Desk) everywhere(ctx context.Context, k *wish, done func()) (LoginResult, error) {
	result := LoginResult{Drivers: []Fared{}}
	var first error
	did := false
	for _, l := range d.serving(k.info.Name, nil) {
		before := d.toldBy(l)
		out, err := d.loginAt(ctx, k, l)
		if err != nil {
			e := cti.AsError(err)
			result.Drivers = append(result.Drivers, Fared{Driver: l.driver.Name, Error: textOf(e), Kind: e.Kind})
			if first == nil {
				first = err
			}
			continue
		}
		result.Drivers = append(result.Drivers, Fared{Driver: l.driver.Name, OK: true})
		who := cti.Target{}
		if k.info.Name == cti.AgentLogin.Name && !did {
			who = k.target
		}
		did = true
		if o, ok := out.(cti.AgentOut); ok {
			d.tellAgent(l, o, who, before)
		}
	}
	switch {
	case first == nil && !did:
		return LoginResult{}, d.unserved(k.method)
	case !did:
		return LoginResult{}, first
	}
	done()
	result.Agent = d.State().Agent
	return result, nil
}

// loginAt asks one driver, with the password that is kept where it wants one.
func (d *Desk) loginAt(ctx context.Context, k *wish, l *link) (any, error) {
	out, err := l.call(ctx, k.info.Name, k.target, k.in, k.Progress)
	in, login := k.in.(*cti.LoginIn)
	if !login || !k.wallet.again(ctx, in, err) {
		return out, err
	}
	with := *in
	with.Password = k.wallet.kept
	if out, err = l.call(ctx, k.info.Name, k.target, &with, k.Progress); errors.Is(err, cti.Unauthorized) {
		k.wallet.refused = true
	}
	return out, err
}

// toldBy is how often a driver has told how the agent stands.
func (d *Desk) toldBy(l *link) uint64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return l.told
}

func (d *Desk) noteAgentLocked(driver string, f cti.Fact) {
	switch f := f.(type) {
	case cti.AgentFact:
		if f.State == "" {
			return
		}
	case cti.SnapshotFact:
		if f.Agent == nil || f.Agent.State == "" {
			return
		}
	default:
		return
	}
	for _, l := range d.links {
		if l.driver.Name == driver {
			l.told++
		}
	}
}

// tellAgent folds what a driver answered about the agent; who fills in what it
// left out. States that follow from calls are the fold's to find. before is how
// often the driver had told how the agent stands when it was asked: what it has
// told since is as new as its answer, or newer.
func (d *Desk) tellAgent(l *link, o cti.AgentOut, who cti.Target, before uint64) {
	f := cti.AgentFact{ID: o.ID, Extension: o.Extension, Name: o.Name}
	switch o.State {
	case cti.AgentOffline, cti.AgentReady, cti.AgentPaused, cti.AgentWrapup:
		f.State, f.Reason = o.State, o.Reason
	}
	if f.ID == "" {
		f.ID = who.Agent
	}
	if f.Extension == "" {
		f.Extension = who.Extension
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if l.told != before {
		f.State, f.Reason = "", ""
	}
	if f != (cti.AgentFact{}) {
		d.foldLocked(l.driver.Name, f)
	}
}

// pauseLater keeps a pause for the time after the call; answered says that
// nothing is to be asked of a driver now.
func (d *Desk) pauseLater(k *wish) (answered bool, err error) {
	in, pause := k.in.(*cti.PauseIn)
	if pause && in.When == afterCall {
		if len(d.serving(k.info.Name, nil)) == 0 {
			return false, d.unserved(k.method)
		}
		now := *in
		now.When = ""
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.talkingLocked() {
			d.later = &now
			return true, nil
		}
		in.When = ""
		return false, nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	kept := d.later != nil
	d.later = nil
	// Ending a pause that has not begun is nothing a driver could do.
	return kept && !pause && d.table.Agent.State != cti.AgentPaused, nil
}

const afterCall = "afterCall"

func (d *Desk) forgetPause() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.later = nil
}

func (d *Desk) talkingLocked() bool {
	for _, c := range d.table.Calls {
		if c.State != cti.Wrapup {
			return true
		}
	}
	return false
}

// pauseIfDueLocked begins a kept pause once the last call is over. When no
// driver does it, the person is told: they wait for a pause that never comes.
func (d *Desk) pauseIfDueLocked() {
	if d.later == nil || d.talkingLocked() {
		return
	}
	in := d.later
	d.later = nil
	d.spawnLocked(func() {
		k := &wish{method: d.methods[cti.AgentPause.Name], in: in, target: *d.target.Load()}
		ctx, done, err := d.detach(context.Background(), k.info.Name)
		if err != nil {
			return
		}
		defer done()
		out, by, entry, err := d.orLater(ctx, k)
		switch {
		case entry != "":
			return
		case err == nil:
			d.answer(k, by, out)
			return
		}
		d.log.Warn("the pause after the call failed", "error", err)
		if h := d.options.Hand; h != nil {
			if err := h.Notify(ctx, noticePauseFails, map[string]string{"Text": textOf(err)}); err != nil && !errors.Is(err, cti.Unavailable) {
				d.log.Warn("telling the person", "error", err)
			}
		}
	})
}
