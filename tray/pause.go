package tray

import (
	"fmt"
	"time"

	"ctiagent/cti"
	"ctiagent/internal/i18n"
)

// lead is how long before a pause's limit the person is warned; short pauses by a quarter of them.
const lead = time.Minute

// warning is one sentence about the pause that is under way; the zero warning is none.
type warning struct {
	kind   string // soon, over
	since  time.Time
	reason string
	left   time.Duration
}

// text is the warning's sentence.
func (w warning) text(lang i18n.Lang) string {
	return i18n.T(lang, "tray.pause."+w.kind, map[string]any{"Reason": clean(w.reason), "Time": exact(w.left)})
}

// isReason says whether the agent's pause has this reason. A PBX tells of a pause by the reason's name, some by its id.
func (s *State) isReason(r cti.PauseReason) bool {
	return s.Desk.Agent.Reason != "" && (r.Name == s.Desk.Agent.Reason || r.ID == s.Desk.Agent.Reason)
}

// limit is how long the pause under way may take; 0 where there is none or no limit is known.
func (s *State) limit() time.Duration {
	if !s.paused() {
		return 0
	}
	for _, r := range s.Reasons {
		if s.isReason(r) {
			return time.Duration(r.LimitSeconds) * time.Second
		}
	}
	return 0
}

// paused says whether a pause is under way whose beginning is known.
func (s *State) paused() bool {
	return s.Online && s.Desk.Agent.State == cti.AgentPaused && !s.Desk.Agent.Since.IsZero()
}

// elapsed is how long the pause has taken. A clock that was set back does not make it negative.
func (s *State) elapsed(now time.Time) time.Duration {
	return max(0, now.Sub(s.Desk.Agent.Since.Time))
}

func leadOf(limit time.Duration) time.Duration { return min(lead, limit/4) }

// warning is what the person has to be told of the pause now.
func (s *State) warning(now time.Time) warning {
	limit, past := s.limit(), s.elapsed(now)
	w := warning{since: s.Desk.Agent.Since.Time, reason: s.Desk.Agent.Reason}
	switch {
	case limit <= 0 || past < limit-leadOf(limit):
		return warning{}
	case past < limit:
		w.kind, w.left = "soon", leadOf(limit)
	default:
		w.kind = "over"
	}
	return w
}

// nextChange is when the view or the warning changes by time alone; zero for never, so that nothing ticks without a
// pause.
func (s *State) nextChange(now time.Time) time.Time {
	if !s.paused() {
		return time.Time{}
	}
	past := s.elapsed(now)
	next := past.Truncate(time.Minute) + time.Minute
	if limit := s.limit(); limit > 0 {
		for _, at := range []time.Duration{limit - leadOf(limit), limit} {
			if at > past {
				next = min(next, at)
			}
		}
	}
	return now.Add(next - past)
}

// pauseTime is "12 min of 15 min", or how far the limit lies behind.
func (p painter) pauseTime() string {
	limit, past := p.limit(), p.elapsed(p.now)
	switch {
	case limit <= 0:
		return p.t("tray.pause.time", "Time", minutes(past))
	case past < limit:
		return p.t("tray.pause.time.limit", "Time", minutes(past), "Limit", exact(limit))
	}
	return p.t("tray.pause.time.over", "Time", minutes(past), "Limit", exact(limit))
}

// minutes writes a duration to the whole minute, as every language here does.
func minutes(d time.Duration) string {
	if h := d / time.Hour; h > 0 {
		return fmt.Sprintf("%d h %02d min", h, d%time.Hour/time.Minute)
	}
	return fmt.Sprintf("%d min", d/time.Minute)
}

// exact writes a duration that may be no whole number of minutes.
func exact(d time.Duration) string {
	switch rest := d % time.Minute / time.Second; {
	case rest == 0:
		return minutes(d)
	case d < time.Minute:
		return fmt.Sprintf("%d s", rest)
	default:
		return fmt.Sprintf("%s %d s", minutes(d), rest)
	}
}
