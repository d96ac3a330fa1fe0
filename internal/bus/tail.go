package bus

import (
	"context"

	"github.com/qingshao/qingshao/internal/db"
)

// Head is the number of the newest event, 0 when there has been none.
func (b *Bus) Head(ctx context.Context) (int64, error) {
	var seq int64
	err := b.db.Read(ctx, func(tx *db.Tx) (err error) {
		seq, err = head(ctx, tx)
		return err
	})
	return seq, err
}

// Complete reports whether every event after the number is still kept; a page
// that resumes from an older one must load itself anew.
func (b *Bus) Complete(ctx context.Context, after int64) (bool, error) {
	var ok bool
	err := b.db.Read(ctx, func(tx *db.Tx) (err error) {
		ok, err = keptFrom(ctx, tx, after)
		return err
	})
	return ok, err
}

// Tail sends every event after the number, first those that are stored and then
// each as it comes, until ctx ends; then the channel is closed. It keeps no
// cursor: the receiver remembers the last number. Events of other processes
// arrive while the bus is started.
func (b *Bus) Tail(ctx context.Context, after int64) <-chan Event {
	out := make(chan Event)
	go func() {
		defer close(out)
		ear, deaf := b.db.Listen(bell)
		defer deaf()
		for ctx.Err() == nil {
			events, err := b.read(ctx, after)
			if err != nil && ctx.Err() == nil {
				b.Log.Error("bus tail", "error", err)
			}
			for _, e := range events {
				select {
				case out <- e:
					after = e.Seq
				case <-ctx.Done():
					return
				}
			}
			if len(events) < batch {
				pause(ctx, 10*pollEach, ear)
			}
		}
	}()
	return out
}

// Since gives the events after a number, in order, some hundred at a time; none
// means that nothing has happened. It is for those who look by themselves before
// they act and keep no cursor.
func (b *Bus) Since(ctx context.Context, after int64) ([]Event, error) { return b.read(ctx, after) }

func (b *Bus) read(ctx context.Context, after int64) (events []Event, err error) {
	err = b.db.Read(ctx, func(tx *db.Tx) (err error) {
		events, err = eventsAfter(ctx, tx, after, batch)
		return err
	})
	return events, err
}
