package tip

import (
	"context"
	"encoding/json"
	"time"

	"github.com/qingshao/qingshao/internal/db"
)

const selectOrderMapping = `SELECT m.name, m.platform, m.spec, m.updated_by, m.updated_at, m.version FROM order_mapping m `

func scanOrderMapping(s db.Scanner) (m OrderMapping, err error) {
	var spec string
	var at int64
	if err = s.Scan(&m.Name, &m.Platform, &spec, &m.UpdatedBy, &at, &m.Version); err != nil {
		return m, err
	}
	m.UpdatedAt = instant(at)
	return m, json.Unmarshal([]byte(spec), &m.Spec)
}

func orderMappings(ctx context.Context, tx *db.Tx) ([]OrderMapping, error) {
	return db.All(ctx, tx, scanOrderMapping, selectOrderMapping+`ORDER BY m.name`)
}

func orderMapping(ctx context.Context, tx *db.Tx, name string) (OrderMapping, error) {
	return db.One(ctx, tx, scanOrderMapping, selectOrderMapping+`WHERE m.name = $1`, name)
}

// saveOrderMapping is false when the name is taken or has a newer version.
func saveOrderMapping(ctx context.Context, tx *db.Tx, m OrderMapping) (bool, error) {
	spec, err := json.Marshal(m.Spec)
	if err != nil {
		return false, err
	}
	var n int64
	if m.Version == 0 {
		n, err = db.Exec(ctx, tx, `INSERT INTO order_mapping (name, platform, spec, updated_by, updated_at, version) VALUES ($1, $2, $3, $4, $5, 1) ON CONFLICT (name) DO NOTHING`,
			m.Name, m.Platform, string(spec), m.UpdatedBy, micros(m.UpdatedAt))
	} else {
		n, err = db.Exec(ctx, tx, `UPDATE order_mapping SET platform = $1, spec = $2, updated_by = $3, updated_at = $4, version = version + 1 WHERE name = $5 AND version = $6`,
			m.Platform, string(spec), m.UpdatedBy, micros(m.UpdatedAt), m.Name, m.Version)
	}
	return n == 1, err
}

// outsideRow is a report by its number in another system.
type outsideRow struct {
	tip    ID
	number string
	due    time.Time
}

func tipByOutside(ctx context.Context, tx *db.Tx, platform, number string) (outsideRow, error) {
	return db.One(ctx, tx, func(s db.Scanner) (r outsideRow, err error) {
		var due int64
		err = s.Scan(&r.tip, &r.number, &due)
		r.due = instant(due)
		return r, err
	}, `SELECT t.id, t.number, d.outside_due FROM tip_desk d JOIN tip t ON t.id = d.tip_id WHERE d.platform = $1 AND d.outside = $2`, platform, number)
}

func setOutsideDue(ctx context.Context, tx *db.Tx, id ID, due time.Time) error {
	_, err := db.Exec(ctx, tx, `UPDATE tip_desk SET outside_due = $1 WHERE tip_id = $2`, micros(due), id)
	return err
}
