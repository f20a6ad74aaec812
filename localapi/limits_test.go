package localapi_test

import (
	"bufio"
	"net"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/internal/config"
	"ctiagent/localapi/localapitest"
	"ctiagent/localapi/protocol"
)

// The limits that pages and integrators are told of, as they are when nobody
// sets any. What each of them does beyond its number has tests of its own.

func TestDefaultLimitsAreThoseOfTheContract(t *testing.T) {
	l := config.Default().Limits
	if l.MessageBytes != 64<<10 || l.RequestsPerSecond != 20 || l.Burst != 40 || l.DialsPerSecond != 1 || l.ConnectionsPerOrigin != 16 ||
		l.UnpairedConnections != 4 || l.UnpairedSeconds != 60 {
		t.Errorf("the defaults are %+v", l)
	}
}

func TestLimitOfSixteenConnectionsOfOneOrigin(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	for range 16 {
		if f := s.Dial(t, localapitest.Origin).Ask(protocol.DeskSnapshot, ""); f.Error != nil {
			t.Fatalf("%+v", f.Error)
		}
	}
	if _, r, err := s.TryDial(localapitest.Origin); err == nil || r.StatusCode != http.StatusTooManyRequests {
		t.Fatalf("the seventeenth: %v", err)
	}
}

func TestLimitOfFourUnpairedConnectionsForSixtySeconds(t *testing.T) {
	s := localapitest.NewServer(t, asksToPair)
	var pages []*localapitest.Page
	for n := range 4 {
		p := s.Dial(t, "https://"+strconv.Itoa(n)+".example.com")
		p.Ask(protocol.SessionHello, greeting)
		pages = append(pages, p)
	}
	if _, r, err := s.TryDial("https://4.example.com"); err == nil || r.StatusCode != http.StatusTooManyRequests {
		t.Fatalf("the fifth: %v", err)
	}
	a := "127.0.0.1:" + strconv.Itoa(s.Port())
	if status, _, _ := raw(t, a, post(a, "https://4.example.com")); status != http.StatusTooManyRequests {
		t.Errorf("the fifth by POST: %d", status)
	}
	s.Clock.Advance(59 * time.Second)
	if f := pages[0].Ask(protocol.SessionHello, greeting); f.Error != nil {
		t.Fatalf("after 59 seconds: %+v", f.Error)
	}
	s.Clock.Advance(time.Second)
	for _, p := range pages {
		if got := p.Closed(); got != protocol.ClosePolicy {
			t.Errorf("after 60 seconds closed with %d, want %d", got, protocol.ClosePolicy)
		}
	}
}

func TestLimitOfUnpairedPagesByPost(t *testing.T) {
	s := localapitest.NewServer(t, asksToPair)
	a := "127.0.0.1:" + strconv.Itoa(s.Port())
	if status, _, body := raw(t, a, post(a, stranger)); status != http.StatusOK || !strings.Contains(body, `"paired":false`) || strings.Contains(body, "drivers") {
		t.Errorf("hello: %d %s", status, body)
	}
	const dial = `{"jsonrpc":"2.0","id":1,"method":"call.dial","params":{"number":"190"}}`
	request := "POST /v1/rpc HTTP/1.1\r\nHost: " + a + "\r\nOrigin: " + stranger + "\r\nContent-Length: " + strconv.Itoa(len(dial)) + "\r\n\r\n" + dial
	if _, _, body := raw(t, a, request); !strings.Contains(body, string(cti.PairingRequired)) || len(s.Desk.Wishes()) != 0 {
		t.Errorf("a dial: %s", body)
	}
}

func TestLimitOfOneQuestionInTenMinutes(t *testing.T) {
	s := localapitest.NewServer(t, asksToPair)
	h := newFingers("hand.later")
	attach(t, s, h)
	asks := func() cti.Kind {
		t.Helper()
		p := s.Dial(t, stranger)
		defer p.WS.Close()
		f := p.Ask(protocol.SessionPair, `{}`)
		if f.Error == nil {
			t.Fatalf("got %s", f.Result)
		}
		return f.Error.Data.Kind
	}
	if got := asks(); got != cti.Denied {
		t.Fatalf("the first time: %s", got)
	}
	s.Clock.Advance(10*time.Minute - time.Second)
	if got := asks(); got != cti.RateLimited || len(h.did) != 1 {
		t.Fatalf("a second before: %s, %d questions", got, len(h.did))
	}
	s.Clock.Advance(time.Second)
	if got := asks(); got != cti.Denied || len(h.did) != 2 {
		t.Fatalf("after ten minutes: %s, %d questions", got, len(h.did))
	}
}

// exactly is a request of so many bytes.
func exactly(n int) string {
	const head, tail = `{"jsonrpc":"2.0","id":1,"method":"desk.snapshot","params":{"x":"`, `"}}`
	return head + strings.Repeat("x", n-len(head)-len(tail)) + tail
}

func TestLimitOfAMessageByPost(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	a := "127.0.0.1:" + strconv.Itoa(s.Port())
	for size, want := range map[int]int{64 << 10: http.StatusOK, 64<<10 + 1: http.StatusRequestEntityTooLarge} {
		request := "POST /v1/rpc HTTP/1.1\r\nHost: " + a + "\r\nOrigin: " + localapitest.Origin + "\r\nContent-Length: " + strconv.Itoa(size) + "\r\n\r\n" + exactly(size)
		if status, _, body := raw(t, a, request); status != want {
			t.Errorf("%d bytes: %d %.100s, want %d", size, status, body, want)
		}
	}
}

func TestLimitOfAMessageAtTheProgramDoor(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the door is a pipe on Windows, which takes the same way; run it on another system")
	}
	s := localapitest.NewServer(t, nil)
	for size, want := range map[int]string{64 << 10: `"result"`, 64<<10 + 1: `"kind":"bad_request"`} {
		c, err := net.Dial("unix", s.Socket)
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.Write([]byte(exactly(size) + "\n"))
		if err == nil {
			err = c.SetReadDeadline(time.Now().Add(localapitest.Patience))
		}
		if err != nil {
			t.Fatal(err)
		}
		line, err := bufio.NewReader(c).ReadString('\n')
		if err != nil || !strings.Contains(line, want) {
			t.Errorf("%d bytes: %.200s, %v", size, line, err)
		}
		c.Close()
	}
}
