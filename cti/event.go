package cti

// EventType is the name of an event on the local API.
type EventType string

// The events a page may see.
const (
	EventCallDialing     EventType = "call.dialing"
	EventCallRinging     EventType = "call.ringing"
	EventCallConnected   EventType = "call.connected"
	EventCallHeld        EventType = "call.held"
	EventCallResumed     EventType = "call.resumed"
	EventCallTransferred EventType = "call.transferred"
	EventCallEnded       EventType = "call.ended"
	EventCallUpdated     EventType = "call.updated"
	EventCallPreview     EventType = "call.preview"
	EventCallbackDue     EventType = "callback.due"
	EventAgentChanged    EventType = "agent.changed"
	EventDriverChanged   EventType = "driver.changed"
	EventOutboxChanged   EventType = "outbox.changed"
)

// Event is one numbered change of a desk. Exactly one of Call, Agent, Driver,
// Contact and Outbox is set.
type Event struct {
	Seq     uint64        `json:"seq"`
	Time    Time          `json:"time"`
	Type    EventType     `json:"type"`
	Call    *Call         `json:"call,omitempty"`
	Agent   *Agent        `json:"agent,omitempty"`
	Driver  *DriverState  `json:"driver,omitempty"`
	Contact *ContactShown `json:"contact,omitempty"`
	Outbox  *OutboxCount  `json:"outbox,omitempty"`
}

// DeskState is the snapshot of a desk: what desk.watch answers. Events with a
// Seq above this one follow it.
type DeskState struct {
	Epoch   string        `json:"epoch" help:"changes when the service restarts"`
	Seq     uint64        `json:"seq"`
	Agent   Agent         `json:"agent"`
	Calls   []*Call       `json:"calls"`
	Recent  []*Call       `json:"recent" help:"calls that have ended, newest first"`
	Drivers []DriverState `json:"drivers"`
	Outbox  OutboxCount   `json:"outbox,omitzero" help:"wishes that wait for a link, and those that ask for a look; left out when there are none"`
}

// Pop asks a page, or the browser, to show the customer of a call.
type Pop struct {
	URL  string `json:"url"`
	Call *Call  `json:"call,omitempty"`
	// Claim is what the page that is asked claims the pop by, right before it
	// shows it.
	Claim string `json:"claim,omitempty" help:"desk.claimPop asks with it, right before the page shows the customer, whether it still shall"`
}
