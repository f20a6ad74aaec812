package cti_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"ctiagent/cti"

	"github.com/google/go-cmp/cmp"
)

// echo is a session that answers what it was asked.
type echo struct{ name string }

func (e *echo) dial(_ context.Context, r cti.Req[cti.DialIn]) (cti.CallOut, error) {
	r.Progress(1, 2)
	return cti.CallOut{Ref: e.name + ":" + r.Extension + ":" + r.In.Number}, nil
}

func (e *echo) hangup(_ context.Context, r cti.Req[cti.CallIn]) (cti.CallOut, error) {
	return cti.CallOut{Ref: "must not be seen"}, cti.Fail(cti.NotFound, "call.hangup", "no call "+r.Ref)
}

func echoRows() []cti.Func[*echo] {
	return []cti.Func[*echo]{
		cti.Row(cti.CallHangup, "manual 2", (*echo).hangup),
		cti.Row(cti.CallDial, "manual 1", (*echo).dial),
	}
}

func TestBoundActionsAreSortedAndFoundByName(t *testing.T) {
	a := cti.Bind(&echo{}, echoRows())
	var names []string
	for _, f := range a.All() {
		names = append(names, f.Name)
	}
	if d := cmp.Diff(names, []string{"call.dial", "call.hangup"}); d != "" {
		t.Fatal(d)
	}
	f, ok := a.Info("call.hangup")
	if !ok || f.Source != "manual 2" || f.Effect != cti.Control || f.In != reflect.TypeFor[cti.CallIn]() || f.Out != reflect.TypeFor[cti.CallOut]() {
		t.Fatalf("info %+v, %v", f, ok)
	}
	for _, missing := range []string{"", "call.answer", "call.dialx", "zzz"} {
		if _, ok := a.Info(missing); ok || a.Has(missing) {
			t.Errorf("%q is served", missing)
		}
	}
	infos := cti.Infos(echoRows())
	if infos[0].Name != "call.dial" || infos[1].Name != "call.hangup" {
		t.Errorf("Infos must be sorted by name, got %v and %v", infos[0].Name, infos[1].Name)
	}
}

func TestTwoRowsOfOneNamePanic(t *testing.T) {
	defer func() {
		if got := recover(); got != "cti: two rows named call.dial" {
			t.Fatalf("recovered %v", got)
		}
	}()
	cti.Bind(&echo{}, append(echoRows(), echoRows()[1]))
}

func TestWithoutTakesRowsAwayAndLeavesTheOriginal(t *testing.T) {
	all := cti.Bind(&echo{}, echoRows())
	less := all.Without("call.dial", "call.sing")
	if less.Has("call.dial") || !less.Has("call.hangup") || len(less.All()) != 1 {
		t.Errorf("left: %+v", less.All())
	}
	if !all.Has("call.dial") || len(all.All()) != 2 {
		t.Errorf("the original lost rows: %+v", all.All())
	}
	if _, err := less.Call(t.Context(), "call.dial", cti.Target{}, &cti.DialIn{}, nil); !errors.Is(err, cti.Unsupported) || cti.MayHaveReached(err) {
		t.Errorf("got %v", err)
	}
}

func TestNoActionsServeNothing(t *testing.T) {
	for name, a := range map[string]*cti.Actions{"nil": nil, "zero": {}} {
		if _, ok := a.Info("call.dial"); ok || a.Has("call.dial") || len(a.All()) != 0 {
			t.Errorf("%s serves something", name)
		}
		if _, err := a.Call(t.Context(), "call.dial", cti.Target{}, &cti.DialIn{}, nil); !errors.Is(err, cti.Unsupported) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestDoCarriesTargetParametersAndAnswer(t *testing.T) {
	a := cti.Bind(&echo{"s"}, echoRows())
	out, err := cti.Do(t.Context(), a, cti.CallDial, cti.Target{Extension: "10005"}, cti.DialIn{Number: "1000"})
	if err != nil || out.Ref != "s:10005:1000" {
		t.Fatalf("got %+v, %v", out, err)
	}
	out, err = cti.Do(t.Context(), a, cti.CallHangup, cti.Target{Ref: "7"}, cti.CallIn{})
	if !errors.Is(err, cti.NotFound) || err.Error() != "call.hangup: no call 7" || out.Ref != "" {
		t.Fatalf("got %+v, %v", out, err)
	}
	var told []string
	_, err = a.Call(t.Context(), "call.dial", cti.Target{}, &cti.DialIn{}, func(done, total int64) { told = append(told, fmt.Sprint(done, "/", total)) })
	if err != nil || !slices.Equal(told, []string{"1/2"}) {
		t.Fatalf("progress %q, %v", told, err)
	}
}

func TestParametersOrAnswersOfAnotherTypeAreInternal(t *testing.T) {
	a := cti.Bind(&echo{}, echoRows())
	for _, in := range []any{nil, cti.DialIn{}, &cti.CallIn{}} {
		if _, err := a.Call(t.Context(), "call.dial", cti.Target{}, in, nil); !errors.Is(err, cti.InternalError) {
			t.Errorf("%T: got %v", in, err)
		}
	}
	other := cti.Action[cti.DialIn, cti.ID]{Name: "call.dial"}
	if _, err := cti.Do(t.Context(), a, other, cti.Target{}, cti.DialIn{}); !errors.Is(err, cti.InternalError) {
		t.Errorf("got %v", err)
	}
}

func TestVerbsAreExactlyThoseOfTheLocalAPI(t *testing.T) {
	list, err := os.ReadFile("testdata/verbs.txt")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, v := range cti.Verbs() {
		names = append(names, v.Name)
		if v.Title == "" || strings.HasSuffix(v.Title, ".") {
			t.Errorf("%s has the title %q", v.Name, v.Title)
		}
		if !slices.Contains([]cti.Effect{cti.Observe, cti.Dial, cti.Control, cti.Supervise}, v.Effect) {
			t.Errorf("%s has the effect %q", v.Name, v.Effect)
		}
	}
	if d := cmp.Diff(names, strings.Fields(string(list))); d != "" {
		t.Errorf("verbs (-got +want):\n%s", d)
	}
}

func TestOnlyVerbsThatDialHaveTheEffectDial(t *testing.T) {
	var dial []string
	for _, v := range cti.Verbs() {
		if v.Effect == cti.Dial {
			dial = append(dial, v.Name)
		}
	}
	if d := cmp.Diff(dial, []string{"call.dial", "call.redial", "softphone.dial"}); d != "" {
		t.Error(d)
	}
}

func TestStreamIsReadPieceByPieceAndStopsWhenTheReaderDoes(t *testing.T) {
	broken := errors.New("line broke")
	made := 0
	s := cti.Stream[int](func(yield func(int, error) bool) {
		for i := range 5 {
			made++
			if i == 3 {
				yield(0, broken)
				return
			}
			if !yield(i, nil) {
				return
			}
		}
	})
	var pieces cti.Pieces = s
	var got []any
	var end error
	for v, err := range pieces.Pieces() {
		if err != nil {
			end = err
			break
		}
		got = append(got, v)
	}
	if d := cmp.Diff(got, []any{0, 1, 2}); d != "" || !errors.Is(end, broken) {
		t.Fatalf("%s, ended with %v", d, end)
	}
	made = 0
	for range pieces.Pieces() { //nolint:errcheck // the first piece is all that is looked at
		break
	}
	if made != 1 {
		t.Fatalf("%d pieces were made for a reader of one", made)
	}
}

func info(t testing.TB, verb string) cti.FuncInfo {
	t.Helper()
	for _, v := range cti.Verbs() {
		if v.Name == verb {
			return v
		}
	}
	t.Fatalf("no verb %s", verb)
	panic("unreachable")
}

func TestDecodeNamesTheParameterAtFault(t *testing.T) {
	for _, c := range []struct{ verb, params, field, text string }{
		{"call.dial", ``, "number", "the parameter number is missing"},
		{"call.dial", `null`, "number", "the parameter number is missing"},
		{"call.dial", `{"number":""}`, "number", "the parameter number is missing"},
		{"call.dial", `{"number":7}`, "number", "the parameter number must be of type string"},
		{"call.dial", `{"number":"1","data":{"a":1}}`, "data", "the parameter data must be of type string"},
		{"call.transfer", `{"to":"1","mode":"warm"}`, "mode", "the parameter mode must be one of blind, attended"},
		{"call.transfer", `{"to":"1","call":true}`, "call", "the parameter call must be of type string"},
		{"softphone.line", `{"line":"one"}`, "line", "the parameter line must be of type integer"},
		{"softphone.digit", `{"digit":"10"}`, "digit", "the parameter digit must be one of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, *, #"},
		{"campaign.setActive", `{"campaign":"1"}`, "active", "the parameter active is missing"},
		{"callback.schedule", `{"number":"1","at":"tomorrow"}`, "at", "the parameter at must be of type time like 2026-11-20T13:59:33.120Z"},
		{"callback.schedule", `{"number":"1","at":5}`, "at", "the parameter at must be of type time like 2026-11-20T13:59:33.120Z"},
		{"call.dial", `[]`, "", "the parameters must be one JSON object"},
		{"call.dial", `{`, "", "the parameters must be one JSON object"},
		{"call.dial", `{"number":"1"} {}`, "", "the parameters must be one JSON object"},
	} {
		_, err := info(t, c.verb).Decoder()(json.RawMessage(c.params))
		var e *cti.Error
		if !errors.As(err, &e) || e.Kind != cti.BadRequest || e.Op != c.verb || e.Hint == "" {
			t.Errorf("%s %s: got %+v", c.verb, c.params, err)
			continue
		}
		if name := e.Args["Name"]; e.Text != c.text || !strings.HasPrefix(name, c.field) || c.field == "" && name != "" {
			t.Errorf("%s %s: got %q about %q, want %q about %q", c.verb, c.params, e.Text, name, c.text, c.field)
		}
	}
}

func TestDecodeReadsParametersAndIgnoresUnknownOnes(t *testing.T) {
	in, err := info(t, "call.transfer").Decoder()(json.RawMessage(`{"to":"1000","call":"01J","mode":"attended","later":{"x":[1]}}`))
	want := &cti.TransferIn{CallIn: cti.CallIn{Call: "01J"}, To: "1000", Mode: "attended"}
	if d := cmp.Diff(in, any(want)); err != nil || d != "" {
		t.Fatalf("%v\n%s", err, d)
	}
	in, err = info(t, "campaign.setActive").Decoder()(json.RawMessage(`{"campaign":"1","active":false}`))
	if got, ok := in.(*cti.CampaignActiveIn); err != nil || !ok || got.Active == nil || *got.Active {
		t.Fatalf("false must count as said: %+v, %v", in, err)
	}
	if in, err = info(t, "agent.logout").Decoder()(nil); err != nil {
		t.Fatalf("%+v, %v", in, err)
	}
}
