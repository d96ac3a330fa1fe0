package timeline

import (
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/flow"
)

// Calendar counts working days.
type Calendar interface {
	// AddWorkingDays is the end of the nth working day after from, or before it
	// when n is negative.
	AddWorkingDays(from time.Time, n int) time.Time
}

// Clocks are the terms of one thing as its timeline leaves them.
type Clocks struct {
	Running map[string]time.Time // clock → when it ends
	Last    map[string]time.Time // clock → the end it was last given, also after it stopped
}

// TermKey is the name under which an entry's data holds the working days that a
// clock was given: entries carry their own terms, so that a later change of
// policy does not reach back.
func TermKey(clock string) string { return "term_" + strings.TrimPrefix(clock, "+") }

// Terms puts the working days of every clock that the step starts into the form.
func Terms(st flow.Step, form flow.Form, days func(clock string) int) {
	for _, c := range st.Start {
		form[TermKey(c)] = days(strings.TrimPrefix(c, "+"))
	}
}

// Recompute replays a timeline. step finds the row of the flow table that an
// entry carried out. A clock starts at its entry and runs for its term; “+name”
// in the table prolongs the running clock by the term, counted from its end.
func Recompute(entries []Entry, step func(Entry) flow.Step, cal Calendar) Clocks {
	c := Clocks{map[string]time.Time{}, map[string]time.Time{}}
	for _, e := range entries {
		st := step(e)
		for _, name := range st.Stop {
			delete(c.Running, name)
		}
		for _, name := range st.Start {
			from := e.At
			name, prolong := strings.CutPrefix(name, "+")
			if end, runs := c.Running[name]; prolong && runs {
				from = end
			}
			end := cal.AddWorkingDays(from, e.Data.Int(TermKey(name)))
			c.Running[name], c.Last[name] = end, end
		}
	}
	return c
}

// beijing is the zone in which days begin and end (no summer time).
var beijing = time.FixedZone("CST", 8*3600)

// Before is half past eight in the morning of the nth working day before the
// end of a term; n = 0 is the morning of its last day.
func Before(cal Calendar, end time.Time, n int) time.Time {
	if n == 0 {
		return morning(end)
	}
	return morning(cal.AddWorkingDays(end, -n))
}

// NextMorning is half past eight of the first working day after t's day.
func NextMorning(cal Calendar, t time.Time) time.Time { return morning(cal.AddWorkingDays(t, 1)) }

func morning(t time.Time) time.Time {
	y, m, d := t.In(beijing).Date()
	return time.Date(y, m, d, 8, 30, 0, 0, beijing)
}
