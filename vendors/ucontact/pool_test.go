package ucontact

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/vendors/ucontact/ucontacttest"

	"github.com/google/go-cmp/cmp"
)

// form is the last form a function was sent.
func form(t *testing.T, site *ucontacttest.T, function string) url.Values {
	t.Helper()
	all := site.Requests()
	for i := len(all) - 1; i >= 0; i-- {
		if all[i].Name == function {
			in, err := url.ParseQuery(string(all[i].Body))
			if err != nil {
				t.Fatal(err)
			}
			return in
		}
	}
	t.Fatalf("%s was not asked for", function)
	return nil
}

// given is the last object that a dialer was given.
func given(t *testing.T, site *ucontacttest.T) map[string]any {
	t.Helper()
	pool := site.Pool()
	if len(pool) == 0 {
		t.Fatal("the dialer was given nothing")
	}
	return pool[len(pool)-1]
}

// The objects of manual 004, "Ejemplos para cada modo", literally.
func TestFourModesOfDialerTask(t *testing.T) {
	for mode, want := range map[string]string{
		modePriority: `{"calldate":null,"campaign":"nombreCampaña<-","destination":"12-345-678","alternatives":"","agent":"","data":"idcustomer=7:name=Seba","source":"source","bulk":false,"automatic":true}`,
		modeNow:      `{"calldate":null,"campaign":"nombreCampaña<-","destination":"12-345-678","alternatives":"","agent":"","data":"idcustomer=7:name=Seba","source":"source","bulk":false,"automatic":false}`,
		modeAdd:      `{"calldate":null,"campaign":"nombreCampaña<-","destination":"12-345-678","alternatives":"","agent":"Agente1","data":"idcustomer=7:name=Seba","source":"source","bulk":true,"automatic":false}`,
		modeSchedule: `{"calldate":"2015-10-11 15:00:00","campaign":"nombreCampaña<-","destination":"12-345-678","alternatives":"","agent":"Agente1","data":"idcustomer=7:name=Seba","source":"source","bulk":true,"automatic":false}`,
	} {
		site := newSite(t, ucontacttest.Options{})
		in := TaskIn{Mode: mode, Campaign: "nombreCampaña<-", Destination: "12-345-678", Data: "idcustomer=7:name=Seba", Source: "source"}
		if mode == modeAdd || mode == modeSchedule {
			in.Agent = "Agente1"
		}
		if mode == modeSchedule {
			in.CallDate = "2015-10-11 15:00:00"
		}
		must(open(t, site, nil), DialerTask, in)
		if diff := cmp.Diff(object(t, want), object(t, form(t, site, "Dialers/DialerTask").Get("call"))); diff != "" {
			t.Errorf("%s: -want +got\n%s", mode, diff)
		}
	}
	values := ""
	for _, p := range cti.Params(cti.InfoOf(DialerTask, "").In) {
		if p.Name == "mode" {
			values = strings.Join(p.Values, ",")
		}
	}
	if values != "priority,now,add,schedule" {
		t.Errorf("the modes are %q", values)
	}
}

func object(t *testing.T, raw string) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal([]byte(raw), &m); err != nil {
		t.Fatalf("%q: %v", raw, err)
	}
	return m
}

func TestTasksThatMakeNoSense(t *testing.T) {
	site := newSite(t, ucontacttest.Options{})
	v := open(t, site, nil)
	for name, in := range map[string]TaskIn{
		"mode":         {Mode: "later", Destination: "1"},
		"calldate":     {Mode: modeNow, Destination: "1", CallDate: "2015-10-11 15:00:00"},
		"destination":  {Mode: modeNow, Destination: "98;1"},
		"alternatives": {Mode: modeNow, Destination: "1", Alternatives: "1;2"},
		"data":         {Mode: modeNow, Destination: "1", Data: "a=b\nc"},
	} {
		_, err := do(v, DialerTask, in)
		fails(t, name, err, cti.BadRequest, name)
	}
	_, err := do(v, DialerTask, TaskIn{Mode: modeSchedule, Destination: "1", CallDate: "2015-13-11 15:00:00"})
	if e := failed(t, "a date that is none", err, cti.BadRequest, "calldate"); e.Hint != hintSchedule {
		t.Errorf("the hint is %s", e.Hint)
	}
	if n := site.Received("Dialers/DialerTask"); n != 0 {
		t.Errorf("%d were sent all the same", n)
	}
}

// sampleRespool is manual 004, "Chamada Respool", with straight quotes.
const sampleRespool = `{"campaign":"Ventas->","destination":"098344484","dialerbase":"basetest","status":1,"data":"Par1=Val1:Par2=Val2",
"alternatives":"098124484","contact":222,"retries":0,"priority":9999,"agentphone":"1001"}`

func TestRespoolIsTheManualsObject(t *testing.T) {
	site := newSite(t, ucontacttest.Options{})
	in, err := cti.InfoOf(Respool, "").Decoder()([]byte(sampleRespool))
	if err != nil {
		t.Fatal(err)
	}
	must(open(t, site, nil), Respool, *in.(*RespoolIn))
	if diff := cmp.Diff(object(t, sampleRespool), object(t, form(t, site, "Dialers/Respool").Get("callspool"))); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// Manual 004, "NÃO MUDAR".
func TestRespoolRefusesWhatMustNotChange(t *testing.T) {
	original := Original{Campaign: "Ventas->", Status: 1, Contact: "222", DialerBase: "basetest"}
	fits := RespoolIn{Campaign: "Ventas->", Destination: "098344484", DialerBase: "basetest", Contact: "222", Priority: 5}
	changes := map[string]func(*RespoolIn){
		"campaign":   func(in *RespoolIn) { in.Campaign = "Otra->" },
		"status":     func(in *RespoolIn) { in.Status = 2 },
		"contact":    func(in *RespoolIn) { in.Contact = "223" },
		"dialerbase": func(in *RespoolIn) { in.DialerBase = "base2" },
	}
	site := newSite(t, ucontacttest.Options{})
	v := open(t, site, nil)
	refuses := func(how string) {
		t.Helper()
		before := site.Received("Dialers/Respool")
		for name, change := range changes {
			in := fits
			if how == "said" {
				in.Original = &original
			}
			change(&in)
			_, err := do(v, Respool, in)
			if e := failed(t, name, err, cti.BadRequest, name); e.Hint != hintRespool || e.Sent != cti.NotSent {
				t.Errorf("%s: the hint is %s, sent %v", name, e.Hint, e.Sent)
			}
			_, err = do(v, PortalRespool, PortalRespoolIn{in})
			fails(t, name+" by a page", err, cti.BadRequest, name)
		}
		if n := site.Received("Dialers/Respool"); n != before {
			t.Errorf("%s: %d were sent all the same", how, n-before)
		}
		in := fits
		if how == "said" {
			in.Original = &original
		}
		must(v, Respool, in)
		in.Retries, in.Alternatives, in.Data = 3, "1:2", "a=b" // all else may change
		must(v, PortalRespool, PortalRespoolIn{in})
	}
	refuses("said")

	// Without being said, what the driver has told of the call is the original.
	must(v, cti.CallDial, cti.DialIn{Number: "098344484", Campaign: "Ventas->", Data: map[string]string{"contact": "222", "dialerbase": "basetest"}})
	refuses("told")
	f := v.follow()
	f.call(cti.Dialing)
	must(v, cti.CallHangup, cti.CallIn{})
	f.call(cti.Ended)
	in := fits
	in.DialerBase = "base2"
	_, err := do(v, Respool, in)
	fails(t, "in wrap-up", err, cti.BadRequest, "dialerbase")
	in.Contact = "9" // somebody else, of whom nothing was told
	must(v, Respool, in)
	for name, change := range map[string]func(*RespoolIn){"priority": func(in *RespoolIn) { in.Priority = 1 }, "retries": func(in *RespoolIn) { in.Retries = -1 },
		"destination": func(in *RespoolIn) { in.Destination = "no" }, "dialerbase": func(in *RespoolIn) { in.DialerBase = "" }} {
		in := fits
		change(&in)
		_, err := do(v, Respool, in)
		fails(t, name, err, cti.BadRequest, name)
	}
}

func TestContactIsUpdatedByItsIDAlone(t *testing.T) {
	site := newSite(t, ucontacttest.Options{})
	v := open(t, site, nil)
	in := cti.ContactIn{ID: "222", Campaign: "Ventas->", Name: "Seba", Numbers: []string{"098344484", "098124484", "1"},
		Parameters: map[string]string{"dialerbase": "basetest", "priority": "7", "retries": "2", "agentphone": "1001", "Par1": "Val1"}}
	must(v, cti.ContactUpdate, in)
	want := map[string]any{"function": "Respool", "campaign": "Ventas->", "destination": "098344484", "dialerbase": "basetest", "status": 1.0,
		"data": "Par1=Val1:name=Seba", "alternatives": "098124484:1", "contact": 222.0, "retries": 2.0, "priority": 7.0, "agentphone": "1001"}
	if diff := cmp.Diff(want, given(t, site)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	in.Parameters = nil
	_, err := do(v, cti.ContactUpdate, in)
	fails(t, "without its list", err, cti.BadRequest, "dialerbase")
}

func TestSchedulesHaveTheSitesTime(t *testing.T) {
	site := newSite(t, ucontacttest.Options{})
	v := open(t, site, nil)
	at := time.Date(2026, 12, 1, 10, 0, 0, 0, time.Local)
	for _, text := range []string{"2026-12-01 10:00:00", at.UTC().Format(time.RFC3339), at.Format(time.RFC3339)} {
		must(v, Schedule, ScheduleIn{CallDate: text, Campaign: "Sales->", Destination: "098344484", Alternatives: "099124484:099121212", Data: "Par1=Val1:Par2=Val2"})
		want := map[string]any{"function": "ScheduleDialerCall", "calldate": "2026-12-01 10:00:00", "campaign": "Sales->", "destination": "098344484",
			"alternatives": "099124484:099121212", "agentphone": lawExtension, "data": "Par1=Val1:Par2=Val2"}
		if diff := cmp.Diff(want, given(t, site)); diff != "" {
			t.Errorf("%s: -want +got\n%s", text, diff)
		}
	}
	must(v, cti.CallbackSchedule, cti.CallbackIn{Number: "1", At: cti.At(at), Note: "after\nlunch", Contact: "222"})
	if got := given(t, site); got["calldate"] != "2026-12-01 10:00:00" || got["data"] != "contact=222:note=after lunch" || got["campaign"] != ucontacttest.DefaultCampaign {
		t.Errorf("the call-back is %v", got)
	}
	_, err := do(v, cti.CallbackSchedule, cti.CallbackIn{Number: "1", At: cti.At(at), Note: "a:b"})
	fails(t, "a note that breaks the form", err, cti.BadRequest, "note")
	must(v, Schedule, ScheduleIn{Destination: "1"})
	if now, err := time.ParseInLocation(time.DateTime, fmt.Sprint(given(t, site)["calldate"]), time.Local); err != nil || time.Since(now).Abs() > time.Hour {
		t.Errorf("without a date it is %v", given(t, site)["calldate"])
	}

	must(v, RemoveSchedule, RemoveScheduleIn{Campaign: "Sales->", Destination: "098344484", From: cti.At(at.Add(-time.Hour)), To: cti.At(at)})
	want := url.Values{"campaign": {"Sales->"}, "destination": {"098344484"}, "from": {"2026-12-01 09:00:00"}, "to": {"2026-12-01 10:00:00"}}
	if diff := cmp.Diff(want, form(t, site, "Dialers/RemoveScheduleDialerCall")); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	_, err = do(v, RemoveSchedule, RemoveScheduleIn{Destination: "1", From: cti.At(at), To: cti.At(at.Add(-time.Second))})
	fails(t, "a period that ends before it begins", err, cti.BadRequest, "from")
}

func TestListIsUploadedAsTheManualsFile(t *testing.T) {
	site := newSite(t, ucontacttest.Options{})
	v := open(t, site, nil)
	in := UploadIn{Filename: "base1", Campaign: "prueba1", Contacts: []Contact{
		{Number: "098344484", Data: []Datum{{"var1", "val1"}, {"var2", "val2"}}, Alternatives: []string{"099124484", "099111111"}, Priority: 9999, AgentPhone: "1001"},
		{Number: "1"}}}
	must(v, UploadBase, in)
	got := form(t, site, "Dialers/uploadbase")
	file, err := base64.StdEncoding.DecodeString(got.Get("fileb64"))
	// Manual 004, "Formato del archivo", and a line without the optional fields.
	if want := "prueba1;098344484;var1=val1:var2=val2;099124484:099111111;9999;1001\nprueba1;1;;;;\n"; err != nil || string(file) != want {
		t.Errorf("the file is %q, want %q: %v", file, want, err)
	}
	got.Del("fileb64")
	if diff := cmp.Diff(url.Values{"filename": {"base1"}, "campaign": {"prueba1"}, "cant": {"2"}, "username": {ucontacttest.DefaultUser}}, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	in.Username = "ana"
	must(v, UploadZoned, UploadZonedIn{in, "America/Sao_Paulo"})
	if got := form(t, site, "Dialers/uploadbasewithtimezone"); got.Get("timezone") != "America/Sao_Paulo" || got.Get("username") != "ana" {
		t.Errorf("sent %v", got)
	}
	if n := len(site.Uploads()); n != 2 {
		t.Errorf("%d lists were taken", n)
	}
}

func TestContactThatBreaksTheFileIsNamed(t *testing.T) {
	site := newSite(t, ucontacttest.Options{})
	v := open(t, site, nil)
	for place, c := range map[string]Contact{
		"contacts[1].number":          {Number: "1;2"},
		"contacts[1].data[0]":         {Number: "1", Data: []Datum{{"a", "b;c"}}},
		"contacts[1].data[1]":         {Number: "1", Data: []Datum{{"a", "b"}, {"", "b"}}},
		"contacts[1].alternatives[0]": {Number: "1", Alternatives: []string{"1:2"}},
		"contacts[1].priority":        {Number: "1", Priority: 1},
		"contacts[1].agentphone":      {Number: "1", AgentPhone: "1\n2"},
	} {
		_, err := do(v, UploadBase, UploadIn{Filename: "x", Contacts: []Contact{{Number: "1"}, c}})
		fails(t, place, err, cti.BadRequest, place)
	}
	_, err := do(v, UploadBase, UploadIn{Filename: "x", Contacts: make([]Contact, mostContacts+1)})
	fails(t, "too many", err, cti.BadRequest, "50,000")
	_, err = do(v, UploadBase, UploadIn{Filename: "x", Campaign: "a;b", Contacts: []Contact{{Number: "1"}}})
	fails(t, "a campaign with a separator", err, cti.BadRequest, "campaign")
	if n := site.Received("Dialers/uploadbase"); n != 0 {
		t.Errorf("%d lists were sent all the same", n)
	}
}

func TestLargestListGoes(t *testing.T) {
	site := newSite(t, ucontacttest.Options{})
	list := make([]Contact, mostContacts)
	for i := range list {
		list[i] = Contact{Number: fmt.Sprintf("119%08d", i), Data: []Datum{{"name", strings.Repeat("x", 40)}}, Alternatives: []string{"1133553434"}}
	}
	must(open(t, site, nil), UploadBase, UploadIn{Filename: "all", Contacts: list})
	if up := site.Uploads(); len(up) != 1 || len(up[0].Lines) != mostContacts {
		t.Errorf("%d lists", len(up))
	}
}
