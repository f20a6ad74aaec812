package vicidial

import (
	"net/url"
	"strings"
	"testing"

	"ctiagent/cti"
)

func mustURL(t testing.TB, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// Whatever a server answers is one verdict: done without an error's text, or an error with one and a word on whether the command
// may have arrived.
func FuzzClassify(f *testing.F) {
	for _, r := range recordings(f) {
		q, err := url.ParseQuery(r.Query)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(q.Get("function"), r.Status, r.Body)
	}
	lines := index(known())
	f.Fuzz(func(t *testing.T, function string, status int, text string) {
		v := lines.classify(function, status, text)
		if v.kind != "" && (v.text == "" || v.sent == "") {
			t.Errorf("an error without words: %+v", v)
		}
		if v.kind == "" && v.values == nil {
			t.Errorf("done without values: %+v", v)
		}
		if len(v.text) > 600 {
			t.Errorf("%d bytes of text", len(v.text))
		}
	})
}

func FuzzReadTable(f *testing.F) {
	f.Add("status\tcallerid\nINCALL\tM1\n")
	f.Add("a\tb\n1\t2\t3\n")
	f.Add("\n\n")
	f.Fuzz(func(t *testing.T, text string) {
		rows, ok := readTable(text)
		if ok && len(rows) == 0 {
			t.Error("a table without rows is one")
		}
		for _, r := range rows {
			var b book
			b.saw(rowOf(r), b.look())
			b.page()
		}
	})
}

func FuzzStoredAs(f *testing.F) {
	f.Add(`first_name="Frank",rank=""|`, "rank")
	f.Add(`a="b`, "a")
	f.Fuzz(func(t *testing.T, list, name string) {
		if v, told := storedAs(list, name); told && !strings.Contains(list, v) {
			t.Errorf("%q is not in %q", v, list)
		}
	})
}

func FuzzGoal(f *testing.F) {
	f.Add("https://crm.example.com/?tel={phone_number}", "11")
	f.Add("https://{phone_number}", "evil.example")
	f.Fuzz(func(t *testing.T, template, value string) {
		to, err := goal(template, map[string][]string{"phone_number": {value}})
		if err != nil {
			return
		}
		base, _, _ := strings.Cut(template, "{")
		if u := mustURL(t, to); (u.Scheme != "http" && u.Scheme != "https") || !strings.HasPrefix(base, u.Scheme+"://"+u.Host) {
			t.Errorf("%q with %q goes to %q", template, value, to)
		}
	})
}

func FuzzHeard(f *testing.F) {
	f.Add(eventDialed, "1144445555 MANUAL", "1")
	f.Add(eventAnswered, "M1120101500000000501", "")
	f.Fuzz(func(t *testing.T, kind, message, phone string) {
		var b book
		for _, k := range []string{kind, eventAnswered, kind, eventDispo} {
			b.heard(lawAgent, EventIn{Type: k, Message: message, Lead: map[string]string{"phone_number": phone}})
		}
		for _, e := range b.page().ended {
			if e.call.ref == "" || e.call.fact().State == cti.Ended {
				t.Errorf("a call without a ref, or one that ended before: %+v", e)
			}
		}
	})
}
