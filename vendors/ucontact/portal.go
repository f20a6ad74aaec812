package ucontact

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"ctiagent/cti"
)

// PortalCallIn is the portal's action call.
type PortalCallIn struct {
	Campaign    string `json:"campaign,omitempty" help:"the option campaign when left out"`
	CallerID    string `json:"callerid,omitempty" help:"the number to show to the customer"`
	Destination string `json:"destination" required:"true" role:"number" help:"the number to call"`
}

// PortalPhoneIn is the portal's action callWithPhone.
type PortalPhoneIn struct {
	Campaign    string `json:"campaign,omitempty" help:"the option campaign when left out"`
	Destination string `json:"destination" required:"true" role:"number" help:"the number to call"`
}

// PortalTagIn is the portal's action tag.
type PortalTagIn struct {
	GUID    string `json:"guid" required:"true" help:"the call's guid"`
	Message string `json:"message" required:"true" help:"the text to keep"`
}

// PortalRespoolIn is the portal's action respool.
type PortalRespoolIn struct {
	Object RespoolIn `json:"objetoRespool" required:"true"`
}

// PortalScheduleIn is the portal's action schedule. The object's calldate is not needed.
type PortalScheduleIn struct {
	CallDate string         `json:"callDate,omitempty" help:"yyyy-MM-dd HH:mm:ss in the site's time, or RFC 3339; now when left out"`
	Object   ScheduleObject `json:"objectDialer" required:"true"`
}

// ScheduleObject is what is to be called.
type ScheduleObject struct {
	Campaign     string `json:"campaign,omitempty" help:"the option campaign when left out"`
	Destination  string `json:"destination" required:"true" help:"the number to call"`
	Alternatives string `json:"alternatives,omitempty" help:"more numbers with : between them"`
	Data         string `json:"data,omitempty" help:"for the workflow: Par1=Val1:Par2=Val2"`
}

// CTIOut is the portal's answer to the action CTI; the object is null while there is no call.
type CTIOut struct {
	CTI *CTIObject `json:"CTI"`
}

// CTIObject is the agent's call. Manual 004, "CTI", says what is in it and names no member: these are the members of the object
// for Respool, into which pages turn it. Of contact and dialerbase the driver knows what a call was dialled with.
type CTIObject struct {
	GUID         string `json:"guid"`
	CallerID     string `json:"callerid"`
	Campaign     string `json:"campaign"`
	Destination  string `json:"destination" help:"the customer's number, empty when nobody tells it"`
	Status       whole  `json:"status" help:"always 1"`
	Data         string `json:"data" help:"Par1=Val1:Par2=Val2"`
	Alternatives string `json:"alternatives" help:"with : between them"`
	Retries      whole  `json:"retries"`
	Contact      digits `json:"contact"`
	DialerBase   string `json:"dialerbase"`
	Priority     whole  `json:"priority"`
	AgentPhone   string `json:"agentphone"`
}

// ctiOf is what the driver knows of the agent's call, the last one when none is under way; nil when there was none.
func (s *session) ctiOf(t cti.Target) *CTIObject {
	c, _, ok := s.book(t).named(t.Ref)
	if !ok {
		return nil
	}
	o := &CTIObject{GUID: c.ref, CallerID: c.callerID, Campaign: c.campaign, Destination: c.number, Status: statusPooled,
		Priority: topPriority, AgentPhone: t.Extension}
	own, rest := fieldsOf(c.data, "contact", "dialerbase", "alternatives", "retries", "priority", "data")
	o.Contact, o.DialerBase, o.Alternatives, o.Data = digits(own["contact"]), own["dialerbase"], own["alternatives"], own["data"]
	for name, to := range map[string]*whole{"retries": &o.Retries, "priority": &o.Priority} {
		var n whole
		if own[name] != "" && json.Unmarshal([]byte(own[name]), &n) == nil {
			*to = n
		}
	}
	if o.Data == "" {
		var data []string
		for _, name := range slices.Sorted(maps.Keys(rest)) {
			if !strings.ContainsAny(name+rest[name], separators) {
				data = append(data, name+"="+rest[name])
			}
		}
		o.Data = strings.Join(data, ":")
	}
	return o
}

func (s *session) portalCall(ctx context.Context, r cti.Req[PortalCallIn]) (Called, error) {
	return s.dial(ctx, PortalCall.Name, r.Target, AgentCallIn{CallerID: r.In.CallerID, OutQueue: r.In.Campaign, Destination: r.In.Destination}, nil)
}

// portalPhone dials: AgentCall rings the agent's own phone first, which is the portal's phone where the agent uses that. The
// portal's shortcut into it is closed to all but its own pages.
func (s *session) portalPhone(ctx context.Context, r cti.Req[PortalPhoneIn]) (Called, error) {
	return s.dial(ctx, PortalPhone.Name, r.Target, AgentCallIn{OutQueue: r.In.Campaign, Destination: r.In.Destination}, nil)
}

func (s *session) portalHangup(ctx context.Context, r cti.Req[cti.None]) (Done, error) {
	return s.hangUp(ctx, PortalHangup.Name, r.Target, "")
}

func (s *session) portalTag(ctx context.Context, r cti.Req[PortalTagIn]) (cti.None, error) {
	return cti.None{}, s.tag(ctx, PortalTag.Name, r.Target, TagRecordIn{GUID: r.In.GUID, Data: r.In.Message})
}

// portalCTI answers the call that is under way.
func (s *session) portalCTI(_ context.Context, r cti.Req[cti.None]) (CTIOut, error) {
	if _, live, _ := s.book(r.Target).named(r.Ref); !live {
		return CTIOut{}, nil
	}
	return CTIOut{s.ctiOf(r.Target)}, nil
}

// portalRespool gives a contact back for this desk: whose phone it is assigned to is not the page's to say.
func (s *session) portalRespool(ctx context.Context, r cti.Req[PortalRespoolIn]) (Done, error) {
	in := r.In.Object
	in.AgentPhone = r.Extension
	return s.giveBack(ctx, PortalRespool.Name, r.Target, in)
}

// portalSchedule schedules a call for this desk.
func (s *session) portalSchedule(ctx context.Context, r cti.Req[PortalScheduleIn]) (Done, error) {
	o := r.In.Object
	return s.later(ctx, PortalSchedule.Name, ScheduleIn{CallDate: r.In.CallDate, Campaign: cmp.Or(o.Campaign, s.opts.campaign),
		Destination: o.Destination, Alternatives: o.Alternatives, AgentPhone: r.Extension, Data: o.Data})
}
