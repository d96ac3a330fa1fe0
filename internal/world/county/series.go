package county

import (
	"math"
	"math/rand/v2"
	"time"
)

// Row is what an outlet sends for one step: a value and a flag of HJ 212 for each
// channel; NaN = nothing came. Rain is mm in the step.
type Row struct {
	At     time.Time
	Values []float64
	Flags  []byte
	Rain   float64
	Lost   bool // no packet came at all
}

// state is the truth of one step, before it is measured. Events change its second
// part; the meters and concentrations follow.
type state struct {
	k       int
	load    float64
	raw     []float64 // before treatment
	true    []float64 // what leaves
	sample  []float64 // what the analyser sees
	power   float64
	treat   float64
	flow    float64
	supply  float64
	oxygen  float64
	hot     float64
	wetness float64
	acidity float64

	removal float64   // by the treatment
	share   float64   // of its power that treatment draws
	passed  float64   // share of the discharge that passes the monitor
	added   float64   // clean water poured in, as a share of the flow
	seen    []float64 // share of the truth that the analyser is shown
	air     float64   // share of air in the sample of flue gas
}

// Series gives the outlet's rows in order, and the events that were there: those
// placed, and exceedances that came by themselves.
func (o *Outlet) Series() ([]Row, []Event) {
	r := rand.New(rand.NewPCG(o.seed, 3))
	rain := weather(o.seed)
	rows := make([]Row, steps)
	n := len(o.Channels)
	values, flags := make([]float64, steps*n), make([]byte, steps*n)
	g := newGenerator(o, r)
	for k := range rows {
		row := &rows[k]
		*row = Row{At: moment(k), Values: values[k*n : k*n+n : k*n+n], Flags: flags[k*n : k*n+n : k*n+n], Rain: rain[k]}
		g.step(k, row, rows)
	}
	var events []Event
	for _, e := range o.events {
		events = append(events, *e)
	}
	return rows, append(events, g.excess.events(o, o.events)...)
}

// weather is the county's rain: some spells of hours, the same at every outlet but
// for a little.
func weather(seed uint64) []float64 {
	r := rand.New(rand.NewPCG(20260302, 7))
	own := rand.New(rand.NewPCG(seed, 8))
	rain := make([]float64, steps)
	for k := 0; k < steps; {
		k += perHour * (30 + r.IntN(140))
		for end := k + perHour*(2+r.IntN(14)); k < end && k < steps; k++ {
			rain[k] = round(r.ExpFloat64()*0.4*between(own, .8, 1.2), 1)
		}
	}
	return rain
}

// generator makes one outlet's rows.
type generator struct {
	o      *Outlet
	r      *rand.Rand
	x      state
	common drift
	work   drift
	each   []drift
	held   []float64
	passed float64
	excess excess
}

func newGenerator(o *Outlet, r *rand.Rand) *generator {
	n := len(o.plant.raw)
	g := &generator{o: o, r: r, common: drift{keep: .985}, work: drift{keep: .9}, held: make([]float64, n)}
	for range n {
		g.each = append(g.each, drift{keep: .98})
	}
	g.x.raw, g.x.true, g.x.sample, g.x.seen = make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	g.excess = newExcess(o)
	return g
}

// step makes the truth of step k, lets the events change it, and measures.
func (g *generator) step(k int, row *Row, rows []Row) {
	o := g.o
	g.x.k = k
	if o.Kind == Rain {
		g.runoff(row)
		g.report(row, rows)
		return
	}
	g.behave(k)
	for _, e := range o.events {
		if k >= e.from && k < e.to && e.scenario.truth != nil {
			e.scenario.truth(g, e)
		}
	}
	g.follow()
	g.measure(row)
	g.report(row, rows)
}

// report lets events change what is sent.
func (g *generator) report(row *Row, rows []Row) {
	for _, e := range g.o.events {
		if g.x.k >= e.from && g.x.k < e.to && e.scenario.report != nil {
			e.scenario.report(g, e, row, rows)
		}
	}
}

// behave is an ordinary step of an ordinary day.
func (g *generator) behave(k int) {
	p, x := &g.o.plant, &g.x
	day, hour := k/perDay, k%perDay/perHour
	h := float64(k%perHour) / float64(perHour)
	x.load = p.hours[hour]*(1-h) + p.hours[(hour+1)%24]*h
	if day%7 >= 5 {
		x.load *= p.weekend
	}
	work := g.work.next(g.r)
	x.load = max(0.01, x.load*(1+.05*work))
	season, common := 1+p.season*float64(k)/float64(steps), g.common.next(g.r)
	for i := range x.raw {
		swing := p.wander * (math.Sqrt(p.shared)*common + math.Sqrt(1-p.shared)*g.each[i].next(g.r))
		x.raw[i] = p.raw[i] * season * math.Exp(min(max(swing, -2.2*p.wander), 2.2*p.wander))
		x.seen[i] = 1
	}
	x.oxygen = p.oxygen + 4*(1-min(1, x.load)) + .25*work
	x.hot, x.wetness, x.acidity = p.hot+3*x.load+.6*common, p.wetness+.5*common, p.acidity+.12*common
	x.removal, x.share, x.passed, x.added, x.air = p.removal, 1, 1, 0, 0
}

// follow derives meters and concentrations from load and treatment.
func (g *generator) follow() {
	p, x := &g.o.plant, &g.x
	x.power = p.power * (p.idle + (1-p.idle)*x.load) * (1 + .01*g.r.NormFloat64())
	x.treat = p.treat * (.35 + .65*min(1, x.load)) * x.share * (1 + .015*g.r.NormFloat64())
	x.supply = p.flow * x.load * 3.6 * 1.15 * (1 + .02*g.r.NormFloat64())
	through := p.flow * x.load
	if x.k > 0 {
		through = p.tank*g.passed + (1-p.tank)*through
	}
	g.passed = through
	x.flow = through * x.passed * (1 + x.added)
	for i := range x.true {
		if i > 0 && i == p.nitrogen { // total nitrogen holds the ammonia
			x.raw[i] = x.raw[i-1] + .6*x.raw[i]
		}
		x.true[i] = x.raw[i] * (1 - x.removal) / (1 + x.added)
		if g.o.Kind == Gas {
			x.true[i] *= .8 + .2*min(1, x.load)
		}
		x.sample[i] = x.true[i] * x.seen[i] * (1 - x.air)
	}
	x.oxygen += (20.9 - x.oxygen) * x.air
	g.excess.see(x)
}

// runoff is a rain outlet: water while it rains and for some hours after.
func (g *generator) runoff(row *Row) {
	p, x := &g.o.plant, &g.x
	x.flow = x.flow*.93 + p.flow*.05*row.Rain
	if x.flow < .02 {
		x.flow = 0
	}
	row.Values[0], row.Flags[0] = round(x.flow, 2), 'N'
}
