package localapi_test

import (
	"context"
	"testing"

	"go.uber.org/goleak"

	"ctiagent/cti"
	"ctiagent/localapi"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// servesOnly opens a desk for one person.
func servesOnly(p cti.Person, d localapi.Desk) localapi.OpenDesk {
	return func(_ context.Context, who cti.Person) (localapi.Desk, func(), error) {
		if who.ID != p.ID {
			return nil, nil, cti.Fail(cti.Unavailable, "", "another user's program")
		}
		return d, func() {}, nil
	}
}
