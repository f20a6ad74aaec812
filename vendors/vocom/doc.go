// Package vocom drives a Vocom telephone system by its APIv2: agents, breaks and the calls an agent makes by a click.
//
// Protocol and port. JSON objects by POST to paths under interact_cti/ on the system's web server, each with a slash at its
// end, port 80 unless the address says otherwise (manual 003); the two reports stand beside interact_cti, not in it. HTTP
// basic authentication, of which only the password part, the key, counts. HTTP status and content type tell nothing: a
// refused key comes as 200 text/html, too, so response.status and response.status_type alone decide.
//
// Rights needed. The key and the company's id from Vocom. No address list, no user of its own.
//
// How events arrive. They do not: the manual has neither socket nor web hook. The driver looks at the agent list of the
// configured queue, or where none is configured at the break list, to see how agent and link stand, as often as agent_poll
// says. A call it has dialled itself is known by the answer's call_id, is taken as connected from then on (inferred, for
// nobody tells when the customer answers), and ends when it is hung up or transferred here, or as unknown when the next one
// is dialled. A call that comes in shows only with screen_pop_poll, off by default: it asks get-info, which no manual has and
// a public server with the same paths serves; there a call has no id, so nothing can be done with it.
//
// What it cannot do. Answer, reject, mute, send tones, attended transfer, conference, recordings, outcomes. Pausing works
// while the agent is available only. Whether call_hold_retrieve brings a call back must be tried on site: in the public
// server it holds a second time. Dialling answers after ten seconds, since the server waits that long; the wish is sent once
// and never again. Every list ends at 2,000 rows, and the driver says when one did.
//
// How it was verified. Against manual 003 and the simulator in vocomtest only; no recording and no real server has
// confirmed it, and the driver says so (Unverified).
package vocom
