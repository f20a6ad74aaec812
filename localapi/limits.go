package localapi

import (
	"sync"
	"time"

	"golang.org/x/time/rate"

	"ctiagent/internal/config"
)

// Bounds that are no setting.
const (
	maxInFlight = 32 // requests of one connection at once
	maxStreams  = 8  // open streams of one connection
	maxTickets  = 64
	maxPosters  = 256 // origins whose POSTs are counted apart
)

// counts holds how many connections stand, by origin, and how fast POSTs come.
type counts struct {
	limits config.Limits

	mu       sync.Mutex
	origins  map[string]int
	unpaired int
	posts    map[string]*pace
}

func newCounts(l config.Limits) counts {
	return counts{limits: l, origins: map[string]int{}, posts: map[string]*pace{}}
}

// enter counts a connection in, or answers false when there are enough.
// Every true must be followed by one leave with the same paired.
func (c *counts) enter(origin string, paired bool) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.origins[origin] >= c.limits.ConnectionsPerOrigin || !paired && c.unpaired >= c.limits.UnpairedConnections {
		return false
	}
	c.origins[origin]++
	if !paired {
		c.unpaired++
	}
	return true
}

func (c *counts) leave(origin string, paired bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.origins[origin]--; c.origins[origin] <= 0 {
		delete(c.origins, origin)
	}
	if !paired {
		c.unpaired--
	}
}

// promote turns an unpaired connection into a paired one.
func (c *counts) promote() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.unpaired--
}

// post is the pace of an origin's POSTs. Origins without rights, which anybody
// can make up, share one.
func (c *counts) post(origin string, paired bool) *pace {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !paired || len(c.posts) >= maxPosters && c.posts[origin] == nil {
		origin = ""
	}
	p := c.posts[origin]
	if p == nil {
		p = newPace(c.limits)
		c.posts[origin] = p
	}
	return p
}

// pace is how fast one caller may speak.
type pace struct{ requests, patience *rate.Limiter }

func newPace(l config.Limits) *pace {
	return &pace{rate.NewLimiter(rate.Limit(l.RequestsPerSecond), l.Burst), rate.NewLimiter(rate.Limit(l.RequestsPerSecond), 5*l.Burst)}
}

// take counts one message: whether it may pass, and when not, whether the
// caller has now been told so often that it is to be shut out.
func (p *pace) take(now time.Time) (ok, enough bool) {
	if p.requests.AllowN(now, 1) {
		return true, false
	}
	return false, !p.patience.AllowN(now, 1)
}
