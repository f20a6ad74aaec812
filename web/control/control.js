// The control page: the desk of this computer's user without any CRM, in sections of which one is in sight.

import { load, t, language, picker, fill } from '/ui/i18n.js';
import { el, icon, render, keepTime, dropStrayClicks } from '/ui/dom.js';
import { callBar, health, notice } from '/ui/parts.js';
import { newTicket, takeTicket } from '/ui/ticket.js';
import { desk } from '/control/desk.js';
import { history as calls } from '/control/history.js';
import { outboxCount } from '/control/outbox.js';
import { campaigns, campaignsTold } from '/control/campaigns.js';
import { pages } from '/control/pages.js';
import { drivers } from '/control/drivers.js';
import { tests } from '/control/tests.js';
import { doctor } from '/control/doctor.js';
import { trace } from '/control/trace.js';
import { settings } from '/control/settings.js';

const SECTIONS = [
  { id: 'desk', title: 'section.desk', icon: 'phone', make: desk },
  { id: 'history', title: 'section.history', icon: 'clock', make: calls },
  { id: 'campaigns', title: 'section.campaigns', icon: 'outgoing', make: campaigns, told: campaignsTold },
  { id: 'pages', title: 'section.pages', icon: 'lock', make: pages },
  { id: 'drivers', title: 'section.drivers', icon: 'plug', make: drivers },
  { id: 'tests', title: 'section.tests', icon: 'search', make: tests },
  { id: 'doctor', title: 'section.doctor', icon: 'check', make: doctor },
  { id: 'trace', title: 'section.trace', icon: 'list', make: trace },
  { id: 'settings', title: 'section.settings', icon: 'note', make: settings },
];

const $ = (id) => document.getElementById(id);
let agent;
let current = SECTIONS[0];

// An unpaired control page lacks a ticket, which only the tray and the command line hand out.
function ticketHelp() {
  if (agent.state !== 'unpaired') return null;
  return { title: t('ticket.title'), body: [el('p', {}, t('ticket.why')), el('p', {}, t('ticket.how') + ' ', el('code', {}, 'ctiagent open-control'))] };
}

function drawState() {
  render($('health'), health(agent));
  render($('notice'), notice(agent, ticketHelp()));
  // What is shown while the program is away is what it last said: in sight, but nothing to press.
  const away = ['absent', 'blocked', 'incompatible'].includes(agent.state);
  for (const part of $('desk').children) part.inert = away && !(part.id === 'section' && current.part.alone);
  $('desk').hidden = agent.state === 'unpaired' || (agent.state !== 'connected' && agent.view.epoch === null);
  $('sections').hidden = $('desk').hidden;
  const { version } = agent.info;
  $('version').textContent = version === 'dev' ? t('control.unreleased') : version ? t('control.version', { version }) : '';
}

// sections are those that this desk has something for.
function sections() { return SECTIONS.filter((s) => !s.told || s.told(agent)); }

// waiting is how many wishes wait for the PBX or ask for a look: they stand above the history.
function waiting() {
  const n = outboxCount(agent.view);
  return n ? el('b', { id: 'waiting' }, ' ' + n, el('span.visually-hidden', {}, ' ' + t('outbox.count', { n }))) : null;
}

function drawSections() {
  render($('sections'), el('ul', {}, sections().map((s) => el('li', {}, el('a', {
    href: '#/' + s.id, 'data-key': 'section-' + s.id, 'aria-current': s === current ? 'page' : null,
  }, icon(s.icon), el('span', {}, t(s.title), s.id === 'history' ? waiting() : null))))));
  document.title = current.id === 'desk' ? t('control.title') : t(current.title) + ' · ctiagent';
}

// able says whether a section may ask: one may have an answer of its own where the program gives none.
const able = () => agent.state === 'connected' || (current.part.alone && agent.state !== 'connecting');

// go shows the section that the address names. What the others draw is not kept: each draws itself anew when it comes.
function go(focus) {
  const wanted = sections().find((s) => location.hash === '#/' + s.id) || SECTIONS[0];
  const before = current;
  current = wanted;
  if (before !== wanted && before.part.hide) before.part.hide();
  document.querySelector('[data-section="desk"]').hidden = wanted.id !== 'desk';
  $('section').hidden = wanted.id === 'desk';
  drawSections();
  drawState();
  if (able() && wanted.part.show) wanted.part.show();
  else wanted.part.draw();
  if (!focus) return;
  const heading = wanted.id === 'desk' ? $('main') : $('section').querySelector('h2');
  heading.focus({ preventScroll: true });
  scrollTo(0, 0);
}

// toWallboard takes along the ticket that is good when this page's connection has ended; another tab would need one of its own.
function toWallboard(ev) {
  const { ticket } = agent.info;
  if (ev.ctrlKey || ev.metaKey || ev.shiftKey || !ticket) return;
  ev.preventDefault();
  agent.close();
  location.assign('/wallboard/#t=' + encodeURIComponent(ticket));
}

async function start() {
  const ticket = takeTicket();
  await load();
  fill();
  keepTime();
  dropStrayClicks();
  agent = window.CTIAgent.connect({ client: 'ctiagent-control/1', sameOrigin: true, language: language(), ticket });
  const drawCalls = callBar(agent, $('calls'));
  for (const s of SECTIONS) s.part = s.make(agent, $('section'));
  const all = () => { drawState(); drawSections(); SECTIONS[0].part.draw(); drawCalls(); };
  let was = '';
  agent.on('state', (state) => {
    all();
    // A section asks the program what it shows; without a connection it could not.
    if (was !== state && able()) go(false);
    was = state;
  });
  agent.on('change', () => { drawState(); SECTIONS[0].part.draw(); });
  for (const told of ['outbox.changed', 'snapshot']) agent.on(told, drawSections);
  agent.on('event', (event) => { if (current.part.changed) current.part.changed(event); });
  agent.on('snapshot', () => { if (current.part.changed) current.part.changed(null); });
  picker($('language'), (l) => {
    agent.setLanguage(l);
    all();
    if (current.id !== 'desk') current.part.draw();
    if (able() && current.part.spoken) current.part.spoken();
  });
  addEventListener('hashchange', () => newTicket() || go(true));
  // What no event tells of is asked for anew when the person comes back to this window.
  addEventListener('focus', () => { if (agent.state === 'connected' && current.part.looked) current.part.looked(); });
  $('wallboard').addEventListener('click', toWallboard);
  $('skip').addEventListener('click', (ev) => {
    ev.preventDefault(); // the address says which section is shown
    $('main').focus();
  });
  all();
  go(false);
}

start();
