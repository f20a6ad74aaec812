package i18n

import (
	"strconv"
	"strings"
)

// maxTag bounds what Match reads of a list that a browser or page sent.
const maxTag = 512

// Match answers the language that fits tag best: a BCP 47 tag ("es-AR"), a
// POSIX locale ("pt_BR.UTF-8", "C") or an Accept-Language list with weights.
// English is the answer to everything else.
func Match(tag string) Lang {
	if len(tag) > maxTag {
		tag = tag[:maxTag]
	}
	best, bestWeight := En, 0.0
	for part := range strings.SplitSeq(tag, ",") {
		name, params, _ := strings.Cut(part, ";")
		lang, ok := one(name)
		if !ok {
			continue
		}
		if w := weight(params); w > bestWeight {
			best, bestWeight = lang, w
		}
	}
	return best
}

// FromEnv answers the language of a program's environment, the first of
// LC_ALL, LC_MESSAGES and LANG that is set, as POSIX orders them.
func FromEnv(getenv func(string) string) Lang {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := getenv(name); v != "" {
			return Match(v)
		}
	}
	return En
}

// one matches a single tag by its primary language. There is one Portuguese
// here, so pt-PT gets it too: nearer to the reader than English.
func one(name string) (Lang, bool) {
	name = strings.ToLower(strings.TrimSpace(name))
	if i := strings.IndexAny(name, "-_.@"); i >= 0 {
		name = name[:i]
	}
	switch name {
	case "pt":
		return PtBR, true
	case "es":
		return Es, true
	case "en", "c", "posix":
		return En, true
	}
	return "", false
}

// weight reads the q parameter of an Accept-Language entry; 1 when absent, 0
// when it is no number between 0 and 1.
func weight(params string) float64 {
	for p := range strings.SplitSeq(params, ";") {
		key, value, found := strings.Cut(strings.TrimSpace(p), "=")
		if !found || !strings.EqualFold(strings.TrimSpace(key), "q") {
			continue
		}
		q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
		if err != nil || !(q >= 0 && q <= 1) {
			return 0
		}
		return q
	}
	return 1
}
