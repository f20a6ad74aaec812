package main

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"ctiagent/internal/config"

	"github.com/chromedp/chromedp"
)

// script is what an integrator writes: connect, dial on a click, show what came
// of it.
func script(port int) string {
	return fmt.Sprintf(`
var said = document.getElementById('said');
var cti = CTIAgent.connect({ client: 'acme-crm/3.2', port: %d });
function tell() { document.body.setAttribute('data-state', cti.state + '.' + cti.detail.reason); }
tell();
cti.on('state', tell);
cti.on('call', function (e) { document.body.setAttribute('data-call', e.call.state); });
document.getElementById('phone').onclick = function () {
  cti.call.dial(this.textContent, function (err, call) {
    said.textContent = err ? 'refused: ' + err.kind + ': ' + err.message : 'dials: ' + call.remote.e164;
  });
};`, port)
}

// crmAt opens a page of another origin.
func (s *site) crmAt(address string) *tab {
	s.t.Helper()
	return s.b.person(s.t).goes(address)
}

// inState waits for a state of the client, and its reason.
func (tb *tab) inState(want string) {
	tb.t.Helper()
	tb.until("the client's state is "+want, fmt.Sprintf(`document.body.dataset.state === '%s'`, want))
}

func strangerDialsNothing(t *testing.T, b *browser) {
	s := demoSite(t, b)
	tb := s.crmAt(foreign(t, script(s.p.server.Port())).URL)
	tb.inState("unpaired.not_paired")
	tb.click("#phone")
	tb.shows("#said", "refused: pairing_required")

	// Nor does a page that speaks for itself get further: by socket, by POST, or with a ticket made up.
	var kinds []string
	tb.run("say what is not allowed", chromedp.Evaluate(fmt.Sprintf(`new Promise((done) => {
		const ws = new WebSocket('ws://127.0.0.1:%d/v1/ws', 'ctiagent.v1');
		const kinds = [];
		const say = (id, method, params) => ws.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
		ws.onopen = () => say(1, 'call.dial', { number: '(11) 98765-0107' });
		ws.onmessage = (ev) => {
			const m = JSON.parse(ev.data);
			kinds.push(m.error ? m.error.data.kind : m.result.paired === false ? 'unpaired' : 'let in');
			if (m.id === 1) say(2, 'session.hello', { client: 'x', protocol: 1, ticket: 'AAAA' });
			if (m.id === 2) say(3, 'desk.watch', {});
			if (m.id === 3) say(4, 'session.pair', {});
			if (m.id === 4) { ws.close(); done(kinds); }
		};
	})`, s.p.server.Port()), &kinds, awaited))
	if got, want := strings.Join(kinds, " "), "pairing_required unpaired pairing_required unavailable"; got != want {
		t.Errorf("the page was answered %q, want %q", got, want)
	}
	var answer struct {
		Error struct {
			Data struct{ Kind string }
		}
	}
	tb.run("dial by POST", chromedp.Evaluate(fmt.Sprintf(`fetch('http://127.0.0.1:%d/v1/rpc', {
		method: 'POST', headers: { 'Content-Type': 'application/json' },
		body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'call.dial', params: { number: '(11) 98765-0107' } }),
	}).then((r) => r.json())`, s.p.server.Port()), &answer, awaited))
	if answer.Error.Data.Kind != "pairing_required" {
		t.Errorf("the POST was answered %+v, want pairing_required", answer)
	}
	s.dialled(0)
}

func blockedOriginDialsNothing(t *testing.T, b *browser) {
	s := demoSite(t, b, func(cfg *config.Config) { cfg.API.Pairing = config.PairingOff })
	tb := s.crmAt(foreign(t, script(s.p.server.Port())).URL)
	tb.allow("WebSocket connection to") // the browser says of itself that it was turned away
	// A refused handshake looks to a page like a closed port, so the hint of this state names both.
	tb.inState("absent.not_running")
	tb.click("#phone")
	tb.shows("#said", "refused: unavailable")
	s.dialled(0)
}

func allowedOriginDials(t *testing.T, b *browser) {
	// The page is served before the program, which must know its origin.
	crm := foreign(t, "")
	s := demoSite(t, b, func(cfg *config.Config) { cfg.API.Origins = []string{crm.URL} })
	tb := s.crmAt(crm.URL)
	tb.run("connect", chromedp.Evaluate(script(s.p.server.Port()), nil))
	tb.inState("connected.ok")

	for _, bad := range []string{"", "123.456.789-09", strings.Repeat("9", 300)} {
		tb.run("show what is no number", chromedp.Evaluate(fmt.Sprintf(`document.getElementById('phone').textContent = %q; said.textContent = ''`, bad), nil),
			chromedp.Evaluate(`document.getElementById('phone').click()`, nil))
		tb.shows("#said", "refused: bad_request")
	}
	s.dialled(0)

	tb.run("show a number", chromedp.Evaluate(`document.getElementById('phone').textContent = '(11) 98765-0107'; said.textContent = ''`, nil))
	tb.click("#phone")
	call := s.theCall()
	tb.shows("#said", "dials: +5511987650107")
	s.answers(call.Ref)
	tb.until("the page hears that the call is connected", `document.body.dataset.call === 'connected'`)
	s.hangsUp(call.Ref)
	tb.until("the page hears that the call ended", `document.body.dataset.call === 'ended'`)
	s.dialled(1)
	if got := s.pbx.Dials()[0].Number; got != "987650107" {
		t.Errorf("the PBX dialled %q, want 987650107", got)
	}
}

func controlWantsTicket(t *testing.T, b *browser) {
	s := runSite(t, b)
	tb := b.person(t).goes(s.p.server.URL())
	tb.shows(`#notice [data-state="unpaired"]`, "ctiagent open-control")
	if tb.text(`String(document.querySelector('#desk').hidden)`) != "true" {
		t.Error("the desk is in sight without a ticket")
	}
	if paired := tb.told("desk.event"); len(paired) != 0 {
		t.Errorf("a page without a ticket was told %s", paired[0].Params)
	}
	crm := b.person(t)
	crm.allow("404")
	crm.goes(s.p.server.URL() + "demo/")
	if got := crm.text(`document.body.innerText`); !strings.Contains(got, "404") {
		t.Errorf("outside the demo the demo CRM shows %q, want not found", got)
	}
	s.dialled(0)
}

func ticketOpensControl(t *testing.T, b *browser) {
	s := runSite(t, b)
	address := s.p.server.TicketURL(s.p.self)
	tb := b.person(t).goes(address)
	tb.linked()
	tb.shows("#agent", "12")
	where, err := url.Parse(tb.text(`location.href`))
	if err != nil || where.Fragment != "" || where.RawQuery != "" {
		t.Errorf("the address bar shows %v, want no trace of the ticket", where)
	}
	if n := tb.text(`String(history.length)`); n != "1" && n != "2" {
		t.Errorf("the history has %s entries: about:blank and the page are 2", n)
	}

	// The page lives on: it dials, and comes back after a reload of the connection.
	tb.run("type a number", chromedp.Focus("#number", chromedp.ByQuery), chromedp.SendKeys("#number", "3355-3400", chromedp.ByQuery))
	tb.click("#dial-now")
	call := s.theCall()
	tb.shows(`#calls [data-state="dialing"]`, "3355-3400")
	s.hangsUp(call.Ref)
	tb.shows(`#calls [data-state="ended"]`, "3355-3400")
	s.dialled(1)
}

func ticketIsGoodOnce(t *testing.T, b *browser) {
	s := runSite(t, b)
	address := s.p.server.TicketURL(s.p.self)
	b.person(t).goes(address).linked()
	tb := b.person(t).goes(address)
	tb.shows(`#notice [data-state="unpaired"]`, "ctiagent open-control")
	if tb.text(`String(document.querySelector('#desk').hidden)`) != "true" {
		t.Error("a used ticket shows the desk")
	}
}
