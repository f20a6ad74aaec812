package installer_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ctiagent/internal/nativehost"

	"github.com/google/go-cmp/cmp"
)

// extension is the project's own, as its manifest names it: Chromium's id is made of the key, Firefox's stands there.
func extension(t *testing.T) nativehost.IDs {
	t.Helper()
	var m struct {
		Key      string
		Settings struct{ Gecko struct{ ID string } } `json:"browser_specific_settings"`
	}
	if err := json.Unmarshal([]byte(read(t, "../web/extension/manifest.json")), &m); err != nil {
		t.Fatal(err)
	}
	key, err := base64.StdEncoding.DecodeString(m.Key)
	if err != nil {
		t.Fatal(err)
	}
	var id strings.Builder
	sum := sha256.Sum256(key)
	for _, b := range sum[:16] {
		id.WriteByte('a' + b>>4)
		id.WriteByte('a' + b&15)
	}
	return nativehost.IDs{Chromium: id.String(), Firefox: m.Settings.Gecko.ID}
}

// TestPackagesLetBrowsersStartTheHostForTheExtension looks at the manifests that the Linux packages are made of.
func TestPackagesLetBrowsersStartTheHostForTheExtension(t *testing.T) {
	root, ids := filepath.Join(delivered(t), "stage", "root"), extension(t)
	for _, p := range nativehost.Machine("linux", "/usr/bin/ctiagent-native") {
		p.Dir = filepath.Join(root, p.Dir)
		got, err := nativehost.Read(p)
		if err != nil {
			t.Fatal(err)
		}
		want := nativehost.Manifest{Name: "com.ctiagent.native", Description: got.Description, Path: "/usr/bin/ctiagent-native", Type: "stdio"}
		if p.Firefox {
			want.AllowedExtensions = []string{ids.Firefox}
		} else {
			want.AllowedOrigins = []string{"chrome-extension://" + ids.Chromium + "/"}
		}
		if d := cmp.Diff(got, want); d != "" || got.Description == "" {
			t.Errorf("%s: -has +wants\n%s", p.File(), d)
		}
	}
}

// greets starts the host as a browser does, and lets the extension behind it greet the service.
func greets(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	hears := func() string {
		t.Helper()
		var head [4]byte
		if _, err := io.ReadFull(out, head[:]); err != nil {
			t.Fatalf("the host says nothing: %v, %s", err, complaint.String())
		}
		words := make([]byte, min(binary.NativeEndian.Uint32(head[:]), 1<<20))
		if _, err := io.ReadFull(out, words); err != nil {
			t.Fatalf("the host says half of it: %v", err)
		}
		return string(words)
	}
	if got := hears(); got != `{"native":"open"}` {
		t.Errorf("the host begins with %s", got)
	}
	hello := []byte(`{"jsonrpc":"2.0","id":1,"method":"session.hello","params":{"client":"test"}}`)
	if _, err := in.Write(append(binary.NativeEndian.AppendUint32(nil, uint32(len(hello))), hello...)); err != nil {
		t.Fatal(err)
	}
	var answer struct {
		ID     int
		Result struct{ Version string }
	}
	if got := hears(); json.Unmarshal([]byte(got), &answer) != nil || answer.ID != 1 || answer.Result.Version != version {
		t.Errorf("the service greets back with %s", got)
	}
	in.Close() // as a browser ends it
	if err := cmd.Wait(); err != nil {
		t.Errorf("the host ended with %v: %s", err, complaint.String())
	}
}

// admits looks whether a manifest lets in one extension alone, and answers the program that it names.
func admits(t *testing.T, text, id string) string {
	t.Helper()
	var m nativehost.Manifest
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		t.Fatal(err)
	}
	if got := append(m.AllowedOrigins, m.AllowedExtensions...); !slices.Equal(got, []string{"chrome-extension://" + id + "/"}) && !slices.Equal(got, []string{id}) {
		t.Errorf("let in is %q, want %s alone", got, id)
	}
	return m.Path
}
