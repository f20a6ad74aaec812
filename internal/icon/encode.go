package icon

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image/png"
)

// PNG is an icon as a PNG file.
func PNG(name string, size int) ([]byte, error) {
	img := Draw(name, size)
	if img == nil {
		return nil, fmt.Errorf("there is no icon %q", name)
	}
	var b bytes.Buffer
	err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, img)
	return b.Bytes(), err
}

// ICO is an icon as a Windows icon file that holds every size, each as a bitmap of 32 bits a pixel. Sizes go up to 255.
func ICO(name string, sizes ...int) ([]byte, error) {
	head := binary.LittleEndian.AppendUint16(nil, 0)
	head = binary.LittleEndian.AppendUint16(head, 1) // an icon, no cursor
	head = binary.LittleEndian.AppendUint16(head, uint16(len(sizes)))
	var images []byte
	for _, size := range sizes {
		if size < 1 || size > 255 {
			return nil, fmt.Errorf("an icon file holds no size %d", size)
		}
		bitmap, err := dib(name, size)
		if err != nil {
			return nil, err
		}
		head = append(head, byte(size), byte(size), 0, 0)
		head = binary.LittleEndian.AppendUint16(head, 1)  // planes
		head = binary.LittleEndian.AppendUint16(head, 32) // bits a pixel
		head = binary.LittleEndian.AppendUint32(head, uint32(len(bitmap)))
		head = binary.LittleEndian.AppendUint32(head, uint32(6+16*len(sizes)+len(images)))
		images = append(images, bitmap...)
	}
	return append(head, images...), nil
}

// dib is one image of an icon file: a BITMAPINFOHEADER of twice the height, the rows from the bottom up as blue, green,
// red and alpha, then a mask of one bit a pixel, which is all zero since alpha says it better.
func dib(name string, size int) ([]byte, error) {
	img := Draw(name, size)
	if img == nil {
		return nil, fmt.Errorf("there is no icon %q", name)
	}
	maskRow := (size + 31) / 32 * 4
	var b []byte
	for _, v := range []uint32{40, uint32(size), uint32(2 * size)} {
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	b = binary.LittleEndian.AppendUint16(b, 1)
	b = binary.LittleEndian.AppendUint16(b, 32)
	for _, v := range []uint32{0, uint32(size*size*4 + maskRow*size), 0, 0, 0, 0} {
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	for y := size - 1; y >= 0; y-- {
		for x := range size {
			c := img.NRGBAAt(x, y)
			b = append(b, c.B, c.G, c.R, c.A)
		}
	}
	return append(b, make([]byte, maskRow*size)...), nil
}
