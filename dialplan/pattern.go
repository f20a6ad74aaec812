package dialplan

import (
	"regexp"
	"sync"
)

// pattern is an expression that is compiled when a text first needs it: a plain number needs none, and all of them together are
// a good part of what an idle program would keep. It may be used from any goroutine.
type pattern struct{ compiled func() *regexp.Regexp }

// compiledLater makes a pattern of an expression that must be right, as the tests see to.
func compiledLater(expression string) pattern {
	return pattern{sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })}
}

func (p pattern) matches(text string) bool { return p.compiled().MatchString(text) }

func (p pattern) find(text string) []string { return p.compiled().FindStringSubmatch(text) }

func (p pattern) replace(text, with string) string { return p.compiled().ReplaceAllString(text, with) }
