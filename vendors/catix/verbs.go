package catix

import (
	"cmp"
	"context"
	"strconv"
	"strings"
	"time"

	"ctiagent/cti"
)

// pickupTime is how long an agent may take to answer the call of AGENTE_LOGAR.
const pickupTime = 30 * time.Second

func (s *session) callDial(ctx context.Context, r cti.Req[cti.DialIn]) (cti.CallOut, error) {
	// The reply names no call; DIALING will.
	_, err := s.dialFor(ctx, cti.CallDial.Name, r.Target, "", r.In.Number)
	return cti.CallOut{}, err
}

func (s *session) callRedial(ctx context.Context, r cti.Req[cti.None]) (cti.CallOut, error) {
	_, err := s.doFor(ctx, cti.CallRedial.Name, r.Target, "", message{Command: "REDISCAR"})
	return cti.CallOut{}, err
}

func (s *session) callHangup(ctx context.Context, r cti.Req[cti.CallIn]) (cti.CallOut, error) {
	_, err := s.doFor(ctx, cti.CallHangup.Name, r.Target, "", message{Command: "DESLIGAR_CHAMADA"})
	return cti.CallOut{Ref: r.Ref}, err
}

func (s *session) callTransfer(ctx context.Context, r cti.Req[cti.TransferIn]) (cti.CallOut, error) {
	op := cti.CallTransfer.Name
	if r.In.Mode == "attended" {
		return cti.CallOut{}, s.fails.Make(cti.Unsupported, op, "Catix documents the blind transfer only", cti.NotSent, nil)
	}
	_, err := s.transferFor(ctx, op, r.Target, TransferIn{Number: r.In.To})
	return cti.CallOut{Ref: r.Ref}, err
}

// setDisposition files the outcome of the call of the dialer, or of the promised call, that the agent has or had last. The
// code is one of EFETIVO, EFICAZ, NAO_ATENDIDO, NAO_PERTENCE_CONTATO and NAO_EXISTE: Catix knows two flags and two reasons.
func (s *session) setDisposition(ctx context.Context, r cti.Req[cti.DispositionIn]) (cti.Stored, error) {
	op := cti.CallSetDisposition.Name
	reached, effective, invalid := "Sim", "Nao", ""
	switch code := strings.ToUpper(r.In.Code); code {
	case "EFETIVO":
	case "EFICAZ":
		effective = "Sim"
	case "NAO_ATENDIDO":
		reached = "Nao"
	case "NAO_PERTENCE_CONTATO", "NAO_EXISTE":
		invalid = code
	default:
		return cti.Stored{}, s.bad(op, "the parameter code must be one of EFETIVO, EFICAZ, NAO_ATENDIDO, NAO_PERTENCE_CONTATO, NAO_EXISTE")
	}
	agent, err := s.agent(op, r.Target, "")
	if err != nil {
		return cti.Stored{}, err
	}
	who := s.shelf.Of(s.opts.address, agent).contactOf(r.Ref)
	if who == nil && r.Kept != nil {
		who = r.Kept.Contact
	}
	if contact, campaign := who[contactID], who[campaignID]; contact != "" && campaign != "" {
		_, err = s.result(ctx, op, r.Target, ContactResultIn{Effective: effective, Reached: reached, Contact: contact,
			Number: who[numberID], Campaign: campaign, InvalidNumber: invalid})
	} else if id := who[scheduleID]; id != "" {
		_, err = s.doFor(ctx, op, r.Target, "", message{Command: "RESULTADO_AGENDAMENTO", Attributes: map[string]any{
			"agendamento-id": id, "agendamento-efetivo": reached, "agendamento-eficaz": effective}})
	} else {
		e := s.fails.Make(cti.WrongState, op, "only a call of the dialer or a promised call has an outcome in Catix", cti.NotSent, nil)
		e.Hint = hintContact
		return cti.Stored{}, e
	}
	if err != nil {
		return cti.Stored{}, err
	}
	return cti.Stored{Stored: "sent"}, nil
}

// agentLogin calls the extension and waits until the agent has answered there, which AGENT_LOGIN tells.
func (s *session) agentLogin(ctx context.Context, r cti.Req[cti.LoginIn]) (cti.AgentOut, error) {
	op := cti.AgentLogin.Name
	listening, leave := context.WithTimeout(ctx, pickupTime)
	defer leave()
	events := s.events.Listen(listening, op)
	in := AgentLoginIn{AgentIn{r.In.Agent}, r.In.Extension}
	if _, err := s.loginAt(ctx, op, r.Target, in); err != nil {
		return cti.AgentOut{}, err
	}
	for e, err := range events {
		if err == nil && e.Name == eventLogin {
			return cti.AgentOut{ID: e.Agent, Extension: string(e.Extension), State: cti.AgentReady}, nil
		}
	}
	kind := cti.Timeout
	if ctx.Err() != nil {
		kind = cti.Canceled
	}
	e := s.fails.Make(kind, op, "the extension was called and nobody answered it there", cti.CertainSent, nil)
	e.Hint = hintPickup
	return cti.AgentOut{}, e
}

func (s *session) agentLogout(ctx context.Context, r cti.Req[cti.None]) (cti.AgentOut, error) {
	_, err := s.doFor(ctx, cti.AgentLogout.Name, r.Target, "", message{Command: "AGENTE_DESLOGAR"})
	if err != nil {
		return cti.AgentOut{}, err
	}
	return cti.AgentOut{State: cti.AgentOffline}, nil
}

// agentPause begins the pause that a person calls by id or by name.
func (s *session) agentPause(ctx context.Context, r cti.Req[cti.PauseIn]) (cti.AgentOut, error) {
	op := cti.AgentPause.Name
	if r.In.When == "afterCall" {
		return cti.AgentOut{}, s.fails.Make(cti.Unsupported, op, "Catix documents pausing at once only", cti.NotSent, nil)
	}
	kinds, err := list[PauseKind](s, ctx, op, "BUSCAR_TIPOS_PAUSA", "pausas")
	if err != nil {
		e := *cti.AsError(err)
		e.Sent = cti.NotSent // only the list was asked for
		return cti.AgentOut{}, &e
	}
	for _, k := range kinds {
		id := strconv.FormatInt(int64(k.ID), 10)
		if r.In.Reason != id && !strings.EqualFold(r.In.Reason, k.Name) && (r.In.Reason != "" || len(kinds) > 1) {
			continue
		}
		if k.NeedsNote && r.In.Note == "" {
			e := s.fails.Make(cti.BadRequest, op, "the pause "+k.Name+" wants a note", cti.NotSent, nil)
			e.Hint = hintPause
			return cti.AgentOut{}, e
		}
		if _, err := s.pauseFor(ctx, op, r.Target, PauseIn{ID: int(k.ID), Note: r.In.Note, Action: wordPause}); err != nil {
			return cti.AgentOut{}, err
		}
		return cti.AgentOut{State: cti.AgentPaused, Reason: k.Name}, nil
	}
	e := s.fails.Make(cti.NotFound, op, "the system has no such pause", cti.NotSent, nil)
	e.Hint = hintPause
	return cti.AgentOut{}, e
}

func (s *session) agentUnpause(ctx context.Context, r cti.Req[cti.None]) (cti.AgentOut, error) {
	if _, err := s.pauseFor(ctx, cti.AgentUnpause.Name, r.Target, PauseIn{Action: s.opts.unpause}); err != nil {
		return cti.AgentOut{}, err
	}
	return cti.AgentOut{State: cti.AgentReady}, nil
}

func (s *session) agentPauseReasons(ctx context.Context, _ cti.Req[cti.None]) ([]cti.PauseReason, error) {
	kinds, err := list[PauseKind](s, ctx, cti.AgentPauseReasons.Name, "BUSCAR_TIPOS_PAUSA", "pausas")
	if err != nil {
		return nil, err
	}
	out := make([]cti.PauseReason, len(kinds))
	for i, k := range kinds {
		out[i] = cti.PauseReason{ID: strconv.FormatInt(int64(k.ID), 10), Name: k.Name, NeedsNote: k.NeedsNote}
	}
	return out, nil
}

func (s *session) agentState(ctx context.Context, r cti.Req[cti.None]) (cti.AgentOut, error) {
	st, err := s.status(ctx, cti.AgentStateNow.Name, r.Target, "")
	if err != nil {
		return cti.AgentOut{}, err
	}
	call, agent := st.read()
	out := cti.AgentOut{ID: r.Agent, Extension: st.Extension, Name: st.Name, State: agent.State, Reason: agent.Reason}
	if call != "" {
		out.State = cti.AgentOnCall
	}
	return out, nil
}

func (s *session) callbackSchedule(ctx context.Context, r cti.Req[cti.CallbackIn]) (cti.ID, error) {
	in := ScheduleIn{Contact: r.In.Contact, At: r.In.At, Description: r.In.Note}
	if in.Contact == "" {
		in.Numbers = []string{strings.TrimPrefix(r.In.Number, "0")} // DISCAR wants the 0, this one does not
	}
	out, err := s.promise(ctx, cti.CallbackSchedule.Name, r.Target, in)
	return cti.ID{ID: string(out.ID)}, err
}

// contactAdd adds one contact to the mailing that campaign names by its id, or to a new mailing of that name.
func (s *session) contactAdd(ctx context.Context, r cti.Req[cti.ContactIn]) (cti.ID, error) {
	c := MailingContact{Name: cmp.Or(r.In.Name, r.In.ID), Contract: r.In.ID, RG: r.In.Parameters["dsRgIe"], CPF: r.In.Parameters["dsCpfCnpj"],
		Address: r.In.Parameters["dsEndereco"]}
	for i, n := range r.In.Numbers {
		c.Numbers = append(c.Numbers, MailingNumber{Number: n, Priority: i + 1})
	}
	m := Mailing{Name: r.In.Campaign, Contacts: []MailingContact{c}}
	if id, err := strconv.Atoi(r.In.Campaign); err == nil {
		m.ID, m.Name = id, ""
	}
	out, err := s.mailing(ctx, cti.ContactAdd.Name, r.Target, MailingIn{Mailing: m})
	if err != nil {
		return cti.ID{}, err
	}
	return cti.ID{ID: strconv.FormatInt(int64(out.ID), 10)}, nil
}

func (s *session) queueList(ctx context.Context, _ cti.Req[cti.None]) ([]cti.Queue, error) {
	list, err := list[Queue](s, ctx, cti.QueueList.Name, "BUSCAR_FILAS", "filas")
	if err != nil {
		return nil, err
	}
	out := make([]cti.Queue, len(list))
	for i, q := range list {
		out[i] = cti.Queue{ID: strconv.FormatInt(int64(q.ID), 10), Name: q.Name}
	}
	return out, nil
}

func (s *session) campaignList(ctx context.Context, _ cti.Req[cti.None]) ([]cti.Campaign, error) {
	list, err := list[Campaign](s, ctx, cti.CampaignList.Name, "BUSCAR_CAMPANHAS", "campanhas")
	if err != nil {
		return nil, err
	}
	out, now := make([]cti.Campaign, len(list)), cti.At(s.host.Clock().Now())
	for i, c := range list {
		out[i] = cti.Campaign{ID: strconv.FormatInt(int64(c.ID), 10), Name: c.Name, State: c.Status, ReadAt: now}
		if c.Status != "" {
			active := strings.HasPrefix(strings.ToLower(c.Status), "ativ")
			out[i].Active = &active
		}
	}
	return out, nil
}

func (s *session) campaignSetActive(ctx context.Context, r cti.Req[cti.CampaignActiveIn]) (cti.Campaign, error) {
	command := "CAMPANHA_PAUSAR"
	if *r.In.Active {
		command = "CAMPANHA_INICIAR"
	}
	if _, err := s.do(ctx, cti.CampaignSetActive.Name, message{Command: command, Attributes: map[string]any{"campanha-id": r.In.Campaign}}); err != nil {
		return cti.Campaign{}, err
	}
	return cti.Campaign{ID: r.In.Campaign, Active: r.In.Active, ReadAt: cti.At(s.host.Clock().Now())}, nil
}

func (s *session) directoryList(ctx context.Context, _ cti.Req[cti.None]) ([]cti.DirectoryEntry, error) {
	list, err := s.extensionList(ctx, cti.DirectoryList.Name)
	if err != nil {
		return nil, err
	}
	out := make([]cti.DirectoryEntry, len(list))
	for i, e := range list {
		out[i] = cti.DirectoryEntry{Name: e.Name, Extension: e.Alias}
	}
	return out, nil
}

func (s *session) serverStatus(ctx context.Context, _ cti.Req[cti.None]) ([]cti.ServerStatus, error) {
	info, err := s.info(ctx, cti.ServerStatusNow.Name)
	if err != nil {
		return nil, err
	}
	return []cti.ServerStatus{{Name: "Catix " + info.Version, Status: info.Running}}, nil
}
