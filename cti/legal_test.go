package cti_test

import (
	"testing"

	"ctiagent/cti"

	"github.com/google/go-cmp/cmp"
)

func TestLegalVerbsOfEveryState(t *testing.T) {
	type call = cti.Call
	for name, c := range map[string]struct {
		call *call
		want []string
	}{
		"dialing": {&call{State: cti.Dialing, Direction: cti.Outbound}, []string{"call.hangup"}},
		"inbound ringing": {&call{State: cti.Ringing, Direction: cti.Inbound},
			[]string{"call.answer", "call.hangup", "call.reject"}},
		"outbound ringing": {&call{State: cti.Ringing, Direction: cti.Outbound}, []string{"call.hangup"}},
		"connected": {&call{State: cti.Connected}, []string{"call.cancelTransfer", "call.completeTransfer", "call.conference", "call.hangup", "call.hold",
			"call.mute", "call.sendDtmf", "call.setDisposition", "call.startRecording", "call.tag", "call.toggleHold", "call.toggleMute", "call.transfer"}},
		"connected, muted and recorded": {&call{State: cti.Connected, Muted: true, Recording: true}, []string{"call.cancelTransfer", "call.completeTransfer",
			"call.conference", "call.hangup", "call.hold", "call.sendDtmf", "call.setDisposition", "call.stopRecording", "call.tag",
			"call.toggleHold", "call.toggleMute", "call.transfer", "call.unmute"}},
		"held": {&call{State: cti.Held}, []string{"call.cancelTransfer", "call.completeTransfer", "call.conference", "call.hangup", "call.resume",
			"call.setDisposition", "call.tag", "call.toggleHold", "call.transfer"}},
		"wrapup":     {&call{State: cti.Wrapup}, []string{"call.setDisposition", "call.tag"}},
		"ended":      {&call{State: cti.Ended}, []string{"call.setDisposition", "call.tag"}},
		"state lost": {&call{}, nil},
	} {
		var got []string
		for _, v := range cti.Verbs() {
			if cti.Legal(v.Name, c.call) {
				got = append(got, v.Name)
			}
		}
		if d := cmp.Diff(got, c.want); d != "" {
			t.Errorf("%s (-got +want):\n%s", name, d)
		}
	}
}

func TestAgentVerbsFollowTheAgentsState(t *testing.T) {
	all := []string{"agent.login", "agent.logout", "agent.pause", "agent.unpause"}
	for state, want := range map[cti.AgentState][]string{
		cti.AgentOffline: {"agent.login"},
		cti.AgentReady:   {"agent.pause", "agent.logout"},
		cti.AgentPaused:  {"agent.unpause", "agent.pause", "agent.logout"},
		cti.AgentWrapup:  {"agent.pause", "agent.unpause", "agent.logout"},
	} {
		l := newLine(t, "pbx")
		l.apply("", cti.CanFact{Verbs: all})
		l.apply("pbx", cti.AgentFact{State: state})
		if d := cmp.Diff(l.table.Agent.Actions, want); d != "" {
			t.Errorf("%s (-got +want):\n%s", state, d)
		}
		l.apply("", cti.CanFact{})
		if got := l.table.Agent.Actions; got == nil || len(got) != 0 {
			t.Errorf("%s, when no driver can: %#v", state, got)
		}
	}
}
