//go:build unix

// Command bench measures ctiagent against minimal baselines in the same run
// and fails where it is above its limit.
//
// It prints a line `ratio NAME VALUE LIMIT` for each row: the project's path
// over its baseline, both measured in turns. `limit NAME VALUE` is the path
// over the same work written by hand, and `self NAME VALUE` the baseline over
// itself: where that is off by more than a tenth the run says nothing. The
// exit status is 1 above a limit and 2 when nothing can be said.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/pprof"
	"slices"
	"strings"
	"syscall"
	"time"
)

// row is one line of the report.
type row struct {
	name    string
	limit   float64
	measure func(*bench, context.Context) (result, error)
}

func rows() []row {
	all := []row{
		{"click-1", 1.5, func(b *bench, ctx context.Context) (result, error) { return b.clicks(ctx, 1, 20, 400) }},
		{"click-64", 1.5, func(b *bench, ctx context.Context) (result, error) { return b.clicks(ctx, 64, 2, 150) }},
		{"event-last-of-10", 1.6, func(b *bench, ctx context.Context) (result, error) { return b.events(ctx, 1, 4000) }},
		{"event-burst-10", 0.2, func(b *bench, ctx context.Context) (result, error) { return b.events(ctx, 20_000, 15) }},
		{"page-memory", 2.5, (*bench).pageMemory},
		{"idle-rss", 3, (*bench).idleRSS}, // the journal is open
		{"idle-wakeups", 3, (*bench).idleWakeups},
		{"tray-idle", 2, (*bench).trayIdle},
		{"start", 4, (*bench).starts},
		{"open", 1.5, (*bench).opens},
		{"poll-vicidial", 1.5, (*bench).pollVicidial},
		{"mailing-import", 3.33, (*bench).mailingImport}, // 0.3 of the rows a second
	}
	for _, v := range toldVendors() {
		all = append(all, row{"idle-" + v.driver, 0, quietly(v)})
	}
	return all
}

// bench is what the person asked for, and what several rows need.
type bench struct {
	rounds   int           // 0: each row's own
	idle     time.Duration // the window of idle-wakeups and tray-idle
	programs func(context.Context) (programs, error)
}

// often is how many rounds a row takes.
func (b *bench) often(own int) int {
	if b.rounds > 0 {
		return b.rounds
	}
	return own
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	if len(os.Args) > 1 && os.Args[1] == serveCommand {
		if err := serve(ctx, os.Args[2:], os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(2)
		}
		return
	}
	status, err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
	}
	os.Exit(status)
}

func run(ctx context.Context, args []string, out, errs io.Writer) (status int, err error) {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(errs)
	only := flags.String("only", "", "measure these rows alone, `NAME,NAME`")
	idle := flags.Duration("idle", 5*time.Minute, "how long idle-wakeups and tray-idle watch")
	rounds := flags.Int("rounds", 0, "how often each side of a row is measured; 0 is the row's own number")
	profile := flags.String("profile", "", "write a CPU profile to `FILE`; go tool pprof -tagfocus side=path shows the project's side alone")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0, nil
		}
		return 2, nil // the flags have said what is wrong
	}
	chosen, err := choose(rows(), *only)
	if err != nil || flags.NArg() > 0 {
		return 2, errors.Join(err, surplus(flags.Args()))
	}
	dir, err := os.MkdirTemp("", "ctiagent-bench-")
	if err != nil {
		return 2, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if *profile != "" {
		f, err := os.Create(*profile)
		if err != nil {
			return 2, err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return 2, err
		}
		defer pprof.StopCPUProfile()
	}
	b := &bench{rounds: *rounds, idle: *idle, programs: builder(dir)}
	r := report{out: out, errs: errs}
	for _, row := range chosen {
		got, err := row.measure(b, ctx)
		if err != nil {
			return 2, fmt.Errorf("%s: %w", row.name, err)
		}
		r.add(row.name, row.limit, got)
	}
	return r.status(), nil
}

func surplus(args []string) error {
	if len(args) == 0 {
		return nil
	}
	return fmt.Errorf("%q is no option", args[0])
}

// choose picks the rows named, in the order of the table; all for "".
func choose(all []row, only string) ([]row, error) {
	if only == "" {
		return all, nil
	}
	names := strings.Split(only, ",")
	var out []row
	for _, r := range all {
		if slices.Contains(names, r.name) {
			out = append(out, r)
			names = slices.DeleteFunc(names, func(n string) bool { return n == r.name })
		}
	}
	if len(names) > 0 {
		var have []string
		for _, r := range all {
			have = append(have, r.name)
		}
		return nil, fmt.Errorf("there is no row %s; there are %s", strings.Join(names, ", "), strings.Join(have, ", "))
	}
	return out, nil
}
