package uri

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestOursComesFirstAndTheOthersStay(t *testing.T) {
	const before = "# mine\n[Added Associations]\ntext/plain=a.desktop;\n\n[Default Applications]\ntext/html=b.desktop\nx-scheme-handler/tel = calls.desktop\n\n[Other]\nx-scheme-handler/tel=no\n"
	f := readINI(before)
	f = f.first(defaults, "x-scheme-handler/tel", "ours.desktop").first(defaults, "x-scheme-handler/sip", "ours.desktop")
	f = f.first(defaults, "x-scheme-handler/tel", "ours.desktop") // twice is once
	want := strings.Replace(before, "x-scheme-handler/tel = calls.desktop\n", "x-scheme-handler/tel=ours.desktop;calls.desktop;\nx-scheme-handler/sip=ours.desktop;\n", 1)
	if d := cmp.Diff(f.String(), want); d != "" {
		t.Error(d)
	}
	f = f.without(defaults, "x-scheme-handler/tel", "ours.desktop").without(defaults, "x-scheme-handler/sip", "ours.desktop")
	want = strings.Replace(before, "x-scheme-handler/tel = calls.desktop", "x-scheme-handler/tel=calls.desktop;", 1)
	if d := cmp.Diff(f.String(), want); d != "" {
		t.Error(d)
	}
}

func TestEmptyGroupGoesWithItsLastKey(t *testing.T) {
	f := iniFile(nil).first(defaults, "a", "x.desktop").first(defaults, "b", "x.desktop")
	if got := f.String(); got != "[Default Applications]\na=x.desktop;\nb=x.desktop;\n" {
		t.Errorf("got %q", got)
	}
	if got := f.without(defaults, "a", "x.desktop").without(defaults, "b", "x.desktop").String(); got != "" {
		t.Errorf("left %q", got)
	}
}

// FuzzINI holds the editing of a person's file to its promise: one key changes, every other line stays as it is.
func FuzzINI(f *testing.F) {
	f.Add("[Default Applications]\na=b\n", "x-scheme-handler/tel")
	f.Add("garbage\n[[\n=\n[Default Applications\nx-scheme-handler/tel=\n[Default Applications]\n\n", "x-scheme-handler/tel")
	f.Fuzz(func(t *testing.T, text, key string) {
		if key == "" || strings.ContainsAny(key, "=[]\n\r \t;#") || strings.TrimSpace(key) != key {
			return
		}
		before := readINI(text)
		after := before.first(defaults, key, "ours.desktop")
		if got := after.list(defaults, key); len(got) == 0 || got[0] != "ours.desktop" {
			t.Fatalf("%q: the list is %q", text, got)
		}
		others := func(f iniFile) []string {
			return slices.DeleteFunc(slices.Clone(f), func(l string) bool {
				name, _, _ := strings.Cut(l, "=")
				return strings.TrimSpace(name) == key || strings.TrimSpace(l) == "["+defaults+"]" || strings.TrimSpace(l) == ""
			})
		}
		if got, want := others(after), others(before); !slices.Equal(got, want) {
			t.Fatalf("%q changed elsewhere: %q, want %q", text, got, want)
		}
		again := readINI(after.String())
		if got := again.without(defaults, key, "ours.desktop").list(defaults, key); slices.Contains(got, "ours.desktop") {
			t.Fatalf("%q: %q is left", text, got)
		}
	})
}
