// The ticket in the address of a page that wants one. It is good once and belongs to nobody else.

function inAddress() { return /[#&]t=([^&]+)/.exec(location.hash); }

// takeTicket answers it, '' for none, and takes it out of the address before anything can read it there.
export function takeTicket() {
  const found = inAddress();
  if (!found) return '';
  history.replaceState(null, '', location.pathname + location.search);
  try {
    return decodeURIComponent(found[1]);
  } catch {
    return '';
  }
}

// newTicket takes up the address with a ticket that a person pastes into the open page: only the fragment of it is new, so the
// browser loads nothing by itself. Answers whether there was one.
export function newTicket() {
  if (!inAddress()) return false;
  location.reload();
  return true;
}
