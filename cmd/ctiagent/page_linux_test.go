package main

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// The same page, open at two people of one computer, reaches the desk of each;
// nobody's page reaches a desk that is not theirs, nor a ctiagent of their own.
func TestPagesOfTwoPeopleReachTheirOwnDesks(t *testing.T) {
	if !inside(t) {
		return
	}
	c := newComputer(t)
	const origin = "https://crm.example.com"
	text, err := os.ReadFile(c.site)
	c.check(err)
	own, err := freePort()
	c.check(err)
	c.check(os.WriteFile(c.site, []byte(strings.Replace(string(text), "[api]\n", "[api]\norigins = [\""+origin+"\"]\n", 1)), 0o644))
	c.service()
	alice, _ := c.hand(aliceUID, "12", "10005"), c.hand(brunoUID, "13", "10006")
	if words, code := c.says(aliceUID, "dial", "11987654321"); code != 0 {
		t.Fatalf("alice dials: %s", words)
	}
	alice.until("event call.dialing")
	var port int
	_, after, _ := strings.Cut(string(text), "port = ")
	if _, err := fmt.Sscan(after, &port); err != nil {
		t.Fatal(err)
	}
	page := func(uid, port int, origin string) string {
		t.Helper()
		out, err := c.as(uid, "test-page", fmt.Sprintf("ws://127.0.0.1:%d/v1/ws", port), origin).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return string(out)
	}
	if got := page(aliceUID, port, origin); !strings.Contains(got, `"id":"12"`) || !strings.Contains(got, "987654321") {
		t.Errorf("alice's page: %s", got)
	}
	if got := page(brunoUID, port, origin); !strings.Contains(got, `"id":"13"`) || strings.Contains(got, "987654321") || strings.Contains(got, `"id":"12"`) {
		t.Errorf("bruno's page: %s", got)
	}
	if got := page(aliceUID, port, "https://evil.test"); !strings.Contains(got, "pairing_required") {
		t.Errorf("another page of alice's: %s", got)
	}
	for who, uid := range map[string]int{"root": 0, "the service": serviceUID} {
		if got := page(uid, port, origin); !strings.Contains(got, "forbidden") && !strings.Contains(got, "not let in: 403") {
			t.Errorf("a page of %s, at whose desk nobody sits: %s", who, got)
		}
	}

	// A ctiagent that alice runs herself serves her, and nobody else on either door.
	c.check(os.Mkdir("/run/alice", 0o700))
	c.check(os.Chown("/run/alice", aliceUID, aliceUID))
	site := fmt.Sprintf("[api]\nport = %d\norigins = [%q]\n", own, origin)
	c.check(os.WriteFile("/run/alice.toml", []byte(site), 0o644))
	b := c.started(aliceUID, []string{"XDG_RUNTIME_DIR=/run/alice"}, "ctiagent", "run", "--config", "/run/alice.toml")
	b.until("Pages reach it at")
	if got := page(aliceUID, own, origin); !strings.Contains(got, `"result":{`) {
		t.Errorf("alice's page at her own: %s", got)
	}
	if got := page(brunoUID, own, origin); strings.Contains(got, `"result"`) || !strings.Contains(got, "forbidden") && !strings.Contains(got, "not let in: 403") {
		t.Errorf("bruno's page at alice's: %s", got)
	}
	cmd := c.as(brunoUID, "test-page", "ws://127.0.0.1:1/", origin)
	cmd.Args, cmd.Path = []string{"sh", "-c", "test -r /run/alice/ctiagent.sock || test -w /run/alice/ctiagent.sock"}, "/bin/sh"
	if err := cmd.Run(); err == nil {
		t.Error("bruno can open the program door of alice's")
	}
}
