package portal

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/db"
)

// equipped names the outlets of an enterprise that have a device in use.
func equipped(ctx context.Context, tx *db.Tx, enterpriseID string) (map[string]bool, error) {
	list, err := db.All(ctx, tx, db.Value[string], `SELECT DISTINCT d.outlet_id FROM device d JOIN outlet o ON o.id = d.outlet_id
		WHERE o.enterprise_id = $1 AND d.active`, enterpriseID)
	out := make(map[string]bool, len(list))
	for _, id := range list {
		out[id] = true
	}
	return out, err
}

type outletCount struct {
	outlet string
	n      int
}

// missing counts by outlet the runs of data since then that no call-back brought.
func missing(ctx context.Context, tx *db.Tx, enterpriseID string, since time.Time) (map[string]int, error) {
	list, err := db.All(ctx, tx, func(s db.Scanner) (c outletCount, err error) {
		err = s.Scan(&c.outlet, &c.n)
		return c, err
	}, `SELECT outlet_id, COUNT(*) FROM device_gap WHERE enterprise_id = $1 AND state = 'lost' AND last_at >= $2 GROUP BY outlet_id`, enterpriseID, since.UnixMicro())
	out := make(map[string]int, len(list))
	for _, c := range list {
		out[c.outlet] = c.n
	}
	return out, err
}

// begun counts the alarms, first signs left out, that began since then.
func begun(ctx context.Context, tx *db.Tx, enterpriseID string, since time.Time) (int, error) {
	return db.One(ctx, tx, db.Value[int], `SELECT COUNT(*) FROM alarm WHERE enterprise_id = $1 AND level <> 'notice' AND started_at >= $2`, enterpriseID, since.UnixMicro())
}
