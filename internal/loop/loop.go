// Package loop runs a part's background work: when woken, and now and then
// unwoken. Parts keep their cursors in the database, so that stopping at any
// moment loses nothing.
package loop

import (
	"context"
	"log/slog"
	"time"
)

// Loop is one piece of work that repeats until Stop. The zero value with its
// fields set is ready; fields do not change after Start.
type Loop struct {
	Work func(context.Context) (int, error)
	// Wake gives a channel that receives, or is closed, when there is something to
	// do; nil for work that only the clock starts. It is asked before each round,
	// so that what comes during the round counts.
	Wake func() <-chan struct{}
	Each time.Duration // between two rounds without being woken
	Rest time.Duration // after being woken, so that one round serves many wakings
	Log  *slog.Logger
	Fail string // what the log says when a round failed; the next one tries again

	cancel context.CancelFunc
	done   chan struct{}
}

// Start begins the rounds; the context's end does not stop them, Stop does.
func (l *Loop) Start(ctx context.Context) error {
	ctx, l.cancel = context.WithCancel(context.WithoutCancel(ctx))
	l.done = make(chan struct{})
	go l.run(ctx)
	return nil
}

// Stop ends the work under way and waits for it, or for the end of the context.
func (l *Loop) Stop(ctx context.Context) error {
	if l.cancel == nil {
		return nil
	}
	l.cancel()
	select {
	case <-l.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (l *Loop) run(ctx context.Context) {
	defer close(l.done)
	tick := time.NewTicker(l.Each)
	defer tick.Stop()
	for ctx.Err() == nil {
		var wake <-chan struct{}
		if l.Wake != nil {
			wake = l.Wake()
		}
		if _, err := l.Work(ctx); err != nil && ctx.Err() == nil {
			l.Log.ErrorContext(ctx, l.Fail, "err", err)
		}
		select {
		case <-ctx.Done():
		case <-wake:
			rest(ctx, l.Rest)
		case <-tick.C:
		}
	}
}

func rest(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	pause := time.NewTimer(d)
	defer pause.Stop()
	select {
	case <-ctx.Done():
	case <-pause.C:
	}
}
