//go:build unix

package main

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
)

// TestOpenCountsLinksThatWereTold measures once, and notices a program that is fast because it tells nothing.
func TestOpenCountsLinksThatWereTold(t *testing.T) {
	dir := t.TempDir()
	p := programs{open: filepath.Join(dir, "ctiagent-open"), hello: filepath.Join(dir, "hello")}
	for to, pkg := range map[string]string{p.open: "./cmd/ctiagent-open", p.hello: "./internal/bench/hello"} {
		if err := build(t.Context(), to, pkg); err != nil {
			t.Fatal(err)
		}
	}
	b := &bench{rounds: 1, programs: func(context.Context) (programs, error) { return p, nil }}
	got, err := b.opens(t.Context())
	if err != nil || !(got.value > 0) || !(got.self > 0) {
		t.Errorf("measured %+v, %v", got, err)
	}
	p.open = p.hello
	if _, err := b.opens(t.Context()); err == nil || !strings.Contains(err.Error(), "not told") {
		t.Errorf("a program that tells nothing is measured: %v", err)
	}
}
