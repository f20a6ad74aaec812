package totalphone

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"testing"

	"ctiagent/vendors/totalphone/totalphonetest"

	"go.uber.org/goleak"
)

// fake is the program that stands in for TotalPhone, built once for all tests.
var fake string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "fakephone")
	if err == nil {
		fake, err = totalphonetest.Build(context.Background(), dir, runtime.GOOS)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		_ = os.RemoveAll(dir)
		os.Exit(code)
	}))
}

// startPhone starts a softphone that ends with the test, which fails when it was told something the manual does not know.
func startPhone(t testing.TB, opts totalphonetest.Options) *totalphonetest.Phone {
	t.Helper()
	if opts.Program == "" {
		opts.Program = fake
	}
	p, err := totalphonetest.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.Close()
		for _, r := range p.Requests() {
			if len(r.Faults) > 0 {
				t.Errorf("%q is not what the manual has: %v", r.Args, r.Faults)
			}
		}
	})
	return p
}
