package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"ctiagent/cti"
	"ctiagent/internal/config"
	"ctiagent/internal/paths"
	"ctiagent/localapi/client"
	"ctiagent/localapi/protocol"
	"ctiagent/vendors"

	"github.com/gorilla/websocket"
)

// colleague is somebody else's id, extension and whatever else a page writes to reach another desk.
const colleague = "77887788"

// contactCentres are the vendors whose systems do what a supervisor may.
func contactCentres() []string { return []string{"catix", "totalip", "ucontact", "vicidial", "vocom"} }

// wire tells everything that a simulator was asked.
func wire(t *testing.T, sim simulated) string {
	t.Helper()
	switch s := sim.(type) {
	case catixDemo:
		return fmt.Sprintf("%+v", s.Requests())
	case totalIPDemo:
		return fmt.Sprintf("%+v", s.Requests())
	case uContactDemo:
		return fmt.Sprintf("%+v", s.Requests())
	case vicidialDemo:
		return fmt.Sprintf("%+v", s.Requests())
	case vocomDemo:
		return fmt.Sprintf("%+v", s.Requests())
	}
	t.Fatalf("nobody knows what %T was asked", sim)
	return ""
}

// filled are parameters that a function takes: whoever they name is the colleague.
func filled(f cti.FuncInfo) json.RawMessage {
	in := map[string]any{}
	for _, p := range cti.Params(f.In) {
		switch {
		case p.Role == cti.RoleNumber:
			in[p.Name] = "1133553434"
		case len(p.Values) > 0 && p.Required:
			in[p.Name] = p.Values[0]
		case p.Type == "string" && (p.Required || p.Role != ""):
			in[p.Name] = colleague
		case p.Type == "integer" && p.Required:
			in[p.Name] = 1
		}
	}
	raw, err := json.Marshal(in)
	if err != nil {
		panic(err) // strings and numbers
	}
	return raw
}

// TestNobodyAtADeskReachesTheSiteOrAColleague asks for everything that a supervisor may, first as a page with every right that
// a page can have, then as the person at the desk.
func TestNobodyAtADeskReachesTheSiteOrAColleague(t *testing.T) {
	const page = "https://crm.example.com"
	for _, vendor := range contactCentres() {
		t.Run(vendor, func(t *testing.T) {
			driver, ok := vendors.Named(vendor)
			if !ok {
				t.Fatal("there is no such driver")
			}
			sim := simulators()[vendor]()
			t.Cleanup(sim.Close)
			p := serveProgram(t, func(a *app, cfg config.Config) (*program, error) { return a.demoProgram(cfg, sim) },
				func(c *config.Config) {
					c.API.Origins = []string{page}
					c.Limits.Burst = 2 * len(driver.Functions) // all of them are asked for at once
				})
			c, err := client.Dial(t.Context(), client.Options{Sockets: []string{paths.Current().UserSocket()}})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { hangUp(c) })
			ws := openPage(t, p, page)

			asked := 0
			for _, f := range driver.Functions {
				if f.Effect != cti.Supervise {
					continue
				}
				asked++
				if kind := ws.ask(f.Name, filled(f)); kind != cti.Forbidden {
					t.Errorf("%s from a page: %q, want forbidden", f.Name, kind)
				}
				err := c.Call(t.Context(), f.Name, filled(f), nil)
				if !errors.Is(err, cti.Forbidden) {
					t.Errorf("%s from the desk: %v, want forbidden", f.Name, err)
				}
			}
			if asked == 0 && vendor != "vocom" {
				t.Error("nothing here is a supervisor's")
			}
			// What anybody may, they may at their own desk only.
			own := 0
			for _, f := range driver.Functions {
				named := slices.ContainsFunc(cti.Params(f.In), func(p cti.Param) bool { return p.Role == cti.RoleAgent || p.Role == cti.RoleExtension })
				if !named || f.Effect == cti.Supervise || !strings.HasPrefix(f.Name, vendor+".") || own == 3 {
					continue
				}
				own++
				_ = ws.ask(f.Name, filled(f)) // what comes of it is for the vendor to say
			}
			if own == 0 {
				t.Error("no function names whose desk it is for")
			}
			said := wire(t, sim)
			if !strings.Contains(said, demoAgent) && !strings.Contains(said, demoExtension) {
				t.Errorf("the system was asked nothing about this desk: %s", said)
			}
			if strings.Contains(said, colleague) {
				t.Errorf("the system was asked about a colleague: %s", said)
			}
		})
	}
}

// TestEveryFunctionForADeskSaysWhoseItIs holds the functions that are no supervisor's against their parameters: one that names
// a person or an extension is the desk's own, which the core sees to, or stands here with the reason why it may name others.
func TestEveryFunctionForADeskSaysWhoseItIs(t *testing.T) {
	others := map[string]string{
		"catix.RESULTADO_CONTATO_DISCADOR agente-disponivel": "whether the agent is free afterwards",
		"totalip.socket.LOGINHARDPHONE ramal_compartilhado":  "the telephone that the agent shares, beside the own extension",
		"totalphone.transferencia ramal":                     "where the call goes",
		"ucontact.Cdr/getrecords agent":                      "whose recordings are listed, for who may listen to them",
		"vicidial.non_agent.logged_in_agents user_groups":    "whose colleagues are listed",
	}
	personal := regexp.MustCompile(`(?i)agent|user|ramal|extension|usuario|atendente|operador`)
	used := map[string]bool{}
	for _, d := range vendors.All() {
		for _, f := range d.Functions {
			if f.Effect == cti.Supervise || !strings.HasPrefix(f.Name, d.Name+".") {
				continue
			}
			for _, p := range cti.Params(f.In) {
				if !personal.MatchString(p.Name) || p.Role == cti.RoleAgent || p.Role == cti.RoleExtension {
					continue
				}
				key := f.Name + " " + p.Name
				if used[key] = true; others[key] == "" {
					t.Errorf("%s names a person that the core does not hold to the desk", key)
				}
			}
		}
	}
	for key := range others {
		if !used[key] {
			t.Errorf("%s stands here in vain", key)
		}
	}
}

// TestNoFunctionOfAPageNamesAFileOrAnAddress is the rule behind CVE-2019-13567 (ZoomOpener) and CVE-2023-43800 (Arduino Create
// Agent): nothing is fetched or run from where a page says. What stands here goes to the vendor's own system as a text.
func TestNoFunctionOfAPageNamesAFileOrAnAddress(t *testing.T) {
	outside := regexp.MustCompile(`(?i)url|\buri|path|file|program|command|\bexe|download|install|arquivo`)
	for _, d := range vendors.All() {
		for _, f := range d.Functions {
			for _, p := range cti.Params(f.In) {
				if f.Effect != cti.Supervise && outside.MatchString(p.Name) {
					t.Errorf("%s takes %s (%s): what becomes of it?", f.Name, p.Name, p.Help)
				}
			}
		}
	}
}

// pageSocket is a page of an origin that the site allows everything a page can have.
type pageSocket struct {
	t    *testing.T
	ws   *websocket.Conn
	last int
}

func openPage(t *testing.T, p *program, origin string) *pageSocket {
	t.Helper()
	d := websocket.Dialer{Subprotocols: []string{protocol.Subprotocol}, HandshakeTimeout: patience}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	ws, _, err := d.DialContext(ctx, "ws"+strings.TrimPrefix(p.server.URL(), "http")+"v1/ws", map[string][]string{"Origin": {origin}}) //nolint:bodyclose // the library says that none needs it
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ws.Close() })
	return &pageSocket{t: t, ws: ws}
}

// ask answers the kind of the error, "" for none.
func (p *pageSocket) ask(method string, params json.RawMessage) cti.Kind {
	p.t.Helper()
	p.last++
	if err := p.ws.WriteJSON(map[string]any{"jsonrpc": "2.0", "id": p.last, "method": method, "params": params}); err != nil {
		p.t.Fatal(err)
	}
	for {
		var f struct {
			ID    int
			Error *struct{ Data struct{ Kind cti.Kind } }
		}
		if err := p.ws.ReadJSON(&f); err != nil {
			p.t.Fatal(err)
		}
		if f.ID == p.last {
			if f.Error == nil {
				return ""
			}
			return f.Error.Data.Kind
		}
	}
}
