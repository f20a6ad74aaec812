package vendors

import (
	"slices"
	"strings"
	"testing"

	"ctiagent/cti"
)

func TestDriversAreSortedAndNameTheirFunctions(t *testing.T) {
	all := All()
	if len(all) == 0 {
		t.Fatal("no driver")
	}
	if !slices.IsSortedFunc(all, func(a, b cti.Driver) int { return strings.Compare(a.Name, b.Name) }) {
		t.Error("the drivers are not sorted by name")
	}
	for i, name := range Names() {
		if d, ok := Named(name); !ok || d.Name != name || all[i].Name != name {
			t.Errorf("the driver listed as %s is %s", name, d.Name)
		}
	}
	if _, ok := Named("avaya"); ok {
		t.Error("there is a driver for a vendor nobody lists")
	}
	var verbs []string
	for _, v := range cti.Verbs() {
		verbs = append(verbs, v.Name)
	}
	for _, d := range all {
		for _, f := range d.Functions {
			if !slices.Contains(verbs, f.Name) && !strings.HasPrefix(f.Name, d.Name+".") {
				t.Errorf("%s: the function %s has neither a verb's name nor the driver's", d.Name, f.Name)
			}
		}
	}
}
