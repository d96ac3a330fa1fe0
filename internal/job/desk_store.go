package job

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/db"
)

func (f Filter) where() db.Filter {
	var w db.Filter
	if f.State != "" {
		w.Add("state = ?", f.State)
	}
	if f.Kind != "" {
		w.Add("kind = ?", f.Kind)
	}
	return w
}

func countRows(ctx context.Context, tx *db.Tx, f Filter) (int, bool, error) {
	w := f.where()
	return db.Count(ctx, tx, `SELECT 1 FROM job WHERE `+w.Where(), w.Args...)
}

// listRows gives jobs whose ids come before the cursor's; ids are in the order
// of their making.
func listRows(ctx context.Context, tx *db.Tx, f Filter, before string, limit int) ([]Row, error) {
	w := f.where()
	if before != "" {
		w.Add("id < ?", before)
	}
	mark := w.Put(limit)
	return db.All(ctx, tx, scanRow, `SELECT id, kind, state, payload, attempt, last_error, run_at, created_at, finished_at
		FROM job WHERE `+w.Where()+` ORDER BY id DESC LIMIT `+mark, w.Args...)
}

func scanRow(s db.Scanner) (Row, error) {
	var r Row
	var payload string
	var run, created, finished int64
	err := s.Scan(&r.ID, &r.Kind, &r.State, &payload, &r.Attempt, &r.Error, &run, &created, &finished)
	r.Payload = []byte(payload)
	r.RunAt, r.CreatedAt = time.UnixMicro(run).UTC(), time.UnixMicro(created).UTC()
	if finished != 0 {
		r.FinishedAt = time.UnixMicro(finished).UTC()
	}
	return r, err
}

// revive gives the kind of the job that it made ready.
func revive(ctx context.Context, tx *db.Tx, id string) (string, error) {
	return db.One(ctx, tx, db.Value[string], `UPDATE job SET state = 'ready', attempt = 0, run_at = $2, finished_at = 0
		WHERE id = $1 AND state = 'dead' RETURNING kind`, id, tx.Micros())
}
