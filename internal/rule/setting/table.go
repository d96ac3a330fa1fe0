package setting

import (
	"slices"
	"strings"
	"time"
)

// Version is what was published for a rule in an area: from From on Values hold
// there, until the next version. Withdrawn means that the area sets nothing any
// more: what holds in the wider area holds again.
type Version struct {
	Rule      string
	Area      string // prefix of the codes that lie in it
	From      time.Time
	Values    Values
	Withdrawn bool
}

// Table is everything that was ever published, by rule.
type Table map[string][]Version

// NewTable orders the versions: wide areas before narrow ones, old before new.
func NewTable(all []Version) Table {
	t := Table{}
	for _, v := range all {
		t[v.Rule] = append(t[v.Rule], v)
	}
	for _, list := range t {
		slices.SortStableFunc(list, func(a, b Version) int {
			if d := len(a.Area) - len(b.Area); d != 0 {
				return d
			}
			if d := strings.Compare(a.Area, b.Area); d != 0 {
				return d
			}
			return a.From.Compare(b.From)
		})
	}
	return t
}

// At is what holds for a rule in an area at a moment: for each setting the
// narrowest area that sets it.
func (t Table) At(rule string, list []Setting, area string, at time.Time) Set {
	set := Defaults(list)
	var of string
	var found *Version
	take := func() {
		if found != nil && !found.Withdrawn {
			set = set.With(found.Values)
		}
		found = nil
	}
	versions := t[rule]
	for i := range versions {
		v := &versions[i]
		if !strings.HasPrefix(area, v.Area) {
			continue
		}
		if v.Area != of {
			take()
			of = v.Area
		}
		if !v.From.After(at) {
			found = v
		}
	}
	take()
	return set
}

// Line is what holds for a rule at one place over time.
type Line struct {
	from []time.Time
	sets []Set
	base Set
}

// Fixed is a line of one set.
func Fixed(s Set) Line { return Line{base: s} }

// Line gives what holds for a rule in an area over time.
func (t Table) Line(rule string, list []Setting, area string) Line {
	l := Line{base: Defaults(list)}
	for _, v := range t[rule] {
		if strings.HasPrefix(area, v.Area) && !slices.ContainsFunc(l.from, v.From.Equal) {
			l.from = append(l.from, v.From)
		}
	}
	slices.SortFunc(l.from, time.Time.Compare)
	for _, at := range l.from {
		l.sets = append(l.sets, t.At(rule, list, area, at))
	}
	return l
}

// At is the set that holds at a moment.
func (l Line) At(at time.Time) Set {
	for i := len(l.from) - 1; i >= 0; i-- {
		if !l.from[i].After(at) {
			return l.sets[i]
		}
	}
	return l.base
}

// Fixed is what holds at a moment, as if it had always held.
func (t Table) Fixed(at time.Time) Table {
	out := Table{}
	for rule, list := range t {
		for i, v := range list {
			last := i+1 == len(list) || list[i+1].Area != v.Area || list[i+1].From.After(at)
			if last && !v.From.After(at) && !v.Withdrawn {
				out[rule] = append(out[rule], Version{Rule: rule, Area: v.Area, Values: v.Values})
			}
		}
	}
	return out
}

// Put is the table with what one area sets on a rule replaced for all time.
func (t Table) Put(rule, area string, v Values) Table {
	out := []Version{{Rule: rule, Area: area, Values: v}}
	for r, list := range t {
		for _, x := range list {
			if r != rule || x.Area != area {
				out = append(out, x)
			}
		}
	}
	return NewTable(out)
}
