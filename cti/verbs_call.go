package cti

// CallOut is a driver's answer to a call verb. Ref is its word for the call,
// "" when the vendor does not name it at once. A page is answered the call.
type CallOut struct {
	Ref string `json:"ref,omitempty"`
}

// DialIn asks for a call.
type DialIn struct {
	// Number is what the page wrote; a driver gets it as its NumberStyle
	// wants it, made of [0-9*#+] only.
	Number    string            `json:"number" required:"true" role:"number" help:"the number as the person or the CRM writes it"`
	Campaign  string            `json:"campaign,omitempty" help:"the campaign the call belongs to, in the vendor's words"`
	CallerID  string            `json:"callerId,omitempty" help:"the number to show to the customer, where the vendor allows it"`
	Data      map[string]string `json:"data,omitempty" help:"handed back with the call, unread; 20 entries of 256 bytes at most"`
	RequestID string            `json:"requestId,omitempty" help:"the same id from the same origin within ten minutes dials once"`
	E164      string            `json:"e164,omitempty" role:"desk"`
}

// CallIn names a call; without it the one call for which the verb is legal.
type CallIn struct {
	Call string `json:"call,omitempty" role:"call" help:"the call's id; without it the one call for which the verb is legal"`
}

// TransferIn asks to hand a call over.
type TransferIn struct {
	CallIn
	To   string `json:"to" required:"true" role:"number" help:"where the call goes"`
	Mode string `json:"mode,omitempty" values:"blind,attended" help:"blind when left out"`
}

// DTMFIn asks to send tones.
type DTMFIn struct {
	CallIn
	Digits string `json:"digits" required:"true" help:"0-9, A-D, *, # and , for a pause; 64 at most"`
}

// TagIn marks a call with a text.
type TagIn struct {
	CallIn
	Text string `json:"text" required:"true" help:"the text to keep with the call"`
}

// DispositionIn files the outcome of a call.
type DispositionIn struct {
	CallIn
	Code           string   `json:"code,omitempty" help:"the vendor's code of the outcome"`
	Levels         []string `json:"levels,omitempty" help:"the outcome as a path, where the vendor has levels"`
	Note           string   `json:"note,omitempty"`
	CallbackAt     Time     `json:"callbackAt,omitzero" help:"when to call back"`
	CallbackNumber string   `json:"callbackNumber,omitempty" help:"where to call back, the call's own number when left out"`
}

// Stored says what became of something a person entered: "sent", or "queued"
// while it waits in the desk's outbox.
type Stored struct {
	Stored string `json:"stored" values:"sent,queued"`
	Outbox string `json:"outbox,omitempty" help:"the id of its entry in the outbox, when it is queued"`
}

// What Stored.Stored says.
const (
	StoredSent   = "sent"
	StoredQueued = "queued"
)

// None is the empty parameter or answer.
type None struct{}

// The verbs of a call. The source of the names is the local API's contract.
var (
	CallDial             = Action[DialIn, CallOut]{"call.dial", "Dial a number", Dial}
	CallAnswer           = Action[CallIn, CallOut]{"call.answer", "Answer a ringing call", Control}
	CallReject           = Action[CallIn, CallOut]{"call.reject", "Reject a ringing call", Control}
	CallHangup           = Action[CallIn, CallOut]{"call.hangup", "Hang up", Control}
	CallHold             = Action[CallIn, CallOut]{"call.hold", "Put a call on hold", Control}
	CallResume           = Action[CallIn, CallOut]{"call.resume", "Take a call off hold", Control}
	CallMute             = Action[CallIn, CallOut]{"call.mute", "Mute the agent", Control}
	CallUnmute           = Action[CallIn, CallOut]{"call.unmute", "Unmute the agent", Control}
	CallToggleHold       = Action[CallIn, CallOut]{"call.toggleHold", "Toggle hold where the phone cannot tell its state", Control}
	CallToggleMute       = Action[CallIn, CallOut]{"call.toggleMute", "Toggle mute where the phone cannot tell its state", Control}
	CallStartRecording   = Action[CallIn, CallOut]{"call.startRecording", "Start recording", Control}
	CallStopRecording    = Action[CallIn, CallOut]{"call.stopRecording", "Stop recording", Control}
	CallTransfer         = Action[TransferIn, CallOut]{"call.transfer", "Transfer a call, blind or attended", Control}
	CallCompleteTransfer = Action[CallIn, CallOut]{"call.completeTransfer", "Complete an attended transfer", Control}
	CallCancelTransfer   = Action[CallIn, CallOut]{"call.cancelTransfer", "Cancel an attended transfer and go back to the call", Control}
	CallConference       = Action[CallIn, CallOut]{"call.conference", "Join both calls of an attended transfer", Control}
	CallSendDTMF         = Action[DTMFIn, CallOut]{"call.sendDtmf", "Send tones", Control}
	CallRedial           = Action[None, CallOut]{"call.redial", "Dial the last number again", Dial}
	CallPickup           = Action[None, CallOut]{"call.pickup", "Pick up a call ringing in the pickup group", Control}
	CallTag              = Action[TagIn, None]{"call.tag", "Keep a text with a call", Control}
	CallSetDisposition   = Action[DispositionIn, Stored]{"call.setDisposition", "File the outcome of a call", Control}
)

// DigitIn is one key of a softphone.
type DigitIn struct {
	Digit string `json:"digit" required:"true" values:"0,1,2,3,4,5,6,7,8,9,*,#"`
}

// LineIn is one line of a softphone.
type LineIn struct {
	Line int `json:"line" required:"true" help:"1 to 6"`
}

// The verbs only a softphone has.
var (
	SoftphoneDial             = Action[None, None]{"softphone.dial", "Dial the digits composed so far", Dial}
	SoftphoneDigit            = Action[DigitIn, None]{"softphone.digit", "Compose one digit", Control}
	SoftphoneLine             = Action[LineIn, None]{"softphone.line", "Activate a line", Control}
	SoftphoneStartTransfer    = Action[None, None]{"softphone.startTransfer", "Start a transfer at the softphone", Control}
	SoftphoneToggleAutoAnswer = Action[None, None]{"softphone.toggleAutoAnswer", "Toggle automatic answer", Control}
	SoftphoneQuit             = Action[None, None]{"softphone.quit", "Log out and close the softphone", Control}
	SoftphoneRestart          = Action[None, None]{"softphone.restart", "Restart the softphone", Control}
)
