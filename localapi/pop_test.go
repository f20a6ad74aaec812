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
	knows := func(what string, right func([]localapitest.Tab) bool) {
		t.Helper()
		if pages, ok := s.Desk.WaitPages(ctx, right); !ok {
			t.Fatalf("the desk knows %+v, not %s", pages, what)
		}
	}
	nobody := func(p []localapitest.Tab) bool { return len(p) == 0 }
	extension := func(p []localapitest.Tab) bool { return len(p) == 1 && p[0].Extension && p[0].Visible && !p[0].Focused }
	ask("desk.watch", "{}")
	knows("nobody", nobody)
	ask("page.focus", `{"visible":true,"focused":false}`)
	knows("an extension that is seen", extension)
	ask("desk.watch", "{}") // anew, as in another language; its answer comes before the desk knows
	knows("an extension that watches anew", extension)
	ask("desk.unwatch", "{}")
	knows("nobody", nobody)
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
