package main

import (
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/gorilla/websocket"
)

// pageMain is a page in the browser of whoever runs it: it prints what the page
// door at its first argument answers to a snapshot, or why it has not let it in.
func pageMain() {
	said, err := visit(os.Args[1], os.Args[2])
	if err != nil {
		said = err.Error()
	}
	fmt.Println(said)
}

func visit(address, origin string) (string, error) {
	d := websocket.Dialer{Subprotocols: []string{"ctiagent.v1"}, HandshakeTimeout: patience}
	ws, answer, err := d.Dial(address, http.Header{"Origin": {origin}}) //nolint:bodyclose // a handshake's is closed by the library
	if err != nil {
		if answer != nil {
			return fmt.Sprintf("not let in: %d", answer.StatusCode), nil
		}
		return "", err
	}
	defer ws.Close()
	if err := ws.SetReadDeadline(time.Now().Add(patience)); err != nil {
		return "", err
	}
	if err := ws.WriteMessage(websocket.TextMessage, []byte(`{"jsonrpc":"2.0","id":1,"method":"desk.snapshot"}`)); err != nil {
		return "", err
	}
	_, text, err := ws.ReadMessage()
	return string(text), err
}
