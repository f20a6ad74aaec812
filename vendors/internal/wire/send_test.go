package wire

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

func clientOf(t *testing.T, h http.HandlerFunc) *Client {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	u, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	w, err := New(u)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return w
}

func TestSendCarriesMethodTypeAuthAndBody(t *testing.T) {
	w := clientOf(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "text/x-test")
		_, _ = io.WriteString(w, strings.Join([]string{r.Method, r.RequestURI, r.Header.Get("Content-Type"), r.Header.Get("Authorization"), string(body)}, " "))
	})
	for range 2 { // the second on the same connection
		a, err := w.Send(t.Context(), Request{Method: "POST", Target: "/a?b=c", Type: "text/plain", Auth: "Basic xyz", Body: []byte("hello")})
		if err != nil || a.Status != 200 || a.Type != "text/x-test" || string(a.Body) != "POST /a?b=c text/plain Basic xyz hello" {
			t.Fatalf("%d %q %q %v", a.Status, a.Type, a.Body, err)
		}
	}
	if a, err := w.Send(t.Context(), Request{Method: "POST", Target: "/"}); err != nil || string(a.Body) != "POST /   " {
		t.Fatalf("an empty POST: %q %v", a.Body, err)
	}
	if a, err := w.Send(t.Context(), Request{Target: "/"}); err != nil || string(a.Body) != "GET /   " {
		t.Fatalf("a plain GET: %q %v", a.Body, err)
	}
}

func TestSendDoesNotFollowARedirect(t *testing.T) {
	w := clientOf(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://elsewhere.example/", http.StatusFound)
	})
	if a, err := w.Send(t.Context(), Request{Target: "/"}); err != nil || a.Status != http.StatusFound || a.Location != "http://elsewhere.example/" {
		t.Fatalf("%d %q %v", a.Status, a.Location, err)
	}
}

func TestWhatWouldBreakOutOfItsLineIsNotSent(t *testing.T) {
	w := clientOf(t, func(http.ResponseWriter, *http.Request) { t.Error("something was sent") })
	for _, r := range []Request{
		{Target: "/a HTTP/1.1\r\nX: y"}, {Target: "/a b"}, {Target: "a"}, {Target: "http://elsewhere/"},
		{Target: "/", Auth: "a\r\nX: y"}, {Target: "/", Type: "a\nb"}, {Target: "/", Method: "GET\x00"},
	} {
		if _, err := w.Send(t.Context(), r); !errors.As(err, new(NotSent)) {
			t.Errorf("%+v: %v", r, err)
		}
		if _, err := w.Open(t.Context(), r); !errors.As(err, new(NotSent)) {
			t.Errorf("%+v: %v", r, err)
		}
	}
}

func TestDownloadStreamsAndEnds(t *testing.T) {
	more := make(chan struct{})
	w := clientOf(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "audio/wav")
		_, _ = io.WriteString(w, "first")
		w.(http.Flusher).Flush()
		if r.URL.Path == "/hangs" {
			<-r.Context().Done()
			return
		}
		<-more
		_, _ = io.WriteString(w, "second")
	})
	d, err := w.Open(t.Context(), Request{Target: "/"})
	if err != nil || !d.OK() || d.Type != "audio/wav" || d.Length != -1 || d.Answer().Status != 200 {
		t.Fatalf("%+v %v", d, err)
	}
	first := make([]byte, 5)
	if _, err := io.ReadFull(d, first); err != nil || string(first) != "first" {
		t.Fatalf("the first piece, before the second is there: %q %v", first, err)
	}
	close(more)
	if rest, err := io.ReadAll(d); err != nil || string(rest) != "second" {
		t.Fatalf("the rest: %q %v", rest, err)
	}
	if err := errors.Join(d.Close(), d.Close()); err != nil {
		t.Fatal(err)
	}

	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if d, err = w.Open(ctx, Request{Target: "/hangs"}); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	if _, err := io.ReadFull(d, first); err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := io.ReadAll(d); !errors.Is(err, context.Canceled) {
		t.Fatalf("a download given up: %v", err)
	}
}

func TestDownloadThatStallsEnds(t *testing.T) {
	w := clientOf(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "first")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	d, err := w.Open(t.Context(), Request{Target: "/", Timeout: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	if _, err := io.ReadAll(d); !late(err) {
		t.Fatalf("got %v", err)
	}
}

func TestTextReadsUTF8AndElseLatin1(t *testing.T) {
	for in, want := range map[string]string{"n\xe3o": "não", "não": "não", "a\x00b\x1b[2J\r\n": "a b [2J \n"} {
		if got := Text([]byte(in)); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
