package ucontact

import (
	"strings"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/cti/ctitest"
	"ctiagent/vendors/ucontact/ucontacttest"
)

func TestOptionsThatAreWrongAreNamed(t *testing.T) {
	const secret = ctitest.Canary
	good := map[string]string{optionURL: "https://example.ucontactcloud.com", optionUser: "Admin", optionPassword: secret}
	for name, wrong := range map[string][]string{
		optionURL: {"", "example.ucontactcloud.com", "ftp://example.com", "https://", "https://Admin:" + secret + "@example.com", "https://exa mple.com",
			"://" + secret, "wss://example.com"},
		optionUser:      {"", strings.Repeat("x", longestText+1), "Ad\nmin"},
		optionPassword:  {"", "a\x00b"},
		optionRecords:   {"telephony", "ftp://example.com"},
		optionBackup:    {"file:///records", "http://:80"},
		optionPoll:      {"-1", "3601", "fast", "1.5"},
		optionTech:      {"SIP\n"},
		optionContext:   {strings.Repeat("x", longestText+1)},
		optionCampaign:  {"a\rb"},
		optionStatus:    {"a\tb"},
		optionCallerID:  {"\x7f"},
		optionRandom:    {"a\nb"},
		optionFolder:    {"a\nb"},
		optionBlacklist: {"a\nb"},
	} {
		for _, value := range wrong {
			cfg := cti.Config{Values: map[string]string{}}
			for k, v := range good {
				cfg.Values[k] = v
			}
			cfg.Values[name] = value
			_, err := Driver().Open(t.Context(), cfg, ctitest.NewHost(nil))
			if e := failed(t, name+" "+value, err, cti.BadRequest, "option "+name); strings.Contains(e.Error(), secret) {
				t.Errorf("%v gives the secret away", err)
			}
		}
	}
}

func TestOptionsLeftOutHaveTheirDefaults(t *testing.T) {
	o, err := readOptions(cti.Config{Values: map[string]string{optionURL: "https://example.ucontactcloud.com/Integra/resources/", optionUser: "a", optionPassword: "b",
		optionCampaign: "Sales->", optionReasons: " Lunch ,, Meeting,"}})
	if err != nil {
		t.Fatal(err)
	}
	if o.url.String() != "https://example.ucontactcloud.com" || o.records != o.url || o.backup != nil || o.tech != "SIP" || o.status != "Sales->" ||
		o.random != "random" || o.folder != "folder" || o.blacklist != "blacklist" || o.poll != 5*time.Second || strings.Join(o.reasons, "|") != "Lunch|Meeting" {
		t.Errorf("read as %+v", o)
	}
	for _, option := range Driver().Options { // what the catalogue tells is what is done
		if want := map[string]string{optionTech: o.tech, optionRandom: o.random, optionFolder: o.folder, optionBlacklist: o.blacklist, optionPoll: "5"}[option.Name]; option.Default != want {
			t.Errorf("%s: the default is %q, it does %q", option.Name, option.Default, want)
		}
	}
}

func TestInstanceMayStandBehindAPath(t *testing.T) {
	site := newSite(t, ucontacttest.Options{})
	for _, path := range []string{"/", "/Integra/resources", "/Integra/resources/"} {
		must(open(t, site, map[string]string{optionURL: site.URL() + path}), cti.QueueList, cti.None{})
	}
}
