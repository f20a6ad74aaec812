// Package khomp drives a Khomp IPS desk phone: dialling, hanging up and the keys a person would press for the rest.
//
// Protocol and port. GET requests to the phone's own web server, port 80 unless the address says otherwise, with basic
// authentication (manual 002, 1.1.20). One page below /goform/ dials and hangs up; Dail is its real word. Manual 002 spells
// it SavePhoneCAllInfoCfg, the one program known for these phones SavePhoneCallInfoCfg, and embedded web servers match case:
// the option path decides, for both wishes. Keys go to /cgi-bin/ConfigManApp.com, the Active URI that PLANET documents for
// its VIP-1120PT, where several keys stand behind one another with a semicolon between; that Khomp's phones chain them too
// is inferred.
//
// Rights needed. The web user and password, root and root when nobody has changed them, and on the phone the feature Click
// To Dial, from build 10 on (manual 002, 1.1.20).
//
// How events arrive. Without action_urls, not at all: the phone cannot be asked how its lines are, so the driver is blind,
// and its link says what the latest wish found. With action_urls the phone calls the receiver door at incoming, outgoing,
// established, terminated and missed; only its own address is heard. Which variables it fills in is unknown: where it tells
// no number, the number wished for is taken, and calls are told apart by their order. Refs are ours; all sessions opened
// from one driver share what a phone told. Hold is never told.
//
// What it cannot do. Everything but telephoning. F_HOLD and MUTE toggle and nobody tells how they stand, so there is
// call.toggleHold and call.toggleMute, and no hold, resume, mute or unmute. No key for * is known. Transfer and tones need
// chained keys and are as inferred as these. What the phone answers no document prints: HTTP 200 is taken for accepted,
// unless it is a page that asks for a password.
//
// How it was verified. Against manual 002 and the simulator in khomptest only; no recording and no real phone has confirmed
// it, and the driver says so (Unverified).
package khomp
