package wire

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

const okAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK"

// scripted serves each connection by the function of its number and counts requests.
func scripted(t *testing.T, serve ...func(c net.Conn, next func() bool)) (*Client, *atomic.Int32) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	requests := new(atomic.Int32)
	go func() {
		for _, f := range serve {
			c, err := l.Accept()
			if err != nil {
				return
			}
			in := bufio.NewReader(c)
			f(c, func() bool {
				req, err := http.ReadRequest(in)
				if err == nil {
					requests.Add(1)
					_, err = io.Copy(io.Discard, req.Body)
				}
				return err == nil
			})
			c.Close()
		}
	}()
	t.Cleanup(func() { l.Close() })
	u, err := url.Parse("http://" + l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	w, err := New(u)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return w, requests
}

func once(c net.Conn, next func() bool) {
	if next() {
		_, _ = io.WriteString(c, okAnswer)
	}
}

func get(t *testing.T, w *Client, again bool) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	status, body, err := w.Get(ctx, "/api/discar", again)
	if err == nil && (status != 200 || string(body) != "OK") {
		t.Errorf("got %d %q", status, body)
	}
	return err
}

func TestConnectionTheSystemClosedIsNotUsedAgain(t *testing.T) {
	closed := make(chan struct{})
	w, requests := scripted(t, func(c net.Conn, next func() bool) {
		once(c, next)
		c.Close()
		close(closed)
	}, once)
	for range 2 {
		if err := get(t, w, false); err != nil {
			t.Fatal(err)
		}
		<-closed
	}
	if n := requests.Load(); n != 2 {
		t.Errorf("the system got %d requests, want 2", n)
	}
}

// dropping answers the first request and closes after it has read the second one.
func dropping(c net.Conn, next func() bool) {
	once(c, next)
	next()
}

func TestWishIsNotSentAgainWhenItsConnectionDies(t *testing.T) {
	w, requests := scripted(t, dropping, once)
	if err := get(t, w, false); err != nil {
		t.Fatal(err)
	}
	if err := get(t, w, false); err == nil || errors.As(err, new(NotSent)) {
		t.Errorf("error %v, want one that leaves open whether it was sent", err)
	}
	if n := requests.Load(); n != 2 {
		t.Errorf("the system got %d requests, want 2", n)
	}
}

func TestQuestionIsAskedAgainWhenItsConnectionDies(t *testing.T) {
	w, requests := scripted(t, dropping, once)
	for range 2 {
		if err := get(t, w, true); err != nil {
			t.Fatal(err)
		}
	}
	if n := requests.Load(); n != 3 {
		t.Errorf("the system got %d requests, want 3", n)
	}
}

func TestGivenUpWishClosesItsConnection(t *testing.T) {
	read, gone := make(chan struct{}), make(chan struct{})
	w, _ := scripted(t, func(c net.Conn, next func() bool) {
		next()
		close(read)
		_, _ = c.Read(make([]byte, 1))
		close(gone)
	})
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-read; cancel() }()
	if _, _, err := w.Get(ctx, "/", false); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
	<-gone
}

func TestUnknownCertificateIsRefusedBeforeAnythingIsSent(t *testing.T) {
	s := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the request came through") }))
	defer s.Close()
	s.Config.ErrorLog = nil
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	w, err := New(u)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := get(t, w, true); !errors.As(err, new(NotSent)) {
		t.Errorf("error %v, want NotSent", err)
	}
}

func TestHeadCarriesHostAndPassword(t *testing.T) {
	u, err := url.Parse("http://ana:segredo@pbx.example.com:8080")
	if err != nil {
		t.Fatal(err)
	}
	w, err := New(u)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.ReadRequest(bufio.NewReader(strings.NewReader("GET / HTTP/1.1\r\n" + string(w.head))))
	if err != nil {
		t.Fatal(err)
	}
	user, password, _ := req.BasicAuth()
	if req.Host != "pbx.example.com:8080" || user != "ana" || password != "segredo" || w.address != "pbx.example.com:8080" {
		t.Errorf("%s %s:%s at %s", req.Host, user, password, w.address)
	}
}

func TestAnswerWithoutEndIsBounded(t *testing.T) {
	w, _ := scripted(t, func(c net.Conn, next func() bool) {
		next()
		line := []byte("HTTP/1.1 200 OK\r\n")
		for {
			if _, err := c.Write(line); err != nil {
				return
			}
			line = []byte("X: " + strings.Repeat("x", 1000) + "\r\n")
		}
	})
	if err := get(t, w, false); err == nil {
		t.Error("a head without end is an answer")
	}
}
