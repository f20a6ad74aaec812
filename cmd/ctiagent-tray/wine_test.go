//go:build linux

package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"ctiagent/internal/winetest"
	"ctiagent/vendors/totalip/totaliptest"
)

// TestWindowsProgramShowsTheDesk starts the program of Windows in a Windows desktop of its own and looks at its icon on the
// screen: it reaches the service by its pipe, and notices when that ends.
func TestWindowsProgramShowsTheDesk(t *testing.T) {
	w := winetest.New(t)
	w.Build(t, filepath.Join(w.C, "ctiagent-tray.exe"), ".", "-ldflags", "-H windowsgui")
	w.Build(t, filepath.Join(w.C, "ctiagent.exe"), "ctiagent/cmd/ctiagent")
	s := newSession(t)
	w.Env = append(w.Env, s.env[len(s.env)-2:]...) // the display and the bus
	site := newSite(s)
	site.pbx.AddExtension(totaliptest.Extension{Number: "10005", User: "12", Name: "Ana Souza", LoggedIn: true})
	config, err := os.ReadFile(site.config)
	if err == nil {
		err = os.WriteFile(filepath.Join(w.C, "site.toml"), config, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	const orange, green = 0xD55E00, 0x009E73
	s.starts(w, "explorer", "/desktop=ctiagent,800x600", `C:\ctiagent-tray.exe`)
	s.showsColor(orange)
	service := s.starts(w, `C:\ctiagent.exe`, "run", "--config", `C:\site.toml`)
	s.showsColor(green)
	if err := service.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	s.showsColor(orange)
}

// starts starts a program of Windows, which ends with its Windows. What it says goes into a file: a program that it has
// started may hold a pipe open.
func (s *session) starts(w *winetest.Windows, args ...string) *exec.Cmd {
	s.Helper()
	out, err := os.CreateTemp(s.dir, "said")
	if err != nil {
		s.Fatal(err)
	}
	defer out.Close()
	cmd := w.Command(s.ctx, args...)
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() {
		_ = cmd.Process.Kill() // it may have ended, with others that it has started
		_ = cmd.Wait()
		if s.Failed() {
			said, _ := os.ReadFile(out.Name())
			s.Logf("%q said:\n%s", args, said)
		}
	})
	return cmd
}

// showsColor waits until an icon of this colour is on the screen. The display tells nobody when its picture changes, so it
// is looked at again and again.
func (s *session) showsColor(color uint32) {
	s.Helper()
	again := time.NewTicker(100 * time.Millisecond)
	defer again.Stop()
	for {
		picture, err := s.picture()
		if err != nil {
			s.Fatal(err)
		}
		at, found := picture.most(color, 16)
		// An icon fills half of its square of 16 by 16 or more, with some white in it.
		if found >= 60 && picture.count(0xFFFFFF, at, 16) > 0 {
			return
		}
		select {
		case <-again.C:
		case <-s.ctx.Done():
			s.Fatalf("no icon of the colour %06X was ever on the screen, %d such points at most", color, found)
		}
	}
}

// picture is what a display shows, a number 0xRRGGBB for each point.
type picture struct {
	wide, high int
	points     []uint32
}

// picture reads the display, which X keeps in a file in the form of an X window dump: a head of big-endian numbers, the
// colours, the rows.
func (s *session) picture() (picture, error) {
	data, err := os.ReadFile(s.screen)
	if err != nil {
		return picture{}, err
	}
	const fields = 25
	if len(data) < 4*fields {
		return picture{}, fmt.Errorf("the display's picture has %d bytes", len(data))
	}
	field := func(i int) int { return int(binary.BigEndian.Uint32(data[4*i:])) }
	head, wide, high, little, bits, row, colors := field(0), field(4), field(5), field(7) == 0, field(11), field(12), field(19)
	start := head + 12*colors
	if bits != 32 || !little || len(data) < start+row*high {
		return picture{}, fmt.Errorf("the display has %d bits a point, little-endian %v, %d bytes", bits, little, len(data))
	}
	p := picture{wide, high, make([]uint32, wide*high)}
	for y := range high {
		for x := range wide {
			p.points[y*wide+x] = binary.LittleEndian.Uint32(data[start+y*row+4*x:]) & 0xFFFFFF
		}
	}
	return p, nil
}

// count is how many points of a square have a colour.
func (p picture) count(color uint32, at, size int) (n int) {
	for y := at / p.wide; y < min(at/p.wide+size, p.high); y++ {
		for x := at % p.wide; x < min(at%p.wide+size, p.wide); x++ {
			if p.points[y*p.wide+x] == color {
				n++
			}
		}
	}
	return n
}

// most finds the square with the most points of a colour.
func (p picture) most(color uint32, size int) (at, n int) {
	for i, c := range p.points {
		if c != color {
			continue
		}
		corner := max(0, i/p.wide-size/2)*p.wide + max(0, i%p.wide-size/2)
		if m := p.count(color, corner, size); m > n {
			at, n = corner, m
		}
	}
	return at, n
}
