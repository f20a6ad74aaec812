package vault

import (
	"errors"
	"testing"

	"ctiagent/internal/secret"
)

func TestPasswordLivesInTheCredentialManager(t *testing.T) {
	const agent = "ctiagent test 12"
	v, ctx := Current(), t.Context()
	t.Cleanup(func() {
		if err := Current().Forget(t.Context(), agent); err != nil && ctx.Err() == nil {
			t.Error(err)
		}
	})
	if _, err := v.Find(ctx, agent); !errors.Is(err, ErrNone) {
		t.Fatalf("before: %v", err)
	}
	for _, password := range []string{"first ç", "second"} {
		if where, err := v.Keep(ctx, agent, secret.New(password)); where != Store || err != nil {
			t.Fatalf("keep: %s, %v", where, err)
		}
		if got, err := Current().Find(ctx, agent); got.Reveal() != password || err != nil {
			t.Fatalf("find: %q, %v", got.Reveal(), err)
		}
	}
	if err := v.Forget(ctx, agent); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Find(ctx, agent); !errors.Is(err, ErrNone) {
		t.Fatalf("after: %v", err)
	}
}
