// Command idletray is the baseline of the row tray-idle: the least program that has an icon with a menu.
package main

import (
	"context"
	_ "embed"
	"os/signal"
	"syscall"

	"github.com/getlantern/systray"
)

//go:embed icon.png
var icon []byte

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	systray.Run(func() {
		systray.SetIcon(icon)
		item := systray.AddMenuItem("Quit", "")
		select {
		case <-item.ClickedCh:
		case <-ctx.Done():
		}
		systray.Quit()
	}, nil)
}
