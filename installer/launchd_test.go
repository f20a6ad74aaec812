package installer_test

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestLaunchdFilesAreRendered fills the program's own templates as kardianos/service does on macOS, where these tests do not
// run, and holds the files here to that.
func TestLaunchdFilesAreRendered(t *testing.T) {
	for file, c := range map[string]struct {
		template string
		args     []string
	}{
		"macos/LaunchDaemons/ctiagent.plist": {"daemon.plist", []string{"run", "--service"}},
		"macos/LaunchAgents/ctiagent.plist":  {"agent.plist", []string{"run"}},
	} {
		text := read(t, "../cmd/ctiagent/units/"+c.template)
		before, rest, ok := strings.Cut(text, "{{range Arguments}}")
		line, after, ok2 := strings.Cut(rest, "{{end}}")
		if !ok || !ok2 {
			t.Fatalf("%s names no arguments", c.template)
		}
		for _, a := range c.args {
			before += strings.ReplaceAll(line, "{{. | html}}", a)
		}
		want := strings.NewReplacer("{{Name | html}}", "ctiagent", "{{Path | html}}", "/usr/local/bin/ctiagent").Replace(before + after)
		if strings.Contains(want, "{{") {
			t.Errorf("%s says more than this test knows: %s", c.template, want)
		}
		for d := xml.NewDecoder(strings.NewReader(want)); ; {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", file, err)
			}
		}
		if *update {
			if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if d := cmp.Diff(read(t, file), want); d != "" {
			t.Errorf("%s; go test -run TestLaunchdFilesAreRendered ./installer -update writes it:\n%s", file, d)
		}
	}
}
