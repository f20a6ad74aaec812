'use strict';
// A browser for the suites of ctiagent.js: a context of its own with a fake socket, fake timers and as much or little else as a test wants.
const fs = require('node:fs');
const path = require('node:path');
const vm = require('node:vm');

const source = fs.readFileSync(path.join(__dirname, 'ctiagent.js'), 'utf8');
const settle = () => new Promise((resolve) => setImmediate(resolve));
const plain = (v) => JSON.parse(JSON.stringify(v));

function browser(options = {}) {
  const b = { sockets: [], timers: [], now: 0, uncaught: [] };
  class FakeSocket {
    constructor(url, protocol) {
      if (options.socketThrows) throw options.socketThrows;
      Object.assign(this, { url, protocol, readyState: 0, sent: [] });
      b.sockets.push(this);
    }
    open() { this.readyState = 1; this.onopen({}); }
    send(text) { this.sent.push(JSON.parse(text)); }
    say(message) { this.onmessage({ data: typeof message === 'string' ? message : JSON.stringify(message) }); }
    drop(code) { this.readyState = 3; if (this.onclose) this.onclose({ code }); }
    close() { if (this.readyState < 2) this.drop(1005); }
    // The newest request of a method, and answering it.
    asked(method) { return this.sent.filter((m) => m.method === method).pop(); }
    answer(method, result) { this.say({ jsonrpc: '2.0', id: this.asked(method).id, result }); }
    refuse(method, error) { this.say({ jsonrpc: '2.0', id: this.asked(method).id, error }); }
  }
  const listeners = {};
  const target = (name) => ({
    addEventListener(type, fn) { (listeners[name + type] = listeners[name + type] || []).push(fn); },
    removeEventListener(type, fn) { listeners[name + type] = listeners[name + type].filter((f) => f !== fn); },
  });
  b.listening = () => Object.values(listeners).reduce((n, fns) => n + fns.length, 0);
  b.fire = (name, type, ev = {}) => (listeners[name + type] || []).forEach((fn) => fn(ev));
  b.document = Object.assign({ visibilityState: 'visible', focused: true, hasFocus() { return this.focused; }, documentElement: { lang: options.lang || 'en' } }, target('document'), options.document);
  // What the other tabs of the site say, and what was said to them.
  b.siblings = [];
  b.told = [];
  class FakeChannel {
    constructor(name) { this.name = name; b.siblings.push(this); }
    postMessage(text) { b.told.push(text); }
    close() { b.siblings = b.siblings.filter((c) => c !== this); }
  }
  const context = vm.createContext(Object.assign({
    BroadcastChannel: FakeChannel,
    document: b.document,
    location: { hostname: 'crm.example.com', host: 'crm.example.com', protocol: 'https:', ...options.location },
    isSecureContext: options.secure !== false,
    navigator: options.permission === undefined ? {} : { permissions: { query: (q) => options.permission(q.name) } },
    WebSocket: FakeSocket,
    setTimeout(fn, ms) { b.timers.push({ id: b.timers.length + 1, at: b.now + ms, fn }); return b.timers.length; },
    clearTimeout(id) { b.timers.forEach((t) => { if (t.id === id) t.fn = null; }); },
    Uint8Array,
    crypto: { getRandomValues: (a) => a.fill(b.sockets.length + 7) },
    ...target('window'),
  }, options.globals));
  vm.runInContext('globalThis.window = globalThis; ' + (options.without || []).map((n) => `delete globalThis.${n};`).join(' '), context);
  if (options.framed) vm.runInContext('globalThis.self = globalThis; globalThis.top = {};', context);
  vm.runInContext(source, context);
  b.CTIAgent = context.CTIAgent;
  b.context = context;
  b.last = () => b.sockets[b.sockets.length - 1];
  // Lets time pass; due timers run in order.
  b.advance = (ms) => {
    const end = b.now + ms;
    for (;;) {
      const due = b.timers.filter((t) => t.fn && t.at <= end).sort((x, y) => x.at - y.at)[0];
      if (!due) break;
      b.now = due.at;
      const fn = due.fn;
      due.fn = null;
      try { fn(); } catch (e) { b.uncaught.push(e); }
    }
    b.now = end;
  };
  b.nextTimer = () => Math.min(...b.timers.filter((t) => t.fn).map((t) => t.at)) - b.now;
  return b;
}

const CALL = { id: '01A', state: 'ringing', direction: 'inbound', remote: { e164: '+5511987650101' }, actions: ['call.answer'] };

function snapshot(more) {
  return { epoch: 'e1', seq: 10, agent: { id: '12', state: 'ready' }, calls: [], drivers: [{ name: 'totalip', link: 'connected' }], recent: [], ...more };
}

// A connected agent: hello and watch answered.
function connected(b, options = {}, snap = snapshot()) {
  const agent = b.CTIAgent.connect({ client: 'test/1', random: () => 0, ...options });
  greet(b, snap);
  return agent;
}
function greet(b, snap, hello = { protocol: 1, version: '1.0.0', paired: true, scopes: ['observe', 'dial'] }) {
  b.last().open();
  b.last().answer('session.hello', hello);
  if (snap) b.last().answer('desk.watch', snap);
}
function event(seq, type, more) {
  return { jsonrpc: '2.0', method: 'desk.event', params: { seq, type, time: '2026-11-20T13:59:33.120Z', ...more } };
}

module.exports = { source, settle, plain, browser, connected, greet, event, snapshot, CALL };
