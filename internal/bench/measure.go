//go:build unix

package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"time"
)

// result is what a row measured. A zero hand or self was not measured.
type result struct {
	value  float64 // the path over its baseline
	hand   float64 // the path over the same work written by hand
	self   float64 // the baseline over itself
	detail string  // absolute figures, for people
}

// median is the middle value; of an even number, the mean of the middle two.
func median(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	if len(s) == 0 {
		return math.NaN()
	}
	if len(s)%2 == 1 {
		return s[len(s)/2]
	}
	return (s[len(s)/2-1] + s[len(s)/2]) / 2
}

// side is one of those that are measured in turns: it answers what a round
// cost, in whatever unit all sides share.
type side func(context.Context) (float64, error)

// timed makes a side of what answers a duration.
func timed(f func(context.Context) (time.Duration, error)) side {
	return func(ctx context.Context) (float64, error) {
		d, err := f(ctx)
		return d.Seconds(), err
	}
}

// alternate measures the sides in turns and answers what each round of each
// side cost. Every second round goes the way of the one before it backwards
// (ABBA), the others shuffle, so that what a side leaves behind meets all the
// others alike. The first two rounds warm up and are not kept.
func alternate(ctx context.Context, rounds int, sides ...side) ([][]float64, error) {
	const warm = 2
	costs := make([][]float64, len(sides))
	dice := rand.New(rand.NewPCG(1, 1)) //nolint:gosec // shuffles, and the same way each time
	var order []int
	for round := range rounds + warm {
		if round%2 == 0 {
			order = dice.Perm(len(sides))
		} else {
			slices.Reverse(order)
		}
		for _, i := range order {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			cost, err := sides[i](ctx)
			if err != nil {
				return nil, err
			}
			if round >= warm {
				costs[i] = append(costs[i], cost)
			}
		}
	}
	return costs, nil
}

// ratio is the median of one side's rounds over the other's. Rounds are
// compared in pairs, since both of a pair met the same weather.
func ratio(a, b []float64) float64 {
	quotients := make([]float64, min(len(a), len(b)))
	for i := range quotients {
		quotients[i] = a[i] / b[i]
	}
	return median(quotients)
}

// noise is how far a baseline may be off itself.
const noise = 0.1

// report prints the lines and remembers what they say together.
type report struct {
	out, errs   io.Writer
	void, above bool
}

func (r *report) add(name string, limit float64, got result) {
	fmt.Fprintf(r.out, "ratio %s %.3f %.2f\n", name, got.value, limit)
	if got.hand != 0 {
		fmt.Fprintf(r.out, "limit %s %.3f\n", name, got.hand)
	}
	if got.self != 0 {
		fmt.Fprintf(r.out, "self %s %.3f\n", name, got.self)
	}
	if got.detail != "" {
		fmt.Fprintf(r.out, "# %s: %s\n", name, got.detail)
	}
	if got.self != 0 && !(math.Abs(got.self-1) <= noise) {
		r.void = true
		fmt.Fprintf(r.errs, "%s: the baseline is %.2f times itself, so this run says nothing; run again when the machine is quieter\n", name, got.self)
	}
	if !(got.value <= limit) {
		r.above = true
		fmt.Fprintf(r.errs, "%s is %.2f; the limit is %.2f\n", name, got.value, limit)
	}
}

// status is the program's exit status.
func (r *report) status() int {
	switch {
	case r.void:
		return 2
	case r.above:
		return 1
	}
	return 0
}
