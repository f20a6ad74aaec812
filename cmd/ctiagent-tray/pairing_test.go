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

// TestPageIsAllowedAndTakenBackAtTheTray has a page that nobody knows ask for rights, the person press a key of the
// question, and then take back in the menu what was given.
func TestPageIsAllowedAndTakenBackAtTheTray(t *testing.T) {
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

	p.clicks("Take back")
	if got, want := d.tells(), "Paired pages|https://two.example.com may not use ctiagent any more."; got != want {
		t.Errorf("the person was told %q, want %q", got, want)
	}
	p.until("that the page is gone", func(menu []entry) bool { return !strings.Contains(text(menu), "https://two.example.com") })
	d.presses("Not now")
	if got := w.pairs("https://two.example.com"); got != "denied" {
		t.Errorf("taken back, the page got %q", got)
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
