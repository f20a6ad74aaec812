package localca

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"ctiagent/internal/secret"
)

var now = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func made(t *testing.T) Pair {
	t.Helper()
	p, err := Make(now)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func pool(c *x509.Certificate) *x509.CertPool {
	roots := x509.NewCertPool()
	roots.AddCert(c)
	return roots
}

func TestCertificateIsGoodForThisComputerOnly(t *testing.T) {
	p := made(t)
	for name, good := range map[string]bool{"localhost": true, "127.0.0.1": true, "::1": true, "evil.test": false, "127.0.0.2": false, "192.168.0.1": false, "ctiagent.localhost": false} {
		_, err := p.Leaf.Verify(x509.VerifyOptions{Roots: pool(p.CA), DNSName: name, CurrentTime: now})
		if (err == nil) != good {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := p.Leaf.Verify(x509.VerifyOptions{Roots: pool(made(t).CA), DNSName: "localhost", CurrentTime: now}); err == nil {
		t.Error("another computer's authority vouches for it")
	}
	if _, err := p.Leaf.Verify(x509.VerifyOptions{Roots: pool(p.CA), CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}); err == nil {
		t.Error("it is good for more than a server")
	}
	if _, err := p.Leaf.Verify(x509.VerifyOptions{Roots: pool(p.CA), CurrentTime: now.Add(Life + time.Minute)}); err == nil {
		t.Error("it never ends")
	}
}

// Whoever had the authority's key could not use it for another name: the
// authority itself says what it may vouch for.
func TestAuthorityCannotVouchForOtherNames(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p := made(t)
	// The same authority with a key that is known: its constraints are copied.
	ca := *p.CA
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{SerialNumber: ca.SerialNumber, Subject: ca.Subject, NotBefore: ca.NotBefore, NotAfter: ca.NotAfter,
		IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true, KeyUsage: ca.KeyUsage, ExtKeyUsage: ca.ExtKeyUsage,
		PermittedDNSDomainsCritical: ca.PermittedDNSDomainsCritical, PermittedDNSDomains: ca.PermittedDNSDomains, PermittedIPRanges: ca.PermittedIPRanges},
		&x509.Certificate{Subject: ca.Subject}, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	root, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	for name, good := range map[string]bool{"localhost": true, "127.0.0.7": true, "::1": true, "evil.test": false, "www.bank.example": false, "192.168.0.1": false, "::2": false} {
		leaf := &x509.Certificate{SerialNumber: big.NewInt(7), NotBefore: ca.NotBefore, NotAfter: ca.NotAfter, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
		if ip := net.ParseIP(name); ip != nil {
			leaf.IPAddresses = []net.IP{ip}
		} else {
			leaf.DNSNames = []string{name}
		}
		der, err := x509.CreateCertificate(rand.Reader, leaf, root, &key.PublicKey, key)
		if err != nil {
			t.Fatal(err)
		}
		forged, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := forged.Verify(x509.VerifyOptions{Roots: pool(root), DNSName: name, CurrentTime: now}); (err == nil) != good {
			t.Errorf("%s: %v", name, err)
		}
	}
	if !root.MaxPathLenZero || !p.CA.MaxPathLenZero || p.CA.MaxPathLen != 0 || !p.CA.PermittedDNSDomainsCritical {
		t.Error("it may make other authorities, or its constraints may be passed over")
	}
}

func TestAuthoritysKeyIsKeptNowhere(t *testing.T) {
	p := made(t)
	text, err := p.Encode()
	if err != nil {
		t.Fatal(err)
	}
	keys := 0
	for rest := text; ; {
		var b *pem.Block
		if b, rest = pem.Decode(rest); b == nil {
			break
		}
		if b.Type == "CERTIFICATE" {
			continue
		}
		keys++
		key, err := x509.ParsePKCS8PrivateKey(b.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		if k := key.(*ecdsa.PrivateKey); k.PublicKey.Equal(p.CA.PublicKey) || !k.PublicKey.Equal(p.Leaf.PublicKey) {
			t.Error("the key is the authority's")
		}
	}
	if keys != 1 {
		t.Errorf("%d keys are written", keys)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	//lint:ignore SA1019 the memory that must be overwritten
	bits := key.D.Bits()
	destroy(key)
	for _, w := range bits {
		if w != 0 {
			t.Fatal("the key is still in memory")
		}
	}
	//lint:ignore SA1019 as above
	if key.D.Sign() != 0 {
		t.Error("the key can still be used")
	}
}

func TestCertificateIsReplacedInTime(t *testing.T) {
	p := made(t)
	for at, due := range map[time.Duration]bool{0: false, Life - RenewBefore - time.Hour: false, Life - RenewBefore + time.Hour: true, Life: true} {
		if got := p.Due(now.Add(at)); got != due {
			t.Errorf("after %s: due %v", at, got)
		}
	}
	if next := made(t); next.CA.Subject.CommonName == p.CA.Subject.CommonName || next.CA.Equal(p.CA) {
		t.Error("the next authority is the same")
	}
}

func TestStoreIsForItsOwnerOnlyAndIsReadAgain(t *testing.T) {
	s := &Store{Path: filepath.Join(t.TempDir(), "state", "tls.pem")}
	if _, err := s.Load(); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("nothing is there: %v", err)
	}
	first, second := made(t), made(t)
	show := func(want Pair) {
		t.Helper()
		got, err := s.Certificate(nil)
		if err != nil || !got.Leaf.Equal(want.Leaf) {
			t.Fatalf("%v: another certificate is shown", err)
		}
	}
	for i, p := range []Pair{first, second} {
		if err := s.Save(p); err != nil {
			t.Fatal(err)
		}
		when := now.Add(time.Duration(i) * time.Hour)
		if err := os.Chtimes(s.Path, when, when); err != nil {
			t.Fatal(err)
		}
		show(p)
		show(p)
	}
	info, err := os.Stat(s.Path)
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" {
		if info.Mode().Perm() != 0o600 {
			t.Errorf("its mode is %o", info.Mode().Perm())
		}
		if err := os.Chmod(s.Path, 0o640); err != nil {
			t.Fatal(err)
		}
		var open *secret.Error
		if _, err := s.Load(); !errors.As(err, &open) || open.ID != "secret.file.open" {
			t.Errorf("a file that others can read: %v", err)
		}
	}
	for range 2 {
		if err := s.Remove(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestFileThatIsNoPairIsRefused(t *testing.T) {
	p, other := made(t), made(t)
	text, err := p.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Decode(text); err != nil {
		t.Fatal(err)
	}
	strange, err := Pair{p.Leaf, other.Key, p.CA}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	orphan, err := Pair{p.Leaf, p.Key, other.CA}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{"nothing": nil, "text": []byte("hello"), "cut": text[:len(text)/2], "twice": append(bytes.Clone(text), text...),
		"another's key": strange, "another's authority": orphan, "other blocks": []byte(strings.ReplaceAll(string(text), "PRIVATE KEY", "SECRET KEY"))} {
		if _, err := Decode(text); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

func FuzzDecode(f *testing.F) {
	p, err := Make(now)
	if err != nil {
		f.Fatal(err)
	}
	text, err := p.Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := Decode(text)
		if err != nil {
			return
		}
		if p.Leaf == nil || p.CA == nil || p.Key == nil || p.TLS().Leaf != p.Leaf {
			t.Fatal("half a pair")
		}
	})
}
