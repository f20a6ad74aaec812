/*
 * CTIAgent connects a web page to the ctiagent program on the same computer.
 *
 * One file on purpose: a CRM copies it to its own server. This one is the ES module, and sets no global.
 * It is made of the parts in src/ (go generate ./web): change those. ES5 syntax only and no dependency, because legacy
 * CRMs still build for old engines. README.md beside this file has examples.
 */
var root = typeof window !== 'undefined' ? window : (typeof self !== 'undefined' ? self : globalThis);

var PROTOCOL = 1;
var DEFAULT_PORT = 21470;
var SUBPROTOCOL = 'ctiagent.v1';
var MAX_RECENT = 50;
var MAX_EARLY_EVENTS = 1000;

// Every method a page may call: its name, then the parameters that may be given by position.
var METHODS = [
  'session.hello', 'session.pair scopes',
  'desk.watch', 'desk.unwatch', 'desk.snapshot', 'desk.claimPop claim', 'page.focus visible focused',
  'call.dial number', 'call.answer call', 'call.reject call', 'call.hangup call', 'call.hold call', 'call.resume call',
  'call.mute call', 'call.unmute call', 'call.startRecording call', 'call.stopRecording call',
  'call.completeTransfer call', 'call.cancelTransfer call', 'call.conference call', 'call.transfer to',
  'call.sendDtmf digits', 'call.redial', 'call.pickup', 'call.tag text', 'call.setDisposition code',
  'call.toggleHold call', 'call.toggleMute call',
  'agent.login agent', 'agent.logout', 'agent.pause reason', 'agent.unpause', 'agent.state', 'agent.pauseReasons',
  'callback.schedule number at',
  'softphone.dial', 'softphone.digit digit', 'softphone.line line', 'softphone.startTransfer',
  'softphone.toggleAutoAnswer', 'softphone.quit', 'softphone.restart',
  'contact.add', 'contact.update', 'contact.remove', 'blacklist.add number', 'blacklist.remove number',
  'queue.list', 'queue.status', 'campaign.list', 'campaign.setActive', 'directory.list', 'recording.get', 'report.calls',
  'server.status', 'functions.list vendor', 'functions.invoke name params', 'number.explain text', 'history.list',
  'stream.read stream max', 'stream.close stream', 'rpc.cancel id', 'rpc.discover'
];

// Seconds a request may stay unanswered. A person answers session.pair, and a report can run for minutes.
var REQUEST_SECONDS = 30;
var SLOW_SECONDS = { 'session.pair': 300, 'functions.invoke': 300, 'recording.get': 300, 'report.calls': 300 };
// Seconds a request waits for a connection that is being made. Short: a number must not be dialled long after the click.
var WAIT_SECONDS = 5;

// What the program tells of; agent.on takes any of them.
var EVENTS = [
  'call.dialing', 'call.ringing', 'call.connected', 'call.held', 'call.resumed', 'call.transferred', 'call.ended', 'call.updated',
  'call.preview', 'callback.due', 'agent.changed', 'driver.changed', 'outbox.changed'
];

// Sentences for a person, [message, hint], by state.reason.
var TEXTS = {
  'pt-BR': {
    'connecting.opening': ['Conectando ao ctiagent…', 'Aguarde um instante.'],
    'connecting.permission_prompt': ['O navegador está pedindo permissão.', 'Clique em “Permitir” na pergunta sobre aplicativos deste dispositivo; se ela não aparecer, traga esta aba para a frente.'],
    'connecting.lost': ['A conexão com o ctiagent caiu.', 'Reconectando sozinho; as chamadas serão atualizadas.'],
    'connecting.too_slow': ['Esta página leu os eventos devagar demais.', 'Reconectando e recuperando o que faltou.'],
    'connecting.too_many': ['Esta página enviou mensagens demais.', 'Nova tentativa em alguns segundos.'],
    'connected.ok': ['Conectado ao ctiagent.', ''],
    'connected.post_only': ['O ctiagent responde a pedidos avulsos, mas o canal de eventos não abre.', 'Discar funciona; peça ao administrador que o antivírus ou o proxy deixe passar WebSocket para 127.0.0.1.'],
    'blocked.denied': ['O navegador bloqueou o acesso ao ctiagent.', 'Clique no ícone ao lado do endereço, permita “Aplicativos neste dispositivo” e tente de novo.'],
    'blocked.insecure_page': ['O navegador bloqueia páginas http:// que falam com este computador.', 'Abra o ctiagent. Se ele já está aberto, peça ao administrador que publique este sistema em https:// ou aplique a política do navegador.'],
    'blocked.iframe': ['Esta página está em um quadro (iframe) sem permissão.', 'O sistema que a contém precisa de allow="loopback-network; local-network-access" no iframe.'],
    'blocked.mixed_content': ['Este navegador não deixa uma página https:// falar com este computador.', 'Use Chrome, Edge ou Firefox, ou peça ao administrador que ligue o wss do ctiagent.'],
    'blocked.page_policy': ['A política de segurança (CSP) desta página não a deixa falar com o ctiagent.', 'Quem mantém o sistema precisa acrescentar ws://127.0.0.1:* e http://127.0.0.1:* a connect-src.'],
    'absent.not_running': ['O ctiagent não respondeu neste computador.', 'Abra o ctiagent; a página se conecta sozinha. Se ele já está aberto, o administrador precisa liberar esta página.'],
    'absent.stopping': ['O ctiagent está sendo encerrado.', 'Abra-o de novo; a página se conecta sozinha.'],
    'unpaired.not_paired': ['Esta página ainda não foi autorizada no ctiagent.', 'Peça a autorização e responda à pergunta que aparece neste computador.'],
    'unpaired.origin_blocked': ['O ctiagent bloqueia esta página.', 'Fale com o administrador: ele precisa liberar este endereço.'],
    'incompatible.protocol': ['Esta página e o ctiagent falam versões diferentes.', 'Atualize o ctiagent ou o arquivo ctiagent.js do sistema.'],
    'closed.closed': ['A página encerrou a conexão.', 'Recarregue a página para conectar de novo.'],
    'error.timeout': ['O ctiagent não respondeu a tempo.', 'Confira o que resultou antes de repetir.'],
    'error.lost': ['A conexão caiu antes da resposta.', 'Confira o que resultou antes de repetir.'],
    'error.call': ['', 'Confira o estado da chamada antes de repetir.'],
    'error.canceled': ['O pedido foi cancelado.', ''],
    'error.refused': ['O ctiagent recusou o pedido.', 'Tente de novo; se continuar, fale com o suporte.']
  },
  es: {
    'connecting.opening': ['Conectando con ctiagent…', 'Espere un momento.'],
    'connecting.permission_prompt': ['El navegador está pidiendo permiso.', 'Pulse «Permitir» en la pregunta sobre las aplicaciones de este dispositivo; si no aparece, traiga esta pestaña al frente.'],
    'connecting.lost': ['Se perdió la conexión con ctiagent.', 'Se reconecta sola; las llamadas se actualizarán.'],
    'connecting.too_slow': ['Esta página leyó los eventos demasiado despacio.', 'Reconectando y recuperando lo que faltó.'],
    'connecting.too_many': ['Esta página envió demasiados mensajes.', 'Nuevo intento en unos segundos.'],
    'connected.ok': ['Conectado con ctiagent.', ''],
    'connected.post_only': ['ctiagent responde a peticiones sueltas, pero el canal de eventos no se abre.', 'Llamar funciona; pida al administrador que el antivirus o el proxy deje pasar WebSocket hacia 127.0.0.1.'],
    'blocked.denied': ['El navegador bloqueó el acceso a ctiagent.', 'Pulse el icono junto a la dirección, permita «Aplicaciones de este dispositivo» e inténtelo de nuevo.'],
    'blocked.insecure_page': ['El navegador bloquea las páginas http:// que hablan con este equipo.', 'Abra ctiagent. Si ya está abierto, pida al administrador que publique este sistema en https:// o que aplique la política del navegador.'],
    'blocked.iframe': ['Esta página está en un marco (iframe) sin permiso.', 'El sistema que la contiene necesita allow="loopback-network; local-network-access" en el iframe.'],
    'blocked.mixed_content': ['Este navegador no deja que una página https:// hable con este equipo.', 'Use Chrome, Edge o Firefox, o pida al administrador que active el wss de ctiagent.'],
    'blocked.page_policy': ['La política de seguridad (CSP) de esta página no le deja hablar con ctiagent.', 'Quien mantiene el sistema debe añadir ws://127.0.0.1:* y http://127.0.0.1:* a connect-src.'],
    'absent.not_running': ['ctiagent no respondió en este equipo.', 'Abra ctiagent; la página se conecta sola. Si ya está abierto, el administrador debe autorizar esta página.'],
    'absent.stopping': ['ctiagent se está cerrando.', 'Ábralo de nuevo; la página se conecta sola.'],
    'unpaired.not_paired': ['Esta página aún no está autorizada en ctiagent.', 'Pida la autorización y responda a la pregunta que aparece en este equipo.'],
    'unpaired.origin_blocked': ['ctiagent bloquea esta página.', 'Hable con el administrador: debe autorizar esta dirección.'],
    'incompatible.protocol': ['Esta página y ctiagent hablan versiones distintas.', 'Actualice ctiagent o el archivo ctiagent.js del sistema.'],
    'closed.closed': ['La página cerró la conexión.', 'Recargue la página para conectar de nuevo.'],
    'error.timeout': ['ctiagent no respondió a tiempo.', 'Revise qué resultó antes de repetir.'],
    'error.lost': ['La conexión se perdió antes de la respuesta.', 'Revise qué resultó antes de repetir.'],
    'error.call': ['', 'Revise el estado de la llamada antes de repetir.'],
    'error.canceled': ['La petición fue cancelada.', ''],
    'error.refused': ['ctiagent rechazó la petición.', 'Inténtelo de nuevo; si continúa, hable con soporte.']
  },
  en: {
    'connecting.opening': ['Connecting to ctiagent…', 'One moment.'],
    'connecting.permission_prompt': ['The browser is asking for permission.', 'Choose “Allow” in the question about apps on this device; if you cannot see it, bring this tab to the front.'],
    'connecting.lost': ['The connection to ctiagent was lost.', 'It reconnects by itself; calls will be brought up to date.'],
    'connecting.too_slow': ['This page read its events too slowly.', 'Reconnecting and catching up.'],
    'connecting.too_many': ['This page sent too many messages.', 'It tries again in a few seconds.'],
    'connected.ok': ['Connected to ctiagent.', ''],
    'connected.post_only': ['ctiagent answers single requests, but the channel for events does not open.', 'Dialling works; ask your administrator to let WebSocket to 127.0.0.1 through the antivirus or proxy.'],
    'blocked.denied': ['The browser blocked access to ctiagent.', 'Click the icon beside the address, allow “Apps on device”, then try again.'],
    'blocked.insecure_page': ['The browser blocks http:// pages that talk to this computer.', 'Start ctiagent. If it is already running, ask your administrator to serve this system over https:// or to apply the browser policy.'],
    'blocked.iframe': ['This page is in a frame (iframe) without permission.', 'The system around it needs allow="loopback-network; local-network-access" on the iframe.'],
    'blocked.mixed_content': ['This browser does not let an https:// page talk to this computer.', 'Use Chrome, Edge or Firefox, or ask your administrator to switch on wss in ctiagent.'],
    'blocked.page_policy': ['The security policy (CSP) of this page does not let it talk to ctiagent.', 'Whoever maintains this system has to add ws://127.0.0.1:* and http://127.0.0.1:* to connect-src.'],
    'absent.not_running': ['ctiagent did not answer on this computer.', 'Start ctiagent; the page connects by itself. If it is already running, an administrator has to allow this page.'],
    'absent.stopping': ['ctiagent is shutting down.', 'Start it again; the page connects by itself.'],
    'unpaired.not_paired': ['This page is not yet allowed in ctiagent.', 'Ask for permission and answer the question that appears on this computer.'],
    'unpaired.origin_blocked': ['ctiagent blocks this page.', 'Talk to your administrator: this address has to be allowed.'],
    'incompatible.protocol': ['This page and ctiagent speak different versions.', 'Update ctiagent, or the ctiagent.js file of this system.'],
    'closed.closed': ['The page closed the connection.', 'Reload the page to connect again.'],
    'error.timeout': ['ctiagent did not answer in time.', 'See what came of it before you repeat this.'],
    'error.lost': ['The connection was lost before the answer came.', 'See what came of it before you repeat this.'],
    'error.call': ['', 'Check the state of the call before you repeat this.'],
    'error.canceled': ['The request was canceled.', ''],
    'error.refused': ['ctiagent refused the request.', 'Try again; if it keeps happening, talk to support.']
  }
};

function isFunction(v) { return typeof v === 'function'; }
function isObject(v) { return v !== null && typeof v === 'object' && !Array.isArray(v); }

function copy(into, from) {
  var keys = isObject(from) ? Object.keys(from) : [];
  for (var i = 0; i < keys.length; i++) {
    if (from[keys[i]] !== undefined) { into[keys[i]] = from[keys[i]]; }
  }
  return into;
}

// A page's own mistake must not stop the client: it surfaces as an uncaught error of the page, later.
function guarded(fn, args) {
  try {
    return fn.apply(null, args);
  } catch (e) {
    root.setTimeout(function () { throw e; }, 0);
    return undefined;
  }
}

// speaker gives a prototype on, off and _emit; whoever has it keeps _listeners.
function speaker(proto) {
  proto.on = function (name, fn) {
    var self = this;
    this._listeners[name] = (this._listeners[name] || []).concat([fn]);
    return function () { self.off(name, fn); };
  };
  proto.off = function (name, fn) {
    this._listeners[name] = (this._listeners[name] || []).filter(function (f) { return f !== fn; });
  };
  proto._emit = function (name, a, b) {
    (this._listeners[name] || []).forEach(function (fn) { guarded(fn, [a, b]); });
  };
}

function textsFor(language) {
  var l = String(language || '').toLowerCase();
  if (l.slice(0, 2) === 'pt') { return TEXTS['pt-BR']; }
  if (l.slice(0, 2) === 'es') { return TEXTS.es; }
  return TEXTS.en;
}

function pageLanguage() {
  var doc = root.document;
  return (doc && doc.documentElement && doc.documentElement.lang) || (root.navigator && root.navigator.language) || 'en';
}

var STANDARD_KINDS = { '-32700': 'bad_request', '-32600': 'bad_request', '-32601': 'unsupported', '-32602': 'bad_request', '-32603': 'internal' };

/** CTIAgent.Error: what every failed request hands over. `sent` false means that nothing left this page. */
function CTIError(fields) {
  this.name = 'CTIError';
  this.code = -32000;
  this.kind = 'internal';
  this.message = '';
  this.hint = '';
  this.text = '';
  this.driver = '';
  this.retryable = false;
  this.sent = true;
  copy(this, fields);
  this.stack = new Error(this.message).stack;
}
CTIError.prototype = Object.create(Error.prototype);
CTIError.prototype.constructor = CTIError;

function answeredError(method, raw, texts) {
  var data = isObject(raw) && isObject(raw.data) ? raw.data : {};
  var code = isObject(raw) && typeof raw.code === 'number' ? raw.code : -32603;
  return new CTIError({
    code: code,
    kind: data.kind || STANDARD_KINDS[String(code)] || 'internal',
    message: (isObject(raw) && raw.message) || texts['error.refused'][0],
    hint: data.hint || texts['error.refused'][1],
    text: data.text, driver: data.driver, op: data.op || method, retryable: !!data.retryable, data: data
  });
}

function emptyView() {
  return { epoch: null, seq: 0, agent: null, calls: Object.create(null), drivers: [], recent: [], outbox: emptyOutbox() };
}

function emptyOutbox() { return { waiting: 0, unconfirmed: 0, refused: 0, expired: 0 }; }

function foldOutbox(view, outbox) {
  if (!isObject(outbox)) { return; }
  var all = emptyOutbox();
  Object.keys(all).forEach(function (k) { all[k] = Number(outbox[k]) || 0; });
  view.outbox = all;
}

function snapshotView(snap) {
  var view = emptyView();
  view.epoch = snap.epoch === undefined ? null : snap.epoch;
  view.seq = Number(snap.seq) || 0;
  view.agent = isObject(snap.agent) ? snap.agent : null;
  view.drivers = Array.isArray(snap.drivers) ? snap.drivers.filter(isObject) : [];
  view.recent = Array.isArray(snap.recent) ? snap.recent.filter(isObject).slice(0, MAX_RECENT) : [];
  foldOutbox(view, snap.outbox);
  (Array.isArray(snap.calls) ? snap.calls : []).forEach(function (c) { foldCall(view, c); });
  return view;
}

function foldCall(view, call) {
  if (!isObject(call) || !call.id) { return; }
  if (call.state !== 'ended') {
    view.calls[call.id] = call;
    return;
  }
  delete view.calls[call.id];
  view.recent = [call].concat(view.recent.filter(function (c) { return c.id !== call.id; })).slice(0, MAX_RECENT);
}

function foldDriver(view, driver) {
  if (!isObject(driver) || !driver.name) { return; }
  var known = false;
  view.drivers = view.drivers.map(function (d) {
    if (d.name !== driver.name) { return d; }
    known = true;
    return driver;
  });
  if (!known) { view.drivers = view.drivers.concat([driver]); }
}

function foldEvent(view, event) {
  view.seq = event.seq;
  foldCall(view, event.call);
  foldDriver(view, event.driver);
  if (isObject(event.agent)) { view.agent = event.agent; }
  foldOutbox(view, event.outbox);
}

function isLoopbackHost(host) {
  return host === 'localhost' || host === '[::1]' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host) || /\.localhost$/.test(host);
}

// Browsers let pages from these addresses reach this computer without asking, also over http.
function isPrivateAddress(host) {
  return /^10(\.\d{1,3}){3}$/.test(host) || /^192\.168(\.\d{1,3}){2}$/.test(host) ||
    /^172\.(1[6-9]|2\d|3[01])(\.\d{1,3}){2}$/.test(host) || /^100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])(\.\d{1,3}){2}$/.test(host);
}

function pageHost() { return (root.location && root.location.hostname) || ''; }

// Calls back with granted, prompt, denied, or '' where the browser knows no such permission.
function queryPermission(done) {
  var permissions = root.navigator && root.navigator.permissions;
  if (!permissions || !isFunction(permissions.query)) { done('', null); return; }
  function ask(name, otherwise) {
    try {
      permissions.query({ name: name }).then(function (status) { done(status.state, status); }, otherwise);
    } catch (e) {
      otherwise();
    }
  }
  // The second name is what browsers before Chrome 145 called it.
  ask('loopback-network', function () {
    ask('local-network-access', function () { done('', null); });
  });
}

function isFramed() { return root.self !== undefined && root.top !== undefined && root.self !== root.top; }

function frameLacksPermission() {
  if (!isFramed()) { return false; }
  var policy = root.document && (root.document.permissionsPolicy || root.document.featurePolicy);
  if (!policy || !isFunction(policy.allowsFeature)) { return true; }
  return !policy.allowsFeature('loopback-network') && !policy.allowsFeature('local-network-access');
}

// Why nothing could be reached: 'blocked.<reason>' or 'absent.not_running'. JavaScript sees close code 1006 for all of it.
function whyUnreached(everConnected, done) {
  var host = pageHost();
  if (!host || isLoopbackHost(host)) { done('absent.not_running', null); return; }
  queryPermission(function (permission, status) {
    if (root.isSecureContext === false) {
      // The permission reads "denied" on every http page, also where the browser would let it pass.
      var passes = everConnected || isPrivateAddress(host) || permission === '';
      done(passes ? 'absent.not_running' : 'blocked.insecure_page', status);
    } else if (permission === 'denied') {
      done(frameLacksPermission() ? 'blocked.iframe' : 'blocked.denied', status);
    } else {
      done('absent.not_running', status);
    }
  });
}

/*
 * followPagePolicy calls back when the page's own Content-Security-Policy forbade the address. The browser tells so in an
 * event of the document, before or after it ends the socket. Answers a function that ends the watch.
 */
function followPagePolicy(url, forbidden) {
  var doc = root.document;
  if (!doc || !isFunction(doc.addEventListener)) { return function () {}; }
  // A violation may name the whole address, or the origin alone.
  var origin = url.split('/').slice(0, 3).join('/');
  function heard(ev) {
    if (ev.effectiveDirective === 'connect-src' && String(ev.blockedURI).indexOf(origin) === 0) { forbidden(); }
  }
  doc.addEventListener('securitypolicyviolation', heard);
  return function () { doc.removeEventListener('securitypolicyviolation', heard); };
}

function endpoint(options) {
  if (options.url) { return String(options.url); }
  var loc = root.location;
  if (options.sameOrigin && loc) {
    return (loc.protocol === 'https:' ? 'wss://' : 'ws://') + loc.host + '/v1/ws';
  }
  return 'ws://127.0.0.1:' + (options.port || DEFAULT_PORT) + '/v1/ws';
}

function Client(options) {
  this.view = emptyView();
  this.info = {};
  this.state = 'connecting';
  this.detail = null;
  this._options = options;
  this._language = options.language || pageLanguage();
  this._url = endpoint(options);
  this._ticket = options.ticket || '';
  this._watch = options.watch !== false;
  this._listeners = {};
  this._pending = {};      // sent, unanswered: by id
  this._waiting = [];      // not sent: the connection is being made
  this._nextId = 1;
  this._failures = 0;
  this._everConnected = false;
  this._early = null;      // events that came while a snapshot is on its way
  this._focus = null;
  this._pop = null;
  this._leaving = [];      // pops being shown: says that this page did not
  this._undo = [];
  this._followed = {};     // call objects that live: by id
  this._forbidden = false; // the page's own security policy forbids the address
  this._addNamespaces();
  /** me is the agent of this desk, and follows the state: me.state, me.can('pause'), me.pause('3'), me.on('change', fn). */
  this.me = new Person(this);
  this._listenToPage();
  this._listenToSiblings();
  this._setState('connecting.opening');
  this._open();
}

// (by position…, params object, {timeoutSeconds, onProgress}, callback): everything may be left out from the right.
function readArguments(positions, list) {
  var args = Array.prototype.slice.call(list);
  var cb = isFunction(args[args.length - 1]) ? args.pop() : undefined;
  var params = {};
  for (var i = 0; i < positions.length && args.length; i++) {
    if (isObject(args[0]) && positions[i] !== 'params') { break; }
    var value = args.shift();
    if (value !== undefined && value !== null) { params[Array.isArray(value) && positions[i] === 'code' ? 'levels' : positions[i]] = value; }
  }
  copy(params, args.shift());
  return { params: params, options: args.shift(), cb: cb };
}

Client.prototype._addNamespaces = function () {
  var self = this;
  METHODS.forEach(function (line) {
    var words = line.split(' ');
    var dot = words[0].indexOf('.');
    var space = words[0].slice(0, dot);
    self[space] = self[space] || {};
    self[space][words[0].slice(dot + 1)] = function () {
      var asked = readArguments(words.slice(1), arguments);
      return self.request(words[0], asked.params, asked.options, asked.cb);
    };
  });
  // Reads a stream to its end: onPiece gets each answer of stream.read; the result is how many pieces came.
  this.stream.each = function (stream, onPiece, cb) { return self._eachPiece(stream, onPiece, cb); };
};

/**
 * on calls fn for 'state' (state, detail), 'change' (view), 'snapshot' (view, {reset}), 'event' (event), an event's
 * full name ('call.ringing') or its first word ('call'). Answers a function that ends the subscription.
 */
speaker(Client.prototype);

/** onPop sets the one handler of screen pops: fn({url, call}) answers true when this page shows the customer, also as a promise; fn(pop, answer) may call answer(true) later. */
Client.prototype.onPop = function (fn) { this._pop = fn; };

/** setLanguage changes the language of hints and state sentences, here and in the program's answers. */
Client.prototype.setLanguage = function (language) {
  this._language = language;
  if (this.detail) { this._setState(this.state + '.' + this.detail.reason, this.detail.error); }
  if (this.state !== 'connected') { return; }
  var self = this;
  var ws = this._ws;
  // The snapshot holds sentences too: only a fresh one has them in the new language.
  this._send('session.hello', this._helloParams(), {}, function (err) {
    if (!err && ws === self._ws && self._watch) { self._startWatch(true); }
  });
};

/** retry connects now instead of waiting for the next attempt. */
Client.prototype.retry = function () {
  if (this.state === 'closed' || (this._ws && this._ws.readyState < 2)) { return; }
  this._failures = 0;
  this._open();
};

/** pair asks the person at the desk to allow this page; the state becomes connected when they do. */
Client.prototype.pair = function (scopes, cb) {
  if (isFunction(scopes)) { cb = scopes; scopes = undefined; }
  return this.request('session.pair', scopes ? { scopes: scopes } : {}, undefined, cb);
};

/** ready answers the view once connected. */
Client.prototype.ready = function (cb) {
  var self = this;
  var d = deferred(cb);
  if (this.state === 'connected') {
    d.settle(null, this.view);
  } else {
    var off = this.on('state', function (state) {
      if (state !== 'connected') { return; }
      off();
      d.settle(null, self.view);
    });
  }
  return d.handle;
};

/** close ends the connection for good; what is unanswered fails. */
Client.prototype.close = function () {
  this._undo.forEach(function (undo) { undo(); });
  this._undo = [];
  root.clearTimeout(this._retryTimer);
  var ws = this._ws;
  this._ws = null;
  this._setState('closed.closed');
  if (ws) { ws.close(1000); }
  this._failAll();
};

function deferred(cb) {
  var d = { handle: {}, done: false };
  if (isFunction(cb) || !isFunction(root.Promise)) {
    d.finish = function (err, result) { if (isFunction(cb)) { guarded(cb, [err, result]); } };
  } else {
    d.handle = new root.Promise(function (resolve, reject) {
      d.finish = function (err, result) { if (err) { reject(err); } else { resolve(result); } };
    });
  }
  d.settle = function (err, result) {
    if (d.done) { return; }
    d.done = true;
    root.clearTimeout(d.timer);
    d.finish(err, result);
  };
  return d;
}

/**
 * request sends one method. Options: timeoutSeconds, onProgress({done, total}). The answer is a promise that also has
 * `id` and `cancel()`; with a callback as the last argument, or where Promise is missing, a plain handle with the two.
 * Nothing is ever sent twice by itself: when the connection drops the error's kind is `unavailable` and `sent` is true.
 */
Client.prototype.request = function (method, params, options, cb) {
  if (isFunction(params)) { cb = params; params = undefined; }
  if (isFunction(options)) { cb = options; options = undefined; }
  var self = this;
  var d = deferred(cb);
  var entry = { method: method, params: copy({}, params), options: options || {}, settle: d.settle, deferred: d, id: this._nextId++ };
  // A number is dialled once for one requestId, so an error can be repeated safely with the same one.
  if (method === 'call.dial' && !entry.params.requestId) { entry.params.requestId = randomId(); }
  d.handle.id = entry.id;
  d.handle.cancel = function () { self._cancel(entry); };
  this._dispatch(entry);
  return d.handle;
};

/** cancel stops a request by its id (handle.id); the request then fails with kind `canceled`. */
Client.prototype.cancel = function (id) {
  var entry = this._pending[id] || this._waiting.filter(function (e) { return e.id === id; })[0];
  if (entry) { this._cancel(entry); }
};

Client.prototype._cancel = function (entry) {
  var at = this._waiting.indexOf(entry);
  if (at >= 0) {
    this._waiting.splice(at, 1);
    entry.settle(this._localError('canceled', 'error.canceled', entry, false));
  } else if (this._pending[entry.id]) {
    this._write({ jsonrpc: '2.0', id: this._nextId++, method: 'rpc.cancel', params: { id: entry.id } });
  }
};

Client.prototype._mayAsk = function (method) {
  return this.state === 'connected' || (this.state === 'unpaired' && this._greeted && (method === 'session.pair' || method === 'session.hello'));
};

Client.prototype._dispatch = function (entry) {
  var self = this;
  var pairing = this.state === 'unpaired' && entry.method === 'session.pair';
  if (this._ws && this._mayAsk(entry.method)) {
    this._post(entry);
  } else if (this.state === 'connecting' || pairing) {
    this._waiting.push(entry);
    entry.deferred.timer = root.setTimeout(function () {
      self._waiting = self._waiting.filter(function (e) { return e !== entry; });
      entry.settle(self._unavailable(entry, false));
    }, WAIT_SECONDS * 1000);
    if (pairing) { this.retry(); }
  } else {
    entry.settle(this._unavailable(entry, false));
  }
};

Client.prototype._post = function (entry) {
  root.clearTimeout(entry.deferred.timer);
  this._pending[entry.id] = entry;
  this._armTimeout(entry);
  this._write({ jsonrpc: '2.0', id: entry.id, method: entry.method, params: entry.params });
};

// _send is for the client's own requests, which must pass before the state is connected.
Client.prototype._send = function (method, params, options, cb) {
  this._post({ method: method, params: params, options: options, settle: cb, deferred: {}, id: this._nextId++ });
};

Client.prototype._armTimeout = function (entry) {
  var self = this;
  var seconds = entry.options.timeoutSeconds || SLOW_SECONDS[entry.method] || REQUEST_SECONDS;
  root.clearTimeout(entry.deferred.timer);
  entry.deferred.timer = root.setTimeout(function () {
    delete self._pending[entry.id];
    entry.settle(self._localError('timeout', 'error.timeout', entry, true));
  }, seconds * 1000);
};

Client.prototype._localError = function (kind, textKey, entry, sent) {
  var texts = textsFor(this._language);
  var text = texts[textKey];
  var hint = sent && entry.method.indexOf('call.') === 0 ? texts['error.call'][1] : text[1];
  return new CTIError({ kind: kind, message: text[0], hint: hint, op: entry.method, sent: sent, retryable: !sent, requestId: entry.params.requestId });
};

Client.prototype._unavailable = function (entry, sent) {
  var kind = this.state === 'unpaired' ? 'pairing_required' : 'unavailable';
  var key = sent ? 'error.lost' : this.state + '.' + this.detail.reason;
  return this._localError(kind, key, entry, sent);
};

Client.prototype._failAll = function () {
  var self = this;
  var sent = this._pending;
  this._pending = {};
  Object.keys(sent).forEach(function (id) {
    root.clearTimeout(sent[id].deferred.timer);
    sent[id].settle(self._unavailable(sent[id], true));
  });
  if (this.state !== 'connecting') { this._failWaiting(); }
};

Client.prototype._failWaiting = function () {
  var self = this;
  var waiting = this._waiting;
  this._waiting = [];
  waiting.forEach(function (entry) { entry.settle(self._unavailable(entry, false)); });
};

Client.prototype._flush = function () {
  var self = this;
  var waiting = this._waiting;
  this._waiting = [];
  waiting.forEach(function (entry) { self._dispatch(entry); });
};

Client.prototype._eachPiece = function (stream, onPiece, cb) {
  var self = this;
  var d = deferred(cb);
  var count = 0;
  function stop(err) {
    self.request('stream.close', { stream: stream }, undefined, function () {});
    d.settle(err);
  }
  function next() {
    self.request('stream.read', { stream: stream }, undefined, function (err, piece) {
      if (err) { d.settle(err); return; }
      var goOn;
      try {
        goOn = onPiece(piece);
      } catch (e) {
        stop(e);
        return;
      }
      count++;
      if (piece.done) {
        d.settle(null, count);
      } else if (goOn === false) {
        stop(null);
      } else {
        next();
      }
    });
  }
  next();
  return d.handle;
};

function randomId() {
  var bytes = [];
  if (root.crypto && isFunction(root.crypto.getRandomValues)) {
    bytes = Array.prototype.slice.call(root.crypto.getRandomValues(new root.Uint8Array(12)));
  } else {
    for (var i = 0; i < 12; i++) { bytes.push(Math.floor(Math.random() * 256)); }
  }
  return bytes.map(function (b) { return (b < 16 ? '0' : '') + b.toString(16); }).join('');
}

Client.prototype._write = function (message) {
  if (this._ws && this._ws.readyState === 1) { this._ws.send(JSON.stringify(message)); }
};

Client.prototype._open = function () {
  var self = this;
  var ws;
  root.clearTimeout(this._retryTimer);
  this._greeted = false;
  try {
    ws = new (this._options.WebSocket || root.WebSocket)(this._url, SUBPROTOCOL);
  } catch (e) {
    // Safari refuses ws: from an https page at once; a malformed url ends here too.
    this._ws = null;
    this._setState(this._forbidden ? 'blocked.page_policy' : e && e.name === 'SecurityError' ? 'blocked.mixed_content' : 'absent.not_running', e);
    this._later();
    return;
  }
  this._ws = ws;
  ws.onopen = function () { if (ws === self._ws) { self._hello(); } };
  ws.onmessage = function (ev) { if (ws === self._ws) { self._receive(ev.data); } };
  ws.onclose = function (ev) { if (ws === self._ws) { self._closed(ev.code); } };
  // While the browser asks for permission the socket stays CONNECTING, so only an unasked one is given up.
  this._noticeTimer = root.setTimeout(function () { self._noticePrompt(ws); }, 700);
  this._connectTimer = root.setTimeout(function () {
    if (ws === self._ws && ws.readyState === 0 && self.detail.reason !== 'permission_prompt') { ws.close(); }
  }, 10000);
};

Client.prototype._noticePrompt = function (ws) {
  var self = this;
  if (ws !== this._ws || ws.readyState !== 0 || isLoopbackHost((root.location && root.location.hostname) || '')) { return; }
  queryPermission(function (permission) {
    if (permission === 'prompt' && ws === self._ws && ws.readyState === 0) { self._setState('connecting.permission_prompt'); }
  });
};

Client.prototype._helloParams = function () {
  var params = { client: this._options.client || 'page', protocol: PROTOCOL, language: this._language };
  if (this._ticket) { params.ticket = this._ticket; }
  return params;
};

Client.prototype._hello = function () {
  var self = this;
  var ws = this._ws;
  root.clearTimeout(this._connectTimer);
  this._send('session.hello', this._helloParams(), { timeoutSeconds: 10 }, function (err, result) {
    if (ws !== self._ws) { return; }
    if (err) { self._helloFailed(err); return; }
    self.info = isObject(result) ? result : {};
    // A ticket is good once; a program that hands out a new one lets this page come back after a drop.
    self._ticket = self.info.ticket ? String(self.info.ticket) : '';
    self._greeted = true;
    if (self.info.paired === false) {
      self._setState('unpaired.not_paired');
      self._flush();
      return;
    }
    self._reportFocus(true);
    if (self._watch) { self._startWatch(); } else { self._connected(); }
  });
};

Client.prototype._helloFailed = function (err) {
  if (['pairing_required', 'unauthorized', 'forbidden', 'denied'].indexOf(err.kind) >= 0) {
    this._greeted = true;
    this._setState('unpaired.not_paired', err);
    this._flush();
  } else {
    this._ws.close();
  }
};

Client.prototype._connected = function () {
  var self = this;
  this._everConnected = true;
  root.clearTimeout(this._stableTimer);
  // Only a connection that lasts forgets earlier failures: one that is closed again at once keeps backing off.
  this._stableTimer = root.setTimeout(function () { self._failures = 0; }, 10000);
  this._setState('connected.ok');
  this._tellSiblings();
  this._flush();
};

Client.prototype._closed = function (code) {
  var self = this;
  var was = this.state;
  var greeted = this._greeted;
  this._ws = null;
  this._greeted = false;
  this._early = null;
  [this._noticeTimer, this._connectTimer, this._stableTimer].forEach(function (t) { root.clearTimeout(t); });
  if (code === 4001) {
    this._setState('incompatible.protocol');
  } else if (code === 4003) {
    this._setState('unpaired.origin_blocked');
  } else if (code === 4008) {
    this._setState('connecting.too_slow');
    this._later();
  } else if (code === 4009) {
    this._setState('absent.stopping');
    this._later(1000);
  } else if (code === 4029) {
    this._setState('connecting.too_many');
    this._later(5000);
  } else if (was === 'connected') {
    this._setState('connecting.lost');
    this._later();
  } else if (was === 'unpaired' && greeted) {
    // The program ends unpaired connections after a minute: look again without hurry.
    this._later(60000);
  } else {
    whyUnreached(this._everConnected, function (found, status) {
      if (self._ws || self.state === 'closed') { return; }
      var wall = self._forbidden ? 'blocked.page_policy' : found;
      self._setState(wall);
      self._followPermission(status);
      self._failWaiting();
      self._later(wall === 'absent.not_running' ? 0 : 10000);
    });
  }
  this._failAll();
};

// _later plans the next attempt: from 0.5 s or the floor, doubling to 15 s (60 s above a longer floor), and up to half as much again by chance.
Client.prototype._later = function (floorMs) {
  var self = this;
  var floor = floorMs || 500;
  var wait = Math.min(floor * Math.pow(2, Math.min(this._failures, 10)), floor > 1000 ? 60000 : 15000);
  wait = wait * (1 + 0.5 * (this._options.random || Math.random)());
  this._failures++;
  root.clearTimeout(this._retryTimer);
  this._retryTimer = root.setTimeout(function () { if (!self._ws && self.state !== 'closed') { self._open(); } }, wait);
};

Client.prototype._followPermission = function (status) {
  var self = this;
  this._permission = status; // kept, since nobody else holds it
  if (status) { status.onchange = function () { self.retry(); }; }
};

Client.prototype._setState = function (key, error) {
  var text = textsFor(this._language)[key];
  var dot = key.indexOf('.');
  this.state = key.slice(0, dot);
  this.detail = { state: this.state, reason: key.slice(dot + 1), message: text[0], hint: text[1], error: error || null };
  this._emit('state', this.state, this.detail);
};

Client.prototype._receive = function (data) {
  var message;
  try {
    message = JSON.parse(data);
  } catch (e) {
    return;
  }
  if (!isObject(message)) { return; }
  if (typeof message.method === 'string') {
    if (message.id === undefined || message.id === null) { this._notified(message); } else { this._asked(message); }
  } else if (Object.prototype.hasOwnProperty.call(this._pending, message.id)) {
    this._answered(message);
  }
};

Client.prototype._answered = function (message) {
  var entry = this._pending[message.id];
  delete this._pending[message.id];
  root.clearTimeout(entry.deferred.timer);
  if (message.error) {
    var err = answeredError(entry.method, message.error, textsFor(this._language));
    err.requestId = entry.params.requestId;
    entry.settle(err);
    return;
  }
  if (entry.method === 'desk.watch') { this._watch = true; this._watched(message.result); }
  if (entry.method === 'desk.unwatch') { this._watch = false; }
  entry.settle(null, message.result);
  // What a freshly paired page may do comes with a new hello.
  if (entry.method === 'session.pair' && isObject(message.result) && message.result.paired) { this._hello(); }
};

Client.prototype._notified = function (message) {
  var params = isObject(message.params) ? message.params : {};
  if (message.method === 'desk.event') {
    this._event(params);
  } else if (message.method === 'progress') {
    var entry = Object.prototype.hasOwnProperty.call(this._pending, params.id) ? this._pending[params.id] : null;
    if (!entry) { return; }
    this._armTimeout(entry);
    if (isFunction(entry.options.onProgress)) { guarded(entry.options.onProgress, [{ done: params.done, total: params.total }]); }
  }
};

Client.prototype._asked = function (message) {
  var self = this;
  var ws = this._ws;
  var answered = false;
  if (message.method !== 'desk.pop') {
    this._write({ jsonrpc: '2.0', id: message.id, error: { code: -32601, message: 'method not found' } });
    return;
  }
  function say(member, value) {
    self._leaving = self._leaving.filter(function (fn) { return fn !== leave; });
    if (answered || ws !== self._ws) { return; }
    answered = true;
    var reply = { jsonrpc: '2.0', id: message.id };
    reply[member] = value;
    self._write(reply);
  }
  function answer(shown) { say('result', { shown: shown === true }); }
  function leave() { answer(false); }
  function show() {
    if (!self._pop) { answer(false); return; }
    var late = self._pop.length >= 2;
    var shown;
    try {
      shown = self._pop.apply(null, late ? [pop, answer] : [pop]);
    } catch (e) {
      answer(false); // else a handler that wanted to answer later is waited for
      root.setTimeout(function () { throw e; }, 0);
      return;
    }
    if (shown && isFunction(shown.then)) {
      shown.then(answer, leave);
    } else if (!late || shown !== undefined) {
      answer(shown);
    }
  }
  var pop = isObject(message.params) ? message.params : {};
  this._leaving.push(leave);
  // A program that gives no claim knows none.
  if (!this._pop || typeof pop.claim !== 'string') { show(); return; }
  // This page may have slept since it was asked, and somebody else may have shown the customer.
  this._send('desk.claimPop', { claim: pop.claim }, { timeoutSeconds: ALIVE_SECONDS }, function (err, result) {
    if (answered) { return; } // the page went away while it asked
    if (!err && isObject(result) && result.taken === true) { show(); } else { say('error', { code: -32000, message: 'too late' }); }
  });
};

// ---- watching ----

Client.prototype._startWatch = function (afresh) {
  var self = this;
  var ws = this._ws;
  this._early = [];
  var params = afresh || this.view.epoch === null ? {} : { epoch: this.view.epoch, after: this.view.seq };
  this._send('desk.watch', params, {}, function (err) {
    if (ws !== self._ws) { return; }
    if (err) { self._early = null; }
    // A page without the right to observe is connected all the same.
    if (self.state !== 'connected') { self._connected(); }
  });
};

// The answer is a snapshot when it has calls; else the missed events follow, or came along as `events`.
Client.prototype._watched = function (result) {
  var self = this;
  var early = this._early || [];
  this._early = null;
  if (!isObject(result)) { return; }
  if (Array.isArray(result.calls)) {
    var reset = result.reset === true || (this.view.epoch !== null && this.view.epoch !== result.epoch);
    this.view = snapshotView(result);
    this._followSnapshot();
    this._emit('snapshot', this.view, { reset: reset });
    this._emit('change', this.view);
  }
  (Array.isArray(result.events) ? result.events : []).concat(early).forEach(function (e) { self._event(e); });
};

Client.prototype._event = function (event) {
  if (!isObject(event) || typeof event.seq !== 'number') { return; }
  if (this._early) {
    if (this._early.length < MAX_EARLY_EVENTS) { this._early.push(event); }
    return;
  }
  if (event.seq <= this.view.seq) { return; }
  if (event.seq !== this.view.seq + 1) {
    // An event is missing: take a fresh snapshot rather than show a call that is gone.
    this._startWatch(true);
    return;
  }
  foldEvent(this.view, event);
  this._followEvent(event);
  var type = String(event.type || '');
  this._emit(type, event);
  if (type.indexOf('.') > 0) { this._emit(type.slice(0, type.indexOf('.')), event); }
  this._emit('event', event);
  this._emit('change', this.view);
};

// What of the page concerns the connection: which tab the person looks at, sleep, and the other tabs of this site.

// Seconds within which a living connection answers.
var ALIVE_SECONDS = 5;

Client.prototype._reportFocus = function (always, cb) {
  var doc = root.document;
  if (!doc || this._options.focus === false) { return; }
  var visible = doc.visibilityState === undefined || doc.visibilityState === 'visible';
  var focused = visible && (!isFunction(doc.hasFocus) || doc.hasFocus());
  var now = visible + ' ' + focused;
  if (!always && (now === this._focus || this.state !== 'connected')) { return; }
  this._focus = now;
  this._send('page.focus', { visible: visible, focused: focused }, { timeoutSeconds: ALIVE_SECONDS }, cb || function () {});
};

Client.prototype._listen = function (target, type, fn) {
  if (!target || !isFunction(target.addEventListener)) { return; }
  target.addEventListener(type, fn);
  this._undo.push(function () { target.removeEventListener(type, fn); });
};

Client.prototype._listenToPage = function () {
  var self = this;
  var doc = root.document;
  function changed() {
    self._reportFocus(false);
    if (!doc || doc.visibilityState !== 'hidden') { self._hurry(); }
  }
  function woke() { self._wake(); }
  this._listen(doc, 'visibilitychange', changed);
  this._listen(root, 'focus', changed);
  this._listen(root, 'blur', changed);
  this._listen(doc, 'resume', woke);
  this._listen(root, 'pageshow', woke);
  this._listen(root, 'online', woke);
  // What was being shown goes with the page: somebody else shall show it.
  this._listen(root, 'pagehide', function () { self._leaving.forEach(function (leave) { leave(); }); });
  this._undo.push(followPagePolicy(this._url, function () {
    var ws = self._ws;
    self._forbidden = true;
    if (self.state === 'closed' || (ws && ws.readyState !== 0)) { return; }
    // Chromium leaves a forbidden socket as it is, neither open nor closed.
    if (ws) { self._closed(1006); ws.close(); } else { self._setState('blocked.page_policy'); }
  }));
};

// Background tabs count slowly and a sleeping computer not at all: what brings a page back should not wait for the timer.
Client.prototype._hurry = function () {
  if (!this._ws && (this.state === 'absent' || (this.state === 'connecting' && this.detail.reason === 'lost'))) { this._open(); }
};

// After a sleep a connection may be dead without a word: one that does not answer is given up and made anew.
Client.prototype._wake = function () {
  var self = this;
  var ws = this._ws;
  if (!ws || this.state !== 'connected') {
    this._hurry();
    return;
  }
  this._reportFocus(true, function (err) {
    if (!err || err.kind !== 'timeout' || ws !== self._ws) { return; }
    self._closed(1006);
    ws.close();
  });
};

/*
 * The tabs of a site tell each other when one has got through: the others, whose timers may run once a minute, follow at
 * once, and those that wait for the person's leave connect anew, since a connection has the rights it was opened with.
 */
Client.prototype._listenToSiblings = function () {
  var self = this;
  if (!isFunction(root.BroadcastChannel)) { return; }
  try {
    this._siblings = new root.BroadcastChannel('ctiagent ' + this._url);
  } catch (e) {
    return; // a page without an origin has no siblings
  }
  this._siblings.onmessage = function () {
    if (self.state !== 'unpaired') {
      self._hurry();
    } else if (!Object.keys(self._pending).length) { // else this tab is asking just now
      var ws = self._ws;
      self._ws = null;
      if (ws) { ws.close(); }
      self._open();
    }
  };
  this._undo.push(function () { self._siblings.close(); });
};

Client.prototype._tellSiblings = function () {
  if (this._siblings) { this._siblings.postMessage('connected'); }
};

// Objects that follow the desk: what they say is true now, and their verbs are about them.

// take makes the fields of an object those of its newest description; its own begin with an underscore.
function take(object, fields) {
  Object.keys(object).forEach(function (k) { if (k.charAt(0) !== '_') { delete object[k]; } });
  copy(object, fields);
}

// verbsOf gives a prototype the verbs of a noun. What bind answers is part of every request.
function verbsOf(proto, noun, except, bind) {
  METHODS.forEach(function (line) {
    var words = line.split(' ');
    if (words[0].indexOf(noun + '.') !== 0 || except.indexOf(words[0]) >= 0) { return; }
    proto[words[0].slice(noun.length + 1)] = function () {
      var asked = readArguments(words.slice(1).filter(function (w) { return w !== 'call'; }), arguments);
      return this._client.request(words[0], bind(this, asked.params), asked.options, asked.cb);
    };
  });
  proto.can = function (verb) {
    return Array.isArray(this.actions) && this.actions.indexOf(verb.indexOf('.') < 0 ? noun + '.' + verb : verb) >= 0;
  };
  speaker(proto);
}

/** A call: its fields are those of the local API and follow the call; on('change', fn) and on('<state>', fn) tell of it. */
function Call(client, fields) {
  this._client = client;
  this._listeners = {};
  take(this, fields);
}
verbsOf(Call.prototype, 'call', ['call.dial', 'call.redial', 'call.pickup'], function (call, params) {
  params.call = call.id;
  return params;
});

Call.prototype._became = function (fields) {
  var was = this.state;
  take(this, fields);
  if (was !== this.state) { this._emit(this.state, this); }
  this._emit('change', this);
};

/** The agent of the desk: its fields follow the agent's; on('change', fn) and on('<state>', fn) tell of it. */
function Person(client) {
  this._client = client;
  this._listeners = {};
}
verbsOf(Person.prototype, 'agent', ['agent.state'], function (agent, params) { return params; });
Person.prototype._became = Call.prototype._became;

/**
 * follow answers the object of a call, by its id or by what a request or event said of it: always the same one as long as
 * the call lives. Nothing for an id that the desk does not know.
 */
Client.prototype.follow = function (call) {
  var id = isObject(call) ? call.id : call;
  if (Object.prototype.hasOwnProperty.call(this._followed, id)) { return this._followed[id]; }
  // What the page holds may be older than what the desk has told since.
  var known = this.view.calls[id] || this.view.recent.filter(function (c) { return c.id === id; })[0] || (isObject(call) ? call : null);
  if (!known) { return null; }
  var object = new Call(this, known);
  if (object.state !== 'ended') { this._followed[id] = object; }
  return object;
};

/** calls answers the objects of all calls under way, oldest first. */
Client.prototype.calls = function () {
  var self = this;
  return Object.keys(this.view.calls).sort(function (a, b) {
    var x = self.view.calls[a].startedAt || '';
    var y = self.view.calls[b].startedAt || '';
    return x < y || (x === y && a < b) ? -1 : 1;
  }).map(function (id) { return self.follow(id); });
};

/** dial is call.dial that answers the call's object. */
Client.prototype.dial = function () {
  var self = this;
  var asked = readArguments(['number'], arguments);
  var d = deferred(asked.cb);
  var handle = this.request('call.dial', asked.params, asked.options, function (err, call) {
    d.settle(err, err ? undefined : self.follow(call));
  });
  d.handle.id = handle.id;
  d.handle.cancel = handle.cancel;
  return d.handle;
};

Client.prototype._followCall = function (fields) {
  if (!Object.prototype.hasOwnProperty.call(this._followed, fields.id)) { return; }
  var object = this._followed[fields.id];
  if (fields.state === 'ended') { delete this._followed[fields.id]; }
  object._became(fields);
};

Client.prototype._followEvent = function (event) {
  if (isObject(event.call)) { this._followCall(event.call); }
  if (isObject(event.agent)) { this.me._became(event.agent); }
};

// A snapshot tells of everything at once. A call that it does not know has ended unseen.
Client.prototype._followSnapshot = function () {
  var self = this;
  var view = this.view;
  Object.keys(this._followed).forEach(function (id) {
    var last = view.calls[id] || view.recent.filter(function (c) { return c.id === id; })[0];
    self._followCall(last || copy(copy({}, self._followed[id]._fields()), { state: 'ended', endReason: 'unknown', actions: [] }));
  });
  if (view.agent) { this.me._became(view.agent); }
};

Call.prototype._fields = function () {
  var own = {};
  var self = this;
  Object.keys(this).forEach(function (k) { if (k.charAt(0) !== '_') { own[k] = self[k]; } });
  return own;
};

// Seconds a trial may take when neither program nor browser says anything.
var TRIAL_SECONDS = 5;

/*
 * tryOut opens a connection of its own and calls back with what it found, a key of TEXTS: 'connected.ok', or what stands
 * in the way. While the browser asks the person it leaves the connection open, so that the question stays in sight.
 */
function tryOut(url, language, Socket, done) {
  var over = false;
  var forbidden = false;
  var timers = [];
  var ws = null;
  var unfollow = followPagePolicy(url, function () { forbidden = true; end('blocked.page_policy'); });
  function end(found) {
    if (over) { return; }
    over = true;
    timers.forEach(function (t) { root.clearTimeout(t); });
    unfollow();
    if (ws) {
      ws.onopen = ws.onmessage = ws.onclose = null;
      if (found === 'connecting.permission_prompt') { ws.onopen = function () { ws.close(); }; } else if (ws.readyState < 2) { ws.close(); }
    }
    done(found);
  }
  function unreached() {
    whyUnreached(false, function (found) {
      // The event that tells of a page's own policy may come a little after the socket's end.
      timers.push(root.setTimeout(function () { end(forbidden ? 'blocked.page_policy' : found); }, 50));
    });
  }
  timers.push(root.setTimeout(function () {
    if (!ws || ws.readyState !== 0 || isLoopbackHost(pageHost())) { return; }
    queryPermission(function (permission) {
      if (permission === 'prompt' && ws.readyState === 0) { end('connecting.permission_prompt'); }
    });
  }, 700));
  timers.push(root.setTimeout(unreached, TRIAL_SECONDS * 1000));
  try {
    ws = new Socket(url, SUBPROTOCOL);
  } catch (e) {
    timers.push(root.setTimeout(function () { end(e && e.name === 'SecurityError' ? 'blocked.mixed_content' : 'absent.not_running'); }, 50));
    return;
  }
  ws.onopen = function () {
    ws.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'session.hello', params: { client: 'diagnose', protocol: PROTOCOL, language: language } }));
  };
  ws.onmessage = function (ev) { end(paired(ev.data) ? 'connected.ok' : 'unpaired.not_paired'); };
  ws.onclose = function (ev) {
    var said = { 4001: 'incompatible.protocol', 4003: 'unpaired.origin_blocked', 4009: 'absent.stopping', 4029: 'connecting.too_many' }[ev.code];
    if (said) { end(said); } else { unreached(); }
  };
}

// Whether the answer to session.hello says that this page may use the program.
function paired(text) {
  try {
    var answer = JSON.parse(text);
    return isObject(answer.result) && answer.result.paired !== false;
  } catch (e) {
    return false;
  }
}

// Where no socket opens a single request may still get through. Calls back with true, false, or null for no answer.
function tryPost(url, done) {
  if (!isFunction(root.fetch) || !/^wss?:.*\/v1\/ws$/.test(url)) { done(null); return; }
  root.fetch(url.replace(/^ws/, 'http').replace(/ws$/, 'rpc'), {
    method: 'POST', headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'session.hello', params: { client: 'diagnose', protocol: PROTOCOL } })
  }).then(function (answer) { return answer.text(); }).then(function (text) { done(paired(text)); }, function () { done(null); });
}

function addressOf(host) {
  if (!host || isLoopbackHost(host)) { return 'loopback'; }
  return isPrivateAddress(host) ? 'private' : 'other';
}

/*
 * The rungs, best first: 'socket' has everything, 'post' has requests without events, 'link' are tel: and sip: links,
 * which ask the browser for nothing but which no page can try out, 'none' is left where the program itself is missing.
 */
function rungOf(found) {
  if (found === 'connected.ok') { return 'socket'; }
  if (found === 'connected.post_only') { return 'post'; }
  return /^(absent|incompatible)\./.test(found) ? 'none' : 'link';
}

function verdict(found, permission, language) {
  var text = textsFor(language)[found];
  var dot = found.indexOf('.');
  return {
    works: found.slice(0, dot) === 'connected',
    rung: rungOf(found),
    state: found.slice(0, dot),
    reason: found.slice(dot + 1),
    permission: permission || 'unknown',
    page: { secure: root.isSecureContext !== false, address: addressOf(pageHost()), framed: isFramed(), delegated: !frameLacksPermission() },
    message: text[0],
    hint: text[1]
  };
}

function findOut(url, options, language, known, done) {
  function conclude(found) {
    queryPermission(function (permission) { done(verdict(found, permission, language)); });
  }
  function tried(found) {
    if (found !== 'absent.not_running') { conclude(found); return; }
    tryPost(url, function (may) { conclude(may === null ? found : may ? 'connected.post_only' : 'unpaired.not_paired'); });
  }
  if (known) { conclude(known); } else { tryOut(url, language, options.WebSocket || root.WebSocket, tried); }
}

/**
 * diagnose finds out which way to ctiagent works for this page, and why a better one does not: {works, rung, state, reason,
 * permission, page, message, hint}. What the connection knows counts; else it tries, which may make the browser ask.
 */
Client.prototype.diagnose = function (cb) {
  var d = deferred(cb);
  var certain = ['connected.ok', 'connecting.permission_prompt', 'unpaired.not_paired', 'unpaired.origin_blocked', 'incompatible.protocol', 'blocked.page_policy'];
  var now = this.state + '.' + this.detail.reason;
  findOut(this._url, this._options, this._language, certain.indexOf(now) >= 0 ? now : '', function (answer) { d.settle(null, answer); });
  return d.handle;
};

var api = {
  /** connect starts a client and answers at once; see README.md for the options. */
  connect: function (options) { return new Client(options || {}); },
  /** diagnose is a client's diagnose for a page that has none: it connects nothing for good. Options are those of connect. */
  diagnose: function (options, cb) {
    if (isFunction(options)) { cb = options; options = undefined; }
    var d = deferred(cb);
    var o = options || {};
    findOut(endpoint(o), o, o.language || pageLanguage(), '', function (answer) { d.settle(null, answer); });
    return d.handle;
  },
  Error: CTIError,
  CTIError: CTIError,
  METHODS: METHODS.map(function (line) { return line.split(' ')[0]; }),
  EVENTS: EVENTS,
  STATES: ['connecting', 'connected', 'blocked', 'absent', 'unpaired', 'incompatible', 'closed'],
  PROTOCOL: PROTOCOL
};

export var connect = api.connect;
export var diagnose = api.diagnose;
export var METHODS = api.METHODS;
export var STATES = api.STATES;
export { CTIError, CTIError as Error, EVENTS, PROTOCOL };
export default api;
