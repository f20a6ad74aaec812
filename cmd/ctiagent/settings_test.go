package main

import (
	"bytes"
	"log/slog"
	"os"
	"strings"
	"testing"

	"ctiagent/desk"
	"ctiagent/dialplan"
	"ctiagent/internal/config"
	"ctiagent/internal/i18n"
	"ctiagent/internal/paths"
	"ctiagent/internal/secret"
	"ctiagent/localapi/protocol"

	"github.com/google/go-cmp/cmp"
)

const siteKey = "plain-0123456789abcdef0123456789"

func siteConfig(t *testing.T) config.Config {
	t.Helper()
	cfg, err := config.Parse("site.toml", []byte("[agent]\narea_code = \"11\"\n[[driver]]\nuse = \"totalip\"\nurl = \"http://127.0.0.1:1\"\nringing_poll = 2\nkey = \""+siteKey+"\"\n"))
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

func TestDriversGetTheirValuesAndTheRedactorTheSecrets(t *testing.T) {
	redact := new(secret.Redactor)
	var warned []string
	got, err := drivers(siteConfig(t), paths.Current().UserSecrets(), redact, func(key string) { warned = append(warned, key) })
	if err != nil || len(got) != 1 {
		t.Fatalf("got %v, %v", got, err)
	}
	want := map[string]string{"url": "http://127.0.0.1:1", "key": siteKey, "road": "http", "ringing_poll": "2", "database_timeout": "60"}
	if d := cmp.Diff(got[0].Config.Values, want); d != "" {
		t.Error(d)
	}
	if got[0].Config.Country != "BR" || got[0].Config.AreaCode != "11" {
		t.Errorf("got %+v", got[0].Config)
	}
	if d := cmp.Diff(warned, []string{"driver[0].key"}); d != "" {
		t.Error(d)
	}
	if text := redact.Redact("the key is " + siteKey); strings.Contains(text, siteKey) {
		t.Errorf("the redactor leaves %s", text)
	}
}

func TestLogShowsNeitherSecretsNorWholeNumbers(t *testing.T) {
	t.Setenv("XDG_RUNTIME_DIR", shortDir(t))
	log := new(bytes.Buffer)
	a := newApp(strings.NewReader(""), new(bytes.Buffer), log, os.Getenv)
	cfg := siteConfig(t)
	p, err := a.foreground(cfg, nil, func(_ *slog.Logger, redact *secret.Redactor) ([]desk.Driver, error) {
		return drivers(cfg, paths.Current().UserSecrets(), redact, func(string) {})
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	p.log.Warn("a test line", "number", "+5511987654321", "answer", "chave="+siteKey, "extension", "10005")
	if text := log.String(); !strings.Contains(text, "a test line") || !strings.Contains(text, "4321") || !strings.Contains(text, "10005") ||
		strings.Contains(text, "1198765") || strings.Contains(text, siteKey) {
		t.Errorf("the log says %s", text)
	}
}

// managedSite is a site whose policy decides some of what the person's file says.
func managedSite(t *testing.T) (config.Config, config.Provenance) {
	t.Helper()
	cfg, from, err := config.Load([]config.Source{
		{Path: "/home/ana/ctiagent.toml", Data: []byte("[api]\nport = 1000\n[links]\nconfirm = \"never\"\n[agent]\nlanguage = \"es\"\n")},
		{Path: "/etc/ctiagent/policy.d/10.toml", Policy: true, Data: []byte("[api]\nport = 2000\n[agent]\nextension = \"10005\"\n[links]\nconfirm = \"risky\"\n[[pop]]\nopen = \"https://crm.example.com/{e164}\"\n")},
	})
	if err != nil {
		t.Fatal(err)
	}
	return cfg, from
}

func TestManagedSettingsAreToldWithTheirSource(t *testing.T) {
	cfg, from := managedSite(t)
	for lang, want := range map[i18n.Lang]string{
		i18n.En:   "is managed by your organisation (/etc/ctiagent/policy.d/10.toml:2): what /home/ana/ctiagent.toml:2 says has no effect",
		i18n.PtBR: "é gerenciado pela sua organização (/etc/ctiagent/policy.d/10.toml:2): o que está em /home/ana/ctiagent.toml:2 não tem efeito",
		i18n.Es:   "está administrado por su organización (/etc/ctiagent/policy.d/10.toml:2): lo que dice /home/ana/ctiagent.toml:2 no tiene efecto",
	} {
		out := new(bytes.Buffer)
		a := newApp(strings.NewReader(""), out, new(bytes.Buffer), os.Getenv)
		a.lang = lang
		if err := a.configOK(config.Managed(cfg, from)); err != nil {
			t.Fatal(err)
		}
		if text := out.String(); !strings.Contains(text, "api.port "+want) || !strings.Contains(text, "agent.extension") || !strings.Contains(text, "\npop ") ||
			strings.Contains(text, "agent.language") || strings.Contains(text, "pop[0]") {
			t.Errorf("%s: %s", lang, text)
		}
		found := a.managed(cfg, from)
		if len(found) != 1 || found[0].Status != checkOK || !strings.Contains(found[0].Detail, "api.port, agent.extension, links.confirm, pop") ||
			!strings.Contains(found[0].Detail, "/etc/ctiagent/policy.d/10.toml") || !strings.Contains(found[0].Next, "/home/ana/ctiagent.toml:2") {
			t.Errorf("%s: the doctor says %+v", lang, found)
		}
	}
	a := newApp(strings.NewReader(""), new(bytes.Buffer), new(bytes.Buffer), os.Getenv)
	if found := a.managed(config.Default(), nil); found != nil {
		t.Errorf("without a policy: %+v", found)
	}
}

func TestPersonCannotChooseWhatAPolicyHasDecided(t *testing.T) {
	_, from := managedSite(t)
	said := protocol.AttachIn{Session: "c2", Agent: "12", Extension: "666", Language: "es", Confirm: config.ConfirmAlways}
	want := protocol.AttachIn{Session: "c2", Agent: "12", Language: "es"}
	if d := cmp.Diff(undecided(from, said), want); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(undecided(nil, said), said); d != "" {
		t.Error(d)
	}
}

func TestCallingHoursOfTheConfigurationReachTheDesk(t *testing.T) {
	cfg, err := config.Parse("site.toml", []byte("[policy]\ncalling_hours = [\"mon-tue 09:00-21:00\", \"+5511 sun 10:30-24:00\"]\ncalling_hours_for = \"campaign\"\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := desk.Hours{Campaigns: true, Windows: dialplan.Hours{
		{Days: [7]bool{1: true, 2: true}, From: 540, To: 1260}, {Prefix: "+5511", Days: [7]bool{0: true}, From: 630, To: 1440}}}
	if d := cmp.Diff(hours(cfg), want); d != "" {
		t.Error(d)
	}
	if got := hours(config.Default()); got.Campaigns || len(got.Windows) != 0 {
		t.Errorf("by default: %+v", got)
	}
}

// Two rooms read what is forbidden, and must take the same words.
func TestEveryBanOfTheConfigurationIsOneOfTheDialPlan(t *testing.T) {
	words := []string{"premium", "emergency", "+5521*", "0900*", "", "+", "*", "09-00", "not_a_phone"}
	for _, k := range dialplan.BanKinds() {
		words = append(words, string(k))
	}
	for _, word := range words {
		_, err := config.Parse("site.toml", []byte("[policy]\nforbid = [\""+word+"\"]\n"))
		if valid := dialplan.Ban(word).Valid(); valid != (err == nil) {
			t.Errorf("%q: the dial plan says %v, the configuration %v", word, valid, err)
		}
	}
}
