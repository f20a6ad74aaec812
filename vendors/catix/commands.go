package catix

import (
	"context"
	"encoding/json"
	"sort"
	"strconv"
	"strings"

	"ctiagent/cti"
)

// longestNumber bounds a number, in characters.
const longestNumber = 32

func isNumber(s string) bool {
	return s != "" && len(s) <= longestNumber && strings.Trim(s, "0123456789*#+") == ""
}

func own(command string) string { return driverName + "." + command }

// do sends a command that is answered OK.
func (s *session) do(ctx context.Context, op string, m message) (Done, error) {
	if err := s.ask(ctx, op, m, nil); err != nil {
		return Done{}, err
	}
	return Done{Info: infoOK}, nil
}

// doFor is do for an agent.
func (s *session) doFor(ctx context.Context, op string, t cti.Target, in string, m message) (Done, error) {
	var err error
	if m.Agent, err = s.agent(op, t, in); err != nil {
		return Done{}, err
	}
	return s.do(ctx, op, m)
}

func (s *session) bad(op, text string) error {
	e := s.fails.Make(cti.BadRequest, op, text, cti.NotSent, nil)
	e.Hint = hintParameter
	return e
}

// relog logs the connection in anew.
func (s *session) relog(ctx context.Context, mode, op string) (Done, error) {
	l, e := s.up(op)
	if e == nil {
		e = s.logIn(ctx, l, mode, op)
	}
	if e != nil {
		return Done{}, e
	}
	return Done{Info: infoOK}, nil
}

func (s *session) logSingle(ctx context.Context, _ cti.Req[cti.None]) (Done, error) {
	return s.relog(ctx, modeSingle, own("LOGAR_SINGLE_USER"))
}

func (s *session) logMulti(ctx context.Context, _ cti.Req[cti.None]) (Done, error) {
	return s.relog(ctx, modeMulti, own("LOGAR_MULTI_USER"))
}

func (s *session) loginAt(ctx context.Context, op string, t cti.Target, in AgentLoginIn) (Done, error) {
	extension := in.Extension
	if extension == "" {
		extension = t.Extension
	}
	if !isNumber(extension) {
		return Done{}, s.bad(op, "the extension is missing or no number")
	}
	return s.doFor(ctx, op, t, in.Agent, message{Command: "AGENTE_LOGAR", Attributes: map[string]any{"login-ramal": extension}})
}

func (s *session) logAgentIn(ctx context.Context, r cti.Req[AgentLoginIn]) (Done, error) {
	return s.loginAt(ctx, own("AGENTE_LOGAR"), r.Target, r.In)
}

func (s *session) logAgentOut(ctx context.Context, r cti.Req[AgentIn]) (Done, error) {
	return s.doFor(ctx, own("AGENTE_DESLOGAR"), r.Target, r.In.Agent, message{Command: "AGENTE_DESLOGAR"})
}

func (s *session) dialFor(ctx context.Context, op string, t cti.Target, agent, number string) (Done, error) {
	if !isNumber(number) {
		return Done{}, s.bad(op, "the parameter numeroDiscado must be 1 to 32 of 0-9, *, # and +")
	}
	return s.doFor(ctx, op, t, agent, message{Command: "DISCAR", Number: number})
}

func (s *session) discar(ctx context.Context, r cti.Req[DialIn]) (Done, error) {
	return s.dialFor(ctx, own("DISCAR"), r.Target, r.In.Agent, r.In.Number)
}

func (s *session) rediscar(ctx context.Context, r cti.Req[AgentIn]) (Done, error) {
	return s.doFor(ctx, own("REDISCAR"), r.Target, r.In.Agent, message{Command: "REDISCAR"})
}

func (s *session) pauseFor(ctx context.Context, op string, t cti.Target, in PauseIn) (Done, error) {
	attributes := map[string]any{"pausa-acao": s.opts.unpause}
	if in.Action == wordPause {
		if in.ID <= 0 {
			return Done{}, s.bad(op, "the parameter pausa-id is missing; a pause has one")
		}
		attributes["pausa-acao"] = wordPause
	}
	if in.ID > 0 {
		attributes["pausa-id"] = in.ID
	}
	if in.Note != "" {
		attributes["pausa-obs"] = in.Note
	}
	return s.doFor(ctx, op, t, in.Agent, message{Command: "PAUSAR", Attributes: attributes})
}

func (s *session) pausar(ctx context.Context, r cti.Req[PauseIn]) (Done, error) {
	return s.pauseFor(ctx, own("PAUSAR"), r.Target, r.In)
}

func (s *session) status(ctx context.Context, op string, t cti.Target, in string) (out AgentStatus, err error) {
	agent, err := s.agent(op, t, in)
	if err != nil {
		return out, err
	}
	return out, s.ask(ctx, op, message{Command: "STATUS_AGENTE", Agent: agent}, &out)
}

func (s *session) statusAgente(ctx context.Context, r cti.Req[AgentIn]) (AgentStatus, error) {
	return s.status(ctx, own("STATUS_AGENTE"), r.Target, r.In.Agent)
}

func (s *session) desligar(ctx context.Context, r cti.Req[AgentIn]) (Done, error) {
	return s.doFor(ctx, own("DESLIGAR_CHAMADA"), r.Target, r.In.Agent, message{Command: "DESLIGAR_CHAMADA"})
}

// list reads the one list in a reply's attributes.
func list[T any](s *session, ctx context.Context, op, command, name string) ([]T, error) {
	var out map[string]json.RawMessage
	if err := s.ask(ctx, op, message{Command: command}, &out); err != nil {
		return nil, err
	}
	rows := []T{}
	if len(out[name]) > 0 {
		if err := json.Unmarshal(out[name], &rows); err != nil {
			return nil, s.fails.Make(cti.Unavailable, op, "the reply to "+command+" was not understood", cti.CertainSent, err)
		}
	}
	return rows, nil
}

func (s *session) pauseKinds(ctx context.Context, _ cti.Req[cti.None]) ([]PauseKind, error) {
	return list[PauseKind](s, ctx, own("BUSCAR_TIPOS_PAUSA"), "BUSCAR_TIPOS_PAUSA", "pausas")
}

func (s *session) extensionList(ctx context.Context, op string) ([]Extension, error) {
	var names map[string]text
	if err := s.ask(ctx, op, message{Command: "BUSCAR_RAMAIS"}, &names); err != nil {
		return nil, err
	}
	out := make([]Extension, 0, len(names))
	for alias, name := range names {
		out = append(out, Extension{alias, string(name)})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Alias < out[j].Alias })
	return out, nil
}

func (s *session) extensions(ctx context.Context, _ cti.Req[cti.None]) ([]Extension, error) {
	return s.extensionList(ctx, own("BUSCAR_RAMAIS"))
}

func (s *session) transferFor(ctx context.Context, op string, t cti.Target, in TransferIn) (Done, error) {
	m := message{Command: "TRANSFERIR", To: in.To, ToID: in.ToID, Number: in.Number}
	switch {
	case in.Number != "" && !isNumber(in.Number):
		return Done{}, s.bad(op, "the parameter numeroDiscado must be 1 to 32 of 0-9, *, # and +")
	case in.Number == "" && (in.To == "" || in.ToID == ""):
		return Done{}, s.bad(op, "give numeroDiscado, or destino and idDestino")
	}
	return s.doFor(ctx, op, t, in.Agent, m)
}

func (s *session) transferir(ctx context.Context, r cti.Req[TransferIn]) (Done, error) {
	return s.transferFor(ctx, own("TRANSFERIR"), r.Target, r.In)
}

func (s *session) transferTargets(ctx context.Context, _ cti.Req[cti.None]) (out TransferTargets, err error) {
	err = s.ask(ctx, own("BUSCAR_OPCOES_TRANSFERENCIA"), message{Command: "BUSCAR_OPCOES_TRANSFERENCIA"}, &out)
	return out, err
}

// sair closes the connection. No document prints a reply, so its end is one.
func (s *session) sair(ctx context.Context, _ cti.Req[cti.None]) (Done, error) {
	op := own("SAIR")
	l, e := s.up(op)
	if e != nil {
		return Done{}, e
	}
	r, e := l.ask(ctx, op, message{Command: "SAIR"})
	if e != nil && e.Kind == cti.Unavailable && e.Sent == cti.MaybeSent {
		return Done{Info: infoOK}, nil
	}
	if e == nil {
		e = judge(s.fails, op, r)
	}
	if e != nil {
		return Done{}, e
	}
	return Done{Info: infoOK}, nil
}

func (s *session) info(ctx context.Context, op string) (out ServerInfo, err error) {
	return out, s.ask(ctx, op, message{Command: "STATUS_SERVIDOR"}, &out)
}

func (s *session) serverInfo(ctx context.Context, _ cti.Req[cti.None]) (ServerInfo, error) {
	return s.info(ctx, own("STATUS_SERVIDOR"))
}

func (s *session) pauseInfo(ctx context.Context, r cti.Req[AgentIn]) (out PauseInfo, err error) {
	op := own("INFORMACAO_PAUSA")
	agent, err := s.agent(op, r.Target, r.In.Agent)
	if err != nil {
		return out, err
	}
	err = s.ask(ctx, op, message{Command: "INFORMACAO_PAUSA", Agent: agent}, &out)
	return out, err
}

func (s *session) queues(ctx context.Context, _ cti.Req[cti.None]) ([]Queue, error) {
	return list[Queue](s, ctx, own("BUSCAR_FILAS"), "BUSCAR_FILAS", "filas")
}

func (s *session) strategies(ctx context.Context, _ cti.Req[cti.None]) ([]Named, error) {
	return list[Named](s, ctx, own("BUSCAR_ESTRATEGIAS_CHAMADA"), "BUSCAR_ESTRATEGIAS_CHAMADA", "estrategias")
}

func (s *session) campaigns(ctx context.Context, _ cti.Req[cti.None]) ([]Campaign, error) {
	return list[Campaign](s, ctx, own("BUSCAR_CAMPANHAS"), "BUSCAR_CAMPANHAS", "campanhas")
}

// mostContacts bounds one import.
const mostContacts = 10_000

// wireMailing is a mailing with its moments as Catix writes them.
func (s *session) wireMailing(op string, in Mailing) (map[string]any, error) {
	if in.ID == 0 && in.Name == "" {
		return nil, s.bad(op, "give mailing.nmNome for a new mailing, or mailing.idMailing to add to one")
	}
	if len(in.Contacts) > mostContacts {
		return nil, s.bad(op, "the parameter mailing.contatos must have at most "+strconv.Itoa(mostContacts)+" contacts")
	}
	contacts := make([]map[string]any, 0, len(in.Contacts))
	for i, c := range in.Contacts {
		place := "mailing.contatos[" + strconv.Itoa(i) + "]"
		for _, n := range c.Numbers {
			if !isNumber(n.Number) {
				return nil, s.bad(op, "the parameter "+place+".numerosContatos holds something that is no number")
			}
		}
		row := map[string]any{"nmNome": c.Name, "numerosContatos": c.Numbers}
		for name, v := range map[string]string{"nmNome": c.Name, "dsRgIe": c.RG, "dsCpfCnpj": c.CPF, "dsEndereco": c.Address, "cdContrato": c.Contract} {
			if len(v) > longestText {
				return nil, s.bad(op, "the parameter "+place+"."+name+" must have at most 500 bytes")
			}
			if v != "" {
				row[name] = v
			}
		}
		var schedules []map[string]any
		for _, a := range c.Schedules {
			one := map[string]any{"date": moment(a.At.Local())}
			if a.Agent != nil {
				one["agente"] = a.Agent
			}
			if len(a.Numbers) > 0 {
				one["numerosPrioritarios"] = a.Numbers
			}
			schedules = append(schedules, one)
		}
		if schedules != nil {
			row["agendamentos"] = schedules
		}
		contacts = append(contacts, row)
	}
	out := map[string]any{"contatos": contacts}
	if in.ID != 0 {
		out["idMailing"] = in.ID
	}
	if in.Name != "" {
		out["nmNome"] = in.Name
	}
	if in.Description != "" {
		out["dsDescricao"] = in.Description
	}
	return out, nil
}

func (s *session) mailing(ctx context.Context, op string, t cti.Target, in MailingIn) (out MailingOut, err error) {
	m := message{Command: "IMPORTAR_MAILING"}
	if m.Agent, err = s.agent(op, t, in.Agent); err != nil {
		return out, err
	}
	if m.Mailing, err = s.wireMailing(op, in.Mailing); err != nil {
		return out, err
	}
	err = s.ask(ctx, op, m, &out)
	return out, err
}

func (s *session) importMailing(ctx context.Context, r cti.Req[MailingIn]) (MailingOut, error) {
	return s.mailing(ctx, own("IMPORTAR_MAILING"), r.Target, r.In)
}

func (s *session) scheduleResult(ctx context.Context, r cti.Req[ScheduleResultIn]) (Done, error) {
	return s.doFor(ctx, own("RESULTADO_AGENDAMENTO"), r.Target, r.In.Agent, message{Command: "RESULTADO_AGENDAMENTO", Attributes: map[string]any{
		"agendamento-id": r.In.ID, "agendamento-efetivo": r.In.Reached, "agendamento-eficaz": r.In.Effective}})
}

func (s *session) result(ctx context.Context, op string, t cti.Target, in ContactResultIn) (Done, error) {
	attributes := map[string]any{"eficaz": in.Effective, "efetivo": in.Reached, "contato-id": in.Contact, "numero-contato-id": in.Number, "campanha-id": in.Campaign}
	if in.Available != "" {
		attributes["agente-disponivel"] = in.Available
	}
	if in.InvalidNumber != "" {
		attributes["numero-invalido"] = in.InvalidNumber
	}
	return s.doFor(ctx, op, t, in.Agent, message{Command: "RESULTADO_CONTATO_DISCADOR", Attributes: attributes})
}

func (s *session) contactResult(ctx context.Context, r cti.Req[ContactResultIn]) (Done, error) {
	return s.result(ctx, own("RESULTADO_CONTATO_DISCADOR"), r.Target, r.In)
}

func (s *session) promise(ctx context.Context, op string, t cti.Target, in ScheduleIn) (out Scheduled, err error) {
	if (in.Contact == "") == (len(in.Numbers) == 0) {
		return out, s.bad(op, "give agendamento-contato-id or agendamento-numeros, and not both")
	}
	m := message{Command: "AGENDAR_CHAMADA", Attributes: map[string]any{"agendamento-data-hora": moment(in.At.Local())}}
	if m.Agent, err = s.agent(op, t, in.Agent); err != nil {
		return out, err
	}
	for _, n := range in.Numbers {
		if !isNumber(n) {
			return out, s.bad(op, "the parameter agendamento-numeros holds something that is no number")
		}
	}
	if in.Contact != "" {
		m.Attributes["agendamento-contato-id"] = in.Contact
	} else {
		m.Attributes["agendamento-numeros"] = in.Numbers
	}
	if in.Description != "" {
		m.Attributes["agendamento-descricao"] = in.Description
	}
	if in.Reference != "" {
		m.Attributes["agendamento-cod-referencia"] = in.Reference
	}
	err = s.ask(ctx, op, m, &out)
	return out, err
}

func (s *session) schedule(ctx context.Context, r cti.Req[ScheduleIn]) (Scheduled, error) {
	return s.promise(ctx, own("AGENDAR_CHAMADA"), r.Target, r.In)
}

func (s *session) createCampaign(ctx context.Context, r cti.Req[CampaignIn]) (out CampaignOut, err error) {
	op, in := own("CAMPANHA_CRIAR"), r.In
	m := message{Command: "CAMPANHA_CRIAR", Attributes: map[string]any{"campanha-descricao": in.Description, "campanha-data-inicial": in.FirstDay,
		"campanha-data-final": in.LastDay, "campanha-hora-inicial": in.Begin, "campanha-hora-final": in.End, "campanha-dias-semana": in.Days,
		"campanha-estrategia-id": in.Strategy, "campanha-destino": in.Target, "campanha-destino-id": in.TargetID, "campanha-mailing-id": in.Mailing}}
	if m.Agent, err = s.agent(op, r.Target, in.Agent); err != nil {
		return out, err
	}
	err = s.ask(ctx, op, m, &out)
	return out, err
}

func (s *session) startCampaign(ctx context.Context, r cti.Req[CampaignNamed]) (Done, error) {
	return s.do(ctx, own("CAMPANHA_INICIAR"), message{Command: "CAMPANHA_INICIAR", Attributes: map[string]any{"campanha-id": r.In.ID}})
}

func (s *session) pauseCampaign(ctx context.Context, r cti.Req[CampaignNamed]) (Done, error) {
	return s.do(ctx, own("CAMPANHA_PAUSAR"), message{Command: "CAMPANHA_PAUSAR", Attributes: map[string]any{"campanha-id": r.In.ID}})
}

// follow answers one kind of event from now on.
func follow(name string) func(*session, context.Context, cti.Req[cti.None]) (cti.Feed[Event], error) {
	return func(s *session, ctx context.Context, _ cti.Req[cti.None]) (cti.Feed[Event], error) {
		if _, e := s.up(own(name)); e != nil {
			return nil, e
		}
		all := s.events.Listen(ctx, own(name))
		return func(yield func(Event, error) bool) {
			for e, err := range all {
				if (err != nil || e.Name == name) && !yield(e, err) {
					return
				}
			}
		}, nil
	}
}
