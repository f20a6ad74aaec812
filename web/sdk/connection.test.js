'use strict';
const test = require('node:test');
const assert = require('node:assert');
const { source, settle, plain, browser, connected, greet, event, snapshot, CALL } = require('./browser.testing.js');

test('hello names client, protocol, language and ticket, then watch brings the snapshot', () => {
  const b = browser({ lang: 'pt-BR' });
  const agent = connected(b, { ticket: 't1' }, snapshot({ calls: [CALL] }));
  assert.equal(b.last().url, 'ws://127.0.0.1:21470/v1/ws');
  assert.equal(b.last().protocol, 'ctiagent.v1');
  assert.deepEqual(b.last().asked('session.hello').params, { client: 'test/1', protocol: 1, language: 'pt-BR', ticket: 't1' });
  assert.deepEqual(b.last().asked('desk.watch').params, {});
  assert.equal(agent.state, 'connected');
  assert.equal(agent.view.calls['01A'].state, 'ringing');
  assert.equal(agent.info.version, '1.0.0');
});

test('a page of the program itself takes the port from its address', () => {
  const b = browser({ location: { hostname: '127.0.0.1', host: '127.0.0.1:33444', protocol: 'http:' } });
  b.CTIAgent.connect({ sameOrigin: true });
  assert.equal(b.last().url, 'ws://127.0.0.1:33444/v1/ws');
});

test('events fold into the view and reach listeners by name, noun and as event', () => {
  const b = browser();
  const agent = connected(b);
  const heard = [];
  agent.on('call.ringing', (e) => heard.push('call.ringing ' + e.call.id));
  agent.on('call', (e) => heard.push('call ' + e.type));
  agent.on('event', (e) => heard.push('event ' + e.seq));
  const off = agent.on('change', () => heard.push('change'));
  b.last().say(event(11, 'call.ringing', { call: CALL }));
  off();
  b.last().say(event(12, 'agent.changed', { agent: { id: '12', state: 'on_call' } }));
  b.last().say(event(13, 'driver.changed', { driver: { name: 'totalip', link: 'degraded' } }));
  b.last().say(event(14, 'driver.changed', { driver: { name: 'phone', link: 'connected' } }));
  b.last().say(event(15, 'call.ended', { call: { ...CALL, state: 'ended', endReason: 'no_answer' } }));
  assert.deepEqual(plain(agent.view.outbox), { waiting: 0, unconfirmed: 0, refused: 0, expired: 0 });
  b.last().say(event(16, 'outbox.changed', { outbox: { waiting: 2, unconfirmed: 1, refused: 0, expired: 0 } }));
  assert.deepEqual(heard, ['call.ringing 01A', 'call call.ringing', 'event 11', 'change', 'event 12', 'event 13', 'event 14', 'call call.ended', 'event 15', 'event 16']);
  assert.deepEqual(plain(agent.view.outbox), { waiting: 2, unconfirmed: 1, refused: 0, expired: 0 });
  assert.deepEqual(Object.keys(agent.view.calls), []);
  assert.deepEqual(plain(agent.view.recent.map((c) => [c.id, c.endReason])), [['01A', 'no_answer']]);
  assert.equal(agent.view.agent.state, 'on_call');
  assert.deepEqual(plain(agent.view.drivers.map((d) => d.name + ' ' + d.link)), ['totalip degraded', 'phone connected']);
});

test('a drop resumes after the last event and keeps the view when the program still holds the events', () => {
  const b = browser();
  const agent = connected(b);
  b.last().say(event(11, 'call.ringing', { call: CALL }));
  b.last().drop(1006);
  assert.equal(agent.state + '.' + agent.detail.reason, 'connecting.lost');
  b.advance(500);
  assert.equal(b.sockets.length, 2);
  greet(b);
  assert.deepEqual(b.last().asked('desk.watch').params, { epoch: 'e1', after: 11 });
  // Events may overtake the answer; none may be lost or folded twice.
  b.last().say(event(12, 'call.connected', { call: { ...CALL, state: 'connected' } }));
  b.last().answer('desk.watch', { epoch: 'e1', seq: 12 });
  assert.equal(agent.state, 'connected');
  assert.equal(agent.view.calls['01A'].state, 'connected');
  assert.equal(agent.view.seq, 12);
});

test('events that overtake the first snapshot are folded after it', () => {
  const b = browser();
  const agent = b.CTIAgent.connect({});
  greet(b);
  b.last().say(event(10, 'call.ended', { call: { ...CALL, state: 'ended' } }));
  b.last().say(event(11, 'call.connected', { call: { ...CALL, state: 'connected' } }));
  b.last().answer('desk.watch', snapshot({ calls: [CALL] }));
  assert.equal(agent.view.calls['01A'].state, 'connected');
  assert.equal(agent.view.seq, 11);
  assert.equal(b.last().sent.filter((m) => m.method === 'desk.watch').length, 1);
});

test('an answer that comes twice counts once', () => {
  const b = browser();
  connected(b);
  b.last().answer('session.hello', { paired: true });
  assert.equal(b.last().sent.filter((m) => m.method === 'desk.watch').length, 1);
});

test('missed events may come along with the answer to a resume', () => {
  const b = browser();
  const agent = connected(b);
  b.last().drop(1006);
  b.advance(500);
  greet(b, { epoch: 'e1', seq: 11, events: [event(11, 'call.ringing', { call: CALL }).params] });
  assert.equal(agent.view.calls['01A'].state, 'ringing');
  assert.equal(agent.view.seq, 11);
});

test('a restarted program resets the view: calls it does not know are gone', () => {
  const b = browser();
  const agent = connected(b, {}, snapshot({ calls: [CALL] }));
  const resets = [];
  agent.on('snapshot', (view, how) => resets.push([view.epoch, how.reset]));
  b.last().drop(4009);
  assert.equal(agent.state + '.' + agent.detail.reason, 'absent.stopping');
  b.advance(1000);
  greet(b, snapshot({ epoch: 'e2', seq: 3, reset: true }));
  assert.deepEqual(plain(resets), [['e2', true]]);
  assert.deepEqual(Object.keys(agent.view.calls), []);
  b.last().say(event(4, 'call.ringing', { call: CALL }));
  assert.equal(agent.view.calls['01A'].state, 'ringing');
});

test('a gap in the events brings a fresh snapshot, a repeated event nothing', () => {
  const b = browser();
  const agent = connected(b);
  b.last().say(event(10, 'call.ringing', { call: CALL }));
  assert.deepEqual(Object.keys(agent.view.calls), []);
  assert.equal(b.last().sent.filter((m) => m.method === 'desk.watch').length, 1);
  b.last().say(event(13, 'call.ringing', { call: CALL }));
  assert.deepEqual(b.last().asked('desk.watch').params, {});
  b.last().answer('desk.watch', snapshot({ seq: 13, calls: [{ ...CALL, state: 'held' }] }));
  assert.equal(agent.view.calls['01A'].state, 'held');
  assert.equal(agent.view.seq, 13);
});

async function afterFailedConnect(options) {
  const b = browser(options);
  const agent = b.CTIAgent.connect({ random: () => 0 });
  if (b.last()) b.last().drop(1006);
  await settle();
  return { b, agent, seen: agent.state + '.' + agent.detail.reason };
}
const permission = (state) => (name) => (name === 'loopback-network' ? Promise.resolve({ state }) : Promise.reject(new TypeError(name)));

test('blocked, absent and unpaired are told apart', async () => {
  const cases = [
    ['permission denied', { permission: permission('denied') }, 'blocked.denied'],
    ['permission granted, nobody there', { permission: permission('granted') }, 'absent.not_running'],
    ['browser without the permission', { permission: () => Promise.reject(new TypeError('unknown')) }, 'absent.not_running'],
    ['browser without permissions', {}, 'absent.not_running'],
    ['old name of the permission', { permission: (n) => (n === 'local-network-access' ? Promise.resolve({ state: 'denied' }) : Promise.reject(new TypeError(n))) }, 'blocked.denied'],
    ['query throws', { permission: () => { throw new TypeError('unknown'); } }, 'absent.not_running'],
    ['http page', { permission: permission('denied'), secure: false, location: { protocol: 'http:' } }, 'blocked.insecure_page'],
    ['http page on a private address', { permission: permission('denied'), secure: false, location: { protocol: 'http:', hostname: '192.168.7.1' } }, 'absent.not_running'],
    ['http page on an address that only begins like a private one', { permission: permission('denied'), secure: false, location: { protocol: 'http:', hostname: '10.0.0.1.example.com' } }, 'blocked.insecure_page'],
    ['iframe without allow', { permission: permission('denied'), framed: true, document: { featurePolicy: { allowsFeature: () => false } } }, 'blocked.iframe'],
    ['iframe with allow, denied', { permission: permission('denied'), framed: true, document: { featurePolicy: { allowsFeature: (f) => f === 'loopback-network' } } }, 'blocked.denied'],
    ['https page in a browser that throws', { socketThrows: Object.assign(new Error('insecure'), { name: 'SecurityError' }) }, 'blocked.mixed_content'],
    ['page of the program itself', { permission: permission('denied'), location: { hostname: '127.0.0.1' } }, 'absent.not_running'],
  ];
  for (const [name, options, want] of cases) {
    const { agent, seen } = await afterFailedConnect(options);
    assert.equal(seen, want, name);
    assert.ok(agent.detail.message && agent.detail.hint, name);
    await assert.rejects(agent.call.dial('1'), (e) => e.kind === 'unavailable' && e.sent === false, name);
  }
});

test('an http page that was connected before is not told that it is blocked', async () => {
  const b = browser({ permission: permission('denied'), secure: false, location: { protocol: 'http:' } });
  const agent = connected(b);
  b.last().drop(1006);
  b.advance(500);
  b.last().drop(1006);
  await settle();
  assert.equal(agent.state, 'absent');
});

test('the sentence follows the language', async () => {
  const { agent } = await afterFailedConnect({ lang: 'es-MX' });
  assert.match(agent.detail.message, /no respondió/);
  agent.setLanguage('pt-BR');
  assert.match(agent.detail.message, /não respondeu/);
});

test('a pending permission question is told while the browser asks', async () => {
  const b = browser({ permission: permission('prompt') });
  const agent = b.CTIAgent.connect({});
  b.advance(700);
  await settle();
  assert.equal(agent.state + '.' + agent.detail.reason, 'connecting.permission_prompt');
  b.advance(60000);
  assert.equal(b.last().readyState, 0);
  greet(b, snapshot());
  assert.equal(agent.state, 'connected');
});

test('a changed permission connects at once', async () => {
  const status = { state: 'denied' };
  const { b } = await afterFailedConnect({ permission: () => Promise.resolve(status) });
  assert.equal(b.sockets.length, 1);
  status.onchange();
  assert.equal(b.sockets.length, 2);
});

test('an unpaired page may pair, then says hello again and watches', async () => {
  const b = browser();
  const agent = b.CTIAgent.connect({});
  greet(b, null, { protocol: 1, version: '1.0.0', paired: false });
  assert.equal(agent.state + '.' + agent.detail.reason, 'unpaired.not_paired');
  assert.equal(b.last().asked('desk.watch'), undefined);
  assert.equal(b.last().asked('page.focus'), undefined);
  await assert.rejects(agent.call.dial('1'), (e) => e.kind === 'pairing_required' && e.sent === false);
  const p = agent.pair(['dial', 'observe']);
  assert.deepEqual(b.last().asked('session.pair').params, { scopes: ['dial', 'observe'] });
  b.last().answer('session.pair', { paired: true, scopes: ['dial', 'observe'] });
  await p;
  b.last().answer('session.hello', { protocol: 1, paired: true });
  b.last().answer('desk.watch', snapshot());
  assert.equal(agent.state, 'connected');
});

test('pairing after the program closed the idle connection opens a new one', async () => {
  const b = browser();
  const agent = b.CTIAgent.connect({ random: () => 0 });
  greet(b, null, { paired: false });
  b.last().drop(1000);
  assert.equal(agent.state, 'unpaired');
  const p = agent.pair();
  assert.equal(b.sockets.length, 2);
  greet(b, null, { paired: false });
  b.last().refuse('session.pair', { code: -32000, message: 'no', data: { kind: 'denied' } });
  await assert.rejects(p, (e) => e.kind === 'denied');
});

test('a refused ticket is unpaired and carries the reason', () => {
  const b = browser();
  const agent = b.CTIAgent.connect({ ticket: 'old' });
  b.last().open();
  b.last().refuse('session.hello', { code: -32000, message: 'ticket used', data: { kind: 'unauthorized' } });
  assert.equal(agent.state, 'unpaired');
  assert.equal(agent.detail.error.message, 'ticket used');
});

test('a ticket is sent once, and the new one the program hands out after a drop', () => {
  const b = browser();
  connected(b, { ticket: 'one' });
  b.last().drop(1006);
  b.advance(500);
  b.last().open();
  assert.equal(b.last().asked('session.hello').params.ticket, undefined);
  b.last().answer('session.hello', { paired: true, ticket: 'two' });
  b.last().drop(1006);
  b.advance(2000);
  b.last().open();
  assert.equal(b.last().asked('session.hello').params.ticket, 'two');
});

test('each close code is handled as documented', () => {
  const cases = [
    // code, state, first wait in ms (null: no further attempt)
    [4001, 'incompatible.protocol', null],
    [4003, 'unpaired.origin_blocked', null],
    [4008, 'connecting.too_slow', 500],
    [4009, 'absent.stopping', 1000],
    [4029, 'connecting.too_many', 5000],
    [1006, 'connecting.lost', 500],
  ];
  for (const [code, want, wait] of cases) {
    const b = browser();
    const agent = connected(b);
    b.last().drop(code);
    assert.equal(agent.state + '.' + agent.detail.reason, want);
    assert.equal(b.nextTimer(), wait === null ? Infinity : wait, String(code));
    b.advance(24 * 3600 * 1000);
    assert.equal(b.sockets.length > 1, wait !== null, String(code));
  }
});

test('repeated 4008 and 4029 back off, and only a lasting connection starts over', () => {
  for (const [code, waits] of [[4008, [500, 1000, 2000, 4000, 8000, 15000, 15000]], [4029, [5000, 10000, 20000, 40000, 60000, 60000]]]) {
    const b = browser();
    connected(b);
    for (const wait of waits) {
      b.last().drop(code);
      assert.equal(b.nextTimer(), wait, `${code} ${wait}`);
      b.advance(wait);
      greet(b, snapshot());
      if (code === 4008) assert.deepEqual(b.last().asked('desk.watch').params, { epoch: 'e1', after: 10 });
    }
    b.advance(10000);
    b.last().drop(code);
    assert.equal(b.nextTimer(), waits[0]);
  }
});

test('chance lengthens a wait by up to a half', () => {
  const b = browser();
  connected(b, { random: () => 1 });
  b.last().drop(1006);
  assert.equal(b.nextTimer(), 750);
});

test('focus is reported at connect and when it changes, once each', () => {
  const b = browser();
  const agent = connected(b);
  const reports = () => b.last().sent.filter((m) => m.method === 'page.focus').map((m) => m.params);
  assert.deepEqual(reports(), [{ visible: true, focused: true }]);
  b.fire('window', 'focus');
  b.document.focused = false;
  b.fire('window', 'blur');
  b.fire('window', 'blur');
  b.document.visibilityState = 'hidden';
  b.fire('document', 'visibilitychange');
  assert.deepEqual(reports(), [{ visible: true, focused: true }, { visible: true, focused: false }, { visible: false, focused: false }]);
  b.last().drop(1006);
  b.advance(500);
  greet(b, snapshot());
  assert.deepEqual(reports(), [{ visible: false, focused: false }]);
  assert.equal(b.listening(), 8);
  agent.close();
  assert.equal(b.listening(), 0);
});

test('coming back to the tab tries an absent program at once', async () => {
  const { b } = await afterFailedConnect({});
  b.fire('document', 'visibilitychange');
  assert.equal(b.sockets.length, 2);
});

test('unknown fields and unreadable messages are ignored', () => {
  const b = browser();
  const agent = connected(b, {}, snapshot({ novelty: { a: 1 }, calls: [null, 7, { ...CALL, shiny: true }] }));
  for (const junk of ['', '{', 'null', '7', '[]', '{"id":99,"result":{}}', '{"method":"desk.event"}', '{"method":"future.news","params":{}}', '{"id":"__proto__","result":1}']) b.last().say(junk);
  b.last().say(event(11, 'moon.rose', { moon: {}, extra: 1 }));
  assert.equal(agent.view.seq, 11);
  assert.deepEqual(Object.keys(agent.view.calls), ['01A']);
  assert.equal(agent.state, 'connected');
});

test('close ends everything and nothing reconnects', async () => {
  const b = browser();
  const agent = connected(b);
  const p = agent.agent.state();
  agent.close();
  await assert.rejects(p, (e) => e.kind === 'unavailable');
  assert.equal(agent.state, 'closed');
  b.advance(3600 * 1000);
  assert.equal(b.sockets.length, 1);
});

test('the file is also a CommonJS module', () => {
  assert.equal(typeof require('./ctiagent.js').connect, 'function');
});

// Replaces strings, regular expressions and comments by blanks, so that only code is left to look at.
function codeOnly(js) {
  return js.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|\/(?![*/ ])(?:\\.|\[(?:\\.|[^\]\n])*\]|[^/\n\\])+\/(?=[.,;)\s])/g, ' ');
}
function newerThanES5(js) {
  return codeOnly(js).match(/=>|`|\b(?:let|const|class|async|await|yield|import|export|of)\b|\.\.\.|\*\*|\?\.|\?\?|function\s*\*/g) || [];
}

test('the file is ES5 syntax', () => {
  assert.deepEqual(newerThanES5(source), []);
  // The scan itself must find what it looks for.
  for (const js of ['x => 1', 'let a', 'const b = 1', '`t`', 'class A {}', 'f(...a)', 'a?.b', 'a ?? b', '2 ** 3', 'for (a of b) {}']) {
    assert.notDeepEqual(newerThanES5(js), [], js);
  }
  assert.deepEqual(newerThanES5("var a = 'let it => be'; // const\n/* class */ var r = /`/;"), []);
});

test('another language brings a fresh snapshot, whose sentences are in it', () => {
  const b = browser({ lang: 'pt-BR' });
  const agent = connected(b, {}, snapshot({ drivers: [{ name: 'totalip', link: 'degraded', detail: 'A conexão caiu.' }] }));
  const sent = b.last().sent.length;
  agent.setLanguage('es');
  const hello = b.last().sent[sent];
  assert.equal(hello.method + ' ' + hello.params.language, 'session.hello es');
  assert.equal(b.last().sent.length, sent + 1, 'watches before the program knows the language');
  b.last().answer('session.hello', { protocol: 1, paired: true });
  assert.deepEqual(b.last().sent.slice(sent + 1).map((m) => [m.method, plain(m.params)]), [['desk.watch', {}]]);
  b.last().answer('desk.watch', snapshot({ seq: 12, drivers: [{ name: 'totalip', link: 'degraded', detail: 'Se perdió la conexión.' }] }));
  assert.equal(agent.view.drivers[0].detail, 'Se perdió la conexión.');
  assert.equal(agent.view.seq, 12);
  assert.equal(agent.state, 'connected');
});

test('another language does not make a page watch that does not want to', () => {
  const b = browser();
  const agent = connected(b, { watch: false }, null);
  agent.setLanguage('es');
  b.last().answer('session.hello', { protocol: 1, paired: true });
  assert.equal(b.last().sent.filter((m) => m.method === 'desk.watch').length, 0);
});
