package totalip

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"sync"
	"time"

	"ctiagent/cti"
	"ctiagent/vendors/totalip/db"

	"github.com/klauspost/compress/flate" // the same DEFLATE as the standard library's, at half the cost
)

const (
	mostBulks = 2 // of one desk at a time
	// MostBulkRows bounds the rows of one message, in bytes before they are packed.
	MostBulkRows = 1 << 20
)

// BulkIn begins to import many customers into a campaign.
type BulkIn struct {
	Campaign string `json:"id_campanha" required:"true" help:"an id of totalip.db.campanhas"`
}

// Bulk is an import of many customers. It ends with its reader: what is not committed by then is gone.
type Bulk struct {
	ID string `json:"lote" help:"names it in the other functions"`
}

// BulkRowsIn are customers of a bulk.
type BulkRowsIn struct {
	ID   string `json:"lote" required:"true" help:"of totalip.db.importar_discador.bulk"`
	Rows string `json:"linhas" required:"true" help:"base64 of raw DEFLATE of text, one customer a line, tabs between identificador1, identificador2, and ddd, telefone, discar_em of 1 to 5 numbers"`
}

// BulkHeld is what became of rows that wait to be committed.
type BulkHeld struct {
	Rows        int    `json:"linhas" help:"how many there were"`
	Transaction string `json:"transacao,omitempty" help:"for totalip.db.importar_discador.bulk.outcome; missing where the database cannot tell later"`
}

// BulkCommitIn commits the rows of a bulk.
type BulkCommitIn struct {
	ID string `json:"lote" required:"true" help:"of totalip.db.importar_discador.bulk"`
}

// BulkCommitted is what a commit did.
type BulkCommitted struct {
	Rows int64 `json:"linhas" help:"how many came in"`
}

// BulkOutcomeIn names a transaction.
type BulkOutcomeIn struct {
	Transaction string `json:"transacao" required:"true" help:"as totalip.db.importar_discador.bulk.rows answered it"`
}

// BulkOutcome is what became of a transaction.
type BulkOutcome struct {
	Outcome db.Outcome `json:"resultado" values:"committed,aborted,running,lost" help:"lost: the database cannot tell any more"`
}

// The functions that fill importar_discador by COPY, manual 002, 1.3.1.6. The rows of a bulk come in together with a commit, by
// a transaction that the database can be asked about later: whoever sent the commit and heard no answer learns what it did.
var (
	BulkImport    = cti.Action[BulkIn, cti.Feed[Bulk]]{Name: "totalip.db.importar_discador.bulk", Title: "Begin to import many customers into a campaign (database)", Effect: cti.Supervise}
	BulkImportRow = cti.Action[BulkRowsIn, BulkHeld]{Name: "totalip.db.importar_discador.bulk.rows", Title: "Hold many customers ready for a campaign (database)", Effect: cti.Supervise}
	BulkCommit    = cti.Action[BulkCommitIn, BulkCommitted]{Name: "totalip.db.importar_discador.bulk.commit", Title: "Import the customers that are held ready (database)", Effect: cti.Supervise}
	BulkTransact  = cti.Action[BulkOutcomeIn, BulkOutcome]{Name: "totalip.db.importar_discador.bulk.outcome", Title: "Tell whether customers that were held ready came in (database)", Effect: cti.Supervise}
)

// bulkRows are the rows of bulks.
func bulkRows() []cti.Func[*session] {
	const source = "002 1.3.1.6, 1.5"
	return []cti.Func[*session]{
		// The stream holds the bulk: one answer, and then nothing until its reader leaves.
		cti.Row(BulkImport, source, (*session).bulkImport),
		// COPY, in a transaction that is begun when there is none.
		cti.Row(BulkImportRow, source, (*session).bulkHold),
		// COMMIT.
		cti.Row(BulkCommit, source, (*session).bulkCommit),
		// txid_status.
		cti.Row(BulkTransact, source, (*session).bulkOutcome),
	}
}

// bulk is an import under way.
type bulk struct {
	*db.Bulk
	campaign string

	// One message at a time is unpacked: the database may be on this computer, and is to have the rest of its processors.
	reading sync.Mutex
	inflate io.Reader // 40 KB
}

// unpack reads packed rows and holds each to what a single import is held to.
func (b *bulk) unpack(packed string) (customers, error) {
	b.reading.Lock()
	defer b.reading.Unlock()
	w := customers{campaign: b.campaign}
	text, err := b.text(packed)
	if err == nil {
		err = w.read(text)
	}
	return w, err
}

func (s *session) bulkImport(ctx context.Context, r cti.Req[BulkIn]) (cti.Feed[Bulk], error) {
	op := BulkImport.Name
	c := s.checks(op, roadDatabase)
	c.digits("id_campanha", r.In.Campaign)
	if err := errors.Join(c.err, s.hasDatabase(op)); err != nil {
		return nil, cti.AsError(err)
	}
	s.mu.Lock()
	if len(s.bulks) >= mostBulks {
		s.mu.Unlock()
		e := s.fails.Make(cti.Busy, op, fmt.Sprintf("%d imports of this desk are under way", mostBulks), cti.NotSent, nil)
		e.Hint, e.Retryable = hintBulks, true
		return nil, e
	}
	id := rand.Text()
	s.bulks[id] = nil // its place
	s.mu.Unlock()
	held, err := s.database.Bulk(ctx, op, db.TableOf(reflect.TypeFor[DBImportarDiscador](), "importar_discador", ""))
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		delete(s.bulks, id)
		return nil, err
	}
	s.bulks[id] = &bulk{Bulk: held, campaign: r.In.Campaign, inflate: flate.NewReader(nil)}
	context.AfterFunc(ctx, func() {
		held.Close()
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.bulks, id)
	})
	return func(yield func(Bulk, error) bool) {
		if yield(Bulk{id}, nil) {
			<-ctx.Done()
		}
	}, nil
}

// bulk finds an import under way.
func (s *session) bulk(op, id string) (*bulk, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if b := s.bulks[id]; b != nil {
		return b, nil
	}
	e := s.fails.Make(cti.NotFound, op, "no such import is under way", cti.NotSent, nil)
	e.Hint = hintBulk
	return nil, e
}

func (s *session) bulkHold(ctx context.Context, r cti.Req[BulkRowsIn]) (BulkHeld, error) {
	op := BulkImportRow.Name
	b, err := s.bulk(op, r.In.ID)
	if err != nil {
		return BulkHeld{}, err
	}
	w, err := b.unpack(r.In.Rows)
	if err != nil {
		return BulkHeld{}, s.fails.bad(op, "linhas", err.Error())
	}
	name, err := b.Rows(ctx, op, w.columns(), w.rows)
	if err != nil {
		return BulkHeld{}, err
	}
	return BulkHeld{w.count, name}, nil
}

func (s *session) bulkCommit(ctx context.Context, r cti.Req[BulkCommitIn]) (BulkCommitted, error) {
	op := BulkCommit.Name
	b, err := s.bulk(op, r.In.ID)
	if err != nil {
		return BulkCommitted{}, err
	}
	n, err := b.Commit(ctx, op)
	if err != nil {
		return BulkCommitted{}, err
	}
	return BulkCommitted{n}, nil
}

func (s *session) bulkOutcome(ctx context.Context, r cti.Req[BulkOutcomeIn]) (BulkOutcome, error) {
	op := BulkTransact.Name
	if err := s.hasDatabase(op); err != nil {
		return BulkOutcome{}, err
	}
	out, err := s.database.Outcome(ctx, op, r.In.Transaction)
	if err != nil {
		return BulkOutcome{}, err
	}
	return BulkOutcome{out}, nil
}

// AppendBulkRow writes a customer as BulkRowsIn has them. The words must be free of control characters.
func AppendBulkRow(to []byte, id1, id2 string, numbers []DialerNumber) []byte {
	to = append(append(append(to, id1...), '\t'), id2...)
	for _, n := range numbers {
		to = append(append(append(append(to, '\t'), n.Area...), '\t'), n.Number...)
		if to = append(to, '\t'); !n.At.IsZero() {
			to = n.At.UTC().AppendFormat(to, time.RFC3339)
		}
	}
	return append(to, '\n')
}

// BulkPacker packs rows for BulkRowsIn. It belongs to one goroutine.
type BulkPacker struct {
	deflate *flate.Writer
	buf     bytes.Buffer
}

// Pack packs whole rows.
func (p *BulkPacker) Pack(rows []byte) string {
	p.buf.Reset()
	if p.deflate == nil {
		p.deflate, _ = flate.NewWriter(&p.buf, flate.BestSpeed) // there is such a level
	} else {
		p.deflate.Reset(&p.buf)
	}
	_, _ = p.deflate.Write(rows) // into memory
	_ = p.deflate.Close()
	return base64.StdEncoding.EncodeToString(p.buf.Bytes())
}

// text is the text of packed rows.
func (b *bulk) text(packed string) (string, error) {
	deflated, err := base64.StdEncoding.DecodeString(packed)
	if err != nil {
		return "", errors.New("must be base64 of raw DEFLATE")
	}
	var text strings.Builder
	text.Grow(4 * len(deflated))
	err = b.inflate.(flate.Resetter).Reset(bytes.NewReader(deflated), nil)
	if err == nil {
		_, err = io.Copy(&text, io.LimitReader(b.inflate, MostBulkRows+1))
	}
	switch {
	case err != nil:
		return "", errors.New("must be base64 of raw DEFLATE")
	case text.Len() > MostBulkRows:
		return "", fmt.Errorf("must have at most %d bytes before they are packed", MostBulkRows)
	}
	return text.String(), nil
}

// customers are the rows of one message, checked.
type customers struct {
	campaign string
	text     string
	count    int
	numbers  int               // the most of one customer
	areas    [mostNumbers]bool // which columns hold anything
	moments  [mostNumbers]bool
}

const (
	wordFields   = 2 // identificador1 and 2
	numberFields = 3 // ddd, telefone, discar_em
	mostFields   = wordFields + mostNumbers*numberFields
)

// read holds every row to what a single import is held to.
func (w *customers) read(text string) error {
	if !strings.HasSuffix(text, "\n") {
		return errors.New("must be whole lines")
	}
	w.text = text
	for line := range strings.Lines(text) {
		w.count++
		if what := w.check(line[:len(line)-1]); what != "" {
			return fmt.Errorf("row %d: %s", w.count, what)
		}
	}
	return nil
}

// check says what is wrong with a row, "" for nothing.
func (w *customers) check(line string) string {
	var all [mostFields + 1]string
	f := all[:cells(line, all[:])]
	switch n := len(f) - wordFields; {
	case n < numberFields || n%numberFields != 0 || len(f) > mostFields:
		return fmt.Sprintf("must have %d fields and %d for each of 1 to %d numbers", wordFields, numberFields, mostNumbers)
	case strings.TrimSpace(f[0]) == "":
		return "identificador1 is missing"
	case len(f[0]) > longestText || len(f[1]) > longestText:
		return fmt.Sprintf("an identificador must have at most %d bytes", longestText)
	}
	for i := range len(line) {
		if c := line[i]; c < ' ' && c != '\t' || c == 0x7f {
			return "must not hold control characters"
		}
	}
	for i := 0; wordFields+i*numberFields < len(f); i++ {
		at := f[wordFields+i*numberFields:]
		switch {
		case at[0] != "" && (len(at[0]) != 2 || !isDigits(at[0])):
			return fmt.Sprintf("ddd%d must be two digits", i+1)
		case !isDigits(at[1]):
			return fmt.Sprintf("telefone%d must be made of digits only", i+1)
		case at[2] != "":
			if _, err := time.Parse(time.RFC3339, at[2]); err != nil {
				return fmt.Sprintf("telefone_%d_discar_em must be a time like 2026-11-20T13:59:00Z", i+1)
			}
			w.moments[i] = true
		}
		w.numbers = max(w.numbers, i+1)
		w.areas[i] = w.areas[i] || at[0] != ""
	}
	return ""
}

// cells parts a line at its tabs and answers how many there are; the last takes what there is no place for.
func cells(line string, into []string) int {
	n := 0
	for n < len(into)-1 {
		at := strings.IndexByte(line, '\t')
		if at < 0 {
			break
		}
		into[n], line = line[:at], line[at+1:]
		n++
	}
	into[n] = line
	return n + 1
}

// columns are those that hold anything: the others keep what the table gives them, and may be missing.
func (w *customers) columns() []string {
	out := []string{"id_campanha", "identificador1", "identificador2"}
	for i := range w.numbers {
		if w.areas[i] {
			out = append(out, fmt.Sprintf("ddd%d", i+1))
		}
		out = append(out, fmt.Sprintf("telefone%d", i+1))
		if w.moments[i] {
			out = append(out, fmt.Sprintf("telefone_%d_discar_em", i+1))
		}
	}
	return out
}

// rows yields the rows with a cell for each of columns.
func (w *customers) rows(yield func([]string) bool) {
	var all [mostFields + 1]string
	out := make([]string, 0, 1+mostFields)
	for line := range strings.Lines(w.text) {
		clear(all[:])
		cells(line[:len(line)-1], all[:])
		out = append(out[:0], w.campaign, all[0], all[1])
		for i := range w.numbers {
			at := all[wordFields+i*numberFields:]
			if w.areas[i] {
				out = append(out, at[0])
			}
			out = append(out, at[1])
			if w.moments[i] {
				out = append(out, at[2])
			}
		}
		if !yield(out) {
			return
		}
	}
}
