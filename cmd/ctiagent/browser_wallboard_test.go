//go:build unix

package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/desk"
	"ctiagent/internal/config"
	"ctiagent/internal/secret"
	"ctiagent/vendors"
	"ctiagent/vendors/totalip/databasetest"
	"ctiagent/vendors/totalip/totaliptest"
	"ctiagent/vendors/vocom/vocomtest"

	"github.com/chromedp/cdproto/heapprofiler"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// wall is a site whose queue Suporte has waiting callers at a simulated Total IP and agents in its real database.
type wall struct {
	t    *testing.T
	b    *browser
	pbx  *totaliptest.PBX
	data *databasetest.Database
	p    *program
}

// local is a moment as the tables have it.
func local(at time.Time) string { return at.Local().Format("'2006-01-02 15:04:05'") }

func newWall(t *testing.T, b *browser, cluster *databasetest.Cluster) *wall {
	t.Helper()
	w := &wall{t: t, b: b, data: cluster.New(t), pbx: totaliptest.New(totaliptest.Options{})}
	t.Cleanup(w.pbx.Close)
	w.pbx.AddExtension(totaliptest.Extension{Number: demoExtension, User: demoAgent, Name: demoName, LoggedIn: true})
	now := time.Now()
	w.pbx.SetQueue("Suporte", totaliptest.Waiting{From: "11987654321", Since: now.Add(-75 * time.Second)}, totaliptest.Waiting{From: "1133554477", Since: now.Add(-12 * time.Second)})
	code := func(ago time.Duration) string { return fmt.Sprintf("'%d.1042'", now.Add(-ago).Unix()) }
	w.exec("DELETE FROM usuarios", "DELETE FROM grupo_de_atendimento_usuarios", "DELETE FROM pausas", "DELETE FROM nivel_de_servico", "DELETE FROM uso_canais",
		`INSERT INTO usuarios (id, nome, ramal, id_status_usuario, status_usuario, nome_status_telefone, tipo_da_ligacao, uniqueid) VALUES
		(1, 'Ana Beatriz Souza', '10001', 1, 'Logado', 'Livre', NULL, NULL), (2, 'Bruno Lima', '10002', 1, 'Logado', 'Livre', NULL, NULL),
		(3, 'Carla Dias', '10003', 1, 'Logado', 'Ocupado', 'R', `+code(3*time.Minute)+`), (4, 'Davi Reis', '10004', 1, 'Logado', 'Ocupado', 'A', `+code(42*time.Second)+`),
		(5, 'Elisa Moraes Prado', '10005', 4, 'Almoço', 'Livre', NULL, NULL), (6, 'Fábio Nunes', '10006', 7, 'Feedback', 'Livre', NULL, NULL),
		(7, 'Gabriela Rocha', '10007', 1, 'Logado', 'Tocando', NULL, NULL), (8, 'Hugo Castro', '10008', 2, 'Deslogado', 'Desconectado', NULL, NULL),
		(9, 'Irene Melo', '10009', 1, 'Logado', 'Desconectado', NULL, NULL), (10, 'João Pedro Vasconcelos de Albuquerque', '10010', 1, 'Logado', 'Ocupado', 'D', `+code(11*time.Minute)+`)`,
		"INSERT INTO grupo_de_atendimento_usuarios SELECT id, 3 FROM usuarios",
		"INSERT INTO pausas VALUES (5, '10005', 4, "+local(now.Add(-25*time.Minute))+", 0), (6, '10006', 7, "+local(now.Add(-90*time.Minute))+", 600)",
		"INSERT INTO uso_canais VALUES ('Operadora A', 'E1', 7, 30, 12, '40%'), ('GSM Vivo', 'GSM', 8, 4, 4, '100%')")
	for _, day := range []time.Time{now, now.AddDate(0, 0, 1)} { // also for who runs this at midnight
		for i, n := range [][4]int{{31, 2, 1, 0}, {44, 5, 2, 1}, {52, 9, 0, 4}, {40, 18, 3, 9}, {0, 0, 0, 0}, {38, 7, 1, 2}, {47, 4, 0, 1}} {
			w.exec(fmt.Sprintf("INSERT INTO nivel_de_servico VALUES ('%s', '%02d:00 - %02d:00', 20, 3, 'Suporte', %d, %d, %d, %d, %d)", day.Format(time.DateOnly), 8+i, 9+i, n[0], n[1], n[2], n[3], n[0]+n[1]+n[2]+n[3]))
		}
	}
	w.p = serveProgram(t, func(a *app, cfg config.Config) (*program, error) {
		return a.foreground(cfg, nil, func(*slog.Logger, *secret.Redactor) ([]desk.Driver, error) {
			d, _ := vendors.Named("totalip")
			values := defaults(d)
			values["url"], values["events"], values["commands"] = w.pbx.URL(), w.pbx.EventsAddr(), w.pbx.CommandsAddr()
			values["database"], values["database_password"] = w.data.Addr(), canary
			return []desk.Driver{{Driver: d, Config: cti.Config{Country: "BR", AreaCode: "11", Values: values}}}, nil
		}, nil)
	})
	return w
}

func (w *wall) exec(statements ...string) {
	w.t.Helper()
	if err := w.data.Exec(w.t.Context(), statements...); err != nil {
		w.t.Fatal(err)
	}
}

// hurried makes the intervals of the pages in a tab pass ten times as fast; the service has the time of everybody.
func (tb *tab) hurried() *tab {
	tb.t.Helper()
	tb.run("hurry", chromedp.ActionFunc(func(ctx context.Context) error {
		_, err := page.AddScriptToEvaluateOnNewDocument(`{ const plain = window.setInterval; window.setInterval = (f, ms, ...more) => plain(f, ms / 10, ...more); }`).Do(ctx)
		return err
	}))
	return tb
}

// board opens the wallboard on queues, as the command does.
func (w *wall) board(queues ...string) *tab {
	w.t.Helper()
	address, err := wallboardAddress(w.p.server.TicketURL(w.p.self), queues)
	if err != nil {
		w.t.Fatal(err)
	}
	tb := w.b.person(w.t).hurried().goes(address)
	tb.linked()
	return tb
}

// TestWallboard holds what the wallboard promises, in a real Chromium against the whole program and a real database.
func TestWallboard(t *testing.T) {
	b := startBrowser(t)
	cluster := &databasetest.Cluster{Password: canary}
	t.Cleanup(cluster.Stop)
	for _, c := range []struct {
		claim string
		test  func(*testing.T, *wall)
	}{
		{"each agent stands in the group of its state, with its running time", wallShowsStates},
		{"what changes shows without a reload", wallFollows},
		{"the database goes away and comes back", wallSurvivesTheDatabase},
		{"figures that are old say so, and why", wallSaysThatItIsOld},
		{"callers' numbers are masked until somebody wants them whole", wallMasksNumbers},
		{"the queues are chosen by keyboard and stay in the address", wallIsChosen},
		{"a hidden page asks for nothing", hiddenWallIsQuiet},
		{"the control page leads to the wallboard and back", controlLeadsToTheWall},
		{"a person without a ticket is told the command", wallWantsTicket},
		{"nothing scrolls sideways in any language and width", wallFits},
	} {
		t.Run(c.claim, func(t *testing.T) { c.test(t, newWall(t, b, cluster)) })
	}
}

func wallShowsStates(t *testing.T, w *wall) {
	tb := w.board("Suporte")
	tb.speaks("en")
	for state, names := range map[string]string{"ready": "Ana Beatriz Souza, Bruno Lima", "ringing": "Gabriela Rocha", "paused": "Elisa Moraes Prado, Fábio Nunes",
		"on_call": "João Pedro Vasconcelos de Albuquerque, Carla Dias, Davi Reis", "other": "Irene Melo", "offline": "Hugo Castro"} {
		tb.until(state+": "+names, fmt.Sprintf(`[...document.querySelectorAll('[data-group="%s"] [data-agent]')].map((e) => e.dataset.agent).join(', ') === %q`, state, names))
	}
	tb.shows(`[data-group="paused"] [data-agent="Elisa Moraes Prado"]`, "Almoço")
	tb.shows(`[data-group="other"] [data-agent="Irene Melo"]`, "Desconectado")
	time := func(name string) string {
		return tb.text(fmt.Sprintf(`(document.querySelector('[data-agent=%q] .time') || { textContent: '' }).textContent`, name))
	}
	if got := time("Elisa Moraes Prado"); !strings.HasPrefix(got, "25:") && !strings.HasPrefix(got, "26:") {
		t.Errorf("the pause that began 25 minutes ago shows %q", got)
	}
	for _, name := range []string{"Fábio Nunes", "Ana Beatriz Souza"} { // the last pause is over and nobody saw this one begin
		if got := time(name); got != "" {
			t.Errorf("%s: %q, and nothing tells since when", name, got)
		}
	}
	before := time("Davi Reis")
	tb.until("the time of the call runs", fmt.Sprintf(`document.querySelector('[data-agent="Davi Reis"] .time').textContent > %q`, before))
	tb.shows(`[data-waiting="2"]`, "2")
	tb.shows(`[data-level="80"]`, "80 %")
	tb.until("the line has its hours", `document.querySelector('.chart').textContent.includes('08:00')`)
	if got := tb.text(`[...document.querySelectorAll('.chart .dot')].map((d) => d.dataset.percent).join(' ')`); got != "94 88 80 60 81 90" {
		t.Errorf("the line goes through %s", got)
	}
	if got := tb.text(`document.querySelector('[data-queue] table tbody').rows.length + ' ' + document.querySelector('[data-queue] table tbody').rows[3].innerText.replace(/\s+/g, ' ')`); got != "7 11:00–12:00 40 18 3 9 60 %" {
		t.Errorf("the table says %q", got)
	}
	tb.shows(".lines", "4 of 4")
}

func wallFollows(t *testing.T, w *wall) {
	tb := w.board("Suporte")
	tb.shows(`[data-group="ready"] [data-agent="Bruno Lima"]`, "")
	tb.run("keep an eye on what is shown", drawn(), chromedp.Evaluate(`void (window.was = new WeakRef(document.querySelector('.chart-box')))`, nil))
	w.exec("UPDATE usuarios SET id_status_usuario = 4, status_usuario = 'Almoço' WHERE id = 2")
	w.pbx.SetQueue("Suporte", totaliptest.Waiting{From: "11987654321", Since: time.Now()})
	tb.shows(`[data-group="paused"] [data-agent="Bruno Lima"] .time`, "00:0") // somebody saw it begin
	tb.shows(`[data-waiting="1"]`, "1")
	tb.wait("what is shown no more leaves the memory", func() bool { // a wall is up for weeks
		tb.run("collect garbage", drawn(), heapprofiler.CollectGarbage())
		return tb.text(`String(was.deref())`) == "undefined"
	})
}

func wallSurvivesTheDatabase(t *testing.T, w *wall) {
	tb := w.board("Suporte")
	tb.speaks("pt-BR")
	tb.shows(`[data-group="ready"]`, "Ana Beatriz Souza")
	w.data.CutLink()
	tb.shows(`[data-missing~="agents"]`, "O banco de dados não responde")
	tb.shows(`[data-waiting="2"]`, "2")
	w.data.RestoreLink()
	tb.shows(`[data-group="ready"]`, "Ana Beatriz Souza")
	tb.until("nothing is missing", `!document.querySelector('[data-missing]')`)
}

func wallSaysThatItIsOld(t *testing.T, w *wall) {
	tb := w.board("Suporte", "nenhuma")
	tb.shows(`[data-queue="nenhuma"][data-state="error"] [data-old="none"]`, "queue.list")
	tb.until("it is spoken", `document.querySelector('#announce').textContent.startsWith('nenhuma: ')`)
	tb.run("listen on", chromedp.Evaluate(`window.spoken = 0; new MutationObserver(() => spoken++).observe(document.querySelector('#announce'), { childList: true })`, nil))
	before := len(tb.asked("queue.status"))
	tb.wait("it is tried again and again", func() bool { return len(tb.asked("queue.status")) > before+8 })
	if got := tb.text(`spoken + ' ' + document.querySelectorAll('#boards [role=alert], #boards [role=status]').length`); got != "0 0" {
		t.Errorf("the same words interrupted again: %s", got)
	}
	tb.shows(`[data-queue="Suporte"][data-state="fresh"]`, "Ana Beatriz Souza")
	w.data.CutLink()
	w.pbx.DropAfterRead("fila_espera")
	tb.shows(`[data-queue="Suporte"] [data-old="figures"]`, ":0")
	tb.shows(`[data-queue="Suporte"]`, "Ana Beatriz Souza")
	w.data.RestoreLink()
	w.pbx.Receive("fila_espera")
	tb.until("the figures are fresh again", `document.querySelector('[data-queue="Suporte"][data-state="fresh"]') && !document.querySelector('[data-old="figures"]')`)
}

func wallMasksNumbers(t *testing.T, w *wall) {
	tb := w.board("Suporte")
	tb.shows(`[data-number]`, "*******4321")
	tb.click("#choose")
	tb.click("#whole")
	tb.click(`#settings [type="submit"]`)
	tb.shows(`[data-number]`, "11987654321")
	tb.goes(tb.text(`location.href`)) // a reload keeps what was chosen, and the right to see it
	tb.shows(`[data-number]`, "11987654321")
	if got := tb.text(`location.search + location.hash + JSON.stringify(sessionStorage)`); got != "?queue=Suporte&numbers=whole{}" {
		t.Errorf("after a reload the tab keeps %s", got)
	}
}

func wallIsChosen(t *testing.T, w *wall) {
	tb := w.board()
	tb.speaks("en")
	tb.shows("#settings", "Suporte")
	tb.run("choose by keyboard", chromedp.Focus(`[name="queue"][value="Suporte"]`, chromedp.ByQuery), chromedp.KeyEvent(" "))
	tb.run("write another", chromedp.SetValue("#target", "80", chromedp.ByQuery), chromedp.SendKeys("#other", "Comercial", chromedp.ByQuery))
	tb.speaks("es")
	tb.speaks("en") // draws the form anew, which keeps what was chosen
	tb.run("press Enter", chromedp.SendKeys("#other", "\r", chromedp.ByQuery))
	tb.until("the target has its line", `document.querySelector('[data-queue="Suporte"] .target-word')?.textContent === 'target 80 %'`)
	tb.shows(`[data-queue="Comercial"]`, "no agents now")
	if got := tb.text(`location.search`); got != "?queue=Suporte&queue=Comercial&target=80" {
		t.Errorf("the address keeps %s", got)
	}
	tb.goes(tb.text(`location.href + '&queue=a&queue=b&queue=c&queue=d&queue=e&queue=f&queue=g'`))
	tb.shows("[data-left]", "Not shown: g")
	tb.until("eight are shown", `document.querySelectorAll('#boards [data-queue]').length === 8`)
	tb.click("#choose")
	tb.click(`#settings [type="submit"]`)
	tb.shows("#settings-form .band", "leave out some")
	tb.click(`[name="queue"][value="a"]`)
	tb.click(`#settings [type="submit"]`)
	tb.until("eight are shown, and none is left out", `document.querySelector('[data-queue="g"]') && document.querySelectorAll('#boards [data-queue]').length === 8 && !document.querySelector('[data-left]')`)
}

func hiddenWallIsQuiet(t *testing.T, w *wall) {
	seen, hidden := w.board("Suporte"), w.board("Suporte")
	hidden.shows(`[data-state="fresh"]`, "Suporte")
	hidden.run("hide the page", chromedp.Evaluate(`Object.defineProperty(document, 'hidden', { value: true, configurable: true }); document.dispatchEvent(new Event('visibilitychange'))`, nil))
	asked, before := len(hidden.asked("queue.status")), len(seen.asked("queue.status"))
	seen.wait("the page in sight asks on", func() bool { return len(seen.asked("queue.status")) > before+4 })
	if n := len(hidden.asked("queue.status")); n != asked {
		t.Errorf("the hidden page asked %d times", n-asked)
	}
	hidden.run("show the page", chromedp.Evaluate(`delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))`, nil))
	hidden.wait("the page asks again", func() bool { return len(hidden.asked("queue.status")) > asked })
}

func controlLeadsToTheWall(t *testing.T, w *wall) {
	tb := w.b.person(t).goes(w.p.server.TicketURL(w.p.self))
	tb.linked()
	tb.run("go to the wallboard", chromedp.Click("#wallboard", chromedp.ByQuery), chromedp.WaitVisible("#settings-form [name=queue]", chromedp.ByQuery))
	if got := tb.text(`location.pathname + location.hash`); got != "/wallboard/" {
		t.Errorf("the address is %s", got)
	}
	tb.run("go back", chromedp.Click("#control", chromedp.ByQuery), chromedp.WaitVisible("#agent .badge", chromedp.ByQuery))
	tb.shows("#agent", "12")
}

func wallWantsTicket(t *testing.T, w *wall) {
	tb := w.b.person(t)
	tb.run("block the site's data", chromedp.ActionFunc(func(ctx context.Context) error {
		_, err := page.AddScriptToEvaluateOnNewDocument(`Object.defineProperty(window, 'sessionStorage', { get() { throw new DOMException('', 'SecurityError'); } })`).Do(ctx)
		return err
	}))
	tb.goes(w.p.server.URL() + "wallboard/?queue=Suporte")
	tb.shows(`#notice [data-state="unpaired"]`, "ctiagent open-wallboard")
	if got := tb.text(`String(document.querySelector('#boards').hidden)`); got != "true" || len(tb.asked("queue.status")) != 0 {
		t.Error("the queue is asked for without a ticket")
	}
	paste := func() {
		t.Helper()
		_, ticket, _ := strings.Cut(w.p.server.TicketURL(w.p.self), "#")
		tb.run("paste an address with a ticket", chromedp.Evaluate(`void (location.hash = '`+ticket+`')`, nil),
			chromedp.WaitVisible(`#health [data-link="connected"]`, chromedp.ByQuery))
	}
	paste()
	tb.shows(`[data-group="ready"]`, "Ana Beatriz Souza")
	tb.goes(w.p.server.URL())
	tb.shows(`#notice [data-state="unpaired"]`, "ctiagent open-control")
	paste()
}

func wallFits(t *testing.T, w *wall) {
	tb := w.board("Suporte")
	tb.shows(`[data-group="ready"]`, "")
	for _, width := range []int64{1920, 1280, 999, 390, 320} {
		tb.run("set the width", chromedp.EmulateViewport(width, 700))
		for _, language := range []string{"pt-BR", "es", "en"} {
			tb.speaks(language)
			tb.run("wait for the picture", drawn())
			if got := tb.text(`document.documentElement.scrollWidth > document.documentElement.clientWidth ? 'sideways: ' + [...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1 && !e.closest('.visually-hidden')).map((e) => e.tagName + '.' + e.className).join(' ') : [...document.querySelectorAll('.btn, h3, .huge')].filter((e) => e.checkVisibility() && e.scrollWidth > e.clientWidth + 1).map((e) => e.textContent).join('; ')`); got != "" {
				t.Errorf("%s, %d wide: %s", language, width, got)
			}
		}
	}
}

// TestWallboardIsAccessible holds the wallboard to axe-core in both colour schemes and every language.
func TestWallboardIsAccessible(t *testing.T) {
	axe, err := os.ReadFile(axeFile)
	if err != nil {
		t.Fatalf("%v; scripts/deps.sh test fetches it", err)
	}
	cluster := &databasetest.Cluster{Password: canary}
	t.Cleanup(cluster.Stop)
	w := newWall(t, startBrowser(t), cluster)
	tb := w.board("Suporte", "nenhuma")
	tb.shows(`[data-group="ready"]`, "")
	for _, language := range []string{"pt-BR", "es", "en"} {
		tb.speaks(language)
		for _, v := range tb.violations(string(axe)) {
			t.Errorf("the wallboard in %s: %s", language, v)
		}
	}
	tb.click("#choose")
	tb.shows("#settings-form", "Suporte")
	w.data.CutLink()
	tb.shows(`[data-missing]`, "")
	for _, v := range tb.violations(string(axe)) {
		t.Errorf("choosing, without the database: %s", v)
	}
}

// TestWallboardShowsWhatEachVendorTells opens it on every simulated vendor: what one does not tell is left out in words.
func TestWallboardShowsWhatEachVendorTells(t *testing.T) {
	b := startBrowser(t)
	for vendor, c := range map[string]struct{ queue, shows, silent string }{
		"totalip":  {demoQueue, `[data-waiting]`, `[data-missing="agents level lines"]`},
		"ucontact": {"", `[data-group]`, "[data-silent]"},
		"vicidial": {"*", `[data-waiting]`, "[data-silent]"},
		"vocom":    {vocomtest.DefaultQueue, `[data-group]`, "[data-silent]"},
	} {
		t.Run(vendor, func(t *testing.T) {
			s := newVendorSite(t, b, simulators()[vendor]())
			tb := b.person(t).goes(s.p.server.URL() + "wallboard/")
			tb.until("the page asks which queue", `document.querySelector('#settings-form') && !document.querySelector('#settings').hidden`)
			if c.queue == "" {
				tb.shows(`#settings-form [name="queue"]`, "")
			}
			tb.run("choose", chromedp.Evaluate(fmt.Sprintf(`(() => {
				const first = document.querySelector('[name="queue"]');
				if (%q || !first) document.querySelector('#other').value = %q; else first.checked = true;
				document.querySelector('#settings-form').requestSubmit();
			})()`, c.queue, c.queue), nil))
			tb.until("it shows "+c.shows, fmt.Sprintf(`document.querySelector(%q)`, c.shows))
			tb.until("it says what is not shown", fmt.Sprintf(`document.querySelector(%q)`, c.silent))
		})
	}
	t.Run("catix", func(t *testing.T) {
		s := newVendorSite(t, b, simulators()["catix"]())
		tb := b.person(t).goes(s.p.server.URL() + "wallboard/")
		tb.shows("#settings-form", "")
		tb.speaks("pt-BR")
		tb.shows("#settings-form .band", "não informa nada sobre filas")
	})
}

// TestWallboardPictures photographs it for people who judge how it looks, as TestScreenshots does.
func TestWallboardPictures(t *testing.T) {
	if *screenshots == "" {
		t.Skip("pictures are taken on request: -screenshots DIR")
	}
	if err := os.MkdirAll(*screenshots, 0o755); err != nil {
		t.Fatal(err)
	}
	walls := []look{{"1080-light", 1920, 1080, "light"}, {"1080-dark", 1920, 1080, "dark"}, {"720-light", 1280, 720, "light"}, {"720-dark", 1280, 720, "dark"},
		{"phone-light", 390, 844, "light"}, {"phone-dark", 390, 844, "dark"}}
	cluster := &databasetest.Cluster{Password: canary}
	t.Cleanup(cluster.Stop)
	b := startBrowser(t)
	w := newWall(t, b, cluster)
	tb := w.board("Suporte")
	tb.shows(`[data-group="ready"]`, "")
	tb.run("set a target", chromedp.Evaluate(`document.querySelector('#choose').click()`, nil))
	tb.speaks("pt-BR")
	tb.photographIn("wall-choose", walls)
	tb.run("set a target", chromedp.SetValue("#target", "80", chromedp.ByQuery), chromedp.Click(`#settings [type="submit"]`, chromedp.ByQuery))
	for _, language := range []string{"pt-BR", "es", "en"} {
		tb.speaks(language)
		tb.photographIn("wall-"+language, walls)
	}
	w.data.CutLink()
	w.pbx.DropAfterRead("fila_espera")
	tb.shows(`[data-old="figures"]`, "")
	tb.photographIn("wall-old", walls)
	w.pbx.Receive("fila_espera")
	tb.shows(`[data-missing]`, "")
	tb.photographIn("wall-waiting-only", walls)
	tb.goes(w.p.server.URL() + "wallboard/")
	tb.photographIn("wall-ticket", walls)
}
