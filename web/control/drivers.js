// The drivers of this desk: whether each is linked, since when, and what was wrong last, in words.

import { t } from '/ui/i18n.js';
import { el, icon, render, since } from '/ui/dom.js';
import { linkLook, linkWord, timeOf } from '/ui/parts.js';

const ADVICE = { connecting: 'drivers.adviceConnecting', degraded: 'drivers.adviceDegraded', disconnected: 'drivers.adviceDisconnected' };

export function drivers(agent, root) {
  // What each driver last complained of, as long as this page is open.
  const last = {};
  agent.on('change', () => {
    for (const d of agent.view.drivers) {
      if (d.detail) last[d.name] = { text: d.detail, at: d.since };
    }
  });

  function card(d) {
    const look = linkLook(d);
    const before = !d.detail && d.link === 'connected' ? last[d.name] : null;
    return el('section.card.tone-' + look.tone, { 'data-driver': d.name, 'data-link': d.link, 'aria-labelledby': 'driver-' + d.name },
      el('header', {}, el('h3', { id: 'driver-' + d.name }, d.title || d.name), el('span.badge.tone-' + look.tone, {}, icon(look.icon), linkWord(d))),
      el('div.in.stack', {},
        d.since ? el('p.muted', {}, t('agent.since', { time: timeOf(d.since) }) + ' · ', since(d.since)) : null,
        d.detail ? el('p.detail', {}, d.detail) : null,
        d.link !== 'connected' && ADVICE[d.link] ? el('p', {}, t(ADVICE[d.link])) : null,
        d.link === 'connected' && !before ? el('p', {}, t('drivers.well')) : null,
        before ? el('p.small.muted.detail', {}, t('drivers.before', { time: timeOf(before.at) }) + ' ' + before.text) : null));
  }

  function draw() {
    const list = agent.view.drivers;
    render(root, el('h2.apart', { id: 'drivers-all', tabindex: '-1' }, t('drivers.title')),
      list.length ? el('div.grid', {}, list.map(card)) : el('section.card', {}, el('p.empty', {}, t('drivers.none'))));
  }

  return { draw, show: draw, changed: draw };
}
