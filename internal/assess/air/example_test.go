package air_test

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/assess"
	"github.com/qingshao/qingshao/internal/assess/air"
	"github.com/qingshao/qingshao/internal/decimal"
)

func day(text string) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, text, air.Beijing)
	if err != nil {
		panic(err)
	}
	return t
}

// values in the order SO2 NO2 CO O3 PM10 PM2.5; "" is missing.
func values(text ...string) (v air.Values) {
	for i, s := range text {
		if s != "" {
			v[i] = assess.Rat(s)
		}
	}
	return v
}

func indices(r air.Report) (out []int) {
	for _, s := range r.Subs {
		out = append(out, s.IAQI)
	}
	return out
}

func TestAQI_WorkedExamples(t *testing.T) {
	t.Parallel()
	now, old := day("2026-10-05"), day("2026-02-28")
	example := values("9", "46", "0.9", "132", "108", "68")
	for _, c := range []struct {
		name    string
		r       air.Report
		subs    []int
		aqi     int
		level   string
		primary []air.Item
		version string
	}{
		{"day 2026", air.Daily(now, example, air.Extra{}), []int{9, 58, 23, 77, 92, 108}, 108, "轻度污染", []air.Item{air.PM25}, "HJ 633-2026"},
		{"day 2012", air.Daily(old, example, air.Extra{}), []int{9, 58, 23, 77, 79, 92}, 92, "良", []air.Item{air.PM25}, "HJ 633-2012"},
		{"hour 2026", air.Hourly(now, values("12", "88", "0.8", "41", "119", "63"), air.Extra{}), []int{4, 44, 8, 13, 100, 103}, 103, "轻度污染", []air.Item{air.PM25}, "HJ 633-2026"},
		{"first day of the new standard", air.Daily(day("2026-03-01"), example, air.Extra{}), []int{9, 58, 23, 77, 92, 108}, 108, "轻度污染", []air.Item{air.PM25}, "HJ 633-2026"},
		{"ties", air.Daily(now, values("50", "40", "2", "100", "50", "35"), air.Extra{}), []int{50, 50, 50, 50, 50, 50}, 50, "优", nil, "HJ 633-2026"},
		{"ties above 50", air.Daily(now, values("0", "0", "0", "160", "120", "60"), air.Extra{}), []int{0, 0, 0, 100, 100, 100}, 100, "良", []air.Item{air.O3, air.PM10, air.PM25}, "HJ 633-2026"},
	} {
		if !slices.Equal(indices(c.r), c.subs) || c.r.AQI != c.aqi || c.r.Level.Category != c.level || !slices.Equal(c.r.Primary, c.primary) || c.r.Name != c.version || !c.r.Known {
			t.Errorf("%s: %v AQI %d %s %v %s", c.name, indices(c.r), c.r.AQI, c.r.Level.Category, c.r.Primary, c.r.Name)
		}
	}
	if rule := air.Daily(now, example, air.Extra{}).Subs[5].Rule; rule != "(150−100)/(115−60)×(68−60)+100＝107.27，进位 108" {
		t.Error(rule)
	}
}

// Caps, rounding before the index, and exactness.
func TestIAQI_OneValue(t *testing.T) {
	t.Parallel()
	now, old := day("2026-10-05"), day("2026-02-28")
	for _, c := range []struct {
		at    time.Time
		hour  bool
		item  air.Item
		value string
		want  int // -1 = none
	}{
		{now, true, air.SO2, "900", 200}, {now, false, air.O3, "900", 300}, {now, true, air.SO2, "800", 200}, {now, false, air.O3, "800", 300},
		{now, false, air.PM25, "60", 100}, {now, false, air.PM25, "61", 101}, {now, false, air.PM25, "60.5", 100}, {now, false, air.PM25, "61.5", 102}, {now, false, air.PM10, "120", 100},
		{now, false, air.CO, "2.2", 55}, {now, true, air.CO, "65.4", 218}, {now, true, air.CO, "66.9", 223}, {now, false, air.SO2, "0", 0},
		{now, false, air.NO2, "940", 500}, {now, false, air.NO2, "1500", 500}, {now, false, air.PM25, "-1", -1}, {now, false, air.PM25, "0.5", 0}, {now, false, air.PM25, "0.6", 2},
		{old, true, air.SO2, "900", -1}, {old, false, air.O3, "900", -1}, {old, false, air.PM25, "75", 100}, {old, false, air.PM10, "150", 100}, {old, false, air.O3, "800", 300},
		{now, true, air.O3, "1200", 500}, {now, true, air.PM25, "600", 500},
	} {
		var v air.Values
		v[c.item] = assess.Rat(c.value)
		r := air.Daily(c.at, v, air.Extra{})
		if c.hour {
			r = air.Hourly(c.at, v, air.Extra{})
		}
		got := -1
		if len(r.Subs) > 0 {
			got = r.Subs[0].IAQI
		}
		if got != c.want {
			t.Errorf("%s %s %s: %d, want %d", c.at.Format(time.DateOnly), c.item, c.value, got, c.want)
		}
	}
}

// Before 2026 another column stood in above 800.
func TestAQI_StandInBefore2026(t *testing.T) {
	t.Parallel()
	old := day("2025-07-01")
	if r := air.Hourly(old, values("900"), air.Extra{SO2Day: assess.Rat("475")}); len(r.Subs) != 1 || r.Subs[0].IAQI != 150 || !strings.Contains(r.Subs[0].Rule, "24 小时平均") {
		t.Errorf("%+v", r.Subs)
	}
	if r := air.Daily(old, values("", "", "", "810"), air.Extra{O3Hour: assess.Rat("1000")}); len(r.Subs) != 1 || r.Subs[0].IAQI != 400 {
		t.Errorf("%+v", r.Subs)
	}
}

func TestAQI_MissingItems(t *testing.T) {
	t.Parallel()
	now := day("2026-10-05")
	low := values("9", "", "0.9", "90", "60", "30")
	if r := air.Daily(now, low, air.Extra{}); r.Known || r.AQI == 0 || !slices.Equal(r.Missing, []air.Item{air.NO2}) {
		t.Errorf("%+v", r)
	}
	if r := air.Daily(now, low, air.Extra{}, air.NO2); !r.Known {
		t.Error("an item outside the programme does not block")
	}
	if r := air.Daily(now, values("9", "", "0.9", "90", "60", "61"), air.Extra{}); !r.Known || r.AQI != 101 {
		t.Error("above 100 it is published")
	}
	if r := air.Daily(now, air.Values{}, air.Extra{}); r.Known {
		t.Error("nothing is not an AQI")
	}
}

func TestLevels(t *testing.T) {
	t.Parallel()
	for aqi, want := range map[int]string{0: "优", 50: "优", 51: "良", 100: "良", 101: "轻度污染", 150: "轻度污染", 151: "中度污染", 200: "中度污染", 201: "重度污染", 300: "重度污染", 301: "严重污染", 500: "严重污染"} {
		if got := air.LevelOf(aqi); got.Category != want {
			t.Errorf("%d: %s", aqi, got.Category)
		}
	}
}

func TestComposite_WorkedExample(t *testing.T) {
	t.Parallel()
	v := values("7", "31", "1.1", "148", "58", "33")
	for _, c := range []struct {
		at       string
		weighted bool
		each     bool
		want     string
		exact    string
	}{
		{"2025-06-01", false, false, "3.86", "3.863"}, {"2026-06-01", false, false, "4.16", "4.158"}, {"2026-06-01", true, false, "8.06", "8.058"},
		{"2031-06-01", false, false, "5.06", ""}, {"2031-06-01", true, false, "9.66", ""},
		{"2025-06-01", false, true, "3.88", ""}, {"2026-06-01", false, true, "4.18", ""}, {"2026-06-01", true, true, "8.09", ""},
	} {
		by, ok := air.CompositeAt(day(c.at), c.weighted)
		if !ok {
			t.Fatal(c.at)
		}
		by.RoundEach = c.each
		x, ok := by.Of(v)
		if !ok || x.Value.String() != c.want || c.exact != "" && x.Exact.FloatString(3) != c.exact || !slices.Equal(x.Primary, []air.Item{air.PM25}) && c.at != "2025-06-01" {
			t.Errorf("%+v: %s (%s) %v", c, x.Value, x.Exact.FloatString(3), x.Primary)
		}
	}
	if _, ok := air.CompositeAt(day("2025-06-01"), true); ok {
		t.Error("no weights before 2026")
	}
	by, _ := air.CompositeAt(day("2026-06-01"), false)
	if _, ok := by.Of(values("7", "31", "", "148", "58", "33")); ok {
		t.Error("five items make no index")
	}
}

func TestRanks(t *testing.T) {
	t.Parallel()
	var v []decimal.Decimal
	for _, s := range []string{"3.10", "2.98", "3.1", "4.00", "2.50"} {
		v = append(v, decimal.Must(s))
	}
	if got := air.Ranks(v); !slices.Equal(got, []int{3, 2, 3, 5, 1}) {
		t.Error(got)
	}
}

func TestLimits_ByDate(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		at    string
		item  air.Item
		stat  air.Statistic
		class air.Class
		want  string
	}{
		{"2026-02-28", air.PM25, air.Year, air.II, "35"}, {"2026-03-01", air.PM25, air.Year, air.II, "30"}, {"2030-12-31", air.PM25, air.Day, air.II, "60"},
		{"2031-01-01", air.PM25, air.Day, air.II, "50"}, {"2031-01-01", air.SO2, air.Hour, air.II, "150"}, {"2026-05-01", air.PM10, air.Day, air.I, "50"},
		{"2026-05-01", air.O3, air.Day, air.I, "100"},
	} {
		if l, ok := air.LimitAt(day(c.at), c.item, c.stat, c.class); !ok || l.Value.String() != c.want {
			t.Errorf("%+v: %s", c, l.Value)
		}
	}
	for _, item := range []air.Item{air.CO, air.O3} {
		if _, ok := air.LimitAt(day("2026-05-01"), item, air.Year, air.II); ok {
			t.Errorf("%s has no yearly limit", item)
		}
	}
}

func hours(value string, valid ...int) (h [24]air.Reading) {
	for _, i := range valid {
		h[i] = air.Reading{Value: decimal.Must(value), Valid: true}
	}
	return h
}

func upTo(n int) (out []int) {
	for i := range n {
		out = append(out, i)
	}
	return out
}

func TestDayOf_Validity(t *testing.T) {
	t.Parallel()
	at := day("2026-10-05")
	for n, want := range map[int]bool{24: true, 20: true, 19: false, 0: false} {
		h := hours("35", upTo(n)...)
		if s := air.DayOf(at, air.PM25, &h, air.II); s.Valid != want || s.Have != n || (s.Value == nil) != (n == 0) {
			t.Errorf("%d hours: %+v", n, s)
		}
	}
	h := hours("35", upTo(24)...)
	h[3] = air.Reading{Value: decimal.Must("-5"), Valid: true}
	h[4].Valid = false
	if s := air.DayOf(at, air.PM25, &h, air.II); s.Have != 22 || s.Value.RatString() != "35" {
		t.Errorf("negative and invalid hours do not count: %+v", s)
	}
}

func TestDayOf_Ozone(t *testing.T) {
	t.Parallel()
	at := day("2026-07-05")
	var h [24]air.Reading
	for i := range h {
		h[i] = air.Reading{Value: decimal.Decimal{Mantissa: int64(10 * i)}, Valid: true}
	}
	s := air.DayOf(at, air.O3, &h, air.II)
	if !s.Valid || s.Have != 17 || s.Value.RatString() != "195" { // 160…230
		t.Errorf("%+v", s)
	}
	for i := range 24 {
		h[i].Valid = i >= 8 // the windows from 14:00 on have six hours
	}
	if s := air.DayOf(at, air.O3, &h, air.II); s.Have != 11 || !s.Valid || !strings.Contains(s.Rule, "计为有效") {
		t.Errorf("few windows, above the limit: %+v", s)
	}
	for i := range h {
		h[i].Value = decimal.Must("100")
	}
	if s := air.DayOf(at, air.O3, &h, air.II); s.Valid {
		t.Errorf("few windows, below the limit: %+v", s)
	}
	if s := air.DayOf(at, air.O3, &h, air.I); s.Valid {
		t.Errorf("100 does not exceed the first class's 100: %+v", s)
	}
}

func TestCity_ThreeInFour(t *testing.T) {
	t.Parallel()
	v := assess.Rat("40")
	for _, c := range []struct {
		stations []*big.Rat
		want     bool
	}{{[]*big.Rat{v, v, v, nil}, true}, {[]*big.Rat{v, v, nil, nil}, false}, {[]*big.Rat{v, v, nil}, false}, {[]*big.Rat{v}, true}, {nil, false}} {
		if s := air.City(air.PM25, c.stations); s.Valid != c.want {
			t.Errorf("%d stations: %+v", len(c.stations), s)
		}
	}
}

func days(n int, value string) (out []*big.Rat) {
	for range n {
		out = append(out, assess.Rat(value))
	}
	return out
}

func TestMean_Validity(t *testing.T) {
	t.Parallel()
	month := days(31, "30")
	for i, want := range []bool{true, true, true, true, true, false} { // 31 … 26 valid days
		if s := air.Mean(day("2026-10-01"), air.PM25, month); s.Valid != want {
			t.Errorf("%d gone: %+v", i, s)
		}
		month[i] = nil
	}
	february := days(28, "30")
	february[0], february[1], february[2] = nil, nil, nil
	if s := air.Mean(day("2026-02-01"), air.PM25, february); !s.Valid || s.Have != 25 {
		t.Errorf("%+v", s)
	}
	year := days(365, "30")
	for i := range 41 {
		year[i*8+3] = nil
	}
	if s := air.Mean(day("2026-01-01"), air.PM25, year); s.Have != 324 || !s.Valid && !strings.Contains(s.Rule, "只有") {
		t.Errorf("%+v", s)
	}
	year = days(365, "30")
	for i := range 5 {
		year[i] = nil // January has 26
	}
	if s := air.Mean(day("2026-01-01"), air.PM25, year); s.Valid || !strings.Contains(s.Rule, "1 月只有 26 天") {
		t.Errorf("%+v", s)
	}
}

func TestAnnual(t *testing.T) {
	t.Parallel()
	var d air.Days
	for i, v := range []string{"9", "30", "0.9", "120", "50", "30"} {
		d[i] = days(365, v)
	}
	for i := range 30 { // P95 of PM2.5 is among the 30 worst
		d[air.PM25][i] = assess.Rat("90")
	}
	list, meets, ok := air.Annual(2025, &d, air.II)
	if !ok || meets || list[air.PM25].Meets || !list[air.PM10].Meets || len(list[air.CO].Checks) != 1 || len(list[air.PM25].Checks) != 2 {
		t.Errorf("%+v", list)
	}
	p := list[air.PM25].Checks[1]
	if p.Meets || p.Multiple.String() != "0.20" || p.Limit.Value.String() != "75" {
		t.Errorf("%+v", p)
	}
	if m := list[air.PM25].Checks[0]; !m.Meets || m.Rounded.String() != "35" { // 34.93
		t.Errorf("%+v", m)
	}
	d[air.O3] = make([]*big.Rat, 365)
	if _, meets, ok := air.Annual(2025, &d, air.II); ok || meets {
		t.Error("a missing item")
	}
}

func TestGoodDays(t *testing.T) {
	t.Parallel()
	list := []air.Report{{AQI: 100, Known: true}, {AQI: 101, Known: true}, {AQI: 20}, {AQI: 50, Known: true}}
	good, valid, share := air.GoodDays(list)
	if good != 2 || valid != 3 || share.RatString() != "2/3" {
		t.Error(good, valid, share)
	}
	if fmt.Sprint(air.O3, air.CO.Unit(), air.PM25.Factor()) != "O3mg/m³a34004" && fmt.Sprint(air.O3) != "O3" {
		t.Error("names")
	}
}
