package ctitest

import (
	"sync"
	"time"

	"ctiagent/cti"
)

// pace is a clock that runs by itself, faster than real time, and counts what
// waits on it.
type pace struct {
	speed time.Duration
	start time.Time

	mu      sync.Mutex
	waiting map[*time.Timer]bool // a timer that has neither run nor been stopped
}

var _ cti.Clock = (*pace)(nil)

func newPace(speed int) *pace {
	return &pace{speed: time.Duration(speed), start: time.Now(), waiting: map[*time.Timer]bool{}}
}

func (p *pace) Now() time.Time { return p.start.Add(time.Since(p.start) * p.speed) }

func (p *pace) AfterFunc(d time.Duration, f func()) (stop func() bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	made := make(chan *time.Timer, 1)
	t := time.AfterFunc(d/p.speed, func() {
		p.forget(<-made)
		f()
	})
	p.waiting[t] = true
	made <- t
	return func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.waiting, t)
		return t.Stop()
	}
}

func (p *pace) forget(t *time.Timer) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.waiting, t)
}

func (p *pace) waiters() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.waiting)
}
