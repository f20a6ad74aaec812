//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ctiagent/cti"
	"ctiagent/cti/ctitest"
	"ctiagent/vendors"
	"ctiagent/vendors/catix/catixtest"
	"ctiagent/vendors/khomp/khomptest"
	"ctiagent/vendors/totalip/totaliptest"
	"ctiagent/vendors/vicidial/vicidialtest"
)

// told is a vendor that tells of events by itself, so that its driver need not
// ask.
type told struct {
	driver string
	desk   cti.Target
	start  func() (values map[string]string, requests func() int, end func())
}

func toldVendors() []told {
	return []told{
		{"catix", cti.Target{Agent: "12", Extension: extension}, startCatix},
		{"khomp", cti.Target{Extension: extension}, startKhomp},
		{"totalip", cti.Target{Agent: "12", Extension: extension}, startTotalIP},
		{"vicidial", cti.Target{Agent: "12"}, startVicidial},
	}
}

func startCatix() (map[string]string, func() int, func()) {
	pbx := catixtest.New(catixtest.Options{})
	pbx.AddAgent(catixtest.Agent{ID: "12", Name: "Ana", Extension: extension, LoggedIn: true})
	return map[string]string{"address": pbx.Addr(), "user": catixtest.DefaultUser, "password": catixtest.DefaultPass},
		func() int { return len(pbx.Requests()) }, pbx.Close
}

func startTotalIP() (map[string]string, func() int, func()) {
	pbx := totaliptest.New(totaliptest.Options{Key: key})
	pbx.AddExtension(totaliptest.Extension{Number: extension, User: "12", Name: "Ana", LoggedIn: true})
	return map[string]string{"url": pbx.URL(), "events": pbx.EventsAddr(), "commands": pbx.CommandsAddr(), "key": key},
		func() int { return len(pbx.Requests()) }, pbx.Close
}

func startKhomp() (map[string]string, func() int, func()) {
	p := khomptest.New(khomptest.Options{Extension: extension})
	return map[string]string{"url": p.URL(), "user": "root", "password": "root"}, func() int { return len(p.Requests()) }, p.Close
}

// startVicidial starts a VICIdial whose agent's page tells its events.
func startVicidial() (map[string]string, func() int, func()) {
	s := vicidialtest.New(vicidialtest.Options{})
	s.AddAgent(vicidialtest.Agent{User: "12", Name: "Ana"})
	return map[string]string{"url": s.URL(), "user": vicidialtest.DefaultUser, "password": vicidialtest.DefaultPass, "agent_events": "hook"},
		func() int { return len(s.Requests()) }, s.Close
}

// watched is how long, on the driver's own clock, it is left alone; so long
// that whatever is periodic shows.
const watched = 2 * time.Hour

// quietly counts what a driver asks its vendor for while nothing happens.
func quietly(v told) func(*bench, context.Context) (result, error) {
	return func(_ *bench, ctx context.Context) (result, error) {
		ctx, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		values, requests, end := v.start()
		defer end()
		n, err := v.asks(ctx, values, requests)
		return result{value: float64(n), detail: fmt.Sprintf("%s asks %d times in %v in which nothing happens", v.driver, n, watched)}, err
	}
}

func (v told) asks(ctx context.Context, values map[string]string, requests func() int) (n int, err error) {
	driver, ok := vendors.Named(v.driver)
	if !ok {
		return 0, fmt.Errorf("there is no driver %s", v.driver)
	}
	for _, o := range driver.Options {
		if _, set := values[o.Name]; !set && o.Default != "" {
			values[o.Name] = o.Default
		}
	}
	clock := ctitest.NewClock(time.Date(2026, 11, 20, 14, 0, 0, 0, time.UTC))
	host := ctitest.NewHost(clock)
	host.SetDesk(v.desk)
	s, err := driver.Open(ctx, cti.Config{Country: "BR", AreaCode: "11", Values: values}, host)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	ready, connected, shown := make(chan struct{}), false, false
	go func() {
		_ = s.Run(ctx, func(f cti.Fact) {
			before := connected && shown
			switch f := f.(type) {
			case cti.LinkFact:
				connected = connected || f.State == cti.LinkConnected
			case cti.SnapshotFact:
				shown = true
			}
			if connected && shown && !before {
				close(ready)
			}
		})
	}()
	select {
	case <-ready:
	case <-ctx.Done():
		return 0, fmt.Errorf("%s did not connect: %w", v.driver, ctx.Err())
	}
	// The first minute belongs to the start.
	if err := elapse(ctx, clock, time.Minute); err != nil {
		return 0, err
	}
	before := requests()
	err = elapse(ctx, clock, watched)
	return requests() - before, err
}

// elapse lets time pass second by second, with a little real time now and then
// for what it starts.
func elapse(ctx context.Context, clock *ctitest.Clock, d time.Duration) error {
	for i := range int(d / time.Second) {
		clock.Advance(time.Second)
		if i%60 == 0 {
			if err := pause(ctx, 10*time.Millisecond); err != nil {
				return err
			}
		}
	}
	return pause(ctx, 100*time.Millisecond)
}
