package localapi_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"

	"ctiagent/cti"
	"ctiagent/internal/config"
	"ctiagent/localapi"
	"ctiagent/localapi/localapitest"
	"ctiagent/localapi/protocol"
)

// portal is a page written for uContact's portal.
type portal struct {
	t  *testing.T
	ws *websocket.Conn
}

func openPortal(t *testing.T, s *localapitest.Server, origin string) *portal {
	t.Helper()
	d := websocket.Dialer{Subprotocols: []string{protocol.SubprotocolPorthole}, HandshakeTimeout: localapitest.Patience}
	ws, _, err := d.Dial("ws"+s.URL()[len("http"):]+"v1/ws", http.Header{"Origin": {origin}, "Accept-Language": {"pt-BR"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ws.Close() })
	if got := ws.Subprotocol(); got != protocol.SubprotocolPorthole {
		t.Fatalf("the door speaks %q", got)
	}
	return &portal{t, ws}
}

// post sends an action as Porthole 1.0.0 frames it.
func (p *portal) post(data string) {
	p.t.Helper()
	p.say(`{"data":` + data + `,"sourceOrigin":"` + localapitest.Origin + `","targetOrigin":"*","sourceWindowName":"form","targetWindowName":"portal"}`)
}

func (p *portal) say(text string) {
	p.t.Helper()
	if err := p.ws.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
		p.t.Fatal(err)
	}
}

// hear reads the data of the next message, which must be framed.
func (p *portal) hear() string {
	p.t.Helper()
	if err := p.ws.SetReadDeadline(time.Now().Add(localapitest.Patience)); err != nil {
		p.t.Fatal(err)
	}
	_, raw, err := p.ws.ReadMessage()
	if err != nil {
		p.t.Fatal(err)
	}
	var f struct {
		Data         json.RawMessage `json:"data"`
		SourceOrigin string          `json:"sourceOrigin"`
		TargetOrigin string          `json:"targetOrigin"`
	}
	if err := json.Unmarshal(raw, &f); err != nil || len(f.Data) == 0 || !strings.HasPrefix(f.SourceOrigin, "http://127.0.0.1:") || !strings.HasPrefix(f.TargetOrigin, "https://") {
		p.t.Fatalf("%s is no answer of Porthole: %v", raw, err)
	}
	return string(f.Data)
}

// failed reads an answer that says why an action failed.
func (p *portal) failed() map[string]string {
	p.t.Helper()
	text := p.hear()
	var f struct{ Error map[string]string }
	if err := json.Unmarshal([]byte(text), &f); err != nil || f.Error == nil {
		p.t.Fatalf("got %s, want an error", text)
	}
	if h := f.Error["hint"]; h == "" || strings.HasPrefix(h, "[") || f.Error["text"] == "" {
		p.t.Errorf("the error %v says nothing", f.Error)
	}
	return f.Error
}

// answersCall makes a desk answer a call verb with a call.
func answersCall[In any](s *localapitest.Server, a cti.Action[In, cti.CallOut], c *cti.Call) {
	s.Desk.Serve(cti.InfoOf(a, ""), func(context.Context, cti.Wish) (any, error) { return c, nil })
}

func answersNothing[In, Out any](s *localapitest.Server, a cti.Action[In, Out]) {
	s.Desk.Serve(cti.InfoOf(a, ""), func(context.Context, cti.Wish) (any, error) { var out Out; return out, nil })
}

func wishes(s *localapitest.Server) string {
	var all []string
	for _, w := range s.Desk.Wishes() {
		all = append(all, w.Method+string(w.Params))
	}
	return strings.Join(all, "\n")
}

func TestPortalPageDialsWithAnyVendor(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	answersCall(s, cti.CallDial, &cti.Call{ID: "01A", Actions: []string{}})
	p := openPortal(t, s, localapitest.Origin)
	p.post(`{"action":"call","campaign":"Sales->","callerid":551130030000,"destination":"098344484"}`)
	if got := p.hear(); got != `{"guid":"01A"}` {
		t.Errorf("got %s", got)
	}
	answersCall(s, cti.CallDial, &cti.Call{ID: "01B", Ref: "1732110000.42", Actions: []string{}})
	p.say(`{"action":"callWithPhone","destination":"091000000","campaign":"Sale->"}`)
	if got := p.hear(); got != `{"guid":"1732110000.42"}` {
		t.Errorf("got %s", got)
	}
	answersCall(s, cti.CallDial, nil) // a driver that reports no calls
	p.post(`{"action":"call","destination":"1"}`)
	if got := p.hear(); got != `{"guid":""}` {
		t.Errorf("got %s", got)
	}
	got := s.Desk.Wishes()
	want := []cti.Wish{
		{Method: "call.dial", Params: json.RawMessage(`{"number":"098344484","campaign":"Sales-\u003e","callerId":"551130030000"}`)},
		{Method: "call.dial", Params: json.RawMessage(`{"number":"091000000","campaign":"Sale-\u003e"}`), PhoneFirst: true},
		{Method: "call.dial", Params: json.RawMessage(`{"number":"1"}`)},
	}
	for i := range want {
		want[i].Origin, want[i].Foreign, want[i].Language = localapitest.Origin, true, "pt-BR"
	}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("-got +want\n%s", diff)
	}
}

func TestPortalAnswerIsFramedBack(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	answersCall(s, cti.CallDial, &cti.Call{ID: "01A", Actions: []string{}})
	p := openPortal(t, s, localapitest.Origin)
	p.post(`{"action":"call","destination":"1"}`)
	_, raw, err := p.ws.ReadMessage()
	if err != nil {
		t.Fatal(err)
	}
	want := `{"data":{"guid":"01A"},"sourceOrigin":"` + strings.TrimSuffix(s.URL(), "/") + `","targetOrigin":"` + localapitest.Origin + `","sourceWindowName":"portal","targetWindowName":"form"}`
	if string(raw) != want {
		t.Errorf("got  %s\nwant %s", raw, want)
	}
}

func TestDocumentedActionsWithoutAnAnswerHaveNone(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	s.Desk.SetCalls(&cti.Call{ID: "01A", Ref: "guid-1", State: cti.Connected, Actions: []string{}})
	answersCall(s, cti.CallHangup, nil)
	answersCall(s, cti.CallHold, &cti.Call{ID: "01A", Direction: cti.Outbound, State: cti.Held, Actions: []string{}})
	answersNothing(s, cti.CallTag)
	answersNothing(s, cti.CallbackSchedule)
	p := openPortal(t, s, localapitest.Origin)
	p.post(`{"action":"tag","guid":"guid-1","message":"sold"}`)
	p.post(`{"action":"schedule","callDate":"2026-11-21T15:00:00-03:00","objectDialer":{"campaign":"Sales->","destination":"098344484","contact":222,"data":"Par1=Val1"}}`)
	p.post(`{"action":"respool","objetoRespool":{"campaign":"Sales->","destination":"098344484"}}`)
	p.post(`{"action":"tag","guid":"unknown","message":5}`)
	p.post(`{"action":"hold","guid":"01A"}`) // waits for all before it
	if got, want := p.hear(), `{"hold":{"id":"01A","direction":"outbound","state":"held","muted":false,"recording":false,"actions":[]}}`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	p.post(`{"action":"hangup"}`)
	p.post(`{"action":"hold"}`)
	p.hear()
	want := `call.tag{"call":"01A","text":"sold"}
callback.schedule{"number":"098344484","at":"2026-11-21T18:00:00.000Z","campaign":"Sales-\u003e","contact":"222","note":"Par1=Val1"}
callback.schedule{"number":"098344484","at":"2026-11-20T14:00:00.000Z","campaign":"Sales-\u003e"}
call.tag{"call":"unknown","text":"5"}
call.hold{"call":"01A"}
call.hangup{}
call.hold{}`
	if got := wishes(s); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

type respoolIn struct {
	Callspool struct {
		Contact int `json:"contact"`
	} `json:"callspool" required:"true"`
}

type scheduleIn struct {
	Calldate    string `json:"calldate"`
	Destination string `json:"destination"`
}

func TestRespoolAndScheduleAreUContactsOwnWhereItIsThere(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	answersNothing(s, cti.CallbackSchedule)
	answersNothing(s, cti.Action[respoolIn, cti.None]{Name: "ucontact.Dialers/Respool", Effect: cti.Control})
	answersNothing(s, cti.Action[scheduleIn, cti.None]{Name: "ucontact.Dialers/ScheduleDialerCall", Effect: cti.Control})
	answersCall(s, cti.CallHold, nil)
	p := openPortal(t, s, localapitest.Origin)
	p.post(`{"action":"respool","objetoRespool":{"contact":222}}`)
	p.post(`{"action":"schedule","callDate":"2016-10-10 15:00:00","objectDialer":{"destination":"098344484"}}`)
	p.post(`{"action":"schedule","callDate":null,"objectDialer":{"destination":"1"}}`)
	p.post(`{"action":"hold"}`)
	if got := p.hear(); got != `{"hold":null}` {
		t.Errorf("got %s", got)
	}
	want := `ucontact.Dialers/Respool{"callspool":{"contact":222}}
ucontact.Dialers/ScheduleDialerCall{"calldate":"2016-10-10 15:00:00","destination":"098344484"}
ucontact.Dialers/ScheduleDialerCall{"destination":"1"}
call.hold{}`
	if got := wishes(s); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestActionsPassTheGuardsOfTheirMethods(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	answersNothing(s, cti.AgentLogin)
	answersNothing(s, cti.Action[respoolIn, cti.None]{Name: "ucontact.Dialers/Respool", Effect: cti.Supervise})
	s.Desk.Serve(cti.InfoOf(cti.CallHangup, ""), func(context.Context, cti.Wish) (any, error) {
		return nil, &cti.Error{Kind: cti.Refused, Driver: "totalip", Title: "Total IP", Text: "RAMAL NAO ENCONTRADO", Sent: cti.CertainSent}
	})
	p := openPortal(t, s, localapitest.Origin)
	for _, c := range []struct{ post, kind string }{
		{`{"action":"login","agent":"12","password":"canary"}`, "forbidden"},
		{`{"action":"respool","objetoRespool":{"contact":222}}`, "forbidden"},
		{`{"action":"respool"}`, "bad_request"},
		{`{"action":"schedule","callDate":"tomorrow","objectDialer":{}}`, "bad_request"},
		{`{"action":"mute","on":"no"}`, "bad_request"},
		{`{"action":"tag","guid":{},"message":"x"}`, "bad_request"},
		{`{"action":"pause"}`, "unsupported"},
		{`{"action":"eval"}`, "unsupported"},
		{`{"action":"hangup"}`, "refused"},
	} {
		p.post(c.post)
		e := p.failed()
		if e["kind"] != c.kind || !strings.Contains(c.post, `"action":"`+e["action"]+`"`) || e["action"] == "" || strings.Contains(e["text"], "canary") {
			t.Errorf("%s: got %v, want %s", c.post, e, c.kind)
		}
	}
	p.say("{")
	if e := p.failed(); e["kind"] != "bad_request" || !strings.Contains(e["hint"], "UTF-8") {
		t.Errorf("got %v", e)
	}
	p.say(`{"action":"` + strings.Repeat("x", 64<<10) + `"}`)
	if e := p.failed(); e["kind"] != "bad_request" || !strings.Contains(e["text"], "65536") {
		t.Errorf("got %v", e)
	}
	for _, w := range s.Desk.Wishes() {
		if w.Method != "call.hangup" && w.Method != "agent.pause" {
			t.Errorf("the desk was asked %s", w.Method)
		}
	}
}

func TestExtensionsOfThePortalAnswer(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	agent := cti.Agent{ID: "12", State: cti.AgentPaused, Actions: []string{}}
	s.Desk.Serve(cti.InfoOf(cti.AgentPause, ""), func(context.Context, cti.Wish) (any, error) { return agent, nil })
	s.Desk.Serve(cti.InfoOf(cti.AgentUnpause, ""), func(context.Context, cti.Wish) (any, error) { return agent, nil })
	answersNothing(s, cti.AgentLogin)
	answersNothing(s, cti.AgentLogout)
	for _, a := range []cti.Action[cti.CallIn, cti.CallOut]{cti.CallResume, cti.CallMute, cti.CallUnmute} {
		answersCall(s, a, nil)
	}
	answersCall(s, cti.CallTransfer, nil)
	answersCall(s, cti.CallSendDTMF, nil)
	p := openPortal(t, s, localapitest.Origin)
	for _, c := range []struct{ post, want, wish string }{
		{`{"action":"pause","reason":"lunch","note":"n","when":"afterCall"}`, `{"pause":{"id":"12","state":"paused","actions":[]}}`, `agent.pause{"reason":"lunch","note":"n","when":"afterCall"}`},
		{`{"action":"unpause"}`, `{"unpause":{"id":"12","state":"paused","actions":[]}}`, `agent.unpause`},
		{`{"action":"login","extension":10005}`, `{"login":{}}`, `agent.login{"extension":"10005"}`},
		{`{"action":"logout"}`, `{"logout":{}}`, `agent.logout`},
		{`{"action":"resume"}`, `{"resume":null}`, `call.resume{}`},
		{`{"action":"mute"}`, `{"mute":null}`, `call.mute{}`},
		{`{"action":"mute","on":false}`, `{"mute":null}`, `call.unmute{}`},
		{`{"action":"transfer","destination":"10006","mode":"attended"}`, `{"transfer":null}`, `call.transfer{"to":"10006","mode":"attended"}`},
		{`{"action":"dtmf","digits":"12#"}`, `{"dtmf":null}`, `call.sendDtmf{"digits":"12#"}`},
	} {
		p.post(c.post)
		if got := p.hear(); got != c.want {
			t.Errorf("%s: got %s, want %s", c.post, got, c.want)
		}
		all := s.Desk.Wishes()
		if w := all[len(all)-1]; w.Method+string(w.Params) != c.wish {
			t.Errorf("%s: the desk was asked %s%s, want %s", c.post, w.Method, w.Params, c.wish)
		}
	}
}

func TestCTIIsTheCallTheAgentIsBusyWith(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	p := openPortal(t, s, localapitest.Origin)
	p.post(`{"action":"CTI"}`)
	if got := p.hear(); got != `{"CTI":null}` {
		t.Errorf("without a call: got %s", got)
	}
	s.Desk.SetCalls(
		&cti.Call{ID: "held", State: cti.Held}, &cti.Call{ID: "old", State: cti.Connected},
		&cti.Call{ID: "01A", Ref: "1732110000.42", Direction: cti.Outbound, State: cti.Connected, From: "10005", To: "098344484", Campaign: "Sales->", Remote: cti.Remote{Raw: "(09) 834-4484", E164: "+59898344484"},
			Contact: map[string]string{"contact": "222", "Retries": "2", "alternatives": "098124484:1", "dialerbase": "basetest", "priority": "high",
				"Par2": "Val2", "Par1": "Val1", "when": "10:30", "agentphone": "1001"}},
		&cti.Call{ID: "ringing", State: cti.Ringing})
	p.post(`{"action":"CTI"}`)
	var got struct{ CTI map[string]any }
	if err := json.Unmarshal([]byte(p.hear()), &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"guid": "1732110000.42", "callerid": "10005", "campaign": "Sales->", "destination": "098344484", "status": 1.0,
		"data": "Par1=Val1:Par2=Val2", "alternatives": "098124484:1", "retries": 2.0, "contact": 222.0, "dialerbase": "basetest", "priority": "high", "agentphone": "1001",
		"parameters": map[string]any{"contact": "222", "Retries": "2", "alternatives": "098124484:1", "dialerbase": "basetest", "priority": "high",
			"Par2": "Val2", "Par1": "Val1", "when": "10:30", "agentphone": "1001"}}
	if diff := cmp.Diff(got.CTI, want); diff != "" {
		t.Errorf("-got +want\n%s", diff)
	}
	s.Desk.SetCalls(&cti.Call{ID: "01B", State: cti.Wrapup, Remote: cti.Remote{E164: "+5511"}}, &cti.Call{ID: "over", State: cti.Ended})
	p.post(`{"action":"CTI"}`)
	if got := p.hear(); !strings.Contains(got, `"guid":"01B"`) || !strings.Contains(got, `"destination":"+5511"`) || !strings.Contains(got, `"retries":0`) || !strings.Contains(got, `"priority":9999`) {
		t.Errorf("in wrap-up: got %s", got)
	}
}

func TestHangupOvertakesACallThatIsBeingDialled(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	dialing, hungUp := make(chan struct{}), make(chan struct{})
	s.Desk.Serve(cti.InfoOf(cti.CallDial, ""), func(context.Context, cti.Wish) (any, error) {
		close(dialing)
		<-hungUp
		return &cti.Call{ID: "01A"}, nil
	})
	s.Desk.Serve(cti.InfoOf(cti.CallHangup, ""), func(context.Context, cti.Wish) (any, error) {
		close(hungUp)
		return (*cti.Call)(nil), nil
	})
	answersNothing(s, cti.CallTag)
	answersCall(s, cti.CallHold, nil)
	p := openPortal(t, s, localapitest.Origin)
	p.post(`{"action":"call","destination":"1"}`)
	<-dialing
	p.post(`{"action":"tag","message":"x"}`)
	p.post(`{"action":"hangup"}`)
	p.post(`{"action":"hold"}`)
	if got := p.hear() + p.hear(); got != `{"guid":"01A"}{"hold":null}` {
		t.Errorf("got %s", got)
	}
	if got, want := wishes(s), "call.dial{\"number\":\"1\"}\ncall.hangup{}\ncall.tag{\"text\":\"x\"}\ncall.hold{}"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestPortalPageWithoutRightsIsTold(t *testing.T) {
	s := localapitest.NewServer(t, func(o *localapi.Options) { o.Pairing = config.PairingAsk })
	answersCall(s, cti.CallDial, &cti.Call{ID: "01A"})
	p := openPortal(t, s, "https://stranger.example")
	for range 2 {
		p.post(`{"action":"call","destination":"1"}`)
		e := p.failed()
		if e["kind"] != "pairing_required" || e["action"] != "call" {
			t.Errorf("got %v", e)
		}
	}
	if len(s.Desk.Wishes()) != 0 {
		t.Errorf("the desk was asked %s", wishes(s))
	}
	s.Clock.Advance(time.Minute)
	for {
		_, _, err := p.ws.ReadMessage()
		if c, ok := err.(*websocket.CloseError); ok { //nolint:errorlint // gorilla answers it bare
			if c.Code != int(protocol.ClosePolicy) {
				t.Errorf("closed with %d", c.Code)
			}
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestPortalPageIsHeldToTheLimits(t *testing.T) {
	s := localapitest.NewServer(t, nil)
	p := openPortal(t, s, localapitest.Origin)
	for range 40 {
		p.post(`{"action":"CTI"}`)
		if got := p.hear(); got != `{"CTI":null}` {
			t.Fatalf("got %s", got)
		}
	}
	p.post(`{"action":"CTI"}`)
	if e := p.failed(); e["kind"] != "rate_limited" {
		t.Errorf("got %v", e)
	}
	for range 220 {
		p.post(`{"action":"CTI"}`)
	}
	for {
		_, _, err := p.ws.ReadMessage()
		if c, ok := err.(*websocket.CloseError); ok { //nolint:errorlint // gorilla answers it bare
			if c.Code != int(protocol.CloseTooMany) {
				t.Errorf("closed with %d", c.Code)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}
