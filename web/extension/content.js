/* The extension's part in a page that is on: clickable numbers, a bar with the calls, and what the site's recipe says. */
/* global CTILinkify */
(function () {
  'use strict';

  if (globalThis.ctiagentIsHere) return;
  globalThis.ctiagentIsHere = true;

  const words = (key, ...more) => chrome.i18n.getMessage(key, more);
  const ask = (m) => chrome.runtime.sendMessage(m).then((r) => {
    if (r && r.error) throw r.error;
    return r && r.value;
  });
  // As much of ctiagent.js's client as linkify uses. Of events there is the state, which comes and goes with the program.
  const followers = new Set();
  const agent = {
    call: { dial: (number) => ask({ type: 'dial', number }) },
    number: { explain: (text) => ask({ type: 'explain', text }) },
    on: (type, fn) => { followers.add(fn); return () => followers.delete(fn); }
  };

  let site = null;
  let links = null;
  let port = null;
  let view = { calls: [], state: '', message: '' };

  // A tree of our own, which neither the page's scripts nor its styles reach.
  function tree(name) {
    const host = document.createElement(name);
    host.setAttribute('data-no-dial', '');
    return { host, shadow: host.attachShadow({ mode: 'closed' }) };
  }

  function button(label, style, pressed) {
    const b = document.createElement('button');
    b.type = 'button';
    b.textContent = label;
    Object.assign(b.style, { all: 'initial', font: '13px/1.4 system-ui, sans-serif', cursor: 'pointer', padding: '3px 8px', borderRadius: '4px', ...style });
    b.addEventListener('focus', () => { b.style.outline = '2px solid #6cf'; });
    b.addEventListener('blur', () => { b.style.outline = 'none'; });
    b.addEventListener('click', (ev) => { if (ev.isTrusted) pressed(b); });
    return b;
  }

  // ---- the call bar ----

  const VERBS = { 'call.answer': 'answer', 'call.reject': 'reject', 'call.hangup': 'hangup', 'call.hold': 'hold', 'call.resume': 'resume', 'call.mute': 'mute', 'call.unmute': 'unmute' };
  const bar = tree('ctiagent-bar');
  let trouble = '';

  function showBar() {
    const wanted = site && site.bar && window === window.top && (view.calls.length > 0 || trouble);
    if (!wanted) { bar.host.remove(); return; }
    const box = document.createElement('div');
    box.setAttribute('role', 'region');
    box.setAttribute('aria-label', words('calls'));
    Object.assign(box.style, { all: 'initial', position: 'fixed', right: '16px', bottom: '16px', zIndex: '2147483646', padding: '8px 12px', borderRadius: '8px',
      background: '#1d2733', color: '#fff', font: '13px/1.6 system-ui, sans-serif', boxShadow: '0 2px 12px rgba(0,0,0,.4)' });
    for (const call of view.calls) {
      const row = document.createElement('div');
      const name = document.createElement('span');
      name.textContent = (call.who || words('unknown')) + ' · ' + (words('state_' + call.state) || call.state) + ' ';
      row.append(name);
      for (const verb of call.actions) {
        row.append(button(words(VERBS[verb]), { background: '#36506b', color: '#fff', margin: '0 0 0 6px' }, () => {
          ask({ type: 'verb', verb, call: call.id }).then(() => { trouble = ''; }, (e) => { trouble = e.message; }).then(showBar);
        }));
      }
      box.append(row);
    }
    const said = document.createElement('div');
    said.setAttribute('role', 'status');
    said.textContent = trouble;
    box.append(said);
    bar.shadow.replaceChildren(box);
    if (!bar.host.isConnected) document.documentElement.append(bar.host);
  }

  // ---- dial from a field, fill a box ----

  const boxOf = (selector) => { try { return document.querySelector(selector); } catch (e) { return null; } };
  const isBox = (e) => e && (e.localName === 'textarea' || (e.localName === 'input' && ['text', 'tel', 'search', 'number', 'email', 'url', ''].includes(e.type)));
  const beside = new Map(); // field → our button's host

  function dialButtons() {
    for (const [field, host] of beside) if (!field.isConnected || !host.isConnected) { host.remove(); beside.delete(field); }
    for (const rule of (site && site.dial) || []) {
      const field = boxOf(rule.field);
      if (!isBox(field) || beside.has(field)) continue;
      const t = tree('ctiagent-dial');
      const b = button('☎', { background: '#36506b', color: '#fff', margin: '0 4px' }, () => {
        const number = field.value.trim();
        if (number) agent.call.dial(number).then(() => { b.title = words('dialField'); }, (e) => { b.title = e.message; trouble = e.message; showBar(); });
      });
      b.title = words('dialField');
      b.setAttribute('aria-label', b.title);
      t.shadow.append(b);
      field.after(t.host);
      beside.set(field, t.host);
    }
  }

  // Only an empty box is filled: what a person typed stays.
  function fill(selector, text) {
    const field = boxOf(selector);
    if (!isBox(field) || field.value !== '') return;
    const set = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), 'value').set; // past what a framework put before it
    set.call(field, text);
    for (const type of ['input', 'change']) field.dispatchEvent(new Event(type, { bubbles: true }));
  }

  const offers = new Map(); // boxes the extension would fill somewhere: id → selector and call

  // Of all pages of the site the one in sight that has the box takes the offer.
  function takeOffers() {
    if (!port || document.visibilityState !== 'visible') return;
    for (const [id, offer] of offers) {
      const field = boxOf(offer.field);
      if (!isBox(field) || field.value !== '') continue;
      offers.delete(id);
      port.postMessage({ type: 'take', id });
    }
  }
  document.addEventListener('visibilitychange', takeOffers);

  let planned = 0;
  new MutationObserver(() => {
    if (planned || (!offers.size && !(site && site.dial && site.dial.length))) return;
    planned = setTimeout(() => {
      planned = 0;
      dialButtons();
      takeOffers();
    }, 200);
  }).observe(document.documentElement, { subtree: true, childList: true });

  // ---- what the extension tells ----

  function told(m) {
    if (m.type === 'site') {
      if (links) links.stop();
      site = m.site;
      links = site && site.linkify ? CTILinkify.start({ ...site.linkify, agent, style: false, language: chrome.i18n.getUILanguage() }) : null;
      if (!site) { beside.forEach((host) => host.remove()); beside.clear(); }
      dialButtons();
    } else if (m.type === 'view') {
      const before = view.state;
      view = m;
      if (before && before !== m.state) followers.forEach((fn) => fn(m.state));
      for (const [id, offer] of offers) if (!view.calls.some((c) => c.id === offer.call)) offers.delete(id);
    } else if (m.type === 'offer') {
      offers.set(m.id, { field: m.field, call: m.call });
      takeOffers();
    } else if (m.type === 'fill') {
      fill(m.field, m.text);
    }
    showBar();
  }

  // The browser may stop the extension's own part at any time; it starts again when it is called.
  function connect() {
    port = chrome.runtime.connect({ name: 'page' });
    port.onMessage.addListener(told);
    port.onDisconnect.addListener(() => {
      port = null;
      if (chrome.runtime.id) setTimeout(connect, 1000);
    });
  }
  connect();
}());
