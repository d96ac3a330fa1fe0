package portal

import (
	"context"
	"math/big"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/permit"
)

// Load is what has left through an outlet this year beside what its permit
// allows in a year.
type Load struct {
	OutletID, OutletName string
	Factor               string
	Tonnes               decimal.Decimal // measured and filled in
	Permitted            decimal.Decimal // tonnes a year
	Share                decimal.Decimal // percent; 0 where nothing is permitted
	Open                 int             // lost hours that no rule fills: not counted
}

// Loads sums up the year for each pollutant with a permitted load, by outlet, of
// an enterprise, the reader's own when id is empty.
func (s *Service) Loads(ctx context.Context, actor auth.Actor, id string) (year int, out []Load, err error) {
	var outlets []enterprise.Outlet
	permits := map[string]permit.Permit{}
	var now time.Time
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		e, err := s.own(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		now = tx.Now.In(beijing)
		if outlets, err = enterprise.OutletsOf(ctx, tx, e.ID); err != nil {
			return err
		}
		for _, o := range outlets {
			if permits[o.ID], err = permit.Of(ctx, tx, o.ID); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, nil, err
	}
	for _, o := range outlets {
		for _, l := range permits[o.ID].Loads {
			x := Load{OutletID: o.ID, OutletName: o.Name, Factor: l.Factor, Permitted: l.Tonnes}
			known, err := s.sum(ctx, actor, &x, now)
			if err != nil {
				return 0, nil, err
			}
			if known {
				out = append(out, x)
			}
		}
	}
	return now.Year(), out, nil
}

// sum adds the quarters of the year; false for what is not measured as a mass.
func (s *Service) sum(ctx context.Context, actor auth.Actor, l *Load, now time.Time) (bool, error) {
	kg := new(big.Rat)
	for q := time.Date(now.Year(), 1, 1, 0, 0, 0, 0, beijing); !q.After(now); q = q.AddDate(0, 3, 0) {
		e, err := s.Live.Emission(ctx, s.Auth, actor, l.OutletID, l.Factor, q)
		if fault.Is(err, fault.Invalid) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		kg.Add(kg, e.Sum.Kg.Rat())
		kg.Add(kg, e.Sum.FilledKg.Rat())
		l.Open += e.Sum.Open
	}
	tonnes := kg.Quo(kg, big.NewRat(1000, 1))
	l.Tonnes, _ = decimal.FromRat(tonnes, 3)
	if l.Permitted.Mantissa > 0 {
		share := new(big.Rat).Quo(tonnes, l.Permitted.Rat())
		l.Share, _ = decimal.FromRat(share.Mul(share, big.NewRat(100, 1)), 1)
	}
	return true, nil
}
