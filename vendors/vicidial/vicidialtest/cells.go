package vicidialtest

import (
	"strconv"
	"strings"
)

// cell is a column of vicidial_live_agents in which a command waits for the agent's page. There is one of each kind, so
// a second command of the kind replaces the first (source read, api.php 2.14-82).
type cell string

const (
	cellHangup    cell = "external_hangup"
	cellStatus    cell = "external_status"
	cellPause     cell = "external_pause" // logout writes here too
	cellDial      cell = "external_dial"  // preview_dial_action writes here too
	cellDTMF      cell = "external_dtmf"
	cellTransfer  cell = "external_transferconf"
	cellPark      cell = "external_park"
	cellRecording cell = "external_recording"
	cellPauseCode cell = "external_pause_code"
	cellLead      cell = "external_lead_id"
	cellFields    cell = "external_update_fields_data" // refresh_panel writes here too
	cellTimer     cell = "external_timer_action"
	cellInGroups  cell = "external_ingroups"
	cellBlended   cell = "external_blended"
	cellMessage   cell = "external_vm_message"
)

// size is how many characters a column holds; what is longer is cut without a word (recorded for external_dial, the
// others source read). 0 is no limit that matters here.
func (c cell) size() int {
	switch c {
	case cellHangup:
		return 1
	case cellPauseCode:
		return 6
	case cellRecording:
		return 20
	case cellDial, cellDTMF:
		return 100
	case cellTransfer:
		return 120
	case cellStatus:
		return 255
	default:
		return 0
	}
}

// Cell answers what waits in a column of an agent's row, such as external_dial.
func (s *Server) Cell(agent, name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.agents[agent]; a != nil {
		return a.cells[cell(name)]
	}
	return ""
}

// wipe empties cells.
func (a *agent) wipe(cells ...cell) {
	for _, c := range cells {
		delete(a.cells, c)
		delete(a.unread, c)
	}
}

// write stores a command and answers whether that changed the row, as the database counts. It reports what is lost by
// it: a command the page has not read, one of the same second, the end of a long one.
func (a *agent) write(c cell, value string) (changed bool, lost []string) {
	if a.page.open && a.unread[c] && a.cells[c] != value {
		lost = append(lost, string(c)+" overwritten before the page read it")
	}
	if n := c.size(); n > 0 && len(value) > n {
		value = value[:n]
		lost = append(lost, string(c)+" cut at "+strconv.Itoa(n))
	}
	if at := stamp(c, value); at != 0 && at == a.page.seen[c] {
		lost = append(lost, string(c)+" of a second the page has had")
	}
	changed = a.cells[c] != value
	a.cells[c] = value
	a.unread[c] = true
	return changed, lost
}

// stamp is the epoch second in a command, or 0. By it the page tells two commands of a kind apart: it drops the second
// one of a second.
func stamp(c cell, value string) int64 {
	parts := strings.Split(value, "!")
	i := -1
	switch c {
	case cellPause:
		i = 1
	case cellDial:
		i = 6
	case cellTransfer:
		i = transferStamp
	}
	if i < 0 || i >= len(parts) {
		return 0
	}
	n, _ := strconv.ParseInt(parts[i], 10, 64)
	return n
}
