package db

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/vendors/totalip/databasetest"

	"github.com/google/go-cmp/cmp"
)

type turnRow struct {
	Page
	ID       *int64 `json:"id,omitempty"`
	Campaign *int64 `json:"campanha_id,omitempty"`
}

type flagRow struct {
	Page
	ID     *int64 `json:"id,omitempty"`
	Active *bool  `json:"ativa,omitempty"`
	Gone   *int64 `json:"nunca_houve,omitempty"`
}

func turns() Turn {
	return Turn{Queue: TableOf(reflect.TypeFor[turnRow](), "gerenciar_campanhas", "id"), Column: "campanha_id",
		Flags: TableOf(reflect.TypeFor[flagRow](), "campanhas", "id"), Flag: "ativa"}
}

func run(t *testing.T, d *databasetest.Database, statements ...string) {
	t.Helper()
	if err := d.Exec(t.Context(), statements...); err != nil {
		t.Fatal(err)
	}
}

func TestTurnPutsARowOnlyWhereItIsOfUse(t *testing.T) {
	d := cluster.New(t)
	d.Pause()
	run(t, d, "INSERT INTO campanhas (id, ativa) VALUES (60, NULL)")
	p := open(t, d)
	yes, no := true, false
	for _, c := range []struct {
		id   string
		want bool
		out  Turned
	}{
		{"50", true, Turned{Found: true, Flag: &yes}}, {"10", false, Turned{Found: true, Flag: &no}}, {"60", true, Turned{Found: true}}, {"99", true, Turned{}},
		{"10", true, Turned{Found: true, Flag: &no, Key: "1"}}, {"10", true, Turned{Found: true, Flag: &no, Waiting: "1"}}, {"10", false, Turned{Found: true, Flag: &no, Waiting: "1"}},
		{"50", false, Turned{Found: true, Flag: &yes, Key: "2"}},
	} {
		got, err := p.Turn(t.Context(), "x", turns(), c.id, c.want)
		if diff := cmp.Diff(c.out, got); err != nil || diff != "" {
			t.Errorf("%s %v: %v\n%s", c.id, c.want, err, diff)
		}
	}
	if rows, err := d.Rows(t.Context(), "SELECT id || ':' || campanha_id FROM gerenciar_campanhas ORDER BY id"); err != nil || strings.Join(rows, " ") != "1:10 2:50" {
		t.Errorf("%v, %v", rows, err)
	}
	// A value that is no number of the column's, and what the site lacks: the connection serves on.
	if _, err := p.Turn(t.Context(), "x", turns(), "10; DROP TABLE campanhas", true); !errors.Is(err, cti.BadRequest) || cti.AsError(err).Sent != cti.NotSent {
		t.Errorf("an id that is none: %v", err)
	}
	lacking := turns()
	lacking.Flag = "nunca_houve"
	if _, err := p.Turn(t.Context(), "x", lacking, "10", true); !errors.Is(err, cti.Unsupported) || cti.AsError(err).Args["Column"] != "nunca_houve" {
		t.Errorf("a column that is not there: %v", err)
	}
	// A row that the server refuses is not there, and nobody need look whether it is.
	run(t, d, "ALTER TABLE gerenciar_campanhas ADD CHECK (campanha_id <> 61)", "INSERT INTO campanhas (id, ativa) VALUES (61, false)")
	if _, err := p.Turn(t.Context(), "x", turns(), "61", true); !errors.Is(err, cti.Refused) || cti.AsError(err).Sent != cti.NotSent {
		t.Errorf("a row that is refused: %v", err)
	}
	run(t, d, "ALTER TABLE campanhas ALTER ativa TYPE text USING 'talvez'")
	other := open(t, d)
	if _, err := other.Turn(t.Context(), "x", turns(), "50", true); !errors.Is(err, cti.Refused) || cti.AsError(err).Sent != cti.NotSent || !strings.Contains(err.Error(), "talvez") {
		t.Errorf("a flag that is neither: %v", err)
	}
	columns, err := p.Columns(t.Context(), "x", turns().Flags)
	if diff := cmp.Diff([]string{"id", "ativa"}, columns); err != nil || diff != "" {
		t.Errorf("columns: %v\n%s", err, diff)
	}
	// A transaction that was given up ends with its connection, which the server closes by itself.
	within, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for n := []string{""}; n[0] != "0"; {
		if n, err = d.Rows(within, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"); err != nil {
			t.Fatalf("a lock is held still: %v", err)
		}
	}
}

// A program that is stuck while it holds the lock keeps nobody waiting for long.
func TestTurnDoesNotWaitForAProgramThatIsStuck(t *testing.T) {
	d := cluster.New(t)
	held, end := context.WithCancel(t.Context())
	over := make(chan struct{})
	go func() {
		defer close(over)
		_, _ = d.Rows(held, "SELECT pg_advisory_lock("+hashOf("ctiagent gerenciar_campanhas")+", "+hashOf("10")+")::text UNION ALL SELECT pg_sleep(60)::text")
	}()
	defer func() { end(); <-over }()
	for n := []string{"0"}; n[0] == "0"; {
		var err error
		if n, err = d.Rows(t.Context(), "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted"); err != nil {
			t.Fatal(err)
		}
	}
	p := open(t, d, func(c *Config) { c.Statement = time.Minute })
	if _, err := p.Turn(t.Context(), "x", turns(), "010", true); !errors.Is(err, cti.Busy) || cti.AsError(err).Sent != cti.NotSent || cti.AsError(err).Hint != hintLocked {
		t.Errorf("%v", err) // however the number is spelled
	}
	if got, err := p.Turn(t.Context(), "x", turns(), "50", true); err != nil || !got.Found { // the lock is of one flag
		t.Errorf("another flag: %+v, %v", got, err)
	}
}
