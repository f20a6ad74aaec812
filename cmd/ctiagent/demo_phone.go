package main

import (
	"sync"
	"time"

	"ctiagent/vendors/grandstream/grandstreamtest"
	"ctiagent/vendors/khomp/khomptest"
	"ctiagent/vendors/totalip/totaliptest"
)

// phoneDemo is a simulated Total IP whose agent has a desk phone: the PBX makes
// the phone dial and ring, and hears what is done at the phone.
type phoneDemo struct {
	totalIPDemo
	phone deskPhone
	stop  chan struct{}
	done  chan struct{}

	mu    sync.Mutex
	calls map[string]string // the phone's ref by the PBX's
}

// deskPhone is a simulated desk phone. Its calls are named by refs of its own.
type deskPhone interface {
	driver() simulatedDriver
	dial(number string) (ref string, err error)
	ring(number string) (ref string)
	answer(ref string) error // by the agent
	remoteAnswers(ref string) error
	remoteHangup(ref string) error
	// notify tells of every change of a call: whether it is ringing, answered or
	// over.
	notify(func(ref string, answered, over bool))
	Close()
}

// withPhone puts a desk phone on the agent's desk.
func withPhone(phone deskPhone) *phoneDemo {
	d := &phoneDemo{totalIPDemo: newTotalIPDemo(), phone: phone, stop: make(chan struct{}), done: make(chan struct{}), calls: map[string]string{}}
	phone.notify(d.heard)
	go d.follow()
	return d
}

func (d *phoneDemo) stack() []simulatedDriver {
	return append(d.totalIPDemo.stack(), d.phone.driver())
}

// lively leaves the answering to the PBX: the phone follows it.
func (d *phoneDemo) lively(answers, talks time.Duration) { d.totalIPDemo.lively(answers, talks) }

func (d *phoneDemo) Close() {
	close(d.stop)
	<-d.done
	d.phone.Close()
	d.totalIPDemo.Close()
}

// follow does at the phone what happens at the PBX.
func (d *phoneDemo) follow() {
	defer close(d.done)
	for {
		changed := d.Changed()
		d.compare()
		select {
		case <-changed:
		case <-d.stop:
			return
		}
	}
}

func (d *phoneDemo) compare() {
	live := map[string]bool{}
	for _, c := range d.LiveCalls(demoExtension) {
		live[c.Ref] = true
		ref, known := d.refOf(c.Ref)
		if !known {
			switch c.State {
			case totaliptest.Dialing:
				d.begin(c.Ref, func() (string, error) { return d.phone.dial(c.To) })
			case totaliptest.Ringing:
				d.begin(c.Ref, func() (string, error) { return d.phone.ring(c.From), nil })
			}
			continue
		}
		if c.State == totaliptest.Connected { // a phone that knows already says so, and no harm is done
			if c.Direction == totaliptest.Outbound {
				_ = d.phone.remoteAnswers(ref)
			} else {
				_ = d.phone.answer(ref)
			}
		}
	}
	for pbx, ref := range d.all() {
		if !live[pbx] {
			d.forget(pbx)
			_ = d.phone.remoteHangup(ref) // or it has hung up first
		}
	}
}

// begin remembers a call before the phone tells of it.
func (d *phoneDemo) begin(pbx string, act func() (string, error)) {
	if ref, err := act(); err == nil {
		d.mu.Lock()
		d.calls[pbx] = ref
		d.mu.Unlock()
	}
}

func (d *phoneDemo) refOf(pbx string) (string, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	ref, ok := d.calls[pbx]
	return ref, ok
}

func (d *phoneDemo) all() map[string]string {
	d.mu.Lock()
	defer d.mu.Unlock()
	out := make(map[string]string, len(d.calls))
	for k, v := range d.calls {
		out[k] = v
	}
	return out
}

func (d *phoneDemo) forget(pbx string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.calls, pbx)
}

// heard does at the PBX what was done at the phone.
func (d *phoneDemo) heard(ref string, answered, over bool) {
	for pbx, own := range d.all() {
		if own != ref {
			continue
		}
		switch c, _ := d.PBX.Call(pbx); {
		case over:
			_ = d.Hangup(pbx) // or the PBX has ended it first
		case answered && c.State == totaliptest.Ringing:
			_ = d.Answer(pbx)
		}
	}
}

const demoPhonePassword = "demo-admin-7431"

// grandstreamPhone is a simulated Grandstream.
type grandstreamPhone struct{ *grandstreamtest.Phone }

func newGrandstreamPhone() deskPhone {
	return grandstreamPhone{grandstreamtest.New(grandstreamtest.Options{Password: demoPhonePassword, Extension: demoExtension})}
}

func (p grandstreamPhone) driver() simulatedDriver {
	return simulatedDriver{"grandstream", map[string]string{"url": p.URL(), "password": demoPhonePassword}}
}

func (p grandstreamPhone) dial(number string) (string, error) {
	c, err := p.Dial(number)
	return c.Ref, err
}

func (p grandstreamPhone) ring(number string) string      { return p.Ring(number).Ref }
func (p grandstreamPhone) answer(ref string) error        { return p.Answer(ref) }
func (p grandstreamPhone) remoteAnswers(ref string) error { return p.RemoteAnswers(ref) }
func (p grandstreamPhone) remoteHangup(ref string) error  { return p.RemoteHangup(ref) }

func (p grandstreamPhone) notify(f func(ref string, answered, over bool)) {
	p.Notify(func(c grandstreamtest.Call) {
		f(c.Ref, c.State == grandstreamtest.Connected, c.State == grandstreamtest.Ended)
	})
}

// khompPhone is a simulated Khomp.
type khompPhone struct{ *khomptest.Phone }

func newKhompPhone() deskPhone {
	return khompPhone{khomptest.New(khomptest.Options{Password: demoPhonePassword})}
}

func (p khompPhone) driver() simulatedDriver {
	return simulatedDriver{"khomp", map[string]string{"url": p.URL(), "password": demoPhonePassword}}
}

func (p khompPhone) dial(number string) (string, error) {
	c, err := p.Dial(number)
	return c.Ref, err
}

func (p khompPhone) ring(number string) string      { return p.Ring(number).Ref }
func (p khompPhone) answer(ref string) error        { return p.Answer(ref) }
func (p khompPhone) remoteAnswers(ref string) error { return p.RemoteAnswers(ref) }
func (p khompPhone) remoteHangup(ref string) error  { return p.RemoteHangup(ref) }

func (p khompPhone) notify(f func(ref string, answered, over bool)) {
	p.Notify(func(c khomptest.Call) { f(c.Ref, c.State == khomptest.Connected, c.State == khomptest.Ended) })
}
