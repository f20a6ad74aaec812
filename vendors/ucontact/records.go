package ucontact

import (
	"context"
	"encoding/json"
	"iter"
	"net/url"
	"strconv"
	"time"

	"ctiagent/cti"
)

// pageRows is how many records one answer holds (manual 004, "Obter gravações de Chamadas").
const pageRows = 50

// mostPages ends a list that never ends, at a hundred thousand records.
const mostPages = 2000

// RecordsIn asks for calls of the past. What is left out restricts nothing.
type RecordsIn struct {
	From        cti.Time `json:"calldatei" required:"true" help:"calls at or after"`
	To          cti.Time `json:"calldatef" required:"true" help:"calls at or before"`
	Agent       string   `json:"agent,omitempty" help:"the agent's name"`
	Campaign    string   `json:"campaign,omitempty"`
	Source      string   `json:"source,omitempty" help:"the number that called"`
	Destination string   `json:"destination,omitempty" help:"the number called"`
	Data        string   `json:"data,omitempty" help:"the tag"`
	Range       string   `json:"range,omitempty" help:"the range of hours"`
	Rating      string   `json:"rating,omitempty"`
	MinDuration string   `json:"mindur,omitempty" help:"the least duration"`
	Exclude     string   `json:"exclude,omitempty" help:"a number to leave out"`
	Count       string   `json:"cont,omitempty" help:"how often a number must occur at least"`
	LastRow     int      `json:"lastrow,omitempty" help:"how many records to skip"`
	Limit       int      `json:"limit,omitempty" help:"how many records at most; all when left out"`
}

// Record is one call of the past, as the system names its members. What was null is empty.
type Record struct {
	ID             text `json:"id"`
	CallDate       text `json:"calldate" help:"the site's local time"`
	CallerID       text `json:"clid"`
	Source         text `json:"src"`
	Destination    text `json:"dst"`
	Context        text `json:"dcontext"`
	Channel        text `json:"channel"`
	DstChannel     text `json:"dstchannel"`
	LastApp        text `json:"lastapp"`
	LastData       text `json:"lastdata"`
	Duration       text `json:"duration" help:"seconds"`
	BillSec        text `json:"billsec" help:"seconds"`
	Disposition    text `json:"disposition"`
	AMAFlags       text `json:"amaflags"`
	AccountCode    text `json:"accountcode"`
	UserField      text `json:"userfield"`
	UniqueID       text `json:"uniqueid"`
	Type           text `json:"type"`
	GUID           text `json:"guid" help:"the recording's id"`
	CauseCode      text `json:"causecode"`
	Campaign       text `json:"campaign"`
	Direction      text `json:"direction"`
	Carrier        text `json:"carrier"`
	LinkedID       text `json:"linkedid"`
	PeerAccount    text `json:"peeraccount"`
	Sequence       text `json:"sequence"`
	ChargedBalance text `json:"charged_balance"`
	RealBalance    text `json:"real_balance"`
	Note           text `json:"note"`
	Contact        text `json:"contact"`
	FinishTime     text `json:"finishtime" help:"the site's local time"`
	Rating         text `json:"rating"`
	DialerBase     text `json:"dialerbase"`
	Parameters     text `json:"parandvalues"`
	Alternatives   text `json:"alternatives"`
	Quality        text `json:"quality"`
}

// filter is the object that getrecords wants: every member stands, and type is always the same (manual 004, "Objeto Json").
type filter struct {
	From        string `json:"calldatei"`
	To          string `json:"calldatef"`
	Agent       string `json:"agent"`
	Campaign    string `json:"campaign"`
	Source      string `json:"source"`
	Destination string `json:"destination"`
	Data        string `json:"data"`
	Range       string `json:"range"`
	Rating      string `json:"rating"`
	MinDuration string `json:"mindur"`
	Exclude     string `json:"exclude"`
	Type        string `json:"type"`
	Count       string `json:"cont"`
}

// page asks for the records after lastrow.
func (s *session) page(ctx context.Context, op string, in RecordsIn, lastrow int) ([]Record, error) {
	f := filter{site(in.From.Time), site(in.To.Time), in.Agent, in.Campaign, in.Source, in.Destination, in.Data, in.Range, in.Rating,
		in.MinDuration, in.Exclude, "record", in.Count}
	raw, err := json.Marshal(f)
	if err != nil {
		return nil, s.bad(op, "filter", "cannot be written")
	}
	var rows []Record
	form := url.Values{"lastrow": {strconv.Itoa(lastrow)}, "searchLimit": {strconv.Itoa(pageRows)}, "filter": {string(raw)}, s.opts.random: {answerYes}}
	if err := s.reads(ctx, op, "Cdr/getrecords", form, &rows); err != nil {
		return nil, err
	}
	return rows, nil
}

// list reads page after page. The first is read at once, so that what is wrong shows before the stream begins.
func (s *session) list(ctx context.Context, op string, in RecordsIn, progress func(done, total int64)) (iter.Seq2[Record, error], error) {
	switch {
	case in.To.Before(in.From.Time):
		e := s.bad(op, "calldatef", "must not be before calldatei")
		e.Hint = hintPeriod
		return nil, e
	case in.LastRow < 0 || in.Limit < 0:
		return nil, s.bad(op, "limit", "and lastrow must not be below 0")
	}
	rows, err := s.page(ctx, op, in, in.LastRow)
	if err != nil {
		return nil, err
	}
	return func(yield func(Record, error) bool) {
		given, first := 0, text("")
		for range mostPages {
			for _, r := range rows {
				if given++; in.Limit > 0 && given > in.Limit || !yield(r, nil) {
					return
				}
			}
			progress(int64(given), 0)
			if len(rows) < pageRows || in.Limit > 0 && given == in.Limit {
				return
			}
			first = rows[0].ID + " " + rows[0].GUID
			var err error
			if rows, err = s.page(ctx, op, in, in.LastRow+given); err != nil {
				yield(Record{}, err)
				return
			}
			if len(rows) > 0 && rows[0].ID+" "+rows[0].GUID == first {
				e := s.fails.Make(cti.Unavailable, op, "the system answers the same records again and again", cti.CertainSent, nil)
				e.Hint = hintPeriod
				yield(Record{}, e)
				return
			}
		}
		e := s.fails.Make(cti.Refused, op, "the list ends at 100,000 records; ask for a shorter period", cti.CertainSent, nil)
		e.Hint = hintPeriod
		yield(Record{}, e)
	}, nil
}

func (s *session) getRecords(ctx context.Context, r cti.Req[RecordsIn]) (cti.Stream[Record], error) {
	list, err := s.list(ctx, GetRecords.Name, r.In, r.Progress)
	if err != nil {
		return nil, err
	}
	return cti.Stream[Record](list), nil
}

// reportCalls is the same report in the common verb's words. A number counts at either end of a call.
func (s *session) reportCalls(ctx context.Context, r cti.Req[cti.ReportIn]) (cti.Stream[cti.ReportCall], error) {
	in := RecordsIn{From: r.In.From, To: r.In.To, Campaign: r.In.Campaign}
	if in.To.IsZero() {
		in.To = cti.At(s.host.Clock().Now())
	}
	if in.From.IsZero() {
		in.From = cti.At(in.To.Add(-24 * time.Hour))
	}
	list, err := s.list(ctx, cti.ReportCalls.Name, in, r.Progress)
	if err != nil {
		return nil, err
	}
	return cti.Stream[cti.ReportCall](iter.Seq2[cti.ReportCall, error](func(yield func(cti.ReportCall, error) bool) {
		given := 0
		for record, err := range list {
			if err != nil {
				yield(cti.ReportCall{}, err)
				return
			}
			if n := r.In.Number; n != "" && !cti.SameNumber(string(record.Source), n) && !cti.SameNumber(string(record.Destination), n) {
				continue
			}
			if given++; r.In.Limit > 0 && given > r.In.Limit || !yield(cti.ReportCall{Fields: record.fields()}, nil) {
				return
			}
		}
	})), nil
}

// fields are the members that hold something.
func (r Record) fields() map[string]string {
	raw, err := json.Marshal(r)
	out := map[string]string{}
	if err != nil || json.Unmarshal(raw, &out) != nil {
		return map[string]string{}
	}
	for name, v := range out {
		if v == "" {
			delete(out, name)
		}
	}
	return out
}
