//go:build unix

package main

import "syscall"

// detached lets the started program live on when this one and its session's terminal are gone.
func detached() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }
