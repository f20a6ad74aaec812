package totalip

import (
	"context"

	"ctiagent/cti"
)

// Event is one line of the event socket about the desk's extension. Which fields are filled depends on the tag.
type Event struct {
	Tag        string `json:"evento" values:"A,R,D,PREVIEW,AGOP,H,S"`
	Extension  string `json:"ramal"`
	From       string `json:"telefone_origem,omitempty" help:"R: who calls; the area code is missing on local calls"`
	Number     string `json:"telefone,omitempty" help:"A, R, D, PREVIEW and AGOP: the number that was or is to be dialled"`
	Param1     string `json:"parametro1,omitempty" help:"D, PREVIEW and AGOP: the customer's parameter 1 in the mailing"`
	Param2     string `json:"parametro2,omitempty" help:"D, PREVIEW and AGOP: the customer's parameter 2 in the mailing"`
	Campaign   string `json:"id_campanha,omitempty" help:"D, PREVIEW and AGOP"`
	Call       string `json:"uniqueid,omitempty" help:"A, R, D and H: the call's code"`
	StatusID   string `json:"id_status,omitempty" help:"S"`
	StatusName string `json:"status,omitempty" help:"S"`
}

// eventOf is a line as those who follow get it.
func eventOf(l line) Event {
	e := Event{Tag: string(l.tag), Extension: l.extension, From: l.from, Number: l.phone, Param1: l.param1, Param2: l.param2,
		Campaign: l.campaign, Call: l.ref, StatusID: l.statusID, StatusName: l.statusName}
	if l.tag == tagReceived {
		e.Number = l.to
	}
	return e
}

// eventRows are the lines of the event socket as rows that can be followed.
func eventRows() []cti.Func[*session] {
	rows := []cti.Func[*session]{}
	for _, e := range []struct {
		tag           tag
		title, source string
	}{
		{tagActive, "Follow the calls the extension makes", "002 1.2.1.1"},
		{tagReceived, "Follow the calls the extension answers", "002 1.2.1.2"},
		{tagDialer, "Follow the contacts the dialer hands to the extension", "002 1.2.1.3"},
		{tagPreview, "Follow the contacts shown before they are dialled", "002 1.2.1.4"},
		{tagCallback, "Follow the reminders of promised calls", "002 1.2.1.5"},
		{tagHangup, "Follow the ends of the extension's calls", "002 1.2.1.6"},
		{tagStatus, "Follow the statuses of the extension's user", "002 1.2.1.7"},
	} {
		a := cti.Action[cti.None, cti.Feed[Event]]{Name: driverName + "." + string(e.tag), Title: e.title, Effect: cti.Observe}
		rows = append(rows, cti.Row(a, e.source, follow(a.Name, e.tag)))
	}
	return rows
}

// follow serves the lines of one tag from now on. While the event socket is down there are none; the link says so.
func follow(op string, wanted tag) func(*session, context.Context, cti.Req[cti.None]) (cti.Feed[Event], error) {
	return func(s *session, ctx context.Context, _ cti.Req[cti.None]) (cti.Feed[Event], error) {
		all := s.events.Listen(ctx, op)
		return func(yield func(Event, error) bool) {
			for e, err := range all {
				if (err != nil || e.Tag == string(wanted)) && !yield(e, err) {
					return
				}
			}
		}, nil
	}
}
