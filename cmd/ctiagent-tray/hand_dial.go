package main

import (
	"cmp"
	"context"
	"strings"
	"time"

	"ctiagent/cti"
	"ctiagent/internal/hotkey"
	"ctiagent/localapi/client"
)

// dialTime bounds each thing that is asked of the service.
const dialTime = time.Minute

// maxMarked is how much text may be marked when a number is to be dialled, in bytes.
const maxMarked = 64

// explained is what the dial plan makes of a text, as far as it is needed here.
type explained struct {
	E164     string `json:"e164"`
	National string `json:"national"`
	Dialed   string `json:"dialed"`
}

// dialMarked dials the number that is marked, each time the key is pressed and the person agrees to what they are shown.
func (h *hand) dialMarked(ctx context.Context, key hotkey.Key, pressed <-chan struct{}) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-pressed:
		}
		if err := h.dialOnce(ctx, key); err != nil && ctx.Err() == nil {
			h.report(ctx, h.say("desktop.dial.title", nil), h.because(err))
		}
		select { // what was pressed while the question stood was meant for it
		case <-pressed:
		default:
		}
	}
}

func (h *hand) dialOnce(ctx context.Context, key hotkey.Key) error {
	service := h.service()
	if service == nil {
		h.report(ctx, h.say("desktop.dial.title", nil), h.say("desktop.dial.offline", nil))
		return nil
	}
	if h.choose == nil {
		return cannot(cti.CallDial.Name, "nobody can be asked in this session", "desktop.hint.no_notices")
	}
	text, err := h.screen.Selection(ctx)
	if err != nil {
		return err
	}
	// What else may be marked, a whole letter perhaps, is nobody's business.
	text = strings.TrimSpace(text)
	var number explained
	if text != "" && len(text) <= maxMarked {
		if number, err = h.explain(ctx, service, text); err != nil {
			return err
		}
	}
	shown := cmp.Or(number.E164, number.National, number.Dialed)
	if shown == "" || number.Dialed == "" {
		h.report(ctx, h.say("desktop.dial.title", nil), h.say("desktop.dial.none", map[string]any{"Key": key.String()}))
		return nil
	}
	asking, cancel := context.WithTimeout(ctx, confirmTime)
	defer cancel()
	chosen, err := h.choose(asking, h.say("desktop.dial.title", nil), h.say("desktop.dial.question", map[string]any{"Number": shown}),
		[]string{h.say("desktop.dial.yes", nil), h.say("desktop.dial.no", nil)})
	if err != nil || chosen != 0 {
		return err
	}
	dialing, cancel := context.WithTimeout(ctx, dialTime)
	defer cancel()
	return service.Call(dialing, cti.CallDial.Name, cti.DialIn{Number: shown}, nil)
}

// explain asks the service what it would dial.
func (h *hand) explain(ctx context.Context, service *client.Client, text string) (number explained, err error) {
	ctx, cancel := context.WithTimeout(ctx, dialTime)
	defer cancel()
	err = service.Call(ctx, numberExplain, map[string]string{"text": text}, &number)
	return number, err
}

// numberExplain is the method of the program door, which is no verb.
const numberExplain = "number.explain"
