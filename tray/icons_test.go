package tray

import (
	"bytes"
	"flag"
	"image"
	"image/color"
	"image/png"
	"os"
	"testing"

	"ctiagent/internal/icon"
)

var update = flag.Bool("update", false, "draw the icons again")

// The sizes of the icon files: a panel scales the one PNG, Windows picks from the sizes.
const pngSize = 48

func TestIconsAreDrawn(t *testing.T) {
	for _, i := range Icons() {
		for suffix, draw := range map[string]func() ([]byte, error){
			".png": func() ([]byte, error) { return icon.PNG(string(i), pngSize) },
			".ico": func() ([]byte, error) { return icon.ICO(string(i), 16, 20, 24, 32, 48) },
		} {
			want, err := draw()
			if err != nil {
				t.Fatal(err)
			}
			file := "icons/" + string(i) + suffix
			if *update {
				if err := os.WriteFile(file, want, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			got, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%s is not what internal/icon draws; go generate ./tray draws it again", file)
			}
		}
	}
}

// TestIconsDifferInShape looks at the icons as who sees no colour at all does, at the size of a small panel: which pixels
// are painted, and which of them are light.
func TestIconsDifferInShape(t *testing.T) {
	shape := func(i Icon) []byte {
		data, err := icons.ReadFile("icons/" + string(i) + ".png")
		if err != nil {
			t.Fatal(err)
		}
		img, err := png.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if got, want := img.Bounds(), image.Rect(0, 0, pngSize, pngSize); got != want {
			t.Fatalf("%s has the bounds %v, want %v", i, got, want)
		}
		var out []byte
		for y := 1; y < pngSize; y += 3 {
			for x := 1; x < pngSize; x += 3 {
				c := color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA)
				switch {
				case c.A < 128:
					out = append(out, ' ')
				case c.R > 240 && c.G > 240 && c.B > 240:
					out = append(out, '.')
				default:
					out = append(out, '#')
				}
			}
		}
		return out
	}
	all := Icons()
	for n, a := range all {
		for _, b := range all[:n] {
			differ := 0
			sa, sb := shape(a), shape(b)
			for i := range sa {
				if sa[i] != sb[i] {
					differ++
				}
			}
			if share := float64(differ) / float64(len(sa)); share < 0.1 {
				t.Errorf("%s and %s differ in %.0f%% of their points only", a, b, 100*share)
			}
		}
	}
}
