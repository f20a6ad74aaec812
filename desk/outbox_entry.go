package desk

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"ctiagent/cti"
)

// mayWait are the wishes that may wait in an outbox. A dial is none of them:
// nobody wants a telephone to ring when a cable is put back.
func mayWait(method string) bool {
	switch method {
	case cti.CallSetDisposition.Name, cti.CallTag.Name, cti.CallbackSchedule.Name, cti.AgentPause.Name, cti.AgentUnpause.Name:
		return true
	}
	return false
}

// entryOf is a wish as the outbox keeps it; nil for one that may not wait.
// What drivers write into the parameters later does not reach it.
func entryOf(k *wish) *outboxEntry {
	if k.vendor != "" || !mayWait(k.info.Name) {
		return nil
	}
	e := &outboxEntry{Agent: k.target.Agent, Extension: k.target.Extension}
	e.Method = k.info.Name
	switch in := k.in.(type) {
	case *cti.DispositionIn:
		e.Code, e.Levels, e.Note, e.At, e.CallbackNumber = in.Code, slices.Clone(in.Levels), in.Note, in.CallbackAt, in.CallbackNumber
	case *cti.TagIn:
		e.Text = in.Text
	case *cti.CallbackIn:
		e.Number, e.At, e.Campaign, e.Contact, e.Note = in.Number, in.At, in.Campaign, in.Contact, in.Note
	case *cti.PauseIn:
		e.Reason, e.Note = in.Reason, in.Note
	}
	return e
}

// params are the parameters of the entry's method, as a driver gets them.
func (e *outboxEntry) params() any {
	switch e.Method {
	case cti.CallSetDisposition.Name:
		return &cti.DispositionIn{Code: e.Code, Levels: e.Levels, Note: e.Note, CallbackAt: e.At, CallbackNumber: e.CallbackNumber}
	case cti.CallTag.Name:
		return &cti.TagIn{Text: e.Text}
	case cti.CallbackSchedule.Name:
		return &cti.CallbackIn{Number: e.Number, At: e.At, Campaign: e.Campaign, Contact: e.Contact, Note: e.Note}
	case cti.AgentPause.Name:
		return &cti.PauseIn{Reason: e.Reason, Note: e.Note}
	}
	return &cti.None{}
}

// readEntry reads an entry from the disk. Somebody may have written there.
func readEntry(data []byte) (*outboxEntry, error) {
	if len(data) > 2*maxEntrySize {
		return nil, fmt.Errorf("it has %d bytes", len(data))
	}
	in := json.NewDecoder(bytes.NewReader(data))
	in.DisallowUnknownFields()
	e := new(outboxEntry)
	if err := in.Decode(e); err != nil {
		return nil, err
	}
	if _, err := in.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the entry")
	}
	switch {
	case !mayWait(e.Method):
		return nil, fmt.Errorf("%q may not wait", e.Method)
	case !slices.Contains([]cti.OutboxState{cti.OutboxWaiting, cti.OutboxSending, cti.OutboxUnconfirmed, cti.OutboxRefused, cti.OutboxExpired}, e.State):
		return nil, fmt.Errorf("%q is no state", e.State)
	case e.ID == "" || e.Driver == "" || e.WantedAt.IsZero() || e.ExpiresAt.IsZero():
		return nil, errors.New("id, driver or times are missing")
	case e.ExpiresAt.After(e.WantedAt.Add(keptAfter)):
		return nil, errors.New("it would wait for too long")
	}
	e.bytes = len(data)
	return e, nil
}

// edit puts in what a person changed, as far as the method has it.
func (e *outboxEntry) edit(in cti.OutboxEdit) {
	set := func(field, to *string) {
		if to != nil {
			*field = *to
		}
	}
	switch e.Method {
	case cti.CallSetDisposition.Name:
		set(&e.Note, in.Note)
		if in.Code != nil && *in.Code != e.Code {
			e.Code, e.Levels = *in.Code, nil
		}
	case cti.CallTag.Name:
		set(&e.Text, in.Text)
	case cti.CallbackSchedule.Name:
		set(&e.Note, in.Note)
	case cti.AgentPause.Name:
		set(&e.Reason, in.Reason)
		set(&e.Note, in.Note)
	}
	// A disposition without a call-back gets none by a change of its time.
	if in.At != nil && (e.Method == cti.CallbackSchedule.Name || e.Method == cti.CallSetDisposition.Name && !e.At.IsZero()) {
		e.At = *in.At
	}
}
