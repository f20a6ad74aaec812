package vicidialtest

import (
	"slices"
	"strings"
	"time"
)

// recording answers the words of the recording cell, with the session they are about. STATUS is a NOTICE, never a
// SUCCESS; until the page has acted it shows a START with its suffix as if that were a recording (recorded).
func (a *ask) recording() {
	v := a.v("value")
	row := a.begin(slices.Contains([]string{"START", "STOP", "STATUS"}, v), v, a.v("agent_user"))
	if row == nil {
		return
	}
	line := func(id, file, server, started string) []string {
		return []string{row.User, id, file, server, started, serverIP, itoa(row.session), row.status}
	}
	cell := row.cells[cellRecording]
	switch {
	case v == "START":
		suffix := a.v("stage")
		suffix = suffix[:min(len(suffix), 14)]
		a.store(row, cellRecording, "START"+suffix)
		a.succeed("recording function sent", line("START"+suffix, "", "", "")...)
	case v == "STOP" && number(cell) == 0: // only what the API started can be stopped: its id is in the cell
		a.fail("stop recording error", line(cell, "", "", "")...)
	case v == "STOP":
		a.store(row, cellRecording, "STOP")
		a.succeed("recording function sent", line("STOP", "", "", "")...)
	case cell == "" || cell == "START" || cell == "STOP":
		a.notice("not recording", line("", "", "", "")...)
	default:
		for _, r := range row.recordings {
			if itoa(r.ID) == cell {
				a.notice("recording active", line(cell, r.File, serverIP, r.Started.In(a.s.opts.Zone).Format(time.DateTime))...)
				return
			}
		}
		a.notice("recording active", line(cell, "", "", "")...)
	}
}

func (a *ask) webphoneURL() {
	v := a.v("value")
	row := a.begin(v == "DISPLAY" || v == "LAUNCH", v, a.v("agent_user"))
	switch {
	case row == nil:
	case row.NoSession:
		a.fail("webphone_url error - no session data", row.User)
	case row.Webphone == "":
		a.fail("webphone_url error - webphone url is empty", row.User)
	case v == "DISPLAY":
		a.print("%s", row.Webphone)
	default: // that LAUNCH answers a page that leads on was read in the source, not its words
		a.print("<html><head><meta http-equiv=\"refresh\" content=\"0;url=%s\"></head><body></body></html>\n", row.Webphone)
	}
}

func (a *ask) callAgent() {
	v := a.v("value")
	row := a.begin(v == "CALL", v, a.v("agent_user"))
	switch {
	case row == nil:
	case row.NoSession:
		a.fail("call_agent error - no session data", row.User)
	default:
		a.s.acts = append(a.s.acts, Act{Agent: row.User, Command: "call_agent", Value: v}) // without the page
		a.succeed("call_agent function sent", row.User)
	}
}

// audioPlayback acts at once, without the page. Here the stage stands before the name in the common errors (recorded).
func (a *ask) audioPlayback() {
	v, stage, override := a.v("value"), a.v("stage"), a.v("dial_override")
	known := slices.Contains([]string{"PLAY", "STOP", "PAUSE", "RESUME", "RESTART"}, stage)
	if !known || stage == "PLAY" && v == "" || !a.named(true) {
		a.fail("audio_playback not valid", v, stage, a.v("agent_user"))
		return
	}
	if !a.permitted(v) {
		return
	}
	row := a.agent(true, stage)
	if row == nil {
		return
	}
	const wrong = "audio_playback error - "
	switch {
	case row.NoSession:
		a.fail(wrong+"no session data", stage, row.User)
		return
	case stage != "PLAY" && !row.playing:
		a.fail(wrong+"no audio playing in agent session", itoa(row.session), serverIP, stage, row.User)
		return
	case stage == "PLAY" && row.playing && override != "Y":
		a.fail(wrong+"audio already playing in agent session", itoa(row.session), serverIP, stage, override, row.User)
		return
	case stage == "PLAY" && row.playing:
		a.notice("audio_playback previous playback stopped", stage, override, row.User)
	}
	switch stage {
	case "PLAY":
		row.playing, row.audio = true, v
	case "STOP":
		row.playing, row.audio = false, ""
	}
	a.s.acts = append(a.s.acts, Act{Agent: row.User, Command: "audio_playback", Value: strings.TrimSpace(stage + " " + v)})
	a.succeed("audio_playback function sent", v, stage, row.User)
}
