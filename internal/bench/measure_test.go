//go:build unix

package main

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMedianIsTheMiddle(t *testing.T) {
	for _, c := range []struct {
		of   []float64
		want float64
	}{
		{[]float64{7}, 7},
		{[]float64{3, 1, 2}, 2},
		{[]float64{4, 1, 3, 2}, 2.5},
		{[]float64{1, 1000, 2}, 2},
	} {
		if got := median(c.of); got != c.want {
			t.Errorf("median(%v) = %v, want %v", c.of, got, c.want)
		}
	}
	if !math.IsNaN(median(nil)) {
		t.Error("nothing has a median")
	}
}

func TestMedianLeavesItsValuesInOrder(t *testing.T) {
	v := []float64{3, 1, 2}
	median(v)
	if diff := cmp.Diff([]float64{3, 1, 2}, v); diff != "" {
		t.Error(diff)
	}
}

func TestRatioComparesRoundByRound(t *testing.T) {
	// The machine gets ten times slower halfway; each pair still says two.
	if got := ratio([]float64{2, 2, 20, 20}, []float64{1, 1, 10, 10}); got != 2 {
		t.Errorf("ratio is %v, want 2", got)
	}
	if got := ratio([]float64{2, 2, 900}, []float64{1, 1, 1}); got != 2 {
		t.Errorf("ratio with one wild round is %v, want 2", got)
	}
}

func TestAlternateGoesBackTheWayItCame(t *testing.T) {
	const rounds = 400
	var order []int
	var sides []side
	for i := range 3 {
		sides = append(sides, func(context.Context) (float64, error) {
			order = append(order, i)
			return float64(i), nil
		})
	}
	costs, err := alternate(t.Context(), rounds, sides...)
	if err != nil {
		t.Fatal(err)
	}
	after := [3][3]int{}
	for i := 0; i < len(order); i += 6 {
		there, back := order[i:i+3], slices.Clone(order[i+3:i+6])
		slices.Reverse(back)
		if diff := cmp.Diff(there, back); diff != "" {
			t.Fatalf("round %d does not go back the way it came:\n%s", i/3, diff)
		}
		if diff := cmp.Diff([]int{0, 1, 2}, slices.Sorted(slices.Values(there))); diff != "" {
			t.Fatalf("round %d leaves a side out:\n%s", i/3, diff)
		}
	}
	for i := range len(order) - 1 {
		after[order[i]][order[i+1]]++
	}
	if a, b := after[0][1], after[0][2]; a < rounds/5 || b < rounds/5 {
		t.Errorf("after the first side comes the second %d times and the third %d times", a, b)
	}
	for i, c := range costs {
		if len(c) != rounds || c[0] != float64(i) {
			t.Errorf("side %d has %d rounds that cost %v, want %d that cost %d", i, len(c), c[0], rounds, i)
		}
	}
}

func TestAlternateStopsAtTheFirstFailure(t *testing.T) {
	broken := errors.New("broken")
	calls := 0
	_, err := alternate(t.Context(), 5, func(context.Context) (float64, error) {
		if calls++; calls == 3 {
			return 0, broken
		}
		return 1, nil
	})
	if !errors.Is(err, broken) || calls != 3 {
		t.Errorf("error %v after %d calls, want %v after 3", err, calls, broken)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := alternate(ctx, 1, func(context.Context) (float64, error) { t.Error("measured after the end"); return 0, nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
}

func TestReport(t *testing.T) {
	for name, c := range map[string]struct {
		got    result
		lines  string
		errs   string
		status int
	}{
		"within the limit": {result{value: 1.25, hand: 2.5, self: 1.02, detail: "fast"},
			"ratio click-1 1.250 1.50\nlimit click-1 2.500\nself click-1 1.020\n# click-1: fast\n", "", 0},
		"at the limit":                {result{value: 1.5}, "ratio click-1 1.500 1.50\n", "", 0},
		"above the limit":             {result{value: 1.51}, "ratio click-1 1.510 1.50\n", "the limit is 1.50", 1},
		"a baseline that is slower":   {result{value: 1, self: 1.11}, "ratio click-1 1.000 1.50\nself click-1 1.110\n", "says nothing", 2},
		"a baseline that is faster":   {result{value: 1, self: 0.89}, "ratio click-1 1.000 1.50\nself click-1 0.890\n", "says nothing", 2},
		"a baseline just good enough": {result{value: 1, self: 1.09}, "ratio click-1 1.000 1.50\nself click-1 1.090\n", "", 0},
		"void beats above":            {result{value: 9, self: 2}, "ratio click-1 9.000 1.50\nself click-1 2.000\n", "says nothing", 2},
		"nothing measured":            {result{value: math.NaN()}, "ratio click-1 NaN 1.50\n", "the limit is 1.50", 1},
		"a baseline not measured":     {result{value: 1, self: math.NaN()}, "ratio click-1 1.000 1.50\nself click-1 NaN\n", "says nothing", 2},
	} {
		t.Run(name, func(t *testing.T) {
			var out, errs strings.Builder
			r := report{out: &out, errs: &errs}
			r.add("click-1", 1.5, c.got)
			if diff := cmp.Diff(c.lines, out.String()); diff != "" {
				t.Error(diff)
			}
			if (errs.String() == "") != (c.errs == "") || !strings.Contains(errs.String(), c.errs) {
				t.Errorf("said %q, want %q", errs.String(), c.errs)
			}
			if got := r.status(); got != c.status {
				t.Errorf("status %d, want %d", got, c.status)
			}
		})
	}
}

func TestReportRemembersTheWorstRow(t *testing.T) {
	r := report{out: new(strings.Builder), errs: new(strings.Builder)}
	r.add("a", 1, result{value: 2})
	r.add("b", 1, result{value: 0.5, self: 1})
	if r.status() != 1 {
		t.Errorf("status %d, want 1", r.status())
	}
}

func TestRowsAreThoseOfTheTable(t *testing.T) {
	got := map[string]float64{}
	for _, r := range rows() {
		got[r.name] = r.limit
	}
	want := map[string]float64{"click-1": 1.5, "click-64": 1.5, "event-last-of-10": 1.6, "event-burst-10": 0.2,
		"page-memory": 2.5, "idle-rss": 3, "idle-wakeups": 3, "tray-idle": 2, "start": 4, "open": 1.5, "poll-vicidial": 1.5, "mailing-import": 3.33, "idle-totalip": 0, "idle-catix": 0, "idle-khomp": 0, "idle-vicidial": 0}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestChoose(t *testing.T) {
	names := func(rows []row) (out []string) {
		for _, r := range rows {
			out = append(out, r.name)
		}
		return out
	}
	all, err := choose(rows(), "")
	if err != nil || len(all) != len(rows()) {
		t.Errorf("nothing chosen is %v, %v; want all", names(all), err)
	}
	some, err := choose(rows(), "start,click-1")
	if diff := cmp.Diff([]string{"click-1", "start"}, names(some)); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
	if _, err := choose(rows(), "click-1,clack"); err == nil || !strings.Contains(err.Error(), "no row clack; there are click-1,") {
		t.Errorf("an unknown row is %v", err)
	}
}

func TestWrongOptionsEndWithStatus2(t *testing.T) {
	for _, args := range [][]string{{"-only", "clack"}, {"-nonsense"}, {"click-1"}, {"-idle", "long"}} {
		var out, errs strings.Builder
		status, err := run(t.Context(), args, &out, &errs)
		if status != 2 || err == nil && errs.Len() == 0 {
			t.Errorf("%q: status %d, error %v, said %q; want 2 and a reason", args, status, err, errs.String())
		}
		if out.Len() > 0 {
			t.Errorf("%q: measured %q", args, out.String())
		}
	}
}
