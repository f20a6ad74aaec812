//go:build unix

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"syscall"
	"time"
)

// opensOnce is how often a program is run for one figure.
const opensOnce = 20

// opened is what the service answers to a link that it follows.
const opened = `{"jsonrpc":"2.0","id":1,"result":{"verdict":"do","method":"call.dial","number":"33553400","reason":"ordinary"}}` + "\n"

// programDoor is the service's end of what ctiagent-open does: it reads a
// request and answers it at once, on a thread of its own, so that what Go needs
// to wake up for a connection is not counted.
type programDoor struct {
	fd       int
	requests atomic.Int64
	closed   chan struct{}
}

func newProgramDoor(path string) (*programDoor, error) {
	fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		return nil, err
	}
	syscall.CloseOnExec(fd)
	d := &programDoor{fd: fd, closed: make(chan struct{})}
	if err := errors.Join(syscall.Bind(fd, &syscall.SockaddrUnix{Name: path}), syscall.Listen(fd, opensOnce)); err != nil {
		return nil, errors.Join(err, syscall.Close(fd))
	}
	go d.run()
	return d, nil
}

func (d *programDoor) run() {
	defer close(d.closed)
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	line := make([]byte, 4096)
	for {
		conn, _, err := syscall.Accept(d.fd)
		if errors.Is(err, syscall.EINTR) {
			continue
		}
		if err != nil {
			return
		}
		n, err := syscall.Read(conn, line) // a request is one message of less than a page
		if err == nil && bytes.HasSuffix(line[:n], []byte("}}\n")) && bytes.Contains(line[:n], []byte(`"uri":"sip:33553400"`)) {
			d.requests.Add(1)
			_, _ = syscall.Write(conn, []byte(opened)) // who is gone does not hear it, and is counted by its exit status
		}
		_ = syscall.Close(conn)
	}
}

func (d *programDoor) close() {
	_ = syscall.Shutdown(d.fd, syscall.SHUT_RDWR) // which wakes the thread
	<-d.closed
	_ = syscall.Close(d.fd)
}

// opens measures a click on a link from exec to exit, over a program that does
// nothing.
func (b *bench) opens(ctx context.Context) (result, error) {
	p, err := b.programs(ctx)
	if err != nil {
		return result{}, err
	}
	home, err := os.MkdirTemp("", "cti") // short: a socket goes into it
	if err != nil {
		return result{}, err
	}
	defer os.RemoveAll(home)
	door, err := newProgramDoor(filepath.Join(home, "ctiagent.sock"))
	if err != nil {
		return result{}, err
	}
	defer door.close()
	env := []string{"HOME=" + home, "XDG_RUNTIME_DIR=" + home, "LANG=C.UTF-8", "PATH=" + os.Getenv("PATH")}
	times := func(program string, args ...string) side {
		return func(ctx context.Context) (float64, error) {
			begin := time.Now()
			for range opensOnce {
				cmd := exec.CommandContext(ctx, program, args...)
				cmd.Env = env
				if err := cmd.Run(); err != nil {
					return 0, fmt.Errorf("%s: %w", filepath.Base(program), err)
				}
			}
			return time.Since(begin).Seconds() / opensOnce, nil
		}
	}
	hello := times(p.hello)
	open := func(ctx context.Context) (float64, error) {
		before := door.requests.Load()
		took, err := times(p.open, "sip:33553400")(ctx)
		if n := door.requests.Load() - before; err == nil && n != opensOnce {
			err = errors.New("a link was opened and not told")
		}
		return took, err
	}
	costs, err := alternate(ctx, b.often(60), open, hello, hello)
	if err != nil {
		return result{}, err
	}
	return result{value: ratio(costs[0], costs[1]), self: ratio(costs[2], costs[1]),
		detail: fmt.Sprintf("ctiagent-open takes %.2f ms, the baseline %.2f ms", median(costs[0])*1e3, median(costs[1])*1e3)}, nil
}
