package loop_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/loop"
)

func TestLoop_RunsWhenWokenAndStops(t *testing.T) {
	t.Parallel()
	rounds, wake := make(chan struct{}), make(chan struct{}, 1)
	l := &loop.Loop{Each: time.Hour, Wake: func() <-chan struct{} { return wake }, Log: slog.New(slog.DiscardHandler),
		Work: func(ctx context.Context) (int, error) {
			select {
			case rounds <- struct{}{}:
			case <-ctx.Done():
			}
			return 0, nil
		}}
	ctx, cancel := context.WithCancel(t.Context())
	if err := l.Start(ctx); err != nil {
		t.Fatal(err)
	}
	cancel() // the caller's context is not the loop's
	<-rounds
	wake <- struct{}{}
	<-rounds
	if err := l.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
	select {
	case <-rounds:
		t.Error("a round after Stop")
	default:
	}
}

func TestLoop_FailureIsSaidAndTriedAgain(t *testing.T) {
	t.Parallel()
	var said bytes.Buffer
	again := make(chan struct{})
	n := 0
	l := &loop.Loop{Each: time.Millisecond, Log: slog.New(slog.NewTextHandler(&said, nil)), Fail: "it did not work",
		Work: func(context.Context) (int, error) {
			if n++; n == 2 {
				close(again)
			}
			if n == 1 {
				return 0, errors.New("disk full")
			}
			return 0, nil
		}}
	if err := l.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	<-again
	if err := l.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
	if text := said.String(); !strings.Contains(text, "it did not work") || !strings.Contains(text, "disk full") {
		t.Errorf("the log says %q", text)
	}
}

func TestLoop_StopWaitsNoLongerThanItsContext(t *testing.T) {
	t.Parallel()
	busy, free := make(chan struct{}), make(chan struct{})
	l := &loop.Loop{Each: time.Hour, Log: slog.New(slog.DiscardHandler), Work: func(context.Context) (int, error) {
		close(busy)
		<-free
		return 0, nil
	}}
	if err := l.Stop(t.Context()); err != nil {
		t.Errorf("never started: %v", err)
	}
	if err := l.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	<-busy
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := l.Stop(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("a busy round: %v", err)
	}
	close(free)
	if err := l.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}
