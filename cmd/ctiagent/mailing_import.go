package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"time"

	"ctiagent/cti"
	"ctiagent/internal/paths"
	"ctiagent/localapi/client"
	"ctiagent/vendors/totalip/mailing"

	"github.com/spf13/cobra"
	"golang.org/x/time/rate"
)

// importOrder is what `mailing import` was told.
type importOrder struct {
	campaign string
	columns  int
	road     string
	keep     string // --skip-bad
	resume   bool
	again    bool
}

func (a *app) mailingImportCommand() *cobra.Command {
	o := importOrder{columns: mailing.MostNumbers}
	cmd := &cobra.Command{Use: "import FILE", Args: a.exactly(1), RunE: func(cmd *cobra.Command, args []string) error {
		switch {
		case !isCampaign(o.campaign):
			return usage("mailing.usage.campaign")
		case o.resume && (o.again || o.keep != ""):
			return usage("mailing.usage.resume")
		}
		return a.importList(cmd.Context(), args[0], o)
	}}
	cmd.Flags().StringVar(&o.campaign, "campaign", "", "")
	cmd.Flags().IntVar(&o.columns, "phones", o.columns, "")
	cmd.Flags().StringVar(&o.road, "road", "", "")
	cmd.Flags().StringVar(&o.keep, "skip-bad", "", "")
	cmd.Flags().BoolVar(&o.resume, "resume", false, "")
	cmd.Flags().BoolVar(&o.again, "again", false, "")
	cmd.Flags().StringVar(&a.desk, "desk", "", "")
	return cmd
}

// isCampaign tells the code of a campaign.
func isCampaign(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == "" && len(text) <= 18
}

// importList checks a file, and sends what no account says was sent before.
func (a *app) importList(ctx context.Context, name string, o importOrder) error {
	l, err := a.openList(name, o.columns, o.road)
	if err != nil {
		return err
	}
	defer l.close()
	made := &parcels{packing: newPacking(l.cfg.Limits), space: mostKept, short: true}
	var take func(mailing.Line)
	if l.check.Road == mailing.Database() && !o.resume { // of what is resumed, little may be left
		made.short, take = false, made.take
	}
	sum, err := l.scanKeeping(ctx, o.keep, take)
	if err != nil {
		return err
	}
	if o.keep == "" && !o.resume && l.sendable(sum) != nil {
		return errors.Join(a.showList(l, sum, ""), l.sendable(sum))
	}
	if sum.Contacts == 0 {
		return errors.Join(a.showList(l, sum, keptIn(sum, o)), l.problem(cti.BadRequest, "the list has nothing to send", "mailing.hint.empty", nil))
	}
	file, err := accountFile(sum.SHA256, o.campaign, l.check.Road)
	if err != nil {
		return err
	}
	if err := l.otherRoads(sum.SHA256, o); err != nil {
		return err
	}
	account, err := mailing.OpenAccount(file, o.again)
	if errors.Is(err, mailing.ErrBusy) {
		return l.busy(o)
	}
	if err != nil {
		return err
	}
	defer func() { _ = account.Close() }() // what it holds is written by then
	if err := l.agree(account, mailing.HeadOf(sum, l.check, o.campaign), o); err != nil {
		return err
	}
	if err = l.send(ctx, account, made, o); err != nil && account.Tally().Sent() == 0 {
		return l.stopped(ctx, account, err) // there is nothing to report
	}
	return errors.Join(a.showImport(l, account, o, keptIn(sum, o)), l.stopped(ctx, account, err))
}

// keptIn is the file in which the bad lines are, if there were any.
func keptIn(sum mailing.Summary, o importOrder) string {
	if sum.BadLines == 0 {
		return ""
	}
	return o.keep
}

// accountFile is where the account of an import is kept.
func accountFile(sum, campaign string, road mailing.Road) (string, error) {
	state := paths.Current().UserState()
	if state == "" {
		return "", usage("mailing.usage.state")
	}
	return filepath.Join(state, "mailing", sum+"-"+campaign+"-"+road.Name+".jsonl"), nil
}

// otherRoads says whether the file was sent by another road, wholly or in part: the accounts know nothing of each other.
func (l *list) otherRoads(sum string, o importOrder) error {
	for _, road := range mailing.Roads() {
		file, err := accountFile(sum, o.campaign, road)
		if err != nil {
			return err
		}
		if _, err := os.Stat(file); err != nil || road == l.check.Road || o.again {
			continue
		}
		account, err := mailing.OpenAccount(file, false)
		if errors.Is(err, mailing.ErrBusy) {
			return l.busy(o)
		}
		if err != nil {
			return err
		}
		_, pending := account.Pending()
		sent := account.Tally().Sent()
		if err := account.Close(); err != nil {
			return err
		}
		if sent > 0 || pending {
			return l.problem(cti.WrongState, "the file was sent by another road", "mailing.hint.other_road", map[string]string{"Campaign": o.campaign, "Road": road.Name})
		}
	}
	return nil
}

// busy says that another program is at it.
func (l *list) busy(o importOrder) error {
	return l.problem(cti.Busy, "another program imports this file now", "mailing.hint.busy", map[string]string{"Campaign": o.campaign})
}

// agree begins the account of this import, or finds that it is to go on.
func (l *list) agree(account *mailing.Account, head mailing.Head, o importOrder) error {
	before, begun := account.Begun()
	_, pending := account.Pending()
	sent := account.Tally().Sent()
	words := map[string]string{"Campaign": o.campaign, "Sent": fmt.Sprint(sent), "Total": fmt.Sprint(before.Contacts)}
	switch {
	case account.Done():
		return l.problem(cti.WrongState, "the file was imported before", "mailing.hint.finished", words)
	case o.resume && !begun:
		return l.problem(cti.NotFound, "there is no import to resume", "mailing.hint.nothing", words)
	case o.resume && !before.Same(head):
		return l.problem(cti.WrongState, "the lines are judged in another way than before", "mailing.hint.differs", words)
	case o.resume:
		return nil
	case sent > 0 || pending:
		return l.problem(cti.WrongState, "a part of the file was imported before", "mailing.hint.unfinished", words)
	}
	return account.Begin(head, time.Now())
}

// send sends what the account does not have yet. What was made of the list while it was checked goes over the database.
func (l *list) send(ctx context.Context, account *mailing.Account, made *parcels, o importOrder) error {
	through, end, err := l.doors(ctx)
	defer end()
	if err != nil {
		return err
	}
	head, _ := account.Begun()
	m := l.app.newMeter()
	defer m.clear()
	settled := func(n int64) { m.bar(n, head.Contacts) }
	check := l.check
	if head.BadLines == 0 {
		check.Plan = nil // the file is the one in which it found nothing, or same says that it is not
	}
	again := func(behind int64) *mailing.Reader {
		return mailing.NewReader(io.NewSectionReader(l.file, 0, l.info.Size()), check).Behind(behind)
	}
	if l.check.Road == mailing.Database() {
		road := &databaseRoad{doors: through, campaign: o.campaign, most: fewOnTheWay}
		defer road.close()
		return mailing.Import(ctx, made.from(again), account, road, l.same, settled)
	}
	contacts := func(behind int64) iter.Seq2[mailing.Part[mailing.Contact], error] { return again(behind).Contacts() }
	return mailing.Import(ctx, contacts, account, &httpRoad{door: through[0], campaign: o.campaign}, l.same, settled)
}

// doors opens what the road of the list goes through; end closes them, whatever the error.
func (l *list) doors(ctx context.Context) (through []*door, end func(), err error) {
	limits, many, burst := l.cfg.Limits, 1, 1
	if l.check.Road == mailing.Database() {
		many, burst = doorsOfRows, max(1, l.cfg.Limits.Burst-greeting)
	}
	end = func() {
		for _, d := range through {
			hangUp(d.client)
		}
	}
	for range many {
		c, err := l.app.connect(ctx)
		if err != nil {
			return through, end, err
		}
		through = append(through, &door{client: c, pace: rate.NewLimiter(rate.Limit(limits.RequestsPerSecond), burst), app: l.app})
	}
	return through, end, nil
}

// greeting is how many messages a door has taken before the first contact, and one to spare.
const greeting = 4

// stateAfter is what is known of a line behind an error.
func stateAfter(err error) mailing.State {
	var refused *client.Error
	if !errors.As(err, &refused) {
		return mailing.Unknown
	}
	switch e := refused.Wire.CTI(); {
	case e.Sent == cti.NotSent:
		return mailing.NotSent
	case errors.Is(e, cti.NotFound), errors.Is(e, cti.Unauthorized), errors.Is(e, cti.Forbidden), errors.Is(e, cti.Unsupported):
		return mailing.NotSent // no such campaign, a wrong key: every other line would hear the same
	case e.Sent != cti.CertainSent, errors.Is(e, cti.Timeout), errors.Is(e, cti.Unavailable), errors.Is(e, cti.InternalError), errors.Is(e, cti.Canceled):
		return mailing.Unknown // it may have been done before something went wrong
	}
	return mailing.Refused
}

// stopped says why an import did not come to its end, or that somebody should look at it.
func (l *list) stopped(ctx context.Context, account *mailing.Account, err error) error {
	t := account.Tally()
	head, _ := account.Begun()
	words := map[string]string{"Sent": fmt.Sprint(t.Sent()), "Total": fmt.Sprint(head.Contacts)}
	var stop *mailing.StopError
	switch {
	case errors.As(err, &stop):
		cause := l.app.t("mailing.import.none_taken", nil)
		kind, sent := cti.Refused, cti.CertainSent
		if stop.State == mailing.Sending {
			cause, kind, sent = l.app.t("mailing.import.not_settled", nil), cti.Timeout, cti.MaybeSent
		}
		if stop.Err != nil {
			wire, text, _ := l.app.judge(stop.Err)
			cause, kind, sent = text, wire.CTI().Kind, wire.CTI().Sent
		}
		words["Line"], words["Cause"] = fmt.Sprint(stop.Line), cause
		hint := "mailing.hint." + string(stop.State)
		if stop.State == mailing.Refused {
			hint += map[bool]string{true: "_many", false: "_first"}[stop.Many]
		}
		e := problem(kind, "the import stopped", hint, words, nil) // with its cause inside, that would be told instead
		e.Sent = sent
		return e
	case err != nil && ctx.Err() != nil:
		return problem(cti.Canceled, "interrupted", "mailing.hint.interrupted", words, nil)
	case err != nil:
		return err
	case t.Taken != t.Sent():
		return l.problem(cti.Refused, "some contacts were not taken whole", "mailing.hint.look", map[string]string{"Count": fmt.Sprint(t.Sent() - t.Taken)})
	}
	return nil
}

// showImport tells what came of an import so far.
func (a *app) showImport(l *list, account *mailing.Account, o importOrder, kept string) error {
	t := account.Tally()
	head, _ := account.Begun()
	if a.json {
		return a.print(struct {
			File     string `json:"file"`
			SHA256   string `json:"sha256"`
			Campaign string `json:"campaign"`
			Road     string `json:"road"`
			Contacts int64  `json:"contacts"`
			BadLines int64  `json:"badLines"`
			Done     bool   `json:"done"`
			mailing.Tally
			Kept string `json:"kept,omitempty"`
		}{l.name, head.SHA256, o.campaign, head.Road, head.Contacts, head.BadLines, account.Done(), t, kept})
	}
	var b strings.Builder
	for _, e := range t.Look {
		b.WriteString(a.t("mailing.import.look."+string(e.State), map[string]any{"File": l.name, "Line": e.Line, "Numbers": e.Numbers, "Text": e.Text}) + "\n")
	}
	if kept != "" {
		b.WriteString(a.t("mailing.check.kept", map[string]any{"File": kept}) + "\n")
	}
	b.WriteString(a.t("mailing.import.sum", map[string]any{"File": l.name, "Campaign": o.campaign, "Total": head.Contacts, "Taken": t.Taken,
		"Partly": t.Partly, "Refused": t.Refused, "Unknown": t.Unknown, "Numbers": t.Numbers}))
	return a.line(b.String())
}
