package vicidialtest

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestTenWrongPasswordsLockTheAccountForAQuarterOfAnHour(t *testing.T) {
	s := newSite(t, Options{})
	try := func(pass string) string {
		t.Helper()
		return request(t, s.Server, http.MethodPost, agentAPIPath, "source=test&user=apiuser&pass="+pass+"&function=external_pause&agent_user=ana&value=PAUSE").Body
	}
	for range 9 {
		if got := try("WRONG"); !strings.HasPrefix(got, "ERROR: Invalid Username/Password: |apiuser|WRONG|0|1|BAD|0|api|SELECT") {
			t.Fatalf("a wrong password answered %q", got)
		}
	}
	if got := try(DefaultPass); !strings.HasPrefix(got, "SUCCESS") {
		t.Fatalf("after nine wrong ones the right one answered %q", got)
	}
	try("WRONG") // the success between did not reset the count
	s.says(try(DefaultPass), "ERROR: Invalid Username/Password: |apiuser|apipass1|0|1|LOCK|\n")
	s.says(s.ask("agent_status", "agent_user=ana"), "ERROR: Too many login attempts, try again in 15 minutes: |apiuser|LOCK|\n")
	s.clock.pass(lockTime)
	s.says(try(DefaultPass), "ERROR: Invalid Username/Password: |apiuser|apipass1|0|1|LOCK|\n")
	s.clock.pass(time.Second)
	if got := try(DefaultPass); !strings.HasPrefix(got, "SUCCESS") {
		t.Errorf("after the lock the right one answered %q", got)
	}
}

func TestAccountWithoutALogInIsForgivenOnce(t *testing.T) {
	s := newSite(t, Options{})
	s.AddUser(User{Name: "crm", Pass: "secret", Level: 8, AgentAPI: true, NeverLoggedIn: true})
	for i := range 20 {
		s.mu.Lock()
		got := s.check("crm", "WRONG")
		s.mu.Unlock()
		if got != bad {
			t.Fatalf("wrong password %d answered %s", i+1, got)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if got := s.check("crm", "secret"); got != lock {
		t.Errorf("after 20 wrong ones the right one answered %s, want %s", got, lock)
	}
}

func TestRefusalsNameTheirReason(t *testing.T) {
	for name, c := range map[string]struct {
		set  func(*site)
		user string
		want string
	}{
		"no Agent API Access":    {func(s *site) { s.AddUser(User{Name: "noapi", Pass: "apipass1", Level: 9}) }, "noapi", "|noapi|apipass1|1|0|GOOD|"},
		"no telephony server":    {func(s *site) { s.TelephonyServers(false) }, "apiuser", "|apiuser|apipass1|0|1|ERRSERVERS|"},
		"an address not allowed": {func(s *site) { s.BlockIP(true) }, "apiuser", "|apiuser|apipass1|0|1|IPBLOCK|"},
		"an inactive account": {func(s *site) {
			s.AddUser(User{Name: "old", Pass: "apipass1", Level: 9, AgentAPI: true, Inactive: true})
		}, "old", "|old|apipass1|0|1|BAD|0|api|SELECT"},
		"level 0": {func(s *site) { s.AddUser(User{Name: "low", Pass: "apipass1", AgentAPI: true}) }, "low", "|low|apipass1|0|1|BAD|0|api|SELECT"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, Options{})
			c.set(s)
			got := request(t, s.Server, http.MethodPost, agentAPIPath, "source=test&user="+c.user+"&pass=apipass1&function=external_pause&agent_user=ana&value=PAUSE").Body
			if !strings.HasPrefix(got, "ERROR: Invalid Username/Password: "+c.want) {
				t.Errorf("answered %q, want %q in it", got, c.want)
			}
		})
	}
}

func TestPermissionIsCheckedAfterTheParameters(t *testing.T) {
	s := newSite(t, Options{})
	s.AddAPIUser("apilim", "apipass2", "external_pause")
	query := "source=test&user=apilim&pass=apipass2&agent_user=ana&function="
	for rest, want := range map[string]string{
		"external_hangup":         "ERROR: external_hangup not valid - |ana\n",
		"external_hangup&value=1": "ERROR: auth USER DOES NOT HAVE PERMISSION TO USE THIS FUNCTION - 1|apilim|external_hangup|ADMIN\n",
		"webserver":               "ERROR: auth USER DOES NOT HAVE PERMISSION TO USE THIS FUNCTION - apilim|webserver|ADMIN\n",
		"switch_lead&lead_id=7":   "ERROR: auth USER DOES NOT HAVE PERMISSION TO USE THIS FUNCTION - 7|apilim|switch_lead|ADMIN\n",
		"EXTERNAL_PAUSE&value=1":  "",
	} {
		s.says(request(t, s.Server, http.MethodPost, agentAPIPath, query+rest).Body, want)
	}
	s.says(request(t, s.Server, http.MethodPost, nonAgentAPIPath, query+"agent_status").Body,
		"ERROR: auth USER DOES NOT HAVE PERMISSION TO USE THIS FUNCTION: |apilim|agent_status|\n")
}

func TestFiltersDeleteBeforeAnythingLooks(t *testing.T) {
	for _, c := range []struct {
		name, in, want string
		nonLatin       bool
	}{
		{"pass", "p@ss#1!", "pss1", false},
		{"pass", "a-.+/=_Z9", "a-.+/=_Z9", false},
		{"agent_user", "ana.silva", "anasilva", false},
		{"source", "my-crm bridge", "mycrmbridge", false},
		{"value", "12#34*", "1234", false},
		{"value", "EXship01|EXship02", "EXship01|EXship02", false},
		{"phone_number", "*#12ab", "*#12ab", false},
		{"address1", "Rua A, 100; apto 5 #B", "Rua A 100 apto 5 B", false},
		{"first_name", "José Conceição", "Jos Conceio", false},
		{"first_name", "José Conceição", "José Conceição", true},
		{"comments", "123+Fake+St", "123 Fake St", false},
		{"vendor_lead_code", `O"Hara`, `O"Hara`, false},
		{"ingroup_choices", " SALESLINE -", " SALESLINE -", false},
	} {
		if got := filter(c.name, c.in, c.nonLatin); got != c.want {
			t.Errorf("%s %q becomes %q, want %q", c.name, c.in, got, c.want)
		}
	}
}

// fields sends update_fields with an address and a body, and answers what it wrote.
func (s *site) fields(address, body string) string {
	s.t.Helper()
	s.clock.pass(time.Second)
	got := send(s.t, http.MethodPost, s.URL()+agentAPIPath+"?"+address, "application/x-www-form-urlencoded", strings.NewReader(body)).Body
	parts := strings.Split(got, "|")
	if len(parts) != 8 {
		s.t.Fatalf("%s %s answered %q", address, body, got)
	}
	s.Tick()
	return parts[6]
}

func TestUpdateFieldsEmptiesWhatItFindsByAccident(t *testing.T) {
	s := newSite(t, Options{})
	lead := s.AddLead(Lead{PhoneNumber: "11987654321", City: "Recife", State: "PE", Owner: "sales", Email: "a@example.com", Rank: 5})
	must(t, s.Answer(s.DialerCall("bruno", lead)))
	who := "function=update_fields&agent_user=bruno"
	login := "source=test&user=apiuser&pass=apipass1"
	s.says(s.fields("", login+"&"+who+"&first_name=Frank"), `first_name="Frank",rank=""`)
	if got, _ := s.Lead(lead); got.Rank != 0 || got.FirstName != "Frank" {
		t.Errorf("the lead is %+v, want Frank and no rank", got)
	}
	if f := s.lastFaults(); !slices.Contains(f, "update_fields empties rank by accident") {
		t.Errorf("faults %q do not name rank", f)
	}
	s.says(s.fields(who+"&first_name=Frank", login), `first_name="Frank",rank=""`)
	s.says(s.fields(who+"&first_name=%46%72%61%6e%6b", login), `first_name="Frank"`)
	if f := s.lastFaults(); len(f) > 0 {
		t.Errorf("the form that works has the faults %q", f)
	}
	s.says(s.fields(who, login+"&title=Dr&first_name=%46%72%61%6e%6b"), `first_name="Frank",title="Dr",rank=""`)
	s.says(s.fields(who+"&title=Mr", "source=cityshop&user=apiuser&pass=apipass1"), `city="",title="Mr"`)
	s.says(s.fields(who+"&emailreload=1", login), `email=""`)
	if got, _ := s.Lead(lead); got.City != "" || got.Email != "" || got.State != "PE" {
		t.Errorf("the lead is %+v, want city and email emptied, the state kept", got)
	}
}

func TestAddressWinsOverBodyAndJSONIsNotRead(t *testing.T) {
	s := newSite(t, Options{})
	login := "source=test&user=apiuser&pass=apipass1&function=external_pause&agent_user=nobody&value=PAUSE"
	got := send(t, http.MethodPost, s.URL()+agentAPIPath+"?agent_user=ana", "application/x-www-form-urlencoded", strings.NewReader(login)).Body
	s.says(got, "SUCCESS: external_pause function set - PAUSE|1795170216|ana\n")
	got = send(t, http.MethodPost, s.URL()+agentAPIPath, "application/json", strings.NewReader(`{"source":"test","function":"external_pause"}`)).Body
	s.says(got, "ERROR: Invalid Source - \n")
}

func TestQuoteBreaksTheStatement(t *testing.T) {
	for name, c := range map[string]struct {
		old        bool
		wantStatus int
		wantBody   string
	}{
		"PHP of today": {false, http.StatusInternalServerError, ""},
		"an older PHP": {true, http.StatusOK, "SUCCESS: external_dial function set - 1133334444|ana|55|NO|NO|NO|O'Hara|1795170216||||\n"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, Options{OldPHP: c.old})
			got := request(t, s.Server, http.MethodPost, agentAPIPath, "source=test&user=apiuser&pass=apipass1&agent_user=ana&function=external_dial&vendor_id=O'Hara&"+dialRest)
			if got.Status != c.wantStatus || got.Body != c.wantBody {
				t.Errorf("answered %d %q, want %d %q", got.Status, got.Body, c.wantStatus, c.wantBody)
			}
			s.Tick()
			s.is("ana", "PAUSED")
		})
	}
	s := newSite(t, Options{OldPHP: true})
	must(t, s.Answer(s.Ring("bruno", "11987654321")))
	if got := s.command("update_fields", "bruno", "comments=%22"); !strings.Contains(got, "|501|-1|") {
		t.Errorf("an older PHP answered %q, want -1 rows", got)
	}
}

func TestLongDialCommandLosesItsEnd(t *testing.T) {
	s := newSite(t, Options{})
	s.command("external_dial", "ana", dialRest+"&group_alias=DEFAULT&dial_ingroup=SALESLINE&vendor_id="+strings.Repeat("A", 60))
	if got := s.Cell("ana", "external_dial"); len(got) != 100 || strings.Contains(got, "SALESLINE") {
		t.Errorf("the cell holds %d characters: %s", len(got), got)
	}
	if f := s.lastFaults(); !slices.Contains(f, "external_dial cut at 100") {
		t.Errorf("faults %q do not name the cut", f)
	}
}

func TestDialErrors(t *testing.T) {
	s := newSite(t, Options{})
	s.AddLead(Lead{PhoneNumber: "1122223333"})
	flags := "phone_code=55&search=NO&preview=NO&focus=NO&"
	for rest, want := range map[string]string{
		"value=1133334444&outbound_cid=1155556666":         "ERROR: outbound_cid is not allowed on this system - ana|1155556666|DISABLED\n",
		"lead_id=501&alt_dial=ALT":                         "ERROR: phone number is not valid - ana||501|ALT\n",
		"lead_id=501&alt_dial=SEARCH&value=1199999999":     "ERROR: phone number lead_id search not found - ana||501|\n",
		"value=1133334444&vtiger_callback=YES&vendor_id=7": "ERROR: vtiger callback activity does not exist in vtiger system - 7\n",
	} {
		s.says(s.command("external_dial", "ana", flags+rest), want)
	}
	// The agent is busy, but a valid in-group lets the command through.
	s.says(s.command("external_dial", "bruno", flags+"value=1133334444"), "ERROR: agent_user is not paused - bruno\n")
	if got := s.command("external_dial", "bruno", flags+"value=1133334444&dial_ingroup=SALESLINE"); !strings.HasPrefix(got, "SUCCESS") {
		t.Errorf("with an in-group answered %q", got)
	}
}

func TestUnknownAltUserGoesOnWithTheAgent(t *testing.T) {
	s := newSite(t, Options{})
	s.says(s.command("external_pause", "bruno", "alt_user=NOPE&value=PAUSE"),
		"ERROR: no user found - NOPE\nSUCCESS: external_pause function set - PAUSE|1795170217|bruno\n")
	s.says(s.command("external_pause", "bruno", "alt_user=CRM-ana&value=PAUSE"), "SUCCESS: external_pause function set - PAUSE|1795170218|ana\n")
	if f := s.lastFaults(); !slices.Contains(f, "alt_user and agent_user together") {
		t.Errorf("faults %q do not name the two", f)
	}
}

func TestAnswersOfAnAccountWithALanguage(t *testing.T) {
	s := newSite(t, Options{Language: "es"})
	must(t, s.Answer(s.Ring("bruno", "11987654321")))
	s.says(s.command("external_hangup", "bruno", "value=1"), "SUCESSO: funcao external_hangup definida - 1|bruno\n")
	s.says(s.command("send_dtmf", "bruno", "value=1"), "SUCCESS: send_dtmf function set - 1|bruno\n") // never translated
	s.says(s.command("pause_code", "ana", "value=LUNCH"), "SUCESSO: pause_code function sent - ana\n")
}

func TestNotificationAnswers(t *testing.T) {
	s := newSite(t, Options{Notify: true})
	for rest, want := range map[string]string{
		"recipient=nobody&recipient_type=USER_GROUP&notification_text=hi":             "ERROR: user_group DOES NOT EXIST - nobody|apiuser\n",
		"recipient=nobody&recipient_type=CAMPAIGN&notification_text=hi":               "ERROR: ACCESS TO CAMPAIGN nobody NOT ALLOWED FOR USER apiuser (TESTCAMP) - nobody|CAMPAIGN\n",
		"recipient=ana&recipient_type=USER&notification_text=hi&notification_date=99": "NOTICE: Invalid notification date 99, changing to nowSUCCESS: notification queued - ana|USER|1\n",
	} {
		s.says(request(t, s.Server, http.MethodPost, agentAPIPath, "source=test&user=apiuser&pass=apipass1&function=send_notification&"+rest).Body, want)
	}
}

func TestLinesWithoutAnEnd(t *testing.T) {
	s := newSite(t, Options{})
	must(t, s.Answer(s.DialerCall("bruno", s.AddLead(Lead{PhoneNumber: "1122223333"}))))
	ref := s.state("bruno").CallID
	s.says(s.command("switch_lead", "bruno", "lead_id=501"), "ERROR: agent call is not inbound - bruno|"+ref)
	for _, f := range []string{"coffee", "brew_coffee"} {
		if got := request(t, s.Server, http.MethodGet, agentAPIPath, "function="+f); got.Status != http.StatusTeapot {
			t.Errorf("%s answered %d", f, got.Status)
		}
	}
}

func TestTablesOfTheNonAgentAPI(t *testing.T) {
	s := newSite(t, Options{})
	s.AddAgent(Agent{User: "carla", Name: "Carla|Dias", IP: "192.168.1.7"})
	s.AddAgent(Agent{User: "davi", LoggedOut: true})
	lead := s.AddLead(Lead{PhoneNumber: "1122223333", FirstName: "Maria"})
	ref := s.DialerCall("bruno", lead)
	for rest, want := range map[string]string{
		"agent_status&stage=tab&include_ip=YES&agent_user=carla": "PAUSED\t\t0\tTESTCAMP\t0\tCarla|Dias\tADMIN\t1\t\t\t\t\t8600053\t192.168.1.7\n",
		"agent_status&header=YES&include_ip=YES&agent_user=ana": "status|callerid|lead_id|campaign_id|calls_today|full_name|user_group|user_level|pause_code|" +
			"real_time_sub_status|phone_number|vendor_lead_code|session_id|computer_ip\nPAUSED||0|TESTCAMP|0|Ana Souza|ADMIN|1|||||8600051\n",
		"agent_status&agent_user=davi":                      "ERROR: agent_status AGENT NOT LOGGED IN: apiuser|davi\n",
		"logged_in_agents&campaigns=NONE":                   "ERROR: logged_in_agents NO LOGGED IN AGENTS\n",
		"logged_in_agents&stage=csv":                        "ana,TESTCAMP,8600051,PAUSED,0,,0,Ana Souza,ADMIN,1\nbruno,TESTCAMP,8600052,QUEUE,501," + ref + ",1,Bruno Lima,ADMIN,1\ncarla,TESTCAMP,8600053,PAUSED,0,,0,Carla|Dias,ADMIN,1\n",
		"lead_field_info&lead_id=501&field_name=first_name": "Maria\n",
		"lead_field_info&lead_id=501&field_name=nothing":    "ERROR: lead_field_info LEAD FIELD NOT FOUND: apiuser|501|nothing\n",
		"lead_field_info&lead_id=9&field_name=status":       "ERROR: lead_field_info LEAD NOT FOUND: apiuser|9|status\n",
		"lead_all_info&lead_id=9":                           "ERROR: lead_all_info LEAD NOT FOUND: apiuser|9||\n",
		"callid_info&call_id=short":                         "ERROR: callid_info INVALID SEARCH PARAMETERS: apiuser|\n",
		"callid_info&call_id=" + ref:                        "ERROR: callid_info CALL NOT FOUND: apiuser|\n",
	} {
		name, rest, _ := strings.Cut(rest, "&")
		s.says(s.ask(name, rest), want)
	}
	s.AddUser(User{Name: "low", Pass: "apipass1", Level: 6, AgentAPI: true, ViewReports: true})
	s.says(request(t, s.Server, http.MethodPost, nonAgentAPIPath, "source=test&user=low&pass=apipass1&function=agent_status&agent_user=ana").Body,
		"ERROR: agent_status USER DOES NOT HAVE PERMISSION TO GET AGENT INFO: |low|0|\n")
	must(t, s.Answer(ref))
	s.clock.pass(9 * time.Second)
	must(t, s.Dispo("bruno", "SALE"))
	s.says(s.ask("callid_info", "detail=YES&call_id="+ref), ref+"|9|2026-11-20 07:23:36|TESTCAMP|101|SALE|bruno|1122223333\n")
}

func TestRequestsAreKeptWithTheirFaults(t *testing.T) {
	s := newSite(t, Options{})
	request(t, s.Server, http.MethodGet, agentAPIPath, "source=test&user=apiuser&pass=apipass1&function=external_pause&agent_user=ana&value=PAUSE&format=debug&value=PAUSE")
	request(t, s.Server, http.MethodPost, agentAPIPath, "source=test&user=apiuser&pass=apipass1&function=External_Pause")
	request(t, s.Server, http.MethodPost, agentAPIPath, "source=test&user=apiuser&pass=apipass1&function=send_dtmf&agent_user=ana&value=1%23")
	var got [][]string
	for _, r := range s.Requests() {
		got = append(got, append([]string{r.Function}, r.Faults...))
	}
	want := [][]string{
		{"external_pause", "parameter value more than once", "pass in the address", "unknown parameter format"},
		{"External_Pause", `unknown function "External_Pause"`},
		{"send_dtmf", "value: 1 characters deleted"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("requests (-want +got)\n%s", diff)
	}
}

// FuzzAnyQueryIsAnswered lets arbitrary parameters reach every function of both APIs.
func FuzzAnyQueryIsAnswered(f *testing.F) {
	for name := range functions() {
		f.Add(name, "value=1&agent_user=bruno&lead_id=501")
	}
	for name := range nonAgentFunctions() {
		f.Add(name, "agent_user=bruno&header=YES&lead_id=501")
	}
	f.Add("external_status", "agent_user=bruno&value=CALLBK&callback_datetime=2026&callback_comments="+strings.Repeat("x", 300))
	f.Add("transfer_conference", "agent_user=bruno&value=DIAL_WITH_CUSTOMER&multi_dial_phones=1,,2,%ff&phone_number=!!!!")
	f.Add("external_dial", "agent_user=bruno&value=%+1&lead_id=-1&search=NO&preview=NO&focus=NO&vendor_id=!!!!!!!!!!!!!")
	f.Fuzz(func(t *testing.T, name, rest string) {
		at := time.Unix(1795170216, 0)
		s := New(Options{PagePoll: -1, Now: func() time.Time { return at }, Notify: true})
		defer s.Close()
		s.AddAgent(Agent{User: "bruno", Status: "READY", ManualDial: true})
		must(t, s.Answer(s.Ring("bruno", "11987654321")))
		for path, known := range map[string]map[string]function{agentAPIPath: functions(), nonAgentAPIPath: nonAgentFunctions()} {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, path+"?"+url.Values{"function": {name}}.Encode(), nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			a := s.read(r, "source=test&user=apiuser&pass=apipass1&"+rest)
			s.mu.Lock()
			a.answer(r, known)
			s.mu.Unlock()
		}
		for range settled {
			s.Tick()
		}
		if _, ok := s.AgentState("bruno"); !ok {
			t.Error("the agent is gone")
		}
	})
}
