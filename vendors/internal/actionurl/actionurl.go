// Package actionurl takes what desk phones tell by calling an address of ours at each event.
package actionurl

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"sync"

	"ctiagent/cti"
	"ctiagent/vendors/internal/wire"
)

// longest bounds one value of a notice, in bytes.
const longest = 128

// Notice is one event of a phone. Everything but Event is as the phone told it, "" where it did not: no document says how a
// phone escapes the values, so what is doubtful is left out.
type Notice struct {
	Event  string // the last word of the address, such as incoming
	Number string // of the other end, as the phone writes it
	Name   string // of the other end
	Local  string // the phone's own extension
	MAC    string
}

// The parameters a site enters behind an address, see [Address].
const (
	paramRemote  = "remote"
	paramDisplay = "display"
	paramLocal   = "local"
	paramMAC     = "mac"
)

// Address is what a site enters in the phone for an event, given the receiver door's address for it: without scheme, since
// Grandstream's phones take none, and with the variables of the phone.
func Address(receiver string) string {
	_, address, ok := strings.Cut(receiver, "://")
	if !ok {
		address = receiver
	}
	return address + "?" + paramRemote + "=$remote&" + paramDisplay + "=$display_remote&" + paramLocal + "=$local&" + paramMAC + "=$mac"
}

// Read makes a notice of what came. A value that repeats, is too long or still holds its variable's name says nothing.
func Read(event string, values map[string][]string) Notice {
	one := func(name string) string {
		if len(values[name]) != 1 {
			return ""
		}
		v := strings.TrimSpace(wire.Text([]byte(values[name][0])))
		if len(v) > longest || strings.HasPrefix(v, "$") || strings.ContainsAny(v, "\n\t") {
			return ""
		}
		return v
	}
	return Notice{Event: event, Number: Number(one(paramRemote)), Name: one(paramDisplay), Local: one(paramLocal), MAC: one(paramMAC)}
}

// Number takes the number out of what a phone calls one: it may be a whole SIP address. What holds no digit is none.
func Number(text string) string {
	text = strings.TrimSpace(text)
	if i := strings.IndexByte(text, '<'); i >= 0 {
		text = strings.TrimSuffix(text[i+1:], ">")
	}
	for _, scheme := range []string{"sips:", "sip:", "tel:"} {
		if len(text) >= len(scheme) && strings.EqualFold(text[:len(scheme)], scheme) {
			text = text[len(scheme):]
			break
		}
	}
	if i := strings.IndexAny(text, "@;?"); i >= 0 {
		text = text[:i]
	}
	if !strings.ContainsAny(text, "0123456789*#") || len(text) > longest {
		return ""
	}
	return text
}

// Receiver opens the receiver door for one phone.
type Receiver struct {
	host   cti.Host
	prefix string // the driver's name
	phone  string // host name or address of the phone
	events []string
	take   func(Notice)

	mu   sync.Mutex
	from map[netip.Addr]bool
}

// New makes a receiver for the phone at u, whose events are called prefix/event. take is called from other goroutines and
// must not block.
func New(host cti.Host, prefix string, u *url.URL, events []string, take func(Notice)) *Receiver {
	return &Receiver{host: host, prefix: prefix, phone: u.Hostname(), events: events, take: take}
}

// Open opens the door for every event until ctx ends. Only what comes from the phone's own address is taken. After an error
// nothing is open.
func (r *Receiver) Open(ctx context.Context) error {
	if err := r.resolve(ctx); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	for _, event := range r.events {
		if _, err := r.host.Receive(ctx, r.prefix+"/"+event, r.handle(event)); err != nil {
			cancel()
			return err
		}
	}
	context.AfterFunc(ctx, cancel)
	return nil
}

// resolve learns the addresses the phone may call from.
func (r *Receiver) resolve(ctx context.Context) error {
	from := map[netip.Addr]bool{}
	if a, err := netip.ParseAddr(r.phone); err == nil {
		from[a.Unmap().WithZone("")] = true
	} else {
		found, err := net.DefaultResolver.LookupNetIP(ctx, "ip", r.phone)
		if err != nil {
			return fmt.Errorf("look up the phone's address: %w", err)
		}
		for _, a := range found {
			from[a.Unmap()] = true
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.from = from
	return nil
}

func (r *Receiver) handle(event string) cti.Handle {
	return func(got cti.Received) (cti.Reply, bool) {
		r.mu.Lock()
		mine := r.from[got.From.Unmap().WithZone("")]
		r.mu.Unlock()
		if !mine {
			return cti.Reply{}, false
		}
		r.take(Read(event, got.Values))
		return cti.Reply{}, true
	}
}
