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
