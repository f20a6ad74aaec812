package totalip

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"time"

	"ctiagent/cti"
	"ctiagent/vendors/internal/fault"
	"ctiagent/vendors/totalip/db"
)

const (
	campaignsFor  = 3 * time.Second // how long the progress of campaigns is told again without a look
	campaignsLook = "campaigns"
	mostCampaigns = 10_000
)

// campaignTable is campanhas, manual 002, 1.3.1.1.
func campaignTable() db.Table { return db.TableOf(reflect.TypeFor[DBCampanhas](), "campanhas", "id") }

// campaignTurns is gerenciar_campanhas, manual 002, 1.3.1.14: a row turns its campaign round, and goes when that is done.
func campaignTurns() queue {
	return queue{table: db.TableOf(reflect.TypeFor[DBGerenciarCampanhas](), "gerenciar_campanhas", "id"), goes: true}
}

// listCampaigns lists the campaigns: with state and progress where a database is configured, else by code and name, which is all
// that manual 002, 1.1.10 tells.
func (s *session) listCampaigns(ctx context.Context, _ cti.Req[cti.None]) ([]cti.Campaign, error) {
	op := cti.CampaignList.Name
	if s.database != nil {
		return s.campaignsNow(ctx, op)
	}
	list, err := s.campaigns(ctx, op)
	if err != nil {
		return nil, err
	}
	out, now := make([]cti.Campaign, len(list)), cti.At(s.host.Clock().Now())
	for i, c := range list {
		out[i] = cti.Campaign{ID: c.ID, Name: c.Name, ReadAt: now, Via: roadHTTP}
	}
	return out, nil
}

// campaignsNow is the table of campaigns as it was within the last seconds: a row for each campaign, which has the counts of its
// calls already, so that none of their rows is read.
func (s *session) campaignsNow(ctx context.Context, op string) ([]cti.Campaign, error) {
	return shared(ctx, s.looks, campaignsLook, campaignsFor, func(ctx context.Context) ([]cti.Campaign, error) { return s.readCampaigns(ctx, op) })
}

func (s *session) readCampaigns(ctx context.Context, op string) ([]cti.Campaign, error) {
	table := campaignTable()
	columns, err := s.database.Columns(ctx, op, table)
	if err != nil {
		return nil, err
	}
	now := cti.At(s.host.Clock().Now())
	rows, err := s.database.Read(ctx, op, table, db.Query{Columns: columns, Order: []string{"id"}, Limit: mostCampaigns}, "", reflect.ValueOf(DBCampanhas{}))
	if err != nil {
		return nil, err
	}
	out := []cti.Campaign{}
	for row, err := range rows {
		if err != nil {
			return nil, err
		}
		c, _ := row.(DBCampanhas)
		if c.Cursor != "" {
			return nil, s.fails.Make(cti.Refused, op, fmt.Sprintf("there are more than %d campaigns", mostCampaigns), cti.CertainSent, nil)
		}
		if c.ID == nil {
			continue // no wish could name it
		}
		out = append(out, cti.Campaign{ID: textOf(c.ID), Name: textOf(c.Nome), Active: c.Ativa, Progress: c.progress(), ReadAt: now, Via: roadDatabase})
	}
	return out, nil
}

// progress is what the columns tell, in the words of all vendors. A customer is finished or not finished, and one of whom no
// number was dialled is a virgin; whether ENTREGUES_SEM_TABULACAO are among the finished, the manual does not say.
func (c DBCampanhas) progress() *cti.CampaignProgress {
	p := cti.CampaignProgress{Finished: c.ClientesFinalizados, ToCall: c.TelefonesRestantes, Scheduled: c.NumerosAgendados, Answered: c.LigacoesAtendidas,
		Unanswered: c.LigacoesNaoAtendidas, Busy: c.LigacoesOcupadas, Dialing: c.Discando, Waiting: c.LigacoesFila, Talking: c.ClientesEmLigacao}
	if c.ClientesFinalizados != nil && c.ClientesNaoFinalizados != nil {
		all := *c.ClientesFinalizados + *c.ClientesNaoFinalizados
		p.Contacts = &all
		if v := c.ClientesVirgens; v != nil && *v >= 0 && *v <= all {
			called := all - *v
			p.Called = &called
		}
	}
	if p == (cti.CampaignProgress{}) {
		return nil
	}
	return &p
}

// setActive switches a campaign, by the database or over HTTP as the option road says. How it stands is looked at first where
// a database is configured, and nothing is sent when it is as wished.
func (s *session) setActive(ctx context.Context, r cti.Req[cti.CampaignActiveIn]) (cti.Campaign, error) {
	op := cti.CampaignSetActive.Name
	defer s.looks.forget(campaignsLook) // also where it failed: what was told is no longer so
	found, err := s.campaignToSwitch(ctx, op, r.In.Campaign)
	if err != nil {
		return cti.Campaign{}, err
	}
	out := cti.Campaign{ID: found.ID, Name: found.Name, Active: r.In.Active, Via: roadHTTP}
	if s.opts.road == roadDatabase {
		out.Via = roadDatabase
		_, err = s.dbSwitch(ctx, op, DBSwitchIn{Campaign: found.ID, Active: r.In.Active})
	} else {
		err = s.switchByTurning(ctx, op, found.ID, *r.In.Active)
	}
	if err != nil {
		return cti.Campaign{}, err
	}
	out.ReadAt = cti.At(s.host.Clock().Now())
	return out, nil
}

// campaignToSwitch finds the campaign by its code, else by its name, so that no other one is switched.
func (s *session) campaignToSwitch(ctx context.Context, op, word string) (Campaign, error) {
	if s.opts.road != roadDatabase {
		return s.campaign(ctx, op, word)
	}
	if isDigits(word) {
		switch cells, found, err := s.database.Look(ctx, op, campaignTable(), word, "nome"); {
		case err != nil:
			return Campaign{}, notSent(err)
		case found:
			return Campaign{ID: word, Name: cells[0]}, nil
		}
	}
	list, err := s.readCampaigns(ctx, op)
	if err != nil {
		return Campaign{}, notSent(err)
	}
	var names []Campaign
	for _, c := range list {
		names = append(names, Campaign{c.ID, c.Name})
	}
	return s.oneCampaign(op, word, names)
}

// switchByTurning switches over HTTP, where the system only knows how to turn a campaign round, and only its answer tells which
// way. A campaign that was as wished is turned round once more, unless the database tells so before.
func (s *session) switchByTurning(ctx context.Context, op, id string, want bool) error {
	select { // two wishes at once would turn each other's round
	case s.turning <- struct{}{}:
		defer func() { <-s.turning }()
	case <-ctx.Done():
		return s.fails.Make(cti.Canceled, op, "the wish was given up", cti.NotSent, ctx.Err())
	}
	if s.database != nil {
		active, err := s.campaignActive(ctx, op, id)
		switch {
		case err == nil && active == want:
			return nil
		case errors.Is(err, cti.Unavailable), errors.Is(err, cti.Timeout), errors.Is(err, cti.Busy), errors.Is(err, cti.Canceled):
			return notSent(err) // it tells at another time; what never does is done without
		}
	}
	out, err := s.toggle(ctx, op, id)
	if err != nil || out.Active == want {
		return err
	}
	if out, err = s.toggle(ctx, op, id); err != nil {
		e := *cti.AsError(err)
		e.Text = "the campaign was as wished, was turned round to find out, and could not be turned back: " + e.Text
		return undecided(e)
	}
	if out.Active != want {
		return s.switchedMeanwhile(op, out.Active)
	}
	return nil
}

// dbSwitch switches a campaign that is not as wished. A row in the queue turns it round, so a row that waits already is treated
// first, whoever put it there; and how the campaign stands is looked at before and after.
func (s *session) dbSwitch(ctx context.Context, op string, in DBSwitchIn) (Queued, error) {
	c := s.checks(op, roadDatabase)
	c.digits("campanha_id", in.Campaign)
	c.wait(in.Seconds)
	if err := errors.Join(c.err, s.hasDatabase(op)); err != nil {
		return Queued{}, cti.AsError(err)
	}
	turns, until := campaignTurns(), s.until(in.Seconds)
	turns.wait = in.Seconds
	for {
		was, err := s.database.Turn(ctx, op, db.Turn{Queue: turns.table, Column: "campanha_id", Flags: campaignTable(), Flag: "ativa"}, in.Campaign, *in.Active)
		switch {
		case err != nil:
			return Queued{}, err
		case !was.Found:
			return Queued{}, s.noCampaign(op, in.Campaign)
		case was.Flag == nil:
			return Queued{}, s.noState(op, nil)
		case was.Waiting == "" && *was.Flag == *in.Active:
			return Queued{Confirmed: true}, nil
		case was.Waiting == "":
			return s.turned(ctx, op, turns, was.Key, until, in)
		}
		if _, err := s.await(ctx, op, turns, was.Waiting, until); err != nil {
			e := *cti.AsError(err)
			e.Text, e.Sent = "an earlier switch of this campaign waits still: "+e.Text, cti.NotSent
			return Queued{}, &e
		}
	}
}

// undecided is the error of a campaign that was turned round when how it stands now could not be told: whatever the reason, the
// wish was not refused.
func undecided(e cti.Error) error {
	if e.Kind != cti.Canceled {
		e.Kind = cti.Unavailable
	}
	e.Sent, e.Retryable = cti.CertainSent, false
	return &e
}

// turned waits until the row is treated and looks at what came of it.
func (s *session) turned(ctx context.Context, op string, turns queue, key string, until time.Time, in DBSwitchIn) (Queued, error) {
	out, err := s.await(ctx, op, turns, key, until)
	if err != nil {
		return Queued{}, err
	}
	active, err := s.activeBy(ctx, op, in.Campaign, until)
	switch {
	case err != nil:
		e := *cti.AsError(err)
		e.Text = "the campaign was turned round, and could not be looked at: " + e.Text
		return Queued{}, undecided(e)
	case active != *in.Active:
		return Queued{}, s.switchedMeanwhile(op, active)
	}
	return out, nil
}

// activeBy reads how a campaign stands, again while the desk's own reads leave no connection for it and there is time.
func (s *session) activeBy(ctx context.Context, op, id string, until time.Time) (active bool, err error) {
	clock := s.host.Clock()
	for pause := firstLook; ; pause = min(2*pause, latestLook) {
		active, err = s.campaignActive(ctx, op, id)
		left := until.Sub(clock.Now())
		if !errors.Is(err, cti.Busy) || left <= 0 || cti.Wait(ctx, clock, min(pause, left)) != nil {
			return active, err
		}
	}
}

// campaignActive reads how a campaign stands.
func (s *session) campaignActive(ctx context.Context, op, id string) (bool, error) {
	cells, found, err := s.database.Look(ctx, op, campaignTable(), id, "ativa")
	switch {
	case err != nil:
		return false, err
	case !found:
		return false, s.noCampaign(op, id)
	}
	active, err := strconv.ParseBool(cells[0])
	if err != nil {
		return false, s.noState(op, err)
	}
	return active, nil
}

func (s *session) noCampaign(op, id string) error {
	e := s.fails.Make(cti.NotFound, op, "there is no campaign "+fault.Quote(id), cti.NotSent, nil)
	e.Hint = hintCampaign
	return e
}

func (s *session) noState(op string, err error) error {
	return s.fails.Make(cti.Refused, op, "the database does not say whether the campaign is active", cti.NotSent, err)
}

// switchedMeanwhile is the error of a wish that met somebody else's.
func (s *session) switchedMeanwhile(op string, active bool) error {
	text := "somebody else switched the campaign off at the same time"
	if active {
		text = "somebody else switched the campaign on at the same time"
	}
	e := s.fails.Make(cti.Refused, op, text, cti.CertainSent, nil)
	e.Hint = hintMeanwhile
	return e
}
