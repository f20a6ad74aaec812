// The parts both pages share: calls with their legal verbs, the agent's state, and the sentences about the connection.

import { t, has, language } from '/ui/i18n.js';
import { el, icon, since, render, busy, announce, between, toast } from '/ui/dom.js';
import { askTransfer, askDigits, askText, askPause, askLogin, askWhich } from '/ui/dialogs.js';

const STATES = {
  dialing: { tone: 'info', icon: 'outgoing', live: true },
  ringing: { tone: 'warn', icon: 'incoming', live: true },
  connected: { tone: 'ok', icon: 'talking' },
  held: { tone: 'hold', icon: 'pause' },
  wrapup: { tone: 'idle', icon: 'note' },
  ended: { tone: 'idle', icon: 'hangup' },
};

// How many verbs of a call have a button in the bar; when there are more, the last place is the one of "more".
const PLACES = 5;

// The verbs a call can show, in the order of its buttons. `ask` gets the call and answers parameters, or null.
const VERBS = [
  { verb: 'call.answer', icon: 'phone', look: 'go' },
  { verb: 'call.hangup', icon: 'hangup', look: 'stop' },
  { verb: 'call.reject', icon: 'cross', look: 'stop' },
  { verb: 'call.hold', icon: 'pause' },
  { verb: 'call.resume', icon: 'play', look: 'primary' },
  { verb: 'call.toggleHold', icon: 'pause' },
  { verb: 'call.mute', icon: 'micOff' },
  { verb: 'call.unmute', icon: 'mic', look: 'primary' },
  { verb: 'call.toggleMute', icon: 'micOff' },
  { verb: 'call.completeTransfer', icon: 'check', look: 'primary' },
  { verb: 'call.cancelTransfer', icon: 'cross' },
  { verb: 'call.conference', icon: 'merge' },
  { verb: 'call.transfer', icon: 'transfer', ask: askTransfer },
  { verb: 'call.sendDtmf', icon: 'keypad', ask: askDigits },
  { verb: 'call.startRecording', icon: 'record' },
  { verb: 'call.stopRecording', icon: 'record' },
  { verb: 'call.tag', icon: 'tag', ask: () => askText('tag', 'text') },
  { verb: 'call.setDisposition', icon: 'note', ask: () => askText('disposition', 'code') },
];

export function remoteOf(call, nameOf = () => '') {
  const remote = call.remote || {};
  const number = nice(remote.e164 || '') || remote.raw || (call.direction === 'inbound' ? call.from : call.to) || '';
  const name = nameOf(remote.e164 || remote.raw || '') || remote.display || '';
  return { name, number, title: name || number || t('call.unknownRemote') };
}

// nice writes a Brazilian E.164 number the way people there read it; others stay as they are.
export function nice(e164) {
  const m = /^\+55(\d{2})(\d{4,5})(\d{4})$/.exec(e164 || '');
  return m ? `(${m[1]}) ${m[2]}-${m[3]}` : e164;
}

export function endWord(call) {
  const key = call.missed ? 'end.missed' : 'end.' + call.endReason;
  return has(key) ? t(key) : t('end.unknown');
}

function stateWord(call) {
  if (call.state === 'ended') return t('call.ended') + ' · ' + endWord(call);
  if (call.state === 'ringing' && call.direction !== 'inbound') return t('call.ringingOut');
  return has('call.' + call.state) ? t('call.' + call.state) : call.state;
}

async function perform(agent, call, v, button) {
  const params = v.ask ? await v.ask(call) : {};
  if (params) await busy(button, () => agent.request(v.verb, { ...params, call: call.id }));
}

function verbWord(v) { return t('verb.' + v.verb.slice('call.'.length)); }

// A button of the bar keeps its word for readers and as a title where there is room for its icon only.
function barButton(look, name, key, shape, word, act) {
  const button = el('button.btn' + (look ? '.' + look : ''), { type: 'button', 'data-verb': name, 'data-key': key + name, title: word }, icon(shape), el('span.word', {}, word));
  button.addEventListener('click', () => act(button));
  return button;
}

function verbButtons(agent, call, legal) {
  const verbs = VERBS.filter((v) => legal.includes(v.verb));
  const shown = verbs.length > PLACES ? verbs.slice(0, PLACES - 1) : verbs;
  const rest = verbs.slice(shown.length);
  const buttons = shown.map((v) => barButton(v.look, v.verb, call.id, v.icon, verbWord(v), (button) => perform(agent, call, v, button)));
  if (rest.length) {
    buttons.push(barButton('', 'more', call.id, 'more', t('call.more'), async (button) => {
      const v = await askWhich(rest.map((r) => ({ value: r, icon: r.icon, word: verbWord(r) })));
      if (v) await perform(agent, call, v, button);
    }));
  }
  return buttons;
}

// byHand says what only the telephone itself can do, when the PBX is linked and offers no verb for it.
function byHand(agent, call, legal, handKey) {
  const driver = agent.view.drivers.find((d) => d.name === call.via);
  if (agent.state !== 'connected' || (driver && driver.link !== 'connected')) return null;
  const word = call.state === 'ringing' && call.direction === 'inbound' ? 'answer' : 'hangup';
  if (legal.includes('call.' + word) || !['dialing', 'ringing', 'connected', 'held'].includes(call.state)) return null;
  return el('p.call-hand', {}, word === 'answer' ? t('answer.' + handKey) : t('hangup.' + handKey));
}

// joined sets a dot between parts that are there.
function joined(parts) {
  return parts.filter(Boolean).flatMap((p, i) => (i ? [' · ', p] : [p]));
}

export function callCard(agent, call, { nameOf, handKey = 'phone' } = {}) {
  const look = STATES[call.state] || STATES.ended;
  const who = remoteOf(call, nameOf);
  const start = call.answeredAt || call.startedAt;
  const time = call.state === 'ended' ? el('span.call-time', {}, between(start, call.endedAt)) : since(start, 'span.call-time');
  const meta = joined([
    call.muted ? el('span.strong', {}, icon('micOff'), ' ', t('call.muted')) : null,
    call.recording ? el('span.strong', {}, icon('record'), ' ', t('call.recording')) : null,
    who.name ? el('span.num', {}, who.number) : null,
    t('direction.' + (['inbound', 'outbound', 'internal'].includes(call.direction) ? call.direction : 'outbound')),
    call.queue ? t('call.queue', { queue: call.queue }) : '',
    call.campaign ? t('call.campaign', { campaign: call.campaign }) : '',
    // Which telephone system a call runs through matters to who has several.
    call.via && agent.view.drivers.length > 1 ? t('call.via', { driver: titleOf(agent, call.via) }) : '',
    call.inferred && call.state !== 'ended' ? el('span', { title: t('call.inferredHelp') }, t('call.inferred')) : null,
  ]);
  // Without a connection a verb would only fail: the call stays in sight, its buttons do not.
  const legal = agent.state === 'connected' ? call.actions || [] : [];
  return el('div.call.tone-' + look.tone, { role: 'group', 'aria-label': t('call.groupLabel', { who: who.title, state: stateWord(call) }), 'data-call': call.id, 'data-state': call.state },
    el('div.call-in', {},
      el('span.call-dot' + (look.live ? '.live' : ''), {}, icon(call.missed ? 'missed' : look.icon)),
      el('div.call-state', {}, el('span.call-word', {}, stateWord(call)), ' ', time),
      el('b.call-name', { title: who.title }, who.title),
      el('div.call-meta', { title: el('span', {}, ...meta.map((m) => (typeof m === 'string' ? m : m.textContent))).textContent }, meta),
      el('div.call-acts', {}, byHand(agent, call, legal, handKey), verbButtons(agent, call, legal))));
}

function titleOf(agent, name) {
  const driver = agent.view.drivers.find((d) => d.name === name);
  return (driver && driver.title) || name;
}

const ORDER = ['ringing', 'connected', 'dialing', 'held', 'wrapup'];

// callBar keeps a container showing the live calls, and the last one for a moment after it ended. Options: nameOf answers
// the name of a number the page knows, idleKey is the sentence without a call, handKey says which telephone is at hand.
// The container's height is the same whatever it shows, so that nothing below it moves under a click.
export function callBar(agent, container, options = {}) {
  let ended = null;
  let timer = 0;
  const spoken = {};
  function draw() {
    const calls = Object.values(agent.view.calls).sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || String(a.id).localeCompare(String(b.id)));
    const cards = (calls.length || !ended ? calls : [ended]).map((c) => callCard(agent, c, options));
    container.classList.toggle('many', cards.length > 1);
    render(container, cards.length ? cards : el('div.calls-idle', { 'data-state': 'none' }, icon('phone'), el('span', {}, t(options.idleKey || 'call.none'))));
  }
  agent.on('call', ({ call }) => {
    if (!call) return;
    if (call.state === 'ended') {
      ended = call;
      clearTimeout(timer);
      timer = setTimeout(() => { ended = null; draw(); }, 8000);
    }
    if (spoken[call.id] === call.state) return;
    spoken[call.id] = call.state;
    if (call.state === 'ended') delete spoken[call.id];
    announce(t('call.spoken', { state: stateWord(call), who: remoteOf(call, options.nameOf).title }));
  });
  agent.on('change', draw);
  draw();
  return draw;
}

// ---- the agent ----

const AGENT = {
  offline: { tone: 'idle', icon: 'off' },
  ready: { tone: 'ok', icon: 'check' },
  paused: { tone: 'warn', icon: 'pause' },
  ringing: { tone: 'warn', icon: 'incoming' },
  on_call: { tone: 'info', icon: 'talking' },
  wrapup: { tone: 'hold', icon: 'note' },
};

// agentLook is the tone and the icon of a state; a state nobody knows looks idle.
export function agentLook(state) { return AGENT[state] || { tone: 'idle', icon: 'more' }; }

export function agentWord(a) {
  const key = 'agent.' + a.state;
  return has(key) ? t(key) : a.state;
}

export function agentBadge(a, bare = false) {
  const look = AGENT[a.state] || AGENT.offline;
  const word = agentWord(a) + (a.reason && a.state === 'paused' ? ' · ' + a.reason : '');
  return el('span.badge.tone-' + look.tone, { 'data-agent-state': a.state, title: word }, icon(look.icon), el('span.word', {}, word),
    !bare && a.since && a.state !== 'offline' ? since(a.since, 'span.num', a.limitSeconds) : null);
}

// agentButtons are the agent verbs legal now.
export function agentButtons(agent, quick = false) {
  const a = agent.view.agent || {};
  const legal = a.actions || [];
  const button = (verb, key, shape, look, act) => {
    const b = el('button.btn' + (look ? '.' + look : ''), { type: 'button', 'data-verb': verb, 'data-key': verb, title: t(key) }, icon(shape), el('span.word', {}, t(key)));
    b.addEventListener('click', () => act(b));
    return b;
  };
  const out = [];
  if (legal.includes('agent.unpause')) out.push(button('agent.unpause', 'verb.unpause', 'play', 'primary', (b) => busy(b, () => agent.agent.unpause())));
  if (legal.includes('agent.pause')) out.push(button('agent.pause', 'verb.pause', 'pause', '', (b) => pause(agent, b)));
  if (legal.includes('agent.login')) out.push(button('agent.login', 'verb.login', 'user', 'primary', (b) => login(agent, b, quick)));
  if (legal.includes('agent.logout')) out.push(button('agent.logout', 'verb.logout', 'off', quick ? 'quiet' : '', (b) => busy(b, () => agent.agent.logout())));
  return out;
}

// The reasons as they were last told: a pause may be wanted while nobody can be asked for them.
let lastReasons = [];

async function pause(agent, button) {
  const reasons = await busy(button, async () => {
    try {
      lastReasons = await agent.agent.pauseReasons();
    } catch (err) {
      if (err.kind !== 'unavailable' && err.kind !== 'timeout') throw err;
    }
    return lastReasons;
  });
  if (reasons === undefined) return;
  const live = Object.values(agent.view.calls).some((c) => c.state !== 'wrapup');
  const params = await askPause(Array.isArray(reasons) ? reasons : [], live);
  if (params) await busy(button, () => agent.request('agent.pause', params));
}

async function login(agent, button, quick) {
  const params = quick ? {} : await askLogin(agent.view.agent || {});
  if (!params) return;
  const result = await busy(button, () => agent.request('agent.login', params));
  // The answer says how each driver fared; the ones that refused must not pass unseen.
  for (const d of (result && Array.isArray(result.drivers) ? result.drivers : [])) {
    if (d && d.error) toast({ message: d.error.message || String(d.error), hint: (d.error.data && d.error.data.hint) || d.error.hint });
  }
  const kept = result && params.remember && (result.kept || 'nowhere');
  if (kept && kept !== 'store') toast({ message: t('kept.' + kept) });
}

// ---- links ----

const LINKS = {
  connected: { tone: 'ok', icon: 'plug' },
  connecting: { tone: 'warn', icon: 'clock' },
  degraded: { tone: 'warn', icon: 'warn' },
  disconnected: { tone: 'bad', icon: 'cut' },
};

export function linkLook(driver) { return LINKS[driver.link] || LINKS.disconnected; }

export function linkWord(driver) {
  return has('link.' + driver.link) ? t('link.' + driver.link) : driver.link;
}

export function timeOf(instant) {
  const d = new Date(instant);
  return Number.isNaN(d.getTime()) ? '' : d.toLocaleTimeString(language(), { hour: '2-digit', minute: '2-digit' });
}

// dayOf is the day of an instant, empty for today.
export function dayOf(instant) {
  const d = new Date(instant);
  if (Number.isNaN(d.getTime()) || d.toDateString() === new Date().toDateString()) return '';
  return d.toLocaleDateString(language(), { day: '2-digit', month: '2-digit', year: 'numeric' });
}

// health tells in one sentence how the page, the program and the PBX are linked.
export function health(agent) {
  let tone = 'ok';
  let shape = 'plug';
  let sentence;
  const drivers = agent.view.drivers;
  const bad = drivers.find((d) => d.link === 'disconnected') || drivers.find((d) => d.link === 'degraded') || drivers.find((d) => d.link === 'connecting');
  if (agent.state !== 'connected') {
    tone = agent.state === 'connecting' ? 'warn' : 'bad';
    shape = agent.state === 'connecting' ? 'clock' : 'cut';
    sentence = agent.detail.message + (agent.state === 'connecting' ? ' ' + agent.detail.hint : '');
  } else if (bad) {
    tone = linkLook(bad).tone;
    shape = linkLook(bad).icon;
    const key = 'health.' + (has('health.' + bad.link) ? bad.link : 'disconnected');
    sentence = t(key, { driver: bad.title || bad.name, since: timeOf(bad.since) });
  } else {
    sentence = drivers.length ? t('health.ok', { drivers: drivers.map((d) => d.title || d.name).join(', ') }) : t('health.none');
  }
  return el('p.health.tone-' + tone, { 'data-link': agent.state === 'connected' ? (bad ? bad.link : 'connected') : agent.state }, icon(shape), el('span', {}, sentence.trim()));
}

// notice is the large box of the states in which the page can do nothing, or null. A page that knows better says so: `own` is {title, body}.
export function notice(agent, own = null) {
  if (!['blocked', 'absent', 'unpaired', 'incompatible'].includes(agent.state)) return null;
  const d = agent.detail;
  const shape = agent.state === 'absent' ? 'cut' : 'lock';
  const acts = [];
  if (agent.state === 'unpaired' && d.reason === 'not_paired' && !own) {
    const ask = el('button.btn.primary', { type: 'button', 'data-key': 'pair' }, t('notice.pair'));
    ask.addEventListener('click', () => busy(ask, () => agent.pair(['observe', 'dial', 'control'])));
    acts.push(ask);
  } else if (agent.state !== 'incompatible' && !own) {
    acts.push(el('button.btn', { type: 'button', 'data-key': 'retry', onclick: () => agent.retry() }, t('notice.retry')));
  }
  const said = d.error && d.error.message && agent.state === 'unpaired' ? el('p.small.muted', {}, d.error.message) : null;
  return el('section.notice.tone-' + (agent.state === 'unpaired' ? 'warn' : 'bad'), { role: 'alert', 'data-state': agent.state, 'data-reason': d.reason },
    icon(shape),
    el('div', {}, el('h2', {}, own ? own.title : d.message), own ? own.body : el('p', {}, d.hint), own ? null : said),
    el('div.row', {}, acts));
}
