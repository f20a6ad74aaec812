package totalip

import (
	"context"
	"errors"
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

// reads counts how often a database was asked for campaigns.
func reads(d *databasetest.Database) int {
	n := 0
	for _, r := range d.Requests() {
		if r == "db.campanhas" {
			n++
		}
	}
	return n
}

// switches wishes a campaign on or off.
func switches(t *testing.T, s cti.Session, campaign string, on bool) (cti.Campaign, error) {
	t.Helper()
	return cti.Do(t.Context(), s.Actions(), cti.CampaignSetActive, desk(), cti.CampaignActiveIn{Campaign: campaign, Active: &on})
}

func do(t *testing.T, d *databasetest.Database, statements ...string) {
	t.Helper()
	if err := d.Exec(t.Context(), statements...); err != nil {
		t.Fatal(err)
	}
}

// awaits waits until the database answers want.
func awaits(t *testing.T, d *databasetest.Database, sql, want string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for got := ""; got != want; got = first(t, d, sql) { // each question waits for the server
		if ctx.Err() != nil {
			t.Fatalf("waited in vain for %s of %s, which is %s", want, sql, got)
		}
	}
}

func TestCampaignsTellWhatTheTableTells(t *testing.T) {
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	p, d := newPBX(t, totaliptest.Options{}), cluster.New(t)
	s := openSession(t, withDatabase(configOf(p, roadHTTP, ""), d, ctitest.Canary), ctitest.NewClock(now))
	do(t, d, `UPDATE campanhas SET clientes_finalizados = 900, clientes_nao_finalizados = 4100, clientes_virgens = 3796, telefones_restantes = 4120, numeros_agendados = 12,
		ligacoes_atendidas = 640, ligacoes_nao_atendidas = 510, ligacoes_ocupadas = 54, discando = 6, ligacoes_fila = 2, clientes_em_ligacao = 4 WHERE id = 10`,
		"INSERT INTO campanhas (id, clientes_finalizados, clientes_nao_finalizados, clientes_virgens) VALUES (60, 1, 1, 3)", "INSERT INTO campanhas (id) VALUES (70)")
	n := func(v int64) *int64 { return &v }
	on, off := true, false
	at := cti.At(now)
	want := []cti.Campaign{
		{ID: "10", Name: "Campanha Clientes X", Active: &off, ReadAt: at, Via: roadDatabase, Progress: &cti.CampaignProgress{Contacts: n(5000), Called: n(1204), Finished: n(900),
			ToCall: n(4120), Scheduled: n(12), Answered: n(640), Unanswered: n(510), Busy: n(54), Dialing: n(6), Waiting: n(2), Talking: n(4)}},
		{ID: "50", Name: "Campanha Clientes Y", Active: &on, ReadAt: at, Via: roadDatabase, Progress: &cti.CampaignProgress{ToCall: n(0)}},
		{ID: "60", ReadAt: at, Via: roadDatabase, Progress: &cti.CampaignProgress{Contacts: n(2), Finished: n(1)}}, // more virgins than customers tell nothing
		{ID: "70", ReadAt: at, Via: roadDatabase},
	}
	got, err := cti.Do(t.Context(), s.Actions(), cti.CampaignList, desk(), cti.None{})
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}

	// What a site lacks is absent, and the rest is told.
	do(t, d, "ALTER TABLE campanhas DROP clientes_virgens, DROP ativa, DROP ligacoes_fila")
	want = []cti.Campaign{{ID: "50", Name: "Campanha Clientes Y", ReadAt: at, Via: roadDatabase, Progress: &cti.CampaignProgress{ToCall: n(0)}}}
	do(t, d, "DELETE FROM campanhas WHERE id <> 50")
	s = openSession(t, withDatabase(configOf(p, roadHTTP, ""), d, ctitest.Canary), ctitest.NewClock(now))
	got, err = cti.Do(t.Context(), s.Actions(), cti.CampaignList, desk(), cti.None{})
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("without some columns: %v\n%s", err, diff)
	}
	do(t, d, "ALTER TABLE campanhas RENAME TO outras")
	s = openSession(t, withDatabase(configOf(p, roadHTTP, ""), d, ctitest.Canary), ctitest.NewClock(now))
	if _, err = cti.Do(t.Context(), s.Actions(), cti.CampaignList, desk(), cti.None{}); !errors.Is(err, cti.Unsupported) || cti.AsError(err).Args["Table"] != "campanhas" {
		t.Errorf("without the table: %v", err)
	}
}

// Any number of pages look at the campaigns; the system is asked once in three seconds, and anew after a switch.
func TestProgressIsReadOnceForAllWhoLook(t *testing.T) {
	clock := ctitest.NewClock(time.Now())
	p, d := newPBX(t, totaliptest.Options{}), cluster.New(t)
	s := openSession(t, withDatabase(configOf(p, roadHTTP, ""), d, ctitest.Canary), clock)
	p.AddCampaign(totaliptest.Campaign{ID: "50", Name: "Clientes Y", Active: true})
	list := func() {
		t.Helper()
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() {
				if got, err := cti.Do(t.Context(), s.Actions(), cti.CampaignList, desk(), cti.None{}); err != nil || len(got) != 2 {
					t.Errorf("%d campaigns, %v", len(got), err)
				}
			})
		}
		all.Wait()
	}
	for i, then := range []func(){
		func() {}, func() { clock.Advance(campaignsFor) },
		func() {
			if _, err := switches(t, s, "50", false); err != nil {
				t.Error(err)
			}
		},
	} {
		then()
		list()
		list()
		if got := reads(d); got != i+1 {
			t.Errorf("the campaigns were read %d times, want %d", got, i+1)
		}
	}
}

func TestCampaignAsWishedIsNotTurnedRound(t *testing.T) {
	for road, wants := range map[string]int{roadDatabase: 0, roadHTTP: 1} {
		s, p, d := withBase(t, road)
		for _, c := range []struct {
			campaign string
			on       bool
			turns    int
		}{{"50", true, 0}, {"10", false, 0}, {"Campanha Clientes X", true, 1}} {
			before := p.Received("gerenciar_campanha")
			got, err := switches(t, s, c.campaign, c.on)
			if err != nil || *got.Active != c.on || got.Via != road || got.Name == "" || got.ReadAt.IsZero() {
				t.Errorf("%s, campaign %s %v: %+v, %v", road, c.campaign, c.on, got, err)
			}
			if n := p.Received("gerenciar_campanha") - before; n != c.turns*wants {
				t.Errorf("%s, campaign %s %v: turned %d times over HTTP", road, c.campaign, c.on, n)
			}
		}
		if n := len(slices.DeleteFunc(d.Requests(), func(r string) bool { return r != "db.gerenciar_campanhas" })); n != 1-wants {
			t.Errorf("%s: %d rows were put", road, n)
		}
	}
}

// Supervisors at several computers want the same: the first row waits, and nobody puts a second one, which would undo it.
func TestSupervisorsAtOnceTurnACampaignOnce(t *testing.T) {
	s, p, d := withBase(t, roadDatabase)
	sessions := []cti.Session{s}
	for range 7 {
		sessions = append(sessions, openSession(t, withDatabase(configOf(p, roadDatabase, ""), d, ctitest.Canary), nil))
	}
	d.Pause()
	results := make(chan error, len(sessions))
	for _, s := range sessions {
		go func() {
			got, err := switches(t, s, "10", true)
			if err == nil && !*got.Active {
				err = errors.New("the answer says off")
			}
			results <- err
		}()
	}
	awaits(t, d, "SELECT count(*) FROM gerenciar_campanhas", "1")
	looking := `SELECT count(DISTINCT pid) >= 8 FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'SELECT%FROM "gerenciar_campanhas"%'`
	awaits(t, d, looking, "t")
	d.Resume()
	for range sessions {
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
	if got := first(t, d, "SELECT ativa FROM campanhas WHERE id = 10 UNION ALL SELECT count(*) = 1 FROM campanhas_logs WHERE descricao LIKE '%alterada'"); got != "t t" {
		t.Errorf("active, and turned round once: %s", got)
	}
}

// A switch that nobody treats is said, and asking again does not put a second row, which would undo the first.
func TestSwitchThatWaitsIsNotPutTwice(t *testing.T) {
	s, _, d := withBase(t, roadHTTP)
	d.Pause()
	on := true
	ask := func() error {
		_, err := call(t, s, "gerenciar_campanhas", &DBSwitchIn{"10", &on, WaitIn{1}})
		return err
	}
	if e := cti.AsError(ask()); e.Kind != cti.Timeout || e.Sent != cti.CertainSent || e.Hint != hintWaiting || e.Args["ID"] != "1" {
		t.Errorf("the first: %+v", e)
	}
	if e := cti.AsError(ask()); e.Kind != cti.Timeout || e.Sent != cti.NotSent || e.Hint != hintWaiting || e.Args["ID"] != "1" || !strings.Contains(e.Text, "an earlier switch") {
		t.Errorf("the second: %+v", e)
	}
	if n := first(t, d, "SELECT count(*) FROM gerenciar_campanhas"); n != "1" {
		t.Errorf("%s rows wait, want one", n)
	}
	d.Resume()
	if err := ask(); err != nil {
		t.Errorf("after it was treated: %v", err)
	}
	if got := first(t, d, "SELECT ativa FROM campanhas WHERE id = 10"); got != "t" {
		t.Errorf("active: %s", got)
	}
}

// waitingSwitch switches campaign 10 on in a system that treats no row, and answers when the row is there.
func waitingSwitch(t *testing.T) (<-chan error, *databasetest.Database) {
	t.Helper()
	s, _, d := withBase(t, roadDatabase)
	d.Pause()
	done := make(chan error, 1)
	go func() {
		_, err := switches(t, s, "10", true)
		done <- err
	}()
	awaits(t, d, "SELECT count(*) FROM gerenciar_campanhas", "1")
	return done, d
}

func TestSwitchThatSomebodyUndoesIsSaid(t *testing.T) {
	done, d := waitingSwitch(t)
	do(t, d, "DELETE FROM gerenciar_campanhas") // treated, and turned back at once
	if e := cti.AsError(<-done); e.Kind != cti.Refused || e.Sent != cti.CertainSent || e.Hint != hintMeanwhile || !strings.Contains(e.Text, "switched the campaign off") {
		t.Errorf("%+v", e)
	}
}

// A campaign that was turned round was not refused, whatever keeps its state from being read.
func TestSwitchThatCannotBeLookedAtIsUndecided(t *testing.T) {
	done, d := waitingSwitch(t)
	do(t, d, "ALTER TABLE campanhas RENAME ativa TO ligada", "DELETE FROM gerenciar_campanhas")
	if e := cti.AsError(<-done); e.Kind != cti.Unavailable || e.Sent != cti.CertainSent || !strings.Contains(e.Text, "was turned round") {
		t.Errorf("%+v", e)
	}
}

// The desk's own reads may have every connection in the moment in which a switch is looked at.
func TestSwitchIsLookedAtAgainWhileTheDeskReads(t *testing.T) {
	clock := ctitest.NewClock(time.Now())
	p, d := newPBX(t, totaliptest.Options{}), cluster.New(t)
	s := openSession(t, withDatabase(configOf(p, roadDatabase, ""), d, ctitest.Canary), clock).(*session)
	within, end := context.WithCancel(t.Context())
	defer end()
	info, _ := s.Actions().Info("totalip.db.usuarios")
	var err error
	for err == nil { // streams that nobody reads
		_, err = s.Actions().Call(within, info.Name, desk(), info.NewIn(), nil)
	}
	if !errors.Is(err, cti.Busy) {
		t.Fatal(err)
	}
	waits := clock.Waiters()
	done := make(chan error, 1)
	go func() {
		active, err := s.activeBy(t.Context(), "x", "50", clock.Now().Add(24*time.Hour))
		if err == nil && !active {
			err = errors.New("it is said to be off")
		}
		done <- err
	}()
	patient, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	if err := clock.BlockUntil(patient, waits+1); err != nil {
		t.Fatal(err)
	}
	end()
	for n := -1; n != 0; { // each question waits for the server
		if n, err = d.Backends(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for {
		select {
		case err := <-done:
			if err != nil {
				t.Error(err)
			}
			return
		default:
			clock.Advance(firstLook)
		}
	}
}

func TestSwitchSaysWhyNot(t *testing.T) {
	s, p, d := withBase(t, roadDatabase)
	do(t, d, "INSERT INTO campanhas (id, nome, ativa) VALUES (60, 'Campanha Clientes X', false), (61, '50', false), (62, 'Nada', NULL)")
	for _, c := range []struct {
		campaign, says string
		kind           cti.Kind
	}{
		{"99", "no campaign", cti.NotFound}, {"Natal", "no campaign", cti.NotFound}, {"campanha clientes x", "2 campaigns are called", cti.BadRequest},
		{"62", "does not say whether", cti.Refused}, {"nada", "does not say whether", cti.Refused},
	} {
		_, err := switches(t, s, c.campaign, true)
		if e := cti.AsError(err); e.Kind != c.kind || e.Sent != cti.NotSent || !strings.Contains(e.Text, c.says) {
			t.Errorf("%s: %+v", c.campaign, e)
		}
	}
	if got, err := switches(t, s, "50", true); err != nil || got.Name != "Campanha Clientes Y" { // a code goes before a name
		t.Errorf("%+v, %v", got, err)
	}
	// A site with a database that is away does not turn campaigns round to find out how they stand.
	p.AddCampaign(totaliptest.Campaign{ID: "50", Name: "Clientes Y", Active: true})
	byHTTP := openSession(t, withDatabase(configOf(p, roadHTTP, ""), d, ctitest.Canary), nil)
	d.CutLink()
	for _, s := range []cti.Session{s, byHTTP} {
		if _, err := switches(t, s, "50", true); !errors.Is(err, cti.Unavailable) || cti.AsError(err).Sent != cti.NotSent || p.Received("gerenciar_campanha") > 0 {
			t.Errorf("away: %v after %d turns", err, p.Received("gerenciar_campanha"))
		}
	}
	if _, err := cti.Do(t.Context(), byHTTP.Actions(), cti.CampaignList, desk(), cti.None{}); !errors.Is(err, cti.Unavailable) {
		t.Errorf("the list of a database that is away: %v", err)
	}
}

// What a database never tells is done without, the way that HTTP has.
func TestSwitchOverHTTPWorksWithoutTheTable(t *testing.T) {
	s, p, d := withBase(t, roadHTTP)
	do(t, d, "ALTER TABLE campanhas RENAME TO outras")
	p.AddCampaign(totaliptest.Campaign{ID: "50", Name: "Clientes Y", Active: true})
	if got, err := switches(t, s, "50", true); err != nil || got.Via != roadHTTP || p.Received("gerenciar_campanha") != 2 {
		t.Errorf("%+v, %v after %d turns", got, err, p.Received("gerenciar_campanha"))
	}
}
