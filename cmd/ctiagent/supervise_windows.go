package main

import (
	"context"
	"errors"
	"fmt"
	"unsafe"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/svc"
	"golang.org/x/sys/windows/svc/eventlog"
)

// stopSeconds is how long Windows waits for the service to end before it says
// that it does not.
const stopSeconds = 5

// supervised serves as the service manager wants it. The manager is asked, not
// the environment: svc.IsWindowsService guesses from parents and sessions, and
// guesses wrong under some launchers. Who calls this by hand in a terminal is
// served in the foreground.
func (a *app) supervised(ctx context.Context, serve func(context.Context, func()) error) error {
	m := &managed{ctx: ctx, serve: serve}
	err := svc.Run(serviceName, m)
	if errors.Is(err, windows.ERROR_FAILED_SERVICE_CONTROLLER_CONNECT) {
		return serve(ctx, func() {})
	}
	if m.err != nil {
		_, text, _ := a.judge(m.err)
		m.tell(text)
		return m.err
	}
	return err
}

// managed is the service in the service manager's hands.
type managed struct {
	ctx   context.Context //nolint:containedctx // Execute has none of its own
	serve func(context.Context, func()) error
	err   error
}

// Execute serves until the manager or the computer stops. A service that ends
// by itself ends with an error, so that the manager starts it again.
func (m *managed) Execute(_ []string, requests <-chan svc.ChangeRequest, states chan<- svc.Status) (bool, uint32) {
	states <- svc.Status{State: svc.StartPending, WaitHint: stopSeconds * 1000}
	ctx, cancel := context.WithCancel(m.ctx)
	defer cancel()
	if m.err = dropPrivileges(); m.err != nil {
		return true, 1
	}
	ready, done := make(chan struct{}), make(chan error, 1)
	go func() { done <- m.serve(ctx, func() { close(ready) }) }()
	for {
		select {
		case <-ready:
			ready = nil
			states <- svc.Status{State: svc.Running, Accepts: svc.AcceptStop | svc.AcceptShutdown}
		case m.err = <-done:
			if ctx.Err() == nil && m.err == nil {
				m.err = errors.New("the service ended by itself")
			}
			return m.err != nil, exitCode(m.err)
		case r := <-requests:
			switch r.Cmd {
			case svc.Interrogate:
				states <- r.CurrentStatus
			case svc.Stop, svc.Shutdown:
				states <- svc.Status{State: svc.StopPending, WaitHint: stopSeconds * 1000}
				cancel()
			}
		}
	}
}

func exitCode(err error) uint32 {
	if err != nil {
		return 1
	}
	return 0
}

// tell writes why the service ended where an administrator looks first: a
// service has no terminal.
func (m *managed) tell(text string) {
	log, err := eventlog.Open(serviceName)
	if err != nil {
		return
	}
	defer log.Close()
	_ = log.Error(1, text) // the manager has the exit status in any case
}

// dropPrivileges gives up, for good, what LocalSystem may do beyond its files.
// The account itself is needed: no other may learn whose a browser's
// connection is.
func dropPrivileges() error {
	var token windows.Token
	if err := windows.OpenProcessToken(windows.CurrentProcess(), windows.TOKEN_QUERY|windows.TOKEN_ADJUST_PRIVILEGES, &token); err != nil {
		return fmt.Errorf("look at the service's own token: %w", err)
	}
	defer token.Close()
	held, err := privileges(token)
	if err != nil {
		return err
	}
	for _, p := range held {
		if keep, err := kept(p.Luid); err != nil || keep {
			if err != nil {
				return err
			}
			continue
		}
		gone := windows.Tokenprivileges{PrivilegeCount: 1, Privileges: [1]windows.LUIDAndAttributes{{Luid: p.Luid, Attributes: windows.SE_PRIVILEGE_REMOVED}}}
		if err := windows.AdjustTokenPrivileges(token, false, &gone, 0, nil, nil); err != nil {
			return fmt.Errorf("give up a privilege: %w", err)
		}
	}
	return nil
}

// kept says whether a privilege stays: passing through directories, which every
// user may.
func kept(id windows.LUID) (bool, error) {
	var traverse windows.LUID
	name, err := windows.UTF16PtrFromString("SeChangeNotifyPrivilege")
	if err == nil {
		err = windows.LookupPrivilegeValue(nil, name, &traverse)
	}
	if err != nil {
		return false, fmt.Errorf("look up a privilege: %w", err)
	}
	return id == traverse, nil
}

func privileges(token windows.Token) ([]windows.LUIDAndAttributes, error) {
	var size uint32
	if err := windows.GetTokenInformation(token, windows.TokenPrivileges, nil, 0, &size); err != nil && !errors.Is(err, windows.ERROR_INSUFFICIENT_BUFFER) {
		return nil, fmt.Errorf("list the service's privileges: %w", err)
	}
	buf := make([]byte, max(size, uint32(unsafe.Sizeof(windows.Tokenprivileges{}))))
	if err := windows.GetTokenInformation(token, windows.TokenPrivileges, &buf[0], uint32(len(buf)), &size); err != nil {
		return nil, fmt.Errorf("list the service's privileges: %w", err)
	}
	return (*windows.Tokenprivileges)(unsafe.Pointer(&buf[0])).AllPrivileges(), nil
}
