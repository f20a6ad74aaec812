// What waits for the link to the PBX, and what asks for a look: edited, sent again or dropped.

import { t } from '/ui/i18n.js';
import { el, icon, render, busy, failed, toast } from '/ui/dom.js';
import { askEntry, askSure } from '/ui/dialogs.js';
import { nice, dayOf, timeOf } from '/ui/parts.js';

// How an entry looks in each state: its tone, its icon and its sentence.
const LOOKS = {
  waiting: ['info', 'clock', 'outbox.waiting'], sending: ['info', 'outgoing', 'outbox.sending'],
  unconfirmed: ['warn', 'warn', 'outbox.unconfirmed'], refused: ['bad', 'warn', 'outbox.refused'], expired: ['idle', 'clock', 'outbox.expired'],
};

const WISHES = {
  'call.setDisposition': 'outbox.disposition', 'call.tag': 'outbox.tag', 'callback.schedule': 'outbox.callback',
  'agent.pause': 'outbox.pause', 'agent.unpause': 'outbox.unpause',
};

const ACTS = { edit: ['outbox.edit', 'outbox.editLabel'], retry: ['outbox.retry', 'outbox.retryLabel'], drop: ['outbox.drop', 'outbox.dropLabel'] };

// outboxCount is how many entries there are, whatever became of them.
export function outboxCount(view) { return Object.values(view.outbox || {}).reduce((sum, n) => sum + n, 0); }

function moment(instant) { return [dayOf(instant), timeOf(instant)].filter(Boolean).join(' '); }

export function outbox(agent) {
  let entries = [];
  let asked = 0;
  const rows = el('ul.plain-list', { id: 'outbox' });
  const card = el('section.card', { 'aria-labelledby': 'outbox-title', hidden: true });

  async function load() {
    const mine = ++asked;
    let list;
    try {
      list = await agent.request('outbox.list');
    } catch (err) {
      if (mine === asked) failed(err);
      return;
    }
    if (mine !== asked) return;
    entries = list;
    draw();
  }

  async function retry(e, button) {
    if (e.state === 'unconfirmed' && !await askSure(t('outbox.retryTitle'), t('outbox.retryText'), t('outbox.retry'), 'primary')) return;
    if (await busy(button, () => agent.request('outbox.retry', { id: e.id })) === undefined) return;
    toast({ message: t('outbox.retried'), tone: 'ok' });
    await load();
  }

  async function drop(e, button) {
    if (!await askSure(t('outbox.dropTitle'), t('outbox.dropText'), t('outbox.drop'), 'stop')) return;
    if (await busy(button, () => agent.request('outbox.drop', { id: e.id })) === undefined) return;
    toast({ message: t('outbox.dropped'), tone: 'ok' });
    await load();
  }

  async function edit(e, button) {
    const changed = await askEntry(e);
    if (!changed) return;
    if (await busy(button, () => agent.request('outbox.edit', { id: e.id, ...changed })) === undefined) return;
    toast({ message: t('outbox.edited'), tone: 'ok' });
    await load();
  }

  function act(e, name, run) {
    const [word, label] = ACTS[name];
    const button = el('button.btn', { type: 'button', 'data-key': name + e.id, 'data-act': name, 'aria-label': t(label, { what: t(WISHES[e.method]) }) }, t(word));
    button.addEventListener('click', () => run(e, button));
    return button;
  }

  function row(e) {
    const [tone, shape, sentence] = LOOKS[e.state];
    const what = [t(WISHES[e.method]), e.code, (e.levels || []).join(' / '), e.reason, e.text, e.note].filter(Boolean).join(' · ');
    const about = [e.number ? nice(e.number) : '', e.title, t('outbox.wanted', { at: moment(e.wantedAt) }), e.at ? t('outbox.at', { at: moment(e.at) }) : ''];
    const quiet = e.state !== 'sending' && e.state !== 'unconfirmed';
    return el('li.tone-' + tone, { 'data-entry': e.id, 'data-state': e.state }, icon(shape),
      el('div.mid', {}, el('div.strong.detail', {}, what),
        el('div.muted.small.num', {}, about.filter(Boolean).join(' · ')),
        el('div.small.detail', {}, t(sentence, { until: moment(e.expiresAt), said: e.error || '' })),
        el('div.row.tight', {},
          quiet && e.method !== 'agent.unpause' ? act(e, 'edit', edit) : null,
          e.state !== 'sending' ? act(e, 'retry', retry) : null,
          e.state !== 'sending' ? act(e, 'drop', drop) : null)));
  }

  function draw() {
    card.hidden = entries.length === 0;
    if (card.hidden) {
      card.replaceChildren();
      return;
    }
    render(rows, entries.map(row));
    if (rows.parentNode !== card) card.append(el('header', {}, el('h2', { id: 'outbox-title' })), el('p.in.muted', {}), rows);
    card.querySelector('h2').textContent = t('outbox.title');
    card.querySelector('p').textContent = t('outbox.help');
  }

  return { card, draw, load };
}
