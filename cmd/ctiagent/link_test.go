package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"ctiagent/cti"
	"ctiagent/internal/config"
	"ctiagent/internal/paths"
	"ctiagent/localapi/client"
	"ctiagent/localapi/protocol"
)

// program connects as a program of the person's does.
func (s *site) program() *client.Client {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	c, err := client.Dial(ctx, client.Options{Sockets: []string{paths.Current().UserSocket()}})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { c.Close() })
	return c
}

// clicks opens a link.
func (s *site) clicks(link string) error {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return s.program().Call(ctx, protocol.URIOpen, protocol.URIIn{URI: link}, nil)
}

// settle waits until the desk has dealt with everything that was clicked.
func (s *site) settle() cti.DeskState {
	s.t.Helper()
	var state cti.DeskState
	if err := s.program().Call(context.Background(), protocol.DeskSnapshot, nil, &state); err != nil {
		s.t.Fatal(err)
	}
	return state
}

// On an extension that is no desk phone Total IP hands a dialled number to the
// browser, which opens it as a link, which comes back here: it is the call that
// is live already, and nothing is dialled again, however it is written.
func TestLinkThatThePBXHandsBackIsTheSameCall(t *testing.T) {
	for _, first := range []string{"sip:33553434", "tel:+55-11-3355-3434", "sip:-discar=1133553434"} {
		t.Run(first, func(t *testing.T) {
			s := demoSite(t, nil, func(cfg *config.Config) { cfg.Limits.DialsPerSecond = 1000 })
			browser := s.pbx.HandOver()
			if err := s.clicks(first); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(context.Background(), patience)
			defer cancel()
			select {
			case handed := <-browser:
				for _, form := range []string{"sip:%s", "sip:%s", "sip:%s@pbx.example;user=phone", "sip:-discar=%s", "callto://%s", "tel:%s"} {
					if err := s.clicks(fmt.Sprintf(form, handed.Number)); err != nil {
						t.Fatal(err)
					}
				}
			case <-ctx.Done():
				t.Fatal("the PBX handed nothing over")
			}
			s.stops()
			if n := s.pbx.Received("discar") + s.pbx.Received("DISCAR"); n != 1 || len(browser) > 0 {
				t.Errorf("the PBX was asked to dial %d times and handed %d numbers over again, want one call", n, len(browser))
			}
		})
	}
}

// stops ends the doors, which wait for every link that was taken.
func (s *site) stops() {
	s.t.Helper()
	if n := len(s.settle().Calls); n != 1 {
		s.t.Errorf("the desk has %d calls, want one", n)
	}
	if err := s.p.server.Close(); err != nil {
		s.t.Errorf("close the doors: %v", err)
	}
}

func TestLinkDialsByTheDialPlan(t *testing.T) {
	s := demoSite(t, nil)
	if err := s.clicks("tel:+55-11-98765-0101"); err != nil {
		t.Fatal(err)
	}
	s.theCall()
	if got := s.pbx.Dials()[0].Number; got != marianaDialled {
		t.Errorf("dialled %s, want %s", got, marianaDialled)
	}
	s.dialled(1)
}

func TestRiskyLinkAtATerminalIsUnavailable(t *testing.T) {
	s := demoSite(t, nil)
	for _, link := range []string{"tel:*21%2333553400%23", "tel:+1-201-555-0123", "sip:190"} {
		err := s.clicks(link)
		var refused *client.Error
		if !errors.As(err, &refused) || !errors.Is(err, cti.Unavailable) || refused.Hint() == "" {
			t.Errorf("%s: got %v, want unavailable with a hint", link, err)
		}
	}
	s.dialled(0)
}

func TestLoginLinkLeavesNoPasswordInTheLog(t *testing.T) {
	const password = "canary-4711"
	s := demoSite(t, nil, func(cfg *config.Config) { cfg.Links.LoginLinks, cfg.Log.Level = true, "debug" })
	if err := s.clicks("sip:-ramal=" + demoExtension + " -senha=" + password); err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(s.settle())
	if err != nil || s.p.redact.Redact("x "+password) != "x ***" {
		t.Errorf("the password is no secret of the program's (%s, %v)", raw, err)
	}
}
