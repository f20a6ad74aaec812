package peer

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// pair connects two ends over the network's loopback or a path.
func pair(t *testing.T, network, address string) (client, server net.Conn) {
	t.Helper()
	l, err := net.Listen(network, address)
	if err != nil {
		t.Skipf("this system has no %s: %v", address, err)
	}
	t.Cleanup(func() { l.Close() })
	client, err = net.Dial(network, l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	server, err = l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	return client, server
}

func TestOwnerOfOwnConnectionIsSelf(t *testing.T) {
	self, err := Self()
	if err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{"127.0.0.1:0", "127.0.0.2:0", "[::1]:0"} {
		_, server := pair(t, "tcp", address)
		got, err := OfTCP(server.LocalAddr().(*net.TCPAddr).AddrPort(), server.RemoteAddr().(*net.TCPAddr).AddrPort())
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(got, self); d != "" {
			t.Errorf("%s: %s", address, d)
		}
	}
	self.Admin = os.Getuid() == 0 // which a connection of one's own door alone tells
	client, server := pair(t, "unix", filepath.Join(t.TempDir(), "s"))
	for _, c := range []net.Conn{client, server} {
		got, err := OfSocket(c)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(got, self); d != "" {
			t.Error(d)
		}
	}
}

func TestOwnerOfNoConnectionIsUnknown(t *testing.T) {
	_, err := OfTCP(netip.MustParseAddrPort("127.0.0.1:1"), netip.MustParseAddrPort("127.0.0.1:2"))
	if !errors.Is(err, ErrUnknown) {
		t.Errorf("got %v, want %v", err, ErrUnknown)
	}
	_, server := pair(t, "tcp", "127.0.0.1:0")
	if _, err := OfSocket(server); !errors.Is(err, ErrUnknown) {
		t.Errorf("peer of a TCP connection: got %v, want %v", err, ErrUnknown)
	}
}

func TestRowsOfAnotherUser(t *testing.T) {
	const table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n" +
		"   0: 0100007F:53DE 00000000:0000 0A 00000000:00000000 00:00000000 00000000   998        0 4711 1 0 100 0\n" +
		"   1: 0000000000000000FFFF00000100007F:D431 0000000000000000FFFF00000100007F:53DE 01 00000000:00000000 00:00000000 00000000  1001        0 4712 1 0\n" +
		"   2: nonsense\n"
	var got []string
	scanRows(strings.NewReader(table), func(r row) bool {
		got = append(got, r.local.String()+" "+r.remote.String()+" "+r.state+" "+strconv.Itoa(int(r.uid))+" "+r.inode)
		return true
	})
	want := []string{"127.0.0.1:21470 0.0.0.0:0 0A 998 4711", "127.0.0.1:54321 127.0.0.1:21470 01 1001 4712"}
	if d := cmp.Diff(got, want); d != "" {
		t.Error(d)
	}
}

func TestPortHolderNamesThisProcess(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	got := PortHolder(l.Addr().(*net.TCPAddr).Port)
	if !strings.HasPrefix(got, "peer.test (process ") {
		t.Errorf("got %q, want the name and number of this process", got)
	}
	l.Close()
	if got := PortHolder(l.Addr().(*net.TCPAddr).Port); got != "" {
		t.Errorf("a free port is held by %q", got)
	}
}
