package backtest_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/backtest"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/rule/catalog"
)

// foreign writes a series under names of its own, unlike that of the county: a
// daily and a weekly rhythm, a season, noise that hangs together, gaps and single
// outliers.
func foreign(seed uint64, period time.Duration, days int, change func(at time.Duration, v map[string]float64)) string {
	r := rand.New(rand.NewPCG(seed, 77))
	var b strings.Builder
	b.WriteString("time,factor,value\n")
	wander, gap := 0.0, 0
	base := map[string]float64{"出口COD": 22 + 12*r.Float64(), "出口氨氮": 1 + 2*r.Float64(), "出水流量": 40 + 30*r.Float64()}
	day, week := .1+.25*r.Float64(), .1*r.Float64()
	for at := time.Duration(0); at < time.Duration(days)*24*time.Hour; at += period {
		step := period.Hours()
		wander = wander*math.Exp(-step/8) + .12*math.Sqrt(1-math.Exp(-step/4))*r.NormFloat64()
		h := at.Hours()
		k := 1 + day*math.Sin(2*math.Pi*(h-9)/24) + week*math.Sin(2*math.Pi*h/168) + .15*math.Sin(2*math.Pi*h/(24*60))
		v := map[string]float64{}
		for _, f := range []string{"出口COD", "出口氨氮", "出水流量"} {
			v[f] = base[f] * k * math.Exp(wander) * (1 + .04*r.NormFloat64())
		}
		if r.IntN(int(24*time.Hour/period)*20) == 0 {
			v["出口COD"] *= 2.2 // an outlier that comes alone
		}
		if change != nil {
			change(at, v)
		}
		if gap > 0 {
			gap--
			continue
		}
		if r.IntN(int(24*time.Hour/period)*6) == 0 {
			gap = r.IntN(int(3*time.Hour/period) + 1)
		}
		for _, f := range []string{"出口COD", "出口氨氮", "出水流量"} {
			if x, ok := v[f]; ok {
				fmt.Fprintf(&b, "%s,%s,%.2f\n", start.Add(at).Format("2006-01-02 15:04:05"), f, x)
			}
		}
	}
	return b.String()
}

func foreignMeta(period time.Duration) backtest.Meta {
	return backtest.Meta{Kind: enterprise.Water, Period: int(period / time.Second), Roles: map[string]string{"出水流量": "flow"}}
}

// Series that only live are left alone: at most one finding in all of them
// together, two years of outlets.
func TestRun_ForeignSeriesThatLive(t *testing.T) {
	t.Parallel()
	findings := 0
	for seed := range uint64(12) {
		period := []time.Duration{5 * time.Minute, 15 * time.Minute, time.Hour}[seed%3]
		found, err := backtest.Run(strings.NewReader(foreign(seed, period, 60, nil)), foreignMeta(period), catalog.Signs())
		if err != nil {
			t.Fatal(err)
		}
		findings += len(found)
		for _, f := range found {
			t.Logf("seed %d: %s %s %s to %s: %s", seed, f.Kind, f.Factor, f.Start.Format(time.DateTime), f.End.Format(time.DateTime), f.Reason)
		}
	}
	if findings > 1 {
		t.Errorf("%d findings in series that only live", findings)
	}
}

// What the standards describe is found in series of free names, without limits and
// spans, at several periods.
func TestRun_ForeignSeriesThatLie(t *testing.T) {
	t.Parallel()
	const from, to = 30 * 24, 32 * 24
	for _, c := range []struct {
		name  string
		kinds []string // any of them
		do    func(v map[string]float64)
	}{
		{"held", []string{"constant"}, func(v map[string]float64) { v["出口COD"] = 19.37 }},
		{"zero", []string{"zero"}, func(v map[string]float64) { v["出口氨氮"] = 0 }},
		{"both fall", []string{"drop", "low-concentration", "low-emission"}, func(v map[string]float64) { v["出口COD"] *= .25; v["出口氨氮"] *= .25 }},
		{"one falls", []string{"drop", "low-concentration", "ratio"}, func(v map[string]float64) { v["出口COD"] *= .2 }},
		{"calm as water", []string{"smooth"}, func(v map[string]float64) {
			v["出口COD"] = 20 + .05*math.Sin(v["出口COD"])
			v["出口氨氮"] = 1.5 + .004*math.Sin(100*v["出口氨氮"])
		}},
		{"gone", []string{"missing"}, func(v map[string]float64) { delete(v, "出口COD") }},
	} {
		missed := 0
		for seed := range uint64(6) {
			period := []time.Duration{5 * time.Minute, 15 * time.Minute, time.Hour}[seed%3]
			found, err := backtest.Run(strings.NewReader(foreign(seed+100, period, 40, func(at time.Duration, v map[string]float64) {
				if within(at, from, to) {
					c.do(v)
				}
			})), foreignMeta(period), catalog.Signs())
			if err != nil {
				t.Fatal(err)
			}
			if !slices.ContainsFunc(found, func(f backtest.Finding) bool {
				return slices.Contains(c.kinds, f.Kind) && f.Start.Before(start.Add(to*time.Hour)) && f.End.After(start.Add(from*time.Hour))
			}) {
				missed++
				t.Logf("%s, seed %d, every %s: %+v", c.name, seed, period, found)
			}
		}
		if missed > 1 {
			t.Errorf("%s: missed in %d of 6", c.name, missed)
		}
	}
}
