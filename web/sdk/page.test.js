'use strict';
const test = require('node:test');
const assert = require('node:assert');
const { settle, plain, browser, connected, greet, event, snapshot, CALL } = require('./browser.testing.js');

const focusReports = (b) => b.last().sent.filter((m) => m.method === 'page.focus').length;

test('a connection that is dead after a sleep is made anew and resumes', () => {
  for (const [target, type] of [['document', 'resume'], ['window', 'pageshow'], ['window', 'online']]) {
    const b = browser();
    const agent = connected(b);
    b.last().answer('page.focus', {});
    b.last().say(event(11, 'call.ringing', { call: CALL }));
    const asked = focusReports(b);
    b.fire(target, type);
    assert.equal(focusReports(b), asked + 1, type);
    b.advance(5000);
    assert.equal(agent.state + '.' + agent.detail.reason, 'connecting.lost', type);
    assert.equal(b.sockets[0].readyState, 3, 'the dead connection stays open');
    b.advance(500);
    assert.equal(b.sockets.length, 2, type);
    b.last().open();
    b.last().answer('session.hello', { paired: true });
    assert.deepEqual(plain(b.last().asked('desk.watch').params), { epoch: 'e1', after: 11 });
  }
});

test('a connection that lives after a sleep is kept', () => {
  const b = browser();
  const agent = connected(b);
  b.fire('document', 'resume');
  b.last().answer('page.focus', {});
  b.advance(60000);
  assert.equal(agent.state, 'connected');
  assert.equal(b.sockets.length, 1);
});

test('whoever comes back does not wait for the timer that a background tab counts slowly', () => {
  for (const [target, type] of [['window', 'focus'], ['document', 'visibilitychange'], ['document', 'resume'], ['window', 'online']]) {
    const b = browser();
    connected(b);
    b.last().drop(1006);
    b.fire(target, type);
    assert.equal(b.sockets.length, 2, type);
  }
  const hidden = browser();
  connected(hidden);
  hidden.last().drop(1006);
  hidden.document.visibilityState = 'hidden';
  hidden.fire('document', 'visibilitychange');
  assert.equal(hidden.sockets.length, 1, 'a tab that goes away hurries');
});

test('too many messages are not answered by hurry', () => {
  const b = browser();
  connected(b);
  b.last().drop(4029);
  b.fire('window', 'focus');
  b.fire('window', 'online');
  assert.equal(b.sockets.length, 1);
});

test('a tab that gets through takes the others along', async () => {
  const b = browser();
  const agent = connected(b);
  assert.deepEqual(b.told, ['connected']);
  assert.equal(b.siblings[0].name, 'ctiagent ws://127.0.0.1:21470/v1/ws');
  b.siblings[0].onmessage({ data: 'connected' });
  assert.equal(b.sockets.length, 1, 'a connected tab follows');
  b.last().drop(1006);
  b.siblings[0].onmessage({ data: 'connected' });
  assert.equal(b.sockets.length, 2);
  b.last().drop(1006);
  await settle();
  assert.equal(agent.state, 'absent');
  b.siblings[0].onmessage({ data: 'connected' });
  assert.equal(b.sockets.length, 3);
  agent.close();
  assert.equal(b.siblings.length, 0);
});

test('a tab that waits for leave connects anew when another tab of the site has it', () => {
  const b = browser();
  const agent = b.CTIAgent.connect({});
  greet(b, null, { paired: false });
  assert.deepEqual(b.told, []);
  agent.pair().catch(() => {});
  b.siblings[0].onmessage({ data: 'connected' });
  assert.equal(b.sockets.length, 1, 'a tab whose person is being asked leaves the question');
  b.last().refuse('session.pair', { code: -32000, message: 'no', data: { kind: 'denied' } });
  b.siblings[0].onmessage({ data: 'connected' });
  assert.equal(b.sockets.length, 2);
  assert.equal(b.sockets[0].readyState, 3, 'the connection without rights stays open');
  greet(b, snapshot());
  assert.equal(agent.state, 'connected');

  const late = browser();
  late.CTIAgent.connect({});
  greet(late, null, { paired: false });
  late.last().drop(1000);
  late.siblings[0].onmessage({ data: 'connected' });
  assert.equal(late.sockets.length, 2);
});
