// What the wallboard shows: the queues, whether numbers stand whole, and the goal of the service level.

import { t } from '/ui/i18n.js';
import { el, icon, render, said } from '/ui/dom.js';

const TARGETS = [70, 75, 80, 85, 90, 95];

// settings draws the form into root. read answers what is wanted now, apply takes what the person chose.
export function settings(agent, root, read, apply) {
  let list = null; // the queues, null until they are known
  let error = null;
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

  function show() {
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

  function draw() {
    const now = read();
    const known = (list || []).map((q) => q.name);
    const names = [...known, ...now.queues.filter((q) => !known.includes(q))];
    const other = el('input', { type: 'text', id: 'other', maxlength: 100, autocomplete: 'off', 'data-key': 'other' });
    const target = el('select', { id: 'target', 'data-key': 'target' }, el('option', { value: '0', selected: !now.target }, t('board.noTarget')),
      [...new Set([...TARGETS, now.target])].filter(Boolean).sort((a, b) => a - b).map((n) => el('option', { value: n, selected: n === now.target }, n + ' %')));
    const whole = el('input', { type: 'checkbox', id: 'whole', checked: now.whole, 'data-key': 'whole' });
    const box = el('form.card.in.stack', { id: 'settings-form', 'aria-labelledby': 'settings-title', onsubmit: submit },
      el('h2', { id: 'settings-title' }, t('board.settings')),
      why(),
      names.length ? el('fieldset', {}, el('legend', {}, t('board.queues')), el('div.choice', {}, names.map((q) => el('label.check', {},
        el('input', { type: 'checkbox', name: 'queue', value: q, checked: now.queues.includes(q), 'data-key': 'queue' + q }), el('span', {}, q))))) : null,
      el('label.field', {}, el('span', {}, t('board.other')), other),
      el('label.field', {}, el('span', {}, t('board.target')), target),
      el('label.check', {}, whole, el('span', {}, t('board.whole'))),
      el('div.row', {}, el('button.btn.primary', { type: 'submit', 'data-key': 'apply' }, t('board.show'))));
    render(root, box);
  }

  function submit(ev) {
    ev.preventDefault();
    const picked = [...root.querySelectorAll('[name="queue"]:checked')].map((i) => i.value);
    const more = root.querySelector('#other').value.trim();
    if (more && !picked.includes(more)) picked.push(more);
    if (!picked.length) {
      (root.querySelector('[name="queue"]') || root.querySelector('#other')).focus();
      return;
    }
    apply({ queues: picked.slice(0, 8), whole: root.querySelector('#whole').checked, target: Number(root.querySelector('#target').value) });
    draw();
  }

  return self;
}
