package desktop

import (
	"errors"
	"strings"
	"testing"

	"ctiagent/cti"
	"ctiagent/internal/i18n"
)

func TestOnlyWebAddressesAreOpened(t *testing.T) {
	for _, address := range []string{"https://crm.example.com/a?b#c", "http://127.0.0.1:21470/#t=x", "HTTPS://crm.example.com"} {
		if err := CheckURL(address); err != nil {
			t.Errorf("%s is refused: %v", address, err)
		}
	}
	for _, address := range []string{"", "file:///etc/passwd", "javascript:alert(1)", "sip:100@pbx", "--help", "https:", "http:///x", "//crm.example.com",
		`\\host\share\x.exe`, "ms-msdt:/id", "https://crm.example.com@evil.example", "http://a\nb", "http://a b", " http://a", "https://a/" + strings.Repeat("x", maxURL)} {
		if err := CheckURL(address); !errors.Is(err, cti.BadRequest) {
			t.Errorf("%.60q would be opened: %v", address, err)
		}
	}
}

func TestOnlyFullPathsOfProgramsAreLaunched(t *testing.T) {
	for _, c := range []struct {
		goos, path string
		good       bool
	}{
		{"linux", "/opt/totalphone/totalphone", true}, {"linux", "/opt/Total Phone/x", true},
		{"linux", "totalphone", false}, {"linux", "./x", false}, {"linux", "", false}, {"linux", "/x\n", false}, {"linux", `C:\x.exe`, false}, {"linux", "/" + strings.Repeat("x", maxProgram), false},
		{"windows", `C:\Program Files\TotalPhone\TotalPhone.exe`, true}, {"windows", `c:/x/y.EXE`, true}, {"windows", `\\server\share\x.exe`, true},
		{"windows", `TotalPhone.exe`, false}, {"windows", `C:x.exe`, false}, {"windows", `C:\x.bat`, false}, {"windows", `C:\x.cmd`, false}, {"windows", `C:\x.exe.lnk`, false},
		{"windows", `\x.exe`, false}, {"windows", `/opt/x`, false}, {"windows", `C:\x`, false},
	} {
		if got := isProgram(c.goos, c.path); got != c.good {
			t.Errorf("%s %.60q: %v", c.goos, c.path, got)
		}
	}
}

func TestLaunchThatCannotBeIsToldWithAHint(t *testing.T) {
	for name, err := range map[string]error{
		"no path":         Launch("linux", "sh"),
		"no program":      Launch("linux", "/nowhere/at all"),
		"hidden argument": Launch("linux", "/bin/true", "a\nb"),
		"many arguments":  Launch("linux", "/bin/true", make([]string, maxArgs+1)...),
		"no web":          CheckURL("sip:1"),
	} {
		var e *cti.Error
		if !errors.As(err, &e) || !i18n.Has(e.Hint) || cti.MayHaveReached(err) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
