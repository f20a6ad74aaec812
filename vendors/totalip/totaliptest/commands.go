package totaliptest

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/url"
	"strings"
	"time"
)

// longestCommand bounds what the command socket reads before it gives up.
const longestCommand = 8 << 10

func (p *PBX) serveCommands(l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		if p.track(conn) {
			p.start(func() {
				defer p.untrack(conn)
				p.command(conn)
			})
		}
	}
}

// command reads one command, answers it and closes: manual 002, 1.2, "a conexão é encerrada". The line end is not
// documented; this system wants one of CR, LF and NUL.
func (p *PBX) command(conn net.Conn) {
	_ = conn.SetReadDeadline(time.Now().Add(30 * time.Second))
	line, err := readCommand(bufio.NewReader(io.LimitReader(conn, longestCommand)))
	if err != nil {
		return
	}
	fields, wellFormed := commandFields(line)
	name := ""
	if len(fields) > 0 {
		name = fields[0]
	}
	p.mu.Lock()
	var faults []string
	if !wellFormed {
		faults = append(faults, "not a list of bracketed fields")
	}
	p.record(Request{Road: "socket", Function: name, Query: line, Faults: faults})
	drop := p.drop[name]
	switch drop {
	case never:
		p.mu.Unlock()
		p.hang(name, untilClosed(conn))
		return
	case afterRead:
		p.mu.Unlock()
		return
	}
	words, fixed := p.answers[name]
	if !fixed {
		words = p.obey(name, fields)
	}
	p.mu.Unlock()
	if drop == afterDoing || !p.delay(context.Background()) {
		return
	}
	_, _ = conn.Write(p.encode(words + "\r\n"))
}

// untilClosed answers a channel that is closed when the other side leaves.
func untilClosed(conn net.Conn) <-chan struct{} {
	left := make(chan struct{})
	_ = conn.SetReadDeadline(time.Time{})
	go func() {
		defer close(left)
		_, _ = io.Copy(io.Discard, conn)
	}()
	return left
}

func readCommand(r *bufio.Reader) (string, error) {
	var line []byte
	for {
		b, err := r.ReadByte()
		if err != nil {
			return "", err
		}
		if b == '\r' || b == '\n' || b == 0 {
			return string(line), nil
		}
		line = append(line, b)
	}
}

// commandFields splits <A><B><C>; the second answer is false when the line is anything else.
func commandFields(line string) ([]string, bool) {
	inner, ok1 := strings.CutPrefix(line, "<")
	inner, ok2 := strings.CutSuffix(inner, ">")
	if !ok1 || !ok2 {
		return nil, false
	}
	return strings.Split(inner, "><"), true
}

// obey does what a command asks. The accents are those the socket's sections print, which differ from the HTTP ones.
// The caller holds p.mu.
func (p *PBX) obey(name string, fields []string) string {
	if p.opts.RefuseCommandsHere {
		return "IP NAO TEM AUTORIZACAO PARA ESCREVER COMANDOS NO SOCKET" // manual 002, 1.2.2.1
	}
	arg := func(n int) string {
		if n < len(fields) {
			return fields[n]
		}
		return ""
	}
	x := p.extensions[arg(1)]
	switch name {
	case "SETSTATUS": // manual 002, 1.2.2.1
		return unaccent(p.setStatusByHTTP(url.Values{"ramal": {arg(1)}, "status_id": {arg(2)}}))
	case "LOGIN": // manual 002, 1.2.2.8
		return unaccent(p.login(url.Values{"ramal": {arg(1)}}))
	case "LOGOUT": // manual 002, 1.2.2.9
		if x != nil && x.Hardphone {
			return "NAO E POSSIVEL EFETUAR LOGOUT DE HARDPHONE VIA SOCKET"
		}
		return unaccent(p.logout(url.Values{"ramal": {arg(1)}}))
	case "LOGINHARDPHONE": // manual 002, 1.2.2.10
		q := url.Values{"ramal": {arg(1)}}
		if len(fields) > 2 {
			q.Set("hardphone", arg(2))
		}
		return p.loginHardphone(q)
	case "LOGOUTHARDPHONE": // manual 002, 1.2.2.11 prints no "not informed"
		if arg(1) == "" {
			return "RAMAL NÃO ENCONTRADO"
		}
		return p.logoutHardphone(url.Values{"ramal": {arg(1)}})
	case "SETPAUSE": // manual 002, 1.2.2.12
		return p.setPause(url.Values{"ramal": {arg(1)}})
	case "SETUNPAUSE": // manual 002, 1.2.2.13
		return p.setUnpause(url.Values{"ramal": {arg(1)}})
	case "SETSTATUSTELEFONECAMPANHA": // manual 002, 1.2.2.2 and 1.2.2.3
		q := values(fields, "parametro1", "numerodotelefone", "id_campanha", "id_status", "ramal", "data", "uniqueid")
		return outcomeWords(p.fileOutcome(q), q.Get("data") != "")
	case "SETSTATUSTELEFONECAMPANHAPARAMETRO1": // manual 002, 1.2.2.7
		return p.fileByParam(values(fields, "parametro1", "id_campanha", "id_status", "ramal", "data"))
	case "ADICIONARUSUARIOCOMPERFIL": // manual 002, 1.2.2.4
		return p.addUser(values(fields, userParams()...))
	case "ATUALIZARUSUARIOCOMPERFIL": // manual 002, 1.2.2.5, by the name at the end of 1.2.2.4
		return p.updateUser(values(fields, userParams()...))
	case "INSERIRTELEFONECAMPANHA": // manual 002, 1.2.2.6
		return p.insertNumber(values(fields, "id_campanha", "parametro", "valor_parametro", "prioridade", "codigo_area", "telefone"))
	case "ALTERARCLIENTE": // manual 002, 1.2.2.14
		return p.changeCustomer(values(fields, "id_campanha", "parametro", "valor_parametro", "novo_parametro", "valor_novo_parametro"))
	case "DISCAR": // manual 002, 1.2.2.15
		return p.dialBySocket(x, arg(2), arg(3))
	}
	return "PARAMETROS NAO INFORMADOS VERIFIQUE SINTAXE DO COMANDO" // manual 002, 1.2.2.2
}

// outcomeWords writes an answer of manual 002, 1.1.15 the way 1.2.2.2 prints it; for an appointment 1.2.2.3 keeps the words of
// the success.
func outcomeWords(said string, appointment bool) string {
	switch said {
	case "STATUS CADASTRADO COM SUCESSO":
		if !appointment {
			return "STATUS INSERIDO COM SUCESSO"
		}
	case "STATUS INFORMADO NAO EXISTE":
		return "STATUS NAO EXISTE"
	case "USUARIO TOTALIP NAO LOCALIZADO":
		return "RAMAL NAO ENCONTRADO"
	}
	return said
}

// values gives the fields after a command their names.
func values(fields []string, names ...string) url.Values {
	q := url.Values{}
	for i, name := range names {
		if i+1 < len(fields) {
			q.Set(name, fields[i+1])
		}
	}
	return q
}

func (p *PBX) dialBySocket(x *extension, phone, key string) string {
	switch {
	case phone == "":
		return "NUMERO DE TELEFONE NAO INFORMADO"
	case p.opts.Key != "" && key == "":
		return "CHAVE DE SEGURANCA NAO INFORMADO"
	case p.opts.Key != "" && key != p.opts.Key:
		return "CHAVE DA API INVÁLIDA"
	case x == nil || !x.LoggedIn || x.Blocked || !isPhone(phone):
		return "RAMAL NAO ENCONTRADO" // manual 002, 1.2.2.8; section 1.2.2.15 prints no answer for it
	}
	p.accept("socket", x.Number, phone)
	return "DISCANDO"
}

// unaccent writes an HTTP answer the way sections 1.2.2.1 to 1.2.2.9 print it.
func unaccent(s string) string {
	return strings.NewReplacer("Ã", "A", "Á", "A", "É", "E", "Í", "I", "Ç", "C").Replace(s)
}
