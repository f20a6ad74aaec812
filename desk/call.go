package desk

import (
	"strings"

	"ctiagent/cti"
)

// chooseCall finds the call a wish is about: the one it names, or the one call
// for which the verb is legal. A driver that sees no calls gets the wish even
// when no call fits, since nobody but the phone knows.
func (d *Desk) chooseCall(k *wish) error {
	if k.shape().call == nil {
		return nil
	}
	id := k.shape().call.text(k.in)
	d.mu.Lock()
	table := d.table
	d.mu.Unlock()
	if id != "" {
		return d.namedCall(k, table, id)
	}
	if !strings.HasPrefix(k.info.Name, "call.") {
		// A vendor's own function says itself which calls it takes.
		if k.vendor != "" && len(table.Calls) == 1 {
			k.call = table.Calls[0]
		}
		return nil
	}
	var fitting []*cti.Call
	for _, c := range table.Calls {
		if cti.Legal(k.info.Name, c) {
			fitting = append(fitting, c)
		}
	}
	if len(fitting) == 0 && len(table.Recent) > 0 && cti.Legal(k.info.Name, table.Recent[0]) {
		fitting = table.Recent[:1] // what is filed after the call is about the last one
	}
	if len(fitting) == 1 {
		k.call = fitting[0]
		return nil
	}
	if d.actsBlind(k) {
		return nil
	}
	if len(fitting) == 0 {
		return &cti.Error{Kind: cti.WrongState, Op: k.info.Name, Text: "there is no call for which " + k.info.Name + " is possible now",
			Hint: hintCallNone, Args: map[string]string{"Verb": k.info.Name}}
	}
	return &cti.Error{Kind: cti.WrongState, Op: k.info.Name, Text: "there are several calls for which " + k.info.Name + " is possible now",
		Hint: hintCallSeveral, Args: map[string]string{"Verb": k.info.Name}}
}

func (d *Desk) namedCall(k *wish, table cti.Table, id string) error {
	c := table.Call(id)
	if c == nil {
		return &cti.Error{Kind: cti.NotFound, Op: k.info.Name, Text: "there is no such call at this desk", Hint: hintCallUnknown}
	}
	k.call = c
	if !strings.HasPrefix(k.info.Name, "call.") || cti.Legal(k.info.Name, c) {
		return nil
	}
	// A phone that is asked to hang up an ended call would hang up another.
	if c.Live() && d.actsBlind(k) {
		return nil
	}
	return &cti.Error{Kind: cti.WrongState, Op: k.info.Name, Text: k.info.Name + " is not possible while the call is " + string(c.State),
		Hint: hintCallState, Args: map[string]string{"Verb": k.info.Name, "State": string(c.State)}}
}

// actsBlind says whether the driver that would act reports no calls. Where
// none would act, the wish goes on to be told so.
func (d *Desk) actsBlind(k *wish) bool {
	acting := d.serving(k.info.Name, k.call)
	return len(acting) == 0 || acting[0].driver.Blind
}

// callOf is the present version of the call a wish was about, or of the one a
// driver named in its answer; nil where there is none.
func (d *Desk) callOf(k *wish, by *link, ref string) *cti.Call {
	d.mu.Lock()
	defer d.mu.Unlock()
	if k.call != nil {
		if c := d.table.Call(k.call.ID); c != nil {
			return c
		}
		return k.call
	}
	if ref == "" {
		return nil
	}
	for _, c := range d.table.Calls {
		if c.RefOf(by.driver.Name) == ref {
			return c
		}
	}
	return nil
}

// concluded begins the ref of a call that the desk has ended by itself.
const concluded = "desk:"

// concludeBlind ends a call that only the desk knows of, once a driver that
// reports no calls has hung up: no fact ever will, and the same number could
// not be dialled until then.
func (d *Desk) concludeBlind(k *wish, by *link) {
	ending := k.info.Name == cti.CallHangup.Name || k.info.Name == cti.CallReject.Name
	if k.call == nil || !ending || !by.driver.Blind {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	c := d.table.Call(k.call.ID)
	if c == nil || !c.WishPending() {
		return
	}
	ref := concluded + c.ID
	d.foldLocked(by.driver.Name, cti.WishSentFact{ID: c.ID, Ref: ref})
	d.foldLocked(by.driver.Name, cti.CallFact{Ref: ref, State: cti.Ended, EndReason: cti.EndCanceled})
}
