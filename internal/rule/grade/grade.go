// Package grade says which alarms matter more than others of their level (重点级),
// and why: by the class of the pollutant, the enterprise's class, size and place on
// the supervision lists, and the water that receives what leaves. The table is data of
// the jurisdiction, each row dated with its basis; an alarm keeps what held on the day
// of its data.
//
// The package is pure: it knows neither alarms nor enterprises.
package grade

import (
	"slices"
	"strings"
	"time"
)

// Row is one reason for which an alarm is of the key grade. Every list that is not
// empty must hold; inside a list one word is enough.
type Row struct {
	Name      string
	Basis     string
	From      time.Time
	Until     time.Time // zero = still
	Factors   []string  // codes; a trailing * stands for the rest
	Kinds     []string  // of outlets
	Classes   []string  // of the permit
	Sizes     []string
	Lists     []string // supervision lists
	Receiving []string // classes of the receiving water
	Up        bool     // people hear as of the next higher level
}

// Subject is what the table asks of an alarm.
type Subject struct {
	Factor    string
	Kind      string
	Class     string
	Size      string
	Lists     []string
	Receiving string
}

// Table is the rows of a place.
type Table []Row

// For gives the rows that hold for a subject on the day of its data.
func (t Table) For(s Subject, at time.Time) []Row {
	var out []Row
	for _, r := range t {
		if r.holds(s, at) {
			out = append(out, r)
		}
	}
	return out
}

func (r Row) holds(s Subject, at time.Time) bool {
	if at.Before(r.From) || !r.Until.IsZero() && !at.Before(r.Until) {
		return false
	}
	one := func(list []string, word string) bool { return len(list) == 0 || slices.Contains(list, word) }
	factor := len(r.Factors) == 0 || slices.ContainsFunc(r.Factors, func(f string) bool {
		stem, open := strings.CutSuffix(f, "*")
		return f == s.Factor || open && strings.HasPrefix(s.Factor, stem)
	})
	listed := len(r.Lists) == 0 || slices.ContainsFunc(r.Lists, func(l string) bool { return slices.Contains(s.Lists, l) })
	return factor && listed && one(r.Kinds, s.Kind) && one(r.Classes, s.Class) && one(r.Sizes, s.Size) && one(r.Receiving, s.Receiving)
}

// Why is the rows in words, each with its basis.
func Why(rows []Row) []string {
	out := make([]string, 0, len(rows))
	for _, r := range rows {
		words := r.Name
		if r.Basis != "" {
			words += "（" + r.Basis + "）"
		}
		out = append(out, words)
	}
	return out
}

// Up reports whether one of the rows lets people hear as of the next higher level.
func Up(rows []Row) bool { return slices.ContainsFunc(rows, func(r Row) bool { return r.Up }) }
