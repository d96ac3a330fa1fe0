package telemetry

import (
	"context"
	"fmt"
	"time"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/decimal"
)

const periodColumns = `outlet_id, factor, at, version, value, converted, min, max, total, count, due, flag, source, batch, reading, seq`

func (p Period) table() string {
	if p == Hour {
		return "hourly_value"
	}
	return "daily_value"
}

func scanPeriod(s db.Scanner) (PeriodValue, error) {
	var v PeriodValue
	var at int64
	var num [5]*float64
	err := s.Scan(&v.OutletID, &v.Factor, &at, &v.Version, &num[0], &num[1], &num[2], &num[3], &num[4], &v.Count, &v.Due, &v.Flag, &v.Source, &v.Batch, &v.reading, &v.Seq)
	v.At = moment(at)
	for i, to := range []**decimal.Decimal{&v.Value, &v.Converted, &v.Min, &v.Max, &v.Total} {
		if num[i] != nil {
			if d, ok := decimal.FromFloat(*num[i]); ok {
				*to = &d
			}
		}
	}
	return v, err
}

func float(d *decimal.Decimal) *float64 {
	if d == nil {
		return nil
	}
	f := d.Float64()
	return &f
}

// writePeriods writes values that are new and returns how many were. What the
// station reports goes before what is computed, and a batch that was read before
// changes nothing, so that reading it again after a crash is harmless.
func writePeriods(ctx context.Context, tx *db.Tx, p Period, values []PeriodValue) (int, error) {
	fresh := make([]PeriodValue, 0, len(values))
	seen := make(map[periodKey]PeriodValue, len(values))
	for _, v := range values {
		k := periodKey{v.OutletID, v.Factor, v.At.UnixMicro()}
		old, again := seen[k]
		var err error
		if !again {
			old, err = db.One(ctx, tx, scanPeriod, `SELECT `+periodColumns+` FROM `+p.table()+`
				WHERE outlet_id = $1 AND factor = $2 AND at = $3 ORDER BY version DESC LIMIT 1`, v.OutletID, v.Factor, v.At.UnixMicro())
		}
		if err != nil && !db.IsMissing(err) {
			return 0, err
		}
		if err == nil && !v.follows(old) {
			continue
		}
		v.Version = old.Version + 1 // 0 when there is none
		seen[k] = v
		fresh = append(fresh, v)
	}
	if len(fresh) == 0 {
		return 0, nil
	}
	last, err := bump(ctx, tx, p.table(), int64(len(fresh)))
	if err != nil {
		return 0, err
	}
	for i, v := range fresh {
		v.Seq = last - int64(len(fresh)) + int64(i) + 1
		_, err := db.Exec(ctx, tx, `INSERT INTO `+p.table()+` (`+periodColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
			v.OutletID, v.Factor, v.At.UnixMicro(), v.Version, float(v.Value), float(v.Converted), float(v.Min), float(v.Max), float(v.Total),
			v.Count, v.Due, v.Flag, v.Source, v.Batch, v.reading, v.Seq)
		if err != nil {
			return 0, err
		}
	}
	return len(fresh), nil
}

type periodKey struct {
	outlet, factor string
	at             int64
}

// follows reports whether v is a new version after old.
func (v PeriodValue) follows(old PeriodValue) bool {
	if old.Source == Reported && (v.Source != Reported || v.Batch < old.Batch || v.Batch == old.Batch && v.reading <= old.reading) {
		return false
	}
	same := func(a, b *decimal.Decimal) bool {
		x, y := float(a), float(b)
		return x == nil && y == nil || x != nil && y != nil && *x == *y
	}
	return v.Flag != old.Flag || v.Source != old.Source || v.Count != old.Count || v.Due != old.Due ||
		!same(v.Value, old.Value) || !same(v.Converted, old.Converted) || !same(v.Min, old.Min) || !same(v.Max, old.Max) || !same(v.Total, old.Total)
}

// PeriodsOf reads the newest versions of an outlet's official values of
// from <= t < to, by factor and time.
func PeriodsOf(ctx context.Context, tx *db.Tx, p Period, outletID string, from, to time.Time) ([]PeriodValue, error) {
	all, err := db.All(ctx, tx, scanPeriod, `SELECT `+periodColumns+` FROM `+p.table()+`
		WHERE outlet_id = $1 AND at >= $2 AND at < $3 ORDER BY factor, at, version`, outletID, from.UnixMicro(), to.UnixMicro())
	return newest(all), err
}

// newest keeps the last of several versions that stand together.
func newest(all []PeriodValue) []PeriodValue {
	out := all[:0]
	for i, v := range all {
		if i+1 < len(all) && all[i+1].Factor == v.Factor && all[i+1].At.Equal(v.At) {
			continue
		}
		out = append(out, v)
	}
	return out
}

// PeriodVersions reads every version of one official value, oldest first.
func PeriodVersions(ctx context.Context, tx *db.Tx, p Period, outletID, factor string, at time.Time) ([]PeriodValue, error) {
	return db.All(ctx, tx, scanPeriod, `SELECT `+periodColumns+` FROM `+p.table()+`
		WHERE outlet_id = $1 AND factor = $2 AND at = $3 ORDER BY version`, outletID, factor, at.UnixMicro())
}

// HoursSince reads the changes of hourly values behind a cursor, in order, for
// rules: the next cursor is the Seq of the last. Superseded versions are among
// them.
func HoursSince(ctx context.Context, tx *db.Tx, after int64, limit int) ([]PeriodValue, error) {
	return periodsSince(ctx, tx, Hour, after, limit)
}

// DaysSince is HoursSince for daily values.
func DaysSince(ctx context.Context, tx *db.Tx, after int64, limit int) ([]PeriodValue, error) {
	return periodsSince(ctx, tx, Day, after, limit)
}

func periodsSince(ctx context.Context, tx *db.Tx, p Period, after int64, limit int) ([]PeriodValue, error) {
	return db.All(ctx, tx, scanPeriod, `SELECT `+periodColumns+` FROM `+p.table()+` WHERE seq > $1 ORDER BY seq LIMIT $2`, after, limit)
}

// due is a period of an outlet that waits to be computed.
type due struct {
	period Period
	outlet string
	at     int64
}

// enqueueDue notes periods to be computed at run, or later when they are noted
// already.
func enqueueDue(ctx context.Context, tx *db.Tx, d due, run, batch int64) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO value_due (period, outlet_id, at, run_at, batch) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (period, outlet_id, at) DO UPDATE SET batch = excluded.batch, run_at = CASE WHEN value_due.run_at > excluded.run_at THEN value_due.run_at ELSE excluded.run_at END`,
		string(d.period), d.outlet, d.at, run, batch)
	return err
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

func finishDue(ctx context.Context, tx *db.Tx, r dueRow) error {
	_, err := db.Exec(ctx, tx, `DELETE FROM value_due WHERE period = $1 AND outlet_id = $2 AND at = $3 AND batch = $4`, string(r.period), r.outlet, r.at, r.batch)
	return err
}
