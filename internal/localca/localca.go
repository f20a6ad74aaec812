// Package localca makes the certificate by which pages reach this computer over
// TLS, and an authority for it that can vouch for nothing else: its names are
// bound to this computer, and its key is gone once the certificate is signed.
package localca

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"time"
)

// Organization is in the name of every authority of ours, by which old ones are
// found again.
const Organization = "ctiagent, this computer only"

const (
	// Life is how long a certificate and its authority are good. A year and a
	// month is what browsers take.
	Life = 397 * 24 * time.Hour
	// RenewBefore is how long before its end a certificate is to be replaced.
	RenewBefore = 30 * 24 * time.Hour
	// slack is for clocks that are a little behind.
	slack = time.Hour
)

// The blocks of a file, see Pair.Encode.
const (
	blockCertificate = "CERTIFICATE"
	blockKey         = "PRIVATE KEY"
)

// Pair is a certificate with its key, and the authority that signed it.
type Pair struct {
	Leaf *x509.Certificate
	Key  *ecdsa.PrivateKey
	CA   *x509.Certificate
}

// Make makes a new authority and has it sign a certificate for localhost,
// 127.0.0.1 and ::1. The authority's key is destroyed before Make returns: it is
// nowhere written, and nobody can sign with it again.
func Make(now time.Time) (Pair, error) {
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return Pair{}, fmt.Errorf("make the authority's key: %w", err)
	}
	defer destroy(caKey)
	from, until := now.Add(-slack), now.Add(Life)
	authority, err := template(from, until)
	if err != nil {
		return Pair{}, err
	}
	// The serial tells one authority from the next where people see only names.
	authority.Subject = pkix.Name{Organization: []string{Organization}, CommonName: fmt.Sprintf("ctiagent %x", authority.SerialNumber.Bytes()[:4])}
	authority.IsCA, authority.BasicConstraintsValid, authority.MaxPathLenZero = true, true, true
	authority.KeyUsage = x509.KeyUsageCertSign
	authority.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	authority.PermittedDNSDomainsCritical = true
	authority.PermittedDNSDomains = []string{"localhost"}
	authority.PermittedIPRanges = []*net.IPNet{
		{IP: net.IPv4(127, 0, 0, 0).To4(), Mask: net.CIDRMask(8, 32)},
		{IP: net.IPv6loopback, Mask: net.CIDRMask(128, 128)},
	}
	ca, err := sign(authority, authority, &caKey.PublicKey, caKey)
	if err != nil {
		return Pair{}, fmt.Errorf("make the authority: %w", err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return Pair{}, fmt.Errorf("make the key: %w", err)
	}
	leaf, err := template(from, until)
	if err != nil {
		return Pair{}, err
	}
	leaf.Subject = pkix.Name{CommonName: "localhost"}
	leaf.KeyUsage = x509.KeyUsageDigitalSignature
	leaf.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	leaf.DNSNames = []string{"localhost"}
	leaf.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1).To4(), net.IPv6loopback}
	signed, err := sign(leaf, ca, &key.PublicKey, caKey)
	if err != nil {
		return Pair{}, fmt.Errorf("sign the certificate: %w", err)
	}
	return Pair{signed, key, ca}, nil
}

func template(from, until time.Time) (*x509.Certificate, error) {
	serial := make([]byte, 16)
	if _, err := rand.Read(serial); err != nil {
		return nil, fmt.Errorf("make a serial number: %w", err)
	}
	serial[0] = serial[0]&0x7f | 0x40 // positive, and of full length
	return &x509.Certificate{SerialNumber: new(big.Int).SetBytes(serial), NotBefore: from, NotAfter: until}, nil
}

func sign(template, parent *x509.Certificate, of *ecdsa.PublicKey, by *ecdsa.PrivateKey) (*x509.Certificate, error) {
	der, err := x509.CreateCertificate(rand.Reader, template, parent, of, by)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

// destroy overwrites a key in memory. The runtime may have copied it; what
// counts is that it is kept nowhere.
func destroy(key *ecdsa.PrivateKey) {
	//lint:ignore SA1019 there is no other way to the key's own memory
	clear(key.D.Bits())
	//lint:ignore SA1019 as above
	key.D = new(big.Int)
}

// Due says whether the certificate is to be replaced by now.
func (p Pair) Due(now time.Time) bool { return now.After(p.Leaf.NotAfter.Add(-RenewBefore)) }

// TLS is the certificate as a server shows it, with its authority.
func (p Pair) TLS() *tls.Certificate {
	return &tls.Certificate{Certificate: [][]byte{p.Leaf.Raw, p.CA.Raw}, PrivateKey: p.Key, Leaf: p.Leaf}
}

// Encode writes certificate, authority and the certificate's key in PEM. It is
// a secret.
func (p Pair) Encode() ([]byte, error) {
	key, err := x509.MarshalPKCS8PrivateKey(p.Key)
	if err != nil {
		return nil, fmt.Errorf("write the key: %w", err)
	}
	var out bytes.Buffer
	for _, b := range []pem.Block{{Type: blockCertificate, Bytes: p.Leaf.Raw}, {Type: blockCertificate, Bytes: p.CA.Raw}, {Type: blockKey, Bytes: key}} {
		if err := pem.Encode(&out, &b); err != nil {
			return nil, err
		}
	}
	return out.Bytes(), nil
}

// errShape says that a file is none of Encode's.
var errShape = errors.New("not a certificate, its authority and its key")

// Decode reads what Encode has written. Its errors hold nothing of the text.
func Decode(text []byte) (Pair, error) {
	var p Pair
	var certs []*x509.Certificate
	for len(bytes.TrimSpace(text)) > 0 {
		var b *pem.Block
		if b, text = pem.Decode(text); b == nil {
			return Pair{}, errShape
		}
		switch b.Type {
		case blockCertificate:
			c, err := x509.ParseCertificate(b.Bytes)
			if err != nil {
				return Pair{}, errShape
			}
			certs = append(certs, c)
		case blockKey:
			key, err := x509.ParsePKCS8PrivateKey(b.Bytes)
			ec, ok := key.(*ecdsa.PrivateKey)
			if err != nil || !ok || p.Key != nil {
				return Pair{}, errShape
			}
			p.Key = ec
		default:
			return Pair{}, errShape
		}
	}
	if len(certs) != 2 || p.Key == nil {
		return Pair{}, errShape
	}
	p.Leaf, p.CA = certs[0], certs[1]
	if of, ok := p.Leaf.PublicKey.(*ecdsa.PublicKey); !ok || !of.Equal(&p.Key.PublicKey) || p.Leaf.CheckSignatureFrom(p.CA) != nil {
		return Pair{}, errShape
	}
	return p, nil
}
