package main

import (
	"sync"
	"testing"

	"golang.org/x/time/rate"
)

// TestMessagesRefusedTogetherSlowADoorOnce: ten messages on their way at once are refused at once.
func TestMessagesRefusedTogetherSlowADoorOnce(t *testing.T) {
	d := &door{pace: rate.NewLimiter(40, 36)}
	for _, want := range []rate.Limit{20, 10} {
		pace := d.pace.Limit()
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() { d.slower(pace) })
		}
		all.Wait()
		if got := d.pace.Limit(); got != want || d.pace.Burst() != 1 {
			t.Errorf("%v messages a second, %d at once; want %v and 1", got, d.pace.Burst(), want)
		}
	}
}
