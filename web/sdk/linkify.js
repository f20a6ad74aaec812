/*
 * CTILinkify makes the telephone numbers in a page's plain text clickable, on pages one can add a script to and, as part of
 * the extension, on any other.
 *
 * It changes nothing in the page: numbers are underlined by a highlight of the browser, and one button of its own lies over
 * the number that the mouse or the keyboard is at. So no framework finds its nodes moved, no old script reads a link out of a
 * cell, and a table that changes all the time is laid out no more often than without. docs/linkify.md has examples.
 */
(function (root) {
  'use strict';

  // ---- numbers in a text ----

  const AREAS = ' 11 12 13 14 15 16 17 18 19 21 22 24 27 28 31 32 33 34 35 37 38 41 42 43 44 45 46 47 48 49 51 53 54 55 61 62 63 64 65 66 67 68 69 71 73 74 75 77 79 81 82 83 84 85 86 87 88 89 91 92 93 94 95 96 97 98 99 ';
  const DASH = '[-.\\u2010-\\u2014\\u2212]';
  const GAP = '(?: ?' + DASH + ' ?| )';
  const CORE = '(?:9' + GAP + '?\\d{4}|[2-9]\\d{3})' + GAP + '?\\d{4}';
  // Readings that are sure by their shape, the most telling first. The area code is the group behind each.
  const SHAPES = [
    '(\\+(?!55)[1-9]\\d{0,2}(?:' + GAP + '?\\(?\\d{1,5}\\)?){1,6})',                           // abroad
    '(\\+55' + GAP + '?(?:\\(0?\\d\\d\\)|0?' + GAP + '?\\d\\d)' + GAP + '?' + CORE + ')',         // Brazil with its code
    '((?:\\(0?(?:xx ?)?\\d\\d\\)|\\(0 ?\\d\\d\\) ?\\d\\d) ?' + DASH + '? ?' + CORE + ')',       // area code in brackets
    '(0[38]00' + GAP + '\\d{3}' + GAP + '?\\d{3,4}|0800' + GAP + '\\d{2}' + GAP + '\\d{4}' + ')', // the same in the whole country
    '((?:0?\\d\\d|0(?:xx|\\d\\d) ?\\d\\d)' + GAP + CORE + ')'                                   // area code without brackets
  ];
  const SURE = new RegExp(SHAPES.join('|'), 'g');
  const ABROAD = 1, BRACKETS = 3, BARE_AREA = 5;
  // Anything with as many digits as a number has; only a label beside it makes it one, and the dial plan then decides.
  const LOOSE = new RegExp('\\+?\\(?\\d(?:' + GAP + '?[()]?' + GAP + '?\\d){7,15}', 'g');
  // What is written like a document, a date or an address is none, whatever stands beside it.
  const NONE = /^\d{3}[. ]\d{3}[. ]\d{3}[-. ]\d{2}$|^\d{9}-\d{2}$|^\d{2}\.\d{3}\.\d{3}|^\d{2}\.?\d{3}-\d{3}$|^\d{1,3}(?:\.\d{1,3}){2,3}$|^\d{3}\.\d{5}\.\d{2}-\d$|^\d{1,2}[-.]\d{1,2}[-.](?:\d{2}|\d{4})(?:$| )|^\d{4}-\d{2}-\d{2}/;
  const LONGEST = 20000; // characters of one text that are looked at

  const POSITIVE = 'tel(?:\\.|s|efones?|[eé]fonos?)?|fones?|phones?|mobile|celular(?:es)?|cel|m[oó]vil(?:es)?|whats(?:app)?|zap|ligar|ligue|llamar|llame|disque|sac|ouvidoria|recados?';
  const NEGATIVE = 'cpf|cnpj|cep|rg|pis|nis|cns|cnh|inscri[cç][aã]o|inscripci[oó]n|pedidos?|protocolos?|ordem|orden(?:es)?|os|nfe?|nf-e|notas?|faturas?|facturas?|boletos?|' +
    'contratos?|contas?|cuentas?|ag[eê]ncia|agencia|cart[aã]o|tarjeta|c[oó]digos?|c[oó]d|matr[ií]cula|id|s[eé]rie|serial|imei|placa|processos?|procesos?|expedientes?|t[ií]tulos?|' +
    'valor|total|saldo|pre[cç]o|precio|importe|monto|qtde?|quantidade|cantidad|lote|sku|ean|gtin|dni|rut|cuit|cuil|nit|ruc|curp|rfc|gu[ií]as?|rastreio|rastreamento|remessa|env[ií]o|' +
    'tickets?|chamados?|casos?|n[uú]mero|n[º°]|ref|refer[eê]ncia|referencia|registro|renavam|chassi|iban|ip|datas?|fechas?|nascimento|nacimiento|vencimento|vencimiento|venc|' +
    'emiss[aã]o|emisi[oó]n|per[ií]odo|anos?|a[nñ]os?|safra|vers[aã]o|versi[oó]n|order|invoice|account|amount|price|date|code';
  const WORDS = new RegExp('(^|[^\\p{L}\\d])(?:(' + POSITIVE + ')|(' + NEGATIVE + '))(?![\\p{L}\\d])', 'giu');

  /** What a label says of the number behind it: 1 telephone, -1 something else, 0 nothing. The last word counts. */
  function verdict(text) {
    let sign = 0;
    WORDS.lastIndex = 0;
    for (let m = WORDS.exec(text); m; m = WORDS.exec(text)) {
      sign = m[2] ? 1 : -1;
      WORDS.lastIndex = m.index + m[0].length;
    }
    return sign;
  }

  const digits = (text) => text.replace(/\D/g, '');
  const plainSpaces = (text) => text.replace(/[\u00a0\u2007\u2009\u202f\t\n\r]/g, ' ');

  // Neither part of a longer thing nor marked as something else by the sign beside it.
  function standsAlone(text, start, end, bracketed) {
    const before = text.slice(Math.max(0, start - 8), start);
    const after = text.slice(end, end + 8);
    if (/[\p{L}\d_@#&=*\\+%]$/u.test(before) || (/\/$/.test(before) && !/\d{4}\/$/.test(before)) || /\d[.,:\u2010-\u2014\u2212-]$/.test(before) || /(?:\$|€|£|[nN][º°]\.?|#) ?-?$/.test(before)) return false;
    if (!bracketed && /\d $/.test(before)) return false;
    if (/^[\d_@%°ºª&=\\]/.test(after) || /^ ?%/.test(after) || /^[.,:\u2010-\u2014\u2212-]\d/.test(after)) return false;
    if (/^\p{L}/u.test(after) && !/^[xXrR]\.? ?\d/.test(after)) return false;
    // Behind a stroke may stand the end of a second line, or a second number.
    if (/^\/\d/.test(after) && !/^\/\d{1,2}(?!\d)/.test(after) && !/^\/\d{4,5}-?\d/.test(after)) return false;
    if (/^\/\d{4}-\d{2}(?!\d)/.test(text.slice(end, end + 9))) return false;
    return bracketed || !/^ \d{3}/.test(after);
  }

  // A mobile number speaks for itself within a sentence; ten digits do only where nothing but numbers stands.
  const speaks = (text, start, end) => /9\d{8}$/.test(digits(text.slice(start, end))) ||
    (/^[\d\s().,;/+-]*$/.test(text.slice(0, start)) && /^\s*(?:$|[,;/|(]|[rRxX]\b|ramal|ext)/.test(text.slice(end, end + 12)));
  const isYear = (four) => /^(?:19|20)\d\d$/.test(four);
  // Two years with a dash between them look like a subscriber's number.
  const isYears = (core) => isYear(core.slice(0, 4)) && isYear(core.slice(-4));

  function sureShape(m) {
    const shape = m.slice(1).findIndex((g) => g !== undefined) + 1;
    const d = digits(m[0]);
    if (shape === ABROAD) {
      // A grown amount is written with a + and dots, too.
      return d.length >= 9 && d.length <= 15 && !/^\+\d{1,3}(?:\.\d{3})+$/.test(m[0]) && !/[(][^)]*$/.test(m[0]) ? shape : 0;
    }
    if (d.startsWith('0800') || d.startsWith('0300')) return d.length <= 11 ? shape : 0;
    const core = /9\d{8}$/.test(d) && AREAS.includes(' ' + d.slice(-11, -9) + ' ') ? 9 : 8;
    const area = d.slice(-core - 2, -core);
    if (!AREAS.includes(' ' + area + ' ')) return 0;
    if (shape !== BRACKETS && isYears(d.slice(-8))) return 0;
    // Old mobile numbers lack their ninth digit; only brackets make such a group sure.
    if (core === 8 && shape === BARE_AREA && !/[2-5]/.test(d[d.length - 8])) return 0;
    return shape;
  }

  /**
   * find answers the numbers of a text: {start, end, text, sure}. label is what stands beside the text, site has pattern, a
   * regular expression of numbers that only this site writes so, and labelled, true where every number is a telephone's.
   * What is not sure is a number only if the dial plan says so.
   */
  function find(source, label, site) {
    const text = plainSpaces(source.slice(0, LONGEST));
    const found = [];
    const free = (s, e) => found.every((f) => e <= f.start || s >= f.end);
    const add = (s, e, sure) => { if (free(s, e)) found.push({ start: s, end: e, text: source.slice(s, e), sure }); };
    let labelSign;
    const signAt = (start) => {
      if (site && site.labelled) return 1;
      const own = verdict(text.slice(Math.max(0, start - 40), start).split(/[;|]/).pop());
      if (own) return own;
      if (labelSign === undefined) labelSign = verdict(typeof label === 'function' ? label() : label || '');
      return labelSign;
    };
    if (site && site.pattern) {
      for (const m of text.matchAll(site.pattern)) {
        if (digits(m[0]).length > 2 && !NONE.test(m[0])) add(m.index, m.index + m[0].length, false);
      }
    }
    SURE.lastIndex = 0;
    for (let m = SURE.exec(text); m; m = SURE.exec(text)) {
      const end = m.index + m[0].length;
      const shape = sureShape(m);
      const telling = shape && shape !== BARE_AREA;
      if (shape && standsAlone(text, m.index, end, telling) && (telling || signAt(m.index) >= (speaks(text, m.index, end) ? 0 : 1))) add(m.index, end, true);
      else SURE.lastIndex = m.index + 1;
    }
    LOOSE.lastIndex = 0;
    for (let m = LOOSE.exec(text); m; m = LOOSE.exec(text)) {
      const end = m.index + m[0].length;
      if (free(m.index, end) && standsAlone(text, m.index, end, false) && !NONE.test(m[0]) && !isYears(digits(m[0])) && signAt(m.index) > 0) add(m.index, end, false);
      else LOOSE.lastIndex = m.index + 1;
    }
    return found.sort((a, b) => a.start - b.start);
  }

  // ---- texts in a page ----

  const NEVER = 'a,area,button,input,textarea,select,option,script,style,noscript,template,code,pre,kbd,samp,svg,math,canvas,iframe,object,' +
    '[contenteditable]:not([contenteditable="false"]),[role="textbox"],[role="button"],[role="link"],[role="searchbox"],[data-no-dial]';
  const ENOUGH = /(?:\d\D{0,3}){7}\d/; // fewer digits are no number, unless the site says so

  // The words of something small; a whole table is no label.
  const short = (node) => (node && !(node.childElementCount > 4) ? node.textContent.slice(-60).trim() : '');

  // What a person would read as the label of a text: beside it, above it in the table, or in front of what it is in.
  function labelOf(node, headers) {
    for (let s = node.previousSibling; s; s = s.previousSibling) {
      const words = short(s);
      if (verdict(words)) return words;
      if (words) break;
    }
    let e = node.parentElement;
    for (let up = 0; e && up < 4; up++, e = e.parentElement) {
      if (e.localName === 'td' || e.localName === 'th') return cellLabel(e, headers);
      const before = e.previousElementSibling;
      const words = short(before);
      if (words.length < 60 && verdict(words)) return words;
      if (before && e.localName !== 'span') break;
    }
    return '';
  }

  function cellLabel(cell, headers) {
    const row = cell.parentElement;
    const table = cell.closest('table');
    if (!row || !table) return '';
    const ofRow = cell.previousElementSibling;
    if (ofRow && ofRow.localName === 'th') return short(ofRow);
    if (!headers.has(table)) headers.set(table, headersOf(table));
    const ofTable = headers.get(table);
    let column = 0;
    for (let c = ofRow; c; c = c.previousElementSibling) column += c.colSpan || 1;
    if (ofTable[column]) return ofTable[column];
    return ofTable.length ? '' : short(ofRow);
  }

  function headersOf(table) {
    const first = table.tHead ? table.tHead.rows[table.tHead.rows.length - 1] : table.rows[0];
    const cells = first ? [...first.cells] : [];
    if (!cells.some((c) => c.localName === 'th')) return [];
    return cells.flatMap((c) => Array(c.colSpan).fill(c.localName === 'th' ? short(c) : ''));
  }

  const TEXTS = {
    pt: { dial: 'Discar {n}', as: 'Discar {n}: disca {d}', all: 'Números de telefone desta página: {n}. Setas escolhem, Enter disca.', none: '{n} não é um telefone.', dialing: 'Discando {n}…' },
    es: { dial: 'Llamar al {n}', as: 'Llamar al {n}: marca {d}', all: 'Números de teléfono de esta página: {n}. Las flechas eligen, Enter llama.', none: '{n} no es un teléfono.', dialing: 'Llamando al {n}…' },
    en: { dial: 'Dial {n}', as: 'Dial {n}: dials {d}', all: 'Telephone numbers of this page: {n}. Arrows choose, Enter dials.', none: '{n} is no telephone number.', dialing: 'Dialling {n}…' }
  };
  const PHONES = ['mobile', 'fixed', 'tollfree', 'shared', 'international'];
  const SLICE_MS = 6; // one turn of work, far below what a person notices
  const ASK_MS = 150; // between two questions to the dial plan: the program allows twenty a second
  const REFUSED_MS = 3000; // all pages with the extension share its twenty
  const MANY_QUESTIONS = 200; // as many more, and it is looked whether their numbers still stand there
  const MAX_EXPLAINED = 5000;
  const MARK = 'ctiagent-number';
  const MAX_RESTYLED = 4000; // elements: for a rule that comes later the browser finds the style of each anew, in one task

  class Linkifier {
    constructor(options) {
      this.options = options;
      this.doc = root.document;
      const join = (v) => (Array.isArray(v) ? v.join(',') : v || '');
      this.only = join(options.allow);
      this.never = [NEVER, join(options.deny)].filter(Boolean).join(',');
      const p = options.pattern;
      this.enough = p ? /\d/ : ENOUGH;
      this.site = { pattern: p ? new RegExp(p.source || p, (p.flags || '').replace(/[gy]/g, '') + 'g') : null, labelled: !!this.only };
      this.marked = new Map();   // text node → its numbers
      this.explained = new Map(); // number → what the dial plan says
      this.askers = new Map();   // number → the text nodes that wait for its answer
      this.questions = [];       // those of them that nobody was asked about yet
      this.queue = new Set();
      this.undo = [];
      this.headers = new WeakMap(); // table → what is written over its columns
      this.doc.querySelector(this.never); // a selector of the site that is none must fail here, with its own words
      if (this.only) this.doc.querySelector(this.only);
    }

    // In the head of a page, where its style costs nothing yet, there is nothing to read either.
    start() {
      const css = root.CSS;
      this.highlight = css && css.highlights && root.Highlight ? new root.Highlight() : null;
      if (this.highlight) css.highlights.set(MARK, this.highlight);
      if (this.highlight && this.options.style !== false) this.addStyle();
      if (this.doc.readyState === 'loading') this.listen('DOMContentLoaded', () => this.follow()); else this.follow();
      return this;
    }

    follow() {
      this.root = this.options.root || this.doc.body;
      this.makeButton();
      this.observer = new root.MutationObserver((records) => this.changed(records));
      this.observer.observe(this.root, { subtree: true, childList: true, characterData: true });
      this.undo.push(() => { this.observer.disconnect(); this.host.remove(); root.clearTimeout(this.askTimer); });
      this.listen('pointermove', (ev) => this.moved(ev), { passive: true, capture: true });
      this.listen('click', (ev) => this.clicked(ev), { capture: true });
      this.listen('scroll', () => { if (this.at && this.shadow.activeElement === this.button) this.show(this.at); else this.hide(); }, { passive: true, capture: true });
      // Nobody could be asked before.
      if (this.options.agent.on) this.undo.push(this.options.agent.on('state', (state) => { if (state === 'connected') this.enqueue(this.root); }) || (() => {}));
      this.enqueue(this.root);
    }

    /** stop takes everything away again. */
    stop() {
      this.stopped = true;
      this.undo.forEach((fn) => fn());
      if (this.highlight) root.CSS.highlights.delete(MARK);
      if (this.sheet) this.doc.adoptedStyleSheets = this.doc.adoptedStyleSheets.filter((s) => s !== this.sheet);
    }

    /** numbers answers what is marked now, as the page writes it, in the page's order. */
    numbers() { return this.inOrder().map((n) => n.text); }

    /** idle says whether everything on the page has been read, and every question answered. */
    idle() { return !!this.root && !this.planned && !this.askers.size; }

    listen(type, fn, options) {
      this.doc.addEventListener(type, fn, options);
      this.undo.push(() => this.doc.removeEventListener(type, fn, options));
    }

    addStyle() {
      const here = this.doc.getElementsByTagName('*').length;
      if (here > MAX_RESTYLED && this.options.style !== true) {
        root.console.info('CTILinkify: no underline, since it would hold up a page of ' + here + ' elements. Start in <head>, or with style: true.');
        return;
      }
      this.sheet = new root.CSSStyleSheet(); // older than highlights in every browser
      this.sheet.replaceSync('::highlight(' + MARK + ') { text-decoration: underline dotted; }');
      this.doc.adoptedStyleSheets = [...this.doc.adoptedStyleSheets, this.sheet];
    }

    // ---- following the page ----

    changed(records) {
      const tables = new Set();
      for (const { type, target, addedNodes, removedNodes } of records) {
        if (target === this.host) continue;
        if (type === 'characterData') this.enqueue(target);
        addedNodes.forEach((n) => this.enqueue(n));
        if (removedNodes.length) this.sweep = true;
        for (let t = target.nodeType === 1 ? target : target.parentElement; t && (t = t.closest('table')) && !tables.has(t); t = t.parentElement) tables.add(t);
      }
      for (const t of tables) {
        if (!this.headers.has(t)) continue;
        const before = this.headers.get(t);
        const now = headersOf(t);
        this.headers.set(t, now);
        // Under a header that says something else cells that did not change are numbers now, or none.
        if (now.map(verdict).join() !== before.map(verdict).join()) this.enqueue(this.root.contains(t) ? t : this.root);
      }
      if (this.sweep) this.plan();
    }

    enqueue(node) {
      if (node === this.host || this.stopped) return;
      for (let up = node.parentNode; up; up = up.parentNode) if (this.queue.has(up)) return; // it is read with that
      this.queue.add(node);
      this.plan();
    }

    plan() {
      if (this.planned) return;
      this.planned = true;
      const turn = () => { this.planned = false; if (!this.stopped) this.work(); };
      // A task of its own between those of the page. Idle time is what a page that changes all the time does not have.
      if (root.scheduler && root.scheduler.postTask) root.scheduler.postTask(turn, { priority: 'user-visible' });
      else root.setTimeout(turn, 0);
    }

    work() {
      const end = root.performance.now() + SLICE_MS;
      if (this.at && !this.fresh(this.at)) this.hide();
      const late = () => root.performance.now() > end;
      while (!late()) {
        if (this.walker) {
          const node = this.walker.nextNode();
          if (node) this.read(node); else this.walker = null;
        } else if (this.queue.size) {
          const node = this.queue.values().next().value;
          this.queue.delete(node);
          this.enter(node);
        } else if (this.sweep || this.sweeper) {
          this.sweepOn(late);
          if (this.sweeper) break;
        } else return this.settle();
      }
      this.plan();
    }

    enter(node) {
      if (!node.isConnected) { this.forget(node); return; }
      const element = node.nodeType === 1 ? node : node.parentElement;
      if (!element || (node !== this.root && element.closest(this.never))) { this.forget(node); return; }
      if (node.nodeType === 3) { this.read(node); return; }
      if (node.nodeType !== 1) return;
      // An iterator, and no walker: it stays right when the page removes the node it is at.
      this.walker = this.doc.createNodeIterator(node, 4, { acceptNode: (n) => (this.enough.test(n.data) || this.marked.has(n) ? 1 : 2) });
    }

    // Nodes that left the page are dropped in turns of their own.
    sweepOn(late) {
      if (!this.sweeper) [this.sweep, this.sweeper] = [false, this.marked.keys()];
      while (!late()) {
        const { value, done } = this.sweeper.next();
        if (done) { this.sweeper = null; return; }
        if (!value.isConnected) this.forget(value);
      }
    }

    allowed(node) {
      const e = node.parentElement;
      return !!e && !e.closest(this.never) && (!this.only || !!e.closest(this.only)) && this.doc.designMode !== 'on';
    }

    // in answers the numbers of a text node as it is now. The one at a place that somebody looks at is asked about first.
    in(node, looked) {
      if (!this.enough.test(node.data) || !this.allowed(node)) return [];
      return find(node.data, () => labelOf(node, this.headers), this.site).filter((n) => {
        const known = this.explained.get(n.text);
        if (known) return known.phone;
        if (!n.sure) this.ask(n.text, node, n.start <= looked && looked <= n.end);
        return n.sure;
      });
    }

    read(node) {
      this.forget(node);
      const numbers = this.in(node);
      if (!numbers.length) return;
      for (const n of numbers) {
        n.node = node;
        if (!this.highlight) continue;
        n.range = new root.StaticRange({ startContainer: node, startOffset: n.start, endContainer: node, endOffset: n.end });
        this.highlight.add(n.range);
      }
      this.marked.set(node, numbers);
    }

    forget(node) {
      const numbers = this.marked.get(node);
      if (!numbers) return;
      if (this.highlight) numbers.forEach((n) => this.highlight.delete(n.range));
      this.marked.delete(node);
    }

    // ---- what the dial plan says ----

    ask(number, node, first) {
      if (!this.askers.has(number)) {
        this.askers.set(number, new Set());
        this.questions.push(number);
        // A table may change faster than can be asked.
        if (this.questions.length % MANY_QUESTIONS === 0) this.questions = this.questions.filter((n) => n === number || this.stands(n));
      }
      this.askers.get(number).add(node);
      const i = first ? this.questions.indexOf(number) : 0;
      if (i > 0) this.questions.unshift(...this.questions.splice(i, 1));
      this.askSoon();
    }

    // stands says whether a number that waits for its question is still in the page; one that is not is forgotten.
    stands(number) {
      for (const node of this.askers.get(number)) if (node.isConnected && node.data.includes(number)) return true;
      return !this.askers.delete(number);
    }

    askSoon(ms = ASK_MS) { // one question at a time
      if (!this.askTimer && this.questions.length && !this.stopped) this.askTimer = root.setTimeout(() => this.askNext(), ms);
    }

    askNext() {
      let number, refused = false;
      do number = this.questions.shift(); while (number !== undefined && !this.stands(number));
      if (number === undefined) { this.askTimer = 0; return; }
      new Promise((done) => done(this.options.agent.number.explain(number))).then((e) => {
        this.explained.set(number, { phone: PHONES.includes(e.kind), dialed: e.dialed || e.e164 || '' });
        if (this.explained.size > MAX_EXPLAINED) this.explained.delete(this.explained.keys().next().value);
        this.askers.get(number).forEach((node) => this.enqueue(node));
        // What seemed sure by its shape and is none loses its mark wherever it stands.
        if (!PHONES.includes(e.kind)) for (const [node, numbers] of this.marked) if (numbers.some((n) => n.text === number)) this.enqueue(node);
        if (this.at && this.at.text === number) this.show(this.at);
      }, (e) => { refused = !!e && e.kind === 'rate_limited'; }).finally(() => {
        if (refused) this.questions.unshift(number); else this.askers.delete(number);
        this.askTimer = 0;
        this.askSoon(refused ? REFUSED_MS : ASK_MS);
      });
    }

    // ---- the one button ----

    makeButton() {
      const d = this.doc;
      this.host = d.createElement('ctiagent-numbers');
      this.host.setAttribute('data-no-dial', '');
      const shadow = this.host.attachShadow({ mode: 'closed' });
      this.button = d.createElement('button');
      this.button.type = 'button';
      this.live = d.createElement('span');
      this.live.setAttribute('role', 'status');
      const common = { all: 'initial', position: 'fixed', zIndex: '2147483647', margin: '0', padding: '0' };
      Object.assign(this.button.style, common, { cursor: 'pointer', background: 'transparent', border: '0', borderRadius: '2px' });
      Object.assign(this.live.style, common, { maxWidth: '24em', font: '13px/1.4 system-ui, sans-serif', color: '#fff', background: '#222' });
      shadow.append(this.button, this.live);
      this.button.addEventListener('focus', () => { if (!this.at) this.choose(0); });
      this.button.addEventListener('blur', () => this.hide());
      this.button.addEventListener('keydown', (ev) => this.key(ev));
      this.button.addEventListener('pointerleave', () => { if (shadow.activeElement !== this.button) this.hide(); });
      this.button.addEventListener('mousedown', (ev) => ev.preventDefault()); // the mouse takes the focus from nothing
      d.documentElement.append(this.host);
      this.shadow = shadow;
      this.hide();
    }

    sentence(key, n, d) {
      const l = String(this.options.language || this.doc.documentElement.lang || root.navigator.language || '').slice(0, 2).toLowerCase();
      return (TEXTS[l] || TEXTS.en)[key].replace('{n}', n).replace('{d}', d);
    }

    boxOf(n) {
      const range = this.doc.createRange();
      range.setStart(n.node, n.start);
      range.setEnd(n.node, n.end);
      return range.getBoundingClientRect();
    }

    fresh(n) { return n.node.isConnected && n.node.data.slice(n.start, n.end) === n.text; }

    show(n) {
      const known = this.explained.get(n.text);
      if (!this.fresh(n) || (known && !known.phone)) { this.hide(); return; }
      if (!known) this.ask(n.text, n.node, true);
      this.at = n;
      const box = this.boxOf(n);
      const label = known && known.dialed ? this.sentence('as', n.text, known.dialed) : this.sentence('dial', n.text, '');
      this.button.title = label;
      this.button.setAttribute('aria-label', label);
      Object.assign(this.button.style, { left: box.left + 'px', top: box.top + 'px', width: box.width + 'px', height: box.height + 'px', clipPath: 'none',
        outline: this.shadow.activeElement === this.button ? '2px solid #06c' : 'none' });
    }

    // Out of the way, but where the keyboard finds it.
    hide() {
      if (this.at === null) return;
      this.at = null;
      this.button.title = '';
      this.button.setAttribute('aria-label', this.sentence('all', this.marked.size, ''));
      Object.assign(this.button.style, { left: '0', top: '0', width: '1px', height: '1px', clipPath: 'inset(50%)', outline: 'none' });
    }

    settle() {
      if (!this.at) this.button.setAttribute('aria-label', this.sentence('all', this.marked.size, ''));
      this.button.disabled = this.marked.size === 0;
    }

    say(words, box) {
      this.live.textContent = words;
      Object.assign(this.live.style, box ? { left: Math.max(4, box.left) + 'px', top: box.bottom + 4 + 'px', padding: '4px 8px', clipPath: 'none' }
        : { left: '0', top: '0', padding: '0', clipPath: 'inset(50%)' });
      root.clearTimeout(this.liveTimer);
      this.liveTimer = root.setTimeout(() => { this.live.textContent = ''; this.live.style.padding = '0'; }, 8000);
    }

    // The number at a place of the window, read from the text as it is now.
    under(x, y) {
      const p = this.doc.caretPositionFromPoint && this.doc.caretPositionFromPoint(x, y);
      const r = !p && this.doc.caretRangeFromPoint && this.doc.caretRangeFromPoint(x, y);
      const [node, offset] = p ? [p.offsetNode, p.offset] : r ? [r.startContainer, r.startOffset] : [];
      if (!node || node.nodeType !== 3 || !this.root.contains(node)) return null;
      const n = this.in(node, offset).find((f) => f.start <= offset && offset <= f.end);
      if (!n) return null;
      n.node = node;
      const box = this.boxOf(n);
      return x >= box.left && x <= box.right && y >= box.top && y <= box.bottom ? n : null;
    }

    moved(ev) {
      if (ev.target === this.host || this.looking) return;
      this.looking = true;
      root.requestAnimationFrame(() => {
        this.looking = false;
        if (this.stopped || ev.buttons) return;
        const n = this.under(ev.clientX, ev.clientY);
        if (n) this.show(n);
        else if (this.at && this.shadow.activeElement !== this.button) this.hide();
      });
    }

    // A person clicks; what a script of the page clicks dials nothing.
    clicked(ev) {
      if (!ev.isTrusted || ev.button !== 0) return;
      const onButton = ev.target === this.host;
      if (!onButton && ev.target.closest && ev.target.closest(this.never)) return;
      const selection = this.doc.getSelection();
      if (!onButton && selection && !selection.isCollapsed) return;
      const n = onButton ? this.at : this.under(ev.clientX, ev.clientY);
      if (!n) return;
      ev.preventDefault();
      ev.stopPropagation();
      if (ev.detail < 2) this.dial(n);
    }

    key(ev) {
      const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[ev.key];
      if (step) this.choose(step);
      else if (ev.key === 'Escape') this.button.blur();
      else return;
      ev.preventDefault();
      ev.stopPropagation();
    }

    inOrder() {
      const all = [];
      for (const numbers of this.marked.values()) for (const n of numbers) if (this.fresh(n)) all.push(n);
      return all.sort((a, b) => (a.node === b.node ? a.start - b.start : a.node.compareDocumentPosition(b.node) & 4 ? -1 : 1));
    }

    choose(step) {
      const all = this.inOrder();
      const seen = (n) => { const b = this.boxOf(n); return b.width > 0 && (this.at || (b.bottom > 0 && b.top < root.innerHeight)) ? b : null; };
      // Numbers that the page hides are passed over.
      let i = this.at ? all.findIndex((n) => n.node === this.at.node && n.start === this.at.start) + step : 0;
      while (all[i] && !seen(all[i])) i += step || 1;
      if (!all[i]) return;
      all[i].node.parentElement.scrollIntoView({ block: 'nearest' });
      this.show(all[i]);
      this.say(this.button.title);
    }

    dial(n) {
      // The text may have changed under the mouse; what is dialled is what stands there.
      if (!this.fresh(n)) { this.hide(); return; }
      const known = this.explained.get(n.text);
      const box = this.boxOf(n);
      if (known && !known.phone) { this.say(this.sentence('none', n.text, ''), box); return; }
      this.say(this.sentence('dialing', n.text, ''));
      const done = (err, call) => {
        if (err) this.say([err.message, err.hint].filter(Boolean).join(' '), box);
        if (this.options.onDial) this.options.onDial(err, call, n.text);
      };
      Promise.resolve(this.options.agent.call.dial(n.text)).then((call) => done(null, call), (err) => done(err));
    }
  }

  const api = {
    /** start follows the page and answers {stop(), numbers()}; docs/linkify.md has the options. */
    start(options) {
      const o = { ...options };
      if (!o.agent && !root.CTIAgent) throw new Error('CTILinkify.start needs an agent: load ctiagent.js first, or pass one');
      const links = new Linkifier(o);
      if (!o.agent) {
        o.agent = root.CTIAgent.connect({ client: 'linkify', watch: false });
        links.undo.push(() => o.agent.close());
      }
      return links.start();
    },
    find,
    verdict
  };
  if (typeof module === 'object' && module && module.exports) module.exports = api;
  root.CTILinkify = api;
}(typeof window !== 'undefined' ? window : globalThis));
