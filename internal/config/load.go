package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"ctiagent/internal/paths"
)

// maxPolicyFiles bounds how many files a policy directory may have.
const maxPolicyFiles = 100

// Source is one place that configuration comes from.
type Source struct {
	// Path is the file, or with Policy the directory.
	Path string
	// Policy marks a directory of *.toml files, read in name order, the later
	// over the earlier, that win over every other source.
	Policy bool
	// Optional: nothing there is no error.
	Optional bool
	// Registry says that Path is a key of the Windows registry, as RegistryKey
	// describes it, and no directory. Other systems have nothing there.
	Registry bool
	// Guarded refuses a directory, or a file in it, that others than the
	// system's administrator could have written.
	Guarded bool
	// Data is the content, when it is at hand and Path is only its name.
	Data []byte
}

// Sources answers where a program of this system reads its configuration: the
// service from policy and the machine's file, a user in the foreground from
// policy and the user's own. file, when given, takes the place of machine's or
// user's file and must exist. Of the policies the one for the computer in the
// registry is strongest, then the directory, then the registry's for the user,
// which the service has none of.
func Sources(e paths.Env, service bool, file string) []Source {
	own := Source{Path: e.UserConfig(), Optional: true}
	switch {
	case file != "":
		own = Source{Path: file}
	case service:
		own = Source{Path: e.MachineConfig(), Optional: true}
	}
	var list []Source
	if e.GOOS == "windows" && !service {
		list = append(list, Source{Path: userRoot + `\` + RegistryKey, Policy: true, Registry: true})
	}
	list = append(list, Source{Path: e.PolicyDir(), Policy: true, Optional: true, Guarded: true})
	if e.GOOS == "windows" {
		list = append(list, Source{Path: machineRoot + `\` + RegistryKey, Policy: true, Registry: true})
	}
	if own.Path != "" {
		list = append(list, own)
	}
	return list
}

// Provenance maps a key path such as api.port or driver[0].url to the file it
// comes from. A key that no file has is absent: it has its default.
type Provenance map[string]Place

// Locked tells whether a managed policy decides a key, so that nobody else may.
func (p Provenance) Locked(key string) bool { return p[key].Policy }

// Place is where a setting stands.
type Place struct {
	// File is its path, or the key of the registry.
	File string
	// Line counts from 1; it is 0 where nobody knows.
	Line int
	// Policy says that the site decides it, over everybody's own file.
	Policy bool
	// Beats is where a file says something else, which has no effect because a
	// policy decides; nil where none does.
	Beats *Place
}

// String is the place as errors write it.
func (p Place) String() string {
	if p.Line == 0 {
		return p.File
	}
	return p.File + ":" + strconv.Itoa(p.Line)
}

// Parse reads one file's content over the defaults; name is only for messages.
// The error is an Errors with all problems of the file.
func Parse(name string, data []byte) (Config, error) {
	c, _, err := Load([]Source{{Path: name, Data: append([]byte{}, data...)}})
	return c, err
}

// Load reads all sources and merges them, key by key: policy over the other
// sources, each in the order given, the later over the earlier, all over the
// defaults. [[driver]], [[pop]] and [[recipe]] are taken whole from the last source that
// has any. The error is an Errors with all problems of all sources.
func Load(sources []Source) (Config, Provenance, error) {
	l := loader{config: Default(), provenance: Provenance{}, places: map[string]report{}}
	for _, policy := range []bool{false, true} {
		l.policy = policy
		for _, s := range sources {
			switch {
			case s.Policy != policy:
			case s.Data != nil:
				l.take(s.Path, s.Data)
			case s.Registry:
				l.registry(s.Path)
			case s.Policy:
				l.directory(s)
			default:
				l.file(s.Path, s.Optional, false)
			}
		}
	}
	if len(l.problems) == 0 {
		l.together()
	}
	if len(l.problems) > 0 {
		return Config{}, nil, l.problems
	}
	return l.config, l.provenance, nil
}

type loader struct {
	config     Config
	provenance Provenance
	places     map[string]report // by file, for problems seen only at the end
	problems   Errors
	policy     bool // of the source that is being read
}

// place is where a key of the source that is being read stands.
func (l *loader) place(r *report, key string) Place {
	return Place{File: r.file, Line: r.find(key).line, Policy: l.policy}
}

// reportOf is a new report of the file that a key comes from.
func (l *loader) reportOf(key string) report {
	file := l.provenance[key].File
	return report{file: file, at: l.places[file].at}
}

// fail tells of a file that cannot be read at all.
func (l *loader) fail(path, id string, args map[string]any) {
	r := report{file: path}
	r.add("", &problem{id: id, args: args})
	l.problems = append(l.problems, r.list...)
}

func (l *loader) directory(s Source) {
	entries, err := os.ReadDir(s.Path) // sorted by name
	if err != nil {
		l.unreadable(s.Path, s.Optional, err)
		return
	}
	if s.Guarded && !l.ofTheSite(s.Path) {
		return
	}
	files := 0
	for _, e := range entries {
		if e.IsDir() || !strings.HasSuffix(e.Name(), ".toml") || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		if files++; files > maxPolicyFiles {
			l.fail(s.Path, "config.many_files", map[string]any{"Max": maxPolicyFiles})
			return
		}
		l.file(filepath.Join(s.Path, e.Name()), false, s.Guarded)
	}
}

// ofTheSite tells whether only an administrator can have written a directory,
// and reports why not.
func (l *loader) ofTheSite(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		l.unreadable(path, false, err)
		return false
	}
	defer func() { _ = f.Close() }()
	return l.judged(path, f)
}

func (l *loader) judged(path string, f *os.File) bool {
	p, err := strangers(f)
	switch {
	case err != nil:
		l.unreadable(path, false, err)
	case p != nil:
		l.fail(path, p.id, p.args)
	}
	return err == nil && p == nil
}

func (l *loader) file(path string, optional, guarded bool) {
	data, err := readFile(path, func(f *os.File) bool { return !guarded || l.judged(path, f) })
	if errors.Is(err, errJudged) {
		return
	}
	if err != nil {
		l.unreadable(path, optional, err)
		return
	}
	l.take(path, data)
}

func (l *loader) unreadable(path string, optional bool, err error) {
	if errors.Is(err, fs.ErrNotExist) {
		if !optional {
			l.fail(path, "config.missing", nil)
		}
		return
	}
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err // the sentence names the path already
	}
	l.fail(path, "config.unreadable", map[string]any{"Cause": err.Error()})
}

// errJudged ends the reading of a file that was refused, and told of.
var errJudged = errors.New("refused")

// readFile reads at most one byte more than a configuration may have, of a file
// that may be taken.
func readFile(path string, may func(*os.File) bool) (data []byte, err error) {
	// Looked at before opening: opening a pipe would wait for its writer.
	if info, err := os.Stat(path); err != nil {
		return nil, err
	} else if !info.Mode().IsRegular() {
		return nil, errors.New("not an ordinary file")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	if !may(f) {
		return nil, errJudged
	}
	return io.ReadAll(io.LimitReader(f, maxFile+1))
}

// take merges one file's content.
func (l *loader) take(file string, data []byte) {
	d, problems := read(file, data)
	if problems != nil {
		l.problems = append(l.problems, problems...)
		return
	}
	r := report{file: file, at: d.at}
	l.apply(d, &r)
	l.problems = append(l.problems, r.sorted()...)
	l.places[file] = r
}

// apply stores what a document has and reports what it should not have.
func (l *loader) apply(d *document, r *report) {
	all := fields(&l.config)
	tables := append(names(all, ""), Lists()...)
	for name, v := range d.values {
		switch name {
		case "driver":
			l.drivers(d, v, r)
			continue
		case "pop":
			l.pops(d, v, r)
			continue
		case "recipe":
			l.recipes(d, v, r)
			continue
		}
		if !slices.Contains(tables, name) {
			r.add(part(name), misplaced(name, tables, all))
			continue
		}
		table, ok := v.(map[string]any)
		if !ok {
			r.add(name, &problem{id: "config.type.table", args: map[string]any{"Name": name}})
			continue
		}
		l.table(name, table, d, r, all)
	}
}

// misplaced tells of an unknown table, or of a key that belongs in one.
func misplaced(name string, tables []string, all []field) *problem {
	for _, f := range all {
		if _, leaf, _ := strings.Cut(f.key, "."); leaf == name {
			p := unknown(name, tables)
			p.id, p.nearest = "config.unknown_key.nearest", f.key
			return p
		}
	}
	return unknown(name, tables)
}

func (l *loader) table(name string, table map[string]any, d *document, r *report, all []field) {
	known := names(all, name)
	for key := range table {
		if !slices.Contains(known, key) {
			r.add(name+"."+part(key), unknown(key, known))
		}
	}
	for _, f := range all {
		key, ok := strings.CutPrefix(f.key, name+".")
		if v, has := table[key]; ok && has {
			before := f.value()
			r.add(f.key, f.store(v))
			l.provenance[f.key] = l.beating(f.key, l.place(r, f.key), !reflect.DeepEqual(before, f.value()))
		}
	}
}

// beating notes what a file has of a key that a policy now decides, when that
// is something else.
func (l *loader) beating(key string, now Place, other bool) Place {
	was, has := l.provenance[key]
	switch {
	case !has || !now.Policy:
	case was.Policy:
		now.Beats = was.Beats
	case other:
		now.Beats = &was
	}
	return now
}

// rows answers the array of tables at a key, or reports that it is none; name is how its headers are written.
func rows(at, name string, v any, r *report) []map[string]any {
	bad := &problem{id: "config.type.tables", args: map[string]any{"Name": name}}
	items, ok := v.([]any)
	if !ok {
		r.add(at, bad)
		return nil
	}
	list := make([]map[string]any, 0, len(items))
	for i, item := range items {
		row, ok := item.(map[string]any)
		if !ok {
			r.add(fmt.Sprintf("%s[%d]", at, i), bad)
			return nil
		}
		list = append(list, row)
	}
	return list
}

// forget drops the provenance of a list that a stronger source replaces. What a
// policy replaces of a file is noted at the list's own name.
func (l *loader) forget(name string, r *report) {
	first := Place{}
	for key, at := range l.provenance {
		if !strings.HasPrefix(key, name+"[") {
			continue
		}
		if !at.Policy && (first.File == "" || at.Line < first.Line) {
			first = at
		}
		delete(l.provenance, key)
	}
	if !l.policy {
		return
	}
	now := l.place(r, name)
	if old, has := l.provenance[name]; has {
		now.Beats = old.Beats
	}
	if first.File != "" {
		now.Beats = &first
	}
	l.provenance[name] = now
}

func (l *loader) drivers(d *document, v any, r *report) {
	l.forget("driver", r)
	l.config.Drivers = nil
	for i, row := range rows("driver", "driver", v, r) {
		at := fmt.Sprintf("driver[%d]", i)
		driver := Driver{Values: map[string]any{}, Lines: map[string]int{}, File: d.file, Line: r.find(at).line}
		use, ok := row["use"].(string)
		switch {
		case row["use"] == nil:
			r.add(at+".use", &problem{id: "config.required"})
		case !ok:
			r.add(at+".use", &problem{id: "config.type.text"})
		case use == "":
			r.add(at+".use", &problem{id: "config.blank"})
		}
		driver.Use = use
		for key, value := range row {
			l.provenance[at+"."+part(key)] = l.place(r, at+"."+part(key))
			driver.Lines[key] = r.find(at + "." + part(key)).line
			if key != "use" {
				driver.Values[key] = value
			}
		}
		l.config.Drivers = append(l.config.Drivers, driver)
	}
}

func (l *loader) pops(d *document, v any, r *report) {
	l.forget("pop", r)
	l.config.Pops = nil
	for i, row := range rows("pop", "pop", v, r) {
		at := fmt.Sprintf("pop[%d]", i)
		pop := Pop{On: "offered"}
		l.row(at, row, popFields(&pop), r)
		if _, has := row["open"]; !has {
			r.add(at+".open", &problem{id: "config.required"})
		}
		l.config.Pops = append(l.config.Pops, pop)
	}
}

// together checks what single keys cannot show.
func (l *loader) together() {
	c := &l.config
	l.ordered("dialplan.extension_min_digits", c.Dialplan.ExtensionMinDigits, "dialplan.extension_max_digits", c.Dialplan.ExtensionMaxDigits)
	l.apart("receiver.port", c.Receiver.Enabled && c.Receiver.Port == c.API.Port, "api.port", c.API.Port)
	l.apart("api.tls_port", c.API.TLS && c.API.TLSPort == c.API.Port, "api.port", c.API.Port)
	l.apart("receiver.port", c.API.TLS && c.Receiver.Enabled && c.Receiver.Port == c.API.TLSPort, "api.tls_port", c.API.TLSPort)
	l.ordered("limits.wish_join_seconds", c.Limits.WishJoinSeconds, "limits.wish_unknown_seconds", c.Limits.WishUnknownSeconds)
}

// apart reports two keys that may not have the same value, at the one that
// stands in a file.
func (l *loader) apart(key string, same bool, other string, value int) {
	if !same {
		return
	}
	at := key
	if l.provenance[at].File == "" {
		at = other
	}
	r := l.reportOf(at)
	r.add(at, &problem{id: "config.same", args: map[string]any{"One": key, "Other": other, "Value": value}})
	l.problems = append(l.problems, r.list...)
}

// ordered reports a value that is larger than its upper partner, where one of
// the two stands. A partner of 0 is left open.
func (l *loader) ordered(low string, lowValue int, high string, highValue int) {
	if lowValue <= highValue || highValue == 0 {
		return
	}
	key := high
	if l.provenance[high].File == "" {
		key = low
	}
	r := l.reportOf(key)
	r.add(key, &problem{id: "config.order", args: map[string]any{"Low": low, "High": high, "LowValue": lowValue, "HighValue": highValue}})
	l.problems = append(l.problems, r.list...)
}
