package vicidialtest

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// User is a row of vicidial_users: an account that may ask, and that an agent may log in with.
type User struct {
	Name, Pass, FullName string
	Group                string // user_group
	Level                int    // user_level
	AgentAPI             bool   // vdc_agent_api_access
	Functions            string // api_allowed_functions, between blanks; " ALL_FUNCTIONS " when empty
	ModifyLeads          bool
	ModifyCampaigns      bool
	ChangeAgentCampaign  bool
	ViewReports          bool
	Language             string // selected_language; empty is default English
	Custom3, Custom4     string // custom_three is what alt_user and the st_ functions look for
	Inactive             bool
	NeverLoggedIn        bool // last_login_date is old, so the first lock is forgiven once
}

type user struct {
	User
	failed    int // failed_login_count
	lastLogin time.Time
}

// Campaign is what a campaign allows.
type Campaign struct {
	ID            string
	DialMethod    string // RATIO when empty; MANUAL and INBOUND_MAN have no outbound auto-dialling
	AutoDialLevel int    // 0 in a MANUAL campaign: there RESUME does nothing
	ManualDial    string // api_manual_dial; DialStandard when empty
	NoInbound     bool   // campaign_allow_inbound=N
	PreviewDial   string // manual_preview_dial: PREVIEW_AND_SKIP when empty, PREVIEW_ONLY, DISABLED
	NoAltDial     bool   // alt_number_dialing=N
	LeadSearch    string // agent_lead_search: LIVE_CALL_INBOUND when empty
	ManualList    string // manual_dial_list_id: 101 when empty
	TransferGroup string // default_xfer_group: SALESLINE when empty
	DNC           []string
	NoQueuedCalls bool // the page takes no call from outside
	Dialing       int  // calls the dialler has out now, shown to the page

	webForm string
}

// Agent is one agent. Its user is made with it.
type Agent struct {
	User       string
	Pass       string // "a" and the user when empty
	Name       string
	Group      string // ADMIN when empty
	Level      int    // 1 when 0
	Campaign   string // DefaultCampaign when empty
	Status     string // PAUSED when empty; READY, CLOSER
	LoggedOut  bool   // the user exists, but no page is open
	Custom3    string
	ManualDial bool   // agentcall_manual=1
	AgentAPI   bool   // its own account may ask
	InGroups   string // what the page last applied; " SALESLINE AGENTDIRECT -" when empty
	Webphone   string // its webphone's address; secret, for it carries the phone's password
	Blended    bool   // outbound_autodial: it takes the dialler's calls too; only shown
	NoSession  bool   // its session has no data in vicidial_session_data
	CallsToday int
	IP         string // computer_ip
}

// world is the system's whole state. The lock is the server's.
type world struct {
	users     map[string]*user
	agents    map[string]*agent
	campaigns map[string]*Campaign
	ingroups  []string
	groups    []string          // user groups
	aliases   map[string]string // group alias to its caller id
	leads     map[int]*Lead
	calls     map[string]*call
	order     []string // call ids, oldest first
	dnc       []string
	callbacks []string // statuses with scheduled_callback=Y

	lastLead, lastRecording, lastNotification int

	apiActive, notify, noServers, blockIP bool
	nonLatin                              bool
	acts                                  []Act
	events                                []AgentEvent
	pops                                  []Pop
	dispositions                          []Disposition

	autoAnswer, autoHangup, autoConnect, autoDispo time.Duration
}

// serverIP is the telephony server of every session, the address of the recordings.
const serverIP = "10.10.10.15"

func newWorld(o Options) world {
	w := world{
		users:            map[string]*user{},
		agents:           map[string]*agent{},
		campaigns:        map[string]*Campaign{},
		ingroups:         []string{"AGENTDIRECT", "SALESLINE", "SUPPORT"},
		groups:           []string{"ADMIN"},
		aliases:          map[string]string{"DEFAULT": "7275550000"},
		leads:            map[int]*Lead{},
		calls:            map[string]*call{},
		callbacks:        []string{"CALLBK"},
		lastLead:         500,
		lastRecording:    121241,
		lastNotification: 0,
		apiActive:        true,
		notify:           o.Notify,
		nonLatin:         o.NonLatin,
		autoAnswer:       -1, autoHangup: -1, autoConnect: -1, autoDispo: -1,
	}
	w.addCampaign(Campaign{ID: DefaultCampaign, AutoDialLevel: 1, ManualDial: o.ManualDial})
	w.users[o.User] = &user{User: everyRight(o.User, o.Pass), lastLogin: o.Now()}
	w.users[o.User].Language = o.Language
	return w
}

func everyRight(name, pass string) User {
	return User{Name: name, Pass: pass, FullName: name, Group: "ADMIN", Level: 9, AgentAPI: true,
		ModifyLeads: true, ModifyCampaigns: true, ChangeAgentCampaign: true, ViewReports: true}
}

func (w *world) addCampaign(c Campaign) {
	fill := func(s *string, with string) {
		if *s == "" {
			*s = with
		}
	}
	fill(&c.DialMethod, "RATIO")
	fill(&c.ManualDial, DialStandard)
	fill(&c.PreviewDial, "PREVIEW_AND_SKIP")
	fill(&c.LeadSearch, "LIVE_CALL_INBOUND")
	fill(&c.ManualList, "101")
	fill(&c.TransferGroup, "SALESLINE")
	w.campaigns[c.ID] = &c
}

// AddUser adds an account as it is described, or replaces the one of that name. It panics without a name.
func (s *Server) AddUser(u User) {
	if u.Name == "" {
		panic("vicidialtest: a user needs a name")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.addUser(u)
	s.noteChange()
}

func (s *Server) addUser(u User) *user {
	row := &user{User: u, lastLogin: s.opts.Now()}
	if u.NeverLoggedIn {
		row.lastLogin = time.Time{}
	}
	s.users[u.Name] = row
	return row
}

// AddAPIUser adds an account with Agent API Access and every right, limited to the functions that are named, if any.
func (s *Server) AddAPIUser(name, pass string, functions ...string) {
	u := everyRight(name, pass)
	if len(functions) > 0 {
		u.Functions = " " + strings.Join(functions, " ") + " "
	}
	s.AddUser(u)
}

// AddCampaign adds a campaign, or replaces the one of that ID.
func (s *Server) AddCampaign(c Campaign) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.addCampaign(c)
	s.noteChange()
}

// AddAgent adds an agent with a user of its own and, unless logged out, an open page. It panics without a user, with a
// status that is none, and with a campaign that is none.
func (s *Server) AddAgent(a Agent) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fill := func(field *string, with string) {
		if *field == "" {
			*field = with
		}
	}
	fill(&a.Pass, "a"+a.User)
	fill(&a.Group, "ADMIN")
	fill(&a.Campaign, DefaultCampaign)
	fill(&a.Status, paused)
	fill(&a.InGroups, " SALESLINE AGENTDIRECT -")
	if a.Level == 0 {
		a.Level = 1
	}
	if a.User == "" || !slices.Contains([]string{paused, ready, closer}, a.Status) || s.campaigns[a.Campaign] == nil {
		panic(fmt.Sprintf("vicidialtest: no agent can be made of %+v", a))
	}
	u := s.addUser(User{Name: a.User, Pass: a.Pass, FullName: a.Name, Group: a.Group, Level: a.Level, AgentAPI: a.AgentAPI, Custom3: a.Custom3})
	session := len(s.agents) + 1
	if old := s.agents[a.User]; old != nil {
		session = old.session - firstSession
	}
	s.agents[a.User] = newAgent(a, u, firstSession+session)
	s.offerWaiting()
	s.noteChange()
}

// Settings of the system and of its campaigns, which an administrator may change while it runs.

// AgentAPIActive sets the system setting vdc_agent_api_active.
func (s *Server) AgentAPIActive(on bool) { s.set(func() { s.apiActive = on }) }

// ManualDial sets api_manual_dial of every campaign: DialStandard, DialQueue or DialQueueAutoCall.
func (s *Server) ManualDial(mode string) {
	s.set(func() {
		for _, c := range s.campaigns {
			c.ManualDial = mode
		}
	})
}

// Language sets the language of an account: "" is default English, "es" and "pt" are translated.
func (s *Server) Language(account, language string) {
	s.set(func() { s.users[account].Language = language })
}

// NonLatin sets use_non_latin.
func (s *Server) NonLatin(on bool) { s.set(func() { s.nonLatin = on }) }

// Notify sets the system setting that send_notification needs.
func (s *Server) Notify(on bool) { s.set(func() { s.notify = on }) }

// TelephonyServers sets whether a telephony server is active; without one nobody is let in.
func (s *Server) TelephonyServers(on bool) { s.set(func() { s.noServers = !on }) }

// BlockIP sets whether the caller's address is on no white list, or on the black one.
func (s *Server) BlockIP(on bool) { s.set(func() { s.blockIP = on }) }

// DNC adds a number to the system's do-not-call list.
func (s *Server) DNC(number string) { s.set(func() { s.dnc = append(s.dnc, number) }) }

func (s *Server) set(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
	s.noteChange()
}
