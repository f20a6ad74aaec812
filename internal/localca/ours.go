//go:build !linux

package localca

import "crypto/x509"

// isOurs says whether a certificate is an authority that Make has made.
func isOurs(c *x509.Certificate) bool {
	return c.IsCA && len(c.Subject.Organization) == 1 && c.Subject.Organization[0] == Organization && len(c.PermittedIPRanges) > 0
}
