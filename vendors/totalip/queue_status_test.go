package totalip

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/cti/ctitest"
	"ctiagent/vendors/totalip/databasetest"
	"ctiagent/vendors/totalip/totaliptest"

	"github.com/google/go-cmp/cmp"
)

// noon is the moment of these tests, of the day of the manual's examples.
func noon() time.Time { return time.Date(2026, 11, 20, 12, 0, 0, 0, time.Local) }

// watched is a system with a database, a clock of the test's, and the group Suporte whose users it fills.
type watched struct {
	t     *testing.T
	s     cti.Session
	p     *totaliptest.PBX
	d     *databasetest.Database
	clock *ctitest.Clock
}

func newWatched(t *testing.T) *watched {
	t.Helper()
	w := &watched{t: t, d: cluster.New(t), clock: ctitest.NewClock(noon())}
	w.p = newPBX(t, totaliptest.Options{Now: func() time.Time { return w.clock.Now() }})
	w.p.SetQueue("Suporte")
	w.s = openSession(t, withDatabase(configOf(w.p, roadHTTP, ""), w.d, ctitest.Canary), w.clock)
	w.exec("DELETE FROM grupo_de_atendimento_usuarios", "DELETE FROM usuarios", "DELETE FROM pausas")
	return w
}

func (w *watched) exec(statements ...string) {
	w.t.Helper()
	if err := w.d.Exec(w.t.Context(), statements...); err != nil {
		w.t.Fatal(err)
	}
}

// user puts a user into the group: status, its word, the phone's word, the kind of the call, its code.
func (w *watched) user(id int, name, status, word, phone, kind, code string) {
	w.t.Helper()
	w.exec(fmt.Sprintf("INSERT INTO usuarios (id, nome, ramal, id_status_usuario, status_usuario, nome_status_telefone, tipo_da_ligacao, uniqueid) VALUES (%d, '%s', '%d', %s, nullif('%s', ''), nullif('%s', ''), nullif('%s', ''), nullif('%s', ''))",
		id, name, 10000+id, status, word, phone, kind, code), fmt.Sprintf("INSERT INTO grupo_de_atendimento_usuarios VALUES (%d, 3)", id))
}

func (w *watched) status() cti.QueueStatus {
	w.t.Helper()
	out, err := w.ask(desk())
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

func (w *watched) ask(who cti.Target) (cti.QueueStatus, error) {
	return cti.Do(w.t.Context(), w.s.Actions(), cti.QueueStatusOf, who, cti.QueueIn{Queue: "Suporte"})
}

// parts are what is missing, with the word that says why.
func parts(q cti.QueueStatus) string {
	var out []string
	for _, g := range q.Missing {
		out = append(out, g.Part+" "+string(g.Kind))
	}
	return strings.Join(out, ", ")
}

// reads counts the questions about a table.
func (w *watched) reads(table string) int {
	n := 0
	for _, r := range w.d.Requests() {
		if r == "db."+table {
			n++
		}
	}
	return n
}

func TestQueueStatusPutsHTTPAndDatabaseTogether(t *testing.T) {
	w := newWatched(t)
	at := func(hour, minute int) cti.Time {
		return cti.At(time.Date(2026, 11, 20, hour, minute, 0, 0, time.Local))
	}
	w.p.SetQueue("Suporte", totaliptest.Waiting{From: "1195894637", Since: noon().Add(-65 * time.Second)})
	w.user(1, "Ana Souza", "1", "Logado", "Livre", "", "")
	w.user(2, "Bruno Lima", "4", "Almoço", "Livre", "", "")
	w.user(3, "Carla Dias", "1", "Logado", "Ocupado", "R", fmt.Sprintf("%d.70419", noon().Add(-90*time.Second).Unix()))
	w.user(4, "Davi Reis", "2", "Deslogado", "Desconectado", "", "")
	w.exec("INSERT INTO pausas VALUES (2, '10002', 4, '2026-11-20 09:30:00', 600), (2, '10002', 4, '2026-11-20 11:45:00', 0)",
		"INSERT INTO nivel_de_servico VALUES ('2026-11-20', '10:00 - 11:00', 20, 3, 'Suporte', 5, 1, 1, 2, 9), ('2026-11-19', '09:00', 20, 3, 'Suporte', 1, 1, 1, 1, 4), ('2026-11-20', '09:00', 20, 2, 'Comercial', 1, 1, 1, 1, 4)")
	want := cti.QueueStatus{Queue: "Suporte", Waiting: 1, Via: "http+database", At: at(12, 0),
		Calls: []cti.QueueCall{{Position: 1, Number: "1195894637", WaitSeconds: 65, Since: cti.At(noon().Add(-65 * time.Second))}},
		Agents: []cti.QueueAgent{
			{Name: "Ana Souza", Extension: "10001", State: cti.AgentReady},
			{Name: "Bruno Lima", Extension: "10002", State: cti.AgentPaused, Reason: "Almoço", Since: at(11, 45)},
			{Name: "Carla Dias", Extension: "10003", State: cti.AgentOnCall, Since: cti.At(noon().Add(-90 * time.Second)), Direction: cti.Inbound},
			{Name: "Davi Reis", Extension: "10004", State: cti.AgentOffline}},
		Level: []cti.QueueLevel{{From: at(9, 0), To: at(10, 0), ThresholdSeconds: 20, AnsweredWithin: 8, AnsweredLate: 2, AbandonedLate: 1},
			{From: at(10, 0), To: at(11, 0), ThresholdSeconds: 20, AnsweredWithin: 5, AnsweredLate: 1, AbandonedWithin: 1, AbandonedLate: 2}},
		Lines: []cti.QueueLine{{Name: "Tronco 1", Kind: "SIP", Used: 12, Limit: 30}}}
	if d := cmp.Diff(want, w.status()); d != "" {
		t.Error(d)
	}
	list, err := cti.Do(t.Context(), w.s.Actions(), cti.QueueList, desk(), cti.None{})
	if d := cmp.Diff([]cti.Queue{{ID: "2", Name: "Comercial"}, {ID: "3", Name: "Suporte"}}, list); err != nil || d != "" {
		t.Errorf("%v\n%s", err, d)
	}
}

// The tables' times have no zone: they are those of the clock on the wall, wherever the desk stands.
func TestTimesOfTheTablesAreLocal(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestQueueStatusPutsHTTPAndDatabaseTogether$", "-test.v")
	cmd.Env = append(os.Environ(), "TZ=America/Sao_Paulo")
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: TestQueueStatusPutsHTTPAndDatabaseTogether") {
		t.Errorf("in São Paulo: %v\n%s", err, out)
	}
}

// Where the clock goes forward at midnight, the day begins at one.
func TestDayWithoutMidnightKeepsItsDate(t *testing.T) {
	zone, err := time.LoadLocation("America/Santiago")
	if err != nil {
		t.Fatal(err)
	}
	at, err := clockOf("2026-09-06", zone)
	if want := time.Date(2026, 9, 6, 9, 0, 0, 0, zone); err != nil || !at(9*60).Equal(want) {
		t.Errorf("nine o'clock is %v, want %v (%v)", at(9*60), want, err)
	}
}

func TestStatesOfUsersAreReadByTheirWords(t *testing.T) {
	now := noon()
	code := fmt.Sprintf("%d.1", now.Add(-time.Minute).Unix())
	for _, c := range []struct {
		status, word, phone, kind, code string
		state                           cti.AgentState
		reason                          string
	}{
		{"1", "Logado", "Livre", "", "", cti.AgentReady, ""},
		{"1", "Disponível", "", "", "", cti.AgentReady, ""},
		{"1", "Logado", "Tocando", "", "", cti.AgentRinging, ""},
		{"1", "Logado", "Ocupado", "", "", cti.AgentOnCall, ""},
		{"1", "Logado", "Em Ligação", "", "", cti.AgentOnCall, ""},
		{"1", "Logado", "Livre", "D", code, cti.AgentOnCall, ""},
		{"7", "Feedback", "Ocupado", "A", "", cti.AgentOnCall, ""},
		{"7", "Feedback", "Tocando", "", "", cti.AgentRinging, ""},
		{"7", "Feedback", "Livre", "", "", cti.AgentPaused, "Feedback"},
		{"7", "", "Livre", "", "", cti.AgentPaused, "7"},
		{"2", "Deslogado", "Livre", "", "", cti.AgentOffline, ""},
		{"2", "Deslogado", "Tocando", "", "", cti.AgentOffline, ""},
		{"1", "Logado", "Desconectado", "", "", "", "Desconectado"},
		{"1", "Logado", "Em manutenção", "", "", "", "Em manutenção"},
		{"", "", "Livre", "", "", "", "Livre"},
		{"", "Estranho", "Livre", "", "", "", "Estranho"},
	} {
		u := DBUsuarios{Nome: &c.word, StatusUsuario: &c.word, NomeStatusTelefone: &c.phone, TipoDaLigacao: &c.kind, Uniqueid: &c.code}
		if c.status != "" {
			var id int64
			if _, err := fmt.Sscan(c.status, &id); err != nil {
				t.Fatal(err)
			}
			u.IDStatusUsuario = &id
		}
		if a := agentOfUser(u, now); a.State != c.state || a.Reason != c.reason {
			t.Errorf("%+v: %q %q", c, a.State, a.Reason)
		}
	}
}

func TestCallsAreDatedByTheirCodeAndNothingElse(t *testing.T) {
	now := noon()
	for code, want := range map[string]time.Time{
		fmt.Sprintf("%d.70419", now.Add(-time.Minute).Unix()):  now.Add(-time.Minute),
		fmt.Sprintf("%d.70419", now.Add(time.Minute).Unix()):   now.Add(time.Minute), // the system's clock is ahead
		fmt.Sprintf("%d.70419", now.Add(time.Hour).Unix()):     {},
		fmt.Sprintf("%d.70419", now.Add(-25*time.Hour).Unix()): {},
		"1515063682.70419": {}, "70419": {}, "": {}, "abc": {}, "99999999999999999999.1": {},
	} {
		if got := startOfCall(code, now); !got.Equal(want) {
			t.Errorf("%q: %v, want %v", code, got, want)
		}
	}
}

func TestPausesAreDatedByWhatTheTableReallyTells(t *testing.T) {
	now := noon()
	at := func(minutes int) *cti.Time {
		c := cti.At(now.Add(time.Duration(minutes) * time.Minute))
		return &c
	}
	seconds := func(n int64) *int64 { return &n }
	for _, c := range []struct {
		why   string
		row   int64
		data  *cti.Time
		tempo *int64
		want  *cti.Time
	}{
		{"the row of this pause runs", 4, at(-10), nil, at(-10)},
		{"it runs and says 0", 4, at(-10), seconds(0), at(-10)},
		{"it runs and counts", 4, at(-10), seconds(595), at(-10)},
		{"an earlier pause of the same kind", 4, at(-60), seconds(600), nil},
		{"an earlier pause of another kind", 5, at(-60), seconds(600), nil},
		{"the time without pause, which ended when this one began", 1, at(-60), seconds(3000), at(-10)},
		{"time without pause that runs: the tables disagree", 1, at(-60), nil, nil},
		{"no date", 4, nil, nil, nil},
		{"a date to come", 4, at(60), nil, nil},
	} {
		got := pausedSince(DBPausas{IDStatus: &c.row, Data: c.data, Tempo: c.tempo}, 4, now)
		if c.want == nil && !got.IsZero() || c.want != nil && !got.Equal(c.want.Time) {
			t.Errorf("%s: %v", c.why, got)
		}
	}
}

// What no table dates is dated by the look that shows it, while somebody looks.
func TestChangesAreDatedByTheLookThatShowsThem(t *testing.T) {
	w := newWatched(t)
	w.user(1, "Ana", "1", "Logado", "Livre", "", "")
	since := func() time.Duration {
		t.Helper()
		a := w.status().Agents[0]
		if a.Since.IsZero() {
			return -1
		}
		return w.clock.Now().Sub(a.Since.Time)
	}
	if d := since(); d != -1 {
		t.Errorf("free since %v, and nothing tells", d)
	}
	w.exec("UPDATE usuarios SET id_status_usuario = 4, status_usuario = 'Almoço'")
	w.clock.Advance(5 * time.Second)
	if d := since(); d != 0 {
		t.Errorf("paused since %v, want now", d)
	}
	w.clock.Advance(5 * time.Second)
	if d := since(); d != 5*time.Second {
		t.Errorf("paused since %v, want 5 s", d)
	}
	w.exec("UPDATE usuarios SET id_status_usuario = 1, status_usuario = 'Logado'")
	w.clock.Advance(looksApart + time.Second) // nobody looked
	if d := since(); d != -1 {
		t.Errorf("free since %v, and nobody saw when", d)
	}
}

func TestBoardsShareTheirReads(t *testing.T) {
	w := newWatched(t)
	w.user(1, "Ana", "4", "Almoço", "Livre", "", "")
	for range 3 { // rounds of four wallboards
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				if _, err := w.ask(desk()); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		w.clock.Advance(5 * time.Second)
	}
	for table, want := range map[string]int{"usuarios": 3, "uso_canais": 3, "grupos_de_atendimento": 1, "grupos_de_atendimento_usuarios": 1, "nivel_de_servico": 1, "pausas": 1} {
		if n := w.reads(table); n != want {
			t.Errorf("%s was read %d times, want %d", table, n, want)
		}
	}
	if n := w.p.Received("fila_espera"); n != 3 {
		t.Errorf("who waits was asked %d times, want 3", n)
	}
	w.clock.Advance(slowFor)
	w.status()
	if n := w.reads("nivel_de_servico"); n != 2 {
		t.Errorf("after a minute the service level was read %d times, want 2", n)
	}
	w.clock.Jump(-time.Hour) // set back: what was read must not stay for an hour
	w.status()
	if n := w.reads("usuarios"); n != 5 {
		t.Errorf("after the clock was set back the users were read %d times, want 5", n)
	}
}

// A page asks for all its queues at once, and each gets its agents though a desk may not open a connection for each.
func TestEightQueuesAtOnceAllHaveTheirAgents(t *testing.T) {
	w := newWatched(t)
	w.user(1, "Ana", "1", "Logado", "Livre", "", "")
	w.exec("INSERT INTO grupos_de_atendimento SELECT n, 'Fila ' || n FROM generate_series(11, 18) n", "INSERT INTO grupo_de_atendimento_usuarios SELECT 1, n FROM generate_series(11, 18) n")
	var all sync.WaitGroup
	all.Go(func() { // nobody is done before reads have met
		w.exec("DO $$ BEGIN LOCK TABLE grupo_de_atendimento_usuarios; FOR i IN 1..1000 LOOP EXIT WHEN (SELECT count(*) FROM pg_locks WHERE NOT granted) >= " + fmt.Sprint(readsAtOnce) +
			"; PERFORM pg_sleep(0.01); END LOOP; END $$")
	})
	for n := 11; n <= 18; n++ {
		name := fmt.Sprint("Fila ", n)
		w.p.SetQueue(name)
		all.Go(func() {
			q, err := cti.Do(t.Context(), w.s.Actions(), cti.QueueStatusOf, desk(), cti.QueueIn{Queue: name})
			if err != nil || len(q.Agents) != 1 || len(q.Missing) != 0 {
				t.Errorf("%s: %v %+v", name, err, q)
			}
		})
	}
	all.Wait()
}

// One page that leaves takes nothing from another, and what nobody waits for any more is given up.
func TestReadEndsWithTheLastWhoWaits(t *testing.T) {
	w := newWatched(t)
	read := w.d.HangAfterRead("db.usuarios")
	stays, leave := context.WithCancel(t.Context())
	ask := func(ctx context.Context) chan error {
		done := make(chan error, 1)
		go func() {
			_, err := cti.Do(ctx, w.s.Actions(), cti.QueueStatusOf, desk(), cti.QueueIn{Queue: "Suporte"})
			done <- err
		}()
		return done
	}
	w.user(1, "Ana", "1", "Logado", "Livre", "", "")
	one := ask(stays)
	<-read
	leave()
	if err := <-one; !errors.Is(err, cti.Canceled) {
		t.Errorf("who left: %v", err)
	}
	if q := w.status(); len(q.Agents) != 1 || len(q.Missing) != 0 {
		t.Errorf("who asks later meets the read that was given up: %+v", q)
	}
}

// A part that cannot be had is said, and takes nothing from the others.
func TestMissingPartIsSaid(t *testing.T) {
	for _, c := range []struct {
		what   string
		spoil  func(*watched)
		parts  string
		says   string
		agents int
	}{
		{"the database is cut", func(w *watched) { w.d.CutLink() }, "agents unavailable, level unavailable, lines unavailable", "cannot be reached", -1},
		{"the system is cut", func(w *watched) { w.p.DropAfterRead("fila_espera") }, "waiting unavailable", "", 1},
		{"no table of service levels", func(w *watched) { w.exec("DROP TABLE nivel_de_servico") }, "level unsupported", "no table nivel_de_servico", 1},
		{"no table of trunks", func(w *watched) { w.exec("DROP TABLE uso_canais") }, "lines unsupported", "no table uso_canais", 1},
		{"no table of pauses", func(w *watched) { w.exec("DROP TABLE pausas") }, "since unsupported", "no table pausas", 1},
		{"no table of groups", func(w *watched) { w.exec("DROP TABLE grupos_de_atendimento") }, "agents unsupported, level unsupported", "no table grupos_de_atendimento", -1},
		{"no column for the call", func(w *watched) { w.exec("ALTER TABLE usuarios DROP COLUMN uniqueid") }, "since unsupported", "no column uniqueid", 1},
		{"no table of members nor the view", func(w *watched) {
			w.exec("DROP TABLE grupo_de_atendimento_usuarios", "DROP TABLE grupo_de_atendimento_usuarios_status")
		}, "agents unsupported", "no table grupos_de_atendimento_usuarios", -1},
		{"hours nobody understands", func(w *watched) { w.exec("UPDATE nivel_de_servico SET horario = 'manhã'") }, "level unavailable", "manhã", 1},
		{"a group that HTTP alone knows", func(w *watched) { w.exec("DELETE FROM grupos_de_atendimento") }, "agents not_found, level not_found", "no attendance group", -1},
	} {
		t.Run(c.what, func(t *testing.T) {
			w := newWatched(t)
			w.p.SetQueue("Suporte", totaliptest.Waiting{From: "1195894637", Since: noon()})
			w.user(1, "Ana", "4", "Almoço", "Livre", "", "")
			w.exec("DELETE FROM grupo_de_atendimento_usuarios_status", "INSERT INTO grupo_de_atendimento_usuarios_status VALUES ('Suporte', 'Ana', '10001', 'Almoço', 'Livre')")
			c.spoil(w)
			q := w.status()
			if got := parts(q); got != c.parts {
				t.Fatalf("missing: %s, want %s: %+v", got, c.parts, q.Missing)
			}
			if !strings.Contains(q.Missing[0].Text, c.says) || q.Missing[0].Err == nil {
				t.Errorf("it is said %q, want %q", q.Missing[0].Text, c.says)
			}
			if q.WaitingUnknown != strings.HasPrefix(c.parts, partWaiting) || !q.WaitingUnknown && q.Waiting != 1 {
				t.Errorf("waiting: %+v", q)
			}
			if c.agents < 0 && q.Agents != nil || c.agents >= 0 && (len(q.Agents) != c.agents || q.Agents[0].State != cti.AgentPaused || q.Agents[0].Reason != "Almoço") {
				t.Errorf("agents: %+v", q.Agents)
			}
		})
	}
}

func TestQueueThatNobodyKnowsIsNotFound(t *testing.T) {
	w := newWatched(t)
	_, err := cti.Do(t.Context(), w.s.Actions(), cti.QueueStatusOf, desk(), cti.QueueIn{Queue: "nenhuma"})
	if e := cti.AsError(err); e.Kind != cti.NotFound || e.Hint != hintQueue {
		t.Errorf("%+v", e)
	}
	w.d.CutLink()
	w.p.DropAfterRead("fila_espera")
	if _, err := w.ask(desk()); !errors.Is(err, cti.Unavailable) {
		t.Errorf("without any way: %v", err)
	}
	w.d.RestoreLink()
	w.p.Receive("fila_espera")
	if q := w.status(); parts(q) != "" || q.Agents == nil {
		t.Errorf("with both ways again: %+v", q)
	}
}

// What HTTP tells is what a page of somebody else's gets; the database it never reaches.
func TestForeignPageNeverReachesTheDatabase(t *testing.T) {
	w := newWatched(t)
	page := desk()
	page.Foreign = true
	w.p.SetGroups(totaliptest.Group{ID: "3", Name: "Suporte", Calls: []totaliptest.GroupCall{{At: noon(), From: "1130761239", Status: "ATENDIDA OPERADOR"}}})
	q, err := w.ask(page)
	if err != nil || q.Agents != nil || q.Level != nil || q.Lines != nil || q.Missing != nil || q.Via != roadHTTP {
		t.Errorf("%+v, %v", q, err)
	}
	list, err := cti.Do(t.Context(), w.s.Actions(), cti.QueueList, page, cti.None{})
	if err != nil || len(list) != 1 {
		t.Errorf("%+v, %v", list, err)
	}
	if asked := w.d.Requests(); len(asked) > 0 {
		t.Errorf("the database was asked: %v", asked)
	}
}

func TestQueuesAreListedByHTTPWhileTheDatabaseIsAway(t *testing.T) {
	w := newWatched(t)
	w.d.CutLink()
	if _, err := cti.Do(t.Context(), w.s.Actions(), cti.QueueList, desk(), cti.None{}); err != nil {
		t.Error(err) // no group had calls, and that is an answer
	}
	w.p.SetGroups(totaliptest.Group{ID: "3", Name: "Suporte", Calls: []totaliptest.GroupCall{{At: noon(), From: "1130761239", Status: "ATENDIDA OPERADOR"}}})
	list, err := cti.Do(t.Context(), w.s.Actions(), cti.QueueList, desk(), cti.None{})
	if err != nil || !slices.Equal(list, []cti.Queue{{ID: "3", Name: "Suporte"}}) {
		t.Errorf("%+v, %v", list, err)
	}
}

func TestPeriodsAreReadInEveryUsualForm(t *testing.T) {
	for text, want := range map[string]string{
		"09:00 - 10:00": "540 600", "09:00-09:59": "540 600", "09:00:00 às 09:59:59": "540 600", "9": "540 600", "09": "540 600", "9h": "540 600",
		"09h30": "570 630", "09h às 10h": "540 600", "23:00 - 00:00": "1380 1440", "23:00 - 23:59": "1380 1440", "23": "1380 1440", "08:30 - 09:00": "510 540", "00:00": "0 60",
		"das 9H30 até as 10H": "570 600",
		"":                    "", "manhã": "", "25": "", "09:60": "", "09:0": "", "24:00": "", "10:00 - 09:00": "", "09:00 - 10:00 - 11:00": "", "123": "", "09:00 2026": "", "2026-11-20 09:00": "",
		strings.Repeat("9", 100): "", "09:00 - 25:00": "", "23:30": "",
	} {
		got := ""
		if from, to, ok := readPeriod(text); ok {
			got = fmt.Sprint(from, " ", to)
		}
		if got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func FuzzPeriods(f *testing.F) {
	for _, s := range []string{"09:00 - 10:00", "9h", "23:59", "09:00:00 às 09:59:59", ":", "9:"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if from, to, ok := readPeriod(text); ok && (from < 0 || from >= to || to > minutesOfDay) {
			t.Errorf("%q: %d to %d", text, from, to)
		}
	})
}
