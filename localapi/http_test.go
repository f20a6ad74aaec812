package localapi_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ctiagent/cti"
	"ctiagent/localapi"
	"ctiagent/localapi/localapitest"
)

func TestPagesCarryStrictHeaders(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	a, host := addresses(t, s)[0], own(s, "127.0.0.1:21470")
	for path, want := range map[string]int{
		"/": 200, "/control/index.html": 200, "/sdk/ctiagent.js": 200, "/v1/openrpc.json": 200,
		"/demo/": 404, "/demo/index.html": 404, "/nothing": 404, "/secret.txt": 404, "/sdk/": 404, "/sdk": 404, "/sdk/README.md": 404, "/control/../secret.txt": 404,
		"/sdk/..%2fsecret.txt": 404, "//sdk/ctiagent.js": 404, "/sdk//ctiagent.js": 404, "/health": 404,
	} {
		for _, verb := range []string{"GET", "HEAD"} {
			status, h := head(t, a, verb+" "+path+" HTTP/1.1\r\nHost: "+host+"\r\nConnection: close\r\n\r\n")
			if status != want {
				t.Errorf("%s %s: got %d, want %d", verb, path, status, want)
			}
			for name, want := range map[string]string{
				"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self' ws://127.0.0.1:* ws://localhost:*; " +
					"font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
				"X-Content-Type-Options": "nosniff", "Cross-Origin-Resource-Policy": "same-origin", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
				"Access-Control-Allow-Origin": "",
			} {
				if got := h.Get(name); got != want {
					t.Errorf("%s %s: %s is %q, want %q", verb, path, name, got, want)
				}
			}
		}
	}
	if _, h := head(t, a, "GET /sdk/ctiagent.js HTTP/1.1\r\nHost: "+host+"\r\n\r\n"); h.Get("Content-Type") != "text/javascript; charset=utf-8" {
		t.Errorf("the script's type is %q", h.Get("Content-Type"))
	}
}

func head(t *testing.T, address, request string) (int, http.Header) {
	t.Helper()
	// A HEAD answer has no body, whatever its length says.
	status, h, _ := rawOf(t, address, request, strings.HasPrefix(request, "HEAD"))
	return status, h
}

func TestOnlyGetWhereNothingElseBelongs(t *testing.T) {
	s := localapitest.NewServer(t, func(o *localapi.Options) { o.Demo = true })
	a, host := addresses(t, s)[0], own(s, "127.0.0.1:21470")
	for _, verb := range []string{"POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "X"} {
		for _, path := range []string{"/", "/demo/", "/v1/openrpc.json", "/nothing"} {
			got, _, _ := raw(t, a, verb+" "+path+" HTTP/1.1\r\nHost: "+host+"\r\nOrigin: "+localapitest.Origin+"\r\nContent-Length: 0\r\n\r\n")
			if got != http.StatusMethodNotAllowed {
				t.Errorf("%s %s: got %d, want 405", verb, path, got)
			}
		}
	}
	for request, want := range map[string]int{"GET /v1/rpc": 405, "PUT /v1/rpc": 405, "POST /v1/ws": 405, "GET /v1/ws": 426, "GET /demo/": 200} {
		got, _, _ := raw(t, a, request+" HTTP/1.1\r\nHost: "+host+"\r\nOrigin: "+localapitest.Origin+"\r\nContent-Length: 0\r\n\r\n")
		if got != want {
			t.Errorf("%s: got %d, want %d", request, got, want)
		}
	}
}

func TestPreflight(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	a, host := addresses(t, s)[0], own(s, "127.0.0.1:21470")
	for origin, want := range map[string]int{localapitest.Origin: 204, "https://evil.test": 403} {
		got, h, _ := raw(t, a, "OPTIONS /v1/rpc HTTP/1.1\r\nHost: "+host+"\r\nOrigin: "+origin+
			"\r\nAccess-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: content-type\r\n\r\n")
		if got != want || h.Get("Vary") != "Origin" {
			t.Errorf("%s: got %d %v, want %d", origin, got, h, want)
		}
		if allow := h.Get("Access-Control-Allow-Origin"); want == 204 && allow != origin || want != 204 && allow != "" {
			t.Errorf("%s: allowed %q", origin, allow)
		}
	}
}

var update = flag.Bool("update", false, "write testdata again")

func TestOpenRPC(t *testing.T) {
	s := localapitest.NewServer(t, func(o *localapi.Options) { o.Methods = cti.Verbs() })
	_, _, got := raw(t, addresses(t, s)[0], "GET /v1/openrpc.json HTTP/1.1\r\nHost: "+own(s, "127.0.0.1:21470")+"\r\n\r\n")
	const golden = "testdata/openrpc.json"
	if *update {
		if err := os.WriteFile(golden, []byte(got+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(got+"\n", string(want)); d != "" {
		t.Errorf("%s is stale; go test ./localapi -run TestOpenRPC -update writes it:\n%s", golden, d)
	}
	f := s.Dial(t, localapitest.Origin).Ask("rpc.discover", "")
	var a, b any
	if err := json.Unmarshal(f.Result, &a); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(got), &b); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(a, b); d != "" {
		t.Errorf("rpc.discover and openrpc.json differ: %s", d)
	}
	var doc struct {
		Methods []struct {
			Name   string
			Params []struct{ Name string }
			Effect string `json:"x-effect"`
			Result struct{ Schema map[string]any }
		}
		Components struct{ Schemas map[string]any }
	}
	if err := json.Unmarshal([]byte(got), &doc); err != nil {
		t.Fatal(err)
	}
	has := map[string]string{}
	for _, m := range doc.Methods {
		has[m.Name] = fmt.Sprint(m.Effect, m.Params, m.Result.Schema)
	}
	for _, v := range cti.Verbs() {
		if !strings.HasPrefix(has[v.Name], string(v.Effect)) {
			t.Errorf("%s is described as %q", v.Name, has[v.Name])
		}
	}
	if want := "dial[{number} {campaign} {callerId} {data} {requestId}] map[$ref:#/components/schemas/Call]"; has["call.dial"] != want {
		t.Errorf("call.dial: got %s, want %s", has["call.dial"], want)
	}
	if want := "map[$ref:#/components/schemas/StreamOut]"; !strings.HasSuffix(has["report.calls"], want) {
		t.Errorf("report.calls: got %s, want %s", has["report.calls"], want)
	}
	for _, ref := range strings.Split(got, `"#/components/schemas/`)[1:] {
		name, _, _ := strings.Cut(ref, `"`)
		if doc.Components.Schemas[name] == nil {
			t.Errorf("the schema %s is missing", name)
		}
	}
}
