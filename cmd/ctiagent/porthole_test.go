package main

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/internal/config"
	"ctiagent/internal/paths"
	"ctiagent/localapi/client"

	"github.com/gorilla/websocket"
)

// portalOrigin is a CRM that was written for uContact's portal.
const portalOrigin = "https://form.example.com"

// portal is a page of it.
type portal struct {
	t  *testing.T
	ws *websocket.Conn
}

func openPortal(s *site) *portal {
	s.t.Helper()
	d := websocket.Dialer{Subprotocols: []string{"porthole"}, HandshakeTimeout: patience}
	ws, _, err := d.DialContext(s.t.Context(), "ws"+strings.TrimPrefix(s.p.server.URL(), "http")+"v1/ws", http.Header{"Origin": {portalOrigin}}) //nolint:bodyclose // the library says that none needs it
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { ws.Close() })
	return &portal{s.t, ws}
}

func (p *portal) post(data string) {
	p.t.Helper()
	frame := `{"data":` + data + `,"sourceOrigin":"` + portalOrigin + `","targetOrigin":"*","sourceWindowName":"","targetWindowName":""}`
	if err := p.ws.WriteMessage(websocket.TextMessage, []byte(frame)); err != nil {
		p.t.Fatal(err)
	}
}

// hear reads the data of the next message.
func (p *portal) hear() map[string]any {
	p.t.Helper()
	if err := p.ws.SetReadDeadline(time.Now().Add(patience)); err != nil {
		p.t.Fatal(err)
	}
	var f struct{ Data map[string]any }
	_, raw, err := p.ws.ReadMessage()
	if err != nil {
		p.t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &f); err != nil || f.Data == nil {
		p.t.Fatalf("%s is no answer of Porthole: %v", raw, err)
	}
	return f.Data
}

// happens answers a wait for the next event of a type, as the desk numbers it.
func (s *site) happens() func(cti.EventType) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	s.t.Cleanup(cancel)
	c, err := client.Dial(ctx, client.Options{Sockets: []string{paths.Current().UserSocket()}})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { hangUp(c) })
	_, events, err := c.Watch(ctx, "", 0)
	if err != nil {
		s.t.Fatal(err)
	}
	seen := make(chan cti.EventType, 100)
	go func() {
		for e, err := range events {
			if err != nil {
				return
			}
			seen <- e.Type
		}
	}()
	return func(wanted cti.EventType) {
		s.t.Helper()
		for {
			select {
			case got := <-seen:
				if got == wanted {
					return
				}
			case <-ctx.Done():
				s.t.Fatalf("%s never happened", wanted)
			}
		}
	}
}

func TestPageOfUContactsPortalWorksOverTotalIP(t *testing.T) {
	s := demoSite(t, nil, func(c *config.Config) { c.API.Origins = []string{portalOrigin} })
	next := s.happens()
	p := openPortal(s)

	p.post(`{"action":"CTI"}`)
	if got := p.hear(); got["CTI"] != nil || len(got) != 1 {
		t.Errorf("without a call: got %v", got)
	}
	p.post(`{"action":"call","campaign":"Sales->","callerid":"1130030000","destination":"(11) 3355-3434"}`)
	guid, _ := p.hear()["guid"].(string)
	if guid == "" {
		t.Fatal("the call has no guid")
	}
	s.dialled(1)
	s.answers(s.theCall().Ref)
	next(cti.EventCallConnected)

	p.post(`{"action":"CTI"}`)
	call, _ := p.hear()["CTI"].(map[string]any)
	if number, _ := call["destination"].(string); !strings.HasSuffix(number, "33553434") || call["guid"] != s.theCall().Ref || call["agentphone"] != demoExtension {
		t.Errorf("the call is %v, the PBX has %+v", call, s.theCall())
	}
	for _, action := range []string{`{"action":"hangup"}`, `{"action":"tag","guid":"` + guid + `","message":"sold"}`} { // Total IP has neither
		p.post(action)
		e, _ := p.hear()["error"].(map[string]any)
		if e["kind"] != "unsupported" || e["hint"] == "" || !strings.Contains(action, `"`+e["action"].(string)+`"`) {
			t.Errorf("%s: got %v", action, e)
		}
	}
	s.hangsUp(s.theCall().Ref)
	next(cti.EventCallEnded)
	p.post(`{"action":"pause","reason":"4"}`)
	if got := p.hear(); got["pause"] == nil {
		t.Errorf("got %v", got)
	}
	s.dialled(1)
}
