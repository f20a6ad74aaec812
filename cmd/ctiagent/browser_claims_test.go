package main

import "testing"

// TestBrowser holds what the pages promise, in a real Chromium against the
// whole program and a simulated PBX. Each claim has a person, a program and a
// PBX of its own; the browser is started once.
func TestBrowser(t *testing.T) {
	b := startBrowser(t)
	for _, c := range []struct {
		claim string
		test  func(*testing.T, *browser)
	}{
		{"a click on a number dials once and the page follows the call to its end", clickDialsOnce},
		{"a double click makes one call", doubleClickMakesOneCall},
		{"a call moves nothing that a person may be about to click", callsMoveNothing},
		{"the verbs that do not fit into the bar wait behind one button", restOfVerbsWaits},
		{"the second click of a double click does not press what came under it", strayClickPressesNothing},
		{"the same number clicked in two tabs makes one call", twoTabsMakeOneCall},
		{"a reload shows the call that is under way", reloadShowsTheCall},
		{"an inbound call pops in the focused tab only", focusedTabPops},
		{"an inbound call pops in the tab that was focused last when none is", lastFocusedTabPops},
		{"an inbound call seen ringing pops once its number is known", popWaitsForTheNumber},
		{"a call that ends while the link is cut leaves no ghost", cutLinkLeavesNoGhost},
		{"a call that outlives the cut link stays", cutLinkKeepsTheCall},
		{"a page of an origin nobody allowed stays unpaired and dials nothing", strangerDialsNothing},
		{"a page of an origin that may not even pair is turned away", blockedOriginDialsNothing},
		{"a page of an allowed origin dials through its own script tag", allowedOriginDials},
		{"what is no number is refused in words and dials nothing", badNumbersDialNothing},
		{"the control page without a ticket says where to get one", controlWantsTicket},
		{"a ticket opens the control page and leaves the address", ticketOpensControl},
		{"a ticket opens the control page once", ticketIsGoodOnce},
		{"no page complains in any language", noPageComplains},
		{"what the program tells follows the language of the page", programFollowsTheLanguage},
		{"a complaint of a page does not pass unseen", complaintsAreSeen},
	} {
		t.Run(c.claim, func(t *testing.T) { c.test(t, b) })
	}
}
