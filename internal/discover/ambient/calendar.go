package ambient

import (
	"fmt"
	"time"

	"github.com/qingshao/qingshao/internal/assess/air"
)

// Day is a calendar day in Beijing, counted from 1970-01-01.
type Day int64

// DayAt is the day that a moment lies in.
func DayAt(t time.Time) Day {
	_, off := t.In(air.Beijing).Zone()
	return Day(floor(t.Unix()+int64(off), 86400))
}

// DayOf is the day of a date.
func DayOf(year int, month time.Month, day int) Day {
	return Day(floor(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix(), 86400))
}

func floor(a, b int64) int64 {
	if a < 0 {
		return (a - b + 1) / b
	}
	return a / b
}

// ParseDay reads 2026-10-05.
func ParseDay(s string) (Day, bool) {
	t, err := time.ParseInLocation(time.DateOnly, s, air.Beijing)
	return DayAt(t), err == nil
}

// Begin is the day's first moment.
func (d Day) Begin() time.Time { return time.Unix(int64(d)*86400-8*3600, 0).In(air.Beijing) }

// String is 2026-10-05.
func (d Day) String() string { return d.Begin().Format(time.DateOnly) }

// Month is the month that the day lies in.
func (d Day) Month() Month { t := d.Begin(); return MonthOf(t.Year(), t.Month()) }

// Month is a calendar month, counted from January of the year 0.
type Month int

// MonthOf makes a month.
func MonthOf(year int, month time.Month) Month { return Month(12*year + int(month) - 1) }

// MonthAt is the month that a moment lies in.
func MonthAt(t time.Time) Month { t = t.In(air.Beijing); return MonthOf(t.Year(), t.Month()) }

// ParseMonth reads 2026-10.
func ParseMonth(s string) (Month, bool) {
	t, err := time.ParseInLocation("2006-01", s, air.Beijing)
	return MonthAt(t), err == nil
}

// Year is the month's year.
func (m Month) Year() int { return int(m) / 12 }

// Calendar is the month of the year.
func (m Month) Calendar() time.Month { return time.Month(int(m)%12 + 1) }

// First is the month's first day.
func (m Month) First() Day { return DayOf(m.Year(), m.Calendar(), 1) }

// Days is how many days the month has.
func (m Month) Days() int { return int((m + 1).First() - m.First()) }

// String is 2026-10.
func (m Month) String() string { return fmt.Sprintf("%04d-%02d", m.Year(), int(m.Calendar())) }
