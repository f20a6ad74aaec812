package dialplan

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func plan(t testing.TB, site Site) *Plan {
	t.Helper()
	p, err := New(site)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func saoPaulo(t testing.TB) *Plan { return plan(t, Site{Country: "BR", AreaCode: "11"}) }

func rulesOf(e Explanation) []string {
	var rules []string
	for _, s := range e.Steps {
		rules = append(rules, s.Rule)
	}
	return rules
}

func TestVectorsReadAsPublished(t *testing.T) {
	f, err := os.Open("testdata/numbers-br.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	p, rows := saoPaulo(t), 0
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		cols := strings.Split(lines.Text(), "\t")
		if len(cols) < 3 {
			t.Fatalf("row %q has %d columns, want at least 3", lines.Text(), len(cols))
		}
		rows++
		e := p.Explain(cols[0])
		if got, want := e.E164, strings.TrimPrefix(cols[1], "-"); got != want || string(e.Kind) != cols[2] {
			t.Errorf("%q: got %q %s, want %q %s (steps %v)", cols[0], got, e.Kind, want, cols[2], rulesOf(e))
		}
	}
	if rows < 21 {
		t.Errorf("read %d vectors, want at least 21", rows)
	}
}

func TestTextsOfCRMPagesAreRead(t *testing.T) {
	p := saoPaulo(t)
	for _, c := range []struct {
		text, e164 string
		kind       Kind
		dialed     string
	}{
		{"(11) 98765-4321", "+5511987654321", KindMobile, "987654321"},
		{"(21) 98765-4321", "+5521987654321", KindMobile, "21987654321"},
		{"\n\t (11)\u00a098765\u20114321 \r\n", "+5511987654321", KindMobile, "987654321"},
		{"\u202a+55 11 98765-4321\u202c", "+5511987654321", KindMobile, "987654321"},
		{"(011) 3355-3434", "+551133553434", KindFixed, "33553434"},
		{"(0xx11) 3355-3434", "+551133553434", KindFixed, "33553434"},
		{"0 XX 21 3355-3434", "+552133553434", KindFixed, "2133553434"},
		{"+55 (0xx21) 3355-3434", "+552133553434", KindFixed, "2133553434"},
		{"(xx21) 3355-3434", "+552133553434", KindFixed, "2133553434"},
		{"+55 (0)21 3355-3434", "+552133553434", KindFixed, "2133553434"},
		{"+55 (021) 3355-3434", "+552133553434", KindFixed, "2133553434"},
		{"5521987654321", "+5521987654321", KindMobile, "21987654321"},
		{"552187654321", "+5521987654321", KindMobile, "21987654321"},
		{"00552133553434", "+552133553434", KindFixed, "2133553434"},
		{"0015552133553434", "+552133553434", KindFixed, "2133553434"},
		{"017 21 98765-4321", "+5521987654321", KindMobile, "21987654321"},
		{"032 21 3355-3434", "+552133553434", KindFixed, "2133553434"},
		{"8765-4321", "+5511987654321", KindMobile, "987654321"},
		{"3355-3434/35", "+551133553434", KindFixed, "33553434"},
		{"(21) 3355-3434 | 35", "+552133553434", KindFixed, "2133553434"},
		{"33553434x12", "+551133553434", KindFixed, "33553434"},
		{"3355-3434 (Ramal: 200)", "+551133553434", KindFixed, "33553434"},
		{"+55 98765-4321", "+5511987654321", KindMobile, "987654321"},
		{"7812-3456", "+551178123456", KindMobile, "78123456"},
		{"11.98765.4321", "+5511987654321", KindMobile, "987654321"},
		{"11.987.654.321", "+5511987654321", KindMobile, "987654321"},
		{"55999991234", "+5555999991234", KindMobile, "55999991234"},
		{"5540041234", "+555540041234", KindFixed, "5540041234"},
		{"0800480196", "", KindTollFree, "0800480196"},
		{"+55 800 123 4567", "", KindTollFree, "08001234567"},
		{"800 123 4567", "", KindTollFree, "08001234567"},
		{"0300 123 4567", "", KindShared, "03001234567"},
		{"0303-123-4567", "", KindShared, "03031234567"},
		{"0304 1234567", "", KindShared, "03041234567"},
		{"0500 123 4567", "", KindShared, "05001234567"},
		{"0900 123 4567", "", KindShared, "09001234567"},
		{"+5540041234", "", KindShared, "40041234"},
		{"4062-1234", "", KindShared, "40621234"},
		{"4090 1234", "", KindShared, "40901234"},
		{"4020-1234", "", KindShared, "40201234"},
		{"911", "", KindEmergency, "911"},
		{"112", "", KindEmergency, "112"},
		{"ramal 190", "", KindEmergency, "190"},
		{"188", "", KindShortCode, "188"},
		{"10331", "", KindShortCode, "10331"},
		{"1331", "", KindShortCode, "1331"},
		{"*21#33553400#", "", KindShortCode, "*21#33553400#"},
		{"**10", "", KindShortCode, "**10"},
		{"#61", "", KindShortCode, "#61"},
		{"9090", "", KindExtension, "9090"},
		{"ramal 200", "", KindExtension, "200"},
		{"R. 4321", "", KindExtension, "4321"},
		{"+1 (201) 555-0123", "+12015550123", KindInternational, "0012015550123"},
		{"+44 (0)20 7946 0958", "+442079460958", KindInternational, "00442079460958"},
		{"00 15 1 201 555 0123", "+12015550123", KindInternational, "0012015550123"},
		{"00 1 201 555 0123", "+12015550123", KindInternational, "0012015550123"},
		{"00 21 351 213 456 789", "+351213456789", KindInternational, "00351213456789"},
	} {
		e := p.Explain(c.text)
		if e.E164 != c.e164 || e.Kind != c.kind || e.Dialed != c.dialed || e.Reason != "" {
			t.Errorf("%q: got %q %s dialed %q reason %q, want %q %s dialed %q (steps %v)",
				c.text, e.E164, e.Kind, e.Dialed, e.Reason, c.e164, c.kind, c.dialed, rulesOf(e))
		}
	}
}

func TestWhatIsNoNumberIsRefusedWithItsReason(t *testing.T) {
	p := saoPaulo(t)
	for _, c := range []struct{ text, reason string }{
		{"", "empty"}, {" \u00a0\t\n", "empty"}, {"\u200b", "empty"},
		{strings.Repeat("1", 300), "too_long"}, {strings.Repeat("1 ", 33), "too_long"}, {strings.Repeat("9", MaxText+1), "too_long"},
		{strings.Repeat("9", MaxText), "invalid"},
		{"123.456.789-09", "cpf"}, {"529.982.247-25", "cpf"}, {"529982247-25", "cpf"}, {"52998224725", "cpf"}, {"111.444.777/35", "cpf"},
		{"12.345.678/0001-95", "cnpj"}, {"11222333000181", "cnpj"}, {"11222333/0001-81", "cnpj"}, {"12.ABC.345/01DE-35", "cnpj"},
		{"01310-100", "cep"}, {"01.310-100", "cep"}, {"01310100", "cep"},
		{"98.765.432-1", "rg"}, {"1.234.567-X", "rg"}, {"119.87654.32-1", "pis"},
		{"20/11/2026", "date"}, {"20-11-2026", "date"}, {"20.11.26", "date"}, {"2026-11-20", "date"}, {"11/20/2026", "date"},
		{"2026-11-20 14:30", "date"}, {"20/11/2026 14:30:59", "date"}, {"11/2026", "date"}, {"20/11", "date"}, {"14:30", "date"},
		{"R$ 1.234,56", "money"}, {"R$33553434", "money"}, {"1.234,56", "money"}, {"33553434,00", "money"}, {"1,234.56", "money"},
		{"335534.34", "money"}, {"33.553.434", "money"}, {"10.005", "money"}, {"US$ 98765432", "money"}, {"335,534,345", "money"},
		{"192.168.0.25", "ip"}, {"192.168.000.025", "ip"}, {"192.168.0.25:8080", "ip"}, {"10.0.0.0/8", "ip"}, {"::1", "ip"}, {"2001:db8::1", "ip"},
		{"-46.63330812", "decimal"}, {"-46,633308", "decimal"},
		{"3355-3434/3355-3435", "several"}, {"(11) 3355-3434, (11) 98765-4321", "several"}, {"33553434;33553435", "several"},
		{"0800-FLORES", "letters"}, {"abc", "letters"}, {"tel 33553434 casa", "letters"}, {"Ação 33553434", "letters"}, {"mar 10005", "letters"},
		{"１１９８７６５４３２１", "characters"}, {"٣٣٥٥٣٤٣٤", "characters"}, {"1198765\x004321", "characters"}, {"1198765\n4321", "characters"},
		{"1198765\x1b[31m4321", "characters"}, {"11987654321,1", "money"}, {"3355p3434", "letters"}, {"3355-3434#", "characters"}, {"3355*3434", "characters"},
		{"+11+987654321", "characters"}, {"\xff33553434", "characters"}, {"\u202e33553434\u202c", "characters"}, {"10%", "characters"}, {"3355\u200b3434", "characters"},
		{"20 98765-4321", "area_code"}, {"(30) 3355-3434", "area_code"}, {"900 123 4567", "invalid"}, {"+55 23 3355-3434", "area_code"}, {"(20) 33553434", "area_code"},
		{"90901234567", "collect"}, {"9090 1", "collect"},
		{"0 3355-3434", "area_code_missing"},
		{"+1 201 155 0123", "invalid"}, {"11111111111", "invalid"}, {"00000000000000", "invalid"}, {"11222333000190", "invalid"},
		{"900111987654321", "invalid"}, {"00511987654321", "invalid"}, {"10005/12", "characters"},
		{"11 13355343", "invalid"}, {"1", "invalid"}, {"-", "invalid"}, {"+", "invalid"}, {"+0", "invalid"}, {"1-9-0", "invalid"}, {"1.2.3", "invalid"},
		{"+999 1234 5678", "invalid"}, {"+1 201 555 012", "invalid"}, {"+1 101 555 0123", "invalid"}, {"+351 1234", "invalid"}, {"4111 1111 1111 1111", "invalid"},
		{"11133553434", "invalid"}, {"98765432100000", "invalid"}, {"+", "invalid"}, {"***", "characters"},
		{"00 41 65 1234 5678", "ambiguous"},
	} {
		e := p.Explain(c.text)
		if e.Kind != KindNotAPhone || e.Reason != c.reason || e.Dialed != "" || e.E164 != "" {
			t.Errorf("%q: got %s %q %q reason %q, want reason %q", c.text, e.Kind, e.E164, e.Dialed, e.Reason, c.reason)
		}
		if last := e.Steps[len(e.Steps)-1]; last.Rule != ruleRefused || last.Value != c.reason {
			t.Errorf("%q: last step %+v does not tell the refusal", c.text, last)
		}
	}
}

func TestEveryRuleAppliedIsAStep(t *testing.T) {
	p := plan(t, Site{AreaCode: "11", OutsidePrefix: "0"})
	for _, c := range []struct {
		text  string
		rules []string
	}{
		{"8765-4321", []string{ruleSeparators, ruleAreaAdded, ruleNinthDigit, ruleMobile, ruleDialLocal, ruleDialOutside}},
		{" 0xx15 3355-3434 r. 12 ", []string{ruleTrim, ruleCarrierMark, ruleExtSuffix, ruleSeparators, ruleTrunkZero, ruleFixed, ruleDialArea, ruleDialOutside}},
		{"901521987654321", []string{ruleCollect, ruleCarrier, ruleMobile, ruleDialArea, ruleDialOutside}},
		{"+55 900 1234567", []string{ruleSeparators, ruleCountryCode, ruleServiceZero, ruleShared, rulePremium, ruleDialAsIs, ruleDialOutside}},
		{"0190", []string{ruleOutsideGone, ruleEmergency, ruleDialAsIs, ruleDialOutside}},
		{"0 7812-3456", []string{ruleSeparators, ruleOutsideGone, ruleAreaAdded, ruleTrunkedRadio, ruleMobile, ruleDialLocal, ruleDialOutside}},
		{"00151201555" + "0123", []string{ruleIntlPrefix, ruleCarrier, ruleInternational, ruleDialIntl, ruleDialOutside}},
		{"0 021 3355-3434", []string{ruleSeparators, ruleOutsideGone, ruleTrunkZero, ruleFixed, ruleDialArea, ruleDialOutside}},
		{"ramal 10005", []string{ruleExtWord, ruleExtension, ruleDialAsIs}},
		{"*21#", []string{ruleStarCode, ruleDialAsIs}},
		{"188", []string{ruleShortCode, ruleDialAsIs, ruleDialOutside}},
		{"08001234567", []string{ruleTollFree, ruleDialAsIs, ruleDialOutside}},
		{"x", []string{ruleRefused}},
	} {
		e := p.Explain(c.text)
		if d := cmp.Diff(rulesOf(e), c.rules); d != "" {
			t.Errorf("%q: steps (-got +want)\n%s", c.text, d)
		}
		for _, s := range e.Steps {
			if s.Text == "" || strings.Contains(s.Text, "{{") {
				t.Errorf("%q: step %s has the text %q", c.text, s.Rule, s.Text)
			}
		}
	}
}

func TestExplanationKeepsWhatWasSaidAndNotDialed(t *testing.T) {
	p := saoPaulo(t)
	e := p.Explain("9015 21 98765-4321 ramal 12")
	got := [5]any{e.Collect, e.Carrier, e.Extension, e.AreaCode + " " + e.Subscriber + " " + e.National + " " + e.CountryCode, e.Dialed}
	want := [5]any{true, "15", "12", "21 987654321 21987654321 55", "21987654321"}
	if d := cmp.Diff(got, want); d != "" {
		t.Errorf("(-got +want)\n%s", d)
	}
	if e := p.Explain("0900 123 4567"); !e.Premium {
		t.Error("0900 is not marked premium")
	}
	if e := p.Explain("0800 123 4567"); e.Premium {
		t.Error("0800 is marked premium")
	}
}

func TestJSONOfExplanationIsTheContract(t *testing.T) {
	got, err := json.Marshal(plan(t, Site{}).Explain("10005"))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"raw":"10005","e164":"","kind":"extension","dialed":"10005","steps":[` +
		`{"rule":"extension","text":"10005 has the length of an extension of this site.","before":"10005","after":"10005"},` +
		`{"rule":"dial_as_is","text":"It is dialed as it is, 10005.","before":"10005","after":"10005"}],"national":"10005"}`
	if d := cmp.Diff(string(got), want); d != "" {
		t.Errorf("(-got +want)\n%s", d)
	}
}

func TestHugeTextIsBoundedInTheAnswer(t *testing.T) {
	e := saoPaulo(t).Explain(strings.Repeat("é", 1<<20))
	if n := len([]rune(e.Raw)); n != MaxText || e.Reason != reasonTooLong {
		t.Errorf("raw has %d runes, reason %q", n, e.Reason)
	}
}

func TestSiteWithoutAreaCodeRefusesOnlyLocalNumbers(t *testing.T) {
	p := plan(t, Site{})
	if e := p.Explain("3355-3434"); e.Reason != reasonAreaMissing {
		t.Errorf("local number: %s %s", e.Kind, e.Reason)
	}
	if e := p.Explain("9090 3355-3434"); e.Kind != KindNotAPhone {
		t.Errorf("local collect call: %s %s", e.Kind, e.Dialed)
	}
	if e := p.Explain("11 3355-3434"); e.Dialed != "1133553434" {
		t.Errorf("dialed %q", e.Dialed)
	}
}

func TestStatedExtensionLengthsBeatPublicCodesButNotEmergency(t *testing.T) {
	p := plan(t, Site{AreaCode: "11", ExtensionDigits: [2]int{3, 5}})
	for text, kind := range map[string]Kind{"10331": KindExtension, "100": KindExtension, "190": KindEmergency, "12": KindNotAPhone, "911": KindEmergency} {
		if e := p.Explain(text); e.Kind != kind {
			t.Errorf("%q: got %s, want %s", text, e.Kind, kind)
		}
	}
	p = plan(t, Site{AreaCode: "11", OutsidePrefix: "1"})
	if e := p.Explain("190"); e.Kind != KindEmergency || e.Dialed != "1190" {
		t.Errorf("emergency behind prefix 1: %s %q", e.Kind, e.Dialed)
	}
	if e := p.Explain("1005"); e.Kind != KindNotAPhone {
		t.Errorf("digits that take an outside line are no extension: %s", e.Kind)
	}
}

func TestBadSiteNamesFieldAndNextStep(t *testing.T) {
	for field, site := range map[string]Site{
		"country":          {Country: "ZZ"},
		"area_code":        {AreaCode: "011"},
		"outside_prefix":   {OutsidePrefix: "0,"},
		"carrier":          {Carrier: "1"},
		"extension_digits": {ExtensionDigits: [2]int{5, 2}},
	} {
		_, err := New(site)
		var bad *SiteError
		if !errors.As(err, &bad) || bad.Field != field || bad.Hint == "" || !strings.Contains(err.Error(), field) {
			t.Errorf("%s: got %v", field, err)
		}
	}
	for _, site := range []Site{{AreaCode: "20"}, {OutsidePrefix: "00000"}, {Carrier: "05"}, {Carrier: "1x"}, {ExtensionDigits: [2]int{0, 5}}, {ExtensionDigits: [2]int{2, 8}}} {
		if _, err := New(site); err == nil {
			t.Errorf("%+v was accepted", site)
		}
	}
}
