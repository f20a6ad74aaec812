package totalphone

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"ctiagent/cti"
	"ctiagent/vendors/totalphone/totalphonetest"
)

// processPrng is the one function that Go's programs want of Windows and this wine lacks: it fills with random bytes.
const processPrng = `#include <windows.h>
BOOLEAN WINAPI SystemFunction036(PVOID, ULONG);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T size) { return SystemFunction036(data, (ULONG)size); }
`

// windows makes a Windows of its own for a test and answers what runs a program in it.
func windows(t *testing.T) totalphonetest.Options {
	t.Helper()
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
	prefix := filepath.Join(t.TempDir(), "wine")
	env := []string{"WINEPREFIX=" + prefix, "WINEARCH=win64", "WINEDEBUG=-all", "WINEDLLOVERRIDES=mscoree,mshtml=", "DISPLAY="}
	run := func(input, name string, args ...string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), name, args...)
		cmd.Env = append(os.Environ(), env...)
		cmd.Stdin = bytes.NewBufferString(input)
		if words, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s %q: %v: %s", name, args, err, words)
		}
	}
	run("", "wine", "wineboot", "--init")
	t.Cleanup(func() {
		// The server and the services of this Windows, and of no other.
		for _, arg := range []string{"-k", "-w"} {
			cmd := exec.Command("wineserver", arg)
			cmd.Env = append(os.Environ(), env...)
			if words, err := cmd.CombinedOutput(); err != nil && arg == "-w" {
				t.Errorf("wineserver %s: %v: %s", arg, err, words)
			}
		}
	})
	stay(t, env)
	run(processPrng, "x86_64-w64-mingw32-gcc", "-O2", "-shared", "-o", filepath.Join(prefix, "drive_c", "windows", "system32", "bcryptprimitives.dll"),
		"-x", "c", "-", "-ladvapi32")
	program, err := totalphonetest.Build(t.Context(), t.TempDir(), "windows")
	if err != nil {
		t.Fatal(err)
	}
	return totalphonetest.Options{Program: program, Through: []string{"wine"}, Env: env}
}

// stay keeps a command prompt open until the test ends: a Windows in which nothing runs goes away, and is made anew for each
// launch.
func stay(t *testing.T, env []string) {
	t.Helper()
	prompt := exec.CommandContext(context.Background(), "wine", "cmd")
	prompt.Env = append(os.Environ(), env...)
	input, err := prompt.StdinPipe()
	if err == nil {
		err = prompt.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = input.Close() // which ends it
		_ = prompt.Wait()
	})
}

// The program of Windows gets what Windows hands over: one line, which it takes apart by itself.
func TestWindowsProgramGetsEverySwitchExactly(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a Windows; run without -short")
	}
	opts := windows(t)
	none := map[string]string{optionPause: "0", optionStart: "0"}
	t.Run("scenario", func(t *testing.T) { scenario(t, newBench(t, Driver(), opts, none)) })
	t.Run("switches", func(t *testing.T) {
		tried := map[string]bool{}
		for _, c := range everySwitch() {
			b := newBench(t, Driver(), opts, none)
			b.do(c.name, cti.Target{}, c.in)
			b.launched(c.want...)
			tried[c.name] = true
		}
		if len(tried) != len(Driver().Functions) {
			t.Errorf("%d rows were tried, want %d", len(tried), len(Driver().Functions))
		}
	})
	t.Run("MicroSIP", func(t *testing.T) {
		custom := opts
		custom.Custom, custom.Name = true, "microsip.exe"
		dialWithMicroSIP(t, newBench(t, Custom(), custom, microSIP()))
	})
}
