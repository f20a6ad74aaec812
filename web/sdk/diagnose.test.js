'use strict';
const test = require('node:test');
const assert = require('node:assert');
const { settle, plain, browser, connected, greet, snapshot } = require('./browser.testing.js');

const permission = (state) => () => Promise.resolve({ state });
const HTTP = { secure: false, location: { protocol: 'http:' } };

// What a page without a connection is told after `act` did what program or browser do.
async function told(options, act, lang) {
  const b = browser({ lang, ...options });
  const asked = b.CTIAgent.diagnose({});
  await settle();
  if (act) await act(b, b.last());
  for (let i = 0; i < 10; i++) { await settle(); b.advance(50); }
  return plain(await asked);
}
const word = (v) => [v.state + '.' + v.reason, v.rung, v.works, v.permission].join(' ');
const drops = (code) => (b, ws) => ws.drop(code);
const answers = (result) => (b, ws) => { ws.open(); ws.answer('session.hello', result); };
const violates = (b, ws) => { ws.drop(1006); b.fire('document', 'securitypolicyviolation', { effectiveDirective: 'connect-src', blockedURI: 'ws://127.0.0.1:21470/v1/ws' }); };
const post = (text) => ({ globals: { fetch: () => (text === null ? Promise.reject(new TypeError('failed')) : Promise.resolve({ text: () => Promise.resolve(text) })) } });

test('each wall is told by its name, with the rung that is left', async () => {
  for (const [what, options, act, want] of [
    ['paired', { permission: permission('granted') }, answers({ paired: true }), 'connected.ok socket true granted'],
    ['not paired', { permission: permission('granted') }, answers({ paired: false }), 'unpaired.not_paired link false granted'],
    ['another protocol', {}, drops(4001), 'incompatible.protocol none false unknown'],
    ['origin blocked while it was there', {}, drops(4003), 'unpaired.origin_blocked link false unknown'],
    ['denied', { permission: permission('denied') }, drops(1006), 'blocked.denied link false denied'],
    ['asking', { permission: permission('prompt') }, (b) => b.advance(700), 'connecting.permission_prompt link false prompt'],
    ['http page', { permission: permission('denied'), ...HTTP }, drops(1006), 'blocked.insecure_page link false denied'],
    ['frame', { permission: permission('denied'), framed: true, document: { featurePolicy: { allowsFeature: () => false } } }, drops(1006), 'blocked.iframe link false denied'],
    ['own policy', { permission: permission('granted') }, violates, 'blocked.page_policy link false granted'],
    ['nobody there', { permission: permission('granted'), ...post(null) }, drops(1006), 'absent.not_running none false granted'],
    ['nobody answers', { ...post(null) }, (b) => b.advance(5000), 'absent.not_running none false unknown'],
    ['no socket gets through', { permission: permission('granted'), ...post('{"result":{"paired":true}}') }, drops(1006), 'connected.post_only post true granted'],
    ['no socket gets through, nor leave', { ...post('{"result":{"paired":false}}') }, drops(1006), 'unpaired.not_paired link false unknown'],
    ['mixed content', { socketThrows: Object.assign(new Error('mixed'), { name: 'SecurityError' }) }, null, 'blocked.mixed_content link false unknown'],
  ]) {
    assert.equal(word(await told(options, act)), want, what);
  }
});

test('a foreign violation is no wall of ours', async () => {
  const other = (b, ws) => { b.fire('document', 'securitypolicyviolation', { effectiveDirective: 'connect-src', blockedURI: 'https://tracker.example' }); b.fire('document', 'securitypolicyviolation', { effectiveDirective: 'img-src', blockedURI: 'ws://127.0.0.1:21470/v1/ws' }); ws.drop(1006); };
  assert.equal(word(await told({}, other)), 'absent.not_running none false unknown');
});

test('the facts of the page come along', async () => {
  const page = async (options) => (await told(options, drops(1006))).page;
  assert.deepEqual(await page({}), { secure: true, address: 'other', framed: false, delegated: true });
  assert.deepEqual(await page({ ...HTTP, location: { protocol: 'http:', hostname: '10.1.2.3' } }), { secure: false, address: 'private', framed: false, delegated: true });
  assert.deepEqual(await page({ framed: true, document: { featurePolicy: { allowsFeature: (f) => f === 'loopback-network' } } }), { secure: true, address: 'other', framed: true, delegated: true });
});

test('the verdict has a sentence and a next step in three languages', async () => {
  const seen = new Set();
  for (const lang of ['pt-BR', 'es', 'en']) {
    for (const act of [drops(1006), drops(4003), answers({ paired: false })]) {
      const v = await told({}, act, lang);
      assert.ok(v.message && v.hint, lang);
      seen.add(v.message + v.hint);
    }
  }
  assert.equal(seen.size, 9);
});

test('a connected client knows without a trial, one that failed tries again', async () => {
  const b = browser();
  const agent = connected(b);
  assert.equal(word(plain(await agent.diagnose())), 'connected.ok socket true unknown');
  assert.equal(b.sockets.length, 1);
  b.last().drop(1006);
  const asked = agent.diagnose();
  assert.equal(b.sockets.length, 2);
  b.last().open();
  b.last().answer('session.hello', { paired: true });
  assert.equal(word(plain(await asked)), 'connected.ok socket true unknown');
  assert.equal(b.last().readyState, 3, 'the trial stays connected');
});

test('the question stays in sight while the browser asks, and its answer ends the trial', async () => {
  const b = browser({ permission: permission('prompt') });
  let got = null;
  b.CTIAgent.diagnose({}, (err, v) => { got = v; });
  b.advance(700);
  await settle();
  assert.equal(got.reason, 'permission_prompt');
  assert.equal(b.last().readyState, 0);
  b.last().open();
  assert.equal(b.last().readyState, 3);
});

test('a client with a socket of its own kind tries that', async () => {
  const b = browser();
  let made = 0;
  class Other extends b.context.WebSocket { constructor(...args) { super(...args); made++; } }
  const asked = b.CTIAgent.diagnose({ WebSocket: Other });
  answers({ paired: true })(b, b.last());
  assert.equal((await asked).works, true);
  assert.equal(made, 1);
});

test('a page whose own policy forbids the address says so as its state', async () => {
  const b = browser({ permission: permission('granted') });
  const agent = b.CTIAgent.connect({});
  const early = agent.call.dial('1');
  // Chromium does not end the socket.
  b.fire('document', 'securitypolicyviolation', { effectiveDirective: 'connect-src', blockedURI: 'ws://127.0.0.1:21470/v1/ws' });
  await assert.rejects(early, (e) => e.kind === 'unavailable' && e.sent === false);
  assert.equal(b.last().readyState, 3);
  assert.equal(b.nextTimer() >= 10000, true, 'hurries to what is forbidden');
  assert.equal(agent.state + '.' + agent.detail.reason, 'blocked.page_policy');
  assert.match(agent.detail.hint, /connect-src/);
});
