package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"ctiagent/internal/config"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/google/go-cmp/cmp"
)

// linkifyScripts is what an integrator adds at the end of a page.
func linkifyScripts(port int, options string) string {
	return fmt.Sprintf(`<script src="/ctiagent.js"></script><script src="/linkify.js"></script><script>
var untouched = document.body.outerHTML;
var cti = CTIAgent.connect({ client: 'acme-crm/3.2', port: %d, watch: false });
var links = CTILinkify.start(Object.assign({ agent: cti }, %s));
</script>`, port, options)
}

// linked opens a page with linkify in it, beside a demo desk that allows it.
func linkifiedPage(t *testing.T, b *browser, body, options string) (*site, *tab) {
	t.Helper()
	crm := servePages(t, map[string]func(int) string{"/": func(port int) string { return body + linkifyScripts(port, options) }})
	s := demoSite(t, b, func(c *config.Config) { c.API.Origins = []string{crm.URL} })
	crm.port = s.p.server.Port()
	tb := b.person(t).goes(crm.URL)
	tb.linkified()
	return s, tb
}

// linkified waits until every number of the page is read and every question
// about one answered.
func (tb *tab) linkified() {
	tb.t.Helper()
	tb.until("the program is there", `cti.state === 'connected'`)
	tb.until("every number is read", `links.idle()`)
}

// placeOf is the middle of a text of the page, in the window.
func (tb *tab) placeOf(words string) (x, y float64) {
	tb.t.Helper()
	var at struct{ X, Y float64 }
	tb.run("find "+words, chromedp.Evaluate(`(() => {
		const walker = document.createTreeWalker(document.body, 4);
		for (let n = walker.nextNode(); n; n = walker.nextNode()) {
			const i = n.data.indexOf(`+strconv.Quote(words)+`);
			if (i < 0) continue;
			n.parentElement.scrollIntoView({ block: 'center' });
			const r = document.createRange();
			r.setStart(n, i);
			r.setEnd(n, i + `+strconv.Itoa(len(words))+`);
			const b = r.getBoundingClientRect();
			return { X: b.x + b.width / 2, Y: b.y + b.height / 2 };
		}
		return { X: -1, Y: -1 };
	})()`, &at))
	return at.X, at.Y
}

// clicksText presses where a text stands, as a person who sees it there.
func (tb *tab) clicksText(words string, counts ...int64) {
	tb.t.Helper()
	x, y := tb.placeOf(words)
	tb.run("move there", input.DispatchMouseEvent(input.MouseMoved, x, y))
	tb.run("click "+words, presses(x, y, counts...)...)
}

func TestLinkifyLinksTheNumbersOfRealLookingPagesAndNothingElse(t *testing.T) {
	b := startBrowser(t)
	files, err := filepath.Glob("../../web/sdk/testdata/pages/*.html")
	if err != nil || len(files) < 10 {
		t.Fatalf("the corpus has %d pages: %v", len(files), err)
	}
	bodies := map[string]func(int) string{}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		bodies["/"+filepath.Base(f)] = func(port int) string {
			return strings.Replace(string(text), "</body>", linkifyScripts(port, "{}")+"</body>", 1)
		}
	}
	crm := servePages(t, bodies)
	s := demoSite(t, b, func(c *config.Config) { c.API.Origins = []string{crm.URL} })
	crm.port = s.p.server.Port()
	tb := b.person(t)
	total := 0
	for _, f := range files {
		name := strings.TrimSuffix(filepath.Base(f), ".html")
		wanted, err := os.ReadFile(strings.TrimSuffix(f, ".html") + ".links")
		if err != nil {
			t.Fatal(err)
		}
		want := strings.FieldsFunc(string(wanted), func(r rune) bool { return r == '\n' })
		total += len(want)
		tb.goes(crm.URL + "/" + name + ".html")
		tb.linkified()
		var got []string
		if err := json.Unmarshal([]byte(tb.value(`links.numbers()`)), &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: links (-expected +found):\n%s", name, diff)
		}
		// The desk's own dial plan takes every one of them for a telephone.
		tb.run("ask the dial plan", chromedp.Evaluate(`var kinds; Promise.all(links.numbers().map((n) => cti.number.explain(n))).then((all) => {
			kinds = all.map((e) => e.kind + ' ' + e.raw).filter((k) => !/^(mobile|fixed|tollfree|shared|international) /.test(k)) }, (e) => { kinds = [e.message]; })`, nil))
		tb.until("it answered", `kinds`)
		if refused := tb.value(`kinds`); refused != "[]" {
			t.Errorf("%s: the dial plan says of the links: %s", name, refused)
		}
		if got := tb.value(`CSS.highlights.get('ctiagent-number').size`); got != strconv.Itoa(len(want)) {
			t.Errorf("%s: %s numbers are underlined, want %d", name, got, len(want))
		}
		if got := tb.value(`document.body.outerHTML.startsWith(untouched.replace(/<\/body>$/, ''))`); got != "true" {
			t.Errorf("%s: the page is not as it was", name)
		}
	}
	if total < 40 {
		t.Errorf("the corpus expects %d links: too few to show anything", total)
	}
	s.dialled(0)
}

const linkifyCard = `<p>Celular: (11) 98765-0101</p><p>Fixo: (11) 3355-3434</p><p>CPF 529.982.247-25</p>`

func TestLinkifiedNumberDialsOnceByMouse(t *testing.T) {
	b := startBrowser(t)
	s, tb := linkifiedPage(t, b, `<div id="row" onclick="rows++">`+linkifyCard+`</div><script>var rows = 0;</script>`, `{}`)
	tb.clicksText("529.982.247-25", 1)
	// What a script of the page clicks dials nothing.
	x, y := tb.placeOf("(11) 98765-0101")
	tb.run("click by script", chromedp.Evaluate(fmt.Sprintf(`(() => {
		const at = { bubbles: true, composed: true, clientX: %f, clientY: %f };
		document.elementFromPoint(at.clientX, at.clientY).dispatchEvent(new MouseEvent('click', at));
		document.querySelector('ctiagent-numbers').dispatchEvent(new MouseEvent('click', at));
	})()`, x, y), nil))
	before := tb.value(`rows`)
	if calls := tb.asked("call.dial"); len(calls) != 0 {
		t.Fatalf("clicks that are no person's click on a number dialled: %s", calls[0].Params)
	}
	tb.clicksText("(11) 98765-0101", 1, 2)
	s.theCall()
	if calls := tb.settled(); len(calls) != 1 {
		t.Errorf("a double click made the calls %v, want one", calls)
	}
	// The row under the number was not clicked as well.
	if after := tb.value(`rows`); after != before {
		t.Errorf("the page's own click ran: %s, before %s", after, before)
	}
	s.dialled(1)
	if got := s.pbx.Dials()[0].Number; got != marianaDialled {
		t.Errorf("dialled %s, want %s", got, marianaDialled)
	}
}

func TestLinkifiedNumberIsReachedAndDialledByKeyboard(t *testing.T) {
	b := startBrowser(t)
	// The page keeps the shadow trees that are made in it, so that the test can look in.
	const lookIn = `<script>
const attach = Element.prototype.attachShadow; var trees = [];
Element.prototype.attachShadow = function (o) { const s = attach.call(this, o); trees.push(s); return s; };
window.linkifyName = () => { const e = trees[0].activeElement; return e ? e.getAttribute('aria-label') + '|' + e.title : ''; };
</script>`
	s, tb := linkifiedPage(t, b, lookIn+linkifyCard, `{ language: 'en' }`)
	tb.run("press Tab", chromedp.KeyEvent(kb.Tab))
	tb.until("the first number is marked with what is dialled", `linkifyName() === 'Dial (11) 98765-0101: dials `+marianaDialled+`|Dial (11) 98765-0101: dials `+marianaDialled+`'`)
	tb.run("press Down", chromedp.KeyEvent(kb.ArrowDown))
	tb.until("the second number is marked", `linkifyName().startsWith('Dial (11) 3355-3434')`)
	tb.run("press Up, then Enter", chromedp.KeyEvent(kb.ArrowUp), chromedp.KeyEvent(kb.Enter))
	s.theCall()
	tb.settled()
	s.dialled(1)
	if got := s.pbx.Dials()[0].Number; got != marianaDialled {
		t.Errorf("dialled %s, want %s", got, marianaDialled)
	}
}

func TestLinkifyDialsWhatStandsThereNow(t *testing.T) {
	b := startBrowser(t)
	s, tb := linkifiedPage(t, b, `<p id="cell">(11) 3355-3434</p>`, `{}`)
	x, y := tb.placeOf("(11) 3355-3434")
	tb.run("move there", input.DispatchMouseEvent(input.MouseMoved, x, y))
	tb.run("change the number under the mouse", chromedp.Evaluate(`document.getElementById('cell').firstChild.data = '(11) 98765-0101'`, nil))
	tb.until("the page is read again", `links.idle()`)
	tb.run("move a little, and click", append([]chromedp.Action{input.DispatchMouseEvent(input.MouseMoved, x+1, y)}, presses(x+1, y, 1)...)...)
	tb.wait("a dial wish", func() bool { return len(tb.asked("call.dial")) > 0 })
	tb.settled()
	s.theCall()
	if got := s.pbx.Dials(); len(got) != 1 || got[0].Number != marianaDialled {
		t.Errorf("dialled %+v, want %s", got, marianaDialled)
	}
}

func TestLinkifyObeysTheRulesOfTheSite(t *testing.T) {
	b := startBrowser(t)
	_, tb := linkifiedPage(t, b, `<div class="fones"><span>33553434</span> <i class="fax">(11) 3355-3435</i> <b>F3355.3436</b></div><p>(11) 3355-3437</p>`,
		`{ allow: '.fones', deny: ['.fax'], pattern: /(?<=f)3355\.\d{4}/i }`)
	if got := tb.value(`links.numbers()`); got != `["33553434","3355.3436"]` {
		t.Errorf("links are %s", got)
	}
	if got := tb.text(`(() => { try { CTILinkify.start({ agent: cti, deny: '..' }); return 'accepted'; } catch (e) { return e.name; } })()`); got != "SyntaxError" {
		t.Errorf("a selector that is none: %s", got)
	}
	tb.run("stop", chromedp.Evaluate(`links.stop()`, nil))
	const left = `[document.querySelectorAll('ctiagent-numbers').length, CSS.highlights.size, document.adoptedStyleSheets.length]`
	if got := tb.value(left); got != "[0,0,0]" {
		t.Errorf("after stop there are left %s", got)
	}
	// A connection of linkify's own goes with it, and none is made for options that are none.
	tb.run("connect on its own", chromedp.Evaluate(`var connect = CTIAgent.connect, own = [];
		CTIAgent.connect = (o) => { own.push(connect({ ...o, port: cti._options.port })); return own[own.length - 1]; };
		try { CTILinkify.start({ deny: '..' }); } catch (e) {}
		links = CTILinkify.start(); 0`, nil))
	tb.until("linkify is connected", `own[0].state === 'connected'`)
	tb.run("stop", chromedp.Evaluate(`links.stop()`, nil))
	if got := tb.value(`own.map((a) => a.state)`); got != `["closed"]` {
		t.Errorf("linkify's own connections are %s after stop", got)
	}
	inHead := servePages(t, map[string]func(int) string{"/": func(int) string {
		return `<script src="/linkify.js"></script><script>CTILinkify.start({ agent: {} }).stop()</script><body><p>(11) 3355-3437</p>`
	}})
	if got := b.person(t).goes(inHead.URL).value(left); got != "[0,0,0]" {
		t.Errorf("after a stop in the head there are left %s", got)
	}
}

// busyTable is a page with a table whose 5,000 rows come in pieces, which may be
// so small that the page itself holds nobody up. 2,000 numbers in it change all
// the time, a hundred every 25 ms.
const busyTable = `<style>table { table-layout: fixed; width: 600px } td { height: 18px; overflow: hidden; white-space: nowrap }</style>
<table><thead><tr><th>Cliente</th><th>Pedido</th><th>Telefone</th></tr></thead><tbody id="rows"></tbody></table>
<script>
var cells = [], changes = 0;
const two = (n) => String(n).padStart(2, '0'), four = (n) => String(n % 10000).padStart(4, '0');
const number = (i, k) => ['(11) 9' + four(5000 + i) + '-' + four(k), '119' + four(5000 + i) + four(k), '(' + (11 + i % 9) + ') 3' + four(i).slice(1) + '-' + four(k)][i % 3];
const turns = (turn) => new Promise((done) => { (function next() { if (turn()) setTimeout(next, 25); else done(); }()); });
function fill(piece) {
  let i = 0;
  return turns(() => {
    for (const end = i + piece; i < end; i++) {
      const row = document.getElementById('rows').insertRow();
      row.insertCell().textContent = 'Cliente ' + i;
      row.insertCell().textContent = '1133' + four(i) + '34';
      const cell = row.insertCell();
      cell.textContent = i % 5 < 2 ? number(i, 0) : 'sem telefone';
      if (i % 5 < 2) cells.push(cell);
    }
    return i < 5000;
  });
}
function change() {
  for (let n = 0; n < 100; n++, changes++) {
    const i = changes % cells.length, cell = cells[i];
    if (changes % 2) cell.textContent = number(cell.parentElement.rowIndex - 1, changes);
    else cell.firstChild.data = number(cell.parentElement.rowIndex - 1, changes);
  }
}
// All numbers change.
function changeAll() {
  const end = changes + cells.length;
  return turns(() => { if (changes < end) change(); return changes < end; });
}
</script>`

// linkifyHead is what an integrator puts into the head of a page.
func linkifyHead(port int) string {
	return fmt.Sprintf(`<script src="/ctiagent.js"></script><script src="/linkify.js"></script><script>
var cti = CTIAgent.connect({ client: 'acme-crm/3.2', port: %d, watch: false });
var begin = () => CTILinkify.start({ agent: cti });
</script>`, port)
}

// What the machine does besides is in no CPU time, and what the page's own table
// costs the browser in none of linkify's calls. The one other thing that linkify
// makes the browser do is to find styles.
func TestLinkifyWorksNowhereFor50MillisecondsInATableThatChangesAllTheTime(t *testing.T) {
	b := startBrowser(t)
	pages := map[string]func(int) string{
		"/head": func(port int) string {
			return linkifyHead(port) + `<script>var links = begin();</script><body>` + busyTable
		},
		"/late": func(port int) string { return linkifyHead(port) + `<body>` + busyTable },
	}
	crm := servePages(t, pages)
	s := demoSite(t, b, func(c *config.Config) { c.API.Origins = []string{crm.URL} })
	crm.port = s.p.server.Port()
	changesAll := func(tb *tab) {
		t.Helper()
		tb.run("change", chromedp.Evaluate(`var over = false; changeAll().then(() => { over = true; })`, nil))
		for n := range 4 { // each is waited for, however slow the machine is
			tb.until("a quarter more has changed", fmt.Sprintf("changes >= cells.length * %d / 4", n+1))
		}
		tb.until("everything has changed", `over`)
		tb.until("every number of the table is marked again", `(() => {
			const all = new Set([...CSS.highlights.get('ctiagent-number')].map((r) => r.startContainer.data.slice(r.startOffset, r.endOffset)));
			return cells.every((c) => !c.textContent.startsWith('(') || all.has(c.textContent));
		})()`)
	}
	fills := func(tb *tab, piece int) {
		t.Helper()
		tb.run("fill", chromedp.Evaluate(fmt.Sprintf(`var full = false; fill(%d).then(() => { full = true; })`, piece), nil))
		tb.until("half of the table is there", "cells.length >= 1000")
		tb.until("the table is full", `full`)
	}
	const underline = `getComputedStyle(cells[0], '::highlight(ctiagent-number)').textDecorationLine`
	for _, c := range []struct {
		page, underline string
		start           func(*tab)
	}{
		{"/head", "underline", func(tb *tab) { fills(tb, 100) }},
		{"/late", "none", func(tb *tab) { tb.run("begin", chromedp.Evaluate(`var links = begin()`, nil)) }},
	} {
		tb := b.person(t).goes(crm.URL + c.page)
		tb.until("the program is there", `cti.state === 'connected'`)
		if c.page == "/late" {
			fills(tb, 5000)
		}
		checkPieces(t, c.page, b.traced(t, func() { c.start(tb); changesAll(tb) }))
		tb.until("every mark left is of a number that stands there", `CSS.highlights.get('ctiagent-number').size === links.numbers().length`)
		if got := tb.text(underline); got != c.underline {
			t.Errorf("%s: the line at a number is %s, want %s", c.page, got, c.underline)
		}
		if got := tb.text(`(links.stop(), CTILinkify.start({ agent: cti, style: true }), ` + underline + `)`); got != "underline" {
			t.Errorf("%s: the line that was asked for is %s", c.page, got)
		}
	}
	s.dialled(0)
}

// checkPieces holds what linkify did, and what it made the browser do, against
// the time that a person notices.
func checkPieces(t *testing.T, page string, spans []span) {
	t.Helper()
	const noticed = 50_000
	var calls []span
	var longest, styled span
	total := 0.0
	for _, c := range spans {
		switch {
		case c.Name == "FunctionCall" && strings.HasSuffix(c.Args.Data.URL, "/linkify.js"):
			calls = append(calls, c)
			total += c.CPU
			if c.CPU > longest.CPU {
				longest = c
			}
		case c.Name == "UpdateLayoutTree" && c.CPU > styled.CPU:
			styled = c
		}
	}
	t.Logf("%s: linkify worked %d times, %.0f ms in all, %.1f ms at most; styles took %.1f ms at most", page, len(calls), total/1000, longest.CPU/1000, styled.CPU/1000)
	if longest.CPU > noticed {
		t.Errorf("%s: linkify worked for %.0f ms without a pause", page, longest.CPU/1000)
	}
	if styled.CPU > noticed {
		t.Errorf("%s: the browser looked for styles for %.0f ms without a pause", page, styled.CPU/1000)
	}
	// On a machine so fast that all of it takes less, it is still done piece by piece.
	if len(calls) < 20 || longest.CPU > total/4 {
		t.Errorf("%s: %d pieces of work, and the longest is %.0f of %.0f ms", page, len(calls), longest.CPU/1000, total/1000)
	}
	for _, l := range spans {
		if l.Name == "Layout" || l.Name == "UpdateLayoutTree" {
			for _, c := range calls {
				if l.within(c) {
					t.Fatalf("%s: linkify makes the browser lay the page out in the middle of its work: %+v", page, l)
				}
			}
		}
	}
}
