package ucontact

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/vendors/ucontact/ucontacttest"

	"github.com/google/go-cmp/cmp"
)

// sampleRecords is manual 004, "Resposta" of getrecords, its first element.
const sampleRecords = `[{ "id" : 1, "calldate" : "2022-06-20 17:56:59", "clid" : "\"Out<-\" <9901>", "src" : "9901", "dst" : "33334444", "dcontext" : "inbound",
"channel" : "SIP/9901-00000000", "dstchannel" : "SIP/1111-00000001", "lastapp" : "Queue", "lastdata" : "Out<-,tkc,,,600,,,functions,,", "duration" : 16,
"billsec" : 16, "disposition" : "NO ANSWER", "amaflags" : 3, "accountcode" : "Inbound", "userfield" : null, "uniqueid" : "1655747819.0", "type" : "record",
"guid" : "020f9687-adc6-46ca-b675-e96c9d1606ef", "causecode" : "16", "campaign" : "Out<-", "direction" : "inbound", "carrier" : "9901", "linkedid" : "1655747819.0",
"peeraccount" : "agent", "sequence" : 0, "charged_balance" : null, "real_balance" : null, "note" : null, "contact" : null, "finishtime" : "2022-06-20 17:58:34",
"rating" : 0, "dialerbase" : null, "parandvalues" : null, "alternatives" : null, "quality" : 0 }]`

func at(t *testing.T, text string) cti.Time {
	t.Helper()
	when, err := time.ParseInLocation(time.DateTime, text, time.Local)
	if err != nil {
		t.Fatal(err)
	}
	return cti.At(when)
}

func period(t *testing.T) RecordsIn {
	t.Helper()
	return RecordsIn{From: at(t, "2022-06-20 00:00:00"), To: at(t, "2022-06-20 23:59:59")}
}

// drain reads a list to its end.
func drain[T any](list cti.Stream[T]) (out []T, err error) {
	for v, err := range list {
		if err != nil {
			return out, err
		}
		out = append(out, v)
	}
	return out, nil
}

func TestRecordOfTheManualIsRead(t *testing.T) {
	site := newSite(t, ucontacttest.Options{})
	site.AnswerWith(says(200, sampleRecords))
	got, err := drain(must(open(t, site, nil), GetRecords, period(t)))
	if err != nil || len(got) != 1 {
		t.Fatalf("%d records: %v", len(got), err)
	}
	var want map[string]any
	if err := json.Unmarshal([]byte(sampleRecords[1:len(sampleRecords)-1]), &want); err != nil {
		t.Fatal(err)
	}
	for name, v := range want {
		if want[name] = fmt.Sprint(v); v == nil {
			want[name] = ""
		}
	}
	raw, err := json.Marshal(got[0])
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, object(t, string(raw))); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// The object of manual 004, "Objeto Json": every member stands.
func TestFilterIsTheManualsObject(t *testing.T) {
	site := newSite(t, ucontacttest.Options{Random: "aleatorio"})
	v := open(t, site, map[string]string{optionRandom: "aleatorio"})
	in := period(t)
	in.Agent, in.Campaign, in.Source, in.Destination, in.Data, in.Range, in.Rating, in.MinDuration, in.Exclude, in.Count = "a", "b", "c", "d", "e", "f", "g", "h", "i", "j"
	if _, err := drain(must(v, GetRecords, in)); err != nil {
		t.Fatal(err)
	}
	got := form(t, site, "Cdr/getrecords")
	if got.Get("lastrow") != "0" || got.Get("searchLimit") != "50" || got.Get("aleatorio") != "1" {
		t.Errorf("asked with %v", got)
	}
	want := `{"calldatei":"2022-06-20 00:00:00","calldatef":"2022-06-20 23:59:59","agent":"a","campaign":"b","source":"c","destination":"d","data":"e",
		"range":"f","rating":"g","mindur":"h","exclude":"i","type":"record","cont":"j"}`
	if diff := cmp.Diff(object(t, want), object(t, got.Get("filter"))); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestListIsReadPageByPage(t *testing.T) {
	for _, c := range []struct{ there, skip, limit, want, pages int }{
		{0, 0, 0, 0, 1}, {49, 0, 0, 49, 1}, {50, 0, 0, 50, 2}, {120, 0, 0, 120, 3}, {120, 60, 0, 60, 2}, {120, 0, 50, 50, 1}, {120, 0, 51, 51, 2}, {120, 119, 5, 1, 1},
	} {
		site := newSite(t, ucontacttest.Options{})
		site.Calls(c.there, "Out<-")
		in := period(t)
		in.LastRow, in.Limit = c.skip, c.limit
		got, err := drain(must(open(t, site, nil), GetRecords, in))
		if err != nil || len(got) != c.want || site.Received("Cdr/getrecords") != c.pages {
			t.Errorf("%+v: %d records in %d pages: %v", c, len(got), site.Received("Cdr/getrecords"), err)
		}
		for i, r := range got {
			if want := fmt.Sprint(c.skip + i + 1); string(r.ID) != want {
				t.Errorf("%+v: record %d has the id %s, want %s", c, i, r.ID, want)
				break
			}
		}
	}
}

// A system that does not know lastrow would answer its first page for ever.
func TestPageThatComesAgainEndsTheList(t *testing.T) {
	site := newSite(t, ucontacttest.Options{})
	row := sampleRecords[1 : len(sampleRecords)-1]
	site.AnswerWith(says(http.StatusOK, "["+strings.Repeat(row+",", pageRows-1)+row+"]"))
	got, err := drain(must(open(t, site, nil), GetRecords, period(t)))
	if fails(t, "the same page", err, cti.Unavailable, "again and again"); len(got) != pageRows {
		t.Errorf("%d records came before that", len(got))
	}
}

func TestPageThatFailsEndsTheList(t *testing.T) {
	site := newSite(t, ucontacttest.Options{})
	site.Calls(60, "Out<-")
	stream := must(open(t, site, nil), GetRecords, period(t))
	site.AnswerWith(says(500, ""))
	got, err := drain(stream)
	if fails(t, "the second page", err, cti.Unavailable, "500"); len(got) != pageRows {
		t.Errorf("%d records came before that", len(got))
	}
}

func TestReportIsOfANumberAtEitherEnd(t *testing.T) {
	site := newSite(t, ucontacttest.Options{})
	site.Calls(60, "Out<-")
	v := open(t, site, nil)
	in := cti.ReportIn{From: at(t, "2022-06-20 00:00:00"), To: at(t, "2022-06-20 23:59:59")}
	all, err := drain(must(v, cti.ReportCalls, in))
	if err != nil || len(all) != 60 || all[0].Fields["guid"] == "" || all[0].Fields["note"] != "" {
		t.Fatalf("%d calls: %v", len(all), err)
	}
	if _, ok := all[0].Fields["note"]; ok {
		t.Error("what is null is a field")
	}
	in.Number = "33330007"
	if one, err := drain(must(v, cti.ReportCalls, in)); err != nil || len(one) != 1 || one[0].Fields["src"] != "33330007" {
		t.Errorf("%+v: %v", one, err)
	}
	in.Number, in.Limit = "9901", 55
	if some, err := drain(must(v, cti.ReportCalls, in)); err != nil || len(some) != 55 {
		t.Errorf("%d calls: %v", len(some), err)
	}
	in.To = at(t, "2022-06-19 00:00:00")
	_, err = do(v, cti.ReportCalls, in)
	if e := failed(t, "a period that ends before it begins", err, cti.BadRequest); e.Hint != hintPeriod {
		t.Errorf("the hint is %s", e.Hint)
	}
}

func TestBlackLists(t *testing.T) {
	site := newSite(t, ucontacttest.Options{Blacklist: "objeto"})
	v := open(t, site, map[string]string{optionBlacklist: "objeto"})
	// The object of manual 004, "Objeto de blacklist".
	sample := `{"phone":"12341234","campaign":"Campaign","username":"username","company":"Company name","job_title":"Developer","name":"Name"}`
	in, err := cti.InfoOf(AddBlack, "").Decoder()([]byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	must(v, AddBlack, *in.(*BlackEntry))
	if diff := cmp.Diff(object(t, sample), object(t, form(t, site, "admin/addblack").Get("objeto"))); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	must(v, cti.BlacklistAdd, cti.BlacklistIn{Number: "33553434"})
	if got := object(t, form(t, site, "admin/addblack").Get("objeto")); got["username"] != ucontacttest.DefaultUser {
		t.Errorf("nobody asks: %v", got)
	}
	if campaign, ok := site.Blacklist("33553434"); !ok || campaign != ucontacttest.DefaultCampaign {
		t.Errorf("on the list of %q: %v", campaign, ok)
	}
	must(v, cti.BlacklistRemove, cti.BlacklistIn{Number: "33553434"})
	must(v, DropBlack, *in.(*BlackEntry))
	for _, n := range []string{"33553434", "12341234"} {
		if _, ok := site.Blacklist(n); ok {
			t.Errorf("%s is on a list still", n)
		}
	}
	_, err = do(v, cti.BlacklistAdd, cti.BlacklistIn{Number: "1", List: "all"})
	fails(t, "all lists", err, cti.Unsupported)

	many := make([]BlackEntry, mostEntries)
	for i := range many {
		many[i] = BlackEntry{Phone: fmt.Sprintf("119%08d", i), Campaign: "Sales->", Company: strings.Repeat("x", 100)}
	}
	must(v, AddBlackBulk, BlackListIn{many})
	if _, ok := site.Blacklist(many[mostEntries-1].Phone); !ok {
		t.Error("the last of many is on no list")
	}
	if many[0].Username != "" {
		t.Error("the caller's entries were changed")
	}
	must(v, DropBlackBulk, BlackListIn{many})
	before := len(site.Requests())
	_, err = do(v, AddBlackBulk, BlackListIn{append(many, BlackEntry{Phone: "1", Campaign: "x"})})
	fails(t, "too many", err, cti.BadRequest, "1,000")
	many[7].Phone = "no"
	_, err = do(v, AddBlackBulk, BlackListIn{many})
	fails(t, "an entry without a number", err, cti.BadRequest, "blacklist[7].phone")
	if n := len(site.Requests()); n != before {
		t.Errorf("%d requests were made all the same", n-before)
	}
}
