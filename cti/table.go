package cti

import (
	"slices"
	"time"
)

// Bounds of a table: what a broken or hostile PBX can make a desk remember.
const (
	maxLive   = 64
	maxRecent = 100
)

// Table is what a desk knows: a value. [Apply] answers a new one and leaves
// the old one as it was; the calls in it are shared and never changed.
type Table struct {
	Agent   Agent
	Calls   []*Call // live, oldest first
	Recent  []*Call // ended, newest first, maxRecent at most
	Drivers []DriverState
	Outbox  OutboxCount

	can       map[string]bool
	base      AgentState // the agent's state apart from calls
	reason    string
	agentFrom string // the driver that told of the agent
}

// wish is what is known of a call the desk asked for until a driver tells of it.
type wish struct {
	driver, dialed   string
	joinUntil, endAt time.Time
}

// NewTable is the table of a desk before any fact: its drivers in stack order
// and what is known of the agent.
func NewTable(drivers []DriverState, agent Agent) Table {
	t := Table{Agent: agent, Drivers: slices.Clone(drivers), base: AgentOffline, can: map[string]bool{}}
	t.Agent.State = AgentOffline
	t.Agent.Actions = []string{}
	return t
}

// Call finds a call by our id, live or recently ended; nil when there is none.
func (t Table) Call(id string) *Call {
	for _, c := range t.Calls {
		if c.ID == id {
			return c
		}
	}
	for _, c := range t.Recent {
		if c.ID == id {
			return c
		}
	}
	return nil
}

// Can says whether some driver of the desk handles the verb now.
func (t Table) Can(verb string) bool { return t.can[verb] }

// NextExpiry is when the table next needs a [TickFact]; zero for never.
func (t Table) NextExpiry() time.Time {
	var next time.Time
	for _, c := range t.Calls {
		if c.wish != nil && (next.IsZero() || c.wish.endAt.Before(next)) {
			next = c.wish.endAt
		}
	}
	return next
}

// SameNumber says whether two spellings are the same number for joining a
// wish with what a PBX reports: their last eight digits agree, or all digits
// where one has fewer.
func SameNumber(a, b string) bool {
	const enough = 8
	i, j, n := len(a), len(b), 0
	for n < enough {
		i, j = lastDigit(a, i), lastDigit(b, j)
		if i < 0 || j < 0 {
			return i == j && n > 0
		}
		if a[i] != b[j] {
			return false
		}
		n++
	}
	return true
}

// NumberTail is what [SameNumber] looks at: two numbers are the same when their
// tails are, and not empty.
func NumberTail(s string) string {
	const enough = 8
	tail := make([]byte, 0, enough)
	for i := lastDigit(s, len(s)); i >= 0 && len(tail) < enough; i = lastDigit(s, i) {
		tail = append(tail, s[i])
	}
	slices.Reverse(tail)
	return string(tail)
}

// lastDigit is the index of the last dialable character before end, or -1.
func lastDigit(s string, end int) int {
	for i := end - 1; i >= 0; i-- {
		if c := s[i]; c >= '0' && c <= '9' || c == '*' || c == '#' {
			return i
		}
	}
	return -1
}

// rank is a driver's place in the stack; unknown drivers come last.
func (t *Table) rank(driver string) int {
	for i, d := range t.Drivers {
		if d.Name == driver {
			return i
		}
	}
	return len(t.Drivers)
}

func (t *Table) linkOf(driver string) LinkState {
	for _, d := range t.Drivers {
		if d.Name == driver {
			return d.Link
		}
	}
	return LinkDisconnected
}
