package main

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"ctiagent/cti"
	"ctiagent/desk"
	"ctiagent/desktop"
	"ctiagent/dialplan"
	"ctiagent/internal/config"
	"ctiagent/internal/paths"
	"ctiagent/internal/secret"
	"ctiagent/localapi/protocol"
	"ctiagent/vendors"
)

// load reads the effective configuration: policy over the file of --config or
// the person's own, for the service the machine's. With drivers set the
// [[driver]] blocks are checked too.
func (a *app) load(drivers bool) (config.Config, config.Provenance, error) {
	cfg, from, err := config.Load(config.Sources(paths.Current(), a.service, a.config))
	if err == nil && drivers {
		_, recipes := desktop.Configured(cfg)
		err = together(cfg.CheckDrivers(driverOptions, vendors.Names()...), recipes)
	}
	return cfg, from, readable(err)
}

// together makes one list of what two checks of a configuration found.
func together(checks ...error) error {
	var all config.Errors
	for _, err := range checks {
		var some config.Errors
		if errors.As(err, &some) {
			all = append(all, some...)
		}
	}
	if len(all) == 0 {
		return nil
	}
	return all
}

// readable keeps the problems of a configuration as sentences in any language.
func readable(err error) error {
	var many config.Errors
	if !errors.As(err, &many) {
		return err
	}
	return configError{many}
}

// drivers pairs every [[driver]] block with its driver and its checked
// configuration, secrets resolved and known to the redactor.
func drivers(cfg config.Config, secrets string, redact *secret.Redactor, warn func(key string)) ([]desk.Driver, error) {
	var out []desk.Driver
	for i, block := range cfg.Drivers {
		d, ok := vendors.Named(block.Use)
		if !ok {
			return nil, usage("cli.usage.vendor", "Name", block.Use, "Vendors", strings.Join(vendors.Names(), ", "))
		}
		values := defaults(d)
		for key, v := range block.Values {
			values[key] = text(v)
		}
		for _, o := range d.Options {
			if !o.Secret || values[o.Name] == "" {
				continue
			}
			v, plain, err := secret.Resolve(values[o.Name], secret.Sources{File: secrets, Getenv: paths.Current().Getenv})
			key := fmt.Sprintf("driver[%d].%s", i, o.Name)
			var gone *secret.Error
			if errors.As(err, &gone) {
				return nil, secretError{fmt.Sprintf("%s:%d: %s", block.File, block.Lines[o.Name], key), gone}
			}
			if err != nil {
				return nil, err
			}
			if plain {
				warn(key)
			}
			redact.Add(v.Reveal())
			values[o.Name] = v.Reveal()
		}
		out = append(out, desk.Driver{Driver: d, Config: cti.Config{Country: cfg.Agent.Country, AreaCode: cfg.Agent.AreaCode, Values: values}})
	}
	return out, nil
}

// defaults are the options of a driver that nobody has set.
func defaults(d cti.Driver) map[string]string {
	values := map[string]string{}
	for _, o := range d.Options {
		if o.Default != "" {
			values[o.Name] = o.Default
		}
	}
	return values
}

func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	}
	return fmt.Sprint(v)
}

func driverOptions(use string) ([]config.Option, bool) {
	d, ok := vendors.Named(use)
	if !ok {
		return nil, false
	}
	var out []config.Option
	for _, o := range d.Options {
		out = append(out, config.Option{Name: o.Name, Kind: string(o.Kind), Required: o.Required, Values: o.Values, Default: o.Default})
	}
	return out, true
}

// undecided leaves of a person's choices what no managed policy has decided.
func undecided(from config.Provenance, in protocol.AttachIn) protocol.AttachIn {
	for key, choice := range map[string]*string{"agent.id": &in.Agent, "agent.extension": &in.Extension,
		"agent.language": &in.Language, "links.confirm": &in.Confirm} {
		if from.Locked(key) {
			*choice = ""
		}
	}
	return in
}

// bans are what nobody may dial at this site; the configuration was checked.
func bans(cfg config.Config) (out []dialplan.Ban) {
	for _, b := range cfg.Policy.Forbid {
		out = append(out, dialplan.Ban(b))
	}
	return out
}

// hours are when numbers may be dialled at this site; the configuration was
// checked.
func hours(cfg config.Config) desk.Hours {
	out := desk.Hours{Campaigns: cfg.Policy.CallingHoursFor == config.HoursForCampaign}
	for _, text := range cfg.Policy.CallingHours {
		w, _ := config.ParseWindow(text)
		out.Windows = append(out.Windows, dialplan.Window{Prefix: w.Prefix, Days: w.Days, From: w.From, To: w.To})
	}
	return out
}

func newPlan(cfg config.Config) (*dialplan.Plan, error) {
	digits := [2]int{cfg.Dialplan.ExtensionMinDigits, cfg.Dialplan.ExtensionMaxDigits}
	if digits != [2]int{} {
		digits = [2]int{max(digits[0], 1), cmp.Or(digits[1], 7)}
	}
	plan, err := dialplan.New(dialplan.Site{Country: cfg.Agent.Country, AreaCode: cfg.Agent.AreaCode,
		OutsidePrefix: cfg.Dialplan.OutsidePrefix, ExtensionDigits: digits})
	var wrong *dialplan.SiteError
	if errors.As(err, &wrong) {
		return nil, usage("cli.usage.site", "Field", wrong.Field, "Value", wrong.Value)
	}
	return plan, err
}
