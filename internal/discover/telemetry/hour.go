package telemetry

import (
	"sort"
	"time"

	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/factor"
	"github.com/qingshao/qingshao/internal/official"
)

// sample is one reading of a factor within an hour.
type sample struct {
	at        int64
	value     decimal.Decimal
	converted *decimal.Decimal
	min, max  *decimal.Decimal
	total     *decimal.Decimal
	flag      string
	valid     bool
	largest   bool // the converted value said that none can be given
}

// sampleOf takes the mean (minute data) or the realtime value of an item.
// Negative concentrations and flows are no data.
func sampleOf(it Item, at int64, value, converted Measure) (s sample, ok bool) {
	s = sample{at: at, flag: it.Flag, valid: it.Valid()}
	if s.value, ok = it.Get(value); !ok {
		return s, false
	}
	if saturated(s.value) || s.value.Mantissa < 0 && neverNegative(it.Factor) {
		s.valid = false
	}
	opt := func(m Measure) *decimal.Decimal {
		if d, ok := it.Get(m); ok {
			return &d
		}
		return nil
	}
	s.converted = opt(converted)
	if s.largest = s.converted != nil && saturated(*s.converted); s.largest {
		s.converted = nil
	}
	if value == Avg {
		s.min, s.max, s.total = opt(Min), opt(Max), opt(Cou)
	}
	return s, true
}

// neverNegative reports whether a factor's values below zero are nonsense:
// concentrations, flows, oxygen, pH; pressures and temperatures are not.
func neverNegative(code string) bool {
	return concentration(code) || code == factor.WaterFlow || code == factor.GasFlow || code == factor.Oxygen || code == factor.PH
}

// concentration reports whether a factor is one of a mass in gas or water.
func concentration(code string) bool {
	f, ok := factor.ByCode(code)
	return ok && f.MassUnit != "" && code != factor.WaterFlow && code != factor.GasFlow
}

// hourSamples are the readings of one factor in one hour.
type hourSamples struct {
	minute, realtime map[int64]sample
}

// chosen prefers minute means to realtime values, and says how far apart they are
// due.
func (s *hourSamples) chosen(every int) (list []sample, source string, step time.Duration) {
	list, source, step = inOrder(s.minute), FromMinute, 10*time.Minute
	if len(list) == 0 {
		list, source, step = inOrder(s.realtime), FromRealtime, time.Duration(every)*time.Second
	} else if gap := interval(list); gap > 0 {
		step = min(step, gap)
	}
	return list, source, max(step, time.Second)
}

// hour makes the hour from what was chosen; marked says which stretches of
// the hour are marked as without valid data.
func (s *hourSamples) hour(r official.Rules, every int, marked func(from, to int64) bool) PeriodValue {
	list, source, step := s.chosen(every)
	v := hourOf(r, list, step, source)
	if marked == nil {
		v.OwnFlag = v.Flag
		return v
	}
	own, touched := v.Flag, false
	for i := range list {
		if marked(list[i].at, list[i].at+step.Microseconds()) {
			list[i].valid, touched = false, true
		}
	}
	if touched {
		v = hourOf(r, list, step, source)
	}
	v.OwnFlag = own
	return v
}

func inOrder(m map[int64]sample) []sample {
	out := make([]sample, 0, len(m))
	for _, s := range m {
		out = append(out, s)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].at < out[j].at })
	return out
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

// hourOf computes the hourly value of a factor from its samples, of which one is
// due every step.
//
// Gas: 45 valid minutes, or 75 % of the values due where they come less often,
// make the hour N, else D. Waste water: one abnormal value makes the hour
// abnormal; too few values make it D as well, since nothing says that the missing
// ones were normal.
func hourOf(r official.Rules, samples []sample, step time.Duration, source string) PeriodValue {
	due := max(1, int(time.Hour/step), len(samples))
	v := PeriodValue{Due: due, Source: source, Flag: "N", Rules: r.ID}
	var good []sample
	for _, s := range samples {
		if s.valid {
			good = append(good, s)
		}
	}
	v.Count = len(good)
	if r.Minutes > 0 && step < time.Minute {
		v.Count, v.Due = validMinutes(r, good, step), 60
	}
	if r.AllNormal && len(good) < len(samples) {
		v.Flag = worst(samples)
	}
	if !r.Enough(v.Count, v.Due) && v.Flag == "N" {
		v.Flag = "D"
	}
	if len(good) == 0 {
		good = samples // shown, not judged
	}
	show := func(get func(sample) (figure, bool)) (shown, exact *decimal.Decimal) {
		m, digits := mean(good, get)
		if m == nil {
			return nil, nil
		}
		return rounded(m, digits+r.Keep)
	}
	v.Value, v.exact = show(func(s sample) (figure, bool) { return plain(&s.value) })
	v.Converted, v.exactConv = show(func(s sample) (figure, bool) { return plain(s.converted) })
	for _, s := range good {
		if s.largest && v.Converted == nil {
			v.Guard = official.Largest
		}
	}
	v.Min = extreme(good, -1, func(s sample) *decimal.Decimal { return first(s.min, &s.value) })
	v.Max = extreme(good, +1, func(s sample) *decimal.Decimal { return first(s.max, &s.value) })
	v.Total = sum(good, func(s sample) *decimal.Decimal { return s.total })
	return v
}

// validMinutes counts the minutes that have enough of the values due in them.
func validMinutes(r official.Rules, good []sample, step time.Duration) int {
	n := map[int64]int{}
	for _, s := range good {
		n[s.at/60e6]++
	}
	minutes := 0
	for _, c := range n {
		if r.Enough(c, int(time.Minute/step)) {
			minutes++
		}
	}
	return minutes
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
		if f != "" && f != "N" && f != "n" && (best == "" || c > n[best] || c == n[best] && f < best) {
			best = f
		}
	}
	if best == "" {
		return "D"
	}
	return best
}

func rulesFor(k enterprise.Kind, at int64) official.Rules { return official.For(k, moment(at)) }
