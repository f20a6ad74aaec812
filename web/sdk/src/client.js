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
