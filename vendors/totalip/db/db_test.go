package db

import (
	"context"
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/vendors/internal/fault"
	"ctiagent/vendors/totalip/databasetest"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

const password = "s3gredo-da-integracao"

// cluster is the one server of these tests.
var cluster = &databasetest.Cluster{Password: password}

func TestMain(m *testing.M) {
	code := m.Run()
	cluster.Stop()
	if err := goleak.Find(); code == 0 && err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// call is a table of the manual with one column of each kind.
type call struct {
	Page
	ID       *int64    `json:"id,omitempty"`
	Number   *string   `json:"destino,omitempty"`
	Seconds  *int64    `json:"duracao,omitempty"`
	Ext      *string   `json:"ramal,omitempty"`
	At       *cti.Time `json:"data,omitempty"`
	Cost     *float64  `json:"custo,omitempty"`
	Rounded  *float64  `json:"custo_arredondado,omitempty" also:"custo_arrendado"`
	Branch   *string   `json:"filial,omitempty" also:"filiai"`
	ByAgent  *bool     `json:"desligamento_solicitado,omitempty"`
	Campaign *int64    `json:"id_campanha,omitempty"`
}

func calls() Table { return TableOf(reflect.TypeFor[call](), "ligacoes_ativo", "id") }

// pause is a table without a key.
type pause struct {
	Page
	User *int64    `json:"id_usuario,omitempty"`
	Ext  *string   `json:"ramal,omitempty"`
	At   *cti.Time `json:"data,omitempty"`
}

func pauses() Table { return TableOf(reflect.TypeFor[pause](), "pausas", "") }

func open(t testing.TB, d *databasetest.Database, change ...func(*Config)) *Pool {
	t.Helper()
	cfg := Config{Address: d.Addr(), User: databasetest.User, Name: databasetest.Name, Password: password, Statement: 20 * time.Second, Clock: cti.RealClock()}
	for _, c := range change {
		c(&cfg)
	}
	p := New(cfg, fault.New("totalip", "Total IP", cfg.Password))
	t.Cleanup(p.Close)
	return p
}

// Read is Pool.Read with the type of the rows.
func Read[T any](ctx context.Context, p *Pool, op string, t Table, q Query, cursor string, same *T) (cti.Stream[T], error) {
	s, err := p.Read(ctx, op, t, q, cursor, reflect.ValueOf(same).Elem())
	if err != nil {
		return nil, err
	}
	return func(yield func(T, error) bool) {
		for v, err := range s {
			if !yield(v.(T), err) {
				return
			}
		}
	}, nil
}

func within(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func do(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// all reads a stream to its end.
func all[T any](s cti.Stream[T], err error) ([]T, error) {
	var out []T
	if err != nil {
		return nil, err
	}
	for v, err := range s {
		if err != nil {
			return out, err
		}
		out = append(out, v)
	}
	return out, nil
}

func of[T any](v T) *T { return &v }

func local(text string) *cti.Time {
	at, err := time.ParseInLocation("2006-01-02 15:04:05.999", text, time.Local)
	if err != nil {
		panic(err)
	}
	return of(cti.At(at))
}

func TestRowsComeTypedAndUnderBothSpellings(t *testing.T) {
	d := cluster.New(t)
	got, err := all(Read(within(t), open(t, d), "op", calls(), Query{Order: []string{"id"}}, "", &call{}))
	do(t, err)
	want := []call{
		{ID: of[int64](1), Number: of("1133553434"), Seconds: of[int64](85), Ext: of("10005"), At: local("2026-11-20 09:00:00"), Cost: of(0.1), Rounded: of(0.15),
			Branch: of("Matriz"), ByAgent: of(true), Campaign: of[int64](10)},
		{ID: of[int64](2), Number: of("1133553400"), Seconds: of[int64](20), At: local("2026-11-20 23:59:59.999"), Cost: of(0.1), Rounded: of(0.0), Branch: of("Matriz"),
			ByAgent: of(false)},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("rows (-want +got)\n%s", d)
	}
}

func TestFiltersKeepWhatFits(t *testing.T) {
	d := cluster.New(t)
	p := open(t, d)
	for _, c := range []struct {
		name string
		same call
		q    Query
		want []int64
	}{
		{"a column's value", call{Ext: of("10005")}, Query{}, []int64{1}},
		{"a value that is no SQL", call{Number: of(`1' OR '1'='1`)}, Query{}, nil},
		{"a number", call{Campaign: of[int64](10)}, Query{}, []int64{1}},
		{"a yes or no", call{ByAgent: of(false)}, Query{}, []int64{2}},
		{"a money", call{Rounded: of(0.15)}, Query{}, []int64{1}},
		{"a time to the millisecond", call{At: local("2026-11-20 23:59:59.999")}, Query{}, []int64{2}},
		{"not", call{}, Query{Where: []Filter{{Column: "id", Op: "ne", Value: "1"}}}, []int64{2}},
		{"less", call{}, Query{Where: []Filter{{Column: "duracao", Op: "lt", Value: "85"}}}, []int64{2}},
		{"more", call{}, Query{Where: []Filter{{Column: "duracao", Op: "gt", Value: "20"}}}, []int64{1}},
		{"at most", call{}, Query{Where: []Filter{{Column: "duracao", Op: "le", Value: "20"}}}, []int64{2}},
		{"at least", call{}, Query{Where: []Filter{{Column: "duracao", Op: "ge", Value: "20"}}}, []int64{1, 2}},
		{"between", call{}, Query{Where: []Filter{{Column: "duracao", Op: "between", Values: []string{"80", "90"}}}}, []int64{1}},
		{"one of", call{}, Query{Where: []Filter{{Column: "id", Op: "in", Values: []string{"2", "7"}}}}, []int64{2}},
		{"begins", call{}, Query{Where: []Filter{{Column: "destino", Op: "begins", Value: "11335534"}}}, []int64{1, 2}},
		{"begins with a wildcard that is none", call{}, Query{Where: []Filter{{Column: "destino", Op: "begins", Value: "%34"}}}, nil},
		{"contains", call{}, Query{Where: []Filter{{Column: "destino", Op: "contains", Value: "5340"}}}, []int64{2}},
		{"nothing", call{}, Query{Where: []Filter{{Column: "ramal", Op: "null"}}}, []int64{2}},
		{"something", call{}, Query{Where: []Filter{{Column: "ramal", Op: "not_null"}}}, []int64{1}},
		{"a day", call{}, Query{Where: []Filter{{Column: "data", Op: "eq", Value: "2026-11-20"}}}, []int64{1, 2}},
		{"days, the last one whole", call{}, Query{Where: []Filter{{Column: "data", Op: "between", Values: []string{"2026-11-19", "2026-11-20"}}}}, []int64{1, 2}},
		{"up to a day", call{}, Query{Where: []Filter{{Column: "data", Op: "le", Value: "2026-11-20"}}}, []int64{1, 2}},
		{"before a day", call{}, Query{Where: []Filter{{Column: "data", Op: "lt", Value: "2026-11-20"}}}, nil},
		{"after a day", call{}, Query{Where: []Filter{{Column: "data", Op: "gt", Value: "2026-11-20"}}}, nil},
		{"not a day", call{}, Query{Where: []Filter{{Column: "data", Op: "ne", Value: "2026-11-19"}}}, []int64{1, 2}},
		{"a time and later", call{}, Query{Where: []Filter{{Column: "data", Op: "ge", Value: local("2026-11-20 12:00:00").String()}}}, []int64{2}},
		{"both spellings", call{}, Query{Where: []Filter{{Column: "FILIAI", Op: "eq", Value: "Matriz"}, {Column: "filial", Op: "begins", Value: "M"}}}, []int64{1, 2}},
	} {
		c.q.Columns, c.q.Order = []string{"id"}, []string{"id"}
		rows, err := all(Read(within(t), p, "op", calls(), c.q, "", &c.same))
		var got []int64
		for _, r := range rows {
			got = append(got, *r.ID)
		}
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, %v, want %v", c.name, got, err, c.want)
		}
	}
	if n, err := d.Backends(t.Context()); err != nil || n != 1 {
		t.Errorf("%d connections (%v), want one that was used again", n, err)
	}
}

// Pages of a table with a key and of one without, whose rows repeat and hold NULL, up and down.
func TestPagesGiveEveryRowOnce(t *testing.T) {
	d := cluster.New(t)
	p := open(t, d)
	do(t, d.Exec(t.Context(), "DELETE FROM ligacoes_ativo", "INSERT INTO ligacoes_ativo (id, ramal, custo, data) SELECT n, CASE WHEN n % 5 > 0 THEN (n % 3)::text END, "+
		"CASE WHEN n % 7 > 0 THEN 0.1 * (n % 4) END, timestamp '2026-11-20 10:00:00.000001' + n % 6 * interval '1 microsecond' FROM generate_series(1, 50) n"))
	do(t, d.Exec(t.Context(), "INSERT INTO pausas (id_usuario, ramal) SELECT n % 4, NULL FROM generate_series(1, 20) n"))
	page := func(order []string) {
		var got []int64
		cursor := ""
		for range 50 {
			rows, err := all(Read(within(t), p, "op", calls(), Query{Order: order, Limit: 3}, cursor, &call{}))
			do(t, err)
			for _, r := range rows {
				got = append(got, *r.ID)
			}
			if cursor = rows[len(rows)-1].Cursor; cursor == "" {
				break
			}
		}
		var want []int64
		whole := slices.Clone(order)
		if !slices.Contains(order, "-id") {
			whole = append(whole, "id")
		}
		rows, err := all(Read(within(t), p, "op", calls(), Query{Order: whole}, "", &call{}))
		do(t, err)
		for _, r := range rows {
			want = append(want, *r.ID)
		}
		if len(want) != 50 || !slices.Equal(got, want) {
			t.Errorf("sorted by %v: pages give %v, the whole is %v", order, got, want)
		}
	}
	for _, order := range [][]string{nil, {"-id"}, {"ramal"}, {"-ramal"}, {"custo", "-data"}, {"-custo", "ramal"}, {"data"}} {
		page(order)
	}
	var users []int64
	cursor := ""
	for range 50 {
		rows, err := all(Read(within(t), p, "op", pauses(), Query{Limit: 4}, cursor, &pause{}))
		do(t, err)
		for _, r := range rows {
			users = append(users, *r.User)
		}
		if cursor = rows[len(rows)-1].Cursor; cursor == "" {
			break
		}
	}
	slices.Sort(users)
	if want := []int64{0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 5, 5, 20}; !slices.Equal(users, want) {
		t.Errorf("a table without a key: %v, want %v", users, want)
	}
}

// A table without a key is sorted by all it has, and so its cursors hold whole rows.
func TestPagesOfLongRowsGoOn(t *testing.T) {
	type note struct {
		Page
		Customer *int64  `json:"id_cliente,omitempty"`
		Text     *string `json:"historico,omitempty"`
	}
	table := TableOf(reflect.TypeFor[note](), "historicos_campanhas", "")
	d := cluster.New(t)
	do(t, d.Exec(t.Context(), "DELETE FROM historicos_campanhas", `INSERT INTO historicos_campanhas (id_cliente, historico) VALUES (1, repeat('ação "<&> ', 2500)), (2, '=' || repeat('x', 20000)),
		(3, NULL), (4, repeat('y', 35000)), (5, repeat('z', 40000)), (6, '')`))
	p := open(t, d)
	var got []int64
	cursor := ""
	for range 5 {
		rows, err := all(Read(within(t), p, "op", table, Query{Limit: 1}, cursor, &note{}))
		got = append(got, *rows[0].Customer)
		if cursor = rows[0].Cursor; cursor != "" && err == nil {
			continue
		}
		clearly(t, "a row that is too long", err, cti.BadRequest, cti.NotSent, "leave limit out", hintParameter)
		break
	}
	if d := cmp.Diff([]int64{1, 2, 3, 4, 5}, got); d != "" {
		t.Errorf("pages (-want +got)\n%s", d)
	}
}

// Between two pages rows come and go; what was there all the time is given once.
func TestPagesOfAChangingTableLoseNothing(t *testing.T) {
	d := cluster.New(t)
	p := open(t, d)
	for _, order := range [][]string{nil, {"-id"}, {"ramal"}, {"-data", "ramal"}} {
		do(t, d.Exec(t.Context(), "DELETE FROM ligacoes_ativo", "INSERT INTO ligacoes_ativo (id, ramal, data) SELECT 10 * n, (n % 3)::text, timestamp '2026-11-20' + n % 4 * interval '1 hour' FROM generate_series(1, 30) n"))
		var got []int64
		cursor := ""
		for range 50 {
			rows, err := all(Read(within(t), p, "op", calls(), Query{Columns: []string{"id"}, Order: order, Limit: 4}, cursor, &call{}))
			do(t, err)
			for _, r := range rows {
				if *r.ID%10 == 0 {
					got = append(got, *r.ID)
				}
			}
			if len(rows) == 0 || rows[len(rows)-1].Cursor == "" {
				break
			}
			cursor = rows[len(rows)-1].Cursor
			// The last row goes, and another one comes that sorts beside it.
			do(t, d.Exec(t.Context(), "DELETE FROM ligacoes_ativo WHERE id % 10 > 0", fmt.Sprintf("INSERT INTO ligacoes_ativo (id, ramal, data) SELECT id - 1, ramal, data FROM ligacoes_ativo WHERE id = %d", got[len(got)-1]),
				fmt.Sprintf("DELETE FROM ligacoes_ativo WHERE id = %d", got[len(got)-1])))
		}
		slices.Sort(got)
		var want []int64
		for n := int64(10); n <= 300; n += 10 {
			want = append(want, n)
		}
		if !slices.Equal(got, want) {
			t.Errorf("sorted by %v: %v", order, got)
		}
	}
}

func TestSecretColumnsAreNeverRead(t *testing.T) {
	type user struct {
		Page
		ID       *int64  `json:"id,omitempty"`
		Password *string `json:"senha,omitempty" secret:"true"`
	}
	table := TableOf(reflect.TypeFor[user](), "gerenciar_usuarios", "id")
	d := cluster.New(t)
	d.Pause()
	do(t, d.Exec(t.Context(), "INSERT INTO gerenciar_usuarios (id, senha) VALUES (1, 'segredo'), (2, NULL)"))
	p := open(t, d)
	got, err := all(Read(within(t), p, "op", table, Query{Order: []string{"id"}}, "", &user{}))
	if d := cmp.Diff([]user{{ID: of[int64](1), Password: of("***")}, {ID: of[int64](2)}}, got); err != nil || d != "" {
		t.Errorf("%v\n%s", err, d)
	}
	for name, q := range map[string]Query{"a filter": {Where: []Filter{{Column: "senha", Op: "begins", Value: "s"}}}, "an order": {Order: []string{"senha"}}} {
		if _, err := all(Read(within(t), p, "op", table, q, "", &user{})); !errors.Is(err, cti.BadRequest) || !strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := all(Read(within(t), p, "op", table, Query{}, "", &user{Password: of("segredo")})); !errors.Is(err, cti.BadRequest) {
		t.Errorf("a value: %v", err)
	}
}
