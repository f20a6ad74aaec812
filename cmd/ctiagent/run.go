package main

import (
	"context"
	"errors"
	"log/slog"

	"ctiagent/desk"
	"ctiagent/internal/config"
	"ctiagent/internal/paths"
	"ctiagent/internal/secret"

	"github.com/kardianos/service"
	"github.com/spf13/cobra"
)

func (a *app) runCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "run", Args: a.exactly(0), RunE: func(cmd *cobra.Command, _ []string) error {
		cfg, from, err := a.load(true)
		if err != nil {
			return err
		}
		p, err := a.foreground(cfg, from, func(log *slog.Logger, redact *secret.Redactor) ([]desk.Driver, error) {
			return drivers(cfg, a.secrets(), redact, func(key string) { log.Warn("a secret stands in plain text in the configuration", "key", key) })
		}, nil)
		if err != nil {
			return err
		}
		return supervised(cmd.Context(), func(ctx context.Context) error {
			return p.serve(ctx, func() error { return a.announce(cfg, p) })
		})
	}}
	cmd.Flags().BoolVar(&a.service, "service", false, "")
	return cmd
}

// secrets is the file with the secrets of whoever the program serves.
func (a *app) secrets() string {
	if a.service {
		return paths.Current().ServiceSecrets()
	}
	return paths.Current().UserSecrets()
}

func (a *app) announce(cfg config.Config, p *program) error {
	if a.json {
		return a.print(map[string]string{"address": p.server.URL(), "version": version})
	}
	if len(cfg.Drivers) == 0 {
		if err := a.line(a.t("cli.run.no_driver", map[string]any{"File": a.configFile()})); err != nil {
			return err
		}
	}
	return a.line(a.t("cli.run.listening", map[string]any{"Address": p.server.URL()}))
}

// supervised runs serve under the system's service manager where one starts
// the program, and until ctx ends in any case.
func supervised(ctx context.Context, serve func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	job := &job{serve: serve, ctx: ctx, cancel: cancel, done: make(chan error, 1)}
	s, err := service.New(job, &service.Config{Name: "ctiagent", DisplayName: "ctiagent", Description: "CTI companion for call-centre agents",
		Option: service.KeyValue{"RunWait": func() { <-ctx.Done() }}})
	if errors.Is(err, service.ErrNoServiceSystemDetected) {
		return serve(ctx)
	}
	if err != nil {
		return err
	}
	if err := s.Run(); err != nil {
		return err
	}
	return job.err
}

// job is serve as kardianos/service wants it.
type job struct {
	serve  func(context.Context) error
	ctx    context.Context //nolint:containedctx // Start and Stop have no context of their own
	cancel context.CancelFunc
	done   chan error
	err    error
}

func (j *job) Start(service.Service) error {
	go func() {
		j.done <- j.serve(j.ctx)
		j.cancel()
	}()
	return nil
}

func (j *job) Stop(service.Service) error {
	j.cancel()
	j.err = <-j.done
	return nil
}
