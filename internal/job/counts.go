package job

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/db"
)

// Counts is the queue at a glance, for metrics and the system page.
type Counts struct {
	Ready  int           // waiting, including those whose time has not come
	Leased int           // running
	Dead   int           // given up
	Late   time.Duration // how long the oldest due job has been waiting
}

// Counts reads the queue's state.
func (r *Runner) Counts(ctx context.Context) (Counts, error) {
	var c Counts
	err := r.db.Read(ctx, func(tx *db.Tx) (err error) {
		c, err = counts(ctx, tx)
		return err
	})
	return c, err
}
