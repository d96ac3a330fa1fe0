package telemetry

import (
	"context"
	"math/big"
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/official"
)

// Emission is what left through an outlet in a quarter: measured loads, and those
// that rules put in the place of lost hours. Nothing of it is stored; it follows
// from the official values and the marks as they are.
type Emission struct {
	From, To   time.Time // the quarter
	Rules      official.Substitutes
	Valid, Due int // hours; their share is the capture of the quarter (捕集率)
	Months     []EmissionMonth
	Runs       []LostRun
	Sum        EmissionSum
}

// Capture is the share of valid hours in those due, in percent with two digits
// (有效数据捕集率); false when nothing was due.
func (e Emission) Capture() (decimal.Decimal, bool) {
	if e.Due == 0 {
		return decimal.Decimal{}, false
	}
	return decimal.FromRat(big.NewRat(int64(e.Valid)*100, int64(e.Due)), 2)
}

// EmissionSum adds hours up. Open hours were lost and no rule fills them.
type EmissionSum struct {
	Due, Stopped, Valid, Filled, Open int
	Kg, FilledKg                      decimal.Decimal // measured; filled in
}

// EmissionMonth is one month with the statistics of its valid days.
type EmissionMonth struct {
	Month time.Time
	EmissionSum
	Days           int
	Mean, Max, P95 *decimal.Decimal
}

// LostRun is a run of lost hours and what filled it; without a method nothing did.
type LostRun struct {
	From, Until time.Time
	Hours       int
	Kg          decimal.Decimal // of the whole run
	Method      string
}

// lookback is how far before the quarter the values are read that its lost hours
// may be filled from.
const lookback = 200 * 24 * time.Hour

// Emission counts the quarter that holds at, of one factor at an outlet within
// the actor's reach.
func (g *Digest) Emission(ctx context.Context, p auth.Policy, actor auth.Actor, outletID, code string, at time.Time) (e Emission, err error) {
	b := at.In(hj212.Beijing)
	e.From = time.Date(b.Year(), (b.Month()-1)/3*3+1, 1, 0, 0, 0, 0, hj212.Beijing)
	e.To = e.From.AddDate(0, 3, 0)
	if !concentration(code) || !massUnit(code) {
		return e, fault.Invalidf("只有以质量浓度计的污染物计算排放量").With("factor", "请选择污染物")
	}
	var s setting
	var hours, flow, days []PeriodValue
	var first, now time.Time
	err = g.s.d.Read(ctx, func(tx *db.Tx) error {
		o, err := seenOutlet(ctx, tx, p, actor, outletID)
		if err != nil {
			return err
		}
		now = tx.Now.Add(-g.o.HourGrace)
		with, err := settingsOf(ctx, tx, []string{outletID}, e.From.Add(-lookback), e.To)
		if err != nil {
			return err
		}
		s = with.of(outletID, o.Kind)
		if first, err = firstHour(ctx, tx, outletID, code); err != nil {
			return err
		}
		if hours, err = factorHours(ctx, tx, Hour, outletID, code, e.From.Add(-lookback), e.To); err != nil {
			return err
		}
		if flow, err = factorHours(ctx, tx, Hour, outletID, flowOf(o.Kind), e.From.Add(-lookback), e.To); err != nil {
			return err
		}
		days, err = factorHours(ctx, tx, Day, outletID, code, e.From, e.To)
		return err
	})
	if err != nil {
		return e, err
	}
	e.Rules = official.SubstitutesFor(s.kind, e.From)
	if first.IsZero() {
		return e, nil
	}
	q := quarter{setting: s, first: hourNumber(first), from: hourNumber(e.From), to: min(hourNumber(e.To), hourNumber(now)), by: map[int64]PeriodValue{}, flow: map[int64]PeriodValue{}}
	for _, v := range hours {
		q.by[hourNumber(v.At)] = v
	}
	for _, v := range flow {
		q.flow[hourNumber(v.At)] = v
	}
	q.count(&e)
	e.statistics(days)
	return e, nil
}

func hourNumber(t time.Time) int64 { return t.Unix() / 3600 }

func hourTime(n int64) time.Time { return time.Unix(n*3600, 0).In(hj212.Beijing) }

// quarter is what the loads of a quarter are counted from, by hours since 1970.
type quarter struct {
	setting
	first, from, to int64
	by, flow        map[int64]PeriodValue
}

// stopped reports whether nothing was due in an hour.
func (q *quarter) stopped(h int64) bool {
	if v, ok := q.by[h]; ok && v.Flag == "F" {
		return true
	}
	return stoppedHours(q.marks, Day.Start(hourTime(h)))&hourBit(hourTime(h)) != 0
}

// load is the mass of an hour that is valid, nil when it was lost.
func (q *quarter) load(h int64) *decimal.Decimal {
	v, ok := q.by[h]
	if !ok || !v.Valid() {
		return nil
	}
	if v.Total != nil {
		return v.Total
	}
	c, known := v.measured()
	volume := q.volume(h)
	if !known || volume == nil {
		return nil
	}
	return q.mass(c.num, volume)
}

func (q *quarter) mass(c decimal.Decimal, volume *big.Rat) *decimal.Decimal {
	kg := official.WaterLoad(c, volume)
	if q.kind == enterprise.Gas {
		kg = official.GasLoad(c, volume)
	}
	d, ok := decimal.FromRat(kg, 6)
	if !ok {
		return nil
	}
	return &d
}

// volume is the m³ of an hour of valid flow.
func (q *quarter) volume(h int64) *big.Rat {
	v, ok := q.flow[h]
	switch {
	case !ok || !v.Valid():
		return nil
	case v.Total != nil:
		return v.Total.Rat()
	}
	f, known := v.measured()
	if !known {
		return nil
	}
	return q.unit(hourTime(h)).Volume(f.num)
}

// count makes the loads of the hours due, fills the lost ones and sums them up.
func (q *quarter) count(e *Emission) {
	var list []official.Load
	start := max(q.from, q.first)
	still := map[int64]int{} // stopped hours by month
	for h := start; h < q.to; h++ {
		if q.stopped(h) {
			still[monthHour(h)]++
			continue
		}
		l := official.Load{At: h, Kg: q.load(h)}
		e.Due++
		if l.Kg != nil {
			e.Valid++
		}
		list = append(list, l)
	}
	lost := make([]bool, len(list))
	for i, l := range list {
		lost[i] = l.Kg == nil
	}
	if q.kind == enterprise.Gas {
		list = e.Rules.Gas(q.before(), list, e.Valid, e.Due)
	} else {
		q.fillWater(list)
	}
	q.sum(e, list, still)
	e.Runs = runsOf(list, lost)
}

// before is the valid loads before the quarter, oldest first.
func (q *quarter) before() (out []decimal.Decimal) {
	for h := max(q.first, q.from-int64(lookback/time.Hour)); h < q.from; h++ {
		if kg := q.load(h); kg != nil {
			out = append(out, *kg)
		}
	}
	return out
}

// fillWater fills lost hours from the stretch before: concentration and flow each.
func (q *quarter) fillWater(list []official.Load) {
	var conc, volume []*decimal.Decimal
	place := map[int64]int{}
	for h := max(q.first, q.from-int64(lookback/time.Hour)); h < q.to; h++ {
		if q.stopped(h) {
			continue
		}
		place[h] = len(conc)
		var c, w *decimal.Decimal
		if v, ok := q.by[h]; ok && v.Valid() {
			c = v.Value
		}
		if m := q.volume(h); m != nil {
			if d, ok := decimal.FromRat(m, 3); ok {
				w = &d
			}
		}
		conc, volume = append(conc, c), append(volume, w)
	}
	cs, ws := official.SubstituteWater(conc, 3), official.SubstituteWater(volume, 3)
	at := func(known []*decimal.Decimal, filled map[int]decimal.Decimal, i int) *decimal.Decimal {
		if known[i] != nil {
			return known[i]
		}
		if d, ok := filled[i]; ok {
			return &d
		}
		return nil
	}
	for i := range list {
		if list[i].Kg != nil {
			continue
		}
		n := place[list[i].At]
		c, w := at(conc, cs, n), at(volume, ws, n)
		if c == nil || w == nil {
			continue
		}
		list[i].Kg, list[i].Substituted, list[i].Method = q.mass(*c, w.Rat()), true, "前等长时段的算术平均值"
	}
}

// monthHour is the first hour of the month that holds an hour.
func monthHour(h int64) int64 {
	t := hourTime(h)
	return hourNumber(time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, hj212.Beijing))
}

func (q *quarter) sum(e *Emission, list []official.Load, still map[int64]int) {
	by := map[int64]*EmissionMonth{}
	for m := e.From; m.Before(e.To); m = m.AddDate(0, 1, 0) {
		e.Months = append(e.Months, EmissionMonth{Month: m})
	}
	for i := range e.Months {
		by[hourNumber(e.Months[i].Month)] = &e.Months[i]
	}
	for m, n := range still {
		by[m].Stopped += n
		e.Sum.Stopped += n
	}
	for _, l := range list {
		by[monthHour(l.At)].add(l)
		e.Sum.add(l)
	}
}

func (s *EmissionSum) add(l official.Load) {
	s.Due++
	switch {
	case l.Kg == nil:
		s.Open++
	case l.Substituted:
		s.Filled++
		s.FilledKg = plus(s.FilledKg, *l.Kg)
	default:
		s.Valid++
		s.Kg = plus(s.Kg, *l.Kg)
	}
}

func plus(a, b decimal.Decimal) decimal.Decimal {
	d, ok := decimal.FromRat(new(big.Rat).Add(a.Rat(), b.Rat()), max(a.Scale, b.Scale))
	if !ok {
		return a
	}
	return d
}

// runsOf lists the runs of lost hours.
func runsOf(list []official.Load, lost []bool) (out []LostRun) {
	for i, l := range list {
		if !lost[i] {
			continue
		}
		last := len(out) - 1
		if i > 0 && lost[i-1] && out[last].Method == l.Method && hourNumber(out[last].Until) == l.At {
			out[last].Until, out[last].Hours = hourTime(l.At+1), out[last].Hours+1
		} else {
			out = append(out, LostRun{From: hourTime(l.At), Until: hourTime(l.At + 1), Hours: 1, Method: l.Method})
			last++
		}
		if l.Kg != nil {
			out[last].Kg = plus(out[last].Kg, *l.Kg)
		}
	}
	return out
}

// statistics adds what the valid days of each month show.
func (e *Emission) statistics(days []PeriodValue) {
	for i := range e.Months {
		m := &e.Months[i]
		var numbers []decimal.Decimal
		for _, d := range days {
			n, ok := d.Judged()
			if ok && d.Valid() && !d.At.Before(m.Month) && d.At.Before(m.Month.AddDate(0, 1, 0)) {
				numbers = append(numbers, n)
			}
		}
		m.Days = len(numbers)
		shown := func(r *big.Rat, digits int8) *decimal.Decimal {
			d, ok := decimal.FromRat(r, digits)
			if !ok {
				return nil
			}
			return &d
		}
		if mean, digits := mean(numbers, func(d decimal.Decimal) (figure, bool) { return plain(&d) }); mean != nil {
			m.Mean = shown(mean, min(digits+1, 6))
		}
		m.Max = extreme(numbers, +1, func(d decimal.Decimal) *decimal.Decimal { return &d })
		if r, ok := official.Percentile(numbers, 95); ok {
			m.P95 = shown(r, 3)
		}
	}
}
