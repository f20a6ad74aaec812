// Every event of the desk as it comes, for developers: held up, filtered and copied.

import { t, language } from '/ui/i18n.js';
import { el, icon, render, toast } from '/ui/dom.js';

// How many events are kept, and how many of them are drawn.
const KEPT = 1000;
const DRAWN = 200;

export function trace(agent, root) {
  const all = []; // the oldest first
  let text = '';
  let held = -1; // how many were there when it was held up; -1 while it runs
  let shown = false;
  const list = el('ol.trace', { id: 'trace', tabindex: '0' });
  const sum = el('span.muted.small', {});
  const hold = el('button.btn', { type: 'button', 'data-key': 'hold' });

  agent.on('event', (event) => {
    all.push(event);
    if (all.length > KEPT) {
      all.shift();
      if (held > 0) held--;
    }
    if (shown) drawList();
  });

  function chosen() {
    const wanted = text.trim().toLowerCase();
    const seen = held < 0 ? all : all.slice(0, held);
    return wanted ? seen.filter((e) => JSON.stringify(e).toLowerCase().includes(wanted)) : seen;
  }

  function timeOf(e) {
    const at = new Date(e.time);
    return Number.isNaN(at.getTime()) ? '' : at.toLocaleTimeString(language(), { hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3 });
  }

  function about(e) {
    if (e.call) return [e.call.state, (e.call.remote || {}).e164 || (e.call.remote || {}).raw || '', e.call.via || ''].filter(Boolean).join(' · ');
    if (e.agent) return [e.agent.state, e.agent.reason || ''].filter(Boolean).join(' · ');
    if (e.driver) return [e.driver.name, e.driver.link].join(' · ');
    return '';
  }

  // What a person has opened stays open when more comes.
  const open = new Set();
  function row(e) {
    const key = (agent.view.epoch || '') + ':' + e.seq;
    return el('li', { 'data-type': e.type, 'data-seq': e.seq }, el('details', { open: open.has(key), ontoggle: (ev) => { if (ev.target.open) open.add(key); else open.delete(key); } },
      el('summary', { 'data-key': 'event' + e.seq }, el('span.num', {}, timeOf(e)), ' ', el('span.num.muted', {}, '#' + e.seq), ' ', el('code', {}, e.type), ' ', el('span', {}, about(e))),
      el('pre', { tabindex: '0' }, JSON.stringify(e, null, 2))));
  }

  function drawList() {
    const events = chosen();
    const waiting = held < 0 ? 0 : all.length - held;
    hold.setAttribute('aria-pressed', String(held >= 0));
    hold.replaceChildren(icon(held < 0 ? 'pause' : 'play'), t(held < 0 ? 'trace.hold' : 'trace.go'));
    sum.textContent = t('trace.count', { n: events.length }) + (waiting ? ' · ' + t('trace.waiting', { n: waiting }) : '');
    render(list, events.length ? events.slice(-DRAWN).reverse().map(row) : el('li.empty', {}, t(all.length ? 'trace.nothing' : 'trace.none')));
  }

  async function copy() {
    const events = chosen();
    try {
      await navigator.clipboard.writeText(events.map((e) => JSON.stringify(e)).join('\n') + '\n');
      toast({ message: t('trace.copied', { n: events.length }), tone: 'ok' });
    } catch {
      toast({ message: t('trace.notCopied') });
    }
  }

  function draw() {
    const filter = el('input', { type: 'search', 'data-key': 'filter', id: 'trace-filter', maxlength: 80, autocomplete: 'off', placeholder: t('trace.filter'), 'aria-label': t('trace.filter') });
    filter.value = text;
    filter.addEventListener('input', () => { text = filter.value; drawList(); });
    list.setAttribute('aria-label', t('section.trace'));
    render(root, el('section.card', { 'aria-labelledby': 'trace-title' },
      el('header', {}, el('div', {}, el('h2', { id: 'trace-title', tabindex: '-1' }, t('section.trace')), sum),
        el('div.toolbar', {}, el('div.search', {}, icon('search'), filter), hold,
          el('button.btn', { type: 'button', 'data-key': 'copy', onclick: copy }, icon('note'), t('trace.copy')),
          el('button.btn', { type: 'button', 'data-key': 'clear', onclick: () => { all.length = 0; held = held < 0 ? -1 : 0; drawList(); } }, t('trace.clear')))),
      list));
    drawList();
  }
  hold.addEventListener('click', () => { held = held < 0 ? all.length : -1; drawList(); });

  return { draw, show: () => { shown = true; draw(); }, hide: () => { shown = false; } };
}
