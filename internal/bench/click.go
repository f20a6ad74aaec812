//go:build unix

package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"
)

// clicks measures pages that dial, each of them so many times a round.
func (b *bench) clicks(ctx context.Context, pages, each, rounds int) (result, error) {
	p, err := newPath(ctx)
	if err != nil {
		return result{}, err
	}
	defer p.close()
	base, err := newBridge(ctx, p.mock.url())
	if err != nil {
		return result{}, err
	}
	defer base.close()
	again, err := newBridge(ctx, p.mock.url())
	if err != nil {
		return result{}, err
	}
	defer again.close()
	hand, err := newHandBridge(ctx, strings.TrimPrefix(p.mock.url(), "http://"))
	if err != nil {
		return result{}, err
	}
	defer hand.close()
	var sides []side
	for i, addr := range []string{p.addr(), base.addr(), hand.addr(), again.addr()} {
		c, err := openClicker(ctx, addr, pages, each)
		if err != nil {
			return result{}, err
		}
		defer c.close()
		if i == 0 {
			c.after = p.end
		}
		sides = append(sides, timed(c.round))
	}
	costs, err := alternate(ctx, b.often(rounds), sides...)
	if err != nil {
		return result{}, err
	}
	own, bridges, limit, others := costs[0], costs[1], costs[2], costs[3]
	perClick := 1e6 / float64(pages*each)
	return result{value: ratio(own, bridges), hand: ratio(own, limit), self: ratio(others, bridges),
		detail: fmt.Sprintf("a click takes %.0f µs, the baseline %.0f µs, by hand %.0f µs",
			median(own)*perClick, median(bridges)*perClick, median(limit)*perClick)}, nil
}

// clicker lets its pages dial all at once, each page one call after the other.
type clicker struct {
	pages []*page
	each  int
	next  int                                              // the next number: never the same twice
	after func(ctx context.Context, dialed []string) error // what follows a round, untimed
}

func openClicker(ctx context.Context, addr string, pages, each int) (*clicker, error) {
	c := &clicker{each: each}
	for range pages {
		p, err := openPage(ctx, addr)
		if err != nil {
			c.close()
			return nil, err
		}
		c.pages = append(c.pages, p)
	}
	return c, nil
}

func (c *clicker) close() {
	for _, p := range c.pages {
		p.conn.Close()
	}
}

func (c *clicker) round(ctx context.Context) (time.Duration, error) {
	numbers := make([]string, len(c.pages)*c.each)
	for i := range numbers {
		c.next++
		numbers[i] = fmt.Sprintf("3%07d", c.next%10_000_000)
	}
	errs := make([]error, len(c.pages))
	var all sync.WaitGroup
	begin := time.Now()
	for i, p := range c.pages[1:] {
		all.Go(func() { errs[i+1] = p.clicks(numbers[(i+1)*c.each:][:c.each]) })
	}
	errs[0] = c.pages[0].clicks(numbers[:c.each])
	all.Wait()
	took := time.Since(begin)
	for _, err := range errs {
		if err != nil {
			return 0, err
		}
	}
	if c.after != nil {
		return took, c.after(ctx, numbers)
	}
	return took, nil
}

func (p *page) clicks(numbers []string) error {
	for _, n := range numbers {
		p.lastID++
		id := strconv.Itoa(p.lastID)
		if err := p.send(fmt.Appendf(nil, `{"jsonrpc":"2.0","id":%s,"method":"call.dial","params":{"number":"%s"}}`, id, n)); err != nil {
			return err
		}
		if _, err := p.answer(id); err != nil {
			return err
		}
	}
	return nil
}
