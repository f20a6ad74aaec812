// Package vicidial drives VICIdial, the open dialler, by its Agent API and a few functions of its Non-Agent API.
//
// Protocol and port. Form posts to agc/api.php and vicidial/non_agent_api.php on the web server of the dialler, port 80 or 443.
// HTTP status says nothing: lines of text begin with SUCCESS, ERROR or NOTICE. Document 001 is a line-by-line translation of
// AGENT_API.txt whose names and values work nowhere; the true ones, and where the English text is wrong too, come from
// api.php 2.14-82 and 196 recorded answers of it, which testdata holds.
//
// Rights needed. An API user of its own with "Agent API Access"; level 7 and "View Reports" for agent_status and the customer's
// data, "Modify Leads" for update_fields and lead data. One such password drives every agent of the floor, so name the allowed
// functions and addresses in VICIdial. The server writes the password into its own log with every request.
//
// How events arrive. By one of three roads that agent_events chooses. poll asks agent_status: every second in a call, every
// two seconds while waiting, every five in a pause. webform lets the agent's page open an address of the receiver door when a
// call begins, and asks agent_status until that call is over. hook lets the agent's page tell its own events to ctiagent.
//
// What it cannot do. SUCCESS means that a command lies in a cell of the database until the agent's page, which asks once a second,
// takes it; a closed or frozen page never does. The common verbs read the state back and say when nothing happened. There is one
// cell of a kind, so commands of a kind wait for each other, 1.2 seconds apart. Logging in, answering and rejecting do not
// exist: the page logs in, and calls are put through without ringing. The two SQL statements that the document offers as a short cut
// are not used: they go past every check of the server. alt_user is never sent, since a server that does not know it goes on
// with another agent, and webphone_url is never asked to LAUNCH, which answers a page for a browser.
//
// How it was verified. Against recorded answers of a real web server without telephony behind it; what agents' pages do with
// a command was read in the source. The driver counts as unverified until a site has confirmed it.
package vicidial
