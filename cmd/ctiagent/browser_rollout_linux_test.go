package main

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"ctiagent/internal/config"
	"ctiagent/internal/nativehost"

	"github.com/chromedp/chromedp"
)

// TestExtensionPackedByAnAdministratorComesByPolicy does what docs/extension.md tells an administrator: packs the extension
// with a key of one's own, hands it out by the policy that `ctiagent policy` writes, and lets it in at the host by its id.
func TestExtensionPackedByAnAdministratorComesByPolicy(t *testing.T) {
	x := putTogether(t, "chromium")
	dir := t.TempDir()
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	key := filepath.Join(dir, "extension.pem")
	if err := os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	public, err := x509.MarshalPKIXPublicKey(&private.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	var id strings.Builder
	for _, b := range sha256.Sum256(public) {
		id.WriteByte('a' + b>>4)
		id.WriteByte('a' + b&15)
	}
	own := id.String()[:32]

	folder := filepath.Join(dir, "ctiagent")
	if err := os.Rename(x.dir, folder); err != nil {
		t.Fatal(err)
	}
	pack := exec.CommandContext(t.Context(), "chromium", "--headless", "--no-sandbox", "--user-data-dir="+t.TempDir(),
		"--pack-extension="+folder, "--pack-extension-key="+key)
	if out, err := pack.CombinedOutput(); err != nil {
		t.Fatalf("pack the extension: %v: %s", err, out)
	}
	// The administrator's server.
	var server *httptest.Server
	server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/ctiagent.crx" {
			w.Header().Set("Content-Type", "application/x-chrome-extension")
			http.ServeFile(w, r, folder+".crx")
			return
		}
		fmt.Fprintf(w, `<?xml version="1.0" encoding="UTF-8"?>
<gupdate xmlns="http://www.google.com/update2/response" protocol="2.0">
  <app appid="%s"><updatecheck codebase="%s/ctiagent.crx" version="1.0.0"/></app>
</gupdate>`, own, server.URL)
	}))
	t.Cleanup(server.Close)
	crm := serveLockedCRM(t)
	policy := written(t, "--origins", "https://crm.example.com", "--extension", own+"="+server.URL+"/update.xml")
	recipes := extensionPolicy(t, crm.recipes(t))["3rdparty"].(map[string]any)["extensions"].(map[string]any)
	policy["3rdparty"] = map[string]any{"extensions": map[string]any{own: recipes[extensionID]}}

	s := demoSite(t, nil, func(c *config.Config) { c.Pops = nil })
	profile := t.TempDir()
	ids, err := nativehost.ParseIDs(own)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := (nativehost.Registration{Program: x.host, IDs: ids}).Register(nativehost.Place{Browser: "Chromium", Dir: filepath.Join(profile, "NativeMessagingHosts")}); err != nil {
		t.Fatal(err)
	}
	b := startBrowser(t, append(underPolicy(t, policy), chromedp.UserDataDir(profile), chromedp.Flag("ignore-certificate-errors", true),
		chromedp.Flag("disable-background-networking", false))...)
	// An installed extension's own part is shown to nobody, so a page tells that it is there and speaks with ctiagent.
	tb := b.ordinary(t, crm.URL)
	tb.until("the extension is in the page", `document.querySelector('ctiagent-numbers')`)
	tb.clicksText("(11) 98765-0101", 1)
	if got := s.theCall().Ref; got == "" {
		t.Error("the number does not dial")
	}
}
