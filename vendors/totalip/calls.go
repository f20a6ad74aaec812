package totalip

import (
	"fmt"
	"slices"
	"time"

	"ctiagent/cti"
)

// mintedRef begins the refs of our own.
const mintedRef = "ctiagent-"

// Bounds of what a broken or hostile event socket can make the driver remember.
const (
	mostLive  = 256
	mostEnded = 512
)

// known is a call of the desk's extension that has not ended.
type known struct {
	ref          string // what facts call it; never changes
	code         string // the UNIQUEID; "" while no line has told it
	direction    cti.Direction
	state        cti.CallState
	number       string
	since        time.Time
	seen         bool // status_ramal has shown it
	fromSnapshot bool // the last snapshot told of it
	missing      int  // how often status_ramal has not shown it since
}

// callBook remembers calls, so that one keeps its ref whichever line or answer tells of it, and ends once.
type callBook struct {
	live   []*known
	ended  map[string]bool // codes
	order  []string        // of ended, oldest first
	minted int
}

func newCallBook() *callBook { return &callBook{ended: map[string]bool{}} }

func (b *callBook) find(ok func(*known) bool) *known {
	if i := slices.IndexFunc(b.live, ok); i >= 0 {
		return b.live[i]
	}
	return nil
}

func (b *callBook) byCode(code string) *known {
	return b.find(func(k *known) bool { return k.code == code })
}

// nameless is a call that no line has named yet and that the one with this direction and number may be. A phone seen
// ringing shows no number.
func (b *callBook) nameless(d cti.Direction, number string) *known {
	return b.find(func(k *known) bool {
		return k.code == "" && k.direction == d && (k.number == "" || cti.SameNumber(k.number, number))
	})
}

// byNumber is the outbound call to a number.
func (b *callBook) byNumber(number string) *known {
	return b.find(func(k *known) bool { return k.direction == cti.Outbound && cti.SameNumber(k.number, number) })
}

// dialedAfter says whether an outbound call to a number began after a moment.
func (b *callBook) dialedAfter(number string, moment time.Time) bool {
	return b.find(func(k *known) bool {
		return k.direction == cti.Outbound && k.since.After(moment) && cti.SameNumber(k.number, number)
	}) != nil
}

// named finds the call with a code, gives a nameless one the code, or opens one. It answers nil when that call has ended.
func (b *callBook) named(code string, d cti.Direction, number string, now time.Time) *known {
	if k := b.byCode(code); k != nil {
		return k
	}
	if b.ended[code] {
		return nil
	}
	if k := b.nameless(d, number); k != nil {
		k.code, k.number = code, number
		return k
	}
	k := &known{ref: code, code: code, direction: d, number: number, since: now}
	b.live = append(b.live, k)
	return k
}

// mint opens a call that has no code, under a ref of our own that is never used again.
func (b *callBook) mint(d cti.Direction, number string, now time.Time) *known {
	b.minted++
	k := &known{ref: fmt.Sprintf("%s%d-%d", mintedRef, now.UnixMilli(), b.minted), direction: d, number: number, since: now}
	b.live = append(b.live, k)
	return k
}

// end forgets a live call and remembers that it ended.
func (b *callBook) end(k *known) {
	b.live = slices.DeleteFunc(b.live, func(o *known) bool { return o == k })
	if k.code == "" || b.ended[k.code] {
		return
	}
	b.ended[k.code] = true
	b.order = append(b.order, k.code)
	if len(b.order) > mostEnded {
		delete(b.ended, b.order[0])
		b.order = slices.Delete(b.order, 0, 1)
	}
}

// only ends every call but one, which may be nil.
func (b *callBook) only(keep *known) {
	for _, k := range slices.Clone(b.live) {
		if k != keep {
			b.end(k)
		}
	}
}

// surplus is the oldest call when there are more than a desk can have.
func (b *callBook) surplus() *known {
	if len(b.live) > mostLive {
		return b.live[0]
	}
	return nil
}

// dialing says whether a call younger than the limit has not been answered.
func (b *callBook) dialing(now time.Time, limit time.Duration) bool {
	return b.find(func(k *known) bool {
		return k.direction == cti.Outbound && k.state == cti.Dialing && now.Sub(k.since) < limit
	}) != nil
}

// ringing is the call that a look at the phone has found ringing.
func (b *callBook) ringing() *known {
	return b.find(func(k *known) bool { return k.state == cti.Ringing })
}
