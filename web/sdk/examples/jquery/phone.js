// Numbers that dial, a call bar and screen pops, for a page that has jQuery and no build. Callbacks only: no Promise needed.
jQuery(function ($) {
  var cti = CTIAgent.connect({ client: 'acme-crm/3.2' });

  function tell(err) {
    if (err) { $('#cti-state').text(err.message + ' ' + err.hint); }
  }

  // Every element with data-phone dials, also those that other scripts add later.
  $(document).on('click', '[data-phone]', function () {
    cti.dial($(this).attr('data-phone'), tell);
  });

  // Why there is no connection, and what the person can do about it.
  function state() {
    $('#cti-state').text(cti.state === 'connected' ? '' : cti.detail.message + ' ' + cti.detail.hint);
    $('#cti-pair').prop('hidden', cti.detail.reason !== 'not_paired');
  }
  cti.on('state', state);
  state();
  $('#cti-pair').on('click', function () { cti.pair(['observe', 'dial', 'control'], tell); });

  // The call bar: each call with the verbs that are legal now.
  function button(call, verb, text) {
    return call.can(verb) ? $('<button type="button">').text(text).on('click', function () { call[verb](tell); }) : null;
  }
  cti.on('change', function () {
    $('#cti-calls').empty().append($.map(cti.calls(), function (call) {
      var remote = call.remote || {};
      return $('<li>').attr('data-state', call.state).text((remote.display || remote.e164 || remote.raw || '') + ' ')
        .append(button(call, 'answer', 'Atender'), button(call, 'hold', 'Espera'), button(call, 'resume', 'Retomar'), button(call, 'hangup', 'Desligar'))[0];
    }));
  });

  // One page per call is asked: the one the person looks at. Say true only when the customer is in sight.
  cti.onPop(function (pop, answer) {
    $.getJSON('/customers', { phone: pop.call.remote.e164 })
      .done(function (customer) { $('#customer').text(customer.name); answer(true); })
      .fail(function () { answer(false); });
  });
});
