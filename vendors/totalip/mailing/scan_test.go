package mailing

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
)

func TestScanCountsWhatAFileHolds(t *testing.T) {
	file := "1;x;;33553400;;33553401;;;;;;;;;;;24-12-2026;08:00\r\n\r\n2;x;;33553402\n;bad;1;33553400\n  \n3;x;;bad"
	check := site(t, 2)
	check.Columns = 7
	got, err := Scan(t.Context(), strings.NewReader(file), check, nil, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(file))
	if got.SHA256 != hex.EncodeToString(sum[:]) || got.Lines != 4 || got.Contacts != 2 || got.Numbers != 3 || got.Schedules != 1 || got.BadLines != 2 ||
		got.Found != 3 || len(got.Problems) != 3 || got.Problems[2].Line != 6 {
		t.Errorf("got %+v", got)
	}
	better, err := Scan(t.Context(), strings.NewReader(strings.Replace(file, "3;x;;bad", "3;x;;33553400", 1)), check, nil, nil, nil)
	if err != nil || HeadOf(got, check, "80").Same(HeadOf(better, check, "80")) {
		t.Error("two files have the same head", err)
	}
}

func TestBadLinesAreKeptAsTheyStand(t *testing.T) {
	for name, c := range map[string]struct{ file, want string }{
		"latin":  {"1;Jo\xe3o;;33553400\r\n2;Jo\xe3o;;1\r\n3;x;;33553400\n;no end", "2;Jo\xe3o;;1\r\n;no end"},
		"marked": {"\xef\xbb\xbf1;x;;1\n2;x;;33553400\n", "\xef\xbb\xbf1;x;;1\n"},
		"wide":   {string(wide("1;x;;33553400\n2;x;;1\r\n", "\xff\xfe", 1, 0)), string(wide("2;x;;1\r\n", "\xff\xfe", 1, 0))},
		"clean":  {"\xef\xbb\xbf1;x;;33553400\n", ""},
	} {
		var kept bytes.Buffer
		if _, err := Scan(t.Context(), strings.NewReader(c.file), site(t, 2), &kept, nil, nil); err != nil || kept.String() != c.want {
			t.Errorf("%s: kept %q, %v", name, kept.String(), err)
		}
	}
	no := errors.New("no space")
	if _, err := Scan(t.Context(), strings.NewReader("bad\n"), site(t, 2), full{no}, nil, nil); !errors.Is(err, no) {
		t.Errorf("a full disk: %v", err)
	}
}

type full struct{ err error }

func (f full) Write([]byte) (int, error) { return 0, f.err }

// many is a file of so many lines, which is nowhere whole.
type many struct {
	lines, at int
	bad       int // every so many lines, 0 for none
	rest      []byte
}

func (m *many) Read(b []byte) (int, error) {
	if len(m.rest) == 0 {
		if m.at == m.lines {
			return 0, io.EOF
		}
		m.at++
		number := "33553400"
		if m.bad > 0 && m.at%m.bad == 0 {
			number = "x"
		}
		m.rest = fmt.Appendf(m.rest[:0], "%d;Cliente João %d;11;%s;21;987654321\r\n", m.at, m.at, number)
	}
	n := copy(b, m.rest)
	m.rest = m.rest[n:]
	return n, nil
}

// TestMemoryDoesNotGrowWithTheFile reads 100,000 lines and looks at the heap on the way: good ones, bad ones, and some bad ones
// far apart.
func TestMemoryDoesNotGrowWithTheFile(t *testing.T) {
	const most = 4 << 20
	for bad, lines := range map[int]int{0: 100_000, 1: 40_000, 1000: 100_000} {
		live := func() uint64 {
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			return m.HeapAlloc
		}
		before, peak := live(), uint64(0)
		sum, err := Scan(t.Context(), &many{lines: lines, bad: bad}, site(t, 2), io.Discard, nil, func(at, _ int64) {
			if at%20_000 == 0 {
				peak = max(peak, live())
			}
		})
		want := 0
		if bad > 0 {
			want = lines / bad
		}
		if err != nil || sum.Lines != int64(lines) || sum.Contacts+sum.BadLines != sum.Lines || sum.BadLines != int64(want) || len(sum.Problems) != min(want, MostProblems) {
			t.Fatalf("every %d bad: %v, %d lines, %d contacts", bad, err, sum.Lines, sum.Contacts)
		}
		if peak > before+most {
			t.Errorf("every %d bad: the heap grew from %d to %d bytes", bad, before, peak)
		}
	}
}
