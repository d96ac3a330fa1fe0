// Package job is the one mechanism for work that happens later: deadlines,
// reminders, schedules, deliveries. A job is a row enqueued in the caller's
// transaction, leased by a worker, retried with back-off, dead-lettered after
// its last attempt and deduplicated by key while unfinished.
package job

import (
	"context"
	"encoding/json"
	"time"

	"github.com/qingshao/qingshao/internal/db"
)

// Spec describes a job to enqueue.
type Spec struct {
	Kind        string    // which handler
	Dedup       string    // at most one unfinished job of the kind has this key; "" = no limit
	Payload     any       // marshalled to JSON for the handler
	RunAt       time.Time // zero = now
	MaxAttempts int       // zero = 10
}

// Enqueue adds the job in the caller's transaction. When an unfinished job of
// the same kind and key exists, it is moved to the new time and payload instead.
func Enqueue(ctx context.Context, tx *db.Tx, s Spec) error {
	text, err := json.Marshal(s.Payload)
	if err != nil {
		return err
	}
	if s.RunAt.IsZero() {
		s.RunAt = tx.Now
	}
	if s.MaxAttempts == 0 {
		s.MaxAttempts = 10
	}
	return enqueue(ctx, tx, s, string(text))
}

// Cancel removes the unfinished, unleased jobs of a kind and key.
func Cancel(ctx context.Context, tx *db.Tx, kind, dedup string) error {
	return cancel(ctx, tx, kind, dedup)
}
