package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// The browser's framing: a length of four bytes in the machine's own order, then JSON in UTF-8
// (developer.chrome.com/docs/extensions/develop/concepts/native-messaging; the same in Firefox).
const (
	lengthBytes = 4
	// maxIn bounds a message of the extension, in bytes: what the program door takes.
	maxIn = 64 << 10
	// maxOut bounds a message to the extension: longer ones make the browser end this program.
	maxOut = 1 << 20
)

var errTooLong = errors.New("a message of the browser is too long")

// readMessage reads one message; io.EOF says that the browser has closed the pipe.
func readMessage(in io.Reader) ([]byte, error) {
	var head [lengthBytes]byte
	if _, err := io.ReadFull(in, head[:]); err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, fmt.Errorf("read the length of a message: %w", err)
		}
		return nil, err
	}
	n := binary.NativeEndian.Uint32(head[:])
	if n > maxIn {
		return nil, fmt.Errorf("%w: %d bytes, at most %d", errTooLong, n, maxIn)
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(in, b); err != nil {
		return nil, fmt.Errorf("read a message: %w", io.ErrUnexpectedEOF)
	}
	return b, nil
}

// writeMessage writes one message in one piece.
func writeMessage(out io.Writer, b []byte) error {
	framed := make([]byte, 0, lengthBytes+len(b))
	framed = binary.NativeEndian.AppendUint32(framed, uint32(len(b))) //nolint:gosec // at most maxOut
	_, err := out.Write(append(framed, b...))
	return err
}
