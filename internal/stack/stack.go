// Package stack spares a goroutine that is known to call deep the copies by which its stack would grow.
//
// A stack begins with 2 kB and doubles. Each time the runtime looks up every function on it in the program's tables: from
// deep within a program that reads most of these tables, which are a third of its file, into memory.
package stack

// Reserve16 makes the calling goroutine's stack 16 kB large. It is called before anything else in the goroutine.
func Reserve16() { reserve16(0) }

// Reserve32 makes the calling goroutine's stack 32 kB large. It is called before anything else in the goroutine.
func Reserve32() { reserve32(0) }

// A function's room on the stack is there when it begins. With n 0 none of it is touched.
//
//go:noinline
func reserve16(n int) byte {
	if n == 0 {
		return 0
	}
	var room [12 << 10]byte
	return fill(room[:], n)
}

//go:noinline
func reserve32(n int) byte {
	if n == 0 {
		return 0
	}
	var room [24 << 10]byte
	return fill(room[:], n)
}

func fill(room []byte, n int) byte {
	for i := range room {
		room[i] = byte(i * n) //nolint:gosec // any byte will do
	}
	return room[n%len(room)]
}
