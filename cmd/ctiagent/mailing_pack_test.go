package main

import (
	"compress/flate"
	"encoding/base64"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"ctiagent/internal/config"
	"ctiagent/vendors/totalip/mailing"
)

// rowsIn is the text of packed rows.
func rowsIn(t *testing.T, packed string) string {
	t.Helper()
	text, err := io.ReadAll(flate.NewReader(base64.NewDecoder(base64.StdEncoding, strings.NewReader(packed))))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestParcelsHaveEveryContactOnce makes parcels while a list is checked, with room for all of them, for a few and for none, and
// from its middle on.
func TestParcelsHaveEveryContactOnce(t *testing.T) {
	const lines = 12_000
	var list strings.Builder
	var rows []string // by line
	chance := rand.New(rand.NewPCG(3, 4))
	for i := range lines {
		if i%7 == 3 {
			list.WriteString("bad\n")
			rows = append(rows, "")
			continue
		}
		number := 33_550_000 + chance.IntN(10_000)
		fmt.Fprintf(&list, "%d;Ana;11;%d\n", i, number)
		rows = append(rows, fmt.Sprintf("%d\tAna\t11\t%d\t\n", i, number))
	}
	check := mailing.Check{Road: mailing.Database()}
	for _, c := range []struct {
		space, message int // bytes that may be kept, and of a message
		behind         int64
	}{
		{space: mostKept, message: 64 << 10},
		{space: mostKept, message: 4 << 10}, // none packs as small as was thought at first
		{space: 20_000, message: 4 << 10},
		{space: 1, message: 16 << 10},
		{space: 0, message: 16 << 10, behind: 5_000}, // resumed: nothing was kept
	} {
		made := &parcels{packing: newPacking(config.Limits{MessageBytes: c.message}), space: c.space, short: c.space == 0}
		take := made.take
		if made.short {
			take = nil
		}
		sum, err := mailing.Scan(t.Context(), strings.NewReader(list.String()), check, nil, take, nil)
		if err != nil {
			t.Fatal(err)
		}
		read := 0
		again := func(behind int64) *mailing.Reader {
			read++
			return mailing.NewReader(strings.NewReader(list.String()), check).Behind(behind)
		}
		var got strings.Builder
		last, contacts, numbers := c.behind, 0, 0
		for part, err := range made.from(again)(c.behind) {
			if err != nil {
				t.Fatal(err)
			}
			if part.First <= last || part.Last < part.First {
				t.Errorf("%+v: a parcel of lines %d to %d behind line %d", c, part.First, part.Last, last)
			}
			last, contacts, numbers = part.Last, contacts+part.Contacts, numbers+part.Numbers
			for _, rows := range part.What.messages {
				if len(rows) > c.message {
					t.Errorf("%+v: a message of %d bytes", c, len(rows))
				}
				got.WriteString(rowsIn(t, rows))
			}
			if part.What.numbers != part.Numbers {
				t.Errorf("%+v: %d numbers in a parcel of %d", c, part.Numbers, part.What.numbers)
			}
		}
		want := rows[c.behind:]
		if got.String() != strings.Join(want, "") {
			t.Errorf("%+v: the rows differ", c)
		}
		if c.behind == 0 && int64(contacts) != sum.Contacts || numbers != contacts {
			t.Errorf("%+v: %d contacts and %d numbers, want %d", c, contacts, numbers, sum.Contacts)
		}
		if whole := c.space == mostKept; whole != (read == 0) {
			t.Errorf("%+v: the list was read %d times again", c, read)
		}
	}
}
