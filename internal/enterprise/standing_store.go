package enterprise

import (
	"context"
	"strings"

	"github.com/qingshao/qingshao/internal/db"
)

// StandingOf reads an enterprise's standing without asking a policy, for other
// features' transactions; nothing is known of most.
func StandingOf(ctx context.Context, tx *db.Tx, id string) (Standing, error) {
	x, err := db.One(ctx, tx, func(s db.Scanner) (x Standing, err error) {
		var lists string
		err = s.Scan(&x.Size, &lists, &x.Version)
		if lists != "" {
			x.Lists = strings.Split(lists, ",")
		}
		return x, err
	}, `SELECT size, lists, version FROM enterprise_standing WHERE enterprise_id = $1`, id)
	if err != nil && !db.IsMissing(err) {
		return x, err
	}
	x.EnterpriseID = id
	x.Waters, err = db.All(ctx, tx, func(s db.Scanner) (w Receiving, err error) {
		err = s.Scan(&w.OutletID, &w.Water, &w.Class)
		return w, err
	}, `SELECT r.outlet_id, r.water, r.class FROM outlet_receiving r JOIN outlet o ON o.id = r.outlet_id WHERE o.enterprise_id = $1 ORDER BY r.outlet_id`, id)
	return x, err
}

func saveStanding(ctx context.Context, tx *db.Tx, x Standing) error {
	n, err := db.Exec(ctx, tx, `INSERT INTO enterprise_standing (enterprise_id, size, lists, updated_at, version) VALUES ($1, $2, $3, $4, 1)
		ON CONFLICT (enterprise_id) DO UPDATE SET size = excluded.size, lists = excluded.lists, updated_at = excluded.updated_at, version = enterprise_standing.version + 1
		WHERE enterprise_standing.version = $5`, x.EnterpriseID, x.Size, strings.Join(x.Lists, ","), tx.Micros(), x.Version)
	if err != nil {
		return err
	}
	if n == 0 {
		return errStaleStands
	}
	for _, w := range x.Waters {
		if _, err := db.Exec(ctx, tx, `INSERT INTO outlet_receiving (outlet_id, water, class) VALUES ($1, $2, $3)
			ON CONFLICT (outlet_id) DO UPDATE SET water = excluded.water, class = excluded.class`, w.OutletID, w.Water, w.Class); err != nil {
			return err
		}
	}
	return nil
}

// Weight is what a table of grades asks of an outlet and its enterprise, in one look.
type Weight struct {
	Kind      Kind
	Class     PermitClass
	Size      string
	Lists     []string
	Receiving string // class of the receiving water
}

// WeightOf reads it without asking a policy.
func WeightOf(ctx context.Context, tx *db.Tx, outletID string) (Weight, error) {
	return db.One(ctx, tx, func(s db.Scanner) (w Weight, err error) {
		var lists string
		err = s.Scan(&w.Kind, &w.Class, &w.Size, &lists, &w.Receiving)
		if lists != "" {
			w.Lists = strings.Split(lists, ",")
		}
		return w, err
	}, `SELECT o.kind, e.permit_class, COALESCE(s.size, ''), COALESCE(s.lists, ''), COALESCE(r.class, '') FROM outlet o JOIN enterprise e ON e.id = o.enterprise_id
		LEFT JOIN enterprise_standing s ON s.enterprise_id = e.id LEFT JOIN outlet_receiving r ON r.outlet_id = o.id WHERE o.id = $1`, outletID)
}
