package main

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/tracing"
	"github.com/chromedp/chromedp"
)

// span is something a browser's thread did. CPU is how long it worked on it, in
// microseconds: what other programs took of the machine meanwhile is not in it.
type span struct {
	Name   string  `json:"name"`
	At     float64 `json:"ts"`
	CPU    float64 `json:"tdur"`
	Took   float64 `json:"dur"`
	Thread int     `json:"tid"`
	Args   struct {
		Data struct {
			URL string `json:"url"`
		} `json:"data"`
	} `json:"args"`
}

// within says whether s happened in the middle of o.
func (s span) within(o span) bool {
	return s.Thread == o.Thread && o.At <= s.At && s.At+s.Took <= o.At+o.Took
}

// traced answers what the browser did during f.
func (b *browser) traced(t *testing.T, f func()) []span {
	t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 2*patience)
	defer cancel()
	var mu sync.Mutex
	var spans []span
	var broken error
	done := make(chan struct{})
	chromedp.ListenBrowser(ctx, func(event any) {
		switch e := event.(type) {
		case *tracing.EventDataCollected:
			mu.Lock()
			defer mu.Unlock()
			for _, raw := range e.Value {
				var s span
				if strings.Contains(string(raw), `"ph":"X"`) {
					if err := json.Unmarshal(raw, &s); err != nil {
						broken = err
					}
					spans = append(spans, s)
				}
			}
		case *tracing.EventTracingComplete:
			close(done)
		}
	})
	do := cdp.WithExecutor(ctx, chromedp.FromContext(b.ctx).Browser)
	config := &tracing.TraceConfig{IncludedCategories: []string{"devtools.timeline", "disabled-by-default-devtools.timeline"}, ExcludedCategories: []string{"*"}}
	if err := tracing.Start().WithTransferMode(tracing.TransferModeReportEvents).WithTraceConfig(config).Do(do); err != nil {
		t.Fatalf("start a trace: %v", err)
	}
	f()
	if err := tracing.End().Do(do); err != nil {
		t.Fatalf("end a trace: %v", err)
	}
	select {
	case <-done:
	case <-ctx.Done():
		t.Fatal("the browser did not tell its trace")
	}
	mu.Lock()
	defer mu.Unlock()
	if broken != nil {
		t.Fatal(broken)
	}
	return spans
}
