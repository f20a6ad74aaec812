//go:build unix

package main

import (
	"archive/zip"
	"context"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ctiagent/cti"
	"ctiagent/desk"
	"ctiagent/internal/config"
	"ctiagent/internal/i18n"
	"ctiagent/internal/paths"
	"ctiagent/internal/secret"
	"ctiagent/localapi"
	"ctiagent/vendors"
)

// called is a driver that waits at the receiver door under a name.
type called struct {
	host cti.Host
	name string
	urls chan<- string
	got  chan<- cti.Received
}

func (c called) Actions() *cti.Actions { return cti.Bind(c, nil) }
func (c called) Close() error          { return nil }

func (c called) Run(ctx context.Context, emit func(cti.Fact)) error {
	url, err := c.host.Receive(ctx, c.name, func(in cti.Received) (cti.Reply, bool) {
		c.got <- in
		return cti.Reply{}, true
	})
	if err != nil {
		c.urls <- err.Error()
	} else {
		c.urls <- url
	}
	emit(cti.LinkFact{State: cti.LinkConnected})
	<-ctx.Done()
	return nil
}

// calledSite runs a program whose one driver waits at the receiver door, and
// answers the address it was told.
func calledSite(t *testing.T, name string, demo bool, changes ...func(*config.Config)) (url string, got <-chan cti.Received) {
	t.Helper()
	var methods map[string]localapi.Extra
	if demo {
		methods = map[string]localapi.Extra{}
	}
	urls, in := make(chan string, 1), make(chan cti.Received, 1)
	driver := cti.Driver{Name: "called", Title: "Called", Open: func(_ context.Context, _ cti.Config, host cti.Host) (cti.Session, error) {
		return called{host, name, urls, in}, nil
	}}
	serveProgram(t, func(a *app, cfg config.Config) (*program, error) {
		return a.foreground(cfg, nil, func(*slog.Logger, *secret.Redactor) ([]desk.Driver, error) {
			return []desk.Driver{{Driver: driver}}, nil
		}, methods)
	}, changes...)
	select {
	case url = <-urls:
	case <-t.Context().Done():
		t.Fatal("the driver was not run")
	}
	return url, in
}

// openDoor opens the receiver door of a program on a port of its own.
func openDoor(t *testing.T) func(*config.Config) {
	t.Helper()
	port, err := freePort()
	if err != nil {
		t.Fatal(err)
	}
	return func(c *config.Config) { c.Receiver.Enabled, c.Receiver.Port = true, port }
}

func get(t *testing.T, url string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	a, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	_, err = io.Copy(io.Discard, a.Body)
	if err != nil {
		t.Fatal(err)
	}
	return a.StatusCode
}

// ownHome is a home directory for one test.
func ownHome(t *testing.T) string {
	t.Helper()
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("XDG_STATE_HOME", "")
	t.Setenv("XDG_CONFIG_HOME", "")
	return filepath.Join(home, ".local", "state", "ctiagent", "secrets.json")
}

func TestReceiverKeepsItsTokenOverRestarts(t *testing.T) {
	file, door := ownHome(t), openDoor(t)
	var urls []string
	for _, name := range []string{"first start", "second start"} {
		t.Run(name, func(t *testing.T) {
			url, got := calledSite(t, "vicidial/pop", false, door)
			urls = append(urls, url)
			if code := get(t, url+"?phone=1"); code != http.StatusOK {
				t.Errorf("got %d", code)
			}
			if in := <-got; in.Values["phone"][0] != "1" || !in.From.IsLoopback() {
				t.Errorf("got %+v", in)
			}
		})
	}
	if len(urls) != 2 || urls[0] != urls[1] {
		t.Errorf("the addresses are %v, want one", urls)
	}
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the token is kept in a file of mode %o", info.Mode().Perm())
	}
}

func TestReceiverIsClosedUnlessItIsWanted(t *testing.T) {
	file := ownHome(t)
	if url, _ := calledSite(t, "vicidial/pop", false); !strings.Contains(url, "receiver door is closed") {
		t.Errorf("got %s", url)
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("a token was made for a closed door")
	}
}

func TestDemoHasAReceiverThatLeavesNothingBehind(t *testing.T) {
	file := ownHome(t)
	url, got := calledSite(t, "vicidial/pop", true)
	if code := get(t, url); code != http.StatusOK {
		t.Errorf("got %d", code)
	}
	<-got
	if _, err := os.Stat(file); err == nil {
		t.Error("the demo keeps its token")
	}
}

func TestTelephoneIsToldTheAddressItReaches(t *testing.T) {
	ownHome(t)
	phone := ""
	for _, name := range vendors.Names() {
		if d, _ := vendors.Named(name); d.Phone {
			phone = name
		}
	}
	lan, door := openDoor(t), openDoor(t)
	named := func(c *config.Config) {
		door(c)
		var other config.Config
		lan(&other)
		c.Receiver.LAN = "127.0.0.1:" + text(int64(other.Receiver.Port))
	}
	var at config.Config
	named(&at)
	if phone != "" {
		t.Run("telephone", func(t *testing.T) {
			if url, _ := calledSite(t, phone+"/incoming", false, named); !strings.HasPrefix(url, "http://"+at.Receiver.LAN+"/r/") {
				t.Errorf("got %s, want it at %s", url, at.Receiver.LAN)
			}
		})
	}
	t.Run("browser", func(t *testing.T) {
		if url, _ := calledSite(t, "vicidial/pop", false, named); !strings.HasPrefix(url, "http://127.0.0.1:"+text(int64(at.Receiver.Port))+"/r/") {
			t.Errorf("got %s", url)
		}
	})
}

func TestTokenThatManyComputersShareComesFromTheConfiguration(t *testing.T) {
	file, door := ownHome(t), openDoor(t)
	const token = "shared0token0shared0token0shared"
	t.Setenv("RECEIVER_TOKEN", token)
	url, _ := calledSite(t, "vicidial/pop", false, door, func(c *config.Config) { c.Receiver.Token = "env:RECEIVER_TOKEN" })
	if !strings.Contains(url, "/r/"+token+"/vicidial/pop") {
		t.Errorf("got %s", url)
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("another token was made")
	}
	from := config.Provenance{"receiver.token": {File: "site.toml"}}
	for ref, want := range map[string]string{
		"short":        "site.toml: receiver.token must have 26 to 128 letters and digits",
		"secret:other": "site.toml: receiver.token: there is no secret named other",
		"env:NOTHING":  "site.toml: receiver.token: ",
	} {
		_, _, err := receiverToken(config.Config{Receiver: config.Receiver{Token: ref}}, from, paths.Current().UserSecrets(), true)
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", ref, err, want)
		}
	}
}

func TestDoctorTellsWhatToEnterAndTheBundleDoesNot(t *testing.T) {
	ownHome(t)
	url, _ := calledSite(t, "vicidial/pop", false, openDoor(t))
	code, out, _ := runHere(t, i18n.En, "doctor")
	if code != 0 || !strings.Contains(out, "receiver door: For vicidial/pop enter "+url+"\n") {
		t.Errorf("status %d, %s", code, out)
	}
	file := filepath.Join(t.TempDir(), "help.zip")
	if code, _, bad := runHere(t, i18n.En, "doctor", "--bundle", file); code != 0 {
		t.Fatal(bad)
	}
	z, err := zip.OpenReader(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = z.Close() }() // only read from
	_, token, _ := strings.Cut(url, "/r/")
	token, _, _ = strings.Cut(token, "/")
	for _, part := range z.File {
		r, err := part.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = r.Close() // only read from
		if strings.Contains(string(b), token) {
			t.Errorf("%s has the token", part.Name)
		}
		if part.Name == "doctor.json" && !strings.Contains(string(b), "vicidial/pop") {
			t.Errorf("%s says nothing of the door: %s", part.Name, b)
		}
	}
}
