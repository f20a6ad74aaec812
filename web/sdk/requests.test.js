'use strict';
const test = require('node:test');
const assert = require('node:assert');
const { settle, plain, browser, connected, greet, event, snapshot, CALL } = require('./browser.testing.js');

test('a request answers its result, an error carries every field of the contract', async () => {
  const b = browser();
  const agent = connected(b);
  const ok = agent.call.dial('(11) 98765-0101', { campaign: 'c1' });
  const sent = b.last().asked('call.dial');
  assert.equal(sent.id, ok.id);
  assert.equal(sent.params.number, '(11) 98765-0101');
  assert.equal(sent.params.campaign, 'c1');
  assert.match(sent.params.requestId, /^[0-9a-f]{24}$/);
  b.last().answer('call.dial', { id: '01B', state: 'dialing' });
  assert.equal((await ok).id, '01B');

  const bad = agent.call.hangup('01B');
  assert.deepEqual(b.last().asked('call.hangup').params, { call: '01B' });
  b.last().refuse('call.hangup', { code: -32000, message: 'Total IP: RAMAL NAO ENCONTRADO', data: { kind: 'not_found', op: 'call.hangup', driver: 'totalip', text: 'RAMAL NAO ENCONTRADO', hint: 'Confira o ramal.', retryable: true } });
  const err = await bad.then(() => assert.fail('must fail'), (e) => e);
  const { code, kind, message, hint, text, driver, retryable, sent: left } = err;
  assert.deepEqual({ code, kind, message, hint, text, driver, retryable, left }, { code: -32000, kind: 'not_found', message: 'Total IP: RAMAL NAO ENCONTRADO', hint: 'Confira o ramal.', text: 'RAMAL NAO ENCONTRADO', driver: 'totalip', retryable: true, left: true });
  assert.ok(err instanceof b.CTIAgent.Error);
});

test('standard JSON-RPC errors get a kind', async () => {
  const b = browser();
  const agent = connected(b);
  for (const [code, kind] of [[-32601, 'unsupported'], [-32602, 'bad_request'], [-32603, 'internal']]) {
    const p = agent.request('no.such');
    b.last().refuse('no.such', { code, message: 'x' });
    await assert.rejects(p, (e) => e.kind === kind && e.code === code);
  }
});

test('parameters by position, as object and both reach the wire alike', () => {
  const b = browser();
  const agent = connected(b, {});
  const cb = () => {};
  const wire = (method) => plain(b.last().asked(method).params);
  agent.call.transfer('200', { mode: 'attended', call: 'c' }, cb);
  assert.deepEqual(wire('call.transfer'), { to: '200', mode: 'attended', call: 'c' });
  agent.call.hold(cb);
  assert.deepEqual(wire('call.hold'), {});
  agent.call.hold({ call: 'c' }, cb);
  assert.deepEqual(wire('call.hold'), { call: 'c' });
  agent.agent.pause('3', { note: 'dentista', when: 'afterCall' }, cb);
  assert.deepEqual(wire('agent.pause'), { reason: '3', note: 'dentista', when: 'afterCall' });
  agent.call.setDisposition(['venda', 'boleto'], cb);
  assert.deepEqual(wire('call.setDisposition'), { levels: ['venda', 'boleto'] });
  agent.functions.invoke('totalip.fila_espera', { fila: '1' }, {}, cb);
  assert.deepEqual(wire('functions.invoke'), { name: 'totalip.fila_espera', params: { fila: '1' } });
});

test('every listed method exists and sends its own name', () => {
  const b = browser();
  const agent = connected(b);
  assert.ok(b.CTIAgent.METHODS.length > 50);
  for (const name of plain(b.CTIAgent.METHODS)) {
    const [space, verb] = name.split('.');
    agent[space][verb](() => {});
    assert.ok(b.last().asked(name), name);
  }
});

test('a request without an answer times out, and progress gives it more time', async () => {
  const b = browser();
  const agent = connected(b);
  const seen = [];
  const p = agent.request('server.status', {}, { timeoutSeconds: 10, onProgress: (x) => seen.push(x) });
  p.catch(() => {});
  b.advance(9000);
  b.last().say({ jsonrpc: '2.0', method: 'progress', params: { id: p.id, done: 5, total: 9 } });
  b.advance(9000);
  let settled = false;
  p.then(() => { settled = true; }, () => { settled = true; });
  await settle();
  assert.equal(settled, false);
  b.advance(1001);
  await assert.rejects(p, (e) => e.kind === 'timeout' && e.sent === true && e.hint !== '');
  assert.deepEqual(plain(seen), [{ done: 5, total: 9 }]);
});

test('cancel sends rpc.cancel and the request fails as the program says', async () => {
  const b = browser();
  const agent = connected(b);
  const p = agent.report.calls({});
  p.cancel();
  assert.deepEqual(b.last().asked('rpc.cancel').params, { id: p.id });
  b.last().refuse('report.calls', { code: -32000, message: 'canceled', data: { kind: 'canceled' } });
  await assert.rejects(p, (e) => e.kind === 'canceled');
});

test('what was sent when the connection dropped fails as sent and is not sent again', async () => {
  const b = browser();
  const agent = connected(b);
  const p = agent.call.dial('190');
  const requestId = b.last().asked('call.dial').params.requestId;
  b.last().drop(1006);
  await assert.rejects(p, (e) => e.kind === 'unavailable' && e.sent === true && e.requestId === requestId);
  b.advance(500);
  greet(b, snapshot());
  assert.equal(b.last().asked('call.dial'), undefined);
});

test('a request made while connecting waits for the connection, but not for long', async () => {
  const b = browser();
  const agent = b.CTIAgent.connect({ random: () => 0 });
  const early = agent.call.dial('1');
  greet(b, snapshot());
  assert.equal(b.last().asked('call.dial').params.number, '1');
  b.last().answer('call.dial', { id: 'x' });
  await early;
  b.last().drop(1006);
  const late = agent.call.dial('2');
  b.advance(500);
  b.advance(4501);
  await assert.rejects(late, (e) => e.kind === 'unavailable' && e.sent === false);
  greet(b, snapshot());
  assert.equal(b.last().asked('call.dial'), undefined);
});

test('callbacks work where Promise does not exist', () => {
  const b = browser({ without: ['Promise'] });
  const agent = connected(b);
  const got = [];
  const handle = agent.call.dial('1', (err, result) => got.push([err, result]));
  assert.equal(typeof handle.then, 'undefined');
  b.last().answer('call.dial', { id: 'x' });
  agent.call.hold((err) => got.push(err.kind));
  b.last().refuse('call.hold', { code: -32000, message: 'm', data: { kind: 'wrong_state' } });
  assert.deepEqual(plain(got), [[null, { id: 'x' }], 'wrong_state']);
  agent.agent.state();
  b.last().answer('agent.state', {});
  let view = null;
  agent.ready((err, v) => { view = v; });
  assert.equal(view.epoch, 'e1');
});

test('a callback that throws neither stops the client nor is swallowed', () => {
  const b = browser();
  const agent = connected(b);
  agent.on('call', () => { throw new Error('page bug'); });
  b.last().say(event(11, 'call.ringing', { call: CALL }));
  b.last().say(event(12, 'call.connected', { call: { ...CALL, state: 'connected' } }));
  assert.equal(agent.view.calls['01A'].state, 'connected');
  b.advance(0);
  assert.deepEqual(b.uncaught.map((e) => e.message), ['page bug', 'page bug']);
});

test('a pop is answered as the handler says, in each of its forms', async () => {
  const b = browser();
  const agent = connected(b);
  let n = 0;
  async function ask() {
    const id = 's' + (++n);
    b.last().say({ jsonrpc: '2.0', id, method: 'desk.pop', params: { url: 'https://crm/x', call: CALL } });
    await settle();
    const found = b.last().sent.filter((m) => m.id === id);
    assert.ok(found.length <= 1);
    return found[0] && plain(found[0].result);
  }
  assert.deepEqual(await ask(), { shown: false }, 'no handler');
  let got;
  agent.onPop((pop) => { got = pop; return true; });
  assert.deepEqual(await ask(), { shown: true });
  assert.equal(got.call.id, '01A');
  assert.equal(got.url, 'https://crm/x');
  agent.onPop(() => 'yes');
  assert.deepEqual(await ask(), { shown: false }, 'only true is true');
  agent.onPop(() => Promise.resolve(true));
  assert.deepEqual(await ask(), { shown: true });
  agent.onPop(() => Promise.reject(new Error('no')));
  assert.deepEqual(await ask(), { shown: false });
  agent.onPop(() => { throw new Error('bug'); });
  assert.deepEqual(await ask(), { shown: false });
  agent.onPop((pop, answer) => { throw new Error(typeof answer); });
  assert.deepEqual(await ask(), { shown: false }, 'who throws answers nothing later');
  agent.onPop((pop, answer) => { answer(true); throw new Error('after it'); });
  assert.deepEqual(await ask(), { shown: true });
  b.advance(0);
  assert.deepEqual(b.uncaught.map((e) => e.message), ['bug', 'function', 'after it']);
  let late;
  agent.onPop((pop, answer) => { late = answer; });
  assert.equal(await ask(), undefined);
  late(true);
  late(false);
  assert.deepEqual(plain(b.last().sent.filter((m) => m.id === 's' + n).map((m) => m.result)), [{ shown: true }]);
});

// A pop as the program asks for it, to be claimed right before it is shown.
function claimable(shows) {
  const b = browser();
  const agent = connected(b);
  const c = { b, shown: 0, socket: b.last(), answers: () => plain(c.socket.sent.filter((m) => m.id === 's1')) };
  agent.onPop(() => { c.shown++; return shows; });
  c.socket.say({ jsonrpc: '2.0', id: 's1', method: 'desk.pop', params: { url: 'https://crm/x', call: CALL, claim: '7' } });
  return c;
}

test('a pop is shown when the program says that it still shall be, and not before', () => {
  const c = claimable(true);
  assert.deepEqual(plain(c.socket.asked('desk.claimPop').params), { claim: '7' });
  assert.equal(c.shown, 0);
  c.socket.answer('desk.claimPop', { taken: true });
  assert.equal(c.shown, 1);
  assert.deepEqual(c.answers(), [{ jsonrpc: '2.0', id: 's1', result: { shown: true } }]);
});

for (const [name, happens] of Object.entries({
  'that comes too late': (c) => c.socket.answer('desk.claimPop', { taken: false }),
  'of a program that does not answer': (c) => c.b.advance(5000),
  'whose claim is refused': (c) => c.socket.refuse('desk.claimPop', { code: -32000, message: 'no', data: { kind: 'busy' } }),
})) {
  test('a pop ' + name + ' is not shown', () => {
    const c = claimable(true);
    happens(c);
    assert.deepEqual(c.answers().map((m) => m.error.code), [-32000]);
    if (c.socket.readyState === 1) c.socket.answer('desk.claimPop', { taken: true });
    assert.equal(c.shown, 0);
  });
}

test('a pop is not shown when the connection was cut while the page slept', () => {
  const c = claimable(true);
  c.socket.drop(1006);
  c.b.advance(10000);
  greet(c.b, snapshot());
  assert.equal(c.shown, 0);
  assert.deepEqual(c.answers(), []);
  assert.equal(c.b.last().sent.some((m) => m.id === 's1'), false, 'the new connection hears of the old question');
});

test('a page that goes away while it looks the customer up leaves the pop to somebody else', async () => {
  const c = claimable(new Promise(() => {}));
  c.socket.answer('desk.claimPop', { taken: true });
  c.b.fire('window', 'pagehide');
  c.b.fire('window', 'pagehide');
  assert.deepEqual(c.answers().map((m) => m.result), [{ shown: false }]);
});

test('a page that goes away before it knows whether it has the pop says no, and shows nothing after that', () => {
  const c = claimable(true);
  c.b.fire('window', 'pagehide');
  assert.deepEqual(c.answers().map((m) => m.result), [{ shown: false }]);
  c.socket.answer('desk.claimPop', { taken: true }); // it comes back whole
  assert.equal(c.shown, 0);
  assert.equal(c.answers().length, 1);
});

test('a page that has shown the customer and goes away leaves it at that', () => {
  const c = claimable(true);
  c.socket.answer('desk.claimPop', { taken: true });
  c.b.fire('window', 'pagehide');
  assert.deepEqual(c.answers().map((m) => m.result), [{ shown: true }]);
});

test('a request of the program that the client does not know is refused, not ignored', () => {
  const b = browser();
  connected(b);
  b.last().say({ jsonrpc: '2.0', id: 's9', method: 'desk.unheardOf', params: {} });
  assert.equal(b.last().sent.pop().error.code, -32601);
});

test('a stream is read piece by piece to its end', async () => {
  const b = browser();
  const agent = connected(b);
  const pieces = [];
  const p = agent.stream.each('st1', (piece) => { pieces.push(piece.items); });
  assert.deepEqual(b.last().asked('stream.read').params, { stream: 'st1' });
  b.last().answer('stream.read', { items: [1, 2], done: false });
  b.last().answer('stream.read', { items: [3], done: true });
  assert.equal(await p, 2);
  assert.deepEqual(plain(pieces), [[1, 2], [3]]);
  assert.equal(b.last().sent.filter((m) => m.method === 'stream.read').length, 2);
});

test('a reader that has enough closes the stream', async () => {
  const b = browser();
  const agent = connected(b);
  const p = agent.stream.each('st2', () => false);
  b.last().answer('stream.read', { items: [1], done: false });
  await p;
  assert.deepEqual(b.last().asked('stream.close').params, { stream: 'st2' });
});
