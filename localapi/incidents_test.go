package localapi_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"ctiagent/cti"
	"ctiagent/internal/config"
	"ctiagent/localapi"
	"ctiagent/localapi/localapitest"
	"ctiagent/localapi/protocol"
)

// TestIncidents does to the page door what has been done to programs that listen on loopback as this one does. Each name is
// the record of an incident; the comment says which check was missing.
func TestIncidents(t *testing.T) {
	for name, attack := range map[string]func(*testing.T){
		// Any site could drive the local server with a request that needs no permission.
		"CVE-2019-13450 Zoom": simpleRequestsDoNothing,
		// A crafted link had a helper download and run a program.
		"CVE-2019-13567 ZoomOpener": nothingIsFetchedOrRun,
		// A token that any script could set, and no check of the Host.
		"CVE-2018-5702 Transmission": rebound,
		"CVE-2022-41924 Tailscale":   rebound,
		"CVE-2024-28224 Ollama":      rebound,
		// A Host that looked like an address was taken for one.
		"CVE-2022-43548 and CVE-2022-32212 Node": oddHosts,
		// An Origin was held against the list by a part of its name.
		"CVE-2025-3462 ASUS DriverHub":     likeTheAllowedOrigin,
		"CVE-2019-3719 Dell SupportAssist": likeTheAllowedOrigin,
		// A local WebSocket without a look at the Origin, and without a token.
		"CVE-2025-52882 Claude Code": strangersAreTurnedAway,
		// The proof could be guessed, as often as one liked.
		"Logitech Options 2018": guessedTickets,
		// A page could have any address opened.
		"CVE-2016-3987 Trend Micro": noPageOpensAnAddress,
		// Who was on the list could have tools installed.
		"CVE-2023-43800 Arduino Create Agent": pagesHaveAClosedSetOfMethods,
		// The protection was there and off.
		"CVE-2025-49596 MCP Inspector":      protectedWithoutAnySetting,
		"CVE-2025-66414 MCP TypeScript SDK": protectedWithoutAnySetting,
		// Any Origin was echoed, and a path for looking after the server told who it is.
		"summarize daemon 2026": strangersLearnNothing,
	} {
		t.Run(name, attack)
	}
}

// untouched wants that no wish has reached the desk.
func untouched(t *testing.T, s *localapitest.Server) {
	t.Helper()
	if w := s.Desk.Wishes(); len(w) != 0 {
		t.Errorf("the desk was asked for %+v", w)
	}
}

func simpleRequestsDoNothing(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	s.Desk.Serve(action[cti.None]("call.dial", cti.Dial), ok)
	host, address := own(s, "127.0.0.1:21470"), addresses(t, s)[0]
	const dial = `{"jsonrpc":"2.0","id":1,"method":"call.dial","params":{"number":"33553400"}}`
	for _, origin := range []string{"", "Origin: https://evil.test\r\n", "Origin: null\r\n"} {
		head := " HTTP/1.1\r\nHost: " + host + "\r\n" + origin
		requests := []string{"GET /v1/rpc?method=call.dial&number=33553400" + head + "\r\n", "GET /launch?action=join&confno=1" + head + "\r\n", "GET /v1/ws?method=call.dial" + head + "\r\n"}
		// What a form or an image can send without being asked whether it may.
		for _, kind := range []string{"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"} {
			requests = append(requests, fmt.Sprintf("POST /v1/rpc%sContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s", head, kind, len(dial), dial))
		}
		for _, r := range requests {
			if got, _, body := raw(t, address, r); got < 400 || strings.Contains(body, `"result"`) {
				t.Errorf("%q: got %d %s", r, got, body)
			}
		}
	}
	untouched(t, s)
}

func nothingIsFetchedOrRun(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	p := s.Dial(t, localapitest.Origin)
	for _, m := range []string{"desktop.launch", "desktop.openURL", "desktop.type", "hand.attach", "update.install"} {
		f := p.Ask(m, `{"url":"https://evil.test/x.exe","program":"calc.exe","text":"x"}`)
		if f.Error == nil {
			t.Errorf("%s was done for a page", m)
		}
	}
	untouched(t, s)
}

func rebound(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	port := own(s, ":21470")
	for _, a := range addresses(t, s) {
		for _, path := range []string{"/", "/v1/ws", "/v1/rpc", "/v1/openrpc.json", "/sdk/ctiagent.js", "/control/index.html"} {
			for _, origin := range []string{"http://evil.test" + port, localapitest.Origin} {
				refusedBy(t, a, "GET "+path+" HTTP/1.1\r\nHost: evil.test"+port+"\r\nOrigin: "+origin+"\r\nX-Transmission-Session-Id: x\r\n\r\n")
			}
		}
		for _, request := range []string{handshake("evil.test"+port, "http://evil.test"+port), post("evil.test"+port, "http://evil.test"+port)} {
			if got, _, _ := raw(t, a, request); got != http.StatusForbidden {
				t.Errorf("%q: got %d, want 403", request, got)
			}
		}
	}
	untouched(t, s)
}

func oddHosts(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	for _, host := range []string{"127.0.0.1.evil.test", "127.1", "0x7f.1", "2130706433", "0177.0.0.1", "10.0.2.555", "localhost.evil.test", "localhost6", "127.0.0.1.", "127.0.0.1:9@evil"} {
		h := host + own(s, ":21470")
		for _, request := range []string{handshake(h, localapitest.Origin), post(h, localapitest.Origin)} {
			refusedBy(t, addresses(t, s)[0], request)
		}
	}
	good := own(s, "127.0.0.1:21470")
	refusedBy(t, addresses(t, s)[0], strings.Replace(handshake(good, localapitest.Origin), "\r\n\r\n", "\r\nHost: evil.test\r\n\r\n", 1))
	untouched(t, s)
}

func likeTheAllowedOrigin(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	host := own(s, "127.0.0.1:21470")
	for _, origin := range []string{"https://crm.example.com.evil.test", "https://evil.test/crm.example.com", "https://evilcrm.example.com", "https://crm.example.com@evil.test",
		"https://evil.test#https://crm.example.com", "https://CRM.EXAMPLE.COM", "https://crm.example.com:8443", "http://crm.example.com", "https://example.com", "(none)"} {
		for _, request := range []string{handshake(host, origin), post(host, origin)} {
			// Where the Origin is missing the Referer is no substitute.
			request = strings.Replace(request, "\r\n\r\n", "\r\nReferer: "+localapitest.Origin+"/page\r\n\r\n", 1)
			if got, _, _ := raw(t, addresses(t, s)[0], request); got != http.StatusForbidden {
				t.Errorf("Origin %q: got %d, want 403", origin, got)
			}
		}
	}
	untouched(t, s)
}

func strangersAreTurnedAway(t *testing.T) {
	closed := localapitest.NewServer(t, nil)
	if _, r, err := closed.TryDial("https://evil.test"); err == nil || r == nil || r.StatusCode != http.StatusForbidden {
		t.Errorf("a stranger where nobody is asked: %v", err)
	}
	untouched(t, closed)
	asking := localapitest.NewServer(t, asksToPair)
	asking.Desk.Serve(action[cti.None]("call.dial", cti.Dial), ok)
	p := asking.Dial(t, "https://evil.test")
	for _, m := range []string{"call.dial", "desk.watch", "desk.snapshot", "functions.invoke"} {
		if f := p.Ask(m, `{"number":"33553400"}`); f.Error == nil || f.Error.Data.Kind != cti.PairingRequired {
			t.Errorf("%s before the person was asked: %+v", m, f)
		}
	}
	untouched(t, asking)
}

// guess sends the control page's greeting with a ticket.
func guess(t *testing.T, s *localapitest.Server, ticket string) localapitest.Frame {
	t.Helper()
	p := s.Dial(t, fmt.Sprintf("http://127.0.0.1:%d", s.Port()))
	defer p.WS.Close()
	return p.Ask(protocol.SessionHello, `{"client":"t/1","protocol":1,"ticket":"`+ticket+`"}`)
}

func guessedTickets(t *testing.T) {
	s := localapitest.NewServer(t, func(o *localapi.Options) { o.Limits.UnpairedConnections, o.Limits.ConnectionsPerOrigin = 100, 100 })
	person := localapitest.Self(t)
	ticket := func() string { _, text, _ := strings.Cut(s.TicketURL(person), "#t="); return text }
	for i := range 10 {
		wantKind(t, guess(t, s, fmt.Sprint(1000+i)), protocol.CodeApplication, cti.Forbidden)
	}
	good := ticket()
	wantKind(t, guess(t, s, "2000"), protocol.CodeApplication, cti.RateLimited)
	wantKind(t, guess(t, s, good), protocol.CodeApplication, cti.RateLimited)
	s.Clock.Advance(localapi.WrongTicketsEvery)
	if f := guess(t, s, good); f.Error != nil {
		t.Errorf("the person's own ticket later on: %+v", f.Error)
	}
	wantKind(t, guess(t, s, good), protocol.CodeApplication, cti.Forbidden) // it was good once
	untouched(t, s)
}

func noPageOpensAnAddress(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	hand := newFingers("")
	attach(t, s, hand)
	p := s.Dial(t, localapitest.Origin)
	for _, m := range []string{"desktop.openURL", "openUrlInDefaultBrowser", "uri.open"} {
		for _, url := range []string{"https://evil.test/", "file:///C:/windows/system32/calc.exe", "javascript:alert(1)"} {
			if f := p.Ask(m, `{"url":"`+url+`","uri":"`+url+`"}`); f.Error == nil {
				t.Errorf("%s %s was done", m, url)
			}
		}
	}
	select {
	case did := <-hand.did:
		t.Errorf("the person's session did %q", did)
	default:
	}
	untouched(t, s)
}

func pagesHaveAClosedSetOfMethods(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	p := s.Dial(t, localapitest.Origin)
	for _, m := range []string{"tools.install", "hand.attach", "control.ticket", "origins.list", "origins.allow", "origins.revoke", "config.show", "doctor.run", "receiver.list", "uri.open",
		"../config.show", "config.show\\u0000", "CONFIG.SHOW", "rpc.call"} {
		if f := p.Ask(m, `{"origin":"https://evil.test"}`); f.Error == nil {
			t.Errorf("%s was done for a page", m)
		}
	}
	untouched(t, s)
}

func protectedWithoutAnySetting(t *testing.T) {
	s := localapitest.NewServer(t, func(o *localapi.Options) { o.Origins, o.Pairing = nil, config.Default().API.Pairing })
	rebindHost := own(s, "evil.test:21470")
	if got, _, _ := raw(t, addresses(t, s)[0], handshake(rebindHost, localapitest.Origin)); got != http.StatusForbidden {
		t.Errorf("a foreign Host: got %d", got)
	}
	for _, origin := range []string{"(none)", "null"} {
		if got, _, _ := raw(t, addresses(t, s)[0], handshake(own(s, "127.0.0.1:21470"), origin)); got != http.StatusForbidden {
			t.Errorf("Origin %s: got %d", origin, got)
		}
	}
	f := s.Dial(t, localapitest.Origin).Ask("call.dial", `{"number":"33553400"}`)
	wantKind(t, f, protocol.CodeApplication, cti.PairingRequired)
	untouched(t, s)
}

func strangersLearnNothing(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	host, address := own(s, "127.0.0.1:21470"), addresses(t, s)[0]
	for _, request := range []string{
		post(host, "https://evil.test"), handshake(host, "https://evil.test"),
		"OPTIONS /v1/rpc HTTP/1.1\r\nHost: " + host + "\r\nOrigin: https://evil.test\r\nAccess-Control-Request-Method: POST\r\nAccess-Control-Request-Private-Network: true\r\n\r\n",
		"GET /health HTTP/1.1\r\nHost: " + host + "\r\nOrigin: https://evil.test\r\n\r\n",
		"GET /status HTTP/1.1\r\nHost: " + host + "\r\n\r\n",
		"GET /version HTTP/1.1\r\nHost: " + host + "\r\n\r\n",
	} {
		got, head, body := raw(t, address, request)
		if got < 400 {
			t.Errorf("%q: got %d", request, got)
		}
		for name := range head {
			if strings.HasPrefix(name, "Access-Control-Allow") || name == "Server" {
				t.Errorf("%q: answered %s: %s", request, name, head.Get(name))
			}
		}
		if strings.Contains(body, "1.0.0") {
			t.Errorf("%q tells the version: %s", request, body)
		}
	}
	untouched(t, s)
}
