package permit

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/fault"
)

func scan(s db.Scanner) (Permit, error) {
	var p Permit
	var updated int64
	err := s.Scan(&p.OutletID, &p.Monitor, &p.Basis, &p.UpdatedBy, &updated, &p.Version)
	p.UpdatedAt = time.UnixMicro(updated).UTC()
	return p, err
}

type loadRow struct {
	outlet string
	Load
}

func scanLoad(s db.Scanner) (loadRow, error) {
	var r loadRow
	var tonnes string
	if err := s.Scan(&r.outlet, &r.Factor, &tonnes); err != nil {
		return r, err
	}
	var err error
	r.Tonnes, err = decimal.Parse(tonnes)
	return r, err
}

const columns = `outlet_id, monitor, basis, updated_by, updated_at, version`

// Of reads what is entered for an outlet. It asks no policy.
func Of(ctx context.Context, tx *db.Tx, outletID string) (Permit, error) {
	p, err := db.One(ctx, tx, scan, `SELECT `+columns+` FROM outlet_permit WHERE outlet_id = $1`, outletID)
	if db.IsMissing(err) {
		return Permit{OutletID: outletID}, nil
	}
	if err != nil {
		return p, err
	}
	rows, err := db.All(ctx, tx, scanLoad, `SELECT outlet_id, factor, tonnes FROM outlet_load WHERE outlet_id = $1 ORDER BY factor`, outletID)
	for _, r := range rows {
		p.Loads = append(p.Loads, r.Load)
	}
	return p, err
}

// All reads what is entered, by outlet, for figures over many; the caller decides
// with each outlet's scope what of it is shown.
func All(ctx context.Context, tx *db.Tx) (map[string]Permit, error) {
	list, err := db.All(ctx, tx, scan, `SELECT `+columns+` FROM outlet_permit`)
	if err != nil {
		return nil, err
	}
	out := make(map[string]Permit, len(list))
	for _, p := range list {
		out[p.OutletID] = p
	}
	rows, err := db.All(ctx, tx, scanLoad, `SELECT outlet_id, factor, tonnes FROM outlet_load ORDER BY outlet_id, factor`)
	for _, r := range rows {
		p := out[r.outlet]
		p.Loads = append(p.Loads, r.Load)
		out[r.outlet] = p
	}
	return out, err
}

func put(ctx context.Context, tx *db.Tx, p Permit, seen int64) error {
	n, err := db.Exec(ctx, tx, `INSERT INTO outlet_permit (outlet_id, monitor, basis, updated_by, updated_at, version) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (outlet_id) DO UPDATE SET monitor = excluded.monitor, basis = excluded.basis, updated_by = excluded.updated_by,
			updated_at = excluded.updated_at, version = excluded.version WHERE outlet_permit.version = $7`,
		p.OutletID, p.Monitor, p.Basis, p.UpdatedBy, p.UpdatedAt.UnixMicro(), p.Version, seen)
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.Conflictf("内容已被他人修改，请刷新后重试")
	}
	if _, err := db.Exec(ctx, tx, `DELETE FROM outlet_load WHERE outlet_id = $1`, p.OutletID); err != nil {
		return err
	}
	for _, l := range p.Loads {
		if _, err := db.Exec(ctx, tx, `INSERT INTO outlet_load (outlet_id, factor, tonnes) VALUES ($1, $2, $3)`, p.OutletID, l.Factor, l.Tonnes.String()); err != nil {
			return err
		}
	}
	return nil
}
