package config

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ctiagent/internal/i18n"
)

const withRecipes = `[hotkey]
dial = "ctrl+alt+d"

[[recipe]]
name = "search the caller"
on = "call.ringing"
steps = [
  { wait = "Old CRM", match = "prefix", wait_seconds = 5 },
  { focus = "Old CRM" },
  { type = "{e164}" },
]

[[recipe]]
on = "call.ended"
name = "close"

[[recipe.steps]]
focus = "Old CRM"

[[recipe.steps]]
press = "escape"
`

func TestRecipesAreReadWithTheirLines(t *testing.T) {
	got, from, err := Load([]Source{{Path: "x", Data: []byte(withRecipes)}})
	if err != nil {
		t.Fatal(err)
	}
	want := []Recipe{
		{Name: "search the caller", On: "call.ringing", File: "x", Line: 4, Key: "recipe[0]", Steps: []Step{
			{Wait: "Old CRM", Match: "prefix", WaitSeconds: 5, Line: 8}, {Focus: "Old CRM", Line: 9}, {Type: "{e164}", Line: 10}}},
		{Name: "close", On: "call.ended", File: "x", Line: 13, Key: "recipe[1]", Steps: []Step{{Focus: "Old CRM", Line: 17}, {Press: "escape", Line: 20}}},
	}
	if diff := cmp.Diff(got.Recipes, want); diff != "" || got.Hotkey.Dial != "ctrl+alt+d" {
		t.Errorf("hotkey %q, -got +want\n%s", got.Hotkey.Dial, diff)
	}
	var shown []string
	for _, e := range Show(got, from, nil) {
		if strings.HasPrefix(e.Key, "recipe") || strings.HasPrefix(e.Key, "hotkey") {
			shown = append(shown, fmt.Sprint(e.Key, "=", e.Value, " ", e.Source))
		}
	}
	if diff := cmp.Diff(shown, []string{"hotkey.dial=ctrl+alt+d x", "recipe[0].name=search the caller x", "recipe[0].on=call.ringing x",
		"recipe[0].steps[0].wait=Old CRM x", "recipe[0].steps[0].match=prefix x", "recipe[0].steps[0].wait_seconds=5 x", "recipe[0].steps[1].focus=Old CRM x",
		"recipe[0].steps[2].type={e164} x", "recipe[1].name=close x", "recipe[1].on=call.ended x", "recipe[1].steps[0].focus=Old CRM x",
		"recipe[1].steps[1].press=escape x"}); diff != "" {
		t.Errorf("-got +want\n%s", diff)
	}
}

func TestMistakesInRecipesNameLineAndWayOut(t *testing.T) {
	const head = "[[recipe]]\nname = \"a\"\non = \"call.ringing\"\n"
	for text, want := range map[string]struct{ at, sentence string }{
		"[hotkey]\ndial = \"d\"":                  {"x:2", "put ctrl, alt or super before it"},
		"[hotkey]\ndial = \"ctrl+alt+pause\"":     {"x:2", "a digit or f1 to f12"},
		"[hotkey]\ndail = \"ctrl+d\"":             {"x:2", "did you mean dial?"},
		"recipe = 7":                              {"x:1", "begin each one with [[recipe]]"},
		head:                                      {"x:1", "recipe[0].steps"},
		head + "steps = \"x\"":                    {"x:4", "begin each one with [[recipe.steps]]"},
		head + "steps = [\n{ focus = 3 } ]":       {"x:5", "must be text"},
		head + "steps = [\n{ presss = \"tab\" }]": {"x:5", "did you mean press?"},
		head + "stepps = []\nsteps = []":          {"x:4", "did you mean steps?"},
		head + "[[recipe.steps]]\nwait = \"x\"\nwait_seconds = 61": {"x:6", "60"},
		"[[recipe]]\nsteps = []\non = \"call.ringing\"":            {"x:1", "recipe[0].name"},
	} {
		_, err := Parse("x", []byte(text))
		if err == nil || !strings.HasPrefix(err.Error(), want.at+": ") || !strings.Contains(err.Error(), want.sentence) {
			t.Errorf("%s\ngot %v, want %s … %s", text, err, want.at, want.sentence)
		}
		var all Errors
		if errors.As(err, &all) && strings.Contains(all[0].In(i18n.PtBR), "[config.") {
			t.Errorf("%s: no sentence in pt-BR", text)
		}
	}
}

func TestProblemOfARecipeStandsAtItsStep(t *testing.T) {
	c, err := Parse("x", []byte(withRecipes))
	if err != nil {
		t.Fatal(err)
	}
	for n, want := range map[int]string{0: "x:13: ", 2: "x:20: ", 9: "x:13: "} {
		if got := c.Recipes[1].Problem(n, "config.required", map[string]any{"Key": "k"}).Error(); !strings.HasPrefix(got, want) {
			t.Errorf("step %d: got %s, want %s", n, got, want)
		}
	}
}
