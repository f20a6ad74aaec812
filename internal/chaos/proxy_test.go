package chaos_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"testing"
	"time"

	"ctiagent/internal/chaos"
)

// line is a client and a server with a proxy between them.
type line struct {
	proxy          *chaos.Proxy
	client, server net.Conn
}

// connect puts a proxy between a client and a server.
func connect(t *testing.T, seed uint64, faults ...chaos.Fault) line {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	p, err := chaos.New("127.0.0.1:0", l.Addr().String(), seed, faults...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	client, err := (&net.Dialer{}).DialContext(ctx, "tcp", p.Addr())
	if err != nil {
		t.Fatal(err)
	}
	server, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	end := time.Now().Add(patience)
	for _, c := range []net.Conn{client, server} {
		t.Cleanup(func() { _ = c.Close() })
		if err := c.SetDeadline(end); err != nil {
			t.Fatal(err)
		}
	}
	return line{p, client, server}
}

// text is what goes over a line: long enough for every fault to happen, and no two parts of it alike.
func text() []byte {
	var b bytes.Buffer
	for i := range 4000 {
		b.WriteString(time.Duration(i).String())
	}
	return b.Bytes()
}

// send writes all of a text and ends the connection.
func send(to net.Conn, what []byte) {
	_, _ = to.Write(what) // who reads sees what came
	_ = to.Close()
}

func TestGentleNetworkLosesNothing(t *testing.T) {
	l := connect(t, 7, chaos.Gentle()...)
	want := text()
	for _, way := range []struct{ from, to net.Conn }{{l.client, l.server}} {
		go send(way.from, want)
		if got, err := io.ReadAll(way.to); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%d of %d bytes came, %v", len(got), len(want), err)
		}
	}
	for _, f := range chaos.Gentle() {
		if l.proxy.Count(f) == 0 {
			t.Errorf("%s has not happened: %s", f, l.proxy)
		}
	}
}

func TestNothingIsChangedOrRepeatedOnTheWayToTheServer(t *testing.T) {
	l := connect(t, 7, chaos.Corrupt, chaos.Duplicate, chaos.Split)
	want := text()
	go send(l.client, want)
	if got, err := io.ReadAll(l.server); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d of %d bytes came, %v", len(got), len(want), err)
	}
}

func TestEveryFaultIsSeenByWhoReads(t *testing.T) {
	want := text()
	for fault, right := range map[chaos.Fault]func(got []byte) bool{
		chaos.Corrupt:   func(got []byte) bool { return len(got) == len(want) && !bytes.Equal(got, want) },
		chaos.Duplicate: func(got []byte) bool { return len(got) > len(want) },
		chaos.Cut:       func(got []byte) bool { return len(got) < len(want) && bytes.HasPrefix(want, got) },
	} {
		t.Run(string(fault), func(t *testing.T) {
			l := connect(t, 7, fault)
			go send(l.server, want)
			got, _ := io.ReadAll(l.client) // a cut connection may end with an error or without one
			if !right(got) || l.proxy.Count(fault) == 0 {
				t.Errorf("%d of %d bytes came; %s", len(got), len(want), l.proxy)
			}
		})
	}
}

func TestSameSeedDoesTheSame(t *testing.T) {
	var first []byte
	for i := range 2 {
		l := connect(t, 11, chaos.Corrupt, chaos.Duplicate)
		go send(l.server, text())
		got, err := io.ReadAll(l.client)
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			first = got
		} else if !bytes.Equal(got, first) {
			t.Error("another text came")
		}
	}
}

func TestStalledConnectionIsCutWhenTheNetworkIsWhole(t *testing.T) {
	l := connect(t, 7, chaos.Stall)
	want := text()
	go send(l.server, want)
	came := make(chan int, 1)
	go func() {
		got, _ := io.ReadAll(l.client)
		came <- len(got)
	}()
	// The last byte may be read before the stall is counted, so the count is what is waited for.
	again, late := time.NewTicker(time.Millisecond), time.NewTimer(10*time.Second)
	defer again.Stop()
	defer late.Stop()
	for l.proxy.Count(chaos.Stall) == 0 {
		select {
		case <-again.C:
		case <-late.C:
			t.Fatalf("nothing was stalled; %s", l.proxy)
		}
	}
	if cut := l.proxy.Heal(); cut != 1 {
		t.Errorf("%d connections were cut", cut)
	}
	if got := <-came; got >= len(want) {
		t.Errorf("%d of %d bytes came through a stalled connection", got, len(want))
	}
}
