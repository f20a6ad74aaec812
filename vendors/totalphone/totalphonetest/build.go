package totalphonetest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// Build makes the program for a system, such as linux or windows, in a folder, without cgo. It wants the go command, and to
// be called from inside the project.
func Build(ctx context.Context, folder, system string) (program string, err error) {
	program = filepath.Join(folder, "fakephone")
	if system == "windows" {
		program += ".exe"
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-o", program, "ctiagent/vendors/totalphone/totalphonetest/testdata/fakephone")
	cmd.Env = append(os.Environ(), "GOOS="+system, "CGO_ENABLED=0")
	if words, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the program: %w: %s", err, words)
	}
	return program, nil
}
