package protocol

import "encoding/binary"

// The opcodes of WebSocket frames (RFC 6455, 5.2).
const (
	opText  = 0x1
	opClose = 0x8
	opPong  = 0xA
	final   = 0x80
)

// AppendText appends an unmasked text frame, as a server sends it.
func AppendText(b, payload []byte) []byte {
	return append(appendHeader(b, opText, len(payload)), payload...)
}

// AppendPong appends the answer to a ping; payload has at most 125 bytes.
func AppendPong(b, payload []byte) []byte {
	return append(appendHeader(b, opPong, len(payload)), payload...)
}

// AppendClose appends a close frame. The reason has at most 123 bytes.
func AppendClose(b []byte, code CloseCode, reason string) []byte {
	b = appendHeader(b, opClose, 2+len(reason))
	b = binary.BigEndian.AppendUint16(b, uint16(code))
	return append(b, reason...)
}

func appendHeader(b []byte, op byte, n int) []byte {
	b = append(b, final|op)
	switch {
	case n < 126:
		return append(b, byte(n))
	case n <= 0xFFFF:
		return binary.BigEndian.AppendUint16(append(b, 126), uint16(n))
	}
	return binary.BigEndian.AppendUint64(append(b, 127), uint64(n))
}
