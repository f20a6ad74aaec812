package mailing

import (
	"bytes"
	"fmt"
	"testing"
)

// BenchmarkScan reads and checks a hundred thousand lines.
func BenchmarkScan(b *testing.B) {
	var list bytes.Buffer
	for i := range 100_000 {
		fmt.Fprintf(&list, "%d;Cliente José %d;11;9%08d;21;3355%04d;;;;;;;;;;;24-12-2030;08:00\n", i, i, 60_000_000+i, i%10_000)
	}
	b.ReportAllocs()
	for b.Loop() {
		if s, err := Scan(b.Context(), bytes.NewReader(list.Bytes()), site(b, 2), nil, nil, nil); err != nil || s.Contacts != 100_000 {
			b.Fatal(err, s)
		}
	}
}
