package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"

	"ctiagent/internal/paths"
)

// How long a ctiagent that was started may take until it listens, and how often it is looked for.
const (
	startTime = 15 * time.Second
	startLook = 10 * time.Millisecond
)

// start runs the person's own ctiagent, which stays, and hands it the message.
func start(env paths.Env, message []byte) error {
	program, err := beside()
	if err != nil {
		return err
	}
	log, err := logFile(env)
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := exec.Command(program, "run", "--json") //nolint:noctx // it outlives this program
	cmd.Stdout, cmd.Stderr, cmd.SysProcAttr = log, log, detached()
	if dir := env.Getenv("HOME"); dir != "" {
		cmd.Dir = dir // not the folder of whatever was clicked in
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", program, err)
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait() // what it says about itself is in its log
		close(ended)
	}()
	late := time.NewTimer(startTime)
	defer late.Stop()
	for {
		said := heard(log.Name())
		if said.listens {
			if err := deliver(env, message); !errors.Is(err, errAbsent) {
				return err
			}
		}
		select {
		case <-late.C:
			return wontStart(said.refusal, log.Name())
		case <-ended:
			if no := heard(log.Name()).refusal; !no.busy() {
				return wontStart(no, log.Name())
			}
			ended = nil // another click was faster, and its ctiagent is about to listen
		case <-time.After(startLook):
		}
	}
}

func wontStart(no *refusal, log string) error {
	if no != nil {
		no.starting = true
		return no
	}
	return fmt.Errorf("ctiagent was started and does not listen; what it says is in %s", log)
}

// beside is the ctiagent that was installed with this program.
func beside() (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("find this program's folder: %w", err)
	}
	if real, err := filepath.EvalSymlinks(self); err == nil {
		self = real
	}
	name := "ctiagent"
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	program := filepath.Join(filepath.Dir(self), name)
	if _, err := os.Stat(program); err != nil {
		return "", errAbsent // nothing to start: the person must
	}
	return program, nil
}

// logFile takes what the started ctiagent says, that of the last start alone.
func logFile(env paths.Env) (*os.File, error) {
	dir := env.UserState()
	if dir == "" {
		return os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make a folder for the log: %w", err)
	}
	log, err := os.OpenFile(filepath.Join(dir, "started.log"), os.O_WRONLY|os.O_CREATE|os.O_TRUNC|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("make the log: %w", err)
	}
	return log, nil
}

// words are what a ctiagent that was started has said so far.
type words struct {
	listens bool     // its doors are open
	refusal *refusal // why it ended
}

// heard reads the log of a ctiagent that was started, or of two that were at the same time. Without a log its doors may be
// open at any moment.
func heard(log string) (said words) {
	if log == os.DevNull {
		return words{listens: true}
	}
	data, err := os.ReadFile(log)
	if err != nil {
		return said
	}
	for _, line := range bytes.Split(data, []byte("\n")) {
		var it struct {
			Address string `json:"address"`
			refusal
		}
		if json.Unmarshal(line, &it) != nil {
			continue
		}
		said.listens = said.listens || it.Address != "" || it.busy() // that of the other one may have gone with its log
		if said.refusal == nil && it.Message != "" {
			said.refusal = &it.refusal
		}
	}
	return said
}
