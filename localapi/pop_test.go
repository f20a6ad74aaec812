package localapi_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"strings"
	"testing"

	"ctiagent/cti"
	"ctiagent/localapi/localapitest"
	"ctiagent/localapi/protocol"
)

func TestProgramThatOnlyWatchesIsNeverAskedToPop(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	c, err := net.Dial("unix", s.Socket)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	ctx, cancel := context.WithTimeout(t.Context(), localapitest.Patience)
	defer cancel()
	lines := bufio.NewScanner(c)
	ask := func(method, params string) string {
		t.Helper()
		if _, err := fmt.Fprintf(c, `{"jsonrpc":"2.0","id":1,"method":"%s","params":%s}`+"\n", method, params); err != nil || !lines.Scan() {
			t.Fatalf("%s: %v, %v", method, err, lines.Err())
		}
		return lines.Text()
	}
	count := func(n int) []localapitest.Tab {
		t.Helper()
		pages, ok := s.Desk.WaitPages(ctx, func(p []localapitest.Tab) bool { return len(p) == n })
		if !ok {
			t.Fatalf("%d pages are wanted: %+v", n, pages)
		}
		return pages
	}
	ask("desk.watch", "{}")
	count(0)
	ask("page.focus", `{"visible":true,"focused":false}`)
	if p := count(1)[0]; !p.Extension || !p.Visible || p.Focused {
		t.Errorf("an extension is %+v", p)
	}
	ask("desk.watch", "{}") // anew, as in another language
	if p := count(1)[0]; !p.Extension || !p.Visible {
		t.Errorf("an extension that watches anew is %+v", p)
	}
	ask("desk.unwatch", "{}")
	count(0)
	page := s.Dial(t, localapitest.Origin)
	wantKind(t, page.Ask("desk.takePop", `{"call":"01A"}`), protocol.CodeApplication, cti.Forbidden)
	if got := ask("desk.takePop", "{}"); !strings.Contains(got, "error") {
		t.Errorf("a pop of no call: %s", got)
	}
}

func TestPageClaimsAPopFromTheDeskItWatches(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	p := s.Dial(t, localapitest.Origin)
	p.Ask("session.hello", greeting)
	if got := result[protocol.ClaimPopOut](t, p.Ask("desk.claimPop", `{"claim":"7"}`)); got.Taken {
		t.Error("a page that is never asked claimed a pop")
	}
	p.Ask("desk.watch", `{}`)
	for i, want := range []bool{true, false} {
		if got := result[protocol.ClaimPopOut](t, p.Ask("desk.claimPop", `{"claim":"7"}`)); got.Taken != want {
			t.Errorf("claim %d: %+v", i+1, got)
		}
	}
	wantKind(t, p.Ask("desk.claimPop", `{}`), protocol.CodeInvalidParams, cti.BadRequest)
}
