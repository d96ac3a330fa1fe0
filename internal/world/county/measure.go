package county

import (
	"math"
)

// measure turns the truth into values: analysers of water repeat a result until
// the next, instruments have noise and a resolution, and once a week they are
// calibrated.
func (g *generator) measure(row *Row) {
	p, x := &g.o.plant, &g.x
	fresh := x.k%p.hold == 0
	calibrating := x.k/perDay%7 == 2 && x.k%perDay == p.calib*perHour
	i := 0
	for c := range g.o.Channels {
		ch := &g.o.Channels[c]
		v, flag := math.NaN(), byte('N')
		switch ch.Role {
		case "pollutant":
			if fresh || g.held[i] == 0 {
				g.held[i] = x.sample[i] * (1 + p.noise*g.r.NormFloat64())
			}
			v = g.held[i]
			if calibrating {
				v, flag = ch.Span*.5, 'C'
			}
			i++
		case "flow":
			v = x.flow * (1 + .01*g.r.NormFloat64())
		case "oxygen":
			v = x.oxygen + .05*g.r.NormFloat64()
			if calibrating {
				v, flag = 20.9, 'C'
			}
		case "temperature":
			v = x.hot + .2*g.r.NormFloat64()
		case "humidity":
			v = x.wetness + .1*g.r.NormFloat64()
		case "acidity":
			v = x.acidity + .02*g.r.NormFloat64()
		case "production":
			v = x.power
		case "treatment":
			v = x.treat
		case "supply":
			v = x.supply
		}
		row.Values[c], row.Flags[c] = round(max(v, 0), ch.digits), flag
	}
	if g.r.IntN(400) == 0 {
		row.Lost = true
	}
}

// excess finds hours in which what really leaves exceeds a limit; they are events
// too, if nothing else was going on.
type excess struct {
	limits []float64
	day    bool // judged by days, as waste water is
	sums   []float64
	weight float64
	n      int
	spans  [][2]int
}

func newExcess(o *Outlet) excess {
	e := excess{day: o.Kind == Water}
	for _, c := range o.Channels {
		if c.Role == "pollutant" {
			e.limits = append(e.limits, c.Upper)
		}
	}
	e.sums = make([]float64, len(e.limits))
	return e
}

func (e *excess) see(x *state) {
	period := perHour
	if e.day {
		period = perDay
	}
	for i := range e.sums {
		e.sums[i] += x.true[i] * x.flow
	}
	e.weight += x.flow
	if e.n++; e.n < period {
		return
	}
	for i, limit := range e.limits {
		if e.sums[i] > limit*e.weight && e.weight > 0 {
			e.add(x.k-period+1, x.k+1)
			break
		}
	}
	clear(e.sums)
	e.weight, e.n = 0, 0
}

// add joins spans with at most six hours between them.
func (e *excess) add(from, to int) {
	if n := len(e.spans); n > 0 && from-e.spans[n-1][1] <= 6*perHour {
		e.spans[n-1][1] = to
		return
	}
	e.spans = append(e.spans, [2]int{from, to})
}

// events gives the spans that no placed violation explains.
func (e *excess) events(o *Outlet, placed []*Event) []Event {
	var out []Event
next:
	for _, s := range e.spans {
		for _, p := range placed {
			if p.Violation && s[0] < p.to+perDay && p.from < s[1] {
				continue next
			}
		}
		out = append(out, Event{Scenario: byItself, Outlet: o.ID, Violation: true, From: moment(s[0]), To: moment(s[1]), from: s[0], to: s[1]})
	}
	return out
}
