package khomptest

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// SetActionURL enters the address that the phone calls at an event; "" takes it away. The events are those that a program
// for these phones listened for: registered, offhook, onhook, incoming, outgoing, established, terminated, missed. Which
// variables the phone fills in is unknown; this one takes those of Grandstream's phones. An address without variables is
// what a phone that fills in none would call.
func (p *Phone) SetActionURL(event, address string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if address == "" {
		delete(p.urls, event)
		return
	}
	p.urls[event] = address
}

// call queues the action URL of an event. How the phone escapes values no document says; they are escaped here, for a
// blank would break the request. The caller holds p.mu.
func (p *Phone) call(event string, c *Call) {
	address, ok := p.urls[event]
	if !ok || p.closed {
		return
	}
	host, _, _ := strings.Cut(p.listener.Addr().String(), ":")
	for _, v := range [][2]string{{"$display_remote", c.Name}, {"$active_user", p.opts.Extension}, {"$phone_ip", host},
		{"$remote", c.Number}, {"$local", p.opts.Extension}, {"$mac", p.opts.MAC}} {
		address = strings.ReplaceAll(address, v[0], url.QueryEscape(v[1]))
	}
	select {
	case p.events <- "http://" + address:
	default: // who lets this many pile up is not listening
	}
}

// callActionURLs calls one after the other; the phone does not care for answers.
func (p *Phone) callActionURLs() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	client := &http.Client{Timeout: 5 * time.Second, Transport: transport}
	p.start(func() { <-p.done; cancel() })
	for {
		select {
		case <-p.done:
			return
		case address := <-p.events:
			r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
			if err != nil {
				continue
			}
			if res, err := client.Do(r); err == nil {
				_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 64<<10))
				res.Body.Close()
			}
		}
	}
}
