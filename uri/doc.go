// Package uri reads telephone links and makes this program the one that is handed them.
//
// A link is hostile input: any page, mail or document can hold one, and nothing tells where it came from. So there is one
// strict parser ([Parse]) and one closed table of what a link may ask for, and nothing else of a link's text goes on: a
// number of [0-9*#+], one digit, one line, or, where the site allows it, an extension and a password.
package uri
