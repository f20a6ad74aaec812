package dialplan

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"
)

// The library knows all of Brazil except what the cases below name; where both know a number they must agree.

func TestGeographicNumbersAgreeWithTheLibrary(t *testing.T) {
	p, rnd := saoPaulo(t), rand.New(rand.NewPCG(1, 2))
	areas := brazil().areaCodes
	if len(areas) != 67 {
		t.Fatalf("%d area codes, want 67", len(areas))
	}
	for _, area := range areas {
		for range 2 {
			for _, subscriber := range []string{
				fmt.Sprintf("%d%07d", 2+rnd.IntN(4), rnd.IntN(1e7)), // fixed
				fmt.Sprintf("9%08d", rnd.IntN(1e8)),                 // mobile
				fmt.Sprintf("7%07d", rnd.IntN(1e7)),                 // trunked radio
			} {
				half := len(subscriber) - 4
				shown := subscriber[:half] + "-" + subscriber[half:]
				for _, text := range []string{
					area + subscriber, "(" + area + ") " + shown, "0" + area + " " + shown, "0xx" + area + " " + shown,
					"015 " + area + " " + shown, "+55 " + area + " " + shown, "+55 0 " + area + " " + shown, "55" + area + subscriber,
				} {
					agree(t, p, text, "+55"+area+subscriber)
				}
			}
		}
	}
}

// agree checks our reading against the wanted number, and the library's opinion of what the wanted number is.
func agree(t *testing.T, p *Plan, text, want string) {
	t.Helper()
	e := p.Explain(text)
	if e.E164 != want {
		t.Errorf("%q: got %q (%s %s), want %q", text, e.E164, e.Kind, e.Reason, want)
		return
	}
	n, err := phonenumbers.Parse(e.E164, "BR")
	if err != nil || !phonenumbers.IsValidNumber(n) {
		t.Errorf("%q: the library does not know %s: %v", text, e.E164, err)
		return
	}
	if got, want := e.Kind, libraryKind(n); got != want {
		t.Errorf("%q: kind %s, the library says %s", text, got, want)
	}
	if direct, err := phonenumbers.Parse(text, "BR"); err != nil || phonenumbers.Format(direct, phonenumbers.E164) != want {
		t.Errorf("%q: the library reads another number than %s", text, want)
	}
}

func libraryKind(n *phonenumbers.PhoneNumber) Kind {
	switch phonenumbers.GetNumberType(n) {
	case phonenumbers.MOBILE:
		return KindMobile
	case phonenumbers.FIXED_LINE:
		return KindFixed
	case phonenumbers.TOLL_FREE:
		return KindTollFree
	case phonenumbers.SHARED_COST, phonenumbers.PREMIUM_RATE:
		return KindShared
	}
	return KindNotAPhone
}

func TestAreaCodesAreTheLibrarysAreaCodes(t *testing.T) {
	p := plan(t, Site{})
	for area := 10; area <= 99; area++ {
		text := fmt.Sprintf("%d 3355-3434", area)
		n, err := phonenumbers.Parse(text, "BR")
		want := err == nil && phonenumbers.IsValidNumber(n) && libraryKind(n) == KindFixed
		if got := p.Explain(text).Kind == KindFixed; got != want {
			t.Errorf("area %d: ours %v, the library %v", area, got, want)
		}
	}
}

// Numbers of the library's that are left out on purpose, and ours that it lacks.
func TestNationwideNumbersAgreeWithTheLibraryButForNamedGaps(t *testing.T) {
	p := saoPaulo(t)
	libraryOnly := []string{"4370", "4864"} // single cities' numbers, dialled like any fixed number of the area
	oursOnly := []string{"4062", "4090"}    // in use, unknown to the library
	for prefix := 1000; prefix <= 9999; prefix++ {
		text := fmt.Sprintf("%d1234", prefix)
		n, err := phonenumbers.Parse("+55"+text, "BR")
		want := err == nil && phonenumbers.IsValidNumber(n) && libraryKind(n) == KindShared
		name := text[:4]
		if slices.Contains(libraryOnly, name) || slices.Contains(oursOnly, name) {
			if want != slices.Contains(libraryOnly, name) {
				t.Errorf("%s is no longer a gap", name)
			}
			want = !want
		}
		if got := p.Explain(text).Kind == KindShared; got != want {
			t.Errorf("%s: ours %v, the library %v", text, got, want)
		}
	}
	for _, text := range []string{"0800 123 4567", "0800480196", "0300 123 4567", "0303 123 4567", "0500 123 4567", "0900 123 4567"} {
		n, err := phonenumbers.Parse(text, "BR")
		if err != nil || !phonenumbers.IsValidNumber(n) {
			t.Errorf("%q: the library refuses it: %v", text, err)
			continue
		}
		e := p.Explain(text)
		if e.Kind != libraryKind(n) || e.Premium != (phonenumbers.GetNumberType(n) == phonenumbers.PREMIUM_RATE) {
			t.Errorf("%q: %s premium %v, the library says type %v", text, e.Kind, e.Premium, phonenumbers.GetNumberType(n))
		}
	}
}

// Each row is wrong in the library. When one becomes right there, the row fails and the note can go.
func TestGapsOfTheLibraryAreReadHere(t *testing.T) {
	p := saoPaulo(t)
	for _, c := range []struct{ text, want string }{
		{"1187654321", "+5511987654321"},      // mobile without its 9
		{"98765-4321", "+5511987654321"},      // no area code
		{"33553434", "+551133553434"},         //
		{"005511987654321", "+5511987654321"}, // 55 eaten as a carrier
		{"9090987654321", "+5511987654321"},   // local collect
		{"017 11 98765-4321", "+5511987654321"},
		{"032 11 98765-4321", "+5511987654321"},
	} {
		if e := p.Explain(c.text); e.E164 != c.want {
			t.Errorf("%q: got %q, want %q", c.text, e.E164, c.want)
		}
		if n, err := phonenumbers.Parse(c.text, "BR"); err == nil && phonenumbers.Format(n, phonenumbers.E164) == c.want {
			t.Errorf("%q: the library now reads it, too", c.text)
		}
	}
	const debt = "0304 123 4567"
	if e := p.Explain(debt); e.Kind != KindShared {
		t.Errorf("%q: %s", debt, e.Kind)
	}
	if n, err := phonenumbers.Parse(debt, "BR"); err == nil && phonenumbers.IsValidNumber(n) {
		t.Errorf("%q: the library now knows it", debt)
	}
	// The library reads the number and says nothing of the collect call.
	for _, text := range []string{"901511987654321", "901198765-4321"} {
		e := p.Explain(text)
		if e.E164 != "+5511987654321" || !e.Collect || !slices.Contains(rulesOf(e), ruleCollect) {
			t.Errorf("%q: %q collect %v steps %v", text, e.E164, e.Collect, rulesOf(e))
		}
	}
}

func TestEmergencyNumbersAgreeWithTheLibrary(t *testing.T) {
	p := saoPaulo(t)
	for _, d := range brazil().emergency {
		if p.Explain(d).Kind != KindEmergency || !phonenumbers.IsEmergencyNumber(d, "BR") {
			t.Errorf("%s: ours %s, the library %v", d, p.Explain(d).Kind, phonenumbers.IsEmergencyNumber(d, "BR"))
		}
	}
}

func TestCountryCodesAndLengthsAgreeWithTheLibrary(t *testing.T) {
	for code := 1; code <= 999; code++ {
		text := fmt.Sprint(code)
		_, _, got := lengths(text)
		want := phonenumbers.GetSupportedCallingCodes()[code] && code != 55 // 55 is Brazil's pack
		if got != want {
			t.Errorf("country code %d: ours %v, the library %v", code, got, want)
		}
	}
	p := saoPaulo(t)
	for region := range phonenumbers.GetSupportedRegions() {
		n := phonenumbers.GetExampleNumber(region)
		e164 := phonenumbers.Format(n, phonenumbers.E164)
		if region == "BR" || len(e164) <= minE164 {
			continue
		}
		if e := p.Explain(e164); e.E164 != e164 || e.Kind != KindInternational || e.CountryCode != fmt.Sprint(n.GetCountryCode()) {
			t.Errorf("%s %s: got %q %s %s", region, e164, e.E164, e.Kind, e.Reason)
		}
		if e := p.Explain(phonenumbers.Format(n, phonenumbers.INTERNATIONAL)); e.E164 != e164 && !strings.ContainsAny(phonenumbers.Format(n, phonenumbers.INTERNATIONAL), "/~") {
			t.Errorf("%s as %q: got %q", region, phonenumbers.Format(n, phonenumbers.INTERNATIONAL), e.E164)
		}
	}
}
