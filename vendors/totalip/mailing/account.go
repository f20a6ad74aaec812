package mailing

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"ctiagent/internal/i18n"
)

// accountVersion is the form of the file an account is kept in.
const accountVersion = 1

// Head says what an account is of.
type Head struct {
	Version  int       `json:"version"`
	SHA256   string    `json:"sha256"` // of the file
	Campaign string    `json:"campaign"`
	Road     string    `json:"road"`
	Columns  int       `json:"columns"`
	Contacts int64     `json:"contacts"` // to be sent
	BadLines int64     `json:"badLines"` // left out
	BadSum   string    `json:"badSum"`   // which they were
	Begun    time.Time `json:"begun"`
}

// HeadOf is the head of an account of a file.
func HeadOf(s Summary, check Check, campaign string) Head {
	return Head{Version: accountVersion, SHA256: s.SHA256, Campaign: campaign, Road: check.Road.Name, Columns: check.columns(),
		Contacts: s.Contacts, BadLines: s.BadLines, BadSum: s.badSum}
}

// Same says whether two accounts are of the same lines, read in the same way.
func (h Head) Same(other Head) bool {
	h.Begun, other.Begun = time.Time{}, time.Time{}
	return h == other
}

// State is what is known of lines. The values are kept on disk.
type State string

// The states.
const (
	Sending State = "sending"  // being sent, with no answer yet
	Taken   State = "taken"    // the system took all numbers
	Partly  State = "partly"   // the system took some of the numbers
	Refused State = "refused"  // the system said no
	Unknown State = "unknown"  // sent, and no answer came: nobody knows here
	NotSent State = "not_sent" // nothing was done with them, and they go again
	done    State = "done"     // of the whole file
)

// Entry is what came of lines that were sent together.
type Entry struct {
	Line     int64  `json:"line,omitempty"`     // the first of them
	Last     int64  `json:"last,omitempty"`     // the last of them, which is Line over a road that sends one by one
	Contacts int    `json:"contacts,omitempty"` // in them
	State    State  `json:"state"`
	Numbers  int    `json:"numbers,omitempty"` // that the system took
	Text     string `json:"text,omitempty"`    // what it said, or what went wrong
	Mark     string `json:"mark,omitempty"`    // of Sending: by which the road can tell later what came of them
}

// short is an entry as it is kept: most lines go one by one and are taken, and a hundred thousand of them make a long file.
func (e Entry) short() Entry {
	if e.Last == e.Line {
		e.Last = 0
	}
	if e.Contacts == 1 {
		e.Contacts = 0
	}
	if e.State == Taken {
		e.Text = "" // the count says it all
	}
	return e
}

// whole is an entry as it was before short.
func (e Entry) whole() Entry {
	if e.State == done {
		return e
	}
	if e.Last == 0 {
		e.Last = e.Line
	}
	if e.Contacts == 0 {
		e.Contacts = 1
	}
	return e
}

// mostEntryText bounds what an entry repeats, in bytes.
const mostEntryText = 500

// Tally is what an account adds up to, in contacts.
type Tally struct {
	Taken   int64 `json:"taken"`   // with all their numbers
	Partly  int64 `json:"partly"`  // with some of them
	Refused int64 `json:"refused"` // with none
	Unknown int64 `json:"unknown"` // whose answer nobody has
	Numbers int64 `json:"numbers"` // that the system took

	// Look are the first MostProblems entries that somebody should look at: partly, refused, unknown.
	Look []Entry `json:"look"`
}

// Sent is how many contacts are settled.
func (t Tally) Sent() int64 { return t.Taken + t.Partly + t.Refused + t.Unknown }

// ErrBusy says that another program is at the same import now.
var ErrBusy = errors.New("another program keeps this account now")

// DamagedError says that an account cannot be read. What was sent, only the system can tell then.
type DamagedError struct {
	File string
	Line int // from 1
}

// Error answers the English sentence.
func (e *DamagedError) Error() string { return e.In(i18n.En) }

// In is the error in a language: the place, and what to do.
func (e *DamagedError) In(lang i18n.Lang) string {
	return i18n.T(lang, "mailing.account.damaged", map[string]any{"File": e.File, "Line": e.Line})
}

// Account is the record of one import: which lines went out and what came of each. Every line is written down before it is
// sent and after its answer, so whatever ends the program leaves at most the lines that were under way unknown; and those
// only where the road cannot tell later. It is held by one program at a time, and belongs to one goroutine.
type Account struct {
	file  *os.File
	head  Head
	begun bool
	done  bool
	open  Entry // Sending, or the zero Entry
	last  int64 // the last line that is settled
	tally Tally
}

// OpenAccount opens the account at path, or an empty one; its folder is made. Lines that were under way when the program
// ended are Unknown from now on, but for those with a mark, which are Pending. With forget it is opened empty, whatever it holds. The error may be ErrBusy or a
// *DamagedError.
func OpenAccount(path string, forget bool) (*Account, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("keep an account: %w", err)
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("keep an account: %w", err)
	}
	a := &Account{file: f, tally: Tally{Look: []Entry{}}}
	if err := a.load(forget); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return a, nil
}

func (a *Account) load(forget bool) error {
	if err := lock(a.file); err != nil {
		return err
	}
	if forget {
		return a.cut(0)
	}
	whole, line, err := a.replay(a.file)
	if err != nil {
		return err
	}
	if line > 0 {
		return &DamagedError{a.file.Name(), line}
	}
	if err := a.cut(whole); err != nil { // an entry that was being written says nothing
		return err
	}
	if a.open.State == Sending && a.open.Mark == "" {
		return a.Settle(Entry{State: Unknown})
	}
	return nil
}

// cut ends the file at a place and goes on from there.
func (a *Account) cut(at int64) error {
	if err := a.file.Truncate(at); err != nil {
		return fmt.Errorf("keep an account: %w", err)
	}
	_, err := a.file.Seek(at, io.SeekStart)
	return err
}

// replay reads what is written and answers how long it is without a torn end, and the line that cannot be read, if any.
func (a *Account) replay(r io.Reader) (whole int64, bad int, err error) {
	in := bufio.NewReaderSize(r, 16<<10)
	for n := 1; ; n++ {
		b, err := in.ReadSlice('\n')
		switch {
		case errors.Is(err, io.EOF):
			return whole, 0, nil
		case errors.Is(err, bufio.ErrBufferFull):
			return whole, n, nil
		case err != nil:
			return whole, 0, fmt.Errorf("read the account: %w", err)
		}
		whole += int64(len(b))
		var e Entry
		switch {
		case n == 1:
			if json.Unmarshal(b, &a.head) != nil || a.head.Version != accountVersion {
				return whole, n, nil
			}
			a.begun = true
		case json.Unmarshal(b, &e) != nil || !a.fits(e.whole()):
			return whole, n, nil
		default:
			a.take(e.whole())
		}
	}
}

// fits tells whether an entry can follow what came before.
func (a *Account) fits(e Entry) bool {
	switch e.State {
	case Sending:
		return len(e.Mark) <= mostEntryText && e.Numbers >= 0 && a.open.State == "" && !a.done && e.Line > a.last && e.Last >= e.Line && e.Contacts > 0 && int64(e.Contacts) <= e.Last-e.Line+1
	case Taken, Partly, Refused, Unknown, NotSent:
		return a.open.State == Sending && e.Line == a.open.Line && e.Last == a.open.Last && e.Contacts == a.open.Contacts && e.Numbers >= 0
	case done:
		return a.open.State == "" && !a.done
	}
	return false
}

// take adds an entry up.
func (a *Account) take(e Entry) {
	n := int64(e.Contacts)
	switch e.State {
	case Sending:
		a.open = e
		return
	case done:
		a.done = true
		return
	case Taken:
		a.tally.Taken += n
	case Partly:
		a.tally.Partly += n
	case Refused:
		a.tally.Refused += n
	case Unknown:
		a.tally.Unknown += n
	}
	a.open = Entry{}
	if e.State == NotSent {
		return
	}
	a.last = e.Last
	a.tally.Numbers += int64(e.Numbers)
	if e.State != Taken && len(a.tally.Look) < MostProblems {
		a.tally.Look = append(a.tally.Look, e)
	}
}

// Begun is the head of an account that was begun before.
func (a *Account) Begun() (Head, bool) { return a.head, a.begun }

// Done says whether the import came to its end.
func (a *Account) Done() bool { return a.done }

// Pending are lines that were sent, of which only their road can tell what came of them: see Sender.Outcome.
func (a *Account) Pending() (Entry, bool) { return a.open, a.open.State == Sending }

// After is the line behind which the import goes on.
func (a *Account) After() int64 { return a.last }

// Tally is what the account adds up to.
func (a *Account) Tally() Tally { return a.tally }

// Begin begins an account of which nothing was sent so far.
func (a *Account) Begin(h Head, now time.Time) error {
	if a.tally.Sent() > 0 || a.done || a.open.State == Sending {
		return fmt.Errorf("the account %s has entries already", a.file.Name())
	}
	if err := a.cut(0); err != nil {
		return err
	}
	h.Begun = now.UTC()
	a.head, a.begun, a.open = h, true, Entry{}
	if err := a.write(h, true); err != nil {
		return err
	}
	return keepName(a.file)
}

// Send notes that lines go out now, with as many numbers, under a mark if their road has one. When it answers without an
// error, the note is on the disk.
func (a *Account) Send(first, last int64, contacts, numbers int, mark string) error {
	e := Entry{Line: first, Last: last, Contacts: contacts, State: Sending, Mark: mark}
	if mark != "" {
		e.Numbers = numbers
	}
	return a.note(e, true)
}

// Settle notes what came of the lines that are under way: State, Numbers and Text of e count.
func (a *Account) Settle(e Entry) error {
	e.Line, e.Last, e.Contacts, e.Mark = a.open.Line, a.open.Last, a.open.Contacts, ""
	if len(e.Text) > mostEntryText {
		e.Text = e.Text[:mostEntryText]
	}
	return a.note(e, false) // the next note takes it to the disk; without it the lines are unknown, which is true as well
}

// Finish notes that every line is settled.
func (a *Account) Finish() error { return a.note(Entry{State: done}, true) }

func (a *Account) note(e Entry, sync bool) error {
	if !a.begun || !a.fits(e) {
		return fmt.Errorf("the account %s cannot take %+v now", a.file.Name(), e)
	}
	if err := a.write(e.short(), sync); err != nil {
		return err
	}
	a.take(e)
	return nil
}

func (a *Account) write(v any, sync bool) error {
	b, err := json.Marshal(v)
	if err == nil {
		_, err = a.file.Write(append(b, '\n'))
	}
	if err == nil && sync {
		err = a.file.Sync()
	}
	if err != nil {
		return fmt.Errorf("keep an account: %w", err)
	}
	return nil
}

// Close ends the hold on the account. One that never began leaves no file.
func (a *Account) Close() error {
	if !a.begun {
		_ = os.Remove(a.file.Name()) // an empty one is read like none
	}
	return a.file.Close()
}
