package installer_test

import (
	"context"
	"fmt"
	"net"
	"testing"
	"time"

	"ctiagent/vendors/totalip/totaliptest"
)

// site is a telephone system for an installed ctiagent, and the file that tells of it.
type site struct {
	pbx  *totaliptest.PBX
	port int    // of the pages' door
	file string // the text of ctiagent.toml
}

func newSite(t *testing.T) *site {
	t.Helper()
	const key = "key-0123456789abcdef0123456789abcd"
	s := &site{pbx: totaliptest.New(totaliptest.Options{Key: key})}
	t.Cleanup(s.pbx.Close)
	s.pbx.AddExtension(totaliptest.Extension{Number: "10005", User: "12", Name: "Ana Souza", LoggedIn: true})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.port = l.Addr().(*net.TCPAddr).Port
	l.Close()
	s.file = fmt.Sprintf("[api]\nport = %d\n[agent]\nid = \"12\"\nextension = \"10005\"\narea_code = \"11\"\n[[driver]]\nuse = \"totalip\"\nurl = %q\nevents = %q\nkey = %q\n",
		s.port, s.pbx.URL(), s.pbx.EventsAddr(), key)
	return s
}

// listens tells whether somebody does at the pages' door.
func (s *site) listens() bool {
	conn, err := net.DialTimeout("tcp", fmt.Sprintf("127.0.0.1:%d", s.port), time.Second)
	if err != nil {
		return false
	}
	conn.Close()
	return true
}

// dialled waits until the telephone system was asked to dial so many times, and answers the numbers.
func (s *site) dialled(t *testing.T, n int) (numbers []string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := s.pbx.Wait(ctx, func() bool { return len(s.pbx.Dials()) >= n }); err != nil {
		t.Fatalf("dialled %v, want %d; asked %+v", s.pbx.Dials(), n, s.pbx.Requests())
	}
	for _, d := range s.pbx.Dials() {
		numbers = append(numbers, d.Number)
	}
	return numbers
}

// until waits for something that nobody tells of.
func until(t *testing.T, what string, happened func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for !happened() {
		select {
		case <-look.C:
		case <-ctx.Done():
			t.Fatalf("%s did not happen", what)
		}
	}
}
