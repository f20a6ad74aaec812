package stack_test

import (
	"testing"
	"unsafe"

	"ctiagent/internal/stack"
)

// deep takes so many kB of the stack.
//
//go:noinline
func deep(kB int) byte {
	var room [1 << 10]byte
	if kB > 1 {
		room[kB%len(room)] = deep(kB - 1)
	}
	return room[0]
}

// moved tells whether a new goroutine's stack is copied while it calls deep.
func moved(reserve func(), kB int) bool {
	out := make(chan bool)
	go func() {
		reserve()
		var here byte
		before := uintptr(unsafe.Pointer(&here))
		deep(kB)
		out <- uintptr(unsafe.Pointer(&here)) != before
	}()
	return <-out
}

func TestReservedStackIsNotCopied(t *testing.T) {
	for _, c := range []struct {
		reserve func()
		kB      int
	}{{stack.Reserve16, 10}, {stack.Reserve32, 22}} {
		if moved(c.reserve, c.kB) {
			t.Errorf("a stack was copied before it held %d kB", c.kB)
		}
		if !moved(func() {}, 4*c.kB) {
			t.Error("no stack is copied at all: this test sees nothing")
		}
	}
}
