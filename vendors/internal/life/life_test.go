package life

import (
	"context"
	"errors"
	"testing"
	"time"
)

func TestRunRunsOnceAtATimeAndAgain(t *testing.T) {
	var l Life
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	running, done := make(chan struct{}), make(chan error, 1)
	first, end := context.WithCancel(ctx)
	go func() {
		done <- l.Run(first, func(ctx context.Context) error {
			close(running)
			<-ctx.Done()
			return ctx.Err()
		})
	}()
	<-running
	if err := l.Run(ctx, func(context.Context) error { return nil }); !errors.Is(err, ErrRunning) {
		t.Fatalf("a second Run: %v", err)
	}
	end()
	if err := <-done; err != nil {
		t.Fatalf("a Run that was asked to stop: %v", err)
	}
	own := errors.New("own")
	if err := l.Run(ctx, func(context.Context) error { return own }); !errors.Is(err, own) {
		t.Fatalf("a Run that ended of itself: %v", err)
	}
}

func TestCloseEndsRunAndWaitsAndMayComeTwice(t *testing.T) {
	var l Life
	running, ended := make(chan struct{}), make(chan struct{})
	go func() {
		_ = l.Run(t.Context(), func(ctx context.Context) error {
			close(running)
			<-ctx.Done()
			close(ended)
			return nil
		})
	}()
	<-running
	if !l.Close() {
		t.Error("the first Close was not the first")
	}
	select {
	case <-ended:
	default:
		t.Fatal("Close did not wait for Run")
	}
	if l.Close() || !l.Closed() {
		t.Error("the second Close was a first one")
	}
	if err := l.Run(t.Context(), func(context.Context) error { t.Error("it ran after Close"); return nil }); err != nil {
		t.Fatal(err)
	}
}
