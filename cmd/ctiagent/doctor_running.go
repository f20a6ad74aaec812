package main

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"ctiagent/cti"
	"ctiagent/desk"
	"ctiagent/internal/config"
	"ctiagent/internal/i18n"
	"ctiagent/internal/paths"
	"ctiagent/internal/secret"
	"ctiagent/vendors"
)

// checkTime bounds each check that a driver makes.
const checkTime = 10 * time.Second

// itself are the findings that only the running program can make: whether its journal can be written, whether it can read its
// secrets, and what they open. a has the language.
func (p *program) itself(ctx context.Context, a *app) []finding {
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
	found = append(found, a.secretFindings(p.config, secret.Sources{File: a.secrets(), Getenv: paths.Current().Getenv})...)
	return append(found, a.databases(ctx, p.drivers)...)
}

// databases tries the database of each driver that has one beside its link.
func (a *app) databases(ctx context.Context, drivers []desk.Driver) []finding {
	var found []finding
	for _, d := range drivers {
		if d.Driver.Check == nil {
			continue
		}
		within, cancel := context.WithTimeout(ctx, checkTime)
		tried, err := d.Driver.Check(within, d.Config)
		cancel()
		words := map[string]any{"Title": d.Driver.Title}
		var told *cti.Error
		switch {
		case errors.As(err, &told):
			f := finding{"database", checkFail, a.t("cli.doctor.database.fails", words), a.hint(told)}
			if a.lang == i18n.En {
				f.Detail = told.Message() // which only English has
			}
			found = append(found, f)
		case tried:
			found = append(found, finding{Check: "database", Status: checkOK, Detail: a.t("cli.doctor.database.ok", words)})
		}
	}
	return found
}

// hint is what an error says to do next.
func (a *app) hint(e *cti.Error) string {
	words := make(map[string]any, len(e.Args))
	for k, v := range e.Args {
		words[k] = v
	}
	return a.t(e.Hint, words)
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
func (p *program) diagnosed(ctx context.Context, a *app, state cti.DeskState) running {
	return running{version: version, state: state, receiver: p.receiverState(), itself: p.itself(ctx, a)}
}
