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
