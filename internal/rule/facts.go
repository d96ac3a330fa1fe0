package rule

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/factor"
	"github.com/qingshao/qingshao/internal/rule/sign"
)

// Facts is what is known of an outlet beside its official hours: what its meters
// say and what is on file about it. Each part may be empty.
type Facts struct {
	Production []HourValue // of its production units (生产用电), under the code of the meter
	Treatment  []HourValue // of its treatment units (治理用电)
	Marks      []Marked    // in force
	Stops      []sign.Interval
	Changes    []time.Time
	Settings   []time.Time
	Rain       []Rain
}

// Marked is a stretch that a mark covers. What was measured in it says nothing.
type Marked struct {
	sign.Interval
	Factors []string // none = all
	Flag    string   // of HJ 212; "" = values keep theirs, but nothing is held against them
}

// Rain is what fell in a stretch of time.
type Rain struct {
	sign.Interval
	Millimetres float64
}

// Known tells the facts about an outlet in from <= t < to.
type Known interface {
	FactsOf(ctx context.Context, outlet enterprise.Outlet, from, to time.Time) (Facts, error)
}

// The codes of the channels that are made of facts.
const (
	productionCode = "production"
	treatmentCode  = "treatment"
)

// scene is the outlet and its hours as the signs see them.
func scene(o enterprise.Outlet, limits []enterprise.Limit, values []HourValue, f *Facts, at time.Time) (*sign.Outlet, []sign.Slot) {
	s := subject(o, limits, values, at)
	s.Stops, s.Changes, s.Settings = f.Stops, f.Changes, f.Settings
	place := map[string]int{}
	for i := range s.Channels {
		place[s.Channels[i].Factor] = i
	}
	all := slices.Clone(values)
	for _, m := range []struct {
		code, name string
		role       sign.Role
		hours      []HourValue
	}{{productionCode, "生产用电", sign.Production, f.Production}, {treatmentCode, "治理设施用电", sign.Treatment, f.Treatment}} {
		if len(m.hours) == 0 {
			continue
		}
		unit, _ := factor.ByCode(m.hours[0].Factor)
		place[m.code] = len(s.Channels)
		s.Channels = append(s.Channels, sign.Plain(m.code, m.name, unit.Unit, m.role))
		for _, h := range m.hours {
			h.Factor = m.code
			all = append(all, h)
		}
	}
	all = f.marked(all, s.Channels)
	slices.SortStableFunc(all, func(a, b HourValue) int { return a.At.Compare(b.At) })
	hours := make([]sign.Hour, 0, len(all))
	for _, v := range all {
		flag := sign.Normal
		if v.Flag != "" {
			flag = v.Flag[0]
		}
		hours = append(hours, sign.Hour{Channel: place[v.Factor], At: v.At, Mean: v.Mean, Min: v.Min, Max: v.Max, Flag: flag})
	}
	slots := s.Slots(hours)
	for i := range slots {
		slots[i].Rain = f.rainAt(slots[i].At)
	}
	return s, slots
}

// marked lays marks over the hours: an hour that is exempt counts as marked
// though its value keeps its flag, and one without a value, as when a stopped
// outlet sends nothing, is marked and not missing.
func (f *Facts) marked(all []HourValue, channels []sign.Channel) []HourValue {
	type hour struct {
		factor string
		at     int64
	}
	there := map[hour]int{}
	for i, v := range all {
		there[hour{v.Factor, v.At.Unix()}] = i
	}
	for _, m := range f.Marks {
		flag := m.Flag
		if flag == "" {
			flag = exempt
		}
		for at := m.From.Truncate(time.Hour); at.Before(m.To); at = at.Add(time.Hour) {
			for _, c := range channels {
				if c.Factor == productionCode || c.Factor == treatmentCode || len(m.Factors) > 0 && !slices.Contains(m.Factors, c.Factor) {
					continue
				}
				i, ok := there[hour{c.Factor, at.Unix()}]
				switch {
				case !ok:
					there[hour{c.Factor, at.Unix()}] = len(all)
					all = append(all, HourValue{c.Factor, at, math.NaN(), math.NaN(), math.NaN(), flag})
				case m.Flag == "":
					all[i].Flag = exempt
					all[i].Mean, all[i].Min, all[i].Max = math.NaN(), math.NaN(), math.NaN() // beyond a limit or not, it is excused
				}
			}
		}
	}
	return all
}

// exempt is the flag, none of HJ 212's, of hours that count for nothing.
const exempt = "e"

// rainAt is what fell in the hour, its share of what fell in a longer stretch;
// NaN where nobody knows.
func (f *Facts) rainAt(at time.Time) float64 {
	sum, known := 0.0, false
	for _, r := range f.Rain {
		if r.Holds(at) {
			sum, known = sum+r.Millimetres/max(1, r.To.Sub(r.From).Hours()), true
		}
	}
	if !known {
		return math.NaN()
	}
	return sum
}
