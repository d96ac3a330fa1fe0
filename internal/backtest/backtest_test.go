package backtest_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/backtest"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/rule/catalog"
	"github.com/qingshao/qingshao/internal/rule/sign"
)

var start = time.Date(2026, 3, 2, 0, 0, 0, 0, time.FixedZone("UTC+8", 8*3600))

// gas writes ten days of minute-like data of a boiler and lets change alter them.
func gas(period time.Duration, days int, change func(at time.Duration, v map[string]float64)) string {
	r := rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	b.WriteString("time,factor,value,flag\n")
	w := 0.0
	for at := time.Duration(0); at < time.Duration(days)*24*time.Hour; at += period {
		w = .98*w + .2*r.NormFloat64()
		v := map[string]float64{"a21026": 18 * (1 + .1*w) * (1 + .02*r.NormFloat64()), "a21002": 31 * (1 + .1*w) * (1 + .02*r.NormFloat64()),
			"a00000": 20 * (1 + .02*r.NormFloat64()), "a19001": 6.5 + .2*r.NormFloat64()}
		if change != nil {
			change(at, v)
		}
		for _, f := range []string{"a21026", "a21002", "a00000", "a19001"} {
			if x, ok := v[f]; ok {
				fmt.Fprintf(&b, "%s,%s,%.2f,N\n", start.Add(at).Format(time.RFC3339), f, x)
			}
		}
	}
	return b.String()
}

func within(at time.Duration, from, to int) bool {
	return at >= time.Duration(from)*time.Hour && at < time.Duration(to)*time.Hour
}

func TestRun_FindsEachKind(t *testing.T) {
	t.Parallel()
	meta := backtest.Meta{Kind: enterprise.Gas, Period: 600, Limits: map[string]float64{"a21026": 35, "a21002": 50}, Spans: map[string]float64{"a21026": 200}}
	for _, c := range []struct {
		kind, factor string
		from, to     int // hours
		change       func(v map[string]float64)
	}{
		{"exceed-mean", "a21026", 160, 164, func(v map[string]float64) { v["a21026"] = 41 }},
		{"constant", "a21002", 150, 170, func(v map[string]float64) { v["a21002"] = 29.31 }},
		{"zero", "a21026", 150, 158, func(v map[string]float64) { v["a21026"] = -.1 }},
		{"full-range", "a21026", 150, 156, func(v map[string]float64) { v["a21026"] = 199 }},
		{"out-of-range", "a21026", 150, 156, func(v map[string]float64) { v["a21026"] = 260 }},
		{"low-concentration", "a21026", 150, 200, func(v map[string]float64) { v["a21026"] *= .3; v["a21002"] *= .3 }},
		{"oxygen-high", "a19001", 150, 170, func(v map[string]float64) { v["a19001"] = 14 }},
		{"missing", "a21002", 150, 170, func(v map[string]float64) { delete(v, "a21002") }},
	} {
		found, err := backtest.Run(strings.NewReader(gas(10*time.Minute, 10, func(at time.Duration, v map[string]float64) {
			if within(at, c.from, c.to) {
				c.change(v)
			}
		})), meta, catalog.Signs())
		if err != nil {
			t.Fatal(err)
		}
		from, to := start.Add(time.Duration(c.from)*time.Hour), start.Add(time.Duration(c.to)*time.Hour)
		i := slices.IndexFunc(found, func(f backtest.Finding) bool { return f.Kind == c.kind && f.Factor == c.factor })
		if i < 0 || !found[i].Start.Before(to) || !from.Before(found[i].End) || found[i].Reason == "" {
			t.Errorf("%s: %+v", c.kind, found)
		}
		for _, f := range found {
			if f.End.Before(from) || f.Start.After(to.Add(24*time.Hour)) {
				t.Errorf("%s: a finding beside the event: %+v", c.kind, f)
			}
		}
	}
}

func TestRun_QuietSeriesIsQuiet(t *testing.T) {
	t.Parallel()
	for _, period := range []time.Duration{time.Minute, 10 * time.Minute, time.Hour} {
		meta := backtest.Meta{Kind: enterprise.Gas, Period: int(period / time.Second), Limits: map[string]float64{"a21026": 35, "a21002": 50}}
		found, err := backtest.Run(strings.NewReader(gas(period, 12, nil)), meta, catalog.Signs())
		if err != nil || len(found) != 0 {
			t.Errorf("period %s: %+v %v", period, found, err)
		}
	}
}

func TestRun_SurfaceWaterEveryFourHours(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	var b strings.Builder
	b.WriteString("\ufefftime,factor,value\n")
	for k := range 6 * 40 { // forty days, lines out of order
		at := start.Add(time.Duration(k^1) * 4 * time.Hour)
		nh3 := .4 + .05*r.NormFloat64()
		if k >= 120 && k < 132 {
			nh3 = 1.6 + .1*r.NormFloat64()
		}
		fmt.Fprintf(&b, "%s,NH3-N,%.3f\n%s,TN,%.3f\n", at.Format("2006-01-02 15:04:05"), nh3, at.Format("2006-01-02 15:04:05"), 1.2+.1*r.NormFloat64())
	}
	meta := backtest.Meta{Kind: sign.Surface, Period: 4 * 3600, Limits: map[string]float64{"NH3-N": 1.0}}
	found, err := backtest.Run(strings.NewReader(b.String()), meta, catalog.Signs())
	if err != nil || len(found) == 0 || found[0].Kind != "exceed-mean" || found[0].Factor != "NH3-N" {
		t.Fatalf("%+v %v", found, err)
	}
	if want := start.Add(120 * 4 * time.Hour); found[0].Start.Before(want.Add(-4*time.Hour)) || found[0].Start.After(want.Add(4*time.Hour)) {
		t.Errorf("begins %s, want about %s", found[0].Start, want)
	}
}

func TestRun_SaysWhereTheFileIsWrong(t *testing.T) {
	t.Parallel()
	meta := backtest.Meta{Kind: enterprise.Gas, Period: 60}
	for text, want := range map[string]string{
		"":                      "空的",
		"time,value\n":          "缺少 factor 列",
		"time,factor,value\n\"": "CSV",
		"time,factor,value\n2026-03-01 00:00:00,a,x\n": "第 2 行的数值 \"x\" 不是数字",
		"time,factor,value\nyesterday,a,1\n":           "第 2 行的时间",
		"time,factor,value\n2026-03-01 00:00:00,a\n":   "第 2 行只有 2 列",
	} {
		_, err := backtest.Run(strings.NewReader(text), meta, nil)
		if !fault.Is(err, fault.Invalid) || !strings.Contains(fault.Sentence(err, ""), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestReadMeta(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{`:                             "JSON",
		`{"kind":"noise","period_s":1}`: "kind",
		`{"kind":"gas"}`:                "period_s",
		`{"kind":"gas","period_s":60,"limit":{}}`: "limit",
	} {
		if _, err := backtest.ReadMeta(strings.NewReader(text)); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
	m, err := backtest.ReadMeta(strings.NewReader(`{"kind":"water","period_s":7200,"limits":{"COD":50}}`))
	if err != nil || m.Limits["COD"] != 50 {
		t.Errorf("%+v %v", m, err)
	}
}
