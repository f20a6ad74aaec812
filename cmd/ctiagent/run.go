package main

import (
	"context"
	"log/slog"
	"path/filepath"

	"ctiagent/desk"
	"ctiagent/internal/config"
	"ctiagent/internal/paths"
	"ctiagent/internal/secret"

	"github.com/spf13/cobra"
)

func (a *app) runCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "run", Args: a.exactly(0), RunE: func(cmd *cobra.Command, _ []string) error {
		if a.service {
			return a.supervised(cmd.Context(), a.serve)
		}
		return a.serve(cmd.Context(), func() {})
	}}
	cmd.Flags().BoolVar(&a.service, "service", false, "")
	return cmd
}

// serve runs the doors and the desks until ctx ends. ready is called once the
// doors are open.
func (a *app) serve(ctx context.Context, ready func()) error {
	cfg, from, err := a.load(true)
	if err != nil {
		return err
	}
	if a.service && cfg.Log.File == "" {
		cfg.Log.File = serviceLog(paths.Current())
	}
	p, err := a.foreground(cfg, from, func(log *slog.Logger, redact *secret.Redactor) ([]desk.Driver, error) {
		return drivers(cfg, a.secrets(), redact, func(key string) { log.Warn("a secret stands in plain text in the configuration", "key", key) })
	}, nil)
	if err != nil {
		return err
	}
	return p.serve(ctx, func() error {
		ready()
		if a.service { // which may have no standard output
			p.log.Info("ctiagent is running", "address", p.server.URL(), "version", version)
			return nil
		}
		return a.announce(cfg, p)
	})
}

// serviceLog is where the service writes its log when nobody says where: to the
// journal, which systemd has given it as standard error, else to a file.
func serviceLog(env paths.Env) string {
	if env.Getenv("JOURNAL_STREAM") != "" {
		return ""
	}
	return filepath.Join(env.LogDir(), "ctiagent.log")
}

// secrets is the file with the secrets of whoever the program serves.
func (a *app) secrets() string {
	if a.service {
		return paths.Current().ServiceSecrets()
	}
	return paths.Current().UserSecrets()
}

// announce has sentences of its own file: all others of the command line are
// not read by a program that serves.
func (a *app) announce(cfg config.Config, p *program) error {
	if a.json {
		return a.print(map[string]string{"address": p.server.URL(), "version": version})
	}
	if len(cfg.Drivers) == 0 {
		if err := a.line(a.t("run.no_driver", map[string]any{"File": a.configFile()})); err != nil {
			return err
		}
	}
	return a.line(a.t("run.listening", map[string]any{"Address": p.server.URL()}))
}
