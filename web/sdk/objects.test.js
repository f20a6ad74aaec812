'use strict';
const test = require('node:test');
const assert = require('node:assert');
const { plain, browser, connected, greet, event, snapshot, CALL } = require('./browser.testing.js');

const talking = { ...CALL, state: 'connected', answeredAt: '2026-11-20T14:00:00.000Z', actions: ['call.hold', 'call.hangup'] };

test('a call object follows its call, tells of each state, and is the same one each time', () => {
  const b = browser();
  const agent = connected(b, {}, snapshot({ calls: [CALL] }));
  const call = agent.follow('01A');
  const heard = [];
  for (const name of ['change', 'connected', 'ended']) call.on(name, (c) => heard.push(name + ' ' + c.state));
  assert.equal(agent.follow({ id: '01A', state: 'dialing' }), call, 'another object for the same call');
  assert.deepEqual(plain(agent.calls().map((c) => c.id)), ['01A']);
  assert.equal(call.can('answer') && call.can('call.answer') && !call.can('hold'), true);
  b.last().say(event(11, 'call.connected', { call: talking }));
  assert.equal(call.state + ' ' + call.answeredAt, 'connected 2026-11-20T14:00:00.000Z');
  assert.equal(call.can('hold') && !call.can('answer'), true);
  b.last().say(event(12, 'call.updated', { call: { ...talking, answeredAt: undefined, muted: true } }));
  assert.deepEqual([call.muted, 'answeredAt' in call], [true, false], 'a field that is gone stays');
  b.last().say(event(13, 'call.ended', { call: { ...talking, state: 'ended', endReason: 'completed', actions: [] } }));
  assert.deepEqual(heard, ['connected connected', 'change connected', 'change connected', 'ended ended', 'change ended']);
  assert.deepEqual(plain(agent.calls()), []);
  assert.equal(agent.follow('nobody'), null);
  // What has ended is followed no more: a snapshot that has forgotten it says nothing new of it.
  b.last().drop(4009);
  b.advance(1000);
  greet(b, snapshot({ epoch: 'e2', reset: true }));
  assert.equal(heard.length, 5);
  assert.equal(call.endReason, 'completed');
});

test('the verbs of a call object are about its call, those that start another it does not have', () => {
  const b = browser();
  const agent = connected(b, {}, snapshot({ calls: [CALL, { ...CALL, id: '01B' }] }));
  const call = agent.follow('01B');
  const wire = (method) => plain(b.last().asked(method).params);
  call.hold(() => {});
  assert.deepEqual(wire('call.hold'), { call: '01B' });
  call.transfer('200', { mode: 'attended' }, () => {});
  assert.deepEqual(wire('call.transfer'), { to: '200', mode: 'attended', call: '01B' });
  call.sendDtmf('12#', () => {});
  assert.deepEqual(wire('call.sendDtmf'), { digits: '12#', call: '01B' });
  call.setDisposition(['a', 'b'], { note: 'n' }, () => {});
  assert.deepEqual(wire('call.setDisposition'), { levels: ['a', 'b'], note: 'n', call: '01B' });
  assert.deepEqual([call.dial, call.redial, call.pickup], [undefined, undefined, undefined]);
});

test('dial answers an object that already knows what happened meanwhile', async () => {
  const b = browser();
  const agent = connected(b);
  const p = agent.dial('(11) 98765-0101', { campaign: 'c1' });
  assert.equal(b.last().asked('call.dial').params.campaign, 'c1');
  b.last().say(event(11, 'call.ringing', { call: { ...CALL, direction: 'outbound' } }));
  b.last().answer('call.dial', { id: '01A', state: 'dialing' });
  const call = await p;
  assert.equal(call.state, 'ringing');
  b.last().say(event(12, 'call.connected', { call: talking }));
  assert.equal(call.state, 'connected');

  const bad = agent.dial('x');
  b.last().refuse('call.dial', { code: -32602, message: 'no number', data: { kind: 'bad_request' } });
  await assert.rejects(bad, (e) => e.kind === 'bad_request');
});

test('a call that a snapshot no longer knows has ended, and its object says so', () => {
  const b = browser();
  const agent = connected(b, {}, snapshot({ calls: [CALL, { ...CALL, id: '01B' }] }));
  const [gone, told] = [agent.follow('01A'), agent.follow('01B')];
  const ends = [];
  gone.on('ended', (c) => ends.push(c.endReason));
  told.on('ended', (c) => ends.push(c.endReason));
  b.last().drop(4009);
  b.advance(1000);
  greet(b, snapshot({ epoch: 'e2', reset: true, recent: [{ ...CALL, id: '01B', state: 'ended', endReason: 'no_answer' }] }));
  assert.deepEqual(ends.sort(), ['no_answer', 'unknown']);
  assert.equal(gone.can('answer'), false);
});

test('the agent object follows the agent and carries the agent verbs', () => {
  const b = browser();
  const agent = connected(b, {}, snapshot({ agent: { id: '12', state: 'ready', actions: ['agent.pause'] } }));
  const heard = [];
  agent.me.on('change', (me) => heard.push(me.state));
  agent.me.on('paused', (me) => heard.push('paused by ' + me.reason));
  assert.equal(agent.me.id + ' ' + agent.me.state + ' ' + agent.me.can('pause'), '12 ready true');
  b.last().say(event(11, 'agent.changed', { agent: { id: '12', state: 'paused', reason: 'Almoço', actions: ['agent.unpause'] } }));
  assert.deepEqual(heard, ['paused by Almoço', 'paused']);
  agent.me.pause('3', { note: 'x' }, () => {});
  assert.deepEqual(plain(b.last().asked('agent.pause').params), { reason: '3', note: 'x' });
  assert.equal(agent.me.can('pause'), false);
});

test('every event of the program has listeners by its name', () => {
  const b = browser();
  const agent = connected(b);
  let seq = 10;
  for (const name of plain(b.CTIAgent.EVENTS)) {
    let got = 0;
    agent.on(name, () => { got++; });
    b.last().say(event(++seq, name, {}));
    assert.equal(got, 1, name);
  }
  assert.equal(seq, 23);
});
