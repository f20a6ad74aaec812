package localca

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"unsafe"

	"golang.org/x/sys/windows"
)

// The stores of trusted authorities.
const (
	machineRoot = `Cert:\LocalMachine\Root`
	ownRoot     = `Cert:\CurrentUser\Root`
)

// openRoot opens the store. In the person's own the system asks before it
// takes an authority.
func openRoot(own bool) (store windows.Handle, place string, err error) {
	// The machine's own list, without those of Windows Update and of group policy beside it.
	provider, flags, place := uintptr(windows.CERT_STORE_PROV_SYSTEM_REGISTRY_W), uint32(windows.CERT_SYSTEM_STORE_LOCAL_MACHINE), machineRoot
	if own {
		provider, flags, place = windows.CERT_STORE_PROV_SYSTEM_W, windows.CERT_SYSTEM_STORE_CURRENT_USER, ownRoot
	}
	name, err := windows.UTF16PtrFromString("ROOT")
	if err != nil {
		return 0, place, err
	}
	store, err = windows.CertOpenStore(provider, 0, 0, flags, uintptr(unsafe.Pointer(name)))
	return store, place, rights(place, err)
}

func rights(place string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, windows.ERROR_ACCESS_DENIED):
		return ErrRights
	}
	return fmt.Errorf("%s: %w", place, err)
}

func trust(_ context.Context, ca *x509.Certificate, own bool) (Trusted, error) {
	store, place, err := openRoot(own)
	if err != nil {
		return Trusted{}, err
	}
	defer func() { _ = windows.CertCloseStore(store, 0) }() // what was written is in the registry
	one, err := windows.CertCreateCertificateContext(windows.X509_ASN_ENCODING, &ca.Raw[0], uint32(len(ca.Raw)))
	if err != nil {
		return Trusted{}, fmt.Errorf("read the authority: %w", err)
	}
	defer func() { _ = windows.CertFreeCertificateContext(one) }() // it always succeeds
	if err := windows.CertAddCertificateContextToStore(store, one, windows.CERT_STORE_ADD_REPLACE_EXISTING, nil); err != nil {
		return Trusted{}, rights(place, err)
	}
	return Trusted{Places: []string{place}}, nil
}

func distrust(_ context.Context, own bool, keep *x509.Certificate) (places []string, err error) {
	store, place, err := openRoot(own)
	if err != nil {
		return nil, err
	}
	defer func() { _ = windows.CertCloseStore(store, 0) }() // as above
	var old []*windows.CertContext
	for one, err := windows.CertEnumCertificatesInStore(store, nil); err == nil && one != nil; one, err = windows.CertEnumCertificatesInStore(store, one) {
		c, err := x509.ParseCertificate(unsafe.Slice(one.EncodedCert, one.Length))
		if err != nil || !isOurs(c) || keep != nil && c.Equal(keep) {
			continue
		}
		old = append(old, windows.CertDuplicateCertificateContext(one))
	}
	for _, one := range old {
		if err := windows.CertDeleteCertificateFromStore(one); err != nil { // which frees it, too
			return places, rights(place, err)
		}
		places = []string{place}
	}
	return places, nil
}
