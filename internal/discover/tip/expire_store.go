package tip

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/clue"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/protect/circle"
	"github.com/qingshao/qingshao/internal/protect/retention"
)

func expired(ctx context.Context, tx *db.Tx, from, holds string, before time.Time, limit int) ([]retention.Matter, error) {
	return db.All(ctx, tx, func(r db.Scanner) (m retention.Matter, err error) {
		var closed int64
		err = r.Scan(&m.Subject, &m.Number, &closed)
		m.ClosedAt = instant(closed)
		return m, err
	}, `SELECT r.id, r.number, r.closed_at FROM `+from+` WHERE r.closed AND r.closed_at > 0 AND r.closed_at < $1 AND `+holds+` AND `+circle.Free("r.id")+` ORDER BY r.closed_at, r.id LIMIT $2`,
		before.UnixMicro(), limit)
}

// plainHeld is 1 when a report's contact stands in clear.
func plainHeld(ctx context.Context, tx *db.Tx, id ID) (int, error) {
	return db.One(ctx, tx, db.Value[int], `SELECT COUNT(*) FROM tip r WHERE r.id = $1 AND `+clue.HoldsContact("r.clue_id"), id)
}
