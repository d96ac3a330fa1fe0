package world

import (
	"sort"
	"time"
)

// IncidentKind says what goes wrong.
type IncidentKind string

// The kinds of incidents.
const (
	Exceed   IncidentKind = "exceed"   // the treatment fails bit by bit: values rise over their limits
	Bypass   IncidentKind = "bypass"   // waste goes past the monitor: low flow, low values, air in the flue
	Constant IncidentKind = "constant" // the instrument is made to show one value
	Offline  IncidentKind = "offline"  // the station sends nothing
)

// IncidentKinds lists them all.
var IncidentKinds = []IncidentKind{Exceed, Bypass, Constant, Offline}

// Incident is one thing that goes wrong at an outlet, From inclusive to To
// exclusive. Ramp is how long an Exceed takes to come about in full, Times how
// much more then leaks through the treatment than usually, 0 for 4.5 times,
// which carries every pollutant over its limit; 8 times carries it over twice
// its limit.
type Incident struct {
	Kind  IncidentKind
	From  time.Time
	To    time.Time
	Ramp  time.Duration
	Times int

	depth fixed // share of the treatment's efficiency that is lost at the end of the ramp
}

func (in Incident) holds(t int64) bool { return t >= in.From.Unix() && t < in.To.Unix() }

// progress is how far the ramp has come, 0 to 1.
func (in Incident) progress(t int64) fixed {
	ramp := int64(in.Ramp / time.Second)
	gone := t - in.From.Unix()
	if ramp <= 0 || gone >= ramp {
		return one
	}
	return fixed(max(0, gone) * int64(one) / ramp)
}

// Add makes something go wrong at an outlet beside what the seed brings. Where
// incidents meet, the added one holds. Call Add before the world is used.
func (w *World) Add(o *Outlet, in Incident) {
	times := f(4500)
	if in.Times > 0 {
		times = fixed(in.Times) * one
	}
	in.From, in.depth = in.From.Truncate(time.Second), o.depth(times)
	w.extra[o] = append(w.extra[o], in)
}

// depth is the loss of efficiency at which times as much leaks through as usual.
// Usual values stand at 0.3 to 0.55 of their limits.
func (o *Outlet) depth(times fixed) fixed {
	leak := mul(one-o.plant.efficiency, times)
	return div(leak-(one-o.plant.efficiency), o.plant.efficiency)
}

// reach is how many days an incident may last into.
const reach = 2

// incidentAt finds what is wrong at a moment, and how far its ramp has come.
func (w *World) incidentAt(o *Outlet, t int64) (Incident, fixed) {
	for _, in := range w.extra[o] {
		if in.holds(t) {
			return in, in.progress(t)
		}
	}
	day := (t + 8*3600) / 86400
	for d := day - reach; d <= day; d++ {
		if in, ok := o.scheduled(d); ok && in.holds(t) {
			return in, in.progress(t)
		}
	}
	return Incident{}, 0
}

// scheduled draws what goes wrong on a day (counted from 1970 in Beijing time):
// on one day in 25 a failing treatment, more rarely the others.
func (o *Outlet) scheduled(day int64) (Incident, bool) {
	k := mix(o.key ^ 0x1c1d)
	in := Incident{}
	switch draw := int64(mul(f(1000_000), share(k, day)) >> fixedBits); {
	case draw < 40:
		in.Kind = Exceed
	case draw < 48:
		in.Kind = Constant
	case draw < 58:
		in.Kind = Offline
	case draw < 63:
		in.Kind = Bypass
	default:
		return Incident{}, false
	}
	from := day*86400 - 8*3600 + int64(mul(f(86400_000), share(mix(k^1), day)))>>fixedBits
	lasts := 7200 + int64(mul(f(18000_000), share(mix(k^2), day)))>>fixedBits
	if o.Kind == Water { // judged by the day: a short failure would not show
		lasts += 14 * 3600
	}
	in.From, in.To = time.Unix(from, 0), time.Unix(from+lasts, 0)
	in.Ramp = time.Hour
	in.depth = o.depth(f(2400) + mul(f(1600), share(mix(k^3), day)))
	return in, true
}

// Incidents lists what goes wrong at an outlet between two moments, by time.
func (w *World) Incidents(o *Outlet, from, to time.Time) []Incident {
	out := []Incident{}
	for d := (from.Unix()+8*3600)/86400 - reach; d <= (to.Unix()+8*3600)/86400; d++ {
		if in, ok := o.scheduled(d); ok {
			out = append(out, in)
		}
	}
	out = append(out, w.extra[o]...)
	kept := out[:0]
	for _, in := range out {
		if in.From.Before(to) && in.To.After(from) {
			kept = append(kept, in)
		}
	}
	sort.SliceStable(kept, func(i, j int) bool { return kept[i].From.Before(kept[j].From) })
	return kept
}

// Online reports whether the outlet's station sends at the moment.
func (w *World) Online(o *Outlet, at time.Time) bool {
	in, _ := w.incidentAt(o, at.Unix())
	return in.Kind != Offline
}
