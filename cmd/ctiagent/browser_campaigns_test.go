//go:build unix

package main

import (
	"fmt"
	"maps"
	"os"
	"os/user"
	"strings"
	"testing"

	"ctiagent/internal/config"
	"ctiagent/vendors/totalip/databasetest"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// baseDemo is a simulated Total IP with its database, in which wishes are carried out.
type baseDemo struct {
	totalIPDemo
	data *databasetest.Database
}

func (d baseDemo) stack() []simulatedDriver {
	out := d.totalIPDemo.stack()
	values := maps.Clone(out[0].values)
	values["database"], values["database_password"], values["road"] = d.data.Addr(), canary, "database"
	out[0].values = values
	return out
}

// campaignsOf opens the section of campaigns for a person whom policy names as supervisor, or does not.
func campaignsOf(t *testing.T, b *browser, cluster *databasetest.Cluster, supervisor bool) (*site, *databasetest.Database, *tab) {
	t.Helper()
	data := cluster.New(t)
	changes(t, data, "UPDATE campanhas SET nome = 'Cobrança <b>novembro</b>', clientes_finalizados = 900, clientes_nao_finalizados = 4100, clientes_virgens = 3796, telefones_restantes = 4120, "+
		"numeros_agendados = 12, ligacoes_atendidas = 640, ligacoes_nao_atendidas = 510, ligacoes_ocupadas = 54, discando = 6, ligacoes_fila = 2, clientes_em_ligacao = 4 WHERE id = 50",
		"INSERT INTO campanhas (id, nome, ativa) VALUES (60, 'Aniversariantes', NULL)")
	s := newSite(t, b, func(a *app, cfg config.Config, pbx totalIPDemo) (*program, error) {
		return a.foreground(cfg, nil, demoDrivers(cfg, baseDemo{pbx, data}), nil)
	}, []func(*config.Config){func(cfg *config.Config) {
		if supervisor {
			who, err := user.Current()
			if err != nil {
				t.Fatal(err)
			}
			cfg.Policy.Supervisors = []string{who.Username}
		}
	}})
	tb := b.person(t).goes(s.p.server.TicketURL(s.p.self))
	tb.linked()
	tb.speaks("en")
	tb.section("campaigns")
	tb.shows(`[data-campaign="50"]`, "novembro")
	return s, data, tb
}

func changes(t *testing.T, data *databasetest.Database, statements ...string) {
	t.Helper()
	if err := data.Exec(t.Context(), statements...); err != nil {
		t.Fatal(err)
	}
}

// turned holds how the database says a campaign stands, and how often it was turned round.
func turned(t *testing.T, data *databasetest.Database, id, want string) {
	t.Helper()
	rows, err := data.Rows(t.Context(), "SELECT ativa || ' after ' || (SELECT count(*) FROM campanhas_logs WHERE descricao = 'Campanha "+id+" alterada') FROM campanhas WHERE id = "+id)
	if err != nil || len(rows) != 1 || rows[0] != want {
		t.Errorf("campaign %s: %v, %v, want %s", id, rows, err, want)
	}
}

// come back to the window: what is shown is asked for anew.
func (tb *tab) looksAgain() {
	tb.t.Helper()
	tb.run("come back to the window", chromedp.Evaluate(`void dispatchEvent(new Event('focus'))`, nil))
}

// TestCampaignsOnTheControlPage holds what the section of campaigns promises, against a real database and its worker.
func TestCampaignsOnTheControlPage(t *testing.T) {
	axe, err := os.ReadFile(axeFile)
	if err != nil {
		t.Fatalf("%v; scripts/deps.sh test fetches it", err)
	}
	cluster := &databasetest.Cluster{Password: canary}
	t.Cleanup(cluster.Stop)
	b := startBrowser(t)
	check := func(t *testing.T, tb *tab, what string) {
		t.Helper()
		for _, v := range tb.violations(string(axe)) {
			t.Errorf("%s: %s", what, v)
		}
	}

	t.Run("a supervisor switches a campaign on and off once, and is told what came of it", func(t *testing.T) {
		_, data, tb := campaignsOf(t, b, cluster, true)
		row := `[data-campaign="10"] `
		tb.shows(row+`[data-active="false"]`, "Off")
		tb.click(row + `[data-switch="on"]`)
		tb.shows("dialog", "Start campaign 10 Campanha Clientes X?")
		tb.shows("dialog", "Numbers still to call: 4.")
		check(t, tb, "the question whether to start")
		tb.click("dialog .ends .btn") // thought better of it
		tb.until("the question is gone", `!document.querySelector('dialog')`)
		data.Pause()
		tb.click(row + `[data-switch="on"]`)
		tb.click("dialog [data-sure]")
		tb.shows(row+`[data-outcome="pending"]`, "has not answered yet")
		tb.shows(row+`[data-active="false"]`, "Off") // nothing is said to be before it is
		tb.run("press again and again", chromedp.Evaluate(`for (let i = 0; i < 3; i++) document.querySelector('[data-campaign="10"] [data-switch]').click()`, nil))
		if tb.text(`String(!!document.querySelector('dialog'))`) != "false" {
			t.Error("a switch under way can be asked for again")
		}
		data.Resume()
		tb.shows(row+`[data-outcome="ok"]`, "through the database")
		tb.shows(row+`[data-active="true"]`, "On")
		turned(t, data, "10", "true after 1")
		check(t, tb, "a switch that was confirmed")

		// By the keyboard alone; the focus stays on the campaign's switch.
		tb.front()
		tb.run("press the switch", chromedp.Focus(row+`[data-switch="off"]`, chromedp.ByQuery), chromedp.KeyEvent(kb.Enter))
		tb.shows("dialog", "The dialer calls nobody of it until it is switched on again.")
		tb.run("say that it is meant", chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(kb.Enter))
		tb.shows(row+`[data-active="false"]`, "Off")
		tb.shows(row+`[data-outcome="ok"]`, "Switched off at")
		tb.until("the focus is on its switch", `document.activeElement.closest('[data-campaign="10"]') && document.activeElement.dataset.switch === 'on'`)
		turned(t, data, "10", "false after 2")
		if n := len(tb.asked("campaign.setActive")); n != 2 {
			t.Errorf("the page asked %d times for a switch, want twice", n)
		}
		if got := tb.text(`document.querySelector('#announce').textContent`); !strings.Contains(got, "Switched off at") {
			t.Errorf("a screen reader was told %q", got)
		}

		// A row that no longer fits what is looked for takes neither the words nor the keyboard with it.
		tb.run("look at those that are off", chromedp.Evaluate(`(() => { const s = document.querySelector('[data-key="which"]'); s.value = 'off'; s.dispatchEvent(new Event('change')); })()`, nil))
		tb.run("press the switch", chromedp.Focus(row+`[data-switch="on"]`, chromedp.ByQuery), chromedp.KeyEvent(kb.Enter))
		tb.shows("dialog", "Start campaign 10")
		tb.run("say that it is meant", chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(kb.Enter))
		tb.shows("#toasts", "10 Campanha Clientes X: Switched on at")
		tb.until("the focus is on the heading", `!document.querySelector('[data-campaign="10"]') && document.activeElement.id === 'campaigns-title'`)
		turned(t, data, "10", "true after 3")
	})

	t.Run("what is refused or not confirmed is said, and so is a database that is away", func(t *testing.T) {
		_, data, tb := campaignsOf(t, b, cluster, true)
		tb.shows(`[data-campaign="60"] [data-active="undefined"]`, "not told")
		tb.click(`[data-campaign="60"] [data-switch="off"]`)
		tb.click("dialog [data-sure]")
		tb.shows(`[data-campaign="60"] [data-outcome="bad"]`, "Not switched.")
		tb.shows(`[data-campaign="60"] [data-outcome="bad"]`, "does not say whether the campaign is active")
		tb.click(`[data-campaign="60"] [data-switch="on"]`)
		tb.shows("dialog", "Aniversariantes")
		changes(t, data, "DELETE FROM campanhas WHERE id = 60")
		tb.click("dialog [data-sure]")
		tb.shows("#toasts", "no campaign")
		tb.until("its row is gone", `!document.querySelector('[data-campaign="60"]')`)

		data.Pause()
		tb.click(`[data-campaign="50"] [data-switch="off"]`)
		tb.click("dialog [data-sure]")
		for rows := []string{"0"}; rows[0] == "0"; { // each question waits for the server
			var err error
			if rows, err = data.Rows(t.Context(), "SELECT count(*) FROM gerenciar_campanhas"); err != nil {
				t.Fatal(err)
			}
		}
		data.CutLink()
		tb.shows(`[data-campaign="50"] [data-outcome="warn"]`, "Not confirmed.")
		tb.shows(`[data-campaign="50"] [data-active="true"]`, "On")
		tb.shows("#campaigns-trouble", "The campaigns could not be read.")
		tb.shows("#campaigns-trouble", "check the option database")
		tb.shows("#campaigns-trouble", "read last")
		for language, words := range map[string]string{"pt-BR": "Confira a opção database", "es": "opción database", "en": "check the option database"} {
			tb.speaks(language)
			tb.looksAgain()
			tb.shows("#campaigns-trouble", words)
			tb.fits(t, language)
			check(t, tb, "the section in trouble in "+language)
		}
		tb.speaks("en")
		data.RestoreLink()
		data.Resume()
		tb.looksAgain()
		tb.shows(`[data-campaign="50"] [data-active="false"]`, "Off")
		tb.until("the trouble is over", `!document.querySelector('#campaigns-trouble').textContent`)
		turned(t, data, "50", "false after 1")
	})

	t.Run("who is no supervisor sees how campaigns are, and is refused at the door", func(t *testing.T) {
		s, data, tb := campaignsOf(t, b, cluster, false)
		for language, words := range map[string][3]string{"pt-BR": {"Só um supervisor", "1.204 de 5.000 chamados", "Ativa"}, "es": {"Solo un supervisor", "1204 de 5000 llamados", "Activada"},
			"en": {"Only a supervisor", "1,204 of 5,000 called", "On"}} {
			tb.speaks(language)
			tb.shows("#campaigns-help", words[0])
			tb.shows(`[data-campaign="50"] [data-active="true"]`, words[2])
			tb.shows(`[data-campaign="50"]`, words[1])
			if got := tb.text(`document.querySelector('[data-campaign="50"] [role=progressbar]').getAttribute('aria-valuetext')`); got != words[1] {
				t.Errorf("%s: a screen reader is told %q, want %q", language, got, words[1])
			}
			tb.fits(t, language)
			check(t, tb, "the section in "+language)
		}
		tb.speaks("en")
		if got := tb.text(`String(document.querySelectorAll('[data-switch]').length + document.querySelectorAll('#campaigns b').length)`); got != "0" {
			t.Errorf("%s switches, or elements that a name wrote", got)
		}
		var said string
		_, ticket, _ := strings.Cut(s.p.server.TicketURL(s.p.self), "#t=")
		tb.run("ask all the same", chromedp.Evaluate(`((ticket) => new Promise((done) => {
			const ws = new WebSocket('ws://' + location.host + '/v1/ws', 'ctiagent.v1');
			ws.onopen = () => { ws.send('{"jsonrpc":"2.0","id":1,"method":"session.hello","params":{"client":"test/1","protocol":1,"ticket":"' + ticket + '"}}');
				ws.send('{"jsonrpc":"2.0","id":2,"method":"campaign.setActive","params":{"campaign":"50","active":false}}'); };
			ws.onmessage = (ev) => { const m = JSON.parse(ev.data); if (m.id === 2) { ws.onclose = () => done(m.error ? m.error.data.kind : 'done'); ws.close(); } };
		}))("`+ticket+`")`, &said, awaited))
		if said != "forbidden" {
			t.Errorf("the door answered %s", said)
		}
		turned(t, data, "50", "true after 0")

		// Progress moves by itself while it is looked at, and what is pressed meanwhile stays where it is.
		tb.run("keep a row", chromedp.Evaluate(`void (window.kept = document.querySelector('[data-campaign="50"]'))`, nil))
		changes(t, data, "UPDATE campanhas SET clientes_virgens = 3000 WHERE id = 50")
		tb.shows(`[data-campaign="50"]`, "2,000 of 5,000 called")
		if tb.text(`String(kept.isConnected)`) != "true" {
			t.Error("the row was made anew under the person's hands")
		}
		tb.section("desk")
		before := len(tb.asked("campaign.list"))
		tb.section("campaigns")
		tb.wait("the section asks when it comes back", func() bool { return len(tb.asked("campaign.list")) > before })
	})

	t.Run("hundreds of campaigns are found by name, code and state", func(t *testing.T) {
		_, data, tb := campaignsOf(t, b, cluster, false)
		changes(t, data, "INSERT INTO campanhas (id, nome, ativa) SELECT n, 'Safra ' || n, n % 3 = 0 FROM generate_series(1001, 1300) n")
		tb.looksAgain()
		shows := func(n int) {
			t.Helper()
			tb.until(fmt.Sprintf("%d campaigns are shown", n), fmt.Sprintf(`document.querySelectorAll('#campaigns [data-campaign]').length === %d`, n))
		}
		shows(100)
		tb.shows("#campaigns-at", "Campaigns shown: 100 of 303")
		tb.click(`[data-key="more"]`)
		shows(200)
		for text, n := range map[string]int{"safra 12": 100, "1042": 1, "NOVEMBRO": 1, "nothing like it": 0} {
			tb.types("#campaigns-search", text)
			shows(n)
		}
		tb.types("#campaigns-search", "safra 10")
		tb.run("choose those that are on", chromedp.Evaluate(`(() => { const s = document.querySelector('[data-key="which"]'); s.value = 'on'; s.dispatchEvent(new Event('change')); })()`, nil))
		shows(33)
	})
}

// fits holds that nothing of a section is cut off or scrolls sideways, in windows of every width.
func (tb *tab) fits(t *testing.T, what string) {
	t.Helper()
	for _, width := range []int64{320, 390, 761, 1366} {
		tb.run("set the width", chromedp.EmulateViewport(width, 700))
		if got := tb.text(`String([...document.querySelectorAll('#section .btn, #section h2, #section .badge, #section .strong, #sections a')].filter((e) => e.checkVisibility() && e.scrollWidth > e.clientWidth + 1).map((e) => e.textContent)) + (document.documentElement.scrollWidth > document.documentElement.clientWidth ? ' the page' : '')`); got != "" {
			t.Errorf("%s, %d wide: cut off: %s", what, width, got)
		}
	}
}

// TestCampaignScreenshots photographs the section of campaigns, as TestScreenshots does the others.
func TestCampaignScreenshots(t *testing.T) {
	if *screenshots == "" {
		t.Skip("pictures are taken on request: -screenshots DIR")
	}
	if err := os.MkdirAll(*screenshots, 0o755); err != nil {
		t.Fatal(err)
	}
	cluster := &databasetest.Cluster{Password: canary}
	t.Cleanup(cluster.Stop)
	_, data, tb := campaignsOf(t, startBrowser(t), cluster, true)
	changes(t, data, "INSERT INTO campanhas (id, nome, ativa, clientes_finalizados, clientes_nao_finalizados, clientes_virgens, telefones_restantes, ligacoes_atendidas) SELECT n, "+
		"'Cartões vencidos há mais de ' || n || ' dias', n % 2 = 0, n * 3, n * 7, n * 2, n * 9, n * 2 FROM generate_series(80, 90) n", "UPDATE campanhas SET nome = 'Cobrança novembro' WHERE id = 50")
	tb.looksAgain()
	tb.shows("#campaigns", "Cartões")
	for _, language := range []string{"pt-BR", "es", "en"} {
		tb.speaks(language)
		tb.photograph("campaigns-" + language)
	}
	tb.run("the window is wide again, and at its top", chromedp.EmulateViewport(1366, 768), chromedp.Evaluate(`scrollTo(0, 0)`, nil))
	tb.click(`[data-campaign="10"] [data-switch]`)
	tb.photograph("campaigns-question")
	data.Pause()
	tb.click("dialog [data-sure]")
	tb.shows(`[data-outcome="pending"]`, "")
	tb.click(`[data-campaign="60"] [data-switch="on"]`)
	tb.click("dialog [data-sure]")
	tb.shows(`[data-campaign="60"] [data-outcome="bad"]`, "")
	tb.photograph("campaigns-switching")
	data.CutLink()
	tb.shows("#campaigns-trouble", "read last")
	tb.photograph("campaigns-away")
}
