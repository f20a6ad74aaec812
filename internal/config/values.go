package config

import (
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// maxText is the longest text value in bytes.
const maxText = 4096

// line accepts one printable line, or none.
func line(s string) (string, *problem) {
	if len(s) > maxText {
		return "", &problem{id: "config.long", args: map[string]any{"Max": maxText}}
	}
	if strings.IndexFunc(s, unicode.IsControl) >= 0 {
		return "", &problem{id: "config.control"}
	}
	return s, nil
}

// filledLine accepts one printable line that says something.
func filledLine(s string) (string, *problem) {
	if strings.TrimSpace(s) == "" {
		return "", &problem{id: "config.blank"}
	}
	return line(s)
}

func digits(s string) (string, *problem) {
	if len(s) > 8 || strings.Trim(s, "0123456789") != "" {
		return "", &problem{id: "config.digits", args: map[string]any{"Max": 8}}
	}
	return s, nil
}

func country(s string) (string, *problem) {
	if len(s) != 2 || s[0] < 'A' || s[0] > 'Z' || s[1] < 'A' || s[1] > 'Z' {
		return "", &problem{id: "config.country"}
	}
	return s, nil
}

// absolutePath accepts a full path of either kind of system: whoever checks a
// file may sit at another one than it is for.
func absolutePath(s string) (string, *problem) {
	drive := len(s) > 2 && s[1] == ':' && (s[2] == '\\' || s[2] == '/')
	if s != "" && !drive && !strings.HasPrefix(s, "/") && !strings.HasPrefix(s, `\\`) {
		return "", &problem{id: "config.path"}
	}
	return line(s)
}

// origin accepts what a browser sends as Origin and answers it just so: lower
// case, without the scheme's own port. An origin written otherwise would never
// match, and one that means more than it seems would match too much.
// ban takes what a site does not let anybody dial.
func ban(s string) (string, *problem) {
	switch s {
	case "premium", "international", "shared", "mobile", "fixed", "tollfree", "shortcode", "extension":
		return s, nil
	}
	digits := strings.TrimSuffix(strings.TrimPrefix(s, "+"), "*")
	if digits == "" || len(digits) > 20 || strings.Trim(digits, "0123456789") != "" {
		return "", &problem{id: "config.ban"}
	}
	return s, nil
}

func origin(s string) (string, *problem) {
	bad := &problem{id: "config.origin"}
	switch {
	case s == "null":
		return "", &problem{id: "config.origin.null"}
	case strings.Contains(s, "*"):
		return "", &problem{id: "config.origin.wildcard"}
	case len(s) > 255+len("https://:65535"):
		return "", bad
	}
	scheme, rest, found := strings.Cut(strings.ToLower(s), "://")
	if !found || scheme != "http" && scheme != "https" {
		return "", bad
	}
	if strings.ContainsAny(rest, "/?#") {
		return "", &problem{id: "config.origin.path"}
	}
	host, port, ok := splitHost(rest)
	if !ok || !hostname(host) {
		return "", bad
	}
	if port == "" || scheme == "http" && port == "80" || scheme == "https" && port == "443" {
		return scheme + "://" + host, nil
	}
	return scheme + "://" + host + ":" + port, nil
}

// splitHost parts host[:port]; an IPv6 address keeps its brackets.
func splitHost(s string) (host, port string, ok bool) {
	host = s
	if i := strings.LastIndexByte(s, ':'); i >= 0 && !strings.HasSuffix(s, "]") {
		host, port = s[:i], s[i+1:]
		if !validPort(port) {
			return "", "", false
		}
	}
	return host, port, host != ""
}

func validPort(s string) bool {
	n, err := strconv.Atoi(s)
	return err == nil && n >= 1 && n <= 65535 && s[0] != '0' && s[0] != '+'
}

// hostname accepts ASCII names, IPv4 addresses, and IPv6 addresses in brackets.
func hostname(s string) bool {
	if inside, ok := strings.CutPrefix(s, "["); ok {
		inside, ok = strings.CutSuffix(inside, "]")
		addr, err := netip.ParseAddr(inside)
		return ok && err == nil && addr.Is6() && addr.Zone() == "" && addr.String() == inside
	}
	if s == "" || len(s) > 253 {
		return false
	}
	labels := strings.Split(s, ".")
	for _, label := range labels {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		if strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return false
		}
	}
	// A last label of digits makes it an IPv4 address to every browser, and
	// there is only one way to write one.
	if last := labels[len(labels)-1]; strings.Trim(last, "0123456789") == "" || strings.HasPrefix(last, "0x") {
		addr, err := netip.ParseAddr(s)
		return err == nil && addr.Is4()
	}
	return true
}

// Placeholders lists the names that a pop rule's address may have in braces;
// beside them {contact.NAME} stands for the vendor's parameter NAME.
func Placeholders() []string {
	return []string{"e164", "raw", "display", "id", "ref", "direction", "from", "to", "campaign", "queue", "via", "agent", "extension"}
}

// template accepts the address of a pop rule. Placeholders stand after the
// host only: a caller's number must not choose the site that opens.
func template(s string) (string, *problem) {
	if _, p := filledLine(s); p != nil {
		return "", p
	}
	var plain strings.Builder
	known := append(Placeholders(), "contact.NAME")
	for rest := s; ; {
		before, after, found := strings.Cut(rest, "{")
		if strings.Contains(before, "}") {
			return "", &problem{id: "config.template.brace"}
		}
		plain.WriteString(before)
		if !found {
			break
		}
		name, tail, closed := strings.Cut(after, "}")
		if !closed {
			return "", &problem{id: "config.template.brace"}
		}
		if !afterHost(plain.String()) {
			return "", &problem{id: "config.template.host"}
		}
		contact, isContact := strings.CutPrefix(name, "contact.")
		if !slices.Contains(Placeholders(), name) && !(isContact && contactName(contact)) {
			p := &problem{id: "config.placeholder", args: map[string]any{"Value": shorten(name)}, allowed: known, nearest: nearest(name, known)}
			if p.nearest != "" {
				p.id = "config.placeholder.nearest"
			}
			return "", p
		}
		plain.WriteString("0")
		rest = tail
	}
	if p := webAddress(plain.String()); p != nil {
		return "", p
	}
	return s, nil
}

func contactName(s string) bool {
	return s != "" && len(s) <= maxPart && strings.IndexFunc(s, func(c rune) bool {
		return !unicode.IsLetter(c) && !unicode.IsDigit(c) && c != '_' && c != '-' && c != '.'
	}) < 0
}

// afterHost tells whether s reaches past scheme and host.
func afterHost(s string) bool {
	_, rest, found := strings.Cut(s, "://")
	return found && strings.ContainsAny(rest, "/?#")
}

// webAddress accepts http and https with a host and without credentials.
func webAddress(s string) *problem {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.Opaque != "" {
		return &problem{id: "config.url"}
	}
	if u.User != nil {
		return &problem{id: "config.url.credentials"}
	}
	host, _, ok := splitHost(strings.ToLower(u.Host))
	if !ok || !hostname(host) {
		return &problem{id: "config.url"}
	}
	return nil
}

// lanAddress accepts the address of one network card, with or without a port.
// Names and "every address" are refused: who opens a door to the network must
// say to which.
func lanAddress(s string) (string, *problem) {
	if s == "" {
		return s, nil
	}
	addr, err := netip.ParseAddr(s)
	if err != nil {
		both, err := netip.ParseAddrPort(s)
		if err != nil || both.Port() == 0 {
			return "", &problem{id: "config.lan"}
		}
		addr = both.Addr()
	}
	if addr.IsUnspecified() || addr.IsLoopback() || addr.IsMulticast() || addr.Zone() != "" || addr.Is4In6() {
		return "", &problem{id: "config.lan"}
	}
	return s, nil
}

// address accepts host:port.
func address(s string) *problem {
	host, port, err := net.SplitHostPort(s)
	if err != nil || !validPort(port) {
		return &problem{id: "config.address"}
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if !hostname(strings.ToLower(host)) {
		return &problem{id: "config.address"}
	}
	return nil
}

// Origin answers an origin just as browsers write it, and false for what is
// none that could be allowed: a wildcard, an address with a path, null.
func Origin(s string) (string, bool) {
	o, wrong := origin(s)
	return o, wrong == nil
}
