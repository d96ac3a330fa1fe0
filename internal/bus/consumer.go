package bus

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/qingshao/qingshao/internal/db"
)

const (
	leaseFor  = 20 * time.Second // after a crash, how long its consumers pause
	handleFor = 15 * time.Second // how long one handler may take, less than the lease
	batch     = 256
)

var errBusy = errors.New("bus: another node works for this consumer")

// consumer is one durable reader. mu keeps the background loop and Drain apart.
type consumer struct {
	name   string
	topics []string
	handle func(context.Context, Event) error

	mu   sync.Mutex
	seen int64 // guarded by mu; up to here nothing after the cursor concerns us
}

// pump hands one batch of events over and moves the cursor; more says that
// looking again is worth while.
func (b *Bus) pump(ctx context.Context, c *consumer) (more bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	wanted, last, err := b.next(ctx, c)
	if err != nil {
		return false, err
	}
	if len(wanted) == 0 && last.end-last.cursor < batch {
		c.seen = last.end
		return false, nil
	}
	from, err := b.lease(ctx, c)
	if err != nil {
		return false, err
	}
	if from != last.cursor { // another node was ahead of us: look again
		c.seen = from
		return true, nil
	}
	return true, b.hand(ctx, c, wanted, last.end)
}

// span is what one look at the outbox covered.
type span struct{ cursor, end int64 }

// next reads the events after the cursor and keeps those that the consumer wants.
func (b *Bus) next(ctx context.Context, c *consumer) ([]Event, span, error) {
	var events []Event
	var s span
	err := b.db.Read(ctx, func(tx *db.Tx) (err error) {
		if s.cursor, err = cursorOf(ctx, tx, c.name); err != nil {
			return err
		}
		events, err = eventsAfter(ctx, tx, max(s.cursor, c.seen), batch)
		return err
	})
	s.end = max(s.cursor, c.seen)
	wanted := events[:0]
	for _, e := range events {
		s.end = e.Seq
		if Match(e.Topic, c.topics) {
			wanted = append(wanted, e)
		}
	}
	return wanted, s, err
}

func (b *Bus) lease(ctx context.Context, c *consumer) (from int64, err error) {
	err = b.db.Write(ctx, func(tx *db.Tx) (err error) {
		from, err = takeLease(ctx, tx, c.name, b.owner, tx.Now.Add(leaseFor))
		return err
	})
	if db.IsMissing(err) {
		return 0, errBusy
	}
	return from, err
}

// hand gives the events to the handler one by one. What was handled before a
// failure is kept; the failed event comes first next time.
func (b *Bus) hand(ctx context.Context, c *consumer, events []Event, end int64) error {
	saved := time.Now() // real time: it bounds how long the lease stays unrenewed
	for _, e := range events {
		if err := b.call(ctx, c, e); err != nil {
			return errors.Join(fmt.Errorf("event %d (%s): %w", e.Seq, e.Topic, err), b.save(ctx, c, e.Seq-1))
		}
		if time.Since(saved) > leaseFor/4 {
			if err := b.save(ctx, c, e.Seq); err != nil {
				return err
			}
			saved = time.Now()
		}
	}
	return b.save(ctx, c, end)
}

func (b *Bus) call(ctx context.Context, c *consumer, e Event) (err error) {
	ctx, cancel := context.WithTimeout(ctx, handleFor)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			b.Log.Error("bus consumer panicked", "consumer", c.name, "seq", e.Seq, "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return c.handle(ctx, e)
}

// save moves the cursor and prolongs the lease, also while stopping.
func (b *Bus) save(ctx context.Context, c *consumer, seq int64) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return b.db.Write(ctx, func(tx *db.Tx) error {
		ok, err := moveCursor(ctx, tx, c.name, b.owner, seq, tx.Now.Add(leaseFor))
		if err == nil && !ok {
			err = errBusy
		}
		return err
	})
}
