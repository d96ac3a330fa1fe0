package ambient_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/assess/air"
	"github.com/qingshao/qingshao/internal/assess/water"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/decimal"
	. "github.com/qingshao/qingshao/internal/discover/ambient"
)

// fill enters random hours of the six items, a few of them not valid, and gives
// them back as the assessment takes them.
func fill(t *testing.T, s *Service, id string, r *rand.Rand, from Day, days int) *[6][]air.Reading {
	t.Helper()
	var out [6][]air.Reading
	var hours []Hour
	for i := range out {
		out[i] = make([]air.Reading, 24*days)
		for h := range out[i] {
			if r.IntN(20) == 0 {
				continue
			}
			x := Hour{At: from.Begin().Add(time.Duration(h) * time.Hour), Factor: air.Items[i].Factor(), Value: decimal.Decimal{Mantissa: 50 + r.Int64N(900), Scale: 1}, Flag: 'N'}
			if r.IntN(15) == 0 {
				x.Flag = 'C'
			}
			out[i][h] = air.Reading{Value: x.Value, Valid: x.Flag == 'N'}
			hours = append(hours, x)
		}
	}
	if _, err := s.Enter(bg, duty, id, hours, "api", ""); err != nil {
		t.Fatal(err)
	}
	return &out
}

// TestUnitsAir_AgreesWithTheRawHours computes a unit's months twice: from what the
// store keeps of the days, and from the hours that were entered.
func TestUnitsAir_AgreesWithTheRawHours(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, r := New(d, auth.DefaultPolicy(), nil), rand.New(rand.NewPCG(3, 4))
		from, to := MonthOf(2026, time.January), MonthOf(2026, time.April)
		n := int((to + 1).First() - from.First())
		var parts []air.Days
		var ids []string
		for k := range 4 {
			st := station(fmt.Sprint("A", k), Air)
			if k == 3 {
				st.Until = MonthOf(2026, time.March).First() // counts for two months
			}
			st, err := s.Create(bg, duty, st, nil)
			if err != nil {
				t.Fatal(err)
			}
			days := n
			if k == 3 {
				days = int(st.Until - from.First())
			}
			raw := fill(t, s, st.ID, r, from.First(), days)
			parts = append(parts, air.StationDays(from.First().Begin(), raw, air.II))
			ids = append(ids, st.ID)
		}
		other := station("X", Air)
		other.Purpose = "reference"
		if _, err := s.Create(bg, duty, other, nil); err != nil {
			t.Fatal(err)
		}
		var got []UnitAir
		if err := d.Read(bg, func(tx *db.Tx) (err error) {
			got, err = UnitsAir(bg, tx, func(a string) string { return a[:6] }, from, to)
			return err
		}); err != nil || len(got) != 4 {
			t.Fatalf("%d months: %v", len(got), err)
		}
		for _, u := range got {
			count := 4
			if u.Month >= MonthOf(2026, time.March) {
				count = 3
			}
			if !slices.Equal(u.Stations, ids[:count]) {
				t.Errorf("%s: stations %v", u.Month, u.Stations)
			}
			var list []air.Days
			for _, p := range parts[:count] {
				list = append(list, p.Between(int(u.Month.First()-from.First()), u.Month.Days()))
			}
			days := air.UnitDays(list)
			for _, weighted := range []bool{false, true} {
				by, ok := air.CompositeAt(u.Month.First().Begin(), weighted)
				x, has := u.Index(weighted)
				if !ok {
					if has {
						t.Errorf("%s: a weighted index before there was one", u.Month)
					}
					continue
				}
				want, ok := by.Of(air.PeriodValues(&days))
				if !ok || !has || want.Exact.Cmp(x.Exact) != 0 || want.Rule != x.Rule {
					t.Errorf("%s: %s, want %s", u.Month, x.Rule, want.Rule)
				}
			}
			for i := range days {
				for k := range days[i] {
					a, b := days[i][k], u.Days[i][k]
					if (a == nil) != (b == nil) || a != nil && a.Cmp(b) != 0 {
						t.Fatalf("%s item %d day %d: %v, want %v", u.Month, i, k+1, b, a)
					}
				}
			}
		}
		months, err := s.AirMonths(bg, duty, ids[0], from, to)
		known := func(n int) (k int) {
			for d := range n {
				var v air.Values
				for i := range v {
					v[i] = parts[0][i][d]
				}
				if air.Daily((from.First() + Day(d)).Begin(), v, air.Extra{}).Known {
					k++
				}
			}
			return k
		}
		if err != nil || len(months) != 4 || months[0].Known != known(31) || months[0].Known < 10 || len(months[0].Indices) != 1 || len(months[3].Indices) != 2 {
			t.Fatalf("%d months (%v)", len(months), err)
		}
		mean := air.Mean(from.First().Begin(), air.PM25, parts[0][air.PM25][:31])
		if g := months[0].Stats[air.PM25]; g.Value.Cmp(mean.Value) != 0 || g.Rule != mean.Rule || g.Valid != mean.Valid {
			t.Errorf("%+v, want %+v", g, mean)
		}
		year, err := s.AirYear(bg, duty, ids[0], 2026)
		if err != nil || len(year.Annual) != 6 || year.Meets || year.Known != known(n) {
			t.Errorf("%d checks, %d days (%v)", len(year.Annual), year.Known, err)
		}
	})
}

func TestDay_OpensHoursAndRules(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := New(d, auth.DefaultPolicy(), nil)
		a, err := s.Create(bg, duty, station("A1", Air), nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			day     Day
			version string
			aqi     int
		}{{DayOf(2026, 2, 28), "HJ 633-2012", 100}, {DayOf(2026, 3, 1), "HJ 633-2026", 114}} {
			var hours []Hour
			for name, v := range map[string]string{"PM2.5": "75", "PM10": "80", "SO2": "8", "NO2": "30", "CO": "0.8", "O3": "90"} {
				item, _ := ItemOf(Air, name)
				hours = append(hours, hoursOf(item.Factor, c.day, same(v, 24)...)...)
			}
			if _, err := s.Enter(bg, duty, a.ID, hours, "api", ""); err != nil {
				t.Fatal(err)
			}
			x, err := s.Day(bg, clerk, a.ID, c.day)
			if err != nil || x.Report == nil || x.Report.Name != c.version || x.Report.AQI != c.aqi || len(x.Items) != 6 {
				t.Fatalf("%s: %+v %v", c.day, x.Report, err)
			}
			for _, i := range x.Items {
				if i.Rule == "" || i.Hours[23] == nil || !i.Valid || i.Versions != 1 {
					t.Errorf("%+v", i)
				}
			}
			set, err := s.Days(bg, clerk, a.ID, c.day, c.day)
			if err != nil || len(set.Reports) != 1 || set.Reports[0].AQI != c.aqi || set.Reports[0].Primary[0] != air.PM25 {
				t.Errorf("%s in the calendar: %+v %v", c.day, set.Reports, err)
			}
		}
	})
}

func TestWater_MonitorsFirstThenTheLaboratory(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := New(d, auth.DefaultPolicy(), nil)
		w, err := s.Create(bg, duty, station("W1", Section), &Function{From: DayOf(2020, 1, 1), Class: 3, Basis: "功能区划"})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.SetFunction(bg, duty, w.ID, Function{From: DayOf(2026, 2, 1), Class: 2, Basis: "调整"}); err != nil {
			t.Fatal(err)
		}
		jan, feb := MonthOf(2026, time.January), MonthOf(2026, time.February)
		for day := jan.First(); day < feb.First()+28; day++ {
			v := "0.8"
			if day == jan.First() {
				v = "40M" // is no value
			}
			hours := append(hoursOf("w21003", day, v, "", "", "", v), hoursOf("w01009", day, "6.5")...)
			if _, err := s.Enter(bg, duty, w.ID, hours, "api", ""); err != nil {
				t.Fatal(err)
			}
		}
		var results []Manual
		for _, m := range []Month{jan, feb} {
			results = append(results, Manual{Month: m, Factor: "氨氮", Value: decimal.Must("9")}, Manual{Month: m, Factor: "总磷", Value: decimal.Must("0.15")}, Manual{Month: m, Factor: "hg", Value: decimal.Must("0.00004"), Below: true})
		}
		if _, err := s.EnterManual(bg, duty, w.ID, results, ""); err != nil {
			t.Fatal(err)
		}
		months, err := s.WaterMonths(bg, clerk, w.ID, jan, feb)
		if err != nil || len(months) != 2 {
			t.Fatal(err)
		}
		for i, c := range []struct {
			target water.Class
			meets  bool
			fail   string
			days   int
		}{{water.III, true, "", 30}, {water.II, false, "氨氮 总磷", 28}} {
			m := months[i]
			var fail []string
			for _, f := range m.Failing {
				fail = append(fail, f.Item.Name)
			}
			if m.Class != water.III || m.Target != c.target || m.Meets != c.meets || strings.Join(fail, " ") != c.fail {
				t.Errorf("%s: %s for %s, meets %v, failing %v", m.Month, m.Class, m.Target, m.Meets, fail)
			}
			for _, v := range m.Values {
				switch v.Item.Name {
				case "氨氮":
					if v.Manual != nil || v.Value.N != c.days || v.Value.Exact.FloatString(1) != "0.8" {
						t.Errorf("%s: %+v", m.Month, v.Value)
					}
				case "总磷":
					if v.Manual == nil || len(v.Days) != 0 {
						t.Errorf("%+v", v)
					}
				}
			}
		}
		year, _, err := s.WaterYear(bg, clerk, w.ID, 2026)
		if err != nil || year.Months != 2 || year.Class != water.III || year.Target != water.II {
			t.Errorf("%+v %v", year.Verdict, err)
		}
		var units []UnitWater
		if err := d.Read(bg, func(tx *db.Tx) (err error) {
			units, err = UnitsWater(bg, tx, func(a string) string { return a }, []string{"national", "provincial", "municipal"}, jan, feb)
			return err
		}); err != nil || len(units) != 2 {
			t.Fatal(err)
		}
		if u := units[1]; u.Meeting != (water.Share{Count: 0, Of: 1}) || u.Good != (water.Share{Count: 1, Of: 1}) || len(u.Sections) != 1 {
			t.Errorf("%+v", u.River)
		}
		if err := d.Read(bg, func(tx *db.Tx) (err error) {
			units, err = UnitsWater(bg, tx, func(a string) string { return a }, []string{"township"}, jan, feb)
			return err
		}); err != nil || len(units) != 0 {
			t.Errorf("sections of another level count: %v %v", units, err)
		}
	})
}

func TestLakeAndSource(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := New(d, auth.DefaultPolicy(), nil)
		m := MonthOf(2026, time.May)
		enter := func(st Station, list map[string]string) WaterMonth {
			st.Method = "manual"
			st, err := s.Create(bg, duty, st, &Function{From: DayOf(2020, 1, 1), Class: 3, Basis: "区划"})
			if err != nil {
				t.Fatal(err)
			}
			var results []Manual
			for name, v := range list {
				results = append(results, Manual{Month: m, Factor: name, Value: decimal.Must(v)})
			}
			if _, err := s.EnterManual(bg, duty, st.ID, results, ""); err != nil {
				t.Fatal(err)
			}
			got, err := s.WaterMonths(bg, duty, st.ID, m, m)
			if err != nil || len(got) != 1 {
				t.Fatal(err)
			}
			return got[0]
		}
		lake := enter(station("L1", Lake), map[string]string{"总磷": "0.06", "总氮": "1.2", "codmn": "4.1", "叶绿素a": "12", "透明度": "1.1"})
		if lake.Trophic == nil || lake.Trophic.State != "中营养" || lake.Trophic.Value.String() != "49.44" || lake.Class != water.IV {
			t.Errorf("%+v %s", lake.Trophic, lake.Class)
		}
		st := station("S1", Source)
		st.Still = true
		source := enter(st, map[string]string{"总磷": "0.06", "氨氮": "0.2", "硫酸盐": "300"})
		if source.Source == nil || source.Source.Meets || len(source.Source.Failing) != 2 {
			t.Errorf("a reservoir's phosphorus and sulphate: %+v", source.Source)
		}
		st = station("S2", Source)
		if source = enter(st, map[string]string{"总磷": "0.06", "氨氮": "0.2"}); source.Source == nil || !source.Source.Meets {
			t.Errorf("a river's phosphorus: %+v", source.Source)
		}
	})
}

func TestStates(t *testing.T) {
	now := time.Date(2026, 10, 5, 4, 20, 0, 0, time.UTC) // 12:20 in Beijing
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := New(d, auth.DefaultPolicy(), nil)
		a, err := s.Create(bg, duty, station("A1", Air), nil)
		if err != nil {
			t.Fatal(err)
		}
		b, err := s.Create(bg, duty, station("A2", Air), nil)
		if err != nil {
			t.Fatal(err)
		}
		real := d.Now()
		day := DayAt(real)
		hour := real.Truncate(time.Hour).Add(-time.Hour)
		for name, v := range map[string]string{"PM2.5": "75", "PM10": "80", "SO2": "8", "NO2": "30", "CO": "0.8", "O3": "90"} {
			item, _ := ItemOf(Air, name)
			if _, err := s.Enter(bg, duty, a.ID, []Hour{{At: hour, Factor: item.Factor, Value: decimal.Must(v)}}, "api", ""); err != nil {
				t.Fatal(err)
			}
		}
		got, err := s.States(bg, []Station{a, b})
		if err != nil || !got[a.ID].At.Equal(hour) || len(got[a.ID].Hours) != 6 || got[a.ID].Report.AQI != 114 || got[a.ID].Offline(a, real) || !got[b.ID].Offline(b, real) {
			t.Errorf("%s %+v %v", day, got, err)
		}
	})
	for _, c := range []struct {
		kind   Kind
		method string
		at     time.Time
		want   bool
	}{
		{Air, "auto", now.Add(-4 * time.Hour), false}, {Air, "auto", now.Add(-5 * time.Hour), true}, {Air, "manual", time.Time{}, false}, {Section, "auto", now.Add(-6 * time.Hour), false}, {Section, "auto", time.Time{}, true},
	} {
		st := station("A", c.kind)
		st.Method = c.method
		if got := (State{At: c.at}).Offline(st, now); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}
