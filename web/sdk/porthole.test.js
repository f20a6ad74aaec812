'use strict';
const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const vm = require('node:vm');

const source = fs.readFileSync(path.join(__dirname, 'porthole.js'), 'utf8');
const settle = async () => { for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve)); };
const plain = (v) => JSON.parse(JSON.stringify(v));

// A page with porthole.js in it. Without a frame around it, it is its own parent, as browsers have it; the window around
// a frame is only seen from inside: what it was posted, and what it says.
function page(options = {}) {
  const p = { sockets: [], timers: [], errors: [], around: [], heardByPage: [] };
  let listeners = [];
  class FakeSocket {
    constructor(url, protocol) {
      if (options.socketThrows) throw new Error('refused');
      Object.assign(this, { url, protocol, readyState: 0, sent: [] });
      p.sockets.push(this);
    }
    open() { this.readyState = 1; this.onopen({}); }
    send(text) { this.sent.push(JSON.parse(text)); }
    answer(data, more) { this.onmessage({ data: JSON.stringify({ data, sourceOrigin: 'http://127.0.0.1:21470', sourceWindowName: '', targetWindowName: '', ...more }) }); }
    close(code = 1006) { this.readyState = 3; this.onclose({ code }); }
  }
  const context = vm.createContext({
    WebSocket: FakeSocket, name: options.name || '',
    console: { log() {}, error(words) { p.errors.push(words); } },
    location: { protocol: 'https:', host: 'crm:8443', ancestorOrigins: options.ancestorOrigins },
    document: {
      referrer: options.referrer || '', documentElement: { lang: 'es' },
      currentScript: { getAttribute: (name) => (options.script || {})[name] || null },
    },
    setTimeout(fn, ms) { p.timers.push({ ms, fn }); return p.timers.length; },
    clearTimeout(id) { if (id) p.timers[id - 1].fn = null; },
    addEventListener(type, fn) { listeners.push(fn); },
    removeEventListener(type, fn) { listeners = listeners.filter((f) => f !== fn); },
    close() { p.closed = true; },
    CTIAgent: options.CTIAgent,
  });
  vm.runInContext('globalThis.window = globalThis;', context);
  const window = vm.runInContext('window', context);
  const hear = (data, origin, from) => {
    let stopped = false;
    const ev = { data, origin, source: from, stopImmediatePropagation() { stopped = true; } };
    for (const fn of listeners.slice()) if (!stopped) fn(ev);
  };
  window.postMessage = (data) => setImmediate(() => { p.heardByPage.push(data); hear(data, 'https://crm:8443', window); });
  window.frames = options.frames || {};
  const outside = { postMessage: (data, to) => p.around.push({ data, to }) };
  window.parent = options.framed ? outside : window;
  window.top = window.parent;
  p.around.says = (data, origin = 'https://around') => hear(typeof data === 'string' ? data : JSON.stringify(data), origin, outside);
  p.around.saysPlain = (data, origin) => hear(data, origin, outside);
  p.hear = hear;
  p.listening = () => listeners.length;
  p.fire = (ms) => p.timers.filter((t) => t.ms === ms && t.fn).forEach((t) => { const fn = t.fn; t.fn = null; fn(); });
  p.window = window;
  vm.runInContext(source, context);
  p.Porthole = window.Porthole;
  p.last = () => p.sockets[p.sockets.length - 1];
  return p;
}

// A proxy whose answers are kept.
function listening(p, ...args) {
  const proxy = new p.Porthole.WindowProxy(...args);
  proxy.heard = [];
  proxy.addEventListener((e) => proxy.heard.push(e));
  return proxy;
}

test('the globals of Porthole 1.0.0 are there', () => {
  const { Porthole } = page();
  for (const name of ['trace', 'error', 'WindowProxy', 'WindowProxyBase', 'WindowProxyLegacy', 'WindowProxyHTML5', 'MessageEvent']) assert.equal(typeof Porthole[name], 'function', name);
  assert.equal(Porthole.debug, false);
  assert.equal(typeof Porthole.WindowProxyDispatcher.start, 'function');
  for (const name of ['serialize', 'unserialize', 'getTargetWindow']) assert.equal(typeof Porthole.WindowProxy[name], 'function', name);
  const proxy = new Porthole.WindowProxy(null, 'form');
  assert.equal(proxy.getOrigin(), 'https://crm:8443');
  assert.equal(proxy.getTargetWindowName(), 'form');
  assert.ok(proxy instanceof Porthole.WindowProxyHTML5);
});

test('a command becomes the one frame that Porthole would post, and is not echoed', async () => {
  const p = page({ name: 'w1' });
  const proxy = listening(p, 'https:crm');
  proxy.post({ action: 'call', campaign: 'Sales->', callerid: '1', destination: '2' });
  assert.equal(p.last().url, 'ws://127.0.0.1:21470/v1/ws');
  assert.equal(p.last().protocol, 'porthole');
  p.last().open();
  await settle();
  assert.deepEqual(p.last().sent, [{ data: { action: 'call', campaign: 'Sales->', callerid: '1', destination: '2' },
    sourceOrigin: 'https://crm:8443', targetOrigin: '*', sourceWindowName: 'w1', targetWindowName: '' }]);
  assert.deepEqual([p.heardByPage, proxy.heard], [[], []]);
  p.last().answer({ guid: 'g1' });
  assert.deepEqual(plain(proxy.heard.map((e) => [e.data, e.origin])), [[{ guid: 'g1' }, 'http://127.0.0.1:21470']]);
  assert.equal(proxy.heard[0].source, proxy);
  assert.ok(proxy.heard[0] instanceof p.Porthole.MessageEvent);
});

test('what is no command is posted and echoed, as Porthole does it', async () => {
  const p = page();
  const proxy = listening(p, '');
  proxy.post({ action: 'repaint' });
  proxy.post('text');
  await settle();
  assert.deepEqual(plain(proxy.heard.map((e) => e.data)), [{ action: 'repaint' }, 'text']);
  assert.equal(p.sockets.length, 0);
});

test('any JSON is received, anything else is passed over', () => {
  const p = page();
  const proxy = listening(p, '');
  const named = listening(p, '', 'menu');
  for (const data of ['{"foo":1}', '5', '{', { data: 1 }, 'null', '{"data":2,"sourceWindowName":"menu","targetOrigin":"https://other"}']) p.hear(data, 'https://x', {});
  assert.deepEqual(plain(proxy.heard.map((e) => [e.data === undefined ? 'none' : e.data, e.origin])), [['none', 'https://x'], ['none', 'https://x'], [2, 'https://x']]);
  assert.deepEqual(named.heard.map((e) => e.data), [2]);
});

test('removing a stranger takes the last listener, and the last one ends the listening', () => {
  const p = page();
  const before = p.listening();
  const proxy = new p.Porthole.WindowProxy('');
  const heard = [];
  const first = proxy.addEventListener(() => heard.push('first'));
  proxy.addEventListener(() => heard.push('last'));
  proxy.removeEventListener(() => {});
  p.hear('{}', '', {});
  assert.deepEqual(heard, ['first']);
  proxy.removeEventListener(first);
  assert.equal(p.listening(), before);
  proxy.removeEventListener(first);
});

test('a listener that throws is reported and stops no other', () => {
  const p = page();
  const proxy = new p.Porthole.WindowProxy('');
  const heard = [];
  proxy.addEventListener(() => { throw new Error('boom'); });
  proxy.addEventListener(() => heard.push(1));
  p.hear('{}', '', {});
  assert.deepEqual(heard, [1]);
  assert.match(p.errors.join(), /boom/);
});

test('a named window gets its messages itself, commands too', () => {
  const got = [];
  const p = page({ frames: { menu: { postMessage: (...args) => got.push(args) } } });
  new p.Porthole.WindowProxy('', 'menu').post({ action: 'hangup' }, 'https://menu');
  assert.equal(got.length, 1);
  assert.deepEqual(JSON.parse(got[0][0]).data, { action: 'hangup' });
  assert.equal(got[0][1], 'https://menu');
  assert.equal(p.sockets.length, 0);
  assert.throws(() => new p.Porthole.WindowProxy('', 'nowhere').post({}));
});

test('a command that finds no ctiagent fails in words and is not sent later', () => {
  const p = page();
  const proxy = listening(p, '');
  proxy.post({ action: 'hangup' });
  p.fire(5000);
  assert.deepEqual(plain(proxy.heard.map((e) => [e.data.error.action, e.data.error.kind])), [['hangup', 'unavailable']]);
  assert.match(proxy.heard[0].data.error.hint, /Abra ctiagent/);
  p.last().open();
  assert.deepEqual(p.last().sent, []);
});

test('a closed door and a lost answer are told apart, and the next command tries again', () => {
  const p = page();
  const proxy = listening(p, '');
  proxy.post({ action: 'call', destination: '1' });
  p.last().close(4003);
  proxy.post({ action: 'call', destination: '1' });
  p.last().open();
  proxy.post({ action: 'tag', message: 'x' });
  p.last().close();
  assert.deepEqual(plain(proxy.heard.map((e) => [e.data.error.action, e.data.error.kind])), [['call', 'forbidden'], ['call', 'unavailable']]);
  assert.match(proxy.heard[1].data.error.hint, /antes de repetir/);
  assert.equal(p.sockets.length, 2);
  assert.deepEqual(p.sockets.map((s) => s.sent.length), [0, 2]);
});

test('a browser that lets no page speak to this computer is told in words', () => {
  const p = page({ socketThrows: true });
  const proxy = listening(p, '');
  proxy.post({ action: 'CTI' });
  p.fire(0);
  p.fire(5000);
  assert.deepEqual(proxy.heard.map((e) => e.data.error.kind), ['unavailable']);
});

test('in a frame of the cloud, or of a portal that is named, the portal answers', () => {
  for (const options of [{ ancestorOrigins: ['https://acme.ucontactcloud.com'] }, { referrer: 'https://acme.ucontactcloud.com/inbox' },
    { ancestorOrigins: ['https://portal.acme:8443'], script: { 'data-portal': 'https://portal.acme:8443' } }]) {
    const p = page({ framed: true, ...options });
    const proxy = listening(p, '');
    proxy.post({ action: 'call', destination: '1' }, 'https://x');
    assert.deepEqual(p.around.map((m) => [JSON.parse(m.data).data, m.to]), [[{ action: 'call', destination: '1' }, 'https://x']]);
    p.around.says({ data: { guid: 'g' } });
    assert.deepEqual(plain(proxy.heard.map((e) => [e.data, e.origin])), [[{ guid: 'g' }, 'https://around']]);
    assert.equal(p.sockets.length, 0);
    assert.equal(p.Porthole.ctiagent.answerer, 'portal');
  }
});

test('a host that only looks like the cloud is none', () => {
  for (const origin of ['https://ucontactcloud.com.example', 'https://myucontactcloud.com']) {
    const p = page({ framed: true, ancestorOrigins: [origin] });
    assert.equal(p.Porthole.ctiagent.answerer, '');
  }
});

test('an unknown window around is asked; what is posted meanwhile goes to who answers, once', () => {
  const p = page({ framed: true });
  const proxy = listening(p, '');
  proxy.post({ action: 'call', destination: '1' });
  assert.deepEqual(p.around.map((m) => JSON.parse(m.data).data), [{ action: 'CTI' }]);
  p.around.says({ data: { CTI: null } });
  p.fire(1000);
  assert.deepEqual(p.around.map((m) => JSON.parse(m.data).data), [{ action: 'CTI' }, { action: 'call', destination: '1' }]);
  assert.deepEqual([proxy.heard, p.sockets.length], [[], 0]);
});

test('a window around that stays silent is no portal, and one that wakes up late gets only what follows', () => {
  const p = page({ framed: true });
  const proxy = listening(p, '');
  proxy.post({ action: 'call', destination: '1' });
  p.hear(JSON.stringify({ data: { CTI: {} } }), 'https://other', {}); // no window around this page
  p.fire(1000);
  p.last().open();
  assert.deepEqual(p.last().sent.map((f) => f.data), [{ action: 'call', destination: '1' }]);
  p.around.says({ data: { CTI: null } });
  proxy.post({ action: 'hangup' });
  assert.equal(p.last().sent.length, 1);
  assert.deepEqual(JSON.parse(p.around[1].data).data, { action: 'hangup' });
});

test('a page that says there is no portal is not kept waiting', () => {
  const p = page({ framed: true, script: { 'data-portal': 'none', 'data-port': '4000' } });
  listening(p, '').post({ action: 'hangup' });
  assert.deepEqual(p.around.length, 0);
  assert.equal(p.last().url, 'ws://127.0.0.1:4000/v1/ws');
});

test('a form of the Inbox gets its interaction from the current call', async () => {
  const p = page();
  const proxy = listening(p, '');
  p.window.postMessage({ action: 'getInteraction' }, '*');
  await settle();
  p.last().open();
  p.last().answer({ CTI: { guid: 'g', campaign: 'Sales->', destination: '098', parameters: { name: 'Ana', plan: 'A' } } });
  await settle();
  const { action, interaction } = p.heardByPage[1];
  assert.equal(action, 'interaction');
  assert.deepEqual(plain([interaction.guid, interaction.campaign, interaction.clientId, interaction.clientName, interaction.data.plan]), ['g', 'Sales->', '098', 'Ana', 'A']);
  assert.deepEqual(proxy.heard, []);
  p.hear({ action: 'close' }, 'https://other', {});
  assert.equal(p.closed, undefined);
  p.window.postMessage({ action: 'close' }, '*');
  await settle();
  assert.equal(p.closed, true);
});

test('a form without a call is told nothing', async () => {
  const p = page();
  p.window.postMessage({ action: 'getInteraction' }, '*');
  await settle();
  p.last().open();
  p.last().answer({ CTI: null });
  await settle();
  assert.equal(p.heardByPage.length, 1);
});

// A client of ctiagent.js that a test makes tell what it likes.
function fakeAgent() {
  const a = { dials: [], handlers: {} };
  a.CTIAgent = { connect: (options) => { a.options = options; return { on: (name, fn) => { a.handlers[name] = fn; }, call: { dial: (...args) => a.dials.push(args) } }; } };
  return a;
}

test('in the place of the phone in a frame: commands of the CRM around it dial, calls are told', () => {
  const a = fakeAgent();
  const p = page({ framed: true, CTIAgent: a.CTIAgent, script: { 'data-as': 'uphone', 'data-portal': 'none', 'data-origins': 'https://other-crm' } });
  const message = { action: 'makeCall', params: { number: '11987650101', campaign: 'Sales->' } };
  p.around.saysPlain(message, 'https://stranger');
  p.hear(message, 'https://crm:8443', {});
  assert.deepEqual(a.dials, []);
  p.around.saysPlain(message, 'https://crm:8443');
  assert.deepEqual(plain(a.dials[0].slice(0, 2)), ['11987650101', { campaign: 'Sales->' }]);
  a.dials[0][2]({ kind: 'bad_request', message: 'm', hint: 'h' });
  a.handlers.change({ agent: { id: '12', state: 'ready' } });
  a.handlers.change({ agent: { id: '12', state: 'paused' } });
  const inbound = { id: 'C1', direction: 'inbound', state: 'ringing', campaign: 'Support' };
  a.handlers.call({ call: inbound });
  a.handlers.call({ call: { ...inbound, remote: { raw: '1133553434' } } });
  a.handlers.call({ call: { ...inbound, remote: { raw: '1133553434' }, state: 'connected' } });
  a.handlers.call({ call: { ...inbound, remote: { raw: '1133553434' }, state: 'ended' } });
  const params = { number: '1133553434', campaign: 'Support' };
  assert.deepEqual(plain(p.around.filter((m) => m.to === 'https://crm:8443').map((m) => m.data)), [
    { action: 'error', params: { action: 'makeCall', kind: 'bad_request', text: 'm', hint: 'h' } },
    { action: 'agentLogin', params: { agent: '12' } }, { action: 'gettingCall', params }, { action: 'finishedCall', params }]);
  assert.ok(p.around.every((m) => ['https://crm:8443', 'https://other-crm'].includes(m.to)));
});

test('in the place of the whole portal in a frame: interactions are told', () => {
  const a = fakeAgent();
  const p = page({ framed: true, CTIAgent: a.CTIAgent, script: { 'data-as': 'portal', 'data-portal': 'none' } });
  const call = { id: 'C1', ref: '17.42', direction: 'outbound', state: 'dialing', campaign: 'Sales->', remote: { raw: '098' } };
  for (const state of ['dialing', 'connected', 'held', 'connected', 'ended']) a.handlers.call({ call: { ...call, state } });
  a.handlers.call({ call: { ...call, id: 'C2', state: 'ended' } });
  const data = { guid: '17.42', campaign: 'Sales->', channel: 'telephony', clientId: '098' };
  assert.deepEqual(plain(p.around.map((m) => m.data)), [{ event: 'assignedInteraction', data }, { event: 'finishedInteraction', data }]);
});

test('the actions are those that the program knows', () => {
  const go = fs.readFileSync(path.join(__dirname, '../../localapi/porthole_action.go'), 'utf8');
  const known = [...go.matchAll(/^\tcase "(\w+)":/gm)].map((m) => m[1]);
  const silent = [...go.matchAll(/^\tcase "(\w+)":\n\t\treturn silently/gm)].map((m) => m[1]);
  assert.deepEqual([...page().Porthole.ctiagent.actions].sort(), known.sort());
  assert.deepEqual(/SILENT = \[([^\]]*)/.exec(source)[1].match(/\w+/g).sort(), silent.sort());
});
