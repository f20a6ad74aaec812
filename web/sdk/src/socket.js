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
