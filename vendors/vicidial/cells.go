package vicidial

import (
	"context"
	"sync"
	"time"

	"ctiagent/cti"
)

// cell is where a command waits for the agent's page: one of a kind, so a second command of the kind would replace a first
// that the page has not taken yet. Section 4 of what is known of the server.
type cell string

const (
	cellNone      cell = ""
	cellHangup    cell = "hangup"
	cellStatus    cell = "status"
	cellPause     cell = "pause" // logout too
	cellDial      cell = "dial"  // preview_dial_action too
	cellDTMF      cell = "dtmf"
	cellTransfer  cell = "transferconf"
	cellPark      cell = "park"
	cellRecording cell = "recording"
	cellPauseCode cell = "pause_code"
	cellLead      cell = "lead_id"
	cellFields    cell = "update_fields" // refresh_panel too
	cellTimer     cell = "timer"
	cellInGroups  cell = "ingroups"
	cellMessage   cell = "vm_message"
)

// The page asks once a second and tells two commands of a kind apart by their second, so the next one waits a little longer
// than that. After the three transfers that the page guards against doubles it is deaf for a few of its looks.
const (
	gap        = 1200 * time.Millisecond
	gapGuarded = 4200 * time.Millisecond
	// mostWaiting is how many commands of one kind may wait for each other: more is a page gone wild.
	mostWaiting = 4
)

// lane is one cell of one agent.
type lane struct {
	turn chan struct{} // holds one token: whose turn it is

	mu      sync.Mutex
	waiting int
	next    time.Time // before which nothing is sent
}

func newLane() *lane {
	l := &lane{turn: make(chan struct{}, 1)}
	l.turn <- struct{}{}
	return l
}

// enter waits for the turn. leave must be called with how long the next one has to wait; false when too many wait already.
func (l *lane) enter(ctx context.Context, clock cti.Clock) (leave func(time.Duration), ok bool, err error) {
	l.mu.Lock()
	if l.waiting >= mostWaiting {
		l.mu.Unlock()
		return nil, false, nil
	}
	l.waiting++
	l.mu.Unlock()
	defer func() {
		l.mu.Lock()
		l.waiting--
		l.mu.Unlock()
	}()
	select {
	case <-l.turn:
	case <-ctx.Done():
		return nil, true, ctx.Err()
	}
	l.mu.Lock()
	wait := l.next.Sub(clock.Now())
	l.mu.Unlock()
	// A clock that was set back must not make anybody wait for hours.
	if wait = min(wait, gapGuarded); wait > 0 {
		if err := cti.Wait(ctx, clock, wait); err != nil {
			l.turn <- struct{}{}
			return nil, true, err
		}
	}
	return func(pause time.Duration) {
		l.mu.Lock()
		l.next = clock.Now().Add(pause)
		l.mu.Unlock()
		l.turn <- struct{}{}
	}, true, nil
}
