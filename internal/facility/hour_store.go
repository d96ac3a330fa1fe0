package facility

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/db"
)

func listDue(ctx context.Context, tx *db.Tx, h dueHour) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO facility_hour_due (device, at) VALUES ($1, $2) ON CONFLICT DO NOTHING`, h.device, h.at.UnixMicro())
	return err
}

func dropDue(ctx context.Context, tx *db.Tx, h dueHour) error {
	_, err := db.Exec(ctx, tx, `DELETE FROM facility_hour_due WHERE device = $1 AND at = $2`, h.device, h.at.UnixMicro())
	return err
}

func hoursDue(ctx context.Context, tx *db.Tx, until time.Time, limit int) ([]dueHour, error) {
	return db.All(ctx, tx, func(s db.Scanner) (h dueHour, err error) {
		var at int64
		err = s.Scan(&h.device, &at)
		h.at = moment(at)
		return h, err
	}, `SELECT device, at FROM facility_hour_due WHERE at <= $1 ORDER BY device, at LIMIT $2`, until.UnixMicro(), limit)
}

func saveHour(ctx context.Context, tx *db.Tx, h Hour) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO facility_hour (device, factor, at, mean, low, high, count) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (device, factor, at) DO UPDATE SET mean = excluded.mean, low = excluded.low, high = excluded.high, count = excluded.count`,
		h.Device, h.Factor, h.At.UnixMicro(), h.Mean, h.Min, h.Max, h.Count)
	return err
}

func hoursOf(ctx context.Context, tx *db.Tx, k channelKey, from, to time.Time) ([]Hour, error) {
	return db.All(ctx, tx, func(s db.Scanner) (h Hour, err error) {
		var at int64
		err = s.Scan(&h.Device, &h.Factor, &at, &h.Mean, &h.Min, &h.Max, &h.Count)
		h.At = moment(at)
		return h, err
	}, `SELECT device, factor, at, mean, low, high, count FROM facility_hour WHERE device = $1 AND factor = $2 AND at >= $3 AND at < $4 ORDER BY at`,
		k.device, k.factor, from.UnixMicro(), to.UnixMicro())
}
