// The desk: the agent's state, dialling, the calls of a moment ago, and how the links stand.

import { t } from '/ui/i18n.js';
import { el, icon, render, busy, since, clock } from '/ui/dom.js';
import { agentBadge, agentButtons, linkLook, linkWord, timeOf } from '/ui/parts.js';
import { explanation } from '/control/number.js';
import { endedCall, lost } from '/control/calls.js';

const $ = (id) => document.getElementById(id);

// desk wires the section that stands in the page already.
export function desk(agent) {
  let explained = 0;
  let stepsOpen = false;

  function drawAgent() {
    const a = agent.view.agent;
    if (!a) {
      render($('agent'), el('p.muted', {}, t('agent.unknown')));
      return;
    }
    const who = [a.name, a.id ? t('agent.id', { id: a.id }) : '', a.extension ? t('agent.extension', { extension: a.extension }) : ''].filter(Boolean);
    const timed = a.since && a.state !== 'offline';
    render($('agent'),
      el('div', {}, agentBadge(a, true)),
      timed ? el('div', {}, since(a.since, 'div.agent-big', a.limitSeconds),
        el('div.muted.small', {}, [t('agent.since', { time: timeOf(a.since) }), a.limitSeconds ? t('pause.limit', { time: clock(a.limitSeconds) }) : ''].filter(Boolean).join(' · '))) : null,
      who.length ? el('p', {}, who.join(' · ')) : null,
      el('div.row', {}, agentButtons(agent)));
  }

  function drawRecent() {
    const calls = agent.view.recent;
    const missed = calls.filter(lost).length;
    $('missed').hidden = !missed;
    $('missed').className = 'badge tone-bad';
    $('missed').replaceChildren(icon('missed'), t('recent.missed', { n: missed }));
    render($('recent'), calls.length ? calls.slice(0, 8).map((c) => endedCall(agent, c)) : el('li.empty', {}, t('recent.none')),
      calls.length > 8 ? el('li', {}, el('a', { href: '#/history', 'data-key': 'all-calls' }, t('recent.all'))) : null);
  }

  function drawDrivers() {
    const list = agent.view.drivers;
    render($('drivers'), list.length ? list.map((d) => {
      const look = linkLook(d);
      return el('li.tone-' + look.tone, { 'data-driver': d.name, 'data-link': d.link },
        icon(look.icon),
        el('div.mid', {}, el('div.strong', {}, d.title || d.name), el('div.muted.small', {}, [linkWord(d), d.since ? t('agent.since', { time: timeOf(d.since) }) : ''].filter(Boolean).join(' · ')), d.detail ? el('div.small.detail', {}, d.detail) : null));
    }) : el('li.empty', {}, t('drivers.none')));
  }

  async function explain() {
    const text = $('number').value.trim();
    const mine = ++explained;
    if (!text || agent.state !== 'connected') {
      render($('explained'), text ? null : el('p.muted.small', {}, t('dial.help')));
      return;
    }
    let e;
    try {
      e = await agent.number.explain(text);
    } catch (err) {
      if (mine === explained) render($('explained'), el('p.small.muted', {}, err.message));
      return;
    }
    if (mine !== explained || !e) return;
    render($('explained'), explanation(e, { open: stepsOpen, toggled: (ev) => { stepsOpen = ev.target.open; } }));
  }

  function drawPad() {
    render($('pad'), [...'123456789*0#'].map((k) => el('button.btn', { type: 'button', 'data-key': 'pad' + k, onclick: () => press(k) }, k)));
  }

  // A key types where the cursor is, as a keyboard would.
  function press(key) {
    const input = $('number');
    input.setRangeText(key, input.selectionStart, input.selectionEnd, 'end');
    input.dispatchEvent(new Event('input'));
  }

  let timer = 0;
  $('number').addEventListener('input', () => {
    clearTimeout(timer);
    $('number').removeAttribute('aria-invalid');
    timer = setTimeout(explain, 250);
  });
  $('dial').addEventListener('submit', async (ev) => {
    ev.preventDefault();
    const number = $('number').value.trim();
    if (!number) {
      explained++;
      $('number').setAttribute('aria-invalid', 'true');
      $('number').focus();
      render($('explained'), el('p.need', { role: 'alert' }, icon('warn'), t('dial.empty')));
      return;
    }
    const call = await busy($('dial-now'), () => agent.call.dial(number));
    if (call === undefined) return;
    $('number').value = '';
    explain();
  });
  drawPad();
  // A snapshot also follows a change of language: the program now explains in the new one.
  agent.on('snapshot', explain);
  explain();
  return { draw: () => { drawAgent(); drawRecent(); drawDrivers(); }, spoken: explain };
}
