package cti

// LoginIn logs the agent in. What is left out is the desk's own.
type LoginIn struct {
	Agent     string `json:"agent,omitempty" help:"as the vendor knows this person"`
	Extension string `json:"extension,omitempty"`
	Password  string `json:"password,omitempty" secret:"true" help:"never accepted from a foreign page"`
	Campaign  string `json:"campaign,omitempty"`
	// Remember is an explicit choice: nothing is kept, and nothing removed, without it.
	Remember string `json:"remember,omitempty" values:"yes,no" help:"yes keeps the password in the person's secret store once a driver took it, no removes the one kept; never accepted from a foreign page" secret:"true"`
}

// HintPassword is the hint of a login for which a password must be typed.
const HintPassword = "error.hint.password"

// WantsPassword is the error of a login that cannot be sent without the
// agent's password. The desk then looks for one that the person has kept.
func WantsPassword(driver, title string) *Error {
	return &Error{Kind: Unauthorized, Op: AgentLogin.Name, Driver: driver, Title: title, Text: "the agent's password is missing",
		Hint: HintPassword, Sent: NotSent}
}

// PauseIn pauses the agent.
type PauseIn struct {
	Reason string `json:"reason,omitempty" help:"id or name of one of agent.pauseReasons"`
	Note   string `json:"note,omitempty"`
	When   string `json:"when,omitempty" values:"now,afterCall" help:"now when left out"`
}

// AgentOut is a driver's answer to an agent verb: what it knows of the agent
// now, its empty fields not told. A page is answered the agent.
type AgentOut struct {
	ID        string     `json:"id,omitempty"`
	Extension string     `json:"extension,omitempty"`
	Name      string     `json:"name,omitempty"`
	State     AgentState `json:"state,omitempty"`
	Reason    string     `json:"reason,omitempty"`
}

// The verbs of an agent.
var (
	AgentLogin        = Action[LoginIn, AgentOut]{"agent.login", "Log the agent in", Control}
	AgentLogout       = Action[None, AgentOut]{"agent.logout", "Log the agent out", Control}
	AgentPause        = Action[PauseIn, AgentOut]{"agent.pause", "Pause the agent", Control}
	AgentUnpause      = Action[None, AgentOut]{"agent.unpause", "End the agent's pause", Control}
	AgentStateNow     = Action[None, AgentOut]{"agent.state", "Ask how the agent stands", Observe}
	AgentPauseReasons = Action[None, []PauseReason]{"agent.pauseReasons", "List the reasons for a pause", Observe}
)
