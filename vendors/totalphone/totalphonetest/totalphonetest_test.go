package totalphonetest

import (
	"context"
	"errors"
	"os"
	"runtime"
	"slices"
	"testing"
	"time"

	"ctiagent/cti"
)

func start(t *testing.T, opts Options) *Phone {
	t.Helper()
	program, err := Build(t.Context(), t.TempDir(), runtime.GOOS)
	if err != nil {
		t.Fatal(err)
	}
	opts.Program = program
	p, err := New(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.Close()
		p.Close()
		if _, err := os.Stat(p.Path()); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the program is still there: %v", err)
		}
	})
	return p
}

// launch runs the program, in order, once for each list of arguments.
func launch(t *testing.T, p *Phone, launches ...[]string) {
	t.Helper()
	for _, args := range launches {
		if err := p.Launch(t.Context(), p.Path(), args...); err != nil {
			t.Fatalf("%q: %v", args, err)
		}
	}
}

func TestSwitchesDoWhatTheManualSays(t *testing.T) {
	p := start(t, Options{Password: "1234"})
	launch(t, p, []string{"-ramal=99999", "-senha=4321"})
	if s := p.State(); !s.Running || s.Extension != "" {
		t.Errorf("a wrong password: %+v", s)
	}
	launch(t, p, []string{"-ramal=99999", "-senha=1234"}, []string{"-digito=2"}, []string{"-digito=0"}, []string{"-discar"})
	if s := p.State(); s.Extension != "99999" || s.Line[0] != (Line{State: Dialing, Number: "20"}) || s.Composed != "" {
		t.Errorf("after composing: %+v", s)
	}
	p.FarAnswer(1)
	launch(t, p, []string{"-digito=7"}, []string{"-mudo"}, []string{"-espera"}, []string{"-rediscar"})
	if s := p.State(); s.Tones != "7" || !s.Muted || s.Line[0].State != Held || s.Line[1].Number != "20" || s.Active != 2 {
		t.Errorf("after redialling: %+v", s)
	}
	launch(t, p, []string{"-desligar"})
	older, newer := p.Ring("1"), p.Ring("2")
	launch(t, p, []string{"-atender"})
	if s := p.State(); s.Line[newer-1].State != Connected || s.Line[older-1].State != Ringing {
		t.Errorf("after answering: %+v", s)
	}
	launch(t, p, []string{"-linha=1"})
	if s := p.State(); s.Line[0].State != Connected || s.Line[newer-1].State != Held || s.Active != 1 {
		t.Errorf("after activating a line: %+v", s)
	}
	p.FarHangup(newer)
	p.RingGroup("3")
	launch(t, p, []string{"-capturar"})
	if s := p.State(); s.Group != "" || s.Line[s.Active-1].Number != "3" {
		t.Errorf("after picking up: %+v", s)
	}
	launch(t, p, []string{"-transferencia"}, []string{"-digito=4"}, []string{"-digito=0"}, []string{"-digito=0"}, []string{"-digito=7"}, []string{"-digito=4"})
	if s := p.State(); !slices.Equal(s.Transfers, []string{"3 > 40074"}) {
		t.Errorf("after a transfer: %+v", s)
	}
	launch(t, p, []string{"-autoanswer"}, []string{"-reiniciar"})
	if s := p.State(); s.AutoAnswer || s.Restarts != 1 || s.Extension != "99999" || s.Line != [Lines]Line{} {
		t.Errorf("after restarting: %+v", s)
	}
	launch(t, p, []string{"-autoanswer"})
	if line := p.Ring("5"); p.State().Line[line-1].State != Connected {
		t.Error("the call was not answered by itself")
	}
	launch(t, p, []string{"-fechar"})
	if s := p.State(); s.Running {
		t.Errorf("after closing: %+v", s)
	}
	for _, r := range p.Requests() {
		if len(r.Faults) > 0 {
			t.Errorf("%q: %v", r.Args, r.Faults)
		}
	}
}

func TestWhatTheManualDoesNotHaveIsAFaultAndDoesNothing(t *testing.T) {
	p := start(t, Options{})
	for _, args := range [][]string{{}, {""}, {"-nada"}, {"-digito=10"}, {"-digito=*"}, {"-digito="}, {"-linha=7"}, {"-linha=0"}, {"-discar=1 2"}, {"-desligar=1"},
		{"-ramal=1"}, {"-ramal=1", "-senha="}, {"-senha=1", "-ramal=1"}, {"-ramal=x", "-senha=1"}, {"-desligar", "-desligar"}, {" -desligar"}, {"–desligar"}} {
		before := p.State()
		launch(t, p, args)
		all := p.Requests()
		if r := all[len(all)-1]; len(r.Faults) != 1 || !slices.Equal(r.Args, args) {
			t.Errorf("%q is recorded as %+v", args, r)
		}
		if after := p.State(); after.Line != before.Line || after.Running != before.Running || after.Composed != before.Composed {
			t.Errorf("%q did something: %+v", args, after)
		}
	}
}

func TestLaunchThatFailsIsAnError(t *testing.T) {
	p := start(t, Options{})
	p.CutLink()
	if err := p.Launch(t.Context(), p.Path(), "-desligar"); !errors.Is(err, cti.Unavailable) {
		t.Errorf("with the link cut: %v", err)
	}
	p.RestoreLink()
	if err := p.Launch(t.Context(), "/bin/true", "-desligar"); err == nil {
		t.Error("another program was launched")
	}
	p.DropAfterRead("-desligar")
	if err := p.Launch(t.Context(), p.Path(), "-desligar"); err == nil {
		t.Error("a program that failed is no error")
	}
	read := p.HangAfterRead("-desligar")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- p.Launch(ctx, p.Path(), "-desligar") }()
	<-read
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("given up: %v", err)
	}
	if got := p.Launches(); !slices.Equal(got, []string{"-desligar", "-desligar"}) {
		t.Errorf("launched %q", got)
	}
}
