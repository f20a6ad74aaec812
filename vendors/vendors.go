// Package vendors lists every vendor that ctiagent can work with.
package vendors

//go:generate go test -run TestReferencesAreFresh -update .

import (
	"sync"

	"ctiagent/cti"
	"ctiagent/vendors/catix"
	"ctiagent/vendors/grandstream"
	"ctiagent/vendors/khomp"
	"ctiagent/vendors/totalip"
	"ctiagent/vendors/ucontact"
	"ctiagent/vendors/vicidial"
	"ctiagent/vendors/vocom"
)

// all makes every driver once: what a driver remembers of a phone or an agent is then the same for every desk, and a start
// makes no tables twice.
var all = sync.OnceValue(func() []cti.Driver {
	return []cti.Driver{
		catix.Driver(),
		grandstream.Driver(),
		khomp.Driver(),
		totalip.Driver(),
		ucontact.Driver(),
		vicidial.Driver(),
		vocom.Driver(),
	}
})

// All answers the driver of every vendor, sorted by name. The slice is shared: read it only.
func All() []cti.Driver { return all() }
