// Questions a verb needs answered first. Each answers its parameters, or null when the person thinks better of it.

import { t } from '/ui/i18n.js';
import { el, icon, clock } from '/ui/dom.js';

function ask(titleKey, body, confirmKey, read, look = 'primary') {
  return new Promise((resolve) => {
    const heading = 'dialog-title';
    const confirm = el('button.btn.' + look, { type: 'submit' }, t(confirmKey));
    const form = el('form', { method: 'dialog' },
      el('h2', { id: heading }, t(titleKey)), body,
      el('div.ends', {}, el('button.btn', { type: 'button', onclick: () => dialog.close() }, t('dialog.cancel')), confirm));
    const dialog = el('dialog', { 'aria-labelledby': heading }, form);
    let result = null;
    form.addEventListener('submit', (ev) => {
      ev.preventDefault();
      result = read();
      if (result) dialog.close();
    });
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(result);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

function field(labelKey, control) {
  return el('label.field', {}, el('span', {}, t(labelKey)), control);
}

function choice(name, value, checked, ...content) {
  return el('label.check', {}, el('input', { type: 'radio', name, value, checked }), content);
}

// askWhich asks for one of several things to do, each {value, icon, word}; answers its value.
export function askWhich(choices) {
  return new Promise((resolve) => {
    let chosen = null;
    const dialog = el('dialog', { 'aria-labelledby': 'dialog-title' }, el('form', { method: 'dialog' },
      el('h2', { id: 'dialog-title' }, t('call.moreTitle')),
      el('div.choices', {}, choices.map((c) => el('button.btn', { type: 'button', onclick: () => { chosen = c.value; dialog.close(); } }, icon(c.icon), c.word))),
      el('div.ends', {}, el('button.btn', { type: 'button', onclick: () => dialog.close() }, t('dialog.cancel')))));
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(chosen);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

// askSure asks whether something is meant, in sentences that are put together already.
export function askSure(title, text, yes, look) {
  return new Promise((resolve) => {
    let sure = false;
    const dialog = el('dialog', { 'aria-labelledby': 'dialog-title', 'aria-describedby': 'dialog-text' }, el('form', { method: 'dialog' },
      el('h2', { id: 'dialog-title' }, title), el('p', { id: 'dialog-text' }, text),
      el('div.ends', {}, el('button.btn', { type: 'button', autofocus: true, onclick: () => dialog.close() }, t('dialog.cancel')),
        el('button.btn.' + look, { type: 'button', 'data-sure': '', onclick: () => { sure = true; dialog.close(); } }, yes))));
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(sure);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

export function askTransfer() {
  const to = el('input', { type: 'tel', required: true, maxlength: 64, autocomplete: 'off', autofocus: true });
  const modes = el('fieldset', {}, el('legend', {}, t('transfer.mode')),
    choice('mode', 'blind', true, el('span', {}, t('transfer.blind'))),
    choice('mode', 'attended', false, el('span', {}, t('transfer.attended'))));
  return ask('transfer.title', [field('transfer.to', to), modes], 'transfer.confirm',
    () => (to.value.trim() ? { to: to.value.trim(), mode: modes.querySelector('input:checked').value } : null));
}

export function askDigits() {
  const digits = el('input', { type: 'text', inputmode: 'tel', pattern: '[0-9A-Da-d*#,]+', required: true, maxlength: 64, autocomplete: 'off', autofocus: true });
  const keys = el('div.keys', { role: 'group', 'aria-label': t('dtmf.keys') }, [...'123456789*0#'].map((k) =>
    el('button.btn', { type: 'button', onclick: () => { digits.value += k; } }, k)));
  return ask('dtmf.title', [field('dtmf.digits', digits), keys], 'dtmf.confirm', () => (digits.value ? { digits: digits.value.toUpperCase() } : null));
}

// askText asks for one text: `kind` names its sentences, `param` the parameter it becomes.
export function askText(kind, param) {
  const text = el('input', { type: 'text', required: true, maxlength: 500, autocomplete: 'off', autofocus: true });
  const sentences = kind === 'tag' ? ['tag.title', 'tag.text', 'tag.confirm'] : ['disposition.title', 'disposition.code', 'disposition.confirm'];
  return ask(sentences[0], field(sentences[1], text), sentences[2], () => (text.value.trim() ? { [param]: text.value.trim() } : null));
}

const ENTRY_FIELDS = { code: 'outbox.code', note: 'outbox.note', text: 'outbox.text', at: 'outbox.when', reason: 'outbox.reason' };

// askEntry asks what an entry of the outbox shall say; answers what was changed.
export function askEntry(entry) {
  const local = (instant) => {
    const d = new Date(instant);
    return Number.isNaN(d.getTime()) ? '' : new Date(d.getTime() - d.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
  };
  const fields = {
    'call.setDisposition': ['code', 'note', ...(entry.at ? ['at'] : [])], 'call.tag': ['text'], 'callback.schedule': ['at', 'note'], 'agent.pause': ['reason', 'note'],
  }[entry.method] || [];
  const inputs = fields.map((name) => {
    const input = el('input', { type: name === 'at' ? 'datetime-local' : 'text', name, maxlength: name === 'at' ? null : 500, autocomplete: 'off', required: name === 'text' || name === 'at' });
    input.value = name === 'at' ? local(entry.at) : entry[name] || '';
    return [name, input, input.value];
  });
  return ask('outbox.editTitle', inputs.map(([name, input]) => field(ENTRY_FIELDS[name], input)), 'outbox.save', () => {
    const out = {};
    for (const [name, input, before] of inputs) {
      if (input.value !== before) out[name] = name === 'at' ? new Date(input.value).toISOString() : input.value.trim();
    }
    return out;
  });
}

export function askPause(reasons, onCall) {
  const list = el('fieldset', {}, el('legend', {}, t('pause.reason')), reasons.length
    ? reasons.map((r, i) => choice('reason', String(r.id), i === 0, el('span', {}, r.name), r.limitSeconds ? el('span.muted.small.num', {}, t('pause.limit', { time: clock(r.limitSeconds) })) : null))
    : el('p.muted', {}, t('pause.noReasons')));
  const note = el('input', { type: 'text', maxlength: 200, autocomplete: 'off' });
  const noteField = field('pause.note', note);
  const when = el('fieldset', {}, el('legend', {}, t('pause.when')),
    choice('when', 'now', !onCall, el('span', {}, t('pause.now'))), choice('when', 'afterCall', onCall, el('span', {}, t('pause.afterCall'))));
  when.hidden = !onCall;
  const chosen = () => reasons.find((r) => String(r.id) === (list.querySelector('input:checked') || {}).value);
  const follow = () => {
    note.required = !!(chosen() && chosen().needsNote);
    noteField.hidden = !note.required;
  };
  list.addEventListener('change', follow);
  follow();
  return ask('pause.title', [list, noteField, when], 'pause.confirm', () => {
    const params = {};
    if (chosen()) params.reason = String(chosen().id);
    if (note.required) params.note = note.value.trim();
    if (onCall) params.when = when.querySelector('input:checked').value;
    return params;
  });
}

export function askLogin(known) {
  const input = (type, value) => el('input', { type, value: value || '', maxlength: 64, autocomplete: 'off' });
  const who = input('text', known.id);
  const extension = input('text', known.extension);
  const password = input('password');
  const campaign = input('text');
  const remember = el('input', { type: 'checkbox' }); // never chosen for the person
  return ask('login.title', [el('p.muted.small', {}, t('login.help')), field('login.agent', who), field('login.extension', extension), field('login.password', password), el('label.check', {}, remember, el('span', {}, t('login.remember'))), field('login.campaign', campaign)], 'login.confirm', () => {
    const params = {};
    for (const [name, control] of [['agent', who], ['extension', extension], ['password', password], ['campaign', campaign]]) {
      if (control.value.trim()) params[name] = control.value.trim();
    }
    if (params.password && remember.checked) params.remember = 'yes';
    password.value = ''; // it is on its way and is kept nowhere here
    return params;
  });
}
