// Package ucontacttest simulates a uContact: a web server on a free loopback port that answers Integra/resources from one
// site with its campaigns, agents and calls, and two more servers that hold the recordings.
//
// It answers what manual 004 prints, each answer with its section in a comment; where facts B5 and B6 (the vendor's other
// pages) say more, the comment says so. Nobody has compared it with a real one.
package ucontacttest

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"ctiagent/internal/simulator"
)

// What the zero Options have.
const (
	DefaultUser     = "Admin"
	DefaultPassword = "uContact-password-1"
	DefaultCampaign = "test->"   // manual 004, "Estado de Campañas"
	OtherCampaign   = "Power<-"  // likewise
	SIPSecret       = "sip-9835" // begins the SIP password that AgentLogin gives away (facts B5)
)

// State is how far a call has come.
type State string

// The states of a call. A call of AgentCall begins at the agent's phone, and only then rings at the customer's.
const (
	AgentLeg  State = "agentleg" // the agent's phone rings, for a call the agent has asked for
	Dialing   State = "dialing"  // the customer's phone rings
	Ringing   State = "ringing"  // the agent's phone rings, for a customer
	Connected State = "connected"
	Held      State = "held"
	Ended     State = "ended"
)

// Options says what kind of site New starts.
type Options struct {
	User, Password string
	// RawToken answers getUserToken with the token alone instead of an array (facts B5).
	RawToken bool
	// TokenID stands inside every token and SIP password, so that a test finds them again.
	TokenID string
	// PlainDisposition answers DispositionCall with 1 instead of an object; manual 004 prints both.
	PlainDisposition bool
	// Path is what the instance stands behind, such as /uc; "" is nothing.
	Path string
	// The names of parameters that manual 004 shows translated or not at all; "" is random, folder and blacklist.
	Random, Folder, Blacklist string
}

// Agent is one agent of the site.
type Agent struct {
	Name, Password, Extension string
	LoggedIn                  bool
	Break                     string // the reason of the pause, "" for none
	Paused                    bool
	Wrapup                    bool
}

// Call is one call of the site.
type Call struct {
	GUID, Extension, Number, Campaign string
	Inbound                           bool
	State                             State
	Tags                              []string
	Disposition                       string
}

// T is one simulated site. All methods may be called from any goroutine.
type T struct {
	*simulator.Server
	opts       Options
	records    *store
	backup     *store
	tokens     map[string]bool
	minted     int
	agents     []*Agent
	calls      []*Call
	cdr        []map[string]any
	black      map[string]string // campaign by number
	pool       []map[string]any  // what Respool, DialerTask and ScheduleDialerCall were given
	uploads    []Upload
	autoAnswer time.Duration
	autoHangup time.Duration
}

// Upload is one list of contacts that was loaded.
type Upload struct {
	Filename, Campaign, Username, Timezone string
	Lines                                  []string
}

// New starts a site on free loopback ports. Close ends it.
func New(opts Options) *T {
	for p, missing := range map[*string]string{&opts.User: DefaultUser, &opts.Password: DefaultPassword,
		&opts.Random: "random", &opts.Folder: "folder", &opts.Blacklist: "blacklist"} {
		if *p == "" {
			*p = missing
		}
	}
	s := &T{opts: opts, tokens: map[string]bool{}, black: map[string]string{}, autoAnswer: -1, autoHangup: -1,
		records: newStore("records"), backup: newStore("backup")}
	s.Server = simulator.New(s.nameOf, s.answer)
	return s
}

// nameOf is a request's function: its path below Integra/resources.
func (s *T) nameOf(r *http.Request) string {
	return strings.TrimPrefix(r.URL.Path, s.opts.Path+"/Integra/resources/")
}

// URL is the instance's address.
func (s *T) URL() string { return s.Server.URL() + s.opts.Path }

// Close ends every server. It may be called twice.
func (s *T) Close() {
	s.Server.Close()
	s.records.Close()
	s.backup.Close()
}

// RecordsURL is the telephony host's address, BackupURL the one of the host with older recordings.
func (s *T) RecordsURL() string { return s.records.URL() }

// BackupURL is the address of the host with older recordings.
func (s *T) BackupURL() string { return s.backup.URL() }

// CutLink drops every connection to every server and every new one until RestoreLink.
func (s *T) CutLink() {
	s.Server.CutLink()
	s.records.CutLink()
	s.backup.CutLink()
}

// RestoreLink lets connections in again.
func (s *T) RestoreLink() {
	s.Server.RestoreLink()
	s.records.RestoreLink()
	s.backup.RestoreLink()
}

// Requests answers everything any server was asked so far, in order of arrival; a recording's name is "records" or "backup".
func (s *T) Requests() []simulator.Request {
	all := slices.Concat(s.Server.Requests(), s.records.Requests(), s.backup.Requests())
	slices.SortStableFunc(all, func(a, b simulator.Request) int { return a.Time.Compare(b.Time) })
	return all
}

// DropAfterRead lets the server that has the function read the next request whole and close the connection.
func (s *T) DropAfterRead(name string) { s.serverOf(name).DropAfterRead(name) }

// HangAfterRead lets the server that has the function read the next request whole and neither answer nor close.
func (s *T) HangAfterRead(name string) <-chan struct{} { return s.serverOf(name).HangAfterRead(name) }

func (s *T) serverOf(name string) *simulator.Server {
	switch name {
	case "records":
		return s.records.Server
	case "backup":
		return s.backup.Server
	}
	return s.Server
}

// AddAgent adds an agent to every campaign.
func (s *T) AddAgent(a Agent) {
	s.Lock()
	defer s.Unlock()
	s.agents = append(s.agents, &a)
}

// AgentState answers how an agent stands.
func (s *T) AgentState(name string) (Agent, bool) {
	s.Lock()
	defer s.Unlock()
	if a := s.agent(name); a != nil {
		return *a, true
	}
	return Agent{}, false
}

// SetAgent changes an agent as the portal would.
func (s *T) SetAgent(name string, change func(*Agent)) {
	s.Lock()
	defer s.Unlock()
	if a := s.agent(name); a != nil {
		change(a)
	}
}

// Expire ends every session, so that each token is refused from now on.
func (s *T) Expire() {
	s.Lock()
	defer s.Unlock()
	clear(s.tokens)
}

// Sessions is how many tokens are valid.
func (s *T) Sessions() int {
	s.Lock()
	defer s.Unlock()
	return len(s.tokens)
}

// LiveCalls answers the calls of an extension that have not ended, oldest first.
func (s *T) LiveCalls(extension string) (out []Call) {
	s.Lock()
	defer s.Unlock()
	for _, c := range s.live(extension) {
		out = append(out, *c)
	}
	return out
}

// Call answers a call, ended or not.
func (s *T) Call(guid string) (Call, bool) {
	s.Lock()
	defer s.Unlock()
	for _, c := range s.calls {
		if c.GUID == guid {
			return *c, true
		}
	}
	return Call{}, false
}

// Blacklist answers the campaign whose black list has a number.
func (s *T) Blacklist(number string) (campaign string, ok bool) {
	s.Lock()
	defer s.Unlock()
	campaign, ok = s.black[number]
	return campaign, ok
}

// Pool answers what the dialer was given so far, each with the function's name under "function".
func (s *T) Pool() []map[string]any {
	s.Lock()
	defer s.Unlock()
	return slices.Clone(s.pool)
}

// Uploads answers the lists that were loaded so far.
func (s *T) Uploads() []Upload {
	s.Lock()
	defer s.Unlock()
	return slices.Clone(s.uploads)
}

// Ring lets a customer call, or the dialer bring a customer: the agent's phone rings.
func (s *T) Ring(extension, number string) Call {
	s.Lock()
	defer s.Unlock()
	return *s.open(Call{Extension: extension, Number: number, Campaign: DefaultCampaign, Inbound: true, State: Ringing})
}

// AutoAnswer lets every call that is dialled from now on be answered after d: at half of that the agent's phone is picked
// up, then the customer answers. A negative d ends it.
func (s *T) AutoAnswer(d time.Duration) {
	s.Lock()
	defer s.Unlock()
	s.autoAnswer = d
}

// AutoHangup lets every customer that AutoAnswer connects from now on hang up d later. A negative d ends it.
func (s *T) AutoHangup(d time.Duration) {
	s.Lock()
	defer s.Unlock()
	s.autoHangup = d
}

var errNoCall = errors.New("ucontacttest: no such live call in a state for it")

// PickUp lets the agent pick up the phone for a call the agent has asked for; the customer's phone rings then.
func (s *T) PickUp(guid string) error {
	return s.change(guid, Dialing, AgentLeg)
}

// Answer lets the agent take an offered call, or the dialled customer answer.
func (s *T) Answer(guid string) error {
	return s.change(guid, Connected, Dialing, Ringing)
}

// Hold puts a call on hold at the phone; Resume takes it back.
func (s *T) Hold(guid string) error { return s.change(guid, Held, Connected) }

// Resume takes a call off hold at the phone.
func (s *T) Resume(guid string) error { return s.change(guid, Connected, Held) }

// Hangup ends a call, at either end.
func (s *T) Hangup(guid string) error {
	return s.change(guid, Ended, AgentLeg, Dialing, Ringing, Connected, Held)
}

func (s *T) change(guid string, to State, from ...State) error {
	s.Lock()
	defer s.Unlock()
	for _, c := range s.calls {
		if c.GUID == guid && slices.Contains(from, c.State) {
			s.turn(c, to)
			return nil
		}
	}
	return fmt.Errorf("%s to %s: %w", guid, to, errNoCall)
}

// AwaitCall waits until an extension has a live call.
func (s *T) AwaitCall(ctx context.Context, extension string) (Call, error) {
	if err := s.Wait(ctx, func() bool { return len(s.LiveCalls(extension)) > 0 }); err != nil {
		return Call{}, err
	}
	return s.LiveCalls(extension)[0], nil
}

// turn changes a call's state and files it when it ends. The caller holds the lock, as for everything below.
func (s *T) turn(c *Call, to State) {
	c.State = to
	if to == Ended {
		s.file(c)
	}
}

func (s *T) open(c Call) *Call {
	c.GUID = fmt.Sprintf("7e4e7db9-f080-494e-b04b-%012d", len(s.calls)+1)
	s.calls = append(s.calls, &c)
	return &c
}

func (s *T) dial(c Call) *Call {
	n := s.open(c)
	if s.autoAnswer < 0 {
		return n
	}
	guid, hangup, half := n.GUID, s.autoHangup, s.autoAnswer/2
	s.After(half, func() {
		if s.PickUp(guid) != nil {
			return
		}
		s.Lock()
		defer s.Unlock()
		s.After(half, func() {
			if s.Answer(guid) != nil || hangup < 0 {
				return
			}
			s.Lock()
			defer s.Unlock()
			s.After(hangup, func() { _ = s.Hangup(guid) }) // the agent may have hung up first
		})
	})
	return n
}

func (s *T) live(extension string) (out []*Call) {
	for _, c := range s.calls {
		if c.Extension == extension && c.State != Ended {
			out = append(out, c)
		}
	}
	return out
}

func (s *T) agent(name string) *Agent {
	i := slices.IndexFunc(s.agents, func(a *Agent) bool { return a.Name == name })
	if i < 0 {
		return nil
	}
	return s.agents[i]
}

func (s *T) at(extension string) *Agent {
	i := slices.IndexFunc(s.agents, func(a *Agent) bool { return a.Extension == extension })
	if i < 0 {
		return nil
	}
	return s.agents[i]
}

// token makes a token: Base64 of user and a unique id already (facts B5, measured).
func (s *T) token(user string) string {
	s.minted++
	t := base64.StdEncoding.EncodeToString([]byte(fmt.Sprintf("%s:9835c525-0000-4000-8000-%012d%s", user, s.minted, s.opts.TokenID)))
	s.tokens[t] = true
	return t
}
