package desktop

import (
	"errors"

	"ctiagent/cti"
	"ctiagent/internal/config"
)

// Configured are the recipes of a configuration, checked. The error is a config.Errors that names file and line of every
// problem.
func Configured(c config.Config) ([]Recipe, error) {
	var recipes []Recipe
	var wrong config.Errors
	seen := map[string]bool{}
	for _, from := range c.Recipes {
		r := Recipe{Name: from.Name, On: cti.EventType(from.On)}
		for _, s := range from.Steps {
			r.Steps = append(r.Steps, Step{Focus: s.Focus, Wait: s.Wait, Type: s.Type, Press: Key(s.Press), Match: Match(s.Match), WaitSeconds: s.WaitSeconds})
		}
		for _, p := range problemsOf(r.Validate()) {
			wrong = append(wrong, from.Problem(p.Step, p.ID, p.Args))
		}
		if seen[r.Name] {
			wrong = append(wrong, from.Problem(0, "desktop.problem.twice", nil))
		}
		seen[r.Name] = true
		recipes = append(recipes, r)
	}
	if len(wrong) > 0 {
		return nil, wrong
	}
	return recipes, nil
}

// problemsOf takes apart what Validate has joined.
func problemsOf(err error) (out []*Problem) {
	var p *Problem
	if all, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range all.Unwrap() {
			out = append(out, problemsOf(e)...)
		}
	} else if errors.As(err, &p) {
		out = append(out, p)
	}
	return out
}
