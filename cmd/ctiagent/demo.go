package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"ctiagent/cti"
	"ctiagent/desk"
	"ctiagent/internal/config"
	"ctiagent/internal/secret"
	"ctiagent/localapi"
	"ctiagent/vendors"

	"github.com/spf13/cobra"
)

// The desk of the demo, the same at every vendor.
const (
	demoExtension = "10005"
	demoAgent     = "12"
	demoName      = "Ana Souza"
)

// How the demo's customers behave: they answer after a while and hang up
// after a talk.
const (
	demoAnswers = 3 * time.Second
	demoTalks   = 45 * time.Second
)

// simulated is one vendor's simulator with what the demo needs of it. A number
// is as the demo CRM shows it.
type simulated interface {
	// stack are the drivers of the desk, in order, with their options.
	stack() []simulatedDriver
	// lively makes the customers answer after a while and hang up after a talk.
	lively(answers, talks time.Duration)
	ring(number string) error // a customer calls the agent
	answer() error            // the agent answers
	customerAnswers() error   // the customer the agent has dialled answers
	hangup() error            // the call ends
	cutLink()
	restoreLink()
	Close()
}

type simulatedDriver struct {
	use    string
	values map[string]string
}

// simulators make what the demo can simulate, by the name of the vendor.
func simulators() map[string]func() simulated {
	return map[string]func() simulated{
		"catix":                func() simulated { return newCatixDemo() },
		"totalip":              func() simulated { return newTotalIPDemo() },
		"totalip+grandstream":  func() simulated { return withPhone(newGrandstreamPhone()) },
		"totalip+khomp":        func() simulated { return withPhone(newKhompPhone()) },
		"ucontact":             func() simulated { return newUContactDemo() },
		"ucontact+grandstream": func() simulated { return besidePhone(newGrandstreamPhone()) },
		"vicidial":             func() simulated { return newVicidialDemo() },
		"vocom":                func() simulated { return newVocomDemo() },
	}
}

func simulatorNames() string { return strings.Join(slices.Sorted(maps.Keys(simulators())), ", ") }

func (a *app) demoCommand() *cobra.Command {
	var vendor string
	var port int
	var quiet bool
	cmd := &cobra.Command{Use: "demo", Args: a.exactly(0), RunE: func(cmd *cobra.Command, _ []string) error {
		simulator := simulators()[vendor]
		if simulator == nil {
			return usage("cli.demo.vendor", "Name", vendor, "Vendors", simulatorNames())
		}
		return a.demo(cmd.Context(), simulator, port, !quiet)
	}}
	cmd.Flags().StringVar(&vendor, "vendor", "totalip", "")
	cmd.Flags().IntVar(&port, "port", config.Default().API.Port, "")
	cmd.Flags().BoolVar(&quiet, "no-browser", false, "")
	return cmd
}

// demo runs a simulated vendor, a desk and the demo CRM in one process. It
// reads and writes no configuration.
func (a *app) demo(ctx context.Context, simulator func() simulated, port int, browser bool) error {
	if port < 0 || port > 65535 {
		return usage("cli.usage.port", "Value", port)
	}
	sim := simulator()
	defer sim.Close()
	sim.lively(demoAnswers, demoTalks)
	p, err := a.demoProgram(demoConfig(port, string(a.lang)), sim)
	if err != nil {
		return err
	}
	return p.serve(ctx, func() error {
		page := "http://127.0.0.1:" + strconv.Itoa(p.server.Port()) + "/demo/"
		if browser {
			_ = openBrowser(page) // without a desktop the printed address serves
		}
		if a.json {
			return a.print(map[string]string{"url": page, "control": p.server.URL()})
		}
		return a.line(a.t("cli.demo.ready", map[string]any{"URL": page, "Control": p.server.URL()}))
	})
}

// demoConfig is the site of the demo: one agent in São Paulo whose callers pop
// up in the demo CRM.
func demoConfig(port int, language string) config.Config {
	cfg := config.Default()
	cfg.API.Port = port
	cfg.Agent = config.Agent{ID: demoAgent, Extension: demoExtension, Country: "BR", AreaCode: "11", Language: language}
	cfg.Log.Level = "warn"
	cfg.Pops = []config.Pop{{On: "offered", Direction: string(cti.Inbound), Open: fmt.Sprintf("http://127.0.0.1:%d/demo/cliente.html?phone={e164}", port)}}
	return cfg
}

// demoProgram is the program of the demo: a desk on the simulated vendor, and
// the demo CRM in front of it.
func (a *app) demoProgram(cfg config.Config, sim simulated) (*program, error) {
	return a.foreground(cfg, nil, demoDrivers(cfg, sim), demoMethods(sim))
}

// demoDrivers stacks the drivers of the simulated vendor.
func demoDrivers(cfg config.Config, sim simulated) func(*slog.Logger, *secret.Redactor) ([]desk.Driver, error) {
	return func(*slog.Logger, *secret.Redactor) ([]desk.Driver, error) {
		var out []desk.Driver
		for _, s := range sim.stack() {
			d, ok := vendors.Named(s.use)
			if !ok {
				return nil, fmt.Errorf("the driver %s is not built in", s.use)
			}
			values := defaults(d)
			maps.Copy(values, s.values)
			out = append(out, desk.Driver{Driver: d, Config: cti.Config{Country: cfg.Agent.Country, AreaCode: cfg.Agent.AreaCode, Values: values}})
		}
		return out, nil
	}
}

// demoMethods are the keys of the simulated telephone on the demo page.
func demoMethods(sim simulated) map[string]localapi.Extra {
	method := func(do func(params json.RawMessage) error) localapi.Extra {
		return localapi.Extra{Scope: cti.Control, Do: func(_ context.Context, params json.RawMessage) (any, error) { return cti.None{}, do(params) }}
	}
	key := func(name string, press func() error) localapi.Extra {
		return method(func(json.RawMessage) error {
			if err := press(); err != nil {
				return cti.Fail(cti.WrongState, name, "the simulated telephone has no such call")
			}
			return nil
		})
	}
	return map[string]localapi.Extra{
		"demo.ring": method(func(params json.RawMessage) error {
			var in struct {
				Number string `json:"number"`
			}
			if err := json.Unmarshal(params, &in); err != nil || in.Number == "" || len(in.Number) > 32 {
				return cti.Fail(cti.BadRequest, "demo.ring", "the parameter number is missing or too long")
			}
			if err := sim.ring(in.Number); err != nil {
				return cti.Fail(cti.WrongState, "demo.ring", "the simulated agent can take no call now: "+err.Error())
			}
			return nil
		}),
		"demo.answer":          key("demo.answer", sim.answer),
		"demo.customerAnswers": key("demo.customerAnswers", sim.customerAnswers),
		"demo.hangup":          key("demo.hangup", sim.hangup),
		"demo.cutLink":         key("demo.cutLink", func() error { sim.cutLink(); return nil }),
		"demo.restoreLink":     key("demo.restoreLink", func() error { sim.restoreLink(); return nil }),
	}
}

// errNoCall is a key of the simulated telephone that no call is there for.
var errNoCall = errors.New("no such call")
