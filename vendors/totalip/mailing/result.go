package mailing

import (
	"encoding/csv"
	"io"
	"time"
)

// resultTime is how a result's moment is written, manual 002, 1.5.
const resultTime = "2006-01-02 15:04:05.000"

// Result is what came of one number of a campaign.
type Result struct {
	Param1 string    `json:"parametro1"`
	Param2 string    `json:"parametro2"`
	At     time.Time `json:"data"`
	Number string    `json:"telefone"`
	Status string    `json:"status"`
	User   string    `json:"usuario"` // "" when nobody took the call
	Group  string    `json:"grupo"`   // of that user
}

// Results writes what came of a campaign, a line a number.
type Results struct{ w *csv.Writer }

// NewResults writes in the manual's form (002, 1.5): fields parted by ; without a heading. A field that holds a ; or a quote
// stands in quotes, as spreadsheets write it; the manual has no way for it.
func NewResults(w io.Writer) *Results {
	c := csv.NewWriter(w)
	c.Comma = separator
	return &Results{c}
}

// NewResultsCSV writes CSV, parted by commas under a heading.
func NewResultsCSV(w io.Writer) (*Results, error) {
	c := csv.NewWriter(w)
	return &Results{c}, c.Write([]string{"parametro1", "parametro2", "data", "telefone", "status", "usuario", "grupo"})
}

// Write writes one result, its moment on this machine's clock.
func (r *Results) Write(v Result) error {
	at := ""
	if !v.At.IsZero() {
		at = v.At.Local().Format(resultTime)
	}
	return r.w.Write([]string{v.Param1, v.Param2, at, v.Number, v.Status, v.User, v.Group})
}

// Flush writes what is left.
func (r *Results) Flush() error {
	r.w.Flush()
	return r.w.Error()
}
