package cti

import "time"

// Fact is something a driver, or the desk itself, knows has happened. Facts
// are plain data.
type Fact interface{ fact() }

// LinkFact says how the driver's link stands now. It may come at any time,
// also before the first [SnapshotFact].
type LinkFact struct {
	State  LinkState
	Detail string // one short English sentence without secrets; "" when all is well
	// DetailID is the id of the same sentence in all languages; "" when there
	// is none and people are shown Detail.
	DetailID string
}

// SnapshotFact is everything the driver knows at this moment. Calls it told of
// before and that are missing here have ended, nobody knows why.
type SnapshotFact struct {
	Agent *AgentFact // nil when the driver cannot see the agent
	Calls []CallFact
}

// CallFact tells of one call. Empty strings, nil pointers and zero times mean
// "not told", never "now empty".
type CallFact struct {
	Ref       string // the driver's word for the call, never "", stable and never used again
	State     CallState
	Inferred  bool
	Direction Direction
	From, To  string
	Number    string // the other end, as the PBX writes it
	E164      string // the other end, where known; the desk fills it
	Display   string
	Campaign  string
	Queue     string
	Contact   map[string]string
	Muted     *bool
	Recording *bool
	EndReason EndReason     // with State Ended; "" means EndUnknown
	Age       time.Duration // how long the call has been connected already, when the driver met it late
}

// AgentFact tells of the agent. Empty fields mean "not told", but Reason is
// replaced whenever State is told.
type AgentFact struct {
	ID, Extension, Name string
	State               AgentState // offline, ready, paused or wrapup; what follows from calls is not told here
	Reason              string
}

// PreviewFact says that the dialer shows a contact before dialling.
type PreviewFact struct{ Contact ContactShown }

// CallbackFact says that a promised call-back is due.
type CallbackFact struct{ Contact ContactShown }

// ContactShown is the customer of a preview or a due call-back.
type ContactShown struct {
	Number   string            `json:"number"`
	E164     string            `json:"e164,omitempty"`
	Campaign string            `json:"campaign,omitempty"`
	Contact  map[string]string `json:"contact,omitempty"`
}

// ActionsFact says that Session.Actions answers differently from now on.
type ActionsFact struct{}

// WishFact is the desk's own: it is about to ask driver Driver for a call. It
// opens the call under ID.
type WishFact struct {
	ID         string
	Dialed     string // what the driver is asked to dial
	Raw, E164  string
	Campaign   string
	CallerID   string
	Data       map[string]string
	JoinWithin time.Duration // how long a driver's call may be taken for this wish
	EndAfter   time.Duration // when a wish no fact ever follows ends as unknown
}

// WishSentFact is the desk's own: the driver took the wish. Ref is set when
// the driver named the call at once.
type WishSentFact struct{ ID, Ref string }

// WishFailedFact is the desk's own: the driver refused. With Open set the wish
// may have reached the PBX: the call stays, its outcome open.
type WishFailedFact struct {
	ID   string
	Open bool
}

// CanFact is the desk's own: the verbs its drivers handle now.
type CanFact struct{ Verbs []string }

// OutboxFact is the desk's own: something in its outbox has changed.
type OutboxFact struct{ Count OutboxCount }

// TickFact is the desk's own: time has passed, see [Table.NextExpiry].
type TickFact struct{}

func (LinkFact) fact()       {}
func (SnapshotFact) fact()   {}
func (CallFact) fact()       {}
func (AgentFact) fact()      {}
func (PreviewFact) fact()    {}
func (CallbackFact) fact()   {}
func (ActionsFact) fact()    {}
func (WishFact) fact()       {}
func (WishSentFact) fact()   {}
func (WishFailedFact) fact() {}
func (CanFact) fact()        {}
func (OutboxFact) fact()     {}
func (TickFact) fact()       {}
