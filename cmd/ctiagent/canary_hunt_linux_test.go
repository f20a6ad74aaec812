package main

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// leaks names the canaries in a text, in any of the spellings in which they
// travel.
func leaks(text []byte, secrets map[string]string) (found []string) {
	for kind, bird := range secrets {
		forms := []string{bird, url.QueryEscape(bird), hex.EncodeToString([]byte(bird)), strings.ToUpper(hex.EncodeToString([]byte(bird)))}
		for offset := range 3 {
			whole := base64.RawStdEncoding.EncodeToString(append(make([]byte, offset), bird...))
			forms = append(forms, whole[4:len(whole)-2])
		}
		if slices.ContainsFunc(forms, func(f string) bool { return bytes.Contains(text, []byte(f)) }) {
			found = append(found, kind)
		}
	}
	slices.Sort(found)
	return found
}

// hunt looks for canaries in everything that somebody could read.
type hunt struct {
	*testing.T
	*person // whose T is the same
	home    string
	secrets map[string]string
	places  int    // looked at
	words   string // all that the commands have said
	found   func(place, kind string, text []byte)
}

// tell is what becomes of a finding: the test fails.
func (h *hunt) tell(place, kind string, text []byte) {
	h.T.Helper()
	h.T.Errorf("%s shows %s:\n%.2000s", place, kind, text)
}

// look holds one place against all canaries but those that belong there.
func (h *hunt) look(place string, text []byte, belong ...string) {
	h.T.Helper()
	h.places++
	for _, kind := range leaks(text, h.secrets) {
		if !slices.Contains(belong, kind) {
			h.found(place, kind, text)
		}
	}
}

// run is a command whose words are looked at.
func (h *hunt) run(belong []string, args ...string) string {
	h.T.Helper()
	words, _ := h.says(args...)
	h.look("ctiagent "+strings.Join(args, " "), []byte(words), belong...)
	h.words += words
	return words
}

// files looks at every file below the home, where only those named may hold
// what is theirs.
func (h *hunt) files(belong map[string][]string) (seen map[string]bool) {
	h.T.Helper()
	seen = map[string]bool{}
	err := filepath.WalkDir(h.home, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		seen[filepath.Base(name)] = true
		h.look(name, text, belong[filepath.Base(name)]...)
		if filepath.Ext(name) == ".zip" {
			h.entries(name)
		}
		return nil
	})
	if err != nil {
		h.T.Fatal(err)
	}
	return seen
}

// entries looks at every entry of an archive.
func (h *hunt) entries(name string) {
	h.T.Helper()
	z, err := zip.OpenReader(name)
	if err != nil {
		h.T.Fatal(err)
	}
	defer func() { _ = z.Close() }() // only read from
	if len(z.File) < 2 {
		h.T.Errorf("%s has %d entries", name, len(z.File))
	}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			h.T.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err = errors.Join(err, r.Close()); err != nil || len(text) == 0 {
			h.T.Fatalf("%s in %s: %d bytes, %v", f.Name, name, len(text), err)
		}
		h.look(f.Name+" in "+name, text)
	}
}

// commandLines looks at how the processes are seen by everybody: the program's,
// and those of whatever it has started but the softphone, which is given its
// password so.
func (h *hunt) commandLines(pid int) {
	h.T.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	if err != nil || len(text) == 0 {
		h.T.Fatalf("the process list: %q, %v", text, err)
	}
	h.look("the process list", text)
}

// http looks at an answer of the page door, and at its headers.
func (h *hunt) http(method, address, body string) string {
	h.T.Helper()
	req, err := http.NewRequestWithContext(h.T.Context(), method, address, strings.NewReader(body))
	if err != nil {
		h.T.Fatal(err)
	}
	req.Header.Set("Origin", canaryOrigin)
	req.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		h.T.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		h.T.Fatal(err)
	}
	h.look(method+" "+address, append(fmt.Appendf(nil, "%d %v\n", answer.StatusCode, answer.Header), text...))
	return string(text)
}

const canaryOrigin = "https://crm.example.com"

// ticket has a ticket of the control page made, which from then on is a secret
// of its own.
func (h *hunt) ticket() {
	h.T.Helper()
	words, status := h.says("open-control", "--json")
	var out struct {
		URL string `json:"url"`
	}
	if err := json.Unmarshal([]byte(words), &out); err != nil || status != 0 {
		h.T.Fatalf("%v: %s", err, words)
	}
	_, ticket, found := strings.Cut(out.URL, "#t=")
	if !found || len(ticket) < 16 {
		h.T.Fatalf("no ticket: %s", out.URL)
	}
	all := map[string]string{"a control ticket": ticket}
	for kind, bird := range h.secrets {
		all[kind] = bird
	}
	h.secrets = all
}
