package telemetry

import (
	"context"
	"fmt"
	"time"

	"github.com/qingshao/qingshao/internal/db"
)

// due is a period of an outlet that waits to be computed.
type due struct {
	period Period
	outlet string
	at     int64
}

// dueAt is a due period with the time of its computation and what caused it.
type dueAt struct {
	due
	run, batch int64
}

// enqueueDues notes periods to be computed at their time, or later when they are
// noted already for later.
func enqueueDues(ctx context.Context, tx *db.Tx, list []dueAt) error {
	for _, d := range list {
		if _, err := db.Exec(ctx, tx, `INSERT INTO value_due (period, outlet_id, at, run_at, batch) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (period, outlet_id, at) DO UPDATE SET batch = excluded.batch, run_at = CASE WHEN value_due.run_at > excluded.run_at THEN value_due.run_at ELSE excluded.run_at END`,
			string(d.period), d.outlet, d.at, d.run, d.batch); err != nil {
			return err
		}
	}
	return nil
}

// bumpBatch is added to the batch of a due period that is asked for again, so that
// a computation under way does not take it off the list.
const bumpBatch = 1

// recomputeHours notes the hours that from <= t < to touches. Hours that wait
// already keep the later time.
func recomputeHours(ctx context.Context, tx *db.Tx, outletID string, from, to time.Time, run func(at int64) int64) error {
	for at := Hour.Start(from).UnixMicro(); at < to.UnixMicro(); at += Hour.Length().Microseconds() {
		if _, err := db.Exec(ctx, tx, `INSERT INTO value_due (period, outlet_id, at, run_at, batch) VALUES ($1, $2, $3, $4, 0)
			ON CONFLICT (period, outlet_id, at) DO UPDATE SET batch = value_due.batch + $5, run_at = CASE WHEN value_due.run_at > excluded.run_at THEN value_due.run_at ELSE excluded.run_at END`,
			string(Hour), outletID, at, run(at), bumpBatch); err != nil {
			return err
		}
	}
	return nil
}

type dueRow struct {
	due
	batch int64
}

// duePeriods lists what is to be computed now, periods of one time together.
func duePeriods(ctx context.Context, tx *db.Tx, p Period, now int64, limit int) ([]dueRow, error) {
	return db.All(ctx, tx, func(s db.Scanner) (dueRow, error) {
		r := dueRow{due: due{period: p}}
		err := s.Scan(&r.outlet, &r.at, &r.batch)
		return r, err
	}, fmt.Sprintf(`SELECT outlet_id, at, batch FROM value_due WHERE period = $1 AND run_at <= $2 ORDER BY at, outlet_id LIMIT %d`, limit), string(p), now)
}

// finishDues takes computed periods off the list, unless they were asked for again
// meanwhile.
func finishDues(ctx context.Context, tx *db.Tx, rows []dueRow) error {
	for _, r := range rows {
		if _, err := db.Exec(ctx, tx, `DELETE FROM value_due WHERE period = $1 AND outlet_id = $2 AND at = $3 AND batch = $4`, string(r.period), r.outlet, r.at, r.batch); err != nil {
			return err
		}
	}
	return nil
}
