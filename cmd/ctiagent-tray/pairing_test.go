//go:build linux

package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// TestPageIsAllowedAtTheTray has a page that nobody knows ask for rights, and the person press a key of the question.
func TestPageIsAllowedAtTheTray(t *testing.T) {
	s := newSession(t)
	p := newPanel(s)
	p.appears()
	w := newSite(s)
	d := newBoard(p)
	w.service()
	s.tray()
	p.takes()
	p.shows("(Total IP: connected)")

	const question = "ctiagent|Allow %s to dial for you and see your calls?"
	d.presses("Not now")
	if got := w.pairs("https://one.example.com"); got != "denied" {
		t.Errorf("told not now, the page got %s", got)
	}
	if got, want := d.tells(), fmt.Sprintf(question, "https://one.example.com"); got != want {
		t.Errorf("the person was asked %q, want %q", got, want)
	}
	d.presses("Allow")
	if got := w.pairs("https://two.example.com"); got != "" {
		t.Errorf("allowed, the page got %s", got)
	}
	if got, want := d.tells(), fmt.Sprintf(question, "https://two.example.com"); got != want {
		t.Errorf("the person was asked %q, want %q", got, want)
	}
	menu := text(p.shows("https://two.example.com"))
	if strings.Contains(menu, "https://one.example.com") {
		t.Errorf("the menu lists a page that is not allowed:\n%s", menu)
	}
}

// pairs has a page ask for rights as soon as somebody can be asked, and answers the kind of the refusal, "" for none.
func (w *site) pairs(origin string) string {
	w.Helper()
	conn, res, err := websocket.DefaultDialer.DialContext(w.ctx, fmt.Sprintf("ws://127.0.0.1:%d/v1/ws", w.port), http.Header{"Origin": {origin}})
	if err != nil {
		w.Fatal(err)
	}
	defer conn.Close()
	defer res.Body.Close()
	deadline, _ := w.ctx.Deadline()
	if err := conn.SetReadDeadline(deadline); err != nil {
		w.Fatal(err)
	}
	// The tray attaches when it can, and a page may not ask more often than twenty times a second.
	again := time.NewTicker(100 * time.Millisecond)
	defer again.Stop()
	for {
		var answer struct {
			Error struct {
				Data struct {
					Kind string `json:"kind"`
				} `json:"data"`
			} `json:"error"`
		}
		err := conn.WriteJSON(map[string]any{"jsonrpc": "2.0", "id": 1, "method": "session.pair", "params": map[string]any{}})
		var frame []byte
		if err == nil {
			_, frame, err = conn.ReadMessage()
		}
		if err == nil {
			err = json.Unmarshal(frame, &answer)
		}
		if err != nil {
			w.Fatal(err)
		}
		if answer.Error.Data.Kind != "unavailable" {
			return answer.Error.Data.Kind
		}
		select {
		case <-again.C:
		case <-w.ctx.Done():
			w.Fatal("nobody could ever be asked")
		}
	}
}
