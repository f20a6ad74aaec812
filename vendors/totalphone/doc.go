// Package totalphone drives softphones that take their orders as arguments: TotalPhone by the switches of its manual, and any
// other by a table that the site writes.
//
// Protocol and port. None: the program is launched at the person's desk, once for each switch, and its second start hands the
// switch to the one that runs (manual 002, 1.6). Driver speaks TotalPhone's fifteen switches; Custom launches what the site's
// table says, with a number in the place of {number}. Arguments go to the program as they are, through no shell; what is not
// the manual's or the table's own text is a checked number, and for TotalPhone's login an extension and a password. Which
// program it is the option path alone decides. Launches of one desk come one after another with a pause, since nobody tells
// when a switch was taken.
//
// Rights needed. Somebody's session with a hand attached, in which the program may run. A login shows its password to whoever
// sees that person's processes while the program starts: that is how 1.6.1 has it.
//
// How events arrive. Not at all. What follows from the wishes is inferred from the manual and marked so: a dialled call, its
// hold (1.6.6, 1.6.12), its end by our own hang-up, transfer or closing. Nobody tells when a call ends otherwise, so a call is
// believed in for a minute after it was dialled and for ten after somebody last acted on it. With a telephone system above in
// the stack that system's facts rule. The link says how the latest launch went.
//
// What it cannot do. Know anything that happens at the program itself. Hold and mute are switches that toggle (1.6.6, 1.6.7):
// hold, resume, mute and unmute press them only when they do not stand so already as far as the driver knows, and toggleHold
// and toggleMute press them always. -atender takes the newest ringing call (1.6.5), whichever is meant. Keys are 0 to 9, one
// launch each (1.6.2), so a transfer (1.6.11) and tones take their time, and * and # are out of reach. Nobody is told whether a
// login worked.
//
// How it was verified. Against manual 002 and a program in totalphonetest that is really launched, on Linux and as a Windows
// program under wine; no recording and no real TotalPhone has confirmed it, and the driver says so (Unverified). The table for
// MicroSIP is tested as text: what that program does with it is its own documentation's word.
package totalphone
