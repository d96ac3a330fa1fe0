package telemetry

import (
	"context"
	"database/sql"
	"errors"
)

// task is a short transaction that the writer's goroutine runs between two group
// commits for somebody else. Frames wait for it: it should take some ten
// milliseconds at most.
type task struct {
	shard string
	do    func(ctx context.Context, tx *sql.Tx, sh *shard) error
	done  chan error
}

// inWriter runs one transaction on a shard and returns when it is durable. After
// ctx has ended nothing is begun any more.
func (s *Store) inWriter(ctx context.Context, sh *shard, do func(ctx context.Context, tx *sql.Tx, sh *shard) error) error {
	t := &task{shard: sh.name, do: do, done: make(chan error, 1)}
	select {
	case s.tasks <- t:
	case <-ctx.Done():
		return ctx.Err()
	case <-s.over:
		return ErrStopped
	}
	return <-t.done
}

// perform runs a task as writePart runs a commit.
func (w *writer) perform(t *task) error {
	ctx := context.Background()
	sh, err := w.shards.writer(ctx, t.shard)
	if err != nil {
		return err
	}
	tx, err := sh.write.BeginTx(ctx, nil)
	if err == nil {
		if err = t.do(ctx, tx, sh); err == nil {
			err = tx.Commit()
		} else {
			err = errors.Join(err, tx.Rollback())
		}
	}
	if err != nil {
		return errors.Join(err, sh.drop())
	}
	return nil
}
