package main

import (
	"maps"
	"sync"

	"ctiagent/vendors/ucontact/ucontacttest"
)

// uContactPhoneDemo is a simulated uContact whose agent has a desk phone, which
// alone knows who calls. uContact rings it for every call, also for one the
// agent has asked for, and hears what is done there.
type uContactPhoneDemo struct {
	uContactDemo
	phone deskPhone
	stop  chan struct{}
	done  chan struct{}

	mu    sync.Mutex
	calls map[string]string // the phone's ref by the guid
}

// besidePhone puts a desk phone on the desk of uContact's agent.
func besidePhone(phone deskPhone) *uContactPhoneDemo {
	d := &uContactPhoneDemo{uContactDemo: newUContactDemo(), phone: phone, stop: make(chan struct{}), done: make(chan struct{}), calls: map[string]string{}}
	phone.notify(d.heard)
	go d.follow()
	return d
}

func (d *uContactPhoneDemo) stack() []simulatedDriver {
	return append(d.uContactDemo.stack(), d.phone.driver())
}

func (d *uContactPhoneDemo) Close() {
	close(d.stop)
	<-d.done
	d.phone.Close()
	d.uContactDemo.Close()
}

// follow does at the phone what happens at uContact.
func (d *uContactPhoneDemo) follow() {
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

func (d *uContactPhoneDemo) compare() {
	gone := d.known()
	for _, c := range d.LiveCalls(demoExtension) {
		ref, known := gone[c.GUID]
		delete(gone, c.GUID)
		switch {
		case !known:
			ref = d.phone.ring(c.Number)
			d.mu.Lock()
			d.calls[c.GUID] = ref
			d.mu.Unlock()
		case c.State == ucontacttest.Dialing, c.State == ucontacttest.Connected:
			_ = d.phone.answer(ref) // or it was answered there
		}
	}
	for guid, ref := range gone {
		d.mu.Lock()
		delete(d.calls, guid)
		d.mu.Unlock()
		_ = d.phone.remoteHangup(ref) // or it has hung up first
	}
}

func (d *uContactPhoneDemo) known() map[string]string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return maps.Clone(d.calls)
}

// heard does at uContact what was done at the phone.
func (d *uContactPhoneDemo) heard(ref string, answered, over bool) {
	for guid, own := range d.known() {
		if own != ref {
			continue
		}
		switch c, _ := d.Call(guid); {
		case over:
			_ = d.Hangup(guid) // or uContact has ended it first
		case answered && c.State == ucontacttest.AgentLeg:
			_ = d.PickUp(guid)
		case answered && c.State == ucontacttest.Ringing:
			_ = d.Answer(guid)
		}
	}
}
