var PROTOCOL = 1;
var DEFAULT_PORT = 21470;
var SUBPROTOCOL = 'ctiagent.v1';
var MAX_RECENT = 50;
var MAX_EARLY_EVENTS = 1000;

// Every method a page may call: its name, then the parameters that may be given by position.
var METHODS = [
  'session.hello', 'session.pair scopes',
  'desk.watch', 'desk.unwatch', 'desk.snapshot', 'desk.claimPop claim', 'page.focus visible focused',
  'call.dial number', 'call.answer call', 'call.reject call', 'call.hangup call', 'call.hold call', 'call.resume call',
  'call.mute call', 'call.unmute call', 'call.startRecording call', 'call.stopRecording call',
  'call.completeTransfer call', 'call.cancelTransfer call', 'call.conference call', 'call.transfer to',
  'call.sendDtmf digits', 'call.redial', 'call.pickup', 'call.tag text', 'call.setDisposition code',
  'call.toggleHold call', 'call.toggleMute call',
  'agent.login agent', 'agent.logout', 'agent.pause reason', 'agent.unpause', 'agent.state', 'agent.pauseReasons',
  'callback.schedule number at',
  'softphone.dial', 'softphone.digit digit', 'softphone.line line', 'softphone.startTransfer',
  'softphone.toggleAutoAnswer', 'softphone.quit', 'softphone.restart',
  'contact.add', 'contact.update', 'contact.remove', 'blacklist.add number', 'blacklist.remove number',
  'queue.list', 'queue.status', 'campaign.list', 'campaign.setActive', 'directory.list', 'recording.get', 'report.calls',
  'server.status', 'functions.list vendor', 'functions.invoke name params', 'number.explain text', 'history.list',
  'stream.read stream max', 'stream.close stream', 'rpc.cancel id', 'rpc.discover'
];

// Seconds a request may stay unanswered. A person answers session.pair, and a report can run for minutes.
var REQUEST_SECONDS = 30;
var SLOW_SECONDS = { 'session.pair': 300, 'functions.invoke': 300, 'recording.get': 300, 'report.calls': 300 };
// Seconds a request waits for a connection that is being made. Short: a number must not be dialled long after the click.
var WAIT_SECONDS = 5;

// What the program tells of; agent.on takes any of them.
var EVENTS = [
  'call.dialing', 'call.ringing', 'call.connected', 'call.held', 'call.resumed', 'call.transferred', 'call.ended', 'call.updated',
  'call.preview', 'callback.due', 'agent.changed', 'driver.changed', 'outbox.changed'
];
