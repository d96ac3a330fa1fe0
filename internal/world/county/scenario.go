package county

import (
	"math"
	"time"
)

// scenario is one way in which things go wrong, or seem to. Lengths are in steps;
// hour is the hour of the day at which it begins, -1 = any.
type scenario struct {
	name      string
	violation bool
	least     int
	most      int
	hour      int
	fits      func(*Outlet) bool
	file      func(*Outlet, *Event)                 // what comes on file
	truth     func(*generator, *Event)              // what really happens
	report    func(*generator, *Event, *Row, []Row) // what is done to the data
}

func kind(k Kind) func(*Outlet) bool { return func(o *Outlet) bool { return o.Kind == k } }
func plants(o *Outlet) bool          { return o.Kind != Rain }

// running reports whether the outlet works at night and at weekends, so that there
// is always something to hide.
func running(o *Outlet) bool { return o.Kind != Rain && o.plant.hours[2] > .3 && o.plant.weekend > .5 }

// byItself is a short exceedance that nobody meant.
const byItself = "exceedance-by-itself"

const (
	hour = perHour
	day  = perDay
)

// night reports whether the step lies between 22 and 6.
func (x *state) night() bool { h := x.k % perDay / perHour; return h >= 22 || h < 6 }

// eachPollutant calls f with the channel and number of every pollutant.
func (g *generator) eachPollutant(f func(c, i int)) {
	i := 0
	for c := range g.o.Channels {
		if g.o.Channels[c].Role == "pollutant" {
			f(c, i)
			i++
		}
	}
}

// level makes pollutant i leave at k times its limit, if that is more.
func (g *generator) level(i int, k float64) {
	limit := 0.0
	g.eachPollutant(func(c, n int) {
		if n == i {
			limit = g.o.Channels[c].Upper
		}
	})
	if usual := g.x.raw[i] * (1 - g.x.removal); usual < k*limit && usual > 0 {
		g.x.raw[i] *= k * limit / usual
	}
}

// scenarios are the violations and falsifications, then the innocent look-alikes.
var scenarios = []scenario{
	// Too much is let out, and shows.
	{name: "treatment-fault-exceedance", violation: true, least: 14 * hour, most: 40 * hour, hour: -1, fits: running,
		truth: func(g *generator, e *Event) { g.level(0, 1.25+e.a) }},
	{name: "grave-exceedance", violation: true, least: 14 * hour, most: 24 * hour, hour: -1, fits: running,
		truth: func(g *generator, e *Event) {
			g.eachPollutant(func(_, i int) { g.level(i, 2.2+2*e.a) })
		}},
	// Short ones also come about by themselves (excess); a county always has some.
	{name: byItself, violation: true, least: 2 * hour, most: 5 * hour, hour: -1, fits: func(o *Outlet) bool { return running(o) && o.Kind == Gas },
		truth: func(g *generator, e *Event) { g.level(0, 1.1+.4*e.a) }},
	// It leaves by another way.
	{name: "night-bypass", violation: true, least: 4 * day, most: 8 * day, hour: 20, fits: func(o *Outlet) bool { return running(o) && o.Kind == Water },
		truth: func(g *generator, e *Event) {
			if g.x.night() {
				g.x.passed = .15 + .2*e.a
			}
		}},
	{name: "scrubber-bypass", violation: true, least: 6 * hour, most: 30 * hour, hour: -1, fits: func(o *Outlet) bool { return o.Kind == Gas && running(o) && o.role("humidity") >= 0 },
		truth: func(g *generator, e *Event) {
			g.x.hot += 18 + 25*e.a
			g.x.wetness *= .45
			for i := range g.x.seen { // the probe is in the clean duct
				g.x.seen[i] = .9
			}
		}},
	{name: "rain-outlet-dry", violation: true, least: 5 * hour, most: 20 * hour, hour: -1, fits: kind(Rain),
		report: func(g *generator, e *Event, row *Row, _ []Row) {
			row.Values[0] = round(row.Values[0]+g.o.plant.flow*(.05+.1*e.a)*(1+.05*g.r.NormFloat64()), 2)
		}},
	// Treatment is saved.
	{name: "treatment-off-at-night", violation: true, least: 4 * day, most: 8 * day, hour: 20, fits: running,
		truth: func(g *generator, e *Event) {
			if g.x.night() {
				g.x.share, g.x.removal = .04, g.x.removal*.97
			}
		}},
	{name: "treatment-throttled", violation: true, least: 2 * day, most: 6 * day, hour: -1, fits: running,
		truth: func(g *generator, e *Event) { g.x.share, g.x.removal = .3+.15*e.a, g.x.removal*.985 }},
	// The sample is not the effluent.
	{name: "diluted-sample-water", violation: true, least: 2 * day, most: 8 * day, hour: -1, fits: func(o *Outlet) bool { return running(o) && o.Kind == Water },
		truth: func(g *generator, e *Event) {
			for i := range g.x.seen {
				g.x.seen[i] = .2 + .2*e.a
			}
		}},
	{name: "air-in-sample", violation: true, least: 10 * hour, most: 4 * day, hour: -1, fits: func(o *Outlet) bool { return running(o) && o.Kind == Gas },
		truth: func(g *generator, e *Event) { g.x.air = .4 + .3*e.a }},
	{name: "clean-water-poured-in", violation: true, least: 2 * day, most: 6 * day, hour: -1, fits: func(o *Outlet) bool { return running(o) && o.Kind == Water },
		truth: func(g *generator, e *Event) { g.x.added = 1 + 1.2*e.a }},
	{name: "one-analyser-fooled", violation: true, least: 2 * day, most: 8 * day, hour: -1, fits: func(o *Outlet) bool { return running(o) && len(o.plant.raw) > 1 },
		truth: func(g *generator, e *Event) { g.x.seen[int(e.b*float64(len(g.x.seen)))] = .15 + .15*e.a }},
	// The instrument is set.
	{name: "slope-changed", violation: true, least: 3 * day, most: 10 * day, hour: -1, fits: running,
		file: func(o *Outlet, e *Event) { o.Settings = append(o.Settings, e.From) },
		truth: func(g *generator, e *Event) {
			for i := range g.x.seen {
				g.x.seen[i] = .4 + .25*e.a
			}
		}},
	{name: "range-capped", violation: true, least: 4 * day, most: 10 * day, hour: -1, fits: running,
		report: func(g *generator, e *Event, row *Row, _ []Row) {
			g.eachPollutant(func(c, i int) {
				p := &g.o.plant
				lid := p.raw[i] * (1 - p.removal) * (.85 + .08*e.a)
				row.Values[c] = min(row.Values[c], round(lid, g.o.Channels[c].digits))
			})
		}},
	// The data are made.
	{name: "constant-value", violation: true, least: 20 * hour, most: 5 * day, hour: -1, fits: running,
		report: func(g *generator, e *Event, row *Row, rows []Row) {
			g.eachPollutant(func(c, _ int) {
				if row.Flags[c] == 'N' {
					row.Values[c] = rows[e.from-perHour].Values[c]
				}
			})
		}},
	{name: "yesterday-again", violation: true, least: 1 * day, most: 5 * day, hour: -1, fits: running,
		report: func(g *generator, e *Event, row *Row, rows []Row) {
			g.eachPollutant(func(c, _ int) {
				old := &rows[g.x.k-perDay]
				if old.Flags[c] == 'N' && row.Flags[c] == 'N' {
					row.Values[c] = old.Values[c]
				}
			})
		}},
	{name: "made-up-curve", violation: true, least: 2 * day, most: 7 * day, hour: -1, fits: func(o *Outlet) bool { return running(o) && o.plant.wander > .12 },
		report: func(g *generator, e *Event, row *Row, _ []Row) {
			g.eachPollutant(func(c, i int) {
				p := &g.o.plant
				v := p.raw[i] * (1 - p.removal) * (.8 + .1*e.b) * (1 + .004*g.r.NormFloat64())
				row.Values[c] = round(v, g.o.Channels[c].digits)
			})
		}},
	{name: "zeroed", violation: true, least: 5 * hour, most: 30 * hour, hour: -1, fits: running,
		report: func(g *generator, e *Event, row *Row, _ []Row) {
			g.eachPollutant(func(c, i int) {
				if i == 0 {
					row.Values[c] = 0
				}
			})
		}},
	// Marks and orders.
	{name: "maintenance-mark-over-exceedance", violation: true, least: 5 * hour, most: 14 * hour, hour: -1, fits: func(o *Outlet) bool { return running(o) && o.Kind == Gas },
		truth: func(g *generator, e *Event) { g.level(0, 1.4+e.a) },
		report: func(g *generator, e *Event, row *Row, _ []Row) {
			g.eachPollutant(func(c, _ int) { row.Flags[c] = 'M' })
		}},
	{name: "stopped-mark-while-running", violation: true, least: 6 * hour, most: 30 * hour, hour: -1, fits: running,
		report: func(g *generator, e *Event, row *Row, _ []Row) {
			g.eachPollutant(func(c, _ int) { row.Flags[c] = 'F' })
		}},
	{name: "production-under-stop-order", violation: true, least: 1 * day, most: 4 * day, hour: 8, fits: running,
		file: func(o *Outlet, e *Event) {
			o.Stops = append(o.Stops, [2]time.Time{e.From, e.To})
		}},
	{name: "monitor-off-at-night", violation: true, least: 6 * day, most: 10 * day, hour: 20, fits: running,
		truth: func(g *generator, e *Event) {
			if h := g.x.k % perDay / perHour; h >= 1 && h < 5 {
				g.level(0, 1.3)
			}
		},
		report: func(g *generator, e *Event, row *Row, _ []Row) {
			if h := g.x.k % perDay / perHour; h >= 1 && h < 5 {
				g.eachPollutant(func(c, _ int) { row.Values[c] = math.NaN() })
			}
		}},

	// Innocent.
	{name: "calibration-on-time", least: hour, most: 2 * hour, hour: 10, fits: plants,
		report: func(g *generator, e *Event, row *Row, _ []Row) {
			g.eachPollutant(func(c, _ int) { row.Values[c], row.Flags[c] = g.o.Channels[c].Span*.8, 'C' })
		}},
	{name: "maintenance-marked", least: 3 * hour, most: 10 * hour, hour: 9, fits: plants,
		report: func(g *generator, e *Event, row *Row, _ []Row) {
			g.eachPollutant(func(c, i int) { row.Values[c], row.Flags[c] = round(.1*g.o.Channels[c].Upper, 1), 'M' })
		}},
	{name: "stop-order-obeyed", least: 2 * day, most: 6 * day, hour: 8, fits: plants,
		file:  func(o *Outlet, e *Event) { o.Stops = append(o.Stops, [2]time.Time{e.From.Add(6 * time.Hour), e.To}) },
		truth: func(g *generator, _ *Event) { g.x.load, g.x.share = .01, .3 }},
	{name: "planned-stop", least: 2 * day, most: 6 * day, hour: 8, fits: plants,
		truth: func(g *generator, e *Event) { g.x.load = .01; g.x.share = .3 },
		report: func(g *generator, e *Event, row *Row, _ []Row) {
			if g.x.k > e.from+12*hour {
				g.eachPollutant(func(c, _ int) { row.Flags[c] = 'F' })
			}
		}},
	{name: "start-up", least: 3 * hour, most: 6 * hour, hour: 6, fits: kind(Gas),
		truth: func(g *generator, e *Event) {
			done := float64(g.x.k-e.from) / float64(e.to-e.from)
			g.x.load *= .2 + .8*done
			g.x.oxygen += 6 * (1 - done)
			g.x.hot -= 12 * (1 - done)
		},
		report: func(g *generator, e *Event, row *Row, _ []Row) {
			g.eachPollutant(func(c, _ int) { row.Flags[c] = 'M' })
		}},
	{name: "low-season", least: 4 * day, most: 9 * day, hour: 0, fits: plants,
		truth: func(g *generator, e *Event) {
			g.x.load *= .45 + .15*e.a
			for i := range g.x.raw {
				g.x.raw[i] *= .8
			}
		}},
	{name: "treatment-upgraded-on-record", least: 12 * day, most: 20 * day, hour: 8, fits: plants,
		file:  func(o *Outlet, e *Event) { o.Changes = append(o.Changes, e.From) },
		truth: func(g *generator, e *Event) { g.x.removal = 1 - (1-g.x.removal)*(.35+.2*e.a); g.x.share = 1.25 }},
	{name: "line-down", least: 2 * hour, most: 10 * hour, hour: -1, fits: plants,
		report: func(g *generator, e *Event, row *Row, _ []Row) { row.Lost = true }},
	{name: "single-spikes", least: 1 * day, most: 3 * day, hour: -1, fits: plants,
		report: func(g *generator, e *Event, row *Row, _ []Row) {
			if g.r.IntN(60) == 0 {
				g.eachPollutant(func(c, i int) {
					if i == 0 {
						row.Values[c] = g.o.Channels[c].Upper * (2 + 2*e.a)
					}
				})
			}
		}},
	{name: "drift-then-calibration", least: 6 * day, most: 10 * day, hour: 0, fits: plants,
		truth: func(g *generator, e *Event) {
			done := float64(g.x.k-e.from) / float64(e.to-e.from)
			for i := range g.x.seen {
				g.x.seen[i] = 1 + .18*done*math.Copysign(1, e.a-.5)
			}
		}},
	{name: "power-cut", least: hour, most: 5 * hour, hour: -1, fits: plants,
		truth:  func(g *generator, e *Event) { g.x.load = .01; g.x.share = .02 },
		report: func(g *generator, e *Event, row *Row, _ []Row) { row.Lost = g.x.k-e.from < 3 || row.Lost }},
	{name: "better-raw-material", least: 3 * day, most: 8 * day, hour: -1, fits: plants,
		truth: func(g *generator, e *Event) {
			ramp := min(1, float64(g.x.k-e.from)/float64(day))
			for i := range g.x.raw {
				g.x.raw[i] *= 1 - .3*ramp
			}
		}},
	{name: "close-to-the-limit", least: 3 * day, most: 7 * day, hour: -1, fits: func(o *Outlet) bool { return plants(o) && o.plant.wander < .15 },
		truth: func(g *generator, e *Event) {
			g.eachPollutant(func(c, i int) {
				p := &g.o.plant
				usual := p.raw[i] * (1 - p.removal)
				if usual > .3*g.o.Channels[c].Upper {
					g.x.raw[i] *= .68 * g.o.Channels[c].Upper / usual
				}
			})
		}},
	{name: "rain-water-in-the-works", least: 1 * day, most: 2 * day, hour: -1, fits: func(o *Outlet) bool { return o.Kind == Water && o.role("supply") < 0 },
		truth:  func(g *generator, e *Event) { g.x.added = .35 },
		report: func(g *generator, e *Event, row *Row, _ []Row) { row.Rain += .4 }},
	{name: "night-maintenance-of-treatment", least: 2 * hour, most: 4 * hour, hour: 1, fits: plants,
		truth: func(g *generator, e *Event) { g.x.load *= .1; g.x.share = .05 }},
	{name: "rain-outlet-after-rain", least: 8 * hour, most: 20 * hour, hour: -1, fits: kind(Rain),
		report: func(g *generator, e *Event, row *Row, _ []Row) {
			if g.x.k-e.from < 3*hour {
				row.Rain += 2
			}
			row.Values[0] = round(row.Values[0]+g.o.plant.flow*.3*math.Exp(-float64(g.x.k-e.from)/float64(3*hour)), 2)
		}},
}
