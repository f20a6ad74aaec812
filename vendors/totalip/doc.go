// Package totalip drives a Total IP telephone system: dialling, logging in, pausing, the calls of one extension, and the
// campaigns, recordings and e-mails of the site.
//
// Protocol and port. HTTP functions under api/ on the system's web server, port 80 unless the address says otherwise
// (manual 002, 1.1), those of e-mails under api_mail/ (2.1); events on TCP port 25000, one line an event, read only;
// commands on TCP port 27000, one command, one answer, then the system closes (1.2). Dialling is a GET, like everything
// else there; it is sent in a way that the HTTP client cannot repeat. Line ends and encoding of the sockets are not
// documented: CR, LF and NUL end a line, a known tag after a whole line begins the next one, text is read as UTF-8 and
// else as Latin-1, and written as UTF-8. The tables and views of 1.3 are read, and its queues written, in PostgreSQL, user
// integracao, database totalipdb; the package db knows how. The option road says which way a wish goes that several of HTTP,
// the command socket and the database serve; what the chosen one lacks goes over HTTP, and the answer says the way it took.
//
// Rights needed. A key issued by Total IP for dialling; once the system has a key, every HTTP function wants it, and gets
// it as chave, importar_discador as chave_seguranca (1.1.21). On the command socket only DISCAR is documented with a key
// (1.2.2.15), so only DISCAR gets one. The sockets and the database let in the addresses that the system's support has
// entered (1.2.2.1, 1.3.1). All functions of the database are a supervisor's.
//
// How events arrive. As lines for all extensions, of which only the desk's own become facts and can be followed; after
// each connect, status_ramal gives the snapshot. <R> and <D> come when the agent has answered, so there is no sign of a
// ringing phone; the option ringing_poll looks for one with status_ramal, which shows neither number nor code, and the
// call then keeps a ref of ours. <A> does not say whether the other side rings or has answered: it is taken as dialing,
// and while a call is dialing status_ramal is asked once a second; an Ativa line whose duration runs makes the call
// connected, marked inferred. <H> gives no reason: completed when the call was connected, else unknown. A contact of the
// dialer counts as inbound, since it comes to the agent; the mailing's two parameters are its contact. A snapshot shows
// one call, so of several calls at one extension the others end as unknown when the link comes back.
//
// On an extension that is no desk phone discar hands the number to the browser where the user is logged in (1.1.20), which
// may open a sip: link. The driver asks once and looks for the call as usual; that a link which comes back to ctiagent is
// the same call and no second one, the desk knows by the number.
//
// What it cannot do. Hang up, answer, hold, transfer or send tones: the manual has these for the TotalPhone softphone
// only, so a desk stacks that driver or a desk phone's below this one. Pausing after the call, and a note with a pause, do
// not exist. Whether set_pause shows in status_ramal or as a line is not documented; where it does not, the driver
// remembers it for as long as the session lives. An outcome belongs to a number of a campaign: to a call of the dialer, to
// one to a contact that a preview or a reminder showed, or to one dialled with campaign and the data parametro1. campanhas
// over HTTP does not tell whether a campaign is active and gerenciar_campanha turns it round, so campaign.setActive turns one
// that was as wished twice; where a database is configured, its table campanhas tells, with the progress, and none is turned
// for nothing. A row of gerenciar_campanhas turns a campaign round as well, so one is put under a lock of the database and
// only while none waits: programs that do not take the lock, such as the system's own pages, can still come between. A queue
// is listed when it had calls in the last days, and over HTTP a report of calls has no dates. The black list is in the database
// only. importar_discador and alterar_cliente of the database never tell what became of a row. Files of customers are not
// imported or exported.
//
// How it was verified. Against manual 002, the simulator in totaliptest and the tables of databasetest in a real PostgreSQL
// only; no recording and no real server has confirmed it, and the driver says so (Unverified).
package totalip
