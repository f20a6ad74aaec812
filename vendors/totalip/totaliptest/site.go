package totaliptest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Recording is one sound file of a call.
type Recording struct {
	File string // its code
	WAV  []byte
}

// Group is an attendance group with its calls.
type Group struct {
	ID    string
	Name  string
	Calls []GroupCall
}

// GroupCall is one call of a group. An answered one has User, Extension and Name.
type GroupCall struct {
	User, Extension, Name string
	From                  string
	Seconds, Waited       int
	Status                string
	At                    time.Time
}

// Server is one server of the system.
type Server struct{ ID, Name, Status string }

// Mail is one e-mail, filed in a queue and worked on by an agent.
type Mail struct {
	ID                  int
	From, To            string
	Subject, Body       string
	Created             time.Time
	Inline, Attachments bool
	Queue               string
	Extension           string
}

// WAV makes a sound of n bytes after its header: silence, 8,000 samples a second, 8 bits.
func WAV(n int) []byte {
	le := func(v, size int) string {
		var b []byte
		for range size {
			b = append(b, byte(v))
			v >>= 8
		}
		return string(b)
	}
	head := "RIFF" + le(36+n, 4) + "WAVEfmt " + le(16, 4) + le(1, 2) + le(1, 2) + le(8000, 4) + le(8000, 4) + le(1, 2) + le(8, 2) + "data" + le(n, 4)
	return append([]byte(head), slices.Repeat([]byte{0x80}, n)...)
}

// SetRecordings sets the sound files of a call.
func (p *PBX) SetRecordings(call string, files ...Recording) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.recordings[call] = slices.Clone(files)
}

// SetGroups sets the attendance groups.
func (p *PBX) SetGroups(groups ...Group) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.groups = slices.Clone(groups)
}

// SetServers sets the servers.
func (p *PBX) SetServers(servers ...Server) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.servers = slices.Clone(servers)
}

// SetMails sets the e-mails.
func (p *PBX) SetMails(mails ...Mail) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mails = slices.Clone(mails)
}

// manualServers is the example of manual 002, 1.1.17.
func manualServers() []Server {
	return []Server{{"1", "Servidor Banco de Dados", "OK"}, {"2", "Servidor Aplicação 1", "WARNING - Particao /backup 84%"},
		{"3", "Servidor Aplicação 2", "CRITICAL - Uso de Memoria SWAP 21%"}}
}

// recording is manual 002, 1.1.13.
func (p *PBX) recording(q url.Values) string {
	if file := q.Get("codigo_monitoria"); file != "" {
		for _, files := range p.recordings {
			for _, f := range files {
				if f.File == file {
					return string(f.WAV)
				}
			}
		}
		return "NENHUMA GRAVAÇÃO ENCONTRADA"
	}
	files := p.recordings[q.Get("codigo_ligacao")]
	part, err := strconv.Atoi(cmp.Or(q.Get("parte"), "1"))
	switch {
	case len(files) == 0:
		return "NENHUMA GRAVAÇÃO ENCONTRADA"
	case len(files) > 1 && q.Get("parte") == "":
		return "MAIS DE UM ARQUIVO ENCONTRADO, ESPECIFIQUE QUAL PARTE DESEJA OBTER"
	case err != nil || part < 1 || part > len(files):
		return "PARTE ESPECIFICADA NÃO EXISTE"
	}
	return string(files[part-1].WAV)
}

// groupCalls is manual 002, 1.1.14: the groups with calls on a day, each followed by them. The extension stands after the
// user, as in the example; Options.ShortGroups leaves it out, as the syntax does.
func (p *PBX) groupCalls(q url.Values) string {
	var b strings.Builder
	for _, g := range p.groups {
		head := false
		for _, c := range g.Calls {
			at := c.At.In(time.Local)
			if q.Get("dia") != strconv.Itoa(at.Day()) || q.Get("mes") != strconv.Itoa(int(at.Month())) || q.Get("ano") != strconv.Itoa(at.Year()) {
				continue
			}
			if !head {
				head = true
				fmt.Fprintf(&b, "%s;%s\n", g.ID, g.Name)
			}
			b.WriteString(c.User + ";")
			if !p.opts.ShortGroups {
				b.WriteString(c.Extension + ";")
			}
			fmt.Fprintf(&b, "%s;%s;%d;%d;%s;%s\n", c.Name, c.From, c.Seconds, c.Waited, c.Status, at.Format("02/01/2006 15:04"))
		}
	}
	if b.Len() == 0 {
		return "INFORMAÇÕES NÃO LOCALIZADAS"
	}
	return b.String()
}

// serverList is manual 002, 1.1.17. Its syntax ends a line with a semicolon, its example does not.
func (p *PBX) serverList(url.Values) string {
	var b strings.Builder
	for _, s := range p.servers {
		fmt.Fprintf(&b, "%s;%s;%s\n", s.ID, s.Name, s.Status)
	}
	return b.String()
}

// serverPage is manual 002, 1.1.18, which shows a picture of a page with the columns ID, Nome and Status; how it is written
// nobody knows.
func (p *PBX) serverPage(url.Values) string {
	var b strings.Builder
	b.WriteString("<html><head><title>Status dos servidores</title></head><body>\n<table border=\"1\">\n<tr><th>ID</th><th>Nome</th><th>Status</th></tr>\n")
	for _, s := range p.servers {
		fmt.Fprintf(&b, "<tr><td>%s</td><td>%s</td><td>%s</td></tr>\n", html.EscapeString(s.ID), html.EscapeString(s.Name),
			strings.ReplaceAll(html.EscapeString(s.Status), ".", ".<br>"))
	}
	b.WriteString("</table></body></html>\n")
	return b.String()
}

// userParams are the parameters of the two functions about users.
func userParams() []string {
	return []string{"ramal_padrao", "ramal", "nome", "email", "celular", "senha"}
}

// addUser is manual 002, 1.1.19.
func (p *PBX) addUser(q url.Values) string {
	number := q.Get("ramal")
	_, model := p.extensions[q.Get("ramal_padrao")]
	_, taken := p.extensions[number]
	if !model || taken || number == "" {
		return "Usuário '" + number + "' não foi criado."
	}
	name := cmp.Or(q.Get("nome"), number) // manual 002, 1.1.19: without a name it is the extension's number
	if p.nameTaken(name, number) {
		return "Usuário '" + number + "' não foi criado. O nome " + name + " já está em uso por outro usuário."
	}
	p.lastUser++
	p.extensions[number] = &extension{ExtensionState: ExtensionState{Extension: Extension{Number: number, Name: name,
		User: strconv.Itoa(900 + p.lastUser), Mail: q.Get("email"), Mobile: q.Get("celular"), Password: cmp.Or(q.Get("senha"), "12345678")},
		StatusID: loggedOut}}
	p.noteChange()
	return "Usuário '" + number + "' criado com sucesso"
}

// updateUser is manual 002, 1.1.19.1.
func (p *PBX) updateUser(q url.Values) string {
	number := q.Get("ramal")
	_, model := p.extensions[q.Get("ramal_padrao")]
	x, ok := p.extensions[number]
	switch {
	case !model || !ok:
		return "Usuário '" + number + "' não foi atualizado."
	case q.Get("nome") != "" && p.nameTaken(q.Get("nome"), number):
		return "Usuário '" + number + "' não foi atualizado. O nome " + q.Get("nome") + " já está em uso por outro usuário."
	}
	x.Name, x.Mail = cmp.Or(q.Get("nome"), x.Name), cmp.Or(q.Get("email"), x.Mail)
	x.Mobile, x.Password = cmp.Or(q.Get("celular"), x.Mobile), cmp.Or(q.Get("senha"), x.Password)
	p.noteChange()
	return "Usuário '" + number + "' atualizado com sucesso."
}

func (p *PBX) nameTaken(name, number string) bool {
	for _, x := range p.extensions {
		if x.Name == name && x.Number != number {
			return true
		}
	}
	return false
}

// mailFunctions lists the e-mail functions, each with the parameter that it searches by and what it is held against.
func mailFunctions() map[string]function {
	by := func(param string, fits func(Mail, string) bool) function {
		return function{[]string{param, "data_inicial", "data_final"}, func(p *PBX, q url.Values) string { return p.findMails(q, param, fits) }}
	}
	holds := func(text func(Mail) string) func(Mail, string) bool {
		return func(m Mail, word string) bool {
			return strings.Contains(strings.ToLower(text(m)), strings.ToLower(word))
		}
	}
	return map[string]function{
		"buscar_email_por_assunto":             by("assunto", holds(func(m Mail) string { return m.Subject })),                    // manual 002, 2.1.1
		"buscar_email_por_conteudo":            by("corpo_do_email", holds(func(m Mail) string { return m.Body })),                // 2.1.2
		"buscar_email_por_destinatario":        by("destinatario", func(m Mail, word string) bool { return m.To == word }),        // 2.1.3
		"buscar_email_por_fila_de_atendimento": by("fila_atendimento", func(m Mail, word string) bool { return m.Queue == word }), // 2.1.4
		"buscar_email_por_operador":            by("ramal", func(m Mail, word string) bool { return m.Extension == word }),        // 2.1.5
		"buscar_email_por_remetente":           by("remetente", func(m Mail, word string) bool { return m.From == word }),         // 2.1.6
	}
}

// findMails answers what fits in the period. A month is from a day to the same day of the next month, less one.
func (p *PBX) findMails(q url.Values, param string, fits func(Mail, string) bool) string {
	first, err1 := time.ParseInLocation(time.DateOnly, q.Get("data_inicial"), time.Local)
	last, err2 := time.ParseInLocation(time.DateOnly, q.Get("data_final"), time.Local)
	if err1 != nil || err2 != nil || last.After(first.AddDate(0, 1, 0)) {
		return "PERIODO INFORMADO EXCEDE UM MÊS"
	}
	type wire struct {
		ID          int    `json:"id"`
		From        string `json:"remetente"`
		To          string `json:"destinatario"`
		Subject     string `json:"assunto"`
		Body        string `json:"corpo_do_email"`
		Created     string `json:"data_de_criacao"`
		Inline      bool   `json:"possui_imagens_inline"`
		Attachments bool   `json:"possui_anexos"`
	}
	var out []wire
	for _, m := range p.mails {
		if m.Created.Before(first) || !m.Created.Before(last.AddDate(0, 0, 1)) || !fits(m, q.Get(param)) {
			continue
		}
		out = append(out, wire{m.ID, m.From, m.To, m.Subject, m.Body, m.Created.In(time.Local).Format("2006-01-02 15:04:05.000000"), m.Inline, m.Attachments})
	}
	if len(out) == 0 {
		return "EMAIL NAO ENCONTRADO"
	}
	text, err := json.Marshal(out)
	if err != nil {
		panic(fmt.Sprintf("totaliptest: %v", err)) // strings, numbers and booleans can be written
	}
	return string(text)
}
