// What the dial plan makes of a text, in words: the same under the dial box and in the number test.

import { t, has } from '/ui/i18n.js';
import { el, icon } from '/ui/dom.js';
import { nice } from '/ui/parts.js';

function stepsOf(e) {
  return (Array.isArray(e.steps) ? e.steps : []).map((s) => (typeof s === 'string' ? s : s.text || '')).filter(Boolean);
}

// explanation draws an answer of number.explain; with `whole` the steps stand open in it, else behind a summary that
// `open` and `toggled` keep as the person left it.
export function explanation(e, { whole = false, open = false, toggled = null } = {}) {
  const no = e.kind === 'not_a_phone';
  const kind = has('kind.' + e.kind) ? t('kind.' + e.kind) : e.kind;
  const steps = stepsOf(e);
  const list = steps.length ? el('ol.steps', {}, steps.map((s) => el('li', {}, s))) : null;
  const head = el('div.row', { 'data-kind': e.kind }, el('span.badge.tone-' + (no ? 'bad' : 'ok'), {}, icon(no ? 'warn' : 'check'), kind),
    e.e164 ? el('span.num', {}, nice(e.e164)) : null,
    e.dialed ? el('span.muted.num', {}, t('dial.dialed', { number: e.dialed })) : null,
    no && steps.length && !whole ? el('span', {}, steps[steps.length - 1]) : null);
  if (whole) return [head, list ? el('h4', {}, t('dial.steps')) : null, list];
  return [head, list && !no ? el('details.small', { open, ontoggle: toggled }, el('summary', {}, t('dial.steps')), list) : null];
}
