package ambient

import (
	"context"
	"math/big"
	"slices"
	"time"

	"github.com/qingshao/qingshao/internal/assess"
	"github.com/qingshao/qingshao/internal/assess/water"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
)

// waterID finds the item of water of a factor.
var waterID = func() map[string]string {
	m := map[string]string{}
	for _, i := range append(append([]water.Item{}, water.Items...), water.SourceItems()...) {
		m[factorOf(i)] = i.ID
	}
	return m
}()

// WaterValue is what a month of an item came to and what it came from.
type WaterValue struct {
	Item   Item
	Value  water.Value
	Manual *Manual    // a laboratory's result, else
	Days   []DayValue // the days of the monitor
}

// WaterMonth is the water of a station in a month, or the mean of a year's
// months.
type WaterMonth struct {
	Month  Month
	Target water.Class // 0 = no function is set
	Values []WaterValue
	water.Verdict
	Source  *water.Source       // of drinking-water sources
	Trophic *water.TrophicIndex // of lakes, nil when one of the five is missing
	Months  int                 // of a year: months with a value
}

// waterMonth assesses a month. What the monitor measured counts first; the
// laboratory's results stand for the items without.
func waterMonth(st Station, functions []Function, m Month, days map[string]*month, manual map[string]Manual) WaterMonth {
	out := WaterMonth{Month: m, Target: water.Class(ClassAt(functions, m.First()))}
	for _, item := range waterItems {
		v := WaterValue{Item: item}
		if d := days[item.Factor]; d != nil {
			v.Days = d.between(nil, m, m.First(), (m+1).First()-1)
		}
		var exact []*big.Rat
		for _, d := range v.Days {
			if d.Valid {
				exact = append(exact, d.Value)
			}
		}
		r, tested := manual[item.Factor]
		switch {
		case len(exact) > 0:
			v.Value = water.Value{Exact: assess.Mean(exact), N: len(exact)}
		case tested:
			v.Manual = &r
			v.Value = water.Mean([]water.Result{{Value: r.Value, Below: r.Below}})
		default:
			continue
		}
		out.Values = append(out.Values, v)
	}
	out.judge(st)
	return out
}

// judge classifies the values.
func (w *WaterMonth) judge(st Station) {
	s := water.Sample{Values: map[string]water.Value{}, Lake: st.Still, Target: w.Target}
	more := map[string]*big.Rat{}
	for _, v := range w.Values {
		if id, ok := waterID[v.Item.Factor]; ok {
			s.Values[id] = v.Value
		}
		more[v.Item.Factor] = v.Value.Exact
	}
	if len(s.Values) == 0 {
		return
	}
	w.Verdict = water.Judge(s)
	switch st.Kind {
	case Source:
		x := water.JudgeSource(s)
		w.Source = &x
	case Lake:
		if x, ok := water.TLI(water.Trophic{Chlorophyll: more["w01016"], TP: s.Values["tp"].Exact, TN: s.Values["tn"].Exact, Transparency: more["w01023"], CODMn: s.Values["codmn"].Exact}); ok {
			w.Trophic = &x
		}
	}
}

// yearOf is the mean of months, each counting once.
func yearOf(st Station, functions []Function, year int, months []WaterMonth) WaterMonth {
	out := WaterMonth{Month: MonthOf(year, time.January), Target: water.Class(ClassAt(functions, MonthOf(year, time.December).First()))}
	for _, item := range waterItems {
		var list []water.Value
		for _, m := range months {
			for _, v := range m.Values {
				if v.Item.Factor == item.Factor {
					list = append(list, v.Value)
				}
			}
		}
		if len(list) > 0 {
			out.Values = append(out.Values, WaterValue{Item: item, Value: water.MeanOf(list)})
		}
	}
	for _, m := range months {
		if len(m.Values) > 0 {
			out.Months++
		}
	}
	out.judge(st)
	return out
}

// waterBook are the days and results of stations.
type waterBook struct {
	days   map[int64]map[Month]map[string]*month
	manual map[int64]map[Month]map[string]Manual
}

func waterBookOf(ctx context.Context, tx *db.Tx, station int64, from, to Month) (waterBook, error) {
	b := waterBook{map[int64]map[Month]map[string]*month{}, map[int64]map[Month]map[string]Manual{}}
	rows, err := monthsOf(ctx, tx, station, from, to)
	if err != nil {
		return b, err
	}
	for i := range rows {
		x := &rows[i]
		if b.days[x.station] == nil {
			b.days[x.station] = map[Month]map[string]*month{}
		}
		if b.days[x.station][x.month] == nil {
			b.days[x.station][x.month] = map[string]*month{}
		}
		b.days[x.station][x.month][x.factor] = &x.days
	}
	results, err := manualOf(ctx, tx, station, from, to)
	for _, x := range results {
		if b.manual[x.station] == nil {
			b.manual[x.station] = map[Month]map[string]Manual{}
		}
		if b.manual[x.station][x.Month] == nil {
			b.manual[x.station][x.Month] = map[string]Manual{}
		}
		b.manual[x.station][x.Month][x.Factor] = x.Manual
	}
	return b, err
}

func (b waterBook) month(st Station, functions []Function, m Month) WaterMonth {
	return waterMonth(st, functions, m, b.days[st.Num][m], b.manual[st.Num][m])
}

// WaterMonths assesses the months of a station of water.
func (s *Service) WaterMonths(ctx context.Context, actor auth.Actor, id string, from, to Month) (out []WaterMonth, err error) {
	if err := span(from.First(), to.First(), maxDays); err != nil {
		return nil, err
	}
	err = s.read(ctx, actor, id, func(tx *db.Tx, st Station) error {
		functions, err := FunctionsOf(ctx, tx, id)
		if err != nil {
			return err
		}
		b, err := waterBookOf(ctx, tx, st.Num, from, to)
		if err != nil {
			return err
		}
		for m := from; m <= to; m++ {
			out = append(out, b.month(st, functions, m))
		}
		return nil
	})
	return out, err
}

// WaterYear assesses a year of a station of water by the mean of its months.
func (s *Service) WaterYear(ctx context.Context, actor auth.Actor, id string, year int) (out WaterMonth, months []WaterMonth, err error) {
	if months, err = s.WaterMonths(ctx, actor, id, MonthOf(year, time.January), MonthOf(year, time.December)); err != nil {
		return out, nil, err
	}
	st, functions, err := s.Get(ctx, actor, id)
	if err != nil {
		return out, nil, err
	}
	return yearOf(st, functions, year, months), months, nil
}

// UnitWater is the surface water of a unit in a month.
type UnitWater struct {
	Unit     string
	Month    Month
	Sections []SectionMonth
	water.River
}

// SectionMonth is one section in a month.
type SectionMonth struct {
	Station Station
	WaterMonth
}

// UnitsWater assesses the surface water of units by month, of the sections of the
// given levels (none = all) whose purpose it is; it asks no policy.
func UnitsWater(ctx context.Context, tx *db.Tx, unitOf func(area string) string, levels []string, from, to Month) ([]UnitWater, error) {
	stations, err := All(ctx, tx)
	if err != nil {
		return nil, err
	}
	functions, err := allFunctions(ctx, tx)
	if err != nil {
		return nil, err
	}
	b, err := waterBookOf(ctx, tx, 0, from, to)
	if err != nil {
		return nil, err
	}
	units := map[string][]Station{}
	var order []string
	for _, st := range stations {
		if u := unitOf(st.Area); st.Kind == Section && st.Purpose == "assess" && u != "" && (len(levels) == 0 || slices.Contains(levels, st.Level)) {
			if units[u] == nil {
				order = append(order, u)
			}
			units[u] = append(units[u], st)
		}
	}
	var out []UnitWater
	for _, u := range order {
		for m := from; m <= to; m++ {
			x := UnitWater{Unit: u, Month: m}
			var samples []water.Sample
			for _, st := range units[u] {
				if !st.StandsIn(m) {
					continue
				}
				w := b.month(st, functions[st.ID], m)
				x.Sections = append(x.Sections, SectionMonth{st, w})
				s := water.Sample{Values: map[string]water.Value{}, Target: w.Target}
				for _, v := range w.Values {
					if id, ok := waterID[v.Item.Factor]; ok {
						s.Values[id] = v.Value
					}
				}
				samples = append(samples, s)
			}
			if len(x.Sections) == 0 {
				continue
			}
			x.River = water.Basin(samples)
			out = append(out, x)
		}
	}
	return out, nil
}
