package totalphonetest

import (
	"fmt"
	"slices"
	"strings"
)

// LineState is how one line stands.
type LineState string

// The states of a line.
const (
	Idle      LineState = ""
	Dialing   LineState = "dialing"
	Ringing   LineState = "ringing" // somebody calls
	Connected LineState = "connected"
	Held      LineState = "held"
)

// Lines is how many lines there are (1.6.12).
const Lines = 6

// Line is one line.
type Line struct {
	State  LineState
	Number string // the other end
	rang   int    // which call rang, by order
}

// State is how the whole softphone stands.
type State struct {
	Running    bool
	Extension  string      // logged in
	Composed   string      // digits typed on the idle softphone
	Tones      string      // digits typed in a call
	Active     int         // the active line, from 1
	Line       [Lines]Line // the first one is line 1
	Muted      bool
	AutoAnswer bool
	Last       string   // the number dialled last
	Transfers  []string // number > extension, in order
	Group      string   // who rings in the pickup group; "" for nobody
	Restarts   int
}

type state struct {
	s            State
	rings        int
	transferring bool
	transferTo   string
}

// State answers how the softphone stands.
func (p *Phone) State() State {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.s
	s.Transfers = slices.Clone(s.Transfers)
	return s
}

// Ring lets somebody call, and answers on which line; 0 when every line is busy.
func (p *Phone) Ring(number string) (line int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	i := p.idle()
	if i < 0 {
		return 0
	}
	p.rings++
	p.s.Line[i] = Line{Ringing, number, p.rings}
	if p.s.AutoAnswer {
		p.answer(i)
	}
	return i + 1
}

// RingGroup lets somebody call another telephone of the pickup group.
func (p *Phone) RingGroup(number string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.s.Group = number
}

// FarAnswer lets the other end of a line answer.
func (p *Phone) FarAnswer(line int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if l := &p.s.Line[line-1]; l.State == Dialing {
		l.State = Connected
	}
}

// FarHangup lets the other end of a line hang up.
func (p *Phone) FarHangup(line int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.s.Line[line-1] = Line{}
}

// read reads the switches of one launch: what they do, and what is wrong with them. The caller holds p.mu.
func (p *Phone) read(args []string) (do func(), faults []string) {
	wrong := func(format string, a ...any) (func(), []string) {
		return nil, []string{fmt.Sprintf(format, a...)}
	}
	if len(args) == 0 {
		return wrong("no switch")
	}
	name, value, valued := strings.Cut(args[0], "=")
	if name == "-ramal" { // 1.6.1
		password, ok := "", false
		if len(args) == 2 {
			password, ok = strings.CutPrefix(args[1], "-senha=")
		}
		if !valued || !made(value, "0123456789") || !ok || password == "" {
			return wrong("want -ramal=EXTENSION -senha=PASSWORD, got %d arguments", len(args))
		}
		return func() { p.open(value, password) }, nil
	}
	if len(args) != 1 {
		return wrong("%d arguments", len(args))
	}
	if valued {
		switch {
		case name == "-digito" && made(value, "0123456789") && len(value) == 1: // 1.6.2
			return func() { p.digit(value) }, nil
		case name == "-discar" && made(value, "0123456789*#+"): // 1.6.3
			return func() { p.dial(value) }, nil
		case name == "-linha" && made(value, "123456") && len(value) == 1: // 1.6.12
			return func() { p.activate(int(value[0] - '1')) }, nil
		}
		return wrong("%q", args[0])
	}
	do, ok := map[string]func(){
		"-discar":        p.dialComposed,                                  // 1.6.3
		"-desligar":      func() { p.hangup() },                           // 1.6.4
		"-atender":       p.answerNewest,                                  // 1.6.5
		"-espera":        p.toggleHold,                                    // 1.6.6
		"-mudo":          func() { p.s.Muted = !p.s.Muted },               // 1.6.7
		"-autoanswer":    func() { p.s.AutoAnswer = !p.s.AutoAnswer },     // 1.6.8
		"-rediscar":      func() { p.dial(p.s.Last) },                     // 1.6.9
		"-capturar":      p.pickup,                                        // 1.6.10
		"-transferencia": func() { p.transferring = p.inCall() },          // 1.6.11
		"-fechar":        func() { p.s, p.transferring = State{}, false }, // 1.6.13
		"-reiniciar":     p.restart,                                       // 1.6.14
	}[name]
	if !ok {
		return wrong("%q", args[0])
	}
	return do, nil
}

func made(text, of string) bool { return text != "" && strings.Trim(text, of) == "" }

// open starts the program. That a wrong password leaves it open with nobody in is inferred.
func (p *Phone) open(extension, password string) {
	if !p.s.Running {
		p.s = State{Running: true, Active: 1, Restarts: p.s.Restarts}
	}
	if p.opts.Password == "" || password == p.opts.Password {
		p.s.Extension = extension
	}
}

func (p *Phone) restart() {
	p.s = State{Running: true, Active: 1, Extension: p.s.Extension, Restarts: p.s.Restarts + 1}
	p.transferring = false
}

func (p *Phone) active() *Line {
	if p.s.Active == 0 {
		p.s.Active = 1
	}
	return &p.s.Line[p.s.Active-1]
}

func (p *Phone) inCall() bool {
	st := p.active().State
	return st == Connected || st == Held || st == Dialing
}

func (p *Phone) idle() int {
	return slices.IndexFunc(p.s.Line[:], func(l Line) bool { return l.State == Idle })
}

func (p *Phone) digit(d string) {
	switch {
	case p.transferring:
		p.transferTo += d
		if len(p.transferTo) == p.opts.ExtensionDigits {
			p.s.Transfers = append(p.s.Transfers, p.active().Number+" > "+p.transferTo)
			*p.active() = Line{}
			p.transferring, p.transferTo = false, ""
		}
	case p.active().State == Connected:
		p.s.Tones += d
	default:
		p.s.Composed += d
	}
}

func (p *Phone) dialComposed() {
	number := p.s.Composed
	p.s.Composed = ""
	p.dial(number)
}

// dial calls on the active line, as in the scenario of 1.6.14; that it takes another one when that is busy, and holds the
// call there, is inferred.
func (p *Phone) dial(number string) {
	if number == "" {
		return
	}
	busy := p.active().State != Idle
	at := p.s.Active - 1
	if busy {
		if at = p.idle(); at < 0 {
			return
		}
		p.holdOthers(at)
	}
	p.s.Active = at + 1
	p.s.Line[at] = Line{State: Dialing, Number: number}
	p.s.Last = number
}

// holdOthers is the third note of 1.6.12.
func (p *Phone) holdOthers(but int) {
	for i := range p.s.Line {
		if l := &p.s.Line[i]; i != but && (l.State == Connected || l.State == Dialing) {
			l.State = Held
		}
	}
}

func (p *Phone) hangup() {
	*p.active() = Line{}
	p.transferring, p.transferTo = false, ""
}

func (p *Phone) answer(i int) {
	p.holdOthers(i)
	p.s.Active, p.s.Line[i].State = i+1, Connected
}

// answerNewest is the note of 1.6.5.
func (p *Phone) answerNewest() {
	newest := -1
	for i, l := range p.s.Line {
		if l.State == Ringing && (newest < 0 || l.rang > p.s.Line[newest].rang) {
			newest = i
		}
	}
	if newest >= 0 {
		p.answer(newest)
	}
}

func (p *Phone) toggleHold() {
	switch l := p.active(); l.State {
	case Connected, Dialing:
		l.State = Held
	case Held:
		l.State = Connected
	}
}

func (p *Phone) pickup() {
	if i := p.idle(); p.s.Group != "" && i >= 0 {
		p.s.Line[i] = Line{State: Ringing, Number: p.s.Group}
		p.s.Group = ""
		p.answer(i)
	}
}

// activate is the three notes of 1.6.12. That a held line goes on when it is activated is the scenario of 1.6.14, where the
// first line is gone back to.
func (p *Phone) activate(i int) {
	l := &p.s.Line[i]
	switch {
	case l.State == Ringing:
		p.answer(i)
		return
	case l.State == Connected || l.State == Dialing:
		l.State = Held
	case l.State == Held:
		l.State = Connected
	}
	p.holdOthers(i)
	p.s.Active = i + 1
}
