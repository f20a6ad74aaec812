package desktop

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"ctiagent/cti"
	"ctiagent/internal/i18n"
)

// Recipe is a named list of steps that is done when an event of a call comes up.
type Recipe struct {
	Name  string
	On    cti.EventType
	Steps []Step
}

// Step is one thing to do: exactly one of Focus, Wait, Type and Press is set.
type Step struct {
	// Focus gives the keyboard to the window of this title. What is typed and pressed afterwards goes into it and into no
	// other window.
	Focus string
	// Wait waits until there is a window of this title.
	Wait string
	// Type types a text, which ParseTemplate reads.
	Type string
	// Press presses one of Keys.
	Press Key
	// Match says how the title of Focus and Wait is compared, Exact when empty.
	Match Match
	// WaitSeconds bounds Wait, from 1 to 60; 0 stands for 10.
	WaitSeconds int
}

// What a recipe may have.
const (
	maxSteps       = 50
	maxTitle       = 300 // bytes
	maxWaitSeconds = 60
	defaultWait    = 10 * time.Second
)

// Events are the events a recipe can be bound to: those that tell of one call.
func Events() []cti.EventType {
	return []cti.EventType{cti.EventCallDialing, cti.EventCallRinging, cti.EventCallConnected, cti.EventCallHeld,
		cti.EventCallResumed, cti.EventCallTransferred, cti.EventCallEnded}
}

// Problem is one thing wrong with a recipe.
type Problem struct {
	Recipe string
	Step   int // from 1; 0 when it is not about one step
	ID     string
	Args   map[string]any
}

func problem(id string, args map[string]any) *Problem { return &Problem{ID: id, Args: args} }

// Error is the English sentence: where, what, and what to do.
func (p *Problem) Error() string { return p.In(i18n.En) }

// In is the sentence in a language.
func (p *Problem) In(lang i18n.Lang) string {
	what := i18n.T(lang, p.ID, p.Args)
	switch {
	case p.Recipe == "":
		return what
	case p.Step == 0:
		return i18n.T(lang, "desktop.problem.at_recipe", map[string]any{"Recipe": p.Recipe, "What": what})
	}
	return i18n.T(lang, "desktop.problem.at_step", map[string]any{"Recipe": p.Recipe, "Step": p.Step, "What": what})
}

// Validate answers nil or every problem of the recipe, joined; each is a *Problem.
func (r Recipe) Validate() error {
	var errs []error
	add := func(step int, p *Problem) {
		p.Recipe, p.Step = r.shownName(), step
		errs = append(errs, p)
	}
	if name := strings.TrimSpace(r.Name); name == "" || len(r.Name) > maxTitle || CheckText(r.Name) != nil {
		add(0, problem("desktop.problem.name", map[string]any{"Max": maxTitle}))
	}
	if !slices.Contains(Events(), r.On) {
		add(0, problem("desktop.problem.event", map[string]any{"Value": string(r.On), "Allowed": list(Events())}))
	}
	if len(r.Steps) == 0 || len(r.Steps) > maxSteps {
		add(0, problem("desktop.problem.steps", map[string]any{"Max": maxSteps}))
		return errors.Join(errs...)
	}
	focused := false
	for i, s := range r.Steps {
		if p := s.check(); p != nil {
			add(i+1, p)
		}
		focused = focused || s.Focus != ""
		if !focused && (s.Type != "" || s.Press != "") {
			add(i+1, problem("desktop.problem.unfocused", nil))
			focused = true // once is enough
		}
	}
	return errors.Join(errs...)
}

// shownName is the recipe's name as it can stand in a message.
func (r Recipe) shownName() string {
	if r.Name == "" || len(r.Name) > maxTitle || CheckText(r.Name) != nil {
		return strconv.Quote(r.Name[:min(len(r.Name), 40)])
	}
	return r.Name
}

func (s Step) check() *Problem {
	set := 0
	for _, v := range []string{s.Focus, s.Wait, s.Type, string(s.Press)} {
		if v != "" {
			set++
		}
	}
	if set != 1 {
		return problem("desktop.problem.one_thing", nil)
	}
	title := s.Focus + s.Wait
	switch {
	case s.Match != "" && title == "":
		return problem("desktop.problem.match_where", nil)
	case s.Match != "" && !slices.Contains(Matches(), s.Match):
		return problem("desktop.problem.match", map[string]any{"Value": string(s.Match), "Allowed": list(Matches())})
	case s.WaitSeconds != 0 && s.Wait == "":
		return problem("desktop.problem.seconds_where", nil)
	case s.WaitSeconds < 0 || s.WaitSeconds > maxWaitSeconds:
		return problem("desktop.problem.seconds", map[string]any{"Value": s.WaitSeconds, "Max": maxWaitSeconds})
	case title != "" && (strings.TrimSpace(title) == "" || len(title) > maxTitle || CheckText(title) != nil):
		return problem("desktop.problem.title", map[string]any{"Max": maxTitle})
	case s.Press != "" && CheckKey(s.Press) != nil:
		return problem("desktop.problem.key", map[string]any{"Value": string(s.Press), "Allowed": list(Keys())})
	}
	var p *Problem
	if _, err := ParseTemplate(s.Type); errors.As(err, &p) {
		return p
	}
	return nil
}

// what names the step's kind as its key in a file does.
func (s Step) what() string {
	switch {
	case s.Focus != "":
		return "focus"
	case s.Wait != "":
		return "wait"
	case s.Type != "":
		return "type"
	}
	return "press"
}

func (s Step) title() Title { return Title{s.Focus + s.Wait, s.Match} }

func (s Step) wait() time.Duration {
	if s.WaitSeconds == 0 {
		return defaultWait
	}
	return time.Duration(s.WaitSeconds) * time.Second
}

func list[S ~string](words []S) string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = string(w)
	}
	return strings.Join(out, ", ")
}
