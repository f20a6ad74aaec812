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
