//go:build unix

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"ctiagent/vendors/totalip/totaliptest"

	"github.com/rogpeppe/go-internal/testscript"
)

// scriptPatience is how long a script waits for what must come.
const scriptPatience = 20 * time.Second

type processKey struct{}

// process is a program in the background of a script.
type process struct {
	cmd  *exec.Cmd
	done chan struct{}
	err  error // after done

	mu       sync.Mutex
	changed  chan struct{}
	out, bad strings.Builder
}

// writer notes what a process says.
type writer struct {
	p  *process
	to *strings.Builder
}

func (w writer) Write(b []byte) (int, error) {
	w.p.mu.Lock()
	defer w.p.mu.Unlock()
	close(w.p.changed)
	w.p.changed = make(chan struct{})
	return w.to.Write(b)
}

func processes(ts *testscript.TestScript) map[string]*process {
	return ts.Value(processKey{}).(map[string]*process)
}

func named(ts *testscript.TestScript, neg bool, args []string, count int) *process {
	if neg || len(args) < count || processes(ts)[args[0]] == nil {
		ts.Fatalf("used wrongly: %q", args)
	}
	return processes(ts)[args[0]]
}

// start runs ctiagent in the background: start NAME ARG...
func start(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 || processes(ts)[args[0]] != nil {
		ts.Fatalf("used wrongly: %q", args)
	}
	program, err := exec.LookPath("ctiagent")
	ts.Check(err)
	p := &process{cmd: exec.Command(program, args[1:]...), done: make(chan struct{}), changed: make(chan struct{})}
	p.cmd.Dir, p.cmd.Env = ts.MkAbs("."), environment(ts)
	p.cmd.Stdout, p.cmd.Stderr = writer{p, &p.out}, writer{p, &p.bad}
	ts.Check(p.cmd.Start())
	go func() {
		p.err = p.cmd.Wait()
		close(p.done)
	}()
	processes(ts)[args[0]] = p
	ts.Defer(func() {
		_ = p.cmd.Process.Kill() // one that has ended is not there any more
		<-p.done
	})
}

// until waits until a process has said something: until NAME REGEXP.
func until(ts *testscript.TestScript, neg bool, args []string) {
	p := named(ts, neg, args, 2)
	pattern, err := regexp.Compile(args[1])
	ts.Check(err)
	late := time.NewTimer(scriptPatience)
	defer late.Stop()
	ended := false
	for {
		p.mu.Lock()
		said, changed := pattern.MatchString(p.out.String()), p.changed
		p.mu.Unlock()
		if said {
			return
		}
		if ended {
			ts.Fatalf("%s ended (%v) and never said %s:\n%s%s", args[0], p.err, args[1], p.out.String(), p.bad.String())
		}
		select {
		case <-changed:
		case <-p.done:
			ended = true
		case <-late.C:
			p.mu.Lock()
			defer p.mu.Unlock()
			ts.Fatalf("%s never said %s:\n%s%s", args[0], args[1], p.out.String(), p.bad.String())
		}
	}
}

// halt ends a process by SIGTERM, or by SIGINT with a second word, and wants it
// to end well.
func halt(ts *testscript.TestScript, neg bool, args []string) {
	p := named(ts, neg, args, 1)
	signal := os.Signal(syscall.SIGTERM)
	if len(args) > 1 {
		signal = os.Interrupt
	}
	ts.Check(p.cmd.Process.Signal(signal))
	ends(ts, false, []string{args[0], "0"})
}

// interrupt presses Ctrl-C.
func interrupt(ts *testscript.TestScript, neg bool, args []string) {
	ts.Check(named(ts, neg, args, 1).cmd.Process.Signal(os.Interrupt))
}

// ends waits for a process to end by itself with a status, or one of several:
// ends NAME CODE[|CODE]. What it said stands in stdout and stderr then.
func ends(ts *testscript.TestScript, neg bool, args []string) {
	p := named(ts, neg, args, 2)
	late := time.NewTimer(scriptPatience)
	defer late.Stop()
	select {
	case <-p.done:
	case <-late.C:
		ts.Fatalf("%s does not end", args[0])
	}
	delete(processes(ts), args[0])
	_, _ = io.WriteString(ts.Stdout(), p.out.String())
	_, _ = io.WriteString(ts.Stderr(), p.bad.String())
	if got := strconv.Itoa(p.cmd.ProcessState.ExitCode()); !slices.Contains(strings.Split(args[1], "|"), got) {
		ts.Fatalf("%s ended with status %s, want %s: %s", args[0], got, args[1], p.bad.String())
	}
}

// pbxCommand is the hand on the simulated PBX.
func pbxCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("used wrongly: %q", args)
	}
	pbx := ts.Value(pbxKey{}).(*totaliptest.PBX)
	ctx, cancel := context.WithTimeout(context.Background(), scriptPatience)
	defer cancel()
	arg := func(i int) string {
		if i >= len(args) {
			ts.Fatalf("pbx %s wants more arguments", args[0])
		}
		return args[i]
	}
	live := func() totaliptest.Call {
		ts.Check(pbx.Wait(ctx, func() bool { return len(pbx.LiveCalls("10005")) > 0 }))
		return pbx.LiveCalls("10005")[0]
	}
	switch args[0] {
	case "read": // somebody reads the event socket
		ts.Check(pbx.AwaitEventReader(ctx))
	case "ring":
		pbx.Ring("10005", arg(1), "1130030000")
	case "answer":
		ts.Check(pbx.Answer(live().Ref))
	case "hangup":
		ts.Check(pbx.Hangup(live().Ref))
	case "offer": // the dialer has reached somebody of a campaign
		ts.Check(contactReached(pbx, false))
	case "filed": // these functions came, in this order and no more often
		if got := filed(pbx, strings.Join(args[1:], " ")); got != strings.Join(args[1:], " ") {
			ts.Fatalf("filed %s, want %v: %+v", got, args[1:], pbx.Requests())
		}
	case "forget": // what was asked so far
		pbx.Forget()
	case "queue": // somebody waits in it
		pbx.SetQueue(arg(1), totaliptest.Waiting{From: "1130761239", Since: time.Now()})
	case "html":
		pbx.AnswerHTML(len(args) == 1)
	case "campaign": // one without contacts: campaign ID [NUMBERS], so many of each contact are taken
		slots := 0
		if len(args) > 2 {
			n, err := strconv.Atoi(args[2])
			ts.Check(err)
			slots = n
		}
		pbx.AddCampaign(totaliptest.Campaign{ID: arg(1), Name: "Vendas", Slots: slots})
	case "contacts": // a campaign has contacts with these first parameters, in this order, and no others
		c, _ := pbx.CampaignState(arg(1))
		var got []string
		for _, customer := range c.Customers {
			got = append(got, customer.Params[0])
		}
		if strings.Join(got, " ") != strings.Join(args[2:], " ") {
			ts.Fatalf("campaign %s has %v, want %v", args[1], got, args[2:])
		}
	case "slow": // think about every answer
		d, err := time.ParseDuration(arg(1))
		ts.Check(err)
		pbx.Latency(d)
	case "once": // a campaign has the contacts 1 to N once, but for those whose lines the report says are unknown: once CAMPAIGN N
		c, _ := pbx.CampaignState(arg(1))
		seen := map[string]int{}
		for _, customer := range c.Customers {
			seen[customer.Params[0]]++
		}
		var unknown []struct{ Line int }
		ts.Check(json.Unmarshal([]byte(at(ts, "look")), &unknown))
		if len(unknown) > 1 {
			ts.Fatalf("more than the line under way is unknown: %v", unknown)
		}
		n, err := strconv.Atoi(arg(2))
		ts.Check(err)
		for i := 1; i <= n; i++ {
			open := len(unknown) == 1 && unknown[0].Line == i
			if got := seen[strconv.Itoa(i)]; got > 1 || got == 0 && !open {
				ts.Fatalf("contact %d is there %d times, unknown are %v", i, got, unknown)
			}
		}
		if len(seen) > n {
			ts.Fatalf("there are %d contacts, want %d", len(seen), n)
		}
	case "answer-with": // a function answers words and does nothing; none ends it
		pbx.AnswerText(arg(1), strings.Join(args[2:], " "))
	case "do": // do what a function is asked and never answer
		pbx.DropAfterDoing(arg(1))
	case "drop":
		pbx.DropAfterRead(arg(1))
	case "receive":
		pbx.Receive(arg(1))
	case "hold": // keep requests for a function unanswered
		pbx.HangAfterRead(arg(1))
	case "write":
		text, err := strconv.Unquote(`"` + arg(1) + `"`)
		ts.Check(err)
		pbx.WriteRaw([]byte(text))
	case "cut":
		pbx.CutLink()
	case "restore":
		pbx.RestoreLink()
	case "close":
		pbx.Close()
	case "await": // a function has come so often by now
		n, err := strconv.Atoi(arg(2))
		ts.Check(err)
		ts.Check(pbx.AwaitReceived(ctx, arg(1), n))
	case "received": // a function came exactly so often
		if got := strconv.Itoa(pbx.Received(arg(1))); got != arg(2) {
			ts.Fatalf("%s was received %s times, want %s: %+v", args[1], got, args[2], pbx.Requests())
		}
	case "dials": // these numbers were dialled, and no others
		var got []string
		for _, d := range pbx.Dials() {
			got = append(got, d.Number)
		}
		if strings.Join(got, " ") != strings.Join(args[1:], " ") {
			ts.Fatalf("dialled %v, want %v", got, args[1:])
		}
	default:
		ts.Fatalf("the PBX cannot %s", args[0])
	}
}

// sayRaw sends bytes to a socket and reads so many lines.
func sayRaw(socket string, message []byte, answers int) (string, error) {
	c, err := net.Dial("unix", socket)
	if err != nil {
		return "", err
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(scriptPatience)); err != nil {
		return "", err
	}
	sent := make(chan error, 1)
	go func() {
		_, err := c.Write(message)
		sent <- err
	}()
	var out strings.Builder
	lines := bufio.NewReader(c)
	for range answers {
		line, err := lines.ReadString('\n')
		if err != nil {
			return "", fmt.Errorf("after %q: %w", out.String(), err)
		}
		out.WriteString(line)
	}
	_ = c.Close()
	if err := <-sent; err != nil && !errors.Is(err, syscall.EPIPE) && !errors.Is(err, syscall.ECONNRESET) && !errors.Is(err, net.ErrClosed) {
		return "", err // the service need not read all of what is too long
	}
	return out.String(), nil
}
