package localapi

import (
	"context"

	"ctiagent/cti"
	"ctiagent/localapi/protocol"
)

// Outbox is where a desk keeps wishes whose driver has no link.
type Outbox interface {
	// Outbox lists its entries in the order in which they came.
	Outbox(ctx context.Context) ([]cti.OutboxEntry, error)
	// OutboxRetry sends an entry because a person says so, once its driver can.
	OutboxRetry(ctx context.Context, id string) (cti.OutboxEntry, error)
	// OutboxDrop forgets an entry.
	OutboxDrop(ctx context.Context, id string) error
	// OutboxEdit changes what the person entered. It sends nothing.
	OutboxEdit(ctx context.Context, in cti.OutboxEdit) (cti.OutboxEntry, error)
}

// outboxMethods show a person's numbers and notes: for programs and the
// control page only.
func outboxMethods() []method {
	return []method{
		{info: describe[cti.None, []cti.OutboxEntry](protocol.OutboxList, "List what waits for a link, and what asks for a look", cti.Observe), program: true, control: true,
			run: func(ctx context.Context, r request) (any, error) {
				desk, err := r.open(ctx)
				if err != nil {
					return nil, err
				}
				return desk.Outbox(ctx)
			}},
		{info: describe[protocol.OutboxIn, cti.OutboxEntry](protocol.OutboxRetry, "Send an entry of the outbox again, as soon as its link stands", cti.Control), program: true, control: true,
			run: withOutbox(func(ctx context.Context, desk Desk, in protocol.OutboxIn) (any, error) {
				return desk.OutboxRetry(ctx, in.ID)
			})},
		{info: describe[protocol.OutboxIn, cti.None](protocol.OutboxDrop, "Forget an entry of the outbox", cti.Control), program: true, control: true,
			run: withOutbox(func(ctx context.Context, desk Desk, in protocol.OutboxIn) (any, error) {
				return cti.None{}, desk.OutboxDrop(ctx, in.ID)
			})},
		{info: describe[cti.OutboxEdit, cti.OutboxEntry](protocol.OutboxEdit, "Change an entry of the outbox that was not sent", cti.Control), program: true, control: true,
			run: withOutbox(func(ctx context.Context, desk Desk, in cti.OutboxEdit) (any, error) { return desk.OutboxEdit(ctx, in) })},
	}
}

func withOutbox[In any](do func(context.Context, Desk, In) (any, error)) func(context.Context, request) (any, error) {
	return func(ctx context.Context, r request) (any, error) {
		in, err := read[In](r)
		if err != nil {
			return nil, err
		}
		desk, err := r.open(ctx)
		if err != nil {
			return nil, err
		}
		return do(ctx, desk, in)
	}
}
