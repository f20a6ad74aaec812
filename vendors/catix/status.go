package catix

import (
	"strings"

	"ctiagent/cti"
)

// AgentStatus is the reply to STATUS_AGENTE. Status and note are words for people.
type AgentStatus struct {
	Note      string `json:"obs" help:"may hold HTML"`
	Time      string `json:"tempo" help:"hh:mm:ss"`
	Name      string `json:"nome"`
	Extension string `json:"ramal_fisico"`
	ID        text   `json:"idAgente"`
	Number    string `json:"numero_discado"`
	Status    string `json:"status"`
}

// read turns the status into the state of the one call it shows, "" for none, and of the agent.
func (a AgentStatus) read() (cti.CallState, cti.AgentFact) {
	s := strings.ToLower(a.Status)
	ready := cti.AgentFact{State: cti.AgentReady}
	switch {
	case strings.HasPrefix(s, "discando"):
		return cti.Dialing, ready
	case strings.HasPrefix(s, "em liga"):
		return cti.Connected, ready
	case strings.HasPrefix(s, "pausado"):
		return "", cti.AgentFact{State: cti.AgentPaused, Reason: a.reason()}
	case strings.HasPrefix(s, "pós"), strings.HasPrefix(s, "pos"):
		return "", cti.AgentFact{State: cti.AgentWrapup}
	case strings.HasPrefix(s, "dispon"):
		return "", ready
	case strings.HasPrefix(s, "deslogado"): // no document prints what a logged-out agent shows
		return "", cti.AgentFact{State: cti.AgentOffline}
	}
	return "", cti.AgentFact{}
}

// reason is the name in "Motivo: NAME - Obs: …".
func (a AgentStatus) reason() string {
	rest, ok := strings.CutPrefix(a.Note, "Motivo: ")
	if !ok {
		return ""
	}
	name, _, _ := strings.Cut(rest, " - Obs: ")
	return bounded(name)
}

// number is the number shown, "" for "-".
func (a AgentStatus) number() string {
	if a.Number == "-" {
		return ""
	}
	return bounded(a.Number)
}

func (a AgentStatus) direction() cti.Direction { return directionOf(a.part("Tipo Ligação")) }

// part is one value of a note such as "<b>Campanha:</b><i> teste</i>".
func (a AgentStatus) part(name string) string {
	_, rest, ok := strings.Cut(a.Note, "<b>"+name+":</b><i>")
	if !ok {
		return ""
	}
	value, _, _ := strings.Cut(rest, "</i>")
	return bounded(strings.TrimSpace(value))
}
