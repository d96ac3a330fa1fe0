package rule

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/db"
)

// told counts the tellings of an outlet and of its enterprise since then.
func told(ctx context.Context, tx *db.Tx, outlet, enterprise string, since time.Time) (ofOutlet, ofEnterprise int, err error) {
	err = tx.QueryRowContext(ctx, `SELECT COALESCE(SUM(CASE WHEN outlet_id = $1 THEN 1 ELSE 0 END), 0), COUNT(*) FROM alarm_told WHERE enterprise_id = $2 AND at > $3 AND merged = FALSE`,
		outlet, enterprise, micros(since)).Scan(&ofOutlet, &ofEnterprise)
	return ofOutlet, ofEnterprise, err
}

// noteTold writes a telling down, or one that was merged, and forgets old ones.
func noteTold(ctx context.Context, tx *db.Tx, a *Alarm, merged bool) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM alarm_told WHERE enterprise_id = $1 AND at < $2`, a.EnterpriseID, micros(tx.Now.AddDate(0, 0, -2))); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO alarm_told (id, enterprise_id, outlet_id, area, at, merged) VALUES ($1, $2, $3, $4, $5, $6)`, db.NewID(), a.EnterpriseID, a.OutletID, a.Area, tx.Micros(), merged)
	return err
}

// takeMerged counts what waits for the summary and takes it off.
func takeMerged(ctx context.Context, tx *db.Tx, enterprise string) (n int64, err error) {
	return db.Exec(ctx, tx, `DELETE FROM alarm_told WHERE enterprise_id = $1 AND merged = TRUE`, enterprise)
}
