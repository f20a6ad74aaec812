package browserpolicy

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"maps"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
)

const (
	chromeID = "abcdefghijklmnopabcdefghijklmnop"
	foxID    = "ctiagent@example.com"
	store    = "https://ext.example.com/update.xml"
	xpi      = "https://ext.example.com/ctiagent.xpi"
)

func example() Site {
	return Site{Origins: []string{"https://crm.example.com", "http://10.1.2.3:8080", "http://localhost:3000"}, Schemes: []string{"sip", "tel", "callto"},
		Extensions: []Extension{{chromeID, store}, {foxID, xpi}}}
}

// file answers one of the files of a site.
func file(t *testing.T, s Site, name string) string {
	t.Helper()
	files, err := Files(s)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	t.Fatalf("no file %s", name)
	return ""
}

func into(t *testing.T, text string, v any) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		t.Fatal(err)
	}
}

func TestChromePolicyNamesTheSite(t *testing.T) {
	var got map[string]any
	into(t, file(t, example(), "linux/ctiagent.json"), &got)
	origins := []any{"https://crm.example.com", "http://10.1.2.3:8080", "http://localhost:3000"}
	link := func(scheme string) any { return map[string]any{"protocol": scheme, "allowed_origins": origins} }
	want := map[string]any{"AutoLaunchProtocolsFromOrigins": []any{link("sip"), link("tel"), link("callto")}, "LoopbackNetworkAllowedForUrls": origins,
		"LocalNetworkAccessAllowedForUrls": origins, "ExtensionInstallForcelist": []any{chromeID + ";" + store}}
	if d := cmp.Diff(got, want); d != "" {
		t.Errorf("-got +want\n%s", d)
	}
}

func TestHTTPPagesAreTrustedOnlyWhenAskedFor(t *testing.T) {
	s := example()
	for _, name := range []string{"linux/ctiagent.json", "windows/ctiagent-browsers.reg"} {
		if strings.Contains(file(t, s, name), "OverrideSecurityRestrictionsOnInsecureOrigin") {
			t.Errorf("%s trusts http pages unasked", name)
		}
	}
	s.TrustHTTP = true
	var got chromium
	into(t, file(t, s, "linux/ctiagent.json"), &got)
	if d := cmp.Diff(got.Insecure, []string{"http://10.1.2.3:8080", "http://localhost:3000"}); d != "" {
		t.Error(d)
	}
}

func TestFirefoxPolicyNamesTheSiteAndNeverThisComputer(t *testing.T) {
	var got struct {
		Policies firefox `json:"policies"`
	}
	into(t, file(t, example(), "linux/policies.json"), &got)
	p := got.Policies
	if d := cmp.Diff(p.Network.SkipDomains, []string{"crm.example.com", "10.1.2.3"}); d != "" {
		t.Errorf("pages that may reach this computer: %s", d)
	}
	if len(p.AutoLaunch) != 3 || p.AutoLaunch[0].Protocol != "sip" || len(p.AutoLaunch[0].Origins) != 3 {
		t.Errorf("links: %+v", p.AutoLaunch)
	}
	if d := cmp.Diff(p.Handlers.Schemes["tel"], handler{Action: "useSystemDefault"}); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(p.Extensions, map[string]install{foxID: {"force_installed", xpi}}); d != "" {
		t.Error(d)
	}
	if text := file(t, example(), "linux/policies.json"); strings.Contains(text, `"Enabled"`) || strings.Contains(text, chromeID) {
		t.Errorf("the policy says more than it should:\n%s", text)
	}
}

// imported reads a file of registry values back, key|name to text, as regedit would.
func imported(t *testing.T, text string) map[string]string {
	t.Helper()
	out, key := map[string]string{}, ""
	all := strings.Split(text, "\r\n")
	if all[0] != "Windows Registry Editor Version 5.00" || all[1] != "" {
		t.Fatalf("it begins with %q", all[:2])
	}
	for _, line := range all[2:] {
		if strings.Contains(line, "\n") {
			t.Fatalf("a line end of another system: %q", line)
		}
		switch {
		case line == "":
		case strings.HasPrefix(line, "["):
			key = strings.Trim(line, "[]")
		default:
			name, value, ok := strings.Cut(line, "=")
			if !ok || key == "" {
				t.Fatalf("what is %q?", line)
			}
			at := strings.TrimPrefix(key, policies) + "|" + strings.Trim(name, `"`)
			if _, twice := out[at]; twice {
				t.Errorf("%s stands there twice", at)
			}
			if hex, multi := strings.CutPrefix(value, "hex(7):"); multi {
				out[at] = texts(t, hex)
				continue
			}
			out[at] = strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(value[1 : len(value)-1])
		}
	}
	return out
}

// texts reads a REG_MULTI_SZ of one text.
func texts(t *testing.T, hex string) string {
	t.Helper()
	var units []uint16
	bytes := strings.Split(hex, ",")
	for i := 0; i+1 < len(bytes); i += 2 {
		n, err := strconv.ParseUint(bytes[i+1]+bytes[i], 16, 16)
		if err != nil {
			t.Fatal(err)
		}
		units = append(units, uint16(n))
	}
	if n := len(units); n < 2 || units[n-1] != 0 || units[n-2] != 0 {
		t.Fatalf("the list does not end: %v", units)
	}
	return string(utf16.Decode(units[:len(units)-2]))
}

func TestRegistrySaysTheSameAsTheFiles(t *testing.T) {
	s := example()
	s.TrustHTTP = true
	got := imported(t, file(t, s, "windows/ctiagent-browsers.reg"))
	var chrome chromium
	into(t, file(t, s, "linux/ctiagent.json"), &chrome)
	var fox struct {
		Policies firefox `json:"policies"`
	}
	into(t, file(t, s, "linux/policies.json"), &fox)
	text := func(v any) string {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	want := map[string]string{}
	for _, browser := range []string{`Google\Chrome`, `Microsoft\Edge`} {
		want[browser+"|AutoLaunchProtocolsFromOrigins"] = text(chrome.AutoLaunch)
		for name, list := range map[string][]string{"ExtensionInstallForcelist": chrome.Extensions, "LocalNetworkAccessAllowedForUrls": chrome.Local,
			"LoopbackNetworkAllowedForUrls": chrome.Loopback, "OverrideSecurityRestrictionsOnInsecureOrigin": chrome.Insecure} {
			for i, v := range list {
				want[browser+`\`+name+"|"+strconv.Itoa(21470+i)] = v
			}
		}
	}
	want[`Mozilla\Firefox|AutoLaunchProtocolsFromOrigins`] = text(fox.Policies.AutoLaunch)
	want[`Mozilla\Firefox|ExtensionSettings`] = text(fox.Policies.Extensions)
	want[`Mozilla\Firefox|Handlers`] = text(fox.Policies.Handlers)
	for i, host := range fox.Policies.Network.SkipDomains {
		want[`Mozilla\Firefox\LocalNetworkAccess\SkipDomains|`+strconv.Itoa(1+i)] = host
	}
	if d := cmp.Diff(got, want); d != "" {
		t.Errorf("-got +want\n%s", d)
	}
}

// property reads one value of a property list, as macOS would.
func property(t *testing.T, d *xml.Decoder, start xml.StartElement) any {
	t.Helper()
	text := func() string {
		var s string
		if err := d.DecodeElement(&s, &start); err != nil {
			t.Fatal(err)
		}
		return s
	}
	switch start.Name.Local {
	case "string", "key":
		return text()
	case "integer":
		n, err := strconv.Atoi(text())
		if err != nil {
			t.Fatal(err)
		}
		return n
	case "true", "false":
		text()
		return start.Name.Local == "true"
	}
	var list []any
	for {
		token, err := d.Token()
		if err != nil {
			t.Fatal(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			list = append(list, property(t, d, token))
		case xml.EndElement:
			if start.Name.Local == "array" {
				return list
			}
			dict := map[string]any{}
			for i := 0; i+1 < len(list); i += 2 {
				dict[list[i].(string)] = list[i+1]
			}
			return dict
		}
	}
}

func TestProfileOfMacOSSaysTheSameAsTheFiles(t *testing.T) {
	s := example()
	s.TrustHTTP = true
	text := file(t, s, "macos/ctiagent-browsers.mobileconfig")
	d := xml.NewDecoder(strings.NewReader(text))
	var profile map[string]any
	for profile == nil {
		token, err := d.Token()
		if err != nil {
			t.Fatal(err)
		}
		if start, ok := token.(xml.StartElement); ok && start.Name.Local == "dict" {
			profile = property(t, d, start).(map[string]any)
		}
	}
	uuids := map[any]bool{profile["PayloadUUID"]: true}
	got := map[string]any{}
	for _, p := range profile["PayloadContent"].([]any) {
		payload := p.(map[string]any)
		kind := payload["PayloadType"].(string)
		uuids[payload["PayloadUUID"]] = true
		if payload["PayloadVersion"] != 1 || payload["PayloadIdentifier"] != profileID+"."+kind {
			t.Errorf("%s says of itself %v", kind, payload)
		}
		maps.DeleteFunc(payload, func(key string, _ any) bool { return strings.HasPrefix(key, "Payload") })
		got[kind] = payload
	}
	if profile["PayloadType"] != "Configuration" || profile["PayloadIdentifier"] != profileID || len(uuids) != 5 {
		t.Errorf("the profile says of itself %v", profile)
	}
	var chrome, fox map[string]any
	into(t, file(t, s, "linux/ctiagent.json"), &chrome)
	into(t, file(t, s, "linux/policies.json"), &fox)
	fox = fox["policies"].(map[string]any)
	fox["EnterprisePoliciesEnabled"] = true
	if d := cmp.Diff(got, map[string]any{"com.google.Chrome": chrome, "org.chromium.Chromium": chrome, "com.microsoft.Edge": chrome, "org.mozilla.firefox": fox}); d != "" {
		t.Errorf("-profile +files\n%s", d)
	}
}

func TestOriginsAreReadStrictly(t *testing.T) {
	got, err := ParseOrigins([]string{" https://crm.example.com ", "https://CRM.example.com:443", "http://10.1.2.3:8080", "https://[::1]:8443"})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(got, []string{"https://crm.example.com", "http://10.1.2.3:8080", "https://[::1]:8443"}); d != "" {
		t.Error(d)
	}
	for _, bad := range []string{"", "*", "https://*", "https://*.example.com", "[*.]example.com", "crm.example.com", "https://crm.example.com/", "https://crm.example.com/app", "https://a@crm.example.com",
		"ftp://crm.example.com", "javascript:alert(1)", "null", "file://", "https://crm.example.com?x", "https://crm.example.com:99999", "https://crm example.com", "https://crm.example.com\"", "https://crm\n.example.com", "chrome-extension://" + chromeID} {
		var wrong *Error
		if _, err := ParseOrigins([]string{"https://ok.example.com", bad}); !errors.As(err, &wrong) || wrong.ID != BadOrigin || wrong.Text != bad {
			t.Errorf("%q: got %v", bad, err)
		}
	}
	var none *Error
	if _, err := ParseOrigins(nil); !errors.As(err, &none) || none.ID != NoOrigin {
		t.Errorf("no origin: got %v", err)
	}
}

func TestExtensionsAreReadStrictly(t *testing.T) {
	for text, want := range map[string]Extension{chromeID + "=" + store: {chromeID, store}, foxID + "=" + xpi + "?a=b": {foxID, xpi + "?a=b"},
		"{12345678-1234-1234-1234-123456789abc}=" + xpi: {"{12345678-1234-1234-1234-123456789abc}", xpi}} {
		if got, err := ParseExtension(text); err != nil || got != want {
			t.Errorf("%s: got %+v, %v", text, got, err)
		}
	}
	for _, bad := range []string{"", chromeID, chromeID + "=", "=" + store, chromeID[1:] + "=" + store, strings.ToUpper(chromeID) + "=" + store, "zzz=" + store,
		chromeID + "=http://ext.example.com/u.xml", chromeID + "=file:///tmp/u.xml", chromeID + "=https://", chromeID + "=https://a b", chromeID + `=https://a"b`, chromeID + "=https://a;b",
		chromeID + "=https://u:p@ext.example.com/", chromeID + "=https://ext.example.com/\r\n\"x\"=\"y\"", "a\n@b=" + xpi} {
		var wrong *Error
		if got, err := ParseExtension(bad); !errors.As(err, &wrong) || wrong.ID != BadExtension {
			t.Errorf("%q: got %+v, %v", bad, got, err)
		}
	}
}

// Whatever is let in comes out of every file as itself: nothing that was given can become a policy of its own.
func FuzzWhatIsLetInStaysOneValue(f *testing.F) {
	f.Add("https://crm.example.com", chromeID+"="+store)
	f.Add("http://10.1.2.3:8080", foxID+"="+xpi)
	f.Add("https://[::1]:8443", "{12345678-1234-1234-1234-123456789abc}=https://a/%22%0d%0a")
	f.Fuzz(func(t *testing.T, origin, extension string) {
		origins, err := ParseOrigins([]string{origin})
		if err != nil {
			return
		}
		s := Site{Origins: origins, Schemes: []string{"tel"}, TrustHTTP: true}
		if e, err := ParseExtension(extension); err == nil {
			s.Extensions = []Extension{e}
		}
		got := imported(t, file(t, s, "windows/ctiagent-browsers.reg"))
		if got[`Google\Chrome\LoopbackNetworkAllowedForUrls|21470`] != origins[0] {
			t.Errorf("the registry has %v", got)
		}
		for at := range got {
			if !strings.HasPrefix(at, `Google\Chrome`) && !strings.HasPrefix(at, `Microsoft\Edge`) && !strings.HasPrefix(at, `Mozilla\Firefox`) {
				t.Errorf("a key that nobody meant: %s", at)
			}
		}
		if len(got) > 2*5+4 {
			t.Errorf("%d values: %v", len(got), got)
		}
		var c chromium
		into(t, file(t, s, "linux/ctiagent.json"), &c)
		if len(c.Loopback) != 1 || c.Loopback[0] != origins[0] {
			t.Errorf("the file has %+v", c)
		}
	})
}
