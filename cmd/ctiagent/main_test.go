package main

import (
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// canary is the key of every simulated PBX here. It must never be seen.
const canary = "canary-0123456789abcdef01234567"

// TestMain lets scripts call this program by its name: the test binary itself
// then runs main. The other names are a program that stands ready in a
// person's session, and a page in their browser.
func TestMain(m *testing.M) {
	testscript.Main(closing{m}, map[string]func(){"ctiagent": main, "test-hand": handMain, "test-page": pageMain})
}
