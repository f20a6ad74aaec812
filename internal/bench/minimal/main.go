// Command minimal is the baseline of the process rows: the least program
// that serves a WebSocket with net/http and gorilla, and one open connection
// to a PBX that it only reads.
package main

import (
	"flag"
	"io"
	"log"
	"net"
	"net/http"

	"github.com/gorilla/websocket"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:0", "address of the page door")
	events := flag.String("events", "", "address of the PBX's event socket")
	flag.Parse()
	if *events != "" {
		conn, err := net.Dial("tcp", *events) //nolint:noctx // a baseline of four lines
		if err != nil {
			log.Fatal(err)
		}
		go func() { _, _ = io.Copy(io.Discard, conn) }()
	}
	var up websocket.Upgrader
	http.HandleFunc("/v1/ws", func(w http.ResponseWriter, r *http.Request) {
		conn, err := up.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		for {
			kind, b, err := conn.ReadMessage()
			if err != nil || conn.WriteMessage(kind, b) != nil {
				return
			}
		}
	})
	log.Fatal(http.ListenAndServe(*listen, nil)) //nolint:gosec // a baseline on loopback
}
