// Package ctitest proves that a driver keeps the contract of package cti.
//
// [Run] holds a driver against every law, each in its own subtest with a fresh
// simulator. A driver's tests describe the simulator once, as a [Sim]. Beside
// the laws stand what tests of drivers and desks need: a [Clock] they own and
// a [Host] that remembers what was asked of it.
package ctitest
