// Package calendar counts working days (工作日) as Chinese authorities do: the
// week from Monday to Friday, less the statutory holidays, plus the weekend days
// worked in exchange (调休), in Beijing time. Deadlines of the whole loop are
// reckoned here and nowhere else.
//
// The arrangements of 2025 and 2026 are embedded (holidays.csv, each day with
// the State Council notice that fixes it); a place may add days of its own.
// Known gap: the arrangement of a year is announced in the November before. For
// a year without one, only the holidays with a fixed date in the regulation
// (全国年节及纪念日放假办法, 2024 revision: 1 January, 1–2 May, 1–3 October) are
// off; Known tells, and due dates are reckoned anew once the days are added.
package calendar

import (
	_ "embed"
	"encoding/csv"
	"strings"
	"time"
	_ "time/tzdata" // minimal machines have no time zones
)

//go:embed holidays.csv
var statutory string

// Zone is Asia/Shanghai, in which every day begins and ends.
var Zone = func() *time.Location {
	z, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		panic(err) // the zones are linked in
	}
	return z
}()

// day is a date as year, month and day, comparable and without a zone.
type day struct {
	year  int
	month time.Month
	day   int
}

func dayOf(t time.Time) day {
	y, m, d := t.In(Zone).Date()
	return day{y, m, d}
}

// noon is a moment of the day from which whole days may be added.
func (d day) noon() time.Time { return time.Date(d.year, d.month, d.day, 12, 0, 0, 0, Zone) }

func (d day) add(n int) day { return dayOf(d.noon().AddDate(0, 0, n)) }

// end is the last second of the day.
func (d day) end() time.Time { return time.Date(d.year, d.month, d.day, 23, 59, 59, 0, Zone) }

// Calendar knows which days are worked. It is safe for concurrent use.
type Calendar struct {
	off   map[day]string // holidays with their names
	on    map[day]string // days worked although they fall on a weekend
	known map[int]bool   // years with an arrangement
}

// New makes the calendar of a place: the statutory arrangements and the place's
// own further days off and working days, each given as a moment of that day. A
// place's word wins over the notice; a day in both lists is worked.
func New(holidays, workdays []time.Time) *Calendar {
	c := &Calendar{off: map[day]string{}, on: map[day]string{}, known: map[int]bool{}}
	rows, err := csv.NewReader(strings.NewReader(statutory)).ReadAll()
	if err != nil {
		panic("calendar: holidays.csv: " + err.Error()) // embedded, and read by every test
	}
	for _, r := range rows[1:] {
		t, err := time.ParseInLocation(time.DateOnly, r[0], Zone)
		if err != nil {
			panic("calendar: holidays.csv: " + err.Error())
		}
		c.mark(t, r[1] == "workday", r[2])
		c.known[t.Year()] = true
	}
	for _, h := range holidays {
		c.mark(h, false, "地方假日")
	}
	for _, w := range workdays {
		c.mark(w, true, "地方调休")
	}
	return c
}

func (c *Calendar) mark(t time.Time, worked bool, name string) {
	d := dayOf(t)
	delete(c.off, d)
	delete(c.on, d)
	if worked {
		c.on[d] = name
	} else {
		c.off[d] = name
	}
}

// fixed holds the statutory holidays with a fixed date, for years whose
// arrangement is not known.
var fixed = map[time.Month]int{time.January: 1, time.May: 2, time.October: 3}

func (c *Calendar) works(d day) bool {
	if _, yes := c.on[d]; yes {
		return true
	}
	if _, no := c.off[d]; no {
		return false
	}
	if !c.known[d.year] && d.day <= fixed[d.month] {
		return false
	}
	w := d.noon().Weekday()
	return w != time.Saturday && w != time.Sunday
}

// IsWorkingDay reports whether the day of the moment is worked.
func (c *Calendar) IsWorkingDay(t time.Time) bool { return c.works(dayOf(t)) }

// Known reports whether the year's arrangement is in the calendar.
func (c *Calendar) Known(year int) bool { return c.known[year] }

// Holiday names the holiday on the day of the moment, "" when it is none. An
// ordinary weekend is none.
func (c *Calendar) Holiday(t time.Time) string { return c.off[dayOf(t)] }

// AddWorkingDays gives the deadline n working days from a moment: the last
// second of the nth working day after the moment's own day, which does not
// count. With n = 0 it is the end of that day, or of the next working day when
// it is not worked. A negative n goes back in the same way, e.g. to remind
// three working days before a deadline.
func (c *Calendar) AddWorkingDays(from time.Time, n int) time.Time {
	d, step := dayOf(from), 1
	if n < 0 {
		step, n = -1, -n
	}
	if n == 0 {
		for !c.works(d) {
			d = d.add(1)
		}
		return d.end()
	}
	for n > 0 {
		if d = d.add(step); c.works(d) {
			n--
		}
	}
	return d.end()
}

// AddDays gives the deadline n calendar days from a moment, whose own day does
// not count: when the last day is not worked, the end of the first working day
// after it (民法典 art. 201 and 203).
func (c *Calendar) AddDays(from time.Time, n int) time.Time {
	return c.AddWorkingDays(dayOf(from).add(n).noon(), 0)
}

// WorkingDaysBetween counts the working days after a's day up to and including
// b's, negative when b is before a: for n ≥ 0 the n of AddWorkingDays. As days
// left until a due time it is 0 on the last day.
func (c *Calendar) WorkingDaysBetween(a, b time.Time) int {
	from, to, sign := dayOf(a), dayOf(b), 1
	if to.noon().Before(from.noon()) {
		from, to, sign = to, from, -1
	}
	n := 0
	for d := from; d != to; {
		if d = d.add(1); c.works(d) {
			n++
		}
	}
	return sign * n
}
