// The demo CRM: a debt collector's customer list whose numbers are dialled by a click, and whose customers pop up when they call.

import { load, t, language, picker, fill } from '/ui/i18n.js';
import { el, icon, render, keepTime, busy, dropStrayClicks } from '/ui/dom.js';
import { callBar, agentBadge, agentButtons, health, notice, nice } from '/ui/parts.js';
import { byId, byPhone, find, phoneOf } from '/demo/customers.js';
import { simulator } from '/demo/simulator.js';

const STATUS = {
  overdue: ['warn', 'clock'], agreement: ['ok', 'check'], promise: ['info', 'note'], legal: ['bad', 'warn'],
};

const $ = (id) => document.getElementById(id);
let agent;
let search = '';
let arrived = null; // the inbound call that brought us to a customer's page

function money(amount) { return new Intl.NumberFormat(language(), { style: 'currency', currency: 'BRL' }).format(amount); }
function day(date) { return date.toLocaleDateString(language(), { day: '2-digit', month: '2-digit', year: 'numeric' }); }
function daysAgo(n) { return day(new Date(Date.now() - n * 86400000)); }
function nameOf(number) { return (byPhone(number) || {}).name || ''; }

// around puts a node where a sentence names it.
function around(sentence, name, node) {
  const at = sentence.indexOf(name);
  return at < 0 ? [sentence] : [sentence.slice(0, at), node, sentence.slice(at + name.length)];
}

function statusBadge(c) {
  const [tone, shape] = STATUS[c.status];
  return el('span.badge.tone-' + tone, {}, icon(shape), t('status.' + c.status));
}

// Each click asks for a call: that one person presses twice is for the desk to understand, which sees all its pages.
function dialButton(phone, customer, big = false) {
  const button = el(big ? 'button.btn.go' : 'button.linkbtn', {
    type: 'button', 'data-dial': phone.number, 'data-key': 'dial' + phone.number,
    'aria-label': t('dial.label', { name: customer, number: phone.number }),
  }, icon('phone'), phone.number);
  button.addEventListener('click', () => busy(button, () => agent.call.dial(phone.number)));
  return button;
}

// markLive makes the numbers of the calls under way look calm: there is nothing to start. They stay buttons, because what
// a second wish for the same number means is for the desk to decide.
function markLive() {
  const live = Object.values(agent.view.calls).map((c) => phoneOf(c.remote)).filter(Boolean);
  for (const button of document.querySelectorAll('[data-dial]')) {
    const calling = live.includes(phoneOf({ raw: button.dataset.dial }));
    if (button.classList.contains('live') === calling) continue;
    button.classList.toggle('live', calling);
    button.firstElementChild.replaceWith(icon(calling ? 'talking' : 'phone'));
  }
}

// ---- list ----

function rows() {
  const found = find(search);
  $('count').textContent = found.length === 1 ? t('list.one') : t('list.count', { n: found.length });
  const body = found.map((c) => el('tr', { 'data-customer': c.id },
    el('td', {}, el('a.table-link', { href: '#/cliente/' + c.id, 'data-key': 'open' + c.id }, c.name), el('div.muted.small', {}, c.contract + ' · ' + c.city)),
    el('td.right.num.strong.nowrap', {}, money(c.amount)),
    el('td.wide', {}, el('div.row', {}, c.phones.map((p) => dialButton(p, c.name)))),
    el('td.num.nowrap.muted', {}, el('span.visually-hidden', {}, t('list.due') + ' '), day(c.due)),
    el('td', {}, statusBadge(c))));
  render($('rows'), body.length ? body : el('tr', {}, el('td.empty.wide', { colspan: 5 }, t('list.nothing', { text: search }))));
  markLive();
}

function showList() {
  const input = el('input', { type: 'search', id: 'search', 'data-key': 'search', maxlength: 80, autocomplete: 'off', placeholder: t('list.search'), 'aria-label': t('list.search') });
  input.value = search;
  input.addEventListener('input', () => { search = input.value; rows(); });
  const heading = (key, ...classes) => el(['th', ...classes].join('.'), { scope: 'col' }, t(key));
  render($('view'), el('section.card', { 'aria-labelledby': 'list-title' },
    el('header', {},
      el('div', {}, el('h1', { id: 'list-title' }, t('list.title')), el('span.muted.small', { id: 'count', role: 'status' })),
      el('div.toolbar', {}, el('div.search', {}, icon('search'), input))),
    el('table.folds', {},
      el('thead', {}, el('tr', {}, heading('list.customer'), heading('list.amount', 'right'), heading('list.phones'), heading('list.due'), heading('list.status'))),
      el('tbody', { id: 'rows' }))));
  rows();
}

// ---- one customer ----

function showCustomer(c) {
  document.title = c.name + ' · Aurora Cobranças';
  render($('view'),
    incoming(),
    el('section.card', { 'aria-labelledby': 'customer', 'data-customer': c.id },
      el('header', {},
        el('div', {}, el('a.linkbtn.small', { href: '#/' }, icon('back'), t('customer.back')), el('h1', { id: 'customer', tabindex: '-1' }, c.name), el('span.muted.small', {}, c.contract + ' · ' + c.city)),
        statusBadge(c)),
      el('div.in.stack', {},
        el('dl.facts', {},
          el('div', {}, el('dt', {}, t('list.amount')), el('dd.num', {}, money(c.amount))),
          el('div', {}, el('dt', {}, t('list.due')), el('dd.num', {}, day(c.due))),
          el('div', {}, el('dt', {}, t('customer.discount')), el('dd.num', {}, money(c.amount * 0.85))),
          el('div', {}, el('dt', {}, t('customer.owner')), el('dd', {}, t('customer.team')))),
        el('h2', {}, t('list.phones')),
        el('div.row', {}, c.phones.map((p) => el('div.row', {}, dialButton(p, c.name, true), el('span.muted.small', {}, t('phone.' + p.kind))))),
        el('h2', {}, t('customer.history')),
        el('ul.timeline', {}, c.history.map(([ago, what]) => el('li', {}, el('span.muted.num', {}, daysAgo(ago)), el('span', {}, t('history.' + what))))))));
}

function showUnknown(e164) {
  render($('view'), incoming(), el('section.card', { 'data-unknown': e164 },
    el('header', {}, el('div', {}, el('a.linkbtn.small', { href: '#/' }, icon('back'), t('customer.back')), el('h1', {}, t(e164 ? 'unknown.title' : 'call.unknownRemote')))),
    el('div.in.stack', {}, el('p', {}, e164 ? t('unknown.text', { number: nice(e164) }) : t('unknown.noNumber')),
      e164 ? el('div.row', {}, dialButton({ number: nice(e164) }, t('unknown.title'), true)) : null)));
}

// incoming is the banner over the page a call opened; it stays as long as the call and says what became of it.
function incoming() {
  if (!arrived) return null;
  const call = agent.view.calls[arrived] || agent.view.recent.find((c) => c.id === arrived);
  if (!call) return null;
  const ended = call.state === 'ended';
  const key = ended ? (call.missed ? 'pop.missed' : 'pop.ended') : call.state === 'ringing' ? 'pop.ringing' : 'pop.talking';
  const number = nice((call.remote || {}).e164 || '') || (call.remote || {}).raw || t('call.unknownRemote');
  return el('div.notice.incoming.tone-' + (ended ? 'idle' : 'ok'), { role: 'status', 'data-pop': call.id },
    icon(ended ? 'hangup' : 'incoming'),
    el('div', {}, el('h2', {}, t('pop.title')), el('p', {}, around(t(key, { number: '{number}' }), '{number}', el('span.nowrap', {}, number)))),
    el('div.row', {}, el('button.btn.quiet', { type: 'button', 'data-key': 'pop-close', onclick: () => { arrived = null; route(); } }, t('pop.close'))));
}

// ---- routes ----

function route() {
  const [, what, which] = location.hash.split('/');
  document.title = t('demo.title');
  if (what === 'telefone') {
    const e164 = '+' + decodeURIComponent(which || '').replace(/\D/g, '').slice(0, 15);
    const known = byPhone(e164);
    // The browser was opened for a call: the page belongs to it.
    const call = Object.values(agent.view.calls).find((c) => c.direction === 'inbound' && (c.remote || {}).e164 === e164);
    if (call) arrived = call.id;
    if (known) location.replace('#/cliente/' + known.id); else showUnknown(e164 === '+' ? '' : e164);
    markLive();
    return;
  }
  const c = what === 'cliente' ? byId(which) : null;
  if (c) showCustomer(c); else showList();
  markLive();
}

function pageOf(call) {
  const e164 = ((call || {}).remote || {}).e164 || '';
  const c = byPhone(e164);
  return c ? '#/cliente/' + c.id : '#/telefone/' + encodeURIComponent(e164);
}

// A PBX may tell who calls only after it rang: the page then follows from the unknown number to the customer.
function follow({ call }) {
  if (!call || call.id !== arrived || !location.hash.startsWith('#/telefone/')) return;
  if (location.hash !== pageOf(call)) location.replace(pageOf(call));
}

// A pop shows our own page of the caller. The address that comes along is not followed: only its customer is looked up.
function pop({ call }) {
  arrived = call ? call.id : null;
  const target = pageOf(call);
  if (location.hash === target) route(); else location.hash = target;
  return true;
}

function drawAgent() {
  const a = agent.view.agent;
  render($('agent'), a && agent.state === 'connected' ? [agentBadge(a), ...agentButtons(agent, true)] : []);
}

function drawHealth() {
  render($('health'), health(agent));
  const box = notice(agent);
  render($('notice'), box);
}

async function start() {
  await load('pt-BR');
  fill();
  keepTime();
  dropStrayClicks();
  agent = window.CTIAgent.connect({ client: 'aurora-demo/1', sameOrigin: true, language: language() });
  agent.onPop(pop);
  agent.on('call', follow);
  const drawCalls = callBar(agent, $('calls'), { nameOf, idleKey: 'call.noneDemo', handKey: 'simulated' });
  const drawSimulator = simulator(agent, $('sim'));
  const all = () => { drawAgent(); drawHealth(); drawCalls(); drawSimulator(); };
  agent.on('state', all);
  agent.on('change', () => {
    drawAgent();
    drawHealth();
    markLive();
    const banner = document.querySelector('[data-pop]');
    const now = incoming();
    if (banner && now) banner.replaceWith(now);
    else if (now && location.hash === pageOf(agent.view.calls[arrived])) route(); // it was asked to show a call that it is told of only now
  });
  picker($('language'), (l) => { agent.setLanguage(l); all(); route(); });
  addEventListener('hashchange', () => { route(); $('main').focus({ preventScroll: true }); scrollTo(0, 0); });
  all();
  route();
  // A page opened for a call learns of the call only with the snapshot.
  agent.on('snapshot', () => {
    const [, what, which] = location.hash.split('/');
    if (what === 'telefone') { route(); return; }
    const open = what === 'cliente' && byId(which);
    const call = open && !arrived && Object.values(agent.view.calls).find((c) => c.direction === 'inbound' && byPhone((c.remote || {}).e164) === open);
    if (call) { arrived = call.id; route(); }
  });
}

start();
