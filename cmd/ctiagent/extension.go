package main

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"strings"

	"ctiagent/internal/nativehost"
	"ctiagent/internal/paths"
)

// extension tells whether the browsers of this computer may start the program
// that ctiagent's extension speaks with.
func (a *app) extension() finding {
	goos := paths.Current().GOOS
	// The service looks at the places of everybody alone: it has no home of a person.
	places, _ := nativehost.Person(goos, os.Getenv)
	places = append(places, nativehost.Machine(goos, "")...)
	return a.admitted(nativehost.Browsers(goos, os.Getenv, exec.LookPath, exists), places)
}

// admitted looks at each browser's places; the first at which there is
// something is the one that the browser takes.
func (a *app) admitted(browsers []string, places []nativehost.Place) finding {
	var missing, broken []string
	for _, browser := range browsers {
		told := false
		for _, p := range places {
			if p.Browser != browser || told {
				continue
			}
			m, err := nativehost.Read(p)
			switch {
			case errors.Is(err, fs.ErrNotExist):
				continue
			case err != nil:
				broken = append(broken, a.t("cli.doctor.extension.unreadable", map[string]any{"Browser": browser, "Problem": err}))
			case !exists(m.Path):
				broken = append(broken, a.t("cli.doctor.extension.gone", map[string]any{"Browser": browser, "Program": m.Path}))
			}
			told = true
		}
		if !told {
			missing = append(missing, browser)
		}
	}
	switch {
	case len(broken) > 0:
		return finding{"extension", checkWarn, strings.Join(broken, " "), a.t("cli.doctor.extension.again", nil)}
	case len(missing) > 0:
		account := "?"
		if u, err := user.Current(); err == nil {
			account = u.Username
		}
		return finding{"extension", checkWarn, a.t("cli.doctor.extension.untold", map[string]any{"Browsers": strings.Join(missing, ", "), "Account": account}),
			a.t("cli.doctor.extension.tell", nil)}
	case len(browsers) == 0:
		return finding{Check: "extension", Status: checkOK, Detail: a.t("cli.doctor.extension.none", nil)}
	}
	return finding{Check: "extension", Status: checkOK, Detail: a.t("cli.doctor.extension.ok", map[string]any{"Browsers": strings.Join(browsers, ", ")})}
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}
