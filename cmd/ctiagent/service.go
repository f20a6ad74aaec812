package main

import (
	"cmp"
	"context"
	"embed"
	"errors"
	"os"
	"os/user"
	"time"

	"ctiagent/cti"
	"ctiagent/internal/paths"
	"ctiagent/localapi/client"

	"github.com/kardianos/service"
	"github.com/spf13/cobra"
)

// Own templates where the library's fail: its user unit never starts by itself,
// since the user manager has no multi-user.target, it waits two minutes before a
// restart, its sysv script runs everything as root, and launchd would start again
// what ended by itself and well.
//
//go:embed units
var units embed.FS

// serviceName is the service's name for the managers of all systems.
const serviceName = "ctiagent"

// serviceConfig is the service as the system's manager is told of it.
func serviceConfig(own bool) (*service.Config, error) {
	c := &service.Config{Name: serviceName, DisplayName: serviceName, Description: "CTI companion for call-centre agents",
		Arguments: []string{"run", "--service"}, Option: service.KeyValue{}}
	unit, launchd := "units/system.service", "units/daemon.plist"
	if own {
		unit, launchd = "units/user.service", "units/agent.plist"
		c.Arguments, c.Option["UserService"] = []string{"run"}, true
	}
	for option, file := range map[string]string{"SystemdScript": unit, "SysvScript": "units/sysv.sh", "LaunchdConfig": launchd} {
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
	verb := func(name string, do func(context.Context, service.Service) error) *cobra.Command {
		cmd := &cobra.Command{Use: name, Args: a.exactly(0), RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := a.serviceOf(own)
			if err != nil {
				return err
			}
			if _, err := statusOf(s); name != "install" && errors.Is(err, service.ErrNotInstalled) {
				return problem(cti.NotFound, "the service is not installed", "cli.service.status.not_installed", nil, err)
			}
			if err := do(cmd.Context(), s); err != nil {
				return err
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
		verb("install", func(_ context.Context, s service.Service) error {
			if err := a.accountExists(own); err != nil {
				return managerRefused(err)
			}
			err := s.Install()
			if err == nil {
				err = settleService()
			}
			return managerRefused(err)
		}),
		verb("uninstall", func(_ context.Context, s service.Service) error { return managerRefused(s.Uninstall()) }),
		verb("start", func(ctx context.Context, s service.Service) error { return a.startService(ctx, s, own) }),
		verb("stop", func(_ context.Context, s service.Service) error { return managerRefused(s.Stop()) }), status)
}

// managerRefused words what a service manager answered; nil stays nil.
func managerRefused(err error) error {
	if err == nil {
		return nil
	}
	return problem(cti.Refused, "the service manager refused", "cli.hint.service", map[string]string{"Cause": err.Error()}, err)
}

// How long a service may take until it answers, and how often it is looked at.
const (
	startPatience = 10 * time.Second
	startLook     = 100 * time.Millisecond
)

// startService starts the service and waits until it answers, since managers
// call a program started that ends a moment later. Mistakes in the
// configuration are told here, where somebody reads them.
func (a *app) startService(ctx context.Context, s service.Service, own bool) error {
	a.service = !own
	if _, _, err := a.load(true); err != nil {
		return err
	}
	if err := s.Start(); err != nil {
		return managerRefused(err)
	}
	env := paths.Current()
	socket, log := env.ServiceSocket(), cmp.Or(serviceLog(env), "journalctl -u "+serviceName)
	if own {
		socket, log = env.UserSocket(), "journalctl --user -u "+serviceName
	}
	ctx, cancel := context.WithTimeout(ctx, startPatience)
	defer cancel()
	look := time.NewTicker(startLook)
	defer look.Stop()
	for !answers(ctx, socket) {
		if now, err := statusOf(s); err == nil && now == service.StatusStopped {
			cancel() // it has ended
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return problem(cti.Unavailable, "the service does not answer", "cli.hint.service_silent", map[string]string{"Log": log}, ctx.Err())
		}
	}
	return nil
}

// answers says whether a ctiagent answers at a socket, if only by a refusal.
func answers(ctx context.Context, socket string) bool {
	ctx, cancel := context.WithTimeout(ctx, 10*startLook)
	defer cancel()
	c, err := client.Dial(ctx, client.Options{Sockets: []string{socket}})
	if err == nil {
		hangUp(c)
	}
	var refused *client.Error
	return err == nil || errors.As(err, &refused)
}

func (a *app) serviceOf(own bool) (service.Service, error) {
	c, err := serviceConfig(own)
	if err != nil {
		return nil, err
	}
	s, err := service.New(nil, c)
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

// statusOf asks how the service stands. A script of sysv tells by its exit
// status, too, which the library takes for a failure, as it does a service of
// systemd that has failed.
func statusOf(s service.Service) (service.Status, error) {
	now, err := s.Status()
	switch {
	case err == nil, errors.Is(err, service.ErrNotInstalled):
		return now, err
	case s.Platform() == "linux-systemd":
		return service.StatusStopped, nil
	case s.Platform() != "unix-systemv":
		return now, err
	}
	if _, err := os.Stat("/etc/init.d/" + serviceName); err != nil {
		return service.StatusUnknown, service.ErrNotInstalled
	}
	return service.StatusStopped, nil
}

func (a *app) serviceStatus(own bool) error {
	s, err := a.serviceOf(own)
	if err != nil {
		return err
	}
	state := "unknown"
	switch now, err := statusOf(s); {
	case errors.Is(err, service.ErrNotInstalled):
		state = "not_installed"
	case err != nil:
		return managerRefused(err)
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
