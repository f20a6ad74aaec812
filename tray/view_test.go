package tray

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/internal/i18n"

	"github.com/google/go-cmp/cmp"
)

// noon is the time of these tests, where they run.
var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.Local)

// able is a session that can do everything; what its functions do is nobody's business here.
func able() Hand {
	return new(person).hand()
}

// drawn writes what can be seen of a menu, a line each: [x] has its mark, (grayed), and submenus by two blanks.
func drawn(items []Item) string {
	var b strings.Builder
	var draw func(items []Item, indent string)
	draw = func(items []Item, indent string) {
		for _, it := range items {
			switch {
			case it.Hidden:
				continue
			case it.Separator:
				b.WriteString(indent + "--\n")
				continue
			}
			title := it.Title
			if it.Checked {
				title = "[x] " + title
			}
			if it.Disabled {
				title = "(" + title + ")"
			}
			b.WriteString(indent + title + "\n")
			draw(it.Items, indent+"  ")
		}
	}
	draw(items, "")
	return b.String()
}

// ana is a desk that is ready.
func ana() State {
	return State{Online: true, Desk: cti.DeskState{Epoch: "E1", Seq: 7, Calls: []*cti.Call{}, Recent: []*cti.Call{},
		Agent: cti.Agent{ID: "12", Extension: "10005", Name: "Ana Souza", State: cti.AgentReady, Since: cti.At(noon.Add(-3 * time.Hour)),
			Actions: []string{"agent.pause", "agent.logout"}},
		Drivers: []cti.DriverState{{Name: "totalip", Title: "Total IP", Link: cti.LinkConnected}}}}
}

func mariana() *cti.Call {
	return &cti.Call{ID: "01C", Direction: cti.Inbound, State: cti.Ringing, Remote: cti.Remote{E164: "+5511987650101", Display: "Mariana"},
		StartedAt: cti.At(noon), Actions: []string{"call.answer", "call.reject", "call.transfer", "call.sendDtmf"}}
}

func TestMenuOfEachState(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*State)
		icon   Icon
		want   string
	}{
		"the service is not there": {func(s *State) { s.Online = false; s.Desk.Calls = []*cti.Call{mariana()} }, IconTrouble, `
(O ctiagent não está em execução)
(A bandeja se conecta assim que ele iniciar)
--
(Entrar)
(Fazer uma pausa)
--
(Nenhuma chamada)
(Discar o número copiado)
--
(Abrir a página de controle)
(Diagnóstico)
--
Fechar o ctiagent
`},
		"something waits for the link": {func(s *State) {
			s.Desk.Agent.State, s.Desk.Agent.Actions = cti.AgentOffline, []string{"agent.login"}
			s.Desk.Drivers = []cti.DriverState{{Name: "totalip", Title: "Total IP", Link: cti.LinkDisconnected}}
			s.Apply(cti.Event{Seq: s.Desk.Seq + 1, Outbox: &cti.OutboxCount{Waiting: 2, Unconfirmed: 1, Refused: 1, Expired: 1}})
		}, IconTrouble, `
(Ana Souza · agente 12 · ramal 10005)
(Deslogado, desde 09:00)
(Total IP: sem conexão)
(À espera do PABX: 2 · Para conferir na página de controle: 3)
--
Entrar
(Fazer uma pausa)
--
(Nenhuma chamada)
Discar o número copiado
--
Abrir a página de controle
Diagnóstico
--
Fechar o ctiagent
`},
		"logged out": {func(s *State) {
			s.Desk.Agent.State, s.Desk.Agent.Actions = cti.AgentOffline, []string{"agent.login"}
		}, IconOffline, `
(Ana Souza · agente 12 · ramal 10005)
(Deslogado, desde 09:00)
(Total IP: conectado)
--
Entrar
(Fazer uma pausa)
--
(Nenhuma chamada)
Discar o número copiado
--
Abrir a página de controle
Diagnóstico
--
Fechar o ctiagent
`},
		"ready, with reasons, pages and numbers": {func(s *State) {
			s.Reasons = []cti.PauseReason{{ID: "4", Name: "Reunião"}, {ID: "6", Name: "Almoço", LimitSeconds: 3600}, {ID: "9", Name: "Outra", NeedsNote: true}}
			s.Pages = []Page{{"https://crm.example.com", "person"}, {"https://site.example.com", configured}}
			ended := mariana()
			ended.State = cti.Ended
			s.Desk.Recent = []*cti.Call{ended, ended, {ID: "01B", State: cti.Ended}, {ID: "01A", State: cti.Ended, Remote: cti.Remote{Raw: "10006"}}}
		}, IconReady, `
(Ana Souza · agente 12 · ramal 10005)
(Disponível, desde 09:00)
(Total IP: conectado)
--
Fazer uma pausa
  Reunião
  Almoço (até 1 h 00 min)
  (Outra (pede uma observação: use a página de controle))
Sair do atendimento
--
(Nenhuma chamada)
Discar o número copiado
Últimos números
  Mariana +5511987650101
  10006
--
Páginas autorizadas
  https://crm.example.com
    Abrir
    Retirar a autorização
  https://site.example.com
    Abrir
    (Autorizada pela configuração)
Abrir a página de controle
Diagnóstico
--
Fechar o ctiagent
`},
		"a pause, and a link that is down": {func(s *State) {
			s.Reasons = []cti.PauseReason{{ID: "6", Name: "Almoço", LimitSeconds: 3600}}
			s.Desk.Agent.State, s.Desk.Agent.Reason, s.Desk.Agent.Since = cti.AgentPaused, "Almoço", cti.At(noon.Add(-12*time.Minute))
			s.Desk.Agent.Actions = []string{"agent.unpause", "agent.pause", "agent.logout"}
			s.Desk.Drivers = append(s.Desk.Drivers, cti.DriverState{Name: "khomp", Title: "Khomp", Link: cti.LinkDisconnected, Detail: "sem resposta"})
		}, IconTrouble, `
(Ana Souza · agente 12 · ramal 10005)
(Em pausa: Almoço, há 12 min de 1 h 00 min)
(Total IP: conectado)
(Khomp: sem conexão. sem resposta)
--
Fazer uma pausa
  [x] Almoço (até 1 h 00 min)
Voltar da pausa
Sair do atendimento
--
(Nenhuma chamada)
Discar o número copiado
--
Abrir a página de controle
Diagnóstico
--
Fechar o ctiagent
`},
		"a call that rings": {func(s *State) {
			s.Desk.Agent.State = cti.AgentRinging
			s.Desk.Calls = []*cti.Call{mariana()}
		}, IconRinging, `
(Ana Souza · agente 12 · ramal 10005)
(Telefone tocando, desde 09:00)
(Total IP: conectado)
--
Pausar depois da chamada
Sair do atendimento
--
Mariana +5511987650101 · tocando, desde 12:00
  Atender
  Recusar
  Transferir para o número copiado…
Discar o número copiado
--
Abrir a página de controle
Diagnóstico
--
Fechar o ctiagent
`},
	} {
		t.Run(name, func(t *testing.T) {
			s := ana()
			c.change(&s)
			v := s.View(i18n.PtBR, able(), noon)
			if diff := cmp.Diff("\n"+drawn(v.Menu), c.want); diff != "" {
				t.Errorf("menu, -got +want\n%s", diff)
			}
			if v.Icon != c.icon {
				t.Errorf("the icon is %s, want %s", v.Icon, c.icon)
			}
		})
	}
}

func TestIconOfEachState(t *testing.T) {
	for state, want := range map[cti.AgentState]Icon{
		cti.AgentOffline: IconOffline, cti.AgentReady: IconReady, cti.AgentPaused: IconPaused, cti.AgentRinging: IconRinging,
		cti.AgentOnCall: IconOnCall, cti.AgentWrapup: IconWrapup, "": IconOffline,
	} {
		s := ana()
		s.Desk.Agent.State = state
		if got := s.icon(); got != want {
			t.Errorf("%q shows %s, want %s", state, got, want)
		}
		s.Desk.Drivers[0].Link = cti.LinkDegraded
		want := IconTrouble
		if state == cti.AgentRinging || state == cti.AgentOnCall { // a call cannot wait
			want = s.icon()
			if want == IconTrouble {
				t.Errorf("%q without a link hides the call", state)
			}
		}
		if got := s.icon(); got != want {
			t.Errorf("%q without a link shows %s, want %s", state, got, want)
		}
	}
}

func TestTooltipIsOneSentence(t *testing.T) {
	s := ana()
	if got := s.View(i18n.PtBR, able(), noon).Tooltip; got != "ctiagent: Disponível, desde 09:00" {
		t.Errorf("ready it says %q", got)
	}
	s.Online = false
	if got := s.View(i18n.PtBR, able(), noon).Tooltip; got != "O ctiagent não está em execução" {
		t.Errorf("without the service it says %q", got)
	}
}

// TestSkeletonIsTheSameInEveryState holds what the notification area relies on: top-level items cannot come or go.
func TestSkeletonIsTheSameInEveryState(t *testing.T) {
	skeleton := func(s State, hand Hand) (out []string) {
		for _, it := range s.View(i18n.En, hand, noon).Menu {
			out = append(out, fmt.Sprintf("%s separator=%v submenu=%v", it.ID, it.Separator, it.Submenu))
		}
		return out
	}
	want := skeleton(State{}, Hand{})
	full := ana()
	for i := range 60 {
		c := mariana()
		c.ID, c.Remote.E164 = fmt.Sprint(i), fmt.Sprint(1000+i)
		full.Desk.Calls = append(full.Desk.Calls, c)
		full.Desk.Recent = append(full.Desk.Recent, c)
		full.Desk.Drivers = append(full.Desk.Drivers, full.Desk.Drivers[0])
		full.Reasons = append(full.Reasons, cti.PauseReason{ID: fmt.Sprint(i), Name: "x"})
		full.Pages = append(full.Pages, Page{Origin: fmt.Sprintf("https://%d.example", i)})
	}
	for name, got := range map[string][]string{"ready": skeleton(ana(), able()), "full": skeleton(full, able()), "full, without a hand": skeleton(full, Hand{})} {
		if diff := cmp.Diff(got, want); diff != "" {
			t.Errorf("%s, -got +want\n%s", name, diff)
		}
	}
	seen := map[string]bool{}
	var once func([]Item)
	once = func(items []Item) {
		for _, it := range items {
			if seen[it.ID] {
				t.Errorf("two items are %s", it.ID)
			}
			seen[it.ID] = true
			once(it.Items)
		}
	}
	once(full.View(i18n.En, able(), noon).Menu)
	for submenu, most := range map[string]int{"pauseFor": maxReasons, "recent": maxRecent, "pages": maxPages} {
		it, _ := find(full.View(i18n.En, able(), noon).Menu, submenu)
		if len(it.Items) != most {
			t.Errorf("%s holds %d items, want %d", submenu, len(it.Items), most)
		}
	}
}

// TestSessionThatCannotHasNoSuchItems leaves out what would do nothing.
func TestSessionThatCannotHasNoSuchItems(t *testing.T) {
	s := ana()
	s.Desk.Calls = []*cti.Call{mariana()}
	v := s.View(i18n.En, Hand{}, noon)
	for _, id := range []string{"clipboard", "control", "do:call.transfer:01C"} {
		if _, there := find(v.Menu, id); there {
			t.Errorf("the item %s is there", id)
		}
	}
	if _, there := find(v.Menu, "do:call.answer:01C"); !there {
		t.Error("answering needs no hand, and is not there")
	}
}

func TestEverySentenceOfTheMenuExists(t *testing.T) {
	for _, lang := range i18n.Langs() {
		for _, state := range []cti.AgentState{cti.AgentOffline, cti.AgentReady, cti.AgentPaused, cti.AgentRinging, cti.AgentOnCall, cti.AgentWrapup} {
			for _, link := range []cti.LinkState{cti.LinkConnecting, cti.LinkConnected, cti.LinkDegraded, cti.LinkDisconnected} {
				for _, call := range []cti.CallState{cti.Dialing, cti.Ringing, cti.Connected, cti.Held, cti.Wrapup} {
					s := ana()
					s.Desk.Agent.State, s.Desk.Drivers[0].Link = state, link
					c := mariana()
					c.State, c.Remote = call, cti.Remote{}
					c.Actions = append(callVerbs(), cti.CallTransfer.Name)
					s.Desk.Calls = []*cti.Call{c}
					v := s.View(lang, able(), noon)
					if text := v.Tooltip + drawn(v.Menu); strings.Contains(text, "[tray") || strings.Contains(text, "{{") {
						t.Fatalf("%s lacks a sentence:\n%s", lang, text)
					}
				}
			}
		}
	}
}
