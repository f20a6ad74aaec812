// Package grandstream drives a Grandstream desk phone of the GXP and GRP series: dialling, answering, holding and the calls
// on its lines.
//
// Protocol and port. GET requests to programs under /cgi-bin/ of the phone's own web server, port 80 unless the address says
// otherwise, with the admin's or user's web password in the query, for the phone wants it there (CTI guide for GRP26xx,
// "Request format"). api-make_call has two dialects: passcode and phonenumber (CTI guide, "Make Call"), or phonenumber,
// account and password (manual 002, 1.1.20, and nearly every program); the option variant chooses, and a dial is never sent
// a second time in the other one. Of an answer only response is reliable: success comes with true, "complete" or a list.
//
// Rights needed. The web password, and on the phone Action URI Support with the address of this computer allowed and the
// confirmation window off; docs/vendors/grandstream.md has the steps. No user name, no session.
//
// How events arrive. By looking: api-get_line_status again and again, quickly while a call is up or just wished, else as
// often as the option poll says. The phone names no calls, so refs are ours: the book of a phone remembers which call a line
// has, and all sessions opened from one driver share it. The states of a line are an open set; an unknown one of a new call
// is taken as connected, inferred. A line that dials without a number, or with one that may still be typed, is told of when
// it is the number wished for or when the other side rings. With action_urls on the phone calls the receiver door, too: what
// comes from the phone's own address makes the driver look at once and gives the number where a line shows none.
//
// What it cannot do. Log agents in, pause, queues, campaigns: it is a telephone. Mute toggles and its state is not told. An
// attended transfer and a conference are documented nowhere; the blind transfer by keys is inferred. Commands name no line:
// with several calls the driver acts only on the one in focus. Why a call ended the phone does not say. Android models
// (GXV33xx, WP820) have another API.
//
// How it was verified. Against the documents and the simulator in grandstreamtest only; no recording and no real phone has
// confirmed it, and the driver says so (Unverified). What a phone answers to a wrong password is printed nowhere: HTTP 401,
// 403 and the word unauthorized are taken for it.
package grandstream
