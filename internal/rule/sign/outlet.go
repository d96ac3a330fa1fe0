package sign

import (
	"math"
	"time"

	"github.com/qingshao/qingshao/internal/enterprise"
)

// Role is what a channel means to the rules, whatever its code.
type Role int8

// The roles.
const (
	Other       Role = iota
	Pollutant        // a concentration that permits limit
	Flow             // of what is discharged
	Oxygen           // of flue gas, %
	Temperature      // of flue gas, ℃
	Humidity         // of flue gas, %
	Acidity          // pH
	Production       // power or output of production units (生产设施)
	Treatment        // power of treatment units (治理设施)
	Supply           // fresh water taken in
)

// The kinds of places beside those of package enterprise.
const (
	Surface enterprise.Kind = "surface_water" // 地表水断面
	Ambient enterprise.Kind = "air"           // 环境空气
)

// Channel is one thing measured at an outlet. Upper, Lower and Span are NaN where
// there is none. Upper and Lower judge means by the standard.
type Channel struct {
	Factor string
	Name   string
	Unit   string
	Role   Role
	Upper  float64
	Lower  float64
	Span   float64 // upper end of the measuring range
}

// Plain makes a channel without limits.
func Plain(code, name, unit string, r Role) Channel {
	return Channel{Factor: code, Name: name, Unit: unit, Role: r, Upper: math.NaN(), Lower: math.NaN(), Span: math.NaN()}
}

// Interval is a stretch of time; To is not in it.
type Interval struct{ From, To time.Time }

// Holds reports whether t lies in the interval.
func (i Interval) Holds(t time.Time) bool { return !t.Before(i.From) && t.Before(i.To) }

// Outlet is a place that is watched, with what is on file about it.
type Outlet struct {
	ID       string
	Kind     enterprise.Kind
	Channels []Channel
	Step     time.Duration // between two rows
	Stops    []Interval    // orders to stop production (责令停产)
	Changes  []time.Time   // changes of process or treatment put on record (备案)
	Settings []time.Time   // changes of the monitor's parameters (量程、斜率、截距), by its own log
}

// slot is the length of a slot: an hour, or the step where that is longer.
func (o *Outlet) slot() time.Duration { return max(time.Hour, o.Step) }

// due is how many rows a slot should have.
func (o *Outlet) due() int { return max(1, int(o.slot()/max(o.Step, time.Second))) }

// role finds the first channel of a role; -1 = none.
func (o *Outlet) role(r Role) int {
	for i := range o.Channels {
		if o.Channels[i].Role == r {
			return i
		}
	}
	return -1
}

// find finds the channel of a factor; -1 = none.
func (o *Outlet) find(factor string) int {
	for i := range o.Channels {
		if o.Channels[i].Factor == factor {
			return i
		}
	}
	return -1
}
