package localapi

import (
	"context"
	"encoding/json"
	"net/http"

	"ctiagent/cti"
	"ctiagent/internal/i18n"
	"ctiagent/localapi/protocol"
)

// porthole is what a connection has besides when its page speaks the window
// messages of uContact in place of JSON-RPC. The messages have no ids, so that
// actions are carried out one after the other, as they came; only what must not
// wait for a call that is being dialled does not.
type porthole struct {
	own  string        // our origin, as the page sees it
	turn chan struct{} // closed when all actions so far are done; of the reading goroutine

	pairing chan struct{} // holds one token while nobody asks for pairing
	asked   bool          // guarded by the token
}

func newPorthole(r *http.Request) *porthole {
	p := &porthole{own: "http://" + r.Host, turn: make(chan struct{}), pairing: make(chan struct{}, 1)}
	close(p.turn)
	p.pairing <- struct{}{}
	return p
}

// speakPorthole makes the connection one of the dialect. Hints are in the
// browser's language, since such a page never greets.
func (c *conn) speakPorthole(r *http.Request) {
	c.porthole = newPorthole(r)
	if l := r.Header.Get("Accept-Language"); l != "" {
		c.lang = i18n.Match(l)
	}
}

// receivePorthole takes one message; ok says whether it came slowly enough.
func (c *conn) receivePorthole(data []byte, ok bool) {
	f, problem := protocol.ParsePorthole(data)
	switch {
	case problem != nil:
		c.portholeFailed(f, problem)
		return
	case !ok:
		c.portholeFailed(f, &cti.Error{Kind: cti.RateLimited, Op: f.Action, Text: "too many requests", Retryable: true})
		return
	}
	ctx, done, err := c.begin(protocol.Message{Method: f.Action})
	if err != nil {
		c.portholeFailed(f, err)
		return
	}
	before, own := c.porthole.turn, make(chan struct{})
	if !c.srv.goTracked(func() {
		defer close(own)
		if !atOnce(f.Action) {
			<-before
		}
		answer, err := c.act(ctx, f)
		done() // before the answer: who has it may ask again at once
		if err != nil {
			c.portholeFailed(f, err)
		} else if answer != nil {
			c.portholeSay(f, answer)
		}
		<-before
	}) {
		done()
		return
	}
	c.porthole.turn = own
}

// atOnce says whether an action must not wait for those before it.
func atOnce(action string) bool { return action == "hangup" || action == "CTI" }

// portholeError is what a failed action answers.
type portholeError struct {
	Action string   `json:"action,omitempty"`
	Kind   cti.Kind `json:"kind"`
	Text   string   `json:"text"`
	Hint   string   `json:"hint,omitempty"`
}

func (c *conn) portholeFailed(f protocol.PortholeFrame, err error) {
	wire := c.wireError(f.Action, err)
	e := portholeError{Action: f.Action, Kind: cti.InternalError, Text: wire.Message}
	if d := wire.Data; d != nil {
		e.Kind, e.Text, e.Hint = d.Kind, d.Text, d.Hint
	}
	c.portholeSay(f, map[string]any{"error": e})
}

func (c *conn) portholeSay(f protocol.PortholeFrame, data any) {
	raw, err := json.Marshal(data)
	if err != nil {
		c.srv.opt.Log.Error("encode the answer", "action", f.Action, "error", err)
		raw = json.RawMessage(`{"error":{"kind":"internal","text":"the answer cannot be written"}}`)
	}
	c.say(protocol.AppendPorthole(nil, f, c.porthole.own, c.origin, raw))
}

// paired makes sure that the page has rights. A page of the dialect knows
// nothing of pairing, so that its first action asks the person at the desk in
// its place; once a connection, whatever comes of it.
func (c *conn) paired(ctx context.Context, action string) error {
	if scopes, _ := c.rights(); len(scopes) > 0 {
		return nil
	}
	select {
	case <-c.porthole.pairing:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { c.porthole.pairing <- struct{}{} }()
	refused := &cti.Error{Kind: cti.PairingRequired, Op: action, Text: "this page is not paired"}
	if !c.porthole.asked {
		c.porthole.asked = true
		_, err := c.perform(ctx, wished{method: protocol.SessionPair})
		if e := cti.AsError(err); err != nil && e.Kind == cti.Unavailable {
			refused.Hint = e.Hint // nobody can be asked: the way is another one
		} else if err != nil {
			return err
		}
	}
	if scopes, _ := c.rights(); len(scopes) == 0 {
		return refused
	}
	return nil
}

// wished is an action as a method of the local API.
type wished struct {
	method     string
	params     any
	phoneFirst bool
}

// perform passes a wish through the same guards as any other.
func (c *conn) perform(ctx context.Context, w wished) (any, error) {
	m := protocol.Message{Method: w.method}
	if w.params != nil {
		raw, err := json.Marshal(w.params)
		if err != nil {
			return nil, err
		}
		m.Params = raw
	}
	t, err := c.find(ctx, m)
	if err != nil {
		return nil, err
	}
	return t.run(ctx, request{conn: c, m: m, phoneFirst: w.phoneFirst})
}
