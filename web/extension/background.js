/*
 * The extension's own part: speaks with ctiagent through the native host, and tells the pages' part what to do. It is stopped
 * and started again by the browser as it likes, so what must outlive it is in the browser's storage.
 */
/* global CTIAgent, CTIRecipes, importScripts */
'use strict';

if (typeof importScripts === 'function') importScripts('ctiagent.js', 'recipes.js');

const HOST = 'com.ctiagent.native';
const SCRIPTS = ['linkify.js', 'content.js'];
const STYLES = ['page.css'];
const LATER_MS = 300;  // what a browser in the background leaves to the one in front
const VERBS = ['call.answer', 'call.reject', 'call.hangup', 'call.hold', 'call.resume', 'call.mute', 'call.unmute'];

// The native host as the client of ctiagent.js wants it: a socket. One process of the host is one connection.
class NativeSocket {
  constructor() {
    this.readyState = 0;
    this.port = chrome.runtime.connectNative(HOST);
    this.port.onMessage.addListener((m) => this.heard(m));
    this.port.onDisconnect.addListener(() => {
      void chrome.runtime.lastError; // the host is not installed, or has ended: either way it is gone
      this.ended();
    });
  }
  heard(m) {
    if (m && m.native === 'open') { this.readyState = 1; this.onopen({}); }
    else if (m && m.native) this.close();
    else if (this.readyState === 1) this.onmessage({ data: JSON.stringify(m) });
  }
  send(text) { this.port.postMessage(JSON.parse(text)); }
  close() {
    this.port.disconnect();
    setTimeout(() => this.ended(), 0);
  }
  ended() {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.onclose({ code: 1006 });
  }
}

const agent = CTIAgent.connect({ client: 'extension/' + chrome.runtime.getManifest().version, url: 'ws://native/', WebSocket: NativeSocket, focus: false, language: chrome.i18n.getUILanguage() });

let sites = [];         // of the policy's recipes
let switchedOn = [];    // origins the person switched on
let popped = [];        // calls that popped, by id
let filled = [];        // what was filled in already: call, site and rule
const pages = new Set(); // ports of the pages' part

// ---- what is on ----

async function load() {
  const managed = await chrome.storage.managed.get(['recipes', 'signature', 'key']).catch(() => ({})); // no policy
  let trouble = '';
  try { sites = await CTIRecipes.read(managed); } catch (e) { sites = []; trouble = e.message; }
  switchedOn = (await chrome.storage.local.get('on')).on || [];
  const session = await chrome.storage.session.get(['popped', 'filled']);
  popped = session.popped || [];
  filled = session.filled || [];
  await chrome.action.setBadgeText({ text: trouble ? '!' : '' });
  await chrome.action.setTitle({ title: trouble ? chrome.i18n.getMessage('recipesRefused', trouble) : chrome.i18n.getMessage('switch') });
  await register();
}

// Scripts are put into the sites that are on and nowhere else. A pattern has no port, so the page's part asks once more.
let registering = Promise.resolve();
const register = () => { registering = registering.then(registerNow); return registering; };

async function registerNow() {
  const hosts = new Set([...sites.flatMap((s) => s.origins), ...switchedOn].map((o) => { const u = new URL(o); return u.protocol + '//' + u.hostname + '/*'; }));
  await chrome.scripting.unregisterContentScripts().catch(() => {});
  if (!hosts.size) return;
  const matches = [...hosts];
  await chrome.scripting.registerContentScripts([{ id: 'ctiagent', matches, js: SCRIPTS, css: STYLES, allFrames: true, runAt: 'document_idle', persistAcrossSessions: false }]);
  for (const tab of await chrome.tabs.query({ url: matches })) await inject(tab.id);
}

async function inject(tabId) {
  const target = { tabId, allFrames: true };
  await chrome.scripting.insertCSS({ target, files: STYLES }).then(() => chrome.scripting.executeScript({ target, files: SCRIPTS })).catch(() => {}); // a page of the browser's own
}

function siteOf(url) {
  const site = CTIRecipes.siteOf(sites, url);
  if (site) return site;
  return switchedOn.includes(new URL(url).origin) ? { linkify: {}, bar: true, dial: [], fill: [] } : null;
}

chrome.action.onClicked.addListener(async (tab) => {
  await ready;
  if (!/^https?:/.test(tab.url || '')) return;
  const { origin } = new URL(tab.url);
  switchedOn = switchedOn.includes(origin) ? switchedOn.filter((o) => o !== origin) : [...switchedOn, origin];
  await chrome.storage.local.set({ on: switchedOn });
  await register();
  for (const page of [...pages]) tellSite(page);
});
chrome.storage.onChanged.addListener((changes, area) => { if (area === 'managed') ready = load().then(() => [...pages].forEach(tellSite)); });

let ready = load();

// ---- dialling ----

const plainError = (e) => ({ kind: e.kind || 'internal', message: e.message, hint: e.hint || '' });
const outcome = (p) => Promise.resolve(p).then((value) => ({ value }), (e) => ({ error: plainError(e) }));

function menu() {
  chrome.contextMenus.removeAll(() => chrome.contextMenus.create({ id: 'dial', contexts: ['selection'], title: chrome.i18n.getMessage('dialSelection', '%s') }));
}
chrome.runtime.onInstalled.addListener(menu);
chrome.runtime.onStartup.addListener(menu);
chrome.contextMenus.onClicked.addListener(async (info, tab) => {
  const { error } = await outcome(agent.call.dial(String(info.selectionText || '').trim().slice(0, 100)));
  const words = error ? [error.message, error.hint].filter(Boolean).join(' ') : '';
  await chrome.action.setBadgeText({ text: error ? '!' : '', tabId: tab && tab.id });
  await chrome.action.setTitle({ title: words || chrome.i18n.getMessage('switch'), tabId: tab && tab.id });
});

chrome.runtime.onMessage.addListener((m, sender, respond) => {
  if (sender.id !== chrome.runtime.id || !sender.url || !m) return undefined;
  ready.then(() => {
    if (!siteOf(sender.url)) return { error: { kind: 'forbidden', message: 'this site is not on', hint: '' } };
    if (m.type === 'dial') return outcome(agent.call.dial(String(m.number).slice(0, 100)));
    if (m.type === 'explain') return outcome(agent.number.explain(String(m.text).slice(0, 100)));
    if (m.type === 'verb' && VERBS.includes(m.verb)) return outcome(agent.request(m.verb, { call: String(m.call) }));
    return { error: { kind: 'bad_request', message: 'unknown request', hint: '' } };
  }).then(respond);
  return true;
});

// ---- pages ----

chrome.runtime.onConnect.addListener((port) => {
  if (!port.sender || port.sender.id !== chrome.runtime.id || !port.sender.url) return;
  pages.add(port);
  port.onDisconnect.addListener(() => {
    void chrome.runtime.lastError; // a page that is kept for the way back loses its port, which is no mistake
    pages.delete(port);
  });
  port.onMessage.addListener((m) => takeOffer(port, m));
  ready.then(() => { tellSite(port); considerAll(); });
});

function tellSite(port) {
  port.postMessage({ type: 'site', site: siteOf(port.sender.url) });
  port.postMessage(viewOf());
}

function viewOf() {
  return { type: 'view', state: agent.state, message: agent.detail.message, hint: agent.detail.hint,
    calls: Object.values(agent.view.calls).map((c) => ({ id: c.id, state: c.state, who: (c.remote && (c.remote.display || c.remote.raw || c.remote.e164)) || '', actions: (c.actions || []).filter((a) => VERBS.includes(a)) })) };
}

agent.on('change', () => { pages.forEach((p) => p.postMessage(viewOf())); ready.then(considerAll); });
agent.on('state', () => pages.forEach((p) => p.postMessage(viewOf())));

// ---- pops and boxes ----

function considerAll() {
  for (const [id, offer] of offers) if (!agent.view.calls[offer.call]) offers.delete(id);
  for (const call of Object.values(agent.view.calls)) {
    considerPop(call);
    considerFill(call);
  }
}

// Some telephone systems tell of a call only when it is answered: what is to happen at the ringing then happens at once.
const due = (on, state) => state === on || (on === 'ringing' && state === 'connected');

// A call pops once, at its first chance: a number may become known later than the ringing.
function considerPop(call) {
  if (call.direction !== 'inbound' || popped.includes(call.id)) return;
  const addresses = sites.filter((s) => s.pop && s.pop.open && due(s.pop.on, call.state) && CTIRecipes.known(s.pop.open, call)).map((s) => CTIRecipes.addressFor(s.pop.open, call));
  if (!addresses.length) return;
  keepPopped([...popped, call.id].slice(-100));
  inTurn(() => take(call.id, addresses)).catch(() => keepPopped(popped.filter((id) => id !== call.id)));
}

// One after the other: what is shown may need the tab that is being opened.
let showing = Promise.resolve();
function inTurn(fn) {
  const done = showing.then(fn);
  showing = done.catch(() => {});
  return done;
}

function keepPopped(ids) {
  popped = ids;
  return chrome.storage.session.set({ popped });
}

// Every browser of the person sees the call, and one shows it: who asks first, and those the person does not work in ask later.
async function take(call, addresses) {
  if (!(await whereLooked()).focused) await new Promise((done) => { setTimeout(done, LATER_MS); });
  const { taken } = await agent.request('desk.takePop', { call });
  // It is this browser's from now on, and nobody asks again: what goes wrong with one address is no reason to leave out the next.
  if (taken) for (const url of addresses) await show(url).catch((e) => console.error('a screen pop was not shown:', e));
}

// What ctiagent's own configuration shows comes here when no page of the customer's takes it.
agent.onPop(({ url }) => /^https?:\/\//i.test(url) && ready.then(() => inTurn(() => show(url))).then(() => true));

async function show(url) {
  const site = CTIRecipes.siteOf(sites, url);
  const there = site && site.pop && site.pop.tab === 'existing' ? (await chrome.tabs.query({})).filter((t) => CTIRecipes.siteOf(sites, t.url) === site) : [];
  there.sort((a, b) => (b.url === url) - (a.url === url) || b.lastAccessed - a.lastAccessed);
  const [old] = there;
  const tab = old && await chrome.tabs.update(old.id, old.url === url ? { active: true } : { active: true, url }).then((t) => t || old, () => null) // it was closed, or is being dragged
    || await chrome.tabs.create({ url }).catch(async () => (await chrome.windows.create({ url })).tabs[0]); // no window is open, or none can take a tab now
  await chrome.windows.update(tab.windowId, { focused: true }).catch(() => {}); // it is shown all the same
}

// ctiagent asks the browser that the person works in.
async function whereLooked() {
  const all = await chrome.windows.getAll();
  return { visible: all.some((w) => w.state !== 'minimized'), focused: all.some((w) => w.focused) };
}

function tellLooked() {
  if (agent.state === 'connected') whereLooked().then((where) => agent.request('page.focus', where)).catch(() => {}); // it is told anew when connected anew
}
chrome.windows.onFocusChanged.addListener(tellLooked);
agent.on('state', tellLooked);

// A box is filled in one page: every page of the site is offered the rule, and the first one in sight that has the box,
// empty, takes it.
const offers = new Map(); // id → call, rule

function considerFill(call) {
  for (const site of sites) {
    site.fill.forEach((rule, i) => {
      const id = call.id + ' ' + site.origins[0] + site.path + ' ' + i;
      if (!due(rule.on, call.state) || filled.includes(id) || !CTIRecipes.known(rule.with, call)) return;
      offers.set(id, { call: call.id, site, rule });
      for (const p of pages) if (CTIRecipes.siteOf(sites, p.sender.url) === site) p.postMessage({ type: 'offer', id, call: call.id, field: rule.field });
    });
  }
}

function takeOffer(port, m) {
  const offer = m && m.type === 'take' ? offers.get(m.id) : null;
  const call = offer && agent.view.calls[offer.call];
  if (!call || filled.includes(m.id) || CTIRecipes.siteOf(sites, port.sender.url) !== offer.site) return;
  filled = [...filled, m.id].slice(-200);
  offers.delete(m.id);
  chrome.storage.session.set({ filled });
  port.postMessage({ type: 'fill', field: offer.rule.field, text: CTIRecipes.wordsFor(offer.rule.with, call) });
}

// The browser ends what does nothing; an alarm looks every minute whether ctiagent is there again.
chrome.alarms.create('look', { periodInMinutes: 1 });
chrome.alarms.onAlarm.addListener(() => { if (agent.state !== 'connected') agent.retry(); });
