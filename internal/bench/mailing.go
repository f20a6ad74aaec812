//go:build unix

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"time"

	"ctiagent/vendors/totalip/databasetest"

	"github.com/jackc/pgx/v5/pgconn"
)

// customers is how many lines the list of mailing-import has.
const customers = 100_000

// mailing is a system with a database, a service that reaches it, and a list,
// as the list is and as COPY reads it.
type mailing struct {
	pair    *pair
	cluster *databasetest.Cluster
	data    *databasetest.Database
	agent   *process
	home    string
	rows    []byte
	conn    string
}

// mailingImport measures the whole of `ctiagent mailing import` of a hundred
// thousand lines, from exec to exit: the check of the file, the account on
// the disk, the program door, the service and the database. The baseline is a
// connection and one COPY of the same rows, ready in memory, into the same
// table of the same server, by the same way.
func (b *bench) mailingImport(ctx context.Context) (_ result, err error) {
	m, err := b.newMailing(ctx)
	if m != nil {
		defer func() { err = errors.Join(err, m.close()) }()
	}
	if err != nil {
		return result{}, err
	}
	costs, err := alternate(ctx, b.often(11), m.side(m.list), m.side(m.copy), m.side(m.copy))
	if err != nil {
		return result{}, err
	}
	own, bare := median(costs[0]), median(costs[1])
	return result{value: ratio(costs[0], costs[1]), self: ratio(costs[2], costs[1]),
		detail: fmt.Sprintf("ctiagent imports %.0f rows a second, COPY %.0f: a share of %.2f", customers/own, customers/bare, bare/own)}, nil
}

func (b *bench) newMailing(ctx context.Context) (*mailing, error) {
	pair, err := b.pair(ctx)
	if err != nil {
		return nil, err
	}
	m := &mailing{pair: pair, cluster: &databasetest.Cluster{Password: key}}
	who, err := user.Current()
	if err != nil {
		return m, err
	}
	if m.data, err = m.cluster.Open(); err != nil {
		return m, err
	}
	m.data.Pause()                                         // the system would treat rows on the same processors
	if m.home, err = os.MkdirTemp("", "cti"); err != nil { // short: a socket goes into it
		return m, err
	}
	m.conn = "postgres://" + databasetest.User + ":" + key + "@" + m.data.Addr() + "/" + databasetest.Name + "?sslmode=disable"
	var list bytes.Buffer
	chance := rand.New(rand.NewPCG(1, 2)) // the same lines each time, and no pattern that packs better than people's numbers do
	for i := range customers {
		id, name := 10_000_000_000+chance.Int64N(89_999_999_999)/customers*customers+int64(i), [...]string{"José da Silva", "Maria Aparecida Souza", "Ana Beatriz Lima", "Antônio Carlos Pereira", "Francisco Alves"}[chance.IntN(5)]
		mobile, fixed := 961_000_000+chance.IntN(38_000_000), 30_000_000+chance.IntN(20_000_000)
		fmt.Fprintf(&list, "%d;%s;11;%d;21;%d\n", id, name, mobile, fixed)
		m.rows = fmt.Appendf(m.rows, "80\t%d\t%s\t11\t%d\t21\t%d\n", id, name, mobile, fixed)
	}
	for accent, letter := range map[string]string{"é": "e", "ô": "o"} {
		m.rows = bytes.ReplaceAll(m.rows, []byte(accent), []byte(letter))
	}
	if err := os.WriteFile(filepath.Join(m.home, "list.csv"), list.Bytes(), 0o600); err != nil {
		return m, err
	}
	m.agent, err = pair.ctiagentAt(ctx, m.home, fmt.Sprintf("road = \"database\"\ndatabase = %q\ndatabase_password = %q\n\n[policy]\nsupervisors = [%q]\n", m.data.Addr(), key, who.Username))
	return m, err
}

func (m *mailing) close() (err error) {
	if m.agent != nil {
		err = m.agent.stop()
	}
	if m.data != nil {
		err = errors.Join(err, m.data.End())
	}
	m.cluster.Stop()
	m.pair.close()
	return errors.Join(err, os.RemoveAll(m.home))
}

// side measures one way of filling the empty table, and sees that it is full
// then.
func (m *mailing) side(fill func(context.Context) error) side {
	return func(ctx context.Context) (float64, error) {
		if err := m.data.Exec(ctx, "TRUNCATE importar_discador", "CHECKPOINT"); err != nil {
			return 0, err
		}
		begin := time.Now()
		if err := fill(ctx); err != nil {
			return 0, err
		}
		took := time.Since(begin).Seconds()
		const whole = "SELECT count(*) || ' ' || count(DISTINCT identificador1) || ' ' || count(telefone2) FROM importar_discador WHERE id_campanha = 80 AND identificador2 !~ '[^ -~]'"
		got, err := m.data.Rows(ctx, whole)
		if want := fmt.Sprintf("%d %d %d", customers, customers, customers); err == nil && !slices.Equal(got, []string{want}) {
			err = fmt.Errorf("the table has %q, want %q", got, want)
		}
		return took, err
	}
}

// list imports the list by the program.
func (m *mailing) list(ctx context.Context) error {
	cmd := exec.CommandContext(ctx, m.pair.programs.ctiagent, "mailing", "import", "list.csv", "--campaign", "80", "--again", "--config", "config.toml")
	cmd.Dir = m.home
	cmd.Env = m.agent.cmd.Env
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("ctiagent mailing import: %w\n%s", err, out)
	}
	return nil
}

// copy imports the rows by themselves.
func (m *mailing) copy(ctx context.Context) error {
	pg, err := pgconn.Connect(ctx, m.conn)
	if err != nil {
		return err
	}
	_, err = pg.CopyFrom(ctx, bytes.NewReader(m.rows), "COPY importar_discador (id_campanha, identificador1, identificador2, ddd1, telefone1, ddd2, telefone2) FROM STDIN")
	return errors.Join(err, pg.Close(ctx))
}
