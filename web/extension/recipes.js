/*
 * Recipes tell the extension what to do on sites nobody can edit. They come as one text by an administrator's policy and count
 * only with a signature that fits the key of the same policy. docs/extension.md has the format.
 */
(function (root) {
  'use strict';

  const MAX_TEXT = 256 * 1024;
  const MAX_SITES = 200;
  const MAX_RULES = 50;
  const STATES = ['ringing', 'connected'];
  const TABS = ['new', 'existing'];
  const PLACES = { number: (c) => (c.remote && (c.remote.raw || c.remote.e164)) || '', e164: (c) => (c.remote && c.remote.e164) || '',
    name: (c) => (c.remote && c.remote.display) || '', campaign: (c) => c.campaign || '', queue: (c) => c.queue || '', id: (c) => c.id || '' };

  function fail(where, what) { throw new Error(where + ': ' + what); }
  const isObject = (v) => v !== null && typeof v === 'object' && !Array.isArray(v);

  function fields(o, where, known) {
    if (!isObject(o)) fail(where, 'is no object');
    for (const key of Object.keys(o)) if (!known.includes(key)) fail(where, 'knows no ' + key + ' (' + known.join(', ') + ')');
  }
  function text(v, where, max = 500) {
    if (typeof v !== 'string' || v === '' || v.length > max) fail(where, 'must be a text of at most ' + max + ' characters');
    return v;
  }
  function list(v, where, each, max = MAX_RULES) {
    if (v === undefined) return [];
    if (!Array.isArray(v) || v.length > max) fail(where, 'must be a list of at most ' + max);
    return v.map((x, i) => each(x, where + '[' + i + ']'));
  }
  function origin(v, where) {
    let u;
    try { u = new URL(text(v, where)); } catch (e) { fail(where, 'is no address'); }
    if (!/^https?:$/.test(u.protocol) || v !== u.origin) fail(where, 'must be scheme, host and port alone, such as https://crm.example.com');
    return v;
  }
  function state(v, where) {
    if (v === undefined) return 'ringing';
    if (!STATES.includes(v)) fail(where, 'must be one of ' + STATES.join(', '));
    return v;
  }
  function tab(v, where) {
    if (v === undefined) return 'new';
    if (!TABS.includes(v)) fail(where, 'must be one of ' + TABS.join(', '));
    return v;
  }
  function template(v, where) {
    for (const m of text(v, where).matchAll(/\{(\w*)\}/g)) if (!Object.hasOwn(PLACES, m[1])) fail(where, 'knows no {' + m[1] + '} (' + Object.keys(PLACES).join(', ') + ')');
    return v;
  }
  // What is filled in may choose the page of a site, never the site.
  function address(v, where) {
    template(v, where);
    if (!/^https?:\/\/[^/?#{}\\@]+[/?#]/.test(v)) fail(where, 'must begin with http:// or https://, a host and a /');
    return v;
  }

  function site(o, where) {
    fields(o, where, ['name', 'origins', 'path', 'linkify', 'bar', 'dial', 'pop', 'fill']);
    const s = { name: o.name === undefined ? '' : text(o.name, where + '.name'), origins: list(o.origins, where + '.origins', origin), path: o.path === undefined ? '/' : text(o.path, where + '.path') };
    if (!s.origins.length) fail(where + '.origins', 'names no site');
    if (o.linkify !== undefined && typeof o.linkify !== 'boolean') {
      fields(o.linkify, where + '.linkify', ['allow', 'deny', 'pattern']);
      const selectors = (v, w) => list(v, w, (x, y) => text(x, y));
      s.linkify = { allow: selectors(o.linkify.allow, where + '.linkify.allow'), deny: selectors(o.linkify.deny, where + '.linkify.deny') };
      if (o.linkify.pattern !== undefined) {
        try { new RegExp(text(o.linkify.pattern, where + '.linkify.pattern')); } catch (e) { fail(where + '.linkify.pattern', e.message); }
        s.linkify.pattern = o.linkify.pattern;
      }
    } else {
      s.linkify = o.linkify === false ? null : {};
    }
    if (o.bar !== undefined && typeof o.bar !== 'boolean') fail(where + '.bar', 'must be true or false');
    s.bar = o.bar !== false;
    s.dial = list(o.dial, where + '.dial', (d, w) => { fields(d, w, ['field']); return { field: text(d.field, w + '.field') }; });
    if (o.pop !== undefined) {
      fields(o.pop, where + '.pop', ['on', 'open', 'tab']);
      s.pop = { on: state(o.pop.on, where + '.pop.on'), tab: tab(o.pop.tab, where + '.pop.tab') };
      // Without an address it says no more than where ctiagent's own pops of the site go.
      if (o.pop.open !== undefined || o.pop.tab === undefined) s.pop.open = address(o.pop.open, where + '.pop.open');
    }
    s.fill = list(o.fill, where + '.fill', (f, w) => {
      fields(f, w, ['on', 'field', 'with']);
      return { on: state(f.on, w + '.on'), field: text(f.field, w + '.field'), with: template(f.with, w + '.with') };
    });
    return s;
  }

  /** parse reads recipes strictly; its error names the place. */
  function parse(source) {
    if (typeof source !== 'string' || source.length > MAX_TEXT) fail('recipes', 'must be a text of at most ' + MAX_TEXT + ' characters');
    let o;
    try { o = JSON.parse(source); } catch (e) { fail('recipes', 'are no JSON: ' + e.message); }
    fields(o, 'recipes', ['version', 'sites']);
    if (o.version !== 1) fail('version', 'must be 1');
    return list(o.sites, 'sites', site, MAX_SITES);
  }

  function bytes(base64, length, where) {
    let raw;
    try { raw = atob(text(base64, where)); } catch (e) { fail(where, 'is no base64'); }
    if (raw.length !== length) fail(where, 'must be ' + length + ' bytes');
    return Uint8Array.from(raw, (c) => c.charCodeAt(0));
  }

  /** read answers the sites of what the policy holds; none without recipes, an error for recipes whose signature does not fit. */
  async function read(policy) {
    if (!isObject(policy) || policy.recipes === undefined) return [];
    const key = await crypto.subtle.importKey('raw', bytes(policy.key, 32, 'key'), 'Ed25519', false, ['verify']);
    const genuine = await crypto.subtle.verify('Ed25519', key, bytes(policy.signature, 64, 'signature'), new TextEncoder().encode(policy.recipes));
    if (!genuine) fail('signature', 'does not fit the recipes');
    return parse(policy.recipes);
  }

  /** siteOf answers the first site a page belongs to. */
  function siteOf(sites, url) {
    let u;
    try { u = new URL(url); } catch (e) { return null; }
    return sites.find((s) => s.origins.includes(u.origin) && u.pathname.startsWith(s.path)) || null;
  }

  const fill = (words, call, write) => words.replace(/\{(\w+)\}/g, (_, name) => write(PLACES[name](call)));
  /** addressFor and wordsFor fill a template with a call. */
  const addressFor = (words, call) => fill(words, call, encodeURIComponent);
  const wordsFor = (words, call) => fill(words, call, String);
  /** known says whether everything is known that a template asks for, as far as it is the number. */
  const known = (words, call) => !/\{(?:number|e164)\}/.test(words) || !!PLACES.number(call);

  const api = { parse, read, siteOf, addressFor, wordsFor, known };
  if (typeof module === 'object' && module && module.exports) module.exports = api;
  root.CTIRecipes = api;
}(globalThis));
