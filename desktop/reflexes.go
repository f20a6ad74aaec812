package desktop

import (
	"context"

	"ctiagent/cti"
)

// maxQueue is how many recipes may wait for their turn: more calls come only when nobody looks at them.
const maxQueue = 8

// Reflexes do the recipes that events of calls are bound to, one after the other.
type Reflexes struct {
	runner  *Runner
	recipes []Recipe
	failed  func(Recipe, error)
	due     chan reflex
}

type reflex struct {
	recipe Recipe
	values Values
}

// NewReflexes makes the reflexes of a person. failed is told of each recipe that was not done to its end, a *cti.Error
// with what to do next.
func NewReflexes(runner *Runner, recipes []Recipe, failed func(Recipe, error)) *Reflexes {
	return &Reflexes{runner: runner, recipes: recipes, failed: failed, due: make(chan reflex, maxQueue)}
}

// Event takes notice of an event and does not wait for what follows from it.
func (r *Reflexes) Event(e cti.Event) {
	if e.Call == nil {
		return
	}
	for _, recipe := range r.recipes {
		if recipe.On != e.Type {
			continue
		}
		select {
		case r.due <- reflex{recipe, ValuesOf(e.Call)}:
		default:
			r.failed(recipe, &cti.Error{Kind: cti.Busy, Op: opType, Text: "too many recipes are waiting", Hint: "desktop.hint.busy", Args: map[string]string{"Recipe": recipe.Name}})
		}
	}
}

// Run does what is due until ctx ends.
func (r *Reflexes) Run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case next := <-r.due:
			if err := r.runner.Run(ctx, next.recipe, next.values); err != nil && ctx.Err() == nil {
				r.failed(next.recipe, err)
			}
		}
	}
}
