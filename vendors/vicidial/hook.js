var ctiagentPage = { port: %PORT%, socket: null, ready: false, told: 0, pause: 1000, waiting: [] };
function ctiagentField(name) {
  try { return String(document.vicidial_form[name].value || ''); } catch (e) { return ''; }
}
function ctiagentAsk(method, params) {
  ctiagentPage.told++;
  ctiagentPage.socket.send(JSON.stringify({ jsonrpc: '2.0', id: ctiagentPage.told, method: method, params: params }));
  return ctiagentPage.told;
}
function ctiagentSend() {
  while (ctiagentPage.ready && ctiagentPage.waiting.length > 0) {
    ctiagentAsk('functions.invoke', { name: 'vicidial.agent_event', params: ctiagentPage.waiting.shift() });
  }
}
function ctiagentConnect() {
  var page = ctiagentPage, own = typeof LOGINvarONE == 'undefined' ? '' : String(LOGINvarONE), hello = 0, pair = 0;
  try {
    page.socket = new WebSocket('ws://127.0.0.1:' + (/^[0-9]{2,5}$/.test(own) ? own : page.port) + '/v1/ws', 'ctiagent.v1');
  } catch (e) { return; }
  page.socket.onopen = function () { hello = ctiagentAsk('session.hello', { client: 'vicidial-page/1', protocol: 1 }); };
  page.socket.onmessage = function (event) {
    var said;
    try { said = JSON.parse(event.data); } catch (e) { return; }
    if (said.id === hello && said.result && !said.result.paired) { pair = ctiagentAsk('session.pair', { scopes: ['control'] }); }
    if ((said.id === hello || said.id === pair) && said.result && said.result.paired) {
      page.ready = true;
      page.pause = 1000;
      ctiagentSend();
    }
  };
  page.socket.onclose = function () {
    page.ready = false;
    page.pause = Math.min(page.pause * 2, 30000);
    setTimeout(ctiagentConnect, page.pause * (0.5 + Math.random() / 2));
  };
}
function ctiagentEvent(type, message, counter) {
  setTimeout(function () {
    var event = { event_type: String(type), event_msg: String(message === undefined ? '' : message), event_counter: Number(counter) || 0 };
    if (type === 'call_answered') {
      var names = ['lead_id', 'list_id', 'phone_code', 'phone_number', 'title', 'first_name', 'middle_initial', 'last_name', 'address1', 'city',
        'state', 'postal_code', 'country_code', 'email', 'vendor_lead_code', 'source_id'];
      event.lead = {};
      for (var i = 0; i < names.length; i++) {
        if (ctiagentField(names[i]) !== '') { event.lead[names[i]] = ctiagentField(names[i]).substring(0, 255); }
      }
    }
    if (ctiagentPage.waiting.length < 50) { ctiagentPage.waiting.push(event); }
    ctiagentSend();
  }, 0);
}
ctiagentConnect();
