package dialplan

// pack is one country as data: the reader and the dialler know no country by name. Digits only, unless said otherwise.
type pack struct {
	country, name  string   // "BR", and the name for error messages
	callingCode    string   // "55"
	trunk          string   // dialled before the area code
	international  string   // dialled before a country code
	carrierDigits  int      // length of a carrier code between trunk (or international) and the rest; 0 where there are none
	carriers       []string // carrier codes known to be in use: they decide between two readings, others are taken by length
	areaCodes      []string
	subscribers    []subscriberRow
	services       []serviceRow // nationwide numbers without area code
	emergency      []string
	shortCodes     []string // '?' stands for any digit
	collectLocal   string   // collect call within the area
	collectLong    string   // collect call elsewhere, a carrier code may follow
	extensionWords []string // longest first, without the dot
	documents      []document
	zones          []zoneRow // by area code; none where nobody knows them by area
}

// subscriberRow is one family of numbers inside an area; the first row that fits wins.
type subscriberRow struct {
	first  string // allowed first digits
	length int
	kind   Kind
	insert string // digits today's plan has in front of such a number
	rule   string // step to tell when the row is special, "" otherwise
}

// serviceRow is one family of nationwide numbers. A trunk 0 that people leave out is put back.
type serviceRow struct {
	prefix  string // with its trunk 0 where the family has one
	rest    []int  // digits that may follow
	kind    Kind
	premium bool
}

// document is something CRM pages show that looks like a number and is none.
type document struct {
	reason string
	shape  pattern                  // as people format it
	bare   func(digits string) bool // unformatted, asked only when no telephone reading exists; may be nil
}

func packFor(country string) (*pack, bool) {
	for _, k := range packs() {
		if k.country == country {
			return k, true
		}
	}
	return nil, false
}

func packs() []*pack { return []*pack{brazil()} }

func countries() []string {
	var names []string
	for _, k := range packs() {
		names = append(names, k.country)
	}
	return names
}
