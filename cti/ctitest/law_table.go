package ctitest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"ctiagent/cti"
)

func checkVerbs(t testing.TB, s Subject) {
	t.Helper()
	reasons := map[string]string{}
	for _, o := range s.Driver.Omitted {
		if _, twice := reasons[o.Verb]; twice {
			t.Errorf("%s is omitted twice", o.Verb)
		}
		if strings.TrimSpace(o.Reason) == "" {
			t.Errorf("%s is omitted without a reason", o.Verb)
		}
		reasons[o.Verb] = o.Reason
	}
	for _, v := range cti.Verbs() {
		served := slices.ContainsFunc(s.Driver.Functions, func(f cti.FuncInfo) bool { return f.Name == v.Name })
		_, omitted := reasons[v.Name]
		switch {
		case served && omitted:
			t.Errorf("%s is served and omitted", v.Name)
		case !served && !omitted:
			t.Errorf("%s is neither served nor omitted", v.Name)
		}
		delete(reasons, v.Name)
	}
	for name := range reasons {
		t.Errorf("%s is omitted and is no common verb", name)
	}
}

func checkDeclared(t testing.TB, s Subject) {
	t.Helper()
	checkRows(t, s.Driver)
	w := newWorld(t, s)
	r := w.start()
	var wrong string
	if !w.until(func() bool { wrong = bound(s.Driver.Functions, r.session.Actions().All()); return wrong == "" }) {
		t.Error(wrong)
	}
	samples := w.sim.Samples()
	for _, f := range s.Driver.Functions {
		in := f.NewIn()
		if slices.ContainsFunc(samples, func(o Sample) bool { return o.Name == f.Name }) || cti.Check(f.Name, in) != nil {
			continue
		}
		w.in(f.Name, func(ctx context.Context) {
			if _, err := r.session.Actions().Call(ctx, f.Name, w.sim.Target(), in, nil); errors.Is(err, cti.Unsupported) {
				t.Errorf("%s is declared and answers %v", f.Name, err)
			}
		})
	}
	every := func(*world, Sample) bool { return true }
	each(t, s, every, func(w *world, sample Sample) {
		i := slices.IndexFunc(s.Driver.Functions, func(f cti.FuncInfo) bool { return f.Name == sample.Name })
		if i < 0 {
			t.Errorf("the sample %s is not declared", sample.Name)
			return
		}
		r := w.start()
		out, err := w.do(r.session, w.prepare(r, sample), sample)
		if err != nil {
			t.Errorf("%s: %v", sample.Name, err)
			return
		}
		if got, want := reflect.TypeOf(out), s.Driver.Functions[i].Out; got != want {
			t.Errorf("%s answers %v and declares %v", sample.Name, got, want)
		}
	})
}

// checkRows holds the driver's own table against the rules of every table.
func checkRows(t testing.TB, d cti.Driver) {
	t.Helper()
	common := map[string]cti.FuncInfo{}
	for _, v := range cti.Verbs() {
		common[v.Name] = v
	}
	effects := []cti.Effect{cti.Observe, cti.Dial, cti.Control, cti.Supervise}
	for i, f := range d.Functions {
		if f.Title == "" || f.Source == "" {
			t.Errorf("%s lacks its title or its source", f.Name)
		}
		if !slices.Contains(effects, f.Effect) {
			t.Errorf("%s has the effect %q", f.Name, f.Effect)
		}
		if i > 0 && d.Functions[i-1].Name >= f.Name {
			t.Errorf("%s stands after %s: sort the rows by name, each once", f.Name, d.Functions[i-1].Name)
		}
		if v, ok := common[f.Name]; ok && (v.In != f.In || v.Out != f.Out || v.Effect != f.Effect) {
			t.Errorf("%s is not the common verb of that name", f.Name)
		} else if !ok && !strings.HasPrefix(f.Name, d.Name+".") {
			t.Errorf("%s is no common verb and does not begin with %q", f.Name, d.Name+".")
		}
	}
}

// bound says in which way the bound rows differ from the declared ones.
func bound(declared, served []cti.FuncInfo) string {
	var wrong []string
	for _, f := range declared {
		if !slices.Contains(served, f) {
			wrong = append(wrong, f.Name+" is declared and not bound")
		}
	}
	for _, f := range served {
		if !slices.Contains(declared, f) {
			wrong = append(wrong, f.Name+" is bound and not declared")
		}
	}
	return strings.Join(wrong, ", ")
}

func checkUnsupported(t testing.TB, s Subject) {
	t.Helper()
	w := newWorld(t, s)
	session := w.open()
	before := fmt.Sprint(w.sim.Requests())
	ask := func(name string, in any) {
		w.in(name, func(ctx context.Context) {
			_, err := session.Actions().Call(ctx, name, w.sim.Target(), in, nil)
			if !errors.Is(err, cti.Unsupported) || cti.MayHaveReached(err) {
				t.Errorf("%s answered %v, want unsupported and not sent", name, err)
			}
		})
	}
	for _, v := range cti.Verbs() {
		if slices.ContainsFunc(s.Driver.Omitted, func(o cti.Omission) bool { return o.Verb == v.Name }) {
			ask(v.Name, v.NewIn())
		}
	}
	ask(s.Driver.Name+".no_such_function", &cti.None{})
	if after := fmt.Sprint(w.sim.Requests()); after != before {
		t.Errorf("the PBX heard of it: requests were %s and are %s", before, after)
	}
}
