package totalip

import (
	"context"
	"net/url"
	"slices"
	"sync"

	"ctiagent/cti"
)

// Answer is what a function that changes something says when it has done so, in the system's own words.
type Answer struct {
	Text string `json:"texto"`
}

// ExtensionIn names an extension.
type ExtensionIn struct {
	Extension string `json:"ramal" role:"extension" help:"the extension, the desk's own when left out"`
}

// HardphoneIn names an extension and the shared extension it works on.
type HardphoneIn struct {
	ExtensionIn
	Shared string `json:"hardphone,omitempty" help:"the shared extension, where there is one"`
}

// SharedIn is HardphoneIn in the words of the command socket.
type SharedIn struct {
	ExtensionIn
	Shared string `json:"ramal_compartilhado,omitempty" help:"the shared extension, where there is one"`
}

// SetStatusIn gives a user a status.
type SetStatusIn struct {
	ExtensionIn
	StatusID string `json:"status_id" required:"true" help:"an id of totalip.status"`
}

// DialNumberIn asks for a call; the key comes from the configuration.
type DialNumberIn struct {
	ExtensionIn
	Number string `json:"numero" required:"true" role:"number" help:"area code in two digits without 0, none for a local number"`
}

// DialPhoneIn is DialNumberIn in the words of the command socket.
type DialPhoneIn struct {
	ExtensionIn
	Number string `json:"telefone" required:"true" role:"number" help:"area code in two digits without 0, none for a local number"`
}

// StatusOfIn names an extension, or a user by code.
type StatusOfIn struct {
	ExtensionIn
	User string `json:"id,omitempty" role:"agent" help:"the user's code; read when no extension is known"`
}

// WaitingIn names a queue.
type WaitingIn struct {
	Queue string `json:"fila" required:"true" help:"the queue's name"`
}

// Status is a status of users or of phones.
type Status struct {
	ID   string `json:"codigo"`
	Name string `json:"nome"`
}

// User is one user with the extension.
type User struct {
	ID        string `json:"codigo"`
	Name      string `json:"nome"`
	Extension string `json:"ramal"`
}

// WaitingCall is one caller in a queue.
type WaitingCall struct {
	Position int     `json:"posicao"`
	From     string  `json:"origem"`
	Seconds  float64 `json:"espera_segundos"`
}

// The vendor's own functions over HTTP, manual 002, 1.1.
var (
	Login           = cti.Action[ExtensionIn, Answer]{Name: "totalip.login", Title: "Log an extension in whose softphone is connected", Effect: cti.Control}
	Logout          = cti.Action[ExtensionIn, Answer]{Name: "totalip.logout", Title: "Log an extension out", Effect: cti.Control}
	LoginHardphone  = cti.Action[HardphoneIn, Answer]{Name: "totalip.login_hardphone", Title: "Log a desk phone in", Effect: cti.Control}
	LogoutHardphone = cti.Action[ExtensionIn, Answer]{Name: "totalip.logout_hardphone", Title: "Log a desk phone out", Effect: cti.Control}
	StatusList      = cti.Action[cti.None, []Status]{Name: "totalip.status", Title: "List the statuses a user can have", Effect: cti.Observe}
	SetStatus       = cti.Action[SetStatusIn, Answer]{Name: "totalip.set_status", Title: "Give a user a status, not on desk phones", Effect: cti.Control}
	Users           = cti.Action[cti.None, []User]{Name: "totalip.usuarios", Title: "List users and their extensions", Effect: cti.Observe}
	WaitingCalls    = cti.Action[WaitingIn, []WaitingCall]{Name: "totalip.fila_espera", Title: "List who waits in a queue", Effect: cti.Observe}
	Dial            = cti.Action[DialNumberIn, Answer]{Name: "totalip.discar", Title: "Let an extension dial a number", Effect: cti.Dial}
	StatusOf        = cti.Action[StatusOfIn, ExtensionStatus]{Name: "totalip.status_ramal", Title: "Tell what an extension is doing", Effect: cti.Observe}
	PhoneStatusList = cti.Action[cti.None, []Status]{Name: "totalip.status_telefone", Title: "List the statuses a phone can have", Effect: cti.Observe}
	SetPause        = cti.Action[ExtensionIn, Answer]{Name: "totalip.set_pause", Title: "Pause a user without a reason", Effect: cti.Control}
	SetUnpause      = cti.Action[ExtensionIn, Answer]{Name: "totalip.set_unpause", Title: "End a user's pause", Effect: cti.Control}
)

// The vendor's own functions over the command socket, manual 002, 1.2.2.
var (
	SocketSetStatus       = cti.Action[SetStatusIn, Answer]{Name: "totalip.socket.SETSTATUS", Title: "Give a user a status, not on desk phones (socket)", Effect: cti.Control}
	SocketLogin           = cti.Action[ExtensionIn, Answer]{Name: "totalip.socket.LOGIN", Title: "Log an extension in whose softphone is connected (socket)", Effect: cti.Control}
	SocketLogout          = cti.Action[ExtensionIn, Answer]{Name: "totalip.socket.LOGOUT", Title: "Log an extension out (socket)", Effect: cti.Control}
	SocketLoginHardphone  = cti.Action[SharedIn, Answer]{Name: "totalip.socket.LOGINHARDPHONE", Title: "Log a desk phone in (socket)", Effect: cti.Control}
	SocketLogoutHardphone = cti.Action[ExtensionIn, Answer]{Name: "totalip.socket.LOGOUTHARDPHONE", Title: "Log a desk phone out (socket)", Effect: cti.Control}
	SocketSetPause        = cti.Action[ExtensionIn, Answer]{Name: "totalip.socket.SETPAUSE", Title: "Pause a user without a reason (socket)", Effect: cti.Control}
	SocketSetUnpause      = cti.Action[ExtensionIn, Answer]{Name: "totalip.socket.SETUNPAUSE", Title: "End a user's pause (socket)", Effect: cti.Control}
	SocketDial            = cti.Action[DialPhoneIn, Answer]{Name: "totalip.socket.DISCAR", Title: "Let an extension dial a number (socket)", Effect: cti.Dial}
)

// rows are the driver's functions, made once for the driver and all its sessions.
var rows = sync.OnceValue(functions)

// functions is every row of the driver.
func functions() []cti.Func[*session] {
	rows := []cti.Func[*session]{
		// Common verbs. The source names both doors where the option road chooses between them.
		cti.Row(cti.CallDial, "002 1.1.20, 1.2.2.15", (*session).callDial),
		cti.Row(cti.AgentLogin, "002 1.1.1, 1.1.3, 1.2.2.8, 1.2.2.10", (*session).agentLogin),
		cti.Row(cti.AgentLogout, "002 1.1.2, 1.1.4, 1.2.2.9, 1.2.2.11", (*session).agentLogout),
		cti.Row(cti.AgentPause, "002 1.1.6, 1.1.25, 1.2.2.1, 1.2.2.12", (*session).agentPause),
		cti.Row(cti.AgentUnpause, "002 1.1.26, 1.2.2.13", (*session).agentUnpause),
		cti.Row(cti.AgentPauseReasons, "002 1.1.5", (*session).agentPauseReasons),
		cti.Row(cti.AgentStateNow, "002 1.1.23", (*session).agentState),
		cti.Row(cti.QueueStatusOf, "002 1.1.12, 1.3.1.11, 1.3.1.20, 1.3.1.26, 1.3.1.28, 1.3.1.32", (*session).queueStatus),
		cti.Row(cti.DirectoryList, "002 1.1.9", (*session).directoryList),

		// ramal; needs a registered softphone, is refused for desk phones.
		cti.Row(Login, "002 1.1.1", byWeb(Login, "login")),
		// ramal; is refused for desk phones.
		cti.Row(Logout, "002 1.1.2", byWeb(Logout, "logout")),
		// ramal, hardphone; the second names a shared extension.
		cti.Row(LoginHardphone, "002 1.1.3", func(s *session, ctx context.Context, r cti.Req[HardphoneIn]) (Answer, error) {
			p := url.Values{}
			if r.In.Shared != "" {
				p.Set("hardphone", r.In.Shared)
			}
			return s.change(ctx, LoginHardphone.Name, "login_hardphone", r.Target, r.In.ExtensionIn, p)
		}),
		// ramal.
		cti.Row(LogoutHardphone, "002 1.1.4", byWeb(LogoutHardphone, "logout_hardphone")),
		// No parameter; answers id;name lines.
		cti.Row(StatusList, "002 1.1.5", func(s *session, ctx context.Context, _ cti.Req[cti.None]) ([]Status, error) {
			return s.statuses(ctx, StatusList.Name, "status")
		}),
		// ramal, status_id; is refused for desk phones.
		cti.Row(SetStatus, "002 1.1.6", func(s *session, ctx context.Context, r cti.Req[SetStatusIn]) (Answer, error) {
			return s.change(ctx, SetStatus.Name, "set_status", r.Target, r.In.ExtensionIn, url.Values{"status_id": {r.In.StatusID}})
		}),
		// No parameter; answers code;name;extension lines.
		cti.Row(Users, "002 1.1.9", func(s *session, ctx context.Context, _ cti.Req[cti.None]) ([]User, error) {
			return s.users(ctx, Users.Name)
		}),
		// fila, the queue's name; answers position;number;seconds lines.
		cti.Row(WaitingCalls, "002 1.1.12", func(s *session, ctx context.Context, r cti.Req[WaitingIn]) ([]WaitingCall, error) {
			return s.waiting(ctx, WaitingCalls.Name, r.In.Queue)
		}),
		// numero, ramal; the key of the configuration is added.
		cti.Row(Dial, "002 1.1.20", func(s *session, ctx context.Context, r cti.Req[DialNumberIn]) (Answer, error) {
			return s.dialByWeb(ctx, Dial.Name, r.Target, r.In.ExtensionIn, r.In.Number)
		}),
		// ramal, or id for a user's code.
		cti.Row(StatusOf, "002 1.1.23", (*session).statusOf),
		// No parameter; answers code;name lines.
		cti.Row(PhoneStatusList, "002 1.1.24", func(s *session, ctx context.Context, _ cti.Req[cti.None]) ([]Status, error) {
			return s.statuses(ctx, PhoneStatusList.Name, "status_telefone")
		}),
		// ramal; has no reason and works on desk phones too.
		cti.Row(SetPause, "002 1.1.25", byWeb(SetPause, "set_pause")),
		// ramal.
		cti.Row(SetUnpause, "002 1.1.26", byWeb(SetUnpause, "set_unpause")),

		// <SETSTATUS><RAMAL><ID_STATUS>
		cti.Row(SocketSetStatus, "002 1.2.2.1", func(s *session, ctx context.Context, r cti.Req[SetStatusIn]) (Answer, error) {
			return s.command(ctx, SocketSetStatus.Name, "SETSTATUS", r.Target, r.In.ExtensionIn, r.In.StatusID)
		}),
		// <LOGIN><RAMAL>
		cti.Row(SocketLogin, "002 1.2.2.8", bySocket(SocketLogin, "LOGIN")),
		// <LOGOUT><RAMAL>
		cti.Row(SocketLogout, "002 1.2.2.9", bySocket(SocketLogout, "LOGOUT")),
		// <LOGINHARDPHONE><RAMAL>, or with a shared extension <LOGINHARDPHONE><RAMAL><RAMAL COMPARTILHADO>
		cti.Row(SocketLoginHardphone, "002 1.2.2.10", func(s *session, ctx context.Context, r cti.Req[SharedIn]) (Answer, error) {
			var shared []string
			if r.In.Shared != "" {
				shared = []string{r.In.Shared}
			}
			return s.command(ctx, SocketLoginHardphone.Name, "LOGINHARDPHONE", r.Target, r.In.ExtensionIn, shared...)
		}),
		// <LOGOUTHARDPHONE><RAMAL>
		cti.Row(SocketLogoutHardphone, "002 1.2.2.11", bySocket(SocketLogoutHardphone, "LOGOUTHARDPHONE")),
		// <SETPAUSE><RAMAL>
		cti.Row(SocketSetPause, "002 1.2.2.12", bySocket(SocketSetPause, "SETPAUSE")),
		// <SETUNPAUSE><RAMAL>
		cti.Row(SocketSetUnpause, "002 1.2.2.13", bySocket(SocketSetUnpause, "SETUNPAUSE")),
		// <DISCAR><RAMAL><TELEFONE><CHAVE>; the key of the configuration is added.
		cti.Row(SocketDial, "002 1.2.2.15", func(s *session, ctx context.Context, r cti.Req[DialPhoneIn]) (Answer, error) {
			return s.dialBySocket(ctx, SocketDial.Name, r.Target, r.In.ExtensionIn, r.In.Number)
		}),
	}
	rows = slices.Concat(rows, siteVerbs(), campaignRows(), siteRows(), mailRows(), databaseRows(), bulkRows(), eventRows(), []cti.Func[*session]{
		// codigo_ligacao with or without parte, or codigo_monitoria.
		cti.Row(Sound, "002 1.1.13", (*session).sound),
	})
	return rows
}

type extensionFunc = func(*session, context.Context, cti.Req[ExtensionIn]) (Answer, error)

// byWeb serves an HTTP function that wants an extension and nothing else.
func byWeb(a cti.Action[ExtensionIn, Answer], function string) extensionFunc {
	return func(s *session, ctx context.Context, r cti.Req[ExtensionIn]) (Answer, error) {
		return s.change(ctx, a.Name, function, r.Target, r.In, nil)
	}
}

// bySocket serves a command that wants an extension and nothing else.
func bySocket(a cti.Action[ExtensionIn, Answer], command string) extensionFunc {
	return func(s *session, ctx context.Context, r cti.Req[ExtensionIn]) (Answer, error) {
		return s.command(ctx, a.Name, command, r.Target, r.In)
	}
}
