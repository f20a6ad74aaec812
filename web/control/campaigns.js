// The campaigns: whether each is on and how far it is, kept up to date while somebody looks, and switched by supervisors.

import { t, language } from '/ui/i18n.js';
import { el, icon, render, announce, said, toast } from '/ui/dom.js';
import { askSure } from '/ui/dialogs.js';
import { timeOf } from '/ui/parts.js';

const PAGE = 100; // campaigns shown before somebody asks for more
const MANY = 8; // from so many on there is a filter
const EVERY = 5000; // ms from an answer to the next question, more where an answer takes long
const SWITCH_SECONDS = 30; // the driver itself waits ten for the telephone system

// Kinds of errors after which a wish that was sent may still be carried out.
const UNDECIDED = ['timeout', 'unavailable', 'canceled', 'internal'];
const WHICH = { all: 'campaigns.whichAll', on: 'campaigns.whichOn', off: 'campaigns.whichOff' };
const VIA = { database: 'campaigns.viaDatabase', http: 'campaigns.viaHTTP' };
// The figures so far and those of this moment, by their names in a campaign's progress.
const SO_FAR = { finished: 'campaigns.finished', toCall: 'campaigns.toCall', scheduled: 'campaigns.scheduled', answered: 'campaigns.answered', unanswered: 'campaigns.unanswered', busy: 'campaigns.busy' };
const NOW = { dialing: 'campaigns.dialing', waiting: 'campaigns.waiting', talking: 'campaigns.talking' };

// campaignsTold says whether a driver of this desk tells campaigns.
export function campaignsTold(agent) { return (agent.info.actions || []).includes('campaign.list'); }

function count(n) { return n.toLocaleString(language()); }
function exact(instant) { return new Date(instant).toLocaleTimeString(language()); }
function titleOf(c) { return c.name && c.name !== c.id ? c.id + ' ' + c.name : c.id; }
function sentence(err) {
  const { message, hint } = said(err);
  return [message, hint].filter(Boolean).map((w) => (/[.!?…]$/.test(w) ? w : w + '.')).join(' ');
}

export function campaigns(agent, root) {
  let list = null;
  let failure = '';
  let text = '';
  let which = 'all';
  let most = PAGE;
  let shown = false;
  let asking = false; // a question is open, under which nothing moves
  let timer = 0;
  let asked = 0;
  const pending = new Map(); // by id, what a campaign is being switched to
  const outcome = new Map(); // by id, what came of the last switch: {tone, words()}
  const rows = new Map(); // by id
  const order = new Map(); // by id: a campaign keeps its place while somebody looks
  const items = el('ul.plain-list', { id: 'campaigns' });
  const trouble = el('div', { id: 'campaigns-trouble' });
  const foot = el('div.row.foot', {});

  function supervisor() { return (agent.info.scopes || []).includes('supervise'); }

  // ---- reading ----

  async function load() {
    clearTimeout(timer);
    const mine = ++asked;
    const began = Date.now();
    try {
      if (agent.state !== 'connected') return;
      const told = await agent.request('campaign.list');
      if (mine !== asked) return;
      list = told;
      failure = '';
    } catch (err) {
      if (mine !== asked) return;
      failure = err.kind === 'canceled' ? failure : sentence(err);
    } finally {
      if (mine === asked) later(Math.max(EVERY, 10 * (Date.now() - began)));
    }
    if (shown && !asking) drawList();
  }

  function later(ms) {
    clearTimeout(timer);
    if (shown && document.visibilityState === 'visible') timer = setTimeout(load, ms);
  }

  document.addEventListener('visibilitychange', () => {
    clearTimeout(timer);
    if (shown && document.visibilityState === 'visible') load();
  });

  // ---- switching ----

  async function turn(c, on) {
    if (pending.has(c.id) || asking) return;
    asking = true;
    const left = c.progress && c.progress.toCall;
    const words = on ? (left ? t('campaigns.startLeft', { n: count(left) }) : t('campaigns.startText')) : t('campaigns.stopText');
    const sure = await askSure(t(on ? 'campaigns.startTitle' : 'campaigns.stopTitle', { name: titleOf(c) }), words, t(on ? 'campaigns.start' : 'campaigns.stop'), on ? 'primary' : 'stop');
    asking = false;
    if (!sure) {
      drawList();
      return;
    }
    pending.set(c.id, on);
    outcome.delete(c.id);
    drawList();
    announce(t(on ? 'campaigns.turningOn' : 'campaigns.turningOff'));
    let result;
    try {
      const is = await agent.request('campaign.setActive', { campaign: c.id, active: on }, { timeoutSeconds: SWITCH_SECONDS });
      const at = is.readAt || new Date().toISOString();
      const via = () => (VIA[is.via] ? ' ' + t(VIA[is.via]) : '');
      result = { tone: 'ok', words: () => t(is.active ? 'campaigns.isOn' : 'campaigns.isOff', { time: timeOf(at), via: via() }) };
    } catch (err) {
      const open = UNDECIDED.includes(err.kind) && err.sent !== false && (err.data || {}).sent !== 'no'; // false: it never left this page
      result = { tone: open ? 'warn' : 'bad', words: () => t(open ? 'campaigns.unconfirmed' : 'campaigns.refused', { said: sentence(err) }) };
    }
    pending.delete(c.id);
    outcome.set(c.id, result);
    announce(titleOf(c) + ': ' + result.words());
    if (shown && !asking) drawList();
    await load(); // how it stands, the system says
    const row = rows.get(c.id);
    if (!row || !row.node.isConnected) toast({ message: titleOf(c) + ': ' + result.words(), tone: result.tone });
  }

  // ---- drawing ----

  function barOf(c) {
    const p = c.progress || {};
    const [part, key] = p.called !== undefined ? [p.called, 'campaigns.called'] : [p.finished, 'campaigns.finishedOf'];
    if (part === undefined || !p.contacts) return null;
    const words = t(key, { n: count(part), all: count(p.contacts) });
    return el('div.campaign-bar', {}, el('progress', { role: 'progressbar', max: p.contacts, value: part, 'aria-valuetext': words, 'aria-label': t('campaigns.progress', { name: titleOf(c) }) }), el('span.num.strong', {}, words));
  }

  function figuresOf(c) {
    const p = c.progress || {};
    const told = (names, keys) => names.filter((n) => p[n] !== undefined).map((n) => t(keys[n], { n: count(p[n]) }));
    const all = told(Object.keys(SO_FAR).filter((n) => n !== 'finished' || p.called !== undefined), SO_FAR);
    const now = told(Object.keys(NOW).filter((n) => p[n] || c.active), NOW);
    if (!c.progress) all.push(t('campaigns.noProgress'));
    return [all.length ? el('div', {}, all.join(' · ')) : null, now.length ? el('div', {}, t('campaigns.now', { list: now.join(' · ') })) : null];
  }

  function stateOf(c) {
    const [tone, shape, word] = c.active === undefined ? ['idle', 'more', t('campaigns.unknown')] : c.active ? ['ok', 'play', t('campaigns.on')] : ['idle', 'pause', t('campaigns.off')];
    return el('span.badge.tone-' + tone, { 'data-active': String(c.active) }, icon(shape), c.state ? word + ' · ' + c.state : word);
  }

  function switchOf(c, on) {
    const busy = pending.has(c.id);
    const button = el('button.btn', { type: 'button', 'data-key': (c.active === undefined ? String(on) : 'switch') + c.id, 'data-switch': on ? 'on' : 'off', 'aria-busy': busy || null, 'aria-disabled': busy ? 'true' : null,
      'aria-label': t(on ? 'campaigns.switchOnLabel' : 'campaigns.switchOffLabel', { name: titleOf(c) }) }, icon('off'), t(on ? 'campaigns.switchOn' : 'campaigns.switchOff'));
    button.addEventListener('click', () => turn((list || []).find((x) => x.id === c.id) || c, on));
    return button;
  }

  // afterOf says what becomes or came of a switch.
  function afterOf(c) {
    if (pending.has(c.id)) return el('p.campaign-after.tone-info', { 'data-outcome': 'pending' }, icon('clock'), el('span', {}, t(pending.get(c.id) ? 'campaigns.turningOn' : 'campaigns.turningOff')));
    const o = outcome.get(c.id);
    return o ? el('p.campaign-after.tone-' + o.tone, { 'data-outcome': o.tone }, icon(o.tone === 'ok' ? 'check' : 'warn'), el('span', {}, o.words())) : null;
  }

  // rowOf keeps one row for as long as the section lives: a figure that moves must not take a button from under a click.
  function rowOf(c) {
    let row = rows.get(c.id);
    if (!row) {
      const parts = { name: el('div.strong.detail', {}), state: el('div', {}), bar: el('div', {}), figures: el('div.muted.small.num', {}), after: el('div', {}), acts: el('div.row.campaign-acts', {}) };
      row = { parts, was: {}, node: el('li.campaign', { 'data-campaign': c.id }, el('div.mid', {}, el('div.campaign-head', {}, parts.name, parts.state), parts.bar, parts.figures, parts.after), parts.acts) };
      rows.set(c.id, row);
    }
    const put = (part, key, make) => {
      const now = language() + JSON.stringify(key);
      if (row.was[part] === now) return;
      row.was[part] = now;
      render(row.parts[part], make());
    };
    const o = outcome.get(c.id);
    put('name', titleOf(c), () => [document.createTextNode(titleOf(c))]);
    put('state', [c.active, c.state], () => [stateOf(c)]);
    put('bar', c.progress || null, () => [barOf(c)]);
    put('figures', [c.progress || null, c.active], () => figuresOf(c));
    put('after', [pending.get(c.id), o && o.words()], () => [afterOf(c)]);
    put('acts', [supervisor(), c.active, pending.has(c.id)], () => (supervisor() ? [c.active !== true ? switchOf(c, true) : null, c.active !== false ? switchOf(c, false) : null] : []));
    return row.node;
  }

  function inOrder() {
    const fresh = list.filter((c) => !order.has(c.id));
    fresh.sort((a, b) => (b.active === true) - (a.active === true) || (a.name || a.id).localeCompare(b.name || b.id, language(), { numeric: true }));
    for (const c of fresh) order.set(c.id, order.size);
    return [...list].sort((a, b) => order.get(a.id) - order.get(b.id));
  }

  function drawTrouble() {
    render(trouble, failure ? el('p.campaign-after.tone-bad', { 'data-outcome': 'unread' }, icon('warn'),
      el('span', {}, t('campaigns.failed', { said: failure }) + (list ? ' ' + t('campaigns.stale') : ''))) : null);
  }

  function drawList() {
    drawTrouble();
    const wanted = text.trim().toLowerCase();
    const fits = (c) => (which === 'all' || c.active === (which === 'on')) && (!wanted || titleOf(c).toLowerCase().includes(wanted));
    const all = list === null ? [] : inOrder().filter(fits);
    const held = items.contains(document.activeElement);
    const nodes = all.slice(0, most).map(rowOf);
    if (!nodes.length) render(items, failure && list === null ? null : el('li.empty', {}, t(list === null ? 'history.loading' : list.length ? 'campaigns.nothing' : 'campaigns.none')));
    else if (nodes.length !== items.children.length || nodes.some((n, i) => items.children[i] !== n)) render(items, nodes);
    // Who switched a campaign that no longer fits what is looked for goes on from the heading, not from the top of the page.
    if (held && !items.contains(document.activeElement)) root.querySelector('#campaigns-title').focus({ preventScroll: true });
    const at = list && list.length ? list[0].readAt : '';
    const more = all.length > most ? el('button.btn', { type: 'button', 'data-key': 'more', onclick: () => { most += PAGE; drawList(); } }, t('campaigns.more')) : null;
    render(foot, el('span.muted.small.num', { id: 'campaigns-at' }, list === null ? '' : [t('campaigns.count', { n: count(nodes.length), all: count(list.length) }), at ? t('campaigns.readAt', { time: exact(at) }) : ''].filter(Boolean).join(' · ')), more);
    const tools = root.querySelector('#campaigns-tools');
    if (tools) tools.hidden = !list || (list.length < MANY && !text && which === 'all');
  }

  function draw() {
    const input = el('input', { type: 'search', id: 'campaigns-search', 'data-key': 'search', maxlength: 80, autocomplete: 'off', placeholder: t('campaigns.search'), 'aria-label': t('campaigns.search') });
    input.value = text;
    input.addEventListener('input', () => { text = input.value; most = PAGE; drawList(); });
    const choose = el('select.compact', { 'aria-label': t('campaigns.which'), 'data-key': 'which' }, Object.keys(WHICH).map((k) => el('option', { value: k, selected: k === which }, t(WHICH[k]))));
    choose.addEventListener('change', () => { which = choose.value; most = PAGE; drawList(); });
    render(root, el('section.card', { 'aria-labelledby': 'campaigns-title' },
      el('header', {}, el('h2', { id: 'campaigns-title', tabindex: '-1' }, t('section.campaigns')),
        el('div.toolbar', { id: 'campaigns-tools', hidden: true }, el('div.search', {}, icon('search'), input), choose)),
      el('p.in.muted', { id: 'campaigns-help' }, supervisor() ? [t('campaigns.import') + ' ', el('code', {}, 'ctiagent mailing import')] : t('campaigns.onlySupervisors')),
      trouble, items, el('div.in', {}, foot)));
    drawList();
  }

  return {
    draw,
    show: () => { shown = true; order.clear(); draw(); load(); },
    hide: () => { shown = false; clearTimeout(timer); },
    looked: load,
  };
}
