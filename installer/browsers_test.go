package installer_test

import (
	"os"
	"strings"
	"testing"

	"ctiagent/internal/browserpolicy"
	"ctiagent/uri"

	"github.com/google/go-cmp/cmp"
)

// TestExamplePoliciesAreFresh holds the example policies to what `ctiagent policy --origins https://crm.example.com` writes.
func TestExamplePoliciesAreFresh(t *testing.T) {
	files, err := browserpolicy.Files(browserpolicy.Site{Origins: []string{"https://crm.example.com"}, Schemes: uri.Schemes()})
	if err != nil {
		t.Fatal(err)
	}
	examples := map[string]string{"linux/ctiagent.json": "linux/chromium.json", "linux/policies.json": "linux/firefox.json",
		"windows/ctiagent-browsers.reg": "windows/browsers.reg", "macos/ctiagent-browsers.mobileconfig": "macos/browsers.mobileconfig"}
	for _, f := range files {
		example, ok := examples[f.Name]
		if !ok {
			t.Errorf("there is no example of %s", f.Name)
			continue
		}
		want := strings.ReplaceAll(string(f.Data), "\r\n", "\n") // build.sh gives Windows its line ends back
		if *update {
			if err := os.WriteFile(example, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if d := cmp.Diff(read(t, example), want); d != "" {
			t.Errorf("%s is stale; `go test -run TestExamplePoliciesAreFresh ./installer -update` writes it:\n%s", example, d)
		}
	}
}
