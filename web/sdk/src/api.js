var api = {
  /** connect starts a client and answers at once; see README.md for the options. */
  connect: function (options) { return new Client(options || {}); },
  /** diagnose is a client's diagnose for a page that has none: it connects nothing for good. Options are those of connect. */
  diagnose: function (options, cb) {
    if (isFunction(options)) { cb = options; options = undefined; }
    var d = deferred(cb);
    var o = options || {};
    findOut(endpoint(o), o, o.language || pageLanguage(), '', function (answer) { d.settle(null, answer); });
    return d.handle;
  },
  Error: CTIError,
  CTIError: CTIError,
  METHODS: METHODS.map(function (line) { return line.split(' ')[0]; }),
  EVENTS: EVENTS,
  STATES: ['connecting', 'connected', 'blocked', 'absent', 'unpaired', 'incompatible', 'closed'],
  PROTOCOL: PROTOCOL
};
