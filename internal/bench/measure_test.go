package main

import (
	"context"
	"errors"
	"math"
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

func TestAlternateGoesForwardsAndBackwards(t *testing.T) {
	var order []string
	sideNamed := func(name string, cost float64) side {
		return func(context.Context) (float64, error) {
			order = append(order, name)
			return cost, nil
		}
	}
	costs, err := alternate(t.Context(), 4, sideNamed("a", 1), sideNamed("b", 2), sideNamed("c", 3))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("abc cba bca acb cab bac", spaced(order, 3)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([][]float64{{1, 1, 1, 1}, {2, 2, 2, 2}, {3, 3, 3, 3}}, costs); diff != "" {
		t.Errorf("two rounds warm up and the others are kept:\n%s", diff)
	}
}

func spaced(names []string, n int) string {
	var b strings.Builder
	for i, s := range names {
		if i > 0 && i%n == 0 {
			b.WriteByte(' ')
		}
		b.WriteString(s)
	}
	return b.String()
}

// TestBothBaselinesHaveTheSameNeighbours counts what runs before them: were that
// one-sided, a baseline would differ from itself for that alone.
func TestBothBaselinesHaveTheSameNeighbours(t *testing.T) {
	for _, sides := range []int{3, 4} {
		base, again := 1, sides-1
		beforeBase, beforeAgain := 0, 0
		last := -1
		for round := range 8 * sides {
			for _, i := range turn(round, sides) {
				if last == 0 && i == base {
					beforeBase++
				}
				if last == 0 && i == again {
					beforeAgain++
				}
				last = i
			}
		}
		if sum := beforeBase + beforeAgain; 3*min(beforeBase, beforeAgain) < sum || sum == 0 {
			t.Errorf("of %d sides the path runs %d times before the baseline and %d times before its twin", sides, beforeBase, beforeAgain)
		}
	}
}

func TestAlternateStopsAtTheFirstFailure(t *testing.T) {
	broken := errors.New("broken")
	calls := 0
	_, err := alternate(t.Context(), 5,
		func(context.Context) (float64, error) { calls++; return 1, nil },
		func(context.Context) (float64, error) { return 0, broken })
	if !errors.Is(err, broken) || calls != 1 {
		t.Errorf("error %v after %d calls, want %v after 1", err, calls, broken)
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
		"page-memory": 2.5, "idle-rss": 2.2, "idle-wakeups": 3, "start": 4}
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
