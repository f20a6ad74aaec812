package cti

// OutboxState says where an entry of an outbox stands.
type OutboxState string

// The states of an entry. They stand on the wire and on the disk.
const (
	OutboxWaiting     OutboxState = "waiting"     // nothing was sent
	OutboxSending     OutboxState = "sending"     // it is on its way to the PBX
	OutboxUnconfirmed OutboxState = "unconfirmed" // it was sent, and nobody knows what came of it
	OutboxRefused     OutboxState = "refused"     // the PBX, or the driver, would not do it
	OutboxExpired     OutboxState = "expired"     // it waited too long and was not sent
)

// OutboxEntry is one wish that waits in a desk's outbox. What the person
// entered stands in the fields that its method has, and nowhere else.
type OutboxEntry struct {
	ID        string      `json:"id"`
	Method    string      `json:"method" values:"call.setDisposition,call.tag,callback.schedule,agent.pause,agent.unpause"`
	Driver    string      `json:"driver" help:"the driver it waits for"`
	Title     string      `json:"title" help:"the driver's name for people"`
	State     OutboxState `json:"state" values:"waiting,sending,unconfirmed,refused,expired"`
	WantedAt  Time        `json:"wantedAt"`
	ExpiresAt Time        `json:"expiresAt" help:"when it is not sent any more"`
	SentAt    Time        `json:"sentAt,omitzero" help:"when it was last sent, or tried"`
	Kind      Kind        `json:"kind,omitempty" help:"why it was refused or is not confirmed, or why the last try failed"`
	Error     string      `json:"error,omitempty" help:"the same in the driver's own words"`

	Call           string   `json:"call,omitempty" help:"the call it is about"`
	Number         string   `json:"number,omitempty" help:"the other end of the call, or whom to call back"`
	Code           string   `json:"code,omitempty"`
	Levels         []string `json:"levels,omitempty"`
	Note           string   `json:"note,omitempty"`
	Text           string   `json:"text,omitempty"`
	At             Time     `json:"at,omitzero" help:"when to call back"`
	CallbackNumber string   `json:"callbackNumber,omitempty"`
	Campaign       string   `json:"campaign,omitempty"`
	Contact        string   `json:"contact,omitempty"`
	Reason         string   `json:"reason,omitempty"`
}

// OutboxEdit changes what a person entered. What is left out stays, and so do
// fields that the entry's method does not have.
type OutboxEdit struct {
	ID     string  `json:"id" required:"true"`
	Code   *string `json:"code,omitempty"`
	Note   *string `json:"note,omitempty"`
	Text   *string `json:"text,omitempty"`
	At     *Time   `json:"at,omitempty"`
	Reason *string `json:"reason,omitempty"`
}

// OutboxCount is how many entries a desk's outbox has. What is on its way
// counts as waiting.
type OutboxCount struct {
	Waiting     int `json:"waiting"`
	Unconfirmed int `json:"unconfirmed"`
	Refused     int `json:"refused"`
	Expired     int `json:"expired"`
}
