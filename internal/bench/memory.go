//go:build unix

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"time"
)

// The bench starts itself with this command to serve pages in a process of its
// own and anew for each measurement: what an earlier one leaves behind in heap
// and stacks would otherwise be counted as free room.
const (
	serveCommand = "serve"
	servePath    = "path"
	serveBare    = "bare"
)

// pagesHeld is how many pages are held at once: enough that what the process
// needs for itself does not count.
const pagesHeld = 400

// serve opens a page door and tells its address and the memory in use; for
// each line it reads it tells the memory again, until its input ends.
func serve(ctx context.Context, args []string, in io.Reader, out io.Writer) error {
	if len(args) == 2 && (args[0] == pollDriver || args[0] == pollBare) {
		return poll(ctx, args[0], args[1], in, out)
	}
	if len(args) != 1 {
		return errors.New("serve wants path, bare, or what polls and an address")
	}
	var addr string
	switch args[0] {
	case servePath:
		p, err := newPath(ctx)
		if err != nil {
			return err
		}
		defer p.close()
		addr = p.addr()
	case serveBare:
		b, err := newBare(ctx)
		if err != nil {
			return err
		}
		defer b.close()
		addr = b.addr()
	default:
		return fmt.Errorf("serve knows no %q", args[0])
	}
	if _, err := fmt.Fprintln(out, addr, inUse()); err != nil {
		return err
	}
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		if _, err := fmt.Fprintln(out, addr, inUse()); err != nil {
			return err
		}
	}
	return lines.Err()
}

// pageMemory measures heap and stacks of the server per idle watching page.
// The baseline is a hijacked connection with two goroutines and nothing else.
func (b *bench) pageMemory(ctx context.Context) (result, error) {
	watch := (*page).watch
	look := func(*page) error { return nil }
	var costs [3][]float64
	for range b.often(4) {
		for i, s := range []struct {
			what string
			then func(*page) error
		}{{servePath, watch}, {serveBare, look}, {serveBare, look}} {
			cost, err := perPage(ctx, s.what, s.then)
			if err != nil {
				return result{}, err
			}
			costs[i] = append(costs[i], cost)
		}
	}
	return result{value: ratio(costs[0], costs[1]), self: ratio(costs[2], costs[1]),
		detail: fmt.Sprintf("a page takes %.1f kB, the baseline %.1f kB", median(costs[0])/1e3, median(costs[1])/1e3)}, nil
}

// perPage is what a page costs the process that serves it, in bytes.
func perPage(ctx context.Context, what string, then func(*page) error) (cost float64, err error) {
	self, err := os.Executable()
	if err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, self, serveCommand, what)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return 0, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, err
	}
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	defer func() {
		in.Close()
		err = errors.Join(err, cmd.Wait())
	}()
	told := bufio.NewReader(out)
	var addr string
	var before, after int64
	if _, err := fmt.Fscanln(told, &addr, &before); err != nil {
		return 0, fmt.Errorf("the process that serves the pages: %w", err)
	}
	for range pagesHeld {
		p, err := openPage(ctx, addr)
		if err != nil {
			return 0, err
		}
		defer p.conn.Close()
		if err := then(p); err != nil {
			return 0, err
		}
	}
	if _, err := fmt.Fprintln(in); err != nil {
		return 0, err
	}
	if _, err := fmt.Fscanln(told, &addr, &after); err != nil {
		return 0, fmt.Errorf("the process that serves the pages: %w", err)
	}
	return float64(after-before) / pagesHeld, nil
}

// inUse is heap and stacks that are in use once everything dead is collected.
func inUse() int64 {
	for range 3 { // what one collection finalizes, frees or shrinks the next one counts
		runtime.GC()
		time.Sleep(20 * time.Millisecond)
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse) //nolint:gosec // less than the machine's memory
}

// bare is the least server that could push to a page: it hijacks the
// connection and keeps one goroutine for either direction.
type bare struct {
	listener net.Listener
	server   *http.Server
}

func newBare(ctx context.Context) (*bare, error) {
	l, err := listen(ctx)
	if err != nil {
		return nil, err
	}
	b := &bare{listener: l, server: &http.Server{Handler: http.HandlerFunc(hijack)}} //nolint:gosec // a baseline on loopback
	go func() { _ = b.server.Serve(l) }()
	return b, nil
}

func (b *bare) addr() string { return b.listener.Addr().String() }

func (b *bare) close() { _ = b.server.Close() }

func hijack(w http.ResponseWriter, _ *http.Request) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	if _, err := io.WriteString(conn, accepted); err != nil {
		conn.Close()
		return
	}
	pending := make(chan []byte)
	go func() {
		for b := range pending {
			_, _ = conn.Write(b) // the reader sees that the page has gone
		}
	}()
	go func() {
		defer conn.Close()
		defer close(pending)
		var b [64]byte
		for {
			if _, err := conn.Read(b[:]); err != nil {
				return
			}
		}
	}()
}
