package protocol

// The hand: the program in a person's session that does there what the service,
// which may have no desktop, cannot. It attaches, and is asked from then on.
const (
	HandAttach     = "hand.attach"
	DesktopLaunch  = "desktop.launch"  // from the service, a request, and so are the others
	DesktopOpenURL = "desktop.openURL" // http and https only
	DesktopType    = "desktop.type"
	DesktopFocus   = "desktop.focus"
	DesktopNotify  = "desktop.notify"
	DesktopAsk     = "desktop.ask"

	DesktopPassword       = "desktop.password" // the agent's own, which the person has chosen to keep
	DesktopKeepPassword   = "desktop.keepPassword"
	DesktopForgetPassword = "desktop.forgetPassword"
)

// AttachIn makes the caller the hand of its person. What follows the session is
// the person's own, and all of it that the service takes: it never reads a
// person's files.
type AttachIn struct {
	Session   string `json:"session,omitempty" help:"the system's name of the session on whose screen the program is"`
	Agent     string `json:"agent,omitempty" help:"who sits at the desk, as the vendor knows this person"`
	Extension string `json:"extension,omitempty" help:"the extension at the desk"`
	Language  string `json:"language,omitempty" help:"the person's language, a language tag"`
	Confirm   string `json:"confirm,omitempty" values:"always,risky,never" help:"when links ask first; what asks less often than the site wants is left out"`
}

// LaunchIn starts a program with exactly these arguments.
type LaunchIn struct {
	Program string   `json:"program" required:"true"`
	Args    []string `json:"args"`
}

// OpenURLIn opens a page in the person's browser.
type OpenURLIn struct {
	URL string `json:"url" required:"true"`
}

// TypeIn types a text into the window that has the focus.
type TypeIn struct {
	Text string `json:"text" required:"true"`
}

// FocusWindowIn brings a window to the front.
type FocusWindowIn struct {
	Title string `json:"title" required:"true"`
}

// NotifyIn shows a sentence in the person's language.
type NotifyIn struct {
	Text string `json:"text" required:"true"`
}

// Choice is one answer to a question.
type Choice struct {
	ID   string `json:"id"`
	Text string `json:"text" help:"what stands on the button"`
}

// AskIn shows a question.
type AskIn struct {
	Question string   `json:"question" required:"true"`
	Choices  []Choice `json:"choices" required:"true"`
	Seconds  int      `json:"seconds" help:"how long to wait for an answer"`
}

// AskOut is what the person chose.
type AskOut struct {
	Choice string `json:"choice" help:"the id of the choice, empty when nobody chose in time"`
}

// PasswordIn asks for the password that is kept for an agent, or has it removed.
type PasswordIn struct {
	Agent string `json:"agent" required:"true"`
}

// PasswordOut is the password that is kept.
type PasswordOut struct {
	Password string `json:"password" secret:"true" help:"empty when none is kept"`
}

// KeepPasswordIn keeps an agent's password.
type KeepPasswordIn struct {
	Agent    string `json:"agent" required:"true"`
	Password string `json:"password" required:"true" secret:"true"`
}

// KeepPasswordOut says where it is kept.
type KeepPasswordOut struct {
	Kept string `json:"kept" values:"store,absent,locked" help:"in the person's secret store, or in memory since that is absent or locked"`
}
