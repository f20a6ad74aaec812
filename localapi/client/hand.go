package client

import (
	"context"
	"encoding/json"
	"time"

	"ctiagent/cti"
	"ctiagent/localapi/protocol"
)

// Hand does in the person's session what the service asks for. Its methods may
// be called concurrently; a *cti.Error says what is wrong. The context ends
// with the connection.
type Hand interface {
	// Launch starts a program with exactly these arguments and does not wait
	// for it to end.
	Launch(ctx context.Context, program string, args ...string) error
	// OpenURL opens an address in the person's browser; whoever serves it must
	// refuse everything but http and https.
	OpenURL(ctx context.Context, url string) error
	// Type types a text into the window that has the focus.
	Type(ctx context.Context, text string) error
	// Focus brings the window with a title to the front.
	Focus(ctx context.Context, title string) error
	// Notify shows a sentence.
	Notify(ctx context.Context, text string) error
	// Ask shows a question and answers the id of what was chosen, "" when
	// nobody chose before ctx ended.
	Ask(ctx context.Context, question string, choices []protocol.Choice) (string, error)
}

// Keeper is a [Hand] that also keeps the agent's own passwords. A hand that is
// none answers unsupported.
type Keeper interface {
	// Password is the one that is kept for an agent, "" for none.
	Password(ctx context.Context, agent string) (string, error)
	// KeepPassword keeps one and says where, see [protocol.KeepPasswordOut].
	KeepPassword(ctx context.Context, agent, password string) (string, error)
	// ForgetPassword removes the one that is kept, if there is one.
	ForgetPassword(ctx context.Context, agent string) error
}

// Attach makes this program the hand of its person until the connection ends.
// The newest hand is the one that is asked. in tells of the session and the
// person's own choices.
func (c *Client) Attach(ctx context.Context, in protocol.AttachIn, h Hand) error {
	c.mu.Lock()
	c.hand = h
	c.mu.Unlock()
	return c.Call(ctx, protocol.HandAttach, in, nil)
}

// serve answers a request of the service.
func (c *Client) serve(f frame) {
	c.mu.Lock()
	h := c.hand
	c.mu.Unlock()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	ended := make(chan struct{})
	defer close(ended)
	go func() {
		select {
		case <-c.done:
			cancel()
		case <-ended:
		}
	}()
	out, err := answer(ctx, h, f)
	var b []byte
	if err == nil {
		b, err = resultOf(f.ID, out)
	}
	if err != nil {
		e := cti.AsError(err)
		wire := protocol.FromCTI(e, "")
		if e.Kind == cti.Unsupported {
			wire = protocol.UnknownMethod(f.Method)
		}
		b = protocol.AppendError(nil, f.ID, wire)
	}
	_ = c.write(b) // when it cannot be written the connection is over anyway
}

func resultOf(id json.RawMessage, out any) ([]byte, error) {
	raw, err := json.Marshal(out)
	if err != nil {
		return nil, err
	}
	return protocol.AppendResult(nil, id, raw), nil
}

// answer does what the service asks for.
func answer(ctx context.Context, h Hand, f frame) (any, error) {
	if h == nil {
		return nil, cti.Fail(cti.Unsupported, f.Method, "this program is nobody's hand")
	}
	done := func(err error) (any, error) { return cti.None{}, err }
	switch f.Method {
	case protocol.DesktopLaunch:
		in, err := params[protocol.LaunchIn](f)
		if err != nil {
			return nil, err
		}
		return done(h.Launch(ctx, in.Program, in.Args...))
	case protocol.DesktopOpenURL:
		in, err := params[protocol.OpenURLIn](f)
		if err != nil {
			return nil, err
		}
		return done(h.OpenURL(ctx, in.URL))
	case protocol.DesktopType:
		in, err := params[protocol.TypeIn](f)
		if err != nil {
			return nil, err
		}
		return done(h.Type(ctx, in.Text))
	case protocol.DesktopFocus:
		in, err := params[protocol.FocusWindowIn](f)
		if err != nil {
			return nil, err
		}
		return done(h.Focus(ctx, in.Title))
	case protocol.DesktopNotify:
		in, err := params[protocol.NotifyIn](f)
		if err != nil {
			return nil, err
		}
		return done(h.Notify(ctx, in.Text))
	case protocol.DesktopAsk:
		in, err := params[protocol.AskIn](f)
		if err != nil {
			return nil, err
		}
		return ask(ctx, h, in)
	}
	if k, ok := h.(Keeper); ok {
		return keep(ctx, k, f)
	}
	return nil, cti.Fail(cti.Unsupported, f.Method, "no such request")
}

func params[T any](f frame) (in T, err error) {
	if err := json.Unmarshal(f.Params, &in); err != nil {
		return in, cti.Fail(cti.BadRequest, f.Method, "the parameters cannot be read")
	}
	return in, nil
}

// ask waits as long as the service does.
func ask(ctx context.Context, h Hand, in protocol.AskIn) (any, error) {
	if in.Seconds > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Duration(in.Seconds)*time.Second)
		defer cancel()
	}
	chosen, err := h.Ask(ctx, in.Question, in.Choices)
	return protocol.AskOut{Choice: chosen}, err
}

// keep does what concerns the agent's own passwords.
func keep(ctx context.Context, k Keeper, f frame) (any, error) {
	switch f.Method {
	case protocol.DesktopPassword:
		in, err := params[protocol.PasswordIn](f)
		if err != nil {
			return nil, err
		}
		text, err := k.Password(ctx, in.Agent)
		return protocol.PasswordOut{Password: text}, err
	case protocol.DesktopKeepPassword:
		in, err := params[protocol.KeepPasswordIn](f)
		if err != nil {
			return nil, err
		}
		where, err := k.KeepPassword(ctx, in.Agent, in.Password)
		return protocol.KeepPasswordOut{Kept: where}, err
	case protocol.DesktopForgetPassword:
		in, err := params[protocol.PasswordIn](f)
		if err != nil {
			return nil, err
		}
		return cti.None{}, k.ForgetPassword(ctx, in.Agent)
	}
	return nil, cti.Fail(cti.Unsupported, f.Method, "no such request")
}
