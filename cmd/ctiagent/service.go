package main

import (
	"embed"
	"errors"
	"os/user"

	"ctiagent/cti"
	"ctiagent/internal/paths"

	"github.com/kardianos/service"
	"github.com/spf13/cobra"
)

// Own templates where the library's fail: its user unit never starts by itself,
// since the user manager has no multi-user.target, it waits two minutes before a
// restart, and its sysv script runs everything as root.
//
//go:embed units
var units embed.FS

// serviceConfig is the service as the system's manager is told of it.
func serviceConfig(own bool) (*service.Config, error) {
	c := &service.Config{Name: "ctiagent", DisplayName: "ctiagent", Description: "CTI companion for call-centre agents",
		Arguments: []string{"run", "--service"}, Option: service.KeyValue{"OnFailure": "restart", "OnFailureDelayDuration": "2s", "RunAtLoad": true}}
	unit := "units/system.service"
	if own {
		unit, c.Arguments, c.Option["UserService"] = "units/user.service", []string{"run"}, true
	}
	for option, file := range map[string]string{"SystemdScript": unit, "SysvScript": "units/sysv.sh"} {
		text, err := units.ReadFile(file)
		if err != nil {
			return nil, err
		}
		c.Option[option] = string(text)
	}
	return c, nil
}

func (a *app) serviceCommand() *cobra.Command {
	var own bool
	verb := func(name string, do func(service.Service) error) *cobra.Command {
		cmd := &cobra.Command{Use: name, Args: a.exactly(0), RunE: func(*cobra.Command, []string) error {
			s, err := a.serviceOf(own)
			if err != nil {
				return err
			}
			if err := do(s); err != nil {
				return problem(cti.Refused, "the service manager refused", "cli.hint.service", map[string]string{"Cause": err.Error()}, err)
			}
			if a.json {
				return a.print(map[string]bool{"ok": true})
			}
			return a.line(a.t("cli.service."+name, nil))
		}}
		cmd.Flags().BoolVar(&own, "user", false, "")
		return cmd
	}
	status := &cobra.Command{Use: "status", Args: a.exactly(0), RunE: func(*cobra.Command, []string) error { return a.serviceStatus(own) }}
	status.Flags().BoolVar(&own, "user", false, "")
	return group("service", "cli.usage.service",
		verb("install", func(s service.Service) error {
			if err := a.accountExists(own); err != nil {
				return err
			}
			return s.Install()
		}),
		verb("uninstall", func(s service.Service) error { return s.Uninstall() }),
		verb("start", func(s service.Service) error { return s.Start() }),
		verb("stop", func(s service.Service) error { return s.Stop() }), status)
}

func (a *app) serviceOf(own bool) (service.Service, error) {
	c, err := serviceConfig(own)
	if err != nil {
		return nil, err
	}
	s, err := service.New(&job{}, c)
	if errors.Is(err, service.ErrNoServiceSystemDetected) {
		return nil, problem(cti.Unavailable, "this system has no service manager that is known", "cli.hint.no_service_manager", nil, err)
	}
	return s, err
}

var errNoAccount = errors.New("there is no account " + paths.ServiceAccount)

// accountExists makes sure that the system service does not run as root.
func (a *app) accountExists(own bool) error {
	if own || paths.Current().GOOS != "linux" {
		return nil
	}
	if _, err := user.Lookup(paths.ServiceAccount); err != nil {
		return errNoAccount
	}
	return nil
}

func (a *app) serviceStatus(own bool) error {
	s, err := a.serviceOf(own)
	if err != nil {
		return err
	}
	state := "unknown"
	switch now, err := s.Status(); {
	case errors.Is(err, service.ErrNotInstalled):
		state = "not_installed"
	case err != nil:
		return problem(cti.Refused, "the service manager refused", "cli.hint.service", map[string]string{"Cause": err.Error()}, err)
	case now == service.StatusRunning:
		state = "running"
	case now == service.StatusStopped:
		state = "stopped"
	}
	if a.json {
		return a.print(map[string]string{"status": state, "manager": s.Platform()})
	}
	return a.line(a.t("cli.service.status."+state, map[string]any{"Manager": s.Platform()}))
}
