package localapi_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"ctiagent/cti"
	"ctiagent/localapi"
	"ctiagent/localapi/client"
	"ctiagent/localapi/localapitest"
	"ctiagent/localapi/protocol"
)

// doorToken opens the receiver door of these tests.
const doorToken = "canary0token0canary0token0canary"

// logged is a log that many goroutines write to.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

// receiver opens a door that closes with the test, and whose log must not know
// the token.
func receiver(t testing.TB, change func(*localapi.ReceiverOptions), patience time.Duration) *localapi.Receiver {
	t.Helper()
	log := &logged{}
	opt := localapi.ReceiverOptions{Token: doorToken, Clock: localapitest.NewClock(),
		Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))}
	if change != nil {
		change(&opt)
	}
	r, err := localapi.NewReceiver(opt)
	if err != nil {
		t.Fatal(err)
	}
	if patience > 0 {
		r.SetPatience(patience)
	}
	if err := r.Listen(); err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	ctx, cancel := context.WithCancel(context.Background())
	go func() { served <- r.Serve(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-served; err != nil {
			t.Errorf("serve: %v", err)
		}
		log.mu.Lock()
		defer log.mu.Unlock()
		if strings.Contains(log.text.String(), doorToken) {
			t.Errorf("the log has the token:\n%s", log.text.String())
		}
	})
	return r
}

// takes opens a name whose requests are noted.
func takes(t testing.TB, r *localapi.Receiver, name string, reply cti.Reply) (string, func() []cti.Received) {
	t.Helper()
	var mu sync.Mutex
	var got []cti.Received
	u, err := r.Receive(t.Context(), name, func(in cti.Received) (cti.Reply, bool) {
		mu.Lock()
		defer mu.Unlock()
		got = append(got, in)
		return reply, true
	})
	if err != nil {
		t.Fatal(err)
	}
	return u, func() []cti.Received {
		mu.Lock()
		defer mu.Unlock()
		return append([]cti.Received(nil), got...)
	}
}

// fetch makes one request and follows no redirect.
func fetch(t testing.TB, method, address, kind, body string, header ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	for i := 0; i+1 < len(header); i += 2 {
		if header[i] == "Host" {
			req.Host = header[i+1]
		}
		req.Header.Set(header[i], header[i+1])
	}
	client := &http.Client{Timeout: localapitest.Patience, Transport: &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	a, err := client.Do(req)
	if err != nil {
		t.Fatalf("%s: %v", method, err)
	}
	defer a.Body.Close()
	text, err := io.ReadAll(a.Body)
	if err != nil {
		t.Fatal(err)
	}
	return a, string(text)
}

func TestReceiverBringsTheValuesOfAQueryIn(t *testing.T) {
	r := receiver(t, nil, 0)
	u, got := takes(t, r, "vicidial/pop", cti.Reply{})
	if want := "http://127.0.0.1:" + strconv.Itoa(r.Port()) + "/r/" + doorToken + "/vicidial/pop"; u != want {
		t.Errorf("got the address %s, want %s", u, want)
	}
	a, page := fetch(t, "GET", u+"?phone=11%2098765&name=Jos%E9&name=x&rate=100%&empty", "", "", "Accept-Language", "es-AR,en;q=0.5")
	want := []cti.Received{{From: netip.MustParseAddr("127.0.0.1"),
		Values: map[string][]string{"phone": {"11 98765"}, "name": {"José", "x"}, "rate": {"100%"}, "empty": {""}}}}
	if diff := cmp.Diff(got(), want, cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); diff != "" {
		t.Errorf("-got +want\n%s", diff)
	}
	if a.StatusCode != http.StatusOK || !strings.Contains(page, "window.close()") || !strings.Contains(page, "Puede cerrar esta ventana") || !strings.Contains(page, `lang="es"`) {
		t.Errorf("got %d %s", a.StatusCode, page)
	}
	for name, want := range map[string]string{"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff", "Content-Type": "text/html; charset=utf-8"} {
		if got := a.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if csp := a.Header.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'; script-src 'sha256-") || strings.Contains(csp, "unsafe") || !strings.Contains(csp, "frame-ancestors 'none'") {
		t.Errorf("the policy is %q", csp)
	}
}

func TestClosingPageIsInTheConfiguredLanguageWhereTheBrowserNamesNone(t *testing.T) {
	r := receiver(t, func(o *localapi.ReceiverOptions) { o.Language = "pt-BR" }, 0)
	u, _ := takes(t, r, "vicidial/pop", cti.Reply{})
	if _, page := fetch(t, "GET", u, "", ""); !strings.Contains(page, "Você pode fechar esta janela") {
		t.Errorf("got %s", page)
	}
	if _, page := fetch(t, "GET", u, "", "", "Accept-Language", "en-US"); !strings.Contains(page, "You can close this window") {
		t.Errorf("got %s", page)
	}
}

func TestReceiverTellsNobodyWhatIsWrongWithAPath(t *testing.T) {
	r := receiver(t, nil, 0)
	u, got := takes(t, r, "vicidial/pop", cti.Reply{})
	base := "http://127.0.0.1:" + strconv.Itoa(r.Port())
	_, nothing := fetch(t, "GET", base+"/r/"+strings.Repeat("a", 32)+"/vicidial/pop", "", "")
	for name, address := range map[string]string{
		"root": base + "/", "no token": base + "/r/", "half a token": base + "/r/" + doorToken[:20] + "/vicidial/pop",
		"token alone": base + "/r/" + doorToken, "token in other case": base + "/r/" + strings.ToUpper(doorToken) + "/vicidial/pop",
		"unknown name": base + "/r/" + doorToken + "/vicidial/push", "longer name": u + "/x", "slash behind": u + "/", "slash twice": base + "/r/" + doorToken + "//vicidial/pop",
		"dots": base + "/r/" + doorToken + "/x/../vicidial/pop", "page door": base + "/v1/ws",
	} {
		for _, method := range []string{"GET", "POST", "DELETE"} {
			if a, text := fetch(t, method, address, "", ""); a.StatusCode != http.StatusNotFound || text != nothing {
				t.Errorf("%s %s: got %d %q", method, name, a.StatusCode, text)
			}
		}
	}
	for _, host := range []string{"evil.example:" + strconv.Itoa(r.Port()), "127.0.0.1", "127.0.0.1:1", "192.168.0.9:" + strconv.Itoa(r.Port())} {
		if a, text := fetch(t, "GET", u, "", "", "Host", host); a.StatusCode != http.StatusNotFound || text != nothing {
			t.Errorf("host %s: got %d %q", host, a.StatusCode, text)
		}
	}
	if len(got()) != 0 {
		t.Errorf("the desk was told %v", got())
	}
	if a, _ := fetch(t, "GET", u, "", "", "Host", "localhost:"+strconv.Itoa(r.Port())); a.StatusCode != http.StatusOK {
		t.Errorf("localhost: got %d", a.StatusCode)
	}
}

func TestReceiverTakesFormsAndJSONOnly(t *testing.T) {
	const form, object = "application/x-www-form-urlencoded", "application/json"
	for name, c := range map[string]struct {
		method, kind, body string
		status             int
	}{
		"form":                {"POST", form, "a=1&b=2", 200},
		"form with a charset": {"POST", form + "; charset=UTF-8", "a=1&b=2", 200},
		"object":              {"POST", object, `{"event":"x"}`, 200},
		"broken object":       {"POST", object, `{"event":`, 400},
		"deep object":         {"POST", object, strings.Repeat("[", 65) + strings.Repeat("]", 65), 400},
		"text":                {"POST", "text/plain", "a", 415},
		"file":                {"POST", "multipart/form-data; boundary=x", "--x--", 415},
		"no type":             {"POST", "", "a", 415},
		"PUT":                 {"PUT", form, "a=1", 405},
		"DELETE":              {"DELETE", "", "", 405},
		"OPTIONS":             {"OPTIONS", "", "", 405},
		"largest body":        {"POST", object, `"` + strings.Repeat("x", 64<<10-2) + `"`, 200},
		"larger body":         {"POST", object, `"` + strings.Repeat("x", 64<<10-1) + `"`, 413},
		"many values":         {"POST", form, strings.Repeat("a&", 513), 400},
		"long name":           {"POST", form, strings.Repeat("a", 257), 400},
	} {
		t.Run(name, func(t *testing.T) {
			r := receiver(t, nil, 0)
			u, got := takes(t, r, "ucontact/webhook", cti.Reply{})
			a, _ := fetch(t, c.method, u+"?q=0", c.kind, c.body)
			if a.StatusCode != c.status {
				t.Fatalf("got %d, want %d", a.StatusCode, c.status)
			}
			in := got()
			if (len(in) == 1) != (c.status == 200) {
				t.Fatalf("the desk was told %d times", len(in))
			}
			if c.status != 200 {
				return
			}
			want := cti.Received{From: in[0].From, Values: map[string][]string{"q": {"0"}}}
			if c.kind == object {
				want.Type, want.Body = object, []byte(c.body)
			} else {
				want.Values["a"], want.Values["b"] = []string{"1"}, []string{"2"}
			}
			if diff := cmp.Diff(in[0], want, cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); diff != "" {
				t.Errorf("-got +want\n%s", diff)
			}
		})
	}
}

func TestReceiverBoundsABodyOfUnknownLength(t *testing.T) {
	r := receiver(t, nil, 0)
	u, got := takes(t, r, "ucontact/webhook", cti.Reply{})
	size := 64<<10 + 1
	chunk := strconv.FormatInt(int64(size), 16) + "\r\n" + `"` + strings.Repeat("x", size-2) + `"` + "\r\n0\r\n\r\n"
	path := strings.TrimPrefix(u, "http://127.0.0.1:"+strconv.Itoa(r.Port()))
	status, _, _ := raw(t, net.JoinHostPort("127.0.0.1", strconv.Itoa(r.Port())),
		"POST "+path+" HTTP/1.1\r\nHost: 127.0.0.1:"+strconv.Itoa(r.Port())+"\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"+chunk)
	if status != http.StatusRequestEntityTooLarge || len(got()) != 0 {
		t.Errorf("got %d, told %d times", status, len(got()))
	}
}

func TestReceiverHangsUpOnTheSlow(t *testing.T) {
	r := receiver(t, nil, 50*time.Millisecond)
	u, got := takes(t, r, "vicidial/pop", cti.Reply{})
	host := "127.0.0.1:" + strconv.Itoa(r.Port())
	path := strings.TrimPrefix(u, "http://"+host)
	for name, half := range map[string]string{
		"silence": "", "headers": "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nX-",
		"body": "POST " + path + " HTTP/1.1\r\nHost: " + host + "\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
	} {
		c, err := net.Dial("tcp", host)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.SetDeadline(time.Now().Add(localapitest.Patience)); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(c, half); err != nil {
			t.Fatal(err)
		}
		answer, err := io.ReadAll(c)
		if err != nil || strings.Contains(string(answer), "200 OK") {
			t.Errorf("%s: got %q, %v", name, answer, err)
		}
		c.Close()
	}
	if len(got()) != 0 {
		t.Errorf("the desk was told %v", got())
	}
}

func TestDesksOfOneNameAreAskedInTurn(t *testing.T) {
	r := receiver(t, nil, 0)
	var mu sync.Mutex
	var asked []string
	open := func(ctx context.Context, agent string) string {
		u, err := r.Receive(ctx, "vicidial/pop", func(in cti.Received) (cti.Reply, bool) {
			mu.Lock()
			defer mu.Unlock()
			asked = append(asked, agent)
			return cti.Reply{Location: "http://crm.example.com/" + agent}, in.Values["user"][0] == agent
		})
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	anaLeaves, ana := context.WithCancel(t.Context())
	u := open(anaLeaves, "ana")
	open(t.Context(), "bia")
	want := func(user, location, order string) {
		t.Helper()
		mu.Lock()
		asked = nil
		mu.Unlock()
		a, _ := fetch(t, "GET", u+"?user="+user, "", "")
		mu.Lock()
		defer mu.Unlock()
		if got := a.Header.Get("Location"); got != location || strings.Join(asked, " ") != order || (a.StatusCode == http.StatusNotFound) != (location == "") {
			t.Errorf("%s: got %d %q, asked %v, want %q and %s", user, a.StatusCode, got, asked, location, order)
		}
	}
	want("ana", "http://crm.example.com/ana", "ana")
	want("bia", "http://crm.example.com/bia", "ana bia")
	want("eva", "", "ana bia")
	ana()
	want("ana", "", "bia")
	want("bia", "http://crm.example.com/bia", "bia")
}

func TestReceiverSendsABrowserToWebAddressesOnly(t *testing.T) {
	for location, want := range map[string]string{
		"https://crm.example.com/c?phone=%2B5511": "https://crm.example.com/c?phone=%2B5511",
		"http://10.0.0.5:8080/c":                  "http://10.0.0.5:8080/c",
		"javascript:alert(1)":                     "", "file:///etc/passwd": "", "//evil.example/": "", "https://": "",
		"https://crm\r\nSet-Cookie: a=b": "", "https://user:password@crm/": "", "https://crm/" + strings.Repeat("x", 9000): "",
	} {
		r := receiver(t, nil, 0)
		u, _ := takes(t, r, "vicidial/pop", cti.Reply{Location: location})
		a, page := fetch(t, "GET", u, "", "")
		got := a.Header.Get("Location")
		if got != want || want != "" && a.StatusCode != http.StatusSeeOther || want == "" && !strings.Contains(page, "window.close()") || a.Header.Get("Set-Cookie") != "" {
			t.Errorf("%q: got %d %q %s", location, a.StatusCode, got, page)
		}
		if a.Header.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%q: the next site would learn the token", location)
		}
	}
}

func TestDriverThatPanicsLosesItsRequestOnly(t *testing.T) {
	r := receiver(t, nil, 0)
	u, err := r.Receive(t.Context(), "khomp/incoming", func(cti.Received) (cti.Reply, bool) { panic("broken") })
	if err != nil {
		t.Fatal(err)
	}
	if a, _ := fetch(t, "GET", u, "", ""); a.StatusCode != http.StatusNotFound {
		t.Errorf("got %d", a.StatusCode)
	}
	_, got := takes(t, r, "khomp/incoming", cti.Reply{})
	if a, _ := fetch(t, "GET", u, "", ""); a.StatusCode != http.StatusOK || len(got()) != 1 {
		t.Errorf("got %d, told %d times", a.StatusCode, len(got()))
	}
}

func TestReceiverRefusesAFlood(t *testing.T) {
	clock := localapitest.NewClock()
	r := receiver(t, func(o *localapi.ReceiverOptions) { o.Clock = clock }, 0)
	u, got := takes(t, r, "vicidial/pop", cti.Reply{})
	refused := 0
	for range 70 {
		if a, _ := fetch(t, "GET", u, "", ""); a.StatusCode == http.StatusTooManyRequests {
			refused++
		}
	}
	if refused != 10 || len(got()) != 60 {
		t.Errorf("refused %d and told %d of 70 at once", refused, len(got()))
	}
	clock.Advance(time.Second)
	if a, _ := fetch(t, "GET", u, "", ""); a.StatusCode != http.StatusOK {
		t.Errorf("a second later: got %d", a.StatusCode)
	}
}

func TestReceiverBoundsTheConnectionsOfOneAddress(t *testing.T) {
	r := receiver(t, nil, time.Minute)
	host := "127.0.0.1:" + strconv.Itoa(r.Port())
	dial := func() net.Conn {
		c, err := net.Dial("tcp", host)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		if err := c.SetDeadline(time.Now().Add(localapitest.Patience)); err != nil {
			t.Fatal(err)
		}
		return c
	}
	var open []net.Conn
	for range 16 {
		open = append(open, dial())
	}
	if _, err := dial().Read(make([]byte, 1)); err == nil || isTimeout(err) {
		t.Errorf("the 17th connection: %v, want it to be hung up", err)
	}
	for _, c := range open {
		if _, err := io.WriteString(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		if b, err := io.ReadAll(c); err != nil || !strings.HasPrefix(string(b), "HTTP/1.1 404") {
			t.Errorf("one of the 16: %q %v", b, err)
		}
	}
}

func isTimeout(err error) bool {
	n, ok := err.(net.Error) //nolint:errorlint // a socket answers it bare
	return ok && n.Timeout()
}

func TestTelephonesHaveAnAddressOfTheirOwn(t *testing.T) {
	r := receiver(t, func(o *localapi.ReceiverOptions) { o.LAN = netip.MustParseAddrPort("127.0.0.1:0") }, 0)
	near, got := takes(t, r, "grandstream/incoming", cti.Reply{})
	lan := r.LANURL("grandstream/incoming")
	state := r.State()
	if !state.Open || state.Waiting != "" || len(state.Paths) != 1 || state.Paths[0].URL != near || state.Paths[0].LAN != lan || near == lan {
		t.Fatalf("got %+v, near %s, LAN %s", state, near, lan)
	}
	if a, _ := fetch(t, "GET", lan+"?remote=1", "", ""); a.StatusCode != http.StatusOK || len(got()) != 1 {
		t.Errorf("got %d", a.StatusCode)
	}
	u, err := url.Parse(lan)
	if err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{"localhost:" + u.Port(), "127.0.0.1:" + strconv.Itoa(r.Port()), "pc.example:" + u.Port()} {
		if a, _ := fetch(t, "GET", lan, "", "", "Host", host); a.StatusCode != http.StatusNotFound {
			t.Errorf("host %s: got %d", host, a.StatusCode)
		}
	}
}

func TestReceiverWaitsForALANAddressThatIsNotThere(t *testing.T) {
	clock := localapitest.NewClock()
	r := receiver(t, func(o *localapi.ReceiverOptions) { // of RFC 5737, no computer's own
		o.LAN, o.Clock = netip.MustParseAddrPort("192.0.2.7:21472"), clock
	}, 0)
	u, _ := takes(t, r, "khomp/incoming", cti.Reply{})
	if s := r.State(); s.Waiting != "192.0.2.7" || s.Paths[0].LAN != "" {
		t.Errorf("got %+v", s)
	}
	if a, _ := fetch(t, "GET", u, "", ""); a.StatusCode != http.StatusOK {
		t.Errorf("on loopback: got %d", a.StatusCode)
	}
}

func TestTakenPortOfTheReceiverIsFatal(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	held := l.Addr().(*net.TCPAddr).AddrPort()
	for name, opt := range map[string]localapi.ReceiverOptions{
		"loopback": {Token: doorToken, Port: int(held.Port())},
		"LAN":      {Token: doorToken, LAN: held},
	} {
		r, err := localapi.NewReceiver(opt)
		if err != nil {
			t.Fatal(err)
		}
		err = r.Listen()
		if err == nil || !strings.Contains(err.Error(), "port "+strconv.Itoa(int(held.Port()))+" is taken") || !strings.Contains(err.Error(), "[receiver]") {
			t.Errorf("%s: got %v", name, err)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestReceiverNamesAreStrict(t *testing.T) {
	r := receiver(t, nil, 0)
	for _, name := range []string{"", "/", "Pop", "vicidial/", "/pop", "a//b", "a b", "a%2fb", "ã", "../x", strings.Repeat("a", 65)} {
		if _, err := r.Receive(t.Context(), name, nil); err == nil {
			t.Errorf("%q was opened", name)
		}
	}
}

func TestReceiverTokenIsNoGuess(t *testing.T) {
	a, b := localapi.NewReceiverToken(), localapi.NewReceiverToken()
	if a == b || len(a) != 32 || !localapi.ValidReceiverToken(a) {
		t.Errorf("got %q and %q", a, b)
	}
	for _, bad := range []string{"", "short", strings.Repeat("a", 25), strings.Repeat("a", 129), strings.Repeat("a", 30) + "/", strings.Repeat("--A--", 8)} {
		if _, err := localapi.NewReceiver(localapi.ReceiverOptions{Token: bad}); err == nil {
			t.Errorf("%q opens a door", bad)
		}
	}
	for _, lan := range []string{"0.0.0.0:1", "[::]:1", "224.0.0.1:1"} {
		if _, err := localapi.NewReceiver(localapi.ReceiverOptions{Token: doorToken, LAN: netip.MustParseAddrPort(lan)}); err == nil {
			t.Errorf("%s opens a door", lan)
		}
	}
}

func TestClosedReceiverOpensNothing(t *testing.T) {
	r, err := localapi.NewReceiver(localapi.ReceiverOptions{Token: doorToken})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Receive(t.Context(), "a", nil); err == nil {
		t.Error("a door that does not listen has a path")
	}
	if err := r.Listen(); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Receive(t.Context(), "a", nil); err == nil {
		t.Error("a closed door has a path")
	}
	if c, err := net.Dial("tcp", "127.0.0.1:"+strconv.Itoa(r.Port())); err == nil {
		c.Close()
		t.Error("a closed door answers")
	}
}

func FuzzReceived(f *testing.F) {
	f.Add("/r/"+doorToken+"/vicidial/pop", "a=1&b=%E9", "application/x-www-form-urlencoded", []byte("c=%zz&d"))
	f.Add("/r/"+doorToken+"/vicidial/pop", "", "application/json", []byte(`{"event":[1,2]}`))
	f.Add("/r//vicidial/pop", "=&&=", "text/plain; x=\"", []byte("\xff"))
	f.Fuzz(func(t *testing.T, path, query, kind string, body []byte) {
		r, err := localapi.NewReceiver(localapi.ReceiverOptions{Token: doorToken})
		if err != nil {
			t.Fatal(err)
		}
		r.Unheard()
		told := 0
		_, err = r.Receive(t.Context(), "vicidial/pop", func(in cti.Received) (cti.Reply, bool) {
			told++
			if len(in.Body) > 64<<10 || len(in.Values) > 512 {
				t.Errorf("%d bytes and %d values were let in", len(in.Body), len(in.Values))
			}
			for name, all := range in.Values {
				if !utf8.ValidString(name + strings.Join(all, "")) {
					t.Errorf("%q: %q is no UTF-8", name, all)
				}
			}
			return cti.Reply{}, true
		})
		if err != nil {
			t.Fatal(err)
		}
		req := &http.Request{Method: http.MethodPost, URL: &url.URL{Path: path, RawQuery: query}, Host: "h", RemoteAddr: "127.0.0.1:1",
			Header: http.Header{"Content-Type": {kind}}, Body: io.NopCloser(bytes.NewReader(body)), ContentLength: -1}
		w := httptest.NewRecorder()
		r.ServeHTTP(w, req, "h")
		if mine := path == "/r/"+doorToken+"/vicidial/pop"; told > 0 && !mine || (w.Code == http.StatusNotFound) == mine || (told == 1) != (w.Code == http.StatusOK) {
			t.Errorf("%q: %d, told %d times", path, w.Code, told)
		}
	})
}

func TestPagesAreNotToldTheAddressesOfTheReceiver(t *testing.T) {
	r := receiver(t, nil, 0)
	u, _ := takes(t, r, "vicidial/pop", cti.Reply{})
	s := localapitest.NewServer(t, func(o *localapi.Options) { o.Receiver = r.State })
	if f := s.Dial(t, localapitest.Origin).Ask(protocol.ReceiverList, ""); f.Error == nil || f.Error.Data.Kind != cti.Forbidden || strings.Contains(string(f.Result), doorToken) {
		t.Errorf("a page got %s %+v", f.Result, f.Error)
	}
	c, err := client.Dial(t.Context(), client.Options{Sockets: []string{s.Socket}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	var got protocol.ReceiverOut
	if err := c.Call(t.Context(), protocol.ReceiverList, nil, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(got, protocol.ReceiverOut{Open: true, Paths: []protocol.ReceiverPath{{Name: "vicidial/pop", URL: u}}}); diff != "" {
		t.Errorf("-got +want\n%s", diff)
	}
}

func TestClosedReceiverIsToldAsClosed(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	c, err := client.Dial(t.Context(), client.Options{Sockets: []string{s.Socket}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	var got protocol.ReceiverOut
	if err := c.Call(t.Context(), protocol.ReceiverList, nil, &got); err != nil || got.Open || len(got.Paths) != 0 {
		t.Errorf("got %+v, %v", got, err)
	}
}
