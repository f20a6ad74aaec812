// The service level over the day as a line, drawn to the width it has, with a table of the same figures for screen readers.

import { t, language } from '/ui/i18n.js';
import { el } from '/ui/dom.js';

const NS = 'http://www.w3.org/2000/svg';

function svg(name, attributes, text) {
  const node = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, String(value));
  if (text !== undefined) node.textContent = text;
  return node;
}

// levelOf is the share of calls that were answered within the threshold, in percent, of all but those who gave up before it:
// they left nobody a chance. null without any call that counts.
export function levelOf(pieces) {
  let good = 0;
  let all = 0;
  for (const p of pieces) {
    good += p.answeredWithin;
    all += p.answeredWithin + p.answeredLate + p.abandonedLate;
  }
  return all ? (100 * good) / all : null;
}

function hour(instant) { return new Date(instant).toLocaleTimeString(language(), { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }); }

function table(pieces, label) {
  const heads = ['board.hour', 'board.answeredWithin', 'board.answeredLate', 'board.abandonedWithin', 'board.abandonedLate', 'part.level'];
  return el('div.visually-hidden', {}, el('table', {}, el('caption', {}, label), el('thead', {}, el('tr', {}, heads.map((h) => el('th', { scope: 'col' }, t(h))))),
    el('tbody', {}, pieces.map((p) => {
      const own = levelOf([p]);
      return el('tr', {}, el('th', { scope: 'row' }, hour(p.from) + '–' + hour(p.to)),
        [p.answeredWithin, p.answeredLate, p.abandonedWithin, p.abandonedLate].map((n) => el('td', {}, String(n))), el('td', {}, own === null ? '–' : Math.round(own) + ' %'));
    }))));
}

// draw makes the picture: one point in the middle of each piece, a gap where no call counts.
function draw(pieces, width, height, em, target, label) {
  const left = 3.6 * em;
  const right = 1.2 * em;
  const top = 0.8 * em;
  const bottom = 1.9 * em;
  const first = Date.parse(pieces[0].from);
  const last = Math.max(...pieces.map((p) => Date.parse(p.to)));
  const x = (ms) => left + ((ms - first) / (last - first)) * (width - left - right);
  const y = (percent) => top + (1 - percent / 100) * (height - top - bottom);
  const out = svg('svg', { class: 'chart', viewBox: `0 0 ${width} ${height}`, width, height, role: 'img', 'aria-label': label });
  for (const percent of [0, 25, 50, 75, 100]) {
    out.append(svg('line', { class: 'rule', x1: left, x2: width - right, y1: y(percent), y2: y(percent) }),
      svg('text', { class: 'mark', x: left - 0.5 * em, y: y(percent) + 0.35 * em, 'text-anchor': 'end' }, percent + ' %'));
  }
  const starts = [...pieces.map((p) => Date.parse(p.from)), last];
  const every = Math.ceil(starts.length / Math.max(2, Math.floor((width - left - right) / (4.2 * em))));
  starts.forEach((ms, i) => {
    if (i % every) return;
    out.append(svg('line', { class: 'tick', x1: x(ms), x2: x(ms), y1: y(0), y2: y(0) + 0.3 * em }),
      svg('text', { class: 'mark', x: x(ms), y: height - 0.5 * em, 'text-anchor': ms === last ? 'end' : 'middle' }, hour(ms)));
  });
  if (target) out.append(svg('line', { class: 'target', x1: left, x2: width - right, y1: y(target), y2: y(target) }));
  let path = '';
  const dots = [];
  for (const p of pieces) {
    const percent = levelOf([p]);
    if (percent === null) {
      path += ' ';
      continue;
    }
    const at = [x((Date.parse(p.from) + Date.parse(p.to)) / 2), y(percent)];
    path += (path === '' || path.endsWith(' ') ? 'M' : 'L') + at[0].toFixed(1) + ',' + at[1].toFixed(1);
    dots.push(svg('circle', { class: 'dot', cx: at[0].toFixed(1), cy: at[1].toFixed(1), r: 0.32 * em, 'data-percent': Math.round(percent) }));
  }
  if (path.trim()) out.append(svg('path', { class: 'line', d: path.trim() }));
  out.append(...dots);
  return out;
}

// chart is the picture and the table; it draws itself anew when its width changes. Each status has a chart of its own, so what
// watches the width must not hold the box: the engine would keep both, and all that stood around them, for as long as the page lives.
export function chart(pieces, { target = 0, label = '' } = {}) {
  const inner = el('div.chart-box', {});
  let was = 0;
  new ResizeObserver(([{ target: box }], observer) => {
    if (!box.isConnected) {
      observer.disconnect();
      return;
    }
    const width = Math.floor(box.clientWidth);
    if (width < 60 || width === was) return;
    was = width;
    const em = parseFloat(getComputedStyle(box).fontSize);
    box.replaceChildren(draw(pieces, width, Math.round(Math.min(Math.max(width * 0.42, 11 * em), 17 * em)), em, target, label));
  }).observe(inner);
  return el('div', {}, inner, table(pieces, label));
}
