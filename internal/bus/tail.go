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

// Since gives the events after a number, in order, some hundred at a time, and whether
// there may be more. It is for those who look by themselves before they act and keep
// no cursor.
func (b *Bus) Since(ctx context.Context, after int64) (events []Event, more bool, err error) {
	events, err = b.read(ctx, after)
	return events, len(events) == batch, err
}

func (b *Bus) read(ctx context.Context, after int64) (events []Event, err error) {
	err = b.db.Read(ctx, func(tx *db.Tx) (err error) {
		events, err = eventsAfter(ctx, tx, after, batch)
		return err
	})
	return events, err
}
