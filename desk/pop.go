package desk

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"ctiagent/cti"
)

// PopRule says when the customer of a call is shown, and where. It pops once
// for each call.
type PopRule struct {
	On        string        // offered, connected, preview, callback or ended
	Direction cti.Direction // "" for any; previews and call-backs have none
	// Open is an http or https address whose host is fixed. Behind the host it
	// may have {e164} {raw} {id} {ref} {campaign} {queue} {display} and
	// {contact.NAME}; their values are escaped.
	Open string
	// Ask asks the person at the hand first; without a hand it pops unasked.
	Ask bool
}

// When a rule pops. Offered is the first sign of a call: ringing, or connected
// where the PBX has no ringing. A rule that shows the caller's number waits
// while a ringing call has none yet.
const (
	PopOffered   = "offered"
	PopConnected = "connected"
	PopPreview   = "preview"
	PopCallback  = "callback"
	PopEnded     = "ended"
)

// Bounds of what a PBX can make a desk show.
const (
	maxPopRules   = 63 // the bits of popped, but for popTaken
	maxPopValue   = 256
	maxPopURL     = 4096
	popsPerSecond = 2
	popsAtOnce    = 10

	pageTime  = 3 * time.Second  // for a page to claim a pop, or to show it
	claimTime = 30 * time.Second // for a page that claimed one to say that it did not show it
	handTime  = 10 * time.Second

	maxAsleep = 3 // pages in a row that may be silent before others are asked
)

// popTaken is the bit of popped that stands for an extension's own rule.
const popTaken = 1 << maxPopRules

// popRule is a rule that was read: literal and placeholder take turns.
type popRule struct {
	PopRule
	origin string   // scheme://host
	parts  []string // even: literal; odd: the name in a placeholder
}

func readPops(rules []PopRule) ([]popRule, error) {
	if len(rules) > maxPopRules {
		return nil, fmt.Errorf("desk: %d pop rules are more than %d; keep fewer", len(rules), maxPopRules)
	}
	var out []popRule
	for i, r := range rules {
		p, err := readPop(r)
		if err != nil {
			return nil, fmt.Errorf("desk: pop rule %d: %w", i+1, err)
		}
		out = append(out, p)
	}
	return out, nil
}

func readPop(r PopRule) (popRule, error) {
	p := popRule{PopRule: r}
	if !slices.Contains([]string{PopOffered, PopConnected, PopPreview, PopCallback, PopEnded}, r.On) {
		return p, fmt.Errorf("on = %q; write offered, connected, preview, callback or ended", r.On)
	}
	if !slices.Contains([]cti.Direction{"", cti.Inbound, cti.Outbound, cti.Internal}, r.Direction) {
		return p, fmt.Errorf("direction = %q; write inbound, outbound or internal, or leave it out", r.Direction)
	}
	rest := r.Open
	for {
		literal, after, found := strings.Cut(rest, "{")
		p.parts = append(p.parts, literal)
		if !found {
			break
		}
		name, next, closed := strings.Cut(after, "}")
		if !closed || !knownPlaceholder(name) {
			return p, fmt.Errorf("open has the placeholder {%s; write {e164}, {raw}, {id}, {ref}, {campaign}, {queue}, {display} or {contact.NAME}", name)
		}
		p.parts = append(p.parts, name)
		rest = next
	}
	// What a PBX tells must never choose the host.
	u, err := url.Parse(p.parts[0])
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil ||
		len(p.parts) > 1 && u.Path == "" && u.RawQuery == "" && !u.ForceQuery && !strings.Contains(p.parts[0], "#") {
		return p, errors.New("open must begin with http:// or https://, a fixed host and a /, like https://crm.example.com/search?phone={e164}")
	}
	p.origin = u.Scheme + "://" + u.Host
	return p, nil
}

func knownPlaceholder(name string) bool {
	if contact, ok := strings.CutPrefix(name, "contact."); ok {
		return contact != ""
	}
	return slices.Contains([]string{"e164", "raw", "id", "ref", "campaign", "queue", "display"}, name)
}

// url fills the rule in; "" when what comes out is no address of its host.
func (p *popRule) url(c *cti.Call, s *cti.ContactShown) string {
	var b strings.Builder
	for i, part := range p.parts {
		if i%2 == 0 {
			b.WriteString(part)
			continue
		}
		v := value(part, c, s)
		if len(v) > maxPopValue {
			v = strings.ToValidUTF8(v[:maxPopValue], "")
		}
		if v == "." || v == ".." { // browsers walk up the path for these, escaped or not
			v = ""
		}
		// %20 is a blank in a path as well as in a query.
		b.WriteString(strings.ReplaceAll(url.QueryEscape(v), "+", "%20"))
	}
	u, err := url.Parse(b.String())
	if err != nil || u.Scheme+"://"+u.Host != p.origin || b.Len() > maxPopURL {
		return ""
	}
	return b.String()
}

func value(name string, c *cti.Call, s *cti.ContactShown) string {
	if c == nil {
		c = &cti.Call{Remote: cti.Remote{Raw: s.Number, E164: s.E164}, Campaign: s.Campaign, Contact: s.Contact}
	}
	switch name {
	case "e164":
		return c.Remote.E164
	case "raw":
		return c.Remote.Raw
	case "id":
		return c.ID
	case "ref":
		return c.Ref
	case "campaign":
		return c.Campaign
	case "queue":
		return c.Queue
	case "display":
		return c.Remote.Display
	}
	return c.Contact[strings.TrimPrefix(name, "contact.")]
}

func (p *popRule) wants(e *cti.Event) bool {
	switch p.On {
	case PopPreview:
		return e.Type == cti.EventCallPreview
	case PopCallback:
		return e.Type == cti.EventCallbackDue
	}
	if e.Call == nil || p.Direction != "" && p.Direction != e.Call.Direction {
		return false
	}
	switch p.On {
	case PopOffered:
		// Some PBXs tell that a phone rings before they tell who is calling.
		return e.Call.State == cti.Connected || e.Call.State == cti.Ringing && (e.Call.Remote.Raw != "" || !p.numbered())
	case PopConnected:
		return e.Type == cti.EventCallConnected
	}
	return e.Type == cti.EventCallEnded
}

// numbered says whether the address has the caller's number in it.
func (p *popRule) numbered() bool {
	for i := 1; i < len(p.parts); i += 2 {
		if p.parts[i] == "e164" || p.parts[i] == "raw" {
			return true
		}
	}
	return false
}

// popLocked starts the pops that events ask for.
func (d *Desk) popLocked(events []cti.Event) {
	if len(d.pops) == 0 && len(d.popped) == 0 { // an extension may have a rule of its own
		return
	}
	for i := range events {
		e := &events[i]
		for n := range d.pops {
			rule := &d.pops[n]
			if !rule.wants(e) {
				continue
			}
			if e.Call != nil {
				if d.popped[e.Call.ID]&(1<<n) != 0 || d.popped[e.Call.ID]&popTaken != 0 && rule.On != PopEnded {
					continue
				}
				d.popped[e.Call.ID] |= 1 << n
			}
			if !d.popRate.AllowN(d.clock.Now(), 1) {
				d.log.Warn("too many screen pops; one is left out", "rule", n+1)
				continue
			}
			call, contact := e.Call, e.Contact
			d.spawnLocked(func() { d.pop(rule, call, contact) })
		}
		if e.Type == cti.EventCallEnded {
			delete(d.popped, e.Call.ID)
		}
	}
}

// TakePop says whether an extension shall show the customer of a live call by a
// rule of its own: to the first one that asks, unless a rule of the desk has.
// Then no rule of the desk pops before the call has ended.
func (d *Desk) TakePop(call string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	live := slices.ContainsFunc(d.table.Calls, func(c *cti.Call) bool { return c.ID == call && c.State != cti.Ended })
	if !live || d.popped[call] != 0 {
		return false
	}
	if !d.popRate.AllowN(d.clock.Now(), 1) {
		d.log.Warn("too many screen pops; one of an extension is left out")
		return false
	}
	d.popped[call] |= popTaken
	return true
}

// pop shows a customer once: in the page the person looks at, else by the
// extension of the browser the person works in, or else in the browser.
func (d *Desk) pop(rule *popRule, c *cti.Call, s *cti.ContactShown) {
	address := rule.url(c, s)
	if address == "" {
		d.log.Warn("a screen pop has no usable address", "open", rule.Open)
		return
	}
	if rule.Ask && !d.wanted(c, s) {
		return
	}
	for _, extension := range []bool{false, true} {
		if d.shownBy(extension, cti.Pop{URL: address, Call: c}) || d.life.Err() != nil {
			return
		}
	}
	if d.options.Hand == nil {
		d.log.Warn("nobody can show a screen pop: no page is connected and no hand attached")
		return
	}
	ctx, cancel := context.WithTimeout(d.life, handTime)
	defer cancel()
	if err := d.options.Hand.OpenURL(ctx, address); err != nil {
		d.log.Warn("opening the browser for a screen pop", "error", err)
	}
}

// wanted asks whether a customer shall be shown. Silence is a no, and a person
// whom nobody can ask wants it.
func (d *Desk) wanted(c *cti.Call, s *cti.ContactShown) bool {
	if d.options.Hand == nil {
		return true
	}
	who := value("display", c, s)
	for _, name := range []string{"e164", "raw"} {
		if who == "" {
			who = value(name, c, s)
		}
	}
	id := questionPop
	if who == "" {
		id = questionPopUnknown
	}
	yes, err := d.options.Hand.Confirm(d.life, id, map[string]string{"Who": who})
	if errors.Is(err, cti.Unavailable) {
		return true
	}
	if err != nil {
		d.log.Warn("asking about a screen pop", "error", err)
	}
	return yes
}

// shownBy asks the page the person looks at, or the extension of the browser
// the person works in, and the next one only when that one is silent.
func (d *Desk) shownBy(extension bool, pop cti.Pop) bool {
	d.mu.Lock()
	list := d.pages.inOrder(extension)
	d.mu.Unlock()
	for _, p := range list[:min(len(list), maxAsleep)] {
		if shown, silent := d.ask(p, pop); shown || !silent || d.life.Err() != nil {
			return shown
		}
	}
	return false
}

// ask asks one page. It is silent when it neither claims the pop in time nor
// answers. A page that claimed it has shown it, unless it says that it did not:
// what it did before its connection was cut nobody knows, and no customer may
// be shown twice.
func (d *Desk) ask(p *page, pop cti.Pop) (shown, silent bool) {
	ctx, cancel := context.WithCancel(d.life)
	defer cancel()
	q := &question{page: p}
	d.mu.Lock()
	d.pages.count++
	pop.Claim = strconv.FormatUint(d.pages.count, 10)
	if d.pages.questions == nil {
		d.pages.questions = map[string]*question{}
	}
	d.pages.questions[pop.Claim] = q
	d.mu.Unlock()
	defer d.clock.AfterFunc(claimTime, cancel)()
	defer d.clock.AfterFunc(pageTime, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		if !q.taken {
			p.silent = true
			delete(d.pages.questions, pop.Claim) // it comes too late from now on
			cancel()
		}
	})()
	said, err := p.pop(ctx, pop)
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.pages.questions, pop.Claim)
	if err == nil {
		return said, false
	}
	if errors.Is(err, cti.Refused) { // it could not claim it, or knows no pops
		return false, true
	}
	d.log.Info("a page did not say whether it showed a screen pop", "page", p.id, "claimed", q.taken, "error", err)
	return q.taken, !q.taken
}
