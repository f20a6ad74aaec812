package totalip

import (
	"strings"
	"testing"
	"unicode/utf8"

	"ctiagent/vendors/internal/wire"

	"github.com/google/go-cmp/cmp"
)

// The examples of manual 002, 1.2.1.1 to 1.2.1.7, literally, and the spellings its own syntaxes have.
func TestEveryEventLineOfTheManualIsRead(t *testing.T) {
	const ref = "123456789.101112"
	contact := func(tg tag, ref string) line {
		return line{tag: tg, extension: "40000", phone: "9999999", param1: "219217305861", param2: "TESTE DO TOTALIP", campaign: "10", ref: ref}
	}
	status := line{tag: tagStatus, extension: "40000", statusID: "1", statusName: "Logado"}
	for _, c := range []struct {
		text string
		want line
	}{
		{"<A><40000><9999999><123456789.101112>", line{tag: tagActive, extension: "40000", phone: "9999999", ref: ref}},
		{"<R><40000><9999999><88888888><123456789.101112>", line{tag: tagReceived, extension: "40000", from: "9999999", to: "88888888", ref: ref}},
		{"<D><40000><9999999><219217305861><TESTE DO TOTALIP><10><123456789.101112>", contact(tagDialer, ref)},
		{"<PREVIEW><40000><9999999><219217305861><TESTE DO TOTALIP><10>", contact(tagPreview, "")},
		{"<AGOP><40000><9999999><219217305861><TESTE DO TOTALIP><10>", contact(tagCallback, "")},
		{"<H><40000><12342343569.237645>", line{tag: tagHangup, extension: "40000", ref: "12342343569.237645"}},
		{"<S><40000><1><Logado>", status},

		{"<$><40000><1><Logado>", status}, // 1.2.1.7 as it is typeset
		{"<aGOP><40000><9999999><219217305861><TESTE DO TOTALIP><10>", contact(tagCallback, "")},                                                         // 1.2.1.5, syntax
		{"<D><40000><9999999><219217305861><TESTE DO TOTALIP><10> 123456789.101112>", contact(tagDialer, ref)},                                           // 1.2.1.3, syntax
		{"<D><40000><9999999><219217305861><TESTE DO TOTALIP><10> 123456789.101112", contact(tagDialer, ref)},                                            // neither bracket
		{"<D><40000><9999999><219217305861><TESTE DO TOTALIP><10><123456789.101112", contact(tagDialer, ref)},                                            // the last one missing
		{"<D><4><99><a><b><c>d><10><1.2>", line{tag: tagDialer, extension: "4", phone: "99", param1: "a", param2: "b><c>d", campaign: "10", ref: "1.2"}}, // free text with ><
		{"<D><4><99><><><10><1.2>", line{tag: tagDialer, extension: "4", phone: "99", campaign: "10", ref: "1.2"}},                                       // empty parameters
		{"<S><4><6><Almoço <curto>>", line{tag: tagStatus, extension: "4", statusID: "6", statusName: "Almoço <curto>"}},
		{"<R><4><><88888888><1.2>", line{tag: tagReceived, extension: "4", to: "88888888", ref: "1.2"}}, // a withheld number
	} {
		got, err := parseLine(c.text)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
		}
		if d := cmp.Diff(c.want, got, cmp.AllowUnexported(line{})); d != "" {
			t.Errorf("%s: (-want +got)\n%s", c.text, d)
		}
	}
}

func TestBrokenEventLinesAreRefused(t *testing.T) {
	for _, text := range []string{
		"", "<", "<A>", "A><40000><1><1.2>", "<A><40000><9999999>", "<A><40000><9999999><>", "<A><40000><9999999><1.2><3>",
		"<R><40000><9999999><123456789.101112>", "<H><40000>", "<H><x><1.2>", "<H><40000><1 2>", "<S><40000>", "<S><40000><um><Logado>",
		"<D><40000><9999999><a><10><1.2>x", "<D><40000><9999999><10><1.2>", "<D><40000><9999999><a><b><dez><1.2>",
		"<D><40000><9999999><a><b><10>", "<PREVIEW><40000><9999999><a><10>", "<Z><40000><1.2>", "<a><40000><1><1.2>", "oi <H><40000><1.2>",
		"<H><40000><" + strings.Repeat("1", 65) + ">", "<H><" + strings.Repeat("1", 33) + "><1.2>",
	} {
		if got, err := parseLine(text); err == nil {
			t.Errorf("%q was read as %+v", text, got)
		}
	}
}

func TestLinesAreCutWhateverEndsThem(t *testing.T) {
	lines := []string{"<A><40000><9999999><1.2>", "<D><40000><99><S><fim><A><10><1.3>", "<S><40000><6><Almoço>", "<H><40000><1.2>"}
	for name, c := range map[string]struct{ stream, unfinished string }{
		"CRLF":          {strings.Join(lines, "\r\n") + "\r\n", ""},
		"LF":            {strings.Join(lines, "\n") + "\n", ""},
		"CR":            {strings.Join(lines, "\r") + "\r", ""},
		"NUL":           {strings.Join(lines, "\x00") + "\x00", ""},
		"nothing":       {strings.Join(lines, ""), lines[3]},
		"blanks":        {strings.Join(lines, "  "), lines[3]},
		"mixed":         {lines[0] + lines[1] + "\n" + lines[2] + lines[3] + "\r\n", ""},
		"blank lines":   {"\r\n\r\n" + strings.Join(lines, "\n\n") + "\n \n", ""},
		"garbage first": {"220 bem-vindo>" + strings.Join(lines, "\n") + "\n", ""},
	} {
		for _, step := range []int{1, 3, 7, 1 << 20} {
			var got []string
			var s splitter
			each := func(l string) { got = append(got, strings.TrimSpace(l)) }
			for rest := []byte(c.stream); len(rest) > 0; {
				n := min(step, len(rest))
				s.add(rest[:n], each)
				rest = rest[n:]
			}
			if s.waiting() != (c.unfinished != "") {
				t.Errorf("%s by %d: waiting is %v", name, step, s.waiting())
			}
			if c.unfinished != "" {
				s.finish(each)
			}
			want := lines
			if name == "garbage first" {
				want = append([]string{"220 bem-vindo>"}, lines...)
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("%s by %d: (-want +got)\n%s", name, step, d)
			}
		}
	}
}

func TestTagsInFreeTextAreCountedOnceEach(t *testing.T) {
	whole := "<D><40000><99><a><" + strings.Repeat("x><A><1><", mostTags-1) + "fim><10><1.3>"
	var s splitter
	var got []string
	for _, b := range []byte(whole + "<H><40000><1.3>") {
		s.add([]byte{b}, func(l string) { got = append(got, l) })
	}
	if d := cmp.Diff([]string{whole}, got); d != "" {
		t.Error(d)
	}
}

func TestHalfLineWaitsForItsRest(t *testing.T) {
	var s splitter
	var got []string
	each := func(l string) { got = append(got, l) }
	s.add([]byte("<H><40000><1.2>\r\n<R><40000><99999"), each)
	if s.waiting() {
		t.Error("half a line counts as whole")
	}
	s.add([]byte("99><88888888><1.3>"), each)
	if s.waiting() {
		t.Error("a system that ends its lines is not waited for")
	}
	s.add([]byte("\r\n"), each)
	if d := cmp.Diff([]string{"<H><40000><1.2>", "<R><40000><9999999><88888888><1.3>"}, got); d != "" {
		t.Error(d)
	}
}

func TestOverlongLineIsDroppedAndTheNextOneRead(t *testing.T) {
	for name, end := range map[string]string{"with line ends": "\r\n", "without": ""} {
		var s splitter
		var got []string
		each := func(l string) { got = append(got, l) }
		s.add([]byte("<H><1><1.1>"+end), each)
		for range 3 {
			s.add([]byte("<D><1><99><"+strings.Repeat("a", longestLine)+">"), each)
		}
		s.add([]byte(end+"<H><1><1.2>"+end), each)
		s.finish(each)
		if s.takeDropped() == 0 {
			t.Errorf("%s: nothing is said to be dropped", name)
		}
		if d := cmp.Diff([]string{"<H><1><1.1>", "<H><1><1.2>"}, got); d != "" {
			t.Errorf("%s: (-want +got)\n%s", name, d)
		}
		if len(s.pending) > longestLine {
			t.Errorf("%s: %d bytes are kept", name, len(s.pending))
		}
	}
}

func TestTextIsReadInBothEncodings(t *testing.T) {
	for _, b := range []string{"Reuni\xe3o Almo\xe7o", "Reunião Almoço"} {
		if got := wire.Text([]byte(b)); got != "Reunião Almoço" {
			t.Errorf("%q was read as %q", b, got)
		}
	}
	if got := wire.Text([]byte("a\x1bb\x9fc")); got != "a b c" {
		t.Errorf("control characters come out as %q", got)
	}
}

func FuzzEventLines(f *testing.F) {
	f.Add([]byte("<A><40000><9999999><123456789.101112>\r\n<H><40000><123456789.101112>"), 3)
	f.Add([]byte("<D><40000><9999999><219217305861><TESTE><A><10> 1.2><S><40000><6><Almo\xe7o>\x00"), 1)
	f.Add([]byte("<PREVIEW><4><9><a><b><1><aGOP><4><9><a><b><1>"), 5)
	f.Fuzz(func(t *testing.T, stream []byte, step int) {
		step = max(1, step%4096)
		var s splitter
		var total int
		each := func(l string) {
			total += len(l)
			if !utf8.ValidString(l) || strings.ContainsAny(l, "\r\n\x00") {
				t.Fatalf("the line %q", l)
			}
			got, err := parseLine(l)
			if err == nil && (!isNumber(got.extension) || len(got.ref) > 64) {
				t.Fatalf("%q was read as %+v", l, got)
			}
		}
		for rest := stream; len(rest) > 0; {
			n := min(step, len(rest))
			s.add(rest[:n], each)
			rest = rest[n:]
			if len(s.pending) > longestLine {
				t.Fatalf("%d bytes are kept", len(s.pending))
			}
		}
		s.finish(each)
		if total > 2*len(stream) { // Latin-1 grows to two bytes a letter, nothing is told twice
			t.Fatalf("%d bytes came out of %d", total, len(stream))
		}
	})
}
