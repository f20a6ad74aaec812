package localapi

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"ctiagent/cti"
	"ctiagent/internal/i18n"
	"ctiagent/localapi/protocol"
	"ctiagent/uri"
)

// Links says what telephone links may do.
type Links struct {
	Policy uri.Policy
	// Hide is told every password of a link before anything else is done with
	// it; may be nil.
	Hide func(password string)
}

// The sentences of links.
const (
	hintLinkReason     = "links.reason." // one for each uri.Reason that refuses
	hintLinkNobody     = "links.hint.nobody"
	hintLinkUnnumbered = "links.hint.nobody.unnumbered"
	linkQuestion       = "links.question." // one for each uri.Reason that asks
	linkUnnumbered     = "links.question.unnumbered"
)

// What a person can click, and a page that clicks for the person: the manual's
// transfer is one link for each digit of an extension, all at once (002,
// 1.6.11).
const (
	linksPerSecond = 2
	linksAtOnce    = 20
	// floodEnds is how long no link may be turned away until the next one that
	// is counts as a new flood.
	floodEnds = 10 * time.Second
)

// links remembers of every person what was clicked lately.
type links struct {
	mu     sync.Mutex
	people map[string]*clicks // by the person's id
}

// clicks is what one person clicked lately.
type clicks struct {
	mu     sync.Mutex
	pace   *rate.Limiter
	turned time.Time     // when a link was last turned away
	asking string        // what the person is being asked about, "" for nothing
	turn   chan struct{} // closed once the softphone's wish before is done
}

func (l *links) of(p cti.Person) *clicks {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.people == nil {
		l.people = map[string]*clicks{}
	}
	c := l.people[p.ID]
	if c == nil {
		c = &clicks{pace: rate.NewLimiter(linksPerSecond, linksAtOnce)}
		l.people[p.ID] = c
	}
	return c
}

// turnedAway notes a link that came too fast, and says whether it is the first
// of its flood, of which the person is told.
func (c *clicks) turnedAway(now time.Time) (first bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	first = c.turned.IsZero() || now.Sub(c.turned) > floodEnds
	c.turned = now
	return first
}

// ask notes what the person is asked. again says that this very question
// stands already, busy that another one does.
func (c *clicks) ask(about string) (again, busy bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.asking != "" {
		return c.asking == about, c.asking != about
	}
	c.asking = about
	return false, false
}

func (c *clicks) asked() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asking = ""
}

// queue gives a wish of the softphone its place behind the one before: digits
// must arrive in the order they were clicked. The others wait for nobody.
func (c *clicks) queue(method string) (before <-chan struct{}, done func()) {
	if !strings.HasPrefix(method, "softphone.") {
		return nil, func() {}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	before = c.turn
	mine := make(chan struct{})
	c.turn = mine
	return before, func() { close(mine) }
}

// linkExplained is an explanation with its reason as a sentence.
type linkExplained struct {
	uri.Explanation
	Why string `json:"why" help:"the reason as a sentence in the person's language"`
}

// uriExplain tells what a link would do, and does not do it.
func uriExplain(_ context.Context, r request) (any, error) {
	in, err := read[protocol.URIIn](r)
	if err != nil {
		return nil, err
	}
	_, e := r.srv.judge(r.person, in.URI)
	lang := r.language()
	if in.Language != "" {
		lang = i18n.Match(in.Language)
	}
	return linkExplained{e, i18n.T(lang, hintLinkReason+string(e.Reason), nil)}, nil
}

// judge reads a link; its password is a secret from here on.
func (s *Server) judge(who cti.Person, text string) (uri.Link, uri.Explanation) {
	said := s.hands.newest(who.ID)
	l, e := s.opt.Links.Policy.For(said.Extension, said.Confirm).Judge(text)
	if s.opt.Links.Hide != nil && !l.Password.IsZero() {
		s.opt.Links.Hide(l.Password.Reveal())
	}
	return l, e
}

// uriOpen answers as soon as it is clear what becomes of the link, so that the
// program that was clicked can end; what the desk makes of the wish, the hand
// tells the person. Without a hand the answer waits for the desk's: the program
// that was clicked is the only one that can tell.
func uriOpen(_ context.Context, r request) (any, error) {
	in, err := read[protocol.URIIn](r)
	if err != nil {
		return nil, err
	}
	s, c := r.srv, r.srv.links.of(r.person)
	if in.Language != "" {
		r.mu.Lock()
		r.lang = i18n.Match(in.Language)
		r.mu.Unlock()
	}
	now := s.opt.Clock.Now()
	if !c.pace.AllowN(now, 1) {
		return tooFast(c, now)
	}
	l, e := s.judge(r.person, in.URI)
	s.opt.Log.Info("link", "person", r.person.Name, "verdict", string(e.Verdict), "reason", string(e.Reason), "method", e.Method)
	params, err := l.Params()
	if err != nil {
		return nil, err
	}
	switch e.Verdict {
	case uri.Refuse:
		return nil, refusedLink(e.Reason)
	case uri.Confirm:
		if !s.Hand(r.person).Attached() {
			return nil, nobodyToAsk(l)
		}
		again, busy := c.ask(e.Method + " " + l.Number)
		switch {
		case again:
			return e, nil
		case busy:
			return tooFast(c, now)
		}
	}
	w := wishOfLink{person: r.person, lang: r.language(), link: l, explanation: e, params: params, clicks: c}
	w.before, w.done = c.queue(e.Method)
	if !s.Hand(r.person).Attached() {
		defer w.done()
		err := s.carryOut(w)
		switch {
		case errors.Is(err, cti.RateLimited):
			return tooFast(c, now)
		case err != nil:
			return nil, err
		}
		return e, nil
	}
	if !s.goTracked(func() { s.follow(w) }) {
		w.done() // and nobody clicks here any more
		return nil, &cti.Error{Kind: cti.Unavailable, Op: protocol.URIOpen, Text: "the service stops", Retryable: true}
	}
	return e, nil
}

func nobodyToAsk(l uri.Link) *cti.Error {
	e := &cti.Error{Kind: cti.Unavailable, Op: protocol.URIOpen, Text: "nobody can be asked whether the link may dial",
		Hint: hintLinkNobody, Args: map[string]string{"Number": l.Number}}
	if l.Number == "" {
		e.Hint = hintLinkUnnumbered
	}
	return e
}

// tooFast turns a link away: the first of a flood is told about, the others
// are not.
func tooFast(c *clicks, now time.Time) (any, error) {
	if c.turnedAway(now) {
		return nil, &cti.Error{Kind: cti.RateLimited, Op: protocol.URIOpen, Text: "links come too fast one after the other",
			Hint: hintLinkReason + string(uri.Flood), Retryable: true}
	}
	return uri.Explanation{Verdict: uri.Refuse, Reason: uri.Flood}, nil
}

func refusedLink(why uri.Reason) *cti.Error {
	kind := cti.BadRequest
	if why == uri.LoginOff || why == uri.LoginOther {
		kind = cti.Forbidden
	}
	return refusal(kind, protocol.URIOpen, "the link is refused: "+string(why), hintLinkReason+string(why))
}

// wishOfLink is a link that may go on to the desk, or will be asked about.
type wishOfLink struct {
	person      cti.Person
	lang        i18n.Lang
	link        uri.Link
	explanation uri.Explanation
	params      json.RawMessage
	clicks      *clicks
	before      <-chan struct{} // nil waits for nobody
	done        func()
}

// follow asks the person where the policy wants it, passes the wish on to the
// desk, and tells the person what went wrong.
func (s *Server) follow(w wishOfLink) {
	defer w.done()
	err := s.carryOut(w)
	if err == nil || s.ctx.Err() != nil {
		return
	}
	if errors.Is(err, cti.RateLimited) && !w.clicks.turnedAway(s.opt.Clock.Now()) {
		return // of one flood the person is told once
	}
	e := cti.AsError(err)
	sentence := hint(w.lang, e)
	if e.Driver != "" {
		sentence = e.Message() + ". " + sentence
	}
	s.opt.Log.Warn("a link did nothing", "person", w.person.Name, "method", w.link.Method, "error", err)
	if err := s.Hand(w.person).Notify(s.ctx, sentence); err != nil {
		s.opt.Log.Warn("nobody could be told about a link", "person", w.person.Name, "error", err)
	}
}

func (s *Server) carryOut(w wishOfLink) error {
	if w.explanation.Verdict == uri.Confirm {
		id := linkQuestion + string(w.explanation.Reason)
		if w.link.Number == "" {
			id = linkUnnumbered
		}
		question := i18n.T(w.lang, id, map[string]any{"Number": w.link.Number})
		yes, err := s.Hand(w.person).Confirm(s.ctx, question)
		w.clicks.asked()
		if err != nil || !yes {
			return err
		}
	}
	if w.before != nil {
		select {
		case <-w.before:
		case <-s.ctx.Done():
			return s.ctx.Err()
		}
	}
	desk, release, err := s.opt.OpenDesk(s.ctx, w.person)
	if err != nil {
		return err
	}
	defer release()
	_, err = desk.Do(s.ctx, cti.Wish{Method: w.link.Method, Params: w.params, Language: string(w.lang)})
	return err
}
