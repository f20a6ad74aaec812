package config

// Setting is one key of a plain table, described for whoever offers it to an
// administrator.
type Setting struct {
	// Key is the key's path, such as api.port.
	Key string
	// Kind is one of the Kind constants.
	Kind string
	// Min and Max bound a number.
	Min, Max float64
	// Words are what a KindEnum may be.
	Words []string
	// Default is what holds when nobody sets it: int, float64, bool, string or
	// []string.
	Default any
}

// Settings lists every key outside [[driver]], [[pop]] and [[recipe]], in the
// order of Config.
func Settings() []Setting {
	c := Default()
	var all []Setting
	for _, f := range fields(&c) {
		s := f.Setting
		s.Key, s.Default = f.key, f.value()
		all = append(all, s)
	}
	return all
}

// Lists are the tables that stand several times: [[driver]], [[pop]] and
// [[recipe]].
func Lists() []string { return []string{"driver", "pop", "recipe"} }
