package telemetry

import (
	"math/big"
	"sort"
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/factor"
)

// Period is the length of an official value.
type Period string

// The periods of official values, judged by enterprise.Hour and enterprise.Day.
const (
	Hour Period = "hour"
	Day  Period = "day"
)

// Start is the beginning of the period that holds t: the hour, or midnight in
// Beijing.
func (p Period) Start(t time.Time) time.Time {
	b := t.In(hj212.Beijing)
	if p == Hour {
		return time.Date(b.Year(), b.Month(), b.Day(), b.Hour(), 0, 0, 0, hj212.Beijing)
	}
	return time.Date(b.Year(), b.Month(), b.Day(), 0, 0, 0, 0, hj212.Beijing)
}

// Length is an hour or a day; Beijing time has no summer time.
func (p Period) Length() time.Duration {
	if p == Hour {
		return time.Hour
	}
	return 24 * time.Hour
}

// Where an official value comes from. What the station itself reports (2061,
// 2031) goes before what we compute.
const (
	Reported     = "report"
	FromMinute   = "minute"
	FromRealtime = "realtime"
	FromHours    = "hour"
)

// PeriodValue is one official hourly or daily value of a factor at an outlet, in
// its newest version unless said otherwise. Numbers that are not known are nil.
type PeriodValue struct {
	OutletID  string
	Factor    string
	At        time.Time // start of the period
	Version   int64     // from 1; a correction is a new version
	Value     *decimal.Decimal
	Converted *decimal.Decimal // 折算
	Min, Max  *decimal.Decimal
	Total     *decimal.Decimal // Cou
	Count     int              // valid values that it is made of; 0 = as reported
	Due       int              // values expected; 0 = not known
	Flag      string           // N = valid
	Source    string
	Batch     int64 // batch of readings that caused it
	Seq       int64 // order of all changes, the cursor of HoursSince and DaysSince

	OutletKind string // gas, water, rain; filled in by HourlySince and DailySince

	reading int64 // version of the reading that reported it
}

// Valid reports whether limits may be judged on the value.
func (v PeriodValue) Valid() bool { return v.Flag == "N" }

// Judged is the number that limits are compared with: the converted one where
// there is one (gas), else the value itself.
func (v PeriodValue) Judged() (decimal.Decimal, bool) {
	switch {
	case v.Converted != nil:
		return *v.Converted, true
	case v.Value != nil:
		return *v.Value, true
	}
	return decimal.Decimal{}, false
}

// The share of the values due that must be valid (HJ 75-2017, HJ 212-2017 for
// gas; HJ 356-2019 for the water day), and the hours of a valid gas day
// (HJ 76-2017, GB 3095-style report rule).
const (
	sharePart    = 3
	shareWhole   = 4
	gasDayHours  = 20
	waterDayFull = 24
)

func enough(count, due int) bool { return count > 0 && count*shareWhole >= due*sharePart }

// reported makes the official value that a frame of 2061 or 2031 carries.
func reported(it Item) (v PeriodValue, ok bool) {
	get := func(m Measure) *decimal.Decimal {
		if d, ok := it.Get(m); ok {
			return &d
		}
		return nil
	}
	v = PeriodValue{Factor: it.Factor, Value: get(Avg), Converted: usable(get(ZsAvg)), Min: get(Min), Max: get(Max), Total: get(Cou), Flag: it.Flag, Source: Reported}
	if v.Value == nil {
		v.Value = get(Level)
	}
	if it.Valid() {
		v.Flag = "N"
	}
	return v, v.Value != nil || v.Total != nil
}

// usable drops the value that 2025 senders write where a conversion is
// impossible (O2 at or above 21 %): the largest of the field's type, such as
// 9999.99. Limits are never judged on it.
func usable(d *decimal.Decimal) *decimal.Decimal {
	if d != nil && saturated(*d) {
		return nil
	}
	return d
}

// saturated reports whether a number is the largest of its form: five or more
// nines with two decimals (999.99, 9999.99 …).
func saturated(d decimal.Decimal) bool {
	if d.Scale != 2 || d.Mantissa < 99999 {
		return false
	}
	for m := d.Mantissa; m > 0; m /= 10 {
		if m%10 != 9 {
			return false
		}
	}
	return true
}

// sample is one reading of a factor within an hour.
type sample struct {
	at        int64
	value     decimal.Decimal
	converted *decimal.Decimal
	min, max  *decimal.Decimal
	total     *decimal.Decimal
	flag      string
	valid     bool
}

// sampleOf takes the mean (minute data) or the realtime value of an item.
func sampleOf(it Item, at int64, value, converted Measure) (s sample, ok bool) {
	s = sample{at: at, flag: it.Flag, valid: it.Valid()}
	if s.value, ok = it.Get(value); !ok {
		return s, false
	}
	if saturated(s.value) {
		s.valid = false
	}
	opt := func(m Measure) *decimal.Decimal {
		if d, ok := it.Get(m); ok {
			return &d
		}
		return nil
	}
	s.converted = usable(opt(converted))
	if value == Avg {
		s.min, s.max, s.total = opt(Min), opt(Max), opt(Cou)
	}
	return s, true
}

// hourOf computes the hourly value of a factor from its samples, of which due
// were expected.
//
// Gas: at least 75 % of the values due make the hour N, else D. Waste water: one
// abnormal value makes the hour abnormal (HJ 212-2017); too few values make it D
// as well, since nothing says that the missing ones were normal.
func hourOf(kind enterprise.Kind, samples []sample, due int, source string) PeriodValue {
	due = max(due, len(samples))
	v := PeriodValue{Due: due, Source: source, Flag: "N"}
	var good []sample
	for _, s := range samples {
		if s.valid {
			good = append(good, s)
		}
	}
	v.Count = len(good)
	if kind != enterprise.Gas && v.Count < len(samples) {
		v.Flag = worst(samples)
	}
	if !enough(v.Count, due) && v.Flag == "N" {
		v.Flag = "D"
	}
	if len(good) == 0 {
		good = samples // shown, not judged
	}
	v.Value = mean(good, func(s sample) *decimal.Decimal { return &s.value })
	v.Converted = mean(good, func(s sample) *decimal.Decimal { return s.converted })
	v.Min = extreme(good, -1, func(s sample) *decimal.Decimal { return first(s.min, &s.value) })
	v.Max = extreme(good, +1, func(s sample) *decimal.Decimal { return first(s.max, &s.value) })
	v.Total = sum(good, func(s sample) *decimal.Decimal { return s.total })
	return v
}

func first(a, b *decimal.Decimal) *decimal.Decimal {
	if a != nil {
		return a
	}
	return b
}

// worst is the abnormal flag that occurs most often, D when it has no letter.
func worst(samples []sample) string {
	n := map[string]int{}
	for _, s := range samples {
		if !s.valid {
			n[s.flag]++
		}
	}
	best := ""
	for f, c := range n {
		if f != "" && f != "N" && (best == "" || c > n[best] || c == n[best] && f < best) {
			best = f
		}
	}
	if best == "" {
		return "D"
	}
	return best
}

// extraDigits is how many digits a mean keeps beyond its finest value; no
// standard prescribes a rounding before the comparison with the limit.
const extraDigits = 3

// mean is the plain mean of the numbers that are there, nil of none.
func mean[T any](list []T, get func(T) *decimal.Decimal) *decimal.Decimal {
	return weighted(list, get, nil)
}

// weighted is the mean weighted by w (nil = alike); entries without a number or
// with a weight of zero or less do not count.
func weighted[T any](list []T, get func(T) *decimal.Decimal, w func(T) *decimal.Decimal) *decimal.Decimal {
	total, weight := new(big.Rat), new(big.Rat)
	scale := int8(0)
	for _, x := range list {
		d := get(x)
		if d == nil {
			continue
		}
		k := big.NewRat(1, 1)
		if w != nil {
			q := w(x)
			if q == nil || q.Mantissa <= 0 {
				continue
			}
			k = q.Rat()
		}
		total.Add(total, new(big.Rat).Mul(d.Rat(), k))
		weight.Add(weight, k)
		scale = max(scale, d.Scale)
	}
	if weight.Sign() == 0 {
		return nil
	}
	d, ok := decimal.FromRat(total.Quo(total, weight), min(scale+extraDigits, 12))
	if !ok {
		return nil
	}
	return &d
}

func sum[T any](list []T, get func(T) *decimal.Decimal) *decimal.Decimal {
	total, scale, any := new(big.Rat), int8(0), false
	for _, x := range list {
		if d := get(x); d != nil {
			total.Add(total, d.Rat())
			scale, any = max(scale, d.Scale), true
		}
	}
	if !any {
		return nil
	}
	d, ok := decimal.FromRat(total, scale)
	if !ok {
		return nil
	}
	return &d
}

func extreme[T any](list []T, sign int, get func(T) *decimal.Decimal) *decimal.Decimal {
	var best *decimal.Decimal
	for _, x := range list {
		if d := get(x); d != nil && (best == nil || d.Cmp(*best) == sign) {
			best = d
		}
	}
	return best
}

// interval guesses the spacing of regular samples from the smallest gap between
// two of them; zero when there are fewer than two.
func interval(samples []sample) time.Duration {
	gap := int64(0)
	for i := 1; i < len(samples); i++ {
		if d := samples[i].at - samples[i-1].at; d > 0 && (gap == 0 || d < gap) {
			gap = d
		}
	}
	return time.Duration(gap) * time.Microsecond
}

// dayOf computes the daily value of a factor from its hours, with the hourly
// flow beside it.
//
// Waste water: concentrations are weighted by flow, hours without flow do not
// count, pH is a range, and at least 75 % of the results due must be valid. Gas:
// plain mean of at least 20 valid hours.
func dayOf(kind enterprise.Kind, code string, hours, flow []PeriodValue) PeriodValue {
	v := PeriodValue{Factor: code, Source: FromHours, Flag: "N", Due: waterDayFull}
	var good []PeriodValue
	for _, h := range hours {
		if h.Valid() {
			good = append(good, h)
		}
	}
	v.Count = len(good)
	if kind == enterprise.Gas {
		if v.Count < gasDayHours {
			v.Flag = "D"
		}
	} else {
		v.Due = waterDue(hours)
		if !enough(v.Count, v.Due) {
			v.Flag = "D"
		}
	}
	if len(good) == 0 {
		good = hours // shown, not judged
	}
	value := func(h PeriodValue) *decimal.Decimal { return h.Value }
	v.Value = mean(good, value)
	v.Converted = mean(good, func(h PeriodValue) *decimal.Decimal { return h.Converted })
	v.Min = extreme(good, -1, func(h PeriodValue) *decimal.Decimal { return first(h.Min, h.Value) })
	v.Max = extreme(good, +1, func(h PeriodValue) *decimal.Decimal { return first(h.Max, h.Value) })
	v.Total = sum(good, func(h PeriodValue) *decimal.Decimal { return h.Total })
	if kind != enterprise.Gas && byFlow(code) && len(flow) > 0 {
		at := map[int64]*decimal.Decimal{}
		for _, q := range flow {
			if q.Valid() {
				at[q.At.UnixMicro()] = first(q.Total, q.Value)
			}
		}
		w := weighted(good, value, func(h PeriodValue) *decimal.Decimal { return at[h.At.UnixMicro()] })
		switch {
		case w != nil:
			v.Value = w
		case still(flow):
			v.Flag = "F" // nothing was discharged
		}
	}
	return v
}

// byFlow reports whether a water factor is a concentration, which counts by the
// water that carried it.
func byFlow(code string) bool {
	f, ok := factor.ByCode(code)
	return ok && f.Medium == factor.Water && f.MassUnit != "" && code != factor.WaterFlow
}

func still(flow []PeriodValue) bool {
	for _, q := range flow {
		if n := first(q.Total, q.Value); n != nil && n.Mantissa > 0 {
			return false
		}
	}
	return true
}

// waterDue is how many results a day should have: 24, or 12 of an analyser that
// works every second hour.
func waterDue(hours []PeriodValue) int {
	if len(hours) == 0 || len(hours) > 12 {
		return waterDayFull
	}
	at := make([]int64, len(hours))
	for i, h := range hours {
		at[i] = h.At.Unix() / 3600
	}
	sort.Slice(at, func(i, j int) bool { return at[i] < at[j] })
	for i := 1; i < len(at); i++ {
		if (at[i]-at[0])%2 != 0 {
			return waterDayFull
		}
	}
	if len(at) < 2 {
		return waterDayFull
	}
	return waterDayFull / 2
}

// flowOf is the factor of flow in a medium.
func flowOf(kind enterprise.Kind) string {
	if kind == enterprise.Gas {
		return factor.GasFlow
	}
	return factor.WaterFlow
}
