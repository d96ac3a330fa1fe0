package telemetry

import (
	"math/big"
	"math/bits"
	"sort"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/factor"
	"github.com/qingshao/qingshao/internal/official"
)

// daysOf groups the hours of one day, which stand by factor, and computes each.
// stopped holds the hours that marks say the outlet stood still, as bits.
func daysOf(kind enterprise.Kind, p official.Policy, hours []PeriodValue, stopped uint32) []PeriodValue {
	by, order := map[string][]PeriodValue{}, []string{}
	for _, h := range hours {
		if by[h.Factor] == nil {
			order = append(order, h.Factor)
		}
		by[h.Factor] = append(by[h.Factor], h)
	}
	var out []PeriodValue
	for _, code := range order {
		out = append(out, dayOf(kind, p, code, by[code], by[flowOf(kind)], stopped))
	}
	return out
}

// dayOf computes the daily value of a factor from its hours, with the hourly
// flow beside it. Exempt hours are left out: a day is evidence, too.
//
// Waste water: concentrations are weighted by flow, hours without flow are
// neither due nor counted, pH is a range, and at least 75 % of the results due
// must be valid. Gas: plain mean of at least 20 valid hours, or of 75 % of those
// in operation.
func dayOf(kind enterprise.Kind, p official.Policy, code string, hours, flow []PeriodValue, stopped uint32) PeriodValue {
	r := official.For(kind, hours[0].At)
	v := PeriodValue{Factor: code, Source: FromHours, Flag: "N", Due: 24, Rules: r.ID, Marks: marksOf(hours)}
	volume := volumes(flow)
	var good []PeriodValue
	exempt, own := 0, 0
	for _, h := range hours {
		none := r.ByFlow && concentration(code) && isZero(volume[h.At.UnixMicro()])
		if h.Flag == "F" || none {
			stopped |= hourBit(h.At)
			continue
		}
		if h.OwnFlag == "N" || h.OwnFlag == "" && h.Valid() {
			own++
		}
		switch {
		case !h.Valid():
		case h.Exempt:
			exempt++
		default:
			good = append(good, h)
		}
	}
	v.Count = len(good)
	still := bits.OnesCount32(stopped)
	enough := func(n int) bool { return r.DayValid(p, n, still) }
	if r.ByFlow {
		if v.Due = waterDue(hours); v.Due == 24 {
			v.Due -= still
		} else {
			v.Due -= stillAmong(hours, volume, code)
		}
		enough = func(n int) bool { return r.Enough(n, v.Due) }
	} else if p.DayByOperating {
		v.Due = 24 - still
	}
	switch {
	case len(good) == 0 && exempt == 0 && own == 0 && stillAmong(hours, volume, code) == len(hours):
		v.Flag = "F" // nothing was discharged
	case !enough(v.Count + exempt):
		v.Flag = dayFlag(hours)
	}
	v.OwnFlag = "N"
	if !enough(own) {
		v.OwnFlag = "D"
	}
	v.Exempt = exempt > 0 && !enough(v.Count)
	if len(good) == 0 {
		good = hours // shown, not judged
	}
	v.figures(r, good)
	if m, digits := byFlow(r, code, good, volume); m != nil {
		v.Value, v.exact = rounded(m, digits+r.Keep)
	}
	if kind == enterprise.Gas && v.Converted == nil {
		v.Guard = guardOf(good)
	}
	return v
}

// figures makes the plain means, extremes and sums of a day.
func (v *PeriodValue) figures(r official.Rules, good []PeriodValue) {
	show := func(get func(PeriodValue) (figure, bool)) (shown, exact *decimal.Decimal) {
		m, digits := mean(good, get)
		if m == nil {
			return nil, nil
		}
		return rounded(m, digits+r.Keep)
	}
	v.Value, v.exact = show(PeriodValue.measured)
	v.Converted, v.exactConv = show(func(h PeriodValue) (figure, bool) { return precise(h.Converted, h.exactConv) })
	v.Min = extreme(good, -1, func(h PeriodValue) *decimal.Decimal { return first(h.Min, h.Value) })
	v.Max = extreme(good, +1, func(h PeriodValue) *decimal.Decimal { return first(h.Max, h.Value) })
	v.Total = sum(good, func(h PeriodValue) *decimal.Decimal { return h.Total })
}

func (v PeriodValue) measured() (figure, bool) { return precise(v.Value, v.exact) }

// byFlow is the mean weighted by the water that carried the concentration; nil
// where it does not apply or no flow was measured.
func byFlow(r official.Rules, code string, good []PeriodValue, volume map[int64]*decimal.Decimal) (*big.Rat, int8) {
	if !r.ByFlow || !concentration(code) {
		return nil, 0
	}
	return weighted(good, PeriodValue.measured, func(h PeriodValue) *decimal.Decimal { return volume[h.At.UnixMicro()] })
}

// volumes are the valid flows by hour: the total where there is one.
func volumes(flow []PeriodValue) map[int64]*decimal.Decimal {
	at := map[int64]*decimal.Decimal{}
	for _, q := range flow {
		if q.Flag == "N" || q.Flag == "F" {
			at[q.At.UnixMicro()] = first(q.Total, q.Value)
		}
	}
	return at
}

func isZero(d *decimal.Decimal) bool { return d != nil && d.Mantissa == 0 }

// stillAmong counts the hours in which nothing was discharged.
func stillAmong(hours []PeriodValue, volume map[int64]*decimal.Decimal, code string) int {
	n := 0
	for _, h := range hours {
		if h.Flag == "F" || concentration(code) && isZero(volume[h.At.UnixMicro()]) {
			n++
		}
	}
	return n
}

// dayFlag is the flag of a day that is not valid: what marks say of most of its
// invalid hours, else D.
func dayFlag(hours []PeriodValue) string {
	n := map[string]int{}
	for _, h := range hours {
		if h.Marks != "" && !h.Valid() && h.Flag != "F" {
			n[h.Flag]++
		}
	}
	best := ""
	for f, c := range n {
		if best == "" || c > n[best] || c == n[best] && f < best {
			best = f
		}
	}
	if best == "" {
		return "D"
	}
	return best
}

// guardOf is why most hours of a day could not be converted.
func guardOf(hours []PeriodValue) official.Guard {
	for _, h := range hours {
		if h.Guard != "" {
			return h.Guard
		}
	}
	return ""
}

// marksOf joins the ids of the marks of several hours, each once.
func marksOf(hours []PeriodValue) string {
	var ids []string
	seen := map[string]bool{}
	for _, h := range hours {
		for _, id := range strings.Split(h.Marks, ",") {
			if id != "" && !seen[id] {
				seen[id] = true
				ids = append(ids, id)
			}
		}
	}
	sort.Strings(ids)
	return strings.Join(ids, ",")
}

// hourBit is the place of an hour in its day, Beijing time.
func hourBit(at time.Time) uint32 { return 1 << uint(at.Sub(Day.Start(at))/time.Hour) }

// waterDue is how many results a day should have: 24, or 12 of an analyser that
// works every second hour.
func waterDue(hours []PeriodValue) int {
	if len(hours) < 2 || len(hours) > 12 {
		return 24
	}
	at := make([]int64, len(hours))
	for i, h := range hours {
		at[i] = h.At.Unix() / 3600
	}
	sort.Slice(at, func(i, j int) bool { return at[i] < at[j] })
	for i := 1; i < len(at); i++ {
		if (at[i]-at[0])%2 != 0 {
			return 24
		}
	}
	return 12
}

// flowOf is the factor of flow in a medium.
func flowOf(kind enterprise.Kind) string {
	if kind == enterprise.Gas {
		return factor.GasFlow
	}
	return factor.WaterFlow
}
