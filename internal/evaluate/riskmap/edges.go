package riskmap

import (
	"fmt"
	"math/big"
	"time"
)

// Edge is the least that would turn a unit's colour for the worse by one kind of
// thing alone.
type Edge struct {
	Text   string
	Colour Colour
}

// farthest bounds the search of an edge.
const farthest = 10_000

// Edges tells, kind by kind, what little more would turn the unit's colour; a
// unit that is red has none.
func (t *Table) Edges(m Month, u *UnitFacts) []Edge {
	now := t.Unit(m, u)
	out := []Edge{}
	try := func(text string, change func(*UnitFacts)) bool {
		v := u.clone()
		change(&v)
		if after := t.Unit(m, &v); after.Points > now.Points && after.Colour != now.Colour {
			out = append(out, Edge{text, after.Colour})
			return true
		}
		return false
	}
	count := func(text string, add func(*UnitFacts, int64)) {
		turned := func(n int64) bool {
			v := u.clone()
			add(&v, n)
			return t.Unit(m, &v).Colour != now.Colour
		}
		if !turned(farthest) {
			return
		}
		low, high := int64(0), int64(farthest) // more never lowers the warnings
		for high-low > 1 {
			if mid := (low + high) / 2; turned(mid) {
				high = mid
			} else {
				low = mid
			}
		}
		try(fmt.Sprintf(text, high), func(v *UnitFacts) { add(v, high) })
	}
	if u.Complaints != nil && u.Complaints.Value != nil {
		count("信访投诉再多 %d 件", func(v *UnitFacts, n int64) { v.Complaints.Value.Add(v.Complaints.Value, big.NewRat(n, 1)) })
	}
	if len(u.Exceedances) == 3 && u.Exceedances[2] != nil {
		count("在线监测再超标 %d 次", func(v *UnitFacts, n int64) { v.Exceedances[2].Add(v.Exceedances[2], big.NewRat(n, 1)) })
	}
	day := time.Date(m.Year(), time.Month(int(m)%12+1), 1, 0, 0, 0, 0, time.UTC)
	for _, g := range Grades {
		if try("发生 1 起"+g.Title+"突发环境事件", func(v *UnitFacts) { v.Events = append(v.Events, Event{day, g.ID}) }) {
			break
		}
	}
	for _, f := range []struct {
		text string
		Found
	}{{"1 个重大问题被省级部门督办、约谈、通报或省级主流媒体曝光", Found{Level: "provincial", Kind: "circular"}}, {"1 个重大问题被国家部委督办、约谈、通报或中央主流媒体曝光", Found{Level: "national", Kind: "circular"}}} {
		if try(f.text, func(v *UnitFacts) { v.Discovery = append(v.Discovery, f.Found) }) {
			break
		}
	}
	if !u.MassIncident {
		try("发生群体性事件", func(v *UnitFacts) { v.MassIncident = true })
	}
	return out
}

// clone copies what Edges changes.
func (u *UnitFacts) clone() UnitFacts {
	v := *u
	if u.Complaints != nil {
		c := *u.Complaints
		if c.Value != nil {
			c.Value = new(big.Rat).Set(c.Value)
		}
		v.Complaints = &c
	}
	v.Exceedances = nil
	for _, e := range u.Exceedances {
		if e != nil {
			e = new(big.Rat).Set(e)
		}
		v.Exceedances = append(v.Exceedances, e)
	}
	v.Events = append([]Event(nil), u.Events...)
	v.Discovery = append([]Found(nil), u.Discovery...)
	return v
}
