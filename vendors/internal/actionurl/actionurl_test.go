package actionurl

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"ctiagent/cti"
	"ctiagent/cti/ctitest"

	"github.com/google/go-cmp/cmp"
)

func TestReadKeepsOnlyWhatIsSure(t *testing.T) {
	for name, c := range map[string]struct {
		query string
		want  Notice
	}{
		"a number":                {"remote=11987654321&local=10005&mac=000b82", Notice{Number: "11987654321", Local: "10005", MAC: "000b82"}},
		"a SIP address":           {"remote=sip%3A1133553434%40pbx.example%3Buser%3Dphone", Notice{Number: "1133553434"}},
		"a name in front":         {"remote=%22Ana%22%20%3Csip%3A10005%40pbx%3E&display=Ana+Souza", Notice{Number: "10005", Name: "Ana Souza"}},
		"a variable not filled":   {"remote=$remote&display=$display_remote&mac=$mac", Notice{}},
		"a value twice":           {"remote=1&remote=2", Notice{}},
		"no number at all":        {"remote=anonymous", Notice{}},
		"Latin-1":                 {"remote=10005&display=Jo%E3o", Notice{Number: "10005", Name: "João"}},
		"something far too long":  {"remote=" + strings.Repeat("1", 500), Notice{}},
		"a line end in the value": {"display=a%0Ab", Notice{}},
		"nothing":                 {"", Notice{}},
	} {
		t.Run(name, func(t *testing.T) {
			values, err := url.ParseQuery(c.query)
			if err != nil {
				t.Fatal(err)
			}
			c.want.Event = "incoming"
			if d := cmp.Diff(Read("incoming", values), c.want); d != "" {
				t.Errorf("got-, want+:\n%s", d)
			}
		})
	}
}

func TestAddressHasNoScheme(t *testing.T) {
	got := Address("http://192.168.0.10:21480/TOKEN/grandstream/incoming")
	want := "192.168.0.10:21480/TOKEN/grandstream/incoming?remote=$remote&display=$display_remote&local=$local&mac=$mac"
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// open opens a receiver for a phone at an address, and answers what calls the door gets.
func open(t *testing.T, phone string) (taken chan Notice, call func(path string) int) {
	t.Helper()
	host := ctitest.NewHost(nil)
	host.OpenReceiver(t)
	u, err := url.Parse(phone)
	if err != nil {
		t.Fatal(err)
	}
	taken = make(chan Notice, 8)
	if err := New(host, "toy", u, []string{"incoming", "missed"}, func(n Notice) { taken <- n }).Open(t.Context()); err != nil {
		t.Fatal(err)
	}
	// The door's address is what any further path tells.
	base, err := host.Receive(t.Context(), "toy/base", func(cti.Received) (cti.Reply, bool) { return cti.Reply{}, true })
	if err != nil {
		t.Fatal(err)
	}
	return taken, func(path string) int {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, strings.TrimSuffix(base, "base")+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		return res.StatusCode
	}
}

func TestThePhonesOwnAddressIsHeard(t *testing.T) {
	for _, phone := range []string{"http://127.0.0.1:8080", "http://[::ffff:127.0.0.1]", "http://localhost"} {
		taken, call := open(t, phone)
		if status := call("missed?remote=10"); status != http.StatusOK {
			t.Errorf("%s: the door answered %d", phone, status)
			continue
		}
		if n := <-taken; n.Event != "missed" || n.Number != "10" {
			t.Errorf("%s: got %+v", phone, n)
		}
	}
}

func TestAnotherAddressIsNobodys(t *testing.T) {
	taken, call := open(t, "http://192.0.2.7")
	if status := call("incoming?remote=10"); status != http.StatusNotFound {
		t.Errorf("the door answered %d", status)
	}
	if len(taken) > 0 {
		t.Errorf("taken all the same: %+v", <-taken)
	}
}

func TestClosedDoorIsUnavailable(t *testing.T) {
	u := &url.URL{Scheme: "http", Host: "127.0.0.1"}
	err := New(ctitest.NewHost(nil), "toy", u, []string{"incoming"}, func(Notice) {}).Open(t.Context())
	if !errors.Is(err, cti.Unavailable) {
		t.Errorf("got %v", err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add("remote=sip:1@x&display=a&local=2&mac=3")
	f.Add("remote=%22%3C&display=%FF")
	f.Fuzz(func(t *testing.T, query string) {
		values, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		n := Read("incoming", values)
		for _, v := range []string{n.Number, n.Name, n.Local, n.MAC} {
			if !utf8.ValidString(v) || strings.ContainsAny(v, "\x00\r\n\x1b") || len(v) > longest {
				t.Errorf("%q became %q", query, v)
			}
		}
		if n.Number != "" && !strings.ContainsAny(n.Number, "0123456789*#") {
			t.Errorf("%q became the number %q", query, n.Number)
		}
	})
}
