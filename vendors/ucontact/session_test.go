package ucontact

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/cti/ctitest"
	"ctiagent/vendors/ucontact/ucontacttest"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// someToken is Base64 already, as the system's tokens are (facts B5).
const someToken = "QWRtaW46OTgzNWM1MjUtMDAwMA=="

// hasty is a clock whose waits are twenty times shorter, so that nobody waits for the next look.
type hasty struct{}

func (hasty) Now() time.Time { return time.Now() }
func (hasty) AfterFunc(d time.Duration, f func()) func() bool {
	return cti.RealClock().AfterFunc(d/20, f)
}

// visit is a session at a simulator, with the host it lives in.
type visit struct {
	cti.Session
	t    *testing.T
	site *ucontacttest.T
	host *ctitest.Host
}

// open opens a session, which ends with the test.
func open(t *testing.T, site *ucontacttest.T, more map[string]string) *visit {
	t.Helper()
	return openAt(t, site, configOf(site, ucontacttest.DefaultPassword, more))
}

func openAt(t *testing.T, site *ucontacttest.T, cfg cti.Config) *visit {
	t.Helper()
	host := ctitest.NewHost(hasty{})
	host.SetDesk(desk)
	s, err := Driver().Open(t.Context(), cfg, host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return &visit{s, t, site, host}
}

// do calls a function for the test's own desk.
func do[In, Out any](v *visit, a cti.Action[In, Out], in In) (Out, error) {
	v.t.Helper()
	return cti.Do(soon(v.t), v.Actions(), a, desk, in)
}

// must is do where it works.
func must[In, Out any](v *visit, a cti.Action[In, Out], in In) Out {
	v.t.Helper()
	out, err := do(v, a, in)
	if err != nil {
		v.t.Fatalf("%s: %v", a.Name, err)
	}
	return out
}

// soon is a context that ends long before the driver's own patience does.
func soon(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// says lets the site answer every function but those of its own session.
func says(status int, body string) http.Handler {
	return serves(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	})
}

func serves(h http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasSuffix(r.URL.Path, "/auth/getUserToken"):
			_, _ = io.WriteString(w, `["Admin",1,"`+someToken+`"]`)
		case strings.HasSuffix(r.URL.Path, "/auth/EndSession"):
			_, _ = io.WriteString(w, answerYes)
		default:
			h(w, r)
		}
	})
}

// facts are what a running session tells.
type facts struct {
	t *testing.T

	mu    sync.Mutex
	all   []cti.Fact
	new   chan struct{}
	ended chan error
}

// follow runs a session until the test ends.
func (v *visit) follow() *facts {
	v.t.Helper()
	f := &facts{t: v.t, new: make(chan struct{}, 1), ended: make(chan error, 1)}
	ctx, cancel := context.WithCancel(v.t.Context())
	go func() {
		f.ended <- v.Run(ctx, func(fact cti.Fact) {
			f.mu.Lock()
			defer f.mu.Unlock()
			f.all = append(f.all, fact)
			select {
			case f.new <- struct{}{}:
			default:
			}
		})
	}()
	v.t.Cleanup(func() {
		cancel()
		if err := <-f.ended; err != nil && !errors.Is(err, cti.Unauthorized) {
			v.t.Error(err)
		}
	})
	return f
}

// await waits until what was told so far is as wanted.
func (f *facts) await(what string, ok func([]cti.Fact) bool) {
	f.t.Helper()
	ctx := soon(f.t)
	for {
		all := f.told()
		if ok(all) {
			return
		}
		select {
		case <-f.new:
		case <-ctx.Done():
			f.t.Fatalf("waited in vain: %s; told %+v", what, all)
		}
	}
}

// told is what was told so far.
func (f *facts) told() []cti.Fact {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]cti.Fact{}, f.all...)
}

// calls are the facts of calls among all, snapshots taken apart.
func calls(all []cti.Fact) (out []cti.CallFact) {
	for _, f := range all {
		switch f := f.(type) {
		case cti.CallFact:
			out = append(out, f)
		case cti.SnapshotFact:
			out = append(out, f.Calls...)
		}
	}
	return out
}

// agents are the facts of the agent among all.
func agents(all []cti.Fact) (out []cti.AgentFact) {
	for _, f := range all {
		switch f := f.(type) {
		case cti.AgentFact:
			out = append(out, f)
		case cti.SnapshotFact:
			if f.Agent != nil {
				out = append(out, *f.Agent)
			}
		}
	}
	return out
}

// call waits for the newest fact of a call to be in a state.
func (f *facts) call(state cti.CallState) (last cti.CallFact) {
	f.t.Helper()
	f.await("a call that is "+string(state), func(all []cti.Fact) bool {
		if c := calls(all); len(c) > 0 {
			last = c[len(c)-1]
		}
		return last.State == state
	})
	return last
}

// agent waits for the newest fact of the agent to have a state.
func (f *facts) agent(state cti.AgentState) (last cti.AgentFact) {
	f.t.Helper()
	f.await("an agent who is "+string(state), func(all []cti.Fact) bool {
		if a := agents(all); len(a) > 0 {
			last = a[len(a)-1]
		}
		return last.State == state
	})
	return last
}

// link waits for the newest fact of the link to have a state.
func (f *facts) link(state cti.LinkState) {
	f.t.Helper()
	f.await("a link that is "+string(state), func(all []cti.Fact) bool {
		last := cti.LinkFact{}
		for _, fact := range all {
			if l, ok := fact.(cti.LinkFact); ok {
				last = l
			}
		}
		return last.State == state
	})
}

// fails checks an error's kind and words.
func fails(t *testing.T, what string, err error, kind cti.Kind, words ...string) {
	t.Helper()
	_ = failed(t, what, err, kind, words...)
}

// failed is fails for what else there is to check.
func failed(t *testing.T, what string, err error, kind cti.Kind, words ...string) *cti.Error {
	t.Helper()
	if err == nil {
		t.Fatalf("%s: no error, want %s", what, kind)
	}
	e := cti.AsError(err)
	if e.Kind != kind {
		t.Errorf("%s: %v is %s, want %s", what, err, e.Kind, kind)
	}
	for _, w := range words {
		if !strings.Contains(e.Text, w) {
			t.Errorf("%s: %q does not say %q", what, e.Text, w)
		}
	}
	return e
}
