// Package protocol holds the messages of the local API as they stand on the
// wire: JSON-RPC 2.0 frames, close codes, and errors.
package protocol

import (
	"encoding/json"

	"ctiagent/cti"
)

// Version is the protocol version this program speaks.
const Version = 1

// Subprotocol is the WebSocket sub-protocol of these messages.
const Subprotocol = "ctiagent.v1"

// CloseCode says why the service closed a page's WebSocket.
type CloseCode int

// The close codes. Those from 4000 on are ours, the others are RFC 6455's.
const (
	CloseNormal        CloseCode = 1000
	CloseUnsupported   CloseCode = 1003 // a binary message
	ClosePolicy        CloseCode = 1008 // a connection that was not paired in time, or is not any more
	CloseTooBig        CloseCode = 1009
	CloseProtocol      CloseCode = 4001 // protocol version not spoken
	CloseOriginBlocked CloseCode = 4003
	CloseTooSlow       CloseCode = 4008 // reconnect and resume
	CloseStopping      CloseCode = 4009
	CloseTooMany       CloseCode = 4029 // too many messages
)

// Reason is what goes with the code: a few English words for a developer.
func (c CloseCode) Reason() string {
	switch c {
	case CloseUnsupported:
		return "text messages only"
	case ClosePolicy:
		return "not paired"
	case CloseTooBig:
		return "message too long"
	case CloseProtocol:
		return "protocol version not spoken"
	case CloseOriginBlocked:
		return "origin blocked"
	case CloseTooSlow:
		return "reader too slow, reconnect and resume"
	case CloseStopping:
		return "the service stops"
	case CloseTooMany:
		return "too many messages"
	}
	return ""
}

// The methods of the doors themselves.
const (
	SessionHello    = "session.hello"
	SessionPair     = "session.pair"
	DeskWatch       = "desk.watch"
	DeskUnwatch     = "desk.unwatch"
	DeskSnapshot    = "desk.snapshot"
	DeskEvent       = "desk.event" // from the service, a notification
	DeskPop         = "desk.pop"   // from the service, a request
	DeskClaimPop    = "desk.claimPop"
	DeskTakePop     = "desk.takePop"
	PageFocus       = "page.focus"
	FunctionsInvoke = "functions.invoke"
	StreamRead      = "stream.read"
	StreamClose     = "stream.close"
	RPCCancel       = "rpc.cancel"
	RPCDiscover     = "rpc.discover"
	Progress        = "progress" // from the service, a notification
	ControlTicket   = "control.ticket"
	OriginsList     = "origins.list"
	OriginsAllow    = "origins.allow"
	OriginsRevoke   = "origins.revoke"
	OutboxList      = "outbox.list"
	OutboxRetry     = "outbox.retry"
	OutboxDrop      = "outbox.drop"
	OutboxEdit      = "outbox.edit"
	ConfigShow      = "config.show"
	DoctorRun       = "doctor.run"
	ReceiverList    = "receiver.list"
	URIOpen         = "uri.open"
	URIExplain      = "uri.explain"
)

// HelloIn greets the service.
type HelloIn struct {
	Client   string `json:"client" help:"who is speaking, as name/version"`
	Protocol int    `json:"protocol" help:"the protocol version spoken, 1"`
	Language string `json:"language,omitempty" help:"language tag of the hints: pt-BR, es or en"`
	Desk     string `json:"desk,omitempty" help:"whose desk, for administrators at the program door; their own when left out"`
	Ticket   string `json:"ticket,omitempty" secret:"true" help:"the one-time ticket of the control page"`
}

// DriverBrief is a driver as session.hello names it.
type DriverBrief struct {
	Name  string        `json:"name"`
	Title string        `json:"title"`
	Link  cti.LinkState `json:"link"`
}

// HelloOut is the greeting's answer. Before pairing only Protocol, Version and
// Paired are told.
type HelloOut struct {
	Protocol int           `json:"protocol"`
	Version  string        `json:"version"`
	Paired   bool          `json:"paired"`
	Scopes   []cti.Effect  `json:"scopes,omitempty"`
	Drivers  []DriverBrief `json:"drivers,omitempty"`
	Actions  []string      `json:"actions,omitempty" help:"the common verbs the desk handles now"`
	Ticket   string        `json:"ticket,omitempty" secret:"true" help:"for the control page: good once, within a minute after this connection has ended"`
}

// PairIn asks for scopes.
type PairIn struct {
	Scopes []cti.Effect `json:"scopes,omitempty"`
}

// PairOut says what a page may do.
type PairOut struct {
	Paired bool         `json:"paired"`
	Scopes []cti.Effect `json:"scopes"`
}

// WatchIn asks for events: after a snapshot, or after event After of Epoch.
type WatchIn struct {
	Epoch string  `json:"epoch,omitempty" help:"the epoch of an earlier snapshot"`
	After *uint64 `json:"after,omitempty" help:"the seq of the last event seen in that epoch"`
}

// WatchOut is a snapshot; Reset says that the events asked for are not held
// any more.
type WatchOut struct {
	cti.DeskState
	Reset bool `json:"reset,omitempty"`
}

// ResumeOut is the answer of a watch that was resumed: the events after Seq
// follow it, and no snapshot.
type ResumeOut struct {
	Epoch string `json:"epoch"`
	Seq   uint64 `json:"seq"`
}

// FocusIn tells which page the person looks at.
type FocusIn struct {
	Visible bool `json:"visible"`
	Focused bool `json:"focused"`
}

// InvokeIn names a vendor's own function and its parameters.
type InvokeIn struct {
	Name   string          `json:"name" required:"true" help:"the function, as vendor.function"`
	Params json.RawMessage `json:"params,omitempty"`
}

// StreamOut names a stream of answers.
type StreamOut struct {
	Stream string `json:"stream"`
}

// StreamReadIn asks for the next pieces of a stream.
type StreamReadIn struct {
	Stream string `json:"stream" required:"true"`
	Max    int    `json:"max,omitempty" help:"how many pieces at most; 100 when left out, 1000 at most"`
}

// StreamReadOut is some pieces; Done says that none follow and the stream is
// closed.
type StreamReadOut struct {
	Items []json.RawMessage `json:"items"`
	Done  bool              `json:"done"`
}

// StreamCloseIn ends a stream early.
type StreamCloseIn struct {
	Stream string `json:"stream" required:"true"`
}

// CancelIn names a request of this connection by its id.
type CancelIn struct {
	ID json.RawMessage `json:"id" required:"true"`
}

// ProgressNote tells how far a request has come. Total 0 means unknown.
type ProgressNote struct {
	ID    json.RawMessage `json:"id"`
	Done  int64           `json:"done"`
	Total int64           `json:"total"`
}

// PopOut says whether a page showed the customer.
type PopOut struct {
	Shown bool `json:"shown"`
}

// ClaimPopIn names the screen pop that a page would show now.
type ClaimPopIn struct {
	Claim string `json:"claim" required:"true" help:"as desk.pop told it"`
}

// ClaimPopOut says whether it shall.
type ClaimPopOut struct {
	Taken bool `json:"taken" help:"false: too late, somebody else shows it"`
}

// TakePopIn names a call whose customer an extension would show by a rule of
// its own.
type TakePopIn struct {
	Call string `json:"call" required:"true"`
}

// TakePopOut says whether it shall.
type TakePopOut struct {
	Taken bool `json:"taken"`
}

// OutboxIn names an entry of the outbox.
type OutboxIn struct {
	ID string `json:"id" required:"true" help:"as outbox.list tells it"`
}

// TicketOut is the control page's address with its one-time ticket.
type TicketOut struct {
	URL string `json:"url" secret:"true"`
}

// Origin is one page that may connect, with what it may do.
type Origin struct {
	Origin string       `json:"origin"`
	Scopes []cti.Effect `json:"scopes"`
	Source string       `json:"source" values:"configuration,person" help:"who allows it: the site, or the person at the desk"`
	// Blocked pages may not even ask.
	Blocked bool `json:"blocked,omitempty" help:"the person does not want to be asked about it"`
}

// Who allows a page: Origin.Source.
const (
	OriginOfConfiguration = "configuration"
	OriginOfPerson        = "person"
)

// OriginsIn chooses pages.
type OriginsIn struct {
	Blocked bool `json:"blocked,omitempty" help:"also the pages that the person has blocked"`
}

// AllowIn names a page and what it may do.
type AllowIn struct {
	Origin string       `json:"origin" required:"true" help:"exactly as browsers send it: scheme://host[:port]"`
	Scopes []cti.Effect `json:"scopes,omitempty" help:"observe, dial, control; observe and dial when left out"`
}

// RevokeIn names a page.
type RevokeIn struct {
	Origin string `json:"origin" required:"true" help:"as origins.list names it"`
}

// URIIn is a telephone link that somebody clicked.
type URIIn struct {
	URI      string `json:"uri" required:"true" secret:"true" help:"the whole link, as it was handed over"`
	Language string `json:"language,omitempty" help:"language tag of the hints: pt-BR, es or en"`
}

// ReceiverPath is what to enter at a dialer or a phone, so that it calls the
// receiver door.
type ReceiverPath struct {
	Name string `json:"name" help:"the driver and what it receives"`
	URL  string `json:"url" secret:"true" help:"for browsers on this computer"`
	LAN  string `json:"lan,omitempty" secret:"true" help:"for telephones; empty while no LAN address is open"`
}

// ReceiverOut is how the receiver door stands.
type ReceiverOut struct {
	Open    bool           `json:"open"`
	Waiting string         `json:"waiting,omitempty" help:"the LAN address that this computer does not have now"`
	Paths   []ReceiverPath `json:"paths"`
}
