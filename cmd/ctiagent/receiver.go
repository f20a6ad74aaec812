package main

import (
	"cmp"
	"context"
	"errors"
	"net/netip"
	"strconv"
	"strings"

	"ctiagent/cti"
	"ctiagent/internal/config"
	"ctiagent/internal/paths"
	"ctiagent/internal/peer"
	"ctiagent/internal/secret"
	"ctiagent/localapi"
	"ctiagent/localapi/protocol"
	"ctiagent/vendors"
)

// receiverSecret is the name of the receiver door's token among the secrets,
// where the configuration names no other.
const receiverSecret = "receiver-token"

// newReceiver makes the door that dialers and phones call; nil where the
// configuration leaves it closed. The demo has one of its own, on a free port
// and with a token that nobody keeps.
func (p *program) newReceiver(a *app) (*localapi.Receiver, error) {
	set := p.config.Receiver
	opt := localapi.ReceiverOptions{Port: set.Port, LAN: set.LANAddr(), Language: cmp.Or(p.config.Agent.Language, string(a.lang)), Log: p.log}
	switch {
	case p.demo != nil:
		opt.Port, opt.LAN, opt.Token = 0, netip.AddrPort{}, localapi.NewReceiverToken()
	case !set.Enabled:
		return nil, nil
	default:
		var plain bool
		var err error
		if opt.Token, plain, err = receiverToken(p.config, p.from, a.secrets(), true); err != nil {
			return nil, err
		}
		if plain {
			p.log.Warn("a secret stands in plain text in the configuration", "key", "receiver.token")
		}
	}
	p.redact.Add(opt.Token)
	return localapi.NewReceiver(opt)
}

// receiverToken is the token of the configuration, else the one that is kept
// in the file of secrets. With create one is made there where none is;
// else "" says that there is none. plain says that it stands in the open.
func receiverToken(cfg config.Config, from config.Provenance, secrets string, create bool) (token string, plain bool, err error) {
	env := paths.Current()
	kept := secret.Store{Path: secrets}
	var v secret.Value
	if ref := cfg.Receiver.Token; ref != "" {
		v, plain, err = secret.Resolve(ref, secret.Sources{File: kept.Path, Getenv: env.Getenv})
	} else {
		v, err = kept.Get(receiverSecret)
	}
	var gone *secret.Error
	if errors.As(err, &gone) && gone.ID == "secret.unknown" && cfg.Receiver.Token == "" {
		if !create {
			return "", false, nil
		}
		v, err = secret.New(localapi.NewReceiverToken()), nil
		if err := kept.Set(receiverSecret, v); err != nil {
			return "", false, unready(err)
		}
	}
	switch place := strings.TrimPrefix(from["receiver.token"].File+": receiver.token", ": "); {
	case gone != nil && err != nil:
		return "", false, secretError{place, gone}
	case err != nil:
		return "", false, unready(err)
	case !localapi.ValidReceiverToken(v.Reveal()):
		return "", false, usage("cli.usage.receiver_token", "Place", place)
	}
	return v.Reveal(), plain, nil
}

// receive opens a path of the receiver door for a driver. A telephone is told
// the address it can reach.
func (p *program) receive(ctx context.Context, name string, handle cti.Handle) (string, error) {
	url, err := p.receiver.Receive(ctx, name, handle)
	if err != nil {
		return "", err
	}
	vendor, _, _ := strings.Cut(name, "/")
	if d, ok := vendors.Named(vendor); ok && d.Phone {
		return cmp.Or(p.receiver.LANURL(name), url), nil
	}
	return url, nil
}

// receives opens the receiver door, if there is one, until close is called.
func (p *program) receives(ctx context.Context) (done func() error, err error) {
	if p.receiver == nil {
		return func() error { return nil }, nil
	}
	if err := p.receiver.Listen(); err != nil {
		return nil, errors.Join(p.receiverClosed(err), p.receiver.Close())
	}
	served := make(chan error, 1)
	go func() {
		err := p.receiver.Serve(ctx)
		if err != nil {
			p.log.Error("the receiver door is closed", "error", err)
		}
		served <- err
	}()
	return func() error { return errors.Join(p.receiver.Close(), <-served) }, nil
}

// receiverClosed tells why the receiver door could not be opened.
func (p *program) receiverClosed(err error) error {
	var taken *localapi.ReceiverTaken
	if !errors.As(err, &taken) {
		return unready(err)
	}
	args := map[string]string{"Port": strconv.Itoa(taken.Port), "Holder": peer.PortHolder(taken.Port)}
	if args["Holder"] == "" {
		args["Command"] = peer.PortCommand(taken.Port)
		return problem(cti.Busy, "the port of the receiver door is taken", "cli.hint.receiver_taken.unknown", args, err)
	}
	return problem(cti.Busy, "the port of the receiver door is taken by "+args["Holder"], "cli.hint.receiver_taken", args, err)
}

// receiverState is how the receiver door stands.
func (p *program) receiverState() protocol.ReceiverOut {
	if p.receiver == nil {
		return protocol.ReceiverOut{Paths: []protocol.ReceiverPath{}}
	}
	return p.receiver.State()
}

// receiverFindings tell what to enter at dialers and phones, or why they cannot
// call. now is nil while no ctiagent runs.
func (a *app) receiverFindings(ctx context.Context, set config.Receiver, now *protocol.ReceiverOut) []finding {
	switch {
	case now == nil && set.Enabled:
		f := a.port(ctx, set.Port)
		if f.Check = "receiver"; f.Next != "" {
			f.Next = a.t("cli.doctor.receiver.port.next", nil)
		}
		return []finding{f}
	case now == nil, !now.Open && !set.Enabled:
		return nil
	case !now.Open:
		return []finding{{"receiver", checkWarn, a.t("cli.doctor.receiver.closed", nil), a.t("cli.doctor.receiver.closed.next", nil)}}
	}
	var out []finding
	if now.Waiting != "" {
		out = append(out, finding{"receiver", checkFail, a.t("cli.doctor.receiver.waiting", map[string]any{"Address": now.Waiting}), a.t("cli.doctor.receiver.waiting.next", nil)})
	}
	if len(now.Paths) == 0 {
		out = append(out, finding{Check: "receiver", Status: checkOK, Detail: a.t("cli.doctor.receiver.idle", nil)})
	}
	for _, path := range now.Paths {
		id := "cli.doctor.receiver.path"
		if path.LAN != "" {
			id = "cli.doctor.receiver.path.lan"
		}
		out = append(out, finding{Check: "receiver", Status: checkOK, Detail: a.t(id, map[string]any{"Name": path.Name, "URL": path.URL, "LAN": path.LAN})})
	}
	return out
}

// tokensIn are the tokens in the addresses of a receiver door, for the
// redactor.
func tokensIn(door protocol.ReceiverOut) []string {
	var out []string
	for _, p := range door.Paths {
		if _, rest, ok := strings.Cut(p.URL, "/r/"); ok {
			token, _, _ := strings.Cut(rest, "/")
			out = append(out, token)
		}
	}
	return out
}
