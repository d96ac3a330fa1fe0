package bus

import (
	"context"
	"sync"
	"time"
)

const (
	recall      = 2048 // newest events kept in memory for the open pages
	gatherEach  = 200 * time.Microsecond
	gatherMost  = 25 * time.Millisecond
	feedAtLeast = 10 * pollEach // looked without being woken
)

// feed reads the outbox once for all tails of this process. What it holds is
// bounded: a tail that has fallen behind it reads the database by itself.
type feed struct {
	cancel context.CancelFunc

	mu     sync.Mutex
	tails  int
	known  bool    // last is read
	last   int64   // number of the newest event seen
	recent []Event // up to last, without gaps
	grown  chan struct{}
}

// join gives the feed of this process, started for the first tail.
func (b *Bus) join() *feed {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.feed == nil {
		ctx, cancel := context.WithCancel(context.Background())
		b.feed = &feed{cancel: cancel, grown: make(chan struct{})}
		go b.supply(ctx, b.feed)
	}
	b.feed.mu.Lock()
	defer b.feed.mu.Unlock()
	b.feed.tails++
	return b.feed
}

// leave ends the feed with its last tail.
func (b *Bus) leave(f *feed) {
	b.mu.Lock()
	defer b.mu.Unlock()
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.tails--; f.tails == 0 {
		f.cancel()
		b.feed = nil
	}
}

// supply fills the feed until ctx ends.
func (b *Bus) supply(ctx context.Context, f *feed) {
	ear, deaf := b.db.Listen(bell)
	defer deaf()
	for ctx.Err() == nil {
		more, err := b.fill(ctx, f)
		switch {
		case err != nil && ctx.Err() == nil:
			b.Log.Error("bus feed", "error", err)
			pause(ctx, pollEach, nil)
		case !more:
			pause(ctx, feedAtLeast, ear)
			pause(ctx, f.gather(), nil)
		}
	}
}

// gather is how long commits come together before they are sent on: the more
// pages are open the longer, so that many pages do not cost many writes each.
func (f *feed) gather() time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	return min(time.Duration(f.tails)*gatherEach, gatherMost)
}

// fill reads once; more says that there may be more to read at once.
func (b *Bus) fill(ctx context.Context, f *feed) (more bool, err error) {
	if !f.known { // written by this goroutine alone
		last, err := b.Head(ctx)
		if err != nil {
			return false, err
		}
		f.add(last, nil)
		return true, nil
	}
	events, err := b.read(ctx, f.last)
	if err == nil && len(events) > 0 {
		f.add(events[len(events)-1].Seq, events)
	}
	return len(events) == batch, err
}

func (f *feed) add(last int64, events []Event) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.known, f.last = true, last
	f.recent = append(f.recent, events...)
	if over := len(f.recent) - recall; over > 0 {
		f.recent = append([]Event(nil), f.recent[over:]...)
	}
	close(f.grown)
	f.grown = make(chan struct{})
}

// after gives the events behind a number, a batch at most, and a channel that
// closes when there are more. held is false when the database must be asked.
func (f *feed) after(n int64) (events []Event, grown <-chan struct{}, held bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.known {
		return nil, f.grown, false
	}
	skip := n + 1 - (f.last + 1 - int64(len(f.recent)))
	switch {
	case n >= f.last:
		return nil, f.grown, true
	case skip < 0:
		return nil, f.grown, false
	}
	events = f.recent[skip:]
	return append([]Event(nil), events[:min(len(events), batch)]...), f.grown, true
}

// Tail sends every event after the number, in order and some at a time, first
// those that are stored and then each as it comes, until ctx ends; then the
// channel is closed. It keeps no cursor: the receiver remembers the last number.
// A receiver that is slow is given what it missed later and holds up nobody.
// Events of other processes arrive while the bus is started.
func (b *Bus) Tail(ctx context.Context, after int64) <-chan []Event {
	out := make(chan []Event)
	go func() {
		defer close(out)
		f := b.join()
		defer b.leave(f)
		for ctx.Err() == nil {
			events, grown, held := f.after(after)
			if !held {
				var err error
				if events, err = b.read(ctx, after); err != nil && ctx.Err() == nil {
					b.Log.Error("bus tail", "error", err)
				}
			}
			if len(events) == 0 {
				pause(ctx, feedAtLeast, grown)
				continue
			}
			select {
			case out <- events:
				after = events[len(events)-1].Seq
			case <-ctx.Done():
			}
		}
	}()
	return out
}
