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
