package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A softphone that passes what it is to dial on to whoever gets sip: links, as a launcher of browsers does, hands the number
// to the very ctiagent that launched it. It is one call: the softphone is launched once, and the click ends.
func TestSoftphoneThatOpensALinkIsLaunchedOnce(t *testing.T) {
	s := newSession(t)
	dir := t.TempDir()
	phone, launches, handed := filepath.Join(dir, "phone"), filepath.Join(dir, "launches"), filepath.Join(dir, "handed")
	// What it hands back comes in every form; each is answered before the next, and the last tells that all were.
	script := fmt.Sprintf("#!/bin/sh\necho \"$1\" >>%s\nfor link in \"$1\" \"$1@pbx\" \"sip:-discar=${1#sip:}\"; do %s \"$link\" || exit; done\ntouch %s\n", launches, s.program, handed)
	if err := os.WriteFile(phone, []byte(script), 0o700); err != nil { //nolint:gosec // a program
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	s.writes(fmt.Sprintf("[api]\nport = %d\n[agent]\nid = \"12\"\nextension = \"10005\"\narea_code = \"11\"\n[limits]\ndials_per_second = 100\n"+
		"[[driver]]\nuse = \"customphone\"\npath = %q\ndial = \"sip:{number}\"\npause_ms = 1\n", port, phone))
	if status, said := s.clicks("tel:+55-11-3355-3400"); status != 0 || said != "" {
		t.Fatalf("status %d, said %q", status, said)
	}
	end := s.started()
	late := time.NewTimer(patience)
	defer late.Stop()
	for again := time.NewTicker(10 * time.Millisecond); ; {
		if _, err := os.Stat(handed); err == nil {
			again.Stop()
			break
		}
		select {
		case <-again.C:
		case <-late.C:
			t.Fatal("the softphone never handed the number over")
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join(filepath.Dir(s.program), "ctiagent"), "calls", "--json")
	cmd.Env = []string{"HOME=" + s.home, "XDG_RUNTIME_DIR=" + s.run, "LANG=C.UTF-8"}
	calls, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	end() // it waits for what the links have begun
	got, err := os.ReadFile(launches)
	if n := strings.Count(string(calls), "\n"); err != nil || string(got) != "sip:33553400\n" || n != 1 || len(s.desktop.Notes) > 0 {
		t.Errorf("launched with %q (%v), %d calls, %d notes", got, err, n, len(s.desktop.Notes))
	}
}
