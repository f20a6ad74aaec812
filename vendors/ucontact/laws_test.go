package ucontact

import (
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/cti/ctitest"
	"ctiagent/vendors/ucontact/ucontacttest"
)

const (
	lawAgent     = "Daniel" // manual 004, "Estado de Campañas"
	lawExtension = "1010"
	lawPassword  = "agent-" + ctitest.Canary
	lawBreak     = "Lunch"

	mp3GUID = "7e4e7db9-f080-494e-b04b-7c8e47711558" // manual 004, "Obter gravações"
	gsmGUID = "020f9687-adc6-46ca-b675-e96c9d1606ef"
	someDay = "20160118"
)

var desk = cti.Target{Agent: lawAgent, Extension: lawExtension}

// lawSim is the simulator as the laws drive it.
type lawSim struct {
	site    *ucontacttest.T
	options map[string]string
}

func (s *lawSim) Config() cti.Config      { return configOf(s.site, ctitest.Canary, s.options) }
func (s *lawSim) WrongConfig() cti.Config { return configOf(s.site, ctitest.Canary+"wrong", s.options) }
func (s *lawSim) Target() cti.Target      { return desk }
func (s *lawSim) CutLink()                { s.site.CutLink() }
func (s *lawSim) RestoreLink()            { s.site.RestoreLink() }

func (s *lawSim) DropAfterRead(wire string)                 { s.site.DropAfterRead(wire) }
func (s *lawSim) HangAfterRead(wire string) <-chan struct{} { return s.site.HangAfterRead(wire) }

func (s *lawSim) Requests() []string {
	var names []string
	for _, r := range s.site.Requests() {
		names = append(names, r.Name)
	}
	return names
}

// Ring answers nil: uContact shows that the phone rings, and never for which number, by which the laws know their calls. What
// it does show is held against the same rules in watch_test.go.
func (s *lawSim) Ring(string) ctitest.Call { return nil }

func (s *lawSim) Samples() []ctitest.Sample {
	const firstCall = "7e4e7db9-f080-494e-b04b-000000000001" // what call.dial is answered on a fresh simulator
	at := func(text string) cti.Time {
		t, err := time.ParseInLocation(time.DateTime, text, time.Local)
		if err != nil {
			panic(err)
		}
		return cti.At(t)
	}
	period := RecordsIn{From: at("2022-06-20 00:00:00"), To: at("2022-06-20 23:59:59")}
	contact := cti.ContactIn{ID: "222", Campaign: "Ventas->", Numbers: []string{"098344484", "098124484"}, Parameters: map[string]string{"dialerbase": "basetest", "Par1": "Val1"}}
	original := &Original{Campaign: "Ventas->", Contact: "222", DialerBase: "basetest"}
	pooled := RespoolIn{Campaign: "Ventas->", Destination: "098344484", DialerBase: "basetest", Contact: "222", Original: original}
	black := BlackEntry{Phone: "12341234", Campaign: "Campaign"}
	upload := UploadIn{Filename: "lista", Contacts: []Contact{{Number: "098344484"}}}
	dialled := []string{"call.dial"}
	const hangup, call = "Agents/HangupPhone", "Agents/AgentCall"
	return []ctitest.Sample{
		{Name: "call.dial", In: &cti.DialIn{Number: "33553434"}, Wire: call},
		{Name: "call.hangup", Wire: hangup, After: dialled},
		{Name: "call.tag", In: &cti.TagIn{Text: "sold"}, Wire: "Agents/TagRecord", After: dialled},
		{Name: "call.setDisposition", In: &cti.DispositionIn{Levels: []string{"Sale", "Phone", "Plan A"}}, Wire: "api/DispositionCall", After: dialled},
		{Name: "agent.login", In: &cti.LoginIn{Password: lawPassword}, Wire: "auth/AgentLogin"},
		{Name: "agent.logout", Wire: "api/AgentLogoff"},
		{Name: "agent.pause", In: &cti.PauseIn{Reason: lawBreak}, Wire: "api/AgentBreak"},
		{Name: "agent.unpause", Wire: "api/AgentUnBreak", After: []string{"agent.pause"}},
		{Name: "agent.pauseReasons"},
		{Name: "agent.state", Wire: "Supervisor/campaignstatus"},
		{Name: "callback.schedule", In: &cti.CallbackIn{Number: "33553434", At: at("2026-12-01 10:00:00")}, Wire: "Dialers/ScheduleDialerCall"},
		{Name: "contact.add", In: &contact, Wire: "Dialers/DialerTask"},
		{Name: "contact.update", In: &contact, Wire: "Dialers/Respool"},
		{Name: "contact.remove", In: &cti.ContactIn{Numbers: []string{"098344484"}}, Wire: "Dialers/RemoveContact"},
		{Name: "blacklist.add", In: &cti.BlacklistIn{Number: "33553434"}, Wire: "admin/addblack"},
		{Name: "blacklist.remove", In: &cti.BlacklistIn{Number: "33553434"}, Wire: "admin/deleteblack"},
		{Name: "queue.list", Wire: "Supervisor/queuesummary"},
		{Name: "queue.status", In: &cti.QueueIn{Queue: ucontacttest.DefaultCampaign}, Wire: "Supervisor/queuesummary"},
		{Name: "campaign.list", Wire: "Supervisor/campaignstatus"},
		{Name: "directory.list", Wire: "Supervisor/campaignstatus"},
		{Name: "recording.get", In: &cti.RecordingIn{Recording: mp3GUID}, Wire: "records", Open: true},
		{Name: "report.calls", Wire: "Cdr/getrecords"},
		{Name: "ucontact.Agents/AgentCall", In: &AgentCallIn{Destination: "33553434"}, Wire: call},
		{Name: "ucontact.Agents/AgentCallwithData", In: &AgentCallDataIn{AgentCallIn{Destination: "33553434"}, `{"idcustomer":"7"}`, ""}, Wire: "Agents/AgentCallwithData"},
		{Name: "ucontact.Agents/HangupPhone", Wire: hangup, After: dialled},
		{Name: "ucontact.Agents/TagRecord", In: &TagRecordIn{GUID: firstCall, Data: "sold"}, Wire: "Agents/TagRecord", After: dialled},
		{Name: "ucontact.api/DispositionCall", In: &DispositionIn{CallerID: "33553434", GUID: firstCall, Level1: "Sale", Level2: "Phone", Level3: "Plan A"}, Wire: "api/DispositionCall", After: dialled},
		{Name: "ucontact.admin/addblack", In: &black, Wire: "admin/addblack"},
		{Name: "ucontact.admin/addblackbulk", In: &BlackListIn{[]BlackEntry{black}}, Wire: "admin/addblackbulk"},
		{Name: "ucontact.admin/deleteblack", In: &black, Wire: "admin/deleteblack"},
		{Name: "ucontact.admin/deleteblackbulk", In: &BlackListIn{[]BlackEntry{black}}, Wire: "admin/deleteblackbulk"},
		{Name: "ucontact.Cdr/getrecords", In: &period, Wire: "Cdr/getrecords"},
		{Name: "ucontact.Supervisor/convert", In: &ConvertIn{GUID: gsmGUID, Folder: someDay}, Wire: "Supervisor/convert"},
		{Name: "ucontact.records/download", In: &DownloadIn{ConvertIn: ConvertIn{GUID: mp3GUID}}, Wire: "records", Open: true},
		{Name: "ucontact.Supervisor/queuesummary", Wire: "Supervisor/queuesummary"},
		{Name: "ucontact.Supervisor/campaignstatus", Wire: "Supervisor/campaignstatus"},
		{Name: "ucontact.Dialers/Respool", In: &pooled, Wire: "Dialers/Respool"},
		{Name: "ucontact.Dialers/ScheduleDialerCall", In: &ScheduleIn{CallDate: "2015-10-11 15:00:00", Destination: "098344484"}, Wire: "Dialers/ScheduleDialerCall"},
		{Name: "ucontact.Dialers/DialerTask", In: &TaskIn{Mode: modeAdd, Destination: "12-345-678"}, Wire: "Dialers/DialerTask"},
		{Name: "ucontact.Dialers/RemoveContact", In: &RemoveIn{Number: "098344484"}, Wire: "Dialers/RemoveContact"},
		{Name: "ucontact.Dialers/RemoveScheduleDialerCall", In: &RemoveScheduleIn{Destination: "098344484", From: at("2015-10-11 00:00:00"), To: at("2015-10-12 00:00:00")}, Wire: "Dialers/RemoveScheduleDialerCall"},
		{Name: "ucontact.Dialers/uploadbase", In: &upload, Wire: "Dialers/uploadbase"},
		{Name: "ucontact.Dialers/uploadbasewithtimezone", In: &UploadZonedIn{upload, "America/Sao_Paulo"}, Wire: "Dialers/uploadbasewithtimezone"},
		{Name: "ucontact.auth/getUserToken", Wire: "auth/getUserToken"},
		// Without a Wire: Close ends the session with the same request, so that it is not this wish alone that sends it.
		{Name: "ucontact.auth/EndSession", After: []string{"agent.state"}},
		{Name: "ucontact.auth/AgentLogin", In: &LoginIn{Password: lawPassword}, Wire: "auth/AgentLogin"},
		{Name: "ucontact.api/AgentLogoff", Wire: "api/AgentLogoff"},
		{Name: "ucontact.api/AgentBreak", In: &BreakIn{Motive: lawBreak}, Wire: "api/AgentBreak"},
		{Name: "ucontact.api/AgentUnBreak", In: &BreakIn{Motive: lawBreak}, Wire: "api/AgentUnBreak", After: []string{"agent.pause"}},
		{Name: "ucontact.call", In: &PortalCallIn{Destination: "33553434"}, Wire: call},
		{Name: "ucontact.callWithPhone", In: &PortalPhoneIn{Destination: "33553434"}, Wire: call},
		{Name: "ucontact.hangup", Wire: hangup, After: dialled},
		{Name: "ucontact.tag", In: &PortalTagIn{firstCall, "sold"}, Wire: "Agents/TagRecord", After: dialled},
		{Name: "ucontact.CTI", After: dialled},
		{Name: "ucontact.respool", In: &PortalRespoolIn{pooled}, Wire: "Dialers/Respool"},
		{Name: "ucontact.schedule", In: &PortalScheduleIn{"2016-10-10 15:00:00", ScheduleObject{Destination: "098344484"}}, Wire: "Dialers/ScheduleDialerCall"},
	}
}

// newSite starts a site with an agent who is logged in and one who is not, and with two recordings. The test fails when the
// site was asked something the manual does not allow.
func newSite(t testing.TB, opts ucontacttest.Options) *ucontacttest.T {
	t.Helper()
	s := ucontacttest.New(opts)
	t.Cleanup(func() {
		s.Close()
		for _, r := range s.Requests() {
			if len(r.Faults) > 0 {
				t.Errorf("%s %s is not what the manual allows: %v", r.Method, r.URI, r.Faults)
			}
		}
	})
	s.AddAgent(ucontacttest.Agent{Name: lawAgent, Password: lawPassword, Extension: lawExtension, LoggedIn: true})
	s.AddAgent(ucontacttest.Agent{Name: "Santiago", Password: "another password", Extension: "1001"})
	s.Record(ucontacttest.Recording{GUID: mp3GUID, Sound: "ID3 sound"})
	s.Record(ucontacttest.Recording{GUID: gsmGUID, Folder: someDay, Backup: true, GSM: true, Sound: "gsm sound"})
	return s
}

// configOf is the configuration that reaches a simulator.
func configOf(s *ucontacttest.T, password string, more map[string]string) cti.Config {
	values := map[string]string{optionURL: s.URL(), optionUser: ucontacttest.DefaultUser, optionPassword: password, optionTech: "SIP",
		optionCampaign: ucontacttest.DefaultCampaign, optionCallerID: "1130030000", optionRecords: s.RecordsURL(), optionBackup: s.BackupURL(),
		optionReasons: lawBreak + ", Meeting"}
	for name, v := range more {
		values[name] = v
	}
	return cti.Config{Country: "BR", AreaCode: "11", Values: values}
}

func TestLaws(t *testing.T) { testLaws(t, ucontacttest.Options{}, nil) }

// Some sites answer the login with the token alone, and an agent may be in no campaign that is looked at.
func TestLawsOfASiteThatShowsNoAgents(t *testing.T) {
	testLaws(t, ucontacttest.Options{RawToken: true, PlainDisposition: true}, map[string]string{optionStatus: "no such campaign"})
}

func testLaws(t *testing.T, opts ucontacttest.Options, options map[string]string) {
	const nameless = "uContact never tells the number of a call that comes in, by which this law knows its calls; watch_test.go has its own"
	opts.Password, opts.TokenID = ctitest.Canary, ctitest.Canary
	var sites atomic.Int64
	ctitest.Run(t, ctitest.Subject{Driver: Driver(), Speed: 50,
		Waivers: map[ctitest.Law]string{ctitest.LawRefs: nameless, ctitest.LawEnds: nameless, ctitest.LawLink: nameless},
		New: func(t testing.TB, _ *ctitest.Host) ctitest.Sim {
			// An address of its own: the driver remembers a system's calls, and ports come again.
			own := opts
			own.Path = "/site-" + strconv.FormatInt(sites.Add(1), 10)
			return &lawSim{site: newSite(t, own), options: options}
		}})
}
