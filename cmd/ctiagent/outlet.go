package main

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"

	"ctiagent/cti"
)

// outlet is where the answer of a function goes: standard output, or a file
// that appears under its name only when it is whole.
type outlet struct {
	app   *app
	file  string // "" or - is standard output
	sound bool   // pieces of a recording, written as they are
	eager bool   // every piece is written at once
	done  int64  // bytes of sound, else pieces

	columns []string // rows are written as a table with these
	sheet   *sheet

	target string
	temp   *os.File
	w      *bufio.Writer
}

// open finds out whether the answer can be written, before anything is asked
// of a PBX.
func (o *outlet) open() error {
	if o.file == "" || o.file == "-" {
		o.file = ""
		if o.sound && isTerminal(o.app.out) {
			return usage("cli.usage.output")
		}
		o.writeTo(o.app.out)
		o.eager = o.eager || isTerminal(o.app.out)
		return nil
	}
	o.target = o.file
	switch info, err := os.Stat(o.target); {
	case err == nil && !info.Mode().IsRegular():
		return usage("cli.usage.file", "Problem", fmt.Errorf("%s is no ordinary file", o.target))
	case err == nil:
		if o.target, err = filepath.EvalSymlinks(o.target); err != nil { // the file is replaced, not the link
			return usage("cli.usage.file", "Problem", err)
		}
	case !errors.Is(err, fs.ErrNotExist):
		return usage("cli.usage.file", "Problem", err)
	}
	temp, err := os.CreateTemp(filepath.Dir(o.target), ".ctiagent-*") // made with mode 0600: a recording is nobody else's
	if err != nil {
		return usage("cli.usage.file", "Problem", err)
	}
	o.temp = temp
	o.writeTo(temp)
	return nil
}

func (o *outlet) writeTo(w io.Writer) {
	o.w = bufio.NewWriter(w)
	if o.columns != nil {
		o.sheet = &sheet{w: csv.NewWriter(o.w), columns: o.columns}
	}
}

// discard removes what was written unless keep came before.
func (o *outlet) discard() {
	if o.temp != nil {
		o.temp.Close()
		_ = os.Remove(o.temp.Name()) // nothing more can be done about it
		o.temp = nil
	}
}

// answer writes an answer that is no stream.
func (o *outlet) answer(raw json.RawMessage) error {
	if o.sheet != nil {
		var rows []json.RawMessage
		if err := json.Unmarshal(raw, &rows); err != nil {
			return fmt.Errorf("read the rows: %w", err)
		}
		for _, row := range rows {
			if err := o.piece(row); err != nil {
				return err
			}
		}
		return nil
	}
	to := *o.app
	to.out = o.w
	o.sound = false
	o.done++
	return to.printAnswer(raw)
}

// stream writes the pieces of a stream as they come.
func (o *outlet) stream(pieces iter.Seq2[json.RawMessage, error], m *meter) error {
	for piece, err := range pieces {
		if err != nil {
			return err
		}
		if err := o.piece(piece); err != nil {
			return err
		}
		m.show(o.done, 0)
	}
	return nil
}

// piece writes the next piece of a stream.
func (o *outlet) piece(raw json.RawMessage) error {
	if !o.sound {
		o.done++
		if err := o.line(raw); err != nil || !o.eager {
			return err
		}
		return o.flush()
	}
	var c cti.Chunk
	if err := json.Unmarshal(raw, &c); err != nil {
		return fmt.Errorf("read a piece of the recording: %w", err)
	}
	n, err := o.w.Write(c.Data)
	o.done += int64(n)
	return err
}

// line writes a piece that is no sound.
func (o *outlet) line(raw json.RawMessage) error {
	if o.sheet != nil {
		return o.sheet.row(raw)
	}
	to := *o.app
	to.out = o.w
	return to.print(raw)
}

// flush writes what is still held back.
func (o *outlet) flush() error {
	if o.sheet != nil {
		o.sheet.w.Flush()
		if err := o.sheet.w.Error(); err != nil {
			return err
		}
	}
	return o.w.Flush()
}

// keep finishes the output and gives the file its name.
func (o *outlet) keep() error {
	if o.sheet != nil {
		if err := o.sheet.end(); err != nil {
			return err
		}
	}
	if err := o.w.Flush(); err != nil || o.temp == nil {
		return err
	}
	if err := o.temp.Close(); err != nil {
		return err
	}
	if err := os.Rename(o.temp.Name(), o.target); err != nil {
		return err
	}
	o.temp = nil
	unit := "pieces"
	if o.sound {
		unit = "bytes"
	}
	if o.app.json {
		return o.app.print(map[string]any{"file": o.file, unit: o.done})
	}
	return o.app.line(o.app.t("cli.invoke.written."+unit, map[string]any{"File": o.file, "Count": o.done}))
}

// isTerminal says whether somebody looks at what is written to w.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&fs.ModeCharDevice != 0
}

// meter shows how far long work has come, on one line of a terminal.
type meter struct {
	app   *app
	shown bool
	last  string // of the bar
}

// newMeter makes a meter; nil where nobody looks.
func (a *app) newMeter() *meter {
	if a.json || !isTerminal(a.err) {
		return nil
	}
	return &meter{app: a}
}

// show tells what is done; a total of 0 is unknown.
func (m *meter) show(done, total int64) {
	if m == nil {
		return
	}
	id := "cli.invoke.progress"
	if total <= 0 {
		id = "cli.invoke.progress.open"
	}
	_, _ = fmt.Fprintf(m.app.err, "\r%-40s", m.app.t(id, map[string]any{"Done": done, "Total": total})) // nobody misses it
	m.shown = true
}

// meterWidth is how many signs the bar has.
const meterWidth = 24

// bar shows how much of a known total is done.
func (m *meter) bar(done, total int64) {
	if m == nil || total <= 0 {
		return
	}
	done = min(done, total)
	full := int(done * meterWidth / total)
	text := fmt.Sprintf("[%s%s] %3d %%  %s", strings.Repeat("#", full), strings.Repeat(".", meterWidth-full), done*100/total,
		m.app.t("cli.invoke.progress", map[string]any{"Done": done, "Total": total}))
	if text == m.last {
		return
	}
	m.last = text
	_, _ = fmt.Fprintf(m.app.err, "\r%-70s", text) // nobody misses it
	m.shown = true
}

// clear empties the line.
func (m *meter) clear() {
	if m != nil && m.shown {
		_, _ = fmt.Fprintf(m.app.err, "\r%-70s\r", "") // nobody misses it
		m.shown = false
	}
}
