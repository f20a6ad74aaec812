package notify

import (
	"context"
	"errors"
	"fmt"
	"html"
	"os"
	"os/exec"

	"github.com/godbus/dbus/v5"
)

func show(ctx context.Context, title, text string) error {
	first := byBus(ctx, title, text)
	if first == nil {
		return nil
	}
	if err := byWindow(title, text); err != nil {
		return errors.Join(first, err)
	}
	return nil
}

// byBus asks the desktop's notification service (Desktop Notifications Specification 1.2).
func byBus(ctx context.Context, title, text string) error {
	address := BusAddress(os.Getenv)
	if address == "" {
		return ErrNoScreen
	}
	conn, err := dbus.Connect(address, dbus.WithContext(ctx))
	if err != nil {
		return fmt.Errorf("connect to the session bus: %w", err)
	}
	defer func() { _ = conn.Close() }() // what was asked has been answered
	service := conn.Object("org.freedesktop.Notifications", "/org/freedesktop/Notifications")
	hints := map[string]dbus.Variant{"urgency": dbus.MakeVariant(byte(1)), "desktop-entry": dbus.MakeVariant("ctiagent-open")}
	// Many services read the body as markup.
	call := service.CallWithContext(ctx, "org.freedesktop.Notifications.Notify", 0,
		"ctiagent", uint32(0), "ctiagent", title, html.EscapeString(text), []string{}, hints, int32(-1))
	if call.Err != nil {
		return fmt.Errorf("show a notification: %w", call.Err)
	}
	return nil
}

// BusAddress is where the session's bus listens, "" when there is none. The library would start a bus of its own then, which
// nobody would ever end.
func BusAddress(getenv func(string) string) string {
	if address := getenv("DBUS_SESSION_BUS_ADDRESS"); address != "" {
		return address
	}
	if dir := getenv("XDG_RUNTIME_DIR"); dir != "" {
		if info, err := os.Stat(dir + "/bus"); err == nil && info.Mode()&os.ModeSocket != 0 {
			return "unix:path=" + dir + "/bus"
		}
	}
	return ""
}

// byWindow starts the first program found that shows a text in a window, and does not wait for the person to close it.
func byWindow(title, text string) error {
	if os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" {
		return ErrNoScreen
	}
	for _, c := range [][]string{
		{"zenity", "--warning", "--no-markup", "--title=" + title, "--text=" + text},
		{"kdialog", "--title", title, "--sorry", html.EscapeString(text)},
		{"yad", "--no-markup", "--button=OK", "--title=" + title, "--text=" + text},
		{"xmessage", "-center", "-title", title, text},
	} {
		path, err := exec.LookPath(c[0])
		if err != nil {
			continue
		}
		cmd := exec.Command(path, c[1:]...) //nolint:noctx // the window outlives this program
		if err := cmd.Start(); err != nil {
			return fmt.Errorf("show a window: %w", err)
		}
		return cmd.Process.Release()
	}
	return errors.New("no program was found that shows a message; install a notification service, zenity or xmessage")
}
