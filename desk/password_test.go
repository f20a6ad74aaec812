package desk_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"ctiagent/cti"
	"ctiagent/desk"

	"github.com/google/go-cmp/cmp"
)

// store is a person's secret store.
type store struct {
	kept  map[string]string
	asked int
	where desk.Kept
	err   error
}

func (s *store) Password(_ context.Context, agent string) (string, error) {
	s.asked++
	return s.kept[agent], s.err
}

func (s *store) Keep(_ context.Context, agent, password string) (desk.Kept, error) {
	if s.err == nil {
		s.kept[agent] = password
	}
	return s.where, s.err
}

func (s *store) Forget(_ context.Context, agent string) error {
	delete(s.kept, agent)
	return s.err
}

// strict is a driver whose login wants this password.
func strict(name, password string) *fake {
	f := newFake(name, row(cti.AgentLogin))
	f.on("agent.login", func(_ context.Context, s sent) (any, error) {
		switch s.In.(cti.LoginIn).Password {
		case "":
			return nil, cti.WantsPassword(name, name)
		case password:
			return cti.AgentOut{State: cti.AgentReady}, nil
		}
		return nil, &cti.Error{Kind: cti.Unauthorized, Driver: name, Text: "wrong", Sent: cti.CertainSent}
	})
	return f
}

func passwordsOf(s *store, learned *[]string) func(*desk.Options) {
	return func(o *desk.Options) {
		o.Passwords, o.Learn = s, func(p string) { *learned = append(*learned, p) }
	}
}

func TestKeptPasswordGoesOnlyToTheDriverThatWantsOne(t *testing.T) {
	open, closed := newFake("open", row(cti.AgentLogin)), strict("closed", "right")
	s, learned := &store{kept: map[string]string{"12": "right"}}, []string(nil)
	r := begin(t, passwordsOf(s, &learned), open, closed)
	got := r.must("agent.login", nil).(desk.LoginResult)
	want := []desk.Fared{{Driver: "open", OK: true}, {Driver: "closed", OK: true}}
	if d := cmp.Diff(got.Drivers, want); d != "" {
		t.Fatal(d)
	}
	if p := open.last(t).In.(cti.LoginIn).Password; p != "" {
		t.Errorf("a driver that wants none got the password %q", p)
	}
	if s.asked != 1 || s.kept["12"] != "right" || !slices.Equal(learned, []string{"right"}) {
		t.Errorf("asked %d times, kept %v, the log knows %v", s.asked, s.kept, learned)
	}
}

func TestPasswordIsKeptByChoiceOnlyAndOnceItWasTaken(t *testing.T) {
	s, learned := &store{kept: map[string]string{}, where: desk.KeptStoreLocked}, []string(nil)
	r := begin(t, passwordsOf(s, &learned), strict("pbx", "right"))
	login := func(password, remember string) (desk.LoginResult, error) {
		out, err := r.do("agent.login", map[string]any{"password": password, "remember": remember})
		if err != nil {
			return desk.LoginResult{}, err
		}
		return out.(desk.LoginResult), nil
	}
	if _, err := login("wrong", "yes"); !errors.Is(err, cti.Unauthorized) || len(s.kept) != 0 {
		t.Fatalf("a refused password: %v, kept %v", err, s.kept)
	}
	if out, err := login("right", ""); err != nil || out.Kept != "" || len(s.kept) != 0 {
		t.Fatalf("nobody chose to keep it: %+v, %v, kept %v", out, err, s.kept)
	}
	if out, err := login("right", "yes"); err != nil || out.Kept != desk.KeptStoreLocked || s.kept["12"] != "right" {
		t.Fatalf("kept: %+v, %v, %v", out, err, s.kept)
	}
	if _, err := login("right", "no"); err != nil || len(s.kept) != 0 {
		t.Fatalf("taken back: %v, kept %v", err, s.kept)
	}
	if !slices.Contains(learned, "wrong") || !slices.Contains(learned, "right") || s.asked != 0 {
		t.Errorf("the log knows %v; the store was asked %d times", learned, s.asked)
	}
	if _, err := login("right", "perhaps"); !errors.Is(err, cti.BadRequest) {
		t.Errorf("another word: %v", err)
	}
}

func TestKeptPasswordThatIsRefusedIsSentOnceAndRemoved(t *testing.T) {
	p := strict("pbx", "right")
	s, learned := &store{kept: map[string]string{"12": "old"}}, []string(nil)
	r := begin(t, passwordsOf(s, &learned), p)
	_, err := r.do("agent.login", nil)
	wantKind(t, err, cti.Unauthorized, "")
	wantSent(t, p, "agent.login", "agent.login") // without a password, which no wire saw, and with it
	if len(s.kept) != 0 {
		t.Errorf("still kept: %v", s.kept)
	}
	_, err = r.do("agent.login", nil)
	wantKind(t, err, cti.Unauthorized, cti.HintPassword)
	wantSent(t, p, "agent.login", "agent.login", "agent.login")
}

func TestLoginWithoutStoreSaysThatAPasswordIsWanted(t *testing.T) {
	for name, change := range map[string]func(*desk.Options){
		"no store": nil,
		"it fails": passwordsOf(&store{err: cti.Fail(cti.Unavailable, "desktop.password", "no program stands ready")}, new([]string)),
	} {
		t.Run(name, func(t *testing.T) {
			r := begin(t, change, strict("pbx", "right"))
			_, err := r.do("agent.login", nil)
			wantKind(t, err, cti.Unauthorized, cti.HintPassword)
			if out := r.must("agent.login", map[string]any{"password": "right", "remember": "yes"}).(desk.LoginResult); !out.Drivers[0].OK || out.Kept != "" {
				t.Errorf("%+v", out)
			}
		})
	}
}
