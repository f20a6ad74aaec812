package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/desk"
	"ctiagent/internal/config"
	"ctiagent/internal/secret"
	"ctiagent/vendors/totalip/totaliptest"
	"ctiagent/vendors/ucontact/ucontacttest"
	"ctiagent/vendors/vicidial/vicidialtest"
	"ctiagent/vendors/vocom/vocomtest"
)

// birds are the canaries: one for each way in which a secret comes in. None may
// be seen but where it belongs. They have no digits, which are hidden as those
// of telephone numbers are: a leak would go unseen.
var birds = map[string]string{
	"secret:":                "birdAqazwsxedcrfvtgbyhnujmikolp",
	"file:":                  "birdB-plokmij-uhbygv",
	"env:":                   "birdC.tfcrdx.eszwaq",
	"plain text":             "birdD-mnbvcxz-lkjhgf",
	"an agent's password":    "birdE-poiuyt-rewqas",
	"a login link":           "birdF-dsapoi-vbnmcx",
	"the receiver's token":   "birdGzaqxswcdevfrbgtnhymjukilop",
	"a session at the PBX":   "birdH-yhnbgt-rfvcde",
	"a password of the page": "birdI-wsxzaq-edcrfv",
}

// pbxs are the systems of the site; knows says whether they know its secrets.
type pbxs struct {
	totalip  *totaliptest.PBX
	ucontact *ucontacttest.T
	vicidial *vicidialtest.Server
	vocom    *vocomtest.PBX
}

func newPBXs(t *testing.T, knows bool) pbxs {
	t.Helper()
	other := ""
	if !knows {
		other = "Z"
	}
	p := pbxs{
		totalip:  totaliptest.New(totaliptest.Options{Key: birds["secret:"] + other, WrongKeyAnswer: "CHAVE INVALIDA " + birds["secret:"]}),
		ucontact: ucontacttest.New(ucontacttest.Options{Password: birds["file:"] + other, TokenID: birds["a session at the PBX"]}),
		vicidial: vicidialtest.New(vicidialtest.Options{Pass: birds["env:"] + other, PagePoll: 10 * time.Millisecond}),
		vocom:    vocomtest.New(vocomtest.Options{Key: birds["plain text"] + other}),
	}
	for _, end := range []func(){p.totalip.Close, p.ucontact.Close, p.vicidial.Close, p.vocom.Close} {
		t.Cleanup(end)
	}
	p.totalip.AddExtension(totaliptest.Extension{Number: "10005", User: "12", Name: "Ana Souza", LoggedIn: true})
	p.ucontact.AddAgent(ucontacttest.Agent{Name: "12", Password: birds["an agent's password"] + other, Extension: "10005"})
	p.vicidial.AddAgent(vicidialtest.Agent{User: "12", Name: "Ana Souza", ManualDial: true})
	p.vocom.AddAgent(vocomtest.Agent{Name: "12", Branch: "10005", LoggedIn: true})
	return p
}

// newHunt makes a person with a site in which every kind of secret is found.
func newHunt(t *testing.T, site pbxs) (h *hunt, port int) {
	t.Helper()
	dir, err := os.MkdirTemp("", "cti") // a socket's path is short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if port, err = freePort(); err != nil {
		t.Fatal(err)
	}
	receiver, err := freePort()
	if err != nil {
		t.Fatal(err)
	}
	key, phone := filepath.Join(dir, "key"), filepath.Join(dir, "TotalPhone")
	for _, err := range []error{
		os.WriteFile(key, []byte(birds["file:"]+"\n"), 0o600),
		os.WriteFile(phone, []byte("#!/bin/sh\nprintf '%s\\n' \"$*\" >>\"$HOME/launched\"\n"), 0o700), //nolint:gosec // it is run
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	text := fmt.Sprintf(`[api]
port = %d
origins = [%q]
[agent]
id = "12"
extension = "10005"
area_code = "11"
[log]
file = %q
level = "debug"
[receiver]
enabled = true
port = %d
token = "secret:door"
[links]
confirm = "never"
login_links = true
[limits]
dials_per_second = 100
[[driver]]
use = "totalip"
url = %q
events = %q
commands = %q
key = "secret:totalip-key"
[[driver]]
use = "ucontact"
url = %q
user = %q
password = "file:%s"
campaign = %q
[[driver]]
use = "vicidial"
url = %q
user = %q
password = "env:VICIDIAL"
agent_events = "webform"
[[driver]]
use = "vocom"
url = %q
key = %q
company = %q
[[driver]]
use = "totalphone"
path = %q
pause_ms = 0
start_ms = 0
`, port, canaryOrigin, filepath.Join(dir, "ctiagent.log"), receiver, site.totalip.URL(), site.totalip.EventsAddr(), site.totalip.CommandsAddr(),
		site.ucontact.URL(), ucontacttest.DefaultUser, key, ucontacttest.DefaultCampaign, site.vicidial.URL(), vicidialtest.DefaultUser,
		site.vocom.URL(), birds["plain text"], vocomtest.DefaultCompany, phone)
	p := newPerson(t, []string{"HOME=" + dir, "XDG_RUNTIME_DIR=" + dir, "VICIDIAL=" + birds["env:"]}, text)
	h = &hunt{T: t, person: p, home: dir, secrets: birds}
	h.found = h.tell
	for name, kind := range map[string]string{"totalip-key": "secret:", "door": "the receiver's token"} {
		set := p.ctiagent("secret", "set", name, "--user")
		set.Stdin = strings.NewReader(birds[kind] + "\n")
		words, err := set.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, words)
		}
		h.look("ctiagent secret set", words)
	}
	return h, port
}

// everything does at this site whatever a secret takes part in.
func (h *hunt) everything(port int) {
	site := []string{"--config", h.person.site}
	with := func(args ...string) []string { return append(args, site...) }
	page := "http://127.0.0.1:" + strconv.Itoa(port)
	h.run(nil, "status", "--json")
	h.run(nil, "dial", "11987654321")
	h.run(nil, "calls", "--json")
	h.run(nil, "hangup")
	h.run(nil, "dial", "11976543210", "--json")
	for _, f := range [][]string{{"totalip.fila_espera", "fila=1"}, {"totalip.socket.DISCAR", "telefone=33553400"}, {"ucontact.auth/getUserToken"}, {"ucontact.CTI"},
		{"ucontact.auth/AgentLogin", "password=@" + filepath.Join(h.home, "typed")}, {"vicidial.version"}, {"vicidial.non_agent.agent_status"},
		{"vicidial.calls_in_queue_count"}, {"vicidial.webphone_url"}, {"vocom.agent/get_break_list"}, {"totalphone.abrir", "senha=@" + filepath.Join(h.home, "typed")},
		{"nobody.nothing"}} {
		h.run(nil, append([]string{"invoke"}, f...)...)
		h.run(nil, append([]string{"invoke", "--json"}, f...)...)
	}
	for _, json := range [][]string{nil, {"--json"}} {
		login := h.ctiagent(append([]string{"login", "--ask"}, json...)...)
		login.Stdin = strings.NewReader(birds["an agent's password"] + "\n")
		words, _ := login.CombinedOutput() // how it ends the site decides
		h.look("ctiagent login", words)
		h.run(nil, append([]string{"logout"}, json...)...)
	}
	// A link, from a program and from the door, also one that is wrong.
	for _, link := range []string{"sip:-ramal=10005 -senha=" + birds["a login link"], "sip:-ramal=10005 -senha=" + birds["a login link"] + " -x", "sip:" + birds["a login link"] + ":" + birds["a login link"] + "@pbx"} {
		h.run(nil, "uri", "explain", link)
		quoted, err := json.Marshal(link)
		if err != nil {
			h.T.Fatal(err)
		}
		answer, err := sayRaw(filepath.Join(h.home, "ctiagent.sock"), fmt.Appendf(nil, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"uri.open\",\"params\":{\"uri\":%s}}\n", quoted), 1)
		if err != nil {
			h.T.Fatal(err)
		}
		h.look("uri.open", []byte(answer))
	}
	// A page that sends a password is refused, and what it sent is nowhere.
	password, err := json.Marshal(birds["a password of the page"])
	if err != nil {
		h.T.Fatal(err)
	}
	for _, body := range []string{`{"jsonrpc":"2.0","id":1,"method":"agent.login","params":{"password":%s}}`, `{"jsonrpc":"2.0","id":1,"method":"session.hello","params":{"ticket":%s}}`,
		`{"jsonrpc":"2.0","id":1,"method":"functions.invoke","params":{"name":"ucontact.auth/AgentLogin","params":{"password":%s}}}`, `{"password":%s`} {
		h.http(http.MethodPost, page+"/v1/rpc", fmt.Sprintf(body, password))
	}
	h.http(http.MethodGet, page+"/r/"+birds["a password of the page"], "")
	if api := h.http(http.MethodGet, page+"/v1/openrpc.json", ""); !strings.Contains(api, "agent.login") {
		h.T.Errorf("no OpenRPC: %.200s", api)
	}
	h.http(http.MethodGet, page+"/", "")
	h.ticket()

	h.run(nil, with("config", "show")...)
	h.run(nil, with("config", "show", "--json")...)
	h.run(nil, with("config", "check")...)
	h.run(nil, "functions")
	h.run(nil, "history", "--json")
	h.run(nil, "secret", "list", "--user", "--json")
	door := []string{"the receiver's token"} // which the doctor tells those who enter it at a dialer
	h.run(door, with("doctor")...)
	h.run(door, with("doctor", "--json")...)
	h.run(door, with("doctor", "--bundle", filepath.Join(h.home, "bundle.zip"))...)
	h.run(door, with("vicidial", "options")...)
}

func TestNoSecretIsSeenWhereItDoesNotBelong(t *testing.T) {
	for name, knows := range map[string]bool{"the PBXs know the secrets": true, "the PBXs refuse them": false} {
		t.Run(name, func(t *testing.T) {
			site := newPBXs(t, knows)
			h, port := newHunt(t, site)
			if err := os.WriteFile(filepath.Join(h.home, "typed"), []byte(birds["an agent's password"]), 0o600); err != nil {
				t.Fatal(err)
			}
			said, service := h.serves()
			events, watcher := newHeard(), h.ctiagent("events", "--json")
			watcher.Stdout, watcher.Stderr = events, events
			if err := watcher.Start(); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = watcher.Process.Kill(); _ = watcher.Wait() })
			h.everything(port)

			// Now every system fails in its own way.
			site.totalip.DropAfterRead("discar")
			site.vicidial.AnswerHTML(true)
			site.ucontact.CutLink()
			for _, args := range [][]string{{"dial", "11965432109"}, {"login"}, {"pause", "1"}, {"invoke", "vicidial.calls_in_queue_count"}, {"invoke", "ucontact.auth/getUserToken"}, {"status"}} {
				h.run(nil, args...)
			}
			site.totalip.CutLink()
			h.run(nil, "status", "--json")
			h.commandLines(service.Process.Pid)

			// It is made to tell all it is doing, and ends.
			if err := service.Process.Signal(syscall.SIGQUIT); err != nil {
				t.Fatal(err)
			}
			_ = service.Wait() // the words tell
			_ = watcher.Wait() // nobody is there any more
			if !strings.Contains(said.String(), "SIGQUIT: quit") || !strings.Contains(said.String(), "goroutine ") {
				t.Errorf("nothing was told at the end:\n%.2000s", said)
			}
			h.look("the service's output", []byte(said.String()))
			h.look("the events", []byte(events.String()))
			seen := h.files(map[string][]string{"secrets.json": {"secret:", "the receiver's token"}, "key": {"file:"},
				"typed": {"an agent's password"}, "launched": {"an agent's password", "a login link"}})
			for _, name := range []string{"ctiagent.log", "journal.db", "bundle.zip", "secrets.json", "launched"} {
				if !seen[name] {
					t.Errorf("there is no %s to look at: %v", name, seen)
				}
			}
			h.vain(said.String(), events.String(), site, knows)
			t.Logf("looked at %d places", h.places)
		})
	}
}

// vain fails when the hunt looked at nothing: when the secrets were not used,
// or nothing was told.
func (h *hunt) vain(said, events string, site pbxs, knows bool) {
	h.T.Helper()
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join(h.home, name))
		if err != nil {
			h.T.Fatal(err)
		}
		return string(text)
	}
	log, launched := read("ctiagent.log"), read("launched")
	seen := func(place string, words ...string) {
		h.T.Helper()
		for _, w := range words {
			if !strings.Contains(place, w) {
				h.T.Errorf("never seen: %q in\n%.3000s", w, place)
			}
		}
	}
	seen(log, "a secret stands in plain text in the configuration", "driver[3].key", "msg=link")
	seen(launched, "-senha="+birds["a login link"], "-senha="+birds["an agent's password"])
	seen(said, "Pages reach it at")
	seen(events, `"type":"driver.changed"`)
	if knows {
		seen(h.words, "/r/"+birds["the receiver's token"], `"break_name":"Almoço"`, "totalip: Done.", "the answer is a web page")
		if _, in := site.ucontact.AgentState("12"); len(site.totalip.Dials()) < 2 || !in || site.ucontact.Received("auth/AgentLogin") < 3 {
			h.T.Errorf("dialled %v, logged in %d times", site.totalip.Dials(), site.ucontact.Received("auth/AgentLogin"))
		}
		return
	}
	seen(h.words, "CHAVE INVALIDA ***", "Vocom: the key was refused", "uContact: user or password was refused", "VICIdial does not know this API user")
}

func TestHuntForSecretsFindsWhatIsPlanted(t *testing.T) {
	bird := birds["file:"]
	for name, text := range map[string]string{
		"as it is":       "error: " + bird + " is wrong",
		"in an address":  "http://x/?p=" + url.QueryEscape(bird),
		"in base64":      base64.StdEncoding.EncodeToString([]byte("user:" + bird)),
		"further in":     base64.StdEncoding.EncodeToString([]byte("u:" + bird + "x")),
		"in hexadecimal": hex.EncodeToString([]byte(bird)),
		"in a database":  "\x00\x01SQLite format 3\x00\x1f" + bird + "\x00",
	} {
		if got := leaks([]byte(text), birds); !slices.Equal(got, []string{"file:"}) {
			t.Errorf("%s: found %v", name, got)
		}
	}
	if got := leaks([]byte("http://127.0.0.1:21470/ *** birdless"), birds); got != nil {
		t.Errorf("found %v where nothing is", got)
	}
	// As files and as a bundle, below a home.
	for _, name := range []string{"ctiagent.log", "journal.db-wal", "bundle.zip"} {
		home := t.TempDir()
		var file bytes.Buffer
		if filepath.Ext(name) == ".zip" {
			z := zip.NewWriter(&file)
			for _, entry := range []string{"a.json", "b.json"} {
				w, err := z.Create(entry)
				if err == nil {
					_, err = io.WriteString(w, strings.Repeat("compress me ", 100)+bird)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			if err := z.Close(); err != nil {
				t.Fatal(err)
			}
		} else {
			file.WriteString(bird)
		}
		if err := os.WriteFile(filepath.Join(home, name), file.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		var found []string
		h := &hunt{T: t, home: home, secrets: birds, found: func(place, kind string, _ []byte) { found = append(found, kind+" in "+place) }}
		h.files(nil)
		if len(found) == 0 || !strings.HasPrefix(found[0], "file: in ") {
			t.Errorf("nothing is found in %s: %q", name, found)
		}
		found = nil
		if h.files(map[string][]string{name: {"file:"}}); filepath.Ext(name) != ".zip" && len(found) != 0 {
			t.Errorf("it belongs there, and yet: %q", found)
		}
	}
}

// panicking is a driver that panics with its own key whenever it dials, and
// the first time it runs.
type panicking struct {
	key string
	ran *atomic.Bool
}

func panickingRows() []cti.Func[panicking] {
	return []cti.Func[panicking]{cti.Row(cti.CallDial, "a test", func(p panicking, _ context.Context, r cti.Req[cti.DialIn]) (cti.CallOut, error) {
		panic(fmt.Errorf("%s cannot be dialled with %q at http://user:%s@pbx/", r.In.Number, p.key, p.key))
	})}
}

func (p panicking) Actions() *cti.Actions { return cti.Bind(p, panickingRows()) }
func (p panicking) Close() error          { return nil }

func (p panicking) Run(ctx context.Context, emit func(cti.Fact)) error {
	if p.ran.CompareAndSwap(false, true) {
		panic("the key is " + p.key)
	}
	emit(cti.LinkFact{State: cti.LinkConnected})
	<-ctx.Done()
	return nil
}

func TestPanicOfADriverShowsNoSecret(t *testing.T) {
	key, ran := birds["file:"], new(atomic.Bool)
	driver := cti.Driver{Name: "panicking", Title: "Panicking", Functions: cti.Infos(panickingRows()),
		Open: func(context.Context, cti.Config, cti.Host) (cti.Session, error) { return panicking{key, ran}, nil }}
	file := filepath.Join(t.TempDir(), "ctiagent.log")
	p := serveProgram(t, func(a *app, cfg config.Config) (*program, error) {
		return a.foreground(cfg, nil, func(_ *slog.Logger, redact *secret.Redactor) ([]desk.Driver, error) {
			redact.Add(key) // as for every secret of the configuration
			return []desk.Driver{{Driver: driver}}, nil
		}, nil)
	}, func(c *config.Config) { c.Log.File = file })
	d, release, err := p.desks.Open(t.Context(), p.self)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	var said strings.Builder
	var log []byte
	known := func() bool {
		for _, words := range []string{"cannot be dialled with", "the key is ***", "panickingRows.func1"} {
			if !bytes.Contains(log, []byte(words)) {
				return false
			}
		}
		return true
	}
	for until := time.Now().Add(patience); !known(); {
		if time.Now().After(until) {
			t.Fatalf("the panics are not in the log:\n%s", log)
		}
		_, err := d.Do(t.Context(), cti.Wish{Method: cti.CallDial.Name, Params: []byte(`{"number":"11987654321"}`)})
		fmt.Fprintln(&said, cti.AsError(err).Message())
		if log, err = os.ReadFile(file); err != nil {
			t.Fatal(err)
		}
	}
	state, err := json.Marshal(d.State())
	if err != nil {
		t.Fatal(err)
	}
	for place, text := range map[string]string{"the log": string(log), "the answer": said.String(), "the desk": string(state)} {
		if found := leaks([]byte(text), birds); found != nil {
			t.Errorf("%s shows %v:\n%s", place, found, text)
		}
	}
}
