// Elements, icons, running times and toasts. Text is only ever set as text: what a PBX or a customer wrote is never markup.

import { language, t } from '/ui/i18n.js';

// el('button.btn', {type: 'button', onclick: fn}, child, 'text', null)
export function el(spec, props = {}, ...children) {
  const [tag, ...classes] = spec.split('.');
  const node = document.createElement(tag);
  if (classes.length) node.className = classes.join(' ');
  for (const [key, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? '' : value);
  }
  node.append(...children.flat().filter((c) => c !== null && c !== undefined && c !== false && c !== ''));
  return node;
}

// render replaces what a container shows and keeps the keyboard where it was, by data-key.
export function render(container, ...nodes) {
  const active = document.activeElement;
  const key = container.contains(active) ? active.dataset.key : undefined;
  container.replaceChildren(...nodes.flat().filter(Boolean));
  tick();
  if (!key) return;
  const again = [...container.querySelectorAll('[data-key]')].find((n) => n.dataset.key === key);
  if (again) again.focus();
  else if (container.tabIndex >= -1 && container.hasAttribute('tabindex')) container.focus();
}

const HANDSET = 'M6.4 3.6h2.9l1.5 4.3-1.9 1.7a11.6 11.6 0 0 0 5.5 5.5l1.7-1.9 4.3 1.5v2.9a2.9 2.9 0 0 1-3.1 2.8A15.6 15.6 0 0 1 3.6 6.7a2.9 2.9 0 0 1 2.8-3.1z';
const SHAPES = {
  phone: [HANDSET],
  incoming: [HANDSET, 'M20.5 3.5 15 9M15 4.6V9h4.4'],
  outgoing: [HANDSET, 'M15 9l5.5-5.5M16 3.5h4.5V8'],
  talking: [HANDSET, 'M14.6 3.4a6.4 6.4 0 0 1 6 6M14.8 7a2.9 2.9 0 0 1 2.2 2.2'],
  missed: ['M4 7l7 7 9-9M20 10V5h-5M4 19h16'],
  hangup: ['M2.6 13.2C7.8 8 16.2 8 21.4 13.2l-.3 3.1-5.1.4-.9-3a11 11 0 0 0-6.2 0l-.9 3-5.1-.4z'],
  pause: ['M9 5.5v13M15 5.5v13'],
  play: ['M8 5.2v13.6L18.5 12z'],
  mic: ['M12 3.5a2.8 2.8 0 0 1 2.8 2.8v4.9a2.8 2.8 0 0 1-5.6 0V6.3A2.8 2.8 0 0 1 12 3.5zM6 11.5a6 6 0 0 0 12 0M12 17.5v3'],
  micOff: ['M9.2 8.5v2.7a2.8 2.8 0 0 0 4.6 2.1M14.8 9.4V6.3a2.8 2.8 0 0 0-5.3-1.2M6 11.5a6 6 0 0 0 9.6 4.8M18 11.5c0 .8-.2 1.5-.4 2.1M12 17.5v3M4 4l16 16'],
  transfer: ['M4 8h13M13 4l4 4-4 4M20 16H7M11 12l-4 4 4 4'],
  merge: ['M5 5v3a5 5 0 0 0 5 5h9M5 21v-3a5 5 0 0 1 5-5M15.5 9.5 19 13l-3.5 3.5'],
  keypad: ['M6 6h.01M12 6h.01M18 6h.01M6 12h.01M12 12h.01M18 12h.01M6 18h.01M12 18h.01M18 18h.01'],
  record: ['M12 5a7 7 0 1 1 0 14 7 7 0 0 1 0-14zM12 10.5a1.5 1.5 0 1 1 0 3 1.5 1.5 0 0 1 0-3z'],
  more: ['M5.5 12h.01M12 12h.01M18.5 12h.01'],
  note: ['M6 3.5h9l4 4v13H6zM15 3.5v4h4M9 12h7M9 16h7'],
  tag: ['M4 4h7.5L20.5 13 13 20.5 4 11.5zM8.5 8.5h.01'],
  check: ['M5 12.5 10 17.5 19.5 7'],
  warn: ['M12 4 21 19.5H3zM12 10v4.2M12 17h.01'],
  cross: ['M6 6l12 12M18 6 6 18'],
  plug: ['M9 3.5v5M15 3.5v5M6.5 8.5h11v3a5.5 5.5 0 0 1-11 0zM12 17v3.5'],
  cut: ['M9 3.5v3M15 3.5v5M8.5 8.5h9v3a5.5 5.5 0 0 1-.8 2.9M12 17a5.5 5.5 0 0 1-5.5-5.5v-2M12 17v3.5M4 4l16 16'],
  user: ['M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM4.5 20.5a7.5 7.5 0 0 1 15 0'],
  off: ['M12 3.5v8M7 6.2a8 8 0 1 0 10 0'],
  search: ['M10.5 4a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13zM15.5 15.5 20.5 20.5'],
  back: ['M20 12H5M11 6l-6 6 6 6'],
  list: ['M8.5 6.5H20M8.5 12H20M8.5 17.5H20M4.5 6.5h.01M4.5 12h.01M4.5 17.5h.01'],
  lock: ['M6 11h12v9.5H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3'],
  clock: ['M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16zM12 8v4.5l3 2'],
};

// icon is decoration beside a word, hidden from screen readers.
export function icon(name) {
  const ns = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(ns, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  for (const d of SHAPES[name]) {
    const path = document.createElementNS(ns, 'path');
    path.setAttribute('d', d);
    svg.append(path);
  }
  return svg;
}

// ---- running times ----

export function clock(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  const two = (n) => String(n).padStart(2, '0');
  return s >= 3600 ? Math.floor(s / 3600) + ':' + two(Math.floor(s / 60) % 60) + ':' + two(s % 60) : two(Math.floor(s / 60)) + ':' + two(s % 60);
}

// since is an element whose text is the time since an instant, kept running; with a limit in seconds it turns red beyond.
export function since(instant, spec = 'span.num', limitSeconds = 0) {
  return el(spec, { 'data-since': instant, 'data-limit': limitSeconds || null, 'aria-live': 'off' });
}

export function between(from, to) {
  const seconds = (Date.parse(to) - Date.parse(from)) / 1000;
  return Number.isFinite(seconds) ? clock(seconds) : '';
}

// How far the program's clock is ahead of the page's, in milliseconds.
let ahead = 0;

// followClock takes the program's word for what time it is, for running times from then on.
export function followClock(instant) {
  const now = Date.parse(instant);
  if (Number.isFinite(now)) ahead = now - Date.now();
}

// now is the program's time in milliseconds.
export function now() { return Date.now() + ahead; }

export function tick() {
  for (const node of document.querySelectorAll('[data-since]')) {
    const seconds = (now() - Date.parse(node.dataset.since)) / 1000;
    const text = Number.isFinite(seconds) ? clock(seconds) : '';
    if (node.textContent !== text) node.textContent = text;
    if (node.dataset.limit) node.classList.toggle('over', seconds > Number(node.dataset.limit));
  }
}

// keepTime starts the one timer of a page.
export function keepTime() { setInterval(tick, 1000); }

// ---- toasts ----

export function toast({ message, hint, tone = 'bad' }) {
  const box = document.getElementById('toasts');
  const note = el('div.toast.tone-' + tone, { role: tone === 'bad' ? 'alert' : 'status' },
    icon(tone === 'bad' ? 'warn' : 'check'),
    el('div', {}, el('b', {}, message), hint ? el('p', {}, hint) : null),
    el('button.btn.quiet', { type: 'button', 'aria-label': t('toast.close'), onclick: () => note.remove() }, icon('cross')));
  while (box.children.length >= 3) box.firstElementChild.remove();
  box.append(note);
  setTimeout(() => note.remove(), tone === 'bad' ? 15000 : 6000);
}

// failed shows what a refused request says; what somebody canceled needs no words.
export function failed(err) {
  if (err.kind !== 'canceled') toast(said(err));
}

// said is an error for people. The service's own sentence is the hint; beside it, it speaks English, but what a PBX
// answered is shown as the PBX wrote it.
export function said(err) {
  const data = err.data;
  if (!data || !data.hint || language() === 'en' || (data.driver && data.sent === 'yes')) {
    return { message: err.message || t('error.unknown'), hint: err.hint };
  }
  const tail = ': ' + data.text;
  const title = data.driver && err.message.endsWith(tail) ? err.message.slice(0, -tail.length) : '';
  return title ? { message: title, hint: err.hint } : { message: err.hint };
}

// busy runs a request and disables its control until the answer.
export async function busy(control, request) {
  control.disabled = true;
  control.setAttribute('aria-busy', 'true');
  try {
    const answer = await request();
    // What waits was not done, and must not be done a second time.
    if (answer && answer.stored === 'queued') toast({ message: t('outbox.queued'), tone: 'ok' });
    return answer;
  } catch (err) {
    failed(err);
    return undefined;
  } finally {
    control.disabled = false;
    control.removeAttribute('aria-busy');
  }
}

// dropStrayClicks makes a page ignore the second click of a double click when the first one met something else: a person
// who presses twice means one thing, also when the page moved or a dialog opened in between.
export function dropStrayClicks() {
  const met = (ev) => {
    const control = ev.target instanceof Element ? ev.target.closest('button, a') : null;
    return control && (control.dataset.key || control);
  };
  let first = null;
  document.addEventListener('click', (ev) => {
    const now = met(ev);
    if (ev.detail <= 1) {
      first = now;
    } else if (now && now !== first) {
      ev.preventDefault();
      ev.stopPropagation();
    }
  }, true);
}

// announce says a sentence to screen readers once.
export function announce(sentence) {
  const live = document.getElementById('announce');
  if (live.textContent !== sentence) live.textContent = sentence;
}
