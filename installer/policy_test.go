package installer_test

import (
	"os"
	"testing"

	"ctiagent/internal/config"

	"github.com/google/go-cmp/cmp"
)

func TestExampleOfAPolicyDecidesWhatItSays(t *testing.T) {
	data, err := os.ReadFile("linux/policy.toml")
	if err != nil {
		t.Fatal(err)
	}
	const path = "/etc/ctiagent/policy.d/20-site.toml"
	cfg, from, err := config.Load([]config.Source{{Path: path, Policy: true, Data: data}})
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, e := range config.Managed(cfg, from) {
		keys = append(keys, e.Key)
	}
	want := []string{"api.origins", "api.pairing", "links.confirm", "links.login_links", "policy.supervisors", "policy.forbid",
		"policy.calling_hours", "policy.calling_hours_for", "policy.forbid_origins"}
	if d := cmp.Diff(keys, want); d != "" {
		t.Error(d)
	}
}
