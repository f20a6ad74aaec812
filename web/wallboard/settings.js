// What the wallboard shows: the queues, whether numbers stand whole, and the target of the service level.

import { t } from '/ui/i18n.js';
import { el, icon, render, said } from '/ui/dom.js';

const TARGETS = [70, 75, 80, 85, 90, 95];

// MOST is how many queues one screen shows.
export const MOST = 8;

// settings draws the form into root. read answers what is wanted now, apply takes what the person chose.
export function settings(agent, root, read, apply) {
  let list = null; // the queues, null until they are known
  let error = null;
  let draft = null; // what the person has chosen and not applied yet
  let tooMany = false;
  const self = { open: false, load, draw, show };

  function can(verb) { return (agent.info.actions || []).includes(verb); }

  async function load() {
    list = null;
    error = null;
    if (can('queue.list')) {
      try {
        list = await agent.request('queue.list', {});
      } catch (err) {
        error = err;
      }
    }
    draw();
  }

  // show is for a form that was opened: it begins with what applies.
  function show() {
    draft = null;
    tooMany = false;
    draw();
    const first = root.querySelector('input, select');
    if (first) first.focus();
  }

  function note(tone, shape, ...words) { return el('div.band.tone-' + tone, { role: 'status' }, icon(shape), el('div', {}, words.map((w) => (w ? el('p', {}, w) : null)))); }

  function why() {
    if (agent.state !== 'connected') return null;
    if (!can('queue.status')) return note('warn', 'warn', t('board.untold'), t('board.untoldNext'));
    if (error) {
      const { message, hint } = said(error);
      return note('warn', 'warn', message, hint);
    }
    if (!can('queue.list')) return note('info', 'note', t('board.unlisted'));
    return list && !list.length ? note('info', 'note', t('board.noQueues')) : null;
  }

  // The form is drawn anew when the list comes, the link or the language; what was typed and ticked stays.
  function draw() {
    const now = draft || read();
    const names = [...new Set([...(list || []).map((q) => q.name), ...read().queues, ...now.queues])];
    const other = el('input', { type: 'text', id: 'other', maxlength: 100, autocomplete: 'off', 'data-key': 'other', value: now.other });
    const target = el('select', { id: 'target', 'data-key': 'target' }, el('option', { value: '0', selected: !now.target }, t('board.noTarget')),
      [...new Set([...TARGETS, now.target])].filter(Boolean).sort((a, b) => a - b).map((n) => el('option', { value: n, selected: n === now.target }, n + ' %')));
    const whole = el('input', { type: 'checkbox', id: 'whole', checked: now.whole, 'data-key': 'whole' });
    const box = el('form.card.in.stack', { id: 'settings-form', 'aria-labelledby': 'settings-title', onsubmit: submit, oninput: () => { draft = filled(); } },
      el('h2', { id: 'settings-title' }, t('board.settings')),
      why(),
      tooMany ? note('warn', 'warn', t('board.tooMany', { n: MOST })) : null,
      names.length ? el('fieldset', {}, el('legend', {}, t('board.queues')), el('div.choice', {}, names.map((q) => el('label.check', {},
        el('input', { type: 'checkbox', name: 'queue', value: q, checked: now.queues.includes(q), 'data-key': 'queue' + q }), el('span', {}, q))))) : null,
      el('label.field', {}, el('span', {}, t('board.other')), other),
      el('label.field', {}, el('span', {}, t('board.target')), target),
      el('label.check', {}, whole, el('span', {}, t('board.whole'))),
      el('div.row', {}, el('button.btn.primary', { type: 'submit', 'data-key': 'apply' }, t('board.show'))));
    render(root, box);
  }

  // filled is what stands in the form.
  function filled() {
    return {
      queues: [...root.querySelectorAll('[name="queue"]:checked')].map((i) => i.value),
      other: root.querySelector('#other').value,
      whole: root.querySelector('#whole').checked,
      target: Number(root.querySelector('#target').value),
    };
  }

  function submit(ev) {
    ev.preventDefault();
    const { queues, other, whole, target } = filled();
    const picked = [...new Set([...queues, other.trim()])].filter(Boolean);
    if (!picked.length) {
      (root.querySelector('[name="queue"]') || root.querySelector('#other')).focus();
      return;
    }
    tooMany = picked.length > MOST;
    draft = tooMany ? filled() : null;
    if (!tooMany) apply({ queues: picked, whole, target });
    draw();
  }

  return self;
}
