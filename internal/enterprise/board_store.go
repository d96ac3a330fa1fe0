package enterprise

import (
	"context"

	"github.com/qingshao/qingshao/internal/db"
)

// Monitored reads every outlet with all limits, for boards that keep them in
// memory and show many people their part of it. It asks no policy: the caller
// decides with each outlet's Scope who sees it.
func (s *Service) Monitored(ctx context.Context) (outlets []Outlet, limits map[string][]Limit, err error) {
	limits = map[string][]Limit{}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if outlets, err = db.All(ctx, tx, scanOutlet, `SELECT `+outletColumns+` FROM `+outletTables+` ORDER BY o.area, e.name, e.id, o.name, o.id`); err != nil {
			return err
		}
		all, err := AllLimits(ctx, tx)
		for _, l := range all {
			limits[l.OutletID] = append(limits[l.OutletID], l)
		}
		return err
	})
	return outlets, limits, err
}
