package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// How a call stands in the file.
const (
	over   = 0
	alive  = 1
	orphan = 2 // it was alive when the program ended, and no desk has told of it since
)

// schemas make an empty file one after the other; a file of version n has the first n. Times are milliseconds since 1970
// in UTC; tail is what cti.NumberTail makes of the other end's number; data is the call or the agent as the local API
// writes it; live is one of the constants above; place is the order of an outbox.
func schemas() []string {
	return []string{`
CREATE TABLE calls (
	person TEXT NOT NULL, id TEXT NOT NULL, started INTEGER NOT NULL, tail TEXT NOT NULL, ref TEXT NOT NULL, live INTEGER NOT NULL,
	data TEXT NOT NULL, PRIMARY KEY (person, id)) WITHOUT ROWID;
CREATE INDEX calls_by_time ON calls (person, started DESC, id DESC);
CREATE INDEX calls_by_number ON calls (person, tail, started DESC);
CREATE INDEX calls_alive ON calls (person, ref) WHERE live <> 0;
CREATE TABLE agents (person TEXT NOT NULL, at INTEGER NOT NULL, data TEXT NOT NULL);
CREATE INDEX agents_by_time ON agents (at);
CREATE TABLE wishes (
	person TEXT NOT NULL, at INTEGER NOT NULL, method TEXT NOT NULL, call TEXT NOT NULL, via TEXT NOT NULL, outcome TEXT NOT NULL,
	sent TEXT NOT NULL);
CREATE INDEX wishes_by_time ON wishes (at);
`, `
CREATE TABLE outbox (
	place INTEGER PRIMARY KEY AUTOINCREMENT, person TEXT NOT NULL, id TEXT NOT NULL, forget INTEGER NOT NULL, data TEXT NOT NULL,
	UNIQUE (person, id));
`}
}

// open opens the file, and makes it when it is not there.
func open(ctx context.Context, path string, maxPages int64) (*sql.DB, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("make the journal's folder: %w", err)
	}
	// The file exists before SQLite opens it, so that nobody else may read it at any time.
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("make the journal: %w", err)
	}
	if err := f.Close(); err != nil {
		return nil, fmt.Errorf("make the journal: %w", err)
	}
	// A commit in write-ahead mode outlives the program with synchronous = NORMAL, and the computer up to the last seconds.
	params := url.Values{"_pragma": {"journal_mode(wal)", "synchronous(normal)", "busy_timeout(2000)", "cache_size(-256)",
		"journal_size_limit(1048576)", fmt.Sprintf("max_page_count(%d)", maxPages)}, "_txlock": {"immediate"}}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: params.Encode()}).String())
	if err != nil {
		return nil, fmt.Errorf("open the journal: %w", err)
	}
	db.SetMaxOpenConns(1) // one writer is all there is, and each connection costs memory
	if err := prepare(ctx, db); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// prepare makes the tables that the file lacks and refuses a newer one. The version is SQLite's user_version. What was alive in it is orphaned.
func prepare(ctx context.Context, db *sql.DB) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("open the journal: %w", err)
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it has nothing to do
	var have int
	if err := tx.QueryRowContext(ctx, "PRAGMA user_version").Scan(&have); err != nil {
		return fmt.Errorf("read the journal's version: %w", err)
	}
	steps, version := schemas(), len(schemas())
	if have > version || have < 0 {
		return fmt.Errorf("the journal was written by a newer ctiagent (version %d, this one knows %d); install that one, or move the file away", have, version)
	}
	for _, step := range append(steps[have:], fmt.Sprintf("PRAGMA user_version = %d", version)) {
		if _, err := tx.ExecContext(ctx, step); err != nil {
			return fmt.Errorf("make the journal's tables: %w", err)
		}
	}
	if _, err := tx.ExecContext(ctx, "UPDATE calls SET live = ? WHERE live = ?", orphan, alive); err != nil {
		return fmt.Errorf("make the journal's tables: %w", err)
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("make the journal's tables: %w", err)
	}
	return nil
}
