package main

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"ctiagent/internal/config"
	"ctiagent/vendors/vicidial"

	"github.com/chromedp/chromedp"
)

// hookDemo is the simulated VICIdial whose events come from the agent's page.
type hookDemo struct{ vicidialDemo }

func (d hookDemo) stack() []simulatedDriver {
	s := d.vicidialDemo.stack()
	s[0].values["agent_events"] = "hook"
	return s
}

// inserted is what the lines for options.php put into the page under a name.
func inserted(t *testing.T, lines, name string) string {
	t.Helper()
	_, rest, found := strings.Cut(lines, "$"+name+" = <<<'CTIAGENT'\n")
	text, _, ended := strings.Cut(rest, "\nCTIAGENT;\n")
	if !found || !ended {
		t.Fatalf("there is no %s in:\n%s", name, lines)
	}
	return text
}

// agentPage makes a page what VICIdial makes of its agent's page with these
// lines: a form with the customer's fields, and agent_events around the hook.
func agentPage(t *testing.T, lines string, port int) string {
	t.Helper()
	return `var LOGINvarONE = '` + strconv.Itoa(port) + `';
document.body.insertAdjacentHTML('beforeend', '<form name="vicidial_form"><input name="lead_id"><input name="phone_number"><input name="first_name"></form>');
` + inserted(t, lines, "INSERT_head_js") + `
function agent_events(event_type, event_msg, event_counter) { ` + inserted(t, lines, "INSERT_agent_events") + ` }`
}

// The agent's page tells of a call before it has filled in who it is.
func TestTheAgentsPageInTheBrowser(t *testing.T) {
	b := startBrowser(t)
	page := foreign(t, "")
	sim := hookDemo{newVicidialDemo()}
	t.Cleanup(sim.Close)
	p := serveProgram(t, func(a *app, cfg config.Config) (*program, error) { return a.demoProgram(cfg, sim) },
		func(cfg *config.Config) { cfg.API.Origins = []string{page.URL} })
	s := &vendorSite{t, b, sim, p}
	crm := s.crm()
	agent := b.person(t).goes(page.URL)
	agent.run("be an agent's page", chromedp.Evaluate(agentPage(t, vicidial.PageOptions(1), p.server.Port()), nil))
	agent.run("tell of a call, then show who it is", chromedp.Evaluate(fmt.Sprintf(`agent_events('call_answered', %q, 1);
document.vicidial_form.lead_id.value = '502'; document.vicidial_form.phone_number.value = '11987650101'; document.vicidial_form.first_name.value = 'Mariana'`, "Y1121101600000000502"), nil))
	crm.shows(`#calls [data-state="connected"]`, marianaName)
	agent.run("tell of its end", chromedp.Evaluate(`agent_events('call_dead', 'Y1121101600000000502', 2); agent_events('dispo_set', 'A', 3)`, nil))
	crm.until("the call is over", `!document.querySelector('#calls [data-state="connected"], #calls [data-state="wrapup"]')`)
}
