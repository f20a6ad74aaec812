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
