//go:build unix

package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// settling is how long a program is left alone before it counts as idle: its
// kept HTTP connections have been let go by then.
const settling = 12 * time.Second

// idleRSS measures the resident memory of both programs, side by side.
func (b *bench) idleRSS(ctx context.Context) (result, error) {
	p, err := b.pair(ctx)
	if err != nil {
		return result{}, err
	}
	defer p.close()
	var own, base, again []float64
	for range b.often(3) {
		got, err := p.sideBySide(ctx, func(pids []int) ([]float64, error) { return each(pids, residentSet) })
		if err != nil {
			return result{}, err
		}
		own, base, again = append(own, got[0]), append(base, got[1]), append(again, got[2])
	}
	return result{value: ratio(own, base), self: ratio(again, base),
		detail: fmt.Sprintf("ctiagent takes %.1f MB, the baseline %.1f MB", median(own)/1e6, median(base)/1e6)}, nil
}

// idleWakeups measures how often both programs give up the processor by
// themselves, in the same window. One is added to each count, so that nothing
// is divided by zero.
func (b *bench) idleWakeups(ctx context.Context) (result, error) {
	p, err := b.pair(ctx)
	if err != nil {
		return result{}, err
	}
	defer p.close()
	got, err := p.sideBySide(ctx, func(pids []int) ([]float64, error) {
		return sleeps(ctx, pids, b.idle)
	})
	if err != nil {
		return result{}, err
	}
	// Counts this small differ by chance, so the baseline's two are not held
	// against each other: their mean is the baseline.
	base := (got[1] + got[2]) / 2
	return result{value: (got[0] + 1) / (base + 1),
		detail: fmt.Sprintf("in %v ctiagent switches %.0f times, the baseline %.0f and %.0f times", b.idle, got[0], got[1], got[2])}, nil
}

// sleeps is how often the threads of processes give up the processor by
// themselves within a time.
func sleeps(ctx context.Context, pids []int, within time.Duration) ([]float64, error) {
	before, err := each(pids, switches)
	if err != nil {
		return nil, err
	}
	if err := pause(ctx, within); err != nil {
		return nil, err
	}
	after, err := each(pids, switches)
	if err != nil {
		return nil, err
	}
	out := make([]float64, len(pids))
	for i := range pids {
		out[i] = grown(before[i], after[i])
	}
	return out, nil
}

// grown is how much the counts have grown. A thread that has ended has woken
// up for that.
func grown(before, after map[string]float64) (sum float64) {
	for thread, n := range after {
		sum += n - before[thread]
	}
	for thread := range before {
		if _, there := after[thread]; !there {
			sum++
		}
	}
	return sum
}

// sideBySide starts ctiagent and twice the baseline, lets them settle and
// looks at them.
func (p *pair) sideBySide(ctx context.Context, look func(pids []int) ([]float64, error)) (got []float64, err error) {
	var pids []int
	for _, start := range []func(context.Context) (*process, error){p.ctiagent, p.minimal, p.minimal} {
		s, err := start(ctx)
		if err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, s.stop()) }()
		pids = append(pids, s.cmd.Process.Pid)
	}
	if err := pause(ctx, settling); err != nil {
		return nil, err
	}
	return look(pids)
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func each[T any](pids []int, look func(pid int) (T, error)) ([]T, error) {
	var out []T
	for _, pid := range pids {
		v, err := look(pid)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// residentSet is a process's resident memory in bytes.
func residentSet(pid int) (float64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		return 0, err
	}
	kb, err := field(text, "Rss:")
	return kb * 1024, err
}

// switches is how often each thread of a process has gone to sleep.
func switches(pid int) (map[string]float64, error) {
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", pid))
	if err != nil || len(tasks) == 0 {
		return nil, errors.Join(fmt.Errorf("process %d is gone", pid), err)
	}
	out := map[string]float64{}
	for _, t := range tasks {
		text, err := os.ReadFile(t)
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
			continue // this thread has just ended
		}
		if err != nil {
			return nil, err
		}
		if out[t], err = field(text, "voluntary_ctxt_switches:"); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// field reads the number after a name at the start of a line.
func field(text []byte, name string) (float64, error) {
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		if rest, ok := strings.CutPrefix(lines.Text(), name); ok {
			words := strings.Fields(rest)
			if len(words) == 0 {
				break
			}
			return strconv.ParseFloat(words[0], 64)
		}
	}
	return 0, fmt.Errorf("the system tells nothing of %s", strings.TrimSuffix(name, ":"))
}
