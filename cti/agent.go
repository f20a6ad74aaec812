package cti

// AgentState is what the person at the desk is doing.
type AgentState string

// The states of an agent. AgentRinging and AgentOnCall follow from the calls.
const (
	AgentOffline AgentState = "offline"
	AgentReady   AgentState = "ready"
	AgentPaused  AgentState = "paused"
	AgentRinging AgentState = "ringing"
	AgentOnCall  AgentState = "on_call"
	AgentWrapup  AgentState = "wrapup"
)

// Agent is the person at the desk as the PBX sees them.
type Agent struct {
	ID        string     `json:"id,omitempty" help:"as the vendor knows this person"`
	Extension string     `json:"extension,omitempty"`
	Name      string     `json:"name,omitempty"`
	State     AgentState `json:"state" values:"offline,ready,paused,ringing,on_call,wrapup"`
	Reason    string     `json:"reason,omitempty" help:"the pause's name in the PBX's own words"`
	Since     Time       `json:"since,omitzero"`
	Actions   []string   `json:"actions" help:"verbs legal now"`
}

// PauseReason is one reason the PBX knows for a pause.
type PauseReason struct {
	ID           string `json:"id"`
	Name         string `json:"name"`
	NeedsNote    bool   `json:"needsNote"`
	LimitSeconds int    `json:"limitSeconds,omitempty" help:"seconds; 0 means no limit"`
}

// LinkState is how a driver's link to its PBX or phone stands.
type LinkState string

// The states of a link. Degraded still serves some verbs.
const (
	LinkConnecting   LinkState = "connecting"
	LinkConnected    LinkState = "connected"
	LinkDegraded     LinkState = "degraded"
	LinkDisconnected LinkState = "disconnected"
)

// DriverState is one driver of a desk as people see it.
type DriverState struct {
	Name   string    `json:"name"`
	Title  string    `json:"title"`
	Link   LinkState `json:"link" values:"connecting,connected,degraded,disconnected"`
	Since  Time      `json:"since,omitzero"`
	Detail string    `json:"detail,omitempty" help:"what is wrong, in the person's language"`
	// DetailID is the id of Detail's sentence; the door puts it into the
	// language of who reads.
	DetailID string `json:"-"`
}
