package desktop

import (
	"context"
	"errors"

	"ctiagent/cti"
)

// What may wait: more calls come only when nobody looks at them.
const (
	maxQueue   = 8  // recipes for their turn
	maxPending = 32 // calls for what their recipes type
)

// Reflexes do the recipes that events of calls are bound to, one after the other. Event is called by one goroutine.
type Reflexes struct {
	runner  *Runner
	recipes []Recipe
	failed  func(Recipe, error)
	due     chan reflex
	pending map[string][]Recipe // by call: what its event asked for before its number was known
}

type reflex struct {
	recipe Recipe
	values Values
}

// NewReflexes makes the reflexes of a person. failed is told of each recipe that was not done to its end, a *cti.Error
// with what to do next.
func NewReflexes(runner *Runner, recipes []Recipe, failed func(Recipe, error)) *Reflexes {
	return &Reflexes{runner: runner, recipes: recipes, failed: failed, due: make(chan reflex, maxQueue), pending: map[string][]Recipe{}}
}

// Event takes notice of an event and does not wait for what follows from it. A vendor may tell that it rings before it
// tells who calls: a recipe that types what is not known yet waits for the event that brings it, as long as the call lasts.
func (r *Reflexes) Event(e cti.Event) {
	if e.Call == nil {
		return
	}
	asked := r.pending[e.Call.ID]
	delete(r.pending, e.Call.ID)
	for _, recipe := range r.recipes {
		if recipe.On == e.Type {
			asked = append(asked, recipe)
		}
	}
	values := ValuesOf(e.Call)
	for _, recipe := range asked {
		_, err := recipe.fill(values)
		switch {
		case errors.Is(err, cti.NotFound) && e.Call.State != cti.Ended && len(r.pending) < maxPending:
			r.pending[e.Call.ID] = append(r.pending[e.Call.ID], recipe)
		case err != nil:
			r.failed(recipe, err)
		default:
			r.enqueue(reflex{recipe, values})
		}
	}
}

func (r *Reflexes) enqueue(next reflex) {
	select {
	case r.due <- next:
	default:
		r.failed(next.recipe, &cti.Error{Kind: cti.Busy, Op: opType, Text: "too many recipes are waiting", Hint: "desktop.hint.busy",
			Args: map[string]string{"Recipe": next.recipe.Name}})
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
