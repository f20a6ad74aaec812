// Package totalphonetest is a TotalPhone program for tests: a real program that is really launched, with the arguments it got
// on record, and behind it one softphone that does what manual 002, 1.6 says.
//
// The program itself is small ([Build] makes it, for any system): it hands its arguments to the simulator on a loopback port
// and ends. TotalPhone's own second start does the same with the one that runs. What the manual leaves open stands with a
// note where it is decided. Nobody has compared it with the real program.
package totalphonetest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"

	"ctiagent/cti"
)

// Options says what kind of softphone New starts.
type Options struct {
	// Program is what Build made.
	Program string
	// Name is what the program's file is called; TotalPhone, with Program's own ending, when empty.
	Name string
	// Through is a command that runs the program, such as wine; none when empty. Env is added to this process's own.
	Through []string
	Env     []string
	// Password is the extension's; every one lets in when it is empty.
	Password string
	// ExtensionDigits is how long an extension is, at which a transfer is done; 5 when zero, as in the example of 1.6.11.
	ExtensionDigits int
	// Custom says that it is another softphone: every argument is recorded, none has a meaning and none is a fault.
	Custom bool
}

// Phone is one simulated softphone. All methods may be called from any goroutine.
type Phone struct {
	opts     Options
	dir      string
	path     string
	listener net.Listener
	running  sync.WaitGroup

	mu      sync.Mutex
	conns   map[net.Conn]bool
	closed  bool
	linkCut bool
	state
	records
}

// New starts a softphone with a program of its own. Close ends it.
func New(opts Options) (*Phone, error) {
	if opts.Name == "" {
		opts.Name = "TotalPhone" + filepath.Ext(opts.Program)
	}
	if opts.ExtensionDigits == 0 {
		opts.ExtensionDigits = 5
	}
	dir, err := os.MkdirTemp("", "total phone") // with a blank, as in C:\Program Files
	if err != nil {
		return nil, err
	}
	p := &Phone{opts: opts, dir: dir, path: filepath.Join(dir, opts.Name), conns: map[net.Conn]bool{}, records: newRecords()}
	if err := p.start(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return p, nil
}

func (p *Phone) start() error {
	if err := os.Link(p.opts.Program, p.path); err != nil {
		whole, err := os.ReadFile(p.opts.Program)
		if err != nil {
			return err
		}
		if err := os.WriteFile(p.path, whole, 0o755); err != nil {
			return err
		}
	}
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	p.listener = l
	if err := os.WriteFile(filepath.Join(p.dir, "simulator.addr"), []byte(l.Addr().String()), 0o600); err != nil {
		return errors.Join(err, l.Close())
	}
	p.running.Go(p.serve)
	return nil
}

// Close ends the softphone, programs that wait for it included, and removes its files. It may be called twice.
func (p *Phone) Close() {
	p.mu.Lock()
	first := !p.closed
	p.closed = true
	for c := range p.conns {
		_ = c.Close()
	}
	p.mu.Unlock()
	if first {
		_ = p.listener.Close()
	}
	p.running.Wait()
	_ = os.RemoveAll(p.dir)
}

// Path is the program, by its full path; for a program that runs through wine, as Windows would write it.
func (p *Phone) Path() string {
	if len(p.opts.Through) > 0 && filepath.Ext(p.path) == ".exe" {
		return "Z:" + strings.ReplaceAll(p.path, "/", `\`)
	}
	return p.path
}

// Launch runs the program as a hand does, and waits until it has ended, so that what it was told is in force. It is
// unavailable while the link is cut; a program that fails is an error of no kind, for what it did first nobody knows.
func (p *Phone) Launch(ctx context.Context, program string, args ...string) error {
	p.mu.Lock()
	cut := p.linkCut
	p.mu.Unlock()
	if cut {
		return &cti.Error{Kind: cti.Unavailable, Text: "nobody's session is attached"}
	}
	if program != p.Path() {
		return fmt.Errorf("launched %s, which is not %s", program, p.Path())
	}
	line := append(append(append([]string{}, p.opts.Through...), program), args...)
	cmd := exec.CommandContext(ctx, line[0], line[1:]...)
	cmd.Env = append(os.Environ(), p.opts.Env...)
	var words bytes.Buffer
	cmd.Stderr = &words
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return fmt.Errorf("%s: %w: %s", p.opts.Name, err, bytes.TrimSpace(words.Bytes()))
	}
	return nil
}

// CutLink lets nobody launch anything until RestoreLink.
func (p *Phone) CutLink() { p.setCut(true) }

// RestoreLink ends CutLink.
func (p *Phone) RestoreLink() { p.setCut(false) }

func (p *Phone) setCut(cut bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.linkCut = cut
}

func (p *Phone) serve() {
	for {
		conn, err := p.listener.Accept()
		if err != nil {
			return
		}
		if !p.keep(conn) {
			_ = conn.Close()
			return
		}
		p.running.Go(func() {
			defer p.forget(conn)
			p.take(conn)
		})
	}
}

func (p *Phone) keep(conn net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return false
	}
	p.conns[conn] = true
	return true
}

func (p *Phone) forget(conn net.Conn) {
	_ = conn.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.conns, conn)
}

// take reads one launch and does it.
func (p *Phone) take(conn net.Conn) {
	line, err := bufio.NewReader(io.LimitReader(conn, 1<<20)).ReadBytes('\n')
	if err != nil {
		return
	}
	var args []string
	if err := json.Unmarshal(line, &args); err != nil {
		return
	}
	what, reading := p.arrived(args)
	switch what {
	case drop:
		return
	case hang:
		close(reading)
		// Whoever waits for the answer leaves some time.
		_, _ = io.Copy(io.Discard, conn)
		return
	}
	_, _ = conn.Write([]byte("taken\n"))
}
