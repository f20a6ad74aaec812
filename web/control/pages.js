// The web pages that may use this desk, what each may do, and taking it back.

import { t } from '/ui/i18n.js';
import { el, icon, render, busy, failed, toast } from '/ui/dom.js';
import { askSure } from '/ui/dialogs.js';

const SCOPES = { observe: 'scope.observe', dial: 'scope.dial', control: 'scope.control', supervise: 'scope.supervise' };

export function pages(agent, root) {
  let list = null;
  const rows = el('ul.plain-list', { id: 'pages' });

  async function load() {
    try {
      list = await agent.request('origins.list', { blocked: true });
    } catch (err) {
      failed(err);
      return;
    }
    drawList();
  }

  async function revoke(o, button) {
    const sure = await askSure(t(o.blocked ? 'pages.unblockTitle' : 'pages.revokeTitle', { page: o.origin }), t(o.blocked ? 'pages.unblockText' : 'pages.revokeText'), t(o.blocked ? 'pages.unblock' : 'pages.revoke'), o.blocked ? 'primary' : 'stop');
    if (!sure) return;
    const done = await busy(button, () => agent.request('origins.revoke', { origin: o.origin }));
    if (done === undefined) return;
    toast({ message: t(o.blocked ? 'pages.unblocked' : 'pages.revoked', { page: o.origin }), tone: 'ok' });
    await load();
  }

  function row(o) {
    const site = o.source === 'configuration';
    const button = el('button.btn', { type: 'button', 'data-key': 'revoke' + o.origin, 'aria-label': t(o.blocked ? 'pages.unblockLabel' : 'pages.revokeLabel', { page: o.origin }) }, t(o.blocked ? 'pages.unblock' : 'pages.revoke'));
    button.addEventListener('click', () => revoke(o, button));
    return el('li', { 'data-origin': o.origin, class: o.blocked ? 'tone-bad' : 'tone-ok' },
      icon(o.blocked ? 'lock' : 'check'),
      el('div.mid', {}, el('div.strong', {}, o.origin),
        el('div.muted.small', {}, o.blocked ? t(site ? 'pages.blockedBySite' : 'pages.blocked') : t(site ? 'pages.bySite' : 'pages.byPerson')),
        o.blocked ? null : el('div.row.tight', {}, (o.scopes || []).map((s) => el('span.badge.tone-info', { 'data-scope': s }, SCOPES[s] ? t(SCOPES[s]) : s)))),
      site ? null : button);
  }

  function drawList() {
    render(rows, list === null ? el('li.empty', {}, t('history.loading')) : list.length ? list.map(row) : el('li.empty', {}, t('pages.none')));
  }

  function draw() {
    render(root, el('section.card', { 'aria-labelledby': 'pages-title' },
      el('header', {}, el('h2', { id: 'pages-title', tabindex: '-1' }, t('section.pages'))),
      el('p.in.muted', {}, t('pages.help')), rows));
    drawList();
  }

  return { draw, show: () => { draw(); load(); }, looked: load };
}
