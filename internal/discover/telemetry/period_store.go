package telemetry

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/decimal"
)

const periodColumns = `outlet_id, factor, at, version, value, converted, min, max, total, count, due, flag, source, batch, reading, seq,
	exact, exact_converted, own_flag, guard, marks, exempt, rules, cause, made_at, converted_here`

func (p Period) table() string {
	if p == Hour {
		return "hourly_value"
	}
	return "daily_value"
}

func scanPeriod(s db.Scanner) (PeriodValue, error) {
	var v PeriodValue
	var at, made int64
	var num [7]*float64
	err := s.Scan(&v.OutletID, &v.Factor, &at, &v.Version, &num[0], &num[1], &num[2], &num[3], &num[4], &v.Count, &v.Due, &v.Flag, &v.Source, &v.Batch, &v.reading, &v.Seq,
		&num[5], &num[6], &v.OwnFlag, &v.Guard, &v.Marks, &v.Exempt, &v.Rules, &v.Cause, &made, &v.ConvertedHere)
	v.At = moment(at)
	if made > 0 {
		v.MadeAt = moment(made)
	}
	if v.OwnFlag == "" {
		v.OwnFlag = v.Flag // made before marks were known
	}
	for i, to := range []**decimal.Decimal{&v.Value, &v.Converted, &v.Min, &v.Max, &v.Total, &v.exact, &v.exactConv} {
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

// writePeriods writes values that are new and returns them. What the station
// reports goes before what is computed, and a batch that was read before changes
// nothing, so that reading it again after a crash is harmless.
func writePeriods(ctx context.Context, tx *db.Tx, p Period, values []PeriodValue) ([]PeriodValue, error) {
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
			return nil, err
		}
		v.Cause = CauseFirst
		if err == nil {
			if !v.follows(old) {
				continue
			}
			v.Cause = v.because(old)
		}
		v.Version, v.MadeAt = old.Version+1, tx.Now // 0 when there is none
		seen[k] = v
		fresh = append(fresh, v)
	}
	if len(fresh) == 0 {
		return nil, nil
	}
	last, err := bump(ctx, tx, p.table(), int64(len(fresh)))
	if err != nil {
		return nil, err
	}
	for i := range fresh {
		v := &fresh[i]
		v.Seq = last - int64(len(fresh)) + int64(i) + 1
		_, err := db.Exec(ctx, tx, `INSERT INTO `+p.table()+` (`+periodColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,
			$17, $18, $19, $20, $21, $22, $23, $24, $25, $26)`,
			v.OutletID, v.Factor, v.At.UnixMicro(), v.Version, float(v.Value), float(v.Converted), float(v.Min), float(v.Max), float(v.Total),
			v.Count, v.Due, v.Flag, v.Source, v.Batch, v.reading, v.Seq,
			float(v.exact), float(v.exactConv), v.OwnFlag, string(v.Guard), v.Marks, v.Exempt, v.Rules, v.Cause, v.MadeAt.UnixMicro(), v.ConvertedHere)
		if err != nil {
			return nil, err
		}
	}
	if p == Hour {
		err = tallyHours(ctx, tx, fresh)
	}
	return fresh, err
}

type periodKey struct {
	outlet, factor string
	at             int64
}

// follows reports whether v is a new version after old.
func (v PeriodValue) follows(old PeriodValue) bool {
	heard := old.Source == Reported || old.reading > 0 // a marked day is computed in place of a report
	switch {
	case v.again:
	case v.Source == Reported && heard && (v.Batch < old.Batch || v.Batch == old.Batch && v.reading <= old.reading):
		return false
	case v.Source != Reported && old.Source == Reported:
		return false
	}
	return v.Flag != old.Flag || v.Source != old.Source || v.Count != old.Count || v.Due != old.Due || v.Marks != old.Marks || v.Exempt != old.Exempt ||
		v.Guard != old.Guard || old.Rules != "" && v.Rules != "" && v.Rules != old.Rules || !v.sameNumbers(old)
}

func (v PeriodValue) sameNumbers(old PeriodValue) bool {
	same := func(a, b *decimal.Decimal) bool {
		x, y := float(a), float(b)
		return x == nil && y == nil || x != nil && y != nil && *x == *y
	}
	return same(v.Value, old.Value) && same(v.Converted, old.Converted) && same(v.Min, old.Min) && same(v.Max, old.Max) && same(v.Total, old.Total)
}

// because is why v comes after old.
func (v PeriodValue) because(old PeriodValue) string {
	switch {
	case v.Source == Reported && !v.again:
		return CauseReported
	case v.Marks != old.Marks || v.Exempt != old.Exempt:
		return CauseMark
	case v.Guard != old.Guard || v.Rules != old.Rules || v.ConvertedHere != old.ConvertedHere:
		return CauseRules
	}
	return CauseData
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

// standing reads the newest versions of several outlets' values of
// from <= t < to, by outlet, each by factor and time.
func standing(ctx context.Context, tx *db.Tx, p Period, outlets []string, from, to time.Time) (map[string][]PeriodValue, error) {
	var f db.Filter
	f.Add("at >= ? AND at < ?", from.UnixMicro(), to.UnixMicro())
	f.In("outlet_id", outlets)
	all, err := db.All(ctx, tx, scanPeriod, `SELECT `+periodColumns+` FROM `+p.table()+` WHERE `+f.Where()+` ORDER BY outlet_id, factor, at, version`, f.Args...)
	out := map[string][]PeriodValue{}
	for i, v := range all {
		if n := i + 1; n < len(all) && all[n].OutletID == v.OutletID && all[n].Factor == v.Factor && all[n].At.Equal(v.At) {
			continue
		}
		out[v.OutletID] = append(out[v.OutletID], v)
	}
	return out, err
}

// reportsOf reads what the outlets' stations themselves said last of the periods
// that begin at a time, by outlet.
func reportsOf(ctx context.Context, tx *db.Tx, p Period, outlets []string, at time.Time) (map[string][]PeriodValue, error) {
	var f db.Filter
	f.Add("at = ? AND source = ?", at.UnixMicro(), Reported)
	f.In("outlet_id", outlets)
	all, err := db.All(ctx, tx, scanPeriod, `SELECT `+periodColumns+` FROM `+p.table()+` WHERE `+f.Where()+` ORDER BY outlet_id, factor, version`, f.Args...)
	out := map[string][]PeriodValue{}
	for i, v := range all {
		if n := i + 1; n < len(all) && all[n].OutletID == v.OutletID && all[n].Factor == v.Factor {
			continue
		}
		out[v.OutletID] = append(out[v.OutletID], v)
	}
	return out, err
}

// factorHours reads the newest versions of one factor's values of from <= t < to,
// in order.
func factorHours(ctx context.Context, tx *db.Tx, p Period, outletID, factor string, from, to time.Time) ([]PeriodValue, error) {
	all, err := db.All(ctx, tx, scanPeriod, `SELECT `+periodColumns+` FROM `+p.table()+`
		WHERE outlet_id = $1 AND factor = $2 AND at >= $3 AND at < $4 ORDER BY at, version`, outletID, factor, from.UnixMicro(), to.UnixMicro())
	return newest(all), err
}

// firstHour is the first hour of a factor, of any when none is named, that ever
// came; zero when none did.
func firstHour(ctx context.Context, tx *db.Tx, outletID, factor string) (time.Time, error) {
	var f db.Filter
	f.Add("outlet_id = ?", outletID)
	if factor != "" {
		f.Add("factor = ?", factor)
	}
	at, err := db.One(ctx, tx, db.Value[int64], `SELECT COALESCE(MIN(at), 0) FROM hourly_value WHERE `+f.Where(), f.Args...)
	if err != nil || at == 0 {
		return time.Time{}, err
	}
	return moment(at), nil
}
