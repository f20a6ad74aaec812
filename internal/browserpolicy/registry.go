package browserpolicy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
)

// The keys of the browsers below the policies of the computer.
const (
	policies  = `HKEY_LOCAL_MACHINE\SOFTWARE\Policies\`
	chromeKey = policies + `Google\Chrome`
	edgeKey   = policies + `Microsoft\Edge`
	foxKey    = policies + `Mozilla\Firefox`
)

// firstNumber is what the entries of a list of Chrome's and Edge's are numbered from. Both take any numbers; these stay
// clear of those that other administrators' entries have.
const firstNumber = 21470

// registry are the policies as a file of registry values for Windows.
func (s Site) registry() ([]byte, error) {
	var b bytes.Buffer
	line := func(text string) { b.WriteString(text + "\r\n") }
	line("Windows Registry Editor Version 5.00")
	key := func(name string) { line(""); line("[" + name + "]") }
	list := func(name string, from int, values []string) {
		if len(values) == 0 {
			return
		}
		key(name)
		for i, v := range values {
			line(quoted(strconv.Itoa(from+i)) + "=" + quoted(v))
		}
	}
	c, f := s.chromium(), s.firefox()
	launches, err := json.Marshal(c.AutoLaunch)
	if err != nil {
		return nil, fmt.Errorf("write the policy of links: %w", err)
	}
	for _, browser := range []string{chromeKey, edgeKey} {
		key(browser)
		line(quoted("AutoLaunchProtocolsFromOrigins") + "=" + quoted(string(launches)))
		list(browser+`\ExtensionInstallForcelist`, firstNumber, c.Extensions)
		list(browser+`\LocalNetworkAccessAllowedForUrls`, firstNumber, c.Local)
		list(browser+`\LoopbackNetworkAllowedForUrls`, firstNumber, c.Loopback)
		list(browser+`\OverrideSecurityRestrictionsOnInsecureOrigin`, firstNumber, c.Insecure)
	}
	key(foxKey)
	for _, value := range []struct {
		name string
		of   any
		has  bool
	}{{"AutoLaunchProtocolsFromOrigins", f.AutoLaunch, true}, {"ExtensionSettings", f.Extensions, len(f.Extensions) > 0}, {"Handlers", f.Handlers, true}} {
		if !value.has {
			continue
		}
		text, err := json.Marshal(value.of)
		if err != nil {
			return nil, fmt.Errorf("write the policy of Firefox: %w", err)
		}
		line(quoted(value.name) + "=" + lines(string(text)))
	}
	list(foxKey+`\LocalNetworkAccess\SkipDomains`, 1, f.Network.SkipDomains)
	return b.Bytes(), nil
}

// quoted is a text as a value of type REG_SZ.
func quoted(s string) string { return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"` }

// lines is a text as a value of type REG_MULTI_SZ, which is what Firefox reads JSON from.
func lines(s string) string {
	units := append(utf16.Encode([]rune(s)), 0, 0)
	hex := make([]string, 0, 2*len(units))
	for _, u := range units {
		hex = append(hex, fmt.Sprintf("%02x", u&0xff), fmt.Sprintf("%02x", u>>8))
	}
	return "hex(7):" + strings.Join(hex, ",")
}
