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
