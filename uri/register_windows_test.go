package uri

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/windows/registry"
)

// handler answers one whose program is there, for an empty registry.
func handler(t *testing.T, machine bool) Handler {
	t.Helper()
	if os.Getenv(ownRegistry) == "" {
		t.Skip("writes the registry of this account; set " + ownRegistry + "=1 where nobody lives, as TestRegistryUnderWine does")
	}
	self, err := os.Executable() // any program will do; wine 8 cannot clear away a folder with one of the test's
	if err != nil {
		t.Fatal(err)
	}
	return Handler{Program: self, Machine: machine}
}

// everything is what a registration may touch: key\name to text.
func everything(t *testing.T, root registry.Key) map[string]string {
	t.Helper()
	out := map[string]string{}
	var walk func(key string)
	walk = func(key string) {
		k, err := registry.OpenKey(root, key, registry.READ)
		if err != nil {
			return
		}
		defer k.Close()
		out[key] = "(key)"
		for _, name := range names(root, key) {
			text, _, err := k.GetStringValue(name)
			if err == nil {
				out[key+"|"+name] = text
			}
		}
		below, err := k.ReadSubKeyNames(0)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range below {
			walk(key + `\` + b)
		}
	}
	for _, key := range append([]string{classes + progID, product, registered}, classes+"sip", classes+"sips", classes+"tel", classes+"callto") {
		walk(key)
	}
	return out
}

func (h Handler) must(t *testing.T, do func([]string) error, schemes ...string) {
	t.Helper()
	if err := do(schemes); err != nil {
		t.Fatal(err)
	}
}

func owner(t *testing.T, h Handler, scheme string) Owner {
	t.Helper()
	o, err := h.Owners([]string{scheme})
	if err != nil || len(o) != 1 {
		t.Fatal(o, err)
	}
	return o[0]
}

func TestWindowsRegistrationIsWhatWindowsWantsAndGoesWithoutATrace(t *testing.T) {
	for _, machine := range []bool{false, true} {
		h := handler(t, machine)
		before := everything(t, h.root())
		h.must(t, h.Register, Schemes()...)
		h.must(t, h.Register, Schemes()...)
		got := everything(t, h.root())
		for at, want := range map[string]string{
			`Software\Classes\ctiagent.Url|`:                      "URL:ctiagent",
			`Software\Classes\ctiagent.Url|URL Protocol`:          "",
			`Software\Classes\ctiagent.Url\DefaultIcon|`:          h.Program + ",0",
			`Software\Classes\ctiagent.Url\shell\open\command|`:   `"` + h.Program + `" "%1"`,
			`Software\Classes\callto\shell\open\command|`:         `"` + h.Program + `" "%1"`,
			`Software\Classes\tel|URL Protocol`:                   "",
			`Software\ctiagent\Capabilities|ApplicationName`:      "ctiagent",
			`Software\ctiagent\Capabilities\UrlAssociations|sips`: "ctiagent.Url",
			`Software\ctiagent\Capabilities\UrlAssociations|tel`:  "ctiagent.Url",
			`Software\RegisteredApplications|ctiagent`:            `Software\ctiagent\Capabilities`,
		} {
			if text, there := got[at]; !there || text != want {
				t.Errorf("machine %v: %s is %q (%v), want %q", machine, at, text, there, want)
			}
		}
		if got[`Software\ctiagent\Capabilities|ApplicationDescription`] == "" {
			t.Error("without a description Windows hides the program")
		}
		if o := owner(t, h, "tel"); !o.Ours || o.Owner != "ctiagent" || o.By != map[bool]By{false: ByUser, true: ByMachine}[machine] {
			t.Errorf("machine %v: tel is owned by %+v", machine, o)
		}
		h.must(t, h.Unregister, "tel")
		if o := owner(t, h, "tel"); o.Ours {
			t.Errorf("tel is still owned by %+v", o)
		}
		if o := owner(t, h, "sip"); !o.Ours {
			t.Errorf("sip is owned by %+v", o)
		}
		h.must(t, h.Unregister, Schemes()...)
		if d := cmp.Diff(everything(t, h.root()), before); d != "" {
			t.Errorf("machine %v: left behind:\n%s", machine, d)
		}
	}
}

func TestWindowsUnregisterBringsTheOthersBack(t *testing.T) {
	h := handler(t, false)
	const other = `"C:\Program Files\Zoiper\Zoiper.exe" "%1"`
	for at, text := range map[string]string{`|`: "URL:tel", `|URL Protocol`: "", `\shell\open\command|`: other, `\DefaultIcon|`: "zoiper.ico"} {
		key, name, _ := strings.Cut(at, "|")
		if err := write(registry.CURRENT_USER, classes+"tel"+key, name, text); err != nil {
			t.Fatal(err)
		}
	}
	before := everything(t, registry.CURRENT_USER)
	if o := owner(t, h, "tel"); o.Owner != "Zoiper.exe" || o.Ours || o.By != ByUser {
		t.Errorf("tel is owned by %+v", o)
	}
	h.must(t, h.Register, "tel", "sip")
	if o := owner(t, h, "tel"); !o.Ours {
		t.Errorf("tel is owned by %+v", o)
	}
	h.must(t, h.Unregister, Schemes()...)
	if d := cmp.Diff(everything(t, registry.CURRENT_USER), before); d != "" {
		t.Errorf("left behind:\n%s", d)
	}
}

func TestWindowsUnregisterLeavesWhatPointsElsewhereByNow(t *testing.T) {
	h := handler(t, false)
	h.must(t, h.Register, "sip", "callto")
	// What another program has put beside ours stays, in what is a link's class still.
	if err := write(registry.CURRENT_USER, classes+`callto\Theirs`, "kept", "yes"); err != nil {
		t.Fatal(err)
	}
	const other = `"C:\microsip.exe" "%1"`
	if err := write(registry.CURRENT_USER, classes+"sip"+openCommand, "", other); err != nil {
		t.Fatal(err)
	}
	h.must(t, h.Unregister, Schemes()...)
	if got := value(registry.CURRENT_USER, classes+"sip"+openCommand, ""); got != other {
		t.Errorf("sip runs %q, want %q", got, other)
	}
	if o := owner(t, h, "sip"); o.Owner != "microsip.exe" {
		t.Errorf("sip is owned by %+v", o)
	}
	got := everything(t, registry.CURRENT_USER)
	if _, there := got[classes+"callto|URL Protocol"]; !there || got[classes+`callto\Theirs|kept`] != "yes" || owner(t, h, "callto").Owner != "" {
		t.Errorf("of callto there is left %q", got)
	}
}

// A command that names the environment is one still when it comes back.
func TestWindowsUnregisterBringsNamesOfTheEnvironmentBack(t *testing.T) {
	h := handler(t, false)
	const other = `"%ProgramFiles%\Phone\phone.exe" "%1"`
	k, _, err := registry.CreateKey(registry.CURRENT_USER, classes+"sips"+openCommand, registry.ALL_ACCESS)
	if err != nil {
		t.Fatal(err)
	}
	defer k.Close()
	if err := k.SetExpandStringValue("", other); err != nil {
		t.Fatal(err)
	}
	h.must(t, h.Register, "sips")
	h.must(t, h.Register, "sips")
	if o := owner(t, h, "sips"); !o.Ours {
		t.Errorf("sips is owned by %+v", o)
	}
	h.must(t, h.Unregister, Schemes()...)
	if got, kind, err := k.GetStringValue(""); got != other || kind != registry.EXPAND_SZ || err != nil {
		t.Errorf("sips runs %q of kind %d, %v", got, kind, err)
	}
}

// What another copy of the program has registered is not undone by this one.
func TestWindowsUnregisterLeavesTheRegistrationOfAnotherCopy(t *testing.T) {
	h := handler(t, true)
	other := Handler{Program: h.Program, Machine: true}
	other.must(t, other.Register, Schemes()...)
	before := everything(t, registry.LOCAL_MACHINE)
	h.Program = `C:\Elsewhere\ctiagent-open.exe`
	h.must(t, h.Unregister, Schemes()...)
	if d := cmp.Diff(everything(t, registry.LOCAL_MACHINE), before); d != "" {
		t.Error(d)
	}
	other.must(t, other.Unregister, Schemes()...)
}

// The person's choice beats every registration; it is named and never written.
func TestWindowsChoiceOfThePersonIsNamedAndLeftAlone(t *testing.T) {
	h := handler(t, false)
	const key = userChoice + `callto\UserChoice`
	if err := write(registry.CURRENT_USER, key, "ProgId", "MSTeams.callto"); err != nil {
		t.Fatal(err)
	}
	if err := write(registry.CURRENT_USER, classes+`MSTeams.callto`+openCommand, "", `C:\Teams\ms-teams.exe "%1"`); err != nil {
		t.Fatal(err)
	}
	h.must(t, h.Register, "callto")
	want := Owner{Scheme: "callto", Owner: "ms-teams.exe", ID: "MSTeams.callto", Command: `C:\Teams\ms-teams.exe "%1"`, By: ByChoice}
	if d := cmp.Diff(owner(t, h, "callto"), want); d != "" {
		t.Error(d)
	}
	h.must(t, h.Unregister, "callto")
	if got := value(registry.CURRENT_USER, key, "ProgId"); got != "MSTeams.callto" {
		t.Errorf("the choice is %q now", got)
	}
}
