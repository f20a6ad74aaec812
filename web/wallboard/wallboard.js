// The wallboard: what the queues of a site are doing now, on a screen that many look at. Which queues, whether numbers stand
// whole, and the target of the service level are in the address, so that a bookmark keeps them.

import { load, t, language, picker, fill } from '/ui/i18n.js';
import { el, icon, render, keepTime, dropStrayClicks, followClock, now, said, since, announce } from '/ui/dom.js';
import { health, notice } from '/ui/parts.js';
import { newTicket, takeTicket } from '/ui/ticket.js';
import { board } from '/wallboard/board.js';
import { settings, MOST } from '/wallboard/settings.js';

// How often the program is asked, and from what age on figures are called old.
const EVERY = 5000;
const OLD = 20000;
const KEPT = 'ctiagent.wallboard';

const $ = (id) => document.getElementById(id);
let agent;
let form;
let queues = []; // {name, status, error, told, asking}
let wanted;

// ---- the address ----

function readAddress() {
  const params = new URLSearchParams(location.search);
  const target = Number(params.get('target'));
  return {
    queues: [...new Set(params.getAll('queue').map((q) => q.trim()).filter(Boolean))],
    whole: params.get('numbers') === 'whole',
    target: target > 0 && target <= 100 ? target : 0,
  };
}

function writeAddress() {
  const params = new URLSearchParams();
  for (const q of wanted.queues) params.append('queue', q);
  if (wanted.whole) params.set('numbers', 'whole');
  if (wanted.target) params.set('target', String(wanted.target));
  const text = params.toString();
  history.replaceState(null, '', location.pathname + (text ? '?' + text : ''));
}

// The ticket for the next connection is kept in this tab while the page is loaded again, and nowhere longer.
function keptTicket() {
  try {
    const kept = sessionStorage.getItem(KEPT) || '';
    sessionStorage.removeItem(KEPT);
    return kept;
  } catch {
    return '';
  }
}

function keepTicket() {
  try {
    if (agent.info.ticket) sessionStorage.setItem(KEPT, agent.info.ticket);
  } catch {
    // storage may be switched off; the page then wants a new ticket
  }
}

// ---- asking ----

function follow(next) {
  wanted = next;
  queues = wanted.queues.slice(0, MOST).map((name) => queues.find((q) => q.name === name) || { name, status: null, error: null, told: '', asking: false });
  writeAddress();
  askAll();
}

function askAll() { for (const q of queues) ask(q); }

async function ask(q) {
  if (q.asking || document.hidden || agent.state !== 'connected') return;
  q.asking = true;
  try {
    const status = await agent.request('queue.status', { queue: q.name });
    followClock(status.now);
    const before = q.status;
    q.status = status;
    q.error = null;
    q.told = '';
    if (before && !status.waitingUnknown && before.waiting !== status.waiting) announce(t('board.waitingSpoken', { queue: q.name, n: status.waiting }));
  } catch (err) {
    q.error = err;
    const { message } = said(err);
    if (message !== q.told) announce(q.name + ': ' + message); // once, not whenever it is tried again
    q.told = message;
  }
  q.asking = false;
  draw(q);
}

// ---- drawing ----

function readAt(q) { return q.status ? Date.parse(q.status.at || q.status.now) : NaN; }

function isOld(q) { return !!q.status && (q.error !== null || agent.state !== 'connected' || now() - readAt(q) > OLD); }

// warning says why figures are old or missing, and what to do next. What the page itself says of a request that got no answer
// is advice for somebody who asked; here it asks again by itself.
function warning(q) {
  const words = q.error ? said(q.error) : null;
  if (!words && !isOld(q)) return null;
  const instant = q.status ? new Date(readAt(q)) : null;
  return el('div.band.tone-' + (q.status ? 'warn' : 'bad'), { 'data-old': q.status ? 'figures' : 'none' },
    icon(q.status ? 'clock' : 'warn'),
    el('div', {},
      instant ? el('b', {}, t('board.old', { time: instant.toLocaleTimeString(language()) }), ' ', since(instant.toISOString())) : null,
      words ? el('p', {}, words.message) : null,
      words && words.hint && q.error.data ? el('p.muted', {}, words.hint) : null));
}

function draw(q) {
  const i = queues.indexOf(q);
  const place = $('boards').children[i];
  if (i < 0 || !place) return;
  const old = isOld(q);
  q.drawnOld = old;
  place.dataset.queue = q.name;
  place.dataset.state = !q.status ? (q.error ? 'error' : 'loading') : old ? 'old' : 'fresh';
  const driver = agent.view.drivers.map((d) => d.title || d.name).join(', ');
  render(place,
    el('header.board-top', {}, el('h2', { id: 'queue' + i }, q.name),
      q.status ? el('span.muted.num', { 'data-at': q.status.at || q.status.now }, t('board.at', { time: new Date(readAt(q)).toLocaleTimeString(language()) })) : null),
    warning(q),
    q.status ? board(q.status, { ...wanted, driver, id: 'queue' + i }) : q.error ? null : el('p.empty', {}, t('history.loading')));
}

function drawAll() {
  const none = queues.length === 0;
  const places = queues.map((q, i) => el('section.queue', { 'aria-labelledby': 'queue' + i }));
  const left = wanted.queues.slice(MOST);
  $('boards').replaceChildren(...places, left.length ? el('div.band.tone-warn', { 'data-left': left.length }, icon('warn'), el('p', {}, t('board.left', { n: MOST, queues: left.join(', ') }))) : '');
  for (const q of queues) draw(q);
  const linked = agent.state === 'connected' || agent.view.epoch !== null;
  $('boards').hidden = !linked;
  $('choose').hidden = !linked || none;
  $('settings').hidden = !linked || !(none || form.open);
  $('choose').setAttribute('aria-expanded', String(!$('settings').hidden));
  document.title = none ? t('board.title') : queues.map((q) => q.name).join(', ') + ' · ' + t('board.title');
}

function drawState() {
  render($('health'), health(agent));
  const help = agent.state === 'unpaired' ? { title: t('ticket.title'), body: [el('p', {}, t('board.ticketWhy')), el('p', {}, t('ticket.how') + ' ', el('code', {}, 'ctiagent open-wallboard'))] } : null;
  render($('notice'), notice(agent, help));
}

// leave goes to the control page with the ticket that is good when this page's connection has ended.
function leave(ev) {
  if (ev.ctrlKey || ev.metaKey || ev.shiftKey || !agent.info.ticket) return;
  ev.preventDefault();
  const { ticket } = agent.info;
  agent.close();
  location.assign('/#t=' + encodeURIComponent(ticket));
}

async function start() {
  const kept = keptTicket();
  const ticket = takeTicket() || kept;
  wanted = readAddress();
  await load();
  fill();
  keepTime();
  dropStrayClicks();
  agent = window.CTIAgent.connect({ client: 'ctiagent-wallboard/1', sameOrigin: true, language: language(), ticket });
  form = settings(agent, $('settings'), () => wanted, (next) => {
    form.open = false;
    follow(next);
    drawAll();
    $('choose').focus();
  });
  follow(wanted);
  const all = () => { drawState(); drawAll(); };
  let was = '';
  agent.on('state', (state) => {
    all();
    if (state === 'connected' && was !== state) {
      askAll();
      form.load();
    }
    was = state;
  });
  agent.on('change', drawState);
  picker($('language'), (l) => {
    agent.setLanguage(l);
    form.draw();
    all();
    askAll(); // hints come in the new language
  });
  $('choose').addEventListener('click', () => {
    form.open = $('settings').hidden;
    drawAll();
    if (form.open) form.show();
  });
  $('control').addEventListener('click', leave);
  $('skip').addEventListener('click', (ev) => {
    ev.preventDefault();
    $('main').focus();
  });
  // Nobody looks at a hidden page, so it asks for nothing; one that is looked at again asks at once.
  document.addEventListener('visibilitychange', askAll);
  addEventListener('pagehide', keepTicket);
  addEventListener('hashchange', newTicket);
  setInterval(askAll, EVERY);
  setInterval(() => { for (const q of queues) if (isOld(q) !== !!q.drawnOld) draw(q); }, 1000);
  form.draw();
  all();
}

start();
