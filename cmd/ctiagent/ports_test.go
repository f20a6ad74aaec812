package main

import (
	"errors"
	"net"
	"os"
	"strconv"
	"sync/atomic"
)

// nextPort keeps scripts that run at once from choosing the same port.
var nextPort atomic.Int32

// freePort answers a port below those the system hands out by itself, so that
// nobody takes it before the program under test does.
func freePort() (int, error) {
	for range 2000 {
		port := 20000 + (os.Getpid()*37+int(nextPort.Add(1)))%10000
		l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err == nil {
			return port, l.Close()
		}
	}
	return 0, errors.New("no free port between 20000 and 30000")
}
