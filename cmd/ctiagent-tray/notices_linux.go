package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/godbus/dbus/v5"
)

// The names of the desktop's notifications (Desktop Notifications Specification 1.2).
const (
	noticesName = "org.freedesktop.Notifications"
	noticesPath = dbus.ObjectPath("/org/freedesktop/Notifications")
)

// notices tells and asks the person through the desktop's own notifications. It connects at the first one, and again
// when the connection was lost.
type notices struct {
	address string

	mu   sync.Mutex
	conn *dbus.Conn
}

func (n *notices) connect() (*dbus.Conn, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.conn != nil && n.conn.Connected() {
		return n.conn, nil
	}
	conn, err := dbus.Connect(n.address)
	if err != nil {
		return nil, fmt.Errorf("reach the session's bus: %w", err)
	}
	n.conn = conn
	return conn, nil
}

func (n *notices) close() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.conn != nil {
		_ = n.conn.Close() // nothing waits to be sent
	}
}

func (n *notices) notify(ctx context.Context, title, text string) error {
	conn, err := n.connect()
	if err != nil {
		return err
	}
	_, err = post(ctx, conn, title, text)
	return err
}

// choose shows a notice with keys and waits for one of them until ctx ends. It answers the key's place, -1 when nobody
// pressed one.
func (n *notices) choose(ctx context.Context, title, question string, choices []string) (int, error) {
	conn, err := n.connect()
	if err != nil {
		return -1, err
	}
	can, err := capabilities(ctx, conn)
	if err != nil {
		return -1, err
	}
	if !slices.Contains(can, "actions") {
		return -1, cannot("", "the desktop's notifications have no keys to answer with", "desktop.hint.no_notices")
	}
	var keys []string
	for i, words := range choices {
		keys = append(keys, strconv.Itoa(i), words)
	}
	signals := make(chan *dbus.Signal, 16)
	conn.Signal(signals)
	defer conn.RemoveSignal(signals)
	match := []dbus.MatchOption{dbus.WithMatchInterface(noticesName), dbus.WithMatchObjectPath(noticesPath)}
	if err := conn.AddMatchSignalContext(ctx, match...); err != nil {
		return -1, err
	}
	defer func() { _ = conn.RemoveMatchSignal(match...) }() // the connection's end removes it too
	id, err := post(ctx, conn, title, question, keys...)
	if err != nil {
		return -1, err
	}
	for {
		select {
		case s, open := <-signals:
			if !open {
				return -1, errors.New("the session's bus is gone")
			}
			if answered, chosen := answerTo(s, id, len(choices)); answered {
				return chosen, nil
			}
		case <-ctx.Done():
			conn.Object(noticesName, noticesPath).Go(noticesName+".CloseNotification", dbus.FlagNoReplyExpected, nil, id)
			if errors.Is(ctx.Err(), context.DeadlineExceeded) {
				return -1, nil
			}
			return -1, ctx.Err()
		}
	}
}

// answerTo reads a signal: the key that was pressed, or the notice closed without one.
func answerTo(s *dbus.Signal, id uint32, keys int) (answered bool, chosen int) {
	if len(s.Body) != 2 {
		return false, -1
	}
	about, ok := s.Body[0].(uint32)
	if !ok || about != id {
		return false, -1
	}
	switch s.Name {
	case noticesName + ".ActionInvoked":
		key, _ := s.Body[1].(string)
		if n, err := strconv.Atoi(key); err == nil && n >= 0 && n < keys {
			return true, n
		}
		return true, -1
	case noticesName + ".NotificationClosed":
		return true, -1
	}
	return false, -1
}

// post shows one notice and answers its number.
func post(ctx context.Context, conn *dbus.Conn, title, text string, keys ...string) (id uint32, err error) {
	can, err := capabilities(ctx, conn)
	if err != nil {
		return 0, err
	}
	if slices.Contains(can, "body-markup") {
		text = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
	}
	stays := int32(-1) // the desktop knows how long its notices stay
	hints := map[string]dbus.Variant{}
	if len(keys) > 0 { // a question stays until it is answered; some desktops keep only what is urgent
		const urgent = byte(2)
		stays, hints["urgency"] = 0, dbus.MakeVariant(urgent)
	} else {
		keys = []string{}
	}
	err = conn.Object(noticesName, noticesPath).CallWithContext(ctx, noticesName+".Notify", 0,
		"ctiagent", uint32(0), "", title, text, keys, hints, stays).Store(&id)
	if err != nil {
		return 0, fmt.Errorf("show a notice: %w", err)
	}
	return id, nil
}

func capabilities(ctx context.Context, conn *dbus.Conn) (can []string, err error) {
	if err = conn.Object(noticesName, noticesPath).CallWithContext(ctx, noticesName+".GetCapabilities", 0).Store(&can); err != nil {
		return nil, fmt.Errorf("ask what notices can do: %w", err)
	}
	return can, nil
}
