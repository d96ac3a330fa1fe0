package bus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/qingshao/qingshao/internal/db"
)

const pollEach = time.Second // how late an event of another process is seen at most

// Bus reads the outbox for the consumers and pages of this process. Log may be
// replaced before Start.
type Bus struct {
	Log *slog.Logger

	db        *db.DB
	owner     string // names this process in leases
	consumers []*consumer

	mu   sync.Mutex
	stop context.CancelFunc // guarded by mu; nil while not started
	feed *feed              // guarded by mu; nil while no page is open
	all  sync.WaitGroup
}

// New makes a bus without consumers.
func New(d *db.DB) *Bus { return &Bus{Log: slog.Default(), db: d, owner: db.NewID()} }

// Subscribe adds a durable consumer, before Start or Drain. It gets the events
// whose topics match (see Match), in order, each at least once: after a crash
// some come again. When h fails, the same event is tried again, later and later,
// and the events behind it wait; h gets 15 seconds. A new consumer starts with
// the oldest event still kept. On several nodes one at a time works for it.
func (b *Bus) Subscribe(name string, topics []string, h func(context.Context, Event) error) {
	for _, c := range b.consumers {
		if c.name == name {
			panic("bus: two consumers named " + name)
		}
	}
	b.consumers = append(b.consumers, &consumer{name: name, topics: topics, handle: h})
}

// plan writes the consumers' rows, so that trimming waits for them.
func (b *Bus) plan(ctx context.Context) error {
	if len(b.consumers) == 0 {
		return nil
	}
	return b.db.Write(ctx, func(tx *db.Tx) error {
		for _, c := range b.consumers {
			if err := putCursor(ctx, tx, c.name); err != nil {
				return err
			}
		}
		return nil
	})
}

// Drain hands over everything that is waiting, including what the handlers
// themselves publish, and returns when nothing is left or a handler fails.
func (b *Bus) Drain(ctx context.Context) (err error) {
	worked := false
	defer func() {
		b.mu.Lock()
		started := b.stop != nil
		b.mu.Unlock()
		if worked && !started { // a command or a script must not hold up a server
			err = errors.Join(err, b.db.Write(ctx, func(tx *db.Tx) error { return dropLeases(ctx, tx, b.owner) }))
		}
	}()
	if err := b.plan(ctx); err != nil {
		return err
	}
	for more := true; more; {
		more = false
		for _, c := range b.consumers {
			again, err := b.pump(ctx, c)
			if err != nil {
				return fmt.Errorf("consumer %s: %w", c.name, err)
			}
			more = more || again
			worked = worked || again
		}
	}
	return nil
}

// Start begins to hand events over in the background, until Stop.
func (b *Bus) Start(ctx context.Context) error {
	if err := b.plan(ctx); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.stop != nil {
		return errors.New("bus: started twice")
	}
	run, stop := context.WithCancel(context.WithoutCancel(ctx))
	b.stop = stop
	b.all.Go(func() { b.poll(run) })
	if b.db.Engine() == db.Postgres {
		b.all.Go(func() { b.hear(run) })
	}
	for _, c := range b.consumers {
		b.all.Go(func() { b.follow(run, c) })
	}
	return nil
}

// Stop ends the background work, handlers included, and gives the leases back,
// those that Drain took too.
func (b *Bus) Stop(ctx context.Context) error {
	b.mu.Lock()
	stop := b.stop
	b.stop = nil
	b.mu.Unlock()
	if stop != nil {
		stop()
		if err := b.rest(ctx); err != nil {
			return err
		}
	}
	return b.db.Write(ctx, func(tx *db.Tx) error { return dropLeases(ctx, tx, b.owner) })
}

// rest waits for the background work; a handler that goes on though its context
// has ended is not waited for beyond ctx.
func (b *Bus) rest(ctx context.Context) error {
	done := make(chan struct{})
	go func() { b.all.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("bus: a consumer does not stop: %w", ctx.Err())
	}
}

// follow works for one consumer.
func (b *Bus) follow(ctx context.Context, c *consumer) {
	ear, deaf := b.db.Listen(bell)
	defer deaf()
	failures := 0
	for ctx.Err() == nil {
		more, err := b.pump(ctx, c)
		switch {
		case ctx.Err() != nil:
		case errors.Is(err, errBusy):
			pause(ctx, pollEach, nil)
		case err != nil:
			failures++
			b.Log.Error("bus consumer waits", "consumer", c.name, "failures", failures, "error", err)
			pause(ctx, min(time.Second<<min(failures-1, 6), time.Minute), nil)
		case !more:
			failures = 0
			pause(ctx, time.Minute, ear)
		default:
			failures = 0
		}
	}
}

// pause waits for the time, the ear or the end, whichever comes first.
func pause(ctx context.Context, d time.Duration, ear <-chan struct{}) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	case <-ear:
	}
}

// poll notices events that another process wrote, for all readers of this one.
func (b *Bus) poll(ctx context.Context) {
	known := int64(-1)
	for ctx.Err() == nil {
		head, err := b.Head(ctx)
		if err == nil && head != known {
			known = head
			b.db.Wake(bell)
		}
		pause(ctx, pollEach, nil)
	}
}

// hear turns PostgreSQL's notifications into wake-ups, on a connection of its
// own that is closed afterwards, since a pool would lend it on still listening.
func (b *Bus) hear(ctx context.Context) {
	for ctx.Err() == nil {
		err := func() error {
			pooled, err := b.db.Pool().Acquire(ctx)
			if err != nil {
				return err
			}
			conn := pooled.Hijack()
			defer func() {
				end, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
				defer cancel()
				_ = conn.Close(end)
			}()
			if _, err := conn.Exec(ctx, listen); err != nil {
				return err
			}
			for {
				if _, err := conn.WaitForNotification(ctx); err != nil {
					return err
				}
				b.db.Wake(bell)
			}
		}()
		if ctx.Err() == nil {
			b.Log.Warn("bus lost its notifications; polling goes on", "error", err)
			pause(ctx, pollEach, nil)
		}
	}
}

// Lag tells for each consumer that was ever started how many events it has not
// handled yet, those of no concern to it included.
func (b *Bus) Lag(ctx context.Context) (map[string]int64, error) {
	lag := map[string]int64{}
	err := b.db.Read(ctx, func(tx *db.Tx) error { return readLag(ctx, tx, lag) })
	return lag, err
}

// Trim deletes events older than keep that every consumer has passed, and
// returns how many. A consumer that no release knows any more must be deleted
// by a migration, or it keeps all that follows.
func (b *Bus) Trim(ctx context.Context, keep time.Duration) (int64, error) {
	var n int64
	err := b.db.Write(ctx, func(tx *db.Tx) (err error) {
		n, err = trim(ctx, tx, tx.Now.Add(-keep))
		return err
	})
	return n, err
}
