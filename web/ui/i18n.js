// Sentences of the pages in the person's language: loads the three catalogues, chooses one, fills the page.

const LANGUAGES = ['pt-BR', 'es', 'en'];
const STORED = 'ctiagent.language';

let catalogues = {};
let current = 'pt-BR';

function stored() {
  try {
    return localStorage.getItem(STORED) || '';
  } catch {
    return ''; // storage may be switched off
  }
}

function best(wanted) {
  for (const w of wanted) {
    const found = LANGUAGES.find((l) => l.slice(0, 2) === String(w).slice(0, 2).toLowerCase());
    if (found) return found;
  }
  return '';
}

// load fetches every catalogue, so that a switch works also while the program is away. The first language is the
// person's own choice, else the one of `prefer`, else the browser's, else Portuguese.
export async function load(prefer) {
  const all = await Promise.all(LANGUAGES.map((l) => fetch('/i18n/' + l + '.json').then((r) => r.json())));
  catalogues = Object.fromEntries(LANGUAGES.map((l, i) => [l, all[i]]));
  current = best([stored(), ...(prefer ? [prefer] : navigator.languages || [])]) || 'pt-BR';
  document.documentElement.lang = current;
}

export function language() { return current; }

export function choose(next) {
  current = best([next]) || current;
  document.documentElement.lang = current;
  try {
    localStorage.setItem(STORED, current);
  } catch {
    // the choice then lasts as long as the page
  }
}

// t is the sentence of a key, with {name} replaced by vars.name.
export function t(key, vars = {}) {
  const text = (catalogues[current] || {})[key];
  if (text === undefined) throw new Error('no sentence for ' + key);
  return text.replace(/\{(\w+)\}/g, (_, name) => (vars[name] === undefined || vars[name] === null ? '' : String(vars[name])));
}

// has tells whether a key made from somebody else's word (a state, a reason) has a sentence.
export function has(key) { return (catalogues[current] || {})[key] !== undefined; }

// fill puts sentences into elements that name their key: data-t for text, data-t-label, data-t-placeholder, data-t-title.
export function fill(root = document) {
  for (const el of root.querySelectorAll('[data-t]')) el.textContent = t(el.dataset.t);
  for (const el of root.querySelectorAll('[data-t-label]')) el.setAttribute('aria-label', t(el.dataset.tLabel));
  for (const el of root.querySelectorAll('[data-t-placeholder]')) el.setAttribute('placeholder', t(el.dataset.tPlaceholder));
  const title = document.querySelector('title[data-t]');
  if (title) document.title = t(title.dataset.t);
}

// picker wires a <select> to the language.
export function picker(select, changed) {
  select.value = current;
  select.addEventListener('change', () => {
    choose(select.value);
    fill();
    changed(current);
  });
}
