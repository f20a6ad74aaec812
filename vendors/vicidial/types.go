package vicidial

import "ctiagent/cti"

// AgentIn names an agent.
type AgentIn struct {
	Agent string `json:"agent_user" role:"agent" help:"the agent's user, the desk's own when left out"`
}

// HangupIn hangs up.
type HangupIn struct {
	AgentIn
	Value string `json:"value" values:"1" help:"1, which is sent when left out"`
}

// StatusIn files an outcome.
type StatusIn struct {
	AgentIn
	Value    string `json:"value" required:"true" help:"the status; whether it exists is not checked by VICIdial"`
	At       string `json:"callback_datetime,omitempty" help:"YYYY-MM-DD HH:MM:SS in the server's time, for a status that schedules a callback"`
	Kind     string `json:"callback_type,omitempty" values:"USERONLY,ANYONE"`
	Comments string `json:"callback_comments,omitempty" help:"200 characters at most"`
	QMCode   string `json:"qm_dispo_code,omitempty" help:"QueueMetrics' code"`
}

// PauseIn pauses an agent or ends the pause.
type PauseIn struct {
	AgentIn
	Value string `json:"value" required:"true" values:"PAUSE,RESUME"`
}

// LogoutIn logs an agent out.
type LogoutIn struct {
	AgentIn
	Value string `json:"value" values:"LOGOUT" help:"LOGOUT, which is sent when left out"`
}

// DialIn dials. Value or a lead must be there.
type DialIn struct {
	AgentIn
	Value     string `json:"value,omitempty" role:"number" help:"the national number"`
	Next      bool   `json:"manual_next,omitempty" wire:"-" help:"dial the campaign's next lead instead: MANUALNEXT"`
	Lead      string `json:"lead_id,omitempty" help:"the lead to dial"`
	PhoneCode string `json:"phone_code,omitempty" help:"the country code, the configured one when left out"`
	Search    string `json:"search" values:"YES,NO" help:"look for a lead with this number; YES when left out"`
	Preview   string `json:"preview" values:"YES,NO" help:"show the lead before dialling; NO when left out"`
	Focus     string `json:"focus" values:"YES,NO" help:"bring the agent's page to the front with an alert; NO when left out"`
	Vendor    string `json:"vendor_id,omitempty" help:"vendor_lead_code of a new lead"`
	Prefix    string `json:"dial_prefix,omitempty" help:"digits before the number"`
	Alias     string `json:"group_alias,omitempty" help:"whose caller id to show"`
	Vtiger    string `json:"vtiger_callback,omitempty" values:"YES,NO"`
	Alt       string `json:"alt_dial,omitempty" values:"MAIN,ALT,ADDR3,SEARCH" help:"which number of the lead"`
	InGroup   string `json:"dial_ingroup,omitempty" help:"the in-group the call counts for"`
	CallerID  string `json:"outbound_cid,omitempty" help:"digits; the system setting must allow it"`
}

// PreviewIn acts on the lead that is previewed.
type PreviewIn struct {
	AgentIn
	Value string `json:"value" required:"true" values:"SKIP,DIALONLY,ALTDIAL,ADR3DIAL,FINISH"`
}

// LeadFields are the columns of a lead that can be written. Empty ones are left as they are.
type LeadFields struct {
	Address1   string `json:"address1,omitempty"`
	Address2   string `json:"address2,omitempty"`
	Address3   string `json:"address3,omitempty"`
	AltPhone   string `json:"alt_phone,omitempty"`
	City       string `json:"city,omitempty"`
	Comments   string `json:"comments,omitempty"`
	Country    string `json:"country_code,omitempty"`
	Born       string `json:"date_of_birth,omitempty" help:"YYYY-MM-DD"`
	Email      string `json:"email,omitempty"`
	FirstName  string `json:"first_name,omitempty"`
	Gender     string `json:"gender,omitempty" values:"U,M,F"`
	GMTOffset  string `json:"gmt_offset_now,omitempty"`
	LastName   string `json:"last_name,omitempty"`
	Middle     string `json:"middle_initial,omitempty"`
	PostalCode string `json:"postal_code,omitempty"`
	Province   string `json:"province,omitempty"`
	Security   string `json:"security_phrase,omitempty"`
	SourceID   string `json:"source_id,omitempty"`
	State      string `json:"state,omitempty"`
	Title      string `json:"title,omitempty"`
	VendorCode string `json:"vendor_lead_code,omitempty"`
	Rank       string `json:"rank,omitempty" help:"a whole number"`
	Owner      string `json:"owner,omitempty"`
}

// AddLeadIn adds a lead to the list of the agent's campaign.
type AddLeadIn struct {
	AgentIn
	Phone       string `json:"phone_number" required:"true" role:"number" help:"the national number"`
	PhoneCode   string `json:"phone_code,omitempty" help:"the country code, the configured one when left out"`
	DNC         string `json:"dnc_check,omitempty" values:"YES,NO" help:"refuse a number of the system's do-not-call list"`
	CampaignDNC string `json:"campaign_dnc_check,omitempty" values:"YES,NO" help:"refuse a number of the campaign's do-not-call list"`
	LeadFields
}

// InGroupsIn changes the in-groups whose calls an agent takes.
type InGroupsIn struct {
	AgentIn
	Value   string   `json:"value" required:"true" values:"CHANGE,ADD,REMOVE"`
	Groups  []string `json:"ingroup_choices,omitempty" wire:"-" help:"in-groups; needed for ADD and REMOVE"`
	Blended string   `json:"blended" required:"true" values:"YES,NO" help:"take the dialler's calls, too"`
	Default string   `json:"set_as_default,omitempty" values:"YES,NO"`
}

// UpdateIn writes the lead on the agent's screen.
type UpdateIn struct {
	AgentIn
	Phone     string `json:"phone_number,omitempty" role:"number"`
	PhoneCode string `json:"phone_code,omitempty"`
	LeadFields
	// Clear is what the function has no other way to say: an empty value in a struct is one left out.
	Clear   []string `json:"clear,omitempty" wire:"-" help:"names of fields to empty"`
	Form    string   `json:"formreload,omitempty" values:"1"`
	Script  string   `json:"scriptreload,omitempty" values:"1"`
	Script2 string   `json:"script2reload,omitempty" values:"1"`
	Chat    string   `json:"chatreload,omitempty" values:"1"`
}

// PanelsIn makes the agent's page load parts of itself again.
type PanelsIn struct {
	AgentIn
	Form      string `json:"formreload,omitempty" values:"1"`
	Script    string `json:"scriptreload,omitempty" values:"1"`
	Script2   string `json:"script2reload,omitempty" values:"1"`
	Email     string `json:"emailreload,omitempty" values:"1"`
	Chat      string `json:"chatreload,omitempty" values:"1"`
	Callbacks string `json:"callbacksreload,omitempty" values:"1"`
}

// TimerIn sets what happens on the agent's page after some time in a call.
type TimerIn struct {
	AgentIn
	Value string `json:"value" required:"true" values:"NONE,WEBFORM,WEBFORM2,D1_DIAL,D2_DIAL,D3_DIAL,D4_DIAL,D5_DIAL,MESSAGE_ONLY"`
	Notes string `json:"notes,omitempty" help:"the message"`
	Rank  int    `json:"rank,omitempty" help:"seconds into the call"`
}

// TeamIn names an agent by the CRM's id.
type TeamIn struct {
	Value string `json:"value" required:"true" help:"the agent's id in the CRM: custom_three of the user"`
	Team  string `json:"vendor_id" required:"true" help:"the team's id in the CRM"`
}

// RemoteIn controls the call of a remote agent, who has no page.
type RemoteIn struct {
	AgentIn
	Value   string `json:"value" required:"true" help:"the call id"`
	Stage   string `json:"stage" required:"true" values:"HANGUP,EXTENSIONTRANSFER,INGROUPTRANSFER"`
	Phone   string `json:"phone_number,omitempty" role:"number" help:"where an EXTENSIONTRANSFER goes"`
	InGroup string `json:"ingroup_choices,omitempty" help:"where an INGROUPTRANSFER goes, or DEFAULTINGROUP"`
	Status  string `json:"status,omitempty" help:"1 to 6 characters, RAXFER when left out"`
}

// DTMFIn sends tones.
type DTMFIn struct {
	AgentIn
	Value string `json:"value" required:"true" wire:"-" help:"0-9, * and #, and a comma for a second of silence; the vendor's S, P and Q work, too"`
}

// ParkIn parks or takes back.
type ParkIn struct {
	AgentIn
	Value string `json:"value" required:"true" values:"PARK_CUSTOMER,GRAB_CUSTOMER,PARK_IVR_CUSTOMER,GRAB_IVR_CUSTOMER,PARK_XFER,GRAB_XFER,SWAP_PARK_CUSTOMER,SWAP_PARK_XFER,HANGUP_XFER_GRAB_CUSTOMER"`
}

// TransferIn transfers, or has a third party join.
type TransferIn struct {
	AgentIn
	Value        string   `json:"value" required:"true" values:"HANGUP_XFER,HANGUP_BOTH,BLIND_TRANSFER,LEAVE_VM,LOCAL_CLOSER,DIAL_WITH_CUSTOMER,PARK_CUSTOMER_DIAL,LEAVE_3WAY_CALL"`
	Phone        string   `json:"phone_number,omitempty" role:"number" help:"needed for BLIND_TRANSFER, DIAL_WITH_CUSTOMER and PARK_CUSTOMER_DIAL without consultative"`
	InGroup      string   `json:"ingroup_choices,omitempty" help:"an in-group or DEFAULTINGROUP"`
	Consultative string   `json:"consultative,omitempty" values:"YES,NO"`
	Override     string   `json:"dial_override,omitempty" values:"YES,NO" help:"dial the number as it is, without the campaign's prefix"`
	Alias        string   `json:"group_alias,omitempty"`
	CallerID     string   `json:"cid_choice,omitempty" values:"CAMPAIGN,AGENT_PHONE,CUSTOMER,CUSTOM_CID"`
	Phones       []string `json:"multi_dial_phones,omitempty" wire:"-" help:"numbers for a press-1 three-way call, ten at most"`
	CheckMulti   string   `json:"md_check,omitempty" values:"YES"`
	CheckThree   string   `json:"tw_check,omitempty" values:"YES"`
}

// RecordIn starts or stops a recording, or asks for it.
type RecordIn struct {
	AgentIn
	Value string `json:"value" required:"true" values:"START,STOP,STATUS"`
	Stage string `json:"stage,omitempty" help:"what the file's name ends with, 14 characters at most"`
}

// WebphoneIn asks for the address of an agent's webphone.
type WebphoneIn struct {
	AgentIn
	Value string `json:"value" values:"DISPLAY" help:"DISPLAY, which is sent when left out; LAUNCH answers a page for a browser"`
}

// CallAgentIn rings the agent's phone into the session again.
type CallAgentIn struct {
	AgentIn
	Value string `json:"value" values:"CALL" help:"CALL, which is sent when left out"`
}

// AudioIn plays a file into the call.
type AudioIn struct {
	AgentIn
	Value    string `json:"value,omitempty" help:"the file, needed for PLAY"`
	Stage    string `json:"stage" required:"true" values:"PLAY,STOP,PAUSE,RESUME,RESTART"`
	Override string `json:"dial_override,omitempty" values:"Y,N" help:"stop what is playing first"`
}

// SwitchIn puts another lead on the screen of a call that came in. One of both.
type SwitchIn struct {
	AgentIn
	Lead   string `json:"lead_id,omitempty"`
	Vendor string `json:"vendor_lead_code,omitempty"`
}

// MessageIn sets what the page's VM button plays.
type MessageIn struct {
	AgentIn
	Files []string `json:"value" required:"true" wire:"-" help:"audio files"`
	Lead  string   `json:"lead_id,omitempty" help:"the lead that must be on the screen"`
}

// PauseCodeIn says why an agent pauses.
type PauseCodeIn struct {
	AgentIn
	Value string `json:"value" required:"true" help:"1 to 6 characters; whether it exists is not checked by VICIdial"`
}

// QueuedIn asks how many calls wait for an agent.
type QueuedIn struct {
	AgentIn
	Value string `json:"value" values:"DISPLAY" help:"DISPLAY, which is sent when left out"`
}

// FronterIn acts on the agent who passed a call on.
type FronterIn struct {
	AgentIn
	Value string `json:"value" required:"true" values:"LOCAL_ONLY,LOCAL_AND_CCC,CCC_REMOTE"`
	Lead  string `json:"lead_id,omitempty" help:"needed for CCC_REMOTE"`
}

// NotifyIn shows agents something. A text or confetti.
type NotifyIn struct {
	Recipient string `json:"recipient" required:"true"`
	Kind      string `json:"recipient_type" required:"true" values:"USER,USER_GROUP,CAMPAIGN"`
	Text      string `json:"notification_text,omitempty"`
	Date      string `json:"notification_date,omitempty" help:"YYYY-MM-DD HH:MM:SS in the server's time, now when left out"`
	Retry     string `json:"notification_retry,omitempty" values:"Y,N"`
	Size      string `json:"text_size,omitempty"`
	Font      string `json:"text_font,omitempty"`
	Weight    string `json:"text_weight,omitempty"`
	Color     string `json:"text_color,omitempty"`
	Confetti  string `json:"show_confetti,omitempty" values:"Y,N"`
	Duration  int    `json:"duration,omitempty" help:"seconds"`
	Particles int    `json:"maxParticleCount,omitempty"`
	Speed     int    `json:"particleSpeed,omitempty"`
}

// LeadIn names a lead.
type LeadIn struct {
	Lead string `json:"lead_id" required:"true"`
}

// FieldIn names one field of a lead.
type FieldIn struct {
	LeadIn
	Field string `json:"field_name" required:"true" help:"a column, such as vendor_lead_code"`
}

// FloorIn limits who is listed.
type FloorIn struct {
	Campaigns []string `json:"campaigns,omitempty" wire:"-" help:"all when left out"`
	Groups    []string `json:"user_groups,omitempty" wire:"-" help:"all when left out"`
}

// CallIDIn names a call that is over.
type CallIDIn struct {
	CallID string `json:"call_id" required:"true" help:"the callerid of agent_status"`
}

// EventIn is one event of the agent's page, as its agent_events function is given it.
type EventIn struct {
	AgentIn
	Type    string            `json:"event_type" required:"true"`
	Message string            `json:"event_msg,omitempty"`
	Counter int               `json:"event_counter,omitempty" help:"how manieth event of the page this is"`
	CallID  string            `json:"call_id,omitempty"`
	Lead    map[string]string `json:"lead,omitempty" help:"the customer's fields as the page shows them"`
}

// Notices are what the server said beside its answer.
type Notices struct {
	Notices []string `json:"notices,omitempty"`
}

// Stored says that a command lies in its cell. It does not say that the agent's page has done it.
type Stored struct {
	Agent string `json:"agent_user"`
	Value string `json:"value,omitempty" help:"as the server has packed it"`
	Epoch int64  `json:"epoch,omitempty" help:"seconds since 1970 on the server's clock"`
	Notices
}

// Dialed is a dial command as it lies in its cell.
type Dialed struct {
	Stored
	PhoneCode string `json:"phone_code"`
	Search    string `json:"search"`
	Preview   string `json:"preview"`
	Focus     string `json:"focus"`
	Vendor    string `json:"vendor_id,omitempty"`
	Prefix    string `json:"dial_prefix,omitempty"`
	Alias     string `json:"group_alias,omitempty"`
	CallerID  string `json:"caller_id,omitempty"`
	Alt       string `json:"alt_dial,omitempty"`
}

// Added is a lead that was added.
type Added struct {
	Agent    string `json:"agent_user"`
	Lead     string `json:"lead_id"`
	Phone    string `json:"phone_number"`
	Campaign string `json:"campaign"`
	List     string `json:"list_id"`
	Notices
}

// InGroups are the in-groups an agent is to have.
type InGroups struct {
	Agent   string   `json:"agent_user"`
	Groups  []string `json:"ingroups"`
	Blended string   `json:"blended"`
	Default bool     `json:"set_as_default,omitempty"`
	Notices
}

// Updated is a lead that was written.
type Updated struct {
	Agent  string            `json:"agent_user"`
	Lead   string            `json:"lead_id"`
	Fields []string          `json:"fields" help:"what was written"`
	Stored map[string]string `json:"stored" help:"as it stands in the database now"`
	// Altered names what is not stored as it was sent.
	Altered []string `json:"altered,omitempty" help:"fields in which the server deleted characters"`
	Notices
}

// Refreshed are the panels that load again.
type Refreshed struct {
	Agent  string   `json:"agent_user"`
	Panels []string `json:"panels"`
	Notices
}

// User is the agent that a CRM's id stands for.
type User struct {
	User string `json:"user"`
}

// ActiveLead is the customer on an agent's screen.
type ActiveLead struct {
	User       string `json:"user"`
	Phone      string `json:"phone_number"`
	Lead       string `json:"lead_id"`
	VendorCode string `json:"vendor_lead_code"`
	Province   string `json:"province"`
	Security   string `json:"security_phrase"`
	SourceID   string `json:"source_id"`
}

// RemoteDone is what became of a remote agent's call.
type RemoteDone struct {
	Agent  string `json:"agent_user"`
	CallID string `json:"call_id"`
	Phone  string `json:"phone_number,omitempty"`
	Notices
}

// Transferred is a transfer as it lies in its cell.
type Transferred struct {
	Stored
	InGroup      string `json:"ingroup,omitempty"`
	Phone        string `json:"phone_number,omitempty"`
	Consultative string `json:"consultative"`
	CallID       string `json:"call_id"`
	Multi        string `json:"multi,omitempty" help:"how many numbers of a press-1 call were kept, given and filed"`
}

// RecordingState is how the recording of an agent's session stands.
type RecordingState struct {
	Agent   string `json:"agent_user"`
	Active  bool   `json:"active"`
	ID      string `json:"recording_id,omitempty" help:"START_MIDCALL until the agent's page has begun"`
	File    string `json:"file,omitempty"`
	Server  string `json:"server,omitempty"`
	Start   string `json:"start,omitempty" help:"the server's local time"`
	Session string `json:"session,omitempty"`
	Status  string `json:"status,omitempty"`
	Notices
}

// Webphone is where an agent's webphone is. The address carries the phone's password.
type Webphone struct {
	URL string `json:"url"`
}

// Switched is the lead that is to be on the screen.
type Switched struct {
	Agent    string `json:"agent_user"`
	Lead     string `json:"lead_id"`
	Vendor   string `json:"vendor_lead_code"`
	Campaign string `json:"campaign"`
	Old      string `json:"old_lead_id"`
	Notices
}

// Waiting is how many calls could reach an agent.
type Waiting struct {
	Waiting int `json:"waiting" help:"calls and e-mails"`
}

// Fronter is the agent who passed the call on, or the container of the other cluster that was asked.
type Fronter struct {
	Fronter   string `json:"fronter,omitempty"`
	Container string `json:"container,omitempty"`
	Notices
}

// Notified is a notification in the queue.
type Notified struct {
	ID        string `json:"id"`
	Recipient string `json:"recipient"`
	Kind      string `json:"recipient_type"`
	Notices
}

// Version is which server this is.
type Version struct {
	Version string `json:"version"`
	Build   string `json:"build" help:"YYMMDD-HHMM"`
	Date    string `json:"date" help:"the server's local time, without its zone"`
	Epoch   int64  `json:"epoch" help:"seconds since 1970 on the server's clock"`
}

// WebServer is what the web server tells of itself.
type WebServer struct {
	Values map[string]string `json:"values"`
}

// AgentRow is how one agent stands.
type AgentRow struct {
	User       string `json:"user,omitempty"`
	Status     string `json:"status" help:"READY, CLOSER, QUEUE, MQUEUE, INCALL, PAUSED"`
	Sub        string `json:"real_time_sub_status,omitempty" help:"DIAL, RING, PREVIEW, PARK, 3-WAY, DEAD, DISPO or nothing"`
	CallID     string `json:"callerid,omitempty"`
	Lead       string `json:"lead_id,omitempty"`
	Campaign   string `json:"campaign_id,omitempty"`
	CallsToday int    `json:"calls_today"`
	Name       string `json:"full_name,omitempty"`
	Group      string `json:"user_group,omitempty"`
	Level      int    `json:"user_level,omitempty"`
	PauseCode  string `json:"pause_code,omitempty"`
	Phone      string `json:"phone_number,omitempty"`
	VendorCode string `json:"vendor_lead_code,omitempty"`
	Session    string `json:"session_id,omitempty"`
}

// Row is one row of a table by the names of its columns.
type Row struct {
	Fields map[string]string `json:"fields"`
}

// Value is one value.
type Value struct {
	Value string `json:"value"`
}

// None is the empty answer.
type None = cti.None
