package config

import (
	"encoding/xml"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// admx is what a template for group policy says of where it writes.
type admx struct {
	Policies []struct {
		Name      string `xml:"name,attr"`
		Key       string `xml:"key,attr"`
		ValueName string `xml:"valueName,attr"`
		Enabled   struct {
			Decimal struct {
				Value uint32 `xml:"value,attr"`
			} `xml:"decimal"`
		} `xml:"enabledValue"`
		Elements struct {
			Decimal   *admxElement `xml:"decimal"`
			Text      *admxElement `xml:"text"`
			MultiText *admxElement `xml:"multiText"`
			Enum      *admxElement `xml:"enum"`
			List      *admxElement `xml:"list"`
		} `xml:"elements"`
	} `xml:"policies>policy"`
}

type admxElement struct {
	ValueName string `xml:"valueName,attr"`
	Key       string `xml:"key,attr"`
	Prefix    string `xml:"valuePrefix,attr"`
	MinValue  uint32 `xml:"minValue,attr"`
	MaxValue  string `xml:"maxValue,attr"`
	Items     []struct {
		Text string `xml:"value>string"`
	} `xml:"item"`
}

// samples are texts that the settings take.
func samples() map[string]string {
	return map[string]string{"receiver.lan": "192.168.0.10", "agent.country": "BR", "agent.area_code": "11", "hotkey.dial": "ctrl+alt+d", "log.file": `C:\log\x.log`,
		"dialplan.outside_prefix": "0", "limits.requests_per_second": "2.5", "limits.dials_per_second": "2.5", "api.origins": "https://a", "policy.forbid": "premium",
		"policy.calling_hours": "mon-fri 09:00-21:00", "policy.forbid_origins": "https://b", "driver": "[[driver]]\x00use = 'totalip'", "pop": "[[pop]]\x00open = 'http://a/'",
		"recipe": "[[recipe]]\x00name = 'a'\x00on = 'call.ringing'\x00steps = [{type = 'a'}]"}
}

// TestWhatTheTemplateWritesIsRead enables every policy of the template for
// group policy and looks at what it decides.
func TestWhatTheTemplateWritesIsRead(t *testing.T) {
	data, err := os.ReadFile("../../installer/windows/policy/ctiagent.admx")
	if err != nil {
		t.Fatal(err)
	}
	var file admx
	if err := xml.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	want := Lists()
	for _, s := range Settings() {
		want = append(want, s.Key)
	}
	for _, p := range file.Policies {
		table := strings.TrimPrefix(strings.TrimPrefix(p.Key, RegistryKey), `\`)
		key := func(name string) string { return strings.TrimPrefix(table+"."+name, ".") }
		text := func(name string) string {
			if s := samples()[key(name)]; s != "" {
				return s
			}
			return "x"
		}
		var v regValue
		k := regKey{name: table}
		name, e := p.ValueName, p.Elements
		switch {
		case e.Decimal != nil:
			most, err := strconv.ParseUint(e.Decimal.MaxValue, 10, 32)
			if err != nil {
				t.Fatalf("%s: %v", p.Name, err)
			}
			const within = 45 // the bounds of all that have room for it, and in order with the others
			name, v = e.Decimal.ValueName, dword(e.Decimal.ValueName, max(min(within, uint32(most)), e.Decimal.MinValue))
		case e.Text != nil:
			name, v = e.Text.ValueName, sz(e.Text.ValueName, text(e.Text.ValueName))
		case e.MultiText != nil:
			name, v = e.MultiText.ValueName, multi(e.MultiText.ValueName, text(e.MultiText.ValueName))
		case e.Enum != nil:
			name, v = e.Enum.ValueName, sz(e.Enum.ValueName, e.Enum.Items[len(e.Enum.Items)-1].Text)
		case e.List != nil:
			name = strings.TrimPrefix(e.List.Key, p.Key+`\`)
			k.keys = []regKey{{name: name, values: []regValue{sz(e.List.Prefix+"1", text(name))}}}
		default:
			v = dword(p.ValueName, p.Enabled.Decimal.Value)
		}
		if v.name != "" {
			k.values = []regValue{v}
		}
		root := regKey{keys: []regKey{k}}
		if table == "" {
			root = k
		}
		_, from, err := fromKey("", root)
		if err != nil || !from.Locked(key(name)) {
			t.Errorf("%s: what it writes to %s is no policy of %s: %v", p.Name, p.Key, key(name), err)
		}
		i := slices.Index(want, key(name))
		if i < 0 {
			t.Errorf("%s decides %s, which there is not, or twice", p.Name, key(name))
			continue
		}
		want = slices.Delete(want, i, i+1)
	}
	if len(want) > 0 {
		t.Errorf("no policy decides %q; make the template anew with go generate ./installer", want)
	}
}
