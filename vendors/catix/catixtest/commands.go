package catixtest

import (
	"encoding/json"
	"strconv"
	"strings"
)

// pauses are those of the documents' example of BUSCAR_TIPOS_PAUSA.
func pauses() []map[string]any {
	return []map[string]any{{"id": 1, "nome": "Almoço", "descricao": "Horario de almoço", "exigeObs": false},
		{"id": 2, "nome": "Outra tarefa", "descricao": "Atividade diferente do cargo", "exigeObs": true}}
}

// serve does one command; a nil answer is none, and goesOn false closes the connection.
func (p *PBX) serve(c *conn, m message) (out map[string]any, goesOn bool) {
	switch m.Comando {
	case "LOGAR_SINGLE_USER", "LOGAR_MULTI_USER":
		return p.logIn(c, m), true
	case "SAIR":
		return nil, false
	case "":
		return failure("9001"), true
	}
	if !c.in {
		return failure("2002"), true
	}
	if m.Agente == "" {
		m.Agente = c.single
	}
	if f, ok := listings()[m.Comando]; ok {
		return done(f(p)), true
	}
	if f, ok := sites()[m.Comando]; ok {
		return f(p, m), true
	}
	a := p.agent(m.Agente)
	if a == nil {
		return failure(map[bool]string{true: "1000", false: "1004"}[m.Agente == ""]), true
	}
	if f, ok := wishes()[m.Comando]; ok {
		return f(p, a, m), true
	}
	return failure("9000"), true
}

func (p *PBX) logIn(c *conn, m message) map[string]any {
	switch {
	case m.attribute("usuario") == "" || m.attribute("senha") == "":
		return failure("1002")
	case m.attribute("usuario") != p.opts.User:
		return failure("2001")
	case m.attribute("senha") != p.opts.Pass:
		return failure("2000")
	case m.Comando == "LOGAR_SINGLE_USER" && p.agent(m.Agente) == nil:
		return failure("1004")
	}
	c.in, c.single = true, ""
	if m.Comando == "LOGAR_SINGLE_USER" {
		c.single = m.Agente
	}
	return done(nil)
}

// listings are the commands that only read the site.
func listings() map[string]func(p *PBX) any {
	named := func(name string, rows ...map[string]any) func(*PBX) any {
		return func(*PBX) any { return map[string]any{name: rows} }
	}
	return map[string]func(p *PBX) any{
		"BUSCAR_TIPOS_PAUSA": func(*PBX) any { return map[string]any{"pausas": pauses()} },
		"BUSCAR_RAMAIS":      func(*PBX) any { return map[string]string{"100": "100", "101": "101"} },
		"BUSCAR_OPCOES_TRANSFERENCIA": func(*PBX) any {
			return map[string]any{"ramal": []map[string]any{{"id": 2, "nome": "100"}}, "agente": []map[string]any{{"id": 13, "nome": "Agente 200"}}}
		},
		"STATUS_SERVIDOR": func(*PBX) any {
			return map[string]any{"usuarios-multi-user": 0, "requisicoes": 2, "acoes-executadas": 1, "tempo-rodando": "1 Minutos 36 Segundos 868 Milisegundos",
				"total-usuarios": 1, "total-conexoes": 1, "data-inicializacao": "25/03/2015 10:16:21", "versao": "1.1", "usuarios-single-user": 1, "conexoes-recebidas": 1}
		},
		"BUSCAR_FILAS": named("filas", map[string]any{"id": 154, "nome": "RECEPCAO", "tipoFila": "Ramal"},
			map[string]any{"id": 155, "nome": "COBRANCA_GERAL", "tipoFila": "Agente"}),
		"BUSCAR_ESTRATEGIAS_CHAMADA": named("estrategias", map[string]any{"id": 1, "nome": "Teste"}),
		"BUSCAR_CAMPANHAS": named("campanhas", map[string]any{"id": 7, "nome": "teste", "status": "Finalizada", "destinoTipo": "Fila", "destino": "151"},
			map[string]any{"id": 8, "nome": "teste7", "status": "Pausada", "destinoTipo": "Fila", "destino": "151"}),
	}
}

// sites are the commands that change the site.
func sites() map[string]func(p *PBX, m message) map[string]any {
	wants := func(names ...string) func(*PBX, message) map[string]any {
		return func(_ *PBX, m message) map[string]any {
			for _, n := range names {
				if m.attribute(n) == "" {
					return failure("1002")
				}
			}
			return done(nil)
		}
	}
	return map[string]func(p *PBX, m message) map[string]any{
		"IMPORTAR_MAILING":           (*PBX).mailing,
		"RESULTADO_AGENDAMENTO":      wants("agendamento-id", "agendamento-efetivo", "agendamento-eficaz"),
		"RESULTADO_CONTATO_DISCADOR": wants("eficaz", "efetivo", "contato-id", "numero-contato-id", "campanha-id"),
		"CAMPANHA_INICIAR":           wants("campanha-id"),
		"CAMPANHA_PAUSAR":            wants("campanha-id"),
		"CAMPANHA_CRIAR": func(_ *PBX, m message) map[string]any {
			if m.attribute("campanha-mailing-id") == "" {
				return failure("1002")
			}
			return done(map[string]any{"campanha-id": 9})
		},
		"AGENDAR_CHAMADA": func(_ *PBX, m message) map[string]any {
			contact, numbers := m.attribute("agendamento-contato-id"), m.Atributos["agendamento-numeros"]
			switch {
			case (contact == "") == (numbers == nil), m.attribute("agendamento-data-hora") == "":
				return failure("1002")
			case len(m.attribute("agendamento-data-hora")) != len("20/11/2026 24:00:00"):
				return failure("1003")
			}
			return done(map[string]any{"agendamento-id": 15})
		},
	}
}

func (p *PBX) mailing(m message) map[string]any {
	var in struct {
		ID       int `json:"idMailing"`
		Contatos []struct {
			Numeros      []any `json:"numerosContatos"`
			Agendamentos []any `json:"agendamentos"`
		} `json:"contatos"`
	}
	if len(m.Mailing) == 0 || json.Unmarshal(m.Mailing, &in) != nil {
		return failure("1000")
	}
	numbers, schedules := 0, 0
	for _, c := range in.Contatos {
		numbers += len(c.Numeros)
		schedules += len(c.Agendamentos)
	}
	return done(map[string]any{"mailing-id": in.ID, "mailing-total-contatos": 12 + len(in.Contatos), "mailing-total-contatos-adicionados": len(in.Contatos),
		"mailing-total-numeros": 24 + numbers, "mailing-total-numeros-adicionados": numbers,
		"mailing-total-agendamentos": 12 + schedules, "mailing-total-agendamentos-adicionados": schedules})
}

// wishes are the commands of an agent.
func wishes() map[string]func(p *PBX, a *Agent, m message) map[string]any {
	return map[string]func(p *PBX, a *Agent, m message) map[string]any{
		"AGENTE_LOGAR":     (*PBX).agentIn,
		"AGENTE_DESLOGAR":  (*PBX).agentOut,
		"DISCAR":           (*PBX).discar,
		"REDISCAR":         (*PBX).rediscar,
		"PAUSAR":           (*PBX).pausar,
		"STATUS_AGENTE":    (*PBX).status,
		"DESLIGAR_CHAMADA": (*PBX).desligar,
		"TRANSFERIR":       (*PBX).transferir,
		"INFORMACAO_PAUSA": (*PBX).pauseInfo,
	}
}

func (p *PBX) agentIn(a *Agent, m message) map[string]any {
	switch {
	case m.attribute("login-ramal") == "":
		return failure("1002")
	case a.LoggedIn:
		return failure("1007")
	}
	a.ringing = m.attribute("login-ramal")
	if !p.opts.SlowLogin {
		p.after(0, func() { p.Pickup(a.ID) }) // the agent answers after the reply
	}
	return done(nil)
}

func (p *PBX) agentOut(a *Agent, _ message) map[string]any {
	if a.LoggedIn {
		a.LoggedIn, a.Pause = false, ""
		p.event(a.ID, "AGENT_LOGOFF", nil)
	}
	return done(nil)
}

func (p *PBX) discar(a *Agent, m message) map[string]any {
	if m.Numero == "" || strings.Trim(m.Numero, "0123456789*#") != "" {
		return failure("1001")
	}
	p.after(0, func() { // the event follows the reply
		p.mu.Lock()
		defer p.unlock()
		p.dial(a, m.Numero)
	})
	return done(nil)
}

func (p *PBX) rediscar(a *Agent, _ message) map[string]any {
	number := p.last[a.ID]
	if number == "" {
		return failure("1005")
	}
	return p.discar(a, message{Numero: number})
}

func (p *PBX) pausar(a *Agent, m message) map[string]any {
	id, _ := strconv.Atoi(m.attribute("pausa-id"))
	if !a.LoggedIn {
		return failure("9999") // no document says what a pause of nobody is answered
	}
	switch m.attribute("pausa-acao") {
	case "PAUSAR":
		if id < 1 || id > len(pauses()) {
			return failure("1009")
		}
		a.Pause, a.PauseNote = pauses()[id-1]["nome"].(string), m.attribute("pausa-obs")
		p.event(a.ID, "AGENT_PAUSED", map[string]any{"idPausa": id, "pausa": a.Pause, "descricao": "", "obs": a.PauseNote})
	case "DESPAUSAR":
		a.Pause = ""
		p.event(a.ID, "AGENT_UNPAUSED", map[string]any{"idPausa": id, "pausa": "", "descricao": ""})
	default:
		return failure("1003")
	}
	return done(nil)
}

func (p *PBX) status(a *Agent, _ message) map[string]any {
	row := map[string]any{"obs": "-", "tempo": "-", "nome": a.Name, "ramal_fisico": a.Extension, "idAgente": a.ID, "numero_discado": "-", "status": "Disponível"}
	switch c := p.calling(a.ID); {
	case c != nil:
		kind := map[string]string{"SAINTE": "Sainte", "ENTRANTE": "Entrante", "PREDITIVO": "Preditivo"}[c.Kind]
		row["obs"] = "<b>Tipo Ligação:</b><i> " + kind + "</i> <b>Tronco:</b><i> 170017</i> <b>Tipo de Número:</b><i> Móvel DDD</i> "
		if c.Campaign != "" {
			row["obs"] = row["obs"].(string) + "<b>Campanha:</b><i> " + c.Campaign + "</i> "
		}
		row["tempo"], row["numero_discado"], row["status"] = "00:00:05", c.Number, "Em ligação"
		if c.State == Dialing {
			row["status"] = "Discando"
		}
	case !a.LoggedIn:
		row["status"] = "Deslogado"
	case a.Pause != "":
		row["status"], row["obs"], row["tempo"] = "Pausado", "Motivo: "+a.Pause+" - Obs: "+a.PauseNote, "00:15:07"
	}
	return done(row)
}

func (p *PBX) desligar(a *Agent, _ message) map[string]any {
	if c := p.calling(a.ID); c != nil {
		p.end(c)
	}
	return done(nil)
}

func (p *PBX) transferir(a *Agent, m message) map[string]any {
	switch {
	case m.Numero == "" && (m.Destino == "" || m.IDDestino == ""):
		return failure("1000")
	case m.Numero != "" && !strings.HasPrefix(m.Numero, "1"):
		return failure("1006")
	}
	if c := p.calling(a.ID); c != nil {
		p.end(c)
	}
	return done(nil)
}

func (p *PBX) pauseInfo(a *Agent, _ message) map[string]any {
	if a.Pause == "" {
		return failure("1008")
	}
	return done(map[string]any{"id-pausa": "3", "pausa": a.Pause, "descricao": "Pausa para o almoço", "tempo-limite": "60 minutos",
		"tempo-decorrido": "500", "obs": a.PauseNote})
}
