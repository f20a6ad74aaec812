// Package winetest is a Windows for one test: wine in a prefix of its own, which ends with the test.
package winetest

import (
	"bufio"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// processPrng is the one function that Go's programs want of Windows and wine 8 lacks: it fills with random bytes.
const processPrng = `#include <windows.h>
BOOLEAN WINAPI SystemFunction036(PVOID, ULONG);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T size) { return SystemFunction036(data, (ULONG)size); }
`

// Windows is one prefix.
type Windows struct {
	// C is the folder that programs of this Windows know as C:\.
	C string
	// Env is the environment in which wine finds this prefix.
	Env []string

	build []string // the environment of go, whose caches stand in a home that the test may change
}

// New makes a Windows. Where wine is missing and nobody may install it, the test is skipped and says so.
func New(t *testing.T) *Windows {
	t.Helper()
	if testing.Short() {
		t.Skip("starts a Windows; run without -short")
	}
	for _, tool := range []string{"wine", "wineserver", "x86_64-w64-mingw32-gcc"} {
		if _, err := exec.LookPath(tool); err == nil {
			continue
		}
		const remedy = " is missing; scripts/deps.sh test installs it"
		if os.Getuid() != 0 {
			t.Skip(tool + remedy + " with an administrator's rights")
		}
		t.Fatal(tool + remedy)
	}
	prefix, home := filepath.Join(t.TempDir(), "wine"), t.TempDir()
	// Without a menu builder and with a home of its own: wine would write its programs into the menu of whoever runs this, and
	// lay the folders of a Windows user over theirs.
	w := &Windows{C: filepath.Join(prefix, "drive_c"), build: os.Environ(), Env: append(os.Environ(), "WINEPREFIX="+prefix, "WINEARCH=win64", "WINEDEBUG=-all",
		"WINEDLLOVERRIDES=mscoree,mshtml,winemenubuilder.exe=", "HOME="+home, "XDG_CONFIG_HOME=", "XDG_DATA_HOME=", "XDG_CACHE_HOME=",
		"DISPLAY=", "WAYLAND_DISPLAY=")}
	t.Cleanup(func() {
		// The server and the programs of this prefix, and of no other.
		for _, arg := range []string{"-k", "-w"} {
			cmd := exec.Command("wineserver", arg) //nolint:noctx // the test is over, and its context with it
			cmd.Env = w.Env
			if words, err := cmd.CombinedOutput(); err != nil && arg == "-w" {
				t.Errorf("wineserver %s: %v: %s", arg, err, words)
			}
		}
	})
	w.stay(t)
	w.tool(t, processPrng, "x86_64-w64-mingw32-gcc", "-O2", "-shared", "-o", filepath.Join(w.C, "windows", "system32", "bcryptprimitives.dll"),
		"-x", "c", "-", "-ladvapi32")
	return w
}

func (w *Windows) tool(t *testing.T, input, name string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Env, cmd.Stdin = w.Env, strings.NewReader(input)
	if words, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s %q: %v: %s", name, args, err, words)
	}
}

// stay opens a command prompt, which makes the prefix, and keeps it open until the test ends: a Windows in which nothing
// runs goes away and starts anew for each program. Two programs that start it at the same time get two service managers,
// so the prompt is waited for.
func (w *Windows) stay(t *testing.T) {
	t.Helper()
	prompt := exec.CommandContext(context.Background(), "wine", "cmd")
	prompt.Env = w.Env
	input, err := prompt.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	output, err := prompt.StdoutPipe()
	if err == nil {
		err = prompt.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = input.Close() // which ends it
		_, _ = io.Copy(io.Discard, output)
		_ = prompt.Wait()
	})
	if _, err := bufio.NewReader(output).ReadString('>'); err != nil {
		t.Fatalf("wine shows no prompt: %v", err)
	}
}

// Command is a program of this Windows, ready to be started.
func (w *Windows) Command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "wine", args...)
	cmd.Env = w.Env
	return cmd
}

// Build builds a program for Windows as it is delivered, from the folder of the test.
func (w *Windows) Build(t *testing.T, to, pkg string, flags ...string) {
	t.Helper()
	w.sources(t, pkg)
	w.goes(t, append([]string{"build", "-trimpath", "-buildvcs=false", "-o", to}, append(flags, pkg)...)...)
}

// BuildTests builds the tests of the package in the folder of the test for Windows.
func (w *Windows) BuildTests(t *testing.T, to string) {
	t.Helper()
	w.sources(t, "-test", ".")
	w.goes(t, "test", "-c", "-buildvcs=false", "-o", to, ".")
}

// sources looks at every file of the module that goes into a program. What a test has looked at, the go command compares
// before it answers from its cache; it cannot know of files that are compiled for another system.
func (w *Windows) sources(t *testing.T, args ...string) {
	t.Helper()
	const form = `{{if not .Standard}}{{$d := .Dir}}{{range .GoFiles}}{{$d}}/{{.}}{{"\n"}}{{end}}{{range .EmbedFiles}}{{$d}}/{{.}}{{"\n"}}{{end}}{{end}}`
	for _, file := range strings.Fields(w.goes(t, append([]string{"list", "-deps", "-f", form}, args...)...)) {
		_, _ = os.Stat(file) // one that is made for the tests alone is in no folder
	}
}

// goes calls the go command for Windows, and answers what it said.
func (w *Windows) goes(t *testing.T, args ...string) string {
	t.Helper()
	var said, bad strings.Builder
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Env = append(slices.Clone(w.build), "GOOS=windows", "GOARCH=amd64", "CGO_ENABLED=0", "GOFLAGS=")
	cmd.Stdout, cmd.Stderr = &said, &bad
	if err := cmd.Run(); err != nil {
		t.Fatalf("go %q: %v: %s%s", args, err, said.String(), bad.String())
	}
	return said.String()
}
