package totaliptest

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// Extension describes one extension and the user on it.
type Extension struct {
	Number    string // the ramal
	User      string // the user's code, an integer in text
	Name      string
	Hardphone bool // a desk phone: no intervals, other login (manual 002, 1.1.3, 1.1.6)
	Shared    bool // a shared extension, which a login_hardphone may name (manual 002, 1.1.3)
	Offline   bool // its softphone is not connected (manual 002, 1.1.1)
	Blocked   bool // manual 002, 1.2.2.8
	LoggedIn  bool

	Mail, Mobile, Password string // of the user (manual 002, 1.1.19)
}

// ExtensionState is what the system knows of an extension now.
type ExtensionState struct {
	Extension
	StatusID string // of the user: 1 logged in, 2 logged out, others are intervals
	Paused   bool   // by set_pause
	SharedBy string // the shared extension named at login_hardphone
}

type extension struct {
	ExtensionState
	live []*Call
}

// Direction says who began a call.
type Direction string

// The three kinds of call that manual 002, 1.1.23 tells apart.
const (
	Inbound  Direction = "inbound"
	Outbound Direction = "outbound"
	Dialer   Direction = "dialer"
)

// State is how far a call has come.
type State string

// The life of a call: an outbound one begins as dialing, an inbound one as ringing, a dialer's as connected.
const (
	Dialing   State = "dialing"
	Ringing   State = "ringing"
	Connected State = "connected"
	Ended     State = "ended"
)

// Call is one call of the system. Ref is its UNIQUEID.
type Call struct {
	Ref            string
	Extension      string
	Direction      Direction
	State          State
	From, To       string
	Param1, Param2 string // what the mailing says of a dialer's contact
	Campaign       string
	AnsweredAt     time.Time
}

// Waiting is one caller in a queue.
type Waiting struct {
	From  string
	Since time.Time
}

// errNoCall is what Answer and Hangup say of a call that is not there or has ended.
var errNoCall = errors.New("totaliptest: no such live call")

// The two statuses with a fixed meaning (manual 002, 1.1.5 and 1.2.1.7), and the one that set_pause gives here. The
// manual does not say which that is; its tables call every status of a user but the first two one of pause.
const (
	loggedIn   = "1"
	loggedOut  = "2"
	plainPause = "99"
)

// AddExtension adds an extension, or replaces the one with the same number. It panics without a number.
func (p *PBX) AddExtension(e Extension) {
	if e.Number == "" {
		panic("totaliptest: an extension needs a number")
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	x := &extension{ExtensionState: ExtensionState{Extension: e, StatusID: loggedOut}}
	if e.LoggedIn {
		x.StatusID = loggedIn
	}
	p.extensions[e.Number] = x
	p.noteChange()
}

// ExtensionState answers the state of an extension and whether it exists.
func (p *PBX) ExtensionState(number string) (ExtensionState, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	x, ok := p.extensions[number]
	if !ok {
		return ExtensionState{}, false
	}
	return x.ExtensionState, true
}

// Call answers a call by its ref, also when it has ended.
func (p *PBX) Call(ref string) (Call, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c, ok := p.calls[ref]
	if !ok {
		return Call{}, false
	}
	return *c, true
}

// LiveCalls answers the calls of an extension that have not ended, oldest first.
func (p *PBX) LiveCalls(number string) []Call {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []Call
	if x, ok := p.extensions[number]; ok {
		for _, c := range x.live {
			out = append(out, *c)
		}
	}
	return out
}

// Ring lets an outside phone ring an extension. status_ramal says Tocando; no event line exists for it (manual 002,
// 1.2.1 has none). It panics when the extension does not exist.
func (p *PBX) Ring(number, from, to string) Call {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.addCall(Call{Extension: number, Direction: Inbound, State: Ringing, From: from, To: to})
	p.noteChange()
	return *c
}

// Answer connects a ringing or dialing call. An inbound one brings its <R> line now (manual 002, 1.2.1.2: "foi
// atendido"); an outbound one brings no line, but status_ramal carries a duration from here on.
func (p *PBX) Answer(ref string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	c, ok := p.calls[ref]
	if !ok || (c.State != Ringing && c.State != Dialing) {
		return fmt.Errorf("answer %s: %w", ref, errNoCall)
	}
	c.State, c.AnsweredAt = Connected, p.opts.Now()
	if c.Direction == Inbound {
		p.emit("R", c.Extension, c.From, c.To, c.Ref) // manual 002, 1.2.1.2
	}
	p.noteChange()
	return nil
}

// Hangup ends a live call with its <H> line (manual 002, 1.2.1.6). A call that was connected has a recording from then on.
func (p *PBX) Hangup(ref string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	c, ok := p.calls[ref]
	if !ok || c.State == Ended {
		return fmt.Errorf("hang up %s: %w", ref, errNoCall)
	}
	if c.State == Connected && p.recordings[ref] == nil {
		p.lastFile++
		p.recordings[ref] = []Recording{{File: strconv.Itoa(90000 + p.lastFile), WAV: WAV(8000)}}
	}
	c.State = Ended
	x := p.extensions[c.Extension]
	x.live = slices.DeleteFunc(x.live, func(o *Call) bool { return o == c })
	p.emit("H", c.Extension, c.Ref)
	p.noteChange()
	return nil
}

// Dialer hands a contact that the dialer has reached to an extension: connected at once, with its <D> line (manual
// 002, 1.2.1.3). It panics when the extension does not exist.
func (p *PBX) Dialer(number, phone, param1, param2, campaign string) Call {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.addCall(Call{Extension: number, Direction: Dialer, State: Connected, From: phone, To: phone,
		Param1: param1, Param2: param2, Campaign: campaign, AnsweredAt: p.opts.Now()})
	p.emit("D", number, phone, param1, param2, campaign, c.Ref)
	p.noteChange()
	return *c
}

// Preview shows a contact to an extension before it is dialled (manual 002, 1.2.1.4).
func (p *PBX) Preview(number, phone, param1, param2, campaign string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.emit("PREVIEW", number, phone, param1, param2, campaign)
	p.noteChange()
}

// Callback reminds an extension of an appointment (manual 002, 1.2.1.5).
func (p *PBX) Callback(number, phone, param1, param2, campaign string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.emit("AGOP", number, phone, param1, param2, campaign)
	p.noteChange()
}

// Dial begins an outbound call as if the person had dialled on the phone, with its <A> line (manual 002, 1.2.1.1). It
// panics when the extension does not exist.
func (p *PBX) Dial(number, phone string) Call {
	p.mu.Lock()
	defer p.mu.Unlock()
	return *p.dial(number, phone)
}

// SetStatus changes the status of an extension's user, as a supervisor or the system's own page would, with its <S>
// line. It panics when extension or status do not exist.
func (p *PBX) SetStatus(number, statusID string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	x, ok := p.extensions[number]
	if !ok || p.statusName(statusID) == "" {
		panic(fmt.Sprintf("totaliptest: no extension %q or no status %q", number, statusID))
	}
	p.setStatus(x, statusID)
	p.noteChange()
}

// SetQueue sets who waits in a queue; the queue exists from then on.
func (p *PBX) SetQueue(name string, waiting ...Waiting) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.queues[name] = slices.Clone(waiting)
	p.noteChange()
}

// AutoQueue lets somebody call a queue at once and again whenever every has passed, from the numbers in turn; each waits for
// that long and is gone. It ends with the PBX.
func (p *PBX) AutoQueue(name string, every, waits time.Duration, numbers ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	var join func()
	join = func() {
		since := p.opts.Now()
		p.queues[name] = append(p.queues[name], Waiting{From: numbers[n%len(numbers)], Since: since})
		n++
		p.after(waits, func() {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.queues[name] = slices.DeleteFunc(p.queues[name], func(w Waiting) bool { return w.Since.Equal(since) })
			p.noteChange()
		})
		p.after(every, func() {
			p.mu.Lock()
			defer p.mu.Unlock()
			join()
		})
		p.noteChange()
	}
	join()
}

// AutoAnswer lets every customer that is dialled from now on answer after d. A negative d ends it.
func (p *PBX) AutoAnswer(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.autoAnswer = d
}

// AutoHangup lets every customer that AutoAnswer connects from now on hang up d later. A negative d ends it.
func (p *PBX) AutoHangup(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.autoHangup = d
}

// dial begins an outbound call. The caller holds p.mu.
func (p *PBX) dial(number, phone string) *Call {
	c := p.addCall(Call{Extension: number, Direction: Outbound, State: Dialing, From: number, To: phone})
	p.emit("A", number, phone, c.Ref) // manual 002, 1.2.1.1: "está fazendo uma ligação"
	p.noteChange()
	if p.autoAnswer >= 0 {
		ref, hangup := c.Ref, p.autoHangup
		p.after(p.autoAnswer, func() {
			if p.Answer(ref) != nil || hangup < 0 {
				return // the call ended before the customer answered, or the customer stays on the line
			}
			p.mu.Lock()
			defer p.mu.Unlock()
			p.after(hangup, func() { _ = p.Hangup(ref) }) // the agent may have hung up first
		})
	}
	return c
}

// addCall files a call under a new ref of the manual's form, seconds and a number. The caller holds p.mu.
func (p *PBX) addCall(c Call) *Call {
	x, ok := p.extensions[c.Extension]
	if !ok {
		panic(fmt.Sprintf("totaliptest: no extension %q", c.Extension))
	}
	p.lastCall++
	c.Ref = strconv.FormatInt(p.opts.Now().Unix(), 10) + "." + strconv.Itoa(10000+p.lastCall)
	p.calls[c.Ref] = &c
	x.live = append(x.live, &c)
	return &c
}

// setStatus changes a status and says so on the event socket (manual 002, 1.2.1.7). The caller holds p.mu.
func (p *PBX) setStatus(x *extension, id string) {
	x.StatusID = id
	x.LoggedIn = id != loggedOut
	p.emit("S", x.Number, id, p.statusName(id))
}

func (p *PBX) statusName(id string) string {
	if id == plainPause {
		return "Pausa"
	}
	for _, s := range p.opts.Statuses {
		if s.ID == id {
			return s.Name
		}
	}
	return ""
}

// sorted answers the extensions by user code, the order of manual 002, 1.1.9. The caller holds p.mu.
func (p *PBX) sorted() []*extension {
	var out []*extension
	for _, x := range p.extensions {
		out = append(out, x)
	}
	slices.SortFunc(out, func(a, b *extension) int {
		ia, _ := strconv.Atoi(a.User)
		ib, _ := strconv.Atoi(b.User)
		return cmp.Or(cmp.Compare(ia, ib), cmp.Compare(a.Number, b.Number))
	})
	return out
}
