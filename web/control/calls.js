// A call that is over, as a row of a list: who, when, how it ended, and the way to call again.

import { t } from '/ui/i18n.js';
import { el, icon, busy, between } from '/ui/dom.js';
import { remoteOf, endWord, timeOf, dayOf } from '/ui/parts.js';

// lost says whether somebody called and nobody spoke to them.
export function lost(c) { return !!(c.missed || (c.direction === 'inbound' && !c.answeredAt)); }

export function endedCall(agent, c, { days = false } = {}) {
  const who = remoteOf(c);
  const at = c.startedAt || c.endedAt;
  const again = el('button.btn.again', { type: 'button', 'data-key': 'again' + c.id, 'aria-label': t('dial.label', { name: who.title, number: who.number }) }, icon('phone'), el('span.word', {}, t('dial.again')));
  again.addEventListener('click', () => busy(again, () => agent.call.dial((c.remote || {}).e164 || (c.remote || {}).raw || who.number)));
  const meta = [who.name ? who.number : '', days ? dayOf(at) : '', timeOf(at), lost(c) ? t('end.missed') : endWord(c), c.answeredAt ? between(c.answeredAt, c.endedAt) : ''];
  if (days) meta.push(c.queue ? t('call.queue', { queue: c.queue }) : '', c.campaign ? t('call.campaign', { campaign: c.campaign }) : '');
  return el('li', { 'data-call': c.id, class: lost(c) ? 'tone-bad' : null },
    icon(lost(c) ? 'missed' : c.direction === 'inbound' ? 'incoming' : 'outgoing'),
    el('div.mid', {}, el('div.strong', {}, who.title),
      el('div.muted.small.num', {}, meta.filter(Boolean).join(' · '))),
    who.number ? again : null);
}
