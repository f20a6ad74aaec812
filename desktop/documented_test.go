package desktop

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ctiagent/internal/config"
)

// TestDocumentedRecipeWorks reads the example people copy.
func TestDocumentedRecipeWorks(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "docs", "recipes.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, example, _ := strings.Cut(string(text), "```toml\n")
	example, _, _ = strings.Cut(example, "```")
	c, err := config.Parse("recipes.md", []byte(example))
	if err != nil {
		t.Fatal(err)
	}
	recipes, err := Configured(c)
	if err != nil || len(recipes) != 1 || c.Hotkey.Dial == "" {
		t.Errorf("got %+v, %+v, %v", recipes, c.Hotkey, err)
	}
	for _, e := range Events() {
		if !strings.Contains(string(text), "`"+string(e)+"`") {
			t.Errorf("the page does not name %s", e)
		}
	}
}
