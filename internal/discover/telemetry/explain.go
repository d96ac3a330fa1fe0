package telemetry

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/factor"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/mark"
	"github.com/qingshao/qingshao/internal/official"
)

// Part is one reading that an hour is made of.
type Part struct {
	At        time.Time
	Value     decimal.Decimal
	Converted *decimal.Decimal
	Flag      string
	Valid     bool // as sent: normal, not saturated, not negative
	Marked    bool // taken away by a mark
}

// Explanation is what stands behind one official value.
type Explanation struct {
	Value    PeriodValue
	Versions []PeriodValue // all of them, oldest first
	Rules    official.Rules
	Marks    []mark.Mark // that the newest version was made with
	Norm     *Norm       // setting that held
	Step     time.Duration
	Parts    []Part        // of an hour: what was received in it
	PartsOf  string        // FromMinute or FromRealtime
	Beside   []PeriodValue // of an hour: oxygen and flow; of a day: the hours of flow
	Hours    []PeriodValue // of a day
}

// Official reads the official values of an outlet in from <= t < to within the
// actor's reach, newest versions, by factor and time. No factors mean all.
func (g *Digest) Official(ctx context.Context, p auth.Policy, actor auth.Actor, period Period, outletID string, factors []string, from, to time.Time) (out []PeriodValue, err error) {
	most := 32 * 24 * time.Hour
	if period == Day {
		most = 400 * 24 * time.Hour
	}
	switch {
	case !from.Before(to):
		return nil, fault.Invalidf("结束时间应晚于开始时间").With("to", "应晚于开始时间")
	case to.Sub(from) > most:
		return nil, fault.Invalidf("一次最多查询 %d 天，请缩短时间范围", most/(24*time.Hour)).With("from", "时间范围过长")
	}
	err = g.s.d.Read(ctx, func(tx *db.Tx) error {
		if _, err := seenOutlet(ctx, tx, p, actor, outletID); err != nil {
			return err
		}
		all, err := PeriodsOf(ctx, tx, period, outletID, from, to)
		for _, v := range all {
			if len(factors) == 0 || contains(factors, v.Factor) {
				out = append(out, v)
			}
		}
		return err
	})
	return out, err
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

func seenOutlet(ctx context.Context, tx *db.Tx, p auth.Policy, actor auth.Actor, id string) (enterprise.Outlet, error) {
	o, err := enterprise.OutletByID(ctx, tx, id)
	if err == nil && !p.Can(actor, auth.TelemetryRead, o.Scope()) {
		err = fault.NotFoundf("没有这个排放口，可能已被移出或不在您的管辖范围内")
	}
	return o, err
}

// Explain opens what stands behind an official value: its versions, the readings
// or hours, flags, marks, the setting and the version of the rules.
func (g *Digest) Explain(ctx context.Context, p auth.Policy, actor auth.Actor, period Period, outletID, code string, at time.Time) (e Explanation, err error) {
	at = period.Start(at)
	err = g.s.d.Read(ctx, func(tx *db.Tx) error {
		o, err := seenOutlet(ctx, tx, p, actor, outletID)
		if err != nil {
			return err
		}
		if e.Versions, err = PeriodVersions(ctx, tx, period, outletID, code, at); err != nil {
			return err
		}
		if len(e.Versions) == 0 {
			return fault.NotFoundf("这个时段没有该因子的法定均值；数据到齐后自动生成")
		}
		e.Value = e.Versions[len(e.Versions)-1]
		var ok bool
		if e.Rules, ok = official.ByID(e.Value.Rules); !ok {
			e.Rules = official.For(o.Kind, at)
		}
		with, err := settingsOf(ctx, tx, []string{outletID}, at, at.Add(period.Length()))
		if err != nil {
			return err
		}
		if n, ok := normAt(with.norms[outletID], at); ok {
			e.Norm = &n
		}
		for _, m := range with.marks[outletID] {
			if m.Covers(code) {
				e.Marks = append(e.Marks, m)
			}
		}
		hours, err := PeriodsOf(ctx, tx, Hour, outletID, at, at.Add(period.Length()))
		e.sort(period, o.Kind, code, hours)
		return err
	})
	if err != nil || period == Day {
		return e, err
	}
	err = g.parts(ctx, &e, outletID, code, at)
	return e, err
}

// sort lays the hours of the period beside the value: those that a day is made
// of, and the flow and oxygen that go into it.
func (e *Explanation) sort(period Period, kind enterprise.Kind, code string, hours []PeriodValue) {
	for _, h := range hours {
		switch {
		case h.Factor == code && period == Day:
			e.Hours = append(e.Hours, h)
		case h.Factor == code:
		case h.Factor == flowOf(kind), h.Factor == factor.Oxygen && period == Hour:
			e.Beside = append(e.Beside, h)
		}
	}
}

// parts reads what was received in an hour, as the computation reads it.
func (g *Digest) parts(ctx context.Context, e *Explanation, outletID, code string, at time.Time) error {
	rows := []dueRow{{due: due{Hour, outletID, at.UnixMicro()}}}
	found, err := g.samples(ctx, rows, at.UnixMicro(), at.Add(Hour.Length()).UnixMicro())
	if err != nil {
		return err
	}
	x := found[outletID][code]
	if x == nil {
		return nil
	}
	_, every := g.outletOf(outletID)
	list, source, step := x.chosen(every)
	e.PartsOf, e.Step = source, step
	s := setting{marks: e.Marks}
	taken := s.taken(code, at, at.Add(Hour.Length()))
	for _, p := range list {
		e.Parts = append(e.Parts, Part{At: moment(p.at), Value: p.value, Converted: p.converted, Flag: p.flag, Valid: p.valid,
			Marked: taken != nil && taken(p.at, p.at+step.Microseconds())})
	}
	return nil
}
