// Package job is the one mechanism for work that happens later: deadlines,
// reminders, schedules, deliveries. A job is a row enqueued in the caller's
// transaction, leased by a worker, retried with back-off, dead-lettered after
// its last attempt and deduplicated by key while unfinished.
//
// Work is done at least once: a node that dies in the middle leaves a lease that
// another node takes over, so handlers must bear repetition. job does not tell
// other parts what happened (bus) and knows nothing of what its handlers do.
package job

import (
	"context"
	"encoding/json"
	"errors"
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

// Job is what a handler gets. Attempt counts from 1.
type Job struct {
	ID      string
	Kind    string
	Payload json.RawMessage
	Attempt int

	maxAttempts int
}

// Handler does the work of one kind. It opens its own transactions, may be
// called again after it has succeeded, and stops when ctx ends. An error puts
// the job off (see Backoff) until its attempts are used up.
type Handler func(ctx context.Context, j Job) error

// Enqueue adds the job in the caller's transaction. When an unfinished job of
// the same kind and key exists, it is moved to the new time and payload instead;
// when that job is running at the moment, it runs once more afterwards.
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
	tx.Signal(bell)
	return enqueue(ctx, tx, s, string(text))
}

// Cancel removes the unfinished jobs of a kind and key. One that is running at
// the moment finishes, but is not repeated.
func Cancel(ctx context.Context, tx *db.Tx, kind, dedup string) error {
	return cancel(ctx, tx, kind, dedup)
}

// bell wakes the runners of this process.
const bell = "job"

// permanent marks an error that no repetition mends.
type permanent struct{ error }

func (p permanent) Unwrap() error { return p.error }

// Permanent wraps a handler's error that no repetition mends: the job goes to
// the dead letters at once.
func Permanent(err error) error { return permanent{err} }

// Backoff is how long a job waits after its nth failed attempt: 10 s, doubled
// each time, at most an hour. There is no random part: the order of events
// under a test's clock is the same each time, and dedup keeps herds small.
func Backoff(attempt int) time.Duration {
	const first, most = 10 * time.Second, time.Hour
	if attempt < 1 {
		attempt = 1
	}
	if attempt > 10 {
		return most
	}
	return min(first<<(attempt-1), most)
}

// outcome is what becomes of a job after an attempt.
type outcome struct {
	state   string
	attempt int
	runAt   int64
	finish  int64 // finished_at
	text    string
}

// decide maps an attempt's result to its outcome. interrupted means that the
// runner was stopping: the attempt does not count.
func decide(j Job, err error, interrupted bool, now time.Time) outcome {
	o := outcome{state: "done", attempt: j.Attempt, runAt: now.UnixMicro(), finish: now.UnixMicro()}
	var p permanent
	switch {
	case err == nil:
		return o
	case interrupted:
		return outcome{state: "ready", attempt: j.Attempt - 1, runAt: now.UnixMicro()}
	case errors.As(err, &p), j.Attempt >= j.maxAttempts:
		o.state = "dead"
	default:
		o = outcome{state: "ready", attempt: j.Attempt, runAt: now.Add(Backoff(j.Attempt)).UnixMicro()}
	}
	o.text = clip(err.Error())
	return o
}

// clip keeps an error text to a size that a list can bear, on a rune's border.
func clip(s string) string {
	r := []rune(s)
	if len(r) > 500 {
		return string(r[:500]) + "…"
	}
	return s
}
