package dialplan

import (
	"strings"
)

// brazil is the plan of Anatel's resolution 749/2022 as callers use it today.
func brazil() *pack {
	return &pack{
		country: "BR", name: "Brazil",
		callingCode:   "55",
		trunk:         "0",
		international: "00",
		carrierDigits: 2,
		carriers:      strings.Fields("12 14 15 17 21 22 23 25 31 32 41 43 55 65 99"),
		areaCodes: strings.Fields("11 12 13 14 15 16 17 18 19 21 22 24 27 28 31 32 33 34 35 37 38 41 42 43 44 45 46 47 48 49 " +
			"51 53 54 55 61 62 63 64 65 66 67 68 69 71 73 74 75 77 79 81 82 83 84 85 86 87 88 89 91 92 93 94 95 96 97 98 99"),
		subscribers: []subscriberRow{
			{first: "2345", length: 8, kind: KindFixed},
			{first: "9", length: 9, kind: KindMobile},
			// Every mobile number got a 9 in front between 2012 and 2016; old customer records still lack it.
			{first: "689", length: 8, kind: KindMobile, insert: "9", rule: ruleNinthDigit},
			// Trunked radio (70 to 79) never got the 9.
			{first: "7", length: 8, kind: KindMobile, rule: ruleTrunkedRadio},
		},
		services: []serviceRow{
			{prefix: "0800", rest: []int{7, 6}, kind: KindTollFree}, // six digits: numbers older than 1999's plan
			{prefix: "0300", rest: []int{7}, kind: KindShared},
			{prefix: "0303", rest: []int{7}, kind: KindShared}, // telemarketing
			{prefix: "0304", rest: []int{7}, kind: KindShared}, // debt collection, since November 2022
			{prefix: "0500", rest: []int{7}, kind: KindShared, premium: true},
			{prefix: "0900", rest: []int{7}, kind: KindShared, premium: true},
			{prefix: "300", rest: []int{5}, kind: KindShared},
			{prefix: "400", rest: []int{5}, kind: KindShared},
			{prefix: "4020", rest: []int{4}, kind: KindShared},
			{prefix: "4062", rest: []int{4}, kind: KindShared},
			{prefix: "4090", rest: []int{4}, kind: KindShared},
		},
		// 911 and 112 are forwarded to 190 by the mobile networks.
		emergency:      strings.Fields("190 192 193 911 112"),
		shortCodes:     strings.Fields("100 128 153 156 180 181 188 191 194 197 198 199 1331 103??"),
		collectLocal:   "9090",
		collectLong:    "90",
		extensionWords: []string{"ramal", "ram", "ext", "r", "x"},
		// No clock is put forward since 2019 (IANA time zone database, 2019b). Area 97 has two times: the west of Amazonas goes with
		// Acre. Area 81 has Recife's; the island of Fernando de Noronha, an hour ahead, shares it.
		zones: []zoneRow{
			{zone{-180, -180}, strings.Fields("11 12 13 14 15 16 17 18 19 21 22 24 27 28 31 32 33 34 35 37 38 41 42 43 44 45 46 47 48 49 " +
				"51 53 54 55 61 62 63 64 71 73 74 75 77 79 81 82 83 84 85 86 87 88 89 91 93 94 96 98 99")},
			{zone{-240, -240}, strings.Fields("65 66 67 69 92 95")},
			{zone{-300, -240}, []string{"97"}},
			{zone{-300, -300}, []string{"68"}},
		},
		documents: []document{
			{"cpf", compiledLater(`^([0-9]{3}[. ][0-9]{3}[. ][0-9]{3}[-/]|[0-9]{9}-)[0-9]{2}$`), validCPF},
			// Letters are allowed in a CNPJ since July 2026.
			{"cnpj", compiledLater(`^[0-9A-Za-z]{2}\.?[0-9A-Za-z]{3}\.?[0-9A-Za-z]{3}/[0-9A-Za-z]{4}-?[0-9]{2}$`), validCNPJ},
			{"cep", compiledLater(`^[0-9]{2}\.?[0-9]{3}-[0-9]{3}$`), func(d string) bool { return len(d) == 8 }},
			{"rg", compiledLater(`^[0-9]{1,2}\.[0-9]{3}\.[0-9]{3}-[0-9Xx]$`), nil},
			{"pis", compiledLater(`^[0-9]{3}\.[0-9]{5}\.[0-9]{2}-[0-9]$`), nil},
		},
	}
}

// validCPF says whether both check digits of an unformatted CPF hold.
func validCPF(d string) bool {
	return len(d) == 11 && strings.Count(d, d[:1]) < 11 &&
		checkDigit(d[:9], 10) == d[9] && checkDigit(d[:10], 11) == d[10]
}

// validCNPJ says the same of a numeric CNPJ.
func validCNPJ(d string) bool {
	return len(d) == 14 && strings.Count(d, d[:1]) < 14 &&
		checkDigit(d[:12], 9) == d[12] && checkDigit(d[:13], 9) == d[13]
}

// checkDigit is the modulo-11 digit over d, the weights rising from 2 at the right end up to top and starting over.
func checkDigit(d string, top int) byte {
	sum, weight := 0, 2
	for i := len(d) - 1; i >= 0; i-- {
		sum += int(d[i]-'0') * weight
		if weight++; weight > top {
			weight = 2
		}
	}
	if r := sum % 11; r >= 2 {
		return byte('0' + 11 - r)
	}
	return '0'
}
