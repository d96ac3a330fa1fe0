package forecast_test

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/forecast"
	"github.com/qingshao/qingshao/internal/world/ambient"
)

var first = time.Date(2024, 3, 1, 0, 0, 0, 0, forecast.Beijing)

// sky is a generated series read from its CSV, as a foreign one would be.
func sky(t testing.TB, seed uint64, hours int) *forecast.Series {
	t.Helper()
	var b bytes.Buffer
	if err := ambient.New(seed, first, hours).Write(&b); err != nil {
		t.Fatal(err)
	}
	s, err := forecast.Read(&b)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// On data not used for fitting the forecasts are better than persistence and no
// worse than climatology, and the interval holds what it says.
func TestBacktest_BetterThanPersistence(t *testing.T) {
	t.Parallel()
	const hours = 24 * 500
	for _, seed := range []uint64{901, 902} { // never used while the method was made
		s := sky(t, seed, hours)
		for _, factor := range []string{"PM2.5", "O3"} {
			scores, _, err := forecast.Backtest(s, forecast.Request{Factor: factor, Horizons: []int{6, 24, 72}, Until: "2025-03-01"})
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range scores {
				if *x.RMSE >= 0.97**x.Persistence || *x.RMSE > 1.03**x.Climatology || *x.Skill < 0.05 {
					t.Errorf("seed %d %s +%d h: RMSE %.2f, persistence %.2f, climatology %.2f", seed, factor, x.Horizon, *x.RMSE, *x.Persistence, *x.Climatology)
				}
				if *x.Coverage < forecast.Nominal-0.05 || *x.Coverage > forecast.Nominal+0.05 {
					t.Errorf("seed %d %s +%d h: coverage %.3f", seed, factor, x.Horizon, *x.Coverage)
				}
				if want := 1 - (*x.RMSE**x.RMSE)/(*x.Persistence**x.Persistence); math.Abs(*x.Skill-want) > 0.001 {
					t.Errorf("skill %v, want %v", *x.Skill, want)
				}
			}
		}
	}
}

// Whatever comes after an hour cannot change what was forecast at it: neither
// the factor nor any other column, neither through fitting nor through the
// interval.
func TestForecasts_KnowNothingOfTheFuture(t *testing.T) {
	t.Parallel()
	const hours, cut = 1600, 1000
	horizons := []int{1, 24, 72}
	s := sky(t, 3, hours)
	target, _ := s.Column("O3")
	want := forecast.Fit(s, target, cut, horizons).Forecasts(s)
	for _, turn := range []int{cut - 1, cut + 300, hours - 73} {
		spoilt := sky(t, 3, hours)
		r := rand.New(rand.NewPCG(1, uint64(turn)))
		for _, col := range spoilt.Columns {
			for i := turn + 1; i < hours; i++ {
				col[i] = 1000 * r.NormFloat64()
				if r.IntN(5) == 0 {
					col[i] = math.NaN()
				}
			}
		}
		got := forecast.Fit(spoilt, target, cut, horizons).Forecasts(spoilt)
		same := 0
		for i, f := range want {
			if f.Issued > turn {
				break
			}
			if g := got[i]; g.Value != f.Value || g.Low != f.Low || g.Up != f.Up || g.Climatology != f.Climatology {
				t.Fatalf("spoilt after %d: the forecast at %d for +%d h changed from %+v to %+v", turn, f.Issued, f.Horizon, f, g)
			}
			same++
		}
		if same < 3*(turn-cut+1) {
			t.Errorf("only %d forecasts compared", same)
		}
	}
	// and the series cut off at an hour gives the same forecasts up to it
	short := sky(t, 3, hours)
	for i := range short.Columns {
		short.Columns[i] = short.Columns[i][:cut+200]
	}
	for i, f := range forecast.Fit(short, target, cut, horizons).Forecasts(short) {
		if f.Value != want[i].Value || f.Low != want[i].Low || f.Up != want[i].Up {
			t.Fatalf("cut off: %+v, was %+v", f, want[i])
		}
	}
}

// wave writes a made-up foreign series.
func wave(hours int, value func(i int) string) string {
	var b strings.Builder
	b.WriteString("time,x\n")
	for i := range hours {
		if v := value(i); v != "skip" {
			fmt.Fprintf(&b, "%s,%s\n", first.Add(time.Duration(i)*time.Hour).Format("2006-01-02 15:04"), v)
		}
	}
	return b.String()
}

func TestBacktest_ForeignSeries(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(4, 4))
	noise := make([]float64, 4000)
	v := 0.0
	for i := range noise {
		v = 0.9*v + r.NormFloat64()
		noise[i] = 20 + 5*v + 6*math.Sin(2*math.Pi*float64(i)/24)
	}
	number := func(i int) string { return fmt.Sprintf("%.2f", noise[i]) }
	for _, c := range []struct {
		name, until string
		hours       int
		value       func(i int) string
		beats       bool // persistence at 24 h
		none        bool // nothing to compare
	}{
		{"short", "2024-03-04", 120, number, false, false},
		{"a fortnight", "2024-03-15", 500, number, false, false},
		{"half a year", "2024-07-01", 4000, number, true, false},
		{"constant", "2024-03-15", 800, func(int) string { return "7" }, false, false},
		{"every third hour missing", "2024-07-01", 4000, func(i int) string {
			if i%3 == 1 {
				return "skip"
			}
			return number(i)
		}, true, false},
		{"eight hours a day", "2024-07-01", 4000, func(i int) string {
			if i%24 >= 8 {
				return ""
			}
			return number(i)
		}, true, false},
		{"one value a day", "2024-07-01", 4000, func(i int) string {
			if i%24 != 8 {
				return "skip"
			}
			return number(i)
		}, true, false},
		{"weeks missing", "2024-07-01", 4000, func(i int) string {
			if i%900 < 400 {
				return "NA"
			}
			return number(i)
		}, true, false},
		{"negative", "2024-07-01", 4000, func(i int) string { return fmt.Sprintf("%.2f", noise[i]-20) }, true, false},
		{"nothing after", "2024-07-01", 4000, func(i int) string {
			if i > 2930 {
				return "-9999"
			}
			return number(i)
		}, false, true},
	} {
		s, err := forecast.Read(strings.NewReader(wave(c.hours, c.value)))
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		scores, _, err := forecast.Backtest(s, forecast.Request{Factor: "x", Horizons: []int{24, 48}, Until: c.until})
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		x := scores[0]
		if c.none {
			if x.RMSE != nil || x.Skill != nil {
				t.Errorf("%s: %+v", c.name, x)
			}
			continue
		}
		if x.RMSE == nil || math.IsNaN(*x.RMSE) || math.IsInf(*x.RMSE, 0) || *x.RMSE > 1.35**x.Persistence+1e-6 {
			t.Errorf("%s: %v against %v", c.name, deref(x.RMSE), deref(x.Persistence))
			continue
		}
		if c.beats && *x.RMSE > 0.9**x.Persistence {
			t.Errorf("%s: %v against %v", c.name, *x.RMSE, *x.Persistence)
		}
		if c.beats && (*x.Coverage < 0.8 || *x.Coverage > 0.98) {
			t.Errorf("%s: coverage %v", c.name, *x.Coverage)
		}
	}
}

func deref(v *float64) any {
	if v == nil {
		return nil
	}
	return *v
}

func TestBacktest_RefusesWhatCannotBe(t *testing.T) {
	t.Parallel()
	s, err := forecast.Read(strings.NewReader(wave(200, func(i int) string { return fmt.Sprint(i % 24) })))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		q    forecast.Request
		want string
	}{
		{forecast.Request{Factor: "y", Horizons: []int{6}, Until: "2024-03-05"}, "没有名为“y”的数值列；有：x"},
		{forecast.Request{Factor: "x", Until: "2024-03-05"}, "请给出预测时效"},
		{forecast.Request{Factor: "x", Horizons: []int{0}, Until: "2024-03-05"}, "1 至 336"},
		{forecast.Request{Factor: "x", Horizons: []int{6, 6}, Until: "2024-03-05"}, "不重复"},
		{forecast.Request{Factor: "x", Horizons: []int{6}, Until: "三月"}, "--train-until"},
		{forecast.Request{Factor: "x", Horizons: []int{6}, Until: "2023-03-05"}, "之前和之后都应有数据"},
		{forecast.Request{Factor: "x", Horizons: []int{6}, Until: "2024-03-02"}, "至少要 48 个"},
	} {
		if _, _, err := forecast.Backtest(s, c.q); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v", c.q, err)
		}
	}
}

// The factor's own year, month and line number do not lead the forecast astray.
func TestBacktest_CountersAreNoWeather(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("time,No,year,x,station,wd\n")
	r := rand.New(rand.NewPCG(5, 5))
	v := 0.0
	for i := range 3000 {
		v = 0.9*v + r.NormFloat64()
		at := first.Add(time.Duration(i) * time.Hour)
		fmt.Fprintf(&b, "%s,%d,%d,%.2f,中心站,%s\n", at.Format(time.RFC3339), i, at.Year(), 30+v+5*math.Sin(float64(at.Hour())), []string{"N", "SW", "ESE", "NA"}[i%4])
	}
	s, err := forecast.Read(strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(s.Names, " "); got != "No year x wd·东 wd·北" || s.Words["station"] != 2 {
		t.Error(got, s.Words)
	}
	scores, _, err := forecast.Backtest(s, forecast.Request{Factor: "x", Horizons: []int{12}, Until: "2024-06-01"})
	if err != nil || *scores[0].Skill < 0.2 {
		t.Error(err, scores)
	}
	if _, _, err := forecast.Backtest(s, forecast.Request{Factor: "station", Horizons: []int{12}, Until: "2024-06-01"}); err == nil || !strings.Contains(err.Error(), "第 2 行不是数") {
		t.Error(err)
	}
}

func TestRead_Forms(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"time,a\n2026-01-01 00:00,1\n2026-01-01 01:00,2\n2026-01-01 03:00,4\n",
		"\xef\xbb\xbfTime, a\n2026-01-01T03:00:00+08:00,4\n2025-12-31T16:00:00Z,1\n2025-12-31T17:00:00Z,2\n",
		"a,datetime\n1,2026/1/1 0:00\n1,2026/1/1 0:20\n2,2026/1/1 1:00\n,2026/1/1 2:00\n4,2026/1/1 3:00\n",
		"time,a\r\n2026-01-01 00,1\r\n2026-01-01 01,2\r\n\r\n2026-01-01 02,-999\r\n2026-01-01 03,4\r\n",
	} {
		s, err := forecast.Read(strings.NewReader(text))
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		k, ok := s.Column("a")
		if !ok || s.Len() != 4 || fmt.Sprint(s.Columns[k]) != "[1 2 NaN 4]" || s.Time(0).UTC().Format("2006-01-02 15:04") != "2025-12-31 16:00" {
			t.Errorf("%q: %v %v %v", text, s.Names, s.Columns, s.Time(0))
		}
	}
}

func TestRead_Mistakes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": "是空的", "time\n": "至少", "time,a\n": "没有数据行", "time,a\n昨天,1\n": "第 2 行的时间“昨天”读不出", "time,a\n2026-01-01 00:00,1,2\n": "第 2 行有 3 列",
		"time,a\n2026-01-01 00:00,一\n": "没有一列是数", "time,a\n1926-01-01 00:00,1\n2026-01-01 00:00,1\n": "跨度超过", "time,a\n2026-01-01 00:00,\"1\n": "第",
	} {
		if want == "至少" {
			want = "2 至 200 列"
		}
		if _, err := forecast.Read(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func BenchmarkBacktest_TwoYears(b *testing.B) {
	s := sky(b, 11, 2*8766)
	for b.Loop() {
		if _, _, err := forecast.Backtest(s, forecast.Request{Factor: "PM2.5", Horizons: []int{6, 24, 72}, Until: "2025-09-01"}); err != nil {
			b.Fatal(err)
		}
	}
}
