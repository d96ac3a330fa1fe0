package app

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/facility"
	"github.com/qingshao/qingshao/internal/filing"
	"github.com/qingshao/qingshao/internal/mark"
	"github.com/qingshao/qingshao/internal/rule"
	"github.com/qingshao/qingshao/internal/rule/sign"
)

// known tells the signs what other features know of an outlet.
type known struct{ db *db.DB }

// FactsOf gathers meters, marks and what is on file.
func (k known) FactsOf(ctx context.Context, o enterprise.Outlet, from, to time.Time) (f rule.Facts, err error) {
	err = k.db.Read(ctx, func(tx *db.Tx) error {
		production, treatment, err := facility.PowerOf(ctx, tx, o.EnterpriseID, o.ID, from, to)
		if err != nil {
			return err
		}
		f.Production, f.Treatment = power(production), power(treatment)
		marks, err := mark.InForceAt(ctx, tx, []string{o.ID}, from, to)
		for _, m := range marks {
			f.Marks = append(f.Marks, rule.Marked{Interval: sign.Interval{From: later(m.From, from), To: earlier(m.Until, to)}, Factors: m.Factors, Flag: m.Flag})
		}
		if err != nil {
			return err
		}
		filed, err := filing.InForce(ctx, tx, o.EnterpriseID, o.ID, from, to)
		for _, x := range filed {
			switch {
			case !x.Order():
				f.Changes = append(f.Changes, x.From)
			case x.Until.IsZero():
				f.Stops = append(f.Stops, sign.Interval{From: x.From, To: to})
			default:
				f.Stops = append(f.Stops, sign.Interval{From: x.From, To: x.Until})
			}
		}
		return err
	})
	return f, err
}

func power(hours []facility.Hour) []rule.HourValue {
	out := make([]rule.HourValue, 0, len(hours))
	for _, h := range hours {
		out = append(out, rule.HourValue{Factor: h.Factor, At: h.At, Mean: h.Mean, Min: h.Min, Max: h.Max})
	}
	return out
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
