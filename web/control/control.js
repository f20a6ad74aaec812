// The control page: the desk of this computer's user without any CRM: state, calls, dialling, recent calls, links.

import { load, t, has, language, picker, fill } from '/ui/i18n.js';
import { el, icon, render, keepTime, busy, since, between, dropStrayClicks } from '/ui/dom.js';
import { callBar, agentBadge, agentButtons, health, notice, remoteOf, endWord, linkLook, linkWord, nice, timeOf } from '/ui/parts.js';

const $ = (id) => document.getElementById(id);
let agent;

// The ticket is good once and belongs to nobody else: it leaves the address before anything can read it there.
function takeTicket() {
  const found = /[#&]t=([^&]+)/.exec(location.hash);
  if (!found) return '';
  history.replaceState(null, '', location.pathname + location.search);
  try {
    return decodeURIComponent(found[1]);
  } catch {
    return '';
  }
}

function drawAgent() {
  const a = agent.view.agent;
  if (!a) {
    render($('agent'), el('p.muted', {}, t('agent.unknown')));
    return;
  }
  const who = [a.name, a.id ? t('agent.id', { id: a.id }) : '', a.extension ? t('agent.extension', { extension: a.extension }) : ''].filter(Boolean);
  render($('agent'),
    el('div', {}, agentBadge(a, true)),
    a.since && a.state !== 'offline' ? el('div', {}, since(a.since, 'div.agent-big', a.limitSeconds), el('div.muted.small', {}, t('agent.since', { time: timeOf(a.since) }))) : null,
    who.length ? el('p', {}, who.join(' · ')) : null,
    el('div.row', {}, agentButtons(agent)));
}

function drawRecent() {
  const calls = agent.view.recent;
  const missed = calls.filter((c) => c.missed || (c.direction === 'inbound' && !c.answeredAt)).length;
  $('missed').hidden = !missed;
  $('missed').className = 'badge tone-bad';
  $('missed').replaceChildren(icon('missed'), t('recent.missed', { n: missed }));
  render($('recent'), calls.length ? calls.slice(0, 20).map(recentRow) : el('li.empty', {}, t('recent.none')));
}

function recentRow(c) {
  const lost = c.missed || (c.direction === 'inbound' && !c.answeredAt);
  const who = remoteOf(c);
  const again = el('button.btn', { type: 'button', 'data-key': 'again' + c.id, 'aria-label': t('dial.label', { name: who.title, number: who.number }) }, icon('phone'), t('dial.again'));
  again.addEventListener('click', () => busy(again, () => agent.call.dial((c.remote || {}).e164 || (c.remote || {}).raw || who.number)));
  return el('li', { 'data-call': c.id, class: lost ? 'tone-bad' : null },
    icon(lost ? 'missed' : c.direction === 'inbound' ? 'incoming' : 'outgoing'),
    el('div.mid', {}, el('div.strong', {}, who.title),
      el('div.muted.small.num', {}, [who.name ? who.number : '', timeOf(c.endedAt || c.startedAt), lost ? t('end.missed') : endWord(c), c.answeredAt ? between(c.answeredAt, c.endedAt) : ''].filter(Boolean).join(' · '))),
    who.number ? again : null);
}

function drawDrivers() {
  const list = agent.view.drivers;
  render($('drivers'), list.length ? list.map((d) => {
    const look = linkLook(d);
    return el('li.tone-' + look.tone, { 'data-driver': d.name, 'data-link': d.link },
      icon(look.icon),
      el('div.mid', {}, el('div.strong', {}, d.title || d.name), el('div.muted.small', {}, [linkWord(d), d.since ? t('agent.since', { time: timeOf(d.since) }) : ''].filter(Boolean).join(' · ')), d.detail ? el('div.small.detail', {}, d.detail) : null));
  }) : el('li.empty', {}, t('drivers.none')));
}

// ---- dialling ----

let explained = 0;
let stepsOpen = false;

async function explain() {
  const text = $('number').value.trim();
  const mine = ++explained;
  if (!text || agent.state !== 'connected') {
    render($('explained'), text ? null : el('p.muted.small', {}, t('dial.help')));
    return;
  }
  let e;
  try {
    e = await agent.number.explain(text);
  } catch (err) {
    if (mine === explained) render($('explained'), el('p.small.muted', {}, err.message));
    return;
  }
  if (mine !== explained || !e) return;
  const no = e.kind === 'not_a_phone';
  const kind = has('kind.' + e.kind) ? t('kind.' + e.kind) : e.kind;
  const steps = (Array.isArray(e.steps) ? e.steps : []).map((s) => (typeof s === 'string' ? s : s.text || '')).filter(Boolean);
  render($('explained'),
    el('div.row', { 'data-kind': e.kind }, el('span.badge.tone-' + (no ? 'bad' : 'ok'), {}, icon(no ? 'warn' : 'check'), kind),
      e.e164 ? el('span.num', {}, nice(e.e164)) : null,
      e.dialed ? el('span.muted.num', {}, t('dial.dialed', { number: e.dialed })) : null,
      no && steps.length ? el('span', {}, steps[steps.length - 1]) : null),
    steps.length && !no ? el('details.small', { open: stepsOpen, ontoggle: (ev) => { stepsOpen = ev.target.open; } }, el('summary', {}, t('dial.steps')), el('ol.steps', {}, steps.map((s) => el('li', {}, s)))) : null);
}

function wireDial() {
  let timer = 0;
  $('number').addEventListener('input', () => {
    clearTimeout(timer);
    $('number').removeAttribute('aria-invalid');
    timer = setTimeout(explain, 250);
  });
  $('dial').addEventListener('submit', async (ev) => {
    ev.preventDefault();
    const number = $('number').value.trim();
    if (!number) {
      explained++;
      $('number').setAttribute('aria-invalid', 'true');
      $('number').focus();
      render($('explained'), el('p.need', { role: 'alert' }, icon('warn'), t('dial.empty')));
      return;
    }
    const call = await busy($('dial-now'), () => agent.call.dial(number));
    if (call === undefined) return;
    $('number').value = '';
    explain();
  });
}

// ---- the whole ----

// An unpaired control page lacks a ticket, which only the tray and the command line hand out.
function ticketHelp() {
  if (agent.state !== 'unpaired') return null;
  return { title: t('ticket.title'), body: [el('p', {}, t('ticket.why')), el('p', {}, t('ticket.how') + ' ', el('code', {}, 'ctiagent open-control'))] };
}

function drawState() {
  render($('health'), health(agent));
  render($('notice'), notice(agent, ticketHelp()));
  // What is shown while the program is away is what it last said: in sight, but nothing to press.
  $('desk').inert = ['absent', 'blocked', 'incompatible'].includes(agent.state);
  $('desk').hidden = agent.state === 'unpaired' || (agent.state !== 'connected' && agent.view.epoch === null);
  const { version } = agent.info;
  $('version').textContent = version === 'dev' ? t('control.unreleased') : version ? t('control.version', { version }) : '';
}

async function start() {
  const ticket = takeTicket();
  await load();
  fill();
  keepTime();
  dropStrayClicks();
  agent = window.CTIAgent.connect({ client: 'ctiagent-control/1', sameOrigin: true, language: language(), ticket });
  const drawCalls = callBar(agent, $('calls'));
  const view = () => { drawAgent(); drawRecent(); drawDrivers(); };
  const all = () => { drawState(); view(); drawCalls(); };
  agent.on('state', all);
  agent.on('change', () => { drawState(); view(); });
  // A snapshot also follows a change of language: the program now explains in the new one.
  agent.on('snapshot', explain);
  picker($('language'), (l) => { agent.setLanguage(l); all(); });
  wireDial();
  all();
  explain();
}

start();
