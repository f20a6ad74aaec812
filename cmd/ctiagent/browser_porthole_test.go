package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"ctiagent/cti"
	"ctiagent/internal/config"
	"ctiagent/vendors/ucontact/ucontacttest"
	"ctiagent/web"

	"github.com/chromedp/chromedp"
)

// portalForm is a page as manual 004 teaches to write it: each button makes a
// proxy of its own, with whatever address, and posts one action. What comes
// back is kept where its own line of the manual keeps it.
const portalForm = `
var guid, CTI, answers = [];
function onResponse(messageEvent) { answers.push(messageEvent.data); if (messageEvent.data.guid) { guid = messageEvent.data.guid; } }
function onMessage(messageEvent) { CTI = messageEvent.data.CTI; }
function proxy() { return new Porthole.WindowProxy(window.location.protocol + window.location.hostname); }

function Call() {
  var windowProxy = proxy();
  windowProxy.addEventListener(onResponse);
  windowProxy.post({'action': 'call', 'campaign': campaign, 'callerid': '1130030000', 'destination': '(11) 3355-3434'});
}
function CallWithPhone() {
  var windowProxy = new Porthole.WindowProxy(window.location.protocol + '//' + window.location.hostname);
  windowProxy.addEventListener(onResponse);
  windowProxy.post({ action: 'callWithPhone', destination: '(11) 98765-0101', campaign: campaign });
}
function AskCTI() {
  windowProxy = new Porthole.WindowProxy('https://parent.example.com/proxy.html');
  windowProxy.addEventListener(onMessage);
  windowProxy.post({'action': 'CTI'});
}
function Tag() { proxy().post({'action': 'tag', 'guid': guid, 'message': 'sold'}); }
function Hangup() { proxy().post({'action': 'hangup'}); }
var objetoRespool = ` + respooled + `;
function Respool() { proxy().post({'action': 'respool', 'objetoRespool': objetoRespool}); }
function Schedule() { proxy().post({'action': 'schedule', 'callDate': '2030-10-10 15:00:00', 'objectDialer': objetoRespool}); }
`

const portalButtons = `<button onclick="Call()" id="call">call</button><button onclick="CallWithPhone()" id="callWithPhone">callWithPhone</button>
<button onclick="AskCTI()" id="cti">CTI</button><button onclick="Tag()" id="tag">tag</button><button onclick="Hangup()" id="hangup">hangup</button>
<button onclick="Respool()" id="respool">respool</button><button onclick="Schedule()" id="schedule">schedule</button>`

// pages serves a CRM's own pages and the scripts it copied to its server. The
// program's port is known later than the CRM's address.
type pages struct {
	*httptest.Server
	port int
}

func servePages(t *testing.T, bodies map[string]func(port int) string) *pages {
	t.Helper()
	p := new(pages)
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, ".js") {
			http.ServeFileFS(w, r, web.Files(), "sdk"+r.URL.Path)
			return
		}
		body, known := bodies[r.URL.Path]
		if !known {
			http.NotFound(w, r)
			return
		}
		head, content, split := strings.Cut(body(p.port), "<body>")
		if !split {
			head, content = "", head
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, `<!doctype html><html lang="pt-BR"><head><title>CRM</title><link rel="icon" href="data:,">%s</head><body>%s</body></html>`, head, content)
	}))
	t.Cleanup(p.Close)
	return p
}

// portalPages is the form of the manual for a campaign.
func portalPages(t *testing.T, campaign string) *pages {
	return servePages(t, map[string]func(int) string{"/": func(port int) string {
		return fmt.Sprintf(`<script type="text/javascript" src="/porthole.js" data-port="%d"></script>
<script type="text/javascript">var campaign = '%s';%s</script>%s`, port, campaign, portalForm, portalButtons)
	}})
}

// value asks the page for what an expression is, as JSON.
func (tb *tab) value(expression string) string {
	tb.t.Helper()
	return tb.text("String(JSON.stringify(" + expression + "))")
}

func TestPagesOfThePortalsManualRunOverTotalIP(t *testing.T) {
	b := startBrowser(t)
	crm := portalPages(t, "Sales->")
	s := demoSite(t, b, func(c *config.Config) { c.API.Origins = []string{crm.URL} })
	crm.port = s.p.server.Port()
	next := s.happens()
	tb := b.person(t).goes(crm.URL)

	tb.click("#cti")
	tb.until("there is no call", `CTI === null`)
	tb.click("#call")
	tb.until("the call has a guid", `guid`)
	s.dialled(1)
	s.answers(s.theCall().Ref)
	next(cti.EventCallConnected)
	tb.click("#cti")
	tb.until("the page has the call", `CTI`)
	if got, want := tb.value(`[CTI.guid, CTI.agentphone, CTI.destination.slice(-8)]`), fmt.Sprintf(`[%q,"%s","33553434"]`, s.theCall().Ref, demoExtension); got != want {
		t.Errorf("the call is %s, want %s", got, want)
	}
	// Total IP has neither: the page is told so in words, and nothing it waits for.
	tb.click("#hangup")
	tb.click("#tag")
	tb.until("both are refused", `answers.filter((a) => a.error && a.error.kind === 'unsupported' && a.error.hint).length === 2`)
	s.hangsUp(s.theCall().Ref)
	next(cti.EventCallEnded)
	s.dialled(1)
	// No command of the page came back to it, only answers.
	if got := tb.value(`answers.filter((a) => a.action).length`); got != "0" {
		t.Errorf("%s commands of the page were echoed to it", got)
	}
}

func TestCallWithPhoneOfThePortalsManualDialsOnce(t *testing.T) {
	b := startBrowser(t)
	crm := portalPages(t, "Sales->")
	s := demoSite(t, b, func(c *config.Config) { c.API.Origins = []string{crm.URL} })
	crm.port = s.p.server.Port()
	tb := b.person(t).goes(crm.URL)
	tb.click("#callWithPhone")
	tb.until("the call has a guid", `guid`)
	s.dialled(1)
	if got := s.pbx.Dials(); len(got) == 0 || got[0].Number != marianaDialled {
		t.Errorf("dialled %+v", got)
	}
}

// uContactForm opens the form of the manual before a simulated uContact.
func uContactForm(t *testing.T, b *browser) (uContactDemo, *site, *tab) {
	t.Helper()
	crm := portalPages(t, "Power<-")
	sim := newUContactDemo()
	t.Cleanup(sim.Close)
	p := serveProgram(t, func(a *app, cfg config.Config) (*program, error) { return a.demoProgram(cfg, sim) },
		func(c *config.Config) { c.API.Origins = []string{crm.URL} })
	crm.port = p.server.Port()
	uContactWaits(t, sim, "the driver looks at the agent", func() bool { return sim.Received("Supervisor/campaignstatus") > 0 })
	return sim, &site{t: t, b: b, p: p}, b.person(t).goes(crm.URL)
}

func uContactWaits(t *testing.T, sim uContactDemo, what string, ok func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := sim.Wait(ctx, ok); err != nil {
		t.Fatalf("waited in vain: %s: %v", what, err)
	}
}

func TestPagesOfThePortalsManualRunOverUContact(t *testing.T) {
	b := startBrowser(t)
	sim, s, tb := uContactForm(t, b)
	next := s.happens()
	tb.click("#call")
	tb.until("the call has a guid", `guid`)
	guid := tb.text(`guid`)
	if call, known := sim.Call(guid); !known || call.Campaign != "Power<-" || call.Extension != demoExtension {
		t.Fatalf("the page was told %q, which is %+v", guid, call)
	}
	if err := sim.customerAnswers(); err != nil {
		t.Fatal(err)
	}
	next(cti.EventCallConnected)
	tb.click("#cti")
	tb.until("the page has the call", `CTI`)
	if got, want := tb.value(`[CTI.guid, CTI.campaign, CTI.status, CTI.agentphone]`), `[`+strconv.Quote(guid)+`,"Power<-",1,"`+demoExtension+`"]`; got != want {
		t.Errorf("the call is %s, want %s", got, want)
	}
	tb.click("#tag")
	tb.click("#hangup")
	next(cti.EventCallEnded)
	tb.click("#respool")
	tb.click("#schedule")
	uContactWaits(t, sim, "the dialer has both", func() bool { return len(sim.Pool()) == 2 })
	pool := sim.Pool()
	if pool[0]["function"] != "Respool" || pool[0]["contact"] != 222.0 || pool[1]["function"] != "ScheduleDialerCall" || pool[1]["calldate"] != "2030-10-10 15:00:00" {
		t.Errorf("the dialer has %v", pool)
	}
	if call, _ := sim.Call(guid); len(call.Tags) != 1 || call.Tags[0] != "sold" || call.State != ucontacttest.Ended {
		t.Errorf("the call is %+v", call)
	}
	if got := tb.value(`answers.filter((a) => a.error || a.action)`); got != "[]" {
		t.Errorf("the page was told %s", got)
	}
}

// portalWindow answers as a portal around a form does, and keeps what it was asked.
const portalWindow = `<script>
var asked = [];
addEventListener('message', function (ev) {
  var f = JSON.parse(ev.data);
  if (f.data.action !== 'CTI') { asked.push(f.data); }
  ev.source.postMessage(JSON.stringify({ data: f.data.action === 'CTI' ? { CTI: null } : { guid: 'of-the-portal' }, sourceOrigin: location.origin,
    targetOrigin: '*', sourceWindowName: '', targetWindowName: f.sourceWindowName }), '*');
});
</script><iframe src="/form" name="form" width="400" height="200"></iframe>`

// framed is a page with the form of the manual, or another one, in a frame.
func framed(t *testing.T, around string, frame func(port int) string) *pages {
	return servePages(t, map[string]func(int) string{"/": func(int) string { return around }, "/form": frame})
}

// inFrame is an expression as the first frame of the page sees it.
func inFrame(expression string) string { return "frames[0].eval(" + strconv.Quote(expression) + ")" }

func TestInsideAPortalThePortalAnswersAndCtiagentDialsNothing(t *testing.T) {
	b := startBrowser(t)
	crm := framed(t, portalWindow, func(port int) string {
		return fmt.Sprintf(`<script src="/porthole.js" data-port="%d"></script><script>var campaign = 'Sales->';%s</script>%s`, port, portalForm, portalButtons)
	})
	s := demoSite(t, b, func(c *config.Config) { c.API.Origins = []string{crm.URL} })
	crm.port = s.p.server.Port()
	tb := b.person(t).goes(crm.URL)
	tb.until("the form is there", `frames[0] && frames[0].Call`)
	tb.run("call from the form", chromedp.Evaluate(`frames[0].Call()`, nil))
	tb.until("the portal's answer came", inFrame(`guid === 'of-the-portal'`))
	if got := tb.value(`asked.map((a) => a.action)`); got != `["call"]` {
		t.Errorf("the portal was asked %s", got)
	}
	s.dialled(0)
}

// A CRM that embeds the phone of uContact posts plain objects into the frame
// and hears such objects from it.
func TestFrameInThePlaceOfUContactsPhoneDialsAndTells(t *testing.T) {
	b := startBrowser(t)
	crm := framed(t, `<script>
var told = [];
addEventListener('message', function (e) { told.push(e.data); });
</script><iframe src="/form" width="400" height="200"></iframe>`, func(port int) string {
		return fmt.Sprintf(`<script src="/ctiagent.js"></script><script src="/porthole.js" data-as="uphone" data-portal="none" data-port="%d"></script>`, port)
	})
	s := demoSite(t, b, func(c *config.Config) { c.API.Origins = []string{crm.URL} })
	crm.port = s.p.server.Port()
	tb := b.person(t).goes(crm.URL)
	tb.until("the agent has logged in", `told.some((m) => m.action === 'agentLogin')`)
	tb.run("make a call", chromedp.Evaluate(`frames[0].postMessage({ action: 'makeCall', params: { number: '(11) 98765-0101', campaign: 'Sales->' } }, '*')`, nil))
	call := s.theCall()
	tb.until("the call was told", `told.some((m) => m.action === 'makeCall' && /987650101$/.test(m.params.number.replace(/\D/g, '')))`)
	s.hangsUp(call.Ref)
	tb.until("its end was told", `told.some((m) => m.action === 'finishedCall')`)
	s.dialled(1)
}

// A form of the Inbox asks its portal for the interaction by plain objects.
func TestFormOfTheInboxGetsItsInteraction(t *testing.T) {
	b := startBrowser(t)
	crm := servePages(t, map[string]func(int) string{"/": func(port int) string {
		return fmt.Sprintf(`<script src="/porthole.js" data-port="%d"></script><script>
var interaction;
addEventListener('message', function (e) { if (e.data.action === 'interaction') { interaction = e.data.interaction; } });
</script><button id="ask" onclick="window.parent.postMessage({ action: 'getInteraction' }, '*')">ask</button>`, port)
	}})
	s := demoSite(t, b, func(c *config.Config) { c.API.Origins = []string{crm.URL} })
	crm.port = s.p.server.Port()
	next := s.happens()
	tb := b.person(t).goes(crm.URL)
	s.pbx.Ring(demoExtension, "11987650101", "3")
	s.answers(s.theCall().Ref)
	next(cti.EventCallConnected)
	tb.click("#ask")
	tb.until("the interaction came", `interaction`)
	if got := tb.value(`[interaction.guid, interaction.clientId.slice(-9)]`); got != fmt.Sprintf(`[%q,%q]`, s.theCall().Ref, marianaDialled) {
		t.Errorf("the interaction is %s", got)
	}
}
