/*
 * Porthole in the place of Porthole 1.0.0, for pages written for the agent portal of uContact: the same globals, the same
 * messages, the same oddities, with ctiagent answering where no portal does. docs/vendors/ucontact.md tells how to use it.
 *
 * ES5 syntax and no dependency: the pages that need this file are old ones.
 */
(function (root) {
  'use strict';

  if (root.Porthole && root.Porthole.ctiagent) { return; }

  var DEFAULT_PORT = 21470;
  // Seconds a command waits for a connection that is being made. Short: a number must not be dialled long after the click.
  var WAIT_SECONDS = 5;
  // Milliseconds a window around this page has to prove that it is a portal.
  var PROBE_MS = 1000;
  var CLOUD = /(^|\.)ucontactcloud\.com$/;

  // What ctiagent carries out: uContact's seven actions, then ours. Any other message goes where Porthole would post it.
  var ACTIONS = ['call', 'callWithPhone', 'hangup', 'tag', 'CTI', 'respool', 'schedule',
    'login', 'logout', 'pause', 'unpause', 'hold', 'resume', 'transfer', 'dtmf', 'mute'];
  var SILENT = ['hangup', 'tag', 'respool', 'schedule'];

  var TEXTS = {
    pt: {
      absent: ['O ctiagent não respondeu; nada foi feito.', 'Abra o ctiagent neste computador e permita o acesso quando o navegador perguntar; depois repita.'],
      blocked: ['O ctiagent bloqueia esta página; nada foi feito.', 'Fale com o administrador: ele precisa liberar este endereço.'],
      lost: ['A conexão caiu antes da resposta.', 'Confira o estado da chamada antes de repetir.']
    },
    es: {
      absent: ['ctiagent no respondió; no se hizo nada.', 'Abra ctiagent en este equipo y permita el acceso cuando el navegador lo pregunte; luego repita.'],
      blocked: ['ctiagent bloquea esta página; no se hizo nada.', 'Hable con el administrador: debe autorizar esta dirección.'],
      lost: ['La conexión se perdió antes de la respuesta.', 'Revise el estado de la llamada antes de repetir.']
    },
    en: {
      absent: ['ctiagent did not answer; nothing was done.', 'Start ctiagent on this computer and allow the access when the browser asks, then repeat.'],
      blocked: ['ctiagent blocks this page; nothing was done.', 'Talk to your administrator: this address has to be allowed.'],
      lost: ['The connection was lost before the answer came.', 'Check the state of the call before you repeat this.']
    }
  };

  function texts() {
    var doc = root.document;
    var l = String((doc.documentElement && doc.documentElement.lang) || (root.navigator && root.navigator.language) || '').slice(0, 2).toLowerCase();
    return TEXTS[l] || TEXTS.en;
  }

  function has(list, v) { return list.indexOf(v) >= 0; }
  function isObject(v) { return v !== null && typeof v === 'object' && !Array.isArray(v); }
  function own(o, key) { return Object.prototype.hasOwnProperty.call(o, key); }

  // The settings are attributes of the script tag: data-port, data-portal, data-as, data-origins.
  function setting(name) {
    var script = root.document.currentScript;
    if (!script) {
      var all = root.document.getElementsByTagName('script'); // the last one so far is the one that runs
      script = all[all.length - 1];
    }
    return (script && script.getAttribute('data-' + name)) || '';
  }
  var settings = {
    port: Number(setting('port')) || DEFAULT_PORT,
    portals: setting('portal').split(/[\s,]+/).filter(Boolean),
    as: setting('as'),
    origins: setting('origins').split(/[\s,]+/).filter(Boolean)
  };
  var ownOrigin = root.location.protocol + '//' + root.location.host;
  var agentOrigin = 'http://127.0.0.1:' + settings.port;

  function report(how, words) {
    try { root.console[how]('Porthole: ' + words); } catch (e) { /* a page without a console is no reason to fail */ }
  }

  // ---- who answers: a portal around this page, or ctiagent ----

  // 'ctiagent', 'portal', or '' while a window around this page is being asked.
  var answerer = '';
  var undecided = [];
  var probed = 0;

  function decide(who) {
    answerer = who;
    undecided.splice(0).forEach(function (run) { run(); });
  }

  function afterDecision(run) {
    if (answerer) { run(); } else { undecided.push(run); }
  }

  function around() {
    var windows = [root.parent];
    if (root.top !== root.parent) { windows.push(root.top); }
    return windows;
  }

  function originAround() {
    var known = root.location.ancestorOrigins;
    if (known && known.length) { return known[0]; }
    var m = /^https?:\/\/[^/]+/.exec(root.document.referrer || '');
    return m ? m[0] : '';
  }

  function lookForPortal() {
    if (root.parent === root || has(settings.portals, 'none')) { decide('ctiagent'); return; }
    var origin = originAround();
    if (has(settings.portals, origin) || CLOUD.test(origin.replace(/^https?:\/\//, '').replace(/:\d+$/, ''))) { decide('portal'); return; }
    // CTI only looks, so a window that is no portal may be asked, too.
    root.addEventListener('message', hearProbe, false);
    around().forEach(function (w) {
      probed++;
      w.postMessage(frame({ action: 'CTI' }, '*', ''), '*');
    });
    root.setTimeout(function () { if (!answerer) { decide('ctiagent'); } }, PROBE_MS);
  }

  // A late answer counts for what is posted from then on. What was handed to one of the two is never handed to the other.
  function hearProbe(ev) {
    if (!probed || !has(around(), ev.source)) { return; }
    var f = unserialize(ev.data);
    if (!isObject(f) || !isObject(f.data) || !own(f.data, 'CTI')) { return; }
    probed--;
    ev.stopImmediatePropagation();
    decide('portal');
  }

  // ---- the line to ctiagent ----

  var socket = null;
  var waiting = []; // not sent yet
  var sent = [];    // sent and to be answered

  function command(data, text, targetName, then) {
    var entry = { action: data.action, text: text, targetName: targetName, then: then };
    if (socket && socket.readyState === 1) { transmit(entry); return; }
    entry.timer = root.setTimeout(function () {
      waiting.splice(waiting.indexOf(entry), 1);
      fail(entry, 'absent');
    }, WAIT_SECONDS * 1000);
    waiting.push(entry);
    if (!socket) { open(); }
  }

  function transmit(entry) {
    root.clearTimeout(entry.timer);
    if (!has(SILENT, entry.action)) { sent.push(entry); }
    socket.send(entry.text);
  }

  function open() {
    var ws;
    try {
      ws = new root.WebSocket('ws://127.0.0.1:' + settings.port + '/v1/ws', 'porthole');
    } catch (e) {
      root.setTimeout(function () { waiting.splice(0).forEach(function (entry) { fail(entry, 'absent'); }); }, 0);
      return;
    }
    socket = ws;
    ws.onopen = function () { waiting.splice(0).forEach(transmit); };
    ws.onmessage = function (ev) { answered(unserialize(ev.data)); };
    ws.onclose = function (ev) {
      if (ws !== socket) { return; }
      socket = null;
      waiting.splice(0).forEach(function (entry) { fail(entry, ev.code === 4003 ? 'blocked' : 'absent'); });
      sent.splice(0).forEach(function (entry) { fail(entry, 'lost'); });
    };
  }

  function answered(f) {
    if (!isObject(f)) { return; }
    var entry = asked(isObject(f.data) ? f.data : {});
    if (entry && entry.then) { entry.then(f.data); } else { deliver(f); }
  }

  // Answers carry no id: the member they have tells the action, and the oldest of its kind is meant.
  function asked(data) {
    var failed = isObject(data.error) ? data.error.action : '';
    for (var i = 0; i < sent.length; i++) {
      var action = sent[i].action;
      var dials = action === 'call' || action === 'callWithPhone';
      if (failed ? action === failed : own(data, dials ? 'guid' : action)) { return sent.splice(i, 1)[0]; }
    }
    return null;
  }

  function fail(entry, why) {
    root.clearTimeout(entry.timer);
    var data = { error: { action: entry.action, kind: why === 'blocked' ? 'forbidden' : 'unavailable', text: texts()[why][0], hint: texts()[why][1] } };
    if (entry.then) { entry.then(data); return; }
    deliver({ data: data, sourceOrigin: agentOrigin, targetOrigin: ownOrigin, sourceWindowName: entry.targetName, targetWindowName: root.name });
  }

  // ---- Porthole 1.0.0 ----

  var attached = []; // the proxies that listen

  function deliver(f) {
    attached.slice().forEach(function (proxy) { proxy.receive(f, agentOrigin); });
  }

  function serialize(o) { return JSON.stringify(o); }
  function unserialize(text) {
    if (typeof text !== 'string') { return null; }
    try { return JSON.parse(text); } catch (e) { return null; }
  }

  function frame(data, targetOrigin, targetName) {
    return serialize({ data: data, sourceOrigin: ownOrigin, targetOrigin: targetOrigin, sourceWindowName: root.name, targetWindowName: targetName });
  }

  function getTargetWindow(name) {
    if (name === '' || name === undefined) { return root.parent; }
    if (name === 'top' || name === 'parent') { return root[name]; }
    return root.frames[name];
  }

  function PortholeEvent(data, origin, source) {
    this.data = data;
    this.origin = origin;
    this.source = source;
  }

  function WindowProxyBase(targetWindowName) {
    this.targetWindowName = targetWindowName === undefined ? '' : targetWindowName;
    this.origin = ownOrigin;
    this.eventListeners = [];
  }
  WindowProxyBase.prototype = {
    getTargetWindowName: function () { return this.targetWindowName; },
    getOrigin: function () { return this.origin; },

    post: function (data, targetOrigin) {
      var to = targetOrigin === undefined ? '*' : targetOrigin;
      var target = getTargetWindow(this.targetWindowName);
      var name = this.targetWindowName;
      var text = frame(data, to, name);
      if (!isObject(data) || !has(ACTIONS, data.action) || !has(around(), target)) {
        target.postMessage(text, to);
        return;
      }
      afterDecision(function () {
        if (answerer === 'portal') { target.postMessage(text, to); } else { command(data, text, name); }
      });
    },

    addEventListener: function (f) {
      var self = this;
      if (this.eventListeners.length === 0) {
        this.hear = function (ev) { self.receive(unserialize(ev.data), ev.origin); };
        root.addEventListener('message', this.hear, false);
        attached.push(this);
      }
      this.eventListeners.push(f);
      return f;
    },

    // A function that never listened takes the last one that does with it, as in Porthole.
    removeEventListener: function (f) {
      this.eventListeners.splice(this.eventListeners.indexOf(f), 1);
      if (this.eventListeners.length === 0 && has(attached, this)) {
        root.removeEventListener('message', this.hear, false);
        attached.splice(attached.indexOf(this), 1);
      }
    },

    dispatchEvent: function (e) {
      for (var i = 0; i < this.eventListeners.length; i++) {
        try {
          this.eventListeners[i](e);
        } catch (ex) {
          api.error('a listener failed: ' + ex);
        }
      }
    },

    // Whatever is JSON arrives, with no member data if need be; neither origin is looked at.
    receive: function (f, origin) {
      if (f === null || f === undefined) { return; }
      if (this.targetWindowName === '' || f.sourceWindowName === this.targetWindowName) {
        this.dispatchEvent(new PortholeEvent(f.data, origin, this));
      }
    }
  };

  // The address of the proxy page says nothing in a browser that has postMessage, and every browser of today has it.
  function WindowProxy(proxyUrl, targetWindowName) { WindowProxyBase.call(this, targetWindowName); }
  WindowProxy.prototype = Object.create(WindowProxyBase.prototype);
  WindowProxy.prototype.constructor = WindowProxy;
  WindowProxy.serialize = serialize;
  WindowProxy.unserialize = unserialize;
  WindowProxy.getTargetWindow = getTargetWindow;

  var api = {
    debug: false,
    trace: function (s) { if (api.debug) { report('log', s); } },
    error: function (s) { report('error', s); },
    WindowProxy: WindowProxy,
    WindowProxyBase: WindowProxyBase,
    WindowProxyLegacy: WindowProxy,
    WindowProxyHTML5: WindowProxy,
    MessageEvent: PortholeEvent,
    // The page that old browsers needed (proxy.html) calls this; there is nothing to relay.
    WindowProxyDispatcher: { start: function () {}, forwardMessageEvent: function () {} },
    /** ctiagent tells who answers this page: {answerer: 'ctiagent', 'portal' or '' while it is not known yet}. */
    ctiagent: Object.defineProperty({ actions: ACTIONS.slice() }, 'answerer', { enumerable: true, get: function () { return answerer; } })
  };
  root.Porthole = api;
  lookForPortal();

  // ---- forms of the Inbox: plain objects between a form and the portal around it ----

  // Without a portal a form posts to itself. A message of any other window is none of a form.
  function hearForm(ev) {
    var m = ev.data;
    if (ev.source !== root || root.parent !== root || !isObject(m)) { return; }
    if (m.action === 'getInteraction') {
      command({ action: 'CTI' }, frame({ action: 'CTI' }, '*', ''), '', function (data) {
        // A portal that has nothing to tell says nothing, either.
        if (isObject(data.CTI)) { root.postMessage({ action: 'interaction', interaction: interactionOf(data.CTI) }, '*'); }
      });
    } else if (m.action === 'close') {
      root.close();
    }
  }

  function interactionOf(cti) {
    var parameters = isObject(cti.parameters) ? cti.parameters : {};
    return {
      guid: cti.guid, campaign: cti.campaign, channel: 'telephony', clientId: cti.destination, clientName: parameters.name || '',
      form: '', data: parameters, extraInfo: {}, campaignConfig: { language: root.document.documentElement.lang || '' }
    };
  }
  if (!settings.as) { root.addEventListener('message', hearForm, false); }

  // ---- in the place of a frame that a CRM embeds: the phone (uphone) or the whole portal ----

  function standIn(how) {
    var origins = settings.origins.concat(ownOrigin);
    if (root.parent === root) { api.error('data-as is for a page in a frame'); return; }
    if (!root.CTIAgent) { api.error('load ctiagent.js before porthole.js with data-as'); return; }
    var cti = root.CTIAgent.connect({ client: 'porthole/' + how, port: settings.port });
    var seen = Object.create(null); // what was told of each call

    function tell(message) { origins.forEach(function (o) { root.parent.postMessage(message, o); }); }
    function once(call, what, message) {
      seen[call.id] = seen[call.id] || {};
      if (!seen[call.id][what]) { seen[call.id][what] = true; tell(message); }
    }

    if (how === 'uphone') {
      root.addEventListener('message', function (ev) {
        var m = ev.data;
        if (ev.source !== root.parent || !has(origins, ev.origin) || !isObject(m) || m.action !== 'makeCall' || !isObject(m.params)) { return; }
        cti.call.dial(String(m.params.number || ''), m.params.campaign ? { campaign: String(m.params.campaign) } : {}, function (err) {
          if (err) { tell({ action: 'error', params: { action: 'makeCall', kind: err.kind, text: err.message, hint: err.hint } }); }
        });
      }, false);
    }

    var agentState = '';
    cti.on('change', function (view) {
      var now = view.agent ? view.agent.state : '';
      if (how === 'uphone' && now && now !== 'offline' && (!agentState || agentState === 'offline')) { tell({ action: 'agentLogin', params: { agent: view.agent.id || '' } }); }
      agentState = now;
    });
    cti.on('call', function (e) {
      var call = e.call;
      var number = (call.remote && (call.remote.raw || call.remote.e164)) || '';
      var params = { number: number, campaign: call.campaign || '' };
      var interaction = { guid: call.ref || call.id, campaign: call.campaign || '', channel: 'telephony', clientId: number };
      var over = call.state === 'ended';
      if (how === 'uphone') {
        if (call.direction === 'outbound') { once(call, 'begun', { action: 'makeCall', params: params }); }
        // A call that rings before its number is known is told with the number.
        if (call.direction === 'inbound' && number && !over) { once(call, 'begun', { action: 'gettingCall', params: params }); }
        if (over && seen[call.id]) { once(call, 'over', { action: 'finishedCall', params: params }); }
      } else {
        if (call.state === 'connected') { once(call, 'begun', { event: 'assignedInteraction', data: interaction }); }
        if (over && seen[call.id]) { once(call, 'over', { event: 'finishedInteraction', data: interaction }); }
      }
      if (over) { delete seen[call.id]; }
    });
  }
  if (settings.as === 'uphone' || settings.as === 'portal') { standIn(settings.as); }
}(window));
