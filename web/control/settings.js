// The settings as they are in force, and where each comes from. They are changed in files, not here.

import { t } from '/ui/i18n.js';
import { el, icon, render, failed } from '/ui/dom.js';

export function settings(agent, root) {
  let entries = null;
  let text = '';
  const body = el('tbody', { id: 'settings' });

  async function load() {
    try {
      entries = await agent.request('config.show');
    } catch (err) {
      failed(err);
      return;
    }
    drawRows();
  }

  function valueOf(v) {
    if (Array.isArray(v)) return v.length ? v.join(', ') : '—';
    if (v === '' || v === null || v === undefined) return '—';
    if (v === true || v === false) return t(v ? 'settings.yes' : 'settings.no');
    return String(v);
  }

  function placeOf(e) {
    if (e.source === 'default') return [el('span.muted', {}, t('settings.default'))];
    const file = e.line ? e.source + ':' + e.line : e.source;
    return [e.policy ? el('span.badge.tone-info', {}, icon('lock'), t('settings.policy')) : null, e.policy ? ' ' : '', el('span.path', {}, file),
      e.overrides ? el('div.muted', { 'data-overrides': e.key }, t('settings.overrides', { place: e.overrides })) : null];
  }

  function drawRows() {
    const wanted = text.trim().toLowerCase();
    const shown = (entries || []).filter((e) => !wanted || (e.key + ' ' + valueOf(e.value) + ' ' + e.source).toLowerCase().includes(wanted));
    render(body, shown.length ? shown.map((e) => el('tr', { 'data-setting': e.key },
      el('td', {}, el('code', {}, e.key)), el('td.wide.value', {}, valueOf(e.value)), el('td.wide.small', {}, placeOf(e)))) :
      el('tr', {}, el('td.empty.wide', { colspan: 3 }, t(entries === null ? 'history.loading' : 'settings.nothing'))));
  }

  function draw() {
    const input = el('input', { type: 'search', 'data-key': 'filter', maxlength: 80, autocomplete: 'off', placeholder: t('settings.filter'), 'aria-label': t('settings.filter') });
    input.value = text;
    input.addEventListener('input', () => { text = input.value; drawRows(); });
    render(root, el('section.card', { 'aria-labelledby': 'settings-title' },
      el('header', {}, el('div', {}, el('h2', { id: 'settings-title', tabindex: '-1' }, t('section.settings')), el('p.muted.small', {}, t('settings.help'))),
        el('div.toolbar', {}, el('div.search', {}, icon('search'), input))),
      el('table.folds.settings', {}, el('thead', {}, el('tr', {}, ['settings.key', 'settings.value', 'settings.source'].map((k) => el('th', { scope: 'col' }, t(k))))), body)));
    drawRows();
  }

  return { draw, show: () => { draw(); load(); } };
}
