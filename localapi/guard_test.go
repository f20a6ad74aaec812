package localapi_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/internal/config"
	"ctiagent/localapi"
	"ctiagent/localapi/localapitest"
)

const port = 21470 // as the table writes it

// raw sends bytes to an address of the page door and answers status and head.
func raw(t *testing.T, address, request string) (int, http.Header, string) {
	t.Helper()
	return rawOf(t, address, request, false)
}

func rawOf(t *testing.T, address, request string, bodyless bool) (int, http.Header, string) {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(localapitest.Patience)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(c, request); err != nil {
		t.Fatal(err)
	}
	r, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatalf("%q: %v", request, err)
	}
	defer r.Body.Close()
	if bodyless || r.StatusCode == http.StatusSwitchingProtocols {
		return r.StatusCode, r.Header, ""
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatalf("%q: %v", request, err)
	}
	return r.StatusCode, r.Header, string(body)
}

// addresses are those of the page door on this system.
func addresses(t *testing.T, s *localapitest.Server) []string {
	t.Helper()
	p := strconv.Itoa(s.Port())
	all := []string{"127.0.0.1:" + p}
	if c, err := net.Dial("tcp", "[::1]:"+p); err == nil {
		c.Close()
		return append(all, "[::1]:"+p)
	}
	if l, err := net.Listen("tcp", "[::1]:0"); err == nil {
		l.Close()
		t.Fatal("this system has [::1], and the page door is not on it")
	}
	t.Log("this system has no [::1]; only 127.0.0.1 is tested")
	return all
}

func handshake(host, origin string) string {
	r := "GET /v1/ws HTTP/1.1\r\nHost: " + host + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
	if origin != "(none)" {
		r += "Origin: " + origin + "\r\n"
	}
	return r + "\r\n"
}

func post(host, origin string) string {
	const body = `{"jsonrpc":"2.0","id":1,"method":"session.hello","params":{"client":"t/1","protocol":1}}`
	r := "POST /v1/rpc HTTP/1.1\r\nHost: " + host + "\r\nContent-Type: application/json\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n"
	if origin != "(none)" {
		r += "Origin: " + origin + "\r\n"
	}
	return r + "\r\n" + body
}

func TestGuardTable(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	file, err := os.Open("testdata/guard.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows := 0
	for lines := bufio.NewScanner(file); lines.Scan(); {
		cells := strings.Split(lines.Text(), "\t")
		if strings.HasPrefix(lines.Text(), "#") || len(cells) != 3 {
			continue
		}
		rows++
		host, origin := own(s, cells[0]), own(s, cells[1])
		for _, a := range addresses(t, s) {
			got, _, _ := raw(t, a, handshake(host, origin))
			if strconv.Itoa(got) != cells[2] {
				t.Errorf("%s: handshake with Host %s and Origin %s: got %d, want %s", a, cells[0], cells[1], got, cells[2])
			}
			want := strings.Replace(cells[2], "101", "200", 1)
			if got, _, _ := raw(t, a, post(host, origin)); strconv.Itoa(got) != want {
				t.Errorf("%s: POST with Host %s and Origin %s: got %d, want %s", a, cells[0], cells[1], got, want)
			}
		}
	}
	if rows != 15 {
		t.Errorf("the table has %d rows, want 15", rows)
	}
}

// own writes the port of this test's server where the table has the default.
func own(s *localapitest.Server, text string) string {
	return strings.ReplaceAll(text, strconv.Itoa(port), strconv.Itoa(s.Port()))
}

func TestForeignHostReachesNoPath(t *testing.T) {
	s := localapitest.NewServer(t, func(o *localapi.Options) { o.Demo = true })
	hosts := []string{"evil.test:21470", "127.0.0.1", "localhost", "127.0.0.1:9999", "127.0.0.1.evil.test:21470", "127.1:21470", "0x7f.1:21470",
		"2130706433:21470", "0177.0.0.1:21470", "10.0.2.555:21470", "localhost.evil.test:21470", "localhost6:21470", "127.0.0.1.:21470", "localhost.:21470",
		"127.0.0.1:9@evil", "evil@127.0.0.1:21470", "127.0.0.1:021470", "[::1]", "[::ffff:127.0.0.1]:21470", "[0:0:0:0:0:0:0:1]:21470", "::1:21470",
		"127.0.0.2:21470", "0.0.0.0:21470", "192.168.0.1:21470", "LOCALHOST:21470", "127.0.0.1:21470,evil.test", ""}
	paths := []string{"/", "/v1/ws", "/v1/rpc", "/v1/openrpc.json", "/sdk/ctiagent.js", "/control/index.html", "/demo/", "/nothing", "/../x", "*"}
	for _, a := range addresses(t, s) {
		for _, h := range hosts {
			h = own(s, h)
			for _, p := range paths {
				verb := "GET"
				if p == "*" {
					verb = "OPTIONS"
				}
				refusedBy(t, a, fmt.Sprintf("%s %s HTTP/1.1\r\nHost: %s\r\nOrigin: %s\r\n\r\n", verb, p, h, localapitest.Origin))
			}
		}
		good := own(s, "127.0.0.1:21470")
		refusedBy(t, a, "GET / HTTP/1.1\r\nHost: "+good+"\r\nHost: evil.test\r\n\r\n")
		refusedBy(t, a, "GET / HTTP/1.1\r\nHost: evil.test\r\nHost: "+good+"\r\n\r\n")
		refusedBy(t, a, "GET http://evil.test/ HTTP/1.1\r\nHost: "+good+"\r\n\r\n")
		refusedBy(t, a, "GET http://"+good+"/ HTTP/1.1\r\nHost: evil.test\r\n\r\n")
		refusedBy(t, a, "GET / HTTP/1.0\r\n\r\n")
		if got, _, _ := raw(t, a, "GET / HTTP/1.1\r\nHost: "+good+"\r\n\r\n"); got != http.StatusOK {
			t.Errorf("%s: the true Host gets %d", a, got)
		}
	}
}

// refusedBy wants 403 from the guard, or 400 from the HTTP library, which
// turns away what is no Host at all before the guard sees it.
func refusedBy(t *testing.T, address, request string) {
	t.Helper()
	got, _, body := raw(t, address, request)
	if got != http.StatusForbidden && got != http.StatusBadRequest {
		t.Errorf("%s %q: got %d, want 403", address, request, got)
	}
	for _, leak := range []string{"<title>", "openrpc", "sdk", "1.0.0"} {
		if strings.Contains(body, leak) {
			t.Errorf("%s %q shows %q", address, request, leak)
		}
	}
}

func TestOriginVariantsAreOthers(t *testing.T) {
	for _, pairing := range []string{config.PairingOff, config.PairingAsk} {
		s := localapitest.NewServer(t, func(o *localapi.Options) {
			o.Pairing = pairing
			o.Limits.UnpairedConnections = 1000
		})
		for _, o := range []string{"https://CRM.example.com", "https://crm.example.com/", "https://crm.example.com.", "https://crm.example.com:443",
			"https://u@crm.example.com", "https://crm.example.com\\@evil.test", "https://evil.test/https://crm.example.com", "https://xcrm.example.com",
			"https://crm.example.comx", "file://", "null", "chrome-extension://abc", "https://crm.example.com https://evil.test", "//crm.example.com", "https://", "HTTPS://crm.example.com"} {
			got, _, _ := raw(t, addresses(t, s)[0], post(own(s, "127.0.0.1:21470"), o))
			if pairing == config.PairingAsk && (o == "https://crm.example.com." || o == "https://crm.example.com:443" || o == "https://xcrm.example.com" || o == "https://crm.example.comx") {
				if got != http.StatusOK {
					t.Errorf("%q may pair, got %d", o, got)
				}
				continue
			}
			if got != http.StatusForbidden {
				t.Errorf("pairing %s, Origin %q: got %d, want 403", pairing, o, got)
			}
		}
		twice := strings.Replace(handshake(own(s, "127.0.0.1:21470"), localapitest.Origin), "\r\n\r\n", "\r\nOrigin: https://evil.test\r\n\r\n", 1)
		if got, _, _ := raw(t, addresses(t, s)[0], twice); got != http.StatusForbidden {
			t.Errorf("two origins: got %d, want 403", got)
		}
	}
}

func TestSocketOfUnknownOwnerIsRefused(t *testing.T) {
	s := localapitest.NewServer(t, func(o *localapi.Options) {
		o.PeerOwner = localapitest.Owner(cti.Person{}, errors.New("nobody knows"))
	})
	host := own(s, "127.0.0.1:21470")
	for _, request := range []string{handshake(host, localapitest.Origin), post(host, localapitest.Origin)} {
		if got, _, _ := raw(t, addresses(t, s)[0], request); got != http.StatusForbidden {
			t.Errorf("got %d, want 403", got)
		}
	}
}

func TestSocketOfUnservedUserIsRefused(t *testing.T) {
	s := localapitest.NewServer(t, func(o *localapi.Options) {
		o.PeerOwner = localapitest.Owner(cti.Person{ID: "4242", Name: "stranger"}, nil)
		o.OpenDesk = servesOnly(localapitest.Self(t), localapitest.NewDesk())
	})
	host := own(s, "127.0.0.1:21470")
	for _, request := range []string{handshake(host, localapitest.Origin), post(host, localapitest.Origin)} {
		if got, _, _ := raw(t, addresses(t, s)[0], request); got != http.StatusForbidden {
			t.Errorf("got %d, want 403", got)
		}
	}
}

func TestOwnerIsAskedOfTheSystem(t *testing.T) {
	desk := localapitest.NewDesk()
	s := localapitest.NewServer(t, func(o *localapi.Options) { o.OpenDesk = servesOnly(localapitest.Self(t), desk) })
	f := s.Dial(t, localapitest.Origin).Ask("session.hello", `{"client":"t/1","protocol":1}`)
	if f.Error != nil {
		t.Fatalf("the real owner of this test's socket is refused: %v", f.Error)
	}
}

func TestOnlyLoopbackIsBound(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	all, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	for _, a := range all {
		n, ok := a.(*net.IPNet)
		if !ok || n.IP.IsLoopback() || n.IP.IsLinkLocalUnicast() {
			continue
		}
		tried++
		c, err := net.Dial("tcp", net.JoinHostPort(n.IP.String(), strconv.Itoa(s.Port())))
		if err == nil {
			c.Close()
			t.Errorf("the page door is open on %s", n.IP)
		}
	}
	t.Logf("%d addresses of this system tried", tried)
}

func TestTakenPortNamesItsHolder(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	second, err := localapi.New(localapi.Options{Port: s.Port(), OpenDesk: servesOnly(cti.Person{}, s.Desk)})
	if err != nil {
		t.Fatal(err)
	}
	err = second.Listen()
	if err == nil {
		t.Fatal("two servers on one port")
	}
	for _, want := range []string{strconv.Itoa(s.Port()), "process " + strconv.Itoa(os.Getpid())} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not say %q", err, want)
		}
	}
}

func FuzzHost(f *testing.F) {
	for _, h := range []string{"127.0.0.1:1", "localhost:1", "[::1]:1", "evil.test:1", "127.1:1", "127.0.0.1:1.", "LOCALHOST:1", "\x00", "127.0.0.1:1\r\nx"} {
		f.Add(h, "https://crm.example.com")
	}
	f.Fuzz(func(t *testing.T, host, origin string) {
		passes, stands := localapi.Judge(1, []string{"https://crm.example.com"}, true, host, origin)
		if good := host == "127.0.0.1:1" || host == "localhost:1" || host == "[::1]:1"; passes != good {
			t.Fatalf("Host %q passes: %t", host, passes)
		}
		switch stands {
		case "allowed":
			if origin != "https://crm.example.com" {
				t.Fatalf("Origin %q is allowed", origin)
			}
		case "pair":
			if !strings.HasPrefix(origin, "https://") && !strings.HasPrefix(origin, "http://") || strings.ContainsAny(origin, "@ \t\r\n\\?#") || strings.Count(origin, "/") != 2 {
				t.Fatalf("Origin %q may pair", origin)
			}
		}
	})
}
