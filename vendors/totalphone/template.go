package totalphone

import "strings"

// placeholder is where a template takes the number.
const placeholder = "{number}"

// Bounds of a template.
const (
	longestTemplate = 256
	mostArguments   = 16
)

// template is the arguments of one launch. At most one of them holds the placeholder, once.
type template []string

// parseTemplate reads arguments parted by single blanks. There is no quoting and no shell, so an argument holds no blank; what
// a program's own reading of its command line could take apart is refused, and so is a placeholder that is missing or one too
// many. What is wrong is said as the end of a sentence about the option.
func parseTemplate(text string, takesNumber bool) (template, string) {
	switch {
	case text == "":
		return nil, "must not be empty"
	case len(text) > longestTemplate:
		return nil, "must have at most 256 signs"
	case strings.ContainsFunc(text, func(r rune) bool { return isControl(r) || r == 0x85 || r == 0x2028 || r == 0x2029 }):
		return nil, "must be one line without control characters"
	case strings.ContainsAny(text, "\"'`"):
		return nil, "must hold no quotes: arguments are parted by single blanks and reach the program as they are"
	case strings.Count(text, placeholder) > 1:
		return nil, "may hold {number} once only"
	case strings.Contains(text, placeholder) != takesNumber && takesNumber:
		return nil, "must hold {number}, where the number goes"
	case strings.Contains(text, placeholder) != takesNumber:
		return nil, "must not hold {number}: there is none"
	case strings.ContainsAny(strings.Replace(text, placeholder, "", 1), "{}"):
		return nil, "may hold braces in {number} only"
	}
	args := strings.Split(text, " ")
	for _, a := range args {
		if a == "" {
			return nil, "must hold its arguments parted by single blanks, with none at the ends"
		}
	}
	if len(args) > mostArguments {
		return nil, "must have at most 16 arguments"
	}
	return args, ""
}

// with are the arguments for a number, which the caller has checked.
func (t template) with(number string) []string {
	args := make([]string, len(t))
	for i, a := range t {
		args[i] = strings.Replace(a, placeholder, number, 1)
	}
	return args
}
