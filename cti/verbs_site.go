package cti

// CallbackIn promises a customer a call.
type CallbackIn struct {
	Number   string `json:"number" required:"true" role:"number"`
	At       Time   `json:"at" required:"true"`
	Campaign string `json:"campaign,omitempty"`
	Contact  string `json:"contact,omitempty" help:"the vendor's id of the customer"`
	Note     string `json:"note,omitempty"`
}

// ID names something the vendor made or changed.
type ID struct {
	ID  string `json:"id,omitempty"`
	Via string `json:"via,omitempty" help:"the way it took, where the vendor has several"`
}

// ContactIn names a customer of a campaign with its numbers and parameters.
type ContactIn struct {
	ID         string            `json:"id,omitempty" help:"the vendor's id of the contact"`
	Campaign   string            `json:"campaign,omitempty"`
	Name       string            `json:"name,omitempty"`
	Numbers    []string          `json:"numbers,omitempty"`
	Parameters map[string]string `json:"parameters,omitempty" help:"the vendor's own fields"`
}

// BlacklistIn names a number that must not be called, and the list it is on.
type BlacklistIn struct {
	Number string `json:"number" required:"true" role:"number"`
	List   string `json:"list,omitempty" help:"the word all means every list and must be said"`
}

// QueueIn names a queue.
type QueueIn struct {
	Queue string `json:"queue" required:"true" help:"the queue's name"`
}

// Queue is one queue of the PBX.
type Queue struct {
	ID   string `json:"id,omitempty"`
	Name string `json:"name"`
}

// QueueCall is one call that waits in a queue.
type QueueCall struct {
	Position    int     `json:"position"`
	Number      string  `json:"number"`
	WaitSeconds float64 `json:"waitSeconds"`
	Since       Time    `json:"since,omitzero" help:"since when it waits"`
}

// QueueAgent is one agent of a queue. A state that is none of ours is left
// out, and Reason has the PBX's own word for it.
type QueueAgent struct {
	Name      string     `json:"name"`
	Extension string     `json:"extension,omitempty"`
	State     AgentState `json:"state,omitempty" values:"offline,ready,paused,ringing,on_call,wrapup"`
	Reason    string     `json:"reason,omitempty" help:"the pause, or a state that is none of these, in the PBX's own words"`
	Since     Time       `json:"since,omitzero" help:"since when it is so; of a call, when the call began, waiting included"`
	Direction Direction  `json:"direction,omitempty" values:"inbound,outbound,internal" help:"of the call"`
}

// QueueLevel is how the calls of a piece of the day were served. Within and
// late are about the threshold.
type QueueLevel struct {
	From             Time `json:"from"`
	To               Time `json:"to"`
	ThresholdSeconds int  `json:"thresholdSeconds,omitempty"`
	AnsweredWithin   int  `json:"answeredWithin"`
	AnsweredLate     int  `json:"answeredLate"`
	AbandonedWithin  int  `json:"abandonedWithin"`
	AbandonedLate    int  `json:"abandonedLate"`
}

// QueueLine is a trunk with how many of its channels are in use.
type QueueLine struct {
	Name  string `json:"name"`
	Kind  string `json:"kind,omitempty" help:"in the PBX's own words"`
	Used  int    `json:"used"`
	Limit int    `json:"limit,omitempty"`
}

// QueueGap is a part of a queue's status that could not be had while others
// could.
type QueueGap struct {
	Part string `json:"part" values:"waiting,agents,since,level,lines"`
	Kind Kind   `json:"kind"`
	Text string `json:"text" help:"what was said, in the vendor's own words"`
	Hint string `json:"hint,omitempty" help:"what to do next, in the person's language"`
	// Err is why; the door makes Hint of it.
	Err *Error `json:"-"`
}

// GapOf says of a part that it could not be had, and why.
func GapOf(part string, err error) QueueGap {
	e := AsError(err)
	return QueueGap{Part: part, Kind: e.Kind, Text: e.Text, Err: e}
}

// QueueStatus is who waits in a queue, first come first, who answers it, and
// how the day went. A list that the vendor does not tell is nil, and one that
// is empty says so.
type QueueStatus struct {
	Queue   string `json:"queue"`
	Waiting int    `json:"waiting"`
	// WaitingUnknown says that the vendor does not tell how many wait.
	WaitingUnknown bool         `json:"waitingUnknown,omitempty"`
	Calls          []QueueCall  `json:"calls,omitempty"`
	Agents         []QueueAgent `json:"agents,omitzero"`
	Level          []QueueLevel `json:"level,omitzero" help:"of today, first piece first"`
	Lines          []QueueLine  `json:"lines,omitzero" help:"of the whole site"`
	Missing        []QueueGap   `json:"missing,omitempty"`
	Via            string       `json:"via,omitempty" help:"the ways it took, where the vendor has several"`
	At             Time         `json:"at,omitzero" help:"when the oldest of the figures was read"`
	Now            Time         `json:"now,omitzero" help:"when this was answered"`
}

// Campaign is one campaign of the PBX. What the vendor does not tell is
// absent: Active is nil then, and so is Progress.
type Campaign struct {
	ID       string            `json:"id"`
	Name     string            `json:"name"`
	Active   *bool             `json:"active,omitempty"`
	State    string            `json:"state,omitempty" help:"how it stands in the vendor's own word, where it has more than on and off"`
	Progress *CampaignProgress `json:"progress,omitempty"`
	ReadAt   Time              `json:"readAt,omitzero" help:"when the vendor was asked"`
	Via      string            `json:"via,omitempty" help:"the way it took, where the vendor has several"`
}

// CampaignProgress is how far a campaign is, by the vendor's own count: of
// contacts, of their numbers, of calls so far, and of calls now. Each number
// that the vendor does not tell is nil.
type CampaignProgress struct {
	Contacts   *int64 `json:"contacts,omitempty" help:"the contacts of its lists"`
	Called     *int64 `json:"called,omitempty" help:"contacts of whom a number was called at least once"`
	Finished   *int64 `json:"finished,omitempty" help:"contacts that are called no more"`
	ToCall     *int64 `json:"toCall,omitempty" help:"numbers still to call"`
	Scheduled  *int64 `json:"scheduled,omitempty" help:"numbers promised a call at some time"`
	Answered   *int64 `json:"answered,omitempty" help:"calls that were answered"`
	Unanswered *int64 `json:"unanswered,omitempty" help:"calls that nobody answered"`
	Busy       *int64 `json:"busy,omitempty" help:"calls that met a busy line"`
	Dialing    *int64 `json:"dialing,omitempty" help:"calls being dialled now"`
	Waiting    *int64 `json:"waiting,omitempty" help:"calls that wait for an agent now"`
	Talking    *int64 `json:"talking,omitempty" help:"calls with an agent now"`
}

// CampaignActiveIn switches a campaign.
type CampaignActiveIn struct {
	Campaign string `json:"campaign" required:"true"`
	Active   *bool  `json:"active" required:"true"`
}

// DirectoryEntry is one person or extension of the PBX.
type DirectoryEntry struct {
	ID        string `json:"id,omitempty"`
	Name      string `json:"name"`
	Extension string `json:"extension,omitempty"`
}

// RecordingIn names a recording by its call or its own id.
type RecordingIn struct {
	CallIn
	Recording string `json:"recording,omitempty" help:"the vendor's id of the recording or the call"`
	Part      int    `json:"part,omitempty" help:"where a call has several parts, counted from 1"`
}

// Chunk is a piece of a recording.
type Chunk struct {
	Type string `json:"type,omitempty" help:"media type, on the first piece"`
	Data []byte `json:"data"`
}

// ReportIn asks for calls of the past.
type ReportIn struct {
	From     Time   `json:"from,omitzero"`
	To       Time   `json:"to,omitzero"`
	Campaign string `json:"campaign,omitempty"`
	Number   string `json:"number,omitempty"`
	Limit    int    `json:"limit,omitempty"`
}

// ReportCall is one call of a report, its fields in the vendor's own words.
type ReportCall struct {
	Fields map[string]string `json:"fields"`
}

// ServerStatus is one server of the PBX.
type ServerStatus struct {
	ID     string `json:"id,omitempty"`
	Name   string `json:"name"`
	Status string `json:"status"`
}

// The verbs of a site: queues, campaigns, contacts, lists, reports.
var (
	CallbackSchedule  = Action[CallbackIn, ID]{"callback.schedule", "Promise a customer a call", Control}
	ContactAdd        = Action[ContactIn, ID]{"contact.add", "Add a contact to a campaign", Supervise}
	ContactUpdate     = Action[ContactIn, ID]{"contact.update", "Change a contact of a campaign", Supervise}
	ContactRemove     = Action[ContactIn, ID]{"contact.remove", "Remove a contact from a campaign", Supervise}
	BlacklistAdd      = Action[BlacklistIn, ID]{"blacklist.add", "Put a number on the black list", Supervise}
	BlacklistRemove   = Action[BlacklistIn, ID]{"blacklist.remove", "Take a number off the black list", Supervise}
	QueueList         = Action[None, []Queue]{"queue.list", "List the queues", Observe}
	QueueStatusOf     = Action[QueueIn, QueueStatus]{"queue.status", "Tell who waits in a queue", Observe}
	CampaignList      = Action[None, []Campaign]{"campaign.list", "List the campaigns", Observe}
	CampaignSetActive = Action[CampaignActiveIn, Campaign]{"campaign.setActive", "Switch a campaign on or off", Supervise}
	DirectoryList     = Action[None, []DirectoryEntry]{"directory.list", "List people and extensions", Observe}
	RecordingGet      = Action[RecordingIn, Stream[Chunk]]{"recording.get", "Fetch a recording", Observe}
	ReportCalls       = Action[ReportIn, Stream[ReportCall]]{"report.calls", "List calls of the past", Observe}
	ServerStatusNow   = Action[None, []ServerStatus]{"server.status", "Tell how the vendor's servers are", Observe}
)
