package forecast

import (
	"math"
	"slices"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/fault"
)

// Forecast is one forecast for one hour.
type Forecast struct {
	Issued  int // hour of the grid
	Horizon int
	Value   float64
	Low, Up float64
	// Persistence is the newest value at the time of issue, NaN when it is
	// missing; Climatology the mean of the hour in its month.
	Persistence float64
	Climatology float64
}

// Forecasts are those issued at the hours from cut to the end of the series, hour
// by hour, all horizons of an hour together. The interval learns from the errors
// that had become known at each hour.
func (m *Model) Forecasts(s *Series) []Forecast {
	if len(m.horizons) == 0 {
		return nil
	}
	longest := 0
	for _, h := range m.horizons {
		longest = max(longest, h.h)
	}
	phases := phasesOf(s, longest)
	b := newBuilder(s, m.target, m.cut, longest, &m.clim, phases)
	n := s.Len()
	out := make([]Forecast, 0, max(0, n-m.cut)*len(m.horizons))
	tunes := make([]tune, len(m.horizons))
	for i := range tunes {
		tunes[i] = tune{low: 1, up: 1}
	}
	var row []float64
	for t := m.cut; t < n; t++ {
		for k := range m.horizons {
			h := &m.horizons[k]
			if issued := t - h.h; issued >= m.cut && !math.IsNaN(b.y[t]) {
				tunes[k].learn(out[(issued-m.cut)*len(m.horizons)+k], b.y[t])
			}
			var a float64
			a, row = h.say(b, t, row)
			f := Forecast{Issued: t, Horizon: h.h, Value: b.clim[t+h.h] + b.sd*a, Persistence: b.y[t], Climatology: m.clim.plain[phases[t+h.h].month][phases[t+h.h].hour]}
			bin := h.bin(a)
			f.Low = f.Value + b.sd*h.low[bin]*tunes[k].low
			f.Up = f.Value + b.sd*h.up[bin]*tunes[k].up
			if m.positive {
				f.Value, f.Low, f.Up = max(0, f.Value), max(0, f.Low), max(0, f.Up)
			}
			out = append(out, f)
		}
	}
	return out
}

// tune widens or narrows the two sides of the interval, so that in the long run
// each is missed as often as it should be, whatever the weather.
type tune struct{ low, up float64 }

func (t *tune) learn(f Forecast, y float64) {
	const tail = (1 - Nominal) / 2
	step := func(missed bool) float64 {
		if missed {
			return math.Exp(adaptation * (1 - tail))
		}
		return math.Exp(-adaptation * tail)
	}
	t.low = min(max(t.low*step(y < f.Low), 1/float64(widestScale)), widestScale)
	t.up = min(max(t.up*step(y > f.Up), 1/float64(widestScale)), widestScale)
}

// Score is how the forecasts of a horizon did; nil where there was nothing to
// compare.
type Score struct {
	Horizon     int      `json:"horizon"`
	RMSE        *float64 `json:"rmse"`
	Persistence *float64 `json:"persistence_rmse"`
	Climatology *float64 `json:"climatology_rmse"`
	// Skill is 1 − MSE/MSE of persistence.
	Skill *float64 `json:"skill"`
	// Coverage is the share of outcomes within the interval; Nominal is meant.
	Coverage *float64 `json:"coverage"`
	Pairs    int      `json:"-"`
}

// Rate scores forecasts on the hours where both the hour of issue and the hour
// forecast have a value, the same for all three ways.
func Rate(y []float64, forecasts []Forecast, horizons []int) []Score {
	out := make([]Score, 0, len(horizons))
	for _, h := range horizons {
		s := Score{Horizon: h}
		var mse, pers, clim, held float64
		for _, f := range forecasts {
			at := f.Issued + f.Horizon
			if f.Horizon != h || at >= len(y) || math.IsNaN(y[at]) || math.IsNaN(f.Persistence) {
				continue
			}
			s.Pairs++
			v := y[at]
			mse += (f.Value - v) * (f.Value - v)
			pers += (f.Persistence - v) * (f.Persistence - v)
			clim += (f.Climatology - v) * (f.Climatology - v)
			if v >= f.Low-1e-9 && v <= f.Up+1e-9 {
				held++
			}
		}
		if n := float64(s.Pairs); n > 0 {
			s.RMSE, s.Persistence, s.Climatology, s.Coverage = ref(math.Sqrt(mse/n)), ref(math.Sqrt(pers/n)), ref(math.Sqrt(clim/n)), ref(held/n)
			if pers > 0 {
				s.Skill = ref(1 - mse/pers)
			} else {
				s.Skill = ref(0)
			}
		}
		out = append(out, s)
	}
	return out
}

// ref rounds to what is worth printing.
func ref(v float64) *float64 {
	v = math.Round(v*1e4) / 1e4
	return &v
}

// Request is what a backtest is asked.
type Request struct {
	Factor   string
	Horizons []int
	Until    string // a day or moment; what is before it may be learnt from
}

// leastTraining is how many values training needs at all.
const leastTraining = 48

// maxHorizon is two weeks.
const maxHorizon = 336

// Backtest trains on what is before Until and scores the forecasts issued from
// then on.
func Backtest(s *Series, q Request) ([]Score, *Model, error) {
	target, ok := s.Column(q.Factor)
	if line := s.Words[q.Factor]; !ok && line > 0 {
		return nil, nil, fault.Invalidf("“%s”一列第 %d 行不是数", q.Factor, line)
	}
	if !ok {
		return nil, nil, fault.Invalidf("数据中没有名为“%s”的数值列；有：%s", q.Factor, strings.Join(s.Names, "、"))
	}
	if len(q.Horizons) == 0 {
		return nil, nil, fault.Invalidf("请给出预测时效，例如 6,24,72")
	}
	for i, h := range q.Horizons {
		if h < 1 || h > maxHorizon || slices.Contains(q.Horizons[:i], h) {
			return nil, nil, fault.Invalidf("预测时效应为 1 至 %d 的整小时数，不重复；现有 %d", maxHorizon, h)
		}
	}
	cut, err := s.cut(q.Until)
	if err != nil {
		return nil, nil, err
	}
	have := 0
	for _, v := range s.Columns[target][:cut] {
		if !math.IsNaN(v) {
			have++
		}
	}
	if have < leastTraining {
		return nil, nil, fault.Invalidf("%s 之前“%s”只有 %d 个数值，训练至少要 %d 个", q.Until, q.Factor, have, leastTraining)
	}
	m := Fit(s, target, cut, q.Horizons)
	return Rate(s.Columns[target], m.Forecasts(s), q.Horizons), m, nil
}

// cut is the first hour at or after a day (its midnight in the series' zone) or
// moment.
func (s *Series) cut(text string) (int, error) {
	t, zone, ok := parseTime(text)
	if !ok {
		return 0, fault.Invalidf("--train-until “%s”读不出，应写成 2026-01-31", text)
	}
	if zone == nil { // read as Beijing's; the series may be elsewhere
		t = time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, s.Zone)
	}
	cut := s.At(t)
	if t.After(s.Time(cut)) {
		cut++
	}
	if cut <= 0 || cut >= s.Len() {
		return 0, fault.Invalidf("--train-until %s 之前和之后都应有数据；数据为 %s 至 %s", text, s.Time(0).Format("2006-01-02 15:04"), s.Time(s.Len()-1).Format("2006-01-02 15:04"))
	}
	return cut, nil
}
