//go:build unix

package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"ctiagent/vendors/totalip/databasetest"

	"github.com/rogpeppe/go-internal/testscript"
)

type baseKey struct{}

// base is the database of a script's system.
type base struct {
	*databasetest.Database
	hung <-chan struct{}
	seen int // requests before the last forget
}

// baseCommand is the hand on the database of the simulated system.
func baseCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("used wrongly: %q", args)
	}
	b := ts.Value(baseKey{}).(*base)
	ctx, cancel := context.WithTimeout(context.Background(), scriptPatience)
	defer cancel()
	rest := strings.Join(args[1:], " ")
	request := "db.importar_discador.bulk." + rest
	switch args[0] {
	case "start": // with a system that treats no row before resume
		c := &databasetest.Cluster{Password: canary}
		ts.Defer(c.Stop)
		d, err := c.Open()
		ts.Check(err)
		d.Pause()
		ts.Defer(func() { _ = d.End() }) // its connections may have been killed
		b.Database = d
		ts.Setenv("BASE", d.Addr())
	case "pause":
		b.Pause()
	case "resume":
		b.Resume()
	case "cut":
		b.CutLink()
	case "restore":
		b.RestoreLink()
	case "shut-out":
		ts.Check(b.ShutOut(ctx))
	case "exec":
		ts.Check(b.Exec(ctx, rest))
	case "hang": // the next request of that name, before the server has it
		b.hung = b.HangAfterRead(request)
	case "do": // the next request of that name, and keep the answer
		b.hung = b.HangAnswer(request)
	case "drop":
		b.DropAfterRead(request)
	case "lose": // what the server answers to the next request of that name
		b.DropAnswer(request)
	case "hangs":
		select {
		case <-b.hung:
		case <-ctx.Done():
			ts.Fatalf("nothing hangs: %v", b.Requests())
		}
	case "forget": // what was asked so far
		b.seen = len(b.Requests())
	case "await": // requests of a name have come so often: await NAME N
		n, err := strconv.Atoi(args[2])
		ts.Check(err)
		again := time.NewTicker(5 * time.Millisecond)
		defer again.Stop()
		for strings.Count(strings.Join(b.Requests()[b.seen:], " "), "db.importar_discador.bulk."+args[1]) < n {
			select {
			case <-again.C:
			case <-ctx.Done():
				ts.Fatalf("%s has not come %d times: %v", args[1], n, b.Requests())
			}
		}
	case "holds": // a question has this answer: holds ANSWER SQL
		rows, err := b.Rows(ctx, strings.Join(args[2:], " "))
		ts.Check(err)
		if got := strings.Join(rows, " "); got != args[1] {
			ts.Fatalf("%v is %q, want %q", args[2:], got, args[1])
		}
	case "settles": // it will
		for {
			rows, err := b.Rows(ctx, strings.Join(args[2:], " "))
			ts.Check(err)
			if strings.Join(rows, " ") == args[1] {
				return
			}
		}
	default:
		ts.Fatalf("the database cannot %s", args[0])
	}
}

// listCommand writes a list of so many customers: list FILE N.
func listCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("used wrongly: %q", args)
	}
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	f, err := os.Create(ts.MkAbs(args[0]))
	ts.Check(err)
	w := bufio.NewWriter(f)
	for i := 1; i <= n; i++ {
		fmt.Fprintf(w, "%d;Cliente José %d;11;9%08d;21;3355%04d\n", i, i, 60_000_000+i%9_999_999, i%10_000)
	}
	ts.Check(w.Flush())
	ts.Check(f.Close())
}
