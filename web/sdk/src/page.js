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
