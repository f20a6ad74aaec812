//go:build !linux

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"syscall"
	"time"

	"ctiagent/internal/peer"
)

// The door's patience and bounds. The answer may be the PBX's, which the desk waits 30 seconds for.
const (
	doorTime   = 5 * time.Second
	answerTime = 40 * time.Second
	maxAnswer  = 64 << 10
)

// exchange says one line at a program door and answers the line that comes back.
func exchange(path string, line []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), doorTime)
	defer cancel()
	conn, err := connect(ctx, path)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED) {
		return nil, errAbsent
	}
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", path, err)
	}
	defer conn.Close()
	if err := trusted(conn, path); err != nil {
		return nil, err
	}
	if err := conn.SetDeadline(time.Now().Add(answerTime)); err != nil {
		return nil, err
	}
	if _, err := conn.Write(line); err != nil {
		return nil, fmt.Errorf("speak to ctiagent: %w", err)
	}
	answer, err := bufio.NewReader(io.LimitReader(conn, maxAnswer)).ReadBytes('\n')
	if err != nil {
		return nil, fmt.Errorf("hear from ctiagent: %w", err)
	}
	return answer, nil
}

// trusted refuses a door kept by a stranger: by anybody but the system and this user.
func trusted(conn net.Conn, path string) error {
	server, err := peer.OfSocket(conn)
	if err != nil {
		return fmt.Errorf("find out whose program answers: %w", err)
	}
	self, err := peer.Self()
	if err != nil {
		return fmt.Errorf("find out who asks: %w", err)
	}
	if server.ID == self.ID || isService(server.ID) {
		return nil
	}
	return fmt.Errorf("the program at %s belongs to %s, who is neither you nor the service; nothing was told to it", path, server.Name)
}
