package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"modernc.org/sqlite"
)

// full is SQLite's result code for a file that may not grow, SQLITE_FULL: a full disk, or max_page_count.
const full = 13

func isFull(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && e.Code()&0xff == full
}

// pruneDue counts what is written and says when it is time to look for what is too old.
func (j *Journal) pruneDue(n int) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.written += n
	if j.written < pruneEach {
		return false
	}
	j.written = 0
	return true
}

// prune removes what is older than it may be kept, and what nobody needs of outboxes whose desks open no more.
func (j *Journal) prune(ctx context.Context, db *sql.DB) error {
	if _, err := db.ExecContext(ctx, "DELETE FROM outbox WHERE forget < ?", j.opt.Clock.Now().UnixMilli()); err != nil {
		return fmt.Errorf("clear the outbox: %w", err)
	}
	return removeBefore(ctx, db, j.cutoff())
}

func removeBefore(ctx context.Context, db *sql.DB, before int64) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("clear the journal: %w", err)
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it has nothing to do
	for _, query := range []string{"DELETE FROM calls WHERE started < ?", "DELETE FROM agents WHERE at < ?", "DELETE FROM wishes WHERE at < ?"} {
		if _, err := tx.ExecContext(ctx, query, before); err != nil {
			return fmt.Errorf("clear the journal: %w", err)
		}
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("clear the journal: %w", err)
	}
	return nil
}

// halve removes the older half of the time that the journal covers, and says whether anything went.
func (j *Journal) halve(ctx context.Context, db *sql.DB) (bool, error) {
	var first, last sql.NullInt64
	err := db.QueryRowContext(ctx, `SELECT min(t), max(t) FROM (SELECT min(started) t FROM calls UNION ALL SELECT max(started) FROM calls
		UNION ALL SELECT min(at) FROM agents UNION ALL SELECT max(at) FROM agents UNION ALL SELECT min(at) FROM wishes UNION ALL SELECT max(at) FROM wishes)`).
		Scan(&first, &last)
	if err != nil || !first.Valid || first.Int64 == last.Int64 {
		return false, err
	}
	j.opt.Log.Warn("the journal is as large as it may be; its older half goes")
	return true, removeBefore(ctx, db, first.Int64+(last.Int64-first.Int64+1)/2)
}
