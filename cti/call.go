package cti

// Direction says who called whom, seen from the desk.
type Direction string

// The directions of a call.
const (
	Inbound  Direction = "inbound"
	Outbound Direction = "outbound"
	Internal Direction = "internal"
)

// CallState is where a call stands.
type CallState string

// The states of a call, in the order a call usually passes them.
const (
	Dialing   CallState = "dialing"
	Ringing   CallState = "ringing"
	Connected CallState = "connected"
	Held      CallState = "held"
	Wrapup    CallState = "wrapup"
	Ended     CallState = "ended"
)

// EndReason says why a call ended; "" while it has not.
type EndReason string

// The reasons a call ends. EndUnknown is the honest one: nobody told.
const (
	EndCompleted EndReason = "completed"
	EndBusy      EndReason = "busy"
	EndNoAnswer  EndReason = "no_answer"
	EndCanceled  EndReason = "canceled"
	EndRejected  EndReason = "rejected"
	EndFailed    EndReason = "failed"
	EndUnknown   EndReason = "unknown"
)

// Remote is the other end of a call. Raw is what the PBX or the page wrote,
// E164 the number with + and country code where the dial plan knows it,
// Display a name where somebody told one.
type Remote struct {
	Raw     string `json:"raw,omitempty"`
	E164    string `json:"e164,omitempty"`
	Display string `json:"display,omitempty"`
}

// Ref is one driver's own word for a call.
type Ref struct {
	Driver string
	Ref    string
}

// Call is one call of a desk. A Call in a [Table] is never changed: the fold
// replaces it, so a *Call may be read from any goroutine.
type Call struct {
	ID        string    `json:"id" help:"ours, stable, a ULID"`
	Ref       string    `json:"ref,omitempty" help:"the vendor's id, once known"`
	Direction Direction `json:"direction" values:"inbound,outbound,internal"`
	State     CallState `json:"state" values:"dialing,ringing,connected,held,wrapup,ended"`
	// Inferred marks a state concluded from something weaker than the PBX
	// saying so.
	Inferred bool   `json:"inferred,omitempty" help:"the state is concluded, not reported"`
	From     string `json:"from,omitempty"`
	To       string `json:"to,omitempty"`
	Remote   Remote `json:"remote,omitzero"`
	Campaign string `json:"campaign,omitempty"`
	Queue    string `json:"queue,omitempty"`
	// Contact holds the vendor's parameters of the customer. It is shared
	// between versions of a call and never written to.
	Contact map[string]string `json:"contact,omitempty" help:"the vendor's parameters of the customer"`
	// Data is what the page gave to call.dial, handed back unread.
	Data       map[string]string `json:"data,omitempty" help:"what the page gave to call.dial"`
	Via        string            `json:"via,omitempty" help:"the driver that carries the call"`
	Muted      bool              `json:"muted"`
	Recording  bool              `json:"recording"`
	Missed     bool              `json:"missed,omitempty" help:"inbound and ended without an answer"`
	StartedAt  Time              `json:"startedAt,omitzero"`
	AnsweredAt Time              `json:"answeredAt,omitzero"`
	EndedAt    Time              `json:"endedAt,omitzero"`
	EndReason  EndReason         `json:"endReason,omitempty" values:"completed,busy,no_answer,canceled,rejected,failed,unknown"`
	Actions    []string          `json:"actions" help:"verbs legal now"`

	// Refs are all drivers' words for this call; the fold joins them.
	Refs   []Ref  `json:"-"`
	heldBy string // the driver that told of the hold
	// wish is set while no driver has told of a call the desk asked for, other
	// than by naming it in the answer.
	wish *wish
}

// Live says whether the call has not ended.
func (c *Call) Live() bool { return c.State != Ended }

// RefOf is the word of the named driver for this call, "" when it has none.
func (c *Call) RefOf(driver string) string {
	for _, r := range c.Refs {
		if r.Driver == driver {
			return r.Ref
		}
	}
	return ""
}

// WishPending says whether the desk asked for this call and no driver has
// told of it yet, so that its outcome is open.
func (c *Call) WishPending() bool { return c.wish != nil && c.Live() }
