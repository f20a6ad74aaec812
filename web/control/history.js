// The calls that are over, searched and called again, and above them what waits for the link to the PBX.

import { t } from '/ui/i18n.js';
import { el, icon, render, failed } from '/ui/dom.js';
import { remoteOf } from '/ui/parts.js';
import { endedCall, lost } from '/control/calls.js';
import { outbox } from '/control/outbox.js';

// How many calls one question brings, and from how many digits on the program searches by number itself.
const PAGE = 100;
const WHOLE_NUMBER = 8;

const KINDS = { all: 'history.all', inbound: 'history.inbound', outbound: 'history.outbound', missed: 'history.missed' };

export function history(agent, root) {
  let calls = [];
  let cursor = '';
  let text = '';
  let kind = 'all';
  let day = ''; // 2026-11-21, as the field writes it
  let asked = 0;
  let loaded = false;
  const list = el('ul.plain-list', { id: 'history' });
  const foot = el('div.row.foot', {});
  const waiting = outbox(agent);

  function digits() { return text.replace(/\D/g, ''); }

  async function load(more) {
    const mine = ++asked;
    const params = { limit: PAGE };
    if (more) params.cursor = cursor;
    if (digits().length >= WHOLE_NUMBER) params.number = text;
    if (day) {
      const [y, m, d] = day.split('-').map(Number);
      params.from = new Date(y, m - 1, d).toISOString();
      params.to = new Date(y, m - 1, d + 1).toISOString();
    }
    let out;
    try {
      out = await agent.request('history.list', params);
    } catch (err) {
      if (mine === asked) failed(err);
      return;
    }
    if (mine !== asked) return;
    loaded = true;
    calls = more ? calls.concat(out.calls) : out.calls;
    cursor = out.cursor || '';
    drawList();
  }

  function fits(c) {
    if (kind === 'missed' ? !lost(c) : kind !== 'all' && c.direction !== kind) return false;
    const wanted = text.trim().toLowerCase();
    if (!wanted) return true;
    const who = remoteOf(c);
    const remote = c.remote || {};
    const number = [remote.e164, remote.raw, who.number].filter(Boolean).map((n) => n.replace(/\D/g, ''));
    if (digits() && number.some((n) => n.includes(digits()) || (digits().length >= WHOLE_NUMBER && n.slice(-8) === digits().slice(-8)))) return true;
    return [who.name, c.queue, c.campaign].filter(Boolean).some((w) => w.toLowerCase().includes(wanted));
  }

  function drawList() {
    const shown = calls.filter(fits);
    render(list, shown.length ? shown.map((c) => endedCall(agent, c, { days: true })) : el('li.empty', {}, t(!loaded ? 'history.loading' : calls.length || day ? 'history.nothing' : 'recent.none')));
    const more = el('button.btn', { type: 'button', 'data-key': 'more', onclick: () => load(true) }, t('history.more'));
    render(foot, el('span.muted.small', { role: 'status' }, loaded ? t('history.count', { n: shown.length }) : ''), cursor ? more : null);
  }

  function draw() {
    const input = el('input', { type: 'search', id: 'history-search', 'data-key': 'search', maxlength: 80, autocomplete: 'off', placeholder: t('history.search'), 'aria-label': t('history.search') });
    input.value = text;
    let timer = 0;
    input.addEventListener('input', () => {
      const before = digits().length >= WHOLE_NUMBER;
      text = input.value;
      drawList();
      clearTimeout(timer);
      if (before || digits().length >= WHOLE_NUMBER) timer = setTimeout(() => load(false), 300);
    });
    const choose = el('select.compact', { 'aria-label': t('history.kind'), 'data-key': 'kind' },
      Object.keys(KINDS).map((k) => el('option', { value: k, selected: k === kind }, t(KINDS[k]))));
    choose.addEventListener('change', () => { kind = choose.value; drawList(); });
    const date = el('input', { type: 'date', id: 'history-day', 'data-key': 'day', 'aria-label': t('history.day') });
    date.value = day;
    date.addEventListener('change', () => { day = date.value; load(false); });
    waiting.draw();
    render(root, el('div.stack', {}, waiting.card, el('section.card', { 'aria-labelledby': 'history-title' },
      el('header', {}, el('h2', { id: 'history-title', tabindex: '-1' }, t('section.history')),
        el('div.toolbar', {}, el('div.search', {}, icon('search'), input), date, choose)),
      list, el('div.in', {}, foot))));
    drawList();
  }

  return {
    draw,
    show: () => { draw(); load(false); waiting.load(); },
    // A call that ends while the person looks belongs on top.
    changed: (event) => {
      if (event && event.type === 'call.ended') load(false);
      if (!event || event.type === 'outbox.changed') waiting.load();
    },
  };
}
