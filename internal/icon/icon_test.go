package icon

import (
	"encoding/binary"
	"testing"
)

func TestIconFileHoldsEachSizeWhereItSays(t *testing.T) {
	sizes := []int{16, 20, 48}
	for name := range shapes() {
		ico, err := ICO(name, sizes...)
		if err != nil {
			t.Fatal(err)
		}
		le := binary.LittleEndian
		if le.Uint16(ico[2:]) != 1 || int(le.Uint16(ico[4:])) != len(sizes) {
			t.Fatalf("%s: the file begins with % x", name, ico[:6])
		}
		end := 6 + 16*len(sizes)
		for i, size := range sizes {
			entry := ico[6+16*i:]
			length, offset := int(le.Uint32(entry[8:])), int(le.Uint32(entry[12:]))
			if int(entry[0]) != size || offset != end {
				t.Errorf("%s: image %d is %d wide and lies at %d, want %d and %d", name, i, entry[0], offset, size, end)
			}
			end = offset + length
			image := Draw(name, size)
			// The first pixel of the bitmap is the last row's.
			if got, want := ico[offset+40+4*(size/2)+3], image.NRGBAAt(size/2, size-1).A; got != want {
				t.Errorf("%s: the middle of the last row of size %d is %d opaque, want %d", name, size, got, want)
			}
		}
		if end != len(ico) {
			t.Errorf("%s: the images end at %d, the file at %d", name, end, len(ico))
		}
	}
}

func TestWhatCannotBeDrawnIsRefused(t *testing.T) {
	if _, err := PNG("unicorn", 16); err == nil {
		t.Error("there is a unicorn")
	}
	if _, err := ICO("unicorn", 16); err == nil {
		t.Error("there is a unicorn in an icon file")
	}
	if _, err := ICO("ready", 256); err == nil {
		t.Error("an icon file took a size it cannot name")
	}
}
