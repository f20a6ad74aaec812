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
