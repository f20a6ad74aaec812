// What the doctor finds on this computer, each finding with what to do next; where the program does not answer, what stands between.

import { t } from '/ui/i18n.js';
import { el, icon, render, busy, announce, said } from '/ui/dom.js';

const CHECKS = {
  agent: 'doctor.agent', browser: 'doctor.browser', clock: 'doctor.clock', config: 'doctor.config', connection: 'doctor.connection', database: 'doctor.database', driver: 'doctor.driver', extension: 'doctor.extension', journal: 'doctor.journal',
  links: 'doctor.links', outbox: 'doctor.outbox', policy: 'doctor.policy', port: 'doctor.port', receiver: 'doctor.receiver', secret: 'doctor.secret', version: 'doctor.version',
};
const LOOKS = { ok: ['ok', 'check', 'doctor.ok'], warn: ['warn', 'warn', 'doctor.warn'], fail: ['bad', 'cross', 'doctor.fail'] };
const WORST = ['fail', 'warn', 'ok'];

export function doctor(agent, root) {
  let findings = null;
  let wall = null; // the finding of this page itself: why the program did not answer
  let asked = 0;
  const list = el('ul.plain-list', { id: 'findings' });
  const sum = el('span.muted.small', { role: 'status' });
  const again = el('button.btn', { type: 'button', 'data-key': 'again' });

  async function run() {
    const turn = ++asked;
    const found = await busy(again, () => agent.request('doctor.run', {}, { timeoutSeconds: 60 }).catch(unanswered));
    if (turn !== asked) return; // the connection came or went meanwhile, and it was asked anew
    if (Array.isArray(found)) findings = found;
    wall = found.wall || null;
    drawList();
    announce(sum.textContent);
  }

  async function unanswered(err) {
    const way = await agent.diagnose();
    const { message, hint } = way.works ? said(err) : way;
    return { wall: { check: 'connection', status: 'fail', detail: message, next: hint } };
  }

  function row(f) {
    const [tone, shape, word] = LOOKS[f.status] || LOOKS.warn;
    return el('li.tone-' + tone, { 'data-check': f.check, 'data-status': f.status },
      icon(shape),
      el('div.mid', {}, el('div', {}, el('span.strong', {}, CHECKS[f.check] ? t(CHECKS[f.check]) : f.check), ' ', el('span.badge.tone-' + tone, {}, t(word))),
        el('div', {}, f.detail), f.next ? el('div.next', {}, el('span.strong', {}, t('doctor.next')), ' ', f.next) : null));
  }

  function drawList() {
    const all = [...(wall ? [wall] : []), ...(findings || [])].sort((a, b) => WORST.indexOf(a.status) - WORST.indexOf(b.status));
    const wrong = all.filter((f) => f.status !== 'ok').length;
    sum.textContent = all.length ? t(wrong ? 'doctor.found' : 'doctor.well', { n: wrong }) : '';
    render(list, all.length ? all.map(row) : el('li.empty', {}, t('doctor.running')));
  }

  function draw() {
    again.replaceChildren(t('doctor.again'));
    render(root, el('section.card', { 'aria-labelledby': 'doctor-title' },
      el('header', {}, el('div', {}, el('h2', { id: 'doctor-title', tabindex: '-1' }, t('section.doctor')), sum), again), list));
    drawList();
  }
  again.addEventListener('click', run);

  return { draw, show: () => { draw(); run(); }, spoken: run, alone: true };
}
