'use strict';
// The suites of the browser extension, web/extension.
const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const crypto = require('node:crypto');
const { execFileSync } = require('node:child_process');
const os = require('node:os');
const vm = require('node:vm');

globalThis.crypto ??= crypto.webcrypto; // browsers have it; Debian 12's node only behind a flag

const root = path.join(__dirname, '../..');
const read = (...names) => fs.readFileSync(path.join(root, ...names), 'utf8');
const Recipes = require('../extension/recipes.js');

const site = (more) => JSON.stringify({ version: 1, sites: [{ origins: ['https://crm.example.com'], ...more }] });
const call = { id: '01A', state: 'ringing', campaign: 'Sales->', remote: { raw: '(11) 98765-0101', e164: '+5511987650101', display: 'Ana & Cia' } };

test('recipes are read with what they leave out', () => {
  assert.deepEqual(Recipes.parse(site({})), [{ name: '', origins: ['https://crm.example.com'], path: '/', linkify: {}, bar: true, dial: [], fill: [] }]);
  const [s] = Recipes.parse(site({ name: 'CRM', path: '/app/', bar: false, linkify: { deny: ['.fax'], pattern: 'F-\\d+' }, dial: [{ field: '#fone' }],
    pop: { open: 'https://crm.example.com/c?f={e164}' }, fill: [{ on: 'connected', field: '#q', with: '{number}' }] }));
  assert.deepEqual(s.pop, { on: 'ringing', tab: 'new', open: 'https://crm.example.com/c?f={e164}' });
  assert.deepEqual(Recipes.parse(site({ pop: { tab: 'existing' } }))[0].pop, { on: 'ringing', tab: 'existing' });
  assert.deepEqual(s.linkify, { allow: [], deny: ['.fax'], pattern: 'F-\\d+' });
  assert.equal(Recipes.parse(site({ linkify: false }))[0].linkify, null);
});

test('a mistake in recipes is named with its place', () => {
  for (const [text, where] of [
    ['{', 'recipes'], ['[]', 'recipes'], ['{"version":2,"sites":[]}', 'version'], ['{"version":1,"sites":[{}]}', 'sites[0].origins'],
    [site({ origin: 'x' }), 'sites[0]'], [site({ origins: ['https://crm.example.com/'] }), 'sites[0].origins[0]'], [site({ origins: ['*'] }), 'sites[0].origins[0]'],
    [site({ origins: ['javascript:alert(1)'] }), 'sites[0].origins[0]'], [site({ pop: { open: 'javascript:alert({e164})' } }), 'sites[0].pop.open'],
    [site({ pop: { open: 'https://{number}/x' } }), 'sites[0].pop.open'], [site({ pop: { open: 'https://crm.example.com{number}/' } }), 'sites[0].pop.open'],
    [site({ pop: { open: 'https://a@b/' } }), 'sites[0].pop.open'], [site({ pop: { open: 'https://crm.example.com/{password}' } }), 'sites[0].pop.open'],
    [site({ pop: { on: 'dialing', open: 'https://crm.example.com/' } }), 'sites[0].pop.on'], [site({ fill: [{ field: '#a' }] }), 'sites[0].fill[0].with'],
    [site({ pop: {} }), 'sites[0].pop.open'], [site({ pop: { tab: 'same' } }), 'sites[0].pop.tab'],
    [site({ linkify: { pattern: '(' } }), 'sites[0].linkify.pattern'], [site({ dial: [{ field: 5 }] }), 'sites[0].dial[0].field'], [site({ bar: 'yes' }), 'sites[0].bar'],
    [' '.repeat(300000), 'recipes'],
  ]) assert.throws(() => Recipes.parse(text), (e) => e.message.startsWith(where + ': '), text.slice(0, 200));
});

test('recipes count with the signature of the key beside them only', async () => {
  const { publicKey, privateKey } = crypto.generateKeyPairSync('ed25519');
  const recipes = site({ name: 'não é ASCII' });
  const key = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32).toString('base64');
  const signature = crypto.sign(null, Buffer.from(recipes), privateKey).toString('base64');
  assert.equal((await Recipes.read({ recipes, signature, key }))[0].name, 'não é ASCII');
  assert.deepEqual(await Recipes.read({}), []);
  const other = crypto.generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'der' }).subarray(-32).toString('base64');
  for (const [policy, where] of [
    [{ recipes: recipes + ' ', signature, key }, 'signature'], [{ recipes, signature, key: other }, 'signature'],
    [{ recipes, signature: signature.slice(4), key }, 'signature'], [{ recipes, key }, 'signature'], [{ recipes, signature }, 'key'], [{ recipes, signature, key: '!' }, 'key'],
  ]) await assert.rejects(Recipes.read(policy), (e) => e.message.startsWith(where));
});

test('a page belongs to a site by its exact origin and its path', () => {
  const sites = Recipes.parse(site({ path: '/app/' }));
  assert.equal(Recipes.siteOf(sites, 'https://crm.example.com/app/x'), sites[0]);
  for (const url of ['https://crm.example.com/', 'http://crm.example.com/app/', 'https://crm.example.com:8443/app/', 'https://crm.example.com.evil.example/app/', 'about:blank', '']) {
    assert.equal(Recipes.siteOf(sites, url), null, url);
  }
});

test('a call is written into an address and into words, each in its way', () => {
  assert.equal(Recipes.addressFor('https://crm.example.com/c?f={e164}&n={name}', call), 'https://crm.example.com/c?f=%2B5511987650101&n=Ana%20%26%20Cia');
  assert.equal(Recipes.wordsFor('{number} {campaign}', call), '(11) 98765-0101 Sales->');
  assert.equal(Recipes.known('https://crm/{e164}', { id: '1' }), false);
  assert.equal(Recipes.known('https://crm/{id}', { id: '1' }), true);
});

// The extension's own part in a browser that has one tab of the CRM; of the browser a test may give tabs and windows of its own.
async function background(recipes, tabs, windows) {
  const done = [];
  const on = { addListener() {} };
  const nothing = async () => ({});
  const chrome = {
    action: { onClicked: on, setBadgeText: nothing, setTitle: nothing },
    alarms: { onAlarm: on, create() {} },
    contextMenus: { onClicked: on },
    i18n: { getMessage: (key) => key, getUILanguage: () => 'en' },
    runtime: { onInstalled: on, onStartup: on, onMessage: on, onConnect: on, getManifest: () => ({ version: '1' }) },
    scripting: { registerContentScripts: nothing, unregisterContentScripts: nothing, insertCSS: nothing, executeScript: nothing },
    storage: { onChanged: on, managed: { get: nothing }, local: { get: nothing }, session: { get: nothing } },
    tabs: {
      query: async () => [{ id: 1, windowId: 5, url: 'https://crm.example.com/', lastAccessed: 1 }],
      update: async (id, { url }) => { done.push('update ' + id + ' ' + url); return { id, windowId: 5 }; },
      create: async ({ url }) => { done.push('create ' + url); return { id: 2, windowId: 5 }; },
      ...tabs,
    },
    windows: {
      onFocusChanged: on,
      getAll: async () => [{ focused: true }],
      create: async ({ url }) => { done.push('window ' + url); return { tabs: [{ id: 3, windowId: 6 }] }; },
      update: async (id) => { done.push('focus ' + id); },
      ...windows,
    },
  };
  let pop;
  const agent = { state: 'connected', detail: {}, view: { calls: {} }, on() {}, onPop(fn) { pop = fn; }, request: async () => ({ taken: true }) };
  const context = vm.createContext({ chrome, URL, setTimeout, console: { error: (...words) => done.push(words.join(' ')) },
    CTIAgent: { connect: () => agent }, CTIRecipes: { ...Recipes, read: async () => Recipes.parse(recipes) } });
  vm.runInContext(read('web/extension/background.js'), context);
  await vm.runInContext('ready', context);
  return { done, pop, take: (...addresses) => context.take('01A', addresses) };
}

const gone = async () => { throw new Error('No tab with id: 1'); };
const existing = site({ pop: { tab: 'existing', open: 'https://crm.example.com/c?f={e164}' } });
const customer = 'https://crm.example.com/c?f=1';

test('a customer is shown in the tab that is there, and in a new one when that is gone meanwhile', async () => {
  for (const [browser, want] of [
    [[], ['update 1 ' + customer, 'focus 5']],
    [[{ update: async () => undefined }, { update: gone }], []],
    [[{ update: gone }], ['create ' + customer, 'focus 5']],
    [[{ update: gone, create: gone }], ['window ' + customer, 'focus 6']],
  ]) {
    const b = await background(existing, ...browser);
    await b.take(customer);
    assert.deepEqual(b.done, want);
    // What ctiagent asks for is answered by what was shown.
    b.done.length = 0;
    assert.equal(await b.pop({ url: customer }), true);
    assert.deepEqual(b.done, want);
  }
});

test('an address that cannot be shown is told, and the next one is shown', async () => {
  const b = await background(existing, { create: async ({ url }) => (url.endsWith('/2') ? { windowId: 7 } : gone()) }, { create: gone });
  await b.take('https://a.example/1', 'https://b.example/2');
  assert.deepEqual(b.done, ['a screen pop was not shown: Error: No tab with id: 1', 'focus 7']);
  await assert.rejects(b.pop({ url: 'https://a.example/1' }), /No tab/);
});

test('numbers of a page are read again when the program comes back', () => {
  const started = [];
  let tell;
  const document = { addEventListener() {}, documentElement: { append() {} }, createElement: () => ({ style: {}, setAttribute() {}, remove() {}, attachShadow: () => ({}) }) };
  vm.runInContext(read('web/extension/content.js'), vm.createContext({ document, MutationObserver: class { observe() {} },
    chrome: { i18n: { getUILanguage: () => 'en' }, runtime: { connect: () => ({ onMessage: { addListener(fn) { tell = fn; } }, onDisconnect: { addListener() {} } }) } },
    CTILinkify: { start(options) { started.push(options); return { stop() {} }; } } }));
  tell({ type: 'site', site: { linkify: {}, bar: false, dial: [], fill: [] } });
  const states = [];
  const off = started[0].agent.on('state', (state) => states.push(state));
  for (const state of ['connected', 'connected', 'connecting', 'connected']) tell({ type: 'view', state, calls: [] });
  assert.deepEqual(states, ['connecting', 'connected'], 'the first state is none that changed');
  off();
  tell({ type: 'view', state: 'absent', calls: [] });
  assert.equal(states.length, 2);
});

test('the id of the extension is that of its key, wherever it stands', () => {
  const { key, browser_specific_settings: firefox } = JSON.parse(read('web/extension/manifest.json'));
  const id = crypto.createHash('sha256').update(Buffer.from(key, 'base64')).digest('hex').slice(0, 32).replace(/./g, (c) => String.fromCharCode(97 + parseInt(c, 16)));
  const go = read('internal/nativehost/nativehost.go');
  const named = (name) => new RegExp(`\\b${name}\\s+= "([^"]+)"`).exec(go)[1];
  assert.equal(named('ChromiumID'), id);
  assert.equal(named('FirefoxID'), firefox.gecko.id);
  assert.ok(read('cmd/ctiagent/browser_extension_linux_test.go').includes(`"${id}"`));
  assert.ok(read('docs/extension.md').includes(id));
  assert.ok(read('web/extension/background.js').includes("HOST = '" + named('Name') + "'"));
});

test('both browsers get a manifest of their own from one source', () => {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'extension-'));
  try {
    const made = (browser) => {
      const to = path.join(dir, browser);
      execFileSync(path.join(root, 'scripts/extension.sh'), [browser, to]);
      const m = JSON.parse(fs.readFileSync(path.join(to, 'manifest.json'), 'utf8'));
      const named = [...(m.background.scripts || [m.background.service_worker]), ...Object.values(m.icons), m.storage.managed_schema, '_locales/en/messages.json', 'linkify.js', 'content.js', 'ctiagent.js', 'recipes.js', 'page.css'];
      for (const file of named) assert.ok(fs.existsSync(path.join(to, file)), browser + ' ' + file);
      return m;
    };
    const chromium = made('chromium');
    const firefox = made('firefox');
    assert.deepEqual(chromium.background, { service_worker: 'background.js' });
    assert.deepEqual(firefox.background, { scripts: ['ctiagent.js', 'recipes.js', 'background.js'] });
    assert.ok(chromium.key && !firefox.key && firefox.browser_specific_settings && !chromium.browser_specific_settings);
    const rest = ({ background, key, browser_specific_settings, minimum_chrome_version, ...m }) => m;
    assert.deepEqual(rest(chromium), rest(firefox));
  } finally {
    fs.rmSync(dir, { recursive: true });
  }
});

test('every sentence exists in three languages, and every one is used', () => {
  const languages = ['en', 'es', 'pt_BR'].map((l) => JSON.parse(read('web/extension/_locales', l, 'messages.json')));
  const [en, es, pt] = languages;
  const source = read('web/extension/background.js') + read('web/extension/content.js') + read('web/extension/manifest.json');
  for (const l of languages) assert.deepEqual(Object.keys(l), Object.keys(en));
  for (const key of Object.keys(en)) {
    assert.ok(key.startsWith('state_') || new RegExp(`'${key}'|__MSG_${key}__`).test(source), key + ' is used by nothing');
    for (const l of languages) {
      assert.ok(l[key].message.trim(), key);
      assert.deepEqual(l[key].placeholders, en[key].placeholders, key);
    }
    if (key !== 'name') assert.ok(es[key].message !== en[key].message && pt[key].message !== en[key].message, key);
  }
  for (const [, key] of source.matchAll(/(?:words|getMessage)\('(\w+)'/g)) assert.ok(key === 'state_' || en[key], key);
});
