package desktop

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"ctiagent/cti"
	"ctiagent/internal/config"
	"ctiagent/internal/i18n"

	"github.com/google/go-cmp/cmp"
)

func TestRecipeIsReadFromItsKeys(t *testing.T) {
	c, err := config.Parse("x", []byte("[[recipe]]\nname = 'search the caller'\non = 'call.ringing'\nsteps = [{wait = 'Old CRM', match = 'prefix', wait_seconds = 5}, "+
		"{focus = 'Old CRM', match = 'prefix'}, {press = 'ctrl+f'}, {type = '{e164} {contact.name}'}, {press = 'enter'}]"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := Configured(c)
	want := []Recipe{{Name: "search the caller", On: cti.EventCallRinging, Steps: []Step{
		{Wait: "Old CRM", Match: Prefix, WaitSeconds: 5},
		{Focus: "Old CRM", Match: Prefix},
		{Press: CtrlF},
		{Type: "{e164} {contact.name}"},
		{Press: Enter},
	}}}
	if diff := cmp.Diff(got, want); diff != "" || err != nil {
		t.Errorf("%v, -got +want\n%s", err, diff)
	}
}

func TestMistakesOfConfiguredRecipesNameTheirLine(t *testing.T) {
	c, err := config.Parse("x", []byte("[[recipe]]\nname = 'a'\non = 'agent.changed'\nsteps = [\n{type = 'a'},\n{focus = 'CRM'},\n{press = 'alt+f4'}]\n"+
		"[[recipe]]\nname = 'a'\non = 'call.ringing'\nsteps = [{focus = 'CRM'}]"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = Configured(c)
	var all config.Errors
	if !errors.As(err, &all) {
		t.Fatalf("got %v", err)
	}
	var got []string
	for _, e := range all {
		got = append(got, fmt.Sprint(e.Line, " ", strings.TrimPrefix(e.ID, "desktop.problem.")))
		if s := e.In(i18n.Es); !strings.HasPrefix(s, "x:") || strings.Contains(s, "[desktop") || strings.Contains(s, "{{") {
			t.Error(s)
		}
	}
	if diff := cmp.Diff(got, []string{"1 event", "5 unfocused", "7 key", "8 twice"}); diff != "" {
		t.Errorf("-got +want\n%s", diff)
	}
}

// problems are the ids of an error's problems with their step.
func problems(err error) (out []string) {
	if err == nil {
		return nil
	}
	if all, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range all.Unwrap() {
			out = append(out, problems(e)...)
		}
		return out
	}
	var p *Problem
	if !errors.As(err, &p) {
		return []string{err.Error()}
	}
	return []string{strings.TrimPrefix(p.ID, "desktop.problem.") + " " + string(rune('0'+p.Step))}
}

func TestMistakesOfARecipeAreNamedWithTheirStep(t *testing.T) {
	focus := Step{Focus: "CRM"}
	steps := func(s ...Step) Recipe { return Recipe{"r", cti.EventCallRinging, append([]Step{focus}, s...)} }
	for name, c := range map[string]struct {
		recipe Recipe
		want   []string
	}{
		"good":              {steps(Step{Wait: "x"}, Step{Type: "{number}"}, Step{Press: F12}), nil},
		"empty":             {Recipe{}, []string{"name 0", "event 0", "steps 0"}},
		"name of two lines": {Recipe{"a\nb", cti.EventCallRinging, []Step{focus}}, []string{"name 0"}},
		"no event of calls": {Recipe{"r", cti.EventAgentChanged, []Step{focus}}, []string{"event 0"}},
		"too many steps":    {steps(make([]Step, 50)...), []string{"steps 0"}},
		"nothing to do":     {steps(Step{}), []string{"one_thing 2"}},
		"two things":        {steps(Step{Type: "a", Press: Enter}), []string{"one_thing 2"}},
		"typing anywhere":   {Recipe{"r", cti.EventCallRinging, []Step{{Wait: "x"}, {Type: "a"}, {Press: Enter}}}, []string{"unfocused 2"}},
		"unknown key":       {steps(Step{Press: "alt+f4"}), []string{"key 2"}},
		"unknown match":     {steps(Step{Wait: "x", Match: "regexp"}), []string{"match 2"}},
		"match of a text":   {steps(Step{Type: "x", Match: Exact}), []string{"match_where 2"}},
		"wait of a key":     {steps(Step{Press: Tab, WaitSeconds: 3}), []string{"seconds_where 2"}},
		"waiting for ever":  {steps(Step{Wait: "x", WaitSeconds: 61}), []string{"seconds 2"}},
		"waiting backwards": {steps(Step{Wait: "x", WaitSeconds: -1}), []string{"seconds 2"}},
		"blank title":       {steps(Step{Focus: "  "}), []string{"title 2"}},
		"endless title":     {steps(Step{Focus: long(301)}), []string{"title 2"}},
		"wrong text":        {steps(Step{Type: "{x}"}, Step{Type: "{"}), []string{"placeholder 2", "brace 3"}},
	} {
		if diff := cmp.Diff(problems(c.recipe.Validate()), c.want); diff != "" {
			t.Errorf("%s: -got +want\n%s", name, diff)
		}
	}
}

func TestMistakeIsASentenceInEveryLanguage(t *testing.T) {
	err := Recipe{Name: "find", On: cti.EventCallRinging, Steps: []Step{{Focus: "CRM"}, {Press: "win+r"}}}.Validate()
	var p *Problem
	if !errors.As(err, &p) {
		t.Fatal(err)
	}
	const want = `Recipe find, step 2: there is no key "win+r"; use one of: enter, tab, `
	if got := p.Error(); !strings.HasPrefix(got, want) {
		t.Errorf("got %q, want it to begin with %q", got, want)
	}
	for _, lang := range i18n.Langs() {
		if got := p.In(lang); strings.Contains(got, "{{") || strings.Contains(got, "[desktop") {
			t.Errorf("%s: %s", lang, got)
		}
	}
}
