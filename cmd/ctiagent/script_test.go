//go:build unix

package main

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"ctiagent/vendors/totalip/totaliptest"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestScripts holds the program to its contract: each script is a person, or a
// program, at a terminal of its own, with its own PBX and its own ctiagent.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup:               setUp,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "settles": settles, "start": start, "until": until, "halt": halt, "interrupt": interrupt, "ends": ends,
			"pbx": pbxCommand, "base": baseCommand, "list": listCommand, "raw": raw, "cable": cableCommand, "crash": crash, "lines": lines, "field": field, "capture": capture, "subst": subst, "take": take, "secretless": secretless, "unzip": unzip,
		},
	})
}

// settles PATTERN PROGRAM ARGS… runs a program until its output fits: what a
// driver learns of a PBX comes a moment after its link.
func settles(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: settles PATTERN PROGRAM [ARG…]")
	}
	wanted := regexp.MustCompile("(?m)" + args[0])
	for late := time.Now().Add(patience); ; {
		err := ts.Exec(args[1], args[2:]...)
		out := ts.ReadFile("stdout")
		if err == nil && wanted.MatchString(out) {
			return
		}
		if time.Now().After(late) {
			ts.Fatalf("%v answered no %s in time: %v\n%s", args[1:], args[0], err, out)
		}
	}
}

type pbxKey struct{}

func setUp(env *testscript.Env) error {
	// A name of its own: those of the work directories are too long for a socket.
	dir, err := os.MkdirTemp("", "cti")
	if err != nil {
		return err
	}
	env.Defer(func() { _ = os.RemoveAll(dir) })
	home := filepath.Join(env.WorkDir, "home")
	if err := os.MkdirAll(home, 0o700); err != nil {
		return err
	}
	port, err := freePort()
	if err != nil {
		return err
	}
	door, err := freePort()
	if err != nil {
		return err
	}
	who, err := user.Current()
	if err != nil {
		return err
	}
	pbx := totaliptest.New(totaliptest.Options{Key: canary})
	env.Defer(pbx.Close)
	pbx.AddExtension(totaliptest.Extension{Number: "10005", User: "12", Name: "Ana Souza", LoggedIn: true})
	env.Values[pbxKey{}] = pbx
	env.Values[baseKey{}] = new(base)
	env.Values[cablesKey{}] = map[string]*cable{}
	env.Values[processKey{}] = map[string]*process{}
	for name, value := range map[string]string{
		"XDG_RUNTIME_DIR": dir, "HOME": home, "LANG": "C.UTF-8", "PORT": strconv.Itoa(port), "DOOR": strconv.Itoa(door), "KEY": canary,
		"PBX_URL": pbx.URL(), "PBX_EVENTS": pbx.EventsAddr(), "PBX_COMMANDS": pbx.CommandsAddr(),
		"WHO": who.Username, "GORACE": "atexit_sleep_ms=10", "LONG": strings.Repeat("1", 300),
	} {
		env.Setenv(name, value)
	}
	return nil
}

// exits runs a command and holds its exit status: exits CODE COMMAND [ARG...].
func exits(ts *testscript.TestScript, neg bool, args []string) {
	want := countOf(ts, neg, args, 2)
	err := ts.Exec(args[1], args[2:]...)
	got := 0
	var status *exec.ExitError
	if errors.As(err, &status) {
		got = status.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

func countOf(ts *testscript.TestScript, neg bool, args []string, least int) int {
	if neg || len(args) < least {
		ts.Fatalf("used wrongly: %q", args)
	}
	n, err := strconv.Atoi(args[0])
	if err != nil {
		ts.Fatalf("%q is no number", args[0])
	}
	return n
}

// lines holds the output to JSON, one object a line: lines COUNT [KEY...], with
// at least these keys in each. COUNT + is one or more.
func lines(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("used wrongly: %q", args)
	}
	objects := objectsOf(ts)
	if want, err := strconv.Atoi(args[0]); err == nil && len(objects) != want || err != nil && len(objects) == 0 {
		ts.Fatalf("%d lines, want %s", len(objects), args[0])
	}
	for _, o := range objects {
		for _, key := range args[1:] {
			if _, ok := o[key]; !ok {
				ts.Fatalf("%v has no %s", o, key)
			}
		}
	}
}

func objectsOf(ts *testscript.TestScript) []map[string]any {
	var objects []map[string]any
	for line := range strings.Lines(ts.ReadFile("stdout")) {
		var o map[string]any
		d := json.NewDecoder(strings.NewReader(line))
		if err := d.Decode(&o); err != nil || d.More() {
			ts.Fatalf("%q is not one JSON object: %v", line, err)
		}
		objects = append(objects, o)
	}
	return objects
}

// field holds a value of the first line of output: field PATH VALUE.
func field(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("used wrongly: %q", args)
	}
	if got := at(ts, args[0]); (got == args[1]) == neg {
		ts.Fatalf("%s is %q", args[0], got)
	}
}

// capture puts a value of the first line of output into a variable: capture
// NAME PATH.
func capture(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("used wrongly: %q", args)
	}
	ts.Setenv(args[0], at(ts, args[1]))
}

// at is the value at a path such as calls.0.state; text as it is, all else as
// JSON.
func at(ts *testscript.TestScript, path string) string {
	objects := objectsOf(ts)
	if len(objects) == 0 {
		ts.Fatalf("no output")
	}
	var v any = objects[0]
	for step := range strings.SplitSeq(path, ".") {
		switch in := v.(type) {
		case map[string]any:
			v = in[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(in) {
				ts.Fatalf("%s: no element %s", path, step)
			}
			v = in[i]
		default:
			ts.Fatalf("%s: nothing at %s", path, step)
		}
	}
	if text, ok := v.(string); ok {
		return text
	}
	b, err := json.Marshal(v)
	ts.Check(err)
	return string(b)
}

// subst puts variables into files.
func subst(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range args {
		text := os.Expand(ts.ReadFile(name), ts.Getenv)
		ts.Check(os.WriteFile(ts.MkAbs(name), []byte(text), 0o600))
	}
}

// take listens on a port until the script ends.
func take(ts *testscript.TestScript, _ bool, args []string) {
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", args[0]))
	ts.Check(err)
	ts.Defer(func() { _ = l.Close() })
}

// secretless fails when a file, or any file in a ZIP, shows the PBX's key.
func secretless(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range args {
		if strings.Contains(ts.ReadFile(name), canary) {
			ts.Fatalf("%s shows the key", name)
		}
	}
}

// unzip writes all parts of a ZIP, one after the other, to a file of the same
// name and .txt.
func unzip(ts *testscript.TestScript, _ bool, args []string) {
	z, err := zip.OpenReader(ts.MkAbs(args[0]))
	ts.Check(err)
	defer func() { _ = z.Close() }() // only read from
	var all bytes.Buffer
	for _, part := range z.File {
		r, err := part.Open()
		ts.Check(err)
		_, err = io.Copy(&all, r)
		ts.Check(errors.Join(err, r.Close()))
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]+".txt"), all.Bytes(), 0o600))
}

// raw says bytes at the program door as they are and prints the answers: raw
// ANSWERS FILE, or raw ANSWERS big:BYTES for one long line.
func raw(ts *testscript.TestScript, neg bool, args []string) {
	answers := countOf(ts, neg, args, 2)
	var message []byte
	if size, ok := strings.CutPrefix(args[1], "big:"); ok {
		n, err := strconv.Atoi(size)
		ts.Check(err)
		message = append(bytes.Repeat([]byte("x"), n), '\n')
	} else {
		message = []byte(ts.ReadFile(args[1]))
	}
	out, err := sayRaw(filepath.Join(ts.Getenv("XDG_RUNTIME_DIR"), "ctiagent.sock"), message, answers)
	ts.Check(err)
	_, _ = fmt.Fprint(ts.Stdout(), out)
}

// environment is what a command of the script would get.
func environment(ts *testscript.TestScript) []string {
	var out []string
	for _, name := range []string{"PATH", "HOME", "XDG_RUNTIME_DIR", "LANG", "TMPDIR", "GORACE", "GOCOVERDIR", "KEY"} {
		if v := ts.Getenv(name); v != "" {
			out = append(out, name+"="+v)
		}
	}
	slices.Sort(out)
	return out
}
