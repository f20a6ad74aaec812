package notify

import (
	"context"
	"fmt"
	"os/exec"
)

// script shows its two arguments, so that no text is ever part of a program.
const script = `on run argv
display notification (item 2 of argv) with title (item 1 of argv)
end run`

func show(ctx context.Context, title, text string) error {
	if err := exec.CommandContext(ctx, "/usr/bin/osascript", "-e", script, title, text).Run(); err != nil {
		return fmt.Errorf("show a notification: %w", err)
	}
	return nil
}
