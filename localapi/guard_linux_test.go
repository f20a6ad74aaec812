package localapi_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"ctiagent/localapi"
	"ctiagent/localapi/localapitest"
)

// dialAs connects to the page door with a socket that belongs to another user.
func dialAs(t *testing.T, uid, port int) net.Conn {
	t.Helper()
	type made struct {
		fd  int
		err error
	}
	out := make(chan made)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with its identity
		if err := unix.Setfsuid(uid); err != nil {
			out <- made{err: err}
			return
		}
		fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
		if err == nil {
			err = unix.Connect(fd, &unix.SockaddrInet4{Port: port, Addr: [4]byte{127, 0, 0, 1}})
		}
		out <- made{fd, err}
	}()
	m := <-out
	if m.err != nil {
		t.Fatal(m.err)
	}
	f := os.NewFile(uintptr(m.fd), "socket")
	defer f.Close()
	c, err := net.FileConn(f)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.SetDeadline(time.Now().Add(localapitest.Patience)); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestPageOfAnotherUserIsRefused(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("a socket of another user can be made by root only: run the tests as root to include this one")
	}
	s := localapitest.NewServer(t, func(o *localapi.Options) { o.OpenDesk = servesOnly(localapitest.Self(t), localapitest.NewDesk()) })
	for uid, want := range map[int]int{0: http.StatusSwitchingProtocols, 65534: http.StatusForbidden} {
		c := dialAs(t, uid, s.Port())
		if _, err := io.WriteString(c, handshake(own(s, "127.0.0.1:21470"), localapitest.Origin)); err != nil {
			t.Fatal(err)
		}
		r, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		if r.StatusCode != want {
			t.Errorf("user %d: got %d, want %d", uid, r.StatusCode, want)
		}
	}
}

// TestPageOfAnAddressOfItsOwnIsServed is a Citrix server with virtual loopback (docs.citrix.com, "Virtual IP and virtual
// loopback"): a session's browsers have an address of 127.0.0.0/8, and write 127.0.0.1 as everybody does.
func TestPageOfAnAddressOfItsOwnIsServed(t *testing.T) {
	self := localapitest.Self(t)
	s := localapitest.NewServer(t, func(o *localapi.Options) { o.OpenDesk = servesOnly(self, localapitest.NewDesk()) })
	for _, from := range []string{"127.0.0.1", "127.0.0.5", "127.12.34.56", "127.255.255.254"} {
		d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}, Timeout: localapitest.Patience}
		c, err := d.DialContext(t.Context(), "tcp", addresses(t, s)[0])
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		if err := c.SetDeadline(time.Now().Add(localapitest.Patience)); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(c, handshake(own(s, "127.0.0.1:21470"), localapitest.Origin)); err != nil {
			t.Fatal(err)
		}
		r, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		if r.StatusCode != http.StatusSwitchingProtocols {
			t.Errorf("from %s: got %d, want 101", from, r.StatusCode)
		}
	}
}
