// Package mailing reads the files by which lists are loaded into Total IP's campaigns (manual 002, 1.5), checks them line by
// line, and keeps account of what was sent of them, so that no line is sent twice.
//
// It knows no connection: who imports sends the contacts it hands out, by whichever road, and tells the account what came of
// each.
package mailing

import (
	"time"

	"ctiagent/dialplan"
)

// MostNumbers is how many telephone numbers a line of the printed format has.
const MostNumbers = 7

// mostSchedules is how many schedules a line of the printed format has. The first belongs to the first number, and so on.
const mostSchedules = 4

// mostWords bounds one parameter; the driver's own bound is the same.
const mostWords = 500

// Road is a way into a campaign, and what goes over it.
type Road struct {
	Name    string // as it is typed and kept: http, database
	Numbers int    // how many telephone numbers a customer can have
}

// HTTP is the function importar_discador, whose syntax names two numbers (manual 002, 1.1.21).
func HTTP() Road { return Road{Name: "http", Numbers: 2} }

// Database is the table importar_discador, which has five (manual 002, 1.3.1.6).
func Database() Road { return Road{Name: "database", Numbers: 5} }

// Roads are all of them.
func Roads() []Road { return []Road{HTTP(), Database()} }

// Contact is one customer of a list.
type Contact struct {
	Param1, Param2 string // ASCII; Param1 is never empty
	Numbers        []Number
}

// Number is one telephone number of a customer.
type Number struct {
	Area   string    // two digits; "" leaves it to the system, which has an area code of its own
	Number string    // digits, as the file has them
	At     time.Time // when the dialer calls it, in whole minutes; zero for no schedule
}

// Check is what lines are held to.
type Check struct {
	Plan    *dialplan.Plan // nil leaves the numbers be: of lines that were checked before
	Road    Road
	Columns int            // telephone numbers per line of this file; 0 means MostNumbers
	Zone    *time.Location // of the schedules; nil means the machine's
}

func (c Check) columns() int {
	if c.Columns == 0 {
		return MostNumbers
	}
	return c.Columns
}

func (c Check) zone() *time.Location {
	if c.Zone == nil {
		return time.Local
	}
	return c.Zone
}

// Line is one line of a file. It is valid until the next one is read.
type Line struct {
	Number   int64     // from 1
	Raw      []byte    // as it stands in the file, with its end
	Contact  Contact   // whole when there is no problem
	Problems []Problem // from left to right; none for a line that can be sent
}

// Part is contacts that go over a road together, in the form in which the road takes them.
type Part[P any] struct {
	First, Last       int64 // their lines
	Contacts, Numbers int   // in it
	What              P
}
