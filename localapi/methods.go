package localapi

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"ctiagent/cti"
	"ctiagent/internal/i18n"
	"ctiagent/localapi/protocol"
	"ctiagent/uri"
)

// ownMethods are those the doors serve without the desk's help.
func (s *Server) ownMethods() map[string]method {
	own := map[string]method{}
	add := func(m method) { own[m.info.Name] = m }
	add(method{info: describe[protocol.HelloIn, protocol.HelloOut](protocol.SessionHello, "Greet the service and learn what it can do", cti.Observe), unpaired: true, inline: true, run: hello})
	add(method{info: describe[protocol.PairIn, protocol.PairOut](protocol.SessionPair, "Ask the person at the desk to allow this page", cti.Observe), unpaired: true, run: pair})
	add(method{info: describe[protocol.WatchIn, protocol.WatchOut](protocol.DeskWatch, "Take a snapshot and then every event", cti.Observe), socket: true, inline: true, run: deskWatch})
	add(method{info: describe[cti.None, cti.None](protocol.DeskUnwatch, "End the events", cti.Observe), socket: true, inline: true, run: deskUnwatch})
	add(method{info: describe[cti.None, cti.DeskState](protocol.DeskSnapshot, "Take a snapshot", cti.Observe), inline: true, run: deskSnapshot})
	add(method{info: describe[protocol.FocusIn, cti.None](protocol.PageFocus, "Tell whether the person looks at this page", cti.Observe), socket: true, inline: true, run: pageFocus})
	add(method{info: describe[protocol.ClaimPopIn, protocol.ClaimPopOut](protocol.DeskClaimPop, "Ask, right before showing a screen pop, whether it is still to be shown here", cti.Observe), socket: true, inline: true, run: claimPop})
	add(method{info: describe[protocol.TakePopIn, protocol.TakePopOut](protocol.DeskTakePop, "Ask whether to show the customer of a call by a rule of one's own", cti.Observe), program: true, inline: true, run: takePop})
	add(method{info: describe[protocol.InvokeIn, any](protocol.FunctionsInvoke, "Call a vendor's own function", cti.Observe)})
	add(method{info: describe[protocol.StreamReadIn, protocol.StreamReadOut](protocol.StreamRead, "Read the next pieces of a stream", cti.Observe), socket: true, run: streamRead})
	add(method{info: describe[protocol.StreamCloseIn, cti.None](protocol.StreamClose, "End a stream", cti.Observe), socket: true, run: streamClose})
	add(method{info: describe[protocol.CancelIn, cti.None](protocol.RPCCancel, "Cancel a request", cti.Observe), socket: true, inline: true, run: rpcCancel})
	add(method{info: describe[cti.None, any](protocol.RPCDiscover, "Describe every method", cti.Observe), inline: true, run: rpcDiscover})
	add(method{info: describe[cti.None, protocol.TicketOut](protocol.ControlTicket, "Make a one-time address of the control page", cti.Control), program: true, inline: true, run: controlTicket})
	add(method{info: describe[protocol.OriginsIn, []protocol.Origin](protocol.OriginsList, "List the pages that may connect", cti.Observe), program: true, control: true, inline: true, run: originsList})
	add(method{info: describe[protocol.AllowIn, protocol.Origin](protocol.OriginsAllow, "Let a page connect without asking again", cti.Control), program: true, control: true, inline: true, run: originsAllow})
	add(method{info: describe[protocol.RevokeIn, cti.None](protocol.OriginsRevoke, "Take back what the person said of a page", cti.Control), program: true, control: true, inline: true, run: originsRevoke})
	add(method{info: describe[cti.None, protocol.ReceiverOut](protocol.ReceiverList, "Tell what dialers and phones call here", cti.Control), program: true, inline: true, run: receiverList})
	add(method{info: describe[protocol.AttachIn, cti.None](protocol.HandAttach, "Stand ready to do in the person's session what the service cannot", cti.Control), program: true, inline: true, run: handAttach})
	add(method{info: describe[protocol.URIIn, uri.Explanation](protocol.URIOpen, "Do what a telephone link asks for", cti.Dial), program: true, inline: true, run: uriOpen})
	add(method{info: describe[protocol.URIIn, linkExplained](protocol.URIExplain, "Explain what a telephone link would do", cti.Observe), program: true, control: true, inline: true, run: uriExplain})
	for _, m := range outboxMethods() {
		add(m)
	}
	if f := s.opt.ShowConfig; f != nil {
		add(method{info: describe[cti.None, any](protocol.ConfigShow, "Show the effective configuration", cti.Observe), program: true, control: true, run: func(ctx context.Context, _ request) (any, error) { return f(ctx) }})
	}
	if f := s.opt.Doctor; f != nil {
		add(method{info: describe[cti.None, any](protocol.DoctorRun, "Check what a help desk would check", cti.Observe), program: true, control: true, run: func(ctx context.Context, r request) (any, error) { return f(ctx, r.language()) }})
	}
	for name, x := range s.opt.Extra {
		add(method{info: describe[cti.None, any](name, "", x.Scope), run: func(ctx context.Context, r request) (any, error) { return x.Do(ctx, r.m.Params) }})
	}
	return own
}

func describe[In, Out any](name, title string, e cti.Effect) cti.FuncInfo {
	return cti.InfoOf(cti.Action[In, Out]{Name: name, Title: title, Effect: e}, "")
}

func hello(ctx context.Context, r request) (any, error) {
	in, err := read[protocol.HelloIn](r)
	if err != nil {
		return nil, err
	}
	if in.Language != "" {
		r.mu.Lock()
		r.lang = i18n.Match(in.Language)
		r.mu.Unlock()
		if r.watcher != nil {
			r.hub.speak(r.watcher, r.language())
		}
	}
	if in.Protocol != 0 && in.Protocol != protocol.Version {
		e := refusal(cti.Unsupported, r.m.Method, "this program speaks protocol version 1", protocol.HintVersion)
		if r.out == nil {
			return nil, e
		}
		return nil, fatal{e, protocol.CloseProtocol}
	}
	if err := r.useTicket(in.Ticket); err != nil {
		return nil, err
	}
	if in.Desk != "" {
		if err := r.visit(in.Desk); err != nil {
			return nil, err
		}
	}
	scopes, _ := r.rights()
	out := protocol.HelloOut{Protocol: protocol.Version, Version: r.srv.opt.Version, Paired: len(scopes) > 0}
	if !out.Paired {
		return out, nil
	}
	desk, err := r.open(ctx)
	if err != nil {
		return nil, err
	}
	out.Scopes, out.Actions, out.Ticket = scopes, desk.Verbs(), r.renew
	for _, d := range desk.State().Drivers {
		out.Drivers = append(out.Drivers, protocol.DriverBrief{Name: d.Name, Title: d.Title, Link: d.Link})
	}
	return out, nil
}

// useTicket gives a page from our own port the rights of its ticket. Anybody
// else's ticket says nothing.
func (c *conn) useTicket(text string) error {
	scopes, _ := c.rights()
	if text == "" || len(scopes) > 0 || !c.ourPage || c.out == nil {
		return nil
	}
	if err := c.srv.tickets.redeem(text, c.person); err != nil {
		return err
	}
	if c.stop != nil {
		c.stop()
	}
	c.srv.counts.promote()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.scopes, c.renew = c.personScopes(), newTicket()
	return nil
}

// snapshot is a desk's state in a person's language, with lists that are never
// null.
func snapshot(d Desk, lang i18n.Lang) cti.DeskState {
	s := d.State()
	s.Drivers = spokenDrivers(lang, s.Drivers)
	if s.Calls == nil {
		s.Calls = []*cti.Call{}
	}
	if s.Recent == nil {
		s.Recent = []*cti.Call{}
	}
	if s.Drivers == nil {
		s.Drivers = []cti.DriverState{}
	}
	return s
}

func deskSnapshot(ctx context.Context, r request) (any, error) {
	desk, err := r.open(ctx)
	if err != nil {
		return nil, err
	}
	return snapshot(desk, r.language()), nil
}

func deskWatch(ctx context.Context, r request) (any, error) {
	in, err := read[protocol.WatchIn](r)
	if err != nil {
		return nil, err
	}
	if in.After != nil && in.Epoch == "" {
		return nil, &cti.Error{Kind: cti.BadRequest, Op: r.m.Method, Text: "after needs the epoch it belongs to",
			Hint: "error.hint.missing", Args: map[string]string{"Name": "epoch"}}
	}
	desk, err := r.open(ctx)
	if err != nil {
		return nil, err
	}
	r.unwatch()
	c := r.conn
	c.hub, c.watcher = c.srv.hubOf(desk), &watcher{out: c.out, lang: r.language()}
	var failed error
	c.hub.watch(c.watcher, func() (b []byte, after uint64, missed []cti.Event) {
		b, after, missed, failed = firstAnswer(desk, r.language(), in, r.m)
		return b, after, missed
	})
	if failed != nil {
		c.unwatch()
		return nil, failed
	}
	c.watched.Store(c.hub)
	if c.origin != "" {
		desk.AddPage(c.id, c.pop)
	}
	if c.focus != nil {
		c.looked(*c.focus)
	}
	return answered{}, nil
}

// firstAnswer is what a watcher is told first: a snapshot as of seq after, or
// that it may go on there, and the events it has missed.
func firstAnswer(desk Desk, lang i18n.Lang, in protocol.WatchIn, m protocol.Message) (answer []byte, after uint64, missed []cti.Event, err error) {
	resume := in.Epoch != "" && in.After != nil
	var first any
	if resume {
		now := desk.State()
		events, held := desk.Since(in.Epoch, *in.After)
		if held && in.Epoch == now.Epoch && *in.After <= now.Seq {
			first, after, missed = protocol.ResumeOut{Epoch: in.Epoch, Seq: *in.After}, *in.After, events
		}
	}
	if first == nil {
		state := snapshot(desk, lang)
		first, after = protocol.WatchOut{DeskState: state, Reset: resume}, state.Seq
	}
	raw, err := json.Marshal(first)
	if err != nil {
		return nil, 0, nil, err
	}
	if !m.Note() {
		answer = protocol.AppendResult(nil, m.ID, raw)
	}
	return answer, after, missed, nil
}

func deskUnwatch(_ context.Context, r request) (any, error) {
	r.unwatch()
	return cti.None{}, nil
}

func pageFocus(_ context.Context, r request) (any, error) {
	in, err := read[protocol.FocusIn](r)
	if err != nil {
		return nil, err
	}
	r.focus = &in
	if r.watcher != nil {
		r.looked(in)
	}
	return cti.None{}, nil
}

// looked tells the desk where the person looks. A program that knows it is the
// extension of a browser.
func (c *conn) looked(in protocol.FocusIn) {
	if c.origin == "" && !c.extension {
		c.extension = true
		c.hub.desk.AddExtension(c.id, c.pop)
	}
	c.hub.desk.FocusPage(c.id, in.Visible, in.Focused)
}

func claimPop(_ context.Context, r request) (any, error) {
	in, err := read[protocol.ClaimPopIn](r)
	if err != nil {
		return nil, err
	}
	return protocol.ClaimPopOut{Taken: r.watcher != nil && r.hub.desk.ClaimPop(r.id, in.Claim)}, nil
}

func takePop(ctx context.Context, r request) (any, error) {
	in, err := read[protocol.TakePopIn](r)
	if err != nil {
		return nil, err
	}
	desk, err := r.open(ctx)
	if err != nil {
		return nil, err
	}
	return protocol.TakePopOut{Taken: desk.TakePop(in.Call)}, nil
}

func rpcCancel(_ context.Context, r request) (any, error) {
	in, err := read[protocol.CancelIn](r)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	cancel := r.flying[string(in.ID)]
	r.mu.Unlock()
	if cancel == nil {
		return nil, refusal(cti.NotFound, r.m.Method, "no request of this id is unanswered", protocol.HintInFlight)
	}
	cancel()
	return cti.None{}, nil
}

func rpcDiscover(_ context.Context, r request) (any, error) {
	raw, err := r.srv.openrpc()
	return json.RawMessage(raw), err
}

func controlTicket(_ context.Context, r request) (any, error) {
	return protocol.TicketOut{URL: r.srv.TicketURL(r.person)}, nil
}

func receiverList(_ context.Context, r request) (any, error) {
	if f := r.srv.opt.Receiver; f != nil {
		return f(), nil
	}
	return protocol.ReceiverOut{Paths: []protocol.ReceiverPath{}}, nil
}

// catalogue describes every method of the doors and the desk, by name; what
// only a demo adds is left out.
func (s *Server) catalogue() []entry {
	all := map[string]entry{}
	for name, m := range s.methods {
		if _, extra := s.opt.Extra[name]; !extra {
			all[name] = entry{m.info, m.program, m.socket}
		}
	}
	for _, f := range s.opt.Methods {
		if _, own := all[f.Name]; !own {
			all[f.Name] = entry{f, false, isStream(f)}
		}
	}
	out := make([]entry, 0, len(all))
	for _, name := range slices.Sorted(maps.Keys(all)) {
		out = append(out, all[name])
	}
	return out
}
