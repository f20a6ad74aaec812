package mailing

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"ctiagent/dialplan"
	"ctiagent/internal/i18n"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"
)

// site is a Check of a site in São Paulo, over a road of so many numbers.
func site(t testing.TB, numbers int) Check {
	t.Helper()
	plan, err := dialplan.New(dialplan.Site{AreaCode: "11"})
	if err != nil {
		t.Fatal(err)
	}
	return Check{Plan: plan, Road: Road{Name: "test", Numbers: numbers}, Zone: time.UTC}
}

// readAll reads a file to its end, or to what ends it.
func readAll(r *Reader) (contacts []Contact, problems []Problem, err error) {
	for {
		line, err := r.Next()
		if errors.Is(err, io.EOF) {
			return contacts, problems, nil
		}
		if err != nil {
			return contacts, problems, err
		}
		if problems = append(problems, line.Problems...); len(line.Problems) == 0 {
			contacts = append(contacts, line.Contact)
		}
	}
}

func TestManualsExampleIsRead(t *testing.T) {
	line := "Total IP; Tecnologia; ;33553400; 19; 33553400; 21; 33553400; 41; 33553400; 81; 33553400\r\n"
	got, problems, err := readAll(NewReader(strings.NewReader(line+line), site(t, 5)))
	if err != nil || problems != nil {
		t.Fatal(problems, err)
	}
	want := Contact{"Total IP", "Tecnologia", []Number{{Number: "33553400"}, {Area: "19", Number: "33553400"}, {Area: "21", Number: "33553400"},
		{Area: "41", Number: "33553400"}, {Area: "81", Number: "33553400"}}}
	if d := cmp.Diff(got, []Contact{want, want}); d != "" {
		t.Error(d)
	}
}

func TestPrintedFormatHasSevenNumbersAndFourSchedules(t *testing.T) {
	line := "1;2;11;33553401;;33553402;13;33553403;;;15;33553405;;;17;33553407;24-12-2026;08:00;;;26-12-2026;23:59;;;"
	got, problems, err := readAll(NewReader(strings.NewReader(line), site(t, 7)))
	if err != nil || problems != nil {
		t.Fatal(problems, err)
	}
	day := func(d, h, m int) time.Time { return time.Date(2026, 12, d, h, m, 0, 0, time.UTC) }
	want := []Contact{{"1", "2", []Number{{"11", "33553401", day(24, 8, 0)}, {"", "33553402", time.Time{}}, {"13", "33553403", day(26, 23, 59)},
		{"15", "33553405", time.Time{}}, {"17", "33553407", time.Time{}}}}}
	if d := cmp.Diff(got, want); d != "" {
		t.Error(d)
	}
	fewer := site(t, 2)
	fewer.Columns = 2
	got, problems, err = readAll(NewReader(strings.NewReader("1;2;;33553401;;33553402;24-12-2026;08:00"), fewer))
	if err != nil || problems != nil || len(got) != 1 || !got[0].Numbers[0].At.Equal(day(24, 8, 0)) {
		t.Error("a file of two numbers a line:", got, problems, err)
	}
}

func TestEveryProblemHasItsPlace(t *testing.T) {
	gap, err := time.LoadLocation("America/Sao_Paulo")
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("x", mostWords+1)
	schedules := "1;2;11;33553401" + strings.Repeat(";", 12)
	for _, c := range []struct {
		line string
		want string // line:column field rule
	}{
		{"Ana,2,11,33553400", "1:1  separator"},
		{"1;2;11", "1:1  few_fields"},
		{"1;2" + strings.Repeat(";", 22) + ";;;behind", "1:6 telefone1 no_number 1:29  many_fields"},
		{`1;"open;11;33553400`, "1:3 parametro2 quote_open"},
		{`1;say "x";11;33553400`, "1:3 parametro2 quote"},
		{`1;"say ""x""";11;33553400`, "1:3 parametro2 quote"},
		{`1;"a"b;11;33553400`, "1:3 parametro2 quote"},
		{`1; "a;b";11;33553400`, "1:4 parametro2 semicolon"},
		{"1;5 €;11;33553400", "1:3 parametro2 letter"},
		{"1;a\x1bb;11;33553400", "1:3 parametro2 letter"},
		{"1;a\u037eb;11;33553400", "1:3 parametro2 letter"}, // a Greek question mark looks and folds like a semicolon
		{"1;日本;11;33553400", "1:3 parametro2 letter"},
		{" ;2;11;33553400", "1:2 parametro1 missing"},
		{"\u200b;2;11;33553400", "1:1 parametro1 missing"},
		{long + ";2;11;33553400", "1:1 parametro1 long"},
		{"1;2;011;33553400", "1:5 ddd1 area"},
		{"1;2;1x;33553400", "1:5 ddd1 area"},
		{"1;2;01;33553400", "1:5 ddd1 area"},
		{"1;2;11;+33553400", "1:8 telefone1 digits"},
		{"1;2;;11987654321", "1:6 telefone1 area_in_number"},
		{"1;2;11;11987654321", "1:8 telefone1 not_dialled"},
		{"1;2;20;33553400", "1:8 telefone1 not_dialled"}, // there is no area 20
		{"1;2;11;1", "1:8 telefone1 kind"},
		{"1;2;;190", "1:6 telefone1 kind"},
		{"1;2;;10005", "1:6 telefone1 kind"},
		{"1;2;11;08001234567", "1:8 telefone1 not_dialled"},
		{"1;2;11;33553400;21;", "1:17 ddd2 number_missing"},
		{"1;2;;;;;", "1:6 telefone1 no_number"},
		{"1;2;;33553401;;33553402;;33553403", "1:1  many_numbers"},
		{"1;2;;33553401;24-12-2026;08:00", "1:15 ddd2 schedule_early"},
		{schedules + ";2026-12-24;08:00", "1:29 data1 date"},
		{schedules + ";30-02-2026;08:00", "1:29 data1 date"},
		{schedules + ";24-12-26;08:00", "1:29 data1 date"},
		{schedules + ";24-12-2026;8:00", "1:40 hora1 time"},
		{schedules + ";24-12-2026;24:00", "1:40 hora1 time"},
		{schedules + ";30-02-2026;8h00", "1:29 data1 date 1:40 hora1 time"},
		{schedules + ";;8h00", "1:30 hora1 date_missing 1:30 hora1 time"},
		{schedules + ";24-12-2026;", "1:29 data1 time_missing"},
		{schedules + ";;08:00", "1:30 hora1 date_missing"},
		{schedules + ";04-11-2018;00:30", "1:40 hora1 time_gap"}, // the last summer time of Brazil began then
		{schedules + ";;;24-12-2026;08:00", "1:31 data2 schedule_nobody"},
		{";2;1;33553400;x;7", "1:1 parametro1 missing 1:4 ddd1 area 1:15 ddd2 area"},
	} {
		check := site(t, 2)
		check.Zone = gap
		contacts, problems, err := readAll(NewReader(strings.NewReader(c.line), check))
		if err != nil || contacts != nil {
			t.Errorf("%s: %v, %v", c.line, contacts, err)
		}
		var got []string
		for _, p := range problems {
			got = append(got, fmt.Sprintf("%d:%d %s %s", p.Line, p.Column, p.Field, p.Rule))
			for _, lang := range i18n.Langs() {
				if s := p.In(lang); strings.Contains(s, "[") || strings.Contains(s, "{{") || !strings.HasSuffix(s, ".") {
					t.Errorf("%s in %s: %s", p.Rule, lang, s)
				}
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%q: got %v, want %s", c.line, got, c.want)
		}
	}
}

func TestFieldsAreReadAsPeopleWriteThem(t *testing.T) {
	for line, want := range map[string]Contact{
		"1;João da Conceição;11;98765-4321": {"1", "Joao da Conceicao", []Number{{Area: "11", Number: "987654321"}}},
		` "1" ;"Ana";(11);"3355 3400"`:      {"1", "Ana", []Number{{Area: "11", Number: "33553400"}}},
		"1;;;08001234567":                   {"1", "", []Number{{Number: "08001234567"}}},
		"1;;;40041234":                      {"1", "", []Number{{Number: "40041234"}}},
		"1;;21;81793134":                    {"1", "", []Number{{Area: "21", Number: "81793134"}}}, // a mobile number of before the ninth digit
		"1;O’Hara – Łódź Straße;;33553400":  {"1", "O'Hara - Lodz Strasse", []Number{{Number: "33553400"}}},
		"1;e\u0301\u00a0x\ufeff;;33553400":  {"1", "e x", []Number{{Number: "33553400"}}},
		"1;;;;;33553400":                    {"1", "", []Number{{Number: "33553400"}}},
	} {
		got, problems, err := readAll(NewReader(strings.NewReader(line), site(t, 2)))
		if d := cmp.Diff(got, []Contact{want}); d != "" || problems != nil || err != nil {
			t.Errorf("%s: %v, %v\n%s", line, problems, err, d)
		}
	}
}

// wide writes text in UTF-16.
func wide(text string, mark string, high, low int) []byte {
	b := []byte(mark)
	for _, u := range utf16.Encode([]rune(text)) {
		pair := [2]byte{}
		pair[high], pair[low] = byte(u>>8), byte(u)
		b = append(b, pair[:]...)
	}
	return b
}

func TestEncodingsAreTold(t *testing.T) {
	const list = "1;João;;33553400\r\n\r\n2;Conceição Ċ\u010a\u0a00;;33553401\n3;ok;;33553402"
	plain := strings.ReplaceAll(list, " Ċ\u010a\u0a00", "")
	latin, err := charmap.Windows1252.NewEncoder().Bytes([]byte(plain))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		file     []byte
		encoding Encoding
		letters  int // problems of letters that have no plain form
	}{
		"ascii":     {[]byte("1;x;;33553400\n2;y;;33553401\n3;z;;33553402\n"), ASCII, 0},
		"utf-8":     {[]byte(plain), UTF8, 0},
		"marked":    {append([]byte("\xef\xbb\xbf"), plain...), UTF8, 0},
		"latin":     {latin, Windows1252, 0},
		"little":    {wide(plain, "\xff\xfe", 1, 0), UTF16LE, 0},
		"big":       {wide(plain, "\xfe\xff", 0, 1), UTF16BE, 0},
		"half ends": {wide(list, "\xff\xfe", 1, 0), UTF16LE, 1}, // units that hold the byte of a line's end
		"half big":  {wide(list, "\xfe\xff", 0, 1), UTF16BE, 1},
	} {
		r := NewReader(bytes.NewReader(c.file), site(t, 2))
		contacts, problems, err := readAll(r)
		if err != nil || len(contacts)+len(problems) != 3 || len(problems) != c.letters || r.Encoding() != c.encoding {
			t.Errorf("%s: %v, %v, %v, %s", name, contacts, problems, err, r.Encoding())
			continue
		}
		if c.encoding != ASCII && (contacts[0].Param2 != "Joao" || c.letters == 0 && contacts[1].Param2 != "Conceicao") {
			t.Errorf("%s: %v", name, contacts)
		}
	}
}

func TestFileThatIsNoListIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		file string
		want string
	}{
		"mixed":         {"1;x;;33553400\n2;Jo\xc3\xa3o;;33553400\n3;Jo\xe3o;;33553400\n", "Line 3, column 5: the file is written in utf-8 since line 2, and"},
		"mixed back":    {"1;Jo\xe3o;;33553400\n2;Jo\xc3\xa3o;;33553400\n", "Line 2, column 5: the file is written in windows-1252 since line 1, and"},
		"marked mixed":  {"\xef\xbb\xbf1;Jo\xe3o;;33553400\n", "Line 1, column 5: the file is written in utf-8 since line 1, and"},
		"mixed line":    {"1;Jo\xc3\xa3o Concei\xe7\xe3o;;33553400\n", "Line 1, column 14: letters before are written in another encoding"},
		"workbook":      {"PK\x03\x04\x00\x00", "Line 1, column 5: this is no text."},
		"no mark":       {string(wide("1;x;;33553400\n", "", 1, 0)), "Line 1, column 2: this is no text."},
		"half a letter": {string(wide("1;x\n2", "\xff\xfe", 1, 0)[:11]), "Line 2, column 1: a letter is damaged"},
		"cut at an end": {"\xff\xfe1\x00\n", "Line 1, column 2: a letter is damaged"},
		"half a pair":   {"\xff\xfe1\x00\x00\xd8", "Line 1, column 2: a letter is damaged"},
		"endless":       {strings.Repeat("x", mostLine+1), "Line 1 is longer than 64 KiB"},
	} {
		_, _, err := readAll(NewReader(strings.NewReader(c.file), site(t, 2)))
		var wrong *FileError
		if !errors.As(err, &wrong) || !strings.HasPrefix(wrong.Error(), c.want) {
			t.Errorf("%s: got %v, want %s…", name, err, c.want)
		}
	}
}

// TestEndlessFileIsGivenUpEarly holds the reader to its bound: a gigabyte in one line is refused after a line's worth.
func TestEndlessFileIsGivenUpEarly(t *testing.T) {
	counted := &counting{r: endless{}}
	_, err := Scan(t.Context(), io.LimitReader(counted, 1<<30), site(t, 2), nil, nil, nil)
	if !errors.As(err, new(*FileError)) || counted.n > 4*mostLine {
		t.Errorf("%v after %d bytes", err, counted.n)
	}
}

type endless struct{}

func (endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 'x'
	}
	return len(b), nil
}

type counting struct {
	r io.Reader
	n int
}

func (c *counting) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n += n
	return n, err
}

func FuzzReader(f *testing.F) {
	f.Add([]byte("Total IP; Tecnologia; ;33553400; 19; 33553400; 21; 33553400\n1;\"a;b\";11;33553400;;;;;;;;;;;;;24-12-2026;08:00;"))
	f.Add(append([]byte("\xef\xbb\xbf"), "1;João;;33553400\r\n"...))
	f.Add([]byte("1;Jo\xe3o;;33553400\n"))
	f.Add(wide("1;João 😀;;33553400\n2;x;;1", "\xff\xfe", 1, 0))
	f.Add(wide("1;João\n", "\xfe\xff", 0, 1))
	check := site(f, 2)
	f.Fuzz(func(t *testing.T, file []byte) {
		r := NewReader(bytes.NewReader(file), check)
		var last int64
		var raw int
		for {
			line, err := r.Next()
			if err != nil {
				var wrong *FileError
				if errors.As(err, &wrong) && (wrong.Line <= last || wrong.Column < 1 || strings.HasPrefix(wrong.Error(), "[")) {
					t.Errorf("%+v behind line %d", wrong, last)
				} else if wrong == nil && !errors.Is(err, io.EOF) {
					t.Error(err)
				}
				break
			}
			raw += len(line.Raw)
			if line.Number <= last || len(line.Raw) > mostLine+1 {
				t.Errorf("line %d behind %d, %d bytes", line.Number, last, len(line.Raw))
			}
			last = line.Number
			for _, p := range line.Problems {
				if p.Line != line.Number || p.Column < 1 || p.Column > len(line.Raw)+1 || strings.HasPrefix(p.In(i18n.En), "[") || strings.ContainsFunc(p.Value, func(r rune) bool { return r < ' ' }) {
					t.Errorf("%+v", p)
				}
			}
			if c := line.Contact; len(line.Problems) == 0 {
				if c.Param1 == "" || len(c.Numbers) < 1 || len(c.Numbers) > 2 || strings.ContainsFunc(c.Param1+c.Param2, func(r rune) bool { return r < ' ' || r > '~' || r == ';' || r == '"' }) {
					t.Errorf("%+v can be sent", c)
				}
				for _, n := range c.Numbers {
					if !isDigits(n.Number) || n.Area != "" && len(n.Area) != 2 {
						t.Errorf("%+v can be sent", c)
					}
				}
			}
		}
		if raw > len(file) {
			t.Errorf("%d bytes of %d", raw, len(file))
		}
	})
}

// TestQuickLettersAreUnicodes holds the letters that are looked up by hand against Unicode's own tables.
func TestQuickLettersAreUnicodes(t *testing.T) {
	known := 0
	for r := rune(0x80); r < 0x3000; r++ {
		plain := unaccented(r)
		if plain == 0 {
			continue
		}
		known++
		if d := []rune(norm.NFKD.String(string(r))); d[0] != rune(plain) || len(d) != 2 || !isAccent(d[1]) {
			t.Errorf("%c becomes %c, Unicode says %q", r, plain, string(d))
		}
	}
	if known != 53 {
		t.Errorf("%d letters are known", known)
	}
}

// customers is a file of so many lines, made as it is read.
type customers struct {
	lines, made int
	left        []byte
}

// Read is io.Reader's.
func (c *customers) Read(b []byte) (int, error) {
	if len(c.left) == 0 {
		if c.made == c.lines {
			return 0, io.EOF
		}
		c.made++
		c.left = fmt.Appendf(c.left[:0], "%d;José da Silva;11;%d;21;%d\n", c.made, 960_000_000+c.made, 30_000_000+c.made)
	}
	n := copy(b, c.left)
	c.left = c.left[n:]
	return n, nil
}

// TestLongFilesFillNoMemory holds what a file of a hundred thousand lines keeps in use against what one of a few blocks does.
func TestLongFilesFillNoMemory(t *testing.T) {
	most := func(lines int) (used uint64) {
		var m runtime.MemStats
		s, err := Scan(t.Context(), &customers{lines: lines}, site(t, 2), nil, nil, func(n, _ int64) {
			if n%int64(lines/4) == 0 {
				runtime.GC()
				runtime.ReadMemStats(&m)
				used = max(used, m.HeapAlloc)
			}
		})
		if err != nil || s.Contacts != int64(lines) {
			t.Fatalf("%v, %+v", err, s)
		}
		return used
	}
	short := most(4000)
	if long := most(100_000); long > short+1<<20 {
		t.Errorf("a long file keeps %d KiB more in use than a short one", (long-short)>>10)
	}
}

// TestBlocksKeepTheOrderOfTheFile reads a file of several blocks, with blank and bad lines, long ones and a broken end.
func TestBlocksKeepTheOrderOfTheFile(t *testing.T) {
	var file strings.Builder
	for i := 1; i <= 5000; i++ {
		switch {
		case i%7 == 0:
			file.WriteString(" \r\n")
		case i%11 == 0:
			fmt.Fprintf(&file, "%d;x\n", i)
		case i == 3000:
			fmt.Fprintf(&file, "%d;%s;;33553401\n", i, strings.Repeat(" ", 50<<10))
		default:
			fmt.Fprintf(&file, "%d;a;;%d;;%d\n", i, 33550000+i, 33560000+i)
		}
	}
	file.WriteString("é;a;;33553401\n\xff;a;;33553401\n")
	lines := strings.SplitAfter(file.String(), "\n")
	r := NewReader(strings.NewReader(file.String()), site(t, 2))
	for i := 1; i <= 5001; i++ {
		if i%7 == 0 && i <= 5000 {
			continue
		}
		l, err := r.Next()
		bad := i%11 == 0 && i <= 5000
		if err != nil || l.Number != int64(i) || string(l.Raw) != lines[i-1] || (len(l.Problems) > 0) != bad {
			t.Fatalf("line %d: %+v, %v", i, l, err)
		}
		if i == 3000 || i > 5000 || bad {
			continue
		}
		if c := l.Contact; c.Param1 != fmt.Sprint(i) || len(c.Numbers) != 2 || c.Numbers[0].Number != fmt.Sprint(33550000+i) || c.Numbers[1].Number != fmt.Sprint(33560000+i) {
			t.Fatalf("line %d: %+v", i, c)
		}
	}
	for range 2 {
		_, err := r.Next()
		var wrong *FileError
		if !errors.As(err, &wrong) || wrong.Line != 5002 {
			t.Fatalf("%v", err)
		}
	}
}
