package main

import (
	"context"
	"crypto/tls"
	"errors"
	"io/fs"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"ctiagent/cti"
	"ctiagent/internal/config"
	"ctiagent/internal/localca"
	"ctiagent/internal/paths"
	"ctiagent/internal/secret"
	"ctiagent/localapi"

	"github.com/spf13/cobra"
)

// tlsStatus is how the certificate for pages stands, for programs.
type tlsStatus struct {
	Installed bool      `json:"installed"`
	Until     time.Time `json:"until,omitzero"`
	Due       bool      `json:"due,omitempty"`
	Enabled   bool      `json:"enabled"`
	Port      int       `json:"port"`
	Places    []string  `json:"places,omitempty"`
	Missing   string    `json:"missing,omitempty"`
}

// tlsCommand makes, shows and removes the certificate of the page door over TLS,
// and tells the computer to trust it.
func (a *app) tlsCommand() *cobra.Command {
	var own, ifDue bool
	verb := func(name string, do func(context.Context, *localca.Store) error) *cobra.Command {
		cmd := &cobra.Command{Use: name, Args: a.exactly(0), RunE: func(cmd *cobra.Command, _ []string) error {
			return tlsRefused(do(cmd.Context(), certificateOf(own)))
		}}
		cmd.Flags().BoolVar(&own, "user", false, "")
		return cmd
	}
	install := verb("install", func(ctx context.Context, s *localca.Store) error { return a.installTLS(ctx, s, own, ifDue) })
	install.Flags().BoolVar(&ifDue, "if-due", false, "")
	return group("tls", "cli.usage.tls", install,
		verb("status", func(_ context.Context, s *localca.Store) error { return a.showTLS(s, own, localca.Trusted{}) }),
		verb("remove", func(ctx context.Context, s *localca.Store) error { return a.removeTLS(ctx, s, own) }))
}

// certificateOf is the service's file, or the person's own.
func certificateOf(own bool) *localca.Store {
	if own {
		return &localca.Store{Path: paths.Current().UserCertificate()}
	}
	return &localca.Store{Path: paths.Current().ServiceCertificate()}
}

// tlsRefused words what went wrong with a certificate.
func tlsRefused(err error) error {
	var wrong *secret.Error
	var told *cti.Error
	var used misuse
	switch {
	case err == nil, errors.As(err, &told), errors.As(err, &used):
		return err
	case errors.Is(err, localca.ErrRights), errors.Is(err, fs.ErrPermission):
		return problem(cti.Forbidden, "the computer's certificate belongs to administrators", "cli.hint.tls_rights", nil, err)
	case errors.As(err, &wrong):
		return secretError{"ctiagent tls", wrong}
	}
	return problem(cti.Refused, "the certificate cannot be changed", "cli.hint.tls", map[string]string{"Cause": err.Error()}, err)
}

func (a *app) installTLS(ctx context.Context, s *localca.Store, own, ifDue bool) error {
	if ifDue {
		p, err := s.Load()
		if errors.Is(err, fs.ErrNotExist) || err == nil && !p.Due(time.Now()) {
			return a.showTLS(s, own, localca.Trusted{})
		}
	}
	trusted, err := replaceCertificate(ctx, s, own)
	if err != nil {
		return err
	}
	return a.showTLS(s, own, trusted)
}

// replaceCertificate makes a certificate and has its new authority trusted in
// the place of the old one, which is good until then.
func replaceCertificate(ctx context.Context, s *localca.Store, own bool) (localca.Trusted, error) {
	pair, err := localca.Make(time.Now())
	if err != nil {
		return localca.Trusted{}, err
	}
	trusted, err := localca.Trust(ctx, pair.CA, own)
	if err == nil {
		err = s.Save(pair)
	}
	keep := pair.CA
	if err != nil { // as if nothing had been tried
		keep = nil
		if old, failed := s.Load(); failed == nil {
			keep = old.CA
		}
	}
	_, left := localca.Distrust(ctx, own, keep)
	return trusted, errors.Join(err, left)
}

func (a *app) removeTLS(ctx context.Context, s *localca.Store, own bool) error {
	places, err := localca.Distrust(ctx, own, nil)
	if err = errors.Join(err, s.Remove()); err != nil {
		return err
	}
	if a.json {
		return a.print(map[string]any{"ok": true, "places": append([]string{}, places...)})
	}
	return a.line(a.t("cli.tls.removed", nil))
}

// showTLS tells how the certificate stands, and where it was just trusted.
func (a *app) showTLS(s *localca.Store, own bool, now localca.Trusted) error {
	a.service = !own
	cfg, _, err := a.load(false)
	if err != nil {
		return err
	}
	out := tlsStatus{Enabled: cfg.API.TLS, Port: cfg.API.TLSPort, Places: now.Places, Missing: now.NoTool}
	p, err := s.Load()
	switch {
	case err == nil:
		out.Installed, out.Until, out.Due = true, p.Leaf.NotAfter, p.Due(time.Now())
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	if a.json {
		return a.print(out)
	}
	var lines []string
	if out.Installed {
		lines = append(lines, a.t("cli.tls.until", map[string]any{"Time": out.Until.Local().Format(time.DateOnly)}))
	} else {
		lines = append(lines, a.t("cli.tls.none", nil))
	}
	if len(out.Places) > 0 {
		lines = append(lines, a.t("cli.tls.trusted", map[string]any{"Places": strings.Join(out.Places, ", ")}))
	}
	if out.Missing != "" {
		lines = append(lines, a.t("cli.tls.missing", map[string]any{"Program": out.Missing}))
	}
	switch {
	case out.Enabled && out.Installed:
		lines = append(lines, a.t("cli.tls.on", map[string]any{"Address": "wss://127.0.0.1:" + strconv.Itoa(out.Port)}))
	case out.Installed:
		lines = append(lines, a.t("cli.tls.off", nil))
	}
	return a.line(strings.Join(lines, "\n"))
}

// tlsDoor is the page door over TLS; nil where the configuration leaves it
// closed. It is open without a certificate, too, so that one is shown as soon as
// it is there.
func (p *program) tlsDoor() *localapi.TLSDoor {
	if p.demo != nil || !p.config.API.TLS {
		return nil
	}
	return &localapi.TLSDoor{Port: p.config.API.TLSPort, Certificate: certificateOf(!p.shared).Certificate}
}

// renewLook is how often the end of the certificate is looked at.
const renewLook = 24 * time.Hour

// keepCertificate replaces the certificate before its end, until done is called.
// Where the program may not, an administrator is told to.
func (p *program) keepCertificate(ctx context.Context) (done func()) {
	if p.tlsDoor() == nil {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			p.renewCertificate(ctx, certificateOf(!p.shared), time.Now())
			if cti.Wait(ctx, cti.RealClock(), renewLook) != nil {
				return
			}
		}
	}()
	return func() {
		cancel()
		<-ended
	}
}

func (p *program) renewCertificate(ctx context.Context, s *localca.Store, now time.Time) {
	const remedy = "ctiagent tls install makes one, as administrator"
	pair, err := s.Load()
	switch {
	case errors.Is(err, os.ErrNotExist):
		p.log.Warn("api.tls is on, and there is no certificate", "next", remedy)
		return
	case err != nil:
		p.log.Error("the certificate for pages", "error", err, "next", remedy)
		return
	case !pair.Due(now):
		return
	}
	if _, err := replaceCertificate(ctx, s, !p.shared); err != nil {
		p.log.Warn("the certificate for pages ends soon", "until", pair.Leaf.NotAfter, "error", err, "next", remedy)
		return
	}
	p.log.Info("the certificate for pages was replaced")
}

// tlsTime bounds how long the own door may take.
const tlsTime = 3 * time.Second

// certificateFinding tells how the door over TLS stands, as a page meets it.
func (a *app) certificateFinding(ctx context.Context, set config.API) finding {
	address := net.JoinHostPort("127.0.0.1", strconv.Itoa(set.TLSPort))
	words := map[string]any{"Address": "wss://" + address}
	next := a.t("cli.doctor.tls.next", nil)
	ctx, cancel := context.WithTimeout(ctx, tlsTime)
	defer cancel()
	// Whom to trust is the browser's matter; here its end is looked at.
	d := tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true}} //nolint:gosec // nothing is said on it
	conn, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return finding{"tls", checkFail, a.t("cli.doctor.tls.closed", words), next}
	}
	defer conn.Close()
	leaf := conn.(*tls.Conn).ConnectionState().PeerCertificates[0]
	words["Time"] = leaf.NotAfter.Local().Format(time.DateOnly)
	if (localca.Pair{Leaf: leaf}).Due(time.Now()) {
		return finding{"tls", checkWarn, a.t("cli.doctor.tls.due", words), next}
	}
	return finding{Check: "tls", Status: checkOK, Detail: a.t("cli.doctor.tls.ok", words)}
}
