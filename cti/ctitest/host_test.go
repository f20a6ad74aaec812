package ctitest_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"ctiagent/cti"
	"ctiagent/cti/ctitest"

	"github.com/google/go-cmp/cmp"
)

func TestHostKeepsWhatItWasAskedFor(t *testing.T) {
	h := ctitest.NewHost(nil)
	h.SetDesk(cti.Target{Agent: "12", Extension: "10005"})
	if got := h.Desk(); got.Agent != "12" || got.Extension != "10005" {
		t.Fatalf("desk %+v", got)
	}
	if err := h.Launch(t.Context(), "phone", "/dial", "1000"); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("no such program")
	h.OnLaunch(func(context.Context, ctitest.Launch) error { return broken })
	if err := h.Launch(t.Context(), "other"); !errors.Is(err, broken) {
		t.Fatalf("got %v", err)
	}
	want := []ctitest.Launch{{Program: "phone", Args: []string{"/dial", "1000"}}, {Program: "other"}}
	if d := cmp.Diff(h.Launched(), want); d != "" {
		t.Fatal(d)
	}
	h.Log().Debug("first", "key", "value")
	if text := h.LogText(); !strings.Contains(text, "first") || !strings.Contains(text, "key=value") {
		t.Fatalf("log %q", text)
	}
}

func TestReceiverDoorIsClosedUntilOpenedAndAPathLivesAsItsContext(t *testing.T) {
	h := ctitest.NewHost(nil)
	if _, err := h.Receive(t.Context(), "pop", nil); !errors.Is(err, cti.Unavailable) {
		t.Fatalf("got %v", err)
	}
	h.OpenReceiver(t)
	ctx, cancel := context.WithCancel(t.Context())
	got := make(chan cti.Received, 1)
	url, err := h.Receive(ctx, "pop", func(r cti.Received) (cti.Reply, bool) {
		select {
		case got <- r:
		default:
		}
		return cti.Reply{}, r.Values["a"] != nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Receive(ctx, "pop", func(cti.Received) (cti.Reply, bool) { return cti.Reply{}, true }); !errors.Is(err, cti.BadRequest) {
		t.Fatalf("the same path twice: %v", err)
	}
	if code := post(t, url+"?a=1", "b=2"); code != http.StatusOK {
		t.Fatalf("status %d", code)
	}
	r := receive(t, got)
	if d := cmp.Diff(r.Values, map[string][]string{"a": {"1"}, "b": {"2"}}); d != "" || !r.From.IsLoopback() {
		t.Fatalf("from %v: %s", r.From, d)
	}
	if code := post(t, url, "b=2"); code != http.StatusNotFound {
		t.Fatalf("what is for another desk: status %d", code)
	}
	receive(t, got)
	if code := post(t, strings.TrimSuffix(url, "pop"), ""); code != http.StatusNotFound {
		t.Fatalf("a path nobody opened: status %d", code)
	}
	cancel()
	for soon := soon(t); post(t, url+"?a=1", "") != http.StatusNotFound; {
		if soon.Err() != nil {
			t.Fatal("the path outlives its context")
		}
	}
}

func post(t *testing.T, url, form string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(soon(t), http.MethodPost, url, strings.NewReader(form))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	return res.StatusCode
}
