package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"ctiagent/cti"
	"ctiagent/desk"
	"ctiagent/internal/config"
	"ctiagent/internal/secret"
	"ctiagent/localapi"
	"ctiagent/vendors/totalip/totaliptest"

	"github.com/spf13/cobra"
)

// The desk of the demo.
const (
	demoExtension = "10005"
	demoAgent     = "12"
	demoKey       = "demo-0123456789abcdef0123456789ab"
)

// How the demo's customers behave: they answer after a while and hang up
// after a talk.
const (
	demoAnswers = 3 * time.Second
	demoTalks   = 45 * time.Second
)

func (a *app) demoCommand() *cobra.Command {
	var vendor string
	var port int
	var quiet bool
	cmd := &cobra.Command{Use: "demo", Args: a.exactly(0), RunE: func(cmd *cobra.Command, _ []string) error {
		if vendor != "totalip" {
			return usage("cli.demo.vendor", "Name", vendor)
		}
		return a.demo(cmd.Context(), port, !quiet)
	}}
	cmd.Flags().StringVar(&vendor, "vendor", "totalip", "")
	cmd.Flags().IntVar(&port, "port", config.Default().API.Port, "")
	cmd.Flags().BoolVar(&quiet, "no-browser", false, "")
	return cmd
}

// demo runs a simulated PBX, a desk and the demo CRM in one process. It reads
// and writes no configuration.
func (a *app) demo(ctx context.Context, port int, browser bool) error {
	if port < 0 || port > 65535 {
		return usage("cli.usage.port", "Value", port)
	}
	pbx := newDemoPBX()
	defer pbx.Close()
	pbx.AutoAnswer(demoAnswers)
	pbx.AutoHangup(demoTalks)
	p, err := a.demoProgram(demoConfig(port, string(a.lang)), pbx)
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

// demoProgram is the program of the demo: a desk on the simulated PBX, and the
// demo CRM in front of it.
func (a *app) demoProgram(cfg config.Config, pbx *totaliptest.PBX) (*program, error) {
	return a.foreground(cfg, nil, demoDrivers(cfg, pbx), demoMethods(pbx))
}

// demoDrivers stacks the one driver of the simulated PBX.
func demoDrivers(cfg config.Config, pbx *totaliptest.PBX) func(*slog.Logger, *secret.Redactor) ([]desk.Driver, error) {
	return func(*slog.Logger, *secret.Redactor) ([]desk.Driver, error) {
		d, ok := vendorNamed("totalip")
		if !ok {
			return nil, fmt.Errorf("the driver totalip is not built in")
		}
		return []desk.Driver{{Driver: d, Config: cti.Config{Country: cfg.Agent.Country, AreaCode: cfg.Agent.AreaCode, Values: map[string]string{
			"url": pbx.URL(), "events": pbx.EventsAddr(), "commands": pbx.CommandsAddr(), "key": demoKey,
			"road": "http", "ringing_poll": "1"}}}}, nil
	}
}

// newDemoPBX is the simulated PBX of the demo, whose customers do nothing by
// themselves yet.
func newDemoPBX() *totaliptest.PBX {
	pbx := totaliptest.New(totaliptest.Options{Key: demoKey})
	pbx.AddExtension(totaliptest.Extension{Number: demoExtension, User: demoAgent, Name: "Ana Souza", LoggedIn: true})
	pbx.AddExtension(totaliptest.Extension{Number: "10006", User: "14", Name: "Bruno Lima", LoggedIn: true})
	pbx.AddExtension(totaliptest.Extension{Number: "10007", User: "18", Name: "Carla Dias"})
	return pbx
}

// demoMethods are the keys of the simulated telephone on the demo page.
func demoMethods(pbx *totaliptest.PBX) map[string]localapi.Extra {
	method := func(do func(params json.RawMessage) (any, error)) localapi.Extra {
		return localapi.Extra{Scope: cti.Control, Do: func(_ context.Context, params json.RawMessage) (any, error) { return do(params) }}
	}
	on := func(name string, wanted totaliptest.State, do func(ref string) error) localapi.Extra {
		return method(func(json.RawMessage) (any, error) {
			for _, c := range pbx.LiveCalls(demoExtension) {
				if wanted == "" || c.State == wanted {
					return cti.None{}, do(c.Ref)
				}
			}
			return nil, cti.Fail(cti.WrongState, name, "the simulated telephone has no such call")
		})
	}
	return map[string]localapi.Extra{
		"demo.ring": method(func(params json.RawMessage) (any, error) {
			var in struct {
				Number string `json:"number"`
			}
			if err := json.Unmarshal(params, &in); err != nil || in.Number == "" || len(in.Number) > 32 {
				return nil, cti.Fail(cti.BadRequest, "demo.ring", "the parameter number is missing or too long")
			}
			pbx.Ring(demoExtension, in.Number, "1130030000")
			return cti.None{}, nil
		}),
		"demo.answer":          on("demo.answer", totaliptest.Ringing, pbx.Answer),
		"demo.customerAnswers": on("demo.customerAnswers", totaliptest.Dialing, pbx.Answer),
		"demo.hangup":          on("demo.hangup", "", pbx.Hangup),
		"demo.cutLink":         method(func(json.RawMessage) (any, error) { pbx.CutLink(); return cti.None{}, nil }),
		"demo.restoreLink":     method(func(json.RawMessage) (any, error) { pbx.RestoreLink(); return cti.None{}, nil }),
	}
}
