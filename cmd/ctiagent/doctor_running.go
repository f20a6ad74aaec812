package main

import (
	"errors"
	"slices"
	"strings"

	"ctiagent/cti"
	"ctiagent/internal/config"
	"ctiagent/internal/paths"
	"ctiagent/internal/secret"
	"ctiagent/vendors"
)

// itself are the findings that only the running program can make: whether its journal can be written, and whether it can read
// its secrets. a has the language.
func (p *program) itself(a *app) []finding {
	var found []finding
	if p.journal != nil {
		s := p.journal.State()
		words := map[string]any{"Cause": s.Failing, "Since": s.Since.Local().Format("15:04:05"), "Waiting": s.Waiting, "Lost": s.Lost}
		switch {
		case s.Failing != "":
			found = append(found, finding{"journal", checkFail, a.t("cli.doctor.journal.failing", words), a.t("cli.doctor.journal.next", words)})
		case s.Lost > 0:
			found = append(found, finding{"journal", checkWarn, a.t("cli.doctor.journal.lost", words), a.t("cli.doctor.journal.lost.next", words)})
		default:
			found = append(found, finding{Check: "journal", Status: checkOK, Detail: a.t("cli.doctor.journal.ok", nil)})
		}
	}
	return append(found, a.secretFindings(p.config, secret.Sources{File: a.secrets(), Getenv: paths.Current().Getenv})...)
}

// secretFindings looks at what each driver needs to be known by.
func (a *app) secretFindings(cfg config.Config, from secret.Sources) []finding {
	var found []finding
	var open []string
	for _, block := range cfg.Drivers {
		d, _ := vendors.Named(block.Use)
		for _, o := range d.Options {
			ref, set := block.Values[o.Name].(string)
			if !o.Secret || !set || ref == "" {
				continue
			}
			_, plain, err := secret.Resolve(ref, from)
			var why *secret.Error
			switch {
			case errors.As(err, &why):
				found = append(found, finding{"secret", checkFail, a.t("cli.doctor.secret.missing", map[string]any{"Key": d.Name + "." + o.Name, "Cause": a.t(why.ID, why.Args)}), ""})
			case plain:
				open = append(open, d.Name+"."+o.Name)
			}
		}
	}
	if len(open) > 0 {
		slices.Sort(open)
		found = append(found, finding{"secret", checkWarn, a.t("cli.doctor.secret.plain", map[string]any{"Keys": strings.Join(slices.Compact(open), ", ")}), a.t("cli.doctor.secret.plain.next", nil)})
	}
	return found
}

// diagnosed is the running program with what it finds in itself.
func (p *program) diagnosed(a *app, state cti.DeskState) running {
	return running{version: version, state: state, receiver: p.receiverState(), itself: p.itself(a)}
}
