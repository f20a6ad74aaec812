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
	"strconv"
	"time"
)

// The bench starts itself with this command to hold pages open in a process of
// their own, so that only the server's half of a connection is counted.
const (
	holdCommand = "hold"
	holdWatch   = "watch"
	holdPlain   = "plain"
)

// pagesHeld is how many pages are held at once: enough that what the process
// needs for itself does not count.
const pagesHeld = 400

// hold opens pages, says so, and keeps them until its input ends.
func hold(args []string, in io.Reader, out io.Writer) error {
	if len(args) != 3 {
		return errors.New("hold wants an address, a number and watch or plain")
	}
	n, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	for range n {
		p, err := openPage(context.Background(), args[0])
		if err != nil {
			return err
		}
		if args[2] == holdWatch {
			if err := p.watch(); err != nil {
				return err
			}
		}
		defer p.conn.Close()
	}
	if _, err := fmt.Fprintln(out, "ready"); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, in)
	return err
}

// pageMemory measures heap and stacks of the server per idle watching page.
// The baseline is a hijacked connection with two goroutines and nothing else.
func (b *bench) pageMemory(ctx context.Context) (result, error) {
	p, err := newPath(ctx)
	if err != nil {
		return result{}, err
	}
	defer p.close()
	bare, err := newBare(ctx)
	if err != nil {
		return result{}, err
	}
	defer bare.close()
	base := func(ctx context.Context) (float64, error) { return perPage(ctx, bare.addr(), holdPlain) }
	own := func(ctx context.Context) (float64, error) { return perPage(ctx, p.addr(), holdWatch) }
	costs, err := alternate(ctx, b.often(3), own, base, base)
	if err != nil {
		return result{}, err
	}
	return result{value: ratio(costs[0], costs[1]), self: ratio(costs[2], costs[1]),
		detail: fmt.Sprintf("a page takes %.1f kB, the baseline %.1f kB", median(costs[0])/1e3, median(costs[1])/1e3)}, nil
}

// perPage is what a page costs this process, in bytes.
func perPage(ctx context.Context, addr, how string) (float64, error) {
	self, err := os.Executable()
	if err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	goroutines := runtime.NumGoroutine()
	before := inUse()
	cmd := exec.CommandContext(ctx, self, holdCommand, addr, strconv.Itoa(pagesHeld), how)
	cmd.Stderr = os.Stderr
	end, err := cmd.StdinPipe()
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
	_, err = bufio.NewReader(out).ReadString('\n')
	after := inUse()
	end.Close()
	if err = errors.Join(err, cmd.Wait()); err != nil {
		return 0, fmt.Errorf("the process that holds the pages: %w", err)
	}
	// The next side must not count what this one leaves behind.
	if err := until(ctx, func() bool { return runtime.NumGoroutine() <= goroutines+1 }); err != nil {
		return 0, fmt.Errorf("%d goroutines stay when the pages are gone: %w", runtime.NumGoroutine()-goroutines, err)
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
	b := &bare{listener: l, server: &http.Server{Handler: http.HandlerFunc(serveBare)}} //nolint:gosec // a baseline on loopback
	go func() { _ = b.server.Serve(l) }()
	return b, nil
}

func (b *bare) addr() string { return b.listener.Addr().String() }

func (b *bare) close() { _ = b.server.Close() }

func serveBare(w http.ResponseWriter, _ *http.Request) {
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
