package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"ctiagent/cti"
	"ctiagent/internal/config"
	"ctiagent/internal/peer"
	"ctiagent/localapi/client"
	"ctiagent/localapi/protocol"
	"ctiagent/vendors"

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

// running is what a ctiagent tells of itself.
type running struct {
	version  string
	state    cti.DeskState
	verbs    []string
	receiver protocol.ReceiverOut
	itself   []finding // what only the running one can tell
}

func (a *app) doctorCommand() *cobra.Command {
	var bundle string
	cmd := &cobra.Command{Use: "doctor", Args: a.exactly(0), RunE: func(cmd *cobra.Command, _ []string) error {
		cfg, from, wrong := a.load(true)
		if wrong != nil {
			cfg = config.Default()
		}
		now, err := a.running(cmd.Context())
		found := append(a.examine(cmd.Context(), cfg, wrong, now, err), a.managed(cfg, from)...)
		if err := a.showFindings(found); err != nil || bundle == "" {
			return err
		}
		parts, err := bundled(cfg, from, found, now, err == nil)
		if err == nil {
			err = a.listBundle(parts)
		}
		if err == nil {
			err = writeBundle(bundle, parts)
		}
		if err != nil || a.json {
			return err
		}
		return a.line(a.t("cli.doctor.bundle", map[string]any{"File": bundle}))
	}}
	cmd.Flags().StringVar(&bundle, "bundle", "", "")
	return cmd
}

func (a *app) showFindings(found []finding) error {
	bad := false
	for _, f := range found {
		bad = bad || f.Status == checkFail
		if a.json {
			if err := a.print(f); err != nil {
				return err
			}
			continue
		}
		text := fmt.Sprintf("%-8s %s: %s", a.t("cli.doctor.status."+f.Status, nil), a.t("cli.doctor.check."+f.Check, nil), f.Detail)
		if f.Next != "" {
			text = stopped(text) + " " + f.Next
		}
		if err := a.line(text); err != nil {
			return err
		}
	}
	if bad && !a.json {
		return a.line(a.t("cli.doctor.bad", nil))
	}
	return nil
}

// stopped ends a text as a sentence.
func stopped(text string) string {
	if strings.HasSuffix(text, ".") {
		return text
	}
	return text + "."
}

// running asks the ctiagent that answers here, if one does.
func (a *app) running(ctx context.Context) (running, error) {
	c, err := a.connect(ctx)
	if err != nil {
		return running{}, err
	}
	defer hangUp(c)
	r := running{version: c.Hello().Version, verbs: c.Hello().Actions}
	if err := answered(ctx, c.Call(ctx, "desk.snapshot", nil, &r.state)); err != nil {
		return r, err
	}
	if err := told(ctx, c, protocol.ReceiverList, &r.receiver); err != nil {
		return r, err
	}
	var its []finding
	if err := told(ctx, c, protocol.DoctorRun, &its); err != nil {
		return r, err
	}
	for _, f := range its {
		if slices.Contains(itsOwn(), f.Check) {
			r.itself = append(r.itself, f)
		}
	}
	return r, nil
}

// itsOwn are the checks that only the running ctiagent can make: it may be another account's.
func itsOwn() []string { return []string{"journal", "secret", "database"} }

// told asks for what an older ctiagent cannot tell.
func told(ctx context.Context, c *client.Client, method string, out any) error {
	err := answered(ctx, c.Call(ctx, method, nil, out))
	if errors.Is(err, cti.Unsupported) {
		return nil
	}
	return err
}

// examine runs every check, each by itself: one that fails hides no other.
// wrong is what the configuration has wrong, absent why no ctiagent answered.
func (a *app) examine(ctx context.Context, cfg config.Config, wrong error, now running, absent error) []finding {
	found := []finding{{Check: "version", Status: checkOK, Detail: version}}
	if absent == nil && now.version != version {
		found[0] = finding{"version", checkWarn, a.t("cli.doctor.version.differs", map[string]any{"Here": version, "Running": now.version}), a.t("cli.doctor.version.next", nil)}
	}
	if wrong != nil {
		_, text, _ := a.judge(wrong)
		found = append(found, finding{"config", checkFail, text, a.t("cli.doctor.config.next", nil)})
	} else {
		found = append(found, finding{Check: "config", Status: checkOK, Detail: a.t("cli.config.ok", nil)})
	}
	switch {
	case absent == nil:
		found = append(found, finding{Check: "agent", Status: checkOK, Detail: a.t("cli.doctor.agent.ok", nil)})
		found = append(found, a.links(now.state)...)
		found = append(found, a.receiverFindings(ctx, cfg.Receiver, &now.receiver)...)
		if cfg.API.TLS {
			found = append(found, a.certificateFinding(ctx, cfg.API))
		}
		found = append(found, now.itself...)
		found = append(found, a.waiting(now.state.Outbox)...)
	case errors.Is(absent, client.ErrNoAgent):
		found = append(found, finding{"agent", checkWarn, a.t("cli.doctor.agent.absent", nil), a.t("cli.doctor.agent.next", nil)}, a.port(ctx, cfg.API.Port))
		found = append(found, a.receiverFindings(ctx, cfg.Receiver, nil)...)
		found = append(found, a.reach(ctx, cfg)...)
	default:
		_, text, _ := a.judge(absent)
		found = append(found, finding{Check: "agent", Status: checkFail, Detail: text})
	}
	return append(found, a.linkOwners(), a.browsers(cfg.API.Origins), a.extension(), a.clock(time.Now()))
}

// managed tells what the organisation decides, where it decides anything.
func (a *app) managed(cfg config.Config, from config.Provenance) []finding {
	var keys, places []string
	f := finding{Check: "policy", Status: checkOK}
	for _, e := range config.Managed(cfg, from) {
		keys = append(keys, e.Key)
		if !slices.Contains(places, e.Source) {
			places = append(places, e.Source)
		}
		if e.Overrides != "" && f.Next == "" {
			f.Next = a.t("cli.doctor.policy.overrides", map[string]any{"Place": e.Overrides, "Key": e.Key})
		}
	}
	if len(keys) == 0 {
		return nil
	}
	f.Detail = a.t("cli.doctor.policy.ok", map[string]any{"Keys": strings.Join(keys, ", "), "Places": strings.Join(places, ", ")})
	return []finding{f}
}

func (a *app) links(s cti.DeskState) []finding {
	var out []finding
	for _, d := range s.Drivers {
		f := finding{Check: "driver", Status: checkOK, Detail: stopped(a.driverLine(d))}
		if d.Link != cti.LinkConnected {
			f.Status, f.Next = checkFail, a.t("cli.doctor.driver.next", nil)
		}
		out = append(out, f)
	}
	return out
}

// waiting tells what stands in the outbox, where anything does.
func (a *app) waiting(o cti.OutboxCount) []finding {
	words := map[string]any{"Waiting": o.Waiting, "Asking": o.Unconfirmed + o.Refused + o.Expired}
	switch {
	case o.Unconfirmed+o.Refused+o.Expired > 0:
		return []finding{{"outbox", checkWarn, a.t("cli.doctor.outbox.asks", words), a.t("cli.doctor.outbox.next", nil)}}
	case o.Waiting > 0:
		return []finding{{Check: "outbox", Status: checkOK, Detail: a.t("cli.doctor.outbox.waits", words)}}
	}
	return nil
}

// port tells whether the page door could listen.
func (a *app) port(ctx context.Context, port int) finding {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return finding{"port", checkFail, a.t("cli.doctor.port.taken", map[string]any{"Port": port, "Holder": a.holder(port)}), a.t("cli.doctor.port.next", nil)}
	}
	l.Close()
	return finding{Check: "port", Status: checkOK, Detail: a.t("cli.doctor.port.free", map[string]any{"Port": port})}
}

// holder names who listens on a port, else what finds it out.
func (a *app) holder(port int) string {
	if who := peer.PortHolder(port); who != "" {
		return who
	}
	return a.t("cli.port.unknown_holder", map[string]any{"Command": peer.PortCommand(port)})
}

// reach knocks at the addresses of every driver, for when no agent is running
// that would know.
func (a *app) reach(ctx context.Context, cfg config.Config) []finding {
	var out []finding
	for _, block := range cfg.Drivers {
		d, _ := vendors.Named(block.Use)
		for _, o := range d.Options {
			value, ok := block.Values[o.Name].(string)
			if !ok || o.Kind != cti.OptionURL && o.Kind != cti.OptionAddress {
				continue
			}
			if host := hostPort(value); host != "" {
				out = append(out, a.knock(ctx, d.Title, host))
			}
		}
	}
	return out
}

// hostPort is where a URL or an address leads, "" when it leads nowhere.
func hostPort(text string) string {
	if !strings.Contains(text, "://") {
		if _, _, err := net.SplitHostPort(text); err != nil {
			return ""
		}
		return text
	}
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" {
		return ""
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	if port == "" {
		return ""
	}
	return net.JoinHostPort(u.Hostname(), port)
}

// knockTime bounds how long a PBX may take to accept a connection.
const knockTime = 3 * time.Second

func (a *app) knock(ctx context.Context, title, address string) finding {
	words := map[string]any{"Title": title, "Address": address}
	conn, err := (&net.Dialer{Timeout: knockTime}).DialContext(ctx, "tcp", address)
	if err != nil {
		return finding{"driver", checkFail, a.t("cli.doctor.driver.unreachable", words), a.t("cli.doctor.driver.next", nil)}
	}
	conn.Close()
	return finding{Check: "driver", Status: checkOK, Detail: a.t("cli.doctor.driver.reachable", words)}
}

// clock catches a PC whose clock was never set.
func (a *app) clock(now time.Time) finding {
	if now.Year() < 2026 { // the year the first of these programs was built
		return finding{"clock", checkFail, a.t("cli.doctor.clock.wrong", map[string]any{"Time": now.Format(time.RFC3339)}), a.t("cli.doctor.clock.next", nil)}
	}
	return finding{Check: "clock", Status: checkOK, Detail: now.Format(time.RFC3339)}
}
