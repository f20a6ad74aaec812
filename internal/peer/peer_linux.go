package peer

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// OfSocket is the user at the other end of a Unix socket, as the kernel noted
// when the connection was made.
func OfSocket(c net.Conn) (User, error) {
	s, ok := c.(*net.UnixConn)
	if !ok {
		return User{}, fmt.Errorf("%T: %w", c, ErrUnknown)
	}
	raw, err := s.SyscallConn()
	if err != nil {
		return User{}, err
	}
	var cred *unix.Ucred
	var sockErr error
	if err := raw.Control(func(fd uintptr) { cred, sockErr = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED) }); err != nil {
		return User{}, err
	}
	if sockErr != nil {
		return User{}, fmt.Errorf("ask the socket for its peer: %w", sockErr)
	}
	u := ofUID(cred.Uid)
	u.Admin = cred.Uid == 0
	return u, nil
}

// OfTCP is the user whose socket is remote's end of a connection between local
// and remote on this computer.
func OfTCP(local, remote netip.AddrPort) (User, error) {
	var found *row
	err := rows(func(r row) bool {
		if r.local == plain(remote) && r.remote == plain(local) && r.state == established {
			found = &r
		}
		return found == nil
	})
	if err != nil {
		return User{}, err
	}
	if found == nil {
		return User{}, ErrUnknown
	}
	return ofUID(found.uid), nil
}

// PortHolder names the program that listens on a loopback TCP port, as well as
// this user may know it; "" when nobody can be named.
func PortHolder(port int) string {
	var found *row
	if rows(func(r row) bool {
		if r.state == listening && int(r.local.Port()) == port {
			found = &r
		}
		return found == nil
	}) != nil || found == nil {
		return ""
	}
	owner := "user " + ofUID(found.uid).Name
	links, err := filepath.Glob("/proc/[0-9]*/fd/*")
	if err != nil {
		return owner
	}
	want := "socket:[" + found.inode + "]"
	for _, l := range links {
		if to, err := os.Readlink(l); err != nil || to != want {
			continue
		}
		process := filepath.Dir(filepath.Dir(l))
		name, err := os.ReadFile(filepath.Join(process, "comm"))
		if err != nil {
			break
		}
		return fmt.Sprintf("%s (process %s, %s)", strings.TrimSpace(string(name)), filepath.Base(process), owner)
	}
	return owner
}

// PortCommand is what finds out who listens on a port.
func PortCommand(port int) string { return fmt.Sprintf("sudo ss -ltnp 'sport = :%d'", port) }

// The states of a socket in /proc/net/tcp (proc(5), include/net/tcp_states.h).
const (
	established = "01"
	listening   = "0A"
)

// row is one line of /proc/net/tcp.
type row struct {
	local, remote netip.AddrPort
	state         string
	uid           uint32
	inode         string
}

// rows calls f for each TCP socket of this network namespace until it answers
// false. A socket for both families stands in tcp6 even when it speaks IPv4.
func rows(f func(row) bool) error {
	read := 0
	for _, name := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		file, err := os.Open(name)
		if err != nil {
			continue
		}
		read++
		goOn := scanRows(file, f)
		file.Close()
		if !goOn {
			return nil
		}
	}
	if read == 0 {
		return fmt.Errorf("read /proc/net/tcp: %w", ErrUnknown)
	}
	return nil
}

func scanRows(file io.Reader, f func(row) bool) (goOn bool) {
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		// sl local rem st tx:rx tr:when retrnsmt uid timeout inode
		w := strings.Fields(lines.Text())
		if len(w) < 10 {
			continue
		}
		local, ok := address(w[1])
		remote, ok2 := address(w[2])
		uid, err := strconv.ParseUint(w[7], 10, 32)
		if !ok || !ok2 || err != nil {
			continue // the heading
		}
		if !f(row{local, remote, w[3], uint32(uid), w[9]}) {
			return false
		}
	}
	return true
}

// address reads 0100007F:53DE: words of the host's byte order, so little-endian
// on every machine we build for.
func address(s string) (netip.AddrPort, bool) {
	h, p, ok := strings.Cut(s, ":")
	b, err := hex.DecodeString(h)
	port, err2 := strconv.ParseUint(p, 16, 16)
	if !ok || err != nil || err2 != nil || len(b) != 4 && len(b) != 16 {
		return netip.AddrPort{}, false
	}
	for i := 0; i < len(b); i += 4 {
		b[i], b[i+1], b[i+2], b[i+3] = b[i+3], b[i+2], b[i+1], b[i]
	}
	a, _ := netip.AddrFromSlice(b)
	return netip.AddrPortFrom(a.Unmap(), uint16(port)), true
}

func plain(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap().WithZone(""), a.Port())
}
