package dialplan

import "testing"

func TestBanHitsANumberInEachOfItsForms(t *testing.T) {
	p := plan(t, Site{Country: "BR", AreaCode: "11", OutsidePrefix: "0"})
	for _, c := range []struct {
		ban, text string
		want      bool
	}{
		{"premium", "0900 123 4567", true},
		{"premium", "0300 123 4567", false},
		{"shared", "0300 123 4567", true},
		{"international", "+1 212 555 0123", true},
		{"international", "00 11 1 212 555 0123", true}, // by a carrier's code
		{"international", "11 98765 4321", false},
		{"mobile", "(11) 98765-4321", true},
		{"mobile", "3355-3400", false},
		{"fixed", "3355-3400", true},
		{"+5521*", "(21) 98765-4321", true},
		{"5521*", "(21) 98765-4321", true},
		{"21*", "(21) 98765-4321", true},
		{"+21*", "(21) 98765-4321", false},
		{"+5521*", "(11) 98765-4321", false},
		{"+551133553400", "3355-3400", true},
		{"+55113355340", "3355-3400", false},
		{"0900*", "0900 123 4567", true},
		{"1*", "190", false}, // emergency numbers always pass
		{"190", "190", false},
		{"1*", "10005", true},
		{"extension", "10005", true},
	} {
		if !Ban(c.ban).Valid() {
			t.Errorf("%q is not understood", c.ban)
		}
		if got := Ban(c.ban).Hits(p.Explain(c.text)); got != c.want {
			t.Errorf("%q for %q: %v, want %v", c.ban, c.text, got, c.want)
		}
	}
	for _, wrong := range []Ban{"", "+", "*", "+*", "emergency", "not_a_phone", "09**", "0900-", "(11)", "Premium", "123456789012345678901"} {
		if wrong.Valid() {
			t.Errorf("%q is understood", wrong)
		}
	}
}
