package uri

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"ctiagent/internal/wholefile"
)

// The names of the freedesktop.org specifications: Desktop Entry, MIME associations 1.0.1.
const (
	desktopID    = "ctiagent-open.desktop"
	entryGroup   = "Desktop Entry"
	defaults     = "Default Applications"
	added        = "Added Associations"
	removed      = "Removed Associations"
	cacheGroup   = "MIME Cache"
	mimeApps     = "mimeapps.list"
	mimeCache    = "mimeinfo.cache"
	handlerMIME  = "x-scheme-handler/"
	machineData  = "/usr/local/share"
	machineConf  = "/etc/xdg"
	maxINI       = 1 << 20
	applications = "applications"
)

// places are the folders that the specifications name, the most important first.
type places struct {
	dataHome, configHome string // the person's own, "" for none
	data, config         []string
	desktops             []string // the prefixes of XDG_CURRENT_DESKTOP, and "" last
}

// places are those of the person who runs this, or, for the computer, those that every person has.
func (h Handler) places() places {
	absolute := func(list ...string) []string {
		return slices.DeleteFunc(list, func(s string) bool { return !filepath.IsAbs(s) })
	}
	split := func(name, otherwise string) []string {
		return absolute(filepath.SplitList(cmp.Or(os.Getenv(name), otherwise))...)
	}
	p := places{data: split("XDG_DATA_DIRS", machineData+":/usr/share"), config: split("XDG_CONFIG_DIRS", machineConf)}
	if !h.Machine {
		home := func(name, below string) string {
			for _, dir := range absolute(os.Getenv(name), filepath.Join(os.Getenv("HOME"), below)) {
				return dir
			}
			return ""
		}
		p.dataHome, p.configHome = home("XDG_DATA_HOME", ".local/share"), home("XDG_CONFIG_HOME", ".config")
		p.data, p.config = absolute(append([]string{p.dataHome}, p.data...)...), absolute(append([]string{p.configHome}, p.config...)...)
	}
	for _, d := range strings.Split(os.Getenv("XDG_CURRENT_DESKTOP"), ":") {
		if d != "" && !strings.ContainsAny(d, "/") {
			p.desktops = append(p.desktops, strings.ToLower(d)+"-")
		}
	}
	p.desktops = append(p.desktops, "")
	return p
}

// own are the folders this handler writes to.
func (h Handler) own() (data, config string, err error) {
	if h.Machine {
		return h.prefix + machineData, h.prefix + machineConf, nil
	}
	p := h.places()
	if p.dataHome == "" || p.configHome == "" {
		return "", "", errors.New("the environment names no home directory; set HOME")
	}
	return p.dataHome, p.configHome, nil
}

func (h Handler) register(schemes []string) error {
	if strings.ContainsAny(h.Program, "%\n") {
		// The specification has a way to write one, which GLib 2.74 does not find a program by.
		return fmt.Errorf("desktops start no program from a path with a percent sign in it; move %s elsewhere", h.Program)
	}
	data, config, err := h.own()
	if err != nil {
		return err
	}
	if !h.delivered(data, schemes) {
		if err := h.writeEntry(data, append(h.entrySchemes(data), schemes...)); err != nil {
			return err
		}
	}
	return editINI(filepath.Join(config, mimeApps), func(f iniFile) iniFile {
		for _, s := range schemes {
			f = f.first(defaults, handlerMIME+s, desktopID)
		}
		return f
	})
}

func (h Handler) unregister(schemes []string) error {
	data, config, err := h.own()
	if err != nil {
		return err
	}
	if o, there := h.entry(h.places(), "", desktopID, ""); there && !o.Ours {
		return nil // the name leads to somebody else's program by now
	}
	err = editINI(filepath.Join(config, mimeApps), func(f iniFile) iniFile {
		for _, s := range schemes {
			f = f.without(defaults, handlerMIME+s, desktopID)
		}
		return f
	})
	if err != nil {
		return err
	}
	path := filepath.Join(data, applications, desktopID)
	f, err := loadINI(path)
	if err != nil || h.command(f) != h.exec() {
		return err // none, or somebody else's by now
	}
	rest := slices.DeleteFunc(h.entrySchemes(data), func(s string) bool { return slices.Contains(schemes, s) })
	if len(rest) > 0 {
		return h.writeEntry(data, rest)
	}
	if err := os.Remove(path); err != nil {
		return fmt.Errorf("remove the desktop entry: %w", err)
	}
	return refresh(data)
}

// delivered says that a package has put an entry for this very program where every user sees it.
func (h Handler) delivered(own string, schemes []string) bool {
	for _, dir := range h.places().data {
		if dir == own {
			continue
		}
		f, err := loadINI(filepath.Join(dir, applications, desktopID))
		if err != nil || h.command(f) != h.exec() {
			continue
		}
		have := f.list(entryGroup, "MimeType")
		return !slices.ContainsFunc(schemes, func(s string) bool { return !slices.Contains(have, handlerMIME+s) })
	}
	return false
}

// entrySchemes are the schemes of the entry that is there, none when it is not this program's.
func (h Handler) entrySchemes(data string) (schemes []string) {
	f, err := loadINI(filepath.Join(data, applications, desktopID))
	if err != nil || h.command(f) != h.exec() {
		return nil
	}
	for _, m := range f.list(entryGroup, "MimeType") {
		if s, ok := strings.CutPrefix(m, handlerMIME); ok {
			schemes = append(schemes, s)
		}
	}
	return schemes
}

func (Handler) command(f iniFile) string { return f.get(entryGroup, "Exec") }

// exec is the command of the entry. The program's path is quoted where the specification wants it; the link's place never
// is, and there is no shell: the link arrives as one argument whatever is in it.
func (h Handler) exec() string {
	path := h.Program
	if strings.ContainsAny(path, " \t\"'\\<>~|&;$*?#()`") {
		// Quoted first, and then escaped as every string of the file.
		path = `"` + strings.NewReplacer(`\`, `\\\\`, `"`, `\\"`, "`", "\\\\`", "$", `\\$`).Replace(path) + `"`
	}
	return path + " %u"
}

func (h Handler) writeEntry(data string, schemes []string) error {
	slices.Sort(schemes)
	var types []string
	for _, s := range slices.Compact(schemes) {
		types = append(types, handlerMIME+s)
	}
	return editINI(filepath.Join(data, applications, desktopID), func(iniFile) iniFile {
		return iniFile{"[" + entryGroup + "]", "Type=Application", "Version=1.4", "Name=ctiagent",
			"Comment=Dials telephone links", "Comment[es]=Marca enlaces telefónicos", "Comment[pt_BR]=Disca links de telefone",
			"Exec=" + h.exec(), "Icon=ctiagent", "NoDisplay=true", "Terminal=false", "StartupNotify=false", "MimeType=" + joinList(types)}
	}, func() error { return refresh(data) })
}

// refresh has the cache of the entries made anew, which some desktops read. Those without the tool read the entries.
func refresh(data string) error {
	tool, err := exec.LookPath("update-desktop-database")
	if err != nil {
		return nil //nolint:nilerr // there is no cache to make
	}
	dir := filepath.Join(data, applications)
	if out, err := exec.Command(tool, "-q", dir).CombinedOutput(); err != nil { //nolint:noctx // takes milliseconds
		return fmt.Errorf("make the cache of desktop entries: %w: %s", err, out)
	}
	cache := filepath.Join(dir, mimeCache)
	if f, err := loadINI(cache); err == nil && len(f) == 1 { // its title alone
		return os.Remove(cache)
	}
	return nil
}

func loadINI(path string) (iniFile, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if info.Size() > maxINI {
		return nil, fmt.Errorf("%s is too large", path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return readINI(string(text)), nil
}

// editINI changes a file as a whole, and leaves none behind that is empty. after follows a change.
func editINI(path string, change func(iniFile) iniFile, after ...func() error) error {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target // the file is replaced, not the link
	}
	old, err := loadINI(path)
	if err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	f := change(old)
	if f.String() != old.String() {
		if err := writeINI(path, f); err != nil {
			return err
		}
	}
	for _, then := range after {
		if err := then(); err != nil {
			return err
		}
	}
	return nil
}

func writeINI(path string, f iniFile) error {
	if len(f) == 0 {
		if err := os.Remove(path); err != nil {
			return fmt.Errorf("remove %s: %w", path, err)
		}
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { //nolint:gosec // everybody's desktop reads it
		return err
	}
	mode := fs.FileMode(0o644)
	if info, err := os.Stat(path); err == nil {
		mode = info.Mode().Perm()
	}
	return wholefile.Write(path, []byte(f.String()), mode, nil)
}
