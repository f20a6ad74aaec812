package localapi

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"time"

	"ctiagent/cti"
	"ctiagent/internal/i18n"
	"ctiagent/localapi/protocol"
)

// How long a person's session is given: to do something, and to make up one's
// mind.
const (
	handPatience   = 15 * time.Second
	answerPatience = 60 * time.Second
)

// maxSeat bounds the names of agents and extensions, in bytes.
const maxSeat = 64

// mostHands is how many programs of one person may stand ready.
const mostHands = 8

// hands are the programs that stand ready in people's sessions.
type hands struct {
	mu       sync.Mutex
	byPerson map[string][]ready // the newest last
}

// ready is one of them, with what it said of its person.
type ready struct {
	conn *conn
	protocol.AttachIn
}

func (h *hands) attach(c *conn, in protocol.AttachIn) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.byPerson == nil {
		h.byPerson = map[string][]ready{}
	}
	rest := without(h.byPerson[c.person.ID], c)
	if len(rest) >= mostHands {
		return false
	}
	h.byPerson[c.person.ID] = append(rest, ready{c, in})
	return true
}

func (h *hands) detach(c *conn) {
	h.mu.Lock()
	defer h.mu.Unlock()
	rest := without(h.byPerson[c.person.ID], c)
	if len(rest) == 0 {
		delete(h.byPerson, c.person.ID)
		return
	}
	h.byPerson[c.person.ID] = rest
}

func without(list []ready, c *conn) []ready {
	return slices.DeleteFunc(list, func(r ready) bool { return r.conn == c })
}

// newest is the hand that is asked; its connection is nil when there is none.
func (h *hands) newest(person string) ready {
	h.mu.Lock()
	defer h.mu.Unlock()
	if list := h.byPerson[person]; len(list) > 0 {
		return list[len(list)-1]
	}
	return ready{}
}

func handAttach(ctx context.Context, r request) (any, error) {
	in, err := read[protocol.AttachIn](r)
	if err != nil {
		return nil, err
	}
	if len(in.Agent) > maxSeat || len(in.Extension) > maxSeat {
		return nil, cti.Fail(cti.BadRequest, protocol.HandAttach, "no agent and no extension is that long")
	}
	if r.guest {
		return nil, refusal(cti.Forbidden, protocol.HandAttach, "an administrator has no hand in the person's session", protocol.HintAdministrator)
	}
	if r.srv.opt.Choices != nil {
		in = r.srv.opt.Choices(in)
	}
	d, err := r.open(ctx)
	if err != nil {
		return nil, err
	}
	if !r.srv.hands.attach(r.conn, in) {
		return nil, &cti.Error{Kind: cti.RateLimited, Op: protocol.HandAttach, Text: "too many programs stand ready in this person's session"}
	}
	if in.Agent != "" || in.Extension != "" {
		d.Seat(cti.Target{Agent: in.Agent, Extension: in.Extension})
	}
	r.srv.opt.Log.Info("a program stands ready in the person's session", "person", r.person.Name)
	return cti.None{}, nil
}

// Hand is a person's session, as far as a program stands ready there. Without
// one everything is unavailable. Its methods may be called concurrently.
type Hand struct {
	srv    *Server
	person cti.Person
}

// Hand is the session of a person.
func (s *Server) Hand(p cti.Person) Hand { return Hand{s, p} }

// Attached says whether a program stands ready now.
func (h Hand) Attached() bool { return h.srv.hands.newest(h.person.ID).conn != nil }

// Language is the person's, or the service's own.
func (h Hand) Language() i18n.Lang {
	if said := h.srv.hands.newest(h.person.ID).Language; said != "" {
		return i18n.Match(said)
	}
	return h.srv.lang
}

// do asks the newest hand for something.
func (h Hand) do(ctx context.Context, patience time.Duration, method string, in, out any) error {
	c := h.srv.hands.newest(h.person.ID).conn
	if c == nil {
		return refusal(cti.Unavailable, method, "no program stands ready in the person's session", protocol.HintNoHand)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer h.srv.opt.Clock.AfterFunc(patience, func() { cancel(errLate) })()
	m, err := c.exchange(ctx, method, in)
	switch {
	case err != nil && errors.Is(context.Cause(ctx), errLate):
		return &cti.Error{Kind: cti.Timeout, Op: method, Text: errLate.Error(), Sent: cti.MaybeSent}
	case err != nil:
		return err
	case m.Error != nil:
		return h.refused(method, m.Error)
	case out == nil:
		return nil
	}
	if err := json.Unmarshal(m.Result, out); err != nil {
		return cti.Fail(cti.BadRequest, method, "the program in the person's session answered something else")
	}
	return nil
}

var errLate = errors.New("the person's session did not answer in time")

// refused is the error that a hand answered.
func (h Hand) refused(method string, raw json.RawMessage) error {
	var e protocol.Error
	if err := json.Unmarshal(raw, &e); err != nil {
		return cti.Fail(cti.Refused, method, "the program in the person's session refused")
	}
	out := e.CTI()
	out.Op = method
	return out
}

// Launch starts a program with exactly these arguments.
func (h Hand) Launch(ctx context.Context, program string, args ...string) error {
	if args == nil {
		args = []string{}
	}
	return h.do(ctx, handPatience, protocol.DesktopLaunch, protocol.LaunchIn{Program: program, Args: args}, nil)
}

// OpenURL opens a page in the person's browser. url is http or https.
func (h Hand) OpenURL(ctx context.Context, url string) error {
	return h.do(ctx, handPatience, protocol.DesktopOpenURL, protocol.OpenURLIn{URL: url}, nil)
}

// Type types a text into the window that has the focus.
func (h Hand) Type(ctx context.Context, text string) error {
	return h.do(ctx, handPatience, protocol.DesktopType, protocol.TypeIn{Text: text}, nil)
}

// Focus brings the window with a title to the front.
func (h Hand) Focus(ctx context.Context, title string) error {
	return h.do(ctx, handPatience, protocol.DesktopFocus, protocol.FocusWindowIn{Title: title}, nil)
}

// Password is the one that the person has chosen to keep for an agent, "" for
// none. The person may have to open the own secret store first.
func (h Hand) Password(ctx context.Context, agent string) (string, error) {
	var out protocol.PasswordOut
	err := h.do(ctx, answerPatience, protocol.DesktopPassword, protocol.PasswordIn{Agent: agent}, &out)
	return out.Password, err
}

// KeepPassword keeps an agent's password in the person's session and says
// where, see [protocol.KeepPasswordOut].
func (h Hand) KeepPassword(ctx context.Context, agent, password string) (string, error) {
	var out protocol.KeepPasswordOut
	err := h.do(ctx, answerPatience, protocol.DesktopKeepPassword, protocol.KeepPasswordIn{Agent: agent, Password: password}, &out)
	return out.Kept, err
}

// ForgetPassword removes what is kept for an agent.
func (h Hand) ForgetPassword(ctx context.Context, agent string) error {
	return h.do(ctx, answerPatience, protocol.DesktopForgetPassword, protocol.PasswordIn{Agent: agent}, nil)
}

// Notify shows a sentence, which is in the person's language already.
func (h Hand) Notify(ctx context.Context, sentence string) error {
	return h.do(ctx, handPatience, protocol.DesktopNotify, protocol.NotifyIn{Text: sentence}, nil)
}

// Ask shows a question and answers the id of what the person chose, "" when
// nobody did within a minute.
func (h Hand) Ask(ctx context.Context, question string, choices ...protocol.Choice) (string, error) {
	var out protocol.AskOut
	in := protocol.AskIn{Question: question, Choices: choices, Seconds: int(answerPatience / time.Second)}
	if err := h.do(ctx, answerPatience+handPatience, protocol.DesktopAsk, in, &out); err != nil {
		return "", err
	}
	if out.Choice != "" && !slices.ContainsFunc(choices, func(c protocol.Choice) bool { return c.ID == out.Choice }) {
		return "", cti.Fail(cti.BadRequest, protocol.DesktopAsk, "the person's session answered what was not offered")
	}
	return out.Choice, nil
}

// The words on the buttons.
const (
	wordYes   = "hand.yes"
	wordNo    = "hand.no"
	wordLater = "hand.later"
	wordBlock = "hand.block"
)

// Confirm shows a question, in the person's language already, that is answered
// by yes or no.
func (h Hand) Confirm(ctx context.Context, question string) (yes bool, err error) {
	lang := h.Language()
	chosen, err := h.Ask(ctx, question, protocol.Choice{ID: wordYes, Text: i18n.T(lang, wordYes, nil)}, protocol.Choice{ID: wordNo, Text: i18n.T(lang, wordNo, nil)})
	return chosen == wordYes, err
}
