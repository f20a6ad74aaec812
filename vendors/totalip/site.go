package totalip

import (
	"context"
	"fmt"
	"html"
	"strings"

	"ctiagent/cti"
	"ctiagent/vendors/internal/fault"
)

// DayIn names a day.
type DayIn struct {
	Day   int `json:"dia" required:"true" help:"1 to 31"`
	Month int `json:"mes" required:"true" help:"1 to 12"`
	Year  int `json:"ano" required:"true" help:"four digits"`
}

// GroupRow is an attendance group, or one of its calls.
type GroupRow struct {
	ID   string     `json:"identificador_grupo"`
	Name string     `json:"grupo"`
	Call *GroupCall `json:"ligacao,omitempty" help:"missing in the row that begins a group"`
}

// GroupCall is one call of an attendance group.
type GroupCall struct {
	User      string  `json:"identificador,omitempty" help:"code of the user who answered, none when nobody did"`
	Extension string  `json:"ramal,omitempty"`
	Name      string  `json:"nome,omitempty"`
	From      string  `json:"origem"`
	Seconds   float64 `json:"duracao_segundos"`
	Waited    float64 `json:"espera_segundos"`
	Status    string  `json:"status"`
	At        string  `json:"data" help:"as the system writes it, in its own time, such as 04/11/2010 09:51"`
}

// Server is one server of the system.
type Server struct {
	ID     string `json:"id"`
	Name   string `json:"nome"`
	Status string `json:"status" help:"OK, or WARNING or CRITICAL and why"`
}

// UserIn makes or updates a user after the model of another.
type UserIn struct {
	Model    string `json:"ramal_padrao" required:"true" help:"extension whose settings are copied"`
	Number   string `json:"ramal" required:"true" help:"extension of the user"`
	Name     string `json:"nome,omitempty"`
	Mail     string `json:"email,omitempty"`
	Mobile   string `json:"celular,omitempty"`
	Password string `json:"senha,omitempty" secret:"true" help:"12345678 for a new user when left out"`
}

// The functions of the site, manual 002, 1.1 and 1.2.2.
var (
	Groups           = cti.Action[DayIn, cti.Stream[GroupRow]]{Name: "totalip.grupos_de_atendimento", Title: "List the attendance groups and their calls of a day", Effect: cti.Observe}
	Servers          = cti.Action[cti.None, []Server]{Name: "totalip.status_servidores", Title: "Tell how the servers are", Effect: cti.Observe}
	ServersView      = cti.Action[cti.None, []Server]{Name: "totalip.status_servidores_view", Title: "Tell how the servers are, from the report page", Effect: cti.Observe}
	AddUser          = cti.Action[UserIn, Answer]{Name: "totalip.adicionar_usuario_com_perfil", Title: "Make a user after the model of another", Effect: cti.Supervise}
	UpdateUser       = cti.Action[UserIn, Answer]{Name: "totalip.atualizar_usuario_com_perfil", Title: "Update a user after the model of another", Effect: cti.Supervise}
	SocketAddUser    = cti.Action[UserIn, Answer]{Name: "totalip.socket.ADICIONARUSUARIOCOMPERFIL", Title: "Make a user after the model of another (socket)", Effect: cti.Supervise}
	SocketUpdateUser = cti.Action[UserIn, Answer]{Name: "totalip.socket.ATUALIZARUSUARIOCOMPERFIL", Title: "Update a user after the model of another (socket)", Effect: cti.Supervise}
)

// siteRows are the rows of groups, servers and users.
func siteRows() []cti.Func[*session] {
	return []cti.Func[*session]{
		// dia, mes, ano; answers group;name lines, each followed by its calls.
		cti.Row(Groups, "002 1.1.14", func(s *session, ctx context.Context, r cti.Req[DayIn]) (cti.Stream[GroupRow], error) {
			return s.groups(ctx, Groups.Name, r.In)
		}),
		// No parameter; answers id;name;status lines.
		cti.Row(Servers, "002 1.1.17", func(s *session, ctx context.Context, _ cti.Req[cti.None]) ([]Server, error) {
			return s.servers(ctx, Servers.Name)
		}),
		// No parameter; answers a page with the columns ID, Nome and Status.
		cti.Row(ServersView, "002 1.1.18", (*session).serversView),
		// ramal_padrao, ramal, nome, email, celular, senha.
		cti.Row(AddUser, "002 1.1.19", userBy(AddUser, roadHTTP, "adicionar_usuario_com_perfil")),
		// The same.
		cti.Row(UpdateUser, "002 1.1.19.1", userBy(UpdateUser, roadHTTP, "atualizar_usuario_com_perfil")),
		// <RAMAL PADRAO><RAMAL><NOME><EMAIL><CELULAR><SENHA>; what is missing stays as <>.
		cti.Row(SocketAddUser, "002 1.2.2.4", userBy(SocketAddUser, roadSocket, "ADICIONARUSUARIOCOMPERFIL")),
		// The same. 1.2.2.5 prints the name of the command of 1.2.2.4; the end of 1.2.2.4 has the right one.
		cti.Row(SocketUpdateUser, "002 1.2.2.5", userBy(SocketUpdateUser, roadSocket, "ATUALIZARUSUARIOCOMPERFIL")),
	}
}

// userBy serves a function that makes or updates a user. The password may come back in the answer's words and is taken out.
func userBy(a cti.Action[UserIn, Answer], road, name string) func(*session, context.Context, cti.Req[UserIn]) (Answer, error) {
	return func(s *session, ctx context.Context, r cti.Req[UserIn]) (Answer, error) {
		c := s.checks(a.Name, road)
		c.user(r.In)
		c.whole = true
		out, err := s.send(ctx, c, name)
		return hidden(r.In.Password, out, err, func(a *Answer) *string { return &a.Text })
	}
}

func (c *checks) user(in UserIn) {
	c.digits("ramal_padrao", in.Model)
	c.digits("ramal", in.Number)
	c.text("nome", in.Name)
	c.text("email", in.Mail)
	c.text("celular", in.Mobile)
	c.text("senha", in.Password)
}

// hidden takes a user's password out of an answer's words and out of an error.
func hidden[T any](password string, out T, err error, words func(*T) *string) (T, error) {
	hide := fault.New(driverName, driverTitle, password)
	text := words(&out)
	*text = hide.Redact(*text)
	if err == nil {
		return out, nil
	}
	e := *cti.AsError(err)
	clean := hide.Make(e.Kind, e.Op, e.Text, e.Sent, e.Err)
	clean.Hint, clean.Args, clean.Retryable = e.Hint, e.Args, e.Retryable
	var none T
	return none, clean
}

// groups reads grupos_de_atendimento (manual 002, 1.1.14).
func (s *session) groups(ctx context.Context, op string, day DayIn) (cti.Stream[GroupRow], error) {
	c := s.checks(op, roadHTTP)
	for _, f := range []struct {
		name        string
		value, last int
	}{{"dia", day.Day, 31}, {"mes", day.Month, 12}, {"ano", day.Year, 9999}} {
		if f.value < 1 || f.value > f.last {
			c.bad(f.name, fmt.Sprintf("must be 1 to %d", f.last))
		}
		c.fields = append(c.fields, field{f.name, fmt.Sprint(f.value)})
	}
	if c.err != nil {
		return nil, c.err
	}
	var group GroupRow
	return rowsOf(s, ctx, op, "grupos_de_atendimento", c.values(), func(f []string) (GroupRow, bool) {
		if len(f) < shortestGroupCall {
			group = GroupRow{ID: f[0], Name: strings.Join(f[1:], ";")}
			return group, len(f) > 1 && isDigits(f[0])
		}
		call, ok := readGroupCall(f)
		return GroupRow{ID: group.ID, Name: group.Name, Call: call}, ok && group.ID != ""
	})
}

const shortestGroupCall = 7

// readGroupCall reads user;name;from;seconds;waited;status;date. The example of manual 002, 1.1.14 has the extension after
// the user, its syntax has not.
func readGroupCall(f []string) (*GroupCall, bool) {
	n := len(f)
	who := f[1 : n-5]
	c := &GroupCall{User: f[0], From: f[n-5], Status: f[n-2], At: f[n-1]}
	if len(who) > 1 && (who[0] == "" || isNumber(who[0])) {
		c.Extension, who = who[0], who[1:]
	}
	c.Name = strings.Join(who, ";")
	var talk, wait ExtensionStatus
	ok := talk.duration(f[n-4]) && wait.duration(f[n-3]) && (c.User == "" || isDigits(c.User)) && isPhoneField(c.From)
	c.Seconds, c.Waited = talk.Seconds, wait.Seconds
	return c, ok
}

// servers reads status_servidores, id;name;status, with or without a last ";" (manual 002, 1.1.17).
func (s *session) servers(ctx context.Context, op string) ([]Server, error) {
	return table(s, ctx, op, "status_servidores", nil, readServer)
}

func readServer(f []string) (Server, bool) {
	if len(f) < 3 || !isDigits(f[0]) {
		return Server{}, false
	}
	return Server{ID: f[0], Name: f[1], Status: strings.TrimSuffix(strings.Join(f[2:], ";"), ";")}, true
}

// serversView reads the rows of the page. The manual shows only a picture of it, with the three columns.
func (s *session) serversView(ctx context.Context, _ cti.Req[cti.None]) ([]Server, error) {
	op := ServersView.Name
	text, err := s.list(ctx, op, "status_servidores_view", nil)
	if err != nil {
		return nil, err
	}
	out := []Server{}
	for _, cells := range tableRows(text) {
		if server, ok := readServer(cells); ok {
			out = append(out, server)
		}
	}
	if len(out) == 0 {
		return nil, s.notUnderstood(op, "status_servidores_view", errNoTable)
	}
	return out, nil
}

// tableRows are the cells of the tables on a page, row by row, without their mark-up.
func tableRows(page string) (rows [][]string) {
	var row []string
	var cell strings.Builder
	inCell := false
	end := func() {
		if inCell {
			row = append(row, strings.Join(strings.Fields(html.UnescapeString(cell.String())), " "))
			cell.Reset()
			inCell = false
		}
	}
	for page != "" {
		text, rest, tagged := strings.Cut(page, "<")
		if inCell {
			cell.WriteString(text)
		}
		if !tagged {
			break
		}
		inside, after, closed := strings.Cut(rest, ">")
		if !closed {
			break
		}
		page = after
		name, _, _ := strings.Cut(strings.ToLower(inside), " ")
		switch name {
		case "td", "th":
			end()
			inCell = true
		case "/td", "/th":
			end()
		case "tr", "/tr", "/table":
			end()
			if len(row) > 0 {
				rows, row = append(rows, row), nil
			}
		default:
			if inCell {
				cell.WriteByte(' ') // a line break parts words
			}
		}
	}
	if end(); len(row) > 0 {
		rows = append(rows, row)
	}
	return rows
}
