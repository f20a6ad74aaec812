package totalip

import (
	"errors"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/vendors/totalip/totaliptest"

	"github.com/google/go-cmp/cmp"
)

// An outcome that has waited comes to a session that has never heard of the call.
func TestOutcomeOfAForgottenCallIsFiledByWhatWasKept(t *testing.T) {
	b := newBench(t, totaliptest.Options{}, nil)
	kept := &cti.KeptCall{Number: "1133553434", Campaign: "10", Contact: map[string]string{param1Name: "219217305861"}}
	file := func(target cti.Target) error {
		_, err := cti.Do(b.ctx, b.session.Actions(), cti.CallSetDisposition, target, cti.DispositionIn{Code: "10"})
		return err
	}
	b.ok(file(cti.Target{Extension: lawExtension, Ref: "1700000000.7", Kept: kept}))
	b.ok(file(cti.Target{Extension: lawExtension, Ref: mintedRef + "1-1", Kept: kept}))
	const outcome = "set_status_telefones_campanhas?id_campanha=10&id_status=10&numerodotelefone=33553434&parametro1=219217305861&ramal=10005"
	if d := cmp.Diff([]string{outcome + "&uniqueid=1700000000.7", outcome}, siteWires(b.pbx)); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
	for _, kept := range []*cti.KeptCall{nil, {Number: "1133553434"}, {Number: "1133553434", Campaign: "10"}} {
		if err := file(cti.Target{Extension: lawExtension, Ref: "1700000000.8", Kept: kept}); !errors.Is(err, cti.WrongState) || cti.MayHaveReached(err) {
			t.Errorf("with %+v: %v", kept, err)
		}
	}
}

func TestCallbackToAForgottenCallersNumberIsPromisedByWhatWasKept(t *testing.T) {
	b := newBench(t, totaliptest.Options{}, nil)
	target := cti.Target{Extension: lawExtension, Kept: &cti.KeptCall{Number: "1133553434", Campaign: "10", Contact: map[string]string{param1Name: "219217305861"}}}
	at := cti.At(time.Date(2036, 11, 21, 14, 0, 0, 0, time.Local))
	_, err := cti.Do(b.ctx, b.session.Actions(), cti.CallbackSchedule, target, cti.CallbackIn{Number: "33553434", At: at})
	b.ok(err)
	_, err = cti.Do(b.ctx, b.session.Actions(), cti.CallbackSchedule, cti.Target{Extension: lawExtension}, cti.CallbackIn{Number: "33553434", At: at})
	if !errors.Is(err, cti.BadRequest) || cti.MayHaveReached(err) {
		t.Errorf("with nothing kept: %v", err)
	}
	if n := b.pbx.Received("set_status_telefones_campanhas"); n != 1 {
		t.Errorf("%d were promised, want one", n)
	}
}

// The customer whom a preview showed is told with the call, so that an outcome finds it when the driver has forgotten both.
func TestCallToAShownContactTellsWhoItIs(t *testing.T) {
	b := newBench(t, totaliptest.Options{}, nil)
	b.pbx.Preview(lawExtension, "33553434", "219217305861", "x", "10")
	b.next()
	c := b.pbx.Dial(lawExtension, "33553434")
	for {
		if f, ok := b.next().(cti.CallFact); ok && f.Ref == c.Ref {
			if f.Campaign != "10" || f.Contact[param1Name] != "219217305861" {
				t.Errorf("told %+v", f)
			}
			return
		}
	}
}
