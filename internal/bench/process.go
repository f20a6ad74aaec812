//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// programs are the paths of what the process rows start.
type programs struct{ ctiagent, open, minimal, hello, dir string }

// builder builds the programs, once and only when a row asks for them, as they
// are delivered: static and stripped.
func builder(dir string) func(context.Context) (programs, error) {
	var once sync.Once
	var p programs
	var err error
	return func(ctx context.Context) (programs, error) {
		once.Do(func() {
			at := func(name string) string { return filepath.Join(dir, name) }
			p = programs{at("ctiagent"), at("ctiagent-open"), at("minimal"), at("hello"), dir}
			err = errors.Join(build(ctx, p.ctiagent, "./cmd/ctiagent"), build(ctx, p.open, "./cmd/ctiagent-open"),
				build(ctx, p.minimal, "./internal/bench/minimal"), build(ctx, p.hello, "./internal/bench/hello"))
		})
		return p, err
	}
}

// build builds a program without C, unless env says otherwise.
func build(ctx context.Context, to, pkg string, env ...string) error {
	root, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return fmt.Errorf("find the module; run the bench inside it: %w", err)
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w", "-o", to, pkg)
	cmd.Dir = strings.TrimSpace(string(root))
	cmd.Env = append(append(os.Environ(), "CGO_ENABLED=0"), env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build %s: %w\n%s", pkg, err, out)
	}
	return nil
}

// pair starts the two programs that are compared, each with a PBX whose event
// socket it follows.
type pair struct {
	programs
	mock *mock
}

func (b *bench) pair(ctx context.Context) (*pair, error) {
	p, err := b.programs(ctx)
	if err != nil {
		return nil, err
	}
	m, err := newMock(ctx)
	if err != nil {
		return nil, err
	}
	return &pair{p, m}, nil
}

func (p *pair) close() { p.mock.close() }

// process is a program that runs and listens.
type process struct {
	cmd  *exec.Cmd
	took time.Duration // from exec to the first connection it took
	pbx  net.Conn      // the PBX's end of its event socket
}

// minimal starts the baseline.
func (p *pair) minimal(ctx context.Context) (*process, error) {
	port, err := freePort(ctx)
	if err != nil {
		return nil, err
	}
	addr := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	return p.start(ctx, addr, exec.CommandContext(ctx, p.programs.minimal, "-listen", addr, "-events", p.mock.events.Addr().String()))
}

// ctiagent starts the project's program with a home of its own.
func (p *pair) ctiagent(ctx context.Context) (*process, error) {
	home, err := os.MkdirTemp(p.dir, "home-")
	if err != nil {
		return nil, err
	}
	return p.ctiagentAt(ctx, home, "")
}

// ctiagentAt starts the project's program in a home. more goes behind the
// configuration.
func (p *pair) ctiagentAt(ctx context.Context, home, more string) (*process, error) {
	port, err := freePort(ctx)
	if err != nil {
		return nil, err
	}
	file := filepath.Join(home, "config.toml")
	if err := os.WriteFile(file, append(fmt.Appendf(nil, configuration, port, origin, extension, p.mock.url(), p.mock.events.Addr(), key), more...), 0o600); err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, p.programs.ctiagent, "run", "--config", file)
	cmd.Env = []string{"HOME=" + home, "XDG_RUNTIME_DIR=" + home, "LANG=C.UTF-8", "PATH=" + os.Getenv("PATH")}
	return p.start(ctx, net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), cmd)
}

const configuration = `[api]
port = %d
origins = [%q]

[agent]
extension = %q
country = "BR"
area_code = "11"

[[driver]]
use = "totalip"
url = %q
events = %q
key = %q
`

// freePort is a port that nobody listens on now.
func freePort(ctx context.Context) (int, error) {
	l, err := listen(ctx)
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// start runs a program, knocks until it lets in, and waits for its connection
// to the event socket.
func (p *pair) start(ctx context.Context, addr string, cmd *exec.Cmd) (*process, error) {
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var said strings.Builder
	cmd.Stdout, cmd.Stderr = &said, &said
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s := &process{cmd: cmd}
	for {
		conn, err := dial(limited, addr)
		if err == nil {
			s.took = time.Since(begin)
			conn.Close()
			break
		}
		if limited.Err() != nil {
			return nil, errors.Join(fmt.Errorf("%s does not listen: %w", filepath.Base(cmd.Path), err), s.stop(), errors.New(said.String()))
		}
		time.Sleep(50 * time.Microsecond)
	}
	pbx, err := p.mock.reader(limited)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s does not open the event socket: %w", filepath.Base(cmd.Path), err), s.stop(), errors.New(said.String()))
	}
	s.pbx = pbx
	return s, nil
}

// stop ends the process that was started, and no other.
func (s *process) stop() error {
	if s.pbx != nil {
		s.pbx.Close()
	}
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	late := time.AfterFunc(patience, func() { _ = s.cmd.Process.Kill() })
	defer late.Stop()
	var exit *exec.ExitError
	if err := s.cmd.Wait(); err != nil && !errors.As(err, &exit) { // how it exits is not what is measured
		return err
	}
	return nil
}

// starts measures the time from exec to the first connection taken.
func (b *bench) starts(ctx context.Context) (result, error) {
	p, err := b.pair(ctx)
	if err != nil {
		return result{}, err
	}
	defer p.close()
	took := func(start func(context.Context) (*process, error)) side {
		return func(ctx context.Context) (float64, error) {
			s, err := start(ctx)
			if err != nil {
				return 0, err
			}
			return s.took.Seconds(), s.stop()
		}
	}
	costs, err := alternate(ctx, b.often(40), took(p.ctiagent), took(p.minimal), took(p.minimal))
	if err != nil {
		return result{}, err
	}
	return result{value: ratio(costs[0], costs[1]), self: ratio(costs[2], costs[1]),
		detail: fmt.Sprintf("ctiagent takes %.1f ms, the baseline %.1f ms", median(costs[0])*1e3, median(costs[1])*1e3)}, nil
}
