// Two boxes to try things without doing them: what a number becomes, and what a telephone link would do.

import { t, has } from '/ui/i18n.js';
import { el, icon, render } from '/ui/dom.js';
import { explanation } from '/control/number.js';

const VERDICTS = { do: ['ok', 'check', 'link.do'], confirm: ['warn', 'warn', 'link.confirm'], refuse: ['bad', 'cross', 'link.refuse'] };

// box is one of them: a field, perhaps a choice beside it, and what comes of every change.
function box({ id, titleKey, helpKey, labelKey, value, extra, ask, show }) {
  const input = el('input', { type: 'text', id, 'data-key': id, maxlength: 2048, autocomplete: 'off', spellcheck: 'false', 'aria-describedby': id + '-said' });
  input.value = value.text;
  const said = el('div.stack', { id: id + '-said', 'aria-live': 'polite' });
  let turn = 0;
  let timer = 0;
  async function run() {
    const mine = ++turn;
    if (!value.text.trim()) {
      render(said, el('p.muted.small', {}, t(helpKey)));
      return;
    }
    try {
      const answer = await ask(value.text.trim());
      if (mine === turn) render(said, show(answer));
    } catch (err) {
      if (mine === turn) render(said, el('p.need', {}, icon('warn'), err.message), err.hint ? el('p.small', {}, err.hint) : null);
    }
  }
  const soon = () => {
    value.text = input.value;
    clearTimeout(timer);
    timer = setTimeout(run, 250);
  };
  input.addEventListener('input', soon);
  if (extra) extra.addEventListener('change', run);
  run();
  return el('section.card', { 'aria-labelledby': id + '-title' },
    el('header', {}, el('h3', { id: id + '-title' }, t(titleKey))),
    el('div.in.stack', {},
      el('label.field', {}, el('span', {}, t(labelKey)), input),
      extra ? el('label.field', {}, el('span', {}, t('tests.driver')), extra) : null, said));
}

export function tests(agent, root) {
  const number = { text: '' };
  const link = { text: '' };
  let driver = '';

  function explainedLink(e) {
    const [tone, shape, key] = VERDICTS[e.verdict] || VERDICTS.refuse;
    const params = Object.entries(e.params || {}).map(([k, v]) => k + ' ' + v);
    const verb = 'verb.' + String(e.method || '').replace(/^(call|agent)\./, '');
    return [
      el('div.row', { 'data-verdict': e.verdict }, el('span.badge.tone-' + tone, {}, icon(shape), t(key)), e.number ? el('span.num.strong', {}, e.number) : null),
      e.why ? el('p', {}, e.why) : null,
      e.method ? el('p.small.muted', {}, e.method === 'call.dial' ? t('link.dials') : has(verb) ? t(verb) : t('link.other'), ' · ', el('code', {}, [e.method, ...params].join(' '))) : null];
  }

  function draw() {
    const choose = el('select', { 'data-key': 'driver' }, el('option', { value: '' }, t('tests.firstDriver')),
      agent.view.drivers.map((d) => el('option', { value: d.name, selected: d.name === driver }, d.title || d.name)));
    choose.addEventListener('change', () => { driver = choose.value; });
    render(root, el('h2.apart', { id: 'tests-title', tabindex: '-1' }, t('section.tests')), el('div.grid', {},
      box({
        id: 'test-number', titleKey: 'tests.number', helpKey: 'tests.numberHelp', labelKey: 'tests.numberLabel', value: number,
        extra: agent.view.drivers.length > 1 ? choose : null,
        ask: (text) => agent.number.explain(text, driver ? { forDriver: driver } : {}), show: (e) => explanation(e, { whole: true }),
      }),
      box({
        id: 'test-link', titleKey: 'tests.link', helpKey: 'tests.linkHelp', labelKey: 'tests.linkLabel', value: link,
        ask: (uri) => agent.request('uri.explain', { uri }), show: explainedLink,
      })));
  }

  return { draw, show: draw };
}
