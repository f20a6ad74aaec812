package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"ctiagent/cti"
	"ctiagent/desk"
	"ctiagent/internal/i18n"
	"ctiagent/localapi/client"
	"ctiagent/localapi/localapitest"
)

// past is a desk of so many calls that have ended, asked for by the page as the
// real one is. The second question comes too soon for it.
func past(t *testing.T, calls int) (*client.Client, *[]desk.HistoryIn) {
	t.Helper()
	s := localapitest.NewServer(t, nil)
	asked := new([]desk.HistoryIn)
	i := slices.IndexFunc(desk.Methods(), func(f cti.FuncInfo) bool { return f.Name == "history.list" })
	s.Desk.Serve(desk.Methods()[i], func(_ context.Context, w cti.Wish) (any, error) {
		var in desk.HistoryIn
		if err := json.Unmarshal(w.Params, &in); err != nil {
			return nil, err
		}
		*asked = append(*asked, in)
		if len(*asked) == 2 {
			return nil, cti.Fail(cti.RateLimited, w.Method, "too many requests")
		}
		first := 0
		if in.Cursor != "" {
			if _, err := fmt.Sscanf(in.Cursor, "c%d", &first); err != nil {
				return nil, err
			}
			first++
		}
		out := desk.HistoryOut{Calls: []*cti.Call{}}
		for n := first; n < min(first+in.Limit, calls); n++ {
			out.Calls = append(out.Calls, &cti.Call{ID: fmt.Sprintf("c%d", n), State: cti.Ended, Campaign: "a;\"b\""})
		}
		if last := first + len(out.Calls); last < calls {
			out.Cursor = fmt.Sprintf("c%d", last-1)
		}
		return out, nil
	})
	ctx, cancel := context.WithTimeout(t.Context(), localapitest.Patience)
	defer cancel()
	c, err := client.Dial(ctx, client.Options{Sockets: []string{s.Socket}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c, asked
}

func TestExportHasEveryPage(t *testing.T) {
	c, asked := past(t, 250)
	var out bytes.Buffer
	a := &app{out: &out, lang: i18n.En}
	if err := a.historyTable(pagesOf(t.Context(), c, desk.HistoryIn{Number: "33553434"})); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&out).ReadAll()
	if err != nil || len(rows) != 251 || rows[0][0] != "id" || rows[250][0] != "c249" || rows[1][8] != `a;"b"` {
		t.Errorf("%d rows, %v; the last is %v", len(rows), err, rows[len(rows)-1])
	}
	for i, in := range *asked {
		if in.Number != "33553434" || in.Limit != 100 {
			t.Errorf("question %d was %+v", i, in)
		}
	}
	out.Reset()
	if err := a.historyLines(pagesOf(t.Context(), c, desk.HistoryIn{})); err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, line := range strings.Split(strings.TrimSpace(out.String()), "\n") {
		var page desk.HistoryOut
		if err := json.Unmarshal([]byte(line), &page); err != nil {
			t.Fatal(err)
		}
		for _, call := range page.Calls {
			ids = append(ids, call.ID)
		}
	}
	if len(ids) != 250 || ids[249] != "c249" {
		t.Errorf("%d calls in lines of JSON", len(ids))
	}
}

func TestLimitBoundsAllPagesTogether(t *testing.T) {
	c, asked := past(t, 250)
	var out bytes.Buffer
	a := &app{out: &out, lang: i18n.En}
	if err := a.showHistory(pagesOf(t.Context(), c, desk.HistoryIn{Limit: 120})); err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(out.String(), "\n"); got != 120 {
		t.Errorf("%d lines, want 120", got)
	}
	if last := (*asked)[len(*asked)-1]; last.Limit != 20 || last.Cursor != "c99" {
		t.Errorf("the last question is %+v", last)
	}
}
