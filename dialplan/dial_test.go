package dialplan

import "testing"

func TestStylesWriteNumbersForTheirDrivers(t *testing.T) {
	var (
		zero   = Style{}
		area   = Style{AreaWhenLocal: true}
		trunk  = Style{TrunkZero: true}
		code   = Style{CountryCode: true}
		plus   = Style{Plus: true}
		all    = Style{true, true, true, true}
		site   = Site{AreaCode: "11"}
		prefix = Site{AreaCode: "11", OutsidePrefix: "9"}
		nought = Site{AreaCode: "11", OutsidePrefix: "0"}
		csp    = Site{AreaCode: "11", Carrier: "15"}
	)
	for _, c := range []struct {
		site  Site
		text  string
		style Style
		want  string
	}{
		{site, "11 98765-4321", zero, "987654321"},
		{site, "21 98765-4321", zero, "21987654321"},
		{site, "11 98765-4321", area, "11987654321"},
		{site, "11 98765-4321", trunk, "0987654321"},
		{site, "21 98765-4321", trunk, "021987654321"},
		{site, "11 98765-4321", code, "5511987654321"},
		{site, "11 98765-4321", plus, "+5511987654321"},
		{site, "11 98765-4321", all, "+5511987654321"},
		{prefix, "11 98765-4321", all, "+5511987654321"},
		{prefix, "11 98765-4321", zero, "9987654321"},
		{prefix, "21 3355-3434", trunk, "902133553434"},
		{nought, "21 3355-3434", trunk, "02133553434"},
		{nought, "0800 1234567", trunk, "008001234567"},
		{site, "0800 1234567", trunk, "08001234567"},
		{site, "0800 1234567", plus, "08001234567"},
		{site, "4004-1234", area, "40041234"},
		{site, "190", trunk, "0190"},
		{nought, "190", zero, "0190"},
		{nought, "10005", trunk, "10005"},
		{nought, "*21#", trunk, "*21#"},
		{site, "+1 201 555 0123", zero, "0012015550123"},
		{site, "+1 201 555 0123", trunk, "0012015550123"},
		{csp, "+1 201 555 0123", zero, "001512015550123"},
		{csp, "21 3355-3434", zero, "2133553434"},
		{site, "+1 201 555 0123", code, "12015550123"},
		{site, "+1 201 555 0123", plus, "+12015550123"},
		{site, "123.456.789-09", plus, ""},
	} {
		p := plan(t, c.site)
		e := p.ExplainFor(c.text, c.style)
		if e.Dialed != c.want {
			t.Errorf("%q in %+v at %+v: got %q, want %q", c.text, c.style, c.site, e.Dialed, c.want)
		}
		if got := p.Dial(p.Explain(c.text), c.style); got != c.want {
			t.Errorf("Dial %q in %+v: got %q, want %q", c.text, c.style, got, c.want)
		}
	}
}

func TestDialRefusesForgedExplanations(t *testing.T) {
	p := plan(t, Site{AreaCode: "11"})
	for _, e := range []Explanation{
		{},
		{Kind: KindNotAPhone, National: "190", E164: "+551133553434"},
		{Kind: KindExtension, National: "100&x=1"},
		{Kind: KindExtension, National: "++"},
		{Kind: KindMobile, E164: "+55119\r\n", National: "1"},
		{Kind: KindFixed, E164: "+551133553434", National: "11 3355"},
		{Kind: "radio", National: "1"},
	} {
		if got := p.Dial(e, Style{}); got != "" {
			t.Errorf("%+v: dialed %q", e, got)
		}
	}
}
