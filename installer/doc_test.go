// Package installer_test builds the packages as they are delivered, installs them where nobody lives, and looks at what they
// leave behind.
package installer_test

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

//go:generate go test -run ^(TestIconsAreDrawn|TestLaunchdFilesAreRendered|TestExamplePoliciesAreFresh|TestGroupPolicyTemplatesAreFresh)$ -update .
var update = flag.Bool("update", false, "write the files that are made from others again")

// version is what the packages are built as, and later what the package for Windows is upgraded to.
const (
	version = "v1.2.3"
	later   = "1.2.4"
)

// delivery is what installer/build.sh makes, once for all tests.
var delivery struct {
	sync.Once
	dir string
	err error
}

// TestMain removes what the tests built.
func TestMain(m *testing.M) {
	status := m.Run()
	if delivery.dir != "" {
		_ = os.RemoveAll(delivery.dir)
	}
	os.Exit(status)
}

// delivered is the folder with the packages, and in its folder stage/ the files they are made of.
func delivered(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("builds every package; run without -short")
	}
	delivery.Do(func() {
		if delivery.dir, delivery.err = os.MkdirTemp("", "ctiagent-packages-"); delivery.err != nil {
			return
		}
		cert, key, err := certificate(delivery.dir)
		if err != nil {
			delivery.err = err
			return
		}
		for _, call := range [][]string{{version, delivery.dir}, {"v" + later, filepath.Join(delivery.dir, "later"), "msi"}} {
			cmd := exec.Command("./build.sh", call[1:]...)
			cmd.Env = append(os.Environ(), "VERSION="+call[0], "SIGN_CERT="+cert, "SIGN_KEY="+key, "SIGN_TIME=", "GOFLAGS=")
			if out, err := cmd.CombinedOutput(); err != nil {
				delivery.err = fmt.Errorf("%w: %s", err, out)
				return
			}
		}
	})
	if delivery.err != nil {
		t.Fatal(delivery.err)
	}
	return delivery.dir
}

// certificate makes one to sign programs with, which signs itself.
func certificate(dir string) (cert, key string, err error) {
	cert, key = filepath.Join(dir, "signer.pem"), filepath.Join(dir, "signer.key")
	out, err := exec.Command("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=ctiagent test",
		"-addext", "extendedKeyUsage=codeSigning", "-keyout", key, "-out", cert).CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%w: %s", err, out)
	}
	return cert, key, err
}

// says runs a program of the tests' own system that must succeed.
func says(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %q: %v: %s", name, args, err, out)
	}
	return string(out)
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
