package job

import (
	"context"

	"github.com/qingshao/qingshao/internal/db"
)

func enqueue(ctx context.Context, tx *db.Tx, s Spec, payload string) error {
	var dedup any
	if s.Dedup != "" {
		dedup = s.Dedup
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO job (id, kind, dedup, payload, state, run_at, max_attempts, created_at)
		VALUES ($1, $2, $3, $4, 'ready', $5, $6, $7)
		ON CONFLICT (kind, dedup) WHERE state IN ('ready', 'leased') AND dedup IS NOT NULL
		DO UPDATE SET payload = excluded.payload, run_at = excluded.run_at, state = 'ready', attempt = 0, lease_until = 0, lease_owner = ''`,
		db.NewID(), s.Kind, dedup, payload, s.RunAt.UnixMicro(), s.MaxAttempts, tx.Micros())
	return err
}

func cancel(ctx context.Context, tx *db.Tx, kind, dedup string) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM job WHERE kind = $1 AND dedup = $2 AND state = 'ready'`, kind, dedup)
	return err
}
