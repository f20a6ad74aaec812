package localapi

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"sync"
	"time"

	"ctiagent/cti"
)

// ticketLife is how long a ticket waits to be used.
const ticketLife = time.Minute

// tickets are the one-time rights of the control page. Our own origin alone
// proves nothing: another program may have served pages from this port before,
// and left a service worker in the browser.
type tickets struct {
	clock cti.Clock

	mu   sync.Mutex
	list []ticket
}

type ticket struct {
	text   string
	person cti.Person
	until  time.Time
}

// issue makes a ticket that is good once, for a minute from now.
func (t *tickets) issue(p cti.Person) string {
	text := newTicket()
	t.accept(text, p)
	return text
}

// newTicket is 32 random bytes as text.
func newTicket() string {
	var b [32]byte
	rand.Read(b[:]) // never fails: it ends the program rather than give weak bytes
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// accept makes a ticket good from now on. When too many wait, the oldest goes.
func (t *tickets) accept(text string, p cti.Person) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.expire()
	if len(t.list) >= maxTickets {
		t.list = append(t.list[:0], t.list[1:]...)
	}
	t.list = append(t.list, ticket{text, p, t.clock.Now().Add(ticketLife)})
}

// redeem uses a ticket up, for the person it was issued to.
func (t *tickets) redeem(text string, p cti.Person) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.expire()
	found := -1
	for i, k := range t.list { // all of them: how long it takes tells nothing
		if subtle.ConstantTimeCompare([]byte(k.text), []byte(text)) == 1 {
			found = i
		}
	}
	if found < 0 {
		return false
	}
	owner := t.list[found].person
	t.list = append(t.list[:found], t.list[found+1:]...)
	return owner.ID == p.ID
}

func (t *tickets) expire() {
	now, kept := t.clock.Now(), t.list[:0]
	for _, k := range t.list {
		if now.Before(k.until) {
			kept = append(kept, k)
		}
	}
	t.list = kept
}
