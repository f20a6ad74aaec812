// One queue on the wallboard: who waits, who answers, how the day went, and what nobody tells.

import { t, language } from '/ui/i18n.js';
import { el, icon, since } from '/ui/dom.js';
import { agentLook, agentWord, nice } from '/ui/parts.js';
import { chart, levelOf } from '/wallboard/chart.js';

const STATES = ['ready', 'ringing', 'on_call', 'paused', 'wrapup', 'other', 'offline'];
const SHOWN = 8; // calls by their numbers

// masked keeps the last four digits, as the log does: many eyes see this screen.
export function masked(number) {
  let left = (number.match(/\d/g) || []).length;
  return number.replace(/\d/g, (d) => (left-- > 4 ? '*' : d));
}

function waiting(s, options) {
  const calls = s.calls || [];
  const shown = calls.slice(0, SHOWN);
  return el('section.tile.waiting.tone-' + (s.waiting ? 'warn' : 'ok'), { 'aria-labelledby': options.id + 'w', 'data-waiting': s.waiting },
    el('div.tile-top', {}, el('h3', { id: options.id + 'w' }, icon('incoming'), t('part.waiting')), el('b.huge.num', {}, String(s.waiting))),
    shown.length ? el('ol.wait-list', {}, shown.map((c) => el('li', {}, el('span.num', { 'data-number': '' }, options.whole ? nice(c.number) : masked(c.number)),
      c.since ? since(c.since, 'b.num.time') : null))) : null,
    calls.length > SHOWN ? el('p.muted', {}, t('board.more', { n: calls.length - SHOWN })) : null);
}

function person(a, state) {
  const meta = [a.reason || '', a.extension ? t('agent.extension', { extension: a.extension }) : ''].filter(Boolean).join(' · ');
  const way = state === 'on_call' && a.direction ? el('span', { title: t('direction.' + a.direction) }, icon(a.direction === 'outbound' ? 'outgoing' : 'incoming'), el('span.visually-hidden', {}, t('direction.' + a.direction))) : null;
  return el('li.who', { 'data-agent': a.name, 'data-state': state },
    el('div.who-name', {}, el('b', {}, a.name), way),
    a.since && state !== 'offline' ? since(a.since, 'span.time.num') : null,
    meta ? el('div.muted.who-meta', {}, meta) : null);
}

// The longest time first: it is what a supervisor looks for.
function byTime(a, b) {
  return (Date.parse(a.since) || Infinity) - (Date.parse(b.since) || Infinity) || a.name.localeCompare(b.name, language());
}

function agents(s, options) {
  if (!s.agents.length) return el('p.empty', {}, t('board.nobody'));
  return STATES.map((state) => {
    const here = s.agents.filter((a) => (STATES.includes(a.state) ? a.state : 'other') === state);
    if (!here.length) return null;
    const look = agentLook(state);
    const id = options.id + state;
    return el('section.group' + (here.length < 3 ? '.few' : '') + '.tone-' + look.tone, { 'aria-labelledby': id, 'data-group': state },
      el('h3', { id }, icon(look.icon), el('span', {}, state === 'other' ? t('board.otherState') : agentWord({ state })), ' ', el('b.big.num', {}, String(here.length))),
      el('ul.people', {}, here.sort(byTime).map((a) => person(a, state))));
  });
}

function level(s, options) {
  const day = levelOf(s.level);
  const threshold = s.level.length ? s.level[s.level.length - 1].thresholdSeconds : 0;
  const good = !options.target || day === null || day >= options.target;
  return el('section.tile.tone-' + (good ? 'info' : 'bad'), { 'aria-labelledby': options.id + 'l', 'data-level': day === null ? '' : String(Math.round(day)) },
    el('div.tile-top', {}, el('h3', { id: options.id + 'l' }, icon('clock'), t('part.level')),
      el('b.huge.num', {}, day === null ? '–' : Math.round(day) + ' %', good ? null : el('span.visually-hidden', {}, ' ' + t('board.below')))),
    el('p.muted', {}, day === null ? t('board.noCalls') : threshold ? t('board.within', { seconds: threshold }) : t('board.today'),
      options.target ? [' ', el('span.target-word', {}, t('board.targetOf', { n: options.target }))] : null),
    s.level.length ? chart(s.level, { ...options, label: t('board.chart', { queue: s.queue }) }) : null);
}

function lines(s) {
  if (!s.lines.length) return null;
  return el('section.lines', { 'aria-label': t('part.lines') }, el('h3', {}, icon('plug'), t('part.lines')),
    el('ul', {}, s.lines.map((l) => el('li', {}, el('span', {}, l.name + (l.kind ? ' · ' + l.kind : '')),
      l.limit ? el('meter', { min: 0, max: l.limit, value: Math.min(l.used, l.limit), 'aria-label': l.name }) : null,
      el('b.num', {}, l.limit ? t('board.of', { used: l.used, limit: l.limit }) : String(l.used))))));
}

// gaps says what is not shown: what could not be had with its next step, each reason once, and what this vendor never tells.
function gaps(s, options) {
  const reasons = new Map();
  for (const g of s.missing || []) {
    const key = g.text + '\n' + (g.hint || '');
    if (!reasons.has(key)) reasons.set(key, { text: g.text, hint: g.hint, parts: [] });
    reasons.get(key).parts.push(g.part);
  }
  const said = (s.missing || []).map((g) => g.part);
  const silent = [['waiting', s.waitingUnknown], ['agents', !s.agents], ['level', !s.level], ['lines', !s.lines]].filter(([part, lacks]) => lacks && !said.includes(part)).map(([part]) => t('part.' + part));
  const notes = [...reasons.values()].map((r) => el('li', { 'data-missing': r.parts.join(' ') }, icon('warn'),
    el('div', {}, el('b', {}, r.parts.map((p) => t('part.' + p)).join(', ')), ': ',
      // Beside the hint, the text is English or the vendor's own.
      r.hint && language() !== 'en' ? r.hint : [r.text, r.hint ? el('p', {}, r.hint) : null])));
  if (silent.length) notes.push(el('li', { 'data-silent': silent.length }, icon('note'), el('div', {}, t('board.silent', { driver: options.driver, parts: silent.join(', ') }))));
  return notes.length ? el('ul.gaps', { 'aria-label': t('board.gaps') }, notes) : null;
}

// board draws a status. Options: whole numbers, the target of the service level in percent, the driver's title, an id.
export function board(s, options) {
  const side = [s.waitingUnknown ? null : waiting(s, options), s.level ? level(s, options) : null, s.lines ? lines(s) : null].filter(Boolean);
  const main = s.agents ? agents(s, options) : null;
  return [
    el('div.board' + (main && side.length ? '.both' : ''), {},
      side.length ? el('div.side', {}, side) : null,
      main ? el('div.groups', { role: 'group', 'aria-label': t('part.agents') }, main) : null),
    gaps(s, options)];
}
