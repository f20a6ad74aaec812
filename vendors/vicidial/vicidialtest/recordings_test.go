package vicidialtest

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// recorded is one line of testdata/vicidial.jsonl.
type recorded struct {
	Section     string `json:"section"`
	Note        string `json:"note"`
	Method      string `json:"method"`
	Path        string `json:"path"`
	Query       string `json:"query"`
	Status      int    `json:"status"`
	ContentType string `json:"content_type"`
	Body        string `json:"body"`
}

func readRecordings(t *testing.T) []recorded {
	t.Helper()
	f, err := os.Open("testdata/vicidial.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []recorded
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var r recorded
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Fatalf("line %d: %v", len(out)+1, err)
		}
		out = append(out, r)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// recordedAt finds the server's clock in an answer, so that the simulator's can be set to it and no time need be
// normalised: the epoch itself, or the lock's limit 900 s before it.
func recordedAt(body string) time.Time {
	if m := regexp.MustCompile(`last_login_date\) < (\d{10})`).FindStringSubmatch(body); m != nil {
		n, _ := strconv.ParseInt(m[1], 10, 64)
		return time.Unix(n+900, 0)
	}
	if m := regexp.MustCompile(`(?:EPOCH: |UnixTime: |[|!])(1795\d{6})\b`).FindStringSubmatch(body); m != nil {
		n, _ := strconv.ParseInt(m[1], 10, 64)
		return time.Unix(n, 0)
	}
	return time.Unix(1795170216, 0)
}

// recordedWorld is the lab of the recordings: its accounts, agents and leads. Where a case needs more, prepare does it.
func recordedWorld(t *testing.T, at time.Time) *Server {
	t.Helper()
	s := New(Options{PagePoll: -1, Zone: time.FixedZone("EST", -5*60*60), Now: func() time.Time { return at }, Notify: true})
	t.Cleanup(s.Close)
	s.AddAPIUser("apilim", "apipass2", "version", "external_pause")
	s.AddUser(User{Name: "noapi", Pass: "apipass3", Group: "ADMIN", Level: 9})
	s.AddCampaign(Campaign{ID: "QCAMP", AutoDialLevel: 1, ManualDial: DialQueue, NoInbound: true, PreviewDial: "DISABLED"})
	s.AddAgent(Agent{User: "1000", Name: "Ana Paused", Custom3: "CRM1000", ManualDial: true, AgentAPI: true, CallsToday: 4, Webphone: "https://phone.example.com/webrtc?x=1"})
	s.AddAgent(Agent{User: "1001", Name: "Bia Outbound", Custom3: "CRM1001", ManualDial: true, CallsToday: 6})
	s.AddAgent(Agent{User: "1002", Name: "Caio Inbound", Custom3: "CRM1002", ManualDial: true, CallsToday: 1})
	s.AddAgent(Agent{User: "1003", Name: "Davi Ready", Status: "READY", InGroups: " -", NoSession: true})
	s.AddUser(User{Name: "1004", Pass: "a1004", Group: "ADMIN", Level: 1})
	s.AddAgent(Agent{User: "1005", Name: "Fabio Queue", Campaign: "QCAMP", ManualDial: true, InGroups: " -"})
	s.AddLead(Lead{ID: 501, PhoneCode: "1", PhoneNumber: "7275551212", AltPhone: "7275551213", VendorLeadCode: "9987-1234765", Province: "SK",
		SecurityPhrase: "WILLIAMS", SourceID: "JUH764AJJJ9", FirstName: "Maria", Address1: "Main Street 1", Email: "maria@example.com",
		City: "Tampa", State: "FL", Owner: "sales", Rank: 5})
	s.AddLead(Lead{ID: 502, PhoneCode: "55", PhoneNumber: "11987654321", VendorLeadCode: "VLC-502", SourceID: "SRC502", Province: "SP",
		FirstName: "Joao", LastName: "Silva", Email: "joao@example.com", Rank: 10, Owner: "sales"})
	s.AddLead(Lead{ID: 503, PhoneCode: "1", PhoneNumber: "7275553333", VendorLeadCode: "VLC-503"})
	s.DNC("7275550099")
	s.onCall("1001", Manual, 501, "M1120101500000000501")
	s.onCall("1002", Inbound, 502, "Y1120101600000000502")
	s.Ring("", "7275559999")
	s.lastLead = 507
	return s
}

// onCall puts an agent into an answered call with the recording's own call id.
func (s *Server) onCall(agent string, kind Kind, lead int, ref string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.addCall(Call{Agent: agent, Kind: kind, State: Connected, Number: s.leads[lead].PhoneNumber, Lead: lead})
	delete(s.calls, c.Ref)
	c.Ref = ref
	s.calls[ref] = c
	s.order[len(s.order)-1] = ref
	s.newCall(s.agents[agent], c, incall)
	s.leads[lead].CalledCount, s.leads[lead].User = 0, "" // as in the lab, where calls were rows put into the tables
}

// prepare brings the world into the state a case was recorded in, where that is not the lab's usual one: what the note
// or the section says, or what the answer itself shows had gone before. Nil is nothing.
func prepare(r recorded) func(t *testing.T, s *Server) {
	do := func(queries ...string) func(*testing.T, *Server) {
		return func(t *testing.T, s *Server) {
			for _, q := range queries {
				request(t, s, http.MethodGet, agentAPIPath, "source=test&user=apiuser&pass=apipass1&"+q)
			}
		}
	}
	with := func(change func(*Server)) func(*testing.T, *Server) {
		return func(_ *testing.T, s *Server) { change(s) }
	}
	has := func(parts ...string) bool {
		for _, p := range parts {
			if !strings.Contains(r.Section+"\n"+r.Note+"\n"+r.Path+"?"+r.Query+"\n"+r.Body, p) {
				return false
			}
		}
		return true
	}
	switch {
	case has("vdc_agent_api_active=0"):
		return with(func(s *Server) { s.AgentAPIActive(false) })
	case has("Translated answers"):
		return with(func(s *Server) { s.Language("apiuser", "pt") })
	case has("lockout: twenty wrong passwords"):
		return func(t *testing.T, s *Server) {
			s.users["apiuser"].lastLogin = time.Time{}
			for range 20 {
				request(t, s, http.MethodGet, agentAPIPath, "source=test&user=apiuser&pass=WRONG&function=external_pause&agent_user=1000&value=PAUSE")
			}
		}
	case has("conf_exten_check.php?"): // four commands before it; the lab's campaign had three calls out
		return func(t *testing.T, s *Server) {
			s.campaigns[DefaultCampaign].Dialing = 3
			do("agent_user=1001&function=external_hangup&value=1", "agent_user=1001&function=external_pause&value=PAUSE",
				"agent_user=1001&function=send_dtmf&value=12P", "agent_user=1001&function=park_call&value=PARK_CUSTOMER")(t, s)
		}
	case has("agentcall_manual=0"): // paused, or the answer would be that of the case before
		return with(func(s *Server) { s.SetStatus("1003", "PAUSED") })
	case has("preview dial skipping not allowed"):
		return with(func(s *Server) { s.campaigns[DefaultCampaign].PreviewDial = "PREVIEW_ONLY" })
	case has("alt number dialing not allowed"):
		return with(func(s *Server) { s.campaigns[DefaultCampaign].NoAltDial = true })
	case has("previous active 3-way calls"):
		return with(func(s *Server) { s.agents["1001"].pressOne = 1 })
	case has("right after START"):
		return do("function=recording&agent_user=1001&value=START&stage=_MIDCALL")
	case has("external_recording holds a recording_id"):
		return func(t *testing.T, s *Server) {
			now := s.opts.Now
			s.opts.Now = func() time.Time { return time.Date(2026, 11, 20, 10, 5, 10, 0, s.opts.Zone) }
			do("function=recording&agent_user=1001&value=START")(t, s)
			s.Tick()
			s.opts.Now = now
		}
	case has("user is not allowed to change agent in-groups"):
		return with(func(s *Server) { s.users["apiuser"].ChangeAgentCampaign = false })
	case has("user is not allowed to modify lead information"):
		return with(func(s *Server) { s.users["apiuser"].ModifyLeads = false })
	case has("user is not allowed to modify campaign settings"):
		return with(func(s *Server) { s.users["apiuser"].ModifyCampaigns = false })
	case has("agent_user=frank"):
		return with(func(s *Server) {
			s.AddAgent(Agent{User: "frank", Name: "Frank"})
			s.onCall("frank", Manual, 501, "M1120101700000000501")
		})
	case has("update_fields", "use_non_latin=1"): // first with use_non_latin=0, so the agent's row already holds the list
		return func(t *testing.T, s *Server) {
			do(strings.TrimPrefix(r.Query, "source=test&user=apiuser&pass=apipass1&"))(t, s)
			s.NonLatin(true)
		}
	case has("audio_playback", "stage=RESUME"), has("SUCCESS: audio_playback function sent - |STOP"), has("audio already playing"):
		return do("function=audio_playback&agent_user=1001&value=ss-noservice&stage=PLAY")
	case has("second time: the call is gone"):
		return do("function=ra_call_control&agent_user=1001&stage=HANGUP&value=M1120101500000000501")
	case has("force_fronter", "LOCAL_ONLY", "|1000"), has("leave_3way SENT - 1000"):
		return func(t *testing.T, s *Server) {
			s.onCall("1000", Manual, 501, "M1120101400000000501")
			if has("SUCCESS: force_fronter_audio_stop") {
				do("function=audio_playback&agent_user=1000&value=ss-noservice&stage=PLAY")(t, s)
			}
		}
	case has("system setting off (the default)"):
		return with(func(s *Server) { s.Notify(false) })
	case has("notification queued"):
		id, _ := strconv.Atoi(regexp.MustCompile(`\|(\d+)\n$`).FindStringSubmatch(r.Body)[1])
		return with(func(s *Server) { s.lastNotification = id - 1 })
	}
	return nil
}

// unreproduced are the recorded requests this system does not answer as recorded, each with its reason, by line.
var unreproduced = map[int]string{}

func TestEveryRecordedRequestIsAnsweredAsRecorded(t *testing.T) {
	all := readRecordings(t)
	if len(all) != 196 {
		t.Fatalf("%d recordings, want 196", len(all))
	}
	for i, r := range all {
		t.Run(fmt.Sprintf("line %d %s", i+1, r.Section), func(t *testing.T) {
			s := recordedWorld(t, recordedAt(r.Body))
			if change := prepare(r); change != nil {
				change(t, s)
			}
			got := request(t, s, r.Method, r.Path, r.Query)
			want := answer{r.Status, r.ContentType, r.Body}
			reason, listed := unreproduced[i+1]
			switch diff := cmp.Diff(want, got); {
			case listed && diff == "":
				t.Errorf("is answered as recorded, and needs its row in unreproduced (%s) no more", reason)
			case !listed && diff != "":
				t.Errorf("%s\n(-recorded +got)\n%s", r.Query, diff)
			}
		})
	}
}

type answer struct {
	Status int
	Type   string
	Body   string
}
