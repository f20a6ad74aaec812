//go:build unix

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/godbus/dbus/v5"
)

// trayIdle measures how often ctiagent-tray, with a service whose PBX is
// quiet, gives up the processor by itself, over two of the least programs with
// an icon, in the same session and the same window.
func (b *bench) trayIdle(ctx context.Context) (result result, err error) {
	p, err := b.pair(ctx)
	if err != nil {
		return result, err
	}
	defer p.close()
	own, base := filepath.Join(p.dir, "ctiagent-tray"), filepath.Join(p.dir, "idletray")
	// On Linux an icon is a matter of GTK, which is C.
	if err := errors.Join(build(ctx, own, "./cmd/ctiagent-tray", "CGO_ENABLED=1"), build(ctx, base, "./internal/bench/idletray", "CGO_ENABLED=1")); err != nil {
		return result, err
	}
	home, err := os.MkdirTemp("", "cti") // short: sockets go into it
	if err != nil {
		return result, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(home)) }()
	s, err := newSession(ctx, home)
	if err != nil {
		return result, err
	}
	defer func() { err = errors.Join(err, s.end()) }()
	service, err := p.ctiagentAt(ctx, home, "")
	if err != nil {
		return result, err
	}
	defer func() { err = errors.Join(err, service.stop()) }()
	var pids []int
	for _, program := range []string{own, base, base} {
		pid, err := s.shows(ctx, program)
		if err != nil {
			return result, err
		}
		pids = append(pids, pid)
	}
	if err := pause(ctx, settling); err != nil {
		return result, err
	}
	// A tray without its service would sleep well, too.
	if menu, err := s.menu(ctx); err != nil || !strings.Contains(menu, "Total IP") {
		return result, errors.Join(fmt.Errorf("ctiagent-tray does not show its desk but %.200s", menu), err)
	}
	got, err := sleeps(ctx, pids, b.idle)
	if err != nil {
		return result, err
	}
	mean := (got[1] + got[2]) / 2
	result.value = (got[0] + 1) / (mean + 1)
	perMinute := float64(time.Minute) / float64(b.idle)
	result.detail = fmt.Sprintf("ctiagent-tray wakes up %.1f times a minute, the baseline %.1f times (in %v: %.0f, %.0f and %.0f)",
		got[0]*perMinute, mean*perMinute, b.idle, got[0], got[1], got[2])
	return result, nil
}

// session is a screen and a bus with a panel that takes icons, and the
// programs in it.
type session struct {
	env   []string
	panel *dbus.Conn
	icons chan icon // one for each that the panel took
	first icon
	ends  []func() error
}

// busConfig is a bus that starts no other program.
const busConfig = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:dir=%s</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>`

func newSession(ctx context.Context, home string) (s *session, err error) {
	s = &session{icons: make(chan icon, 16)}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.end())
		}
	}()
	conf := filepath.Join(home, "bus.conf")
	if err := os.WriteFile(conf, fmt.Appendf(nil, busConfig, home), 0o600); err != nil {
		return nil, err
	}
	display, err := s.told(ctx, "Xvfb", "-displayfd", "3", "-screen", "0", "800x600x24", "-nolisten", "tcp")
	if err != nil {
		return nil, err
	}
	bus, err := s.told(ctx, "dbus-daemon", "--nofork", "--print-address=3", "--config-file="+conf)
	if err != nil {
		return nil, err
	}
	s.env = []string{"HOME=" + home, "XDG_RUNTIME_DIR=" + home, "LANG=C.UTF-8", "PATH=" + os.Getenv("PATH"), "NO_AT_BRIDGE=1",
		"DISPLAY=:" + display, "DBUS_SESSION_BUS_ADDRESS=" + bus}
	if s.panel, err = dbus.Connect(bus, dbus.WithContext(ctx)); err != nil {
		return nil, err
	}
	s.ends = append(s.ends, s.panel.Close)
	const name, path = "org.kde.StatusNotifierWatcher", "/StatusNotifierWatcher"
	if err := errors.Join(s.panel.Export(panel{s.icons}, path, name), s.panel.Export(panelState{}, path, "org.freedesktop.DBus.Properties")); err != nil {
		return nil, err
	}
	_, err = s.panel.RequestName(name, dbus.NameFlagDoNotQueue)
	return s, err
}

// told starts a program and answers the line it writes into its file 3.
func (s *session) told(ctx context.Context, program string, args ...string) (string, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return "", err
	}
	defer r.Close()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.ExtraFiles = []*os.File{w}
	err = cmd.Start()
	w.Close()
	if err != nil {
		return "", fmt.Errorf("%w; scripts/deps.sh bench installs what is missing", err)
	}
	s.ends = append(s.ends, (&process{cmd: cmd}).stop)
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		return "", fmt.Errorf("%s does not start: %w", program, err)
	}
	return strings.TrimSpace(line), nil
}

// shows starts a program and waits for its icon.
func (s *session) shows(ctx context.Context, program string) (pid int, err error) {
	cmd := exec.CommandContext(ctx, program)
	cmd.Env = s.env
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	s.ends = append(s.ends, (&process{cmd: cmd}).stop)
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	select {
	case i := <-s.icons:
		if s.first.owner == "" {
			s.first = i
		}
		return cmd.Process.Pid, nil
	case <-limited.Done():
		return 0, fmt.Errorf("%s shows no icon: %w", filepath.Base(program), limited.Err())
	}
}

// menu is the first icon's menu, as it comes over the bus.
func (s *session) menu(ctx context.Context) (string, error) {
	path, err := s.panel.Object(s.first.owner, s.first.path).GetProperty("org.kde.StatusNotifierItem.Menu")
	if err != nil {
		return "", err
	}
	at, ok := path.Value().(dbus.ObjectPath)
	if !ok {
		return "", errors.New("the icon has no menu")
	}
	call := s.panel.Object(s.first.owner, at).CallWithContext(ctx, "com.canonical.dbusmenu.GetLayout", 0, int32(0), int32(-1), []string{"label"})
	return fmt.Sprint(call.Body...), call.Err
}

// end ends what was started, the last first.
func (s *session) end() (err error) {
	for i := len(s.ends) - 1; i >= 0; i-- {
		err = errors.Join(err, s.ends[i]())
	}
	return err
}

// icon is where a program's icon is.
type icon struct {
	owner string
	path  dbus.ObjectPath
}

// panel takes the icons of programs (StatusNotifierItem).
type panel struct{ icons chan icon }

// RegisterStatusNotifierItem is called by a program that has an icon at this
// path.
func (p panel) RegisterStatusNotifierItem(path string, sender dbus.Sender) *dbus.Error {
	p.icons <- icon{string(sender), dbus.ObjectPath(path)}
	return nil
}

// panelState is what a panel tells of itself.
type panelState struct{}

// GetAll answers every property.
func (panelState) GetAll(string) (map[string]dbus.Variant, *dbus.Error) {
	return map[string]dbus.Variant{"IsStatusNotifierHostRegistered": dbus.MakeVariant(true), "ProtocolVersion": dbus.MakeVariant(int32(0)),
		"RegisteredStatusNotifierItems": dbus.MakeVariant([]string{})}, nil
}

// Get answers one property.
func (p panelState) Get(iface, name string) (dbus.Variant, *dbus.Error) {
	all, _ := p.GetAll(iface)
	v, ok := all[name]
	if !ok {
		return v, dbus.NewError("org.freedesktop.DBus.Error.UnknownProperty", nil)
	}
	return v, nil
}
