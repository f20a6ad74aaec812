// The simulated phone and its customers, which only the demo has: what a real desk gets from its telephone.

import { t } from '/ui/i18n.js';
import { el, icon, render, busy } from '/ui/dom.js';
import { customers } from '/demo/customers.js';

// simulator fills the panel and answers the function that draws it anew.
export function simulator(agent, panel) {
  let caller = customers[2].phones[0].number;

  function button(method, key, shape, params = () => ({}), look = '') {
    const b = el('button.btn' + look, { type: 'button', 'data-demo': method, 'data-key': method }, icon(shape), t(key));
    b.addEventListener('click', () => busy(b, () => agent.request(method, params())));
    if (agent.state !== 'connected') b.disabled = true;
    return b;
  }

  function draw() {
    const who = el('select', { id: 'caller', 'data-key': 'caller' }, customers.flatMap((c) => c.phones.map((p) =>
      el('option', { value: p.number, selected: p.number === caller }, p.number + ' · ' + c.name.split(' ').slice(0, 2).join(' ')))),
    el('option', { value: '(11) 98765-0199', selected: caller === '(11) 98765-0199' }, t('sim.stranger')));
    who.addEventListener('change', () => { caller = who.value; });
    render(panel,
      el('header', {}, el('h2', { id: 'sim-title' }, t('sim.title')), el('span.badge', {}, t('sim.badge'))),
      el('div.in.stack', {},
        el('p.muted.small', {}, t('sim.help')),
        el('div', {}, el('h3', {}, t('sim.customer')),
          el('div.stack', {},
            el('label', {}, el('span.visually-hidden', {}, t('sim.who')), who),
            button('demo.ring', 'sim.ring', 'incoming', () => ({ number: caller })),
            button('demo.customerAnswers', 'sim.customerAnswers', 'talking'))),
        el('div', {}, el('h3', {}, t('sim.phone')),
          el('div.pair', {}, button('demo.answer', 'sim.answer', 'phone'), button('demo.hangup', 'sim.hangup', 'hangup'))),
        el('div', {}, el('h3', {}, t('sim.line')),
          el('div.pair', {}, button('demo.cutLink', 'sim.cut', 'cut'), button('demo.restoreLink', 'sim.restore', 'plug')))));
  }
  draw();
  return draw;
}
