package main

import (
	"fmt"
	"os"
	"testing"
)

// asTray makes this test binary the program: its main goroutine then runs the tray.
const asTray = "CTIAGENT_TEST_AS_TRAY"

// buildDir names the folder for what the tests build, gone when they end.
const buildDir = "CTIAGENT_TEST_BUILD"

func TestMain(m *testing.M) {
	if os.Getenv(asTray) != "" {
		os.Exit(run(os.Args[1:]))
	}
	os.Exit(inBuildDir(m.Run))
}

func inBuildDir(tests func() int) int {
	dir, err := os.MkdirTemp("", "ctiagent-tray-")
	if err == nil {
		err = os.Setenv(buildDir, dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	return tests()
}
