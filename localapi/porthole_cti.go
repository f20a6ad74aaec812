package localapi

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"ctiagent/cti"
	"ctiagent/localapi/protocol"
)

// ctiObject is the current call as uContact's pages know it. The document
// (manual 004, "CTI") names what is in it but no member; these are the members
// of the Respool object, into which pages turn it.
type ctiObject struct {
	GUID         string `json:"guid"`
	CallerID     string `json:"callerid"`
	Campaign     string `json:"campaign"`
	Destination  string `json:"destination"`
	Status       any    `json:"status"`
	Data         string `json:"data"`         // Par1=Val1:Par2=Val2
	Alternatives string `json:"alternatives"` // with : between them
	Retries      any    `json:"retries"`
	Contact      any    `json:"contact"`
	DialerBase   string `json:"dialerbase"`
	Priority     any    `json:"priority"`
	AgentPhone   string `json:"agentphone"`
	// Parameters is ours: every parameter of the customer as the vendor wrote
	// it, since Data cannot hold one with : or = in it.
	Parameters map[string]string `json:"parameters"`
}

// What uContact has where nobody said otherwise (manual 004, "CTI").
const (
	ctiStatus   = 1    // "always 1"
	ctiPriority = 9999 // of the sample; 1 is for schedules
)

// ctiAction answers the current call; null while there is none.
func ctiAction(ctx context.Context, a portholeAct) (any, error) {
	out, err := a.perform(ctx, wished{method: protocol.DeskSnapshot})
	if err != nil {
		return nil, err
	}
	s, ok := out.(cti.DeskState)
	if !ok {
		return nil, cti.Fail(cti.InternalError, a.frame.Action, "the desk answered no state")
	}
	c := currentCall(s.Calls)
	if c == nil {
		return map[string]*ctiObject{"CTI": nil}, nil
	}
	return map[string]*ctiObject{"CTI": ctiOf(c, s.Agent)}, nil
}

// currentCall is the call the agent is busy with: the newest of those that have
// come furthest.
func currentCall(calls []*cti.Call) *cti.Call {
	order := []cti.CallState{cti.Dialing, cti.Ringing, cti.Wrapup, cti.Held, cti.Connected}
	var found *cti.Call
	for _, c := range calls { // oldest first
		if c.Live() && (found == nil || slices.Index(order, c.State) >= slices.Index(order, found.State)) {
			found = c
		}
	}
	return found
}

func ctiOf(c *cti.Call, agent cti.Agent) *ctiObject {
	o := &ctiObject{GUID: guidOf(c), CallerID: c.From, Campaign: c.Campaign, Destination: customerOf(c), AgentPhone: agent.Extension,
		Status: ctiStatus, Retries: 0, Contact: "", Priority: ctiPriority, Parameters: map[string]string{}}
	maps.Copy(o.Parameters, c.Contact)
	var data []string
	for _, name := range slices.Sorted(maps.Keys(c.Contact)) {
		value := c.Contact[name]
		switch strings.ToLower(name) {
		case "status":
			o.Status = digitsOr(value)
		case "retries":
			o.Retries = digitsOr(value)
		case "contact":
			o.Contact = digitsOr(value)
		case "priority":
			o.Priority = digitsOr(value)
		case "alternatives":
			o.Alternatives = value
		case "dialerbase":
			o.DialerBase = value
		case "agentphone":
			o.AgentPhone = value
		case "data":
			o.Data = value
		default:
			if !strings.ContainsAny(name+value, ":=\r\n") {
				data = append(data, name+"="+value)
			}
		}
	}
	if o.Data == "" {
		o.Data = strings.Join(data, ":")
	}
	return o
}

// customerOf is the customer's number as the PBX writes it, for it goes back
// there.
func customerOf(c *cti.Call) string {
	number := ""
	switch c.Direction {
	case cti.Outbound:
		number = c.To
	case cti.Inbound:
		number = c.From
	}
	return cmp.Or(number, c.Remote.Raw, c.Remote.E164)
}

// digitsOr is a number where the text is one, as uContact writes its own.
func digitsOr(text string) any {
	if n, err := strconv.ParseInt(text, 10, 53); err == nil {
		return n
	}
	return text
}
