package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
)

// Waiting is a wish that waits in a person's outbox, as the file keeps it.
type Waiting struct {
	ID string
	// Forget is the moment from which nobody needs it any more, whether its desk looks after it or not.
	Forget int64 // milliseconds since 1970
	Data   []byte
}

// Outbox answers what waits in a person's outbox, in the order in which it came.
func (j *Journal) Outbox(ctx context.Context, person string) (out []Waiting, err error) {
	if _, err := os.Stat(j.opt.Path); errors.Is(err, os.ErrNotExist) {
		return nil, nil // nothing was ever kept
	}
	db, err := j.file(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := db.QueryContext(ctx, "SELECT id, forget, data FROM outbox WHERE person = ? ORDER BY place", person)
	if err != nil {
		return nil, fmt.Errorf("read the outbox: %w", err)
	}
	defer func() { _ = rows.Close() }() // what it could say, rows.Err has said
	for rows.Next() {
		var w Waiting
		if err := rows.Scan(&w.ID, &w.Forget, &w.Data); err != nil {
			return nil, fmt.Errorf("read the outbox: %w", err)
		}
		out = append(out, w)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the outbox: %w", err)
	}
	return out, nil
}

// KeepOutbox keeps put in a person's outbox, what is there already at its old place, and removes drop, all or nothing. When
// it answers no error, the disk has it: it outlives the program and the computer. It never takes the place of an entry that
// waits because the file cannot be written: the caller is told.
func (j *Journal) KeepOutbox(ctx context.Context, person string, put []Waiting, drop []string) error {
	if len(put)+len(drop) == 0 {
		return nil
	}
	j.turn.Lock()
	defer j.turn.Unlock()
	db, err := j.file(ctx)
	if err != nil {
		return err
	}
	batch := make([]entry, 0, len(put)+len(drop))
	for _, id := range drop {
		batch = append(batch, entry{"DELETE FROM outbox WHERE person = ? AND id = ?", []any{person, id}})
	}
	for _, w := range put {
		batch = append(batch, entry{`INSERT INTO outbox (person, id, forget, data) VALUES (?, ?, ?, ?)
			ON CONFLICT (person, id) DO UPDATE SET forget = excluded.forget, data = excluded.data`, []any{person, w.ID, w.Forget, string(w.Data)}})
	}
	err = insertSynced(ctx, db, batch)
	if isFull(err) {
		// History makes room for what is still to be done.
		if freed, pruneErr := j.halve(ctx, db); pruneErr == nil && freed {
			err = insertSynced(ctx, db, batch)
		}
	}
	return err
}

// insertSynced is insert, and the disk has it before it returns.
func insertSynced(ctx context.Context, db *sql.DB, batch []entry) error {
	conn, err := db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("write the outbox: %w", err)
	}
	defer func() { _ = conn.Close() }() // gives it back only
	if _, err := conn.ExecContext(ctx, "PRAGMA synchronous = FULL"); err != nil {
		return fmt.Errorf("write the outbox: %w", err)
	}
	err = insert(ctx, conn, batch)
	// History stays quick. Left as it is, it would be slow and no less safe.
	_, _ = conn.ExecContext(context.WithoutCancel(ctx), "PRAGMA synchronous = NORMAL")
	return err
}
