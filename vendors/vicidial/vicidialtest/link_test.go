package vicidialtest

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// post sends a command and answers the error of the connection.
func (s *site) post(ctx context.Context, rest string) (string, error) {
	s.t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL()+agentAPIPath, strings.NewReader("source=test&user=apiuser&pass=apipass1&"+rest))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return string(text), err
}

const pauseBruno = "function=external_pause&agent_user=bruno&value=PAUSE"

func TestDroppedRequestIsReadOnceAndNotDone(t *testing.T) {
	s := newSite(t, Options{})
	s.DropAfterRead("external_pause")
	if got, err := s.post(t.Context(), pauseBruno); err == nil {
		t.Errorf("a dropped request answered %q", got)
	}
	if s.Received("external_pause") != 1 || s.Cell("bruno", "external_pause") != "" {
		t.Errorf("received %d times, the cell holds %q", s.Received("external_pause"), s.Cell("bruno", "external_pause"))
	}
	if got, err := s.post(t.Context(), pauseBruno); err != nil || !strings.HasPrefix(got, "SUCCESS") {
		t.Errorf("the next one answered %q, %v", got, err)
	}
}

func TestHangingRequestIsReadAndNotAnswered(t *testing.T) {
	s := newSite(t, Options{})
	read := s.HangAfterRead("external_pause")
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-read
		cancel()
	}()
	if _, err := s.post(ctx, pauseBruno); !errors.Is(err, context.Canceled) {
		t.Errorf("a hanging request ended with %v", err)
	}
	if s.Cell("bruno", "external_pause") != "" {
		t.Error("a hanging request was done")
	}
}

func TestCutLinkIsBackAfterRestore(t *testing.T) {
	s := newSite(t, Options{})
	if _, err := s.post(t.Context(), pauseBruno); err != nil {
		t.Fatal(err)
	}
	s.CutLink()
	if got, err := s.post(t.Context(), pauseBruno); err == nil {
		t.Errorf("over a cut link came %q", got)
	}
	s.RestoreLink()
	if _, err := s.post(t.Context(), pauseBruno); err != nil {
		t.Errorf("after RestoreLink: %v", err)
	}
}

func TestHeldAnswerLeavesAfterRelease(t *testing.T) {
	s := newSite(t, Options{})
	release := s.HoldAnswers()
	done := make(chan string)
	go func() {
		got, err := s.post(t.Context(), pauseBruno)
		if err != nil {
			got = err.Error()
		}
		done <- got
	}()
	await(t, s.Server, "the request", func() bool { return s.Received("external_pause") == 1 })
	if s.Cell("bruno", "external_pause") == "" {
		await(t, s.Server, "the command", func() bool { return s.Cell("bruno", "external_pause") != "" })
	}
	select {
	case got := <-done:
		t.Fatalf("a held answer left: %q", got)
	default:
	}
	release()
	if got := <-done; !strings.HasPrefix(got, "SUCCESS") {
		t.Errorf("answered %q", got)
	}
}

func TestStrangeAnswers(t *testing.T) {
	s := newSite(t, Options{})
	s.AnswerHTML(true)
	if got, err := s.post(t.Context(), pauseBruno); err != nil || !strings.HasPrefix(got, "<!DOCTYPE html>") {
		t.Errorf("answered %q, %v", got, err)
	}
	s.AnswerHTML(false)
	s.AnswerText("external_pause", "MAYBE: later")
	s.says(s.command("external_pause", "bruno", "value=PAUSE"), "MAYBE: later")
	s.AnswerText("external_pause", "")
	s.AnswerStatus(http.StatusBadGateway)
	if got := request(t, s.Server, http.MethodPost, agentAPIPath, pauseBruno); got.Status != http.StatusBadGateway {
		t.Errorf("answered %d, want 502", got.Status)
	}
	s.AnswerStatus(0)
	if s.Cell("bruno", "external_pause") != "" {
		t.Error("a strange answer came with a command done")
	}
	if got := send(t, http.MethodGet, s.URL()+"/agc/vicidial.php", "", nil); got.Status != http.StatusNotFound {
		t.Errorf("another address answered %d", got.Status)
	}
}

func TestCloseEndsEverything(t *testing.T) {
	before := goleak.IgnoreCurrent()
	s := New(Options{PagePoll: time.Millisecond})
	s.AddAgent(Agent{User: "bruno", Status: "READY"})
	s.AutoConnect(time.Hour)
	s.Ring("bruno", "11987654321")
	read := s.HangAfterRead("version")
	done := make(chan error)
	go func() {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL()+agentAPIPath+"?function=version", nil)
		if err == nil {
			var res *http.Response
			if res, err = http.DefaultClient.Do(req); err == nil {
				_ = res.Body.Close()
			}
		}
		done <- err
	}()
	<-read
	s.Close()
	if err := <-done; err == nil {
		t.Error("the hanging request was answered by Close")
	}
	s.Close()
	http.DefaultClient.CloseIdleConnections()
	goleak.VerifyNone(t, before)
}
