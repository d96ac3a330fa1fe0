package telemetry

import (
	"math/big"
	"sort"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/factor"
	"github.com/qingshao/qingshao/internal/mark"
	"github.com/qingshao/qingshao/internal/official"
)

// setting is what an outlet's official values are made with besides its readings.
type setting struct {
	kind  enterprise.Kind
	norms []Norm // by ValidFrom
	marks []mark.Mark
}

// settings holds them by outlet.
type settings struct {
	norms map[string][]Norm
	marks map[string][]mark.Mark
}

func (s settings) of(outlet string, kind enterprise.Kind) setting {
	return setting{kind, s.norms[outlet], s.marks[outlet]}
}

// marked reports whether a mark touches from <= t < to.
func (s setting) marked(from, to time.Time) bool {
	for _, m := range s.marks {
		if m.Overlap(from, to) > 0 {
			return true
		}
	}
	return false
}

// finish completes the values of one outlet's hour, which stand together: what
// could not be converted is converted or guarded, concentrations of still water
// are no data, loads are added to calculated values, and marks are laid on top.
func (s setting) finish(values []PeriodValue) {
	by := map[string]*PeriodValue{}
	for i := range values {
		v := &values[i]
		if v.OwnFlag == "" {
			v.OwnFlag = v.Flag
		}
		by[v.Factor] = v
	}
	for i := range values {
		v := &values[i]
		r := rulesFor(s.kind, v.At.UnixMicro())
		v.Rules = r.ID
		if s.kind == enterprise.Gas {
			s.convert(r, v, by[factor.Oxygen])
		} else {
			still(v, by[factor.WaterFlow])
		}
		s.load(r, v, by[flowOf(s.kind)])
	}
	for i := range values {
		s.lay(&values[i])
	}
}

// convert gives the value at the reference oxygen of the outlet, where the station
// did not. What cannot be converted is not judged.
func (s setting) convert(r official.Rules, v, oxygen *PeriodValue) {
	n, ok := normAt(s.norms, v.At)
	if v.Converted != nil || !ok || n.Oxygen == nil || !concentration(v.Factor) || v.Value == nil {
		return
	}
	var o2 *decimal.Decimal
	if oxygen != nil && oxygen.OwnFlag == "N" {
		o2 = oxygen.Value
		if f, ok := oxygen.measured(); ok {
			o2 = &f.num
		}
	}
	c, _ := v.measured()
	x, guard := r.Convert(c.num, *n.Oxygen, o2)
	if v.Guard = guard; guard == "" {
		v.Converted, v.exactConv = rounded(x, c.digits+r.Keep)
		v.ConvertedHere = v.Converted != nil
	}
}

// still makes a concentration no data while no water flowed.
func still(v, flow *PeriodValue) {
	if flow == nil || flow.OwnFlag != "N" || v.OwnFlag != "N" || !concentration(v.Factor) {
		return
	}
	if isZero(first(flow.Total, flow.Value)) {
		v.Flag, v.OwnFlag, v.Guard = "F", "F", official.NoFlow
	}
}

// load adds the mass of the hour to a calculated value, from the concentration
// before conversion.
func (s setting) load(r official.Rules, v, flow *PeriodValue) {
	if v.Source == Reported || v.Total != nil || v.Value == nil || flow == nil || flow.Value == nil || v.OwnFlag != "N" || flow.OwnFlag != "N" {
		return
	}
	q, _ := flow.measured()
	volume := s.unit(v.At).Volume(q.num)
	var kg *big.Rat
	switch c, _ := v.measured(); {
	case v == flow:
		kg = volume
	case !concentration(v.Factor):
		return
	case !massUnit(v.Factor):
		return
	case s.kind == enterprise.Gas:
		kg = official.GasLoad(c.num, volume)
	default:
		kg = official.WaterLoad(c.num, volume)
	}
	if d, ok := decimal.FromRat(kg, 6); ok {
		v.Total = &d
	}
}

// massUnit reports whether a factor's concentration is in mg/m³ or mg/L, for which
// alone loads are calculated.
func massUnit(code string) bool {
	f, _ := factor.ByCode(code)
	return f.Unit == "mg/m³" || f.Unit == "mg/L"
}

// unit is the unit of flow at the time of the data.
func (s setting) unit(at time.Time) official.FlowUnit {
	if n, ok := normAt(s.norms, at); ok && n.FlowUnit != "" {
		return n.FlowUnit
	}
	if s.kind == enterprise.Gas {
		return official.PerSecond
	}
	return official.LitrePerSecond
}

// lay puts the marks on a value. Marks that make data invalid have already taken
// the samples away where there were any; a reported value stays as it is and
// loses its validity when too little of the hour is left.
func (s setting) lay(v *PeriodValue) {
	end := v.At.Add(time.Hour)
	var ids []string
	var most time.Duration
	var flag string
	for _, m := range s.marks {
		d := m.Overlap(v.At, end)
		if d == 0 || !m.Covers(v.Factor) {
			continue
		}
		ids = append(ids, string(m.ID))
		switch {
		case m.Effect == mark.Exempt:
			v.Exempt = true
		case d > most || d == most && m.Effect == mark.Stopped:
			most, flag = d, m.Flag
		}
	}
	if len(ids) == 0 {
		return
	}
	sort.Strings(ids)
	v.Marks = strings.Join(ids, ",")
	if flag == "" {
		return
	}
	r := rulesFor(s.kind, v.At.UnixMicro())
	left := time.Hour - s.blocked(v.Factor, v.At, end)
	if v.Flag != "N" && v.Guard != official.NoFlow || v.Source == Reported && (r.AllNormal || left < time.Duration(r.Minutes)*time.Minute) {
		v.Flag = flag
	}
}

// blocked is how much of from <= t < to is without valid data by the marks.
func (s setting) blocked(code string, from, to time.Time) time.Duration {
	var sum time.Duration
	for t := from; t.Before(to); t = t.Add(time.Minute) {
		for _, m := range s.marks {
			if m.Effect != mark.Exempt && m.Covers(code) && m.Overlap(t, t.Add(time.Minute)) > 0 {
				sum += time.Minute
				break
			}
		}
	}
	return sum
}

// taken gives the stretches that marks take away from the samples of a factor, nil
// when no mark touches the hour.
func (s setting) taken(code string, from, to time.Time) func(a, b int64) bool {
	var list []mark.Mark
	for _, m := range s.marks {
		if m.Effect != mark.Exempt && m.Covers(code) && m.Overlap(from, to) > 0 {
			list = append(list, m)
		}
	}
	if len(list) == 0 {
		return nil
	}
	return func(a, b int64) bool {
		for _, m := range list {
			if m.Overlap(moment(a), moment(b)) > 0 {
				return true
			}
		}
		return false
	}
}

// stoppedHours are the hours of a day that marks say the outlet stood still in,
// whole hours only, as bits. A mark of single factors stops nothing.
func stoppedHours(marks []mark.Mark, day time.Time) uint32 {
	var out uint32
	for h := range 24 {
		at := day.Add(time.Duration(h) * time.Hour)
		for _, m := range marks {
			if m.Effect == mark.Stopped && len(m.Factors) == 0 && m.Overlap(at, at.Add(time.Hour)) == time.Hour {
				out |= 1 << h
			}
		}
	}
	return out
}
