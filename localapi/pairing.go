package localapi

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"ctiagent/cti"
	"ctiagent/internal/i18n"
	"ctiagent/localapi/protocol"
)

// pairingPause is how long a page must wait that was told no, or not now, until
// the person is asked about it again.
const pairingPause = 10 * time.Minute

// mostPairings bounds what is remembered of pages that ask: anybody can make
// origins up.
const mostPairings = 1000

// pairings remembers which pages people have allowed, or blocked.
type pairings struct {
	log    *slog.Logger
	mu     sync.Mutex
	path   string              // "" remembers as long as the program runs
	origin map[string]*pairing // by person and origin
}

// pairing is what one person said of one origin.
type pairing struct {
	scopes  []cti.Effect // empty: not allowed
	blocked bool
	asking  bool
	asked   time.Time
}

func (p *pairings) of(person, origin string) *pairing {
	if p.origin == nil {
		p.origin = map[string]*pairing{}
	}
	key := person + " " + origin
	if p.origin[key] == nil {
		if len(p.origin) >= mostPairings {
			for k, old := range p.origin {
				if len(old.scopes) == 0 && !old.blocked && !old.asking {
					delete(p.origin, k)
				}
			}
		}
		p.origin[key] = &pairing{}
	}
	return p.origin[key]
}

// scopes are what a person has allowed a page.
func (p *pairings) scopes(person, origin string) []cti.Effect {
	p.mu.Lock()
	defer p.mu.Unlock()
	if known := p.origin[person+" "+origin]; known != nil {
		return known.scopes
	}
	return nil
}

// begin notes that the person is asked; an error says why not now.
func (p *pairings) begin(person, origin string, now time.Time) *cti.Error {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch k := p.of(person, origin); {
	case k.blocked:
		return cti.Fail(cti.Denied, protocol.SessionPair, "the person has blocked this page")
	case k.asking:
		return cti.Fail(cti.RateLimited, protocol.SessionPair, "the person is being asked already")
	case !k.asked.IsZero() && now.Sub(k.asked) < pairingPause:
		return cti.Fail(cti.RateLimited, protocol.SessionPair, "the person was asked within the last ten minutes")
	default:
		k.asking, k.asked = true, now
	}
	return nil
}

func (p *pairings) end(person, origin string, scopes []cti.Effect, blocked bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	k := p.of(person, origin)
	k.asking, k.blocked = false, blocked
	if len(scopes) > 0 {
		k.scopes = scopes
	}
	p.keep()
}

// keep saves what has been said; p.mu is held. What cannot be saved holds as
// long as the program runs.
func (p *pairings) keep() {
	if err := p.save(); err != nil {
		p.log.Error("pages", "error", err)
	}
}

// list is what a person has said of pages, sorted: those allowed and, when asked
// for, those blocked.
func (p *pairings) list(person string, blocked bool) (out []protocol.Origin) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for key, k := range p.origin {
		origin, mine := strings.CutPrefix(key, person+" ")
		if !mine || len(k.scopes) == 0 && !(blocked && k.blocked) {
			continue
		}
		one := protocol.Origin{Origin: origin, Scopes: []cti.Effect{}, Source: protocol.OriginOfPerson, Blocked: len(k.scopes) == 0}
		out = append(out, one)
		out[len(out)-1].Scopes = append(one.Scopes, k.scopes...)
	}
	slices.SortFunc(out, func(a, b protocol.Origin) int { return cmp.Compare(a.Origin, b.Origin) })
	return out
}

// allow notes that a person allows a page, who need not be asked. It answers
// false when too much is remembered.
func (p *pairings) allow(person, origin string, scopes []cti.Effect) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	k := p.of(person, origin)
	if len(p.origin) > mostPairings {
		delete(p.origin, person+" "+origin)
		return false
	}
	k.scopes, k.blocked = scopes, false
	p.keep()
	return true
}

// revoke forgets what a person has said of a page; it answers false when that is
// nothing.
func (p *pairings) revoke(person, origin string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	k := p.origin[person+" "+origin]
	if k == nil || len(k.scopes) == 0 && !k.blocked {
		return false
	}
	k.scopes, k.blocked, k.asked = nil, false, time.Time{}
	p.keep()
	return true
}

// pair asks the person at the desk whether a page may have rights.
func pair(ctx context.Context, r request) (any, error) {
	in, err := read[protocol.PairIn](r)
	if err != nil {
		return nil, err
	}
	if scopes, _ := r.rights(); len(scopes) > 0 {
		return protocol.PairOut{Paired: true, Scopes: scopes}, nil
	}
	wanted, err := scopesFor(r.m.Method, in.Scopes)
	if err != nil {
		return nil, err
	}
	s, hand := r.srv, r.srv.Hand(r.person)
	if r.ourPage || !hand.Attached() {
		return nil, refusal(cti.Unavailable, r.m.Method, "nobody at the desk can be asked", protocol.HintNobodyToAsk)
	}
	if e := s.pairings.begin(r.person.ID, r.origin, s.opt.Clock.Now()); e != nil {
		return nil, e
	}
	chosen, err := hand.Ask(ctx, s.question(r.origin, wanted), s.choices(wordYes, wordLater, wordBlock)...)
	if err != nil || chosen != wordYes {
		s.pairings.end(r.person.ID, r.origin, nil, chosen == wordBlock)
		if err != nil {
			return nil, err
		}
		return nil, cti.Fail(cti.Denied, r.m.Method, "the person at the desk did not allow it")
	}
	s.pairings.end(r.person.ID, r.origin, wanted, false)
	s.opt.Log.Info("the person has allowed a page", "person", r.person.Name, "origin", r.origin)
	r.promote(wanted)
	return protocol.PairOut{Paired: true, Scopes: wanted}, nil
}

// scopesFor are the scopes that a page gets when these are wanted.
func scopesFor(op string, wanted []cti.Effect) ([]cti.Effect, error) {
	if len(wanted) == 0 {
		return []cti.Effect{cti.Observe, cti.Dial}, nil
	}
	out := []cti.Effect{cti.Observe} // whoever may dial sees what comes of it
	for _, s := range wanted {
		if !slices.Contains(pageScopes(), s) {
			return nil, &cti.Error{Kind: cti.BadRequest, Op: op, Text: "a page may ask for observe, dial and control",
				Hint: "error.hint.values", Args: map[string]string{"Name": "scopes", "Values": "observe, dial, control"}}
		}
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out, nil
}

// question names the exact origin, and the most that the page could do.
func (s *Server) question(origin string, wanted []cti.Effect) string {
	id := "pairing.question.observe"
	for _, e := range []cti.Effect{cti.Dial, cti.Control} {
		if slices.Contains(wanted, e) {
			id = "pairing.question." + string(e)
		}
	}
	return i18n.T(s.lang, id, map[string]any{"Origin": origin})
}

func (s *Server) choices(words ...string) []protocol.Choice {
	var out []protocol.Choice
	for _, w := range words {
		out = append(out, protocol.Choice{ID: w, Text: i18n.T(s.lang, w, nil)})
	}
	return out
}

// promote gives an unpaired connection rights.
func (c *conn) promote(scopes []cti.Effect) {
	if c.stop != nil {
		c.stop()
	}
	c.mu.Lock()
	already := len(c.scopes) > 0
	c.scopes = scopes
	c.mu.Unlock()
	if !already && c.out != nil {
		c.srv.counts.promote()
	}
}
