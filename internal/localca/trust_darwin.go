package localca

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"os/exec"
)

// machineKeychain is whose authorities every person trusts. Written after
// security(1); no Mac has confirmed it.
const machineKeychain = "/Library/Keychains/System.keychain"

// keychain is the machine's, or "" for the person's own, which is security's
// default.
func keychain(own bool) []string {
	if own {
		return nil
	}
	return []string{machineKeychain}
}

func trust(ctx context.Context, ca *x509.Certificate, own bool) (Trusted, error) {
	if !own && os.Getuid() != 0 {
		return Trusted{}, ErrRights
	}
	f, err := os.CreateTemp("", "ctiagent-*.pem")
	if err != nil {
		return Trusted{}, err
	}
	defer func() { _ = os.Remove(f.Name()) }() // it holds nothing secret
	_, err = f.Write(inPEM(ca))
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return Trusted{}, err
	}
	args := []string{"add-trusted-cert", "-r", "trustRoot", "-p", "ssl"}
	if !own {
		args = append(args, "-d", "-k", machineKeychain)
	}
	if _, err := security(ctx, append(args, f.Name())...); err != nil {
		return Trusted{}, err
	}
	if own {
		return Trusted{Places: []string{"login.keychain"}}, nil
	}
	return Trusted{Places: []string{machineKeychain}}, nil
}

func distrust(ctx context.Context, own bool, keep *x509.Certificate) (places []string, err error) {
	if !own && os.Getuid() != 0 {
		return nil, ErrRights
	}
	list, err := security(ctx, append([]string{"find-certificate", "-a", "-p", "-c", "ctiagent "}, keychain(own)...)...)
	if err != nil {
		return nil, nil //nolint:nilerr // it fails where none is found
	}
	for {
		var b *pem.Block
		if b, list = pem.Decode(list); b == nil {
			return places, nil
		}
		c, err := x509.ParseCertificate(b.Bytes)
		if err != nil || !isOurs(c) || keep != nil && c.Equal(keep) {
			continue
		}
		if _, err := security(ctx, append([]string{"delete-certificate", "-t", "-c", c.Subject.CommonName}, keychain(own)...)...); err != nil {
			return places, err
		}
		places = append(places, c.Subject.CommonName)
	}
}

func security(ctx context.Context, args ...string) ([]byte, error) {
	out, err := exec.CommandContext(ctx, "/usr/bin/security", args...).Output()
	if err != nil {
		return nil, fmt.Errorf("security %s: %w", args[0], err)
	}
	return bytes.TrimSpace(out), nil
}
