package vicidialtest

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// request sends one request: a GET with the parameters in the address, or a POST with them in the body.
func request(t *testing.T, s *Server, method, path, query string) answer {
	t.Helper()
	address, body := s.URL()+path, io.Reader(nil)
	if method == http.MethodGet {
		address += "?" + query
	} else {
		body = strings.NewReader(query)
	}
	return send(t, method, address, "application/x-www-form-urlencoded", body)
}

func send(t *testing.T, method, address, kind string, body io.Reader) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, body)
	if err != nil {
		t.Fatal(err)
	}
	if body != nil {
		req.Header.Set("Content-Type", kind)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatalf("%s %s: %v", method, address, err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatalf("%s %s: %v", method, address, err)
	}
	return answer{res.StatusCode, res.Header.Get("Content-Type"), string(text)}
}
