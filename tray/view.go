package tray

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"ctiagent/cti"
	"ctiagent/internal/i18n"
)

// Icon is what the icon says at a glance. The icons differ in shape, not in colour alone.
type Icon string

// The icons.
const (
	IconOffline Icon = "offline"
	IconReady   Icon = "ready"
	IconPaused  Icon = "paused"
	IconRinging Icon = "ringing"
	IconOnCall  Icon = "on_call"
	IconWrapup  Icon = "wrapup"
	IconTrouble Icon = "trouble" // no service, or a driver without its PBX
)

// Icons lists every icon.
func Icons() []Icon {
	return []Icon{IconOffline, IconReady, IconPaused, IconRinging, IconOnCall, IconWrapup, IconTrouble}
}

// View is all that a notification area shows.
type View struct {
	Icon    Icon
	Tooltip string
	Menu    []Item
}

// Equal says whether both look alike and do the same.
func (v View) Equal(w View) bool { return reflect.DeepEqual(v, w) }

// Item is one line of the menu.
type Item struct {
	// ID names the item; no two items of a menu have the same.
	ID    string
	Title string
	// Separator is a line between items; it has nothing but its ID.
	Separator bool
	// Submenu opens Items, which may be none, and does nothing else.
	Submenu bool
	Items   []Item
	// Checkable items have a mark when Checked.
	Checkable, Checked bool
	Hidden, Disabled   bool
	Do                 Command
}

// Command is what choosing an item does. Call is the call it is about, for the question before it.
type Command struct {
	Name   string // a method of the service, or one of the tray's own names
	Params any
	Call   string
}

// How much a menu can hold: the top-level items are made once, so they are counted.
const (
	maxLinks   = 4  // links to PBX and phones that are named one by one
	maxCalls   = 4  // calls with a menu of their own
	maxReasons = 40 // reasons for a pause
	maxPages   = 20 // pages that may connect
	maxRecent  = 10 // numbers called last
)

// View is what the tray shows in this state, to this session, at this time.
func (s *State) View(lang i18n.Lang, hand Hand, now time.Time) View {
	p := painter{State: s, lang: lang, hand: hand, now: now}
	v := View{Icon: s.icon(), Tooltip: p.tooltip()}
	v.Menu = append(v.Menu, p.who()...)
	v.Menu = append(v.Menu, separator(1))
	v.Menu = append(v.Menu, p.agent()...)
	v.Menu = append(v.Menu, separator(2))
	v.Menu = append(v.Menu, p.calls()...)
	v.Menu = append(v.Menu, p.numbers()...)
	v.Menu = append(v.Menu, separator(3))
	v.Menu = append(v.Menu, p.site()...)
	v.Menu = append(v.Menu, separator(4), Item{ID: "quit", Title: p.t("tray.quit"), Do: Command{Name: quit}})
	return v
}

// icon: a call comes first, for it cannot wait; then what keeps calls away.
func (s *State) icon() Icon {
	if !s.Online {
		return IconTrouble
	}
	switch s.Desk.Agent.State {
	case cti.AgentRinging:
		return IconRinging
	case cti.AgentOnCall:
		return IconOnCall
	}
	for _, d := range s.Desk.Drivers {
		if d.Link != cti.LinkConnected {
			return IconTrouble
		}
	}
	switch s.Desk.Agent.State {
	case cti.AgentReady:
		return IconReady
	case cti.AgentPaused:
		return IconPaused
	case cti.AgentWrapup:
		return IconWrapup
	}
	return IconOffline
}

// painter makes the items of one view.
type painter struct {
	*State
	lang i18n.Lang
	hand Hand
	now  time.Time
}

func (p painter) t(id string, args ...any) string {
	words := make(map[string]any, len(args)/2)
	for i := 0; i+1 < len(args); i += 2 {
		words[args[i].(string)] = args[i+1]
	}
	return i18n.T(p.lang, id, words)
}

func separator(n int) Item { return Item{ID: fmt.Sprintf("separator.%d", n), Separator: true} }

// tooltip is who and how, in one line.
func (p painter) tooltip() string {
	if !p.Online {
		return p.t("tray.service.absent")
	}
	return "ctiagent: " + p.stateText()
}

// who tells who sits here, how they stand, and how the links stand.
func (p painter) who() []Item {
	told := func(id, title string) Item { return Item{ID: id, Title: title, Disabled: true, Hidden: title == ""} }
	if !p.Online {
		out := []Item{told("who", p.t("tray.service.absent")), told("state", p.t("tray.service.wait"))}
		for i := range maxLinks {
			out = append(out, told(fmt.Sprintf("link.%d", i+1), ""))
		}
		return append(out, told("outbox", ""))
	}
	out := []Item{told("who", p.person()), told("state", p.stateText())}
	for i := range maxLinks {
		title := ""
		if i < len(p.Desk.Drivers) {
			d := p.Desk.Drivers[i]
			title = clean(d.Title) + ": " + p.t("tray.link."+string(d.Link))
			if d.Detail != "" && d.Link != cti.LinkConnected {
				title += ". " + clean(d.Detail)
			}
		}
		out = append(out, told(fmt.Sprintf("link.%d", i+1), title))
	}
	return append(out, told("outbox", p.outbox()))
}

// outbox counts what waits for a link, and what asks for a look; "" for nothing.
func (p painter) outbox() string {
	n := p.Desk.Outbox
	var parts []string
	if n.Waiting > 0 {
		parts = append(parts, p.t("tray.outbox.waiting", "Count", n.Waiting))
	}
	if look := n.Unconfirmed + n.Refused + n.Expired; look > 0 {
		parts = append(parts, p.t("tray.outbox.look", "Count", look))
	}
	return strings.Join(parts, " · ")
}

func (p painter) person() string {
	var parts []string
	g := p.Desk.Agent
	if g.Name != "" {
		parts = append(parts, clean(g.Name))
	}
	if g.ID != "" {
		parts = append(parts, p.t("tray.agent", "ID", clean(g.ID)))
	}
	if g.Extension != "" {
		parts = append(parts, p.t("tray.extension", "Number", clean(g.Extension)))
	}
	if len(parts) == 0 {
		return p.t("tray.nobody")
	}
	return strings.Join(parts, " · ")
}

// stateText is what the agent does, since when, and in a pause how long and how long at most.
func (p painter) stateText() string {
	g := p.Desk.Agent
	state := g.State
	if state == "" {
		state = cti.AgentOffline
	}
	text := p.t("tray.state." + string(state))
	if g.Reason != "" {
		text += ": " + clean(g.Reason)
	}
	switch {
	case g.Since.IsZero():
	case state == cti.AgentPaused:
		text += ", " + p.pauseTime()
	default:
		text += ", " + p.t("tray.since", "Time", g.Since.Local().Format("15:04"))
	}
	return text
}

// afterCall is how the service is asked for a pause that waits for the end of the call.
const afterCall = "afterCall"

// pauses is how a pause can be begun now: at once, or where a call is under way, after it.
func (p painter) pauses() (title, when string) {
	for _, c := range p.Desk.Calls {
		if p.Online && c.Live() && c.State != cti.Wrapup {
			return p.t("tray.pause.later"), afterCall
		}
	}
	return p.t("tray.pause"), ""
}

// agent is login, logout and pauses.
func (p painter) agent() []Item {
	can := func(verb string) bool { return p.Online && has(p.Desk.Agent.Actions, verb) }
	pause := can(cti.AgentPause.Name)
	title, when := p.pauses()
	reasons := p.reasonItems(when)
	in := p.Online && p.Desk.Agent.State != cti.AgentOffline && p.Desk.Agent.State != ""
	return []Item{
		{ID: "login", Title: p.t("tray.login"), Hidden: in, Disabled: !can(cti.AgentLogin.Name),
			Do: Command{Name: cti.AgentLogin.Name, Params: cti.LoginIn{}}},
		{ID: "pause", Title: title, Hidden: len(reasons) > 0, Disabled: !pause,
			Do: Command{Name: cti.AgentPause.Name, Params: cti.PauseIn{When: when}}},
		{ID: "pauseFor", Title: title, Hidden: len(reasons) == 0, Disabled: !pause, Submenu: true, Items: reasons},
		{ID: "unpause", Title: p.t("tray.unpause"), Hidden: !can(cti.AgentUnpause.Name),
			Do: Command{Name: cti.AgentUnpause.Name, Params: cti.None{}}},
		{ID: "logout", Title: p.t("tray.logout"), Hidden: !in, Disabled: !can(cti.AgentLogout.Name),
			Do: Command{Name: cti.AgentLogout.Name, Params: cti.None{}}},
	}
}

// reasonItems are the PBX's own reasons with their limits. One that asks for a note cannot be chosen here, and says so.
func (p painter) reasonItems(when string) []Item {
	if !p.Online {
		return nil
	}
	var out []Item
	for i, r := range p.Reasons {
		if i == maxReasons {
			break
		}
		title := clean(r.Name)
		if r.LimitSeconds > 0 {
			title += " (" + p.t("tray.pause.limit", "Time", exact(time.Duration(r.LimitSeconds)*time.Second)) + ")"
		}
		if r.NeedsNote {
			title += " (" + p.t("tray.pause.note") + ")"
		}
		out = append(out, Item{ID: "pause:" + r.ID, Title: title, Disabled: r.NeedsNote, Checkable: true,
			Checked: p.Desk.Agent.State == cti.AgentPaused && p.isReason(r),
			Do:      Command{Name: cti.AgentPause.Name, Params: cti.PauseIn{Reason: r.ID, When: when}}})
	}
	return out
}

// site is what belongs to the machine: paired pages, the control page, diagnostics.
func (p painter) site() []Item {
	var pages []Item
	for i, o := range p.Pages {
		if i == maxPages || !p.Online {
			break
		}
		open := Item{ID: "page:" + o.Origin, Title: p.t("tray.page.open"), Hidden: p.hand.OpenURL == nil, Do: Command{Name: openPage, Params: o.Origin}}
		back := Item{ID: "revoke:" + o.Origin, Title: p.t("tray.page.revoke"), Do: Command{Name: revokePage, Params: o.Origin}}
		if o.Source == configured {
			back.Title, back.Disabled = p.t("tray.page.configured"), true
		}
		pages = append(pages, Item{ID: "pages:" + o.Origin, Title: clean(o.Origin), Submenu: true, Items: []Item{open, back}})
	}
	return []Item{
		{ID: "pages", Title: p.t("tray.pages"), Submenu: true, Items: pages, Hidden: len(pages) == 0},
		{ID: "control", Title: p.t("tray.control"), Disabled: !p.Online, Hidden: p.hand.OpenURL == nil, Do: Command{Name: openControl}},
		{ID: "doctor", Title: p.t("tray.doctor"), Disabled: !p.Online, Do: Command{Name: doctor}},
	}
}

func has(list []string, name string) bool {
	for _, s := range list {
		if s == name {
			return true
		}
	}
	return false
}
