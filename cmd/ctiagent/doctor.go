package main

import (
	"archive/zip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"ctiagent/cti"
	"ctiagent/internal/config"
	"ctiagent/internal/paths"
	"ctiagent/internal/secret"
	"ctiagent/localapi/client"

	"github.com/spf13/cobra"
)

// The outcomes of a check.
const (
	checkOK   = "ok"
	checkWarn = "warn"
	checkFail = "fail"
)

// finding is one check of the doctor. Detail and Next are sentences in the
// person's language; Next is what to do, "" when all is well.
type finding struct {
	Check  string `json:"check"`
	Status string `json:"status"`
	Detail string `json:"detail"`
	Next   string `json:"next,omitempty"`
}

func (a *app) doctorCommand() *cobra.Command {
	var bundle string
	cmd := &cobra.Command{Use: "doctor", Args: a.exactly(), RunE: func(cmd *cobra.Command, _ []string) error {
		found := a.examine(cmd.Context())
		if bundle != "" {
			if err := a.writeBundle(bundle, found); err != nil {
				return err
			}
		}
		return a.showFindings(found, bundle)
	}}
	cmd.Flags().StringVar(&bundle, "bundle", "", "")
	return cmd
}

func (a *app) showFindings(found []finding, bundle string) error {
	bad := false
	for _, f := range found {
		bad = bad || f.Status == checkFail
		if a.json {
			if err := a.print(f); err != nil {
				return err
			}
			continue
		}
		text := fmt.Sprintf("%-5s %s: %s", a.t("cli.doctor.status."+f.Status, nil), a.t("cli.doctor.check."+f.Check, nil), f.Detail)
		if f.Next != "" {
			text += " " + f.Next
		}
		if err := a.line(text); err != nil {
			return err
		}
	}
	if bundle != "" && !a.json {
		if err := a.line(a.t("cli.doctor.bundle", map[string]any{"File": bundle})); err != nil {
			return err
		}
	}
	if bad && !a.json {
		return a.line(a.t("cli.doctor.bad", nil))
	}
	return nil
}

// examine runs every check, each by itself: one that fails hides no other.
func (a *app) examine(ctx context.Context) []finding {
	found := []finding{{Check: "version", Status: checkOK, Detail: version}}
	cfg, _, err := a.load(true)
	if err != nil {
		found = append(found, finding{"config", checkFail, err.Error(), a.t("cli.doctor.config.next", nil)})
		cfg = config.Default()
	} else {
		found = append(found, finding{Check: "config", Status: checkOK, Detail: a.t("cli.config.ok", nil)})
	}
	state, err := a.snapshot(ctx)
	switch {
	case err == nil:
		found = append(found, finding{Check: "agent", Status: checkOK, Detail: a.t("cli.doctor.agent.ok", nil)})
		found = append(found, a.links(state)...)
	case errors.Is(err, client.ErrNoAgent):
		found = append(found, finding{"agent", checkWarn, a.t("cli.doctor.agent.absent", nil), a.t("cli.doctor.agent.next", nil)}, a.port(ctx, cfg.API.Port))
		found = append(found, a.reach(ctx, cfg)...)
	default:
		found = append(found, finding{"agent", checkFail, err.Error(), a.t("cli.doctor.agent.next", nil)})
	}
	return append(found, a.browsers(cfg.API.Origins), a.clock())
}

func (a *app) snapshot(ctx context.Context) (cti.DeskState, error) {
	var s cti.DeskState
	return s, a.call(ctx, "desk.snapshot", nil, &s)
}

func (a *app) links(s cti.DeskState) []finding {
	var out []finding
	for _, d := range s.Drivers {
		f := finding{Check: "driver", Status: checkOK, Detail: d.Title + ": " + a.t("cli.link."+string(d.Link), nil)}
		if d.Link != cti.LinkConnected {
			f.Status, f.Next = checkFail, a.t("cli.doctor.driver.next", nil)
			if d.Detail != "" {
				f.Detail += " (" + d.Detail + ")"
			}
		}
		out = append(out, f)
	}
	return out
}

// port tells whether the page door could listen.
func (a *app) port(ctx context.Context, port int) finding {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return finding{"port", checkFail, a.t("cli.doctor.port.taken", map[string]any{"Port": port}), a.t("cli.doctor.port.next", nil)}
	}
	_ = l.Close() // nothing was accepted
	return finding{Check: "port", Status: checkOK, Detail: a.t("cli.doctor.port.free", map[string]any{"Port": port})}
}

// reach knocks at the addresses of every driver, for when no agent is running
// that would know.
func (a *app) reach(ctx context.Context, cfg config.Config) []finding {
	var out []finding
	for _, block := range cfg.Drivers {
		d, ok := vendorNamed(block.Use)
		if !ok {
			continue
		}
		for _, o := range d.Options {
			if o.Kind != cti.OptionURL && o.Kind != cti.OptionAddress {
				continue
			}
			if value, ok := block.Values[o.Name].(string); ok && value != "" {
				out = append(out, a.knock(ctx, d.Title, value))
			}
		}
	}
	return out
}

func (a *app) knock(ctx context.Context, title, address string) finding {
	host := address
	if scheme, rest, ok := strings.Cut(address, "://"); ok {
		host, _, _ = strings.Cut(rest, "/")
		if _, _, err := net.SplitHostPort(host); err != nil {
			host = net.JoinHostPort(host, map[string]string{"http": "80", "https": "443"}[scheme])
		}
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", host)
	if err != nil {
		return finding{"driver", checkFail, a.t("cli.doctor.driver.unreachable", map[string]any{"Title": title, "Address": host}), a.t("cli.doctor.driver.next", nil)}
	}
	_ = conn.Close() // only knocked
	return finding{Check: "driver", Status: checkOK, Detail: a.t("cli.doctor.driver.reachable", map[string]any{"Title": title, "Address": host})}
}

// maxPolicyFile bounds a browser policy file, in bytes.
const maxPolicyFile = 1 << 20

// browsers tells whether a managed browser policy lets the configured https
// origins reach loopback without asking (facts: Chromium 147 and later ask).
func (a *app) browsers(origins []string) finding {
	if paths.Current().GOOS != "linux" {
		return finding{Check: "browser", Status: checkOK, Detail: a.t("cli.doctor.browser.unread", nil)}
	}
	var policies strings.Builder
	for _, dir := range []string{"/etc/chromium/policies/managed", "/etc/opt/chrome/policies/managed", "/etc/opt/edge/policies/managed"} {
		files, _ := filepath.Glob(filepath.Join(dir, "*.json")) // the pattern is well formed
		for _, name := range files {
			f, err := os.Open(name)
			if err != nil {
				continue
			}
			b, _ := io.ReadAll(io.LimitReader(f, maxPolicyFile)) // an unreadable policy counts as none
			_ = f.Close()
			policies.Write(b)
		}
	}
	var missing []string
	for _, o := range origins {
		if strings.HasPrefix(o, "https://") && !(strings.Contains(policies.String(), "LoopbackNetworkAllowedForUrls") && strings.Contains(policies.String(), o)) {
			missing = append(missing, o)
		}
	}
	if len(missing) > 0 {
		return finding{"browser", checkWarn, a.t("cli.doctor.browser.asks", map[string]any{"Origins": strings.Join(missing, ", ")}), a.t("cli.doctor.browser.next", nil)}
	}
	return finding{Check: "browser", Status: checkOK, Detail: a.t("cli.doctor.browser.ok", nil)}
}

// clock catches a PC whose clock was never set.
func (a *app) clock() finding {
	built := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	now := time.Now()
	if now.Before(built) {
		return finding{"clock", checkFail, a.t("cli.doctor.clock.wrong", map[string]any{"Time": now.Format(time.RFC3339)}), a.t("cli.doctor.clock.next", nil)}
	}
	return finding{Check: "clock", Status: checkOK, Detail: now.Format(time.RFC3339)}
}

// writeBundle packs findings and settings for the help desk: no secret, and
// numbers masked.
func (a *app) writeBundle(name string, found []finding) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return usageError{a.t("cli.usage.file", map[string]any{"Problem": err.Error()})}
	}
	z := zip.NewWriter(f)
	var redact secret.Redactor
	add := func(entry string, v any) error {
		w, err := z.Create(entry)
		if err != nil {
			return err
		}
		b, err := json.MarshalIndent(v, "", "  ")
		if err != nil {
			return err
		}
		_, err = io.WriteString(w, secret.MaskNumbers(redact.Redact(string(b)))+"\n")
		return err
	}
	err = add("doctor.json", found)
	if cfg, from, loadErr := a.load(true); err == nil && loadErr == nil {
		err = add("config.json", config.Show(cfg, from, driverOptions))
	}
	return errors.Join(err, z.Close(), f.Close())
}
