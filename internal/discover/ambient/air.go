package ambient

import (
	"context"
	"math/big"
	"time"

	"github.com/qingshao/qingshao/internal/assess/air"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
)

// AirPeriod is what a month or a year of daily values comes to, by the rules of
// its days.
type AirPeriod struct {
	First Day
	Days  air.Days
	// Stats are the period's statistics: means, of CO the 95th and of O3 the 90th
	// percentile of the days.
	Stats   [6]air.Stat
	Indices []air.CompositeIndex // unweighted, weighted; none when an item is missing
	Valid   bool                 // every item has enough days
	// Good of Known days have an AQI of at most 100.
	Good, Known int
	Annual      []air.Compliance // of a whole year
	Meets       bool             // of a whole year: every item meets its limits
}

// periodOf assesses n days from a first one on.
func periodOf(first Day, days air.Days, reports []air.Report) AirPeriod {
	p := AirPeriod{First: first, Days: days, Valid: true}
	begin := first.Begin()
	for _, i := range air.Items {
		switch i {
		case air.CO:
			p.Stats[i] = air.Percentile(begin, i, days[i], 95)
		case air.O3:
			p.Stats[i] = air.Percentile(begin, i, days[i], 90)
		default:
			p.Stats[i] = air.Mean(begin, i, days[i])
		}
		p.Valid = p.Valid && p.Stats[i].Valid
	}
	v := air.PeriodValues(&days)
	for _, weighted := range []bool{false, true} {
		if by, ok := air.CompositeAt(begin, weighted); ok {
			if x, ok := by.Of(v); ok {
				p.Indices = append(p.Indices, x)
			}
		}
	}
	p.Good, p.Known, _ = air.GoodDays(reports)
	return p
}

// stationDays lays the computed days of months out in a row, from the first of
// from to the end of to; invalid days are nil.
func stationDays(rows []monthRow, from, to Month) map[int64]*air.Days {
	first := from.First()
	n := int((to + 1).First() - first)
	out := map[int64]*air.Days{}
	for i := range rows {
		x := &rows[i]
		item, basic := airItem[x.factor]
		if !basic {
			continue
		}
		d := out[x.station]
		if d == nil {
			d = &air.Days{}
			out[x.station] = d
		}
		if d[item] == nil {
			d[item] = newDays(n)
		}
		at := int(x.month.First() - first)
		for k := range x.month.Days() {
			if x.days[k].valid {
				d[item][at+k] = x.days[k].rat()
			}
		}
	}
	for _, d := range out {
		for i := range d {
			if d[i] == nil {
				d[i] = newDays(n)
			}
		}
	}
	return out
}

// dailyReports are the AQI of days laid out in a row; days without a value are
// not known.
func dailyReports(first Day, days *air.Days) []air.Report {
	out := make([]air.Report, len(days[0]))
	for d := range out {
		var v air.Values
		some := false
		for i := range v {
			v[i] = days[i][d]
			some = some || v[i] != nil
		}
		if some {
			out[d] = air.Daily((first + Day(d)).Begin(), v, air.Extra{SO2Day: v[air.SO2]})
		}
	}
	return out
}

// AirMonths assesses the months of an air station.
func (s *Service) AirMonths(ctx context.Context, actor auth.Actor, id string, from, to Month) (out []AirPeriod, err error) {
	if err := span(from.First(), to.First(), maxDays); err != nil {
		return nil, err
	}
	err = s.read(ctx, actor, id, func(tx *db.Tx, st Station) error {
		rows, err := monthsOf(ctx, tx, st.Num, from, to)
		if err != nil {
			return err
		}
		all := stationDays(rows, from, to)[st.Num]
		if all == nil {
			return nil
		}
		for m := from; m <= to; m++ {
			days := all.Between(int(m.First()-from.First()), m.Days())
			out = append(out, periodOf(m.First(), days, dailyReports(m.First(), &days)))
		}
		return nil
	})
	return out, err
}

// AirYear assesses a year of an air station; of a year that is not over, its
// days so far.
func (s *Service) AirYear(ctx context.Context, actor auth.Actor, id string, year int) (p AirPeriod, err error) {
	err = s.read(ctx, actor, id, func(tx *db.Tx, st Station) error {
		functions, err := FunctionsOf(ctx, tx, id)
		if err != nil {
			return err
		}
		from, to := MonthOf(year, time.January), MonthOf(year, time.December)
		rows, err := monthsOf(ctx, tx, st.Num, from, to)
		if err != nil {
			return err
		}
		all := stationDays(rows, from, to)[st.Num]
		if all == nil {
			return nil
		}
		p = periodOf(from.First(), *all, dailyReports(from.First(), all))
		list, meets, _ := air.Annual(year, all, airClass(ClassAt(functions, to.First()+30)))
		p.Annual, p.Meets = list[:], meets
		return nil
	})
	return p, err
}

// UnitAir is the air of a unit in a month: the mean of its stations' days, three
// in four of them at least.
type UnitAir struct {
	Unit     string
	Month    Month
	Stations []string // ids of those that count
	AirPeriod
}

// Index is the published composite index; false when an item has no value.
func (u UnitAir) Index(weighted bool) (air.CompositeIndex, bool) {
	for _, x := range u.Indices {
		if x.By.Weighted == weighted {
			return x, true
		}
	}
	return air.CompositeIndex{}, false
}

// UnitsAir assesses the air of units by month, of the stations whose purpose it
// is (评价); unitOf finds the unit of an area, "" = none. It asks no policy.
func UnitsAir(ctx context.Context, tx *db.Tx, unitOf func(area string) string, from, to Month) ([]UnitAir, error) {
	stations, err := All(ctx, tx)
	if err != nil {
		return nil, err
	}
	rows, err := monthsOf(ctx, tx, 0, from, to)
	if err != nil {
		return nil, err
	}
	return unitsAir(stations, stationDays(rows, from, to), unitOf, from, to), nil
}

func unitsAir(stations []Station, days map[int64]*air.Days, unitOf func(area string) string, from, to Month) []UnitAir {
	units := map[string][]Station{}
	var order []string
	for _, st := range stations {
		if st.Kind != Air || st.Purpose != "assess" {
			continue
		}
		u := unitOf(st.Area)
		if u == "" {
			continue
		}
		if units[u] == nil {
			order = append(order, u)
		}
		units[u] = append(units[u], st)
	}
	none := &air.Days{}
	n := int((to + 1).First() - from.First())
	for i := range none {
		none[i] = newDays(n)
	}
	var out []UnitAir
	for _, u := range order {
		for m := from; m <= to; m++ {
			x := UnitAir{Unit: u, Month: m}
			var parts []air.Days
			for _, st := range units[u] {
				if !st.StandsIn(m) {
					continue
				}
				d := days[st.Num]
				if d == nil {
					d = none
				}
				x.Stations = append(x.Stations, st.ID)
				parts = append(parts, d.Between(int(m.First()-from.First()), m.Days()))
			}
			if len(parts) == 0 {
				continue
			}
			unit := air.UnitDays(parts)
			x.AirPeriod = periodOf(m.First(), unit, dailyReports(m.First(), &unit))
			out = append(out, x)
		}
	}
	return out
}

func newDays(n int) []*big.Rat { return make([]*big.Rat, n) }
