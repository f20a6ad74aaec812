package totalphone

import (
	"strings"
	"testing"

	"ctiagent/cti"
	"ctiagent/cti/ctitest"
)

func TestOptionsAreChecked(t *testing.T) {
	const path = `C:\Program Files\TotalPhone\TotalPhone.exe`
	with := func(option, value string) map[string]string {
		return map[string]string{optionPath: path, option: value}
	}
	for _, c := range []struct {
		driver cti.Driver
		values map[string]string
		option string // that is complained about; "" for none
	}{
		{Driver(), map[string]string{optionPath: path}, ""},
		{Driver(), map[string]string{optionPath: "/opt/totalphone/totalphone"}, ""},
		{Driver(), map[string]string{optionPath: `\\server\share\TotalPhone.exe`}, ""},
		{Driver(), map[string]string{optionPath: `d:/TotalPhone.exe`}, ""},
		{Driver(), map[string]string{}, optionPath},
		{Driver(), map[string]string{optionPath: "TotalPhone.exe"}, optionPath},
		{Driver(), map[string]string{optionPath: `..\TotalPhone.exe`}, optionPath},
		{Driver(), map[string]string{optionPath: `1:\TotalPhone.exe`}, optionPath},
		{Driver(), map[string]string{optionPath: `C:\`}, optionPath},
		{Driver(), map[string]string{optionPath: `C:\Program Files\`}, optionPath},
		{Driver(), map[string]string{optionPath: "/opt/phone/"}, optionPath},
		{Driver(), map[string]string{optionPath: `"` + path + `"`}, optionPath},
		{Driver(), map[string]string{optionPath: `C:\a" -x "\b.exe`}, optionPath},
		{Driver(), map[string]string{optionPath: "C:\\a\nb.exe"}, optionPath},
		{Driver(), map[string]string{optionPath: `C:\phone.bat`}, optionPath},
		{Driver(), map[string]string{optionPath: `C:\phone.CMD`}, optionPath},
		{Driver(), map[string]string{optionPath: `C:\phone.bat. .`}, optionPath},
		{Driver(), map[string]string{optionPath: "/" + strings.Repeat("a", 1024)}, optionPath},
		{Driver(), with(optionPause, "0"), ""},
		{Driver(), with(optionPause, "10000"), ""},
		{Driver(), with(optionPause, "10001"), optionPause},
		{Driver(), with(optionPause, "-1"), optionPause},
		{Driver(), with(optionPause, "soon"), optionPause},
		{Driver(), with(optionPause, "99999999999999999999"), optionPause},
		{Driver(), with(optionStart, "60000"), ""},
		{Driver(), with(optionStart, "60001"), optionStart},
		{Driver(), with(optionPassword, "1234"), ""},
		{Driver(), with(optionPassword, "12 34"), optionPassword},
		{Driver(), with(optionPassword, strings.Repeat("1", 65)), optionPassword},
		{Custom(), with("dial", "{number}"), ""},
		{Custom(), with("dial", "number"), "dial"},
		{Custom(), with("answer", "/answer {number}"), "answer"},
		{Custom(), with("hangup", " /hangupall"), "hangup"},
		{Custom(), map[string]string{optionPath: path}, "dial"},
		{Custom(), map[string]string{"dial": "{number}"}, optionPath},
		{Custom(), map[string]string{optionPath: path, optionPause: "x", "dial": "{number}"}, optionPause},
	} {
		s, err := c.driver.Open(t.Context(), cti.Config{Values: c.values}, ctitest.NewHost(nil))
		if s != nil {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}
		if c.option == "" {
			if err != nil {
				t.Errorf("%v: %v", c.values, err)
			}
			continue
		}
		e := cti.AsError(err)
		if err == nil || e.Kind != cti.BadRequest || e.Title != c.driver.Title || !strings.HasPrefix(e.Text, "the option "+c.option+" ") {
			t.Errorf("%v: got %v, want a complaint about %s", c.values, err, c.option)
		}
		if secret := c.values[optionPassword]; err != nil && secret != "" && strings.Contains(err.Error(), secret) {
			t.Errorf("the error repeats the password: %v", err)
		}
	}
}

// What an option is when it is left out stands in its description too.
func TestDescribedDefaultsAreTheOnesTaken(t *testing.T) {
	described := map[string]string{}
	for _, o := range Driver().Options {
		described[o.Name] = o.Default
	}
	o, err := vendor{driverName, driverTitle}.read(cti.Config{Values: map[string]string{optionPath: "/opt/totalphone"}})
	if err != nil {
		t.Fatal(err)
	}
	if described[optionPause] != milliseconds(o.pause) || described[optionStart] != milliseconds(o.start) {
		t.Errorf("the defaults are %v and %v, described as %v", o.pause, o.start, described)
	}
}
