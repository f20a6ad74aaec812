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
	"ctiagent/vendors/totalphone"
	"ctiagent/vendors/ucontact"
	"ctiagent/vendors/vicidial"
	"ctiagent/vendors/vocom"
)

// maker makes the driver of one vendor, once: what a driver remembers of a phone or an agent is then the same for every desk.
type maker struct {
	name string
	make func() cti.Driver
}

// makers are sorted by name. A driver is made when somebody asks for it: most programs need one or two, and all their tables
// together are a good part of what a program takes.
var makers = sync.OnceValue(func() []maker {
	return []maker{
		{"catix", sync.OnceValue(catix.Driver)},
		{"customphone", sync.OnceValue(totalphone.Custom)},
		{"grandstream", sync.OnceValue(grandstream.Driver)},
		{"khomp", sync.OnceValue(khomp.Driver)},
		{"totalip", sync.OnceValue(totalip.Driver)},
		{"totalphone", sync.OnceValue(totalphone.Driver)},
		{"ucontact", sync.OnceValue(ucontact.Driver)},
		{"vicidial", sync.OnceValue(vicidial.Driver)},
		{"vocom", sync.OnceValue(vocom.Driver)},
	}
})

// Names are the names of all vendors, sorted.
func Names() []string {
	var out []string
	for _, m := range makers() {
		out = append(out, m.name)
	}
	return out
}

// Named is the driver of one vendor.
func Named(name string) (cti.Driver, bool) {
	for _, m := range makers() {
		if m.name == name {
			return m.make(), true
		}
	}
	return cti.Driver{}, false
}

// All answers the driver of every vendor, sorted by name.
func All() []cti.Driver {
	var out []cti.Driver
	for _, m := range makers() {
		out = append(out, m.make())
	}
	return out
}
