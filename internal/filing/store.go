package filing

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/db"
)

const columns = `f.id, f.number, f.state, f.kind, f.enterprise_id, e.name, f.outlet_id, COALESCE(o.name, ''), f.area, f.document, f.reason, f.from_at, f.until_at,
	f.created_by, COALESCE(u.name, f.created_by), f.created_at, f.updated_at, f.version`

const tables = ` FROM filing f JOIN enterprise e ON e.id = f.enterprise_id LEFT JOIN outlet o ON o.id = f.outlet_id LEFT JOIN app_user u ON u.id = f.created_by `

func moment(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func scan(s db.Scanner) (Filing, error) {
	var f Filing
	var from, until, created, updated int64
	err := s.Scan(&f.ID, &f.Number, &f.State, &f.Kind, &f.EnterpriseID, &f.EnterpriseName, &f.OutletID, &f.OutletName, &f.Area, &f.Document, &f.Reason, &from, &until,
		&f.CreatedBy, &f.CreatedByName, &created, &updated, &f.Version)
	f.From, f.Until, f.CreatedAt, f.UpdatedAt = moment(from), moment(until), moment(created), moment(updated)
	return f, err
}

func insert(ctx context.Context, tx *db.Tx, f Filing) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO filing (id, number, state, kind, enterprise_id, outlet_id, area, document, reason, from_at, until_at, created_by, created_at, updated_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13, 1)`,
		f.ID, f.Number, f.State, f.Kind, f.EnterpriseID, f.OutletID, f.Area, f.Document, f.Reason, micros(f.From), micros(f.Until), f.CreatedBy, tx.Micros())
	return err
}

// save writes what a step changes, unless another transaction was faster.
func save(ctx context.Context, tx *db.Tx, f *Filing) error {
	n, err := db.Exec(ctx, tx, `UPDATE filing SET state = $1, until_at = $2, updated_at = $3, version = version + 1 WHERE id = $4 AND version = $5`,
		f.State, micros(f.Until), tx.Micros(), f.ID, f.Version)
	if err != nil {
		return err
	}
	if n == 0 {
		return errStale
	}
	f.Version++
	f.UpdatedAt = tx.Now
	return nil
}

func find(ctx context.Context, tx *db.Tx, id ID) (Filing, error) {
	return db.One(ctx, tx, scan, `SELECT `+columns+tables+`WHERE f.id = $1`, id)
}

func lock(ctx context.Context, tx *db.Tx, id ID) (Filing, error) {
	suffix := tx.ForUpdate()
	if suffix != "" {
		suffix += " OF f"
	}
	return db.One(ctx, tx, scan, `SELECT `+columns+tables+`WHERE f.id = $1`+suffix, id)
}

// most bounds one answer.
const most = 500

func ofEnterprise(ctx context.Context, tx *db.Tx, enterpriseID string) ([]Filing, error) {
	return db.All(ctx, tx, scan, `SELECT `+columns+tables+`WHERE f.enterprise_id = $1 ORDER BY f.from_at DESC, f.id DESC LIMIT $2`, enterpriseID, most)
}

// InForce reads what counts for an outlet and touches from <= t < to, oldest
// first: orders whose time touches it, and changes made in it.
func InForce(ctx context.Context, tx *db.Tx, enterpriseID, outletID string, from, to time.Time) ([]Filing, error) {
	return db.All(ctx, tx, scan, `SELECT `+columns+tables+`WHERE f.enterprise_id = $1 AND (f.outlet_id = '' OR f.outlet_id = $2) AND f.state IN ('in_force', 'ended')
		AND f.from_at < $3 AND (f.from_at >= $4 OR f.kind IN ('stop', 'peak', 'emergency') AND (f.until_at = 0 OR f.until_at > $4)) ORDER BY f.from_at, f.id`,
		enterpriseID, outletID, to.UnixMicro(), from.UnixMicro())
}
