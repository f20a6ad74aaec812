package uri

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"ctiagent/cti"
)

// incidents are links that had other programs do what nobody wanted, by the record of each. The comment is the rule that was
// missing there.
func incidents() map[string][]string {
	return map[string][]string{
		// A link carries no switches of the program that opens it.
		"CVE-2006-2312 Skype":        {"callto:someone /call /file:evil", "callto:100 /datapath:\\\\evil\\s", "sip:/shutdown", "callto:/uninstall"},
		"CVE-2020-3430 Cisco Jabber": {`tel:100" -exec calc`, "sip:-exec=calc", "sip:100@pbx --config=x", "tel:--100 -x"},
		// What is handed on is quoted, and who takes it knows no options.
		"CVE-2020-13699 TeamViewer": {`sip: --play \\evil\share\x.tvs`, `tel:" --play x`, `callto:--play`},
		// Options end before a link begins.
		"CVE-2018-1000006 Electron": {`tel:"--renderer-cmd-prefix=calc`, `sip:" --no-sandbox --gpu-launcher="calc`, "sip:--gpu-launcher=calc"},
		// A value that begins with a dash is refused where the grammar allows it.
		"CVE-2017-1000117 git":     {"sip:-oProxyCommand=calc@host", "sip:-oProxyCommand=calc", "sips:-o@host"},
		"CVE-2017-17831 git-lfs":   {"sip:-x@host:1", "sip:-oProxyCommand=calc/info"},
		"CVE-2021-3331 WinSCP":     {"sip:100@pbx;x-rawsettings=Shell", "sip:-senha=1234", "sip:-servidor=evil.test", "sip:-ramal=10005 -servidor=evil.test"},
		"CVE-2025-20236 Webex":     {"tel:https://evil.test/x.exe", "sip:100@pbx;url=https://evil.test/x", "callto:file:///c:/x.exe"},
		"CVE-2024-24576 BatBadBut": {`tel:100"&calc.exe`, "tel:100%PATH%", "tel:100^&calc", "tel:100|calc", "sip:100@pbx&calc"},
		// Nothing from outside is handed to a shell, and no page picks a scheme.
		"CVE-2016-3987 Trend Micro": {"https://evil.test/", "file:///C:/windows/system32/calc.exe", "javascript:alert(1)"},
		"CVE-2022-30190 ms-msdt":    {"ms-msdt:/id PCWDiagnostic", "search-ms:query=x", "ms-officecmd:{}", "tel:ms-msdt:/id"},
		"MicroSIP":                  {`sip:/i:\\evil\s\x.ini`, "sip:%2Fhangupall", "tel:/answer", "callto:/exit", `tel:/i:x.ini`},
		"CVE-2019-11354 EA Origin":  {"tel:{{constructor.constructor('calc')()}}", "tel:<img src=x onerror=alert(1)>", "sip:100@<script>"},
	}
}

// handedOn is all that a link may hand on.
var handedOn = regexp.MustCompile(`^\+?[0-9*#]+$`)

func TestIncidents(t *testing.T) {
	site := Policy{LoginLinks: true, Extension: "10005"} // the most that a site can allow
	for name, links := range incidents() {
		t.Run(name, func(t *testing.T) {
			for _, link := range links {
				scheme, rest, _ := strings.Cut(link, ":")
				once := url.PathEscape(rest)
				for _, text := range []string{
					link, strings.ToUpper(scheme) + ":" + rest, strings.ToUpper(link), scheme + ":" + once, scheme + ":" + url.PathEscape(once),
					" " + link, "\t" + link, scheme + ": " + rest, scheme + "://" + rest, scheme + ":" + strings.ReplaceAll(rest, "-", "%2D"),
				} {
					l, e := site.Judge(text)
					if e.Verdict == Refuse {
						continue
					}
					// What is left of it may be a number, and nothing else.
					if l.Method != cti.CallDial.Name || !handedOn.MatchString(l.Number) {
						t.Errorf("%q: %s %+v", text, e.Verdict, l)
					}
				}
				// A parameter that nobody knows is dropped from a number that stands before it.
				if l, e := site.Judge(link); e.Verdict != Refuse && (l.Number != "100" || !strings.Contains(link, ";")) {
					t.Errorf("%q: %s, want refuse", link, e.Verdict)
				}
			}
		})
	}
}
