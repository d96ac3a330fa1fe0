package riskmap

import (
	"fmt"
	"time"
)

// Month is a calendar month, counted from January of the year 0, so that months
// subtract.
type Month int

// MonthOf is the month of a year.
func MonthOf(year int, m time.Month) Month { return Month(12*year + int(m) - 1) }

// ParseMonth reads 2026-10.
func ParseMonth(text string) (Month, error) {
	t, err := time.Parse("2006-01", text)
	if err != nil || len(text) != len("2006-01") {
		return 0, fmt.Errorf("月份“%s”应写成 2026-10 的形式", text)
	}
	return MonthOf(t.Year(), t.Month()), nil
}

// Year is the month's year.
func (m Month) Year() int { return int(m) / 12 }

// String is 2026-10.
func (m Month) String() string { return fmt.Sprintf("%04d-%02d", m.Year(), int(m)%12+1) }

// Title is 2026年10月.
func (m Month) Title() string { return fmt.Sprintf("%d年%d月", m.Year(), int(m)%12+1) }
