package county

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// The frame of every county.
const (
	Days = 90
	Step = 10 * time.Minute

	perHour = int(time.Hour / Step)
	perDay  = 24 * perHour
	steps   = Days * perDay
	warm    = 21 * perDay // nothing happens before
)

// Start is the first moment, midnight in Beijing of a Monday.
var Start = time.Date(2026, 3, 1, 16, 0, 0, 0, time.UTC)

// Kind says what leaves through an outlet.
type Kind string

// The kinds.
const (
	Water Kind = "water"
	Gas   Kind = "gas"
	Rain  Kind = "rain"
)

// how many outlets of each kind a county has.
var numbers = []struct {
	kind Kind
	n    int
}{{Water, 92}, {Gas, 92}, {Rain, 20}}

// Event is something that happened at an outlet. Violation separates what is to be
// found from what only looks like it.
type Event struct {
	Scenario  string    `json:"scenario"`
	Outlet    string    `json:"outlet"`
	Violation bool      `json:"violation"`
	From      time.Time `json:"from"`
	To        time.Time `json:"to"`

	from, to int
	scenario *scenario
	a, b     float64 // drawn once: how strong, which hours
}

// County is the county of one seed.
type County struct {
	Outlets []*Outlet
	Events  []Event // placed; exceedances that happen by themselves come with Series
}

// Channel is what a monitor or meter at an outlet gives.
type Channel struct {
	Code  string
	Name  string
	Unit  string
	Role  string  // pollutant, flow, oxygen, temperature, humidity, acidity, production, treatment, supply
	Upper float64 // limit of means; 0 = none
	Lower float64
	Span  float64 // 0 = not on file

	digits int
}

// Outlet is one outlet with what the authority has on file.
type Outlet struct {
	ID       string
	Kind     Kind
	Channels []Channel
	Stops    [][2]time.Time // orders to stop production
	Changes  []time.Time    // registered changes of process or treatment
	Settings []time.Time    // changes of the monitor's parameters, by its log

	events []*Event
	plant  plant
	seed   uint64
}

// New makes the county of a seed.
func New(seed uint64) *County {
	c := &County{}
	for _, k := range numbers {
		for i := range k.n {
			id := fmt.Sprintf("%s-%03d", k.kind, i+1)
			o := &Outlet{ID: id, Kind: k.kind, seed: mix(seed, id)}
			o.found(rand.New(rand.NewPCG(o.seed, 1)))
			c.Outlets = append(c.Outlets, o)
		}
	}
	c.place(rand.New(rand.NewPCG(seed, 2)))
	return c
}

// mix makes a seed of its own from a seed and a name.
func mix(seed uint64, name string) uint64 {
	h := seed ^ 0x9e3779b97f4a7c15
	for _, b := range []byte(name) {
		h = (h ^ uint64(b)) * 0x100000001b3
	}
	return h ^ h>>29
}

// The numbers of events of each scenario.
const (
	perViolation = 4
	perLookAlike = 6
)

// place draws where and when things happen: never two within five days at one
// outlet.
func (c *County) place(r *rand.Rand) {
	for i := range scenarios {
		s := &scenarios[i]
		n := perViolation
		if !s.violation {
			n = perLookAlike
		}
		for tries := 0; n > 0 && tries < 10_000; tries++ {
			o := c.Outlets[r.IntN(len(c.Outlets))]
			length := s.least + r.IntN(s.most-s.least+1)
			from := warm + r.IntN(steps-warm-length-2*perDay)
			if s.hour >= 0 {
				from = from/perDay*perDay + s.hour*perHour
			}
			if !s.fits(o) || o.taken(from-5*perDay, from+length+5*perDay) {
				continue
			}
			e := &Event{Scenario: s.name, Outlet: o.ID, Violation: s.violation, from: from, to: from + length,
				From: moment(from), To: moment(from + length), scenario: s, a: r.Float64(), b: r.Float64()}
			o.events = append(o.events, e)
			if s.file != nil {
				s.file(o, e)
			}
			n--
		}
	}
	for _, o := range c.Outlets {
		for _, e := range o.events {
			c.Events = append(c.Events, *e)
		}
	}
}

func moment(k int) time.Time { return Start.Add(time.Duration(k) * Step) }

func (o *Outlet) taken(from, to int) bool {
	for _, e := range o.events {
		if from < e.to && e.from < to {
			return true
		}
	}
	return false
}

// role finds a channel; -1 = none.
func (o *Outlet) role(name string) int {
	for i := range o.Channels {
		if o.Channels[i].Role == name {
			return i
		}
	}
	return -1
}
