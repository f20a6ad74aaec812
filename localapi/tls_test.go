package localapi_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"ctiagent/internal/config"
	"ctiagent/internal/localca"
	"ctiagent/localapi"
	"ctiagent/localapi/localapitest"
	"ctiagent/localapi/protocol"

	"github.com/gorilla/websocket"
)

// overTLS is a server whose page door is open over TLS too, and who trusts it.
func overTLS(t *testing.T, change func(*localapi.Options)) (*localapitest.Server, *tls.Config) {
	t.Helper()
	pair, err := localca.Make(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	s := localapitest.NewServer(t, func(o *localapi.Options) {
		o.TLS = &localapi.TLSDoor{Certificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return pair.TLS(), nil }}
		if change != nil {
			change(o)
		}
	})
	roots := x509.NewCertPool()
	roots.AddCert(pair.CA)
	return s, &tls.Config{RootCAs: roots, NextProtos: []string{"h2", "http/1.1"}}
}

func TestPagesOverTLSMeetTheSameDesk(t *testing.T) {
	s, trust := overTLS(t, nil)
	for _, host := range []string{"127.0.0.1", "localhost", "[::1]"} {
		d := websocket.Dialer{TLSClientConfig: trust, Subprotocols: []string{protocol.Subprotocol}, HandshakeTimeout: localapitest.Patience}
		ws, answer, err := d.DialContext(t.Context(), "wss://"+host+":"+strconv.Itoa(s.TLSPort())+"/v1/ws", http.Header{"Origin": {localapitest.Origin}})
		if err != nil {
			t.Fatalf("%s: %v", host, err)
		}
		answer.Body.Close()
		defer ws.Close()
		if err := ws.SetReadDeadline(time.Now().Add(localapitest.Patience)); err != nil {
			t.Fatal(err)
		}
		for i, ask := range []string{`{"jsonrpc":"2.0","id":0,"method":"session.hello","params":{"protocol":1}}`, `{"jsonrpc":"2.0","id":1,"method":"desk.watch"}`} {
			if err := ws.WriteMessage(websocket.TextMessage, []byte(ask)); err != nil {
				t.Fatal(err)
			}
			_, text, err := ws.ReadMessage()
			if err != nil || !strings.Contains(string(text), fmt.Sprintf(`"id":%d,"result":{`, i)) {
				t.Fatalf("%s: %s, %v", host, text, err)
			}
		}
	}
}

// Host and Origin are judged as at the other door, and neither door answers to
// the other's name.
func TestGuardStandsAtTheDoorOverTLSToo(t *testing.T) {
	s, trust := overTLS(t, func(o *localapi.Options) { o.Pairing = config.PairingOff })
	over, plain := strconv.Itoa(s.TLSPort()), strconv.Itoa(s.Port())
	ask := func(secure bool, host, origin, path string) int {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), localapitest.Patience)
		defer cancel()
		port := plain
		if secure {
			port = over
		}
		c, err := new(net.Dialer).DialContext(ctx, "tcp", "127.0.0.1:"+port)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if secure {
			config := trust.Clone()
			config.ServerName = "127.0.0.1"
			c = tls.Client(c, config)
		}
		if err := c.SetDeadline(time.Now().Add(localapitest.Patience)); err != nil {
			t.Fatal(err)
		}
		head := "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n"
		if origin != "" {
			head += "Origin: " + origin + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
		}
		if _, err := io.WriteString(c, head+"\r\n"); err != nil {
			t.Fatal(err)
		}
		r, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			t.Fatalf("%s %s: %v", host, path, err)
		}
		r.Body.Close()
		return r.StatusCode
	}
	for _, c := range []struct {
		secure             bool
		host, origin, path string
		want               int
	}{
		{true, "127.0.0.1:" + over, "", "/v1/openrpc.json", 200},
		{true, "localhost:" + over, localapitest.Origin, "/v1/ws", 101},
		{true, "evil.test:" + over, "", "/v1/openrpc.json", 403},
		{true, "evil.test:" + over, localapitest.Origin, "/v1/ws", 403},
		{true, "127.0.0.1:" + plain, "", "/v1/openrpc.json", 403},
		{false, "127.0.0.1:" + over, "", "/v1/openrpc.json", 403},
		{true, "127.0.0.1:" + over, "https://evil.test", "/v1/ws", 403},
		{true, "127.0.0.1:" + over, "null", "/v1/ws", 403},
		{true, "127.0.0.1:" + over, "https://127.0.0.1:" + over, "/v1/ws", 101}, // ours, without rights
		{false, "127.0.0.1:" + plain, "https://127.0.0.1:" + over, "/v1/ws", 101},
		{true, "127.0.0.1:" + over, "https://127.0.0.1:" + plain, "/v1/ws", 403},
	} {
		if got := ask(c.secure, c.host, c.origin, c.path); got != c.want {
			t.Errorf("over TLS %v, Host %s, Origin %q, %s: got %d, want %d", c.secure, c.host, c.origin, c.path, got, c.want)
		}
	}
	if ask := s.TLSPort(); ask == 0 || ask == s.Port() {
		t.Errorf("the door over TLS has port %d", ask)
	}
}

func TestWithoutTLSNoSecondDoorIsOpen(t *testing.T) {
	if s := localapitest.NewServer(t, nil); s.TLSPort() != 0 {
		t.Errorf("it is open at %d", s.TLSPort())
	}
}
