package localca

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
)

// ErrRights says that an administrator has to do this.
var ErrRights = errors.New("only an administrator may change whom the computer trusts")

// Trusted says where an authority is trusted now, and what could not be told.
type Trusted struct {
	// Places are files, stores and people's browsers.
	Places []string
	// NoTool is the program that is missing to tell people's browsers, "" for
	// none.
	NoTool string
}

// Trust has the computer trust an authority, or with own set what belongs to
// the person who runs this. Where nothing is found that could trust it there
// are no places.
func Trust(ctx context.Context, ca *x509.Certificate, own bool) (Trusted, error) {
	return trust(ctx, ca, own)
}

// Distrust removes every authority of ours but keep, which may be nil, from
// where Trust puts them, and says where there were some.
func Distrust(ctx context.Context, own bool, keep *x509.Certificate) (places []string, err error) {
	return distrust(ctx, own, keep)
}

// inPEM is a certificate as most programs read it.
func inPEM(c *x509.Certificate) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: blockCertificate, Bytes: c.Raw})
}
