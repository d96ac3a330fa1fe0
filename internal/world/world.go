package world

import (
	"fmt"
	"time"
)

// World is the synthetic city of one seed; it is immutable but for Add, which
// must come before use, and then safe for concurrent use.
type World struct {
	seed        uint64
	enterprises []Enterprise
	outlets     []*Outlet
	byMN        map[string]*Outlet
	extra       map[*Outlet][]Incident
}

// Enterprise is one made-up polluting unit.
type Enterprise struct {
	Key      string // stable within all seeds, e.g. e07
	Code     string // a unified social credit code that no authority issued
	Name     string // begins with （演示）
	Industry string // code of GB/T 4754
	Trade    string // 电镀
	Area     string // township code, or county-level code where there is none
	Unit     string // county-level unit or zone
	Address  string
	Lng, Lat float64 // WGS-84
	Permit   string  // 重点 or 简化
	Contact  string
	Outlets  []*Outlet
}

// Kind says what leaves through an outlet.
type Kind string

// The kinds of outlets.
const (
	Gas   Kind = "gas"
	Water Kind = "water"
)

// Outlet is one outlet with its monitor.
type Outlet struct {
	Key        string // e07/DW001; unique in the world
	Code       string // DW001, DA001
	Name       string
	Kind       Kind
	ST         string // 31 gas, 32 water
	MN         string
	Password   string
	Protocol   string // 2005, 2017 or 2025
	Enterprise *Enterprise
	Factors    []Factor
	Limits     []Limit

	plant plant // how it behaves
	key   uint64
}

// Factor is one thing that a monitor measures.
type Factor struct {
	Code   string // HJ 212-2017, e.g. w01018
	Old    string // HJ/T 212-2005, e.g. 011; "" when that edition had none
	Name   string
	Unit   string
	Digits int // behind the point, as the monitor sends it

	role  role
	limit fixed // what normal values are measured against; 0 for parameters
	base  fixed // level of parameters
	swing fixed // relative swing of parameters
}

// Limit is one emission limit as the registry wants it. Upper and Lower are
// decimal text, "" for none. Certain is false where the number was not checked
// against the standard's text; Note says what to check.
type Limit struct {
	Factor    string
	Upper     string
	Lower     string
	Statistic string // hour or day
	Standard  string
	Article   string
	Certain   bool
}

// Beijing is the time zone of the protocol and of daily patterns.
var Beijing = time.FixedZone("UTC+8", 8*3600)

// New builds the world of a seed. Who exists and what they may emit is the same
// for every seed; how their values move and when things go wrong is not.
func New(seed uint64) *World { return In(seed, nil) }

// Site is where an enterprise stands when the world lies elsewhere than in
// Wenzhou: an area's code, how addresses begin there, the short name that
// enterprises bear, and a point.
type Site struct {
	Area, Place, Short string
	Lng, Lat           float64
}

// In builds the world of a seed on other ground, taking the sites in turn; without
// any it is New. All but names, places and the codes made of them stays the same.
func In(seed uint64, sites []Site) *World {
	w := &World{seed: seed, byMN: map[string]*Outlet{}, extra: map[*Outlet][]Incident{}}
	w.enterprises = make([]Enterprise, len(roster))
	for i, r := range roster {
		if len(sites) > 0 {
			x := sites[i%len(sites)]
			r.area, r.place, r.lng, r.lat = x.Area, x.Place, x.Lng, x.Lat
			r.name = x.Short + nicknames[(i+i/len(sites))%len(nicknames)]
		}
		e := &w.enterprises[i]
		w.found(e, i, r)
		for _, o := range e.Outlets {
			w.outlets = append(w.outlets, o)
			w.byMN[o.MN] = o
		}
	}
	return w
}

// Enterprises lists everyone, in a fixed order; do not change them.
func (w *World) Enterprises() []Enterprise { return w.enterprises }

// Outlets lists every outlet, in a fixed order; do not change them.
func (w *World) Outlets() []*Outlet { return w.outlets }

// OutletOf finds the outlet of a monitor.
func (w *World) OutletOf(mn string) (*Outlet, bool) {
	o, ok := w.byMN[mn]
	return o, ok
}

// Devices gives n outlets with monitors for load: first the world's own, then
// as many copies as are needed, each with an MN and a noise of its own. Copies
// belong to no enterprise that a registry would know by their MN.
func (w *World) Devices(n int) []*Outlet {
	out := make([]*Outlet, 0, n)
	for i := range n {
		o := w.outlets[i%len(w.outlets)]
		if i >= len(w.outlets) {
			c := *o
			c.MN = deviceMN(o.Enterprise.Unit, i+1, o.Protocol)
			c.Key = fmt.Sprintf("%s#%d", o.Key, i/len(w.outlets))
			c.key = keyOf(w.seed, c.Key)
			o = &c
		}
		out = append(out, o)
	}
	return out
}

// deviceMN makes the monitor's number. 2017 wants 24 hexadecimal digits; DEED at
// the head marks ours, which no maker has. 2005 has 14 characters.
func deviceMN(unit string, serial int, protocol string) string {
	if protocol == "2005" {
		return fmt.Sprintf("DE%s%06d", unit, serial)
	}
	return fmt.Sprintf("DEED%s%014d", unit, serial)
}

// As gives a copy of the outlet whose monitor speaks another edition. Its MN
// keeps its serial in the form of that edition.
func (o *Outlet) As(protocol string) *Outlet {
	if o.Protocol == protocol {
		return o
	}
	c := *o
	c.Protocol = protocol
	serial := 0
	for _, d := range o.MN[len(o.MN)-6:] {
		serial = serial*10 + int(d-'0')
	}
	c.MN = deviceMN(o.Enterprise.Unit, serial, protocol)
	return &c
}

// factor finds a factor's place at the outlet, -1 when it is not measured.
func (o *Outlet) factor(code string) int {
	for i := range o.Factors {
		if o.Factors[i].Code == code {
			return i
		}
	}
	return -1
}

// Measures reports whether the monitor measures the factor.
func (o *Outlet) Measures(code string) bool { return o.factor(code) >= 0 }
