package uri

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

// The keys of default programs and of URL protocols (learn.microsoft.com: Default Programs; Registering an Application to a
// URI Scheme). The person's own choice stands under userChoice, and no program may write it.
const (
	classes      = `Software\Classes\`
	progID       = "ctiagent.Url"
	product      = `Software\ctiagent`
	capabilities = product + `\Capabilities`
	associations = capabilities + `\UrlAssociations`
	replaced     = product + `\Replaced` // what stood at a scheme before
	registered   = `Software\RegisteredApplications`
	appName      = "ctiagent"
	openCommand  = `\shell\open\command`
	userChoice   = `Software\Microsoft\Windows\Shell\Associations\UrlAssociations\`
)

func (h Handler) root() registry.Key {
	if h.Machine {
		return registry.LOCAL_MACHINE
	}
	return registry.CURRENT_USER
}

// command is what is run. The link's place is quoted; without that a blank in a link would begin another argument.
func (h Handler) command() string { return `"` + h.Program + `" "%1"` }

func (h Handler) register(schemes []string) error {
	root := h.root()
	if err := h.writeClass(progID, "URL:ctiagent"); err != nil {
		return err
	}
	err := errors.Join(
		write(root, capabilities, "ApplicationName", appName),
		write(root, capabilities, "ApplicationDescription", "Dials telephone links through the agent's desk"), // required, or Windows hides it
		write(root, capabilities, "ApplicationIcon", h.Program+",0"))
	if err != nil {
		return err
	}
	for _, s := range schemes {
		if old := value(root, classes+s+openCommand, ""); old != "" && !h.runs(old) {
			if err := move(root, classes+s+openCommand, "", replaced, s); err != nil {
				return err
			}
		}
		if err := errors.Join(write(root, associations, s, progID), h.writeClass(s, "URL:"+s)); err != nil {
			return err
		}
	}
	if err := write(root, registered, appName, capabilities); err != nil {
		return err
	}
	tellShell()
	return nil
}

// writeClass makes the handler the command of a class. What else others have written there stays theirs.
func (h Handler) writeClass(name, title string) error {
	root, key := h.root(), classes+name
	err := errors.Join(write(root, key, "URL Protocol", ""), write(root, key+openCommand, "", h.command()))
	if value(root, key, "") == "" {
		err = errors.Join(err, write(root, key, "", title))
	}
	if value(root, key+`\DefaultIcon`, "") == "" {
		err = errors.Join(err, write(root, key+`\DefaultIcon`, "", h.Program+",0"))
	}
	return err
}

func (h Handler) unregister(schemes []string) error {
	root := h.root()
	if c := value(root, classes+progID+openCommand, ""); c != "" && !h.runs(c) {
		return nil // the name leads to somebody else's program by now
	}
	var err error
	for _, s := range schemes {
		if value(root, associations, s) == progID {
			err = errors.Join(err, drop(root, associations, s))
		}
		if h.runs(value(root, classes+s+openCommand, "")) {
			if value(root, replaced, s) != "" {
				err = errors.Join(err, move(root, replaced, s, classes+s+openCommand, ""), h.dropIcon(s))
			} else {
				err = errors.Join(err, h.dropClass(s))
			}
		}
		err = errors.Join(err, drop(root, replaced, s))
	}
	if len(names(root, associations)) == 0 {
		if value(root, registered, appName) == capabilities {
			err = errors.Join(err, drop(root, registered, appName))
		}
		err = errors.Join(err, dropKeys(root, associations, capabilities), h.dropClass(progID))
	}
	err = errors.Join(err, dropEmpty(root, replaced, product, registered))
	tellShell()
	return err
}

// runs says whether a command is the one that a registration writes. Windows minds no case in a path.
func (h Handler) runs(command string) bool { return strings.EqualFold(command, h.command()) }

func (h Handler) dropIcon(name string) error {
	if value(h.root(), classes+name+`\DefaultIcon`, "") == h.Program+",0" {
		return dropKeys(h.root(), classes+name+`\DefaultIcon`)
	}
	return nil
}

// dropClass removes what writeClass has written. A key that holds more than that stays, with what others put there.
func (h Handler) dropClass(name string) error {
	root, key := h.root(), classes+name
	err := errors.Join(dropKeys(root, key+openCommand), dropEmpty(root, key+`\shell\open`, key+`\shell`), h.dropIcon(name))
	if subkeys(root, key) > 0 {
		return err
	}
	return errors.Join(err, drop(root, key, ""), drop(root, key, "URL Protocol"), dropEmpty(root, key))
}

func (h Handler) owners(schemes []string) ([]Owner, error) {
	var out []Owner
	for _, s := range schemes {
		out = append(out, h.owner(s))
	}
	return out, nil
}

func (h Handler) owner(scheme string) Owner {
	o := Owner{Scheme: scheme}
	if id := value(registry.CURRENT_USER, userChoice+scheme+`\UserChoice`, "ProgId"); id != "" {
		o.ID, o.By = id, ByChoice
		o.Command, _ = h.class(id)
	} else {
		o.Command, o.By = h.class(scheme)
		if o.Command != "" {
			o.ID = scheme
		}
	}
	o.Ours = h.runs(o.Command)
	switch {
	case o.Ours:
		o.Owner = appName
	case o.ID != "" && o.Command == "":
		o.Owner = o.ID // an app of the store, which has no command
	default:
		o.Owner = programOf(o.Command)
	}
	return o
}

// class is the command of a class, this user's before the computer's.
func (Handler) class(name string) (command string, by By) {
	if c := value(registry.CURRENT_USER, classes+name+openCommand, ""); c != "" {
		return c, ByUser
	}
	if c := value(registry.LOCAL_MACHINE, classes+name+openCommand, ""); c != "" {
		return c, ByMachine
	}
	return "", ""
}

// programOf is the name of a command's program.
func programOf(command string) string {
	path := command
	if rest, ok := strings.CutPrefix(command, `"`); ok {
		path, _, _ = strings.Cut(rest, `"`)
	} else if i := strings.Index(strings.ToLower(command), ".exe"); i >= 0 {
		path = command[:i+4]
	}
	return path[strings.LastIndex(path, `\`)+1:]
}

// tellShell makes running programs look at the associations again.
func tellShell() {
	const assocChanged = 0x08000000                                                                         // SHCNE_ASSOCCHANGED
	_, _, _ = windows.NewLazySystemDLL("shell32.dll").NewProc("SHChangeNotify").Call(assocChanged, 0, 0, 0) // answers nothing
}

func write(root registry.Key, key, name, text string) error {
	k, _, err := registry.CreateKey(root, key, registry.SET_VALUE)
	if err != nil {
		return fmt.Errorf("make the registry key %s: %w", key, err)
	}
	defer k.Close()
	if err := k.SetStringValue(name, text); err != nil {
		return fmt.Errorf("write into the registry key %s: %w", key, err)
	}
	return nil
}

// move puts a text of the registry elsewhere, as it is: one with names of the environment in it keeps them.
func move(root registry.Key, from, name, to, as string) error {
	k, err := registry.OpenKey(root, from, registry.QUERY_VALUE)
	if err != nil {
		return fmt.Errorf("open the registry key %s: %w", from, err)
	}
	defer k.Close()
	text, kind, err := k.GetStringValue(name)
	if err != nil {
		return fmt.Errorf("read the registry key %s: %w", from, err)
	}
	target, _, err := registry.CreateKey(root, to, registry.SET_VALUE)
	if err != nil {
		return fmt.Errorf("make the registry key %s: %w", to, err)
	}
	defer target.Close()
	if kind == registry.EXPAND_SZ {
		err = target.SetExpandStringValue(as, text)
	} else {
		err = target.SetStringValue(as, text)
	}
	if err != nil {
		return fmt.Errorf("write into the registry key %s: %w", to, err)
	}
	return drop(root, from, name)
}

// value is a text of the registry, "" where there is none.
func value(root registry.Key, key, name string) string {
	k, err := registry.OpenKey(root, key, registry.QUERY_VALUE)
	if err != nil {
		return ""
	}
	defer k.Close()
	text, _, err := k.GetStringValue(name)
	if err != nil {
		return ""
	}
	return text
}

func names(root registry.Key, key string) []string {
	k, err := registry.OpenKey(root, key, registry.QUERY_VALUE)
	if err != nil {
		return nil
	}
	defer k.Close()
	all, err := k.ReadValueNames(0)
	if err != nil {
		return nil
	}
	return all
}

func subkeys(root registry.Key, key string) int {
	k, err := registry.OpenKey(root, key, registry.ENUMERATE_SUB_KEYS)
	if err != nil {
		return 0
	}
	defer k.Close()
	all, err := k.ReadSubKeyNames(0)
	if err != nil {
		return 0
	}
	return len(all)
}

// drop removes a value that may not be there.
func drop(root registry.Key, key, name string) error {
	k, err := registry.OpenKey(root, key, registry.SET_VALUE)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("open the registry key %s: %w", key, err)
	}
	defer k.Close()
	if err := k.DeleteValue(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove from the registry key %s: %w", key, err)
	}
	return nil
}

// dropKeys removes keys without subkeys, that may not be there.
func dropKeys(root registry.Key, keys ...string) error {
	for _, key := range keys {
		if err := registry.DeleteKey(root, key); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove the registry key %s: %w", key, err)
		}
	}
	return nil
}

// dropEmpty removes keys in which nothing is left.
func dropEmpty(root registry.Key, keys ...string) error {
	for _, key := range keys {
		if subkeys(root, key) > 0 || len(names(root, key)) > 0 {
			continue
		}
		if err := dropKeys(root, key); err != nil {
			return err
		}
	}
	return nil
}
