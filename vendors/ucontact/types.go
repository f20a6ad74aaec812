package ucontact

import (
	"encoding/json"

	"ctiagent/cti"
)

// statusOK is what Done says.
const statusOK = "ok"

// Done is what a function that changes something says when it has done so.
type Done struct {
	Status string `json:"status" values:"ok"`
}

// AgentCallIn asks for a call: the agent's phone rings first, then the customer's.
type AgentCallIn struct {
	CallerID    string `json:"callerid,omitempty" help:"the number to show to the customer, the option callerid when left out"`
	Agent       string `json:"agent" role:"agent" help:"the agent's name, the desk's own when left out"`
	Phone       string `json:"phone" role:"extension" help:"the agent's extension, the desk's own when left out"`
	Tech        string `json:"tech,omitempty" help:"the option tech when left out"`
	Context     string `json:"context,omitempty" help:"the option context when left out"`
	OutQueue    string `json:"outqueue,omitempty" help:"the outgoing campaign, the option campaign when left out"`
	Destination string `json:"destination" required:"true" role:"number" help:"the number to call"`
}

// AgentCallDataIn is AgentCallIn with data for the workflow.
type AgentCallDataIn struct {
	AgentCallIn
	Data string `json:"data" required:"true" help:"for the workflow, usually a JSON object"`
	Form string `json:"form,omitempty" help:"name of the form, or address to pop up"`
}

// Called is the call that was made.
type Called struct {
	GUID string `json:"guid"`
}

// PhoneIn names an extension.
type PhoneIn struct {
	Phone string `json:"phone" role:"extension" help:"the agent's extension, the desk's own when left out"`
}

// TagRecordIn keeps a text with a recording.
type TagRecordIn struct {
	Phone string `json:"phone,omitempty" help:"the customer's number, known for calls that were dialled here"`
	GUID  string `json:"guid" required:"true" help:"the call's guid"`
	Data  string `json:"data" required:"true" help:"the text to keep"`
}

// DispositionIn files the outcome of a call.
type DispositionIn struct {
	Campaign   string   `json:"campaign,omitempty" help:"the option campaign when left out"`
	Agent      string   `json:"agent" role:"agent" help:"the agent's name, the desk's own when left out"`
	CallerID   string   `json:"callerid" required:"true" help:"the customer's number"`
	GUID       string   `json:"guid" required:"true" help:"the call's guid"`
	Level1     string   `json:"l1" required:"true" help:"the outcome's first level"`
	Level2     string   `json:"l2,omitempty"`
	Level3     string   `json:"l3,omitempty"`
	Data1      string   `json:"d1,omitempty" help:"more data"`
	Data2      string   `json:"d2,omitempty" help:"more data"`
	Comment    string   `json:"comment,omitempty"`
	Schedule   cti.Time `json:"schedule,omitzero" help:"when to call again, where the outcome asks for it"`
	Reschedule string   `json:"camptoreschedule,omitempty" help:"the dialer that calls again"`
	Tag        string   `json:"tag,omitempty" help:"the levels when left out"`
}

// Disposition is what the system says of a filed outcome.
type Disposition struct {
	Result  string `json:"result"`
	TxtCode string `json:"txtcode,omitempty" help:"the outcome's code"`
}

// BlackEntry is one entry of a black list.
type BlackEntry struct {
	Phone    string `json:"phone" required:"true" role:"number" help:"the number"`
	Campaign string `json:"campaign" required:"true"`
	Username string `json:"username" help:"who asks, the option user when left out"`
	Company  string `json:"company"`
	JobTitle string `json:"job_title"`
	Name     string `json:"name"`
}

// BlackListIn is many entries of a black list.
type BlackListIn struct {
	Entries []BlackEntry `json:"blacklist" required:"true" help:"1,000 at most"`
}

// LoginIn logs an agent in.
type LoginIn struct {
	Agent    string `json:"agent" role:"agent" help:"the agent's name, the desk's own when left out"`
	Password string `json:"password" required:"true" secret:"true" help:"the agent's password"`
}

// AgentIn names an agent at a phone.
type AgentIn struct {
	Agent     string `json:"agent" role:"agent" help:"the agent's name, the desk's own when left out"`
	Interface string `json:"interface" role:"extension" help:"the extension, the desk's own when left out; the option tech is put before it"`
	Message   string `json:"message,omitempty" help:"a text to keep"`
}

// BreakIn begins or ends a break.
type BreakIn struct {
	AgentIn
	Motive string `json:"motive" required:"true" help:"the break as it is set up in uContact"`
}

// QueueIn chooses a campaign.
type QueueIn struct {
	Queue string `json:"queue,omitempty" help:"the campaign whose agents are wanted too; all campaigns without agents when left out"`
}

// Summary is one campaign in short. Times are in seconds.
type Summary struct {
	Queue           string `json:"queue"`
	LoggedIn        whole  `json:"loggedIn"`
	Available       whole  `json:"available"`
	Callers         whole  `json:"callers" help:"who wait"`
	HoldTime        whole  `json:"holdTime" help:"seconds"`
	TalkTime        whole  `json:"talkTime" help:"seconds"`
	LongestHoldTime whole  `json:"longestHoldTime" help:"seconds"`
}

// digits is a number that pages and the system write with and without quotes.
type digits string

// UnmarshalJSON reads 222, "222" and null.
func (d *digits) UnmarshalJSON(b []byte) error { return (*text)(d).UnmarshalJSON(b) }

// MarshalJSON writes what is a number as one, as manual 004 does.
func (d digits) MarshalJSON() ([]byte, error) {
	if n := len(d); n > 0 && n <= 15 && isDigits(string(d)) && (d[0] != '0' || n == 1) {
		return []byte(d), nil
	}
	return json.Marshal(string(d))
}

func isDigits(s string) bool {
	for _, r := range s {
		if r < '0' || r > '9' {
			return false
		}
	}
	return s != ""
}
