package totalip

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/vendors/totalip/db"
)

// beginBulk begins an import of many and answers its id; stop is its reader who leaves.
func beginBulk(t *testing.T, s cti.Session) (id string, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	feed, err := cti.Do(ctx, s.Actions(), BulkImport, desk(), BulkIn{Campaign: "80"})
	if err != nil {
		t.Fatal(err)
	}
	next, end := iter.Pull2(iter.Seq2[Bulk, error](feed))
	b, err, ok := next()
	if err != nil || !ok || b.ID == "" {
		t.Fatalf("%+v, %v", b, err)
	}
	stop = func() { cancel(); end() }
	t.Cleanup(stop)
	return b.ID, stop
}

func TestManyCustomersComeInByOneCommit(t *testing.T) {
	s, _, d := withBase(t, roadHTTP)
	d.Pause()
	at := func(hour int) cti.Time { return cti.At(time.Date(2030, 12, 24, hour, 30, 0, 0, time.Local)) }
	var rows []byte
	for i, numbers := range [][]DialerNumber{
		{{"11", "33550001", at(8)}, {"", "08001234567", at(9)}, {"12", "33550003", cti.Time{}}, {"13", "33550004", at(11)}, {"14", "33550005", at(12)}},
		{{"21", "987654321", cti.Time{}}},
	} {
		rows = AppendBulkRow(rows, fmt.Sprint(i+1), `Ana "x"; \N`, numbers)
	}
	id, _ := beginBulk(t, s)
	held, err := cti.Do(t.Context(), s.Actions(), BulkImportRow, desk(), BulkRowsIn{id, new(BulkPacker).Pack(rows)})
	if err != nil || held.Rows != 2 || held.Transaction == "" {
		t.Fatalf("%+v, %v", held, err)
	}
	outcome := func(want db.Outcome) {
		t.Helper()
		if out, err := cti.Do(t.Context(), s.Actions(), BulkTransact, desk(), BulkOutcomeIn{held.Transaction}); err != nil || out.Outcome != want {
			t.Errorf("%+v, %v, want %s", out, err, want)
		}
	}
	outcome(db.Running)
	done, err := cti.Do(t.Context(), s.Actions(), BulkCommit, desk(), BulkCommitIn{id})
	if err != nil || done.Rows != 2 {
		t.Errorf("%+v, %v", done, err)
	}
	outcome(db.Committed)
	const want = "80/1/Ana \"x\"; \\N/11/33550001/2030-12-24 08:30:00/08001234567/2030-12-24 09:30:00/12/33550003/13/33550004/2030-12-24 11:30:00/14/33550005/2030-12-24 12:30:00 " +
		"80/2/Ana \"x\"; \\N/21/987654321"
	if got := first(t, d, "SELECT concat_ws('/', id_campanha, identificador1, identificador2, ddd1, telefone1, telefone_1_discar_em, ddd2, telefone2, telefone_2_discar_em, "+
		"ddd3, telefone3, telefone_3_discar_em, ddd4, telefone4, telefone_4_discar_em, ddd5, telefone5, telefone_5_discar_em) FROM importar_discador ORDER BY identificador1"); got != want {
		t.Errorf("there is %s\nwant     %s", got, want)
	}
	d.Resume() // and the system treats them as any other
	for first(t, d, "SELECT count(*) FROM telefones_campanhas WHERE campanha_id = 80") != "6" {
		continue // each question waits for the server
	}
}

// Whoever leaves takes what was not committed away; nobody else can commit it.
func TestManyCustomersAreGoneWithTheirReader(t *testing.T) {
	s, _, d := withBase(t, roadHTTP)
	d.Pause()
	one, leave := beginBulk(t, s)
	_, _ = beginBulk(t, s)
	_, err := cti.Do(t.Context(), s.Actions(), BulkImport, desk(), BulkIn{Campaign: "80"})
	if e := cti.AsError(err); e.Kind != cti.Busy || e.Sent != cti.NotSent || e.Hint != hintBulks {
		t.Errorf("a third import: %+v", e)
	}
	held, err := cti.Do(t.Context(), s.Actions(), BulkImportRow, desk(), BulkRowsIn{one, new(BulkPacker).Pack([]byte("1\t\t\t33550001\t\n"))})
	if err != nil {
		t.Fatal(err)
	}
	leave()
	for {
		out, err := cti.Do(t.Context(), s.Actions(), BulkTransact, desk(), BulkOutcomeIn{held.Transaction})
		if err != nil {
			t.Fatal(err)
		}
		if out.Outcome == db.Aborted {
			break
		}
		if out.Outcome != db.Running {
			t.Fatalf("%+v", out)
		}
	}
	for _, id := range []string{one, "", "x"} {
		_, err = cti.Do(t.Context(), s.Actions(), BulkCommit, desk(), BulkCommitIn{id})
		if e := cti.AsError(err); e.Kind != cti.NotFound && e.Kind != cti.WrongState || e.Sent != cti.NotSent {
			t.Errorf("%q: %+v", id, e)
		}
	}
	if n := first(t, d, "SELECT count(*) FROM importar_discador"); n != "0" {
		t.Errorf("%s rows are in", n)
	}
	_, _ = beginBulk(t, s) // there is a place again
}

func TestRowsOfAnotherFormAreRefused(t *testing.T) {
	s, _, d := withBase(t, roadHTTP)
	d.Pause()
	id, _ := beginBulk(t, s)
	pack := func(text string) string { return new(BulkPacker).Pack([]byte(text)) }
	for says, rows := range map[string]string{
		"must be base64":                    "!",
		"base64 of raw DEFLATE":             "aGVsbG8=",
		"at most 1048576 bytes":             pack(strings.Repeat("\n", MostBulkRows+1)),
		"must be whole lines":               pack("1\t\t\t33550001\t"),
		"row 1: must have 2 fields":         pack("1\t\t\t33550001\n"),
		"row 2: must have 2 fields":         pack("1\t\t\t33550001\t\n1\t" + strings.Repeat("\t\t33550001\t", 5) + "\t\t1\t\n"),
		"row 1: must have 2 fields and":     pack("1\t\n"),
		"identificador1 is missing":         pack(" \tx\t\t33550001\t\n"),
		"control characters":                pack("1\tx\x00\t\t33550001\t\n"),
		"row 1: must not hold control":      pack("1\tx\r\t\t33550001\t\n"),
		"an identificador must have at":     pack("1\t" + strings.Repeat("x", longestText+1) + "\t\t33550001\t\n"),
		"ddd1 must be two digits":           pack("1\tx\t1x\t33550001\t\n"),
		"telefone2 must be made of digits":  pack("1\tx\t11\t33550001\t\t\t\t\n"),
		"telefone1 must be made of digits":  pack("1\tx\t11\t+5\t\n"),
		"telefone_1_discar_em must be a ti": pack("1\tx\t11\t33550001\tsoon\n"),
	} {
		_, err := cti.Do(t.Context(), s.Actions(), BulkImportRow, desk(), BulkRowsIn{id, rows})
		if e := cti.AsError(err); e.Kind != cti.BadRequest || e.Sent != cti.NotSent || e.Hint != hintParameter || !strings.Contains(e.Text, says) {
			t.Errorf("%+v, want %q", e, says)
		}
	}
	_, err := cti.Do(t.Context(), s.Actions(), BulkImport, desk(), BulkIn{Campaign: "8 0"})
	if e := cti.AsError(err); e.Kind != cti.BadRequest {
		t.Errorf("%+v", e)
	}
}

// FuzzBulkRows: what is taken has a cell for every column, and none of another customer's.
func FuzzBulkRows(f *testing.F) {
	f.Add("1\tAna\t11\t33550001\t2030-12-24T08:00:00Z\n2\t\t\t1\t\n")
	f.Add("1\t\t\t1\t\t\t2\t\t\t3\t\t\t4\t\t\t5\t2030-12-24T08:00:00Z\n2\t\t\t1\t\n")
	f.Fuzz(func(t *testing.T, text string) {
		w := customers{campaign: "80"}
		if w.read(text) != nil {
			return
		}
		columns, lines := w.columns(), strings.Split(strings.TrimSuffix(text, "\n"), "\n")
		n := 0
		for row := range w.rows {
			fields := strings.Split(lines[n], "\t")
			if len(row) != len(columns) || row[0] != "80" || row[1] != fields[0] || row[2] != fields[1] {
				t.Fatalf("%q for %q of %q", row, columns, lines[n])
			}
			var has []string // what the row fills, in the order of the columns
			for i, cell := range row[3:] {
				if strings.ContainsAny(cell, "\t\n") {
					t.Fatalf("%s is %q", columns[i+3], cell)
				}
				if cell != "" {
					has = append(has, cell)
				}
			}
			if want := slices.DeleteFunc(fields[2:], func(f string) bool { return f == "" }); !slices.Equal(has, want) {
				t.Fatalf("%q, want %q", has, want)
			}
			n++
		}
		if n != w.count || n != len(lines) {
			t.Fatalf("%d rows of %d", n, w.count)
		}
	})
}
