// Package catix drives a Catix telephone system by its integration socket: agents, pauses, calls, mailings and campaigns.
//
// Protocol and port. Plain TCP, one connection for each desk, one JSON object a line in both directions (Catix integration
// documents, basico); the port is whatever the system's administrator chose. A line we write ends with LF; LF and CRLF are
// accepted. Text is read as UTF-8 and else as ISO-8859-1, for the documents name no encoding. Replies come in any order and
// are told apart by messageId, which every command of ours has; events carry none. KEEP_ALIVE lines are read over.
//
// Rights needed. A user of the integration, which Catelani issues; neither an agent's nor an extension's. With mode single
// the connection is one agent's; with multi every command names its agent.
//
// How events arrive. As EVENT lines for the agents of the connection, of which only the desk's own become facts. rl names a
// call and linked-rl its legs. There is no sign of a ringing phone: a call that comes in shows when it is answered, one of the
// dialer by AGENT_RECEIVED_DIALER_CALL, and an ANSWER for the same call adds nothing. STATUS_AGENTE gives the snapshot after
// each log-in; it shows a call without its rl, so a call met that way has a ref of ours until an event names it. Event names
// are matched in all the spellings the documents have.
//
// What it cannot do. Answer, hold, mute, send tones or make an attended transfer: a desk phone's driver below this one does.
// Whether PAUSAR takes DESPAUSAR to end a pause no document says; the option unpause changes the word. The reply to DISCAR
// names no call, DIALING does. No TLS.
//
// How it was verified. Against the vendor's documents and the simulator in catixtest only; no recording and no real server
// has confirmed it, and the driver says so (Unverified).
package catix
