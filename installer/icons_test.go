package installer_test

import (
	"bytes"
	"os"
	"strconv"
	"testing"

	"ctiagent/internal/icon"
)

// TestIconsAreDrawn holds the program's icon, which is that of a desk that is ready, to what internal/icon draws.
func TestIconsAreDrawn(t *testing.T) {
	want := map[string]func() ([]byte, error){
		"ctiagent.ico": func() ([]byte, error) { return icon.ICO("ready", 16, 20, 24, 32, 48, 64, 128) },
	}
	for _, size := range []int{16, 22, 24, 32, 48, 64, 128, 256} {
		want[strconv.Itoa(size)+".png"] = func() ([]byte, error) { return icon.PNG("ready", size) }
	}
	for name, draw := range want {
		data, err := draw()
		if err != nil {
			t.Fatal(err)
		}
		if *update {
			if err := os.WriteFile("icons/"+name, data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile("icons/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, data) {
			t.Errorf("icons/%s is not what internal/icon draws; go test -run TestIconsAreDrawn ./installer -update draws it again", name)
		}
	}
}
