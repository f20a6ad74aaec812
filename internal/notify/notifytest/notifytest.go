// Package notifytest is a desktop that shows nobody anything: a session bus of its own, whose notification service keeps
// what it is asked to show.
package notifytest

import (
	"bufio"
	"os/exec"
	"strings"
	"testing"

	"github.com/godbus/dbus/v5"
)

// Note is one notification.
type Note struct{ Title, Text string }

// Desktop is a session with a notification service.
type Desktop struct {
	Address string // for DBUS_SESSION_BUS_ADDRESS
	Notes   chan Note
}

// New starts a desktop that ends with the test.
func New(t testing.TB) *Desktop {
	t.Helper()
	d := &Desktop{Address: bus(t), Notes: make(chan Note, 100)}
	conn, err := dbus.Connect(d.Address)
	if err != nil {
		t.Fatalf("connect to the bus: %v", err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.Export(service{d.Notes}, "/org/freedesktop/Notifications", "org.freedesktop.Notifications"); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.RequestName("org.freedesktop.Notifications", dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}
	return d
}

// bus starts a session bus of its own.
func bus(t testing.TB) (address string) {
	t.Helper()
	cmd := exec.Command("dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address=1") //nolint:noctx // it ends after the test's context, when nobody is connected any more
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatalf("start a session bus; scripts/deps.sh test installs it: %v", err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // killed, so its status says nothing
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the bus says no address: %v", err)
	}
	return strings.TrimSpace(line)
}

type service struct{ notes chan Note }

// Notify is the one method of the specification that is used.
func (s service) Notify(_ string, _ uint32, _, title, text string, _ []string, _ map[string]dbus.Variant, _ int32) (uint32, *dbus.Error) {
	s.notes <- Note{title, text}
	return 1, nil
}
