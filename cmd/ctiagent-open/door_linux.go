package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// The door's patience and bounds. The answer may be the PBX's, which the desk waits 30 seconds for.
const (
	doorTime   = 5 * time.Second
	answerTime = 40 * time.Second
	maxAnswer  = 64 << 10
)

// exchange says one line at a program door and answers the line that comes back. It goes without package net, which would
// make a third of this program's start.
func exchange(path string, line []byte) ([]byte, error) {
	fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("open a socket: %w", err)
	}
	defer func() { _ = syscall.Close(fd) }() // this program ends at once
	for option, time := range map[int]time.Duration{syscall.SO_RCVTIMEO: answerTime, syscall.SO_SNDTIMEO: doorTime} {
		patience := syscall.NsecToTimeval(time.Nanoseconds())
		if err := syscall.SetsockoptTimeval(fd, syscall.SOL_SOCKET, option, &patience); err != nil {
			return nil, fmt.Errorf("open a socket: %w", err)
		}
	}
	err = again(func() error { return syscall.Connect(fd, &syscall.SockaddrUnix{Name: path}) })
	if errors.Is(err, syscall.ENOENT) || errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.ENOTDIR) {
		return nil, errAbsent
	}
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", path, err)
	}
	if err := trusted(fd, path); err != nil {
		return nil, err
	}
	for len(line) > 0 {
		var n int
		if err := again(func() error {
			n, err = syscall.SendmsgN(fd, line, nil, nil, syscall.MSG_NOSIGNAL)
			return err
		}); err != nil {
			return nil, fmt.Errorf("speak to ctiagent: %w", err)
		}
		line = line[n:]
	}
	var answer []byte
	room := make([]byte, 4096)
	for len(answer) < maxAnswer {
		var n int
		if err := again(func() error {
			n, err = syscall.Read(fd, room)
			return err
		}); err != nil {
			return nil, fmt.Errorf("hear from ctiagent: %w", err)
		}
		answer = append(answer, room[:n]...)
		if whole, _, ok := bytes.Cut(answer, []byte("\n")); ok {
			return whole, nil
		}
		if n == 0 {
			return nil, errors.New("ctiagent ended the connection without an answer")
		}
	}
	return nil, errors.New("ctiagent answered more than fits")
}

// again repeats a call that a signal interrupted.
func again(f func() error) error {
	for {
		if err := f(); !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}

// trusted refuses a door kept by a stranger: by anybody but root, this user, and the account of the service, which is the
// owner of the folder that only root could make for it.
func trusted(fd int, path string) error {
	peer, err := syscall.GetsockoptUcred(fd, syscall.SOL_SOCKET, syscall.SO_PEERCRED)
	if err != nil {
		return fmt.Errorf("find out whose program answers: %w", err)
	}
	if peer.Uid == 0 || int(peer.Uid) == os.Getuid() {
		return nil
	}
	var info syscall.Stat_t
	if strings.HasPrefix(path, "/run/") && syscall.Lstat(filepath.Dir(path), &info) == nil && info.Uid == peer.Uid && filepath.Dir(filepath.Dir(path)) == "/run" {
		return nil
	}
	return fmt.Errorf("the program at %s belongs to user %d, who is neither you nor the service; nothing was told to it", path, peer.Uid)
}
