package config

import (
	"cmp"
	"slices"
)

// Option is one key of a driver.
type Option struct {
	Name string
	// Kind is one of the Kind constants.
	Kind     string
	Required bool
	// Values are the words of KindEnum.
	Values []string
	// Default is what the driver takes when the key is missing, as text.
	Default string
}

// The kinds of Option and Setting: what the value must be.
const (
	KindText    = "text"    // one line
	KindURL     = "url"     // http or https, without credentials
	KindAddress = "address" // host:port
	KindSecret  = "secret"  // a reference of package secret, or plain text
	KindInteger = "integer" // a whole number
	KindBoolean = "boolean" // true or false
	KindEnum    = "enum"    // one of Values, of a Setting one of Words
	KindNumber  = "number"  // a number, with decimals or without; of a Setting only
	KindList    = "list"    // a list of texts; of a Setting only
)

// CheckDrivers checks the keys of every driver against its options; known also
// lists use itself or not, as it likes. names, when given, are all the drivers
// there are, so that a misspelt one can be told the nearest. The error is an
// Errors; no message repeats a value of a secret key.
func (c *Config) CheckDrivers(options func(use string) (known []Option, ok bool), names ...string) error {
	var problems Errors
	for i := range c.Drivers {
		problems = append(problems, c.Drivers[i].check(options, names)...)
	}
	if len(problems) == 0 {
		return nil
	}
	return problems
}

func (d *Driver) check(options func(string) ([]Option, bool), names []string) Errors {
	r := report{file: d.File, at: map[string]place{d.Use: {line: d.Line}}}
	for key, line := range d.Lines {
		r.at[d.Use+"."+key] = place{line: line}
	}
	known, ok := options(d.Use)
	if !ok {
		p := &problem{id: "config.driver.unknown", args: map[string]any{"Value": shorten(d.Use)}, allowed: names, nearest: nearest(d.Use, names)}
		if p.nearest != "" {
			p.id = "config.driver.unknown.nearest"
		}
		r.add(d.Use+".use", p)
		return r.list
	}
	var keys []string
	for _, o := range known {
		if o.Name == "use" {
			continue
		}
		keys = append(keys, o.Name)
		v, has := d.Values[o.Name]
		switch {
		case has:
			r.add(d.Use+"."+o.Name, o.check(v))
		case o.Required:
			r.add(d.Use+"."+o.Name, &problem{id: "config.required"})
		}
	}
	for key := range d.Values {
		if !slices.Contains(keys, key) {
			r.add(d.Use+"."+part(key), unknown(key, append([]string{"use"}, keys...)))
		}
	}
	slices.SortStableFunc(r.list, func(a, b *Error) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Key, b.Key))
	})
	return r.list
}

// check tells what is wrong with a value.
func (o Option) check(v any) *problem {
	switch o.Kind {
	case KindInteger:
		if _, ok := v.(int64); !ok {
			return &problem{id: "config.type.integer"}
		}
		return nil
	case KindBoolean:
		if _, ok := v.(bool); !ok {
			return &problem{id: "config.type.boolean"}
		}
		return nil
	}
	s, ok := v.(string)
	if !ok {
		return &problem{id: "config.type.text"}
	}
	if _, p := line(s); p != nil {
		return p
	}
	if s == "" && (o.Required || o.Kind != KindText) {
		return &problem{id: "config.blank"}
	}
	switch o.Kind {
	case KindURL:
		return webAddress(s)
	case KindAddress:
		return address(s)
	case KindEnum:
		return oneOf(s, o.Values)
	}
	return nil
}
