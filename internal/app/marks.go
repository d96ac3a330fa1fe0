package app

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/consult"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/discover/telemetry"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/filing"
	"github.com/qingshao/qingshao/internal/mark"
)

// mark builds the marks on the official values and what is on file; files and notices come first.
func (a *App) mark() {
	a.marks = mark.NewService(mark.Deps{DB: a.db, Auth: a.policy, Prefix: a.place.Prefix + "-B", Values: marked{a.digest}, Files: a.files, Notify: a.notify, Timeline: a.timeline})
	a.marks.Jobs(a.jobs)
	a.files.Guard(mark.Machine.Kind, a.marks.See)
	a.consults = consult.New(consult.Deps{DB: a.db, Auth: a.policy, Prefix: a.place.Prefix + "-Z", Files: a.files, Notify: a.notify, Timeline: a.timeline})
	a.files.Guard(consult.Machine.Kind, a.consults.See)
	a.filings = filing.New(filing.Deps{DB: a.db, Auth: a.policy, Prefix: a.place.Prefix + "-F", Notify: a.notify, Timeline: a.timeline})
}

// marked offers the official values to marks, judged by the limits of the hour.
type marked struct{ digest *telemetry.Digest }

// Recompute has the hours made again.
func (v marked) Recompute(ctx context.Context, tx *db.Tx, outletID string, from, to time.Time) error {
	return v.digest.Recompute(ctx, tx, outletID, from, to)
}

// Hours tells the hours as they are, and which numbers are beyond the limit for
// them, whatever their flag says.
func (v marked) Hours(ctx context.Context, tx *db.Tx, outletID string, from, to time.Time) ([]mark.Hour, error) {
	list, err := telemetry.PeriodsOf(ctx, tx, telemetry.Hour, outletID, from, to)
	if err != nil {
		return nil, err
	}
	limits, err := enterprise.LimitsOf(ctx, tx, outletID)
	out := make([]mark.Hour, 0, len(list))
	for _, p := range list {
		h := mark.Hour{Factor: p.Factor, At: p.At, Flag: p.Flag, Valid: p.Valid()}
		if p.Value != nil {
			f := p.Value.Float64()
			h.Value = &f
		}
		if n, ok := p.Number(); ok {
			l, _ := enterprise.LimitAt(limits, p.Factor, enterprise.Hour, p.At)
			h.Exceeds = l.Upper != nil && n.Cmp(*l.Upper) > 0 || l.Lower != nil && n.Cmp(*l.Lower) < 0
		}
		out = append(out, h)
	}
	return out, err
}
