package desktop

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"ctiagent/cti"
)

// Runner does recipes and single wishes, one at a time. It may be called concurrently.
type Runner struct {
	screen Screen
	turn   chan struct{} // holds one token while nothing is done
	aim    run           // of the last wish to focus; belongs to who has the token
}

// NewRunner makes a Runner for a screen, which belongs to it while a recipe runs.
func NewRunner(s Screen) *Runner {
	r := &Runner{screen: s, turn: make(chan struct{}, 1)}
	r.turn <- struct{}{}
	return r
}

const (
	maxRun    = 2 * time.Minute       // the longest a recipe may take, however many windows it waits for
	focusWait = 5 * time.Second       // how long a window may take to have the keyboard
	poll      = 50 * time.Millisecond // between two looks at the windows: no system tells of all that changes
)

// Run does the steps in their order and stops at the first that fails. The error is a *cti.Error whose Args say "Recipe",
// "Step" from 1 and "What" the step does; cti.Busy when another recipe runs, cti.Canceled and cti.Timeout when ctx ends or
// the recipe takes longer than two minutes. Texts are filled before the first step, so a value that is missing stops the
// recipe before anything is typed.
//
// Typing goes into the window of the last focus step and no other: before each character and each key the window that has
// the keyboard must be that window, and its title must still fit.
func (r *Runner) Run(ctx context.Context, recipe Recipe, v Values) error {
	if err := recipe.Validate(); err != nil {
		return &cti.Error{Kind: cti.BadRequest, Op: opType, Text: "the recipe has mistakes", Hint: "desktop.hint.recipe",
			Args: map[string]string{"Recipe": recipe.shownName()}, Err: err}
	}
	texts, err := recipe.fill(v)
	if err != nil {
		return err
	}
	if err := r.take(); err != nil {
		return err
	}
	defer r.give()
	ctx, cancel := context.WithTimeout(ctx, maxRun)
	defer cancel()
	run := run{screen: r.screen}
	for i, s := range recipe.Steps {
		if err := run.step(ctx, s, texts[i]); err != nil {
			return recipe.stopped(i, err)
		}
	}
	return nil
}

// fill puts the values into the steps' texts.
func (r Recipe) fill(v Values) ([]string, error) {
	texts := make([]string, len(r.Steps))
	for i, s := range r.Steps {
		t, err := ParseTemplate(s.Type)
		if err == nil {
			texts[i], err = t.Fill(v)
		}
		if err != nil {
			return nil, r.stopped(i, err)
		}
	}
	return texts, nil
}

func (r *Runner) take() error {
	select {
	case <-r.turn:
		return nil
	default:
		return &cti.Error{Kind: cti.Busy, Op: opType, Text: "another recipe is running", Hint: "desktop.hint.busy", Retryable: true}
	}
}

func (r *Runner) give() { r.turn <- struct{}{} }

// Focus gives the keyboard to the window of exactly this title; what Type types goes there from then on. The errors are
// those of Find and of the package's Focus, and cti.Busy.
func (r *Runner) Focus(ctx context.Context, title string) error {
	if CheckText(title) != nil {
		return &cti.Error{Kind: cti.BadRequest, Op: opFocus, Text: "no window has such a title", Hint: "desktop.hint.text"}
	}
	if err := r.take(); err != nil {
		return err
	}
	defer r.give()
	aim := run{screen: r.screen}
	if err := aim.focus(ctx, Title{Text: title}); err != nil {
		return err
	}
	r.aim = aim
	return nil
}

// Type types a text that CheckText accepts into the window that Focus has chosen, and without one into that which has the
// keyboard. It stops with cti.WrongState as soon as another one has it.
func (r *Runner) Type(ctx context.Context, text string) error {
	if err := CheckText(text); err != nil {
		return err
	}
	if err := r.take(); err != nil {
		return err
	}
	defer r.give()
	aim := r.aim
	if aim.target.ID == 0 {
		w, err := r.screen.Active(ctx)
		if err != nil {
			return err
		}
		if w.ID == 0 || w.Title == "" {
			return &cti.Error{Kind: cti.WrongState, Op: opType, Text: "no window has the keyboard", Hint: "desktop.hint.nowhere"}
		}
		aim = run{r.screen, w, Title{Text: w.Title}}
	}
	ctx, cancel := context.WithTimeout(ctx, maxRun)
	defer cancel()
	return aim.text(ctx, text)
}

// stopped words why step i was the last.
func (r Recipe) stopped(i int, err error) error {
	e := *cti.AsError(err)
	switch {
	case errors.Is(err, context.Canceled):
		e = cti.Error{Kind: cti.Canceled, Hint: "desktop.hint.canceled", Text: "canceled", Err: err}
	case errors.Is(err, context.DeadlineExceeded):
		e = cti.Error{Kind: cti.Timeout, Hint: "desktop.hint.too_long", Text: "it takes too long", Err: err}
	}
	e.Op = opType
	e.Text = fmt.Sprintf("recipe %q stopped at step %d (%s): %s", r.Name, i+1, r.Steps[i].what(), e.Message())
	args := map[string]string{"Recipe": r.Name, "Step": strconv.Itoa(i + 1), "What": r.Steps[i].what()}
	for k, v := range e.Args {
		args[k] = v
	}
	e.Args = args
	return &e
}

// run is one recipe being done.
type run struct {
	screen Screen
	target Window // of the last focus step
	title  Title
}

func (r *run) step(ctx context.Context, s Step, text string) error {
	switch {
	case s.Focus != "":
		return r.focus(ctx, s.title())
	case s.Wait != "":
		return r.wait(ctx, s.title(), s.wait())
	case s.Press != "":
		if err := r.guard(ctx); err != nil {
			return err
		}
		return r.screen.Press(ctx, s.Press)
	}
	return r.text(ctx, text)
}

func (r *run) text(ctx context.Context, text string) error {
	for _, char := range text {
		if err := r.guard(ctx); err != nil {
			return err
		}
		if err := r.screen.Type(ctx, string(char)); err != nil {
			return err
		}
	}
	return nil
}

// guard answers nil while the window that has the keyboard is the one meant.
func (r *run) guard(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	w, err := r.screen.Active(ctx)
	if err != nil {
		return err
	}
	if w.ID != r.target.ID || !r.title.Fits(w.Title) {
		// What the other window is called is nobody's business but the person's.
		return &cti.Error{Kind: cti.WrongState, Text: "another window has the keyboard", Hint: "desktop.hint.foreign",
			Args: map[string]string{"Title": r.title.Text}}
	}
	return nil
}

func (r *run) focus(ctx context.Context, t Title) error {
	w, err := Find(ctx, r.screen, t)
	if err != nil {
		return err
	}
	if err := Focus(ctx, r.screen, w); err != nil {
		return err
	}
	r.target, r.title = w, t
	return nil
}

func (r *run) wait(ctx context.Context, t Title, patience time.Duration) error {
	return until(ctx, patience, func() (bool, error) {
		all, err := r.screen.Windows(ctx)
		for _, w := range all {
			if t.Fits(w.Title) {
				return true, err
			}
		}
		return false, err
	}, &cti.Error{Kind: cti.Timeout, Text: "no window of that title appeared", Hint: "desktop.hint.no_window",
		Args: map[string]string{"Title": t.Text}})
}

// Find is the one window a title means. Where several fit, the one that has the keyboard is meant, and if none has,
// nobody knows which: cti.WrongState. None is cti.NotFound.
func Find(ctx context.Context, s Screen, t Title) (Window, error) {
	all, err := s.Windows(ctx)
	if err != nil {
		return Window{}, err
	}
	var fit []Window
	for _, w := range all {
		if t.Fits(w.Title) {
			fit = append(fit, w)
		}
	}
	switch len(fit) {
	case 0:
		return Window{}, &cti.Error{Kind: cti.NotFound, Op: opFocus, Text: "there is no window of that title",
			Hint: "desktop.hint.no_window", Args: map[string]string{"Title": t.Text}}
	case 1:
		return fit[0], nil
	}
	active, err := s.Active(ctx)
	if err != nil {
		return Window{}, err
	}
	for _, w := range fit {
		if w.ID == active.ID {
			return w, nil
		}
	}
	return Window{}, &cti.Error{Kind: cti.WrongState, Op: opFocus, Text: "several windows have that title",
		Hint: "desktop.hint.several", Args: map[string]string{"Title": t.Text, "Count": strconv.Itoa(len(fit))}}
}

// Focus gives the keyboard to a window and answers once it is there: cti.Timeout when it is not within five seconds,
// which is how window systems refuse it.
func Focus(ctx context.Context, s Screen, w Window) error {
	if err := s.Focus(ctx, w); err != nil {
		return err
	}
	return until(ctx, focusWait, func() (bool, error) {
		active, err := s.Active(ctx)
		return active.ID == w.ID, err
	}, &cti.Error{Kind: cti.Timeout, Op: opFocus, Text: "the window did not get the keyboard", Hint: "desktop.hint.unfocused",
		Args: map[string]string{"Title": w.Title}})
}

// until looks again and again until there is what is looked for; late is the error when that takes too long.
func until(ctx context.Context, patience time.Duration, look func() (bool, error), late error) error {
	patient, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		if found, err := look(); found || err != nil {
			return err
		}
		t := time.NewTimer(poll)
		select {
		case <-t.C:
		case <-patient.Done():
			t.Stop()
			if err := ctx.Err(); err != nil {
				return err
			}
			return late
		}
	}
}
