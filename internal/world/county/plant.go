package county

import (
	"math"
	"math/rand/v2"
)

// plant is how an outlet's enterprise works.
type plant struct {
	hours    [24]float64 // load by hour of a working day
	weekend  float64     // of it on Saturdays and Sundays
	power    float64     // kW at full load
	idle     float64     // share of it that runs always
	treat    float64     // kW
	flow     float64     // L/s or m³/s at full load
	tank     float64     // share of the last value that stays in the equalising tank
	nitrogen int         // number of total nitrogen among the pollutants, behind ammonia; 0 = none
	raw      []float64   // concentration before treatment, by pollutant
	removal  float64     // share that treatment takes out
	wander   float64     // relative swing of raw concentrations over hours
	shared   float64     // how much of it the pollutants share
	noise    float64     // of instruments
	hold     int         // steps for which an analyser repeats its result
	oxygen   float64
	hot      float64
	wetness  float64
	acidity  float64
	calib    int // hour of the weekly calibration
	season   float64
}

// shifts are load patterns by hour.
var shifts = [][24]float64{
	{.93, .92, .92, .91, .92, .93, .95, .98, 1, 1, 1, .99, .97, .98, 1, 1, 1, .99, .98, .97, .96, .95, .95, .94},         // continuous
	{.45, .42, .4, .4, .42, .5, .65, .82, .94, .98, .99, .95, .88, .94, .98, .98, .96, .92, .86, .82, .8, .76, .66, .52}, // two shifts
	{.04, .03, .03, .03, .03, .04, .08, .45, .85, .97, .99, .92, .75, .9, .98, .98, .94, .8, .5, .35, .2, .08, .05, .04}, // by day
	{.62, .55, .5, .47, .46, .5, .62, .8, .95, .98, .94, .9, .88, .86, .82, .8, .82, .88, .96, .99, .97, .9, .8, .7},     // sewage
	{.97, .96, .98, .97, .96, .97, .95, .93, .9, .88, .9, .92, .9, .9, .92, .93, .94, .95, .96, .97, .98, .98, .97, .97}, // cheap night power
}

type pollutantForm struct {
	code, name string
	upper      float64
	digits     int
}

var waterSets = [][]pollutantForm{
	{{"w01018", "化学需氧量", 50, 1}, {"w21003", "氨氮", 5, 2}, {"w21001", "总氮", 15, 2}, {"w21011", "总磷", 0.5, 3}},
	{{"w01018", "化学需氧量", 200, 1}, {"w21003", "氨氮", 20, 2}, {"w21001", "总氮", 30, 2}},
	{{"w01018", "化学需氧量", 80, 1}, {"w21003", "氨氮", 15, 2}, {"w20116", "总铬", 1.5, 3}},
	{{"w01018", "化学需氧量", 500, 1}, {"w21003", "氨氮", 45, 2}},
	{{"w01018", "化学需氧量", 100, 1}, {"w21003", "氨氮", 15, 2}},
}

var gasSets = [][]pollutantForm{
	{{"a34013", "烟尘", 10, 2}, {"a21026", "二氧化硫", 35, 2}, {"a21002", "氮氧化物", 50, 2}},
	{{"a34013", "烟尘", 30, 2}, {"a21026", "二氧化硫", 200, 1}, {"a21002", "氮氧化物", 200, 1}},
	{{"a34013", "烟尘", 20, 2}, {"a21026", "二氧化硫", 80, 1}, {"a21002", "氮氧化物", 250, 1}, {"a21024", "氯化氢", 50, 2}},
	{{"a24088", "非甲烷总烃", 60, 2}, {"a34013", "烟尘", 20, 2}},
}

func between(r *rand.Rand, lo, hi float64) float64 { return lo + (hi-lo)*r.Float64() }

// found draws what an outlet is.
func (o *Outlet) found(r *rand.Rand) {
	p := &o.plant
	if o.Kind == Rain {
		o.Channels = []Channel{{Code: "w00000", Name: "流量", Unit: "L/s", Role: "flow", digits: 2}}
		p.flow = between(r, 20, 200)
		return
	}
	p.hours, p.weekend = shifts[r.IntN(len(shifts))], []float64{1, 1, .9, .6, .08}[r.IntN(5)]
	p.power, p.idle, p.treat = between(r, 150, 4000), between(r, .05, .2), between(r, 20, 300)
	p.wander, p.shared, p.noise = between(r, .08, .22), between(r, .3, .8), between(r, .01, .035)
	p.removal, p.season = between(r, .8, .96), between(r, -.12, .12)
	p.calib = r.IntN(24)
	sets := waterSets
	if o.Kind == Gas {
		sets = gasSets
	}
	level := between(r, .22, .62) // of the limit
	for _, f := range sets[r.IntN(len(sets))] {
		own := level * between(r, .75, 1.15)
		if o.Kind == Gas && f.code == "a34013" && r.IntN(3) == 0 {
			own = between(r, .06, .12) // ultra-low emission near the detection limit
		}
		if f.code == "w21001" {
			p.nitrogen = len(p.raw)
			own *= .6
		}
		p.raw = append(p.raw, own*f.upper/(1-p.removal))
		c := Channel{Code: f.code, Name: f.name, Unit: "mg/L", Role: "pollutant", Upper: f.upper, Span: f.upper * 5, digits: f.digits}
		if o.Kind == Gas {
			c.Unit, c.Span = "mg/m³", f.upper*4
		}
		o.Channels = append(o.Channels, c)
	}
	production := Channel{Code: "e-prod", Name: "生产用电", Unit: "kW", Role: "production", digits: 1}
	treatment := Channel{Code: "e-treat", Name: "治理设施用电", Unit: "kW", Role: "treatment", digits: 1}
	if o.Kind == Water {
		p.flow, p.tank, p.hold, p.acidity = between(r, 3, 120), between(r, .8, .95), 2*perHour, between(r, 6.9, 7.8)
		if r.IntN(4) == 0 {
			p.hold = perHour
		}
		o.Channels = append(o.Channels,
			Channel{Code: "w00000", Name: "流量", Unit: "L/s", Role: "flow", digits: 2},
			Channel{Code: "w01001", Name: "pH 值", Role: "acidity", Upper: 9, Lower: 6, digits: 2},
			production, treatment)
		if r.IntN(10) < 6 {
			o.Channels = append(o.Channels, Channel{Code: "s-water", Name: "取水量", Unit: "t/h", Role: "supply", digits: 2})
		}
		return
	}
	p.flow, p.hold, p.oxygen, p.hot, p.wetness = between(r, 5, 80), 1, between(r, 5, 10), between(r, 47, 56), between(r, 9, 13)
	o.Channels = append(o.Channels,
		Channel{Code: "a00000", Name: "废气流量", Unit: "m³/s", Role: "flow", digits: 2},
		Channel{Code: "a19001", Name: "含氧量", Unit: "%", Role: "oxygen", Span: 25, digits: 2},
		Channel{Code: "a01012", Name: "烟气温度", Unit: "℃", Role: "temperature", digits: 1},
		Channel{Code: "a01014", Name: "烟气湿度", Unit: "%", Role: "humidity", digits: 2},
		production, treatment)
}

// drift is noise that remembers: standard deviation 1, and the share of itself
// that is left after a step.
type drift struct{ x, keep float64 }

func (d *drift) next(r *rand.Rand) float64 {
	d.x = d.keep*d.x + math.Sqrt(1-d.keep*d.keep)*r.NormFloat64()
	return d.x
}

func round(x float64, digits int) float64 {
	k := math.Pow10(digits)
	return math.Round(x*k) / k
}
