package config

import (
	"math"
	"strings"
)

// field is one key of a plain table: what it takes, how its value is checked
// and stored, and what it is now. The list of them is the one place that knows
// the keys.
type field struct {
	Setting
	key   string // table.name
	store func(v any) *problem
	value func() any
}

// fields lists every key outside [[driver]], [[pop]] and [[recipe]], bound to c.
func fields(c *Config) []field {
	l := &c.Limits
	return []field{
		integer("api.port", &c.API.Port, 1, 65535),
		list("api.origins", &c.API.Origins, origin),
		choice("api.pairing", &c.API.Pairing, PairingAsk, PairingOff),
		boolean("api.tls", &c.API.TLS),
		integer("api.tls_port", &c.API.TLSPort, 1, 65535),

		boolean("receiver.enabled", &c.Receiver.Enabled),
		integer("receiver.port", &c.Receiver.Port, 1, 65535),
		text("receiver.lan", &c.Receiver.LAN, lanAddress),
		secretText("receiver.token", &c.Receiver.Token),

		text("agent.id", &c.Agent.ID, line),
		text("agent.extension", &c.Agent.Extension, line),
		text("agent.country", &c.Agent.Country, country),
		text("agent.area_code", &c.Agent.AreaCode, digits),
		choice("agent.language", &c.Agent.Language, "pt-BR", "es", "en"),

		text("hotkey.dial", &c.Hotkey.Dial, heardKey),

		choice("links.confirm", &c.Links.Confirm, ConfirmAlways, ConfirmRisky, ConfirmNever),
		boolean("links.login_links", &c.Links.LoginLinks),

		list("policy.supervisors", &c.Policy.Supervisors, filledLine),
		list("policy.forbid", &c.Policy.Forbid, ban),
		list("policy.calling_hours", &c.Policy.CallingHours, window),
		choice("policy.calling_hours_for", &c.Policy.CallingHoursFor, HoursForAll, HoursForCampaign),
		list("policy.forbid_origins", &c.Policy.ForbidOrigins, origin),

		integer("limits.message_bytes", &l.MessageBytes, 1<<10, 16<<20),
		number("limits.requests_per_second", &l.RequestsPerSecond, 0.1, 1e6),
		integer("limits.burst", &l.Burst, 1, 1e6),
		number("limits.dials_per_second", &l.DialsPerSecond, 0.01, 1e6),
		integer("limits.connections_per_origin", &l.ConnectionsPerOrigin, 1, 10_000),
		integer("limits.unpaired_connections", &l.UnpairedConnections, 1, 1000),
		integer("limits.unpaired_seconds", &l.UnpairedSeconds, 1, 3600),
		integer("limits.pending_bytes", &l.PendingBytes, 64<<10, 256<<20),
		integer("limits.live_calls", &l.LiveCalls, 1, 10_000),
		integer("limits.wish_join_seconds", &l.WishJoinSeconds, 1, 3600),
		integer("limits.wish_unknown_seconds", &l.WishUnknownSeconds, 1, 3600),

		choice("log.level", &c.Log.Level, "debug", "info", "warn", "error"),
		text("log.file", &c.Log.File, absolutePath),
		choice("log.numbers", &c.Log.Numbers, NumbersMasked, NumbersFull),

		text("dialplan.outside_prefix", &c.Dialplan.OutsidePrefix, digits),
		integer("dialplan.extension_min_digits", &c.Dialplan.ExtensionMinDigits, 0, 7),
		integer("dialplan.extension_max_digits", &c.Dialplan.ExtensionMaxDigits, 0, 7),
	}
}

// popFields lists the keys of one [[pop]] table, bound to p.
func popFields(p *Pop) []field {
	return []field{
		choice("on", &p.On, "offered", "connected", "preview", "callback", "ended"),
		choice("direction", &p.Direction, "inbound", "outbound", "internal"),
		text("open", &p.Open, template),
		boolean("ask", &p.Ask),
	}
}

func integer(key string, to *int, least, most int) field {
	return field{key: key, Setting: Setting{Kind: KindInteger, Min: float64(least), Max: float64(most)}, value: func() any { return *to }, store: func(v any) *problem {
		n, ok := v.(int64)
		if !ok {
			return &problem{id: "config.type.integer"}
		}
		if n < int64(least) || n > int64(most) {
			return outOfRange(n, least, most)
		}
		*to = int(n)
		return nil
	}}
}

func number(key string, to *float64, least, most float64) field {
	return field{key: key, Setting: Setting{Kind: KindNumber, Min: least, Max: most}, value: func() any { return *to }, store: func(v any) *problem {
		var n float64
		switch v := v.(type) {
		case int64:
			n = float64(v)
		case float64:
			n = v
		default:
			return &problem{id: "config.type.number"}
		}
		if math.IsNaN(n) || n < least || n > most {
			return outOfRange(n, least, most)
		}
		*to = n
		return nil
	}}
}

func outOfRange(v, least, most any) *problem {
	return &problem{id: "config.range", args: map[string]any{"Value": v, "Min": least, "Max": most}}
}

func boolean(key string, to *bool) field {
	return field{key: key, Setting: Setting{Kind: KindBoolean}, value: func() any { return *to }, store: func(v any) *problem {
		b, ok := v.(bool)
		if !ok {
			return &problem{id: "config.type.boolean"}
		}
		*to = b
		return nil
	}}
}

// choice takes one of a few words.
func choice(key string, to *string, words ...string) field {
	f := text(key, to, func(s string) (string, *problem) { return s, oneOf(s, words) })
	f.Kind, f.Words = KindEnum, words
	return f
}

func oneOf(s string, words []string) *problem {
	for _, w := range words {
		if s == w {
			return nil
		}
	}
	p := &problem{id: "config.choice", args: map[string]any{"Value": shorten(s)}, allowed: words, nearest: nearest(s, words)}
	if p.nearest != "" {
		p.id = "config.choice.nearest"
	}
	return p
}

// text takes a string that check accepts, in the form that check answers.
func text(key string, to *string, check func(string) (string, *problem)) field {
	return field{key: key, Setting: Setting{Kind: KindText}, value: func() any { return *to }, store: func(v any) *problem {
		s, ok := v.(string)
		if !ok {
			return &problem{id: "config.type.text"}
		}
		s, p := check(s)
		if p == nil {
			*to = s
		}
		return p
	}}
}

// secretText takes a reference to a secret, or the secret itself.
func secretText(key string, to *string) field {
	f := text(key, to, filledLine)
	f.Kind = KindSecret
	return f
}

// list takes an array of strings that check accepts.
func list(key string, to *[]string, check func(string) (string, *problem)) field {
	return field{key: key, Setting: Setting{Kind: KindList}, value: func() any { return append([]string{}, *to...) }, store: func(v any) *problem {
		items, ok := v.([]any)
		if !ok {
			return &problem{id: "config.type.list"}
		}
		all := make([]string, 0, len(items))
		for i, item := range items {
			s, ok := item.(string)
			if !ok {
				return &problem{id: "config.type.list"}
			}
			s, p := check(s)
			if p != nil {
				if p.args == nil {
					p.args = map[string]any{}
				}
				p.args["Number"] = i + 1
				return p
			}
			all = append(all, s)
		}
		*to = all
		return nil
	}}
}

// names answers the names of the keys in table, and of all tables for "".
func names(all []field, table string) []string {
	var found []string
	for _, f := range all {
		t, name, _ := strings.Cut(f.key, ".")
		switch {
		case table == "" && (len(found) == 0 || found[len(found)-1] != t):
			found = append(found, t)
		case t == table:
			found = append(found, name)
		}
	}
	return found
}
