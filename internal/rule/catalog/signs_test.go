package catalog

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/rule/sign"
)

// plant is an outlet that behaves, hour by hour, until a test changes it.
type plant struct {
	o      *sign.Outlet
	normal func(r *rand.Rand, h int) map[string]float64
}

func channel(code, title string, role sign.Role, upper, span float64) sign.Channel {
	c := sign.Plain(code, title, "", role)
	if upper > 0 {
		c.Upper = upper
	}
	if span > 0 {
		c.Span = span
	}
	return c
}

func boiler() plant {
	return plant{&sign.Outlet{ID: "boiler", Kind: enterprise.Gas, Step: 10 * time.Minute, Channels: []sign.Channel{
		channel("a21026", "二氧化硫", sign.Pollutant, 50, 200), channel("a21002", "氮氧化物", sign.Pollutant, 100, 400),
		channel("a00000", "流量", sign.Flow, 0, 0), channel("a19001", "含氧量", sign.Oxygen, 0, 25),
		channel("a01012", "烟温", sign.Temperature, 0, 0), channel("a01014", "湿度", sign.Humidity, 0, 0),
		channel("prod", "生产用电", sign.Production, 0, 0), channel("treat", "治理用电", sign.Treatment, 0, 0)}},
		func(r *rand.Rand, h int) map[string]float64 {
			swing := 1 + .15*math.Sin(float64(h)/5) + .03*r.NormFloat64()
			return map[string]float64{"a21026": 25 * swing, "a21002": 60 * swing * (1 + .03*r.NormFloat64()), "a00000": 20 * (1 + .02*r.NormFloat64()),
				"a19001": 7 + .2*r.NormFloat64(), "a01012": 50 + r.NormFloat64(), "a01014": 11 + .3*r.NormFloat64(),
				"prod": 1000 * (1 + .02*r.NormFloat64()), "treat": 100 * (1 + .02*r.NormFloat64())}
		}}
}

func works() plant {
	return plant{&sign.Outlet{ID: "works", Kind: enterprise.Water, Step: 10 * time.Minute, Channels: []sign.Channel{
		channel("w01018", "化学需氧量", sign.Pollutant, 50, 250), channel("w21003", "氨氮", sign.Pollutant, 5, 25), channel("w21001", "总氮", sign.Pollutant, 15, 75),
		channel("w00000", "流量", sign.Flow, 0, 0), channel("prod", "生产用电", sign.Production, 0, 0), channel("supply", "取水量", sign.Supply, 0, 0)}},
		func(r *rand.Rand, h int) map[string]float64 {
			swing := 1 + .15*math.Sin(float64(h/2)/3)
			k := rand.New(rand.NewPCG(uint64(h/2), 9)) // an analyser repeats its result for two hours
			return map[string]float64{"w01018": 25 * swing * (1 + .03*k.NormFloat64()), "w21003": 2 * swing * (1 + .03*k.NormFloat64()), "w21001": 8 * swing * (1 + .03*k.NormFloat64()),
				"w00000": 30 * (1 + .03*r.NormFloat64()), "prod": 800 * (1 + .02*r.NormFloat64()), "supply": 120 * (1 + .02*r.NormFloat64())}
		}}
}

// what is done to the values of an hour; a value may be deleted, and a flag set.
type change func(h int, v map[string]float64, flags map[string]byte)

// after is when the change begins: two weeks in, at midnight in Beijing.
const after = 14 * 24

// watch lets the plant run for two weeks and then n hours of change.
func (p plant) watch(n int, rain float64, f change) []sign.Episode {
	start := time.Date(2026, 3, 1, 16, 0, 0, 0, time.UTC)
	w := sign.NewWatcher(p.o, Signs())
	r := rand.New(rand.NewPCG(4, 2))
	for h := range after + n {
		for k := range 6 {
			v, flags := p.normal(r, h), map[string]byte{}
			if h >= after {
				f(h-after, v, flags)
			}
			row := sign.Row{At: start.Add(time.Duration(h*60+k*10) * time.Minute), Rain: math.NaN()}
			if h >= after {
				row.Rain = rain
			}
			for _, c := range p.o.Channels {
				x, ok := v[c.Factor]
				if !ok {
					x = math.NaN()
				}
				x = math.Round(x*100) / 100
				flag := byte('N')
				if g := flags[c.Factor]; g != 0 {
					flag = g
				}
				row.Values = append(row.Values, sign.Value{V: x, Flag: flag})
			}
			if len(v) > 0 {
				w.See(row)
			}
		}
	}
	return w.Finish()
}

func scale(k float64, codes ...string) change {
	return func(_ int, v map[string]float64, _ map[string]byte) {
		for _, c := range codes {
			v[c] *= k
		}
	}
}

func flag(b byte, codes ...string) change {
	return func(_ int, _ map[string]float64, f map[string]byte) {
		for _, c := range codes {
			f[c] = b
		}
	}
}

func both(a ...change) change {
	return func(h int, v map[string]float64, f map[string]byte) {
		for _, x := range a {
			x(h, v, f)
		}
	}
}

func TestSigns_EachFindsItsOwn(t *testing.T) {
	t.Parallel()
	stopped := boiler()
	from := time.Date(2026, 3, 15, 16, 0, 0, 0, time.UTC)
	stopped.o.Stops = []sign.Interval{{From: from, To: from.Add(48 * time.Hour)}}
	set := boiler()
	set.o.Settings = []time.Time{from}
	rain := plant{&sign.Outlet{ID: "rain", Kind: enterprise.Rain, Step: 10 * time.Minute, Channels: []sign.Channel{channel("w00000", "流量", sign.Flow, 0, 0)}},
		func(*rand.Rand, int) map[string]float64 { return map[string]float64{"w00000": 0} }}
	var saved []float64
	copied := 0
	for _, c := range []struct {
		kind  string
		plant plant
		hours int
		do    change
	}{
		{"exceed-mean", boiler(), 3, scale(2.5, "a21026")},
		{"exceed-mean", works(), 12, scale(3, "w21003", "w21001")},
		{"exceed-daily", works(), 26, scale(2.3, "w01018")},
		{"constant", boiler(), 12, func(_ int, v map[string]float64, _ map[string]byte) { v["a21002"] = 58.2 }},
		{"smooth", boiler(), 40, func(_ int, v map[string]float64, _ map[string]byte) { v["a21026"] = 25 + .01*math.Sin(v["a21026"]*100) }},
		{"copied", boiler(), 60, func(h int, v map[string]float64, _ map[string]byte) {
			if h < 24 {
				saved = append(saved, v["a21026"])
				return
			}
			v["a21026"] = saved[copied%len(saved)]
			copied++
		}},
		{"zero", boiler(), 6, scale(0, "a21026")},
		{"full-range", boiler(), 4, func(_ int, v map[string]float64, _ map[string]byte) { v["a21026"] = 199 }},
		{"out-of-range", boiler(), 4, func(_ int, v map[string]float64, _ map[string]byte) { v["a21026"] = 300 }},
		{"capped", boiler(), 60, func(_ int, v map[string]float64, _ map[string]byte) { v["a21026"] = min(v["a21026"], 24) }},
		{"under-limit", boiler(), 9 * 24, both(scale(.5, "treat"), func(h int, v map[string]float64, _ map[string]byte) {
			v["a21026"] = 47.5 + 1.5*math.Sin(float64(h)) + .2*math.Sin(v["a21002"])
		})},
		{"low-concentration", boiler(), 30, scale(.35, "a21026", "a21002")},
		{"drop", boiler(), 30, scale(.3, "a21026", "a21002")},
		{"low-emission", boiler(), 40, scale(.3, "a21026", "a21002")},
		{"order", works(), 10, func(_ int, v map[string]float64, _ map[string]byte) { v["w21003"] = v["w21001"] * 1.2 }},
		{"ratio", works(), 30, scale(.25, "w01018")},
		{"flow-mismatch", works(), 12, scale(.3, "w00000")},
		{"oxygen-high", boiler(), 8, func(_ int, v map[string]float64, _ map[string]byte) { v["a19001"] = 14 }},
		{"bypass", boiler(), 6, func(_ int, v map[string]float64, _ map[string]byte) { v["a01012"], v["a01014"] = 85, 5 }},
		{"treatment-off", boiler(), 3, scale(.03, "treat")},
		{"treatment-low", boiler(), 8, scale(.4, "treat")},
		{"stop-order", stopped, 6, func(int, map[string]float64, map[string]byte) {}},
		{"rain-dry", rain, 40, func(_ int, v map[string]float64, _ map[string]byte) { v["w00000"] = 3 }},
		{"mark-cover", boiler(), 6, both(scale(3, "a21026"), flag('M', "a21026"))},
		{"false-stop", boiler(), 6, flag('F', "a21026", "a21002")},
		{"setting", set, 20, scale(.6, "a21026", "a21002")},
		{"calibration-step", boiler(), 30, func(h int, v map[string]float64, f map[string]byte) {
			if h == 2 {
				f["a21026"], f["a21002"] = 'C', 'C'
			} else if h > 2 {
				v["a21026"], v["a21002"] = v["a21026"]*.45, v["a21002"]*.45
			}
		}},
		{"gap", boiler(), 5 * 24, func(h int, v map[string]float64, _ map[string]byte) {
			if h%24 >= 2 && h%24 < 6 {
				delete(v, "a21026")
				delete(v, "a21002")
			}
		}},
		{"missing", boiler(), 20, func(_ int, v map[string]float64, _ map[string]byte) { delete(v, "a21026") }},
		{"low-transmission", boiler(), 9 * 24, both(scale(.4, "treat"), func(h int, v map[string]float64, _ map[string]byte) {
			if h%24 < 8 {
				clear(v)
			}
		})},
		{"mark-pattern", boiler(), 7 * 24, func(h int, v map[string]float64, f map[string]byte) {
			if h%24 < 4 {
				f["a21026"], f["a21002"] = 'M', 'M'
				v["treat"] *= .4
			}
		}},
		{"night", works(), 5 * 24, func(h int, v map[string]float64, _ map[string]byte) {
			if h%24 < 6 || h%24 >= 22 {
				v["w00000"] *= .35
			}
		}},
	} {
		dry := 0.0
		if c.plant.o.Kind != enterprise.Rain {
			dry = math.NaN()
		}
		got := c.plant.watch(c.hours, dry, c.do)
		var kinds []string
		for _, e := range got {
			for _, k := range e.Kinds {
				kinds = append(kinds, k.Rule.ID)
			}
		}
		if !slices.Contains(kinds, c.kind) {
			t.Errorf("%s: got %v", c.kind, kinds)
		}
	}
}

func TestSigns_LeaveTheInnocentAlone(t *testing.T) {
	t.Parallel()
	changedOver := boiler()
	changedOver.o.Changes = []time.Time{time.Date(2026, 3, 15, 16, 0, 0, 0, time.UTC)}
	for _, c := range []struct {
		name  string
		plant plant
		hours int
		do    change
	}{
		{"nothing", boiler(), 10 * 24, func(int, map[string]float64, map[string]byte) {}},
		{"nothing, water", works(), 10 * 24, func(int, map[string]float64, map[string]byte) {}},
		{"calibration", boiler(), 6, func(h int, v map[string]float64, f map[string]byte) {
			if h == 2 {
				v["a21026"], f["a21026"] = 160, 'C'
			}
		}},
		{"drift mended by a calibration", boiler(), 30, func(h int, v map[string]float64, f map[string]byte) {
			if h < 2 {
				v["a21026"] *= 1.18
			} else if h == 2 {
				f["a21026"] = 'C'
			}
		}},
		{"everything stopped and marked", boiler(), 48, both(scale(.02, "prod", "treat", "a00000", "a21026", "a21002"), flag('F', "a21026", "a21002"))},
		{"everything stopped", boiler(), 48, scale(.02, "prod", "treat", "a00000")},
		{"half load", boiler(), 5 * 24, scale(.55, "prod", "treat", "a00000", "a21026", "a21002")},
		{"line down", boiler(), 8, func(_ int, v map[string]float64, _ map[string]byte) { clear(v) }},
		{"better treatment on record", changedOver, 10 * 24, scale(.4, "a21026", "a21002")},
		{"calibrated every night", boiler(), 8 * 24, func(h int, v map[string]float64, f map[string]byte) {
			if h%24 < 2 {
				v["a21026"], f["a21026"] = 160, 'C'
			}
		}},
		{"a broken monitor", boiler(), 8 * 24, flag('D', "a21026")},
		{"maintenance", boiler(), 6, both(scale(.1, "a21026", "a21002"), flag('M', "a21026", "a21002"))},
		{"cleaner raw material", works(), 5 * 24, scale(.75, "w01018", "w21003", "w21001")},
		{"an order obeyed", func() plant {
			p := boiler()
			from := time.Date(2026, 3, 15, 16, 0, 0, 0, time.UTC)
			p.o.Stops = []sign.Interval{{From: from, To: from.Add(96 * time.Hour)}}
			return p
		}(), 90, scale(.02, "prod", "treat", "a00000")},
	} {
		if got := c.plant.watch(c.hours, math.NaN(), c.do); len(got) != 0 {
			t.Errorf("%s: %s %s", c.name, got[0].Kinds[0].Rule.ID, got[0].Kinds[0].Reason)
		}
	}
}

func TestSigns_AreWhole(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, r := range Signs() {
		if r.ID == "" || seen[r.ID] || r.Title == "" || r.Basis == "" || r.Family == "" || r.Judge == nil || strings.ContainsAny(r.ID, " _") {
			t.Errorf("rule %q is not whole", r.ID)
		}
		if a := AboutSign(r.ID); a.Quiet == "" || a.Cross == "" {
			t.Errorf("%s: say in about.go when it keeps silent and what supports it", r.ID)
		}
		seen[r.ID] = true
	}
	for _, r := range All() {
		if seen[r.ID] {
			t.Errorf("%s names two rules", r.ID)
		}
	}
}

// TestRainDry_Recession rains for three hours on a rain outlet and lets a works pour
// in as much or as little: what recedes is rain.
func TestRainDry_Recession(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 3, 1, 16, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name         string
		poured, keep float64 // litres a second let in from the fifth hour after the rain; what is left of the runoff after an hour
		again        float64 // mm in the tenth hour
		found        bool
	}{
		{"runoff of a paved yard", 0, .5, 0, false},
		{"runoff of a large park", 0, .85, 0, false},
		{"a drizzle follows", 2, .5, .5, false},
		{"a works pours in", 2, .5, 0, true},
		{"a works pours in while a park still drains", 16, .8, 0, true},
	} {
		o := &sign.Outlet{ID: "rain", Kind: enterprise.Rain, Step: 10 * time.Minute, Channels: []sign.Channel{channel("w00000", "流量", sign.Flow, 0, 0)}}
		w := sign.NewWatcher(o, Signs())
		flow := 0.0
		for h := range after + 17 {
			for k := range 6 {
				row := sign.Row{At: start.Add(time.Duration(h*60+k*10) * time.Minute)}
				if since := h - after; since >= 0 && since < 3 {
					row.Rain = 2
				} else if since == 10 {
					row.Rain = c.again / 6
				}
				flow = flow*math.Pow(c.keep, 1.0/6) + row.Rain*2
				v := flow
				if h >= after+8 {
					v += c.poured
				}
				row.Values = []sign.Value{{V: math.Round(v*100) / 100, Flag: 'N'}}
				w.See(row)
			}
		}
		found := slices.ContainsFunc(w.Finish(), func(e sign.Episode) bool {
			return slices.ContainsFunc(e.Kinds, func(k sign.Kind) bool { return k.Rule.ID == "rain-dry" })
		})
		if found != c.found {
			t.Errorf("%s: found %v", c.name, found)
		}
	}
}
