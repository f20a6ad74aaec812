//go:build unix

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"ctiagent/cti"
	"ctiagent/cti/ctitest"
	"ctiagent/vendors"
)

// What the bench runs in a process of its own to poll VICIdial, so that its
// processor time can be told from the server's.
const (
	pollDriver = "poll-driver"
	pollBare   = "poll-bare"
)

// pollsPerRound is how many polls share the cost of reading a process's time.
const pollsPerRound = 3000

const vicidialAgent = "1001"

// agentStatus is what a VICIdial answers about an agent in a call, with the
// columns of NON-AGENT API 2.14-202 parted by tabs.
const agentStatus = "status\tcallerid\tlead_id\tcampaign_id\tcalls_today\tfull_name\tuser_group\tuser_level\tpause_code\treal_time_sub_status\tphone_number\tvendor_lead_code\tsession_id\n" +
	"INCALL\tM1120101500000000501\t501\tTESTCAMP\t7\tBia Outbound\tADMIN\t1\t\t\t7275551212\t9987-1234765\t8600052\n"

// vicidial is the server both sides poll; it counts the polls.
type vicidial struct {
	polls  atomic.Int64
	addr   string
	server *http.Server
}

func newVicidial(ctx context.Context) (*vicidial, error) {
	l, err := listen(ctx)
	if err != nil {
		return nil, err
	}
	v := &vicidial{addr: l.Addr().String()}
	v.server = &http.Server{ReadHeaderTimeout: patience, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if r.FormValue("function") == "agent_status" {
			v.polls.Add(1)
			_, _ = io.WriteString(w, agentStatus)
		}
	})}
	go func() { _ = v.server.Serve(l) }()
	return v, nil
}

func (v *vicidial) close() { _ = v.server.Close() }

// pollVicidial measures the processor time of one poll of agent_status by the
// driver over that of the least program that could ask.
func (b *bench) pollVicidial(ctx context.Context) (result, error) {
	v, err := newVicidial(ctx)
	if err != nil {
		return result{}, err
	}
	defer v.close()
	side := func(what string) side {
		return func(ctx context.Context) (float64, error) { return v.perPoll(ctx, what) }
	}
	costs, err := alternate(ctx, b.often(6), side(pollDriver), side(pollBare), side(pollBare))
	if err != nil {
		return result{}, err
	}
	return result{value: ratio(costs[0], costs[1]), self: ratio(costs[2], costs[1]),
		detail: fmt.Sprintf("a poll takes %.1f µs of processor time, the baseline %.1f µs", median(costs[0])*1e6, median(costs[1])*1e6)}, nil
}

// perPoll is the processor time of one poll, in seconds.
func (v *vicidial) perPoll(ctx context.Context, what string) (cost float64, err error) {
	self, err := os.Executable()
	if err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, self, serveCommand, what, v.addr)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return 0, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, err
	}
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	defer func() {
		in.Close()
		err = errors.Join(err, cmd.Wait())
	}()
	told := bufio.NewReader(out)
	spent := func() (seconds float64, polls int64, err error) {
		polls = v.polls.Load()
		if _, err := fmt.Fprintln(in); err != nil {
			return 0, 0, err
		}
		_, err = fmt.Fscanln(told, &seconds)
		return seconds, polls, err
	}
	if err := v.await(ctx, v.polls.Load()+pollsPerRound/10); err != nil { // connections are open and code is warm
		return 0, err
	}
	before, from, err := spent()
	if err != nil {
		return 0, err
	}
	if err := v.await(ctx, from+pollsPerRound); err != nil {
		return 0, err
	}
	after, to, err := spent()
	return (after - before) / float64(to-from), err
}

func (v *vicidial) await(ctx context.Context, polls int64) error {
	for v.polls.Load() < polls {
		if err := pause(ctx, 5*time.Millisecond); err != nil {
			return fmt.Errorf("only %d polls came: %w", v.polls.Load(), err)
		}
	}
	return nil
}

// poll polls the server at addr until its input ends, and tells the processor
// time it has spent for each line it reads.
func poll(ctx context.Context, what, addr string, in io.Reader, out io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	failed := make(chan error, 1)
	go func() {
		if what == pollDriver {
			failed <- pollByDriver(ctx, addr)
			return
		}
		failed <- pollBarely(ctx, addr)
	}()
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		var used syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
			return err
		}
		if _, err := fmt.Fprintln(out, seconds(used.Utime)+seconds(used.Stime)); err != nil {
			return err
		}
	}
	cancel()
	if err := <-failed; err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return lines.Err()
}

func seconds(t syscall.Timeval) float64 { return float64(t.Sec) + float64(t.Usec)/1e6 }

// hasty is a clock on which every wait is over at once.
type hasty struct{}

func (hasty) Now() time.Time { return time.Now() }

func (hasty) AfterFunc(_ time.Duration, f func()) func() bool { return time.AfterFunc(0, f).Stop }

func pollByDriver(ctx context.Context, addr string) error {
	driver, ok := vendors.Named("vicidial")
	if !ok {
		return errors.New("there is no driver vicidial")
	}
	values := map[string]string{"url": "http://" + addr, "user": "apiuser", "password": "apipass1"}
	for _, o := range driver.Options {
		if _, set := values[o.Name]; !set && o.Default != "" {
			values[o.Name] = o.Default
		}
	}
	host := ctitest.NewHost(hasty{})
	host.SetDesk(cti.Target{Agent: vicidialAgent})
	s, err := driver.Open(ctx, cti.Config{Country: "BR", AreaCode: "11", Values: values}, host)
	if err != nil {
		return err
	}
	return errors.Join(s.Run(ctx, func(cti.Fact) {}), s.Close())
}

// pollBarely is the least program that polls: the library's client with a kept
// connection, and the columns split.
func pollBarely(ctx context.Context, addr string) error {
	client := &http.Client{Timeout: patience}
	form := url.Values{"source": {"ctiagent"}, "user": {"apiuser"}, "pass": {"apipass1"}, "function": {"agent_status"},
		"agent_user": {vicidialAgent}, "stage": {"tab"}, "header": {"YES"}}.Encode()
	target := (&url.URL{Scheme: "http", Host: addr, Path: "/vicidial/non_agent_api.php"}).String()
	for ctx.Err() == nil {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, target, strings.NewReader(form))
		if err != nil {
			return err
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		res, err := client.Do(req)
		if err != nil {
			return err
		}
		body, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil {
			return err
		}
		head, row, _ := strings.Cut(string(body), "\n")
		if len(strings.Split(head, "\t")) != len(strings.Split(strings.TrimSpace(row), "\t")) {
			return fmt.Errorf("answered %q", body)
		}
	}
	return ctx.Err()
}
