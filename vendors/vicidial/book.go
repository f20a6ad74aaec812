package vicidial

import (
	"crypto/rand"
	"maps"
	"strings"
	"sync"

	"ctiagent/cti"
	"ctiagent/vendors/internal/shelf"
)

// mostBooks is more agents than one computer has, mostLanes more than their cells.
const (
	mostBooks = 256
	mostLanes = 16 * mostBooks
)

// memory is what must outlive a session: one book for every agent, so that calls keep their refs, and the lanes to the agents'
// cells, which all sessions share.
type memory struct {
	books *shelf.Shelf[book]
	lanes *shelf.Shelf[lane]
}

func newMemory() *memory {
	return &memory{shelf.New(mostBooks, func() *book { return &book{} }), shelf.New(mostLanes, newLane)}
}

// The statuses and sub-statuses of agent_status: section 8 of what is known of the server.
const (
	statusPaused = "PAUSED"
	statusReady  = "READY"
	statusCloser = "CLOSER"
	statusQueue  = "QUEUE"
	statusMQueue = "MQUEUE"
	statusInCall = "INCALL"
	subDial      = "DIAL"
	subRing      = "RING"
	subPreview   = "PREVIEW"
	subPark      = "PARK"
	subDead      = "DEAD"
	subDispo     = "DISPO"
)

// call is the call on an agent's screen.
type call struct {
	ref       string // the server's callerid, or ours for a call the page dials before it has one
	id        string // the server's callerid, once known
	direction cti.Direction
	number    string
	state     cti.CallState
	inferred  bool
	answered  bool
	hungUp    bool // by us, here
	campaign  string
	display   string
	lead      string
	contact   map[string]string
	known     bool // the customer's data was asked for
	written   int  // how often it was written here
}

func (c call) fact() cti.CallFact {
	f := cti.CallFact{Ref: c.ref, State: c.state, Inferred: c.inferred, Direction: c.direction, Number: c.number, Display: c.display,
		Campaign: c.campaign, Contact: maps.Clone(c.contact)}
	if c.direction == cti.Inbound {
		f.From = c.number
	} else {
		f.To = c.number
	}
	return f
}

// why says how a call that is over has ended.
func (c call) why() cti.EndReason {
	switch {
	case c.answered:
		return cti.EndCompleted
	case c.direction == cti.Inbound:
		return cti.EndNoAnswer
	case c.hungUp:
		return cti.EndCanceled
	}
	return cti.EndUnknown
}

// ending is a call that is over.
type ending struct {
	call call
	why  cti.EndReason
}

// mostEndings is how many calls that are over are remembered: more than happen between two looks.
const mostEndings = 32

// book is what is known of one agent: of the call on the screen, and how the agent stands beside it.
type book struct {
	mu     sync.Mutex
	agent  cti.AgentFact
	call   *call    // nil: none
	ended  []ending // the latest, newest last
	calls  int      // calls_today as seen last; -1 before
	seen   bool     // that calls holds something
	shown  string   // the lead that is previewed
	leadOf cti.ContactShown
	later  string // the pause code to set once the agent is paused
	looks  int    // how many have begun
	filed  int    // the latest one that was filed
}

// endCall closes the call on the screen. With the mutex held.
func (b *book) endCall() {
	if b.call == nil {
		return
	}
	b.ended = append(b.ended, ending{*b.call, b.call.why()})
	if len(b.ended) > mostEndings {
		b.ended = b.ended[1:]
	}
	b.call = nil
}

// over says whether a call with this id was closed before. With the mutex held.
func (b *book) over(id string) bool {
	for _, e := range b.ended {
		if e.call.id == id {
			return true
		}
	}
	return false
}

// isCall says whether a callerid is one of a call: E is an e-mail, and no id is nothing.
func isCall(id string) bool { return id != "" && !strings.HasPrefix(id, "E") }

// directionOf reads a callerid: M manual and V from the dialler go out, Y and J come in.
func directionOf(id string) cti.Direction {
	if strings.HasPrefix(id, "M") || strings.HasPrefix(id, "V") {
		return cti.Outbound
	}
	return cti.Inbound
}

// stateOf is where the call of a row stands; "" when the row shows none.
func stateOf(r AgentRow) cti.CallState {
	switch {
	case r.Status == statusQueue || r.Status == statusMQueue:
		return cti.Ringing
	case r.Status == statusPaused && r.Sub == subDispo:
		return cti.Wrapup
	case r.Status != statusInCall:
		return ""
	}
	switch r.Sub {
	case subDial:
		return cti.Dialing
	case subRing:
		return cti.Ringing
	case subPark:
		return cti.Held
	case subDead, subDispo:
		return cti.Wrapup
	}
	return cti.Connected
}

// look is the number of a look that is about to begin.
func (b *book) look() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.looks++
	return b.looks
}

// saw files what agent_status has shown to the look of that number. Loop and wishes look side by side: what is older than what
// was filed already would end calls that go on.
func (b *book) saw(r AgentRow, look int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if look < b.filed {
		return
	}
	b.filed = look
	b.agentOf(r)
	before := b.call
	state := stateOf(r)
	if b.call != nil && b.goneFrom(r, state) {
		b.endCall()
	}
	if isCall(r.CallID) && state != "" && !b.over(r.CallID) {
		b.show(r.CallID, state, r)
	} else if b.call != nil && state != "" {
		b.turn(state) // the disposition screen shows the lead without the id
	}
	b.missed(r, before)
	b.preview(r)
}

// goneFrom says whether the call on the screen is not what a row shows.
func (b *book) goneFrom(r AgentRow, state cti.CallState) bool {
	switch {
	case state == "":
		return true
	case isCall(r.CallID):
		return b.call.id != "" && b.call.id != r.CallID
	case r.Lead == "" || r.Lead == "0":
		return true
	}
	return b.call.lead != "" && b.call.lead != r.Lead
}

// show files a call under its id.
func (b *book) show(id string, state cti.CallState, r AgentRow) {
	if b.call == nil {
		b.call = &call{ref: id, direction: directionOf(id)}
		// A call that came in and was put on a screen had an agent, also when its end is all that is seen of it.
		b.call.answered = b.call.direction == cti.Inbound && state == cti.Wrapup
	}
	c := b.call
	c.id, c.campaign, c.lead = id, r.Campaign, r.Lead
	if c.number == "" {
		c.number = r.Phone
	}
	if c.contact == nil && r.Lead != "" && r.Lead != "0" {
		c.contact = map[string]string{"lead_id": r.Lead}
		if r.VendorCode != "" {
			c.contact["vendor_lead_code"] = r.VendorCode
		}
	}
	b.turn(state)
}

func (b *book) turn(state cti.CallState) {
	b.call.state, b.call.inferred = state, false
	if state == cti.Connected || state == cti.Held {
		b.call.answered = true
	}
}

// agentOf reads how the agent stands beside the call, which follows from the calls themselves.
func (b *book) agentOf(r AgentRow) {
	b.agent.ID = r.User
	if r.Name != "" {
		b.agent.Name = r.Name
	}
	switch {
	case r.Status == "":
		b.agent.State, b.agent.Reason = cti.AgentOffline, ""
	case r.Status == statusReady, r.Status == statusCloser:
		b.agent.State, b.agent.Reason = cti.AgentReady, ""
	case r.Status == statusPaused && r.Sub == subDispo, r.Sub == subDead:
		b.agent.State, b.agent.Reason = cti.AgentWrapup, ""
	case r.Status == statusPaused:
		b.agent.State, b.agent.Reason = cti.AgentPaused, r.PauseCode
	}
}

// missed files calls that came and went between two looks, of which only calls_today tells: nobody knows whose they were.
func (b *book) missed(r AgentRow, before *call) {
	last, seen := b.calls, b.seen
	b.calls, b.seen = r.CallsToday, r.Status != ""
	if !seen || r.Status == "" {
		return
	}
	unseen := r.CallsToday - last
	if b.call != nil && b.call != before {
		unseen-- // the one on the screen
	}
	if r.CallID != "" && !isCall(r.CallID) {
		unseen = 0 // an e-mail counts, too
	}
	for range min(unseen, mostEndings) { // a new day counts from the beginning
		b.ended = append(b.ended, ending{call{ref: "unseen-" + rand.Text(), direction: cti.Inbound, state: cti.Connected, inferred: true, answered: true, campaign: r.Campaign}, cti.EndUnknown})
	}
	if extra := len(b.ended) - mostEndings; extra > 0 {
		b.ended = b.ended[extra:]
	}
}

func (b *book) preview(r AgentRow) {
	b.shown = ""
	if r.Sub == subPreview && r.Lead != "" && r.Lead != "0" {
		b.shown = r.Lead
		b.leadOf = cti.ContactShown{Number: r.Phone, Campaign: r.Campaign, Contact: map[string]string{"lead_id": r.Lead}}
		if r.VendorCode != "" {
			b.leadOf.Contact["vendor_lead_code"] = r.VendorCode
		}
	}
}

// learn adds what is known of the customer of a call as it was; without fields nothing was to be had. What was asked for before
// the customer was written is old.
func (b *book) learn(of call, fields map[string]string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.call == nil || b.call.lead != of.lead || b.call.written != of.written {
		return
	}
	if b.call.known = true; len(fields) == 0 {
		return
	}
	b.call.contact = fields
	if name := strings.TrimSpace(fields["first_name"] + " " + fields["last_name"]); name != "" {
		b.call.display = name
	}
	if b.call.number == "" {
		b.call.number = fields["phone_number"]
	}
}

// unlearn lets the customer's data be asked for again: it was changed.
func (b *book) unlearn() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.call != nil {
		b.call.known = false
		b.call.written++
	}
}

// now is the call on the screen; false when there is none, or another one than ref names.
func (b *book) now(ref string) (call, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.call == nil || ref != "" && ref != b.call.ref {
		return call{}, false
	}
	return *b.call, true
}

// gaveUp notes that we hang up.
func (b *book) gaveUp() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.call != nil {
		b.call.hungUp = true
	}
}

// pauseLater keeps a pause code until the agent is paused; takeLater hands it out when that is so.
func (b *book) pauseLater(code string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.later = code
}

func (b *book) takeLater(r AgentRow) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.later == "" || r.Status != statusPaused || r.Sub != "" {
		return ""
	}
	code := b.later
	b.later = ""
	return code
}

// page is a copy of a book.
type page struct {
	agent   cti.AgentFact
	call    *call
	ended   []ending
	preview *cti.ContactShown
}

func (b *book) page() page {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := page{agent: b.agent, ended: append([]ending(nil), b.ended...)}
	if b.call != nil {
		c := *b.call
		p.call = &c
	}
	if b.shown != "" {
		lead := b.leadOf
		p.preview = &lead
	}
	return p
}
