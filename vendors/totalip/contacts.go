package totalip

import (
	"strings"
	"sync"

	"ctiagent/cti"
)

// param1Name is the name of a customer's first parameter, by which an outcome is filed.
const param1Name = "parametro1"

// mostContacts bounds how many customers are remembered.
const mostContacts = 512

// customer is whom a call is with, in the words of its campaign: what an outcome is filed for.
type customer struct {
	code             string // of the call; "" while no line has told it
	number           string
	campaign, param1 string // "" for a call of no campaign
}

// contacts remembers the customers of the last calls and of what was shown to the agent, for the verbs; Run writes it. The
// zero value is empty.
type contacts struct {
	mu    sync.Mutex
	calls map[string]customer // by ref
	order []string            // of calls, oldest first
	shown []customer          // of previews and reminders, oldest first
}

// learn files what is known of a call now, and answers it with what was known before.
func (c *contacts) learn(ref string, told customer) customer {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.calls == nil {
		c.calls = map[string]customer{}
	}
	old, known := c.calls[ref]
	if !known {
		c.order = append(c.order, ref)
	}
	if told.campaign == "" {
		told.campaign, told.param1 = old.campaign, old.param1
	}
	if told.code == "" {
		told.code = old.code
	}
	if told.campaign == "" { // a call to somebody whom a preview or a reminder has shown
		for _, s := range c.shown {
			if told.number != "" && cti.SameNumber(s.number, told.number) {
				told.campaign, told.param1, told.number = s.campaign, s.param1, s.number
			}
		}
	}
	c.calls[ref] = told
	if len(c.order) > mostContacts {
		delete(c.calls, c.order[0])
		c.order = c.order[1:]
	}
	return told
}

// show files a customer who was shown to the agent.
func (c *contacts) show(told customer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.shown = append(c.shown, told); len(c.shown) > mostContacts {
		c.shown = c.shown[1:]
	}
}

// of is the customer of a call.
func (c *contacts) of(ref string) customer {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.calls[ref]
}

// customerOf is the customer of the call a wish is about: as Run knows it, else as the call was when the wish began to wait.
func (s *session) customerOf(t cti.Target) customer {
	if who := s.contacts.of(t.Ref); who.campaign != "" || t.Kept == nil {
		return who
	}
	who := kept(t)
	if !strings.HasPrefix(t.Ref, mintedRef) {
		who.code = t.Ref
	}
	return who
}

// customerWith is the customer with a number: as Run knows them, else as their last call was when the wish began to wait.
func (s *session) customerWith(number string, t cti.Target) customer {
	if who := s.contacts.with(number); who.campaign != "" || t.Kept == nil {
		return who
	}
	return kept(t)
}

func kept(t cti.Target) customer {
	return customer{number: t.Kept.Number, campaign: t.Kept.Campaign, param1: t.Kept.Contact[param1Name]}
}

// with is the customer with a number, of the latest call or showing.
func (c *contacts) with(number string) (found customer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range c.shown {
		if cti.SameNumber(s.number, number) {
			found = s
		}
	}
	for _, ref := range c.order {
		if s := c.calls[ref]; s.campaign != "" && cti.SameNumber(s.number, number) {
			found = s
		}
	}
	return found
}

// code is the code of a call.
func (c *contacts) code(ref string) string { return c.of(ref).code }

// forget empties it: another desk's customers are nobody's here.
func (c *contacts) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls, c.order, c.shown = nil, nil, nil
}
