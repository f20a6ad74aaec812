// Package cti is the model every room of ctiagent speaks: calls, agents, facts
// that come up from a PBX, wishes that go down to it, and the contract a driver
// keeps. It imports nothing of ours and does no input or output.
//
// A wish names an [Action]; a driver answers it with a typed row ([Row]). A
// driver reports [Fact]s; [Apply] folds them, purely, into a [Table] and says
// which [Event]s that made.
package cti
