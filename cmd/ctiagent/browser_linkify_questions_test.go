package main

import (
	"encoding/json"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"
)

// doubtfulTables has numbers that only a column's header makes numbers, and a
// dial plan of its own, which answers when the test lets it and at once from
// then on; one number it refuses once. What linkify waits for between two
// questions passes in no time.
const doubtfulTables = `<script src="/linkify.js"></script><body><div id="box"></div><script>
var box = document.getElementById('box'), asked = [], answers, links;
const held = new Promise((done) => { answers = done; });
const explain = (number) => {
	asked.push(number);
	if (number === '11950000050' && asked.indexOf(number) === asked.length - 1) return Promise.reject({ kind: 'rate_limited' });
	return held.then(() => ({ kind: 'mobile', dialed: number }));
};
const wait = setTimeout;
window.setTimeout = (fn, ms) => wait(fn, ms < 150 ? ms : 0);
const is = (condition) => new Promise((done) => { (function look() { if (condition()) done(); else wait(look, 5); }()); });
const read = () => Promise.resolve().then(() => is(() => links.idle())); // it hears of changes when they are over
const begin = () => { links = CTILinkify.start({ agent: { number: { explain } } }); };
const table = (head, ...rows) => {
	const row = (cells, name) => '<tr>' + cells.map((c) => '<' + name + '>' + c + '</' + name + '>').join('') + '</tr>';
	box.innerHTML = '<table>' + (head ? '<thead>' + row(head, 'th') + '</thead>' : '') + '<tbody>' + rows.map((r) => row(r, 'td')).join('') + '</tbody></table>';
	return box.firstChild;
};
</script>`

func TestLinkifyAsksAboutEveryNumberThatStandsThereAndFirstAboutTheOneLookedAt(t *testing.T) {
	b := startBrowser(t)
	crm := servePages(t, map[string]func(int) string{"/": func(int) string { return doubtfulTables }})
	tb := b.person(t).goes(crm.URL)
	tb.run("show 400 rows", chromedp.Evaluate(`var n = (i) => String(11950000000 + i), now = 0; table(['Telefone'], ...Array.from({ length: 400 }, (_, i) => [n(i)])); begin();`, nil))
	tb.until("the first one is asked about", `asked.length === 1 && !links.planned`)
	x, y := tb.placeOf("11950000350")
	tb.run("look at one far below", input.DispatchMouseEvent(input.MouseMoved, x, y))
	tb.until("it is the next to be asked about", `links.questions[0] === '11950000350'`)
	// A hundred rows become empty, and a hundred change all the time.
	tb.run("change rows", chromedp.Evaluate(`(async () => {
		const cells = [...document.querySelectorAll('td')];
		for (let i = 100; i < 200; i++) cells[i].textContent = '';
		for (let round = 1; round <= 10; round++) {
			for (let i = 200; i < 300; i++) cells[i].firstChild.data = n(1000 * round + i);
			await is(() => !links.planned);
		}
		now = links.questions.length;
		answers();
	})()`, nil))
	tb.until("every question is answered", `now && links.idle()`)
	if got := tb.text(`now < 600 ? '' : String(now)`); got != "" {
		t.Errorf("%s questions waited, and 300 numbers stand there", got)
	}
	want := tb.value(`[...document.querySelectorAll('td')].map((c) => c.textContent).filter(Boolean)`)
	if diff := cmp.Diff(want, tb.value(`links.numbers()`)); diff != "" {
		t.Errorf("links (-expected +found):\n%s", diff)
	}
	if got := tb.text(`JSON.stringify([asked.length, new Set(asked).size, ...asked.slice(0, 3)])`); got != `[301,300,"11950000000","11950000350","11950000001"]` {
		t.Errorf("how many questions, about how many numbers, and the first three: %s", got)
	}
}

func TestLinkifyReadsAColumnAnewWhenItsHeaderChanges(t *testing.T) {
	b := startBrowser(t)
	crm := servePages(t, map[string]func(int) string{"/": func(int) string { return doubtfulTables }})
	tb := b.person(t).goes(crm.URL)
	tb.run("change headers", chromedp.Evaluate(`var found;
	(async () => {
		const made = {}, th = (words) => { const e = document.createElement('th'); e.textContent = words; return e; };
		const head = ['Pedido', 'Fone'], row = ['11950000001', '11950000002'];
		const changes = {
			'a text': [head, (t) => { t.tHead.rows[0].cells[0].firstChild.data = 'Telefone'; }],
			'a text that says no more': [head, (t) => { t.tHead.rows[0].cells[1].firstChild.data = 'Protocolo'; }],
			'a cell': [head, (t) => t.tHead.rows[0].cells[0].replaceWith(th('Celular'))],
			'the order': [head, (t) => t.tHead.rows[0].append(t.tHead.rows[0].cells[0])],
			'a row': [head, (t) => { const r = t.tHead.insertRow(); r.append(th('Tel'), th('CPF')); }],
			'all of it': [head, (t) => t.tHead.remove()],
			'a head that comes late': [null, (t) => t.createTHead().insertRow().append(th('Fone'), th('Pedido'))],
		};
		answers();
		begin();
		for (const [name, [words, change]] of Object.entries(changes)) {
			const t = table(words, row);
			await read();
			const before = links.numbers();
			change(t);
			await read();
			made[name] = [before, links.numbers()].map((all) => all.join(' ')).join(' → ');
		}
		found = made;
	})()`, nil))
	tb.until("all are read", `found`)
	var got map[string]string
	if err := json.Unmarshal([]byte(tb.value(`found`)), &got); err != nil {
		t.Fatal(err)
	}
	const one, two = "11950000001", "11950000002"
	if diff := cmp.Diff(map[string]string{
		"a text":                   two + " → " + one + " " + two,
		"a text that says no more": two + " → ",
		"a cell":                   two + " → " + one + " " + two,
		"the order":                two + " → " + one,
		"a row":                    two + " → " + one,
		"all of it":                two + " → ",
		"a head that comes late":   " → " + one,
	}, got); diff != "" {
		t.Errorf("links before and after a change of (-expected +found):\n%s", diff)
	}
}
