package journal

import (
	"context"
	"errors"
)

// MakeNewer makes a file as a newer program would.
func MakeNewer(ctx context.Context, path string) error {
	db, err := open(ctx, path, 1000)
	if err != nil {
		return err
	}
	if _, err := db.ExecContext(ctx, "PRAGMA user_version = 1000"); err != nil {
		return err
	}
	return db.Close()
}

// MakeFirst makes a file as the first version did, with no outbox.
func MakeFirst(ctx context.Context, path string) error {
	db, err := open(ctx, path, 1000)
	if err != nil {
		return err
	}
	if _, err := db.ExecContext(ctx, "DROP TABLE outbox; PRAGMA user_version = 1"); err != nil {
		return err
	}
	return db.Close()
}

// Check has SQLite look whether the file is whole.
func Check(ctx context.Context, j *Journal) error {
	db, err := j.file(ctx)
	if err != nil {
		return err
	}
	var word string
	if err := db.QueryRowContext(ctx, "PRAGMA integrity_check").Scan(&word); err != nil {
		return err
	}
	if word != "ok" {
		return errors.New(word)
	}
	return nil
}
