package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"ctiagent/cti"
	"ctiagent/internal/config"
)

// With Catix, whose one connection carries commands and events: what waits is sent once, and what was cut off in mid-send is
// shown and not sent again before a person says so.
func TestOutboxWithCatix(t *testing.T) {
	pbx := newCatixDemo()
	t.Cleanup(pbx.Close)
	p := serveProgram(t, func(a *app, cfg config.Config) (*program, error) { return a.demoProgram(cfg, pbx) })
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	d, release, err := p.desks.Open(ctx, p.self)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	changed := make(chan struct{}, 1)
	_, stop := d.Watch(func([]cti.Event) {
		select {
		case changed <- struct{}{}:
		default:
		}
	})
	defer stop()
	until := func(what string, ok func(cti.DeskState) bool) {
		t.Helper()
		for !ok(d.State()) {
			select {
			case <-changed:
			case <-ctx.Done():
				t.Fatalf("%s: never; %+v", what, d.State())
			}
		}
	}
	link := func(want cti.LinkState) {
		t.Helper()
		until("the link is "+string(want), func(s cti.DeskState) bool { return s.Drivers[0].Link == want })
	}
	wish := func(method, params string) {
		t.Helper()
		out, err := d.Do(ctx, cti.Wish{Method: method, Params: json.RawMessage(params)})
		raw, _ := json.Marshal(out)
		if err != nil || !strings.Contains(string(raw), `"stored":"queued"`) {
			t.Fatalf("%s is answered %s, %v", method, raw, err)
		}
	}
	count := func(n cti.OutboxCount) {
		t.Helper()
		until(fmt.Sprintf("the outbox is %+v", n), func(s cti.DeskState) bool { return s.Outbox == n })
	}
	asked := func(commands ...string) string {
		var out []string
		for _, r := range pbx.Requests() {
			if slices.Contains(commands, r.Command) {
				out = append(out, r.Command)
			}
		}
		return strings.Join(out, " ")
	}
	link(cti.LinkConnected)
	until("the agent is ready", func(s cti.DeskState) bool { return s.Agent.State == cti.AgentReady })
	pbx.CutLink()
	until("the link is gone", func(s cti.DeskState) bool { return s.Drivers[0].Link != cti.LinkConnected })
	wish("agent.pause", `{"reason":"1"}`)
	if _, err := d.Do(ctx, cti.Wish{Method: "call.dial", Params: json.RawMessage(`{"number":"33553434"}`)}); err == nil || cti.MayHaveReached(err) {
		t.Errorf("a dial without a link: %v", err)
	}
	pbx.RestoreLink()
	count(cti.OutboxCount{})
	if got := asked("PAUSAR", "DISCAR"); got != "PAUSAR" {
		t.Errorf("Catix was asked for %s", got)
	}

	until("the agent is paused", func(s cti.DeskState) bool { return s.Agent.State == cti.AgentPaused })
	pbx.CutLink()
	until("the link is gone", func(s cti.DeskState) bool { return s.Drivers[0].Link != cti.LinkConnected })
	wish("agent.unpause", `{}`)
	pbx.DropAfterRead("PAUSAR")
	pbx.RestoreLink()
	count(cti.OutboxCount{Unconfirmed: 1})
	link(cti.LinkConnected)
	if got := asked("PAUSAR", "DISCAR"); got != "PAUSAR PAUSAR" {
		t.Errorf("Catix was asked for %s", got)
	}
	list, err := d.Outbox(ctx)
	if err != nil || len(list) != 1 {
		t.Fatalf("the outbox has %+v, %v", list, err)
	}
	if _, err := d.OutboxRetry(ctx, list[0].ID); err != nil {
		t.Fatal(err)
	}
	count(cti.OutboxCount{})
	until("the agent is ready", func(s cti.DeskState) bool { return s.Agent.State == cti.AgentReady })
	if got := asked("PAUSAR", "DISCAR"); got != "PAUSAR PAUSAR PAUSAR" {
		t.Errorf("Catix was asked for %s", got)
	}
}
