package air

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/assess"
	"github.com/qingshao/qingshao/internal/decimal"
)

// column is one column of the table of break points; CO stands in tenths.
type column struct {
	item   Item
	stat   Statistic
	points []int64 // at steps
	// above is the index beyond the last point; 0 = another column stands in.
	above int64
}

// steps are the indices at the break points.
var steps = [8]int64{0, 50, 100, 150, 200, 300, 400, 500}

// index is one edition of HJ 633.
type index struct {
	Version
	columns []column
}

func columns(pm10, pm25 int64, so2Hour, o3Day int64) []column {
	return []column{
		{SO2, Day, []int64{0, 50, 150, 475, 800, 1600, 2100, 2620}, 500},
		{SO2, Hour, []int64{0, 150, 500, 650, 800}, so2Hour},
		{NO2, Day, []int64{0, 40, 80, 180, 280, 565, 750, 940}, 500},
		{NO2, Hour, []int64{0, 100, 200, 700, 1200, 2340, 3090, 3840}, 500},
		{CO, Day, []int64{0, 20, 40, 140, 240, 360, 480, 600}, 500},
		{CO, Hour, []int64{0, 50, 100, 350, 600, 900, 1200, 1500}, 500},
		{O3, Day, []int64{0, 100, 160, 215, 265, 800}, o3Day},
		{O3, Hour, []int64{0, 160, 200, 300, 400, 800, 1000, 1200}, 500},
		{PM10, Day, []int64{0, 50, pm10, 250, 350, 420, 500, 600}, 500},
		{PM25, Day, []int64{0, 35, pm25, 115, 150, 250, 350, 500}, 500},
	}
}

var indices = []index{
	{Version{Name: "HJ 633-2012", Until: turn2026, Certainty: "A"}, columns(150, 75, 0, 0)},
	{Version{Name: "HJ 633-2026", From: turn2026, Certainty: "A"}, columns(120, 60, 200, 300)},
}

// Sub is the index of one item (IAQI) and how it came about.
type Sub struct {
	Item      Item
	Statistic Statistic
	Value     *big.Rat        // as given
	Rounded   decimal.Decimal // as the index takes it: an integer, of CO one decimal
	IAQI      int
	Rule      string
}

// Report is an AQI with what is behind it.
type Report struct {
	Version
	AQI       int
	Known     bool // false: the AQI is NA, since an item is missing and the rest is not above 100
	Level     Level
	Primary   []Item // the primary pollutants, only above 50
	Subs      []Sub
	Missing   []Item
	Statistic Statistic // Day for the daily report, Hour for the real-time one
}

// Level is one of the six levels.
type Level struct {
	Level    int
	Numeral  string // 一级
	Category string // 优
	Colour   string
	RGB      [3]uint8
	upTo     int
}

// Levels are the levels, from clean to heavy.
var Levels = []Level{
	{1, "一级", "优", "绿色", [3]uint8{0, 228, 0}, 50}, {2, "二级", "良", "黄色", [3]uint8{255, 255, 0}, 100},
	{3, "三级", "轻度污染", "橙色", [3]uint8{255, 126, 0}, 150}, {4, "四级", "中度污染", "红色", [3]uint8{255, 0, 0}, 200},
	{5, "五级", "重度污染", "紫色", [3]uint8{153, 0, 76}, 300}, {6, "六级", "严重污染", "褐红色", [3]uint8{126, 0, 35}, 1 << 30},
}

// LevelOf is the level of an AQI.
func LevelOf(aqi int) Level {
	for _, l := range Levels {
		if aqi <= l.upTo {
			return l
		}
	}
	return Levels[len(Levels)-1]
}

// Values are concentrations by item; nil is missing.
type Values [6]*big.Rat

// Extra are the values that stand in, before 2026, for SO2 of the hour and O3 of
// the day above 800: the day's mean of SO2 and the largest hour of O3.
type Extra struct{ SO2Day, O3Hour *big.Rat }

// Daily is the AQI of a day: daily means, of O3 the daily maximum of 8 h means.
// Items of the exempt list do not make the AQI unknown when they are missing.
func Daily(day time.Time, v Values, x Extra, exempt ...Item) Report {
	return report(day, v, x, Day, exempt)
}

// Hourly is the AQI of an hour: means of the hour; before 2026 the particles'
// are running means of 24 hours.
func Hourly(hour time.Time, v Values, x Extra, exempt ...Item) Report {
	return report(hour, v, x, Hour, exempt)
}

func report(at time.Time, v Values, x Extra, stat Statistic, exempt []Item) Report {
	e := &indices[0]
	for i := range indices {
		if indices[i].at(at) {
			e = &indices[i]
		}
	}
	r := Report{Version: e.Version, Statistic: stat}
	blocked := false
	for _, item := range Items {
		s, ok := e.sub(item, stat, v[item], x)
		if !ok {
			r.Missing = append(r.Missing, item)
			blocked = blocked || !slices.Contains(exempt, item)
			continue
		}
		r.Subs = append(r.Subs, s)
		r.AQI = max(r.AQI, s.IAQI)
	}
	r.Known = len(r.Subs) > 0 && (!blocked || r.AQI > 100)
	r.Level = LevelOf(r.AQI)
	if r.AQI > 50 {
		for _, s := range r.Subs {
			if s.IAQI == r.AQI {
				r.Primary = append(r.Primary, s.Item)
			}
		}
	}
	return r
}

// sub finds the item's column and interpolates; false for a missing or negative
// value, and where the value that stands in is missing.
func (e *index) sub(item Item, stat Statistic, v *big.Rat, x Extra) (Sub, bool) {
	col := e.column(item, stat)
	s, ok := col.index(v)
	if ok && s.IAQI < 0 {
		switch {
		case item == SO2:
			s, ok = e.column(SO2, Day).index(x.SO2Day)
			s.Rule = "小时浓度超过 800，按 24 小时平均：" + s.Rule
		case item == O3:
			s, ok = e.column(O3, Hour).index(x.O3Hour)
			s.Rule = "8 小时浓度超过 800，按 1 小时平均：" + s.Rule
		}
	}
	return s, ok
}

// column is the item's column; particles have only the day's.
func (e *index) column(item Item, stat Statistic) *column {
	if item == PM10 || item == PM25 {
		stat = Day
	}
	for i := range e.columns {
		if c := &e.columns[i]; c.item == item && c.stat == stat {
			return c
		}
	}
	panic("air: no column of " + item.String())
}

// index interpolates with whole numbers: binary fractions would make 56 of CO
// 2.2, which is 55. An IAQI of -1 says that another column stands in.
func (c *column) index(v *big.Rat) (Sub, bool) {
	s := Sub{Item: c.item, Statistic: c.stat, Value: v}
	if v == nil || v.Sign() < 0 {
		return s, false
	}
	digits := int8(0)
	if c.item == CO {
		digits = 1
	}
	s.Rounded = assess.Round(v, digits)
	n, last := s.Rounded.Mantissa, len(c.points)-1
	if n > c.points[last] {
		s.IAQI, s.Rule = int(c.above), fmt.Sprintf("超过 %s，分指数为 %d", c.shown(c.points[last]), c.above)
		if c.above == 0 {
			s.IAQI = -1
		}
		return s, true
	}
	i := 1
	for n > c.points[i] {
		i++
	}
	rise, from, span := steps[i]-steps[i-1], n-c.points[i-1], c.points[i]-c.points[i-1]
	up := (rise*from + span - 1) / span
	s.IAQI = int(steps[i-1] + up)
	s.Rule = fmt.Sprintf("(%d−%d)/(%s−%s)×(%s−%s)+%d＝%s，进位 %d", steps[i], steps[i-1], c.shown(c.points[i]), c.shown(c.points[i-1]),
		s.Rounded, c.shown(c.points[i-1]), steps[i-1], trimmed(big.NewRat(rise*from+steps[i-1]*span, span), 2), s.IAQI)
	return s, true
}

// shown is a break point as the table prints it.
func (c *column) shown(n int64) string {
	if c.item == CO {
		return trimmed(big.NewRat(n, 10), 1)
	}
	return fmt.Sprint(n)
}

// trimmed writes at most so many decimals, without zeros at the end.
func trimmed(r *big.Rat, digits int) string {
	text := r.FloatString(digits)
	if !strings.Contains(text, ".") {
		return text
	}
	return strings.TrimRight(strings.TrimRight(text, "0"), ".")
}
