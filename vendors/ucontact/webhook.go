package ucontact

import (
	"encoding/json"
	"mime"
	"strings"

	"ctiagent/cti"
	"ctiagent/vendors/internal/wire"
)

// webhookName is the path on the receiver door that a site's notifications go to.
const webhookName = "ucontact/webhook"

// The notifications whose members are documented, facts B6.
const (
	eventRingNoAnswer = "AgentRingNoAnswer"
	eventAgentLog     = "AgentLog"
	eventAgentBreak   = "AgentBreak"
	eventFinished     = "FinishInteraction"
	eventDisposition  = "InteractionDisposition"
)

// notice is one notification. Its date is not read: samples have the minutes where the month belongs.
type notice struct {
	Event    text `json:"event"`
	Agent    text `json:"agent"`
	Number   text `json:"agentNumber"`
	Caller   text `json:"callerIdNum"`
	Campaign text `json:"campaign"`
	GUID     text `json:"guid"`
	Motive   text `json:"motive"`
	IsLogin  text `json:"isLogin"`
	IsBreak  text `json:"isBreak"`
}

// readNotice reads a notification; false for what is none.
func readNotice(media string, body []byte) (n notice, ok bool) {
	if kind, _, err := mime.ParseMediaType(media); err != nil || kind != "application/json" {
		return notice{}, false
	}
	if json.Unmarshal([]byte(wire.Text(body)), &n) != nil {
		return notice{}, false
	}
	for _, v := range []text{n.Event, n.Agent, n.Number, n.Caller, n.Campaign, n.GUID, n.Motive, n.IsLogin, n.IsBreak} {
		if len(v) > longestText || hasControls(string(v)) {
			return notice{}, false
		}
	}
	return n, n.Event != ""
}

// isTrue reads a flag, which facts B6 names and does not print.
func (t text) isTrue() bool { return strings.EqualFold(string(t), "true") || t == answerYes }

// hear takes a notification, if it is about this desk's agent.
func (s *session) hear(r cti.Received) (cti.Reply, bool) {
	desk := s.host.Desk()
	n, ok := readNotice(r.Type, r.Body)
	own := desk.Agent != "" && strings.EqualFold(string(n.Agent), desk.Agent) ||
		desk.Extension != "" && string(n.Number) == desk.Extension
	if !ok || !own {
		return cti.Reply{}, false
	}
	book, now := s.book(desk), s.host.Clock().Now()
	switch n.Event {
	case eventRingNoAnswer:
		book.finish(book.ringing(), string(n.Caller), cti.EndNoAnswer, now)
	case eventFinished:
		book.finish(string(n.GUID), "", cti.EndCompleted, now)
	case eventAgentLog:
		state := cti.AgentOffline
		if n.IsLogin.isTrue() {
			state = cti.AgentReady
		}
		s.tellAgent(&cti.AgentFact{State: state})
	case eventAgentBreak:
		f := cti.AgentFact{State: cti.AgentReady}
		if n.IsBreak.isTrue() {
			f = cti.AgentFact{State: cti.AgentPaused, Reason: string(n.Motive)}
		}
		s.tellAgent(&f)
	case eventDisposition:
		return cti.Reply{}, true // nothing that a desk shows
	default:
		return cti.Reply{}, false
	}
	s.stir()
	return cti.Reply{}, true
}

// tellAgent keeps what was told of the agent, for a site whose campaigns are not looked at; nil forgets it.
func (s *session) tellAgent(f *cti.AgentFact) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.told = f
}

func (s *session) toldAgent() *cti.AgentFact {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.told
}
