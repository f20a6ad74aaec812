package totalphonetest

import (
	"slices"
	"strings"
)

// Request is one launch.
type Request struct {
	Args   []string // as the program got them
	Name   string   // the switch, with its = where a value follows: -discar is another than -discar=
	Faults []string // what the manual's syntax does not allow
}

// fault is what happens to the next launch of a name.
type fault string

const (
	none fault = ""
	drop fault = "drop"
	hang fault = "hang"
)

type records struct {
	requests []Request
	once     map[string]fault
	reading  map[string]chan struct{}
}

func newRecords() records {
	return records{once: map[string]fault{}, reading: map[string]chan struct{}{}}
}

// Requests answers every launch so far, in order, also those that were dropped.
func (p *Phone) Requests() []Request {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.requests)
}

// Launches answers the arguments of every launch so far, joined by blanks.
func (p *Phone) Launches() (lines []string) {
	for _, r := range p.Requests() {
		lines = append(lines, strings.Join(r.Args, " "))
	}
	return lines
}

// DropAfterRead lets the program take the next launch of that name, do nothing and fail.
func (p *Phone) DropAfterRead(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.once[name] = drop
}

// HangAfterRead lets the program take the next launch of that name, do nothing and not end, until it is ended or the
// softphone closed. read is closed once it has been taken.
func (p *Phone) HangAfterRead(name string) (read <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	reading := make(chan struct{})
	p.once[name], p.reading[name] = hang, reading
	return reading
}

// arrived records a launch and does it, unless something is to happen to it.
func (p *Phone) arrived(args []string) (fault, chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	r := Request{Args: args, Name: nameOf(args)}
	f, reading := p.once[r.Name], p.reading[r.Name]
	delete(p.once, r.Name)
	delete(p.reading, r.Name)
	do := func() {}
	if !p.opts.Custom {
		do, r.Faults = p.read(args)
	}
	p.requests = append(p.requests, r)
	if f == none && len(r.Faults) == 0 {
		do()
	}
	return f, reading
}

func nameOf(args []string) string {
	if len(args) == 0 {
		return ""
	}
	name, _, valued := strings.Cut(args[0], "=")
	if valued {
		name += "="
	}
	return name
}
