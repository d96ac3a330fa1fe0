package ambient

import (
	"context"
	"math/big"
	"time"

	"github.com/qingshao/qingshao/internal/assess/air"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
)

// DayValue is what a day of a factor came to.
type DayValue struct {
	Day   Day
	Value *big.Rat
	Have  int // hours, or running means of ozone, behind it
	Valid bool
}

// Series are the days of one item that have a value.
type Series struct {
	Item Item
	Days []DayValue
}

// DayReport is the AQI of a day.
type DayReport struct {
	Day Day
	air.Report
}

// DaySet are a station's days.
type DaySet struct {
	Station Station
	Series  []Series
	Reports []DayReport // of air, days with a value
}

// The bounds of one answer.
const (
	maxHourDays = 400
	maxDays     = 3700
)

func span(from, to Day, most int) error {
	if to < from {
		return fault.Invalidf("截止日期应不早于起始日期").With("to", "截止日期应不早于起始日期")
	}
	if int(to-from) >= most {
		return fault.Invalidf("一次最多查询 %d 天，请缩短时段", most).With("to", "一次最多查询 %d 天", most)
	}
	return nil
}

// read runs f with a station within the actor's reach.
func (s *Service) read(ctx context.Context, actor auth.Actor, id string, f func(*db.Tx, Station) error) error {
	return s.db.Read(ctx, func(tx *db.Tx) error {
		st, err := s.readable(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		return f(tx, st)
	})
}

// Hours reads a station's hours of days, of one factor or all, in order.
func (s *Service) Hours(ctx context.Context, actor auth.Actor, id, factor string, from, to Day) (out []Hour, err error) {
	if err := span(from, to, maxHourDays); err != nil {
		return nil, err
	}
	err = s.read(ctx, actor, id, func(tx *db.Tx, st Station) error {
		if factor != "" {
			item, ok := ItemOf(st.Kind, factor)
			if !ok {
				return fault.Invalidf("%s站点不测“%s”", TitleOf(Kinds, string(st.Kind)), factor)
			}
			factor = item.Factor
		}
		out, err = HoursOf(ctx, tx, st, factor, from, to)
		return err
	})
	return out, err
}

// HoursOf is Service.Hours inside the caller's transaction; it asks no policy.
func HoursOf(ctx context.Context, tx *db.Tx, st Station, factor string, from, to Day) ([]Hour, error) {
	rows, err := rowsOf(ctx, tx, st.Num, factor, from, to)
	if err != nil {
		return nil, err
	}
	out := make([]Hour, 0, 24*len(rows))
	for i := range rows {
		x := &rows[i]
		for h := range x.slots {
			if x.slots[h].flag != 0 {
				out = append(out, Hour{x.day.Begin().Add(time.Duration(h) * time.Hour), x.factor, x.slots[h].value, x.slots[h].flag})
			}
		}
	}
	return out, nil
}

// Versions reads all versions of a factor's day, the first first.
func (s *Service) Versions(ctx context.Context, actor auth.Actor, id, factor string, day Day) (out []Version, err error) {
	err = s.read(ctx, actor, id, func(tx *db.Tx, st Station) error {
		out, err = versionsOf(ctx, tx, st.Num, factor, day)
		return err
	})
	return out, err
}

// ManualVersions reads all versions of a laboratory's result, the first first.
func (s *Service) ManualVersions(ctx context.Context, actor auth.Actor, id string, m Month, name string) (out []Manual, err error) {
	err = s.read(ctx, actor, id, func(tx *db.Tx, st Station) error {
		item, ok := ItemOf(st.Kind, name)
		if !ok {
			return fault.Invalidf("地表水没有“%s”这一项目", name)
		}
		out, err = manualVersions(ctx, tx, st.Num, m, item.Factor)
		return err
	})
	return out, err
}

// Days reads what a station's days came to, and of air each day's AQI.
func (s *Service) Days(ctx context.Context, actor auth.Actor, id string, from, to Day) (out DaySet, err error) {
	if err := span(from, to, maxDays); err != nil {
		return out, err
	}
	err = s.read(ctx, actor, id, func(tx *db.Tx, st Station) error {
		out, err = days(ctx, tx, st, from, to)
		return err
	})
	return out, err
}

func days(ctx context.Context, tx *db.Tx, st Station, from, to Day) (DaySet, error) {
	out := DaySet{Station: st}
	rows, err := monthsOf(ctx, tx, st.Num, from.Month(), to.Month())
	if err != nil {
		return out, err
	}
	for _, item := range Items(st.Kind) {
		x := Series{Item: item}
		for i := range rows {
			if rows[i].factor == item.Factor {
				x.Days = rows[i].days.between(x.Days, rows[i].month, from, to)
			}
		}
		if len(x.Days) > 0 {
			out.Series = append(out.Series, x)
		}
	}
	if st.Kind == Air {
		out.Reports, err = reports(ctx, tx, st, out.Series)
	}
	return out, err
}

// between appends the days of the month that lie in a span.
func (m *month) between(out []DayValue, of Month, from, to Day) []DayValue {
	first := of.First()
	for i := range m {
		if d := first + Day(i); m[i].have > 0 && d >= from && d <= to {
			out = append(out, DayValue{d, m[i].rat(), m[i].have, m[i].valid})
		}
	}
	return out
}

// stands is where ozone of a day, before March 2026, is judged by its hours.
var stands = big.NewRat(800, 1)

// reports makes the AQI of each day that has a valid value.
func reports(ctx context.Context, tx *db.Tx, st Station, list []Series) ([]DayReport, error) {
	values := map[Day]*air.Values{}
	first, last := Day(1<<40), Day(-1<<40)
	for _, s := range list {
		item, basic := airItem[s.Item.Factor]
		if !basic {
			continue
		}
		for _, d := range s.Days {
			if !d.Valid {
				continue
			}
			if values[d.Day] == nil {
				values[d.Day] = &air.Values{}
			}
			values[d.Day][item] = d.Value
			first, last = min(first, d.Day), max(last, d.Day)
		}
	}
	var out []DayReport
	for d := first; d <= last; d++ {
		v := values[d]
		if v == nil {
			continue
		}
		x := air.Extra{SO2Day: v[air.SO2]}
		if v[air.O3] != nil && v[air.O3].Cmp(stands) > 0 {
			hours, err := HoursOf(ctx, tx, st, air.O3.Factor(), d, d)
			if err != nil {
				return nil, err
			}
			for _, h := range hours {
				if r := h.Value.Rat(); h.Flag == valid && (x.O3Hour == nil || r.Cmp(x.O3Hour) > 0) {
					x.O3Hour = r
				}
			}
		}
		out = append(out, DayReport{d, air.Daily(d.Begin(), *v, x)})
	}
	return out, nil
}

// DayDetail is a day with everything behind it: the hours of each item, what they
// come to and by which rule.
type DayDetail struct {
	Station Station
	Day     Day
	Class   int
	Items   []DayItem
	Report  *air.Report // of air, nil without a valid value
}

// DayItem is one item of a day.
type DayItem struct {
	Item     Item
	Value    *big.Rat
	Have     int
	Valid    bool
	Rule     string
	Versions int
	Hours    [24]*Hour
}

// Day opens one day.
func (s *Service) Day(ctx context.Context, actor auth.Actor, id string, day Day) (out DayDetail, err error) {
	err = s.read(ctx, actor, id, func(tx *db.Tx, st Station) error {
		functions, err := FunctionsOf(ctx, tx, id)
		if err != nil {
			return err
		}
		out = DayDetail{Station: st, Day: day, Class: ClassAt(functions, day)}
		rows, err := rowsOf(ctx, tx, st.Num, "", day, day)
		if err != nil {
			return err
		}
		var series []Series
		for _, item := range Items(st.Kind) {
			for i := range rows {
				x := &rows[i]
				if x.factor != item.Factor {
					continue
				}
				d := DayItem{Item: item, Versions: x.version, Hours: x.slots.hours(item.Factor, day)}
				d.Value, d.Have, d.Valid, d.Rule = dayStat(st.Kind, item.Factor, day, &x.slots, out.Class)
				out.Items = append(out.Items, d)
				series = append(series, Series{item, []DayValue{{day, d.Value, d.Have, d.Valid}}})
			}
		}
		if st.Kind != Air {
			return nil
		}
		list, err := reports(ctx, tx, st, series)
		if err == nil && len(list) > 0 {
			out.Report = &list[0].Report
		}
		return err
	})
	return out, err
}
