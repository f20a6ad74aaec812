package localapi

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"ctiagent/cti"
	"ctiagent/localapi/protocol"
)

// ticketLife is how long a ticket waits to be used.
const ticketLife = time.Minute

// tickets are the one-time rights of the control page. Our own origin alone
// proves nothing: another program may have served pages from this port before,
// and left a service worker in the browser.
type tickets struct {
	clock cti.Clock

	mu    sync.Mutex
	list  []ticket
	wrong *rate.Limiter // tickets that nobody issued
}

type ticket struct {
	text   string
	person cti.Person
	until  time.Time
}

// wrongTickets is how many tickets that nobody issued are taken in a row, and wrongTicketsEvery when there may be one more. A
// person opens an old tab now and then; a program guesses.
const (
	wrongTickets      = 10
	wrongTicketsEvery = 30 * time.Second
)

func newTickets(clock cti.Clock) tickets {
	return tickets{clock: clock, wrong: rate.NewLimiter(rate.Every(wrongTicketsEvery), wrongTickets)}
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

// redeem uses a ticket up, for the person it was issued to. After too many wrong ones none is taken for a while.
func (t *tickets) redeem(text string, p cti.Person) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.clock.Now()
	if t.wrong.TokensAt(now) < 1 {
		return &cti.Error{Kind: cti.RateLimited, Op: protocol.SessionHello, Text: "too many wrong tickets", Hint: protocol.HintTicketWait, Retryable: true}
	}
	t.expire()
	found := -1
	for i, k := range t.list { // all of them: how long it takes tells nothing
		if subtle.ConstantTimeCompare([]byte(k.text), []byte(text)) == 1 {
			found = i
		}
	}
	owner := cti.Person{}
	if found >= 0 {
		owner = t.list[found].person
		t.list = append(t.list[:found], t.list[found+1:]...)
	}
	if found < 0 || owner.ID != p.ID {
		t.wrong.AllowN(now, 1)
		return refusal(cti.Forbidden, protocol.SessionHello, "the ticket is used up, too old or somebody else's", protocol.HintTicket)
	}
	return nil
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
