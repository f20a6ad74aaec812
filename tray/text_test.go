package tray

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestCleanMakesOneHarmlessLine(t *testing.T) {
	for text, want := range map[string]string{
		"Ana Souza":                        "Ana Souza",
		"  a \t b\r\nc ":                   "a b c",
		"x\u202egnp.exe":                   "xgnp.exe",
		"zero\u200bwidth\x00\x1b[31m":      "zerowidth[31m",
		"bad\xff":                          "bad",
		strings.Repeat("é", longest):       strings.Repeat("é", longest),
		strings.Repeat("é", longest+1):     strings.Repeat("é", longest) + "…",
		strings.Repeat("a ", longest) + "": strings.TrimSpace(strings.Repeat("a ", longest/2)) + "…",
	} {
		if got := clean(text); got != want {
			t.Errorf("clean(%q) is %q, want %q", text, got, want)
		}
	}
}

func FuzzClean(f *testing.F) {
	f.Add("a\tb \u202e")
	f.Fuzz(func(t *testing.T, text string) {
		got := clean(text)
		if n := utf8.RuneCountInString(got); n > longest+1 || !utf8.ValidString(got) {
			t.Fatalf("%q has %d characters", got, n)
		}
		if strings.ContainsFunc(got, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }) {
			t.Fatalf("%q is not harmless", got)
		}
		if again := clean(got); again != got && !strings.HasSuffix(got, "…") {
			t.Fatalf("%q is not clean, %q is", got, again)
		}
	})
}

func TestOnlyNumbersLeaveTheClipboard(t *testing.T) {
	for text, want := range map[string]string{
		" (11) 98765-0101\n": "(11) 98765-0101", "+55 11 98765.0101": "+55 11 98765.0101", "10006": "10006", "*21#": "*21#",
		"": "", "senha123": "", "11 98765-0101 Mariana": "", "12+34": "", "- -": "", "http://1.2.3.4/5": "", "１２３": "",
		strings.Repeat("1", maxNumber+1): "",
	} {
		got, ok := dialable(text)
		if want == "" && ok || want != "" && (!ok || got != want) {
			t.Errorf("dialable(%q) is %q, %v; want %q", text, got, ok, want)
		}
	}
}

func FuzzDialable(f *testing.F) {
	f.Add("+55 (11) 3355-3400")
	f.Fuzz(func(t *testing.T, text string) {
		got, ok := dialable(text)
		if ok && (len(got) > maxNumber || strings.ContainsFunc(got, unicode.IsLetter)) {
			t.Fatalf("%q left the clipboard", got)
		}
	})
}

func TestLabelsAndTooltipsFitTheSystem(t *testing.T) {
	const title = "Silva & Filhos_SP"
	if got := label("windows", title); got != "Silva && Filhos_SP" {
		t.Errorf("Windows is given %q", got)
	}
	if got := label("linux", title); got != "Silva & Filhos__SP" {
		t.Errorf("Linux is given %q", got)
	}
	if got := clip("é𝄞é", 3); got != "é𝄞" {
		t.Errorf("three units of it are %q", got)
	}
	if got := clip("é𝄞é", 2); got != "é" {
		t.Errorf("two units of it are %q", got)
	}
}
