package notify

import (
	"context"

	"github.com/qingshao/qingshao/internal/db"
)

// countDirect counts one more message of a day and gives how many that makes.
func countDirect(ctx context.Context, tx *db.Tx, kind, day, mark string) (int, error) {
	return db.One(ctx, tx, db.Value[int], `INSERT INTO direct_day (kind, day, mark, sent) VALUES ($1, $2, $3, 1)
		ON CONFLICT (kind, day, mark) DO UPDATE SET sent = direct_day.sent + 1 RETURNING sent`, kind, day, mark)
}

// forgetDirect removes the counts of other days.
func forgetDirect(ctx context.Context, tx *db.Tx, kind, day string) error {
	_, err := db.Exec(ctx, tx, `DELETE FROM direct_day WHERE kind = $1 AND day <> $2`, kind, day)
	return err
}
